"""Put options together: what is owed in any case, then what `options.csv` adds, each part with what it comes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from playbook.errors import InputError, Problem
from playbook.money import Money
from playbook.offers.model import LineName, OfferLine, OfferPart
from playbook.policy.authority import rung_of
from playbook.policy.model import OptionRow, Policy
from playbook.tables import Decision, TableRow

LINES: tuple[LineName, ...] = ("statutory", "need_now", "inconvenience")


@dataclass
class Assembled:
    """The options of one case, who must grant each whatever it comes to, and what was missing for them."""

    parts: dict[str, tuple[OfferPart, ...]] = field(default_factory=dict)
    roles: dict[str, tuple[str, ...]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    clamped: tuple[str, ...] = ()  # options whose substitute was worth less than what the law gives


def rows_of(policy: Policy, option: str) -> list[OptionRow]:
    """Return the parts of an option as `options.csv` has them: what is needed now first."""
    found = (row for row in policy.options if row.option == option)
    return sorted(found, key=lambda row: (LINES.index(row.line), row.rank))


def named_options(decisions: Iterable[Decision]) -> dict[str, list[TableRow]]:
    """Return the options that the tables named, with the rows that named them."""
    out: dict[str, list[TableRow]] = {}
    for decision in decisions:
        for row in decision.fired if decision.table.line == "options" else ():
            if row.payout.option and row.payout.outcome == "pay":
                out.setdefault(row.payout.option, []).append(row)
    return out


def roles_of(policy: Policy, rows: Iterable[TableRow]) -> tuple[str, ...]:
    """Return the roles that rows ask for, whatever the sum; a decider outside of the ladder (a court) is none of them.

    Raises InputError for an authority that the ladder lacks.
    """
    roles = []
    for row in rows:
        if decider := rung_of(policy, row.payout.decider or None):
            roles.append(decider.role)
        if not row.payout.authority:
            continue
        rung = rung_of(policy, row.payout.authority)
        if rung is None:
            known = ", ".join(r.role for r in policy.authority)
            raise InputError([_problem(row, "authority", row.payout.authority, f"one of {known}")])
        roles.append(rung.role)
    return tuple(dict.fromkeys(roles))


def owed_parts(lines: Iterable[OfferLine]) -> list[OfferPart]:
    """Return what is owed whatever the customer chooses, as parts; of alternatives, the first that its table names."""
    out: list[OfferPart] = []
    seen: set[tuple[str, int, str]] = set()
    for line in lines:
        if line.alternative:
            if (line.table, line.event, line.alternative) in seen:
                continue
            seen.add((line.table, line.event, line.alternative))
        out.append(
            OfferPart(
                line.line,
                line.kind,
                line.label,
                amount=line.amount,
                non_monetary=line.amount is None and not line.decider,
                decider=line.decider,
            )
        )
    return out


def assemble(
    policy: Policy, decisions: Sequence[Decision], lines: Sequence[OfferLine], case: Mapping[str, object]
) -> Assembled:
    """Put together every option that the tables named.

    Every option holds what is owed in full. A row of `options.csv` with `line: statutory` is a substitute for the
    law's money (a share is taken of that money): it is offered only where such money is owed, and where it is worth
    less, the money stands. Raises InputError for an option, a role or an amount that cannot be used.
    """
    out = Assembled()
    owed = owed_parts(lines)
    granted = [row for d in decisions if d.table.line != "options" for row in d.fired]
    law = [part.amount for part in owed if part.line == "statutory" and part.amount is not None]
    due = sum((m for m in law if m.currency == policy.currency), Money(0, policy.currency))
    missing: list[str] = []
    clamped: list[str] = []
    for option, named in sorted(named_options(decisions).items()):
        rows = rows_of(policy, option)
        if not rows:
            known = ", ".join(sorted({row.option for row in policy.options}))
            raise InputError(_problem(row, "option", option, f"an option of options.csv: {known}") for row in named)  # fmt: skip
        substitutes = any(row.line == "statutory" for row in rows)
        if substitutes and not law:
            continue
        own: list[OfferPart] = []
        for row in rows:
            part = _part(row, policy.currency, case, due)
            if isinstance(part, str):
                missing.append(part)
            else:
                own.append(part)
        held = owed
        if substitutes:
            worth = sum(
                (p.value for p in own if p.line == "statutory" and p.value), Money(0, policy.currency)
            )
            if worth < due or any(m.currency != policy.currency for m in law):
                own = [part for part in own if part.line != "statutory"]
                clamped.append(option)
            else:
                held = [part for part in owed if part.line != "statutory" or part.amount is None]
        out.parts[option] = in_order([*held, *own])
        out.roles[option] = roles_of(policy, [*granted, *named])
    out.missing, out.clamped = tuple(dict.fromkeys(missing)), tuple(clamped)
    return out


def in_order(parts: Iterable[OfferPart]) -> tuple[OfferPart, ...]:
    """Return parts with the law's first, then what is needed now, then what is due for the inconvenience."""
    return tuple(sorted(parts, key=lambda part: LINES.index(part.line)))


def inputs_of(policy: Policy, option: str) -> tuple[str, ...]:
    """Return the inputs that an option's amounts are taken of."""
    return tuple(dict.fromkeys(row.of for row in rows_of(policy, option) if row.of))


def _part(row: OptionRow, currency: str, case: Mapping[str, object], law: Money) -> OfferPart | str:
    """Return a part, or the name of the input that is missing for it."""
    amount = row.amount
    if row.of:
        given = case.get(row.of)
        if given is None or str(given).strip() in ("", "null"):
            return row.of
        try:
            base = Money.parse(str(given), currency)
        except ValueError as error:
            place = f"{row.origin.layer}/{row.origin.file}"
            raise InputError(
                [Problem(place, row.origin.line, 0, row.of, repr(given), str(error), "Correct the value.")]
            ) from error
        amount = _plus(amount, base.share(*row.share) if row.share else base)
    elif row.share and row.line == "statutory":
        amount = _plus(amount, law.share(*row.share))
    return OfferPart(
        line=row.line,
        kind=row.kind,
        label=row.label,
        amount=amount if row.paid else None,
        worth=None if row.paid else amount,
        non_monetary=row.non_monetary,
        harm=row.harm,
    )


def _plus(amount: Money | None, more: Money) -> Money:
    return more if amount is None else amount + more


def _problem(row: TableRow, column: str, found: str, expected: str) -> Problem:
    return Problem(row.place.path, row.place.line, 0, column, repr(found), expected, "Correct the cell.")

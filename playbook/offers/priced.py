"""What the policy's tables owe and offer: lines from the tables, options from the rows they name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from playbook.errors import InputError, Problem
from playbook.incident.model import Incident
from playbook.offers.model import OfferLine, OfferPart, Outcome
from playbook.offers.options import LINES, Assembled, assemble
from playbook.policy.model import Policy
from playbook.policy.vocabulary import EU_MEMBERS
from playbook.tables import Decision, Table, decide, pays_less, read_table
from playbook.tables.decide import compiled, scaled_case

_read: dict[tuple[Any, ...], Table] = {}


def tables_of(policy: Policy) -> dict[str, Table]:
    """Return the tables of a policy with the patches of every layer, read once per content.

    Raises InputError as `read_table` does.
    """
    out: dict[str, Table] = {}
    named: dict[str, str] = {}
    for name, (header, patches) in sorted(policy.table_files.items()):
        key = (policy.sha256, header, patches)
        if key not in _read:
            _read[key] = read_table(header, patches)
        out[name] = _read[key]
        # Alternatives are told apart by their table: under one name a client's could stand for the law's.
        other = named.setdefault(out[name].name, str(header))
        if other != str(header):
            found, expected = f"{out[name].name}, the name of {other}", "a name that no other table has"
            raise InputError([Problem(str(header), 1, 0, "table", found, expected, "Choose another.")])
    return out


def floors_of(policy: Policy) -> dict[str, Table]:
    """Return, for every statutory table that a layer has patched, the table as the law has it."""
    out = {}
    for name, table in tables_of(policy).items():
        header, patches = policy.table_files[name]
        if table.basis == "statutory" and patches:
            key = (policy.sha256, header, ())
            if key not in _read:
                _read[key] = read_table(header)
            out[name] = _read[key]
    return out


@dataclass(frozen=True)
class PricedCase:
    """The answer of all tables of a policy to one case."""

    outcome: Outcome
    lines: tuple[OfferLine, ...]
    option_parts: Mapping[str, tuple[OfferPart, ...]]
    missing: tuple[str, ...]
    decisions: tuple[Decision, ...]
    decider: str | None
    clamped: tuple[str, ...] = ()  # tables and options that paid less than the law, so that the law's stood
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # option -> who must grant it anyway


def applies(table: Table, jurisdiction: str) -> bool:
    """Tell whether a table applies in a jurisdiction (`EU` stands for its member states)."""
    if not table.jurisdictions:
        return True
    country = jurisdiction.split("-")[0]
    return bool(
        {jurisdiction, country, "EU" if country in EU_MEMBERS else country} & set(table.jurisdictions)
    )


def case_of(incident: Incident, policy: Policy) -> dict[str, object]:
    """Return the table inputs that a record gives: `remedy_inputs`, price, losses, and the day of the event."""
    case: dict[str, object] = {}
    if incident.price is not None:
        case["price"] = incident.price.decimal
    if incident.losses:
        case["loss_total"] = sum((amount.decimal for amount in incident.losses.values()), Decimal(0))
        case.update({f"loss_{name}": amount.decimal for name, amount in incident.losses.items()})
    moment = (
        incident.timestamps.occurred_at
        or incident.timestamps.impact_started_at
        or incident.timestamps.detected_at
    )
    if moment is not None and moment.precision in ("minute", "day"):
        case["event_date"] = moment.day(incident.timezone)
    case.update(incident.remedy_inputs)
    return case


def price_case(
    policy: Policy, case: Mapping[str, object], *, jurisdiction: str | None = None, only: str | None = None
) -> PricedCase:
    """Put a case to every table that applies (or only to one).

    Which tables apply is decided by the case's jurisdiction. Where one of them lacks information, or an option's
    amount does, the answer is not_enough_information with what is missing: the lines that are certain stay, and no
    option is shown with a hole in it. A statutory floor is kept whatever a layer patched: where the patched table
    gives less than the law's, or another thing than money, the law's row stands. Raises InputError for an input that
    no table knows, a value that is not of its type, or a table that names an option or a role that does not exist.
    """
    tables = {
        n: t
        for n, t in tables_of(policy).items()
        if (only == n) or (only is None and applies(t, jurisdiction or policy.jurisdiction))
    }
    floors = floors_of(policy)
    decisions, clamped = [], []
    try:
        for name, table in tables.items():
            decision = _decide(table, case)
            if name in floors:
                law = _decide(floors[name], case)
                if pays_less(decision, law):
                    decision = law
                    clamped.append(name)
                elif law.outcome == "not_enough_information":
                    decision = law  # what the law gives is not known yet: nothing else may stand for it
            decisions.append(decision)
    except InputError:
        _check_case(tables, case)  # tells what all tables find wrong, not only the first of them
        raise
    lines = [line for d in decisions if d.table.line != "options" for line in _lines(d)]
    lines.sort(key=lambda line: LINES.index(line.line))
    blocking = _blocking(decisions)
    options = Assembled() if blocking else assemble(policy, decisions, lines, case)
    missing = tuple(dict.fromkeys([*(name for d in blocking for name in d.missing), *options.missing]))
    lacking = bool(blocking or options.missing)
    shown = {} if lacking else options.parts
    decider = next((p.decider for d in decisions for p in d.paid if p.decider), None)
    return PricedCase(
        "not_enough_information" if lacking else _outcome(decisions, bool(lines or shown)),
        tuple(lines),
        shown,
        missing,
        tuple(decisions),
        decider,
        (*clamped, *options.clamped),
        options.roles,
    )


def _check_case(tables: Mapping[str, Table], case: Mapping[str, object]) -> None:
    """Raise InputError with every value that some table cannot take: each input once, not one a run."""
    problems: dict[str, Problem] = {}
    for table in tables.values():
        if table.events is not None and table.events.list in case:
            continue  # its events are looked at one by one when they are decided
        columns = compiled(table).columns
        try:
            scaled_case(table, {name: value for name, value in case.items() if name in columns})
        except InputError as error:
            for problem in error.problems:
                problems.setdefault(problem.field, problem)
    if problems:
        raise InputError(problems.values())


def _decide(table: Table, case: Mapping[str, object]) -> Decision:
    columns, events = compiled(table).columns, table.events.list if table.events else None
    return decide(table, {name: value for name, value in case.items() if name in columns or name == events})


@lru_cache(maxsize=256)
def asked(table: Table) -> frozenset[str]:
    """Return the inputs by which a table decides: a case that gives none of them is not what the table is about."""
    derived = {name for step in table.derived for name in step.of}
    return frozenset({column.name for column in table.inputs} - {table.effective_on} | derived)


def _blocking(decisions: Sequence[Decision]) -> list[Decision]:
    """Return the decisions that lack information on a case that is theirs; all of them where no table could decide."""
    lacking = [d for d in decisions if d.outcome == "not_enough_information"]
    theirs = [d for d in lacking if told(d)]
    # A table that owes nothing to a case that tells it nothing has not decided: that would be a silent zero.
    decided = any(d.outcome in ("priced", "discretion") or (d.outcome == "not_eligible" and told(d)) for d in decisions)  # fmt: skip
    return theirs or ([] if decided else lacking)


def told(decision: Decision) -> bool:
    """Tell whether the case gives at least one input that the table decides by."""
    given = {name.partition("[")[0] for name, value in decision.case.items() if value != "null"}
    return not given.isdisjoint(asked(decision.table))


def _outcome(decisions: Sequence[Decision], any_paid: bool) -> Outcome:
    found = {decision.outcome for decision in decisions}
    if "discretion" in found:  # a sum that somebody has yet to decide is not priced, whatever else is
        return "discretion"
    return "priced" if any_paid and "priced" in found else "not_eligible"


def _lines(decision: Decision) -> list[OfferLine]:
    table = decision.table
    payers = decision.payers if table.payers else {}
    return [
        OfferLine(
            line=table.line or "inconvenience",  # type: ignore[arg-type]
            basis=table.basis or "goodwill",
            kind=paid.kind,
            label=paid.row.label or table.title,
            amount=paid.amount,
            row=paid.row.id,
            source=paid.row.source,
            table=table.name,
            alternative=paid.row.payout.alternative,
            decider=paid.decider,
            at_least=paid.at_least,
            at_most=paid.at_most,
            remedy=table.remedy,
            payers=payers,
            event=paid.event,
        )
        for paid in decision.paid
    ]

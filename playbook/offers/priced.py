"""What the policy's tables owe and offer: lines from the tables, options from the rows they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from playbook.incident.model import Incident
from playbook.money import Money
from playbook.offers.model import OfferLine, OfferPart, Outcome
from playbook.policy.model import OptionRow, Policy
from playbook.tables import Decision, Table, decide, read_table
from playbook.text import LocalText

_read: dict[tuple[Any, ...], Table] = {}


def tables_of(policy: Policy) -> dict[str, Table]:
    """Return the tables of a policy with the patches of every layer, read once per content.

    Raises InputError as `read_table` does.
    """
    out = {}
    for name, (header, patches) in sorted(policy.table_files.items()):
        key = (policy.sha256, header, patches)
        if key not in _read:
            _read[key] = read_table(header, patches)
        out[name] = _read[key]
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
    clamped: tuple[str, ...] = ()  # tables whose patched sum was below the law, so that the law's stood


def applies(table: Table, jurisdiction: str) -> bool:
    """Tell whether a table applies in a jurisdiction (`EU` stands for its member states)."""
    if not table.jurisdictions:
        return True
    country = jurisdiction.split("-")[0]
    return bool(
        {jurisdiction, country, "EU" if country in EU_MEMBERS else country} & set(table.jurisdictions)
    )


# ISO 3166 codes of the European Union's member states, as of 2020-02-01.
EU_MEMBERS = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "HR",
        "CY",
        "CZ",
        "DK",
        "EE",
        "FI",
        "FR",
        "DE",
        "GR",
        "HU",
        "IE",
        "IT",
        "LV",
        "LT",
        "LU",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SK",
        "SI",
        "ES",
        "SE",
        "EU",
    ]
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

    A statutory floor is kept whatever a layer patched: where the patched table pays less than the law's, or
    another thing than money, the law's row stands. Raises InputError for an input that no table knows,
    or a value that is not of its type.
    """
    tables = {
        n: t
        for n, t in tables_of(policy).items()
        if (only == n) or (only is None and applies(t, jurisdiction or policy.jurisdiction))
    }
    floors = floors_of(policy)
    decisions, clamped = [], []
    for name, table in tables.items():
        decision = _decide(table, case)
        if name in floors:
            floor = _decide(floors[name], case)
            if below(decision, floor):
                decision = floor
                clamped.append(name)
        decisions.append(decision)
    lines = [line for d in decisions if d.table.line != "options" for line in _lines(d)]
    parts: dict[str, tuple[OfferPart, ...]] = {}
    for decision in decisions:
        for row in decision.fired if decision.table.line == "options" else ():
            if row.payout.option:
                parts[row.payout.option] = _option(policy, row.payout.option, case)
    missing = tuple(
        dict.fromkeys(name for d in decisions if d.outcome == "not_enough_information" for name in d.missing)
    )
    decider = next((p.decider for d in decisions for p in d.paid if p.decider), None)
    return PricedCase(
        _outcome(decisions, bool(lines or parts)), tuple(lines), parts, missing, tuple(decisions), decider
    )


def _decide(table: Table, case: Mapping[str, object]) -> Decision:
    names = {column.name for column in (*table.inputs, *table.raw_inputs)} | {table.effective_on}
    return decide(table, {name: value for name, value in case.items() if name in names})


def below(decision: Decision, floor: Decision) -> bool:
    """Tell whether a decision pays less than the law: less money, or no answer where the law has one."""
    if floor.outcome != "priced":
        return False
    if decision.outcome != "priced":
        return True
    due = floor.total.minor if floor.total else 0
    return (decision.total.minor if decision.total else 0) < due


def _outcome(decisions: list[Decision], any_paid: bool) -> Outcome:
    found = {decision.outcome for decision in decisions}
    if any_paid and "priced" in found:
        return "priced"
    for outcome in ("discretion", "not_enough_information"):
        if outcome in found:
            return outcome
    return "not_eligible"


def _lines(decision: Decision) -> list[OfferLine]:
    table = decision.table
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
        )
        for paid in decision.paid
    ]


def _option(policy: Policy, option: str, case: Mapping[str, object]) -> tuple[OfferPart, ...]:
    rows = sorted(
        (row for row in policy.options if row.option == option),
        key=lambda row: (row.line != "need_now", row.rank),
    )
    return tuple(_option_part(row, policy.currency, case) for row in rows)


def _option_part(row: OptionRow, currency: str, case: Mapping[str, object]) -> OfferPart:
    amount = row.amount
    if row.of and case.get(row.of) is not None:
        base = Money.parse(str(case[row.of]), currency)
        share = base.share(*row.share) if row.share else base
        amount = share if amount is None else amount + share
    label: LocalText = row.label
    return OfferPart(
        line=row.line,
        kind=row.kind,
        label=label,
        amount=amount if row.paid else None,
        worth=None if row.paid else amount,
        non_monetary=row.non_monetary,
        harm=row.harm,
    )

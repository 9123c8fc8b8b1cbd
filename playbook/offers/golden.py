"""Put worked examples to the tables and clocks of a policy, and compare everything that is expected of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from playbook.clocks import Calendar, add_period, due_day
from playbook.errors import InputError, Problem
from playbook.offers.cases import Case, golden_cases, sum_of
from playbook.offers.options import inputs_of
from playbook.offers.priced import floors_of, price_case, tables_of
from playbook.policy.model import ClockRule, Policy
from playbook.tables import Decision, Table, decide, pays_less
from playbook.tables.decide import Paid, compiled, scaled_case
from playbook.times import Moment

JURISDICTION = "jurisdiction"
"""What a case may give that no table asks for: it decides which tables answer."""


@dataclass(frozen=True)
class Result:
    """What came out of a case: what differs from what was expected, what could not be used, and the rows that fired."""

    case: Case
    differs: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    fired: tuple[tuple[str, str], ...] = ()  # table, row

    @property
    def passed(self) -> bool:
        """Tell whether everything came out as expected."""
        return not self.differs and not self.problems


def run_case(policy: Policy, case: Case) -> Result:
    """Put one case to its table, to its clock, or without either to all tables of the policy that apply."""
    if case.clock:
        return _run_clock(policy, case)
    tables = tables_of(policy)
    if case.table:
        name = next((n for n, t in tables.items() if case.table in (n, t.name)), None)
        if name is None:
            found = case.problem(
                ("table",), repr(case.table)[:80], "one of " + ", ".join(tables), "Correct the name."
            )
            return Result(case, problems=(found,))
        problems = _wrong_inputs(case, [tables[name]])
        if problems:
            return Result(case, problems=problems)
        decision = _held(policy, name, tables[name], case.given)
        return _compared(case, decision.outcome, [(name, decision)], decision.missing, _offered(decision))
    problems = _wrong_inputs(case, tables.values(), {JURISDICTION, *_of_options(policy)})
    if problems:
        return Result(case, problems=problems)
    where = str(case.given.get(JURISDICTION) or policy.jurisdiction or _first_jurisdiction(tables.values()))
    given = {name: value for name, value in case.given.items() if name != JURISDICTION}
    try:
        priced = price_case(policy, given, jurisdiction=where)
    except InputError as error:
        return Result(case, problems=error.problems)
    names = {table.name: name for name, table in tables.items()}
    decisions = [(names[d.table.name], d) for d in priced.decisions]
    return _compared(case, priced.outcome, decisions, priced.missing, tuple(priced.option_parts))


def _first_jurisdiction(tables: Iterable[Table]) -> str:
    return next((table.jurisdictions[0] for table in tables if table.jurisdictions), "")


def _held(policy: Policy, name: str, table: Table, given: Mapping[str, Any]) -> Decision:
    """Return a table's decision, held to the law as pricing holds it."""
    decision = decide(table, given)
    floor = floors_of(policy).get(name)
    if floor is None:
        return decision
    known = _known(floor)
    law = decide(floor, {key: value for key, value in given.items() if key in known})
    return law if pays_less(decision, law) or law.outcome == "not_enough_information" else decision


def _known(table: Table) -> set[str]:
    return {*compiled(table).columns, *([table.events.list] if table.events else [])}


def _of_options(policy: Policy) -> set[str]:
    return {name for option in {row.option for row in policy.options} for name in inputs_of(policy, option)}


def _wrong_inputs(case: Case, tables: Iterable[Table], more: Collection[str] = ()) -> tuple[Problem, ...]:
    """Return every given value that no table asks for, or that is not of the type that one asks for."""
    known = {name for table in tables for name in _known(table)} | set(more)
    out: dict[str, Problem] = {}
    for name in case.given.keys() - known:
        expected = "an input: " + ", ".join(sorted(known))
        out[name] = case.problem(("given", name), f"the input {name}", expected, "Correct the name.")
    for table in tables:
        names = compiled(table).columns
        try:
            scaled_case(table, {name: value for name, value in case.given.items() if name in names})
            decide(table, {name: value for name, value in case.given.items() if name in _known(table)})
        except InputError as error:
            for p in error.problems:
                out.setdefault(p.field, case.problem(("given", p.field), p.found, p.expected, p.remedy))
    return tuple(sorted(out.values()))


# -- comparing -----------------------------------------------------------------------------


def answer_of(policy: Policy, name: str, given: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what one table says of a case today, in the form of `expect`, and the rows that decided."""
    decision = _held(policy, name, tables_of(policy)[name], given)
    got = _answer(decision.outcome, [decision], decision.missing, _offered(decision))
    return {key: value for key, value in got.items() if value}, tuple(row.id for row in decision.fired)


def _answer(
    outcome: str, decisions: Sequence[Decision], missing: Sequence[str], options: Sequence[str]
) -> dict[str, Any]:
    paid = [one for decision in decisions for one in decision.paid]
    return {
        "outcome": outcome,
        "total": _total(decisions),
        "kinds": _kinds(decisions),
        "things": sorted({one.kind for one in paid if one.amount is None and not _range(one)}),
        "at_least": _end([one.at_least for one in paid if _range(one)]),
        "at_most": _end([one.at_most for one in paid if _range(one)]),
        "decider": next((one.decider for one in paid if one.decider), None),
        "missing": sorted(missing),
        "payers": {name: money.decimal for d in decisions for name, money in d.payers.items()},
        "options": sorted(options),
    }


def _compared(
    case: Case,
    outcome: str,
    decisions: Sequence[tuple[str, Decision]],
    missing: Sequence[str],
    options: Sequence[str],
) -> Result:
    counted = [d for _, d in decisions if case.table or d.table.line != "options"]
    got = _answer(outcome, counted, missing, options)
    fired = tuple((name, row.id) for name, d in decisions for row in d.fired)
    rows = ", ".join(dict.fromkeys(row for _, row in fired)) or "no row"
    differs = tuple(
        f"{key}: expected {_shown(wanted)}, got {_shown(got[key])} ({rows})"
        for key, wanted in case.expect.items()
        if _plain(key, wanted) != _plain(key, got[key])
    )
    return Result(case, differs, (), fired)


def _range(paid: Paid) -> bool:
    return paid.row.payout.outcome == "discretion"


def _offered(decision: Decision) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            r.payout.option for r in decision.fired if r.payout.option and r.payout.outcome == "pay"
        )
    )


def _total(decisions: Sequence[Decision]) -> Any:
    """Return the sum of what is paid; of several currencies a text that no expectation is."""
    sums: dict[str, Decimal] = {}
    for decision in decisions:
        if decision.total is not None:
            currency = decision.table.currency
            sums[currency] = sums.get(currency, Decimal(0)) + decision.total.decimal
    if len(sums) > 1:
        return " + ".join(f"{sum_} {currency}" for currency, sum_ in sums.items())
    return next(iter(sums.values()), None)


def _kinds(decisions: Sequence[Decision]) -> dict[str, Decimal]:
    """Return what each kind of money comes to, the best of alternatives of one kind."""
    best: dict[tuple[str, ...], Decimal] = {}
    for decision in decisions:
        for index, paid in enumerate(decision.paid):
            if paid.amount is not None:
                choice = paid.row.payout.alternative or f"#{index}"
                key = (paid.kind, decision.table.name, str(paid.event), choice)
                best[key] = max(best.get(key, Decimal(0)), paid.amount.decimal)
    out: dict[str, Decimal] = {}
    for (kind, *_), sum_ in best.items():
        out[kind] = out.get(kind, Decimal(0)) + sum_
    return out


def _end(ends: Sequence[Any]) -> Decimal | None:
    if not ends or any(end is None for end in ends):
        return None
    return sum((end.decimal for end in ends), Decimal(0))


def _plain(key: str, value: Any) -> Any:
    """Return an expectation, or what came out, in the form in which the two are compared."""
    if key in ("total", "at_least", "at_most"):
        return (sum_of(value) if isinstance(value, str | int) else value) or value or None
    if key in ("kinds", "payers"):
        sums = {name: sum_of(v) if isinstance(v, str | int) else v for name, v in value.items()}
        return {name: sum_ for name, sum_ in sums.items() if sum_}
    if key in ("things", "missing", "options"):
        return sorted(set(value))
    return value or None


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_shown(v)}" for key, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(str, value)) + "]"
    return "null" if value is None else str(value)


# -- clocks --------------------------------------------------------------------------------


def _run_clock(policy: Policy, case: Case) -> Result:
    start = Moment.parse(str(case.given["starts"]))
    rules = [rule for rule in policy.clocks if rule.id == case.clock]
    if not rules:
        known = "one of " + ", ".join(rule.id for rule in policy.clocks)
        return Result(
            case, problems=(case.problem(("clock",), repr(case.clock)[:80], known, "Correct the name."),)
        )
    day = start.day(policy.timezone) if start.precision in ("minute", "day") else None
    rule = next((rule for rule in rules if rule.in_force(day)), None)
    if rule is None:
        return Result(case, (f"due: {case.clock} is not in force on {day}",))
    wanted = case.expect["due"]
    due = due_of(policy, rule, start)
    if wanted is None:
        same = due is None
    elif due is None:
        same = False
    else:
        expected = Moment.parse(str(wanted))
        exact = expected.exact and isinstance(due, Moment)
        got_day = due.day(policy.timezone) if isinstance(due, Moment) else due
        same = (
            due.at == expected.at
            if exact and isinstance(due, Moment)
            else got_day.isoformat() == expected.raw
        )
    return Result(case, () if same else (f"due: expected {_shown(wanted)}, got {_shown(due)} ({rule.id})",))


def due_of(policy: Policy, rule: ClockRule, start: Moment) -> Moment | date | None:
    """Return when a clock runs out that starts at a moment, or on which day, where only a day is known."""
    calendar = Calendar(policy.calendar if rule.calendar is None else rule.calendar, policy.timezone)
    if start.exact:
        return add_period(start, rule.period, rule.unit, calendar, cut_off=rule.cut_off, ends_at=rule.ends_at)
    if start.precision != "day":
        return None
    return due_day(date.fromisoformat(start.raw), rule.period, rule.unit, calendar, cut_off=rule.cut_off)


# -- a policy's own cases ------------------------------------------------------------------


def as_of_layer(policy: Policy, number: int) -> Policy:
    """Return a policy as its layers up to one have it: a law's own examples hold for the law, not for a client's changes."""
    folders = policy.folders[: number + 1]
    if number + 1 == len(policy.folders):
        return policy
    files = {
        name: (header, tuple(patch for patch in patches if patch.parent in folders))
        for name, (header, patches) in policy.table_files.items()
        if header.parent in folders
    }
    return replace(policy, table_files=files, folders=folders, layers=policy.layers[: number + 1])


__all__ = ["Case", "Result", "answer_of", "as_of_layer", "due_of", "golden_cases", "run_case"]

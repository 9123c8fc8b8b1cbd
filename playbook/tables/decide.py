"""Decide one case, with its explanation: rows that fired, rows that nearly did, inputs that were missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np

from playbook.errors import InputError, Problem
from playbook.money import LIMIT, Money
from playbook.tables.amounts import amount_of
from playbook.tables.cells import Input
from playbook.tables.derive import NULL, derive
from playbook.tables.grid import Grid, compile_table
from playbook.tables.model import Table, TableRow

Outcome = Literal["priced", "not_eligible", "not_enough_information", "discretion"]
OUTCOMES: tuple[Outcome, ...] = ("priced", "not_eligible", "not_enough_information", "discretion")
PRICED, NOT_ELIGIBLE, LACKING, DISCRETION = range(4)
MOST_EVENTS = 1000
"""No claim has more events than that."""


@dataclass(frozen=True)
class Paid:
    """What one row comes to for one case; `amount` None is a remedy that is not money, or a range left to a decider."""

    row: TableRow
    kind: str
    amount: Money | None
    decider: str = ""
    at_least: Money | None = None
    at_most: Money | None = None
    event: int = 0  # which of several events it is paid for

    def counted_with(self, index: int) -> str:
        """Return a word that it shares with the other alternatives of its event: of them one counts."""
        alternative = self.row.payout.alternative
        return f"{self.event} {alternative}" if alternative else f"#{index}"


@dataclass(frozen=True)
class NearMiss:
    """A row that would have fired but for one condition."""

    row: TableRow
    input: str
    wanted: str
    found: str


@dataclass(frozen=True)
class Decision:
    """The answer of a table to one case, and why: rows that fired, rows that nearly did, inputs that were missing."""

    table: Table
    outcome: Outcome
    paid: tuple[Paid, ...]
    fired: tuple[TableRow, ...]
    near: tuple[NearMiss, ...]
    missing: tuple[str, ...]
    case: Mapping[str, str]

    @property
    def total(self) -> Money | None:
        """Return the sum of what is paid in money, the best of each set of alternatives; None for no money at all."""
        best = self.best
        return sum(best.values(), Money(0, self.table.currency)) if best else None

    @property
    def best(self) -> dict[str, Money]:
        """Return the sums that count: one of each set of alternatives."""
        best: dict[str, Money] = {}
        for index, paid in enumerate(self.paid):
            if paid.amount is not None:
                key = paid.counted_with(index)
                best[key] = max(best[key], paid.amount) if key in best else paid.amount
        return best

    @property
    def payers(self) -> dict[str, Money]:
        """Return who bears what of the total, to the minor unit; empty where the table does not share it out."""
        total, weights = self.total, self.table.payers
        if total is None or not weights:
            return {}
        return dict(zip(weights, total.allocate(tuple(weights.values())), strict=True))


@lru_cache(maxsize=256)
def compiled(table: Table) -> Grid:
    """Return the compiled grid of a table, once per table."""
    return compile_table(table)


def scaled_case(table: Table, case: Mapping[str, object]) -> dict[str, int | None]:
    """Scale the raw values of one case; `None`, "" and "null" are null.

    Raises InputError naming every unknown input and every value that is not of its type or domain.
    """
    problems: list[Problem] = []
    columns = compiled(table).columns
    out: dict[str, int | None] = dict.fromkeys(columns)
    for name, raw in case.items():
        column = columns.get(name)
        if column is None:
            known = ", ".join(sorted(columns.keys() - {d.name for d in table.derived}))
            problems.append(
                Problem(table.path, 0, 0, name, f"the input {name}", f"one of {known}", "Correct the name.")
            )
            continue
        if raw is None or (isinstance(raw, str) and raw.strip() in ("", "null")):
            continue
        try:
            value = column.scaled(raw)
            if not column.within(value):
                raise ValueError(_domain(column))
            out[name] = value
        except ValueError as error:
            found = repr(raw)[:80]
            problems.append(Problem(table.path, 0, 0, name, found, str(error), "Correct the value."))
    if problems:
        raise InputError(problems)
    for column in table.raw_inputs:
        if out[column.name] is None:
            out[column.name] = column.null_value
    for step in table.derived:
        given = [out[n] for n in step.of]
        if out[step.name] is None and None not in given:
            arrays = {n: np.array([value], dtype=np.int64) for n, value in zip(step.of, given, strict=True)}
            value = int(derive(step, arrays)[0])
            out[step.name] = None if value == NULL else value
            column = columns[step.name]
            if value != NULL and not column.within(value):
                found = f"{column.shown(value)}, worked out of {', '.join(step.of)}"
                problems.append(Problem(table.path, 0, 0, step.name, found, _domain(column), "Correct the values."))  # fmt: skip
    if problems:
        raise InputError(problems)
    return out


def _domain(column: Input) -> str:
    low, high = column.bounds
    return f"{column.shown(low)} to {column.shown(high - 1)}"


def _open_bands(grid: Grid, values: Mapping[str, int | None]) -> tuple[list[int], list[int]]:
    """Return the bands of a case, and the axes whose value is missing although the table requires it."""
    bands, open_axes = [], []
    for k, axis in enumerate(grid.axes):
        value = values.get(axis.column.name)
        bands.append(axis.band(value))
        if value is None and axis.column.required:
            open_axes.append(k)
    return bands, open_axes


def decide(table: Table, case: Mapping[str, object]) -> Decision:
    """Decide one case, or a case of several events whose sums are added.

    A required input that is missing gives not_enough_information, unless every value of it leads to the same rows.
    Raises InputError for an unknown input or a value that is not of its type.
    """
    if table.events is None:
        return _decide_event(table, case)
    events = _events(table, case)
    if not events:
        return _capped(table, _decide_event(table, {k: v for k, v in case.items() if k != table.events.list}))
    common = {name: value for name, value in case.items() if name != table.events.list}
    return _capped(table, _added(table, [_decide_event(table, {**common, **event}) for event in events]))


def _events(table: Table, case: Mapping[str, object]) -> list[Mapping[str, object]]:
    name = table.events.list if table.events else ""
    given = case.get(name)
    if given in (None, "", "null"):
        return []
    if (
        not isinstance(given, list)
        or not 0 < len(given) <= MOST_EVENTS
        or not all(isinstance(event, Mapping) for event in given)
    ):
        found, expected = repr(given)[:80], f"a list of 1 to {MOST_EVENTS} events, each a map of inputs"
        raise InputError([Problem(table.path, 0, 0, name, found, expected, "See docs/tables.md.")])
    return given


def _added(table: Table, decisions: list[Decision]) -> Decision:
    found = {decision.outcome for decision in decisions}
    lacking = "not_enough_information" in found
    _countable(table, sum(d.total.minor for d in decisions if d.total))
    outcome = next(
        o for o in ("not_enough_information", "discretion", "priced", "not_eligible") if o in found
    )
    paid = [replace(p, event=index) for index, d in enumerate(decisions) for p in d.paid]
    first = decisions[0].case
    same = {name for name, value in first.items() if all(d.case[name] == value for d in decisions)}
    cases = {
        name if name in same else f"{name}[{index + 1}]": value
        for index, decision in enumerate(decisions)
        for name, value in decision.case.items()
    }
    return Decision(
        table,
        outcome,
        () if lacking else tuple(paid),
        tuple({id(row): row for d in decisions for row in d.fired}.values()),  # a row holds maps: no hash
        tuple(near for d in decisions for near in d.near),
        tuple(dict.fromkeys(name for d in decisions for name in d.missing)),
        cases,
    )


def _capped(table: Table, decision: Decision) -> Decision:
    """Return a decision after the cap and the threshold on all events of the case."""
    events, total = table.events, decision.total
    if events is None or total is None or decision.outcome not in ("priced", "discretion"):
        return decision
    minor = total.minor if events.at_most is None else min(total.minor, events.at_most)
    if events.at_most_of:
        limit = decision.case.get(events.at_most_of, "null")
        if limit == "null":
            return replace(decision, outcome="not_enough_information", paid=(), missing=(events.at_most_of,))
        minor = min(minor, compiled(table).columns[events.at_most_of].scaled(limit))
    if minor < events.threshold or (minor == events.threshold and not events.threshold_inclusive):
        minor = 0
    if minor == total.minor:
        return decision
    left, paid, allowed = minor, [], {}
    for key, best in decision.best.items():  # of alternatives only one counts
        allowed[key] = min(best.minor, left)
        left -= allowed[key]
    for index, one in enumerate(decision.paid):
        if one.amount is None:
            paid.append(one)
        elif kept := min(one.amount.minor, allowed[one.counted_with(index)]):
            paid.append(replace(one, amount=Money(kept, table.currency)))
    outcome: Outcome = "priced" if paid else "not_eligible"
    return replace(
        decision, outcome=decision.outcome if decision.outcome == "discretion" else outcome, paid=tuple(paid)
    )


def _decide_event(table: Table, case: Mapping[str, object]) -> Decision:
    grid = compiled(table)
    values = scaled_case(table, case)
    bands, open_axes = _open_bands(grid, values)
    near, shown = _near(grid, bands, values), _shown(values, grid)
    if open_axes:
        found = reachable(grid, bands, open_axes)
        if len(found) > 1:
            missing = tuple(
                grid.axes[k].column.name for k in open_axes if _matters(grid, bands, open_axes, k)
            )
            return Decision(table, "not_enough_information", (), (), near, missing, shown)
        winners = next(iter(found))
    else:
        winners = grid.winners(grid.fired(bands))
    rows = tuple(table.rows[r] for r in winners)
    paid, lacking = _pay(table, rows, values)
    if lacking or any(row.payout.outcome == "more_information" for row in rows):
        return Decision(table, "not_enough_information", (), rows, near, lacking, shown)
    if any(row.payout.outcome == "discretion" for row in rows):
        outcome: Outcome = "discretion"
    elif any(p.amount is None or p.amount.minor > 0 for p in paid):
        outcome = "priced"
    else:
        outcome = "not_eligible"
    decision = Decision(table, outcome, paid, rows, near, (), shown)
    _countable(table, decision.total.minor if decision.total else 0)
    return decision


def _pay(
    table: Table, rows: tuple[TableRow, ...], values: Mapping[str, int | None]
) -> tuple[tuple[Paid, ...], tuple[str, ...]]:
    paid, lacking = [], []
    for row in rows:
        payout = row.payout
        if payout.outcome == "none":
            continue
        if payout.outcome == "discretion":
            # A sum that depends on the case is what the decider may go up to.
            upper, missing = amount_of(replace(payout, at_least=None), values, table.rounding)
            lacking += list(missing)
            if not missing:
                low, high = (
                    None if minor is None else Money(minor, table.currency)
                    for minor in (payout.at_least, payout.at_most if upper is None else upper)
                )
                paid.append(Paid(row, payout.kind, None, payout.decider, low, high))
            continue
        minor, missing = amount_of(payout, values, table.rounding)
        lacking += list(missing)
        _countable(table, minor or 0)
        if not missing and (minor is None or minor > 0):
            paid.append(Paid(row, payout.kind, None if minor is None else Money(minor, table.currency)))
    return _aggregated(table, paid), tuple(dict.fromkeys(lacking))


def _countable(table: Table, minor: int) -> None:
    """Refuse a sum that nobody pays: columns of them could not be counted with."""
    if minor > LIMIT:
        found, expected = "a sum that is too large", f"at most {Money(LIMIT, table.currency)}"
        raise InputError([Problem(table.path, 0, 0, "", found, expected, "Correct the values.")])


def _aggregated(table: Table, paid: list[Paid]) -> tuple[Paid, ...]:
    sums = [p for p in paid if p.amount is not None]
    if table.hit_policy == "COLLECT MIN" and sums:
        return (min(sums, key=lambda p: p.amount.minor if p.amount else 0),)
    if table.hit_policy == "COLLECT MAX" and sums:
        return (max(sums, key=lambda p: p.amount.minor if p.amount else 0),)
    return tuple(paid)


def reachable(grid: Grid, bands: list[int], open_axes: list[int]) -> set[tuple[int, ...]]:
    """Return every set of rows that may decide when the values on some axes are not known."""
    out: set[tuple[int, ...]] = set()
    fixed = (1 << len(grid.table.rows)) - 1
    for k, axis in enumerate(grid.axes):
        if k not in open_axes:
            fixed &= axis.masks[bands[k]]
    sets = {fixed}
    for k in open_axes:
        sets = {mask & band for mask in sets for band in set(grid.axes[k].masks[:-1])}
    for mask in sets:
        out.add(grid.winners(mask))
    return out


def _matters(grid: Grid, bands: list[int], open_axes: list[int], axis: int) -> bool:
    rest = [k for k in open_axes if k != axis]
    seen = set()
    for band in range(len(grid.axes[axis].starts)):
        tried = list(bands)
        tried[axis] = band
        seen.add(frozenset(reachable(grid, tried, rest)))
    return len(seen) > 1


def _near(grid: Grid, bands: list[int], values: Mapping[str, int | None]) -> tuple[NearMiss, ...]:
    once = (1 << len(grid.table.rows)) - 1
    fails, twice = 0, 0
    for axis, band in zip(grid.axes, bands, strict=True):
        failed = once & ~axis.masks[band]
        twice |= fails & failed
        fails |= failed
    out = []
    for r, row in enumerate(grid.table.rows):
        if fails >> r & 1 and not twice >> r & 1:
            k = next(k for k, axis in enumerate(grid.axes) if not axis.masks[bands[k]] >> r & 1)
            column = grid.axes[k].column
            value = values.get(column.name)
            wanted = row.cells.get(column.name) or f"{row.start or ''} to {row.end or ''}"
            out.append(NearMiss(row, column.name, wanted, "null" if value is None else column.shown(value)))
    return tuple(out)


def _shown(values: Mapping[str, int | None], grid: Grid) -> dict[str, str]:
    columns = grid.columns
    return {name: "null" if value is None else columns[name].shown(value) for name, value in values.items()}

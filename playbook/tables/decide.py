"""Decide cases: one with its explanation, or columns of them, exact to the minor unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from playbook.errors import InputError, Problem
from playbook.money import ROUNDINGS, Money, RoundingMode
from playbook.tables.cells import Input
from playbook.tables.derive import NULL, Ints, derive
from playbook.tables.grid import Grid, compile_table
from playbook.tables.model import Payout, Table, TableRow

Outcome = Literal["priced", "not_eligible", "not_enough_information", "discretion"]


@dataclass(frozen=True)
class Paid:
    """What one row comes to for one case; `amount` None is a remedy that is not money, or a range left to a decider."""

    row: TableRow
    kind: str
    amount: Money | None
    decider: str = ""
    at_least: Money | None = None
    at_most: Money | None = None


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
        best: dict[str, Money] = {}
        for index, paid in enumerate(self.paid):
            if paid.amount is None:
                continue
            key = paid.row.payout.alternative or f"#{index}"
            best[key] = max(best[key], paid.amount) if key in best else paid.amount
        return sum(best.values(), Money(0, self.table.currency)) if best else None


@lru_cache(maxsize=256)
def compiled(table: Table) -> Grid:
    """Return the compiled grid of a table, once per table."""
    return compile_table(table)


def scaled_case(table: Table, case: Mapping[str, object]) -> dict[str, int | None]:
    """Scale the raw values of one case; `None`, "" and "null" are null.

    Raises InputError naming every unknown input and every value that is not of its type or domain.
    """
    problems: list[Problem] = []
    grid = compiled(table)
    columns: dict[str, Input] = {
        c.name: c for c in (*(a.column for a in grid.axes), *table.inputs, *table.raw_inputs)
    }
    out: dict[str, int | None] = dict.fromkeys(columns)
    derived = {d.name for d in table.derived}
    for name, raw in case.items():
        if name not in columns:
            known = ", ".join(sorted(set(columns) - derived))
            problems.append(
                Problem(table.path, 0, 0, name, f"the input {name}", f"one of {known}", "Correct the name.")
            )
            continue
        if raw is None or (isinstance(raw, str) and raw.strip() in ("", "null")):
            continue
        try:
            value = columns[name].scaled(raw)
            if not columns[name].within(value):
                c = columns[name]
                raise ValueError(f"{c.shown(c.low)} up to, not including, {c.shown(c.high)}")
            out[name] = value
        except ValueError as error:
            problems.append(Problem(table.path, 0, 0, name, repr(raw), str(error), "Correct the value."))
    if problems:
        raise InputError(problems)
    for column in table.raw_inputs:
        out[column.name] = column.null_value if out[column.name] is None else out[column.name]
    for step in table.derived:
        if case.get(step.name) in (None, "", "null"):
            arrays = {n: np.array([NULL if out[n] is None else out[n]], dtype=np.int64) for n in step.of}
            value = int(derive(step, arrays)[0])
            out[step.name] = None if value == NULL else value
    return out


def amount_of(
    payout: Payout, values: Mapping[str, int | None], table: Table
) -> tuple[int | None, tuple[str, ...]]:
    """Return what a payout comes to in minor units, and the inputs that are missing for it. One rounding, at the end."""
    needed = [n for n in (payout.of, payout.per, payout.multiply, payout.cap_of) if n]
    missing = tuple(n for n in needed if values.get(n) is None)
    if missing:
        return None, missing
    if not payout.monetary:
        return None, ()
    exact = Decimal(payout.amount or 0)
    if payout.share is not None:
        base = Decimal(int(values[payout.of] or 0))
        exact += base * payout.share[0] / payout.share[1]
    if payout.per:
        length, count = payout.period, int(values[payout.per] or 0)
        periods = -(-count // length) if payout.periods == "started" else count // length
        periods = max(0, periods - payout.free_periods)
        exact *= periods if payout.max_periods is None else min(periods, payout.max_periods)
    if payout.at_least is not None:
        exact = max(exact, Decimal(payout.at_least))
    if payout.at_most is not None:
        exact = min(exact, Decimal(payout.at_most))
    if payout.cap_of:
        exact = min(exact, Decimal(int(values[payout.cap_of] or 0)))
    exact = max(Decimal(0), exact - payout.deductible)
    minor = int(exact.quantize(Decimal(1), rounding=ROUNDINGS[table.rounding]))
    if minor < payout.threshold or (minor == payout.threshold and not payout.threshold_inclusive):
        minor = 0
    if payout.multiply:
        minor *= int(values[payout.multiply] or 0)
    return minor, ()


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
    """Decide one case.

    A required input that is missing gives not_enough_information, unless every value of it leads to the same rows.
    Raises InputError for an unknown input or a value that is not of its type.
    """
    grid = compiled(table)
    values = scaled_case(table, case)
    bands, open_axes = _open_bands(grid, values)
    missing: tuple[str, ...] = ()
    if open_axes:
        reachable = _reachable(grid, bands, open_axes)
        if len(reachable) > 1:
            missing = tuple(
                grid.axes[k].column.name for k in open_axes if _matters(grid, bands, open_axes, k)
            )
            return Decision(
                table,
                "not_enough_information",
                (),
                (),
                _near(grid, bands, values),
                missing,
                _shown(values, table),
            )
        winners = next(iter(reachable))
    else:
        winners = grid.winners(grid.fired(bands))
    rows = tuple(table.rows[r] for r in winners)
    paid, lacking = _pay(table, rows, values)
    near = _near(grid, bands, values)
    if lacking or any(row.payout.outcome == "more_information" for row in rows):
        return Decision(table, "not_enough_information", (), rows, near, lacking, _shown(values, table))
    if any(row.payout.outcome == "discretion" for row in rows):
        outcome: Outcome = "discretion"
    elif any(p.amount is None or p.amount.minor > 0 for p in paid):
        outcome = "priced"
    else:
        outcome = "not_eligible"
    return Decision(table, outcome, paid, rows, near, (), _shown(values, table))


def _pay(
    table: Table, rows: tuple[TableRow, ...], values: Mapping[str, int | None]
) -> tuple[tuple[Paid, ...], tuple[str, ...]]:
    paid, lacking = [], []
    for row in rows:
        payout = row.payout
        if payout.outcome == "none":
            continue
        if payout.outcome == "discretion":
            bounds = [
                None if m is None else Money(m, table.currency) for m in (payout.at_least, payout.at_most)
            ]
            paid.append(Paid(row, payout.kind, None, payout.decider, *bounds))
            continue
        minor, missing = amount_of(payout, values, table)
        lacking += list(missing)
        if not missing and (minor is None or minor > 0):
            paid.append(Paid(row, payout.kind, None if minor is None else Money(minor, table.currency)))
    return _aggregated(table, paid), tuple(dict.fromkeys(lacking))


def _aggregated(table: Table, paid: list[Paid]) -> tuple[Paid, ...]:
    sums = [p for p in paid if p.amount is not None]
    if table.hit_policy == "COLLECT MIN" and sums:
        return (min(sums, key=lambda p: p.amount.minor if p.amount else 0),)
    if table.hit_policy == "COLLECT MAX" and sums:
        return (max(sums, key=lambda p: p.amount.minor if p.amount else 0),)
    return tuple(paid)


def _reachable(grid: Grid, bands: list[int], open_axes: list[int]) -> set[tuple[int, ...]]:
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
        seen.add(frozenset(_reachable(grid, tried, rest)))
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


def _shown(values: Mapping[str, int | None], table: Table) -> dict[str, str]:
    columns = {
        c.name: c for c in (*(a.column for a in compiled(table).axes), *table.inputs, *table.raw_inputs)
    }
    return {n: "null" if value is None else columns[n].shown(value) for n, value in values.items()}


@dataclass(frozen=True)
class Evaluation:
    """The answers to columns of cases: `code` per case (0 = no row), `minor` paid, `outcome` as an index into OUTCOMES."""

    code: npt.NDArray[np.int64]
    minor: Ints
    outcome: npt.NDArray[np.uint8]
    rows: tuple[tuple[str, ...], ...]  # row ids behind each code


OUTCOMES: tuple[Outcome, ...] = ("priced", "not_eligible", "not_enough_information", "discretion")


def evaluate(table: Table, columns: Mapping[str, Ints], n: int) -> Evaluation:
    """Evaluate scaled columns (int64; `derive.NULL` is null) of n cases. Cases outside a domain are not_enough_information."""
    grid = compiled(table)
    have = dict(columns)
    for column in table.raw_inputs:
        if column.null_value is not None:
            given = have.get(column.name, np.full(n, NULL, dtype=np.int64))
            have[column.name] = np.where(given == NULL, column.null_value, given)
    for step in table.derived:
        if step.name not in have:
            have[step.name] = derive(step, {name: have.get(name, np.full(n, NULL)) for name in step.of})
    code, outside = grid.codes(have, n)
    minor = np.zeros(n, dtype=np.int64)
    outcome = np.ones(n, dtype=np.uint8)
    unsure = outside.copy()
    for axis in grid.axes:
        if axis.column.required:
            unsure |= have.get(axis.column.name, np.full(n, NULL, dtype=np.int64)) == NULL
    ids: list[tuple[str, ...]] = [()]
    for value in range(1, int(code.max(initial=0)) + 1):
        rows = [table.rows[r] for r in grid.winners(grid.set_of(value))]
        ids.append(tuple(row.id for row in rows))
        at = np.flatnonzero((code == value) & ~unsure)
        if len(at):
            minor[at], outcome[at] = _evaluate_rows(table, rows, {k: v[at] for k, v in have.items()}, len(at))
    # What is missing may not matter: those few cases are decided one by one, exactly as a single case is.
    names = {c.name: c for c in (*(a.column for a in grid.axes), *table.raw_inputs)}
    for i in np.flatnonzero(unsure):
        if outside[i]:
            outcome[i] = 2
            continue
        case = {k: names[k].shown(int(v[i])) for k, v in have.items() if k in names and v[i] != NULL}
        decision = decide(table, case)
        outcome[i] = OUTCOMES.index(decision.outcome)
        minor[i] = decision.total.minor if decision.total else 0
        fired = tuple(row.id for row in decision.fired)
        if fired not in ids:
            ids.append(fired)
        code[i] = ids.index(fired)
    return Evaluation(code, minor, outcome, tuple(ids))


def _evaluate_rows(
    table: Table, rows: list[TableRow], have: Mapping[str, Ints], n: int
) -> tuple[Ints, npt.NDArray[np.uint8]]:
    amounts: list[Ints] = []
    keys: list[str] = []
    lacking = np.zeros(n, dtype=bool)
    other = False
    for index, row in enumerate(rows):
        payout = row.payout
        if payout.outcome in ("more_information", "discretion"):
            return np.zeros(n, dtype=np.int64), np.full(
                n, 2 if payout.outcome == "more_information" else 3, dtype=np.uint8
            )
        if payout.outcome == "none":
            continue
        for name in (payout.of, payout.per, payout.multiply, payout.cap_of):
            if name:
                lacking |= have.get(name, np.full(n, NULL)) == NULL
        if not payout.monetary:
            other = True
            continue
        amounts.append(_amounts(payout, have, n, table.rounding))
        keys.append(payout.alternative or f"#{index}")
    total = np.zeros(n, dtype=np.int64)
    if amounts and table.hit_policy in ("COLLECT MIN", "COLLECT MAX"):
        stacked = np.stack(
            [
                np.where(a > 0, a, NULL if table.hit_policy == "COLLECT MAX" else np.iinfo(np.int64).max)
                for a in amounts
            ]
        )
        total = stacked.max(axis=0) if table.hit_policy == "COLLECT MAX" else stacked.min(axis=0)
        total = np.where((total == NULL) | (total == np.iinfo(np.int64).max), 0, total)
    else:
        for key in dict.fromkeys(keys):
            total += np.max(np.stack([a for a, k in zip(amounts, keys, strict=True) if k == key]), axis=0)
    outcome = np.where(lacking, 2, np.where((total > 0) | other, 0, 1)).astype(np.uint8)
    return np.where(lacking, 0, total), outcome


def _amounts(payout: Payout, have: Mapping[str, Ints], n: int, rounding: RoundingMode) -> Ints:
    """Compute a payout on columns, as a fraction numerator/divisor of minor units, rounded once at the end."""

    def column(name: str) -> Ints:
        values = have.get(name, np.zeros(n, dtype=np.int64))
        return np.where(values == NULL, 0, values)

    numerator, divisor = np.full(n, payout.amount or 0, dtype=np.int64), 1
    if payout.share is not None:
        divisor = payout.share[1]
        numerator = numerator * divisor + column(payout.of) * payout.share[0]
    if payout.per:
        count = column(payout.per)
        periods = -(-count // payout.period) if payout.periods == "started" else count // payout.period
        periods = np.maximum(0, periods - payout.free_periods)
        numerator = numerator * (
            periods if payout.max_periods is None else np.minimum(periods, payout.max_periods)
        )
    if payout.at_least is not None:
        numerator = np.maximum(numerator, payout.at_least * divisor)
    if payout.at_most is not None:
        numerator = np.minimum(numerator, payout.at_most * divisor)
    if payout.cap_of:
        numerator = np.minimum(numerator, column(payout.cap_of) * divisor)
    numerator = np.maximum(0, numerator - payout.deductible * divisor)
    minor = round_division(numerator, divisor, rounding)
    low = minor < payout.threshold if payout.threshold_inclusive else minor <= payout.threshold
    minor = np.where(low, 0, minor) if payout.threshold or not payout.threshold_inclusive else minor
    out: Ints = minor * column(payout.multiply) if payout.multiply else minor
    return out


def round_division(numerator: Ints, divisor: int, rounding: RoundingMode) -> Ints:
    """Divide non-negative whole numbers with one stated rounding, exactly."""
    if divisor == 1:
        return numerator
    whole, rest = numerator // divisor, numerator % divisor
    up: npt.NDArray[np.bool_] = {
        "half_up": 2 * rest >= divisor,
        "half_even": (2 * rest > divisor) | ((2 * rest == divisor) & (whole % 2 == 1)),
        "up": rest > 0,
        "down": rest < 0,
    }[rounding]
    out: Ints = whole + up
    return out


def scaled_columns(table: Table, frame: Mapping[str, Any]) -> dict[str, Ints]:
    """Scale columns of raw values (sequences of text or numbers) for `evaluate`; raises InputError for a wrong value."""
    grid = compiled(table)
    columns = {c.name: c for c in (*(a.column for a in grid.axes), *table.raw_inputs)}
    out: dict[str, Ints] = {}
    for name, values in frame.items():
        if name in columns:
            scaled = [
                NULL if v is None or str(v).strip() in ("", "null") else columns[name].scaled(v)
                for v in values
            ]
            out[name] = np.array(scaled, dtype=np.int64)
    return out

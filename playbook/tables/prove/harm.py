"""Less paid for more harm: along an input of which more is worse (or less), a customer must never get less.

What rows pay whatever the case is compared as it is; what depends on the case at several sizes of the inputs that it is
taken of, at the far end of the milder situation and the near end of the worse one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from playbook.money import Money
from playbook.tables.cells import Input
from playbook.tables.derive import Ints
from playbook.tables.grid import Axis, Grid
from playbook.tables.model import TableRow
from playbook.tables.prove.finding import Finding, Level, at_row
from playbook.tables.prove.payments import given_by
from playbook.tables.prove.regions import Cell, Situations, cell_of, first_places

SIZES = (1, 100, 10_000, 1_000_000)
"""Of an input that a sum is taken of, in its own unit."""


@dataclass(frozen=True)
class Fall:
    """Two sums of which the milder case gets the larger: always, or for customers with certain values."""

    before: int
    after: int
    always: bool
    values: dict[str, int]


def less_for_more_harm(situations: Situations) -> Iterator[Finding]:
    """Yield the rows that decide for a customer who is worse off than another and pay less than that one gets."""
    seen: set[tuple[str, ...]] = set()
    for k, axis in enumerate(situations.grid.axes):
        if axis.column.harm not in ("up", "down") or len(axis.starts) < 2:
            continue
        for milder, worse, cell in _steps(situations, k):
            one, two = situations.rows(milder), situations.rows(worse)
            ids = (*(row.id for row in one), "", *(row.id for row in two))
            if ids in seen or _alike(one, two):
                continue
            fall = _falls(situations.grid, axis, k, one, two, cell)
            if fall is not None:
                seen.add(ids)
                yield _finding(situations, axis, one, two, cell, fall)


def _alike(one: Sequence[TableRow], two: Sequence[TableRow]) -> bool:
    return [row.payout for row in one] == [row.payout for row in two]


def _steps(situations: Situations, k: int) -> Iterator[tuple[int, int, Cell]]:
    """Yield the codes of neighbours along an axis, the milder first, each with the first cell of the worse one."""
    axis, codes = situations.grid.axes[k], situations.codes
    count = len(situations.sets)
    values = len(axis.starts)
    low = tuple(slice(None) if i != k else slice(0, values - 1) for i in range(codes.ndim))
    high = tuple(slice(None) if i != k else slice(1, values) for i in range(codes.ndim))
    up = axis.column.harm == "up"
    milder, worse = (codes[low], codes[high]) if up else (codes[high], codes[low])
    pairs = milder.astype(np.int64) * count + worse
    shape = pairs.shape
    if count * count > 50_000_000:  # so many sets: sort rather than count
        numbers, places = np.unique(pairs.reshape(-1), return_index=True)
        found = dict(zip(numbers.tolist(), places.tolist(), strict=True))
    else:
        found = first_places(pairs.reshape(-1), count * count)
    for number, place in found.items():
        first, second = divmod(number, count)
        if first == second:
            continue
        cell = list(cell_of(place, shape))
        cell[k] += up
        yield first, second, tuple(cell)


def _falls(
    grid: Grid, axis: Axis, k: int, one: Sequence[TableRow], two: Sequence[TableRow], worse: Cell
) -> Fall | None:
    """Return sums of which the milder case gets the larger, or None where there are none."""
    if not (one or grid.table.hit_policy.startswith("COLLECT")) or not (
        two or grid.table.hit_policy.startswith("COLLECT")
    ):
        return None  # a gap is told as one
    names = list(dict.fromkeys(name for row in (*one, *two) for name in row.payout.inputs))
    milder = list(worse)
    milder[k] += -1 if axis.column.harm == "up" else 1
    up = axis.column.harm == "up"
    columns = [
        {name: _sizes(grid, name, cell, axis.column.name, last) for name in names}
        for cell, last in ((tuple(milder), up), (worse, not up))
    ]
    if any(values is None for side in columns for values in side.values()):
        return None
    n = 2 * len(SIZES) if names else 1
    paid = [
        given_by(grid.table, rows, {name: v for name, v in side.items() if v is not None}, n)
        for rows, side in zip((one, two), columns, strict=True)
    ]
    if any(side.varies or side.lacking.any() for side in paid):
        return None  # a thing, or what a decider gives, is not compared with a sum
    falls = np.flatnonzero(paid[0].total > paid[1].total)
    if not len(falls):
        return None
    at = int(falls[-1])
    values = {name: int(v[at]) for name, v in columns[1].items() if v is not None}
    return Fall(int(paid[0].total[at]), int(paid[1].total[at]), len(falls) == n, values)


def _sizes(grid: Grid, name: str, cell: Cell, harm: str, last: bool) -> Ints | None:
    """Return values of an input that sums are taken of: of an axis both ends of its band, else several sizes."""
    column = grid.columns[name]
    for axis, band in zip(grid.axes, cell, strict=True):
        if axis.column.name != name:
            continue
        if band == axis.null_band:
            return None
        low = axis.starts[band]
        high = axis.starts[band + 1] - 1 if band + 1 < len(axis.starts) else axis.column.high - 1
        if name == harm:
            return np.full(2 * len(SIZES), _counted(column, high if last else low), dtype=np.int64)
        return np.array([_counted(column, v) for v in (low, high)] * len(SIZES), dtype=np.int64)
    sizes = [min(max(size * 10**column.decimals, column.low), column.high - 1) for size in SIZES]
    return np.repeat(np.array(sizes, dtype=np.int64), 2)


def _counted(column: Input, value: int) -> int:
    most: int = SIZES[-1] * 10**column.decimals
    return min(max(value, column.low, -most), max(most, column.low))


def _finding(
    situations: Situations, axis: Axis, one: Sequence[TableRow], two: Sequence[TableRow], cell: Cell, fall: Fall
) -> Finding:  # fmt: skip
    table, columns = situations.grid.table, situations.grid.columns
    names = [" and ".join(row.id for row in rows) or "no row" for rows in (one, two)]
    before, after = (Money(minor, table.currency) for minor in (fall.before, fall.after))
    may = "pays" if fall.always else "may pay"
    message = f"{names[1]} {may} less than {names[0]} ({after} after {before}) although {axis.column.name} is worse."
    example = situations.example(cell) | {name: columns[name].shown(v) for name, v in fall.values.items()}
    level: Level = "error" if fall.always else "warning"
    if not two:
        return Finding("monotone", level, message, table.path, 1, tuple(row.id for row in one), example)
    found = at_row("monotone", level, message, two[0], *two, example=example)
    return replace(found, rows=tuple(dict.fromkeys(row.id for row in (*one, *two))))

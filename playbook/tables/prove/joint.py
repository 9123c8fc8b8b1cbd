"""The joint grid of several tables: every bound of each, so that in one of its cells each table decides by the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from math import prod

import numpy as np
import numpy.typing as npt

from playbook.tables.cells import LOW, Input
from playbook.tables.decide import compiled
from playbook.tables.grid import CELL_LIMIT, Axis, Grid, fired_codes
from playbook.tables.model import Table, TableRow
from playbook.tables.prove.regions import FIRST_DAY, Bands, Cell, Codes, cell_of, first_places

Span = tuple[int, int]


@dataclass(frozen=True)
class JointAxis:
    """One input of several tables: `spans` are its bands, from the least to the greatest scaled value; None is null.

    `bands` are, by number of the table, the bands of that table's axis that the joint bands lie in.
    """

    name: str
    column: Input
    spans: tuple[Span | None, ...]
    bands: Mapping[int, Bands]

    def __len__(self) -> int:
        return len(self.spans)

    def kept(self, keep: npt.NDArray[np.bool_]) -> JointAxis:
        """Return the axis with some of its bands."""
        spans = tuple(span for span, wanted in zip(self.spans, keep, strict=True) if wanted)
        return replace(self, spans=spans, bands={n: bands[keep] for n, bands in self.bands.items()})


@dataclass(frozen=True)
class Joint:
    """The joint grid of tables. `axes` are all their inputs; a table does not see those that it does not have."""

    tables: tuple[Table, ...]
    axes: tuple[JointAxis, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the number of bands of each axis."""
        return tuple(len(axis) for axis in self.axes)

    @property
    def size(self) -> int:
        """Return the number of cells."""
        return prod(self.shape)

    @property
    def small(self) -> bool:
        """Tell whether it can be looked at whole."""
        return self.size <= CELL_LIMIT

    def within(self, number: int, row: TableRow) -> Joint:
        """Return the part in which a row of one of the tables may fire."""
        grid = self.grids[number]
        mask = 1 << grid.table.rows.index(row)
        own = {axis.column.name: axis for axis in grid.axes}
        axes = []
        for axis in self.axes:
            if number not in axis.bands:
                axes.append(axis)
                continue
            masks = own[axis.column.name].masks
            axes.append(axis.kept(np.array([bool(masks[b] & mask) for b in axis.bands[number]], dtype=bool)))
        return Joint(self.tables, tuple(axes))

    @cached_property
    def grids(self) -> tuple[Grid, ...]:
        """Return the grids of the tables."""
        return tuple(compiled(table) for table in self.tables)

    @cached_property
    def _fired(self) -> tuple[tuple[Codes, list[int]], ...]:
        return tuple(self._codes(number, grid) for number, grid in enumerate(self.grids))

    def _codes(self, number: int, grid: Grid) -> tuple[Codes, list[int]]:
        place = {axis.column.name: k for k, axis in enumerate(self.axes) if number in axis.bands}
        order = [place[axis.column.name] for axis in grid.axes]
        codes, sets = fired_codes(grid, [self.axes[k].bands[number] for k in order])
        codes = codes.transpose(np.argsort(order)) if order else codes
        index = tuple(slice(None) if k in order else None for k in range(len(self.axes)))
        return np.broadcast_to(codes[index], self.shape), sets

    def rows(self, number: int, code: int) -> tuple[TableRow, ...]:
        """Return the rows of a table that decide for one of its codes."""
        return tuple(self.tables[number].rows[r] for r in self.grids[number].winners(self.mask(number, code)))

    def mask(self, number: int, code: int) -> int:
        """Return the bitmask of the rows of a table that fire for one of its codes."""
        return self._fired[number][1][code]

    @cached_property
    def pairs(self) -> npt.NDArray[np.int64]:
        """Return, flat, a number for what decides together in each cell; `together` takes it apart."""
        out = np.zeros(self.shape, dtype=np.int64)
        for codes, sets in self._fired:
            out *= len(sets)
            out += codes
        return out.reshape(-1)

    def together(self) -> dict[tuple[int, ...], int]:
        """Return what decides together, as one code a table, each with its first place in `pairs`."""
        sizes = [len(sets) for _, sets in self._fired]
        count = int(np.prod(sizes, dtype=object))
        if not self.size:
            return {}
        if count <= 4 * CELL_LIMIT:
            first = first_places(self.pairs, count)
        else:
            values, places = np.unique(self.pairs, return_index=True)
            first = dict(zip(values.tolist(), places.tolist(), strict=True))
        out = {}
        for value, place in first.items():
            codes = []
            for size in reversed(sizes):
                value, code = divmod(value, size)
                codes.append(code)
            out[tuple(reversed(codes))] = place
        return out

    def number(self, codes: Sequence[int]) -> int:
        """Return the number in `pairs` of codes that decide together."""
        out = 0
        for code, (_, sets) in zip(codes, self._fired, strict=True):
            out = out * len(sets) + code
        return out

    def cell(self, place: int) -> Cell:
        """Return the cell of a flat place."""
        return cell_of(place, self.shape)

    def values(self, cell: Cell) -> dict[str, int | None]:
        """Return a concrete customer in a cell, as scaled values; None is null."""
        spans = {axis.name: (axis, axis.spans[band]) for axis, band in zip(self.axes, cell, strict=True)}
        return {n: None if span is None else plain(axis.column, span) for n, (axis, span) in spans.items()}


def shown(table: Table, values: Mapping[str, int | None]) -> dict[str, str]:
    """Write those values of a customer that a table asks for, as a case; null is left out."""
    columns = compiled(table).columns
    return {
        name: columns[name].shown(value)
        for name, value in values.items()
        if name in columns and value is not None
    }


def joint_of(*tables: Table) -> Joint:
    """Return the joint grid of tables; of an input that several have, the part of the domain that all of them know."""
    by_name: dict[str, dict[int, Axis]] = {}
    for number, table in enumerate(tables):
        for axis in compiled(table).axes:
            column = axis.column
            others = by_name.get(column.name, {}).values()
            alike = all(_unit(other.column) == _unit(column) for other in others)
            by_name.setdefault(column.name if alike else f"{column.name} of {table.name}", {})[number] = axis
    return Joint(tables, tuple(_joint_axis(name, found) for name, found in by_name.items()))


def _unit(column: Input) -> tuple[str, int]:
    return column.type, column.decimals


def _joint_axis(name: str, found: Mapping[int, Axis]) -> JointAxis:
    columns = [axis.column for axis in found.values()]
    first = columns[0]
    spans: list[Span | None] = []
    bands: dict[int, list[int]] = {}
    if first.discrete:
        values = [v for v in first.values if all(v in column.values for column in columns)]
        spans += [(first.values.index(v), first.values.index(v)) for v in values]
        bands = {number: [axis.column.values.index(v) for v in values] for number, axis in found.items()}
    else:
        low, high = max(c.low for c in columns), min(c.high for c in columns)
        cuts = sorted({low, high} | {s for axis in found.values() for s in axis.starts if low < s < high})
        spans += [(start, end - 1) for start, end in pairwise(cuts)]
        bands = {number: [axis.band(start) for start, _ in pairwise(cuts)] for number, axis in found.items()}
    if all(not column.required for column in columns):
        spans.append(None)
        bands = {number: [*own, found[number].null_band] for number, own in bands.items()}
    return JointAxis(name, first, tuple(spans), {n: np.array(own, dtype=np.intp) for n, own in bands.items()})


def plain(column: Input, span: Span) -> int:
    """Return a value of a range that a person can read: its least where that is not endless, else one near zero."""
    low, high = span
    if column.type == "date" and low <= FIRST_DAY and high < column.high - 1:
        return high
    if column.discrete or low > LOW + 1:
        return low
    return min(0, high)

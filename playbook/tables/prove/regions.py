"""The situations of a grid: which of them a complete case can be in, what fires there, and how to name one or many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from playbook.tables.grid import Axis, Grid, fired_codes
from playbook.tables.model import TableRow

MOST_BOXES = 20
"""So many boxes of one kind are told; whoever mends those sees the rest next time."""
FIRST_DAY = 1
"""The first day of the calendar, 0001-01-01: where the days of a table begin that says nothing of it."""
Box = tuple[tuple[int, int], ...]
Bands = npt.NDArray[np.intp]
Codes = npt.NDArray[np.int32]
Cell = tuple[int, ...]


def askable(axis: Axis) -> int:
    """Return how many bands of an axis, from the first, a complete case can fall into: null only where it may be."""
    return len(axis.masks) - axis.column.required


@dataclass(frozen=True)
class Situations:
    """Every situation of a table that is small enough to be looked at whole; a required input is never null."""

    grid: Grid

    @cached_property
    def _fired(self) -> tuple[Codes, list[int]]:
        return fired_codes(self.grid, [np.arange(askable(axis)) for axis in self.grid.axes])

    @property
    def codes(self) -> Codes:
        """Return the code of what fires in each cell, one axis an input."""
        return self._fired[0]

    @property
    def sets(self) -> list[int]:
        """Return the bitmask of the rows behind each code."""
        return self._fired[1]

    @cached_property
    def present(self) -> dict[int, Cell]:
        """Return the codes that occur, each with its first cell."""
        first = first_places(self.codes.reshape(-1), len(self.sets))
        return {code: cell_of(place, self.codes.shape) for code, place in first.items()}

    @cached_property
    def winners(self) -> dict[int, tuple[int, ...]]:
        """Return the rows that decide, by code that occurs."""
        return {code: self.grid.winners(self.sets[code]) for code in self.present}

    def rows(self, code: int) -> tuple[TableRow, ...]:
        """Return the rows that decide for a code."""
        return tuple(self.grid.table.rows[r] for r in self.winners[code])

    def example(self, cell: Sequence[int]) -> dict[str, str]:
        """Return a concrete customer in a cell."""
        return example_of(self.grid, cell)


def first_places(values: npt.NDArray[np.integer], count: int) -> dict[int, int]:
    """Return the values that occur in a column of small whole numbers (below `count`), each with its first place."""
    first = np.full(count, -1, dtype=np.int64)
    first[values[::-1]] = np.arange(len(values) - 1, -1, -1)
    return {int(value): int(first[value]) for value in np.flatnonzero(first >= 0)}


def cell_of(place: int, shape: tuple[int, ...]) -> Cell:
    """Return the cell of a flat place."""
    return tuple(int(i) for i in np.unravel_index(place, shape))


def example_of(grid: Grid, cell: Sequence[int]) -> dict[str, str]:
    """Return a concrete customer in a cell of the grid."""
    return {axis.column.name: _example(axis, int(band)) for axis, band in zip(grid.axes, cell, strict=True)}


def _example(axis: Axis, band: int) -> str:
    if axis.column.type == "date" and band == 0 and len(axis.starts) > 1 and axis.starts[0] <= FIRST_DAY:
        return axis.column.shown(
            axis.starts[1] - 1
        )  # the last day before anything, not the first of the calendar
    return axis.example(band)


def boxes(grid: Grid, hit: npt.NDArray[np.bool_], limit: int = MOST_BOXES) -> list[Box]:
    """Merge cells into boxes greedily: each box is (first, last) band per axis, and every cell is in one."""
    left = hit.copy()
    out: list[Box] = []
    while len(out) < limit and left.any():
        start = np.unravel_index(int(np.argmax(left)), left.shape)
        box = [(int(i), int(i)) for i in start]
        for k, axis in enumerate(grid.axes):
            while box[k][1] + 1 < left.shape[k]:
                if box[k][1] + 1 == axis.null_band and box[k][0]:  # null is next to all values, or to none
                    break
                step = tuple(
                    slice(a, b + 1) if i != k else slice(b + 1, b + 2) for i, (a, b) in enumerate(box)
                )
                if not left[step].all():
                    break
                box[k] = (box[k][0], box[k][1] + 1)
        left[tuple(slice(a, b + 1) for a, b in box)] = False
        out.append(tuple(box))
    return out


def told(grid: Grid, box: Box) -> str:
    """Write the situations of a box as conditions: `distance_km <1500, cause weather|crew`."""
    parts = []
    for axis, (first, last) in zip(grid.axes, box, strict=True):
        every = last - first + 1 >= askable(axis) or (
            axis.column.discrete and last - first + 1 == len(axis.column.values)
        )
        span = axis.span(first, last)
        if span != "-" and not every:
            parts.append(f"{axis.column.name} {span}")
    return ", ".join(parts)

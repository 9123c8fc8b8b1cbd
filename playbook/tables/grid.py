"""Compile a table to its elementary grid: bands per input, and the row that each cell of the grid decides for.

The same grid answers a case, a million cases, and every question of proof: gaps, overlaps, what a change moves.
A table whose grid would pass `CELL_LIMIT` keeps the per-input bitmasks and ANDs them instead.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

from playbook.tables.cells import HIGH, LOW, Input, Test
from playbook.tables.derive import NULL, Ints
from playbook.tables.model import Table, TableRow

CELL_LIMIT = 20_000_000


@dataclass(frozen=True)
class Axis:
    """One input cut into bands: `starts` of the bands in order, the last band being null. `masks[band]` has bit r set where row r passes."""

    column: Input
    starts: tuple[int, ...]
    masks: tuple[int, ...]

    @property
    def null_band(self) -> int:
        """Return the index of the band that null falls into."""
        return len(self.starts)

    def band(self, value: int | None) -> int:
        """Return the band of a scaled value. Raises ValueError outside the domain."""
        if value is None:
            return self.null_band
        if not self.column.within(value):
            raise ValueError(
                f"{self.column.name}: {self.column.shown(value)} is outside {self.column.shown(self.column.low)} to {self.column.shown(self.column.high)}"
            )
        return bisect_right(self.starts, value) - 1

    def bands(self, values: Ints) -> npt.NDArray[np.int64]:
        """Return the bands of an array of scaled values; -1 where a value is outside the domain."""
        null = values == NULL
        found = (
            np.searchsorted(np.asarray(self.starts, dtype=np.int64), values, side="right").astype(np.int64)
            - 1
        )
        if not self.column.discrete:
            found = np.where((values < self.column.low) | (values >= self.column.high), -1, found)
        else:
            found = np.where((values < 0) | (values >= max(len(self.column.values), 1)), -1, found)
        return np.where(null, self.null_band, found)

    def example(self, band: int) -> str:
        """Write a value that lies in a band."""
        if band == self.null_band:
            return "null"
        value = self.starts[band]
        if not self.column.discrete and value <= LOW + 1:
            value = min(0, self.starts[band + 1] - 1) if band + 1 < len(self.starts) else 0
        return self.column.shown(value)

    def span(self, first: int, last: int) -> str:
        """Write the range that consecutive bands cover, as a cell."""
        if first == self.null_band:
            return "null"
        if first == 0 and last == self.null_band:
            return "-"
        if self.column.discrete:
            return "|".join(self.column.shown(b) for b in range(first, last + 1))
        low = self.starts[first]
        high = self.starts[last + 1] if last + 1 < len(self.starts) else self.column.high
        if low <= LOW + 1 and high >= HIGH:
            return "-"
        if low <= LOW + 1:
            return f"<{self.column.shown(high)}"
        if high >= HIGH:
            return f">={self.column.shown(low)}"
        return (
            self.column.shown(low)
            if high == low + 1
            else f"[{self.column.shown(low)}..{self.column.shown(high)})"
        )


def _axis(column: Input, tests: Sequence[Test]) -> Axis:
    if column.discrete:
        starts = tuple(range(len(column.values)))
    else:
        cuts = {column.low}
        for test in tests:
            for low, high in test.intervals:
                cuts |= {b for b in (low, high) if column.low < b < column.high}
        starts = tuple(sorted(cuts))
    masks = [sum(1 << r for r, test in enumerate(tests) if test.holds(start)) for start in starts]
    masks.append(sum(1 << r for r, test in enumerate(tests) if test.holds(None)))
    return Axis(column, starts, tuple(masks))


def _effective_test(row: TableRow) -> Test:
    if row.start is None and row.end is None:
        return Test(any=True)
    return Test(
        intervals=((row.start.toordinal() if row.start else LOW, row.end.toordinal() if row.end else HIGH),)
    )


EVENT_DATE = "event_date"


@dataclass(frozen=True)
class Grid:
    """A compiled table. Axis order is the order of the table's inputs, then the event date where rows are dated."""

    table: Table
    axes: tuple[Axis, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the number of bands per axis, null included."""
        return tuple(len(axis.masks) for axis in self.axes)

    @property
    def size(self) -> int:
        """Return the number of cells of the grid (a Python int: it may be huge)."""
        out = 1
        for n in self.shape:
            out *= n
        return out

    @property
    def dense(self) -> bool:
        """Tell whether the grid is small enough to be held as one array."""
        return self.size <= CELL_LIMIT

    def fired(self, bands: Sequence[int]) -> int:
        """Return the bitmask of rows that fire for one cell of the grid."""
        mask = (1 << len(self.table.rows)) - 1
        for axis, band in zip(self.axes, bands, strict=True):
            mask &= axis.masks[band]
            if not mask:
                break
        return mask

    @cached_property
    def _best_first(self) -> tuple[int, ...]:
        rows = self.table.rows
        if self.table.hit_policy == "PRIORITY":
            return tuple(sorted(range(len(rows)), key=lambda r: (-rows[r].priority, r)))
        return tuple(range(len(rows)))

    def winners(self, mask: int) -> tuple[int, ...]:
        """Return the rows that the hit policy lets decide, out of those that fired."""
        order = [r for r in self._best_first if mask >> r & 1]
        policy = self.table.hit_policy
        if policy in ("UNIQUE", "ANY", "PRIORITY", "FIRST"):
            return tuple(order[:1])
        if policy == "OUTPUT ORDER":
            return tuple(sorted(order, key=lambda r: (-self.table.rows[r].priority, r)))
        return tuple(order)

    def cells(self) -> Iterator[tuple[int, ...]]:
        """Yield every cell as a tuple of bands."""
        return (tuple(int(i) for i in index) for index in np.ndindex(*self.shape))

    @cached_property
    def masks(self) -> npt.NDArray[np.uint64]:
        """Return the bitmasks of the whole grid, in 64-bit words on the last axis."""
        words = -(-max(len(self.table.rows), 1) // 64)
        out = np.full((*self.shape, words), np.iinfo(np.uint64).max, dtype=np.uint64)
        for k, axis in enumerate(self.axes):
            table = axis_words(axis, words)
            out &= table.reshape(*(-1 if i == k else 1 for i in range(len(self.axes))), words)
        return out

    @cached_property
    def lookup(self) -> npt.NDArray[np.uint32]:
        """Return, flat, 1 + the index of the fired set of each cell, 0 for no row; sets are in `sets`."""
        words = self.masks.reshape(-1, self.masks.shape[-1])
        unique, inverse = np.unique(words, axis=0, return_inverse=True)
        masks = [
            sum(int(w) << (64 * i) for i, w in enumerate(row)) & ((1 << len(self.table.rows)) - 1)
            for row in unique
        ]
        order = {mask: i for i, mask in enumerate(dict.fromkeys(m for m in masks if m))}
        self.__dict__["sets"] = tuple(order)
        codes = np.array([order[m] + 1 if m else 0 for m in masks], dtype=np.uint32)
        dtype = np.uint8 if len(order) < 255 else (np.uint16 if len(order) < 65535 else np.uint32)
        return codes[inverse.reshape(-1)].astype(dtype)

    def band_arrays(self, columns: Mapping[str, Ints], n: int) -> list[npt.NDArray[np.int64]]:
        """Return the bands of every axis for scaled columns; a column that is not given is null."""
        empty = np.full(n, NULL, dtype=np.int64)
        return [axis.bands(columns.get(axis.column.name, empty)) for axis in self.axes]

    def codes(
        self, columns: Mapping[str, Ints], n: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """Return per case the code of its fired set, and whether any value was outside its domain."""
        if not self.dense:
            return self._codes_by_masks(columns, n)
        flat = np.zeros(n, dtype=np.int64)
        outside = np.zeros(n, dtype=bool)
        for axis, bands in zip(self.axes, self.band_arrays(columns, n), strict=True):
            outside |= bands < 0
            flat *= len(axis.masks)
            flat += np.maximum(bands, 0)
        return self.lookup[flat].astype(np.int64), outside

    def _codes_by_masks(
        self, columns: Mapping[str, Ints], n: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        words = -(-max(len(self.table.rows), 1) // 64)
        mask = np.full((n, words), np.iinfo(np.uint64).max, dtype=np.uint64)
        outside = np.zeros(n, dtype=bool)
        for axis, bands in zip(self.axes, self.band_arrays(columns, n), strict=True):
            outside |= bands < 0
            mask &= axis_words(axis, words)[np.maximum(bands, 0)]
        unique, inverse = np.unique(mask, axis=0, return_inverse=True)
        sets: list[int] = list(self.__dict__.get("sets", ()))
        codes = np.zeros(len(unique), dtype=np.int64)
        for i, row in enumerate(unique):
            bits = sum(int(w) << (64 * k) for k, w in enumerate(row)) & ((1 << len(self.table.rows)) - 1)
            if not bits:
                continue
            if bits not in sets:
                sets.append(bits)
            codes[i] = sets.index(bits) + 1
        self.__dict__["sets"] = tuple(sets)
        return codes[inverse.reshape(-1)], outside

    def set_of(self, code: int) -> int:
        """Return the fired bitmask behind a code."""
        sets: tuple[int, ...] = self.__dict__["sets"]
        return sets[code - 1] if code else 0


def axis_words(axis: Axis, words: int) -> npt.NDArray[np.uint64]:
    """Return an axis's masks as an array (bands, words)."""
    return np.array(
        [[mask >> (64 * w) & 0xFFFFFFFFFFFFFFFF for w in range(words)] for mask in axis.masks],
        dtype=np.uint64,
    )


def compile_table(table: Table) -> Grid:
    """Compile a table to its grid."""
    axes = [_axis(column, [row.tests[i] for row in table.rows]) for i, column in enumerate(table.inputs)]
    if any(row.start or row.end for row in table.rows):
        dates = Input(
            table.effective_on or EVENT_DATE, "date", required=True, low=1, high=date.max.toordinal()
        )
        axes.append(_axis(dates, [_effective_test(row) for row in table.rows]))
    return Grid(table, tuple(axes))

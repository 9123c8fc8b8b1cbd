"""Compile a table to its elementary grid: bands per input, and the row that each cell of the grid decides for.

The same grid answers a case, a million cases, and every question of proof: gaps, overlaps, what a change moves.
A table whose grid would pass `CELL_LIMIT` keeps the per-input bitmasks and ANDs them instead.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import prod
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from playbook.tables.cells import HIGH, LOW, Input, Test
from playbook.tables.derive import NULL, Ints
from playbook.tables.model import Table, TableRow

CELL_LIMIT = 20_000_000
FEW = 24
"""Up to so many bands, comparing with each bound is faster than searching."""
Bands = npt.NDArray[np.integer[Any]]
CHUNK = 32_768
"""Cases looked up at a time: what is worked on stays in the processor's cache."""


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
        column = self.column
        if not (column.discrete or column.low <= value < column.high):
            raise ValueError(
                f"{column.name}: {column.shown(value)} is outside {column.shown(column.low)} to {column.shown(column.high)}"
            )
        return bisect_right(self.starts, value) - 1

    def bands(self, values: Ints) -> Bands:
        """Return the bands of an array of scaled values (of any whole-number type); -1 where one is outside the domain."""
        low, high = (0, max(len(self.column.values), 1)) if self.column.discrete else (self.column.low, self.column.high)  # fmt: skip
        found: Bands
        if self.column.discrete:
            found = values
        elif len(self.starts) <= FEW:
            found = np.zeros(len(values), dtype=np.uint8)
            for start in self.starts[1:]:
                found += (values >= start).view(np.uint8)
        else:
            found = np.searchsorted(np.asarray(self.starts, dtype=np.int64), values, side="right") - 1
        if len(values) and not (
            low <= values.min() and values.max() < high
        ):  # rare: nulls, or a value outside
            found = found.astype(np.intp)
            null = values == NULL
            found[(values < low) | (values >= high)] = -1
            found[null] = self.null_band
        return found

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
OPEN = -2
"""In a lookup: a required input is missing, and nobody has asked yet whether that matters."""
Resolve = Callable[[list[int]], int]
_NUMBERING = Lock()


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
        return prod(self.shape)

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

    @cached_property
    def columns(self) -> dict[str, Input]:
        """Return every input that a case may give, by name."""
        table = self.table
        return {c.name: c for c in (*(a.column for a in self.axes), *table.inputs, *table.raw_inputs)}

    @cached_property
    def sets(self) -> list[int]:
        """Return the bitmasks of the sets of rows that fire together; the code of a set is its index, 0 is no row."""
        return [0]

    @cached_property
    def _codes(self) -> dict[int, int]:
        return {0: 0}

    def code_of(self, mask: int) -> int:
        """Return the code of a set of rows."""
        with _NUMBERING:  # two threads may meet a set for the first time at once
            code = self._codes.setdefault(mask, len(self.sets))
            if code == len(self.sets):
                self.sets.append(mask)
        return code

    def set_of(self, code: int) -> int:
        """Return the set of rows behind a code."""
        return self.sets[code]

    @cached_property
    def lookup(self) -> npt.NDArray[np.unsignedinteger[Any]]:
        """Return, flat, the code of the fired set of each cell."""
        fired, sets = fired_codes(self, [range(len(axis.masks)) for axis in self.axes])
        codes = np.array([self.code_of(mask) for mask in sets], dtype=np.int64)
        dtype: Any = (
            np.uint8 if len(self.sets) <= 2**8 else (np.uint16 if len(self.sets) <= 2**16 else np.uint32)
        )
        return codes.astype(dtype)[fired].reshape(-1)

    def _numbered(self, words: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.intp]]:
        """Return the codes of the different sets among bitmasks (in words), and which of them each is."""
        unique, inverse = np.unique(words, axis=0, return_inverse=True)
        every = (1 << len(self.table.rows)) - 1
        masks = [sum(int(w) << (64 * i) for i, w in enumerate(row)) & every for row in unique]
        return np.array([self.code_of(mask) for mask in masks], dtype=np.int64), inverse.reshape(-1)

    @cached_property
    def _resolved(self) -> npt.NDArray[np.int32]:
        """Return the lookup where cells with a required input missing are still to be resolved; filled as they are met."""
        out = self.lookup.astype(np.int32).reshape(self.shape)
        for k, axis in enumerate(self.axes):
            if axis.column.required:
                out[tuple(slice(None) if i != k else axis.null_band for i in range(len(self.axes)))] = OPEN
        return out.reshape(-1)

    def codes(
        self, columns: Mapping[str, Ints], n: int, resolve: Resolve | None = None
    ) -> tuple[npt.NDArray[np.integer[Any]], npt.NDArray[np.bool_]]:
        """Return per case the code of its fired set, and whether any value was outside its domain.

        `columns` are scaled whole numbers by input; one that is not given is null. `resolve` says for a cell of the grid
        in which a required input is missing which code stands there (-1 for none): each such cell is asked for once.
        """
        narrow = self.dense and resolve is None
        code = np.empty(n, dtype=self.lookup.dtype if narrow else np.int64)
        outside = np.zeros(n, dtype=bool)
        for start in range(0, n, CHUNK):
            at = slice(start, min(start + CHUNK, n))
            part = {name: values[at] for name, values in columns.items()}
            code[at] = self._chunk(part, outside[at], resolve)
        return code, outside

    def _chunk(
        self, columns: Mapping[str, Ints], outside: npt.NDArray[np.bool_], resolve: Resolve | None
    ) -> npt.NDArray[np.integer[Any]]:
        """Return the codes of a chunk of cases, and mark those that are outside."""
        n = len(outside)
        if not self.dense:
            return self._by_masks(columns, outside, resolve)
        flat: Bands = np.zeros(n, dtype=np.int32)
        if self.size <= 2**16:  # narrow: less to move
            flat = np.zeros(n, dtype=np.uint16)
        for axis in self.axes:
            flat *= len(axis.masks)
            np.add(flat, self._bands(axis, columns, outside), out=flat, casting="unsafe")
        if resolve is None:
            return np.take(self.lookup, flat)
        codes = np.take(self._resolved, flat)
        if codes.min(initial=0) == OPEN:
            for cell in np.unique(flat[codes == OPEN]).tolist():
                self._resolved[cell] = resolve([int(i) for i in np.unravel_index(cell, self.shape)])
            codes = np.take(self._resolved, flat)
        return codes

    def _by_masks(
        self, columns: Mapping[str, Ints], outside: npt.NDArray[np.bool_], resolve: Resolve | None
    ) -> npt.NDArray[np.int64]:
        """Return the codes of a chunk of cases without a lookup: the bitmasks of their bands, put together."""
        n = len(outside)
        words = -(-max(len(self.table.rows), 1) // 64)
        mask = np.full((n, words), np.iinfo(np.uint64).max, dtype=np.uint64)
        missing = np.zeros(n, dtype=bool)
        bands = [self._bands(axis, columns, outside) for axis in self.axes]
        for axis, band in zip(self.axes, bands, strict=True):
            mask &= np.broadcast_to(self._words[axis.column.name][band], mask.shape)
            if axis.column.required:
                missing |= band == axis.null_band
        found, inverse = self._numbered(mask)
        codes = found[inverse]
        if resolve is not None and missing.any():
            at = np.flatnonzero(missing)
            cells = np.stack([np.broadcast_to(band, (n,))[at] for band in bands], axis=1)
            unique, which = np.unique(cells, axis=0, return_inverse=True)
            answers = np.array([resolve(cell) for cell in unique.tolist()], dtype=np.int64)
            codes[at] = answers[which.reshape(-1)]
        return codes

    def _bands(self, axis: Axis, columns: Mapping[str, Ints], outside: npt.NDArray[np.bool_]) -> Bands | int:
        values = columns.get(axis.column.name)
        if values is None:
            return axis.null_band
        bands = axis.bands(values)
        if bands is not values and bands.dtype.kind == "i" and len(bands) and bands.min() < 0:
            outside |= bands < 0
            np.maximum(bands, 0, out=bands)
        return bands

    @cached_property
    def _words(self) -> dict[str, npt.NDArray[np.uint64]]:
        words = -(-max(len(self.table.rows), 1) // 64)
        return {axis.column.name: axis_words(axis, words) for axis in self.axes}


def axis_words(axis: Axis, words: int) -> npt.NDArray[np.uint64]:
    """Return an axis's masks as an array (bands, words)."""
    return np.array(
        [[mask >> (64 * w) & 0xFFFFFFFFFFFFFFFF for w in range(words)] for mask in axis.masks],
        dtype=np.uint64,
    )


def fired_codes(grid: Grid, bands: Sequence[Iterable[int]]) -> tuple[npt.NDArray[np.int32], list[int]]:
    """Return the code of the rows that fire in each cell of a part of the grid, and the bitmask behind each code.

    `bands` are those to look at, by axis. Sets of rows are numbered axis by axis: there are far fewer than cells.
    """
    sets = [(1 << len(grid.table.rows)) - 1]
    codes: npt.NDArray[np.int32] = np.zeros((), dtype=np.int32)
    for axis, wanted in zip(grid.axes, bands, strict=True):
        different: dict[int, int] = {}
        place = np.array([different.setdefault(axis.masks[b], len(different)) for b in wanted], dtype=np.intp)
        numbers: dict[int, int] = {}
        step = np.array(
            [[numbers.setdefault(one & mask, len(numbers)) for mask in different] for one in sets],
            dtype=np.int32,
        ).reshape(len(sets), len(different))
        sets = list(numbers)
        codes = step[:, place][codes]
    return codes, sets


def compile_table(table: Table) -> Grid:
    """Compile a table to its grid."""
    axes = [_axis(column, [row.tests[i] for row in table.rows]) for i, column in enumerate(table.inputs)]
    if any(row.start or row.end for row in table.rows):
        dates = Input(
            table.effective_on or EVENT_DATE, "date", required=True, low=1, high=date.max.toordinal()
        )
        axes.append(_axis(dates, [_effective_test(row) for row in table.rows]))
    return Grid(table, tuple(axes))

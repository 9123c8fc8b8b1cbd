"""What can be said of a table whose grid is too large to be looked at whole: rows compared two by two."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from playbook.tables.grid import Grid
from playbook.tables.prove.finding import Finding, at_row
from playbook.tables.prove.regions import askable
from playbook.tables.prove.whole import overlap

Flags = npt.NDArray[np.bool_]


def _passing(grid: Grid) -> list[Flags]:
    """Return by axis an array (rows, bands): whether the row passes in the band."""
    rows = range(len(grid.table.rows))
    return [
        np.array([[bool(axis.masks[b] >> r & 1) for b in range(askable(axis))] for r in rows], dtype=bool)
        for axis in grid.axes
    ]


def overlaps_by_pairs(grid: Grid) -> Iterator[Finding]:
    """Yield the pairs of rows that both fire for some customer, where one alone may."""
    passing = _passing(grid)
    n = len(grid.table.rows)
    meet = np.triu(np.ones((n, n), dtype=bool), 1)
    for flags in passing:
        counts = flags.astype(np.float32)
        meet &= counts @ counts.T > 0
    for a, b in np.argwhere(meet).tolist():
        bands = [int(np.argmax(flags[a] & flags[b])) for flags in passing]
        customer = {axis.column.name: axis.example(band) for axis, band in zip(grid.axes, bands, strict=True)}
        yield from overlap(grid.table, a, b, customer)


def covered_by_pairs(grid: Grid) -> Iterator[Finding]:
    """Yield the rows that never fire, and those that one row before them covers whole."""
    passing = _passing(grid)
    n = len(grid.table.rows)
    within = np.ones((n, n), dtype=bool)  # [a, b]: wherever a passes, b passes
    never = np.zeros(n, dtype=bool)
    for flags in passing:
        inside, outside = flags.astype(np.float32), (~flags).astype(np.float32)
        within &= inside @ outside.T == 0
        never |= ~flags.any(axis=1)
    by_priority = grid.table.hit_policy == "PRIORITY"
    order = sorted(range(n), key=lambda r: -grid.table.rows[r].priority if by_priority else 0)
    place = {r: at for at, r in enumerate(order)}
    alone = grid.table.hit_policy in ("UNIQUE", "ANY", "PRIORITY", "FIRST")
    for r, row in enumerate(grid.table.rows):
        if never[r]:
            message = f"{row.id} never decides: its cells exclude each other."
            yield at_row("unreachable", "error", message, row)
        elif alone:
            before = [b for b in np.flatnonzero(within[r]).tolist() if place[b] < place[r] and not never[b]]
            if before:
                other = grid.table.rows[before[0]]
                message = f"{row.id} never decides: {other.id} comes first wherever it could."
                yield at_row("unreachable", "error", message, row, other)

"""What is wrong with a table, seen on its whole grid: gaps, overlaps, rows that never decide, choices of a wrong size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np

from playbook.tables.model import Table
from playbook.tables.prove.finding import Finding, at_row
from playbook.tables.prove.regions import MOST_BOXES, Situations, boxes, told

MOST_TOGETHER = 8
"""Of more rows that fire together, only neighbours are compared: the rest is told once those are mended."""


def gaps(situations: Situations) -> Iterator[Finding]:
    """Yield the boxes of situations in which no row decides."""
    grid = situations.grid
    hit = np.isin(situations.codes, [code for code, rows in situations.winners.items() if not rows])
    found = boxes(grid, hit) if hit.any() else []
    for box in found:
        where = told(grid, box) or "any case"
        example = situations.example([first for first, _ in box])
        yield Finding("gap", "error", f"no row decides for {where}.", grid.table.path, 1, example=example)
    if len(found) == MOST_BOXES:
        for first_last in found:
            hit[tuple(slice(a, b + 1) for a, b in first_last)] = False
        if left := int(np.count_nonzero(hit)):
            message = f"no row decides in {left} situations more."
            yield Finding("gap", "error", message, grid.table.path, 1)


def overlaps(situations: Situations) -> Iterator[Finding]:
    """Yield the pairs of rows that both fire where one alone may; of an ANY table those that pay different things."""
    table = situations.grid.table
    seen: dict[tuple[int, int], tuple[int, ...]] = {}
    for code, cell in situations.present.items():
        mask = situations.sets[code]
        if mask.bit_count() < 2:
            continue
        rows = [r for r in range(len(table.rows)) if mask >> r & 1]
        pairs = combinations(rows, 2) if len(rows) <= MOST_TOGETHER else pairwise(rows)
        for pair in pairs:
            seen.setdefault(pair, cell)
    for (a, b), cell in seen.items():
        yield from overlap(table, a, b, situations.example(cell))


def overlap(table: Table, first: int, second: int, example: Mapping[str, str] | None) -> Iterator[Finding]:
    """Yield the finding that two rows fire for one customer, unless the hit policy allows it."""
    one, two = table.rows[first], table.rows[second]
    same = one.payout == two.payout
    if same and table.hit_policy == "ANY":
        return
    what = "the same" if same else "different things"
    message = f"{one.id} and {two.id} both fire and pay {what}."
    found = at_row("overlap", "warning" if same else "error", message, two, one, example=example)
    yield replace(found, rows=(one.id, two.id))


def unreachable(situations: Situations) -> Iterator[Finding]:
    """Yield the rows that decide no complete case."""
    deciding = {r for rows in situations.winners.values() for r in rows}
    for r, row in enumerate(situations.grid.table.rows):
        if r not in deciding:
            message = f"{row.id} never decides: other rows come first, or its cells exclude each other."
            yield at_row("unreachable", "error", message, row)


def option_counts(situations: Situations, allowed: tuple[int, int]) -> Iterator[Finding]:
    """Yield the situations in which the number of options to choose from is not one of those allowed (S2-49)."""
    for code, cell in situations.present.items():
        rows = situations.rows(code)
        options = {row.payout.option for row in rows if row.payout.option and row.payout.outcome == "pay"}
        none = [row for row in rows if row.payout.outcome == "none"]
        if not rows or (not options and none):
            continue
        if options and none:
            what = f"{none[0].id} says that nothing is offered where {len(options)} options are."
        elif not allowed[0] <= len(options) <= allowed[1]:
            what = f"{len(options)} to choose from, where {allowed[0]} to {allowed[1]} are due."
        else:
            continue
        yield at_row("option-count", "error", what, *rows, example=situations.example(cell))

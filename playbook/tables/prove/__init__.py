"""Prove a table on its grid: gaps, overlaps, rows that never decide, less paid for more harm, pay below the law.

Every finding names the file, the line and a concrete customer. The grid is looked at whole, so nothing is sampled; of a
table whose grid passes `CELL_LIMIT` rows are compared two by two, and a finding says what was not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from playbook.tables.decide import compiled
from playbook.tables.model import Table
from playbook.tables.prove.below import below_floor
from playbook.tables.prove.examples import (
    AtBound,
    at_bounds,
    cases_at_bounds,
    unexercised,
)
from playbook.tables.prove.finding import Finding, Level, at_row, in_order, waived
from playbook.tables.prove.harm import less_for_more_harm
from playbook.tables.prove.pairwise import covered_by_pairs, overlaps_by_pairs
from playbook.tables.prove.regions import Situations, boxes, example_of
from playbook.tables.prove.rows import deciders, epochs, expiring, mergeable, sources
from playbook.tables.prove.whole import gaps, option_counts, overlaps, unreachable

ONE_ROW = ("UNIQUE", "ANY")
"""Hit policies under which two rows that fire together are a fault."""


def prove(
    table: Table,
    floor: Table | None = None,
    on: date | None = None,
    option_count: tuple[int, int] = (2, 4),
) -> tuple[Finding, ...]:
    """Return everything that is wrong with a table, errors first; waived findings stay, marked.

    `floor` is the same table as the law has it. `on` decides whether a waiver has expired, and which rows end soon. A
    table of options must say for every case what is offered, or that nothing is; where something is, a choice of
    `option_count` (S2-49).
    """
    grid = compiled(table)
    found = [*sources(table), *deciders(table), *epochs(table), *expiring(table, on), *mergeable(table)]
    if grid.dense:
        found += _whole(Situations(grid), option_count)
    else:
        found += _by_pairs(table)
    if floor is not None:
        found += below_floor(table, floor)
    return in_order(waived(table, found, on))


def _whole(situations: Situations, option_count: tuple[int, int]) -> Iterator[Finding]:
    table = situations.grid.table
    if not table.hit_policy.startswith("COLLECT") or table.line == "options":
        yield from gaps(situations)
    if table.line == "options":
        yield from option_counts(situations, option_count)
    elif table.hit_policy not in ("RULE ORDER", "OUTPUT ORDER"):
        yield from less_for_more_harm(situations)
    if table.hit_policy in ONE_ROW:
        yield from overlaps(situations)
    yield from unreachable(situations)


def _by_pairs(table: Table) -> Iterator[Finding]:
    grid = compiled(table)
    message = (
        f"the grid has {grid.size} cells, more than can be looked at whole: rows were compared two by two, and neither "
        "gaps, nor less paid for more harm, nor what several rows cover together was looked for. Split the table by one "
        "of its inputs."
    )
    yield Finding("size", "warning", message, table.path, 1)
    if table.hit_policy in ONE_ROW:
        yield from overlaps_by_pairs(grid)
    yield from covered_by_pairs(grid)


__all__ = [
    "AtBound",
    "Finding",
    "Level",
    "Situations",
    "at_bounds",
    "at_row",
    "below_floor",
    "boxes",
    "cases_at_bounds",
    "example_of",
    "in_order",
    "prove",
    "unexercised",
]

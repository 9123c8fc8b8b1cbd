"""Worked examples of a table: name the rows that none of them reaches, and make those at each bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from playbook.tables.cells import HIGH, LOW, Input
from playbook.tables.decide import compiled
from playbook.tables.model import Table, TableRow
from playbook.tables.prove.finding import Finding, at_row
from playbook.tables.prove.regions import askable, example_of


def unexercised(table: Table, used: set[str]) -> list[Finding]:
    """Name the rows that no worked example exercises."""
    left: dict[str, TableRow] = {row.id: row for row in reversed(table.rows) if row.id not in used}
    return [
        at_row("no-golden-case", "warning", f"no worked example decides by {row.id}.", row)
        for row in reversed(left.values())
    ]


@dataclass(frozen=True)
class AtBound:
    """A case on one side of a bound of a row: the value of one input, the others taken from that row."""

    row: TableRow
    input: str
    value: str
    case: Mapping[str, str]


def at_bounds(table: Table) -> list[AtBound]:
    """Return one case for each side of each bound of each row, none of them twice."""
    grid = compiled(table)
    out: dict[tuple[tuple[str, str], ...], AtBound] = {}
    for r, row in enumerate(table.rows):
        inside = [next((b for b in range(askable(a)) if a.masks[b] >> r & 1), None) for a in grid.axes]
        if any(band is None for band in inside):
            continue
        base = example_of(grid, [int(b or 0) for b in inside])
        for axis in grid.axes:
            name = axis.column.name
            for bound in _bounds(table, row, axis.column):
                for value in (bound - 1, bound):
                    if axis.column.within(value):
                        case = {**base, name: axis.column.shown(value)}
                        out.setdefault(tuple(sorted(case.items())), AtBound(row, name, case[name], case))
    return list(out.values())


def cases_at_bounds(table: Table) -> list[dict[str, str]]:
    """Return the cases on both sides of each bound of each row."""
    return [dict(one.case) for one in at_bounds(table)]


def _bounds(table: Table, row: TableRow, column: Input) -> list[int]:
    """Return the values at which a row begins or ceases to pass."""
    if column.discrete:
        return []
    if column not in table.inputs:  # the day of the event
        return [day.toordinal() for day in (row.start, row.end) if day]
    test = row.tests[table.inputs.index(column)]
    return [b for span in test.intervals for b in span if max(column.low, LOW) < b < min(column.high, HIGH)]

"""What is wrong with the rows of a table whatever its size: sources, dates of one id, what ends soon, rows to be merged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from playbook.tables.cells import Test
from playbook.tables.model import Table, TableRow
from playbook.tables.prove.finding import SOON, Finding, at_row


def sources(table: Table) -> Iterator[Finding]:
    """Yield the rows that do not say what they rest on: wrong where they are to be the law."""
    for row in table.rows:
        if not row.source:
            level = "error" if table.basis == "statutory" else "warning"
            yield at_row("source", level, f"{row.id} names no source.", row)  # type: ignore[arg-type]


def deciders(table: Table) -> Iterator[Finding]:
    """Yield the rows that leave a sum to somebody and do not say to whom."""
    for row in table.rows:
        if row.payout.outcome == "discretion" and not row.payout.decider:
            yield at_row("decider", "error", f"{row.id} is left to somebody's discretion: whose?", row)


def epochs(table: Table) -> Iterator[Finding]:
    """Yield the rows of one id that are in force on the same day, and the days on which an id is out of force."""
    by_id: dict[str, list[TableRow]] = defaultdict(list)
    for row in table.rows:
        by_id[row.id].append(row)
    for found in by_id.values():
        for one, two in pairwise(sorted(found, key=lambda row: row.start or date.min)):
            if one.end is None or (two.start or date.min) < one.end:
                message = f"{two.id} is in force twice from {two.start or 'the beginning'} on."
                yield at_row("epochs", "error", message, two, example=_on(table, two.start))
            elif two.start is not None and one.end < two.start:
                message = f"{two.id} is not in force from {one.end} up to {two.start}."
                yield at_row("epoch-gap", "warning", message, two, example=_on(table, one.end))


def _on(table: Table, day: date | None) -> dict[str, str] | None:
    return {table.effective_on or "event_date": str(day)} if day else None


def expiring(table: Table, on: date | None) -> Iterator[Finding]:
    """Yield the rows that end within 90 days of a day, where no other row takes over any of what they decide."""
    for row in table.rows:
        end = row.end
        if on is None or end is None or not on <= end <= on + SOON:
            continue
        followed = any(
            other is not row
            and (other.start is None or other.start <= end)
            and (other.end is None or other.end > end)
            and _meet(row, other)
            for other in table.rows
        )
        if not followed:
            message = f"{row.id} ends on {end}, and no other row takes over."
            yield at_row("expires", "warning", message, row, example=_on(table, end))


def _meet(one: TableRow, two: TableRow) -> bool:
    return all(_both(a, b) for a, b in zip(one.tests, two.tests, strict=True))


def _both(one: Test, two: Test) -> bool:
    if one.any or two.any or (one.null and two.null):
        return True
    return any(a < d and c < b for a, b in one.intervals for c, d in two.intervals)


def mergeable(table: Table) -> Iterator[Finding]:
    """Yield the pairs of rows that differ in one cell only, side by side, and say and pay the same: one row would do."""
    groups: dict[tuple[int, object], list[TableRow]] = defaultdict(list)
    for row in table.rows:
        told = (tuple(row.label.items()), tuple(row.why.items()), row.rationale, row.source, row.note)
        for k in range(len(row.tests)):
            rest = row.tests[:k] + row.tests[k + 1 :]
            groups[k, (rest, row.payout, row.start, row.end, row.priority, told)].append(row)
    for (k, _), found in groups.items():
        column = table.inputs[k]
        for one, two in pairwise(sorted(found, key=lambda row: row.tests[k].intervals)):
            a, b = one.tests[k], two.tests[k]
            if a.any or b.any or not a.intervals or not b.intervals:
                continue
            if column.discrete or a.intervals[-1][1] == b.intervals[0][0]:
                message = (
                    f"{one.id} and {two.id} differ in {column.name} only, and pay the same: one row would do."
                )
                yield at_row("mergeable", "warning", message, two, one)

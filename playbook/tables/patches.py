"""Changes of a higher layer to the rows of a table: set a cell, disable a row, add one; from a day on, or always.

A change with a day splits the row at that day: events before it keep the row as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from playbook.errors import Problem
from playbook.sources import Row, read_csv

PATCH_COLUMNS = ["op", "id", "column", "was", "value", "reason", "source", "approved_by", "from"]


def rows_file(patch: Path) -> Path:
    """Return where the rows that a patch adds stand: `NAME.rows.csv` beside `NAME.patch.csv`."""
    return patch.with_name(patch.name.replace(".patch.csv", ".rows.csv"))


def patched_rows(rows: Sequence[Row], patches: Sequence[Path], problems: list[Problem]) -> list[Row]:
    """Return the rows after every patch, lowest layer first; what is wrong is added to `problems`."""
    out = list(rows)
    for path in patches:
        header, changes = read_csv(path)
        if set(header) - set(PATCH_COLUMNS):
            found, expected = ", ".join(header), ", ".join(PATCH_COLUMNS)
            problems.append(Problem(str(path), 1, 0, "", found, expected, "Use these columns."))
            continue
        added = {row["id"]: row for row in read_csv(rows_file(path))[1]} if rows_file(path).exists() else {}
        for change in changes:
            out = changed(out, change, added, path, problems)
    return out


def changed(
    rows: list[Row], change: Row, added: dict[str, Row], path: Path, problems: list[Problem]
) -> list[Row]:
    """Return the rows after one line of a patch; `added` are the rows that an `add` may take, by id."""

    def wrong(column: str, found: str, expected: str, remedy: str) -> list[Row]:
        problems.append(change.problem(column, found, expected, remedy))
        return rows

    op, identifier, start = change["op"], change["id"], change["from"]
    if not change["reason"]:
        wrong("reason", "nothing", "a reason", "Say why, for whoever reads it in a year.")
    if start in ("", "-"):
        start = ""
    elif not _is_date(start):
        return wrong("from", repr(start), "a date such as 2026-04-01, or -", "Write year-month-day.")
    known = [row for row in rows if row["id"] == identifier]
    if op == "add":
        if identifier not in added:
            where = rows_file(path).name
            return wrong("id", identifier, f"a row of that id in {where}", "Add the row there.")
        if known:
            return wrong("id", identifier, "an id that no lower layer has", "Use set, or another id.")
        return [*rows, *_from(added[identifier], start)]
    if not known:
        return wrong("id", identifier, "the id of a row below", "Check the spelling in the table.")
    if op == "disable":
        return [part for row in rows for part in (_until(row, start) if row in known else [row])]
    if op != "set":
        return wrong("op", repr(op), "add, set or disable", "Correct the cell.")
    column = change["column"]
    if column not in known[0].cells or column == "id":
        return wrong("column", column, "a column of the table", "Check the header row.")
    meant = [row for row in known if row[column] == change["was"]]
    if not meant:
        found, below = repr(change["was"]), f"{known[0][column]!r}, the value below"
        return wrong("was", found, below, "The base has changed: look at it again.")
    return [part for row in rows for part in (_set(row, change, start) if row in meant else [row])]


def _set(row: Row, change: Row, start: str) -> list[Row]:
    # The changed cell stands in the patch: problems and origins point there.
    new = [Row(change.path, change.line, {**part.cells, change["column"]: change["value"]}) for part in _from(row, start)]  # fmt: skip
    return [*_until(row, start), *new]


def _until(row: Row, day: str) -> list[Row]:
    """Return what is left of a row before a day; nothing where there is no day."""
    start, end = _bounds(row)
    if not day or (start and start >= day):
        return []
    return [row] if end and end <= day else [Row(row.path, row.line, {**row.cells, "to": day})]


def _from(row: Row, day: str) -> list[Row]:
    """Return what a row says from a day on; all of it where there is no day."""
    start, end = _bounds(row)
    if not day or (start and start >= day):
        return [row]
    return [] if end and end <= day else [Row(row.path, row.line, {**row.cells, "from": day})]


def _bounds(row: Row) -> tuple[str, str]:
    return tuple("" if row[c] == "-" else row[c] for c in ("from", "to"))  # type: ignore[return-value]


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10

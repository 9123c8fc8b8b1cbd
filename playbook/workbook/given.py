"""The rows of a workbook's sheet as a person left them, each beside the row it was; whatever is damaged is a problem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from playbook.errors import Problem
from playbook.sources import Row
from playbook.workbook.cells import Damage, Taken, same, taken
from playbook.workbook.sheets import PolicySheet, SheetRow
from playbook.workbook.unpack import RawSheet


@dataclass(frozen=True)
class Given:
    """One row of a sheet: its number there, its cells by column, why it was changed, and the row it was (None: new)."""

    sheet: PolicySheet
    number: int
    cells: Mapping[str, str]
    reason: str
    base: SheetRow | None

    def changed(self) -> list[str]:
        """Return the columns whose text is another than it was."""
        return [c.name for c in self.sheet.columns if self.base and self.cells[c.name] != self.base[c.name]]


@dataclass
class GivenSheet:
    """What a sheet holds: its rows, those that are gone (with the reason that was left there), where columns stand."""

    sheet: PolicySheet
    rows: list[Given] = field(default_factory=list)
    gone: list[tuple[SheetRow, str]] = field(default_factory=list)
    letters: dict[str, str] = field(default_factory=dict)
    complete: bool = False  # every column was there, so that what is not there was taken out

    def at(self, number: int, column: str) -> str:
        """Return a cell's name as people call it: `late_arrival!C7`."""
        return f"{self.sheet.name}!{self.letters.get(column, 'A')}{number}"

    def problem(self, number: int, column: str, found: str, expected: str, remedy: str) -> Problem:
        """Make a problem at a cell."""
        return Problem(self.at(number, column), 0, 0, column, found, expected, remedy)


def given_sheet(
    sheet: PolicySheet, raw: RawSheet, since_1904: bool, problems: list[Problem], restored: list[str]
) -> GivenSheet:
    """Read a sheet; what is wrong is added to `problems`, what was repaired is told in `restored`."""
    from openpyxl.utils import get_column_letter

    out = GivenSheet(sheet)
    for area in raw.merged:
        found, remedy = "merged cells", "Unmerge them, and write into each cell what it says."
        problems.append(
            Problem(
                f"{sheet.name}!{area.partition(':')[0]}",
                0,
                0,
                "",
                f"{found} ({area})",
                "one cell each",
                remedy,
            )
        )
    columns = _headings(sheet, raw, out, problems)
    if any(column.name not in out.letters for column in sheet.columns):
        return out
    out.complete = True
    rows: dict[int, dict[str, int]] = {}
    for y, x in sorted(raw.cells):
        if y > 1 and x in columns:
            rows.setdefault(y, {})[columns[x]] = x
        elif y > 1 and raw.text(y, x).strip():
            place, found = f"{sheet.name}!{get_column_letter(x)}{y}", repr(raw.text(y, x)[:40])
            problems.append(
                Problem(place, 0, 0, "", f"{found} outside the table", "nothing", "Empty the cell.")
            )
    claimed = _claimed(sheet, raw, rows)
    for y, cells in rows.items():
        base = claimed.get(y)
        given = {name: raw.text(y, x) for name, x in cells.items()}
        reason = given.get(sheet.reason, "").strip()
        if not any(given.get(column.name, "").strip() for column in sheet.columns):
            if base is not None:
                out.gone.append((base, reason))
            continue
        texts = {}
        for column in sheet.columns:
            original = str(base[column.name]) if base else None
            try:
                told = taken(raw.cells.get((y, cells[column.name])) if column.name in cells else None, column, original, since_1904)  # fmt: skip
            except Damage as damage:
                problems.append(out.problem(y, column.name, damage.found, damage.expected, damage.remedy))
                told = Taken(original or "")
            texts[column.name] = told.text
            if told.restored:
                restored.append(
                    f"{out.at(y, column.name)} {column.name}: {told.restored}: read as {told.text}"
                )
        if sheet.reason in cells and raw.cells[(y, cells[sheet.reason])].kind == "formula":
            problems.append(
                out.problem(y, sheet.reason, "a formula", "a reason in words", "Type the reason.")
            )
        out.rows.append(Given(sheet, y, texts, reason, base))
    kept = {id(base) for base in claimed.values()}
    out.gone += [(row, "") for row in sheet.rows if id(row) not in kept]
    _check_ids(out, problems)
    return out


def _headings(sheet: PolicySheet, raw: RawSheet, out: GivenSheet, problems: list[Problem]) -> dict[int, str]:
    from openpyxl.utils import get_column_letter

    columns: dict[int, str] = {}
    for y, x in sorted(raw.cells):
        if y != 1:
            break
        heading, place = raw.text(1, x).strip(), f"{sheet.name}!{get_column_letter(x)}1"
        known = next((name for name in sheet.headings if same(name, heading)), None)
        if known is None:
            expected = "one of " + ", ".join(sheet.headings)
            remedy = "Take the column out; a new one is made in the table's files first."
            problems.append(Problem(place, 0, 0, "", f"the column {heading[:60]!r}", expected, remedy))
        elif known in out.letters:
            problems.append(
                Problem(place, 0, 0, known, "the column twice", "each column once", "Take one out.")
            )
        else:
            columns[x], out.letters[known] = known, get_column_letter(x)
    for column in sheet.columns:
        if column.name not in out.letters:
            found, remedy = f"no column {column.name}", "Put it back, or export again."
            problems.append(Problem(f"{sheet.name}!A1", 0, 0, column.name, found, "every column", remedy))
    return columns


def _claimed(sheet: PolicySheet, raw: RawSheet, rows: Mapping[int, Mapping[str, int]]) -> dict[int, SheetRow]:
    """Return which row each row of the sheet was: by where it came from and its id, then by one of the two."""
    by_key = {row.key: row for row in sheet.rows}
    free = dict(by_key)
    out: dict[int, SheetRow] = {}

    def text(y: int, column: str) -> str:
        x = rows[y].get(column)
        return raw.text(y, x).strip() if x else ""

    def claim(y: int, row: SheetRow | None) -> None:
        if row is not None and y not in out and row.key in free:
            out[y] = free.pop(row.key)

    for y in rows:  # a row that was copied has the same origin: the one that kept its id is the old one
        row = by_key.get(text(y, sheet.where))
        claim(y, row if row and same(row["id"], text(y, "id")) else None)
    for y in rows:
        mine = [r for r in free.values() if r["id"] and same(r["id"], text(y, "id"))]
        exact = [r for r in mine if same(r["from"], text(y, "from"))]
        claim(y, next(iter(exact or mine), None))
    for y in rows:
        claim(y, by_key.get(text(y, sheet.where)))
    return out


def _check_ids(out: GivenSheet, problems: list[Problem]) -> None:
    seen: dict[str, Given] = {}
    for row in out.rows:
        identifier = row.cells["id"]
        if not identifier:
            problems.append(out.problem(row.number, "id", "nothing", "an id", "Give the row an id."))
            continue
        dated = out.sheet.table is not None and (row.cells.get("from") or row.cells.get("to"))
        if identifier in seen and not dated:
            found = f"{identifier[:60]} again, first in {out.at(seen[identifier].number, 'id')}"
            problems.append(out.problem(row.number, "id", found, "each id once", "Give one of them another id."))  # fmt: skip
        seen.setdefault(identifier, row)
    if out.sheet.ordered:
        order = [row.base.key for row in out.rows if row.base]
        places = [row.key for row in out.sheet.rows if row.key in set(order)]
        if order != places:
            found = "rows in another order"
            expected = f"the order that they were in: the first that holds counts ({out.sheet.stem})"
            problems.append(
                Problem(f"{out.sheet.name}!A2", 0, 0, "id", found, expected, "Sort by the column where.")
            )


def as_row(sheet: PolicySheet, given: Given) -> Row:
    """Return a row as the readers of tables and policies take it; its line is its number in the sheet."""
    return Row(sheet.name, given.number, dict(given.cells))


def touched(sheets: Sequence[GivenSheet]) -> Iterator[tuple[GivenSheet, Given]]:
    """Yield the rows that were changed or added."""
    for sheet in sheets:
        for row in sheet.rows:
            if row.base is None or row.changed():
                yield sheet, row

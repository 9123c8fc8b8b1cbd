"""Write a policy as a workbook: a guide, a sheet for each table, and hidden what it was made of. Same policy, same bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from playbook.documents.archive import core_properties, repack
from playbook.errors import InputError, Problem
from playbook.messages import say
from playbook.policy.model import Policy
from playbook.workbook.columns import Column
from playbook.workbook.guide import FORM, guide_lines, note_of
from playbook.workbook.origin import place_of
from playbook.workbook.sheets import (
    BASE_SHEET,
    LISTS_SHEET,
    PolicySheet,
    SheetRow,
    editable,
    guide_name,
    named,
    sheets_of,
    sources_of,
    state_of,
)  # fmt: skip
from playbook.workbook.stale import FORMAT
from playbook.workbook.unpack import escaped

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.styles import Alignment, Border
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

LONGEST = 32_767
"""Characters that a cell holds."""
NEW_ROWS = 200
"""How many rows below the last one are offered lists too."""
_HEAD, _LOWER, _FLOOR = "1F3A4D", "EDEDED", "FFF4CC"
_FONT, _LINE = "Calibri", 15.0
_WIDEST = 42


def export_workbook(policy: Policy) -> bytes:
    """Return a workbook (XLSX) of a policy's tables, authority, options and clocks.

    Raises InputError for a table that cannot be read, or a cell that no spreadsheet holds.
    """
    from openpyxl import Workbook

    sheets = sheets_of(policy)
    _refuse_long(sheets)
    book = Workbook()
    book.remove(book.worksheets[0])
    _guide(book, policy, sheets)
    lists: dict[tuple[str, ...], str] = {}
    for sheet in sheets:
        _sheet(book, policy, sheet, lists)
    _base(book, policy, sheets)
    _lists(book, lists)
    out = io.BytesIO()
    book.save(out)
    title = say("workbook.title", policy.languages[0], name=policy.name)
    properties = core_properties(escaped(title), policy.languages[0], None)
    return repack(out.getvalue(), None, {"docProps/core.xml": properties})


def _refuse_long(sheets: Sequence[PolicySheet]) -> None:
    problems = []
    for sheet in sheets:
        for row in sheet.rows:
            for column, cell in row.cells.items():
                if len(escaped(cell)) > LONGEST:
                    place = place_of(cell)
                    path, line = (str(place.path), place.line) if place else (sheet.name, 0)
                    found, expected = f"{len(cell):,} characters", f"at most {LONGEST:,}, what a cell holds"
                    problems.append(Problem(path, line, 0, column, found, expected, "Shorten it."))
    if problems:
        raise InputError(problems)


def _put(page: Worksheet, y: int, x: int, text: str, *, locked: bool = True) -> Cell:
    """Write a text that no spreadsheet program takes for anything else; return the cell."""
    from openpyxl.styles import Alignment, Protection

    place: Cell = page.cell(y, x)  # type: ignore[assignment]
    if text:
        place.value = escaped(text)
        place.data_type = "s"  # text, also where it starts like a formula …
        place.quotePrefix = True  # … and it stays text when someone edits the cell
    place.number_format = "@"
    place.alignment = Alignment(wrap_text=True, vertical="top")
    if not locked:
        place.protection = Protection(locked=False)
    return place


def _guide(book: Workbook, policy: Policy, sheets: Sequence[PolicySheet]) -> None:
    from openpyxl.styles import Font, PatternFill

    page = book.create_sheet(guide_name(policy))
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 26, 60
    page.column_dimensions["C"].width = 44
    fills = {"lower": _LOWER, "floor": _FLOOR}
    for y, line in enumerate(guide_lines(policy, sheets), start=1):
        for x, text in enumerate(line.cells, start=1):
            cell = _put(page, y, x, text, locked=not (line.name in FORM and x == 2))
            if line.heading:
                cell.font = Font(name=_FONT, bold=True, size=16 if y == 1 else 12)
            if line.name in fills and x == 1:
                cell.fill = PatternFill("solid", fgColor=fills[line.name])
            if line.name in FORM and x == 2:
                cell.border = _box()
        if len(line.cells) == 1 or line.name in fills or line.name == "own":
            first = 1 if len(line.cells) == 1 else 2
            page.cell(y, first).alignment = _plain() if line.heading else _wrapped()
            if not line.heading:
                page.merge_cells(start_row=y, end_row=y, start_column=first, end_column=3)
                wide = _units(line.cells[-1])
                page.row_dimensions[y].height = _LINE * (1 + wide // (96 if first == 1 else 82))
        if y == 1:
            page.row_dimensions[y].height = 2 * _LINE
        elif line.heading:
            page.row_dimensions[y].height = 1.4 * _LINE
    _protect(page)
    _printed(page, policy)
    page.page_setup.fitToHeight = 1


def _box() -> Border:
    from openpyxl.styles import Border, Side

    side = Side(style="thin", color="7F7F7F")
    return Border(left=side, right=side, top=side, bottom=side)


def _plain() -> Alignment:
    from openpyxl.styles import Alignment

    return Alignment(vertical="top")


def _wrapped() -> Alignment:
    from openpyxl.styles import Alignment

    return Alignment(wrap_text=True, vertical="top")


def _sheet(book: Workbook, policy: Policy, sheet: PolicySheet, lists: dict[tuple[str, ...], str]) -> None:
    from openpyxl.styles import Font, PatternFill, Protection
    from openpyxl.utils import get_column_letter

    page = book.create_sheet(sheet.name)
    for x, heading in enumerate(sheet.headings, start=1):
        cell = _put(page, 1, x, heading)
        cell.font = Font(name=_FONT, bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=_HEAD)
        _comment(cell, note_of(sheet, heading, policy.languages[0]))
        column = page.column_dimensions[get_column_letter(x)]
        column.width = _width(sheet, heading)
        column.number_format = "@"  # what is typed below the last row is text, too
        column.protection = Protection(locked=False)
    for y, row in enumerate(sheet.rows, start=2):
        _row(page, policy, sheet, row, y)
    page.freeze_panes = "B2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.headings))}{max(1, len(sheet.rows) + 1)}"
    for x, column_ in enumerate(sheet.columns, start=1):
        if column_.values:
            _offer(page, column_, get_column_letter(x), len(sheet.rows) + 1 + NEW_ROWS, lists)
    _protect(page)
    _printed(page, policy)
    wide = sum(_width(sheet, heading) for heading in sheet.headings)
    page.page_setup.fitToWidth = max(1, round(wide / 200))  # a wide table on several pages can still be read
    page.print_title_rows, page.print_title_cols = "1:1", "A:A"


def _row(page: Worksheet, policy: Policy, sheet: PolicySheet, row: SheetRow, y: int) -> None:
    from openpyxl.styles import Font, PatternFill

    folder = policy.folders[-1]
    page.row_dimensions[y].height = _height(row)
    fill = None if row.own else PatternFill("solid", fgColor=_FLOOR if row.floor else _LOWER)
    for x, heading in enumerate(sheet.headings, start=1):
        said = heading in (sheet.reason, sheet.where)
        text = (row.key if heading == sheet.where else "") if said else row[heading]
        # An own row has no locked cell: spreadsheet programs delete no row that has one.
        locked = row.floor if said else not editable(sheet, row, heading, folder)
        locked = locked or (heading == sheet.where and not row.own)
        cell = _put(page, y, x, text, locked=locked)
        if fill is not None:
            cell.fill = fill
        if heading == sheet.where:
            cell.font = Font(name=_FONT, color="7F7F7F")
        if heading == "id":
            _comment(cell, row.key)
        elif not said and (place := place_of(row[heading])) is not None:
            here = f"{named(policy, place.path)}:{place.line}"
            if here != row.key.partition(" (")[0]:
                _comment(cell, say("workbook.note_set", policy.languages[0], place=here))


def _comment(cell: Cell, text: str) -> None:
    from openpyxl.comments import Comment

    if text:
        lines = text.count("\n") + 1 + len(text) // 40
        cell.comment = Comment(escaped(text), "playbook", height=22 + 16 * lines, width=300)


def _width(sheet: PolicySheet, heading: str) -> float:
    texts = [heading, *(row.key if heading == sheet.where else row[heading] for row in sheet.rows)]
    wide = max(_units(line) for text in texts for line in text.split("\n"))
    return min(max(wide + 3, 24 if heading == sheet.reason else 9), _WIDEST)


def _units(text: str) -> int:
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def _height(row: SheetRow) -> float:
    """Return how high a row is, so that wrapped text can be read without opening the cell."""
    lines = (
        sum(1 + _units(line) // (_WIDEST - 4) for line in cell.split("\n")) for cell in row.cells.values()
    )
    return _LINE * min(max(lines, default=1), 12)


def _offer(
    page: Worksheet, column: Column, letter: str, last: int, lists: dict[tuple[str, ...], str]
) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    if column.values not in lists:
        at = get_column_letter(len(lists) + 1)
        lists[column.values] = f"'{LISTS_SHEET}'!${at}$1:${at}${len(column.values)}"
    # Where an expression may stand too, the list only helps to type; nothing typed is refused here.
    strict = column.strict
    rule = DataValidation("list", lists[column.values], allow_blank=True, showErrorMessage=strict, errorStyle="stop")  # fmt: skip
    rule.add(f"{letter}2:{letter}{last}")
    page.add_data_validation(rule)


def _protect(page: Worksheet) -> None:
    protection = page.protection
    protection.sheet = True
    for allowed in ("insertRows", "deleteRows", "formatColumns", "formatRows", "formatCells", "autoFilter", "sort"):  # fmt: skip
        setattr(protection, allowed, False)  # False: not forbidden


def _printed(page: Worksheet, policy: Policy) -> None:
    from openpyxl.worksheet.properties import PageSetupProperties

    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 9
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.page_setup.fitToHeight = 0
    head, foot = page.oddHeader, page.oddFooter
    if head is not None and foot is not None:
        head.left.text = f"{policy.name.replace('&', '&&')} – &A"
        foot.right.text = "&P / &N"


def base_rows(policy: Policy, sheets: Sequence[PolicySheet]) -> Iterator[tuple[str, ...]]:
    """Yield what the hidden sheet holds: format, policy, hash, files with theirs, and the text of every cell."""
    yield ("playbook", FORMAT)
    yield ("policy", policy.name)
    yield ("state", state_of(policy))
    yield ("guide", guide_name(policy))
    for name, digest in sorted(sources_of(policy).items()):
        yield ("file", name, digest)
    for sheet in sheets:
        yield ("sheet", sheet.name, sheet.stem)
        yield ("columns", sheet.name, *(column.name for column in sheet.columns))
        for row in sheet.rows:
            yield ("row", sheet.name, row.key, *(str(row[column.name]) for column in sheet.columns))


def _base(book: Workbook, policy: Policy, sheets: Sequence[PolicySheet]) -> None:
    page = book.create_sheet(BASE_SHEET)
    for y, cells in enumerate(base_rows(policy, sheets), start=1):
        for x, text in enumerate(cells, start=1):
            if text:
                _put(page, y, x, text)
    page.sheet_state = "hidden"
    page.protection.sheet = True


def _lists(book: Workbook, lists: Mapping[tuple[str, ...], str]) -> None:
    page = book.create_sheet(LISTS_SHEET)
    for x, values in enumerate(lists, start=1):
        for y, value in enumerate(values, start=1):
            _put(page, y, x, value)
    page.sheet_state = "hidden"
    page.protection.sheet = True

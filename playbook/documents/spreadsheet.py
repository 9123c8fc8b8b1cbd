"""Tables as a spreadsheet (XLSX) for people: typed cells, text that is never a formula, the same bytes each time."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from playbook.documents.archive import core_properties, repack
from playbook.documents.blocks import printable
from playbook.text import Language
from playbook.times import Moment

Value = str | int | Decimal | None


@dataclass(frozen=True)
class Sheet:
    """One sheet: its columns' labels and its rows. A Decimal is shown with the decimals it has."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


def _units(text: str) -> int:
    return max((sum(2 if ord(c) > 0x2E7F else 1 for c in line) for line in text.split("\n")), default=0)


def to_xlsx(
    sheets: Sequence[Sheet], title: str, language: Language, as_of: Moment | None, head: str = ""
) -> bytes:
    """Return the bytes of an XLSX file with a sheet for each table; `head` is printed on every page."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        page = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", printable(sheet.name))[:31] or "1")
        for y, row in enumerate((sheet.columns, *sheet.rows), start=1):
            for x, value in enumerate(row, start=1):
                if value is None:
                    continue
                place = page.cell(y, x)
                if isinstance(value, str):
                    place.value = printable(value)[:32_767]
                    place.data_type = "s"  # text, also where it starts like a formula …
                    place.quotePrefix = True  # … and it stays text when someone edits the cell
                    place.alignment = Alignment(wrap_text=True, vertical="top")
                else:
                    place.value = value
                    decimals = max(0, -int(value.as_tuple().exponent)) if isinstance(value, Decimal) else 0
                    place.number_format = "#,##0" + ("." + "0" * decimals if decimals else "")
                    place.alignment = Alignment(vertical="top")
                if y == 1:
                    place.font = Font(bold=True)
        page.freeze_panes = "A2"
        page.oddHeader.left.text = printable(head).replace("&", "&&") or None
        if sheet.rows:
            page.auto_filter.ref = page.dimensions
        for x in range(1, len(sheet.columns) + 1):
            column = (sheet.columns[x - 1], *(row[x - 1] for row in sheet.rows))
            page.column_dimensions[get_column_letter(x)].width = min(
                max(_units(str(v or "")) for v in column) + 3, 60
            )
    out = io.BytesIO()
    book.save(out)
    # openpyxl writes the time of saving into the core properties whatever they were set to.
    return repack(
        out.getvalue(), as_of, {"docProps/core.xml": core_properties(printable(title), language, as_of)}
    )

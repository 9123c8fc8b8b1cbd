"""Text that knows the cell it was read from: it stays what it is while layers are merged, and tells where to change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from playbook.sources import Row, read_csv


@dataclass(frozen=True)
class CellPlace:
    """A cell of a CSV file: the line on which its row starts (1-based), and its column by name."""

    path: Path
    line: int
    column: str


class Placed(str):
    """A cell's text with its place. Merging layers copies it as any text, so the merged row tells each cell's place."""

    place: CellPlace

    @staticmethod
    def at(text: str, place: CellPlace) -> Placed:
        """Make a text with a place."""
        out = Placed(text)
        out.place = place
        return out


def placed_rows(path: Path) -> list[Row]:
    """Read the rows of a CSV file, each cell with its place; a missing file has none. Raises InputError."""
    if not path.exists():
        return []
    return [placed(row) for row in read_csv(path)[1]]


def placed(row: Row) -> Row:
    """Return a row with the place of each cell."""
    path = Path(row.path)
    cells: Mapping[str, str] = {
        column: Placed.at(cell, CellPlace(path, row.line, column)) for column, cell in row.cells.items()
    }
    return Row(row.path, row.line, cells)


def place_of(cell: str) -> CellPlace | None:
    """Return where a merged cell was read, or None for one that no file has."""
    return cell.place if isinstance(cell, Placed) else None

"""What a workbook shows: for each table, and for authority, options and clocks, the rows in force with each cell's place."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from playbook.errors import Problem
from playbook.messages import say
from playbook.offers.priced import tables_of
from playbook.policy.model import Policy
from playbook.policy.rows import COLUMNS
from playbook.sources import Row, read_csv
from playbook.tables import Table
from playbook.tables.copied import Header, read_header
from playbook.tables.patches import changed, rows_file
from playbook.workbook.columns import Column, columns_of_file, columns_of_table
from playbook.workbook.origin import place_of, placed_rows

STEMS = ("authority", "options", "clocks")
"""The CSV files of a policy that a workbook shows beside its tables."""
IN_ORDER = ("FIRST", "RULE ORDER", "OUTPUT ORDER")
"""Hit policies under which the order of rows means something."""


@dataclass(frozen=True)
class SheetRow:
    """One row in force. `key` is unique in its sheet (`clients/acme/gold.csv:3`); cells know their places.

    `own`: the row stands in the client's own folder. `floor`: it is the law's, and stays as it is.
    """

    key: str
    cells: Mapping[str, str]
    own: bool
    floor: bool

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True)
class PolicySheet:
    """One sheet: a table, or a CSV file of the policy.

    `own`: new rows go into `rows_path` of the client's folder; else into NAME.rows.csv, with a patch that adds them.
    """

    name: str
    stem: str
    table: Table | None
    own: bool
    rows_path: Path
    patch_path: Path
    columns: tuple[Column, ...]
    rows: tuple[SheetRow, ...]
    indices: frozenset[str] = frozenset()

    @property
    def ordered(self) -> bool:
        """Tell whether the order of the rows means something."""
        return self.table is not None and self.table.hit_policy in IN_ORDER

    @property
    def reason(self) -> str:
        """Return the heading of the column that says why a row was changed."""
        return _free("reason", self.columns)

    @property
    def where(self) -> str:
        """Return the heading of the column that says where a row comes from."""
        return _free("where", self.columns)

    @property
    def headings(self) -> tuple[str, ...]:
        """Return every heading of the sheet, from left to right."""
        return (*(column.name for column in self.columns), self.reason, self.where)


def _free(name: str, columns: Sequence[Column]) -> str:
    return f"{name}_of_change" if any(column.name == name for column in columns) else name


BASE_SHEET, LISTS_SHEET = "_base", "_lists"
"""Hidden sheets: what the workbook was made of, and the values that lists offer."""


def guide_name(policy: Policy) -> str:
    """Return the name of the first sheet, in the client's first language."""
    return say("workbook.sheet_guide", policy.languages[0])


def sheets_of(policy: Policy) -> tuple[PolicySheet, ...]:
    """Return the sheets of a policy: its tables by name, then authority, options and clocks.

    Raises InputError where a table cannot be read.
    """
    used = {
        BASE_SHEET,
        LISTS_SHEET,
        guide_name(policy).casefold(),
        "history",
    }  # Excel keeps the last for itself
    out = []
    for stem, table in tables_of(policy).items():
        out.append(_table_sheet(policy, stem, table, _sheet_name(stem, used)))
    for stem in STEMS:
        out.append(_file_sheet(policy, stem, _sheet_name(stem, used)))
    return tuple(out)


def sources_of(policy: Policy) -> dict[str, str]:
    """Return every file that the sheets are made of, as `layer/file`, with its SHA-256."""
    paths = dict.fromkeys(folder / "policy.yaml" for folder in policy.folders)
    for header, patches in policy.table_files.values():
        paths |= dict.fromkeys(read_header(header, []).files)
        paths |= dict.fromkeys(file for patch in patches for file in (patch, rows_file(patch)))
    for stem in STEMS:
        paths |= dict.fromkeys(folder / f"{stem}{end}" for folder in policy.folders for end in (".csv", ".patch.csv"))  # fmt: skip
    return {
        named(policy, path): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.exists()
    }


def state_of(policy: Policy) -> str:
    """Return one SHA-256 over the files that the sheets are made of."""
    lines = (f"{name}\0{digest}\n" for name, digest in sorted(sources_of(policy).items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def named(policy: Policy, path: Path) -> str:
    """Return a file's name with its layer's; rows that a table is a copy of may stand in a layer beside."""
    layers = dict(zip(policy.folders, policy.layers, strict=True))
    layer = layers.get(path.parent) or f"{path.parent.parent.name}/{path.parent.name}"
    return f"{layer}/{path.name}"


def _sheet_name(stem: str, used: set[str]) -> str:
    """Return a name that a spreadsheet program takes and no other sheet has."""
    plain = re.sub(r"[\[\]:*?/\\'\x00-\x1f]", " ", stem).strip()[:31] or "table"
    name, number = plain, 1
    while name.casefold() in used:
        number += 1
        name = f"{plain[: 31 - len(str(number)) - 1]} {number}"
    used.add(name.casefold())
    return name


def _table_sheet(policy: Policy, stem: str, table: Table, name: str) -> PolicySheet:
    header_path, patches = policy.table_files[stem]
    folder = policy.folders[-1]
    header = read_header(header_path, [])
    names = read_csv(header.rows)[0]
    rows = _table_rows(header, patches)
    names += [column for row in rows for column in row.cells if column not in names]
    indices = frozenset(str(index) for index in header.data.get("indices") or ())
    floor = table.basis == "statutory"
    return PolicySheet(
        name=name,
        stem=stem,
        table=table,
        own=header.rows.parent == folder,
        rows_path=header.rows if header.rows.parent == folder else folder / f"{stem}.rows.csv",
        patch_path=folder / f"{stem}.patch.csv",
        columns=columns_of_table(policy, table, list(dict.fromkeys(names)), indices),
        rows=tuple(_sheet_rows(policy, rows, floor)),
        indices=indices,
    )


def _table_rows(header: Header, patches: Sequence[Path]) -> list[Row]:
    problems: list[Problem] = []  # there are none: the table was read before
    rows = placed_rows(header.rows)
    for path in (*header.changes, *patches):
        added = {row["id"]: row for row in placed_rows(rows_file(path))}
        for change in placed_rows(path):
            rows = changed(rows, change, added, path, problems)
    return rows


def _file_sheet(policy: Policy, stem: str, name: str) -> PolicySheet:
    merged: dict[str, Row] = {}
    for folder in policy.folders:
        merged |= {row["id"]: row for row in placed_rows(folder / f"{stem}.csv")}
        for change in placed_rows(folder / f"{stem}.patch.csv"):
            if change["op"] == "disable":
                merged.pop(change["id"], None)
            else:
                below = merged[change["id"]]
                cells = {**below.cells, str(change["column"]): change["value"]}
                merged[change["id"]] = Row(change.path, change.line, cells)
    folder = policy.folders[-1]
    return PolicySheet(
        name=name,
        stem=stem,
        table=None,
        own=True,
        rows_path=folder / f"{stem}.csv",
        patch_path=folder / f"{stem}.patch.csv",
        columns=columns_of_file(policy, stem, COLUMNS[stem]),
        rows=tuple(_sheet_rows(policy, list(merged.values()), False)),
    )


def _sheet_rows(policy: Policy, rows: Sequence[Row], floor: bool) -> Iterator[SheetRow]:
    seen: dict[str, int] = {}
    for row in rows:
        place = place_of(row["id"])
        key = f"{named(policy, place.path)}:{place.line}" if place else row["id"]
        seen[key] = seen.get(key, 0) + 1
        if seen[key] > 1:  # a change with a day makes two rows of one
            key += f" ({seen[key]})"
        own = place is not None and place.path.parent == policy.folders[-1]
        yield SheetRow(key, row.cells, own, floor and not own)


def editable(sheet: PolicySheet, row: SheetRow, column: str, folder: Path) -> bool:
    """Tell whether a cell may be changed: the client's own, or a lower layer's where a patch makes sense."""
    place = place_of(row[column])
    in_patch = place is not None and place.path.name.endswith((".patch.csv", ".changes.csv"))
    if place is not None and in_patch and place.column == "from" and column in ("from", "to"):
        return False  # the day at which a change splits the row
    if row.own or (place is not None and place.path.parent == folder):
        return True
    known = (
        sheet.table is None or column in row.cells
    )  # a patch sets no cell that the row's file does not have
    return known and not row.floor and column not in ("id", "source", "sources")

"""Check changed rows as tables and policies read them, so that what is wrong is told at its cell of the workbook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from playbook.errors import Problem
from playbook.policy.layers import LayerFiles, MergedRow
from playbook.policy.model import Policy
from playbook.policy.rows import Rows
from playbook.sources import Row
from playbook.tables import Table
from playbook.tables.cells import parse_cell
from playbook.tables.payout import PayoutReader
from playbook.workbook.given import Given, GivenSheet, as_row, touched


class _OneRow(LayerFiles):
    """Stands for the files of a policy whose rows are those of a workbook."""

    def __init__(self, row: Row) -> None:
        super().__init__((), [])
        self.row = row

    def rows(self, stem: str, columns: Sequence[str]) -> list[MergedRow]:
        return [MergedRow("", self.row)]


def wrong_cells(policy: Policy, sheets: Sequence[GivenSheet]) -> Iterator[Problem]:
    """Yield what is wrong with the cells of rows that were changed or added."""
    for sheet, given in touched(sheets):
        found: list[Problem] = []
        row = as_row(sheet.sheet, given)
        if sheet.sheet.table is not None:
            found += _table_row(sheet, given, sheet.sheet.table, row)
        else:
            Rows(_OneRow(row), found, policy.currency).of(sheet.sheet.stem)
        for problem in found:
            at = problem.field if problem.field in sheet.letters else "id"
            yield Problem(sheet.at(given.number, at), 0, 0, problem.field, problem.found, problem.expected, problem.remedy)  # fmt: skip


def _table_row(sheet: GivenSheet, given: Given, table: Table, row: Row) -> Iterator[Problem]:
    if given.base is None and not re.fullmatch(r"[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+", row["id"]) and row["id"]:
        yield row.problem("id", repr(row["id"][:60]), "an id such as eu.delay.short", "Lower-case letters, digits, dots.")  # fmt: skip
    for column in sheet.sheet.columns:
        if column.input is not None:
            try:
                parse_cell(row[column.name], column.input)
            except ValueError as error:
                found = repr(row[column.name][:60]) if row[column.name] else "an empty condition"
                yield row.problem(column.name, found, str(error), "Correct the cell.")
        elif column.kind == "date" and row[column.name] not in ("", "-"):
            try:
                date.fromisoformat(row[column.name])
            except ValueError:
                found = repr(row[column.name][:60])
                yield row.problem(column.name, found, "a date such as 2026-05-09, or -", "Write year-month-day.")  # fmt: skip
    names = {c.name for c in (*table.inputs, *table.raw_inputs)} | {step.name for step in table.derived}
    problems: list[Problem] = []
    PayoutReader(names, set(sheet.sheet.indices), table.currency, problems).read(row)
    yield from problems

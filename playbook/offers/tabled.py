"""What the rows of one table are told by in one language: found once for each row, and kept with the table."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from playbook.offers.nearly import Step
from playbook.offers.worded import asked_of, condition_of, label_of, lower_end, upper_end
from playbook.tables import Table, TableRow
from playbook.tables.cells import Input
from playbook.text import Language


class Tabled:
    """The words of a table that do not depend on the case; it grows with the rows that are told, and no further."""

    def __init__(self, table: Table, language: Language) -> None:
        self.table, self.language = table, language
        self._inputs: dict[str, tuple[tuple[Input, str], ...]] = {}
        self._bounds: dict[tuple[str, str, tuple[int, int], bool], str | None] = {}

    def inputs(self, row: TableRow) -> tuple[tuple[Input, str], ...]:
        """Return the inputs by which a row decides and those that its sum is taken of, with what they are called.

        Left out are those without a name in the language, and the day that decides which rows are in force.
        """
        if row.id not in self._inputs:
            columns = [column for column, _, _ in asked_of(self.table, row)]
            columns += [self.table.input(name) for name in row.payout.inputs]
            named = ((column, label_of(column, "name", self.language)) for column in columns)
            self._inputs[row.id] = tuple(
                (column, name)
                for column, name in named
                if name is not None and column.name != self.table.effective_on
            )
        return self._inputs[row.id]

    def bound(self, step: Step) -> str | None:
        """Word the end of the condition that was not met; the other end was."""
        key = (step.row.id, step.column.name, step.interval, step.above)
        if key not in self._bounds:
            self._bounds[key] = self._bound(step)
        return self._bounds[key]

    def _bound(self, step: Step) -> str | None:
        column, currency, (low, high) = step.column, self.table.currency, step.interval
        cell = step.row.cells.get(column.name, "")
        if column.discrete:
            return condition_of(column, replace(step.test, null=False), cell, currency, self.language)
        if step.above:
            return lower_end(column, low, cell, currency, self.language, inside=True)
        return upper_end(column, high, cell, currency, self.language)


@lru_cache(maxsize=768)  # as many tables as are kept compiled, in three languages
def tabled(table: Table, language: Language) -> Tabled:
    """Return the words of a table in a language, once per table."""
    return Tabled(table, language)

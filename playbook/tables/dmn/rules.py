"""Turn the rules of a DMN table into rows of ours: cells, payouts, meaning, priority."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from playbook.sources import neutral
from playbook.tables.dmn.columns import Column, slug
from playbook.tables.dmn.evaluate import Run, answer
from playbook.tables.dmn.header import NUMBERS
from playbook.tables.dmn.model import DecisionTable, InputClause, Rule, Said, Unread
from playbook.tables.dmn.spelling import Unsaid, constant, plain_text, written
from playbook.tables.dmn.tree import Comparison, Range, Tests
from playbook.tables.dmn.values import Value, kind_of
from playbook.tables.shapes import META_COLUMNS, PAYOUT_COLUMNS

FREE = META_COLUMNS - {"id", "from", "to", "priority"}
"""Columns of free text: what they hold is made harmless, not refused."""
ORDERED = ("PRIORITY", "OUTPUT ORDER")
LAST = "-999999"
"""The priority of the row for everything that no rule names."""
_ID = re.compile(r"[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+\Z")


class RuleReader:
    """Read the rules of one table; what is wrong is told to `wrong` (line, where, found, expected)."""

    def __init__(
        self,
        table: DecisionTable,
        decision: str,
        name: str,
        columns: Sequence[Column | None],
        outputs: Sequence[str],
        ours: bool,
        wrong: Callable[[int, str, str, str], None],
    ) -> None:
        self.table, self.decision, self.columns, self.outputs = table, decision, columns, outputs
        self.stem = name if name[0].isalpha() else f"t{name}"
        self.ours, self.wrong = ours, wrong
        self.policy = f"{table.hit_policy} {table.aggregation}".strip()
        self.seen: set[str] = set()

    def rows(self) -> list[dict[str, str]]:
        """Return the rows, in the order of the rules."""
        rows = [self._row(number, rule) for number, rule in enumerate(self.table.rules, 1)]
        if self.policy in ORDERED and "priority" not in self.outputs:
            ranks = [_rank(self.table, rule) for rule in self.table.rules]
            order = sorted(set(ranks), reverse=True)
            for row, rank in zip(rows, ranks, strict=True):
                row["priority"] = str(order.index(rank) + 1)
        return [*rows, *self._default()]

    def _row(self, number: int, rule: Rule) -> dict[str, str]:
        row: dict[str, str] = {}
        for clause, column, cell in zip(self.table.inputs, self.columns, rule.cells, strict=True):
            try:
                if isinstance(cell.tests, Unread):
                    raise Unsaid(cell.tests.reason)
                row.update(self._cell(clause, column, cell.tests))
            except Unsaid as error:
                where = f"rule {number}, {clause.text[:60]}"
                self.wrong(rule.line, where, repr(cell.text[:60]), f"a cell of ours; this is {error}")
        for output, name, said, text in zip(
            self.table.outputs, self.outputs, rule.outputs, rule.output_texts, strict=True
        ):
            try:
                row.update({name: self._value(said, name)} if name else {})
            except Unsaid as error:
                where = f"rule {number}, output {output.name or self.decision}"
                self.wrong(rule.line, where, repr(text[:60]), f"a value that is written out; this is {error}")
        row.update(self._meaning(rule))
        if not _ID.match(row.get("id", "")) or (row["id"] in self.seen and not self.ours):
            row["id"] = f"{self.stem}.r{number}"
        self.seen.add(row["id"])
        return row

    def _cell(self, clause: InputClause, column: Column | None, tests: Tests) -> Mapping[str, str]:
        if column is not None:
            return {column.name: column.cell(tests)}
        if self.ours:
            start, end = _days(tests)
            return {"from": start, "to": end}
        return {}  # what is wrong with the column is told once

    def _value(self, said: object, column: str) -> str:
        """Return the cell of one output. Raises Unsaid."""
        if isinstance(said, Unread):
            raise Unsaid(said.reason)
        assert isinstance(said, Said)
        value = constant(said.expression)
        if value is None:
            return ""
        if isinstance(value, bool) and column == "outcome":
            return "pay" if value else "none"
        if column in NUMBERS:
            return written(value, "number", {})
        if column == "threshold" and isinstance(value, str):
            return value
        return plain_text(written(value, kind_of(value), {}))

    def _meaning(self, rule: Rule) -> dict[str, str]:
        """Return the columns of meaning that annotations and the description of a rule give."""
        found: dict[str, str] = {}
        notes = []
        names = [*self.table.annotations, *[""] * len(rule.annotations)]
        for name, text in zip(names, rule.annotations, strict=False):
            own = slug(name)
            if not text:
                continue
            if own in FREE:
                found[own] = _harmless(text)
            elif own == "id" or (self.ours and own in PAYOUT_COLUMNS | {"priority"}):
                found[own] = text
            else:
                notes.append(f"{name}: {text}" if name else text)
        if rule.description and "rationale" not in found:
            found["rationale"] = _harmless(rule.description)
        elif rule.description:
            notes.append(rule.description)
        if notes:
            found["note"] = _harmless("; ".join([found["note"], *notes] if "note" in found else notes))
        return found

    def _default(self) -> Iterator[dict[str, str]]:
        """Yield the row for what the model answers when no rule holds; a table of one answer takes it as its last row."""
        if all(clause.default is None for clause in self.table.outputs):
            return
        if self.policy not in ("FIRST", "PRIORITY"):
            expected = "a rule of its own, or the hit policy FIRST"
            self.wrong(self.table.line, "default output", f"a default under {self.policy}", expected)
            return
        row = {column.name: "-" for column in self.columns if column is not None}
        for clause, name in zip(self.table.outputs, self.outputs, strict=True):
            if name and clause.default is not None:
                try:
                    row[name] = self._value(clause.default, name)
                except Unsaid as error:
                    self.wrong(clause.line, "default output", str(error), "a value that is written out")
        row["id"] = f"{self.stem}.otherwise"
        if self.policy == "PRIORITY":
            row["priority"] = LAST
        yield row


def _rank(table: DecisionTable, rule: Rule) -> tuple[int, ...]:
    """Return the places of a rule's outputs among the allowed values; the first comes first."""
    ranks = []
    run = Run({})
    for clause, said in zip(table.outputs, rule.outputs, strict=True):
        items = clause.allowed.items if clause.allowed else ()
        try:
            value: Value = constant(said.expression) if isinstance(said, Said) else None
        except Unsaid:
            value = None
        places = (
            i for i, item in enumerate(items) if answer(Tests((item,)), value, {"?": value}, run) is True
        )
        ranks.append(next(places, len(items)))
    return tuple(ranks)


def _days(tests: Tests) -> tuple[str, str]:
    """Return from (included) and to (not included) of a row's column of days. Raises Unsaid."""
    if tests.any:
        return "", ""
    if len(tests.items) == 1 and not tests.negated:
        match tests.items[0]:
            case Range(low, high, True, False):
                return written(constant(low), "date", {}), written(constant(high), "date", {})
            case Comparison(">=", bound):
                return written(constant(bound), "date", {}), ""
            case Comparison("<", bound):
                return "", written(constant(bound), "date", {})
    raise Unsaid("not a day from which, and one before which, the row holds")


def _harmless(text: str) -> str:
    """Return a text for readers as one line that no spreadsheet runs."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return neutral(line)


def csv_text(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    """Return rows as the CSV of a table: cells such as `-` stay as they are, so what may hold a formula was refused before."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return out.getvalue()

"""Write a table of this kit as DMN 1.3.

Rules, cells and what a row pays are said in DMN's own words. The rest of the header stands in an extension element, which other
programs leave alone and which `importing` reads again; sums that follow from a calculation are told as the cells they stand in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree

from playbook.errors import InputError, Problem
from playbook.tables.cells import LOW, Input
from playbook.tables.dmn.elements import OURS
from playbook.tables.dmn.header import NUMBERS, PAYOUTS, domain_of, header_of, payout_cells, yaml_text
from playbook.tables.dmn.spelling import KINDS, Unsaid, feel_of, literal, quoted
from playbook.tables.model import Table, TableRow

MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"
IN_FORCE = "in force"
"""Label of the column that says from and to which day a row holds."""
_LANGUAGES = (("zh-Hant", "zh_hant"), ("zh-Hans", "zh_hans"), ("en", "en"))
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot hold."""


@dataclass(frozen=True)
class Exported:
    """The text of a DMN file, and what a program that reads only DMN will not know."""

    text: str
    left_out: tuple[str, ...]


def export_table(table: Table) -> Exported:
    """Return a table as DMN 1.3. Raises InputError for rows that no DMN table can say."""
    return _Writer(table).written()


class _Writer:
    """Write one table."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.problems: list[Problem] = []
        self.payouts = [payout_cells(row.payout, table.currency) for row in table.rows]
        used = {column for cells in self.payouts for column in cells}
        self.ordered = table.hit_policy in ("PRIORITY", "OUTPUT ORDER")
        self.policy, _, self.aggregation = table.hit_policy.partition(" ") if table.hit_policy.startswith("COLLECT") else (table.hit_policy, "", "")  # fmt: skip
        self.single = self.aggregation in ("SUM", "MIN", "MAX")
        outputs = [column for column in PAYOUTS if column in used] or ["kind"]
        self.outputs = ["amount"] if self.single else ["priority"] * self.ordered + outputs
        self.dated = bool(table.effective_on) and any(row.start or row.end for row in table.rows)
        kept = [] if not self.single else [column for column in outputs if column != "amount"]
        told = ["id", *kept, *(["priority"] if not self.ordered and any(r.priority for r in table.rows) else [])]  # fmt: skip
        self.annotations = [*told, *(name for name in _MEANING if any(_meaning(row, name) for row in table.rows))]  # fmt: skip

    def written(self) -> Exported:
        ElementTree.register_namespace("", MODEL)
        ElementTree.register_namespace("kit", OURS)
        name = self.table.name
        root = _element(None, "definitions", id="definitions", name=name, namespace=f"{OURS}:{_identity(name)}")  # fmt: skip
        for column in self.table.inputs:
            self._type(root, column)
        decision = _element(root, "decision", id="decision", name=name)
        extension = _element(decision, "extensionElements")
        header = ElementTree.SubElement(extension, f"{{{OURS}}}header")
        header.text = _fit("\n" + yaml_text(header_of(self.table)))
        _element(decision, "variable", id="decision_value", name=name)
        given = [(column.name, self._type_name(column)) for column in self.table.inputs]
        if self.dated and self.table.effective_on not in [name for name, _ in given]:
            given.append((self.table.effective_on, "date"))
        for number, _ in enumerate(given, 1):
            requirement = _element(decision, "informationRequirement", id=f"requirement_{number}")
            _element(requirement, "requiredInput", href=f"#given_{number}")
        self._table(decision)
        for number, (name, kind) in enumerate(given, 1):
            element = _element(root, "inputData", id=f"given_{number}", name=name)
            _element(element, "variable", id=f"given_value_{number}", name=name, typeRef=kind)
        if self.problems:
            raise InputError(self.problems)
        ElementTree.indent(root)
        text = ElementTree.tostring(root, encoding="unicode")
        return Exported('<?xml version="1.0" encoding="UTF-8"?>\n' + text + "\n", tuple(self._left_out()))

    # -- types -----------------------------------------------------------------------------

    def _type_name(self, column: Input) -> str:
        return f"t_{column.name}" if self._allowed(column) else KINDS[column.type]

    def _allowed(self, column: Input) -> str:
        if column.type == "enum":
            said = ", ".join(quoted(value) for value in column.values)
        elif domain := domain_of(column, LOW):
            said = feel_of(domain, column)
        else:
            return ""
        return said if column.required else f"{said}, null"

    def _type(self, root: ElementTree.Element, column: Input) -> None:
        if allowed := self._allowed(column):
            element = _element(root, "itemDefinition", name=self._type_name(column))
            _element(element, "typeRef").text = KINDS[column.type]
            _text(element, "allowedValues", allowed)

    # -- the table -------------------------------------------------------------------------

    def _table(self, decision: ElementTree.Element) -> None:
        attributes = {"aggregation": self.aggregation} if self.aggregation else {}
        element = _element(decision, "decisionTable", id="rules", hitPolicy=self.policy, **attributes)
        for number, column in enumerate(self.table.inputs, 1):
            self._column(element, f"input_{number}", column.name, self._type_name(column), column.name)
        if self.dated:
            self._column(element, "input_in_force", self.table.effective_on, "date", IN_FORCE)
        for name in self.outputs:
            kind = "number" if name in NUMBERS else "string"
            output = _element(element, "output", id=f"output_{name}", name=name, typeRef=kind)
            if name == "priority":
                order = sorted({row.priority for row in self.table.rows}, reverse=True)
                _text(output, "outputValues", ", ".join(str(priority) for priority in order))
        for name in self.annotations:
            _element(element, "annotation", name=name)
        for number, row in enumerate(self.table.rows, 1):
            self._rule(element, number, row, self.payouts[number - 1])

    def _column(self, element: ElementTree.Element, id_: str, name: str, kind: str, label: str) -> None:
        column = _element(element, "input", id=id_, label=label)
        _text(column, "inputExpression", name, typeRef=kind)

    def _rule(self, element: ElementTree.Element, number: int, row: TableRow, payout: dict[str, str]) -> None:
        rule = _element(element, "rule", id=f"rule_{number}")
        for column in self.table.inputs:
            _text(rule, "inputEntry", self._cell(row, column))
        if self.dated:
            _text(rule, "inputEntry", _days(row))
        if self.single and (
            "amount" not in payout or "share" in payout or "per" in payout or "multiply" in payout
        ):
            self._wrong(row, "amount", f"a row that {self.aggregation} cannot take", "a fixed sum")
        cells = {**payout, "priority": str(row.priority)}
        for name in self.outputs:
            kind = "number" if name in NUMBERS else "string"
            _text(rule, "outputEntry", literal(cells[name], kind) if name in cells else "null")
        for name in self.annotations:
            _text(rule, "annotationEntry", cells.get(name, "") or _meaning(row, name))

    def _cell(self, row: TableRow, column: Input) -> str:
        try:
            return feel_of(row.cells[column.name], column)
        except Unsaid as error:
            self._wrong(row, column.name, row.cells[column.name], str(error))
            return "-"

    def _wrong(self, row: TableRow, column: str, found: str, expected: str) -> None:
        place = row.place
        remedy = "Rewrite the row, or leave this table out."
        problem = Problem(place.path, place.line, 0, column, repr(found[:60]), expected, remedy)
        self.problems.append(problem)

    # -- what only this kit knows ----------------------------------------------------------

    def _left_out(self) -> Iterable[str]:
        table = self.table
        calculated = [column for column in ("share", "each", "per", "multiply", "times", "plus", "deductible", "threshold", "at_least", "at_most", "cap_of") if column in self.outputs]  # fmt: skip
        if calculated:
            yield f"what is calculated from {', '.join(calculated)}: DMN answers with these cells, not with the sum"
        for step in table.derived:
            yield f"derived input {step.name}: DMN expects it to be given"
        for column in table.inputs:
            if column.null_value is not None:
                yield f"input {column.name}: a missing value stands for {column.null_means}; DMN expects it to be given"
        if table.events:
            yield f"events of the list {table.events.list}: DMN decides one"
        if table.payers:
            yield "payers: DMN does not share a sum out"
        if table.jurisdictions:
            yield f"jurisdictions {', '.join(table.jurisdictions)}: DMN decides wherever it is asked"
        if table.rows and not self.dated and any(row.start or row.end for row in table.rows):
            yield "from and to of rows: the table names no input whose day counts"
        if self.single and len(self.outputs) == 1:
            yield f"all but amount: {self.aggregation} takes one output; the rest stands in annotations"


_MEANING = ("source", "rationale", "note", *(f"{stem}_{suffix}" for stem in ("label", "why") for _, suffix in _LANGUAGES))  # fmt: skip


def _meaning(row: TableRow, name: str) -> str:
    if name == "id":
        return row.id
    stem, _, suffix = name.partition("_")
    if stem in ("label", "why"):
        language = next(language for language, written in _LANGUAGES if written == suffix)
        return str(getattr(row, stem).get(language, ""))
    return str(getattr(row, name, ""))


def _days(row: TableRow) -> str:
    start, end = (literal(day.isoformat(), "date") if day else "" for day in (row.start, row.end))
    if start and end:
        return f"[{start}..{end})"
    return f">= {start}" if start else (f"< {end}" if end else "-")


def _identity(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", name)


def _fit(text: str) -> str:
    return _UNFIT.sub("\ufffd", text)


def _element(above: ElementTree.Element | None, tag: str, **attributes: str) -> ElementTree.Element:
    named = {key: _fit(value) for key, value in attributes.items()}
    if above is None:
        return ElementTree.Element(f"{{{MODEL}}}{tag}", named)
    return ElementTree.SubElement(above, f"{{{MODEL}}}{tag}", named)


def _text(above: ElementTree.Element, tag: str, text: str, **attributes: str) -> None:
    _element(_element(above, tag, **attributes), "text").text = _fit(text)

"""Turn the decision tables of a DMN file into tables of this kit: header and rows, with what was left out and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from playbook.errors import InputError, Problem
from playbook.sources import parse_yaml
from playbook.tables.dmn.columns import Column, ColumnReader, slug
from playbook.tables.dmn.exporting import IN_FORCE
from playbook.tables.dmn.header import NUMBERS, PAYOUTS, yaml_text
from playbook.tables.dmn.model import Decision, DecisionTable, OutputClause, Said, Unread
from playbook.tables.dmn.reading import Read
from playbook.tables.dmn.rules import FREE, RuleReader, csv_text
from playbook.tables.dmn.spelling import Unsaid, constant
from playbook.tables.dmn.values import kind_of
from playbook.tables.shapes import HEADER_KEYS

MAPPED = ("amount", "kind", "option", "outcome", "authority")
"""Columns of ours that a person may name an output for."""
_PLAIN = ("amount", "kind", "option", "authority", "alternative", "decider")
"""Columns that an output of the same name becomes, in a model that this kit did not write."""
_REMEDY = "Rewrite it in the model, or import another decision with --decision."


@dataclass(frozen=True)
class Wanted:
    """How outputs become columns: names of outputs by column of ours, and what the header says where the model does not."""

    columns: Mapping[str, str] = field(default_factory=dict)  # amount -> "Compensation"
    currency: str = "XXX"
    line: str = "inconvenience"
    basis: str = "goodwill"
    only: str = ""  # one decision
    reserved: frozenset[str] = frozenset()  # names of files that stand for something else


@dataclass(frozen=True)
class TableFiles:
    """The two files of one table: `NAME.table.yaml` and `NAME.csv`."""

    name: str
    decision: str
    header: str
    rows: str


@dataclass(frozen=True)
class Imported:
    """What a DMN file came to."""

    tables: tuple[TableFiles, ...]
    left_out: tuple[str, ...]


def import_tables(read: Read, wanted: Wanted) -> Imported:
    """Return a table for each decision that is a decision table.

    Raises InputError that lists every cell, input and output that no table of ours can say, by decision and rule.
    """
    problems: list[Problem] = []
    left_out: list[str] = []
    tables: list[TableFiles] = []
    taken = set(wanted.reserved)
    for decision in read.decisions:
        if wanted.only and decision.name != wanted.only:
            continue
        if not isinstance(decision.logic, DecisionTable):
            reason = decision.logic.reason if isinstance(decision.logic, Unread) else "not a decision table"
            left_out.append(f"decision {decision.name}: {reason if decision.logic else 'no logic'}")
            continue
        name = _free_name(_file_name(decision.name) or f"decision_{len(tables) + 1}", taken)
        made = _Importer(read, decision, decision.logic, wanted, name)
        tables.append(made.files())
        problems += made.problems
        left_out += made.left_out
    left_out += [f"function {one.name}: business knowledge models are not imported" for one in read.functions]
    if not tables and not problems:
        found = f"the decision {wanted.only!r} nowhere" if wanted.only else "no decision table"
        remedy = "Choose another file or decision."
        problems.append(Problem(read.path, 0, 0, "", found, "a decision table", remedy))
    if problems:
        raise InputError(problems)
    return Imported(tuple(tables), tuple(dict.fromkeys(left_out)))


def _file_name(decision: str) -> str:
    """Return a decision's name as that of a file; one that would be read as patches or changes of a table loses its dot."""
    name = slug(decision, ascii_only=True)
    stem, _, last = name.rpartition(".")
    return f"{stem}_{last}" if stem and last in ("patch", "rows", "changes", "table") else name


def _free_name(name: str, taken: set[str]) -> str:
    free = next(n for n in (name, *(f"{name}_{i}" for i in range(2, len(taken) + 3))) if n not in taken)
    taken.add(free)
    return free


class _Importer:
    """Make the files of one table; what is wrong is added to `problems`."""

    def __init__(
        self, read: Read, decision: Decision, table: DecisionTable, wanted: Wanted, name: str
    ) -> None:
        self.read, self.decision, self.table, self.wanted, self.name = read, decision, table, wanted, name
        self.problems: list[Problem] = []
        self.left_out: list[str] = []
        self.policy = f"{table.hit_policy} {table.aggregation}".strip()
        self.kit = self._kit()

    def wrong(self, line: int, where: str, found: str, expected: str) -> None:
        """Add a problem, with its decision and rule."""
        at = f"{self.decision.name}{', ' if where else ''}{where}"
        self.problems.append(Problem(self.read.path, line, 0, at, found[:120], expected[:160], _REMEDY))

    def left(self, what: str) -> None:
        """Tell what was left out, and why."""
        self.left_out.append(f"decision {self.decision.name}: {what}")

    def _kit(self) -> dict[str, Any]:
        """Return what this kit added when it wrote the file; anybody may have changed it, so it is read as any header is."""
        if not self.decision.header:
            return {}
        data, _ = parse_yaml(self.decision.header, self.read.path)
        if not isinstance(data, dict) or data.keys() - HEADER_KEYS or data.keys() & {"rows", "copy_of"}:
            self.wrong(self.decision.line, "kit:header", "another header", "the header that export-dmn wrote")
            return {}
        return data

    def files(self) -> TableFiles:
        """Return the files of the table."""
        columns = self._columns()
        outputs = self._outputs()
        rules = RuleReader(
            self.table, self.decision.name, self.name, columns, outputs, bool(self.kit), self.wrong
        )
        rows = rules.rows()
        used = {name for row in rows for name, text in row.items() if text}
        inputs = [column for column in columns if column is not None]
        meta = [name for name in ("priority", "from", "to", *sorted(FREE)) if name in used]
        kept = ["id", *(c.name for c in inputs), *(name for name in PAYOUTS if name in used), *meta]
        return TableFiles(
            self.name, self.decision.name, yaml_text(self._header(inputs)), csv_text(kept, rows)
        )

    def _columns(self) -> list[Column | None]:
        reader = ColumnReader(self.read, self.table, self.kit)
        columns: list[Column | None] = []
        for number, clause in enumerate(self.table.inputs, 1):
            if clause.label == IN_FORCE and self.kit.get("effective"):
                columns.append(None)  # from and to of the rows
                continue
            try:
                columns.append(reader.column(number - 1, clause))
            except Unsaid as error:
                where = f"input {clause.text[:60] or number}"
                self.wrong(clause.line, where, str(error), "a name, of a number, text, truth value or date")
                columns.append(None)
        for told in reader.left_out:
            self.left(told)
        return columns

    def _header(self, columns: Sequence[Column]) -> dict[str, Any]:
        names = {column.name for column in columns}
        derived = self.kit.get("derived")
        derived = derived if isinstance(derived, dict) else {}
        inputs = {column.name: column.spec for column in columns if column.name not in derived}
        if not self.kit:
            return {
                "table": self.name,
                "title": {"en": self.decision.name},
                "line": "options" if "option" in self.wanted.columns else self.wanted.line,
                "basis": self.wanted.basis,
                "hit_policy": self.policy,
                "currency": self.wanted.currency,
                "rounding": {"mode": "half_up"},
                "inputs": inputs,
            }
        given = self.kit.get("inputs")
        for name, spec in (given if isinstance(given, dict) else {}).items():
            if isinstance(spec, dict) and spec.get("raw"):
                inputs[name] = spec
        made = {**self.kit, "hit_policy": self.policy, "inputs": inputs}
        if derived:
            # A derived input is a column, or is used by one below it; what a modeler removed is removed.
            lists = [spec.get("of") for spec in derived.values() if isinstance(spec, dict)]
            used = {name for of in lists if isinstance(of, list) for name in of if isinstance(name, str)}
            made["derived"] = {name: spec for name, spec in derived.items() if name in names | used}
        return made

    # -- outputs ---------------------------------------------------------------------------

    def _outputs(self) -> list[str]:
        """Return for each output the column that it becomes, "" for one that is left out."""
        clauses = self.table.outputs
        names = [clause.name or self.decision.name for clause in clauses]
        chosen = {" ".join(name.split()): column for column, name in self.wanted.columns.items()}
        found = [chosen.pop(name, "") for name in names]
        for name, column in chosen.items():
            self.wrong(self.table.line, f"--{column}", f"no output {name!r}", "one of " + ", ".join(names))
        known = (*PAYOUTS, "priority") if self.kit else _PLAIN
        kinds = [self._kind(clause, index) for index, clause in enumerate(clauses)]
        for i, name in enumerate(names):
            own = slug(name)
            fits = (kinds[i] == "number") is (own in NUMBERS) or bool(self.kit)
            if not found[i] and own in known and own not in found and fits:
                found[i] = own
        for column, kind in (("amount", "number"), ("kind", "string")):
            free = (i for i, had in enumerate(found) if not had and kinds[i] == kind)
            if not self.kit and column not in found and (first := next(free, None)) is not None:
                found[first] = column
        for name, column in zip(names, found, strict=True):
            if not column:
                options = ", ".join(f"--{one}" for one in MAPPED)
                self.left(f"output {name}: say with {options} what it is")
        if not any(found):
            expected = "one that is an amount, a kind or an option"
            self.wrong(self.table.line, "outputs", ", ".join(names), expected)
        return found

    def _kind(self, clause: OutputClause, index: int) -> str:
        if clause.type.base:
            return clause.type.base
        kinds = set()
        for rule in self.table.rules:
            said = rule.outputs[index]
            try:
                value = constant(said.expression) if isinstance(said, Said) else None
            except Unsaid:
                value = Decimal(
                    0
                )  # what is calculated is a number more often than not, and is told at its rule
            kinds.add(kind_of(value))
        kinds.discard("null")
        return kinds.pop() if len(kinds) == 1 else ""

"""Turn the input columns of a DMN table into inputs of ours: name, type, values, domain."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from playbook.tables.dmn.model import DecisionTable, InputClause, Type, Unread
from playbook.tables.dmn.reading import Read
from playbook.tables.dmn.spelling import Unsaid, cell_of, constants, plain_text
from playbook.tables.dmn.tree import Equals, Expression, Literal, Member, Name, Tests
from playbook.tables.dmn.values import Value, kind_of
from playbook.tables.shapes import META_COLUMNS, PAYOUT_COLUMNS

OTHER = "other"
"""What an enumeration is given for any text that the model does not name."""
_KINDS = ("number", "string", "boolean", "date")


def slug(text: str, *, ascii_only: bool = False) -> str:
    """Return a text as a name: lower case, letters, digits and underscores; "" where none is left."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*" if ascii_only else r"[^\W\d]\w*", plain):
        return plain if ascii_only else (plain if plain.islower() else _words(plain, ascii_only))
    return _words(plain, ascii_only)


def _words(text: str, ascii_only: bool) -> str:
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text).lower()
    return re.sub(r"[^a-z0-9]+" if ascii_only else r"\W+", "_", apart).strip("_")[:60]


@dataclass(frozen=True)
class Column:
    """One input of ours: its name, what the header says of it, and the type of DMN that its cells have."""

    name: str
    spec: dict[str, Any]
    kind: str
    values: Mapping[str, str] = field(default_factory=dict)

    def cell(self, tests: Tests) -> str:
        """Return the tests of one of its cells as ours. Raises Unsaid."""
        text = cell_of(tests, self.kind, self.values)
        if text.startswith("not(") and not self.spec.get("null"):
            # Null is excluded anyway where the header does not say what it means.
            kept = [piece for piece in text[4:-1].split("|") if piece != "null"]
            return f"not({'|'.join(kept)})" if kept else text
        return text


class ColumnReader:
    """Read the input columns of one table."""

    def __init__(self, read: Read, table: DecisionTable, kit: Mapping[str, Any]) -> None:
        self.table = table
        self.types = {one.name: one.type for one in read.inputs}
        self.made_by = {one.name for one in read.decisions}
        self.known: dict[str, Any] = {}
        for part in ("inputs", "derived"):
            specs = kit.get(part)
            self.known.update(specs if isinstance(specs, dict) else {})
        self.taken: set[str] = set()
        self.left_out: list[str] = []

    def column(self, index: int, clause: InputClause) -> Column:
        """Return an input. Raises Unsaid for one that is calculated, or of a type that no input of ours has."""
        if isinstance(clause.expression, Unread):
            raise Unsaid(clause.expression.reason)
        path = _path(clause.expression)
        if path is None:
            raise Unsaid(f"the calculation {clause.text[:60]!r}")
        if path[0] in self.made_by:
            self.left_out.append(f"the answer of decision {path[0]}: it is an input here, and is to be given")
        name = self._name(".".join(path))
        declared = self._declared(path)
        kind = clause.type.base or declared.base or self._guessed(index)
        if kind not in _KINDS:
            raise Unsaid(f"the type {kind or 'of several kinds'}")
        allowed = clause.allowed or clause.type.allowed or declared.allowed
        cells = [rule.cells[index].tests for rule in self.table.rules]
        known = self.known.get(name)
        spec = dict(known) if isinstance(known, dict) else {}
        if name in self.known and "function" in spec:
            return Column(name, spec, kind)
        return self._said(name, spec, kind, allowed, [one for one in cells if isinstance(one, Tests)])

    def _said(self, name: str, spec: dict[str, Any], kind: str, allowed: Tests | None, cells: list[Tests]) -> Column:  # fmt: skip
        fresh = not spec
        values: dict[str, str] = {}
        if kind == "string":
            values = self._values(name, allowed, cells)
            spec = {**spec, "type": "enum", "values": list(values.values())}
        elif kind == "number":
            domain = _domain(allowed, kind)
            if fresh:
                decimals = max((_decimals(v) for v in self._numbers([*cells, *([allowed] if allowed else [])])), default=0)  # fmt: skip
                spec = {"type": "decimal", "decimals": decimals} if decimals else {"type": "int"}
                if not decimals:
                    self.left_out.append(f"input {name}: decimals; every bound is whole, so whole numbers are taken")  # fmt: skip
            if domain:
                spec["domain"] = domain
            elif allowed is None:
                spec.pop("domain", None)
        else:
            spec = {**spec, "type": {"boolean": "bool"}.get(kind, kind)}
            if domain := _domain(allowed, kind):
                spec["domain"] = domain
        if fresh and any(one.negated and not _names_null(one) for one in cells):
            spec["null"] = "not given"  # in DMN, not(...) holds for null, too
        return Column(name, spec, kind, values)

    def _name(self, text: str) -> str:
        name = text if text in self.known else slug(text)
        if not name or name[0].isdigit() or name in PAYOUT_COLUMNS | META_COLUMNS:
            name = f"input_{name}" if name else f"input_{len(self.taken) + 1}"
        if name in self.taken:
            raise Unsaid(f"the input {text[:60]} a second time")
        self.taken.add(name)
        return name

    def _declared(self, path: tuple[str, ...]) -> Type:
        found = self.types.get(path[0], Type())
        for name in path[1:]:
            found = found.components.get(name, Type())
        return found

    def _guessed(self, index: int) -> str:
        found = set()
        for rule in self.table.rules:
            tests = rule.cells[index].tests
            try:
                found |= {kind_of(value) for value in constants(tests if isinstance(tests, Tests) else None)}
            except Unsaid:
                continue
        return found.pop() if len(found) == 1 else ""

    def _numbers(self, cells: list[Tests]) -> list[Decimal]:
        found = []
        for cell in cells:
            try:
                found += [value for value in constants(cell) if isinstance(value, Decimal)]
            except Unsaid:
                continue  # the cell itself is told where it stands
        return found

    def _values(self, name: str, allowed: Tests | None, cells: list[Tests]) -> dict[str, str]:
        """Return the texts of an enumeration, and how each is written. Raises Unsaid for one that no cell can hold."""
        texts: list[Value] = []
        listed = allowed is not None and not allowed.negated and all(isinstance(one, Equals) for one in allowed.items)  # fmt: skip
        for cell in [allowed] if listed else cells:
            try:
                texts += [value for value in constants(cell) if isinstance(value, str)]
            except Unsaid:
                continue
        found = {}
        for text in dict.fromkeys(texts):
            try:
                found[text] = plain_text(text)
            except Unsaid:
                if listed:
                    raise
                continue  # told where it stands
        if not listed:
            free = next(
                f"{OTHER}{'_' * n}" for n in range(len(found) + 1) if f"{OTHER}{'_' * n}" not in found
            )
            found[free] = free
            self.left_out.append(f"input {name}: texts that no rule names; they are given as {free!r}")
        return found


def _path(expression: Expression) -> tuple[str, ...] | None:
    if isinstance(expression, Name) and expression.name != "?":
        return (expression.name,)
    if isinstance(expression, Member) and (above := _path(expression.of)) is not None:
        return (*above, expression.name)
    return None


def _names_null(tests: Tests) -> bool:
    return any(isinstance(one, Equals) and one.value == Literal(None) for one in tests.items)


def _decimals(number: Decimal) -> int:
    return max(0, -int(number.normalize().as_tuple().exponent)) if number else 0


def _domain(allowed: Tests | None, kind: str) -> str:
    """Return the domain that allowed values give: one range, null left aside."""
    items = tuple(one for one in allowed.items if not _names_null(Tests((one,)))) if allowed else ()
    if len(items) != 1 or allowed is None or allowed.negated:
        return ""
    try:
        return cell_of(Tests(items), kind)
    except Unsaid:
        return ""

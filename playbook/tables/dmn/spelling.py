"""One cell in two spellings: ours (`a|b`, `[180..240)`) and DMN's unary tests (`"a","b"`, `[180..240)`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from playbook.tables.cells import Input
from playbook.tables.dmn.evaluate import Run, value_of
from playbook.tables.dmn.tree import (
    Call,
    Comparison,
    Equals,
    Expression,
    Listed,
    Literal,
    Negation,
    Operation,
    Range,
    Tests,
)
from playbook.tables.dmn.values import Unanswerable, Value, kind_of

KINDS = {
    "int": "number",
    "decimal": "number",
    "money": "number",
    "date": "date",
    "bool": "boolean",
    "enum": "string",
}
"""Types of our inputs, and the type of DMN that each is."""
_INTERVAL = re.compile(r"([\[(])\s*([^\s,\[\]()]*?)\s*(?:\.\.|,)\s*([^\s,\[\]()]*?)\s*([\])])\Z")
_COMPARE = re.compile(r"(<=|>=|<|>)\s*(\S+)\Z")


class Unsaid(ValueError):
    """One of the two cannot say what the other does; the text says what."""


# -- ours to DMN's -------------------------------------------------------------------------


def quoted(text: str) -> str:
    """Return a text as DMN writes it."""
    marks = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(marks.get(c, c) for c in text) + '"'


def literal(value: str, kind: str) -> str:
    """Return a value of ours (`2026-05-09`, `180`, `weather`) as DMN writes one of a type."""
    if kind == "date":
        return f"date({quoted(value)})"
    return quoted(value) if kind == "string" else value


def feel_of(text: str, column: Input) -> str:
    """Return one of our cells as a unary test. Raises Unsaid for one that has no such test."""
    text = text.strip()
    if text == "-":
        return "-"
    negated = text.startswith("not(") and text.endswith(")")
    pieces = [piece.strip() for piece in (text[4:-1] if negated else text).split("|")]
    if negated and any(piece == "-" or piece.startswith("not(") for piece in pieces):
        raise Unsaid(f"{text} says nothing")
    # DMN's not(...) holds for null; ours only where the header says what null means.
    if negated and "null" not in pieces and not column.null_means:
        pieces.append("null")
    said = ", ".join(_piece(piece, column) for piece in pieces)
    return f"not({said})" if negated else said


def _piece(piece: str, column: Input) -> str:
    if piece == "null":
        return "null"
    kind = KINDS[column.type]
    if not column.discrete:
        if match := _COMPARE.match(piece):
            return f"{match[1]} {_bound(match[2], column)}"
        if match := _INTERVAL.match(piece):
            return f"{match[1]}{_bound(match[2], column)}..{_bound(match[3], column)}{match[4]}"
        return _bound(piece, column)
    return literal(column.shown(column.scaled(piece)), kind)


def _bound(text: str, column: Input) -> str:
    return literal(column.shown(column.scaled(text)), KINDS[column.type])


# -- DMN's to ours -------------------------------------------------------------------------


def constant(expression: Expression) -> Value:
    """Return the value of an expression that is written out. Raises Unsaid for one that names something."""
    if not _is_constant(expression):
        raise Unsaid("a value that depends on something")
    run = Run({})
    try:
        value = value_of(expression, {}, run)
    except (Unanswerable, RecursionError) as error:
        raise Unsaid(str(error)) from error
    if run.notes:
        raise Unsaid(run.notes[0])
    return value


def _is_constant(expression: Expression) -> bool:
    match expression:
        case Literal():
            return True
        case Negation(of):
            return _is_constant(of)
        case Call(name, arguments):
            return name in ("date",) and all(_is_constant(one) for one in arguments)
        case Listed(items):
            return all(_is_constant(one) for one in items)
        case Operation(operator, left, right):
            return operator in ("+", "-", "*", "/") and _is_constant(left) and _is_constant(right)
    return False


def constants(tests: Tests | None) -> list[Value]:
    """Return the values that a cell's tests name, nulls left out. Raises Unsaid."""
    found: list[Value] = []
    for test in tests.items if tests else ():
        parts = {Comparison: ("bound",), Range: ("low", "high"), Equals: ("value",)}[type(test)]
        for value in (constant(getattr(test, part)) for part in parts):
            found += value if isinstance(value, list) else [value]
    return [value for value in found if value is not None]


def cell_of(tests: Tests, kind: str, values: Mapping[str, str] | None = None) -> str:
    """Return the tests of a cell as ours, for a column of one of DMN's types.

    `values`: texts of DMN and how they are written here. Raises Unsaid with what has no cell.
    """
    if tests.any:
        return "-"
    negated = tests.negated
    items = tests.items
    if len(items) == 1 and isinstance(items[0], Comparison) and items[0].operator == "!=":
        negated, items = not negated, (Equals(items[0].bound, False),)
    pieces = [piece for test in items for piece in _pieces(test, kind, values or {})]
    pieces = list(dict.fromkeys(pieces))
    return f"not({'|'.join(pieces)})" if negated else "|".join(pieces)


def _pieces(test: Comparison | Range | Equals, kind: str, values: Mapping[str, str]) -> list[str]:
    if isinstance(test, Equals):
        if test.asks:
            raise Unsaid("a condition with ?")
        value = constant(test.value)
        return [written(one, kind, values) for one in (value if isinstance(value, list) else [value])]
    if kind not in ("number", "date"):
        raise Unsaid(f"a comparison of {kind}")
    if isinstance(test, Comparison):
        bound = _ordered(test.bound, kind)
        if test.operator == "!=":
            raise Unsaid("!= beside other tests")
        return [bound if test.operator == "=" else f"{test.operator}{bound}"]
    low, high = _ordered(test.low, kind), _ordered(test.high, kind)
    return [f"{'[' if test.low_inside else '('}{low}..{high}{']' if test.high_inside else ')'}"]


def _ordered(expression: Expression, kind: str) -> str:
    value = constant(expression)
    if value is None:
        raise Unsaid("a comparison with null")
    return written(value, kind, {})


def written(value: Value, kind: str, values: Mapping[str, str]) -> str:
    """Return one value as our cells write it. Raises Unsaid for one of another type."""
    if value is None:
        return "null"
    if kind_of(value) != kind:
        raise Unsaid(f"{kind_of(value)} in a column of {kind}")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        return values.get(value) or plain_text(value)
    raise Unsaid(f"{kind} in a cell")


def plain(number: Decimal) -> str:
    """Return a number without an exponent and without zeros that say nothing. Raises Unsaid for a longer one than cells hold."""
    if number.adjusted() > 17 or int(number.as_tuple().exponent) < -30:
        raise Unsaid(f"the number {str(number)[:40]}")
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def plain_text(text: str) -> str:
    """Return a text that a cell can hold as it stands. Raises Unsaid for one that would be read as something else."""
    if not text or text != text.strip() or "|" in text or text in ("-", "null") or text.startswith("not("):
        raise Unsaid(f"the text {text[:40]!r}, which a cell would read as something else")
    if text[0] in "=+-@" or any(ord(c) < 32 or ord(c) == 127 for c in text):
        raise Unsaid(f"the text {text[:40]!r}, which a spreadsheet may run")
    return text

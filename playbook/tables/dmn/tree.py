"""The tree of an expression and of the unary tests of a cell."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from playbook.tables.dmn.values import Value


@dataclass(frozen=True)
class Literal:
    """A value that is written out."""

    value: Value


@dataclass(frozen=True)
class Name:
    """A variable; `?` is the input of the column that a test stands in."""

    name: str


@dataclass(frozen=True)
class Member:
    """A component of a structure: `Applicant.Age`."""

    of: Expression
    name: str


@dataclass(frozen=True)
class Negation:
    """The value with the other sign."""

    of: Expression


@dataclass(frozen=True)
class Operation:
    """Arithmetic (+ - * / **), comparison (= != < <= > >=), `and`, `or`."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Conditional:
    """`if condition then this else that`."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True)
class Call:
    """A function of the model, or one of the few built-in ones."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Listed:
    """A list of values."""

    items: tuple[Expression, ...]


@dataclass(frozen=True)
class Within:
    """`value in (tests)`, and `value between low and high`."""

    value: Expression
    tests: Tests


Expression = Literal | Name | Member | Negation | Operation | Conditional | Call | Listed | Within


@dataclass(frozen=True)
class Comparison:
    """A test such as `< 240`."""

    operator: str
    bound: Expression


@dataclass(frozen=True)
class Range:
    """A test such as `[180..240)`; whether each end is inside."""

    low: Expression
    high: Expression
    low_inside: bool
    high_inside: bool


@dataclass(frozen=True)
class Equals:
    """A test that is a value or an expression: the input is it, or is in it; with `?` in it, it is true."""

    value: Expression
    asks: bool  # `?` stands in it


@dataclass(frozen=True)
class Tests:
    """The tests of a cell, of which one must hold (none, where negated); `any` for `-`."""

    items: tuple[Comparison | Range | Equals, ...] = ()
    negated: bool = False
    any: bool = False


def decimal_of(expression: Expression) -> Decimal | None:
    """Return the number that an expression writes out, or None."""
    if isinstance(expression, Negation):
        inner = decimal_of(expression.of)
        return None if inner is None else -inner
    value = expression.value if isinstance(expression, Literal) else None
    return value if isinstance(value, Decimal) else None

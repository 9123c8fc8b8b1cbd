"""The part of FEEL that is read, as a tree: literals, names, paths, arithmetic, comparison, unary tests.

Left out on purpose: functions that a model defines inside an expression, filters, iteration and most built-in functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import InvalidOperation, Overflow

from playbook.tables.dmn.tree import (
    Call,
    Comparison,
    Conditional,
    Equals,
    Expression,
    Listed,
    Literal,
    Member,
    Name,
    Negation,
    Operation,
    Range,
    Tests,
    Within,
)
from playbook.tables.dmn.values import NUMBERS, read_at

LONGEST = 100_000
"""Characters of one expression or cell."""
DEEPEST = 40
MOST_STEPS = 50_000
"""Values read in one expression, those that are read twice included: brackets are tried as a range first."""


class NotRead(ValueError):
    """An expression is not in the part of FEEL that is read; its text says what is not."""


BUILT_IN = ("date and time", "date", "time", "duration", "not", "min", "max", "sum", "count")
_SPACE = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{6}|.)", re.DOTALL)
_KEYWORDS = frozenset(
    ("and", "or", "between", "in", "then", "else", "if", "for", "some", "every", "function", "return", "satisfies", "instance")
)  # fmt: skip
_COMPARISONS = ("<=", ">=", "!=", "<", ">", "=")


def normal(name: str) -> str:
    """Return a name with one space between its words."""
    return " ".join(name.split())


def pattern_of(names: Iterable[str]) -> re.Pattern[str] | None:
    """Return what finds the longest of some names at a place; its words may stand further apart."""
    known = sorted({normal(name) for name in names if name.strip()}, key=lambda name: (-len(name), name))
    if not known:
        return None
    # A name that ends in a letter or digit ends there: `Age` is not the start of `Ages`.
    alternatives = (
        r"\s+".join(re.escape(word) for word in name.split()) + (r"(?!\w)" if re.match(r"\w", name[-1]) else "")
        for name in known
    )  # fmt: skip
    return re.compile("|".join(alternatives))


@dataclass(frozen=True)
class Scope:
    """The names that an expression may use: variables, functions of the model, components of structures."""

    variables: re.Pattern[str] | None
    functions: re.Pattern[str] | None
    members: re.Pattern[str] | None


_BUILT_IN = pattern_of(BUILT_IN)


def parse_expression(text: str, scope: Scope) -> Expression:
    """Parse an expression. Raises NotRead."""
    parser = _Parser(text, scope)
    found = parser.expression()
    parser.finish()
    return found


def parse_tests(text: str, scope: Scope) -> Tests:
    """Parse the unary tests of a cell; an empty cell is any value, as modelers write it. Raises NotRead."""
    if text.strip() in ("", "-"):
        return Tests(any=True)
    parser = _Parser(text, scope)
    found = parser.tests()
    parser.finish()
    return found


class _Parser:
    """A recursive descent over the text itself, since names may hold spaces and signs."""

    def __init__(self, text: str, scope: Scope) -> None:
        if len(text) > LONGEST:
            raise NotRead(f"{len(text)} characters in one expression")
        self.text, self.scope, self.at, self.depth, self.asks = text, scope, 0, 0, False
        self.steps, self.within = 0, False
        self.space()

    # -- places ----------------------------------------------------------------------------

    def space(self) -> None:
        if match := _SPACE.match(self.text, self.at):
            self.at = match.end()

    def sign(self, *signs: str) -> str:
        """Take one of some signs, the first that stands here; "" for none."""
        for sign in signs:
            if self.text.startswith(sign, self.at):
                self.at += len(sign)
                self.space()
                return sign
        return ""

    def word(self, word: str) -> bool:
        """Take a keyword."""
        match = _IDENTIFIER.match(self.text, self.at)
        if match is None or match[0] != word:
            return False
        self.at = match.end()
        self.space()
        return True

    def taken(self, pattern: re.Pattern[str] | None) -> str | None:
        """Take what a pattern finds here."""
        match = pattern.match(self.text, self.at) if pattern else None
        if match is None:
            return None
        self.at = match.end()
        self.space()
        return match[0]

    def expect(self, sign: str) -> None:
        if not self.sign(sign):
            raise self.wrong(f"{sign!r}")

    def wrong(self, expected: str) -> NotRead:
        here = self.text[self.at : self.at + 30] or "the end"
        return NotRead(f"{here!r} where {expected} is expected")

    def finish(self) -> None:
        if self.at < len(self.text):
            raise self.wrong("the end")

    # -- tests -----------------------------------------------------------------------------

    def tests(self) -> Tests:
        start = self.at
        if self.word("not") and self.sign("("):
            items = self.items()
            if self.sign(")") and self.at == len(self.text):
                return Tests(items, negated=True)
        self.at, self.asks = start, False  # not(...) may also begin an expression
        return Tests(self.items())

    def items(self) -> tuple[Comparison | Range | Equals, ...]:
        items = [self.test()]
        while self.sign(","):
            items.append(self.test())
        return tuple(items)

    def test(self) -> Comparison | Range | Equals:
        if operator := self.sign(*_COMPARISONS):
            return Comparison(operator, self.sum())
        if (found := self.range()) is not None:
            return found
        before, self.asks = self.asks, False
        value = self.expression()
        asks, self.asks = self.asks, before
        return Equals(value, asks)

    def range(self) -> Range | None:
        """Take a range; what opens with a bracket but has no `..` is something else and is left where it stands."""
        start = self.at
        opening = self.sign("[", "(", "]")
        if not opening:
            return None
        try:
            low = self.sum()
        except NotRead:
            low = None
        if low is None or not self.sign(".."):
            if opening == "]":
                raise self.wrong("a range")
            self.at = start
            return None
        within, self.within = self.within, True  # `[` may end the range here
        high = self.sum()
        self.within = within
        closing = self.sign("]", ")", "[")
        if not closing:
            raise self.wrong("the end of a range")
        return Range(low, high, opening == "[", closing == "]")

    # -- expressions -----------------------------------------------------------------------

    def expression(self) -> Expression:
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotRead(f"more than {DEEPEST} levels of brackets")
        try:
            if self.scope.variables is None or not self.scope.variables.match(self.text, self.at):
                for word in ("for", "some", "every", "function"):
                    if self.word(word):
                        raise NotRead(f"{word!r}")
                if self.word("if"):
                    return self.conditional()
            return self.joined("or")
        finally:
            self.depth -= 1

    def conditional(self) -> Expression:
        condition = self.expression()
        if not self.word("then"):
            raise self.wrong("'then'")
        then = self.expression()
        if not self.word("else"):
            raise self.wrong("'else'")
        return Conditional(condition, then, self.expression())

    def joined(self, operator: str) -> Expression:
        left = self.joined("and") if operator == "or" else self.compared()
        while self.word(operator):
            left = Operation(operator, left, self.joined("and") if operator == "or" else self.compared())
        return left

    def compared(self) -> Expression:
        left = self.sum()
        if operator := self.sign(*_COMPARISONS):
            return Operation(operator, left, self.sum())
        if self.word("between"):
            low = self.sum()
            if not self.word("and"):
                raise self.wrong("'and'")
            return Within(left, Tests((Range(low, self.sum(), True, True),)))
        if self.word("in"):
            return Within(left, self.choices())
        if self.word("instance"):
            raise NotRead("'instance of'")
        return left

    def choices(self) -> Tests:
        """Take what stands after `in`: one test, or several in brackets."""
        if (found := self.range()) is not None:
            return Tests((found,))
        if self.sign("("):
            items = self.items()
            self.expect(")")
            return Tests(items)
        return Tests((self.test(),))

    def sum(self) -> Expression:
        left = self.product()
        while operator := self.sign("+", "-"):
            left = Operation(operator, left, self.product())
        return left

    def product(self) -> Expression:
        left = self.power()
        while not self.text.startswith("**", self.at) and (operator := self.sign("*", "/")):
            left = Operation(operator, left, self.power())
        return left

    def power(self) -> Expression:
        left = self.signed()
        while self.sign("**"):
            left = Operation("**", left, self.signed())
        return left

    def signed(self) -> Expression:
        signs = 0
        while self.sign("-"):
            signs += 1
        found = self.membered()
        if signs > DEEPEST:
            raise NotRead(f"{signs} signs in a row")
        for _ in range(signs):
            found = Negation(found)
        return found

    def membered(self) -> Expression:
        found = self.primary()
        levels = 0
        while not self.text.startswith("..", self.at) and self.sign("."):
            name = self.taken(self.scope.members) or self.taken(_IDENTIFIER)
            levels += 1
            if name is None or levels > DEEPEST:
                raise self.wrong("the name of a component")
            found = Member(found, normal(name))
        if self.text.startswith("[", self.at) and not self.within:
            raise NotRead("a filter in [ ]")
        return found

    def primary(self) -> Expression:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise NotRead(f"more than {MOST_STEPS} values in one expression")
        if self.sign("?"):
            self.asks = True
            return Name("?")
        if self.text.startswith('"', self.at):
            return Literal(self.string())
        if self.sign("@"):
            try:
                return Literal(read_at(self.string()))
            except ValueError as error:
                raise NotRead(str(error)) from error
        if number := self.taken(_NUMBER):
            return self.number(number)
        if self.sign("("):
            found = self.expression()
            self.expect(")")
            return found
        if self.sign("["):
            return Listed(self.arguments("]"))
        return self.named()

    def number(self, text: str) -> Expression:
        try:
            return Literal(NUMBERS.create_decimal(text))
        except (InvalidOperation, Overflow) as error:
            raise NotRead(f"the number {text[:40]}") from error

    def string(self) -> str:
        found = self.taken(_STRING)
        if found is None:
            raise self.wrong("a text in double quotes")
        return _ESCAPE.sub(_escaped, found[1:-1])

    def named(self) -> Expression:
        start = self.at
        for functions in (self.scope.functions, _BUILT_IN):
            if (name := self.taken(functions)) and self.sign("("):
                return Call(normal(name), self.arguments(")"))
            self.at = start
        if (name := self.taken(self.scope.variables)) is not None:
            return Name(normal(name))
        found = self.taken(_IDENTIFIER)
        if found is None or found in _KEYWORDS:
            self.at = start
            raise self.wrong("a value or a name")
        if found in ("true", "false", "null"):
            return Literal({"true": True, "false": False, "null": None}[found])
        if self.text.startswith("(", self.at):
            raise NotRead(f"the function {found[:40]}")
        return Name(found)

    def arguments(self, closing: str) -> tuple[Expression, ...]:
        if self.sign(closing):
            return ()
        items = [self.expression()]
        while self.sign(","):
            items.append(self.expression())
        self.expect(closing)
        return tuple(items)


def _escaped(match: re.Match[str]) -> str:
    found = match[1]
    if found[0] in "uU" and len(found) > 1:
        code = int(found[1:], 16)
        if code > 0x10FFFF:
            raise NotRead(f"the character {match[0]}")
        return chr(code)
    return {"n": "\n", "t": "\t", "r": "\r"}.get(found, found)

"""Cells of a decision table: what they may say, and the whole numbers they come to.

Every input is compared as whole numbers: integers as they are, decimals scaled by `decimals`, money in minor units,
dates as day ordinals, an enumeration or a truth value as the index of its value. So every numeric test is a union of
half-open intervals `[low, high)`, and a bound is inside or outside, never nearly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal, InvalidOperation
from difflib import get_close_matches
from functools import cached_property
from typing import Literal

from playbook.money import LIMIT, minor_digits, too_large

InputType = Literal["int", "decimal", "money", "date", "bool", "enum"]
LOW, HIGH = -(2**62), 2**62
LAST_DAY = date.max.toordinal()
_EXACT = Context(prec=80)
"""No number that may be read has so many digits: none is rounded before it is looked at."""


MANY = 60
"""A list of values longer than this is not told whole."""
MOST_DIGITS = 18
"""Columns are whole numbers of 64 bits; a longer number was not written by a person."""


@dataclass(frozen=True)
class Input:
    """One input column. `low`/`high` bound the domain in scaled whole numbers, `[low, high)`."""

    name: str
    type: InputType
    unit: str = ""
    decimals: int = 0
    values: tuple[str, ...] = ()
    low: int = LOW
    high: int = HIGH
    required: bool = False
    null_means: str = ""
    harm: Literal["up", "down", ""] = ""
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def discrete(self) -> bool:
        """Tell whether the input has a list of values rather than an order."""
        return self.type in ("enum", "bool")

    @property
    def bounds(self) -> tuple[int, int]:
        """Return the scaled values that can be counted with, `[low, high)`: the domain, within what its type can be."""
        if self.type == "date":
            return max(self.low, 1), min(self.high, LAST_DAY + 1)
        if self.type == "money":
            return max(self.low, -LIMIT), min(self.high, LIMIT + 1)
        return self.low, self.high

    @property
    def null_value(self) -> int | None:
        """Return the value that a missing one stands for, where `null` names one (`null: 1`); words are only told."""
        try:
            return self.scaled(self.null_means) if self.null_means else None
        except ValueError:
            return None

    @cached_property
    def _index(self) -> Mapping[str, int]:
        return {value: index for index, value in enumerate(self.values)}

    def _known_values(self, text: str) -> str:
        if len(self.values) <= MANY:
            return "one of " + ", ".join(self.values)
        near = get_close_matches(text.upper(), self.values, n=5, cutoff=0.3) or self.values[:5]
        return f"one of {len(self.values):,} values such as {', '.join(near)}"

    def scaled(self, raw: object) -> int:
        """Turn a value into the whole number it is compared as.

        Raises ValueError that says what was expected.
        """
        text = str(raw).strip()
        if self.type == "bool":
            value = {"true": 1, "false": 0, "yes": 1, "no": 0, "1": 1, "0": 0}.get(text.lower())
            if value is None:
                raise ValueError("true or false")
            return value
        if self.type == "enum":
            index = self._index.get(text)
            if index is None:
                raise ValueError(self._known_values(text))
            return index
        if self.type == "date":
            try:
                if text[10:11] not in ("", "T", " "):
                    raise ValueError(text)
                return date.fromisoformat(text[:10]).toordinal()
            except ValueError as error:
                raise ValueError("a date such as 2026-05-09") from error
        if isinstance(raw, float) and self.type == "money":
            raise ValueError("an amount as text or Decimal, never a float")
        if too_large(text):
            raise ValueError(f"a number of at most {MOST_DIGITS} digits")
        try:
            scaled = Decimal(text).scaleb(self.decimals, _EXACT)
        except InvalidOperation as error:
            raise ValueError("a number") from error
        if scaled.is_finite() and scaled.adjusted() > MOST_DIGITS:  # before a million digits are written out
            raise ValueError(f"a number of at most {MOST_DIGITS} digits")
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            raise ValueError(f"a number with at most {self.decimals} decimals")
        return int(scaled)

    def within(self, value: int) -> bool:
        """Tell whether a scaled value lies in the domain."""
        low, high = self.bounds
        return self.discrete or low <= value < high

    def shown(self, value: int) -> str:
        """Write a scaled value as it is written in a cell."""
        if self.type == "bool":
            return "true" if value else "false"
        if self.type == "enum":
            return self.values[value]
        if self.type == "date":
            return date.fromordinal(min(max(value, 1), LAST_DAY)).isoformat()  # a domain may reach beyond
        return format(Decimal(value).scaleb(-self.decimals), "f")


def money_input(name: str, currency: str, **settings: object) -> Input:
    """Make a money input of a currency."""
    return Input(name, "money", currency, minor_digits(currency), **settings)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Test:
    """What one cell asks of its input: anything, null, or one of some intervals (indices for discrete inputs)."""

    any: bool = False
    null: bool = False
    intervals: tuple[tuple[int, int], ...] = ()

    def holds(self, value: int | None) -> bool:
        """Tell whether a scaled value (None for null) passes."""
        if self.any:
            return True
        if value is None:
            return self.null
        return any(low <= value < high for low, high in self.intervals)


_INTERVAL = re.compile(r"([\[(])\s*([^\s,\[\]()]*?)\s*(?:\.\.|,)\s*([^\s,\[\]()]*?)\s*([\])])\Z")
_COMPARE = re.compile(r"(<=|>=|<|>)\s*(\S+)\Z")


def parse_cell(text: str, column: Input) -> Test:
    """Parse a cell: `-`, `null`, `180`, `<180`, `[180..240)`, `a|b`, `not(a|b)`, `true`.

    Raises ValueError that says what was expected; an empty cell is an error, never "any".
    """
    text = text.strip()
    if text == "":
        raise ValueError("a condition, or - for any value (an empty cell may be an accident)")
    if text == "-":
        return Test(any=True)
    if text.startswith("not(") and text.endswith(")"):
        inner = parse_cell(text[4:-1], column)
        return Test(
            null=not inner.null and column.null_means != "", intervals=_complement(inner.intervals, column)
        )
    null = False
    intervals: list[tuple[int, int]] = []
    for piece in text.split("|"):
        piece = piece.strip()
        if piece == "null":
            null = True
            continue
        intervals.append(_interval(piece, column))
    for low, high in intervals:
        if low >= high:
            raise ValueError(f"a range that is not empty: {text}")
        if not column.discrete and (high <= column.low or low >= column.high):
            raise ValueError(
                f"a range inside the domain, {column.shown(column.low)} to {column.shown(column.high)}"
            )
    return Test(null=null, intervals=merge(intervals))


def _interval(piece: str, column: Input) -> tuple[int, int]:
    if column.discrete:
        value = column.scaled(piece)
        return value, value + 1
    if match := _COMPARE.match(piece):
        bound = column.scaled(match[2])
        return {
            "<": (column.low, bound),
            "<=": (column.low, bound + 1),
            ">": (bound + 1, column.high),
            ">=": (bound, column.high),
        }[match[1]]
    if match := _INTERVAL.match(piece):
        low, high = column.scaled(match[2]), column.scaled(match[3])
        if low > high:
            raise ValueError(f"the lower bound first: {piece}")
        return low + (match[1] == "("), high + (match[4] == "]")
    value = column.scaled(piece)
    return value, value + 1


def merge(intervals: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Sort intervals and join those that touch."""
    out: list[tuple[int, int]] = []
    for low, high in sorted(intervals):
        if out and low <= out[-1][1]:
            out[-1] = (out[-1][0], max(high, out[-1][1]))
        else:
            out.append((low, high))
    return tuple(out)


def _complement(intervals: tuple[tuple[int, int], ...], column: Input) -> tuple[tuple[int, int], ...]:
    low, high = (0, len(column.values)) if column.discrete else (column.low, column.high)
    out, at = [], low
    for start, end in intervals:
        if at < start:
            out.append((at, start))
        at = max(at, end)
    if at < high:
        out.append((at, high))
    return tuple(out)

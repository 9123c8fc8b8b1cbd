"""The values that DMN's expressions count with: literals, comparison, arithmetic, conversion from Python.

Numbers are Decimal with 34 digits, texts str, truth values bool, dates and times those of `datetime`, days and times a
timedelta, years and months `Months`, lists list, structures dict, nothing None.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

Value = Any
"""Decimal, str, bool, date, time, datetime, timedelta, Months, list, dict or None."""
NUMBERS = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    capitals=1,
    clamp=0,
    traps=[DivisionByZero, InvalidOperation, Overflow],
)
"""Decimal128, as the standard asks."""
LONGEST = 1_000_000
"""Characters of a text that an expression makes."""
DEEPEST = 50


class Unanswerable(Exception):
    """An expression has no value that this reader can give; the reason is its text."""


@dataclass(frozen=True, order=True)
class Months:
    """A duration of years and months."""

    months: int

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        sign = "-" if self.months < 0 else ""
        return f"{sign}P" + (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")


_MONTHS = re.compile(r"(-?)P(?:([0-9]{1,9})Y)?(?:([0-9]{1,9})M)?\Z")
_DAYS = re.compile(
    r"(-?)P(?:([0-9]{1,9})D)?(?:T(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})(?:\.([0-9]{1,6})0*)?S)?)?\Z"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_TIME = re.compile(
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,6})0*)?(?:(Z)|([+-])([0-9]{2}):([0-9]{2}))?\Z"
)


def read_duration(text: str) -> timedelta | Months:
    """Return a duration as ISO 8601 writes it: P3D, PT6H, P1Y6M. Raises ValueError."""
    if (match := _MONTHS.match(text)) and (match[2] or match[3]):
        months = int(match[2] or 0) * 12 + int(match[3] or 0)
        return Months(-months if match[1] else months)
    match = _DAYS.match(text)
    if match is None or not any(match.groups()[1:]) or text.endswith("T"):
        raise ValueError(f"a duration such as PT6H, not {text[:40]!r}")
    days, hours, minutes, seconds = (int(match[i] or 0) for i in range(2, 6))
    micro = int((match[6] or "0").ljust(6, "0"))
    try:
        span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=micro)
    except OverflowError as error:
        raise ValueError("a shorter duration") from error
    return -span if match[1] else span


def read_time(text: str) -> time:
    """Return a time of day, with its offset where it has one. Raises ValueError."""
    match = _TIME.match(text)
    if match is None:
        raise ValueError(f"a time such as 10:30:00, not {text[:40]!r}")
    zone = UTC if match[5] else None
    if match[6]:
        offset = timedelta(hours=int(match[7]), minutes=int(match[8]))
        zone = timezone(-offset if match[6] == "-" else offset)
    micro = int((match[4] or "0").ljust(6, "0"))
    return time(int(match[1]), int(match[2]), int(match[3]), micro, tzinfo=zone)


def read_date(text: str) -> date:
    """Return a day. Raises ValueError."""
    if not _DATE.match(text):
        raise ValueError(f"a date such as 2026-05-09, not {text[:40]!r}")
    return date.fromisoformat(text)


def read_moment(text: str) -> datetime:
    """Return a date and time; a date alone is its midnight. Raises ValueError."""
    day, separator, clock = text.partition("T")
    return datetime.combine(read_date(day), read_time(clock) if separator else time())


def read_at(text: str) -> Value:
    """Return what a literal such as @"2026-05-09" stands for. Raises ValueError."""
    if "P" in text[:2]:
        return read_duration(text)
    if "T" in text:
        return read_moment(text)
    return read_time(text) if ":" in text else read_date(text)


def kind_of(value: Value) -> str:
    """Return the name of a value's type, as DMN calls it."""
    if value is None:
        return "null"
    kinds: tuple[tuple[Any, str], ...] = (
        (bool, "boolean"), (Decimal, "number"), (str, "string"), (datetime, "date and time"), (date, "date"), (time, "time"),
        (timedelta, "days and time duration"), (Months, "years and months duration"), (list, "list"), (dict, "context"),
    )  # fmt: skip
    return next((name for kind, name in kinds if isinstance(value, kind)), "unknown")


def from_python(value: object, depth: int = 0) -> Value:
    """Return a value that a program gives as one that expressions count with.

    A float is read as its shortest decimal form (0.1 is a tenth). Raises ValueError for what has no counterpart.
    """
    if depth > DEEPEST:
        raise ValueError(f"a value that nests at most {DEEPEST} deep")
    if isinstance(value, bool | str | date | time | timedelta | Months) or value is None:
        return value
    if isinstance(value, int | float | Decimal):
        try:
            number = NUMBERS.create_decimal(str(value))
        except (
            InvalidOperation,
            Overflow,
            ValueError,
        ) as error:  # int has a limit of digits when it is written
            raise ValueError("a number of a size that can be counted with") from error
        if not number.is_finite():
            raise ValueError("a finite number")
        return number
    if isinstance(value, Mapping):
        return {str(name): from_python(one, depth + 1) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [from_python(one, depth + 1) for one in value]
    raise ValueError(f"a number, text, date, list or structure, not {type(value).__name__}")


def equal(left: Value, right: Value) -> bool | None:
    """Tell whether two values are equal; None for two that cannot be compared."""
    if left is None or right is None:
        return left is right
    kind = kind_of(left)
    if kind != kind_of(right):
        return None
    if kind == "list":
        return len(left) == len(right) and all(equal(a, b) is True for a, b in zip(left, right, strict=True))
    if kind == "context":
        return left.keys() == right.keys() and all(equal(left[name], right[name]) is True for name in left)
    return bool(left == right)


ORDERED = frozenset(
    (
        "number",
        "string",
        "date",
        "time",
        "date and time",
        "days and time duration",
        "years and months duration",
    )
)


def compare(operator: str, left: Value, right: Value) -> bool | None:
    """Tell whether `left operator right` holds (=, !=, <, <=, >, >=); None for two that cannot be compared."""
    if operator in ("=", "!="):
        same = equal(left, right)
        return None if same is None else same is (operator == "=")
    kind = kind_of(left)
    if kind != kind_of(right) or kind not in ORDERED:
        return None
    try:
        below, above = left < right, right < left
    except TypeError:  # one clock has an offset, the other has none
        return None
    return bool({"<": below, "<=": not above, ">": above, ">=": not below}[operator])


def calculate(operator: str, left: Value, right: Value) -> Value:
    """Return `left operator right` (+ - * / **). Raises Unanswerable where there is no such value."""
    kinds = (kind_of(left), kind_of(right))
    try:
        if kinds == ("number", "number"):
            operations = {
                "+": NUMBERS.add,
                "-": NUMBERS.subtract,
                "*": NUMBERS.multiply,
                "/": NUMBERS.divide,
                "**": NUMBERS.power,
            }
            return operations[operator](left, right)
        if kinds == ("string", "string") and operator == "+":
            if len(left) + len(right) > LONGEST:
                raise Unanswerable(f"a text of more than {LONGEST} characters")
            return left + right
        return _with_time(operator, left, right)
    except (ArithmeticError, ValueError, TypeError) as error:
        told = (str(value)[:40] for value in (left, right))
        raise Unanswerable(f"no value for {next(told)} {operator} {next(told)}") from error


def _with_time(operator: str, left: Value, right: Value) -> Value:
    if operator == "+" and isinstance(left, timedelta | Months) and isinstance(right, date):
        left, right = right, left
    if operator == "*" and isinstance(left, Decimal):
        left, right = right, left
    if operator in ("+", "-") and isinstance(left, timedelta) and isinstance(right, timedelta):
        return left + right if operator == "+" else left - right
    if operator in ("+", "-") and isinstance(left, Months) and isinstance(right, Months):
        return Months(left.months + right.months if operator == "+" else left.months - right.months)
    if operator in ("+", "-") and isinstance(left, date) and isinstance(right, timedelta):
        return left + right if operator == "+" else left - right
    if operator in ("+", "-") and isinstance(left, date) and isinstance(right, Months):
        return _months_later(left, right.months if operator == "+" else -right.months)
    if operator == "-" and isinstance(left, date) and kind_of(left) == kind_of(right):
        return left - right
    if operator in ("*", "/") and isinstance(right, Decimal):
        exact = NUMBERS.multiply if operator == "*" else NUMBERS.divide
        if isinstance(left, Months):
            return Months(int(exact(Decimal(left.months), right)))
        if isinstance(left, timedelta):
            return timedelta(microseconds=int(exact(Decimal(left // timedelta(microseconds=1)), right)))
    if operator == "/" and isinstance(left, Months) and isinstance(right, Months):
        return NUMBERS.divide(Decimal(left.months), Decimal(right.months))
    if operator == "/" and isinstance(left, timedelta) and isinstance(right, timedelta):
        micro = timedelta(microseconds=1)
        return NUMBERS.divide(Decimal(left // micro), Decimal(right // micro))
    raise Unanswerable(f"{kind_of(left)} {operator} {kind_of(right)}")


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in range(day.day, 27, -1):  # 31 January and a month is the last day of February
        try:
            return day.replace(year=year, month=month + 1, day=last)
        except ValueError:
            continue
    return day.replace(year=year, month=month + 1)

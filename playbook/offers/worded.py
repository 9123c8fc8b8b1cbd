"""Inputs, conditions and quantities of decision tables in words of a language.

A name or value that is not written in the language is None, never another language's; with `or_id` (for the people
who keep the tables) it is the name as the table has it.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from playbook.messages import templates
from playbook.money import Money
from playbook.tables import Table, TableRow
from playbook.tables.cells import Input, Test
from playbook.text import Language, format_date, format_money

_TOKEN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:-[0-9]{2}-[0-9]{2})?")
_BESIDE = re.compile(  # no 年 or 月 before a figure, and no 年, 月 or 日 after one: 2026年4月1日
    r"(?=[A-Za-z0-9$€£¥])(?:(?<=[\u3400-\u5e73\u5e75-\u6707\u6709-\u9fff])|(?<=[年月])(?![0-9]))"
    r"|(?<=[A-Za-z0-9%])(?=[\u3400-\u5e73\u5e75-\u65e4\u65e6-\u6707\u6709-\u9fff])"
)
"""Between Chinese and figures or Latin letters; it looks at the rarer side first."""

_TAKES_NO_ARTICLE = frozenset(["the", "your", "our", "their", "a", "an", "how", "what", "whether", "which"])
"""First words of an English name that stands in a sentence as it is."""

UNITS = {
    "min": "minutes", "minute": "minutes", "minutes": "minutes", "h": "hours", "hour": "hours", "hours": "hours",
    "d": "days", "day": "days", "days": "days", "business days": "business_days", "business_days": "business_days",
    "working days": "business_days", "week": "weeks", "weeks": "weeks", "month": "months", "months": "months",
    "year": "years", "years": "years", "km": "kilometres", "time": "times", "times": "times", "%": "percent",
    "percent": "percent",
}  # fmt: skip
"""What units are called in tables, and the message that words a number of them."""


def explained(key: str, language: Language, /, **values: object) -> str:
    """Return a message of `explained`."""
    return templates("explained", language)[key].filled(values)


def say_here(key: str, language: Language, /, **values: object) -> str:
    """Return a message of `explained`, its Chinese set apart from figures and Latin letters by a blank."""
    return spaced(explained(key, language, **values), language)


def spaced(text: str, language: Language) -> str:
    """Set figures and Latin letters apart from Chinese characters, as the kit's Chinese does."""
    return text if language == "en" else _BESIDE.sub(" ", text)


def counted(number: Decimal | int, unit: str, language: Language) -> str:
    """Word a number of a unit: 1,500 km, 3 hours 20 minutes; a unit without words is left out, but in English."""
    key = UNITS.get(unit)
    if key == "minutes" and not -60 < number < 60 and number == int(number):
        sign = "-" if number < 0 else ""
        hours, minutes = divmod(abs(int(number)), 60)
        first = _numbered(hours, "hours", language, sign)
        if not minutes:
            return first
        return explained("two_units", language, first=first, second=_numbered(minutes, "minutes", language))
    if key:
        return _numbered(number, key, language)
    plain = _written(number)
    return f"{plain} {unit}" if unit and language == "en" else plain


def _numbered(number: Decimal | int, key: str, language: Language, sign: str = "") -> str:
    single = key.removesuffix("s") if number == 1 and key != "percent" else key
    return explained(single, language, n=sign + _written(number))


def _written(number: Decimal | int) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:,f}"


def label_of(column: Input, key: str, language: Language, *, or_id: bool = False) -> str | None:
    """Return what the header's labels call an input (`name`) or one of its values."""
    written = (column.labels.get(language) or {}).get(key)
    if written not in (None, ""):
        return str(written)
    if not or_id:
        return None
    return column.name if key == "name" else key


def unshown(column: Input, shown: str) -> int | None:
    """Return the scaled value that a decision shows of an input: whole numbers out of what `Input.shown` wrote."""
    if shown == "null":
        return None
    return column.scaled(shown) if column.discrete or column.type == "date" else int(shown.replace(".", ""))


def value_of(
    column: Input, value: int, currency: str, language: Language, *, or_id: bool = False
) -> str | None:
    """Word a scaled value of an input."""
    if column.type == "bool":
        word = "true" if value else "false"
        return label_of(column, word, language) or explained("yes" if value else "no", language)
    if column.type == "enum":
        return label_of(column, column.values[value], language, or_id=or_id)
    if column.type == "money":
        return format_money(Money(value, currency), language)
    if column.type == "date":
        return format_date(date.fromordinal(value), language, year=True)
    if column.unit == "epoch minute":
        return None if not or_id else column.shown(value)
    number = Decimal(value).scaleb(-column.decimals) if column.decimals else value
    if column.unit in ("ppm", "parts per million"):
        return explained("percent", language, n=f"{(Decimal(number) / 10000).normalize():f}")
    return counted(number.normalize() if isinstance(number, Decimal) else number, column.unit, language)


def condition_of(
    column: Input, test: Test, cell: str, currency: str, language: Language, *, or_id: bool = False
) -> str | None:
    """Word what a cell asks of its input; None where it asks nothing, or where words are missing.

    Bounds are worded as the cell has them: `<=60` is at most 60, `>60` more than 60, whatever they come to inside.
    """
    if test.any:
        return None
    parts = []
    if column.discrete:
        words = _members(column, test, currency, language, or_id)
        if words is None:
            return None
        parts += [words] if words else []
    else:
        for low, high in test.intervals:
            words = _interval(column, low, high, cell, currency, language, or_id)
            if words is None:
                return None
            parts.append(words)
    if test.null:
        parts.append(explained("not_told", language))
    return spaced(explained("or", language).join(dict.fromkeys(parts)), language)


def _members(column: Input, test: Test, currency: str, language: Language, or_id: bool) -> str | None:
    allowed = [v for low, high in test.intervals for v in range(low, high)]
    others = [v for v in range(len(column.values)) if v not in allowed]
    excluded = column.type == "enum" and len(others) < len(allowed) and bool(others)
    words = [value_of(column, v, currency, language, or_id=or_id) for v in (others if excluded else allowed)]
    if any(word is None for word in words):
        return None
    joined = explained("or", language).join(word for word in words if word)
    return explained("not", language, values=joined) if excluded else joined


def written_bounds(column: Input, cell: str) -> frozenset[int]:
    """Return the scaled values that stand in a cell as it is written."""
    found = set()
    for token in _TOKEN.findall(cell):
        try:
            found.add(column.scaled(token))
        except ValueError:
            continue  # not a value of this input, such as a part of a word
    return frozenset(found)


def _interval(
    column: Input, low: int, high: int, cell: str, currency: str, language: Language, or_id: bool
) -> str | None:
    if high - low == 1:
        return value_of(column, low, currency, language, or_id=or_id)
    ends = []
    if low > column.low:
        ends.append(lower_end(column, low, cell, currency, language, or_id=or_id))
    if high < column.high:
        ends.append(upper_end(column, high, cell, currency, language, or_id=or_id))
    if any(end is None for end in ends) or not ends:
        return None
    return ends[0] if len(ends) == 1 else explained("both", language, low=ends[0], high=ends[1])


def _end(kind: str, value: int, column: Input, currency: str, language: Language, or_id: bool) -> str | None:
    word = value_of(column, value, currency, language, or_id=or_id)
    if word is None:
        return None
    return explained(f"date_{kind}" if column.type == "date" else kind, language, value=word)


def lower_end(
    column: Input,
    low: int,
    cell: str,
    currency: str,
    language: Language,
    *,
    or_id: bool = False,
    inside: bool = False,
) -> str | None:
    """Word the lower bound of an interval `[low, …)`: at least, or more than the value before it.

    `inside` a sentence it follows a name: the delay reached three hours.
    """
    bounds = written_bounds(column, cell)
    if low not in bounds and low - 1 in bounds:
        return _end("more_than", low - 1, column, currency, language, or_id)
    kind = "reached" if inside and column.type != "date" else "at_least"
    return _end(kind, low, column, currency, language, or_id)


def upper_end(
    column: Input, high: int, cell: str, currency: str, language: Language, *, or_id: bool = False
) -> str | None:
    """Word the upper bound of an interval `[…, high)`: less than, or at most the value before it."""
    bounds = written_bounds(column, cell)
    if high - 1 in bounds and (high not in bounds or "]" in cell):
        return _end("at_most", high - 1, column, currency, language, or_id)
    return _end("less_than", high, column, currency, language, or_id)


def named(name: str, language: Language) -> str:
    """Put a name inside a sentence: with the article that an English one needs."""
    if language != "en" or name.split(" ")[0].lower() in _TAKES_NO_ARTICLE:
        return name
    return f"the {name}"


def asked_of(table: Table, row: TableRow) -> list[tuple[Input, Test, str]]:
    """Return what a row asks: input, test, and the cell as it is written."""
    cells = ((c, t, row.cells.get(c.name, "")) for c, t in zip(table.inputs, row.tests, strict=True))
    return [(column, test, cell) for column, test, cell in cells if not test.any]

"""What a text states, in a form that is the same in every language: for laying versions beside each other.

A sum without its currency's spelling, a count of ten or more, a day without its year, a time by the half day, the last
digits of a phone number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from playbook.checks.quantities import Quantity, quantities
from playbook.text import Language

Key = tuple[object, ...]

_DAY_OF_A_SPAN = re.compile(
    r"\s?[日號号]|\s?(?:to|and|or|until|[-–])\s?\d{1,2}(?:st|nd|rd|th)?\s(?:of\s)?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
)
"""What follows a number that is a day: 5日到12日, from 10 to 12 October."""


def key_of(quantity: Quantity) -> Key | None:
    """Return what must be the same everywhere: a sum without its currency's spelling, a count of ten or more, a day."""
    match quantity.kind:
        case "money" | "share":
            return (quantity.kind, quantity.value[0])
        case "count":
            return ("count", quantity.value[0]) if int(float(str(quantity.value[0]))) >= 10 else None
        case "date":
            return ("date", *quantity.value[1:])  # one language may leave out the year
        case "time":
            hour, minute = (int(str(part)) for part in quantity.value)
            return ("time", hour % 12, minute)  # "six" and 18:00 may be one time
        case "phone":
            return ("phone", str(quantity.value[0])[-8:])  # with or without the code of the country
    return None


def words_of(quantity: Quantity) -> str:
    """Return the words of a quantity, without the blank or the full stop that was read with it."""
    return quantity.text.strip(" .")


def place_of(quantity: Quantity) -> tuple[int, int]:
    """Return where the words of a quantity stand."""
    start = quantity.start + len(quantity.text) - len(quantity.text.lstrip())
    return start, start + len(words_of(quantity))


def keys_in(text: str, language: Language) -> Mapping[Key, Quantity]:
    """Return what a text states, by what must be the same everywhere; the first place of each."""
    out: dict[Key, Quantity] = {}
    for quantity in quantities(text, language):
        if quantity.kind == "count" and _DAY_OF_A_SPAN.match(text, quantity.end):
            continue
        if (key := key_of(quantity)) is not None:
            out.setdefault(key, quantity)
        if quantity.kind == "date" and (day := _other_end(text, quantity)):
            out.setdefault(("date", quantity.value[1], day), quantity)
    return out


_TO_DAY = re.compile(r"\s?(?:到|至|[-–－~～、和與与及])\s?(\d{1,2})\s?[日號号]")
_FROM_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s?(?:to|and|or|until|[-–])\s?\Z")


def _other_end(text: str, quantity: Quantity) -> int | None:
    """Return the other day of a span that names its month once: 10月5日到12日, 5 to 12 October."""
    match = _TO_DAY.match(text, quantity.end) or _FROM_DAY.search(
        text, max(0, quantity.start - 12), quantity.start
    )
    return int(match[1]) if match else None


def tells(key: Key, stated: Mapping[Key, Quantity], text: str, language: Language) -> bool:
    """Tell whether a version states something, a small count also where it is written in words."""
    if key in stated or key[0] != "count":
        return key in stated
    number = int(float(str(key[1])))
    return number < 100 and any(word in text.lower() for word in _in_words(number, language))


_ONES = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_HAN = "〇一二三四五六七八九"


def _in_words(number: int, language: Language) -> tuple[str, ...]:
    """Return a number of 10 to 99 in words."""
    tens, ones = divmod(number, 10)
    if language != "en":
        return ((_HAN[tens] if tens > 1 else "") + "十" + (_HAN[ones] if ones else ""),)
    if number < 20:
        return (_ONES[number],)
    return (_TENS[tens],) if not ones else (f"{_TENS[tens]}-{_ONES[ones]}", f"{_TENS[tens]} {_ONES[ones]}")

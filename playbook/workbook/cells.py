"""What a cell of a workbook says, and what a spreadsheet program did to it: restored where there is no doubt, else named.

A cell that was not touched is the text it was exported with. Every other is a text, or one of the things that a
program makes of a text by itself: a date of `3-5`, 7 of `007`, 100000 of `1E5`, TRUE of `true`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from playbook.tables.cells import parse_cell
from playbook.workbook.columns import Column
from playbook.workbook.unpack import RawCell


@dataclass(frozen=True)
class Taken:
    """The text that a cell stands for; `restored` says what had become of it, where it was not simply read."""

    text: str
    restored: str = ""


class Damage(Exception):
    """A cell that cannot be told: what was found, what was expected, what to do."""

    def __init__(self, found: str, expected: str, remedy: str) -> None:
        self.found, self.expected, self.remedy = found, expected, remedy
        super().__init__(found)


_AS_TEXT = "Format the cell as text, and type it again."
_ERROR = re.compile(r"#(REF!|N/A|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\ufffe\uffff\ufffd]")
_THOUSANDS = re.compile(r"[0-9][,'’ \u00a0\u2009\u202f，][0-9]{3}(?![0-9])")
_TRUTHS = ("true", "false", "yes", "no")
_DASHES = "–—―‐‑‒−"
_CURLY = re.compile("[‘’‚‛“”„‟]")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def taken(cell: RawCell | None, column: Column, original: str | None, since_1904: bool = False) -> Taken:
    """Return what a cell says; `original` is what it was exported with, None in a row that was added.

    Raises Damage for what cannot be told without doubt.
    """
    if cell is None:
        return Taken("")
    if cell.kind == "formula":
        found = f"a formula (={cell.text[:40].lstrip('=')})"
        raise Damage(found, "the value itself", "Copy the cell, and paste it as a value.")
    written = cell.kind == "text" and cell.text.strip() != original and _ERROR.fullmatch(cell.text.strip())
    if cell.kind == "error" or written:
        raise Damage(f"the error {cell.text.strip()[:20]}", "a value", "Type what should stand there.")
    if cell.kind == "text":
        return _text(cell.text, column, original)
    if cell.kind == "bool":
        return _truth(cell.text in ("1", "true"), column, original)
    if cell.kind == "date":
        return _date(cell.text, column, original, since_1904)
    return _number(cell.text, column, original, since_1904)


def same(one: str, other: str) -> bool:
    """Tell whether two texts differ only in what a spreadsheet program changes when it saves a file again."""
    return _loose(one) == _loose(other)


def _loose(text: str) -> str:
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _text(raw: str, column: Column, original: str | None) -> Taken:
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
    if original is not None and same(text, original):
        return Taken(str(original))
    if original and text == f"'{original}":
        return Taken(str(original), "an apostrophe before it")
    if column.kind == "text" or text in column.values:
        return Taken(text)
    plain = _narrow(text)
    if plain not in column.values and plain.lower() in column.values and plain.lower() in _TRUTHS:
        plain = plain.lower()
    elif column.input and _parses(text, column):
        return Taken(text)
    if (curly := _CURLY.search(plain)) or any(c in plain for c in _DASHES):
        sign = curly.group() if curly else next(c for c in plain if c in _DASHES)
        raise Damage(
            f"{text[:60]!r}, with the sign {sign}", "plain signs: ' \" -", "Type it with plain signs."
        )
    numeric = column.kind in ("whole", "money", "share") or (
        column.input is not None and not column.input.discrete
    )
    if numeric and _THOUSANDS.search(plain) and not (column.input and _parses(plain, column)):
        raise Damage(f"{text[:60]!r}, a thousands separator", "digits only", "Write 1000, not 1,000.")
    if plain != text:
        why = "capitals" if plain == text.lower() else "full-width or typographic signs"
        return Taken(plain, f"{text[:60]}, {why}")
    return Taken(text)


def _narrow(text: str) -> str:
    """Return a text with full-width signs as plain ones; a lone long dash, or one before digits, is a minus."""
    out = "".join(
        unicodedata.normalize("NFKC", c) if "\uff01" <= c <= "\uff5e" or c == "\u3000" else c for c in text
    )
    out = out.replace("≥", ">=").replace("≤", "<=").replace("…", "..").strip()
    if out in tuple(_DASHES):
        return "-"
    return re.sub("\u2212(?=[0-9])", "-", out)


def _parses(text: str, column: Column) -> bool:
    try:
        return column.input is not None and bool(parse_cell(text, column.input))
    except ValueError:
        return False


def _truth(value: bool, column: Column, original: str | None) -> Taken:
    word, yes = ("true", "yes") if value else ("false", "no")
    told = f"the truth value {word.upper()}"
    if original is not None and original.lower() in (word, yes):
        return Taken(str(original), told)
    if column.kind == "yes_no":
        return Taken(yes, told)
    if column.input is not None and word in column.input.values:
        return Taken(word, told)
    raise Damage(told, "a text", _AS_TEXT)


def day_of(text: str, since_1904: bool) -> date | None:
    """Return the day of a serial number, or of a date in ISO 8601; None for none, or for one with a time."""
    if re.match(r"[0-9]{4}-", text):
        try:
            return date.fromisoformat(text.removesuffix("Z").removesuffix("T00:00:00"))
        except ValueError:
            return None
    try:
        serial = Decimal(text)
    except InvalidOperation:
        return None
    if not serial.is_finite() or serial != serial.to_integral_value() or not 61 <= serial < 2_958_000:
        return None
    return (date(1904, 1, 1) if since_1904 else date(1899, 12, 30)) + timedelta(days=int(serial))


def _date(text: str, column: Column, original: str | None, since_1904: bool) -> Taken:
    day = day_of(text, since_1904)
    told = f"a date ({day.isoformat() if day else text[:30]})"
    if day is not None:
        if original is not None and could_become(original, day):
            return Taken(str(original), told)
        if column.kind == "date" or (column.input is not None and column.input.type == "date"):
            return Taken(day.isoformat(), told)
    raise Damage(told, f"text{f', where {original[:40]!r} was' if original else ''}", _AS_TEXT)


def could_become(original: str, day: date) -> bool:
    """Tell whether a spreadsheet program may have made a day of a text: of `3-5`, `3/5`, `MAR1`, `2026-03-05`."""
    text = original.strip().lower()
    if text == day.isoformat():
        return True
    if match := re.fullmatch(r"([0-9]{1,2})[-/.]([0-9]{1,2})", text):
        one, other = int(match[1]), int(match[2])
        return {(one, other), (other, one)} & {(day.month, day.day)} != set() or (
            day.day == 1 and (day.month, day.year % 100) in ((one, other), (other, one))
        )
    match = re.fullmatch(r"([a-z]{3,9})[- .]?([0-9]{1,4})|([0-9]{1,4})[- .]?([a-z]{3,9})", text)
    if match is None:
        return False
    word, number = match[1] or match[4], int(match[2] or match[3])
    if word[:3] not in _MONTHS or _MONTHS.index(word[:3]) + 1 != day.month:
        return False
    return number == day.day or (day.day == 1 and number in (day.year, day.year % 100))


def _number(text: str, column: Column, original: str | None, since_1904: bool) -> Taken:
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise Damage(f"the number {text[:30]}", "a text", _AS_TEXT) from error
    told = f"the number {text[:30]}"
    if original is not None and _same_number(original, value):
        return Taken(str(original), told)
    day = day_of(text, since_1904)
    if original is not None and day is not None and could_become(original, day):
        return Taken(str(original), f"{told}, the date {day.isoformat()}")
    whole = value.is_finite() and value == value.to_integral_value() and abs(value) < 10**15
    counted = column.kind in ("whole", "money") or (
        column.input is not None and column.input.type in ("int", "decimal", "money")
    )
    if whole and counted:
        return Taken(str(int(value)), told)
    if column.kind == "money" or (column.input is not None and column.input.type in ("money", "decimal")):
        remedy = "A number with a fraction is not held exactly: format the cell as text, and type it again."
        raise Damage(told, "an amount written as text", remedy)
    was = f", where {original[:40]!r} was" if original else ""
    if column.kind == "date" and day is not None:
        was = f", such as {day.isoformat()}{was}"
    raise Damage(f"{told} (leading zeros and signs are lost in a number)", f"text{was}", _AS_TEXT)


def _same_number(original: str, value: Decimal) -> bool:
    """Tell whether a text, typed into a cell that is not formatted as text, becomes this number."""
    text = original.strip().replace(",", "")
    divisor = 100 if text.endswith("%") else 1
    if not re.fullmatch(r"[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]{1,3})?%?", text):
        return False
    try:
        return float(text.rstrip("%")) / divisor == float(value)
    except (ValueError, OverflowError):
        return False

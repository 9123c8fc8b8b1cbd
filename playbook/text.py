"""Languages, and text for people that may exist in some of them only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, get_args

from playbook.money import MINOR_DIGITS, Money, minor_digits
from playbook.times import Moment

Language = Literal["zh-Hant", "zh-Hans", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

LocalText = Mapping[str, str]
"""Text by language. The record's own language fills in where a person wrote one plain string."""

_LOCALES: dict[Language, str] = {"zh-Hant": "zh_Hant_TW", "zh-Hans": "zh_Hans_CN", "en": "en"}


def locale_of(language: Language) -> str:
    """Return the CLDR locale that words, dates and sums of a language are written in."""
    return _LOCALES[language]


def in_language(text: LocalText | None, language: Language) -> str | None:
    """Return the text in a language, or None where it is not written (never another language's)."""
    return text.get(language) if text else None


def in_any(text: LocalText | None, language: Language) -> str:
    """Return the text in a language, else in the first one that exists: for internal tables only."""
    if not text:
        return ""
    return text.get(language) or next(iter(text.values()))


def format_count(number: int, language: Language) -> str:
    """Write a whole number as the language does (1,200)."""
    return f"{number:,}"


_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_OWN_CURRENCY: dict[Language, str] = {"zh-Hant": "TWD", "zh-Hans": "CNY", "en": ""}
_UNITS: dict[str, tuple[str, str, str]] = {  # currency: zh-Hant, zh-Hans, en
    "TWD": ("新臺幣 {n} 元", "新台币 {n} 元", "NT${n}"),
    "CNY": ("人民幣 {n} 元", "人民币 {n} 元", "CNY {n}"),
    "USD": ("{n} 美元", "{n} 美元", "US${n}"),
    "EUR": ("{n} 歐元", "{n} 欧元", "€{n}"),
    "GBP": ("{n} 英鎊", "{n} 英镑", "£{n}"),
    "HKD": ("{n} 港元", "{n} 港元", "HK${n}"),
    "JPY": ("{n} 日圓", "{n} 日元", "¥{n}"),
}


_MORE = ["AED", "AUD", "BRL", "CAD", "CHF", "CZK", "DKK", "HUF", "IDR", "ILS", "INR", "MOP", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "RUB", "SAR", "SEK", "SGD", "THB", "TRY", "ZAR"]  # fmt: skip
_NO_MARK = ("", "元", "¥")  # they stand beside sums of several currencies


def currency_marks() -> dict[str, str]:
    """Return what `format_money` sets beside a number, with the currency that it stands for."""
    marks = {code: code for code in (*_UNITS, *MINOR_DIGITS, *_MORE)}
    for code, forms in _UNITS.items():
        for form in forms:
            before, after = form.split("{n}")
            marks |= {mark.strip(): code for mark in (before, after) if mark.strip() not in _NO_MARK}
    return marks


def format_money(money: Money, language: Language) -> str:
    """Write a sum as the language does: 1,280 元, NT$1,280; decimals only where there are any."""
    digits = minor_digits(money.currency)
    whole, rest = divmod(abs(money.minor), 10**digits)
    sign = "-" if money.minor < 0 else ""
    number = f"{sign}{whole:,}.{rest:0{digits}}" if rest else f"{sign}{whole:,}"
    if money.currency == _OWN_CURRENCY[language]:
        return f"{number} 元"
    forms = _UNITS.get(money.currency)
    if forms is None:
        return f"{money.currency} {number}"
    return forms[LANGUAGES.index(language)].replace("{n}", number)


def format_date(day: date, language: Language, *, year: bool = False) -> str:
    """Write a calendar day: 5月9日, 9 May, with the year where asked for."""
    if language == "en":
        return f"{day.day} {_MONTHS[day.month - 1]}" + (f" {day.year}" if year else "")
    return (f"{day.year}年" if year else "") + f"{day.month}月{day.day}日"


_DAY_IN_TEXT = re.compile(
    rf"(?<!\d)(?P<d>\d{{1,2}}) (?P<m>{'|'.join(_MONTHS)})|(?<!\d)(?P<zm>\d{{1,2}}) ?月 ?(?P<zd>\d{{1,2}}) ?[日號号]"
)


def month_and_day(text: str) -> tuple[tuple[int, int], ...]:
    """Return the days that a text names in the forms of `format_date`, as (month, day)."""
    return tuple(
        (_MONTHS.index(match["m"]) + 1, int(match["d"]))
        if match["m"]
        else (int(match["zm"]), int(match["zd"]))
        for match in _DAY_IN_TEXT.finditer(text)
    )


def format_time(moment: Moment, zone: str, language: Language, *, near: date | None = None) -> str:
    """Write a point in time on the clocks of a zone; the day is left out where it is the day `near`.

    A day, month or year is written as far as it is known.
    """
    local = moment.local(zone)
    day = local.date()
    if moment.precision == "year":
        return str(day.year) if language == "en" else f"{day.year}年"
    if moment.precision == "month":
        return f"{_MONTHS[day.month - 1]} {day.year}" if language == "en" else f"{day.year}年{day.month}月"
    year = near is not None and day.year != near.year
    if moment.precision == "day":
        return format_date(day, language, year=year or near is None)
    clock = f"{local.hour}:{local.minute:02}" if language == "en" else f"{local.hour:02}:{local.minute:02}"
    if day == near:
        return clock
    written = format_date(day, language, year=year or near is None)
    return f"{clock} on {written}" if language == "en" else f"{written} {clock}"


_LONG: dict[str, tuple[str, str, str]] = {
    "minutes": ("{n} 分鐘", "{n} 分钟", "{n} minutes"),
    "hours": ("{n} 小時", "{n} 小时", "{n} hours"),
    "almost": ("將近 {n} 小時", "将近 {n} 小时", "almost {n} hours"),
    "more": ("超過 {n} 小時", "超过 {n} 小时", "more than {n} hours"),
}


def format_long(seconds: int, language: Language) -> str:
    """Word a length of time roughly, never shorter than it was: 45 minutes, almost 4 hours, more than 4 hours."""
    minutes = -(-seconds // 60)
    hours, rest = divmod(minutes, 60)
    form, number = ("minutes", minutes) if minutes < 90 else ("hours", hours)
    if form == "hours" and rest:
        form, number = ("almost", hours + 1) if rest >= 45 else ("more", hours)
    return _LONG[form][LANGUAGES.index(language)].format(n=number)


def join_list(items: Sequence[str], language: Language) -> str:
    """Join words as the language does: a, b and c; 甲、乙和丙."""
    if len(items) < 2:
        return "".join(items)
    if language == "en":
        return ", ".join(items[:-1]) + " and " + items[-1]
    return "、".join(items[:-1]) + "和" + items[-1]


_HONORIFICS: dict[str, tuple[str, str, str]] = {
    "ms": ("小姐", "女士", "Ms"),
    "mr": ("先生", "先生", "Mr"),
    "dr": ("博士", "博士", "Dr"),
}
_TWO_CHARACTER_SURNAMES = frozenset(
    [
        "歐陽",
        "欧阳",
        "司馬",
        "司马",
        "諸葛",
        "诸葛",
        "上官",
        "司徒",
        "東方",
        "东方",
        "皇甫",
        "尉遲",
        "尉迟",
        "公孫",
        "公孙",
        "張簡",
        "范姜",
    ]
)


def is_han(text: str) -> bool:
    """Tell whether a name is written in Han characters."""
    return bool(text) and all("\u3400" <= c <= "\u9fff" or c == "·" for c in text)


def surname(name: str, *, first: bool = False) -> str:
    """Return the surname of a name: of one in Han characters the first one or two, else the last word (or the `first`)."""
    if "·" in name or "‧" in name:  # a Western name in Chinese characters: 黛娜·惠特洛克
        return re.split("[·‧]", name)[-1]
    if is_han(name):
        return name[:2] if name[:2] in _TWO_CHARACTER_SURNAMES and len(name) > 2 else name[0]
    words = name.split() or [name]
    return words[0] if first else words[-1]


def surname_is_first(name: LocalText | None, shown: str | None = None) -> bool:
    """Tell whether a name in Latin letters begins with the surname (Lin Pei-chun): where the person has a Chinese name."""
    written = [*(name or {}).values(), shown or ""]
    return any(is_han(form) and "·" not in form and len(form) <= 4 for form in written)


def address(name: str, honorific: str | None, language: Language, *, surname_first: bool = False) -> str:
    """Write how a person is addressed: 陳小姐, Ms Chen; a handle or a name without honorific stays as it is."""
    forms = _HONORIFICS.get(honorific or "")
    if forms is None or name.startswith("@"):
        return name
    form = forms[LANGUAGES.index(language)]
    if language == "en":
        return f"{form} {surname(name, first=surname_first)}"
    return f"{surname(name)}{form}" if is_han(name) else f"{name}{form}"

"""Take the sums, dates, times, shares, counts, phones and names out of a text, each with its span.

Spans are (start, end) in Unicode code points of the text. A stretch of text is read once: what a date or a phone
number has taken is no longer looked at as a count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import regex

from playbook.text import Language, currency_marks

QuantityKind = Literal["money", "date", "time", "share", "count", "duration", "phone", "name"]


@dataclass(frozen=True)
class Quantity:
    """One thing a text states. `value` is comparable within its kind:

    money (Decimal, currency or ""), date (year or 0, month, day), time (hour, minute), share Decimal,
    count (Decimal,), duration (Decimal, unit minute|hour|day|week|month|year), phone digits, name (name, honorific).
    """

    kind: QuantityKind
    value: tuple[object, ...]
    start: int
    end: int
    text: str
    weekday: int | None = None  # Monday is 0; only where a date is written with its weekday


_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "兩": 2, "两": 2}
_SCALES = {"十": 10, "百": 100, "千": 1000, "萬": 10_000, "万": 10_000, "億": 100_000_000, "亿": 100_000_000}
# No number of a letter is longer; without these limits a long run of digits is read again from each of them.
_HAN_NUMBER = r"[〇零一二三四五六七八九十百千萬万億亿兩两]{1,24}"
_NUMBER = r"(?:\d{1,3}(?:,\d{3}){1,8}|\d{1,24})(?:\.\d{1,24})?"

_CURRENCY_MARKS = {
    "NT$": "TWD", "NTD": "TWD", "TWD": "TWD", "新台幣": "TWD", "新臺幣": "TWD", "台幣": "TWD", "新台币": "TWD",
    "RMB": "CNY", "CNY": "CNY", "人民幣": "CNY", "人民币": "CNY", "CN¥": "CNY", "US$": "USD", "USD": "USD", "美元": "USD",
    "美金": "USD", "HK$": "HKD", "HKD": "HKD", "€": "EUR", "EUR": "EUR", "歐元": "EUR", "欧元": "EUR", "£": "GBP", "GBP": "GBP",
    "英鎊": "GBP", "英镑": "GBP", "yuan": "CNY", "euros": "EUR", "pounds": "GBP", "yen": "JPY", "港幣": "HKD", "港币": "HKD",
    **currency_marks(),
}  # fmt: skip
_MARK = "|".join(regex.escape(mark) for mark in sorted(_CURRENCY_MARKS, key=len, reverse=True))
_MONEY_BEFORE = regex.compile(rf"(?<mark>{_MARK}|[$¥￥])\s?(?<number>{_NUMBER})(?!\d)(?:\s?(?:元|圓|块|塊))?")
_MONEY_AFTER = regex.compile(
    rf"(?<![\d.])(?<number>{_NUMBER}|{_HAN_NUMBER})\s?(?<mark>元|圓|块钱|塊錢|块|塊|{_MARK}|dollars)(?![\p{{L}}--\p{{Han}}])(?!件事)",
    flags=regex.V1,
)

_MONTHS = {
    name: i + 1
    for i, names in enumerate(
        ["january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug", "september sept sep", "october oct", "november nov", "december dec"]
    )
    for name in names.split()
}  # fmt: skip
_WEEKDAYS = {name: i for i, names in enumerate(["monday mon", "tuesday tue tues", "wednesday wed", "thursday thu thurs", "friday fri", "saturday sat", "sunday sun"]) for name in names.split()}  # fmt: skip
_HAN_WEEKDAYS = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WEEKDAY = "|".join(sorted(_WEEKDAYS, key=len, reverse=True))
_DATES = (
    regex.compile(
        r"(?:(?<y>\d{4})\s?年\s?)?(?<m>\d{1,2})\s?月\s?(?<d>\d{1,2})\s?[日號号](?:\s?[（(]?\s?(?:星期|禮拜|礼拜|週|周)(?<hw>[一二三四五六日天])\s?[）)]?)?"
    ),
    regex.compile(r"(?<y>\d{4})[-/.](?<m>\d{1,2})[-/.](?<d>\d{1,2})(?!\d)"),
    regex.compile(
        rf"(?:\b(?<w>{_WEEKDAY})\.?,?\s+)?\b(?<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?<mn>{_MONTH})\b\.?(?:,?\s+(?<y>\d{{4}}))?",
        regex.I,
    ),
    regex.compile(
        rf"(?:\b(?<w>{_WEEKDAY})\.?,?\s+)?\b(?<mn>{_MONTH})\.?\s+(?<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?<y>\d{{4}}))?",
        regex.I,
    ),
)
_HALF = r"(?<half>凌晨|清晨|早上|上午|中午|下午|傍晚|晚上|深夜|半夜)?\s?"
_TIMES = (
    regex.compile(_HALF + r"(?<h>\d{1,2})[:：](?<min>\d{2})(?!\d)(?:\s?(?<ap>[ap]\.?m\.?))?", regex.I),
    regex.compile(
        _HALF + r"(?<h>\d{1,2})\s?[點点時时](?!間|间|刻)(?:\s?(?:(?<min>\d{1,2})\s?分|(?<semi>半)))?(?!\d)"
    ),
    regex.compile(
        _HALF
        + r"(?<![這这那哪有早快第每])(?<hh>[一二三四五六七八九十兩两]{1,3})[點点](?!點|点|滴|心|子|時間|时间|也|都|小)(?:(?<hm>[零〇一二三四五六七八九十]{1,3})分?|(?<semi>半))?"
    ),
    regex.compile(r"\b(?<h>\d{1,2})\s?(?<ap>[ap]\.?m\.?)(?!\w)", regex.I),
)
_PHONE = regex.compile(
    r"(?<![A-Za-z0-9.])(?:\+\d{1,3}[\s-])?\(?\d{2,4}\)?[\s-]\d{3,4}[\s-]?\d{3,4}(?![A-Za-z0-9])|(?<!\d)(?:\+?\d{8,13})(?!\d)"
)
_ADDRESS = regex.compile(r"https?://\S+|www\.\S+|《[^《》]*》第?\d*[條条]?")
_NOT_BLANK = re.compile(r"\S+")
_ENDING = re.compile(r"\.\w+")
_SHARE = regex.compile(rf"(?<!\d)(?<number>{_NUMBER})\s?(?:%|％|percent\b|per cent\b)")
_UNITS = {
    "分鐘": "minute", "分钟": "minute", "小時": "hour", "小时": "hour", "鐘頭": "hour", "钟头": "hour", "天": "day", "週": "week",
    "周": "week", "星期": "week", "個月": "month", "个月": "month", "年": "year", "minutes": "minute", "minute": "minute", "min": "minute",
    "hours": "hour", "hour": "hour", "days": "day", "day": "day", "weeks": "week", "week": "week", "months": "month", "month": "month",
    "years": "year", "year": "year",
}  # fmt: skip
_WORDS = {
    w: i
    for i, w in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ]
    )
}
_DURATION = regex.compile(
    rf"(?<![\d.])(?<number>{_NUMBER}|{_HAN_NUMBER}|\b(?:{'|'.join(_WORDS)})\b)[\s-]?(?:個|个)?(?<unit>{'|'.join(sorted(_UNITS, key=len, reverse=True))})(?![a-z])",
    regex.I,
)
_COUNT = regex.compile(rf"(?<![A-Za-z0-9.-])(?<number>{_NUMBER})(?!\d|[.\-]\d|[A-Za-z0-9]*-\d)")
_HAN_COUNT = regex.compile(
    r"(?<number>[二三四五六七八九十百千兩两][〇零一二三四五六七八九十百千萬万]{0,24})(?<measure>通|位|名|筆|笔|件|台|把|份|封|家|間|间|顆|颗|項|项)"
)
_WORD_COUNT = regex.compile(
    rf"\b(?<number>{'|'.join(w for w in _WORDS if w not in ('zero', 'one'))})\s(?<noun>calls?|times|customers?|people|orders?|locks?|messages?|options?|measures?|steps|cases|complaints)\b",
    regex.I,
)
_HAN_HONORIFIC = {
    "小姐": "ms",
    "女士": "ms",
    "太太": "ms",
    "先生": "mr",
    "博士": "dr",
    "醫師": "dr",
    "医生": "dr",
}
_HAN_NAME = regex.compile(r"(?<name>\p{Han}{1,4}?)(?<honorific>小姐|女士|太太|先生|博士|醫師|医生)")
_LATIN_NAME = regex.compile(
    r"\b(?<honorific>Ms|Mrs|Miss|Mr|Dr)\.?\s(?<name>\p{Lu}[\p{L}'-]+(?:[ -]\p{Lu}[\p{L}'-]+){0,2})"
)
_NOT_NAMES = ("這位", "这位", "那位", "一位", "每位", "各位", "位", "的", "和", "與", "与", "及")


def number_of(text: str) -> Decimal | None:
    """Read a number written in digits, in Chinese numerals or as a small English word; None when it is none."""
    plain = text.replace(",", "")
    if re.fullmatch(r"\d+(\.\d+)?", plain):  # Python's own idea of a digit, which Decimal shares
        return Decimal(plain)
    if plain.lower() in _WORDS:
        return Decimal(_WORDS[plain.lower()])
    if not plain or any(c not in _DIGITS and c not in _SCALES for c in plain):
        return None
    if not any(c in _SCALES for c in plain):
        return Decimal("".join(str(_DIGITS[c]) for c in plain))
    total, section, digit, last_scale = 0, 0, 0, 1
    for c in plain:
        if c in _DIGITS:
            digit = _DIGITS[c]
            if digit == 0:
                last_scale = 1
            continue
        scale = _SCALES[c]
        if scale >= 10_000:
            total, section = (total + section + digit) * scale, 0
        else:
            section += (digit or 1) * scale
        digit, last_scale = 0, scale
    # 三百八 is 380: a last digit right after a scale counts tenths of that scale.
    tail = digit * (last_scale // 10) if digit and last_scale >= 100 else digit
    return Decimal(total + section + tail)


def _hour(match: regex.Match[str], hour: int) -> int:
    groups = match.groupdict()
    half, ap = groups.get("half") or "", (groups.get("ap") or "").lower()
    if (half in ("下午", "傍晚", "晚上", "深夜") or ap.startswith("p")) and hour < 12:
        return hour + 12
    if ap.startswith("a") and hour == 12:
        return 0
    return hour


def _dates(text: str) -> Iterator[Quantity]:
    for pattern in _DATES:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            month = _MONTHS[groups["mn"].lower()] if groups.get("mn") else int(groups["m"])
            day = int(groups["d"])
            weekday: int | None = None
            if groups.get("hw"):
                weekday = _HAN_WEEKDAYS[groups["hw"]]
            elif groups.get("w"):
                weekday = _WEEKDAYS[groups["w"].lower()]
            yield Quantity("date", (int(groups["y"] or 0), month, day), *match.span(), match.group(), weekday)


def _times(text: str) -> Iterator[Quantity]:
    for pattern in _TIMES:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            raw_hour, raw_minute = groups.get("h") or groups.get("hh"), groups.get("min") or groups.get("hm")
            hour, minute = number_of(raw_hour or ""), number_of((raw_minute or "0").lstrip("零〇") or "0")
            if hour is None or minute is None or hour > 24 or minute > 59:
                continue
            minutes = 30 if groups.get("semi") else int(minute)
            yield Quantity("time", (_hour(match, int(hour)), minutes), *match.span(), match.group())


def _money(text: str) -> Iterator[Quantity]:
    for pattern in (_MONEY_BEFORE, _MONEY_AFTER):
        for match in pattern.finditer(text):
            value = number_of(match["number"])
            if value is not None:
                currency = _CURRENCY_MARKS.get(match["mark"], "")
                yield Quantity("money", (value, currency), *match.span(), match.group())


def _counts(text: str) -> Iterator[Quantity]:
    for match in _SHARE.finditer(text):
        yield Quantity("share", (number_of(match["number"]),), *match.span(), match.group())
    for match in _DURATION.finditer(text):
        value = number_of(match["number"])
        if value is not None and value > 1:
            yield Quantity("duration", (value, _UNITS[match["unit"].lower()]), *match.span(), match.group())
    for pattern in (_COUNT, _HAN_COUNT, _WORD_COUNT):
        for match in pattern.finditer(text):
            value = number_of(match["number"])
            if value is not None and not _is_list_marker(text, *match.span()):
                yield Quantity("count", (value,), *match.span(), match.group())


_INDENT = 64  # characters before the number of a list's item, at most


def _is_list_marker(text: str, start: int, end: int) -> bool:
    line_start = text.rfind("\n", max(0, start - _INDENT), start) + 1
    if not line_start and start > _INDENT:
        return False
    return not text[line_start:start].strip(" *-#（(") and text[end : end + 1] in (".", "、", ")", "）", "．")


def _names(text: str) -> Iterator[Quantity]:
    for match in _HAN_NAME.finditer(text):
        name = match["name"]
        if not name.endswith(_NOT_NAMES):
            yield Quantity("name", (name, _HAN_HONORIFIC[match["honorific"]]), *match.span(), match.group())
    for match in _LATIN_NAME.finditer(text):
        honorific = {"mr": "mr", "dr": "dr"}.get(match["honorific"].lower(), "ms")
        yield Quantity("name", (match["name"], honorific), *match.span(), match.group())


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of web and mail addresses and of titles of laws: their digits are no figures. They may overlap."""
    for match in _ADDRESS.finditer(text):
        yield match.span()
    if "@" not in text:
        return
    for written in _NOT_BLANK.finditer(text):
        word = written.group()
        endings = list(_ENDING.finditer(word)) if "@" in word else []
        if endings and word.find("@", 1, max(endings[-1].start() - 1, 1)) >= 0:
            yield written.start(), written.start() + endings[-1].end()


def quantities(text: str, language: Language) -> tuple[Quantity, ...]:
    """Return everything countable, datable or named that a text states, in reading order."""
    taken = bytearray(len(text))
    for start, end in _addresses(text):
        taken[start:end] = b"\1" * (end - start)
    found: list[Quantity] = []

    def take(quantity: Quantity) -> None:
        if taken.find(1, quantity.start, quantity.end) < 0:
            taken[quantity.start : quantity.end] = b"\1" * (quantity.end - quantity.start)
            found.append(quantity)

    found_names = list(_names(text))  # a name takes no digits, so it may overlap with nothing else
    for quantity in _dates(text):
        take(quantity)
    for match in _PHONE.finditer(text):
        digits = regex.sub(r"\D", "", match.group())
        if len(digits) >= 7:
            take(Quantity("phone", (digits,), *match.span(), match.group()))
    for source in (_times(text), _money(text), _counts(text)):
        for quantity in source:
            take(quantity)
    return tuple(sorted([*found, *found_names], key=lambda q: (q.start, q.end)))

"""What a text says against itself: a weekday that is not that date's, a day that does not exist, two totals, wrong sums."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import regex

from playbook.linter.figures import impossible_weekdays, wrong_figures
from playbook.linter.match import Span, Text
from playbook.linter.rules import Rule

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_EN_DATE = regex.compile(
    r"(?:(?P<w>mon|tue|wed|thu|fri|sat|sun)(?:[a-z]{0,6}day)?,? (?:the )?)?(?:(?P<d>\d{1,2})(?:st|nd|rd|th)?(?: of)? (?P<m>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
    r"|(?P<m2>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? (?P<d2>\d{1,2})(?:st|nd|rd|th)?)(?:,? (?P<y>(?:19|20)\d{2}))?(?:,? ?\((?P<w2>mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\))?(?!\d)"
)
_ZH_DATE = regex.compile(
    r"(?:(?P<y>(?:19|20)\d{2}|民國\s?\d{2,3})\s?年\s?)?(?P<m>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?[日號号](?:\s?[（(]?\s?(?:星期|週|周|禮拜|礼拜)?(?P<w>[一二三四五六日天])\s?[）)])?(?:[，,]?\s?(?:星期|週|周|禮拜|礼拜)(?P<w2>[一二三四五六日天]))?"
)
_ISO_DATE = regex.compile(
    r"(?P<y>(?:19|20)\d{2})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})(?:\s?[（(](?:星期|週|周)?(?P<w>[一二三四五六日天]|mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}[）)])?(?!\d)"
)
_YEAR = regex.compile(r"(?<!\d)(20\d{2})(?=\s?年|[-/.]\d{1,2}[-/.]\d{1,2}|[\s,.）)]|$)")
_EN_DAYS = {name: i for i, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
_ZH_DAYS = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6}
_CLOCKS = regex.compile(
    r"(?:from|between|自|從|从|由)\s?(?P<a>\d{1,2}):(?P<b>\d{2}) ?(?:to|until|till|and|-|至|到|~)\s?(?P<c>\d{1,2}):(?P<d>\d{2})(?! ?(?:the (?:next|following)|on |翌|隔|次|第二|tomorrow))"
)


def contradictions(text: Text, rule: Rule) -> list[Span]:
    """Return dates that cannot be, spans of time that end before they start, and totals that differ."""
    folded = text.prose.folded
    years = {int(y) for y in _YEAR.findall(folded)}
    only_year = years.pop() if len(years) == 1 else None
    out = list(_dates(folded, only_year))
    for match in _CLOCKS.finditer(folded):
        first = int(match["a"]) * 60 + int(match["b"])
        last = int(match["c"]) * 60 + int(match["d"])
        if (
            int(match["a"]) > 24
            or int(match["c"]) > 24
            or int(match["b"]) > 59
            or int(match["d"]) > 59
            or (last < first <= 1200 and last > 300)
        ):
            out.append(match.span())
    out += _totals(text, rule)
    out += wrong_figures(text)
    return out


def _dates(folded: str, only_year: int | None) -> Iterator[Span]:
    without_year: list[tuple[int, int, int, Span]] = []
    for form in (_EN_DATE, _ZH_DATE, _ISO_DATE):
        for match in form.finditer(folded):
            groups = match.groupdict()
            month_name = groups.get("m") or groups.get("m2") or ""
            month = _MONTHS.index(month_name) + 1 if month_name.isalpha() else int(month_name)
            day = int(groups.get("d") or groups.get("d2") or 0)
            year = _year(groups.get("y")) or only_year
            weekday = groups.get("w") or groups.get("w2")
            try:
                when = date(year or 2024, month, day)  # a leap year where none is written
            except ValueError:
                if not (month_name == "may" and day == 0):
                    yield match.span()
                continue
            if weekday and year and when.weekday() != {**_EN_DAYS, **_ZH_DAYS}[weekday]:
                yield match.span()
            elif weekday and not year:
                without_year.append((month, day, {**_EN_DAYS, **_ZH_DAYS}[weekday], match.span()))
    yield from impossible_weekdays(without_year)


def _year(written: str | None) -> int | None:
    if not written:
        return None
    return int(written) if written.isdigit() else int(written[2:]) + 1911


def _totals(text: Text, rule: Rule) -> Iterator[Span]:
    """Yield the second of two figures that a text gives for the same total.

    `words.total` finds "412 orders were affected"; its first group is the figure, its second the thing counted.
    """
    prose = text.prose
    seen: dict[str, tuple[str, int]] = {}
    excused = rule.words.get("update", ())
    for pattern in rule.words.get("total", ()):
        for number in pattern.candidates(prose):
            sentence = prose.sentences[number]
            for match in pattern.compiled.finditer(prose.folded, sentence.start, sentence.end, timeout=0.25):
                figure, thing = _figure(match.group(1)), match.group(2).rstrip("s")
                before = seen.setdefault(thing, (figure, number))
                if before[0] != figure and not any(
                    p.stands_in(prose, sentence.start, sentence.end) for p in excused
                ):
                    yield match.span()


def _figure(written: str) -> str:
    plain = written.replace(",", "").replace(" ", "")
    return str(int(plain[:-1]) * 10_000) if plain[-1:] in ("萬", "万") and plain[:-1].isdigit() else plain

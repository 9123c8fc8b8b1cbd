"""Find what belongs to the other script or region: characters, words, quotation marks, widths (patterns.json, P55).

Precision first. A character that both scripts use by right (后, 里, 干 …) is told only in a word that can be no other
(`rules/locale/words.csv`); quotations, titles, addresses and what is given as written (names, a customer's own words)
are left alone. These detectors look at the text as it was written, since folding makes widths alike.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import regex

from playbook.linter.match import Text
from playbook.linter.rules import RULES, Rule

LOCALE = RULES / "locale"
MANY = 15
"""From so many findings of foreign characters on, one a line is told: the text was pasted from the other script."""

_HAN = r"\p{Han}"
_TITLE = regex.compile(r"《[^《》\n]{1,200}》|〈[^〈〉\n]{1,200}〉")
_ADDRESS = regex.compile(
    r"(?:https?://|www\.)[!-~]{1,2000}|(?<![!-~])[!-~]{1,64}@[\w-]{1,63}\.[!-~]{0,200}\w|@[\w-]{1,40}"
)
_QUOTED = regex.compile(
    r"「(?:[^「」\n]|「[^「」\n]{0,200}」){1,400}」|『[^『』\n]{1,400}』|“[^“”\n]{1,400}”|«[^«»\n]{1,400}»"
    r"|(?<!\w)\"[^\"\n]{1,400}\"(?!\w)"
)
_HALF_WIDTH = regex.compile(
    rf"(?<=[{_HAN}」』”）》])(?:[,;:](?=\ ?[{_HAN}「『“（《]|\s*\n)|[!?]+(?!\w+=)(?=\s|\Z|[{_HAN}「『“（《」』”）])"
    rf"|(?<=[{_HAN}]{{4}})\.(?=\s*\n|\s*\Z|[{_HAN}]))",
    regex.V1,
)
_WIDE_MARKS = {",": "，", ";": "；", ":": "：", "!": "！", "?": "？", ".": "。"}
_WIDE_LATIN = regex.compile(r"[Ａ-Ｚａ-ｚ][Ａ-Ｚａ-ｚ０-９]*")
_NARROW_MARKS = {wide: narrow for narrow, wide in _WIDE_MARKS.items()} | {"（": "(", "）": ")"}
_WIDE_AFTER_LATIN = regex.compile(r"(?<=[A-Za-z0-9])[，。；：！？](?=\s|\Z|[A-Za-z0-9])")
_FOREIGN_QUOTES = {
    "zh-Hant": (regex.compile(rf"“[^“”\n]*{_HAN}[^“”\n]*”"), "「", "」"),
    "zh-Hans": (
        regex.compile(rf"「[^「」\n]*{_HAN}[^「」\n]*」|『[^『』\n]*{_HAN}[^『』\n]*』"),
        "“",
        "”",
    ),
}


class Stretch(NamedTuple):
    """A stretch of the text as written (code points, end exclusive), and what to write in its place."""

    start: int
    end: int
    instead: str


@dataclass(frozen=True)
class Word:
    """A word of the other script or region; it does not count after or before certain characters."""

    word: str
    instead: str
    not_after: tuple[str, ...]
    not_before: tuple[str, ...]
    sort: str


@cache
def characters(language: str) -> dict[str, str]:
    """Return the characters that a text of a language does not hold by right, each with what stands for it."""
    out: dict[str, str] = {}
    section = ""
    for line in (LOCALE / "characters.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif not line.startswith("#") and section == language:
            out.update((pair[0], pair[1:]) for pair in line.split())
    return out


@cache
def words(language: str) -> dict[str, Word]:
    """Return the words of the other script or region, by the word."""
    text = (LOCALE / "words.csv").read_text(encoding="utf-8")
    return {
        row["word"]: Word(
            row["word"], row["instead"], _several(row["not_after"]), _several(row["not_before"]), row["note"]
        )
        for row in csv.DictReader(io.StringIO(text))
        if row["language"] == language
    }


def _several(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("|") if part)


def _any_of(pieces: Iterable[str]) -> regex.Pattern[str] | None:
    """Return what finds any of these, the longest first; None where there is none."""
    known = sorted(pieces, key=lambda piece: (-len(piece), piece))
    return regex.compile("|".join(map(regex.escape, known))) if known else None


def aside(written: str, as_written: Iterable[str] = (), *, quotations: bool = True) -> bytearray:
    """Mark the code points that are not ours to correct: titles, addresses, what is given as written, quotations."""
    taken = bytearray(len(written))
    spans = [m.span() for pattern in (_TITLE, _ADDRESS) for m in pattern.finditer(written)]
    if quotations:
        quoted = [m.span() for m in _QUOTED.finditer(written)]
        if sum(end - start for start, end in quoted) * 2 <= len(
            written
        ):  # else the text is quoted as a whole
            spans += quoted
    spans += [span for word in as_written for span in _places(written, word)]
    for start, end in spans:
        taken[start:end] = b"\1" * (end - start)
    return taken


def _places(written: str, word: str) -> Iterator[tuple[int, int]]:
    at = written.find(word) if word.strip() else -1
    while at >= 0:
        yield at, at + len(word)
        at = written.find(word, at + len(word))


def mixed_script(text: Text, rule: Rule) -> list[Stretch]:
    """Report characters of the other script, and words written with one that only some words have."""
    language, written = text.prose.language, text.prose.text
    known = characters(language)
    if not known:
        return []
    taken = aside(written, text.as_written)
    found = []
    # Most texts hold none of the thousands: those that this one holds are told first, and looked for alone.
    strange = "".join(sorted(known.keys() & set(written)))
    for match in regex.finditer(f"[{strange}]+", written) if strange else ():
        if not any(taken[match.start() : match.end()]):
            run = match.group()
            instead = "／".join(known[run]) if len(run) == 1 else "".join(known[c][0] for c in run)
            found.append(Stretch(*match.span(), instead))
    for start, end, _ in found:
        taken[start:end] = b"\1" * (end - start)
    found += _words(written, language, "script", taken)
    return sorted(found) if len(found) < MANY else list(_by_line(written, sorted(found)))


def _by_line(written: str, found: Iterable[Stretch]) -> Iterator[Stretch]:
    """Make one stretch of those that stand on the same line."""
    line: list[Stretch] = []
    for stretch in found:
        if line and "\n" in written[line[0].start : stretch.start]:
            yield _joined(written, line)
            line = []
        line.append(stretch)
    if line:
        yield _joined(written, line)


def _joined(written: str, line: list[Stretch]) -> Stretch:
    out, at = "", line[0].start
    for stretch in line:
        out += written[at : stretch.start] + stretch.instead.partition("／")[0]
        at = stretch.end
    return Stretch(line[0].start, line[-1].end, out)


def wrong_region(text: Text, rule: Rule) -> list[Stretch]:
    """Report words of the other region: mainland words in a text for Taiwan, and the reverse."""
    written = text.prose.text
    return _words(written, text.prose.language, "region", aside(written, text.as_written))


def _words(written: str, language: str, sort: str, taken: bytearray) -> list[Stretch]:
    known = words(language)
    pattern = _any_of(name for name, word in known.items() if word.sort == sort and name in written)
    out = []
    for match in pattern.finditer(written) if pattern else ():
        word = known[match.group()]
        start, end = match.span()
        after = word.not_after and written.endswith(word.not_after, 0, start)
        before = word.not_before and written.startswith(word.not_before, end)
        if not after and not before and not any(taken[start:end]):
            out.append(Stretch(start, end, word.instead))
    return out


def mixed_punctuation(text: Text, rule: Rule) -> list[Stretch]:
    """Report half-width marks between Han characters, full-width Latin letters, and the other region's quotation marks."""
    written, language = text.prose.text, text.prose.language
    taken = aside(written, text.as_written, quotations=False)
    found = [
        Stretch(*m.span(), "".join(chr(ord(c) - 0xFEE0) for c in m.group()))
        for m in _WIDE_LATIN.finditer(written)
    ]
    if language == "en":
        found += [Stretch(*m.span(), _NARROW_MARKS[m.group()]) for m in _WIDE_AFTER_LATIN.finditer(written)]
    else:
        found += [
            Stretch(*m.span(), "".join(_WIDE_MARKS[c] for c in m.group()))
            for m in _HALF_WIDTH.finditer(written)
        ]
        quotes, opening, closing = _FOREIGN_QUOTES[language]
        inside = bytearray(len(written))  # a quotation within the right marks has the other ones by right
        for m in _QUOTED.finditer(written):
            if m.group()[0] == opening:
                inside[m.start() : m.end()] = b"\1" * (m.end() - m.start())
        found += [
            Stretch(*m.span(), f"{opening}{m.group()[1:-1]}{closing}")
            for m in quotes.finditer(written)
            if not inside[m.start()]
        ]
    return sorted(stretch for stretch in found if not any(taken[stretch.start : stretch.end]))


AS_WRITTEN: dict[str, Callable[[Text, Rule], list[Stretch]]] = {
    "mixed_punctuation": mixed_punctuation,
    "mixed_script": mixed_script,
    "wrong_region": wrong_region,
}
"""Detectors that look at the text as it was written, and know for every finding what to write instead."""

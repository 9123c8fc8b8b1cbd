"""Prepare a text for matching: fold its characters, cut it into sentences, find its quotations.

Rules see the *folded* text (small letters, plain quotes and digits, one space for each run of blanks). Every place is
given back in code points of the text as it was written.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import regex

from playbook.linter.findings import Place

LONGEST_SENTENCE = 1200
"""Longer runs without an end mark are cut, so that no pattern works on more than this many characters."""

_FOLD = {
    **{code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)},  # full-width digits
    **{
        code: code - 0xFEE0 for code in (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
    },  # full-width letters
    **{ord(a): b for a, b in zip("\u2018\u2019\u02bc\u201b\uff07", "'" * 5, strict=True)},
    **{ord(a): "-" for a in "\u2010\u2011\u2012\u2013\uff0d\u2212"},
    **{ord(a): b for a, b in zip("％＋．／＠＃＄＆＝～＿｛｝［］", "%+./@#$&=~_{}[]", strict=True)},
    **{ord(a): " " for a in "\u00a0\u2002\u2003\u2009\u200a\u202f\u3000\t\r\v\f"},
}
_DELETED = regex.compile(
    r"[\u00ad\u200b-\u200f\u2060\ufeff\ufe00-\ufe0f]+|(?<=\p{L})\p{Mn}+(?<!\p{Han}\p{Mn})"
)
_FULL_WIDTH = dict(zip(",:;?!()", "，：；？！（）", strict=True))
_HALF_WIDTH = regex.compile(r"[;?!()](?!\w+=)|(?<!\d),|,(?!\d)|(?<!\d):(?!//)")
_BLANKS = regex.compile(r" {2,}")
_END = regex.compile(
    r"(?:[。！？!?…；]+|(?<!\b(?:mr|ms|mrs|dr|st|no|vs|inc|ltd|co|jr|dept|approx|e\.g|i\.e|u\.s|a\.m|p\.m))\.+(?=\s|$|['\"”’)\]»]))"
    r"[\"'”’」』）)\]»]*|\n+"
)
_MARKER = regex.compile(
    r"\s*(?:[-*+•‧・▪●◦>#|]|\(?\d{1,2}[.)、．]|（?[一二三四五六七八九十\d]{1,3}[）、]|[a-z][.)]\s)"
)
_QUOTES = regex.compile(
    r"「(?:[^「」\n]|「[^「」\n]*」){1,400}」|『[^『』\n]{1,400}』|“[^“”\n]{1,400}”|«[^«»\n]{1,400}»|(?<!\w)\"[^\"\n]{1,400}\"(?!\w)"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in the folded text: `start` and `end` (exclusive), its number and that of its paragraph."""

    start: int
    end: int
    number: int
    paragraph: int


class Offsets:
    """Map places of a derived text to the text it was made from, piece by piece."""

    __slots__ = ("_at", "_shift")

    def __init__(self) -> None:
        self._at: list[int] = [0]
        self._shift: list[int] = [0]

    def piece(self, at: int, source: int) -> None:
        """Say that from `at` on, the derived text continues at `source`."""
        shift = source - at
        if at == self._at[-1]:
            self._shift[-1] = shift
        elif shift != self._shift[-1]:
            self._at.append(at)
            self._shift.append(shift)

    def source(self, at: int) -> int:
        """Return the place in the source text."""
        return at + self._shift[bisect_right(self._at, at) - 1]

    @property
    def identical(self) -> bool:
        """Tell whether both texts have the same places."""
        return self._at == [0] and self._shift == [0]


def remove(text: str, pattern: regex.Pattern[str], by: str = "") -> tuple[str, Offsets]:
    """Return a text with every match replaced by `by`, and the map back."""
    offsets = Offsets()
    out: list[str] = []
    at = done = 0
    for match in pattern.finditer(text):
        out += (text[done : match.start()], by)
        at += match.start() - done + len(by)
        done = match.end()
        offsets.piece(at, done)
    out.append(text[done:])
    return "".join(out), offsets


@dataclass
class Prose:
    """One text, prepared once for all rules. `language` decides how line ends are read."""

    text: str
    language: str
    _maps: list[Offsets] = field(default_factory=list)
    _found: dict[str, tuple[int, ...]] = field(default_factory=dict)
    spent: dict[str, float] = field(default_factory=dict)  # seconds, by pattern
    given_up: list[str] = field(default_factory=list)  # patterns of parts and kinds that were too slow

    @cached_property
    def cased(self) -> str:
        """Return the folded text with its capital letters."""
        folded = self.text.translate(_FOLD)
        if len(folded) != len(self.text):  # cannot happen: the table maps one to one
            raise ValueError("folding changed the length")
        if not folded.isascii() and _DELETED.search(folded):
            folded, offsets = remove(folded, _DELETED)
            self._maps.append(offsets)
        if "  " in folded:
            folded, offsets = remove(folded, _BLANKS, " ")
            self._maps.append(offsets)
        if self.language != "en":  # half-width marks between Han characters are common in informal writing
            folded = _HALF_WIDTH.sub(lambda m: _FULL_WIDTH[m.group()], folded)
        return self._join_lines(folded)

    @cached_property
    def folded(self) -> str:
        """Return the folded text in small letters, as rules see it."""
        lowered = self.cased.lower()
        if len(lowered) == len(self.cased):
            return lowered
        return "".join(c.lower() if len(c.lower()) == 1 else c for c in self.cased)

    def _join_lines(self, folded: str) -> str:
        """Turn a line end inside a sentence into a blank; a paragraph, list item or heading stays apart."""
        if "\n" not in folded:
            return folded
        lines = folded.split("\n")
        out = [lines[0]]
        for before, line in itertools.pairwise(lines):
            out.append((" " if _continues(before.rstrip(), line, self.language) else "\n") + line)
        return "".join(out)

    def source(self, at: int) -> int:
        """Return the place in the text as written of a place in the folded text."""
        for offsets in reversed(self._maps):
            at = offsets.source(at)
        return at

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Return the places, in the text as written, of a stretch of the folded text (not empty)."""
        _ = self.cased
        if end <= start:
            return self.source(start), self.source(start)
        return self.source(start), self.source(end - 1) + 1

    @cached_property
    def sentences(self) -> list[Sentence]:
        """Return the sentences, without the blanks around them."""
        return list(self._cut())

    def _cut(self) -> Iterator[Sentence]:
        text, number, paragraph, start = self.folded, 0, 0, 0
        ends = [(m.end(), m.group()) for m in _END.finditer(text)]
        ends.append((len(text), "\n"))
        for end, mark in ends:
            for left, right in _pieces(text, start, end):
                yield Sentence(left, right, number, paragraph)
                number += 1
            start = end
            if mark.startswith("\n"):
                paragraph += 1

    @cached_property
    def _starts(self) -> list[int]:
        return [sentence.start for sentence in self.sentences]

    def sentence_at(self, at: int) -> int:
        """Return the number of the sentence at a place of the folded text."""
        return max(0, bisect_right(self._starts, at) - 1)

    def sentence_text(self, number: int) -> str:
        """Return a sentence, folded."""
        sentence = self.sentences[number]
        return self.folded[sentence.start : sentence.end]

    @cached_property
    def quotations(self) -> list[tuple[int, int]]:
        """Return the quoted stretches of the folded text; a text that is quoted as a whole has none."""
        found = [m.span() for m in _QUOTES.finditer(self.folded)]
        if sum(end - start for start, end in found) * 2 > len(self.folded):
            return []
        return found

    def sentences_with(self, literal: str) -> tuple[int, ...]:
        """Return the numbers of the sentences in which a literal stands (folded, small letters)."""
        found = self._found.get(literal)
        if found is None:
            numbers: list[int] = []
            text, sentences = self.folded, self.sentences
            at = text.find(literal)
            while at >= 0:
                number = self.sentence_at(at)
                numbers.append(number)
                at = text.find(literal, max(at + 1, sentences[number].end - len(literal) + 1))
            found = self._found[literal] = tuple(numbers)
        return found

    def quoted(self, start: int, end: int) -> bool:
        """Tell whether a stretch lies inside a quotation."""
        spans = self.quotations
        at = bisect_right(spans, (start, len(self.folded))) - 1
        return at >= 0 and spans[at][0] <= start and end <= spans[at][1] and (start, end) != spans[at]


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        stop = end
        if end - start > LONGEST_SENTENCE:
            stop = start + LONGEST_SENTENCE
            cut = max(
                text.rfind(mark, start + LONGEST_SENTENCE // 2, stop) for mark in (" ", "，", ",", "、")
            )
            stop = cut + 1 if cut > 0 else stop
        left, right = start, stop
        while left < right and text[left].isspace():
            left += 1
        while right > left and text[right - 1].isspace():
            right -= 1
        if left < right:
            yield left, right
        start = stop


def _continues(before: str, line: str, language: str) -> bool:
    """Tell whether a line goes on with the sentence of the line before it."""
    stripped = line.strip()
    if not before or not stripped or before.lstrip()[:1] in "#|" or _MARKER.match(line):
        return False
    last, first = before[-1], stripped[0]
    if last in "。！？!?…：:；;.":
        return False
    if language != "en":
        return last in "，、,（「“" or (
            len(before) >= 28 and "\u3400" <= last <= "\u9fff" and "\u3400" <= first <= "\u9fff"
        )
    return first.islower() or first.isdigit() or len(before) > 60


class Lines:
    """Turn code-point offsets of a text into lines and columns."""

    def __init__(self, text: str) -> None:
        self._starts = [0]
        at = text.find("\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = text.find("\n", at + 1)

    def at(self, offset: int) -> tuple[int, int]:
        """Return line and column, both 1-based."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def place(self, start: int, end: int) -> Place:
        """Return the place of a stretch (end exclusive)."""
        line, column = self.at(start)
        if end <= start:
            return Place(line, column, line, column)
        end_line, end_column = self.at(end - 1)
        return Place(line, column, end_line, end_column + 1)

"""A text as its sentences, and how far two of them say the same: whatever a word processor did to quotes, spaces and list marks."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from playbook.text import Language

Units = tuple[str, ...]
"""What a text says without its punctuation: Han characters one by one, other words and numbers whole."""

_ALIKE = str.maketrans({
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"', "«": '"', "»": '"',
    "「": '"', "」": '"', "『": '"', "』": '"', "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "…": "...",
    "‧": "·", "・": "·", "･": "·", "•": "·",
})  # fmt: skip
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
# A list's mark at the start of a line: lost or changed by most programs that a text goes through.
_MARK = re.compile(
    r"^[ \t\u00a0\u3000]*(?:[•‧・･·●○◦▪■□◆◇➢✓✔*+–—‒-]|\\[-*+]|o(?=[ \t])|[(（]?\d{1,2}[)）.．、](?!\d)|[①-⑳])[ \t\u00a0\u3000]*"
)
_EMPHASIS = re.compile(
    r"(?<![\w*])\*{1,3}(?=\S)|(?<=\S)\*{1,3}(?![\w*])|^#{1,6}[ \t]+|\\(?=[\\`*_{}\[\]()#+.!-])"
)
_BLANK = re.compile(r"\s+")
_END_MARKS = ".。;；,，、"
_CLOSERS = "」』”’）)\"'*"
_SHORT = re.compile(r"(?:^|[\s(])(?:Mr|Ms|Mrs|Miss|Dr|St|No|Nos|vs|e\.g|i\.e|approx|Inc|Ltd|Co|[A-Z])$")
_UNIT = re.compile(r"\d+(?:[.,:]\d+)*|[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]+")
_PLAIN = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?")


@dataclass(frozen=True)
class Piece:
    """One sentence of a text as it stands, and the paragraph, counted from 0, that it stands in."""

    text: str
    paragraph: int
    starts: bool = True  # it begins a line
    marked: bool = False  # it begins a line with the mark of a list
    gap: str = ""  # what parts it from the piece before it on its line


def without_mark(line: str) -> str:
    """Return a line without the mark of a list that it begins with."""
    return _MARK.sub("", line, count=1)


def has_mark(line: str) -> bool:
    """Tell whether a line begins with the mark of a list."""
    match = _MARK.match(line)
    return match is not None and match.end() < len(line)


def same(text: str) -> str:
    """Return what two ways to write the same sentence have in common: no spaces, list marks, shapes of quotes, last stop."""
    lines = (without_mark(_EMPHASIS.sub("", line)) for line in text.strip().splitlines())
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", "".join(lines)).translate(_ALIKE)).translate(
        _ALIKE
    )
    return _BLANK.sub("", folded).rstrip(_END_MARKS).casefold()


def pieces(text: str) -> tuple[Piece, ...]:
    """Split a text into sentences; the end of a line ends a piece, whether or not the sentence goes on."""
    out: list[Piece] = []
    text = _INVISIBLE.sub("", text)
    for number, paragraph in enumerate(re.split(r"\n[ \t\u00a0\u3000]*\n", text.strip())):
        for line in paragraph.split("\n"):
            for at, part in enumerate(_split(line)):
                words = part.strip()
                gap = part[: len(part) - len(part.lstrip())]
                out.append(Piece(words, number, at == 0, at == 0 and has_mark(words), gap))
    return tuple(out)


def joined(run: Sequence[Piece]) -> str:
    """Return neighbouring pieces as they stand: on one line, or on lines of their own."""
    out = run[0].text
    for piece in run[1:]:
        out += ("\n" if piece.starts else piece.gap) + piece.text
    return out


def _split(line: str) -> list[str]:
    """Return the sentences of one line."""
    out: list[str] = []
    start, at, length = 0, 0, len(line)
    mark = _MARK.match(line)
    at = mark.end() if mark else 0
    while at < length:
        sign = line[at]
        at += 1
        if sign in "。！？!?" or (sign == "." and _ends(line, start, at)):
            while at < length and line[at] in _CLOSERS + "。！？!?":
                at += 1
            if sign in "!?." and at < length and not line[at].isspace() and line[at] < "\u2e80":
                continue
            out.append(line[start:at])
            start = at
    out.append(line[start:])
    return [part for part in out if part.strip()]


def _ends(line: str, start: int, at: int) -> bool:
    """Tell whether a full stop before `at` ends a sentence: not one of a number, an address, a short form or `p.m.`."""
    rest = line[at:].lstrip(_CLOSERS)
    if rest and not rest[0].isspace():
        return rest[0] >= "\u2e80"
    following = rest.lstrip()
    if not following:
        return True
    if _SHORT.search(line[max(start, at - 10) : at - 1]):
        return False
    return not following[0].islower()


def units(text: str) -> Units:
    """Return what a text says without punctuation, in one shape of letters; numbers without separators of thousands."""
    folded = unicodedata.normalize("NFKC", text.translate(_ALIKE)).casefold()
    found = (match.group() for match in _UNIT.finditer(folded))
    return tuple(word.replace(",", "") if _PLAIN.fullmatch(word) else word for word in found)


def figures(said: Sequence[str]) -> frozenset[str]:
    """Return the numbers among the units of a text."""
    return frozenset(word for word in said if word[0].isdecimal())


def content(said: Units) -> frozenset[str]:
    """Return what a text is about: words of four letters and more, pairs of Han characters."""
    han = [word for word in said if len(word) == 1 and "\u3400" <= word <= "\u9fff"]
    pairs = (one + other for one, other in pairwise(han))
    return frozenset({w for w in said if len(w) >= 4 and not w[0].isdecimal()} | set(pairs))


def without_figures(said: Sequence[str]) -> Units:
    """Return the units of a text with one sign in the place of every number."""
    return tuple("#" if word[0].isdecimal() else word for word in said)


def common(one: Units, other: Units) -> int:
    """Return how many units two texts have in common, in the same order and in runs of two or more."""
    if not sum((Counter(one) & Counter(other)).values()):
        return 0
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return sum(b.size for b in blocks if b.size >= 2 or b.size == min(len(one), len(other)))


def likeness(one: Units, other: Units) -> float:
    """Return how alike two texts are, from 0 to 1."""
    total = len(one) + len(other)
    if 5 * min(len(one), len(other)) < total:  # no more than 0.4 is possible
        return 0.0
    if 2 * sum((Counter(one) & Counter(other)).values()) < 0.4 * total:
        return 0.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def says(sentence: Units, known: Units, share: float = 0.7) -> bool:
    """Tell whether a sentence says what `known` says: so much of it, in its order, and no less than five units or all."""
    if len(known) < 3:
        return False
    enough = max(share * len(known), min(5, len(known)))
    if sum((Counter(sentence) & Counter(known)).values()) < enough:
        return False
    return common(known, sentence) >= enough


def covers(sentence: Units, known: Units) -> bool:
    """Tell whether most of a known text, or most of the sentence, is common to both: at least five units."""
    shared = set(known).intersection(sentence)
    alike = sum(unit in shared for unit in sentence)
    least = min(len(sentence), len(known))
    if alike < min(5, least) or alike < 0.7 * least:
        return False  # too little in common, in whatever order: the common case, told without comparing
    if _within(known, sentence) or _within(sentence, known):
        return True
    blocks = SequenceMatcher(None, sentence, known, autojunk=False).get_matching_blocks()
    run = sum(b.size for b in blocks if b.size >= 2)
    return run >= 0.7 * least and run >= 5


def _within(part: Units, whole: Units) -> bool:
    return any(whole[i : i + len(part)] == part for i in range(len(whole) - len(part) + 1))


def without_said(sentence: str, told: Iterable[str]) -> str:
    """Return a sentence without what it tells word for word."""
    for words in told:
        if len(words) > 3:
            sentence = sentence.replace(words, " ")
    return sentence


_HEDGE: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\b(?:not (?:yet )?(?:confirmed|verified|known)|being (?:checked|verified)|says?|said|according to|claim\w*|investigat\w*|do not know|may have|whether)\b", re.I),
    "zh-Hant": re.compile(r"尚未|還沒|未證實|未確認|查證|求證|說法|表示|據|聲稱|調查|是否|可能"),
    "zh-Hans": re.compile(r"尚未|还没|未证实|未确认|核实|求证|说法|表示|据|声称|调查|是否|可能"),
}  # fmt: skip


def hedged(sentence: str, language: Language) -> bool:
    """Tell whether a sentence says of what it tells that it is not sure, or that others say so."""
    return _HEDGE[language].search(sentence) is not None

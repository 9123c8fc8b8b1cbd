"""A person's text beside the generated one: which sentences stayed, which changed, and what each still states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from playbook.drafts.model import Sentence
from playbook.drafts.slots import Slot, Values
from playbook.sentences import Piece, Units, common, figures, joined, likeness, pieces, same, units

State = Literal["stayed", "changed", "new", "gone"]
Kind = Literal["facts", "offers", "commitments"]
KINDS: tuple[Kind, ...] = ("facts", "offers", "commitments")
Words = Mapping[tuple[Kind, str], tuple[str, ...]]
"""What a text may say of a fact, an offer or a commitment, in its language."""

ALIKE = 0.6
"""How alike two sentences are, at least, of which one is the other with a person's hand on it."""
WITHIN = 0.75
"""How much of a sentence stands in another one, at least, that it was drawn into or cut out of."""
MOST = 400
"""Sentences that are compared with each other; no letter has more, and each is compared with each."""


@dataclass(frozen=True)
class Compared:
    """One sentence of a person's text, and the generated ones that it was; one that is gone has the words that it had."""

    state: State
    text: str
    before: tuple[Sentence, ...] = ()
    paragraph: int = 0
    line: bool = False
    whole: bool = True  # False where it is one of the sentences that the generated one was made of


@dataclass
class _Part:
    """A stretch of a person's text on its way to a sentence."""

    run: tuple[Piece, ...]
    before: list[Sentence]
    exact: bool = False
    whole: bool = True

    @property
    def text(self) -> str:
        return joined(self.run)


def compare(text: str, generated: Sequence[Sentence]) -> tuple[Compared, ...]:
    """Return the sentences of a person's text in their order, then those of the generated text that are gone.

    A sentence is the same after other quotes, spaces, list marks and line ends, and in another paragraph.
    """
    parts, used = _exact(_opened(_unwrapped(pieces(text)), generated), generated)
    left = [(g, g.text) for g in generated if id(g) not in used]
    left = _in_pieces([part for part in parts if not part.before], left)
    left = _alike([part for part in parts if not part.before], left)
    out = [_compared(part) for part in parts]
    return (*out, *(Compared("gone", words, (g,), g.paragraph, g.line) for g, words in left))


def _compared(part: _Part) -> Compared:
    state: State = "stayed" if part.exact else "changed" if part.before else "new"
    first = part.run[0]
    line = part.before[0].line if part.exact and part.whole else first.marked
    return Compared(state, part.text, tuple(part.before), first.paragraph, line, part.whole)


_STOPS = "。！？!?.」』”"
_ENDED = _STOPS + ":："


def _unwrapped(found: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Put together what the end of a line cut in two; an item of a list, and what follows a colon, begins anew."""
    out: list[Piece] = []
    for piece in found:
        last = out[-1] if out else None
        wraps = piece.starts and not piece.marked
        if last and wraps and last.paragraph == piece.paragraph and last.text[-1] not in _ENDED:
            out[-1] = replace(last, text=f"{last.text}\n{piece.text}")
        else:
            out.append(piece)
    return tuple(out)


def _opened(found: tuple[Piece, ...], generated: Sequence[Sentence]) -> tuple[Piece, ...]:
    """Cut a salutation, or what leads to a list, off what follows on its line: it has no end of its own."""
    openings = {key: g for g in generated if g.text[-1:] not in _STOPS and (key := same(g.text))}
    out: list[Piece] = []
    for piece in found:
        while at := _end_of_opening(piece.text, openings):
            opening, rest = piece.text[:at].rstrip(), piece.text[at:].lstrip()
            gap = piece.text[len(opening) : len(piece.text) - len(rest)]
            out.append(replace(piece, text=opening))
            piece = Piece(rest, piece.paragraph, starts=False, gap=gap)
        out.append(piece)
    return tuple(out)


def _end_of_opening(text: str, openings: Mapping[str, Sentence]) -> int:
    """Return where the salutation or lead ends that a piece begins with; 0 where it begins with none, or is one."""
    whole = same(text)
    for key, opening in openings.items():
        if whole != key and whole.startswith(key):
            reach = range(1, min(len(text), len(opening.text) + 8))
            at = max((k for k in reach if same(text[:k]) == key), default=0)
            if at and not text[at - 1].isalnum():
                return at
    return 0


def _exact(found: tuple[Piece, ...], generated: Sequence[Sentence]) -> tuple[list[_Part], set[int]]:
    """Find the sentences that stayed: each is one piece, or several in a row."""
    known: dict[str, list[Sentence]] = {}
    for sentence in generated:
        if key := same(sentence.text):
            known.setdefault(key, []).append(sentence)
    most = max((len(pieces(g.text)) for g in generated), default=0) + 8  # lines may wrap
    parts: list[_Part] = []
    used: set[int] = set()
    at = 0
    while at < len(found):
        length, key = _longest(found[at : at + most], known)
        if length:
            # The same words twice stand for both sentences that say them, the first one first.
            left = [g for g in known[key] if id(g) not in used]
            chosen = (left or known[key])[0]
            used.add(id(chosen))
            parts.append(_Part(found[at : at + length], [chosen], exact=True))
        else:
            parts.append(_Part(found[at : at + 1], []))
        at += length or 1
    return parts, used


def _longest(run: tuple[Piece, ...], known: Mapping[str, list[Sentence]]) -> tuple[int, str]:
    """Return how many of these pieces, from the first, are one known sentence, and its key; 0 where none is."""
    start = same(run[0].text)
    open_keys = [key for key in known if start and key.startswith(start)]
    if not open_keys:
        return 0, ""
    longest = max(map(len, open_keys))
    best = (0, "")
    for length in range(1, len(run) + 1):
        key = same(joined(run[:length]))
        if key in known:
            best = (length, key)
        if len(key) > longest:
            break
    return best


_Left = list[tuple[Sentence, str]]
"""Generated sentences that are not found yet, each with the words of it that are not."""


def _in_pieces(parts: list[_Part], left: _Left) -> _Left:
    """Find what stayed of generated sentences that are made of several; return what is left of each."""
    out: _Left = []
    free: dict[str, list[_Part]] = {}
    for part in reversed(parts):
        free.setdefault(same(part.text), []).append(part)
    for sentence, words in left:
        found = pieces(words)
        missing = []
        for piece in found:
            same_words = free.get(same(piece.text)) if len(found) > 1 else None
            if same_words:
                part = same_words.pop()
                part.before, part.exact, part.whole = [sentence], True, False
            else:
                missing.append(piece)
        if missing:
            out.append((sentence, joined(missing)))
    return out


def _alike(parts: list[_Part], left: _Left) -> _Left:
    """Give each part the generated sentences that it was, closest first; return those that are gone."""
    parts = parts[:MOST]
    said = [units(part.text) for part in parts]
    were = [units(words) for _, words in left]
    close = sorted(
        (
            (-score, abs(i - j), i, j)
            for i, now in enumerate(said)
            for j, was in enumerate(were)
            if (score := likeness(now, was)) >= ALIKE
        ),
    )
    taken: dict[int, int] = {}
    for _, _, i, j in close:
        if j not in taken and not parts[i].before:
            parts[i].before.append(left[j][0])
            taken[j] = i
    for i, now in enumerate(said):
        for j, was in enumerate(were):
            if j not in taken and _within(was, now):  # two sentences were made one
                parts[i].before.append(left[j][0])
                taken[j] = i
        if not parts[i].before:
            cut_from = next((j for j, was in enumerate(were) if _within(now, was)), None)
            if cut_from is not None:  # one sentence was made two
                parts[i].before.append(left[cut_from][0])
                taken.setdefault(cut_from, i)
    return [entry for j, entry in enumerate(left) if j not in taken]


def _within(part: Units, whole: Units) -> bool:
    return 4 <= len(part) <= 2 * len(whole) and common(part, whole) >= WITHIN * len(part)


# -- what a sentence still states ----------------------------------------------------------------


def sentences(text: str, generated: Sequence[Sentence], values: Values | None = None) -> tuple[Sentence, ...]:
    """Split a person's text into sentences with their provenance.

    One that stayed keeps all of it. One that changed keeps the facts, offers and commitments whose words or figures
    still stand in it, and is marked. A new one has none. `values` are what the generated text was made from.
    """
    words = words_of(values) if values is not None else {}
    return tuple(_sentence(found, words) for found in compare(text, generated) if found.state != "gone")


def _sentence(found: Compared, words: Words) -> Sentence:
    if found.state == "new":
        return Sentence(found.text, "", "", paragraph=found.paragraph, line=found.line)
    first = found.before[0]
    if found.state == "stayed" and found.whole:
        return replace(first, text=found.text, paragraph=found.paragraph)
    now = units(found.text)
    kept = {
        kind: tuple(
            dict.fromkeys(
                name
                for sentence in found.before
                for name in getattr(sentence, kind)
                if _still(now, units(sentence.text), words.get((kind, name), ()))
            )
        )
        for kind in KINDS
    }
    return Sentence(
        found.text,
        first.part,
        first.wording,
        facts=kept["facts"],
        offers=kept["offers"],
        commitments=kept["commitments"],
        paragraph=found.paragraph,
        line=found.line,
        changed=found.state == "changed",
    )


def _still(now: Units, was: Units, words: Iterable[str]) -> bool:
    """Tell whether a sentence still says what one said before: in the words that stood there, figures above all."""
    stood = [said for text in words if (said := units(text)) and _stands(said, was)]
    bare = [said for said in stood if figures(said) and len(said) == 1]
    for said in bare or stood or [was]:
        if figures(said) <= figures(now) and (len(said) == 1 or common(said, now) >= ALIKE * len(said)):
            return True
    return False


def _stands(part: Units, whole: Units) -> bool:
    return any(whole[at : at + len(part)] == part for at in range(len(whole) - len(part) + 1))


def words_of(values: Values) -> Words:
    """Return the words in which the slots and lists of a text say each fact, offer and commitment."""
    out: dict[tuple[Kind, str], dict[str, None]] = {}
    for slot, figure in _slots(values):
        for kind in KINDS:
            for name in getattr(slot, kind):
                said = out.setdefault((kind, name), {})
                said[slot.text] = None
                if figure:
                    said[figure] = None
    return {key: tuple(said) for key, said in out.items()}


def _slots(values: Values) -> Iterator[tuple[Slot, str]]:
    for slot in values.slots.values():
        yield slot, ""
    for items in values.lists.values():
        for item in items:
            figure = item["figure"].text if "figure" in item else ""
            for name, slot in item.items():
                yield slot, figure if name == "item" else ""

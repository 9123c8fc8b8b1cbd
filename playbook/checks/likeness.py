"""How alike the texts of several incidents are in their words, once each incident's own facts are left out (S4-28).

People lay two replies of one company side by side. That both name the same facts is no fault; that both are the same
sentences is. So what the record holds is masked, on both sides, and the rest is compared.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pydantic import BaseModel

from playbook.drafts import Draft
from playbook.incident.model import Incident
from playbook.linter.findings import Finding
from playbook.linter.prose import Lines
from playbook.messages import say
from playbook.policy.model import Policy
from playbook.sentences import pieces
from playbook.text import Language

RULE = "copied-wording"
MASK = "□"
LEFT_OUT = frozenset(
    {"existing_texts", "drafts", "sent", "evidence", "wording_choice", "approvals", "option_approvals"}
)
"""Fields of a record that hold texts, or nothing that a text states: their words are nobody's facts."""

# Three words, or four Han characters, in a row: decided on the figures in docs/wording.md.
_IN_A_ROW: dict[bool, int] = {True: 3, False: 4}
_LEAST = 8  # a text with fewer stretches of its own has no wording to speak of
_LEAST_SENTENCE: dict[bool, int] = {True: 4, False: 6}
_DIGITS = re.compile(r"[0-9][0-9,.:/-]*")
_TOKENS: dict[bool, re.Pattern[str]] = {
    True: re.compile(rf"[^\W_]+(?:['’][^\W_]+)*|{MASK}"),
    False: re.compile(rf"[A-Za-z]+|[^\W\d_A-Za-z]|{MASK}"),
}
_HAN = re.compile(r"[\u3400-\u9fff]")
_TELLING = re.compile(r"[A-Z0-9@\s]|[\u3400-\u9fff]{2}")


def _folded(text: str, english: bool) -> str:
    out = _DIGITS.sub(MASK, unicodedata.normalize("NFKC", text).casefold())
    return " ".join(out.split()) if english else "".join(out.split())


@dataclass(frozen=True)
class OwnWords:
    """The words of one record, folded, longest first: what is left out before wording is compared."""

    english: tuple[str, ...]
    chinese: tuple[str, ...]

    @classmethod
    def of(cls, texts: Iterable[str]) -> OwnWords:
        """Make them from every text of a record and of its client; each sentence of a text counts by itself, too."""
        english: set[str] = set()
        chinese: set[str] = set()
        for text in dict.fromkeys(texts):
            for words in (text, *re.split(r"[。！？!?；;\n]|\. ", text)):
                bare = words.strip().rstrip("。.!！?？;；,，:： ")
                if len(bare) < 2 or not _TELLING.search(bare):
                    continue  # "email", "confirmed": words of the form, not of the case
                if not _HAN.search(bare):
                    english.add(_folded(bare, True))
                chinese.add(_folded(bare, False))
        return cls(*(tuple(sorted(w - {MASK, ""}, key=lambda t: (-len(t), t))) for w in (english, chinese)))

    def in_text(self, text: str, language: Language) -> tuple[str, ...]:
        """Return those that stand in a text, longest first."""
        english = language == "en"
        folded = _folded(text, english)
        return tuple(words for words in (self.english if english else self.chinese) if words in folded)


def _masked(text: str, own: Sequence[str], english: bool) -> str:
    """Return a text folded, with a mask in place of the record's words and of figures."""
    folded = _folded(text, english)
    for words in own:
        if words not in folded:
            continue
        if english:
            folded = re.sub(rf"(?<!\w){re.escape(words)}(?!\w)", MASK, folded)
        else:
            folded = folded.replace(words, MASK)
    return folded


def words_of_record(incident: Incident, policy: Policy) -> OwnWords:
    """Return the words of an incident and of what its client is and offers."""
    return OwnWords.of([*_texts(incident), *words_of_client(policy)])


def words_of_client(policy: Policy) -> tuple[str, ...]:
    """Return how a client is named and reached, who signs, and what its options are called."""
    brand = policy.brand
    people = [text for s in brand.signatories.values() for text in _texts([s.get("name"), s.get("title")])]
    named = [*brand.name.values(), *brand.short_name.values(), *brand.value.values(), *people]
    return (*named, *map(str, brand.contact.values()), *(t for o in policy.options for t in o.label.values()))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            if name not in LEFT_OUT:
                yield from _texts(getattr(value, name))
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            if name not in LEFT_OUT:
                yield from _texts(inner)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _texts(inner)


def texts_in(data: object) -> tuple[str, ...]:
    """Return every text of a record as it was read from its file."""
    return tuple(_texts(data))


class Wording:
    """The words of one text, without what its record states."""

    def __init__(self, text: str, language: Language, own: OwnWords) -> None:
        self.text, self.language, self._own = text, language, own
        self._english = language == "en"

    @cached_property
    def sentences(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return each sentence and its words, masks for what is on record."""
        out = []
        own = self._own.in_text(self.text, self.language)
        for piece in pieces(self.text):
            tokens = _TOKENS[self._english].findall(_masked(piece.text, own, self._english))
            out.append(
                (
                    piece.text,
                    tuple(t for n, t in enumerate(tokens) if t != MASK or tokens[n - 1 : n] != [MASK]),
                )
            )
        return tuple(out)

    @cached_property
    def stretches(self) -> frozenset[tuple[str, ...]]:
        """Return every few words in a row, within a sentence, that are not mostly masked."""
        size = _IN_A_ROW[self._english]
        found = (
            tokens[at : at + size]
            for _, tokens in self.sentences
            for at in range(max(1, len(tokens) - size + 1))
        )
        return frozenset(t for t in found if sum(word != MASK for word in t) * 2 > size)

    def percent_in(self, other: Wording) -> int | None:
        """Return how much of this wording stands in another text, in percent; None where there is too little to tell.

        It is the share of this text's stretches that the other has: a short post taken whole from a long statement is
        100 % alike, which a measure that counts the other's length too would hide.
        """
        own = self.stretches
        if len(own) < _LEAST:
            return None
        return round(100 * len(own & other.stretches) / len(own))

    def shared_with(self, other: Wording) -> tuple[str, ...]:
        """Return the sentences that another text has word for word, whatever facts they hold."""
        theirs = {tokens for _, tokens in other.sentences}
        least = _LEAST_SENTENCE[self._english]
        return tuple(
            words
            for words, tokens in self.sentences
            if tokens in theirs and sum(word != MASK for word in tokens) >= least
        )


@dataclass(frozen=True)
class Told:
    """A text of another incident: as it was sent (`at`), or as a person wrote it."""

    reference: str
    kind: str
    language: Language
    channel: str
    at: str
    wording: Wording


@dataclass(frozen=True)
class Likeness:
    """How much of a draft's wording another incident's text has, and the draft's sentences that it has word for word."""

    draft: Draft
    other: Told
    percent: int
    shared: tuple[str, ...]


def likenesses(drafts: Iterable[Draft], own: OwnWords, others: Sequence[Told]) -> tuple[Likeness, ...]:
    """Return for every draft the text of another incident that is most like it, of the same kind and language."""
    out = []
    for draft in drafts:
        alike = [o for o in others if (o.kind, o.language) == (draft.kind, draft.language)]
        if not alike or draft.audience == "internal":
            continue
        wording = Wording(draft.text, draft.language, own)
        found = [(p, o) for o in alike if (p := wording.percent_in(o.wording)) is not None]
        if found:
            percent, other = max(found, key=lambda f: (f[0], f[1].channel == draft.channel, f[1].at))
            out.append(Likeness(draft, other, percent, wording.shared_with(other.wording)))
    return tuple(out)


def most_alike(found: Iterable[Likeness]) -> tuple[Likeness, ...]:
    """Return of each kind and language the draft that is most like a text of another incident."""
    best: dict[tuple[str, str], Likeness] = {}
    for one in found:
        key = (one.draft.kind, one.draft.language)
        if key not in best or one.percent > best[key].percent:
            best[key] = one
    return tuple(best.values())


@dataclass(frozen=True)
class Pair:
    """A text that went out, and the one of another incident before it that is most like it."""

    one: Told
    other: Told
    percent: int
    shared: tuple[str, ...]


def pairs(told: Iterable[Told]) -> tuple[Pair, ...]:
    """Return for each incident, kind and language its text that is most like an earlier incident's, most alike first."""
    groups: dict[tuple[str, str], list[Told]] = {}
    for one in told:
        groups.setdefault((one.kind, one.language), []).append(one)
    best: dict[tuple[str, str, str], Pair] = {}
    for (kind, language), alike in groups.items():
        for one in alike:
            for other in alike:
                before = (other.at, other.reference) < (one.at, one.reference)
                if other.reference == one.reference or not before:
                    continue
                percent = one.wording.percent_in(other.wording)
                key = (one.reference, kind, language)
                if percent is not None and (key not in best or percent > best[key].percent):
                    best[key] = Pair(one, other, percent, one.wording.shared_with(other.wording))
    return tuple(
        sorted(best.values(), key=lambda p: (-p.percent, p.one.reference, p.one.kind, p.one.language))
    )


def limit_of(policy: Policy) -> int | None:
    """Return the client's switch, in percent; None where the client has set none."""
    value = policy.switches["max_similarity"].value if "max_similarity" in policy.switches else None
    return value if isinstance(value, int) else None


def copied(found: Iterable[Likeness], limit: int | None) -> Mapping[str, tuple[Finding, ...]]:
    """Return a warning for every draft that is more alike than the client wants: which sentences to say in other words."""
    out: dict[str, tuple[Finding, ...]] = {}
    for one in found:
        if limit is None or one.percent <= limit:
            continue
        language, text = one.draft.language, one.draft.text
        values = {
            "percent": one.percent, "limit": limit, "reference": one.other.reference, "id": one.draft.id,
            "sentences": " / ".join(one.shared),
        }  # fmt: skip
        first = one.shared[0] if one.shared else ""
        start = max(0, text.find(first))
        place = Lines(text).place(start, start + len(first))
        out[one.draft.id] = (
            Finding(
                RULE, "warning", say("likeness.finding", language, **values), say("likeness.why", language),
                say("likeness.fix" if one.shared else "likeness.fix_no_sentence", language, **values),
                place.line, place.column, place.end_line, place.end_column,
                first, start, start + len(first),
            ),
        )  # fmt: skip
    return out


__all__ = [
    "Likeness",
    "OwnWords",
    "Pair",
    "Told",
    "Wording",
    "copied",
    "likenesses",
    "limit_of",
    "most_alike",
    "pairs",
]

"""A person's own wording as a phrase of the client: what it stands for, and the record's values in it as slots."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from playbook.assessment import Assessment
from playbook.checks.quantities import quantities
from playbook.drafts import Draft, Sentence
from playbook.drafts.edited import Compared, compare
from playbook.drafts.slots import Item, Slot
from playbook.drafts.values import Writer
from playbook.drafts.wording import Bank, Move, Variant
from playbook.incident.model import Incident
from playbook.messages import fill
from playbook.offers import Offers
from playbook.policy.model import Policy
from playbook.sentences import likeness, same, units
from playbook.text import Language

# Names and addresses are told from other words at any length; anything else only where the replaced variant has it too.
_NAMES = frozenset(
    {"brand", "customer", "handler", "handler_address", "backup", "speaker", "line", "email", "url", "event"}
)
# How the client calls the people it serves is the client's, not the incident's; a list's number is its place.
_NEVER = frozenset({"customers", "number", "done", "track"})
_SHORT: dict[bool, int] = {True: 4, False: 3}
_WORD = re.compile(r"[A-Za-z0-9_]")
_SLOT = re.compile(r"\{\w+\}")
_IN_A_ROW: dict[bool, int] = {True: 3, False: 4}


@dataclass(frozen=True)
class Instead:
    """A person's words, and the sentences of ours whose place they took; `numbers` count the person's from 1."""

    numbers: tuple[int, ...]
    text: str
    ours: tuple[Sentence, ...]


@dataclass(frozen=True)
class Phrase:
    """A variant made of a person's words. `left` are figures and names that are no slot's value; `about` words of the record."""

    move: str
    replaced: Variant
    words: str
    text: str
    filled: Mapping[str, str]
    left: tuple[str, ...]
    about: tuple[str, ...]


def reworded(text: str, generated: Sequence[Sentence], language: Language) -> tuple[Instead, ...]:
    """Return what a person wrote in place of sentences of ours, in the order of the text; added words stand for none.

    Sentences alike belong together. What is new and like none of ours stands for what is gone from the same place.
    """
    found = compare(text, generated)
    parts = [part for part in found if part.state != "gone"]
    gone = [part.before[0] for part in found if part.state == "gone"]
    place = {id(sentence): n for n, sentence in enumerate(generated)}
    before = [list(part.before) for part in parts]
    at = 0
    while at < len(parts):
        end = at
        while end < len(parts) and not before[end]:
            end += 1
        if end > at:
            low = max((place[id(s)] for run in before[:at] for s in run), default=-1)
            high = min((place[id(s)] for run in before[end:] for s in run), default=len(generated))
            went = [s for s in gone if low < place[id(s)] < high]
            for n, sentence in _paired([part.text for part in parts[at:end]], went).items():
                before[at + n] = [sentence]
        at = max(end, at + 1)
    return tuple(_grouped(parts, before, language))


def _paired(new: Sequence[str], went: Sequence[Sentence]) -> dict[int, Sentence]:
    """Pair new sentences with those that went, both in order: the most alike where fewer came than went."""
    if not went:
        return {}
    if len(new) >= len(went):
        return {n: went[min(n * len(went) // len(new), len(went) - 1)] for n in range(len(new))}
    if len(went) > 12:
        return dict(enumerate(went[: len(new)]))
    best = max(
        combinations(range(len(went)), len(new)),
        key=lambda chosen: sum(
            likeness(units(words), units(went[i].text)) for words, i in zip(new, chosen, strict=True)
        ),
    )
    return {n: went[i] for n, i in enumerate(best)}


def _grouped(
    parts: Sequence[Compared], before: Sequence[Sequence[Sentence]], language: Language
) -> Iterable[Instead]:
    at = 0
    while at < len(parts):
        end = at + 1
        while end < len(parts) and before[at] and before[end] and before[end][0] is before[at][0]:
            end += 1
        run = parts[at:end]
        if any(part.state != "stayed" for part in run):
            space = " " if language == "en" else ""
            yield Instead(
                tuple(range(at + 1, end + 1)),
                space.join(part.text for part in run),
                tuple(dict.fromkeys(s for stretch in before[at:end] for s in stretch)),
            )
        at = end


def variant_of(bank: Bank, wording: str) -> tuple[Move, Variant] | None:
    """Return the move and variant that a sentence's wording id stands for."""
    for move in bank.moves.values():
        for variant in move.variants:
            if variant.id == wording:
                return move, variant
    return None


def values_of(
    draft: Draft,
    sentence: Sentence | None,
    variant: Variant,
    incident: Incident,
    policy: Policy,
    assessment: Assessment,
    offers: Offers,
) -> Mapping[str, str]:
    """Return the slots that a sentence of a draft was filled from: those with which its variant gives its words."""
    default: dict[str, str] = {}
    customer = draft.audience == "customer" or draft.kind in ("first-reply", "call-script")
    for person in ("reply", "statement") if customer else ("statement", "reply"):
        values = Writer(incident, policy, assessment, offers, draft.language, person, draft.kind).fill()
        slots = {name: slot.text for name, slot in values.slots.items()}
        default = default or slots
        nothing: list[Item] = [{}]
        for items in (nothing, *values.lists.values()):
            for number, item in enumerate(items, start=1):
                have = {
                    **slots,
                    **{n: s.text for n, s in item.items() if isinstance(s, Slot)},
                    "number": str(number),
                }
                told = all(name in have for name in variant.slots)
                if sentence and told and same(fill(variant.text, have)) == same(sentence.text):
                    return have
    return default


def phrase_of(
    words: str,
    move: Move,
    variant: Variant,
    slots: Mapping[str, str],
    language: Language,
    record: Iterable[str],
) -> Phrase:
    """Return a person's words as a variant in place of another: the values of slots in them as those slots, longest first."""
    text, filled = with_slots(words, slots, variant.slots, language)
    shown = _SLOT.sub(lambda m: "□" * len(m.group()), text)
    left = tuple(dict.fromkeys(text[q.start : q.end].strip() for q in quantities(shown, language)))
    return Phrase(move.id, variant, words, text, filled, left, _of_the_record(shown, record, language))


def with_slots(
    words: str, slots: Mapping[str, str], preferred: Sequence[str], language: Language
) -> tuple[str, dict[str, str]]:
    """Put slots in place of the values that stand in a text as whole words; return the text and the slots it has now.

    Of two slots with the same value the one that the replaced variant has goes first. A short value that is no name
    (a count, a word for a feeling) stands for its slot only where the replaced variant had that slot.
    """
    english = language == "en"
    order = {name: n for n, name in enumerate((*preferred, *sorted(slots)))}
    found: list[tuple[int, int, str]] = []
    for name, value in sorted(slots.items(), key=lambda s: (-len(s[1]), s[0] not in preferred, order[s[0]])):
        wanted = name in preferred or (name in _NAMES and len(value) > 1) or len(value) > _SHORT[english]
        if name in _NEVER or not value.strip() or not wanted:
            continue
        for form in dict.fromkeys((value, value[0].upper() + value[1:], _spaced(value))):
            for match in re.finditer(re.escape(form), words):
                start, end = match.span()
                apart = _apart(words, start, end) and all(end <= a or start >= b for a, b, _ in found)
                if apart:
                    found.append((start, end, name))
    out, at = [], 0
    for start, end, name in sorted(found):
        out += [words[at:start], "{", name, "}"]
        at = end
    out.append(words[at:])
    return "".join(out), {name: words[start:end] for start, end, name in sorted(found)}


def _spaced(value: str) -> str:
    """Return a value as a Chinese text sets it: with a space where Latin and Han letters meet."""
    return re.sub(r"(?<=[\u4e00-\u9fff])(?=[A-Za-z])|(?<=[A-Za-z])(?=[\u4e00-\u9fff])", " ", value)


def _apart(text: str, start: int, end: int) -> bool:
    """Tell whether a stretch is not a part of a longer word or number."""
    glued_left = start > 0 and _WORD.match(text[start - 1]) and _WORD.match(text[start])
    glued_right = end < len(text) and _WORD.match(text[end]) and _WORD.match(text[end - 1])
    more = re.match(r"[.,:][0-9]", text[end:]) and text[end - 1].isdigit()
    less = start > 1 and re.match(r"[0-9][.,:]", text[start - 2 : start]) and text[start].isdigit()
    return not (glued_left or glued_right or more or less)


def _of_the_record(shown: str, record: Iterable[str], language: Language) -> tuple[str, ...]:
    """Return the stretches of a phrase that stand in the record as well: it may be about this incident only."""
    size = _IN_A_ROW[language == "en"]
    said = units(shown)
    stretches: set[tuple[str, ...]] = set()
    for text in record:
        told = units(text)
        stretches |= {told[n : n + size] for n in range(len(told) - size + 1)}
    out: list[str] = []
    last = -1
    for n in range(len(said) - size + 1):
        if said[n : n + size] not in stretches:
            continue
        if n <= last:
            out[-1] += (" " if language == "en" else "") + said[n + size - 1]
        else:
            out.append((" " if language == "en" else "").join(said[n : n + size]))
        last = n + size - 1
    return tuple(out)

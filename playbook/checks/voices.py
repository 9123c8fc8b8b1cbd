"""One voice: what, whom, number, promise and next word are the same sentence in every channel of a text (S4-21).

Greeting, tone and length are the channel's. So two channels may word a thing differently only where a variant was
written for a voice or a channel, or where the room made it shorter; and a person who rewords a sentence in one channel
is told where else it still stands as it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from playbook.checks.quantities import Quantity, quantities
from playbook.drafts import Draft, Sentence
from playbook.drafts.edited import compare
from playbook.drafts.wording import Bank
from playbook.linter.findings import Finding
from playbook.linter.prose import Lines
from playbook.messages import say
from playbook.text import Language

Why = Literal["voice", "shorter", "none"]
"""A variant for a voice or a channel; a short form, for want of room; no reason."""
RULE = "inconsistent-wording"
_FOR_A_CHANNEL = {"voice", "channel", "shape"}  # which shapes there are depends on the voice


@dataclass(frozen=True)
class Differing:
    """One thing said in other words in two channels. `lost` are the figures and names that only the first states."""

    kind: str
    language: Language
    move: str
    ids: tuple[str, ...]
    one: tuple[str, Sentence]  # channel, sentence
    other: tuple[str, Sentence]
    why: Why
    lost: tuple[str, ...]


def ids_of(sentence: Sentence) -> tuple[str, ...]:
    """Return the facts, offers and commitments that a sentence states."""
    return (*sentence.facts, *sentence.offers, *sentence.commitments)


def differing(drafts: Iterable[Draft], banks: Mapping[Language, Bank]) -> tuple[Differing, ...]:
    """Return where the generated drafts of one kind and language word the same thing differently, and why."""
    groups: dict[tuple[str, Language], list[Draft]] = defaultdict(list)
    for draft in drafts:
        if not draft.edited:
            groups[draft.kind, draft.language].append(draft)
    out: list[Differing] = []
    for (kind, language), versions in groups.items():
        variants = {v.id: (move.id, v) for move in banks[language].moves.values() for v in move.variants}
        said: dict[tuple[str, tuple[str, ...], int], list[tuple[str, Sentence]]] = defaultdict(list)
        for draft in versions:
            times: dict[tuple[str, tuple[str, ...]], int] = defaultdict(int)
            for sentence in draft.sentences:
                if (ids := ids_of(sentence)) and sentence.wording in variants:
                    key = (variants[sentence.wording][0], ids)
                    said[*key, times[key]].append((draft.channel, sentence))
                    times[key] += 1
        for (move, ids, _), told in said.items():
            first = told[0]
            for other in {s.text: (channel, s) for channel, s in reversed(told)}.values():
                if other[1].text == first[1].text:
                    continue
                pair = [variants[s.wording][1] for s in (first[1], other[1])]
                why: Why = "none"
                if any(v.when.any_of.keys() & _FOR_A_CHANNEL for v in pair):
                    why = "voice"
                elif any(v.register == "short" for v in pair):
                    why = "shorter"
                lost = _lost(first[1].text, other[1].text, language)
                out.append(Differing(kind, language, move, ids, first, other, why, lost))
    return tuple(out)


def _lost(one: str, other: str, language: Language) -> tuple[str, ...]:
    def key(quantity: Quantity) -> tuple[object, ...]:
        return (quantity.kind, *quantity.value)

    have = {key(q) for q in quantities(other, language)}
    return tuple(one[q.start : q.end] for q in quantities(one, language) if key(q) not in have)


def reworded_in_one(drafts: Sequence[Draft], generated: Sequence[Draft]) -> Mapping[str, tuple[Finding, ...]]:
    """Return, per edited draft, each sentence that a person reworded and another channel still says as it was."""
    own = {draft.id: draft for draft in generated}
    out: dict[str, tuple[Finding, ...]] = {}
    for draft in drafts:
        if not draft.edited or draft.id not in own or draft.audience == "internal":
            continue
        others = [
            d
            for d in drafts
            if (d.kind, d.language) == (draft.kind, draft.language) and d.channel != draft.channel
        ]
        findings = []
        for found in compare(draft.text, own[draft.id].sentences):
            if found.state != "changed" or len(found.before) != 1 or not ids_of(found.before[0]):
                continue
            was = found.before[0]
            where = [d.id for d in others if any(s.text == was.text and not s.changed for s in d.sentences)]
            if where:
                findings.append(_finding(draft, found.text, was.text, where))
        if findings:
            out[draft.id] = tuple(findings)
    return out


def _finding(draft: Draft, words: str, was: str, where: Sequence[str]) -> Finding:
    language, start = draft.language, max(0, draft.text.find(words))
    place = Lines(draft.text).place(start, start + len(words))
    between = ", " if language == "en" else "、"
    return Finding(
        RULE, "suggestion", say("likeness.reworded", language, other=between.join(where), sentence=was),
        say("likeness.reworded_why", language), say("likeness.reworded_fix", language),
        place.line, place.column, place.end_line, place.end_column, words, start, start + len(words),
    )  # fmt: skip

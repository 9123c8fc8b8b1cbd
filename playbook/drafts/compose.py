"""Compose one text: the plan of its kind, a variant for each move, the room its channel has."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from playbook.drafts.model import Sentence, joined
from playbook.drafts.values import Slot, Values
from playbook.drafts.wording import Bank, Move, Variant
from playbook.messages import fill
from playbook.text import Language

Situation = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True)
class Setting:
    """What decides how a text is worded, besides the record."""

    seed: str  # reference and kind: the same text after every render
    kind: str
    voice: str
    language: Language
    situation: Situation
    limit: int | None
    choices: Mapping[str, str]  # move -> variant id, chosen by a person
    register: str = ""


def plan_of(bank: Bank, kind: str, voice: str) -> tuple[tuple[str, ...], ...] | None:
    """Return the plan of a kind, the one for its voice first."""
    return bank.plans.get(f"{kind}.{voice}") or bank.plans.get(kind)


def choose(move: Move, slots: Mapping[str, Slot], setting: Setting) -> Variant | None:
    """Choose a variant: one that a person chose, else by register, then by how closely its condition fits, then by seed."""
    eligible = [
        v for v in move.variants if v.when.holds(setting.situation) and all(name in slots for name in v.slots)
    ]
    if not eligible:
        return None
    chosen = setting.choices.get(move.id)
    for variant in eligible:
        if variant.id == chosen:
            return variant

    def fit(variant: Variant) -> tuple[bool, int]:
        wanted = variant.register == setting.register if variant.register else setting.register == ""
        return (
            wanted or not variant.register,
            len(variant.when.any_of) + (variant.register == setting.register != ""),
        )

    best = max(fit(v) for v in eligible)
    top = sorted((v for v in eligible if fit(v) == best), key=lambda v: v.id)
    digest = hashlib.sha256(f"{setting.seed}\0{move.id}".encode()).digest()
    return top[int.from_bytes(digest[:4], "big") % len(top)]


@dataclass(frozen=True)
class Worded:
    """A sentence and the move that it words."""

    sentence: Sentence
    move: Move


def sentences_of(move: Move, values: Values, setting: Setting, paragraph: int) -> list[Worded]:
    """Word one move: nothing where no variant may be used; one sentence an item where the move goes through a list."""
    brief = (
        setting.voice == "brief"
    )  # colleagues look things up in a brief: each thing stands on a line of its own
    if not move.each:
        return _one(move, values.slots, setting, paragraph, line=brief)
    out: list[Worded] = []
    for number, item in enumerate(values.lists.get(move.each, ()), start=1):
        slots = {**values.slots, **item, "number": Slot(str(number))}
        about: dict[str, str | tuple[str, ...]] = {
            name: item[name].text for name in ("done", "track") if name in item
        }
        local = replace(setting, situation={**setting.situation, **about})
        out += _one(move, slots, local, paragraph, line=setting.voice != "spoken")
    return out


def _one(
    move: Move, slots: Mapping[str, Slot], setting: Setting, paragraph: int, *, line: bool
) -> list[Worded]:
    variant = choose(move, slots, setting)
    if variant is None:
        return []
    used = [slots[name] for name in variant.slots]
    text = fill(variant.text, {name: slots[name].text for name in variant.slots})
    sentence = Sentence(
        text=_set(text, setting.language),
        part=move.part,
        wording=variant.id,
        facts=tuple(dict.fromkeys(f for s in used for f in s.facts)),
        offers=tuple(dict.fromkeys(o for s in used for o in s.offers)),
        commitments=tuple(dict.fromkeys(c for s in used for c in s.commitments)),
        paragraph=paragraph,
        line=line,
    )
    return [Worded(sentence, move)]


_SMALL_START = re.compile(r"(?:^|(?<=^• )|(?<=[.!?] )(?<![ap]\.m\. )|(?<=[.!?] [“\"]))[a-z]")


_SCRIPTS_MEET = re.compile(r"(?<=[\u4e00-\u9fff])(?=[A-Za-z])|(?<=[A-Za-z])(?=[\u4e00-\u9fff])")


def _set(text: str, language: Language) -> str:
    """Set a filled text as its language is set, since a value of the record may stand anywhere in it.

    English: a capital letter begins each sentence. Chinese: a space parts Latin words from Han characters.
    """
    if language == "en":
        return _SMALL_START.sub(lambda match: match.group().upper(), text)
    return _SCRIPTS_MEET.sub(" ", text)


def compose(bank: Bank, values: Values, setting: Setting) -> tuple[Sentence, ...] | None:
    """Compose a text, or return None where the bank has no plan for its kind.

    Where a channel has less room, sentences go by the `drop` of their move, highest first; nothing is cut within.
    """
    plan = plan_of(bank, setting.kind, setting.voice)
    if plan is None:
        return None
    worded: list[Worded] = []
    for paragraph, moves in enumerate(plan):
        for name in moves:
            move = bank.moves[name]
            if move.unless_said and _told(values.slots.get(move.unless_said), worded):
                continue
            known = _without_said(values, worded) if move.each == "facts" else values
            worded += sentences_of(move, known, setting, paragraph)
    if setting.register == "short":
        worded = [w for w in worded if w.move.drop < 2]
    worded = _without_lonely_leads(worded)
    while setting.limit is not None and len(joined(_sentences(worded), setting.language)) > setting.limit:
        worst = max((w.move.drop for w in worded), default=0)
        if worst == 0:
            break
        last = max(i for i, w in enumerate(worded) if w.move.drop == worst)
        del worded[last]
        worded = _without_lonely_leads(worded)
    return _sentences(worded)


def _sentences(worded: list[Worded]) -> tuple[Sentence, ...]:
    return tuple(w.sentence for w in worded)


def _told(slot: Slot | None, worded: list[Worded]) -> bool:
    return slot is not None and any(slot.text in w.sentence.text for w in worded)


def _without_said(values: Values, worded: list[Worded]) -> Values:
    """Leave out the facts that the text has stated already, by their ids or by their figures."""
    ids = {fact for w in worded for fact in w.sentence.facts}
    told = "\n".join(w.sentence.text for w in worded)

    def is_new(item: Mapping[str, Slot]) -> bool:
        figure = item["figure"].text if "figure" in item else ""
        seen = figure and re.search(rf"(?<![\d.,]){re.escape(figure)}(?![\d]|[.,]\d)", told)
        return not (set(item["item"].facts) & ids) and not seen

    left = [item for item in values.lists.get("facts", ()) if is_new(item)]
    return replace(values, lists={**values.lists, "facts": left})


def _without_lonely_leads(worded: list[Worded]) -> list[Worded]:
    """Leave out what only leads to a list (a move `…_lead` whose words end with a colon) where the list is empty."""
    out = []
    for i, w in enumerate(worded):
        leads = w.move.id.endswith("_lead") and w.sentence.text.rstrip().endswith((":", "："))
        following = worded[i + 1] if i + 1 < len(worded) else None
        if leads and not (
            following and following.move.each and following.sentence.paragraph == w.sentence.paragraph
        ):
            continue
        out.append(w)
    return out

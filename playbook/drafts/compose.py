"""Compose one text: the shape of its kind, a variant for each move, the room its channel has."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from playbook.drafts.model import Sentence, joined
from playbook.drafts.plans import Shape
from playbook.drafts.shorten import shortened
from playbook.drafts.slots import Slot, Values
from playbook.drafts.worded import Worded, without_lonely_leads
from playbook.drafts.wording import OWN, Bank, Move, Variant
from playbook.messages import fill
from playbook.text import Language

Situation = Mapping[str, str | tuple[str, ...]]
PLAIN = "plain"
"""What a shape without a name is called where it is chosen, and in conditions."""
SHAPE, AGAIN = "shape", "again"
"""What a person may choose besides a variant of a move: the shape of the text, and how many other wordings on."""


@dataclass(frozen=True)
class Setting:
    """What decides how a text is worded, besides the record."""

    seed: str  # reference and kind: the same text after every render
    kind: str
    channel: str
    voice: str
    language: Language
    situation: Situation
    limit: int | None
    length: Callable[[str], int]  # as the channel counts
    choices: Mapping[str, str]  # move -> variant id, chosen by a person
    register: str = ""

    def turn(self, name: str, count: int) -> int:
        """Return which of so many equals is taken: by the incident's reference, and on from there as a person asked."""
        digest = hashlib.sha256(f"{self.seed}\0{name}".encode()).digest()
        again = self.choices.get(AGAIN, "")
        return (
            int.from_bytes(digest[:4], "big") + (int(again) if again.isdecimal() and len(again) < 5 else 0)
        ) % count


def shape_of(bank: Bank, setting: Setting) -> Shape | None:
    """Return the shape of a text: of its channel's plan, else its voice's, else its kind's; the closest condition first."""
    for key in (f"{setting.kind}.{setting.channel}", f"{setting.kind}.{setting.voice}", setting.kind):
        shapes = [s for s in bank.plans.get(key, ()) if s.when.holds(setting.situation)]
        if not shapes:
            continue
        chosen = setting.choices.get(SHAPE)
        for shape in shapes:
            if (shape.name or PLAIN) == chosen:
                return shape
        closest = max(len(s.when.any_of) for s in shapes)
        top = [s for s in shapes if len(s.when.any_of) == closest]
        return top[setting.turn(SHAPE, len(top))]
    return None


def choose(move: Move, slots: Mapping[str, Slot], setting: Setting) -> Variant | None:
    """Choose a variant: one that a person chose, else by register, then by how closely its condition fits, then by turn."""
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
    own = [v for v in top if v.id.startswith(OWN)]
    if own and not setting.choices.get(AGAIN):  # what the client's people wrote comes first
        top = own
    return top[setting.turn(move.id, len(top))]


def sentences_of(move: Move, values: Values, setting: Setting, paragraph: int) -> list[Worded]:
    """Word one move: nothing where no variant may be used; one sentence an item where the move goes through a list."""
    brief = (
        setting.voice == "brief"
    )  # colleagues look things up in a brief: each thing stands on a line of its own
    if not move.each:
        heading = move.id.startswith("head_")
        return _one(move, values.slots, setting, paragraph, line=brief or heading)
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
    """Compose a text, or return None where the bank has no plan for its kind; () where there is nothing to say.

    Where a channel has less room, moves are worded shorter first, then go by their `drop`, highest first; nothing is cut
    within a sentence, and a list that loses items says so.
    """
    shape = shape_of(bank, setting)
    if shape is None:
        return None
    setting = replace(setting, situation={**setting.situation, "shape": shape.name or PLAIN})
    worded: list[Worded] = []
    for paragraph, steps in enumerate(shape.paragraphs):
        for step in steps:
            if step.when.holds(setting.situation):
                worded += _worded(bank.moves[step.move], worded, values, setting, paragraph)
    worded = _within_limits(worded, setting.situation)
    if setting.register == "short":
        worded = [w for w in worded if w.move.drop < 2]
    worded = without_lonely_leads(worded)
    if setting.limit is not None:
        worded = shortened(worded, _Shorter(bank, values, setting), _fits(setting))
    if all(w.move.frame for w in worded):
        return ()
    return tuple(w.sentence for w in worded)


def _fits(setting: Setting) -> Callable[[Sequence[Worded]], bool]:
    def fits(worded: Sequence[Worded]) -> bool:
        text = joined(tuple(w.sentence for w in worded), setting.language)
        return setting.limit is None or setting.length(text) <= setting.limit

    return fits


def _worded(
    move: Move, so_far: list[Worded], values: Values, setting: Setting, paragraph: int
) -> list[Worded]:  # fmt: skip
    if move.unless_said and _told(values.slots.get(move.unless_said), so_far):
        return []
    known = _without_said(values, so_far) if move.each == "facts" else values
    return sentences_of(move, known, setting, paragraph)


class _Shorter:
    """Words things shorter for a text that does not fit its channel."""

    def __init__(self, bank: Bank, values: Values, setting: Setting) -> None:
        self.bank, self.values = bank, values
        self.setting = replace(setting, register="short")

    def briefly(self, one: Worded) -> Worded | None:
        """Return a sentence in its short form, where it has one that is shorter."""
        if one.move.each or not any(v.register == "short" for v in one.move.variants):
            return None
        found = sentences_of(one.move, self.values, self.setting, one.sentence.paragraph)
        if len(found) != 1 or len(found[0].sentence.text) >= len(one.sentence.text):
            return None
        return found[0]

    def rest(self, move: Move, told: int, paragraph: int) -> Worded | None:
        """Return what is said of the items of a list that there is no room for; None where there are no words for it."""
        rest = self.bank.moves.get(f"{move.id}_rest")
        total = len(self.values.lists.get(move.each, ()))
        if rest is None or told >= total:
            return None
        slots = {**self.values.slots, "left": Slot(str(total - told)), "total": Slot(str(total))}
        local = replace(
            self.setting, situation={**self.setting.situation, "told": "some" if told else "none"}
        )
        found = _one(rest, slots, local, paragraph, line=bool(told) and self.setting.voice != "spoken")
        return found[0] if found else None


def _within_limits(worded: list[Worded], situation: Situation) -> list[Worded]:
    """Leave out what the client wants less of: apologies beyond `max_apology_phrases`, sentences of values (C-02, C-27).

    Of several apologies those that own the matter stay.
    """
    for part, switch in (("regret", "max_apology_phrases"), ("values", "values_sentence_max")):
        most = str(situation.get(f"switch.{switch}", ""))
        having = [w for w in worded if part in w.move.part.split()]
        having.sort(key=lambda w: "responsibility" not in w.move.part.split())
        if most.isdecimal() and len(having) > int(most):
            gone = {id(w) for w in having[int(most) :]}
            worded = [w for w in worded if id(w) not in gone]
    return worded


def _told(slot: Slot | None, worded: list[Worded]) -> bool:
    return slot is not None and any(_says(w.sentence.text, slot.text) for w in worded)


def _says(text: str, value: str) -> bool:
    """Tell whether a text says a value; a figure is not said by a longer one that holds it (8 by 18:05)."""
    return re.search(rf"(?<![\d.,:]){re.escape(value)}(?![\d]|[.,:]\d)", text) is not None


def _without_said(values: Values, worded: list[Worded]) -> Values:
    """Leave out the facts that the text has stated already, by their ids or by their figures."""
    ids = {fact for w in worded for fact in w.sentence.facts}
    told = "\n".join(w.sentence.text for w in worded)

    def is_new(item: Mapping[str, Slot]) -> bool:
        figure = item["figure"].text if "figure" in item else ""
        seen = figure and _says(told, figure)
        return not (set(item["item"].facts) & ids) and not seen

    left = [item for item in values.lists.get("facts", ()) if is_new(item)]
    return replace(values, lists={**values.lists, "facts": left})

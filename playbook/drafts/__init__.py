"""Assessment + offers -> drafts, sentence by sentence, with provenance."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from playbook.assessment import Assessment
from playbook.drafts.compose import Setting, compose, plan_of
from playbook.drafts.model import Alternative, Draft, Missing, NotWritten, Sentence, joined
from playbook.drafts.values import Values, Writer
from playbook.drafts.wording import Bank, bank_of
from playbook.incident.model import Incident
from playbook.messages import fill
from playbook.offers import Offers
from playbook.policy.model import DocumentKind, Policy
from playbook.text import LANGUAGES, Language
from playbook.times import Moment

if TYPE_CHECKING:
    from playbook.plan import Plan

FIRST = ("first-reply", "holding-statement")
_TO_THE_PERSON = ("first-reply", "call-script")
_ALTERNATIVES = {
    "first-reply": ("short", "cautious"),
    "public-apology": ("short", "cautious"),
    "final-response": ("short", "cautious"),
}


def channels_of(kind: DocumentKind, incident: Incident, policy: Policy) -> tuple[str, ...]:
    """Return the channels a kind is written for; `signal` is where the signal came, `statement` where one was planned."""
    out: list[str] = []
    for channel in kind.channels:
        if channel == "signal":
            own = incident.signal.channel if incident.signal and incident.signal.channel else "web"
            known = policy.channels.get(own)
            # What is for everybody does not go into one person's letter box; the reply to that person does.
            private = known is not None and known.visibility == "private" and kind.id not in _TO_THE_PERSON
            out.append("web" if known is None or private else own)
        else:
            out.append(channel)
    if kind.id == "public-apology":
        out += [c for statement in incident.statements for c in statement.channels if c in policy.channels]
    return tuple(dict.fromkeys(out))


def written_at(kind: str, incident: Incident, assessment: Assessment) -> Moment | None:
    """Return when a kind was sent first; the fault status of that time holds for its words."""
    sent = [row.at for row in incident.sent if row.kind == kind]
    if sent:
        return min(sent)
    return assessment.as_of


def write_drafts(
    incident: Incident,
    policy: Policy,
    assessment: Assessment,
    offers: Offers,
    plan: Plan | None,
    languages: Sequence[Language],
) -> tuple[Draft | NotWritten, ...]:
    """Write every kind of document that the case calls for, in every language and channel.

    What is not confirmed is worded as not confirmed, or left out; what is not approved is not offered; what has no
    owner and date is not promised. A person's edited text wins over the generated one.
    """
    out: list[Draft | NotWritten] = []
    made: set[str] = set()
    for kind in policy.kinds.values():
        situation = dict(assessment.situation)
        situation.setdefault("has_priced_options", "yes" if offers.options else "no")
        if not kind.condition.holds(situation) and not any(
            d.split("/")[1].split(".")[0] == kind.id for d in incident.drafts
        ):
            continue
        for channel in channels_of(kind, incident, policy):
            for language in languages:
                draft = _write(kind, channel, language, incident, policy, assessment, offers)
                made.add(draft.id)
                out.append(draft)
    for id_, text in incident.drafts.items():  # a person's text for a channel that the kit does not write
        folder, _, rest = id_.partition("/")
        name, _, channel = rest.partition(".")
        written_in = next((known for known in languages if known == folder), None)
        if id_ not in made and name in policy.kinds and written_in:
            audience = policy.kinds[name].audience
            out.append(
                Draft(
                    id_,
                    written_in,
                    name,
                    channel,
                    audience,
                    None,
                    _sentences(text, ()),
                    edited=True,
                    written=text.strip(),
                )
            )
    return tuple(out)


def _write(
    kind: DocumentKind,
    channel: str,
    language: Language,
    incident: Incident,
    policy: Policy,
    assessment: Assessment,
    offers: Offers,
) -> Draft | NotWritten:
    id_ = f"{language}/{kind.id}.{channel}"
    bank = bank_of(policy, language)
    person = "reply" if kind.audience == "customer" or kind.id in _TO_THE_PERSON else "statement"
    writer = Writer(incident, policy, assessment, offers, language, person, kind.id)
    values = writer.fill()
    known = policy.channels.get(channel)
    voice = known.voice if known else "statement"
    setting = Setting(
        seed=f"{incident.reference}\0{kind.id}",
        kind=kind.id,
        voice=voice,
        language=language,
        situation=_situation(kind, channel, voice, person, incident, assessment),
        limit=known.max_characters if known else None,
        choices={
            move: choice for key, choice in incident.wording_choice.items() if (move := _move_of(key, id_))
        },
    )
    sentences = compose(bank, values, setting)
    if not sentences:
        return NotWritten(id_, "drafts.not_written", {"kind": kind.id, "language": language})
    written = incident.drafts.get(id_)
    if written is not None and written.strip():
        edited = _sentences(written, sentences)
        return Draft(
            id_,
            language,
            kind.id,
            channel,
            kind.audience,
            _subject(bank, kind, values.slots, voice),
            edited,
            edited=True,
            written=written.strip(),
            sendable=incident.mode != "exercise",
        )
    return Draft(
        id=id_,
        language=language,
        kind=kind.id,
        channel=channel,
        audience=kind.audience,
        subject=_subject(bank, kind, values.slots, voice),
        sentences=sentences,
        missing=(*_missing(kind, sentences), *_unsaid(bank, setting, sentences, values)),
        untranslated=tuple(dict.fromkeys(values.untranslated)),
        alternatives=_alternatives(bank, values, setting, sentences),
        sendable=incident.mode != "exercise",
    )


def _move_of(key: str, id_: str) -> str | None:
    """Read `move` or `<draft id>:move` as a choice for this draft."""
    draft, _, move = key.rpartition(":")
    return move if draft in ("", id_) else None


def _situation(
    kind: DocumentKind, channel: str, voice: str, person: str, incident: Incident, assessment: Assessment
) -> dict[str, str | tuple[str, ...]]:
    situation = dict(assessment.situation)
    fault = incident.fault_at(written_at(kind.id, incident, assessment))
    situation |= {
        "doc": kind.id,
        "channel": channel,
        "voice": voice,
        "person": person,
        "audience": kind.audience,
        "fault_status": fault,
    }
    # A text is worded by what was known when it went out: with the fault unknown, the feeling is all there is.
    if (kind.id in FIRST and situation.get("depth") != "none") or (
        fault == "unknown" and situation.get("depth") == "full"
    ):
        situation["depth"] = "feeling"
    if fault == "unknown":
        situation["cause_known"] = "no"
    return situation


def _subject(bank: Bank, kind: DocumentKind, slots: object, voice: str) -> str | None:
    template = bank.subjects.get(kind.id)
    if template is None or voice not in ("letter", "statement", "brief"):
        return None
    have = {name: slot.text for name, slot in slots.items()}  # type: ignore[attr-defined]
    try:
        return fill(template, have)
    except KeyError:
        return None


def _missing(kind: DocumentKind, sentences: tuple[Sentence, ...]) -> tuple[Missing, ...]:
    present = {part for s in sentences for part in s.part.split()}
    return tuple(Missing(part, f"drafts.missing_{part}") for part in kind.parts if part not in present)


def _unsaid(
    bank: Bank, setting: Setting, sentences: tuple[Sentence, ...], values: Values
) -> tuple[Missing, ...]:
    """Return what people should do now, where the channel had no room for it: that must not get lost in silence."""
    plan = {move for paragraph in plan_of(bank, setting.kind, setting.voice) or () for move in paragraph}
    written = {s.wording for s in sentences}
    wordings = {variant.id for variant in bank.moves["do_now"].variants} if "do_now" in bank.moves else set()
    lost = "do_now" in plan and values.lists.get("do_now") and not written & wordings
    return (Missing("do_now", "drafts.missing_do_now"),) if lost else ()


def _alternatives(
    bank: Bank, values: object, setting: Setting, default: tuple[Sentence, ...]
) -> tuple[Alternative, ...]:
    from dataclasses import replace

    out = []
    for register in _ALTERNATIVES.get(setting.kind, ()):
        sentences = compose(bank, values, replace(setting, register=register))  # type: ignore[arg-type]
        if sentences and joined(sentences, setting.language) != joined(default, setting.language):
            out.append(Alternative(register, f"gains_{register}", f"risks_{register}", sentences))
    return tuple(out)


_SENTENCE = re.compile(r"[^。！？!?.\n]*(?:[。！？!?]|\.(?=\s|$)|\n|$)[」』”）)]*")


def _sentences(text: str, generated: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
    """Split a person's text into sentences; one that is still the generated one keeps its provenance."""
    known = {s.text.strip(): s for s in generated}
    out: list[Sentence] = []
    for number, paragraph in enumerate(re.split(r"\n\s*\n", text.strip())):
        for line in paragraph.split("\n"):
            if line.strip() in known:
                out.append(known[line.strip()])
                continue
            for match in _SENTENCE.finditer(line):
                words = match.group().strip()
                if words:
                    same = known.get(words)
                    out.append(same if same else Sentence(words, "", "", paragraph=number))
    return tuple(out)


__all__ = [
    "LANGUAGES",
    "Alternative",
    "Draft",
    "Missing",
    "NotWritten",
    "Sentence",
    "channels_of",
    "write_drafts",
]

"""Assessment + offers -> drafts, sentence by sentence, with provenance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from playbook.assessment import Assessment
from playbook.drafts.compose import PLAIN, Setting, compose, shape_of
from playbook.drafts.edited import sentences as sentences_of_edit
from playbook.drafts.model import Alternative, Draft, Missing, NotWritten, Sentence, joined
from playbook.drafts.slots import Values
from playbook.drafts.values import Writer
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
_REGISTERS = ("short", "cautious")


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
                    sentences_of_edit(text, ()),
                    edited=True,
                    written=text.strip(),
                )
            )
    return tuple(out)


def write_draft(
    id_: str, incident: Incident, policy: Policy, assessment: Assessment, offers: Offers, language: Language
) -> Draft | NotWritten:
    """Write the one draft of an id in the policy's kinds and channels, as `write_drafts` does among all."""
    name, _, channel = id_.partition("/")[2].partition(".")
    return _write(policy.kinds[name], channel, language, incident, policy, assessment, offers)


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
        channel=channel,
        voice=voice,
        language=language,
        situation=_situation(
            kind, channel, voice, person, incident, policy, assessment, len(values.lists["options"])
        ),
        limit=known.max_characters if known else None,
        length=known.length if known else len,
        choices={
            move: choice for key, choice in incident.wording_choice.items() if (move := _move_of(key, id_))
        },
    )
    sentences = compose(bank, values, setting)
    if not sentences:
        return NotWritten(id_, "drafts.not_written", {"kind": kind.id, "language": language})
    written = incident.drafts.get(id_)
    if written is not None and written.strip():
        edited = sentences_of_edit(written, sentences, values)
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
        missing=(
            *_missing(kind, sentences),
            *_unsaid(bank, setting, sentences, values),
            *_overdue(bank, setting, values),
        ),
        untranslated=tuple(dict.fromkeys(values.untranslated)),
        alternatives=_alternatives(bank, values, setting, sentences),
        sendable=incident.mode != "exercise",
    )


def _move_of(key: str, id_: str) -> str | None:
    """Read `move` or `<draft id>:move` as a choice for this draft."""
    draft, _, move = key.rpartition(":")
    return move if draft in ("", id_) else None


def shapes_of(id_: str, policy: Policy, language: Language) -> tuple[str, ...]:
    """Return the names of the shapes that a text may have; the plain one is `plain`."""
    name, _, channel = id_.partition("/")[2].partition(".")
    known = policy.channels.get(channel)
    plans = bank_of(policy, language).plans
    keys = (f"{name}.{channel}", f"{name}.{known.voice if known else 'statement'}", name)
    found = next((plans[key] for key in keys if key in plans), ())
    return tuple(shape.name or PLAIN for shape in found)


def _situation(
    kind: DocumentKind,
    channel: str,
    voice: str,
    person: str,
    incident: Incident,
    policy: Policy,
    assessment: Assessment,
    options: int,
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
    situation["depth"] = _depth(kind, str(situation.get("depth", "")), fault, assessment)
    channels = policy.channels
    in_public = channel in channels and channels[channel].visibility == "public"
    private_first = situation.get("switch.reply_visibility") == "private_first"
    situation["choice"] = "none" if not options else "one" if options == 1 else "several"
    situation["details"] = "no" if person == "reply" and in_public and private_first else "yes"
    if fault == "unknown":
        situation["cause_known"] = "no"
    return situation


def _depth(kind: DocumentKind, depth: str, fault: str, assessment: Assessment) -> str:
    """Return how far a text may apologise: by what was known when it went out, and never further than now (C-01).

    A first word is for the feeling, unless the client apologises at once; where it listens first, it waits.
    """
    if depth == "none":
        return depth
    first = kind.id in FIRST
    if first and not assessment.apology.feeling_apology_allowed:
        return "none"
    if fault == "unknown" and depth in ("full", "sympathy"):
        return "feeling"
    if first and assessment.apology.timing != "immediate":
        return "feeling"
    if depth == "full" and not assessment.apology.cause_apology_allowed:
        return "feeling"
    return depth


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
    shape = shape_of(bank, setting)
    plan = shape.moves if shape else frozenset()
    written = {s.wording for s in sentences}
    wordings = {variant.id for variant in bank.moves["do_now"].variants} if "do_now" in bank.moves else set()
    lost = "do_now" in plan and values.lists.get("do_now") and not written & wordings
    return (Missing("do_now", "drafts.missing_do_now"),) if lost else ()


def _overdue(bank: Bank, setting: Setting, values: Values) -> tuple[Missing, ...]:
    """Return the measures that the text would name if their day had not passed."""
    shape = shape_of(bank, setting)
    if shape is None or "measures" not in shape.moves:
        return ()
    return tuple(Missing("prevention", "drafts.missing_overdue", {"measure": id_}) for id_ in values.overdue)


def _alternatives(
    bank: Bank, values: object, setting: Setting, default: tuple[Sentence, ...]
) -> tuple[Alternative, ...]:
    from dataclasses import replace

    out = []
    for register in _REGISTERS:
        sentences = compose(bank, values, replace(setting, register=register))  # type: ignore[arg-type]
        if sentences and joined(sentences, setting.language) != joined(default, setting.language):
            out.append(Alternative(register, f"gains_{register}", f"risks_{register}", sentences))
    return tuple(out)


__all__ = [
    "LANGUAGES",
    "Alternative",
    "Draft",
    "Missing",
    "NotWritten",
    "Sentence",
    "channels_of",
    "shapes_of",
    "write_draft",
    "write_drafts",
]

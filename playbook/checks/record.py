"""What is on record: every sum, date, time, count, name and phone a text about this incident may state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from playbook.assessment import Assessment
from playbook.checks.quantities import Quantity, quantities
from playbook.incident.model import Author, Fact, Incident, NoteSegment, Person, Signal
from playbook.money import Money
from playbook.offers import Offers
from playbook.policy.model import Policy
from playbook.text import LANGUAGES, Language
from playbook.times import Moment

# Texts that stand in the record because they are to be checked, not because they are true.
_NOT_TRUE = frozenset(
    {
        "existing_texts",
        "drafts",
        "sent",
        "threats",
        "demands",
        "extortion",
        "evidence",
        "kept_texts",
        "policy_override",
    }
)
_UNTRUE_STATUS = frozenset({"refuted", "retracted"})


@dataclass
class OnRecord:
    """The values on record, in the comparable forms of `Quantity.value`; grown by `collect`, read-only afterwards."""

    money: set[tuple[Decimal, str]] = field(default_factory=set)
    dates: set[tuple[int, int, int]] = field(default_factory=set)
    times: set[tuple[int, int]] = field(default_factory=set)
    counts: set[Decimal] = field(default_factory=set)
    shares: set[Decimal] = field(default_factory=set)
    durations: set[tuple[Decimal, str]] = field(default_factory=set)
    seconds: set[int] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    honorifics: dict[str, str] = field(default_factory=dict)

    def states(self, quantity: Quantity) -> bool:
        """Tell whether a quantity that a text states is on record."""
        value = quantity.value
        match quantity.kind:
            case "money":
                return any(
                    amount == value[0] and value[1] in ("", currency) for amount, currency in self.money
                )
            case "date":
                return any((m, d) == value[1:] and value[0] in (0, y) for y, m, d in self.dates)
            case "time":
                hour, minute = int(str(value[0])), int(str(value[1]))
                # A text that says "six" without a half of the day may mean 18:00.
                return (hour, minute) in self.times or (hour < 12 and (hour + 12, minute) in self.times)
            case "count":
                return value[0] in self.counts
            case "share":
                return any(round(share, 1) == value[0] or round(share) == value[0] for share in self.shares)
            case "duration":
                return value in self.durations or self._as_duration(Decimal(str(value[0])), str(value[1]))
            case "phone":
                return value[0] in self.phones
            case "name":
                return self._knows(str(value[0]), str(value[1]))
        return True

    def _as_duration(self, number: Decimal, unit: str) -> bool:
        size = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}.get(unit)
        # "four hours" may stand for 3 h 54 min or for 4 h 10 min: less than one unit, rounded to a whole one.
        return size is not None and any(abs(Decimal(s) - number * size) < size for s in self.seconds)

    def _knows(self, name: str, honorific: str) -> bool:
        for known in self.names:
            held = self.honorifics.get(known, "")
            if held and held != honorific:
                continue
            # A surname may stand first (Lin Pei-chun) or last (Dave Carroll).
            surnames = {known.split()[0], known.split()[-1]} if known.isascii() else {known[0]}
            if name.endswith(known) or name in surnames or (not known.isascii() and name[-1] in surnames):
                return True
        return False

    def add_moment(self, moment: Moment, zone: str) -> None:
        """Add a recorded time as date and time on the clocks of the incident's zone."""
        local: datetime = moment.local(zone)
        if moment.precision in ("minute", "day"):
            self.dates.add((local.year, local.month, local.day))
        if moment.exact:
            self.times.add((local.hour, local.minute))

    def add_text(self, text: str, language: Language) -> None:
        """Add everything that a text on record states."""
        for quantity in quantities(text, language):
            value: Any = quantity.value
            match quantity.kind:
                case "money":
                    self.money.add(value)
                case "date":
                    self.dates.add(value)
                case "time":
                    self.times.add(value)
                case "count":
                    self.counts.add(value[0])
                case "share":
                    self.shares.add(value[0])
                case "duration":
                    self.durations.add(value)
                case "phone":
                    self.phones.add(value[0])
                case "name":
                    self.names.add(str(value[0]))


def _walk(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    yield name, value
    if isinstance(value, Fact) and value.status in _UNTRUE_STATUS:
        return
    if isinstance(value, BaseModel):
        for key in type(value).model_fields:
            if key not in _NOT_TRUE:
                yield from _walk(getattr(value, key), key)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(item, str(key))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _walk(item, name)


def collect(incident: Incident, policy: Policy, assessment: Assessment, offers: Offers) -> OnRecord:
    """Gather everything on record for an incident: its fields, what was derived from them, and what may be offered."""
    on = OnRecord()
    zone = incident.timezone
    for name, value in _walk(incident):
        if isinstance(value, Fact) and value.status in _UNTRUE_STATUS:
            continue
        if isinstance(value, Money):
            on.money.add((value.decimal.normalize() + 0, value.currency))
        elif isinstance(value, Moment):
            on.add_moment(value, zone)
        elif isinstance(value, bool) or value is None:
            continue
        elif isinstance(value, int):
            on.counts.add(Decimal(value))
        elif isinstance(value, str):
            language = name if name in LANGUAGES else incident.language
            on.add_text(value, language)
        if isinstance(value, tuple) and len(value) > 1:
            on.counts.add(Decimal(len(value)))
        if isinstance(value, Person):
            for text in (value.name or {}).values():
                on.names.add(text)
                if value.honorific in ("ms", "mr", "dr"):
                    on.honorifics[text] = value.honorific
        if isinstance(value, Author):
            for person in filter(
                None, (value.display_name, value.private_name, *(value.name or {}).values())
            ):
                on.names.add(person)
                if value.honorific in ("ms", "mr", "dr"):
                    on.honorifics[person] = value.honorific
    for existing in incident.existing_texts:
        if existing.at is not None:  # what it says may be wrong; when it went out is not
            on.add_moment(existing.at, zone)
    for row in incident.sent:  # the same of what was sent, and of the next word that it promised
        for moment in filter(None, (row.at, row.next_update_promised_at)):
            on.add_moment(moment, zone)
    for row in incident.sent:
        on.add_moment(row.at, zone)
    on.counts.add(Decimal(sum(item.count for item in _same_causes(incident))))
    for signatory in policy.brand.signatories.values():
        on.names.update((signatory.get("name") or {}).values())
    for text in policy.brand.contact.values():
        on.add_text(str(text), incident.language)
    # How many there are to choose from: in a language in which some have no words, fewer.
    on.counts |= {Decimal(n + 1) for n in range(sum(option.approved for option in offers.options))}
    _add_derived(on, assessment, offers, zone)
    on.money |= {(amount.normalize() + 0, currency) for amount, currency in on.money}
    return on


def _same_causes(incident: Incident) -> tuple[Any, ...]:
    signal: Signal | None = incident.signal
    return signal.same_cause_history if signal else ()


def _add_derived(on: OnRecord, assessment: Assessment, offers: Offers, zone: str) -> None:
    for figure in assessment.figures:
        if isinstance(figure.value, Money):
            on.money.add((figure.value.decimal, figure.value.currency))
        elif figure.value is not None:
            on.counts.add(Decimal(str(figure.value)))
            on.shares.add(Decimal(str(figure.value)))
            on.shares.add(Decimal(str(figure.value)) * 100)
    for duration in assessment.measures_of_time.values():
        if duration.seconds is not None:
            on.seconds.add(int(duration.seconds))
    for clock in assessment.clocks:
        for moment in (clock.started_at, clock.due_at, clock.met_at):
            if moment is not None:
                on.add_moment(moment, zone)
    for line in offers.lines:
        if line.amount is not None:
            on.money.add((line.amount.decimal, line.amount.currency))
    for offer in offers.options:
        on.money.add((offer.total.decimal, offer.total.currency))
        for part in offer.parts:
            for money in (part.amount, part.worth):
                if money is not None:
                    on.money.add((money.decimal, money.currency))
            for language, text in part.label.items():
                on.add_text(text, language)  # type: ignore[arg-type]
    for group in offers.group:
        on.counts.add(Decimal(group.count))
        for money in (group.each, group.total):
            if money is not None:
                on.money.add((money.decimal, money.currency))


def said_by_customer(incident: Incident) -> tuple[str, ...]:
    """Return the customers' own words, which a text may quote."""
    words = [incident.signal.verbatim] if incident.signal and incident.signal.verbatim else []
    segments: tuple[NoteSegment, ...] = incident.intake.segments if incident.intake else ()
    words += [segment.verbatim for segment in segments] + [row.text for row in incident.complaints]
    return tuple(words)


def public_texts(incident: Incident) -> Iterator[str]:
    """Yield what the record itself holds for the public, in every language."""
    said = [incident.what_happened, incident.event_name, incident.brand_promise, incident.affected_group]
    said += [fact.text for fact in incident.facts if fact.visibility == "public"]
    said += [measure.what for measure in incident.measures if measure.public]
    said += [group.label for group in incident.group_remedies]
    said += [*incident.doing_now, *incident.do_now, *incident.unknowns]
    said += [question.answer for question in incident.bystander_questions]
    tellings = incident.tellings
    for name in ("expected", "got", "effect", "tried", "doing"):
        telling = getattr(tellings, name) if tellings else None
        said += [telling.reply, telling.statement] if telling else []
    for text in said:
        yield from (text or {}).values()

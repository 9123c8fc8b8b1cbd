"""Values on record as words of one language, each with its provenance, and what wording them needs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from playbook.assessment import Assessment
from playbook.incident.model import Incident, Person, SentRow
from playbook.offers import Offers
from playbook.policy.model import Policy
from playbook.text import Language, LocalText, format_money, format_time, in_language
from playbook.times import Moment

_END = re.compile(r"[。.!！;；,，\s]+\Z")


@dataclass(frozen=True)
class Slot:
    """A value in words, and what on record it states."""

    text: str
    facts: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    commitments: tuple[str, ...] = ()


Item = dict[str, Slot]


@dataclass
class Values:
    """The slots and lists for one draft; `untranslated` names fields that exist, but not in this language."""

    slots: dict[str, Slot] = field(default_factory=dict)
    lists: dict[str, list[Item]] = field(default_factory=dict)
    untranslated: list[str] = field(default_factory=list)
    overdue: list[str] = field(
        default_factory=list
    )  # measures whose day has passed, and that nobody says are done


def bare(text: str) -> str:
    """Return a sentence without its end mark, so that it can stand inside another."""
    return _END.sub("", text.strip())


class Words:
    """What words the values of one incident in one language. `person` is reply (to the customer) or statement (about them)."""

    def __init__(
        self,
        incident: Incident,
        policy: Policy,
        assessment: Assessment,
        offers: Offers,
        language: Language,
        person: str,
        kind: str,
    ) -> None:
        self.incident, self.policy, self.assessment, self.offers = incident, policy, assessment, offers
        self.language, self.person, self.kind = language, person, kind
        self.values = Values()
        self.near = self._near()
        self.money = partial(format_money, language=language)

    def _near(self) -> date | None:
        stamps = self.incident.timestamps
        moment = (
            stamps.occurred_at
            or (self.incident.signal.at if self.incident.signal else None)
            or stamps.detected_at
        )
        return (
            moment.day(self.incident.timezone) if moment and moment.precision in ("minute", "day") else None
        )

    def put(self, name: str, text: str | None, **said: tuple[str, ...]) -> None:
        """Set a slot where there is a text."""
        if text:
            self.values.slots[name] = Slot(text, **said)

    def local(self, name: str, text: LocalText | None, field_name: str, **said: tuple[str, ...]) -> None:
        """Set a slot from a text of a person; note it where it is not written in this language."""
        words = self.words(text, field_name)
        if words:
            self.put(name, bare(words), **said)

    def words(self, text: LocalText | None, field_name: str) -> str | None:
        """Return a person's text in this language, noting it where it exists only in others."""
        found = in_language(text, self.language)
        if text and not found:
            self.values.untranslated.append(field_name)
        return found

    def time(self, moment: Moment | None) -> str | None:
        """Word a point in time; the day is always given, since texts are read later."""
        if moment is None:
            return None
        return format_time(
            moment,
            self.incident.timezone,
            self.language,
            near=None
            if self.near is None
            else date(self.near.year, 1, 1)
            if moment.day(self.incident.timezone).year == self.near.year
            else None,
        )

    def name(self, person: Person | None, field_name: str) -> str | None:
        """Return a person's name as it is written in this language."""
        return self.words(person.name, field_name) if person else None

    def sent(self) -> list[SentRow]:
        """Return when a text of this kind went out, in the order of time."""
        return sorted((row for row in self.incident.sent if row.kind == self.kind), key=lambda row: row.at)

    def told_at(self) -> Moment | None:
        """Return when this text went out first, else the time as of which everything is told."""
        rows = self.sent()
        return rows[0].at if rows else self.assessment.as_of

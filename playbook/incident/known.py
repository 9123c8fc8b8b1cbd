"""What was known at a time: the record without what was written down about later, so that an earlier hour can be told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from playbook.incident.model import Incident, Measure, Promise, Statement, Timestamps
from playbook.times import Moment

Entry = TypeVar("Entry")


def known_at(incident: Incident, moment: Moment) -> Incident:
    """Return the record as it stood at a time.

    Entries with a later time are left out, later outcomes (kept, done, chosen, made) are not there yet. What has no
    time of its own, or only a day, month or year that is not over before, stays.
    """

    def later(at: Moment | None) -> bool:
        return at is not None and at.exact and moment.exact and at.at > moment.at

    def until(entries: Sequence[Entry], name: str = "at") -> tuple[Entry, ...]:
        return tuple(entry for entry in entries if not later(getattr(entry, name)))

    def unless_later(value: Any, at: Moment | None) -> Any:
        return None if later(at) else value

    def stamp(at: Moment | None) -> Moment | None:
        return None if later(at) else at

    def promise(entry: Promise) -> Promise:
        return entry.model_copy(update={"kept_at": stamp(entry.kept_at)})

    def measure(entry: Measure) -> Measure:
        if not later(entry.done_at):
            return entry
        return entry.model_copy(update={"done_at": None, "state": "agreed"})

    def statement(entry: Statement) -> Statement:
        return entry.model_copy(update={"at": stamp(entry.at), "approved_at": stamp(entry.approved_at)})

    intake, crowd, follow, chosen = incident.intake, incident.bystanders, incident.follow_up, incident.chosen
    extortion = incident.extortion
    return incident.model_copy(
        update={
            "facts": until(incident.facts),
            "fault": until(incident.fault),
            "timeline": until(incident.timeline),
            "complaints": until(incident.complaints),
            "sent": until(incident.sent),
            "approvals": until(incident.approvals),
            "promises": tuple(promise(entry) for entry in until(incident.promises)),
            "decisions": until(incident.decisions),
            "demands": until(incident.demands),
            "threats": until(incident.threats),
            "existing_texts": until(incident.existing_texts),
            "pauses": until(incident.pauses, "start"),
            "progress_updates": tuple(at for at in incident.progress_updates if not later(at)),
            "measures": tuple(measure(entry) for entry in incident.measures),
            "statements": tuple(statement(entry) for entry in incident.statements),
            "intake": unless_later(intake, intake.started_at if intake else None),
            "bystanders": unless_later(crowd, crowd.as_of if crowd else None),
            "follow_up": unless_later(follow, follow.at if follow else None),
            "chosen": unless_later(chosen, chosen.at if chosen else None),
            "options_offered_at": stamp(incident.options_offered_at),
            "timestamps": Timestamps(
                **{name: stamp(getattr(incident.timestamps, name)) for name in Timestamps.model_fields}
            ),
            "extortion": extortion.model_copy(
                update={"police_reported_at": stamp(extortion.police_reported_at)}
            )
            if extortion
            else None,
        }
    )

"""The named points in time of an incident: what clocks start from and are met by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from playbook.incident.model import Incident, Record, SentRow
from playbook.policy.model import Policy
from playbook.times import Moment

FIELDS = (
    "occurred_at", "impact_started_at", "detected_at", "reported_at", "acknowledged_at", "mitigated_at",
    "impact_ended_at", "resolved_at", "closed_at",
)  # fmt: skip

# Times that lie in the future by their nature: a plan, not a record of something that happened.
_PLANNED = frozenset(
    {"due", "next_update_at", "next_update_promised_at", "effective_from", "deadline", "meeting_at"}
)


def latest_moment(incident: Incident) -> Moment | None:
    """Return the latest exact time at which something is recorded to have happened (due dates and plans are not)."""
    moments = [m for m in _moments(incident) if m.exact]
    return max(moments, key=lambda m: m.at, default=None)


def _moments(value: Any, name: str = "") -> Iterator[Moment]:
    if name in _PLANNED or name == "time_agreed":
        return
    if isinstance(value, Moment):
        yield value
    elif isinstance(value, Record):
        for key in type(value).model_fields:
            yield from _moments(getattr(value, key), key)
    elif isinstance(value, tuple):
        for item in value:
            yield from _moments(item, name)


def public_words(incident: Incident) -> tuple[SentRow, ...]:
    """Return what was sent to the public, in order of time."""
    return tuple(sorted((row for row in incident.sent if row.audience == "public"), key=lambda row: row.at))


def words_to_customer(incident: Incident) -> tuple[SentRow, ...]:
    """Return what was sent to the public or to customers, in order of time."""
    return tuple(sorted((row for row in incident.sent if row.audience != "internal"), key=lambda row: row.at))


def _first(moments: Iterable[Moment | None], not_before: Moment | None) -> Moment | None:
    known = [
        m for m in moments if m is not None and m.exact and (not_before is None or m.at >= not_before.at)
    ]
    return min(known, key=lambda m: m.at, default=None)


def visibility_of(incident: Incident, policy: Policy) -> str:
    """Return whether the signal was public, private or unknown (as recorded, else as its channel is)."""
    signal = incident.signal
    if signal and signal.visibility:
        return signal.visibility
    channel = policy.channels.get(signal.channel) if signal and signal.channel else None
    if channel:
        return "public" if channel.visibility == "public" else "private"
    return "unknown"


def points_of(incident: Incident, policy: Policy) -> dict[str, Moment]:
    """Return every point in time that the record has, by name (`playbook.policy.vocabulary.POINTS`)."""
    stamps = incident.timestamps
    points: dict[str, Moment | None] = {name: getattr(stamps, name) for name in FIELDS}
    signal = incident.signal.at if incident.signal else None
    signal = signal or stamps.reported_at or stamps.detected_at
    exact = signal if signal and signal.exact else None
    points["signal"] = signal

    names = _names_of_complainant(incident)
    told = [t.at for t in incident.existing_texts if t.recipient in names and not t.internal]
    visible = _first([*(r.at for r in public_words(incident)), stamps.first_public_statement_at], exact)
    points["first_visible_reply"] = visible
    points["first_contact"] = _first(
        [*(r.at for r in words_to_customer(incident)), *told, stamps.acknowledged_at, visible], exact
    )
    public = visibility_of(incident, policy) == "public"
    points["first_reply"] = visible if public else points["first_contact"]
    statements = [s for s in incident.statements if s.at]
    points["first_public_statement_at"] = stamps.first_public_statement_at or visible
    points["statement"] = _first((s.at for s in statements), None)
    points["statement_approved"] = _first((s.approved_at for s in incident.statements), None)

    intake = incident.intake
    points["intake_started"] = intake.started_at if intake else None
    points["intake_ended"] = intake.ended_at if intake else None
    points["progress_start"] = points["intake_ended"] or points["first_contact"]
    points["time_agreed"] = incident.time_agreed
    points["options_offered"] = incident.options_offered_at or _sent(incident, "options-letter")
    points["chosen"] = incident.chosen.at if incident.chosen else None
    points["final_response"] = _sent(incident, "final-response")
    points["closing"] = _sent(incident, "closing-thanks")
    points["follow_up"] = incident.follow_up.at if incident.follow_up else None
    points["review_meeting"] = incident.review.meeting_at if incident.review else None
    points["fault_known"] = _first((e.at for e in incident.fault if e.value != "unknown"), None)
    # The word after the first one; a time that is only planned for it is a deadline, not a word.
    first = points["first_contact"]
    words = [
        *(r.at for r in words_to_customer(incident)),
        *incident.progress_updates,
        points["intake_started"],
    ]
    points["next_update"] = _first((w for w in words if w and first and w.exact and w.at > first.at), None)
    if incident.extortion:
        points["extortion_received"] = signal
        points["extortion_deadline"] = incident.extortion.deadline
        points["police_reported"] = incident.extortion.police_reported_at
    return {name: moment for name, moment in points.items() if moment is not None}


def _names_of_complainant(incident: Incident) -> set[str]:
    author = incident.signal.author if incident.signal else None
    return {name for name in (author.display_name, author.private_name) if name} if author else set()


def _sent(incident: Incident, kind: str) -> Moment | None:
    return _first((row.at for row in incident.sent if row.kind == kind), None)

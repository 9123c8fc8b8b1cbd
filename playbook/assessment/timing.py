"""Clocks and durations: what is due when, what was late, and every time between two points with its definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from playbook.assessment.model import Clock, ClockState, Duration, Gap
from playbook.assessment.points import public_words
from playbook.assessment.situation import jurisdictions
from playbook.clocks import Calendar, Stop, add_period, paused_seconds, skipped_days
from playbook.incident.model import Incident
from playbook.policy.model import ClockRule, Policy
from playbook.policy.vocabulary import EU_MEMBERS
from playbook.times import Moment

# A clock is due soon when two thirds of it have run: of 15 minutes, at 10 (S3-26).
DUE_SOON = 2 / 3

BETWEEN: Mapping[str, tuple[str, str]] = {
    "first_contact": ("signal", "first_contact"),
    "first_visible_reply": ("signal", "first_visible_reply"),
    "statement": ("signal", "statement"),
    "impact": ("impact_started_at", "impact_ended_at"),
    "time_to_detect": ("impact_started_at", "detected_at"),
    "time_to_acknowledge": ("reported_at", "acknowledged_at"),
    "time_to_first_statement": ("detected_at", "first_public_statement_at"),
    "time_to_mitigate": ("impact_started_at", "mitigated_at"),
    "time_to_resolve": ("detected_at", "resolved_at"),
    "conversation": ("intake_started", "intake_ended"),
    "fault_found": ("signal", "fault_known"),
    "options": ("signal", "options_offered"),
    "choice": ("options_offered", "chosen"),
    "follow_up": ("chosen", "follow_up"),
}
"""Duration -> the two points it lies between; the message `assessment.duration_<id>` defines it in words."""


def duration(id_: str, definition: str, start: Moment | None, end: Moment | None) -> Duration:
    """Return the time between two moments; one missing or less exact than a minute is a missing input."""
    span = end - start if start and end else None
    if span is None:
        return Duration(id_, definition, start, end, None, "missing_input")
    if span < timedelta(0):
        return Duration(id_, definition, start, end, None, "invalid_order")
    return Duration(id_, definition, start, end, int(span.total_seconds()), "calculated")


def durations(incident: Incident, points: Mapping[str, Moment], as_of: Moment | None) -> dict[str, Duration]:
    """Return every duration by name: between points, from facts with `since`, and the longest silence."""
    out = {
        name: duration(name, f"assessment.duration_{name}", points.get(start), points.get(end))
        for name, (start, end) in BETWEEN.items()
    }
    for fact in incident.facts:
        since = incident.fact(fact.since) if fact.since else None
        if since:
            name = f"fact.{fact.id}"
            out[name] = duration(
                name, "assessment.duration_fact", _value_time(since.value), _value_time(fact.value)
            )
    out["longest_silence"] = _longest_silence(incident, points, as_of)
    return out


def _value_time(value: str | None) -> Moment | None:
    try:
        return Moment.parse(value) if value is not None else None
    except ValueError:
        return None


def _longest_silence(incident: Incident, points: Mapping[str, Moment], as_of: Moment | None) -> Duration:
    name, definition = "longest_silence", "assessment.duration_longest_silence"
    start, end = points.get("signal"), points.get("resolved_at") or as_of
    words = [row.at for row in public_words(incident) if row.at.exact]
    if not start or not start.exact or not words or not end or not end.exact:
        return Duration(name, definition, None, None, None, "missing_input")
    marks = [start, *(w for w in words if start.at <= w.at <= end.at)]
    if "resolved_at" in points and end.at > marks[-1].at:
        marks.append(end)
    pairs = list(pairwise(marks))
    if not pairs:
        return Duration(name, definition, None, None, None, "missing_input")
    first, second = max(pairs, key=lambda pair: pair[1].at - pair[0].at)
    return duration(name, definition, first, second)


def clocks_of(
    incident: Incident,
    policy: Policy,
    points: Mapping[str, Moment],
    switches: Mapping[str, Any],
    as_of: Moment | None,
) -> tuple[Clock, ...]:
    """Return every clock that applies on the day and in the jurisdiction of the event."""
    event = points.get("occurred_at") or points.get("detected_at") or points.get("signal")
    day = event.day(incident.timezone) if event else None
    places = set(jurisdictions(incident, policy))
    places |= {"EU"} if places & EU_MEMBERS else set()
    rules = [
        rule
        for rule in policy.clocks
        if (not rule.jurisdictions or places & set(rule.jurisdictions))
        and rule.in_force(_day_of_version(rule, points, incident, day))
    ]
    rules = [_with_switch(rule, incident, policy) for rule in rules]
    return tuple(_clock(rule, incident, policy, points, switches, as_of) for rule in rules)


def _day_of_version(
    rule: ClockRule, points: Mapping[str, Moment], incident: Incident, event: date | None
) -> date | None:
    start = points.get(rule.starts_from) if rule.version_by == "start" else None
    return start.day(incident.timezone) if start else event


def _with_switch(rule: ClockRule, incident: Incident, policy: Policy) -> ClockRule:
    """Return the rule with the period of the switch `<id>_minutes`, where a client or the incident changed that."""
    base, _, key = rule.id.partition(".")
    name = f"{base}_minutes"
    switch = policy.switches.get(name)
    value = incident.policy_override.get(name, switch.value if switch else None)
    if value is None or rule.unit != "minutes" or (switch and value == switch.default):
        return rule
    minutes = value.get(key) if isinstance(value, Mapping) else value
    return rule if minutes is None else replace(rule, period=int(minutes))


def _stops(rule: ClockRule, incident: Incident, as_of: Moment | None) -> tuple[Stop, ...]:
    if not rule.pausable:
        return ()
    out = []
    for pause in incident.pauses:
        end = pause.end or as_of
        if (not pause.clocks or rule.id in pause.clocks) and end and pause.start.exact and end.exact:
            out.append(Stop(pause.start, end))
    return tuple(out)


def _clock(
    rule: ClockRule,
    incident: Incident,
    policy: Policy,
    points: Mapping[str, Moment],
    switches: Mapping[str, Any],
    as_of: Moment | None,
) -> Clock:
    calendar = Calendar(policy.calendar if rule.calendar is None else rule.calendar, incident.timezone)
    started, met = points.get(rule.starts_from), points.get(rule.met_by) if rule.met_by else None
    if started is None:
        return Clock(rule, None, None, met, "not_started", None, False)
    if not started.exact or (met is not None and not met.exact) or as_of is None:
        return Clock(rule, started, None, met, "not_computable", None, False)
    if rule.repeats:
        return _progress(rule, incident, started, met, switches, as_of)
    stops = _stops(rule, incident, as_of)
    due = add_period(
        started, rule.period, rule.unit, calendar, stops, cut_off=rule.cut_off, ends_at=rule.ends_at
    )
    if due is None:
        return Clock(rule, started, None, met, "not_computable", None, False)
    if met is not None and met.at > as_of.at:
        met = None
    until = met or as_of
    elapsed = max(0, int((until.at - started.at).total_seconds()) - paused_seconds(started, until, stops))
    state: ClockState
    if met:
        state = "met_late" if met.at > due.at else "met"
    elif as_of.at > due.at:
        state = "overdue"
    elif as_of.at < started.at:
        state = "not_started"
    else:
        soon = as_of.at >= started.at + (due.at - started.at) * DUE_SOON
        state = "due_soon" if soon else "running"
    in_days = rule.unit == "business_days"
    skipped = tuple(f"{d.day} {d.reason}" for d in skipped_days(started, due, calendar)) if in_days else ()
    return Clock(rule, started, due, met, state, elapsed, state in ("met_late", "overdue"), (), skipped)


def progress_words(incident: Incident) -> list[Moment]:
    """Return the times of progress reports: those recorded, and texts sent that are marked as progress."""
    words = [*incident.progress_updates, *(row.at for row in incident.sent if row.progress)]
    return sorted({m.at: m for m in words if m.exact}.values(), key=lambda m: m.at)


def _agreed_from(incident: Incident, words: list[Moment]) -> Moment | None:
    """Return since when an exact later time is agreed: when it was promised, else the last word before it."""
    agreed = incident.time_agreed
    if agreed is None or not agreed.exact:
        return None
    promised = [p.at for p in incident.promises if p.at and p.at.exact and p.due and p.due.at == agreed.at]
    before = [w for w in words if w.at < agreed.at]
    return max(promised or before, key=lambda m: m.at, default=None)


def _progress(
    rule: ClockRule,
    incident: Incident,
    started: Moment,
    met: Moment | None,
    switches: Mapping[str, Any],
    as_of: Moment,
) -> Clock:
    """Measure every wait between words until the clock is met, or a time is agreed (C-09, S3-26)."""
    stop = met if met and met.at <= as_of.at else None
    end = stop or as_of
    words = [w for w in progress_words(incident) if started.at < w.at < end.at]
    marks = [started, *words]
    if switches.get("progress_clock") == "once":
        marks, last = marks[:1], (words[0] if words else end)
    else:
        last = end
    agreed_since = _agreed_from(incident, marks)
    stops = _stops(rule, incident, as_of)
    gaps = []
    for begin, finish in zip(marks, [*marks[1:], last], strict=True):
        allowed = add_period(begin, rule.period, rule.unit, None, stops) or begin
        if agreed_since and incident.time_agreed and begin.at >= agreed_since.at:
            allowed = max(allowed, incident.time_agreed, key=lambda m: m.at)
        running = stop is None and finish is as_of
        seconds = int((finish.at - begin.at).total_seconds())
        if seconds > 0 or not running:
            gaps.append(Gap(begin, finish, seconds, allowed, finish.at > allowed.at, running))
    final = gaps[-1] if gaps else None
    state: ClockState
    if stop or (final and not final.open):
        state = "met_late" if any(g.breached for g in gaps) else "met"
    elif final and final.breached:
        state = "overdue"
    elif final and final.seconds >= DUE_SOON * (final.allowed_until.at - final.start.at).total_seconds():
        state = "due_soon"
    else:
        state = "running"
    due = final.allowed_until if final else add_period(started, rule.period, rule.unit, None, stops)
    longest = max((g.seconds for g in gaps), default=0)
    return Clock(rule, started, due, stop, state, longest, any(g.breached for g in gaps), tuple(gaps))

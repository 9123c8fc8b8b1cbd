"""What a person should look at: found in the record, each with its values and the rules it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from playbook.assessment.model import Assessment, Remark
from playbook.assessment.phrases import find_phrase, toll_free
from playbook.assessment.situation import affected, contact_of, in_force
from playbook.incident.model import Incident
from playbook.policy.authority import rung_of
from playbook.policy.model import Policy

Level = Literal["block", "error", "warning", "suggestion"]


def warnings_of(incident: Incident, policy: Policy, assessment: Assessment) -> tuple[Remark, ...]:
    """Return the warnings, gravest first, in a fixed order."""
    order = ("block", "error", "warning", "suggestion")
    found = [
        *_before(incident, policy, assessment),
        *_listening(incident, assessment),
        *_facts(incident, assessment),
        *_texts(incident, policy, assessment),
        *_people(incident, policy, assessment),
        *_promises(incident, assessment),
        *_special(incident, policy, assessment),
    ]
    return tuple(sorted(found, key=lambda remark: order.index(remark.level)))


def _warn(name: str, *sources: str, level: Level = "warning", **values: Any) -> Remark:
    return Remark(name, f"assessment.warn_{name}", values, sources, level)


def _before(incident: Incident, policy: Policy, assessment: Assessment) -> Iterator[Remark]:
    """Early signals, and what people met before we answered."""
    signal = incident.signal
    total, days = assessment.figure("same_cause"), assessment.figure("same_cause_days_before")
    if signal and total and total.value:
        labels = tuple(entry.label for entry in signal.same_cause_history)
        if days:
            yield _warn(
                "small_fire_days",
                "S1-22",
                "S4-07",
                "S4-08",
                count=total.value,
                days=days.value,
                labels=labels,
            )
        else:
            yield _warn("small_fire", "S1-22", "S4-07", "S4-08", count=total.value, labels=labels)
        if len(signal.same_cause_history) > 1:
            yield _warn("loop", "S1-21", times=len(signal.same_cause_history), count=total.value)
    by_cause: dict[str, int] = {}
    for row in incident.complaints:
        if row.cause:
            by_cause[row.cause] = by_cause.get(row.cause, 0) + 1
    for cause, count in sorted(by_cause.items()):
        tolerated = policy.thresholds.get(cause, policy.thresholds.get("*"))
        if tolerated is not None and count > tolerated:
            yield _warn("over_threshold", "S2-08", cause=cause, count=count, tolerated=tolerated)
    contacts = assessment.figure("contacts_before_answer")
    if contacts and contacts.value:
        yield _warn("contacts_before_answer", "S2-14", "S4-03", "S4-16", count=contacts.value)
    visible, first = assessment.points.get("first_visible_reply"), assessment.points.get("first_contact")
    if (
        assessment.situation["visibility"] == "public"
        and first
        and (visible is None or first.at < visible.at)
    ):
        yield _warn("answered_in_private_first", "S4-17", at=first)
    people, complaints = affected(incident), assessment.figure("complaints")
    if people and complaints and isinstance(complaints.value, int) and complaints.value < people:
        yield _warn(
            "complaints_understate", "S4-04", level="suggestion", count=complaints.value, affected=people
        )


def _listening(incident: Incident, assessment: Assessment) -> Iterator[Remark]:
    intake = incident.intake
    if intake is None:
        return
    asked = [q.type for q in intake.questions]
    if asked and set(asked) == {"closed"}:
        yield _warn("closed_questions_only", "S3-20", count=len(asked))
    elif asked and asked[0] != "open":
        yield _warn("open_question_first", "S3-16", first=asked[0], level="suggestion")
    unread = tuple(s.id for s in intake.segments if s.confirmed is not True)
    if unread:
        yield _warn("not_read_back", "S0-29", segments=unread, count=len(unread))
    untimed = tuple(s.id for s in intake.segments if s.at is None and s.read_back_at is None)
    spoken = assessment.measures_of_time["conversation"].minutes
    if untimed and spoken is not None and spoken >= 20:
        yield _warn("notes_without_time", "S1-07", segments=untimed, minutes=spoken, level="suggestion")
    if assessment.points.get("options_offered") and not (intake.core_need and intake.need_confirmed):
        yield _warn("options_before_need", "S3-13", "S1-09")
    words = " ".join(s.verbatim for s in intake.segments)
    if incident.signal and incident.signal.verbatim:
        words += " " + incident.signal.verbatim
    phrase = find_phrase("boss", words)
    if phrase and incident.asked_for_boss is None:
        yield _warn("boss_words", "S1-25", words=phrase)


def _facts(incident: Incident, assessment: Assessment) -> Iterator[Remark]:
    claimed = [f for f in incident.facts if f.status in ("claimed", "disputed")]
    for fact in claimed:
        if fact.cause:
            yield _warn(
                "claimed_cause", "S0-07", "S2-40", "S2-18", fact=fact.id, text=fact.text, status=fact.status
            )
    rest = tuple(f.id for f in claimed if not f.cause)
    if rest:
        yield _warn("unverified", "S0-07", "S0-31", facts=rest, count=len(rest), level="suggestion")
    unsourced = tuple(f.id for f in incident.facts if f.status == "confirmed" and not f.source)
    if unsourced:
        yield _warn("no_source", "S4-25", facts=unsourced, count=len(unsourced))
    crowd = assessment.figure("bystanders")
    if crowd and crowd.value != crowd.inputs["whole"]:
        yield _warn(
            "bystanders_do_not_add_up",
            "S0-42",
            sum=crowd.value,
            whole=crowd.inputs["whole"],
            level="suggestion",
        )
    for name, duration in assessment.measures_of_time.items():
        if duration.status == "invalid_order":
            yield _warn(
                "times_out_of_order", duration=name, start=duration.start, end=duration.end, level="error"
            )
    vague = tuple(c.rule.label for c in assessment.clocks if c.state == "not_computable")
    if vague:
        yield _warn("clocks_not_computable", clocks=vague, count=len(vague))


def _texts(incident: Incident, policy: Policy, assessment: Assessment) -> Iterator[Remark]:
    for text in incident.existing_texts:
        if text.online and not text.internal:
            yield _warn("stale_text", "S4-21", text=text.id, where=text.where)
    for measure in incident.measures:
        for words in (measure.what, measure.done_test or {}):
            phrase = next((p for w in words.values() if (p := find_phrase("zero_target", w))), None)
            if phrase:
                yield _warn("zero_target", "S1-17", "S1-18", "C-15", measure=measure.id, words=phrase)
    if assessment.switches.get("forbid_toll_free") is False:
        return
    region = (incident.jurisdiction or policy.jurisdiction)[:2]
    prefixes = tuple(p for channel in policy.channels.values() for p in channel.toll_free_prefixes)
    contact = contact_of(incident, policy)
    if contact and contact.line and toll_free(contact.line, prefixes, region):
        yield _warn("toll_free_line", "S0-26", line=contact.line, level="error")
    for text in incident.existing_texts:
        line = toll_free(text.text, prefixes, region)
        if line:
            yield _warn("toll_free_in_text", "S0-26", "S1-64", text=text.id, where=text.where, line=line)


def _people(incident: Incident, policy: Policy, assessment: Assessment) -> Iterator[Remark]:
    handler = incident.handler
    gender = assessment.switches.get("handler_gender", "honorific")
    if (
        handler
        and gender == "honorific"
        and handler.honorific in (None, "none")
        and not handler.omission_reason
    ):
        yield _warn("handler_honorific", "S0-27", level="suggestion")
    if handler and not (handler.backup and handler.backup.name):
        yield _warn("no_backup", "S4-24", "C-30")
    if assessment.switches.get("roles_combined") == "forbidden":
        names = [next(iter(p.name.values())) for p in incident.team if p.name]
        twice = tuple(sorted({name for name in names if names.count(name) > 1}))
        if twice:
            yield _warn("roles_combined", "C-30", names=twice)
    many = assessment.situation["customers"] == "many"
    if (
        many
        and not incident.group_remedies
        and not incident.statements
        and "P7" in assessment.situation["stage"]
    ):
        yield _warn("group_not_addressed", "S2-07")
    if assessment.severity.leader_speaks and assessment.severity.speaker:
        made = [s for s in incident.statements if s.at or s.speaker]
        rungs = [rung_of(policy, s.speaker.role) for s in made if s.speaker and s.speaker.role]
        needed = assessment.severity.speaker
        if not made:
            yield _warn("leader_has_not_spoken", "S2-54", "C-26", role=needed.label)
        elif rungs and all(r is None or r.rank < needed.rank for r in rungs):
            yield _warn("speaker_too_low", "S2-54", "C-26", role=needed.label)
    open_questions = tuple(q.id for q in incident.bystander_questions if not q.answer)
    if open_questions:
        yield _warn(
            "question_unanswered", "S0-42", "S4-18", questions=open_questions, count=len(open_questions)
        )
    unsourced = tuple(
        q.id for q in incident.bystander_questions if q.answer and not (q.location or q.fact_ids)
    )
    if unsourced:
        yield _warn(
            "answer_without_source", "S4-25", questions=unsourced, count=len(unsourced), level="suggestion"
        )


def _promises(incident: Incident, assessment: Assessment) -> Iterator[Remark]:
    for promise in assessment.promises:
        if promise.unauthorised:
            values: dict[str, Any] = {
                "promise": promise.id,
                "text": promise.text,
                "value": promise.value or "",
                "to": promise.to or "",
            }
            needed = promise.authority_needed
            if needed:
                values["role"] = needed.label
                yield _warn(f"promise_{promise.reason}", "S0-34", "S0-35", "S0-36", level="error", **values)
            else:
                yield _warn("promise_nobody_may", "S0-35", level="error", **values)
        if promise.state in ("broken", "kept_late"):
            key = "next_word" if promise.source == "next_update" else "promise"
            yield _warn(
                f"{key}_{promise.state}",
                "S0-33",
                promise=promise.id,
                due=promise.due,
                kept=promise.kept_at or "",
            )
        timeless = promise.source == "promise" and promise.due is None and promise.state == "open"
        if timeless and assessment.switches.get("promise_time_required") is not False:
            yield _warn("promise_without_time", "S0-33", promise=promise.id, text=promise.text)
    for clock in assessment.clocks:
        for gap in clock.late:
            values = {
                "clock": clock.rule.label,
                "start": gap.start,
                "end": gap.end,
                "minutes": gap.seconds // 60,
            }
            yield _warn("progress_gap", "S3-26", "S3-27", **values)
        if clock.breached and not clock.gaps and clock.elapsed_seconds is not None:
            minutes = clock.elapsed_seconds // 60
            values = {"clock": clock.rule.label, "due": clock.due_at, "minutes": minutes}
            yield _warn("clock_breached", clock.rule.source, level="warning", **values)


def _special(incident: Incident, policy: Policy, assessment: Assessment) -> Iterator[Remark]:
    for decision in incident.decisions:
        if decision.comply and not (decision.sure_they_delete and decision.taste_for_more):
            yield _warn("comply_unanswered", "S0-03", decision=decision.id, level="error")
    if assessment.situation["extortion"] == "yes" and assessment.situation["has_police_report"] == "no":
        yield _warn("not_reported_to_police", "S0-02", level="error")
    by_hand = {track.id for track in assessment.tracks if track.by_hand}
    if "T2" in by_hand and assessment.situation["malicious"] == "no":
        yield _warn("malicious_too_early", "S1-52", "S1-66", "C-13", level="error")
    for measure in incident.measures:
        if (
            in_force(measure)
            and measure.public
            and not (
                (measure.owner or measure.owner_role)
                and (measure.due or measure.done_at or measure.effective_from)
            )
        ):
            yield _warn("measure_without_owner_or_date", "S2-24", measure=measure.id, what=measure.what)
    growth = assessment.figure("demand_growth")
    if growth and getattr(growth.value, "minor", 0) > 0:
        yield _warn(
            "demand_growth",
            "S1-41",
            first=growth.inputs["first"],
            last=growth.inputs["last"],
            level="suggestion",
        )
    if incident.follow_up and incident.follow_up.open_issues and not incident.follow_up.issue_owner:
        yield _warn("issue_without_owner", "S2-51", count=incident.follow_up.open_issues)

"""The situation: the flat mapping that every condition of a policy is tested on (`docs/situation.md`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playbook.assessment.points import visibility_of
from playbook.assessment.switches import flat
from playbook.incident.model import Contact, Incident, Measure
from playbook.policy.authority import ladder, rung_of
from playbook.policy.model import Policy
from playbook.policy.vocabulary import HAS
from playbook.times import Moment

Fields = dict[str, "str | tuple[str, ...]"]

# Where a field of the situation is written down, for the evidence of tracks and severity.
PLACES: Mapping[str, str] = {
    "kind": "kind", "fault_status": "fault", "fault_known": "fault", "cause_known": "facts", "facts_confirmed": "facts",
    "notes_read_back": "intake.segments", "first_telling_done": "intake.first_telling_done", "off_topic": "off_topic",
    "asked_for_boss": "asked_for_boss", "sop_complete": "sop_complete", "demand_impossible": "demands",
    "threats_continue": "threats", "manager_agreed": "approvals", "malicious": "demands, threats, approvals",
    "extortion": "extortion", "public_spread": "public_spread", "visibility": "signal.visibility",
    "impact": "impacts", "customers": "affected_count",
}  # fmt: skip


def yes_no(value: bool) -> str:
    """Return yes or no."""
    return "yes" if value else "no"


def _known(value: bool | None) -> str:
    return "unknown" if value is None else yes_no(value)


def in_force(measure: Measure) -> bool:
    """Tell whether a measure is more than a candidate and was not dropped: only such a one may be promised."""
    return measure.state in ("agreed", "in_progress", "done")


def affected(incident: Incident) -> int | None:
    """Return how many people are affected, as far as recorded."""
    counts = [
        c for c in (incident.affected_count, *(i.people_affected for i in incident.impacts)) if c is not None
    ]
    return max(counts, default=None)


def contact_of(incident: Incident, policy: Policy) -> Contact | None:
    """Return how a customer reaches us: the handler's way, else the incident's, else the client's."""
    brand = Contact(**{key: policy.brand.contact.get(key) for key in ("line", "email", "url")})
    handler = incident.handler.contact if incident.handler else None
    return next((c for c in (handler, incident.contact, brand) if c and (c.line or c.email or c.url)), None)


def jurisdictions(incident: Incident, policy: Policy) -> tuple[str, ...]:
    """Return the jurisdiction of the case and the larger ones it lies in: US-CA, US."""
    code = incident.jurisdiction or policy.jurisdiction
    parts = code.split("-")
    return tuple("-".join(parts[:n]) for n in range(len(parts), 0, -1)) if code else ()


def early_situation(
    incident: Incident,
    policy: Policy,
    as_of: Moment | None,
    points: Mapping[str, Moment],
    switches: Mapping[str, Any],
) -> Fields:
    """Return what is known before tracks, severity and apology are decided."""
    intake, signal = incident.intake, incident.signal
    segments = intake.segments if intake else ()
    confirmed = [fact for fact in incident.facts if fact.status == "confirmed"]
    fault = incident.fault_at(as_of)
    active = [m for m in incident.measures if m.state != "dropped"]
    judged = [d.feasible for d in incident.demands if d.feasible is not None]
    continued = [t.continues for t in incident.threats if t.continues is not None]
    count = affected(incident)
    many = (count is not None and count > 1) or bool(incident.group_remedies) or len(incident.customers) > 1
    one = count == 1 or len(incident.customers) == 1
    fields: Fields = {
        "kind": incident.kind,
        "mode": incident.mode,
        "fault_status": fault,
        "fault_known": yes_no(fault != "unknown"),
        "cause_known": yes_no(any(fact.cause for fact in confirmed)),
        "facts_confirmed": yes_no(bool(confirmed)),
        "notes_read_back": yes_no(bool(segments) and all(s.confirmed is True for s in segments)),
        "need_confirmed": yes_no(bool(intake and intake.need_confirmed)),
        "jurisdiction": jurisdictions(incident, policy),
        "language": incident.language,
        "channel": (signal.channel if signal else None) or "",
        "visibility": visibility_of(incident, policy),
        "public_spread": _known(incident.public_spread),
        "customers": "many" if many else "one" if one else "unknown",
        "setting": (incident.handler.setting if incident.handler else None) or "unknown",
        "recurrence": tuple(sorted({m.recurrence for m in active})),
        "recurrence_any_yes": yes_no(any(m.recurrence == "yes" for m in active)),
        "measure_state": tuple(sorted({m.state for m in incident.measures})),
        "impact": tuple(sorted({i.kind for i in incident.impacts if i.level > 0})),
        "first_telling_done": _known(intake.first_telling_done if intake else None),
        "off_topic": _off_topic(incident),
        "asked_for_boss": _known(incident.asked_for_boss),
        "sop_complete": _known(incident.sop_complete),
        "demand_impossible": _known(not judged[-1] if judged else None),
        "threats_continue": _known(continued[-1] if continued else None),
        "manager_agreed": yes_no(_manager_agreed(incident, policy)),
        "extortion": yes_no(incident.kind == "extortion" or incident.extortion is not None),
        "satisfied": _known(incident.follow_up.satisfied if incident.follow_up else None),
        "chosen": incident.chosen.option if incident.chosen else "",
        "time_agreed": yes_no(incident.time_agreed is not None),
    }
    required = {"manager": "manager_agreed"}
    wanted = [required.get(str(name), str(name)) for name in switches.get("malicious_requires") or ()]
    fields["malicious"] = yes_no(bool(wanted) and all(fields.get(name) == "yes" for name in wanted))
    fields |= {f"has_{name}": yes_no(value) for name, value in _recorded(incident, policy, points).items()}
    fields["stage"] = stages(incident, points, fields)
    return fields | flat(switches)


def _off_topic(incident: Incident) -> str:
    if incident.off_topic is not None:
        return yes_no(incident.off_topic)
    marks = (
        [s.on_topic for s in incident.intake.segments if s.on_topic is not None] if incident.intake else []
    )
    # Off topic is what the last stretches are, not one stray sentence (S1-59: the share of what is off topic).
    return yes_no(marks.count(False) * 2 > len(marks)) if marks else "unknown"


def _manager_agreed(incident: Incident, policy: Policy) -> bool:
    rungs = ladder(policy)
    for approval in incident.approvals:
        rung = rung_of(policy, approval.role)
        if approval.what == "track:T2" and approval.decision == "approved" and rung and rungs:
            return rung.rank > rungs[0].rank
    return False


def _recorded(incident: Incident, policy: Policy, points: Mapping[str, Moment]) -> dict[str, bool]:
    i = incident
    intake, signal, handler, tellings = i.intake, i.signal, i.handler, i.tellings
    author = signal.author if signal else None
    statements = [s for s in i.statements if s.at]
    follow = i.follow_up
    public = [m for m in i.measures if m.public and in_force(m)]
    named = bool(
        handler and (handler.name or handler.omission_reason) and handler.consent_to_name is not False
    )

    def told(name: str) -> bool:
        return bool(tellings and getattr(tellings, name))

    found = {
        "affected_count": affected(i) is not None,
        "affected_group": i.affected_group is not None,
        "approvals": bool(i.approvals),
        "backup": bool(handler and handler.backup and handler.backup.name),
        "brand_promise": i.brand_promise is not None,
        "brand_value": bool(i.brand_value or policy.brand.value),
        "bystander_answers": bool(i.bystander_questions) and all(q.answer for q in i.bystander_questions),
        "bystander_questions": bool(i.bystander_questions),
        "bystanders": i.bystanders is not None,
        "chosen": i.chosen is not None,
        "contact": contact_of(i, policy) is not None,
        "core_need": bool(intake and intake.core_need),
        "decisions": bool(i.decisions),
        "demands": bool(i.demands),
        "do_now": bool(i.do_now),
        "doing": told("doing"),
        "doing_now": bool(i.doing_now),
        "earlier_texts": bool(i.existing_texts),
        "effect": bool(i.effect_on_customer) or told("effect"),
        "effort_spent": bool(author and author.effort_spent),
        "emotions": bool(intake and intake.emotions),
        "entitlement": bool(policy.entitlements),
        "event_name": i.event_name is not None,
        "expectation": i.expectation is not None,
        "expected": told("expected"),
        "extortion": i.extortion is not None,
        "facts": bool(i.facts),
        "follow_up": bool(follow and follow.at),
        "got": told("got"),
        "group_remedy": bool(i.group_remedies),
        "handler": named,
        "improvement": any(m.improvement for m in i.measures),
        "losses": bool(i.losses),
        "measures": any(in_force(m) for m in i.measures),
        "next_update": i.next_update_at is not None,
        "notes": bool(intake and intake.segments),
        "open_issues": bool(follow and follow.open_issues),
        "options": bool(i.options),
        "police_report": "police_reported" in points,
        "price": i.price is not None,
        "priced_options": bool(i.options) or bool(policy.table_files and i.remedy_inputs),
        "prior_contacts": bool(signal and signal.prior_contacts),
        "promises": bool(i.promises),
        "public_facts": any(f.status == "confirmed" and f.visibility == "public" for f in i.facts),
        "public_measures": any(
            (m.owner or m.owner_role) and (m.due or m.done_at or m.effective_from) for m in public
        ),
        "public_statement": bool(statements),
        "reality": i.reality is not None,
        "same_cause_history": bool(signal and any(s.count for s in signal.same_cause_history)),
        "sent": bool(i.sent),
        "signal": signal is not None,
        "speaker": any(s.speaker for s in i.statements),
        "stale_text": any(t.online and not t.internal for t in i.existing_texts),
        "statement": bool(i.statements),
        "thanks_for": i.thanks_for is not None,
        "threats": bool(i.threats),
        "time_agreed": i.time_agreed is not None,
        "tried": told("tried"),
        "unknowns": bool(i.unknowns),
        "unresolved": bool(follow and follow.open_issues and not follow.issue_owner),
        "verbatim": bool(signal and signal.verbatim),
    }
    return {name: found[name] for name in HAS}


def stages(incident: Incident, points: Mapping[str, Moment], fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Return every stage P0 … P12 that was reached."""
    tested = [m for m in incident.measures if in_force(m)]
    reached = {
        "P0": True,
        "P1": "signal" in points or incident.signal is not None,
        "P2": "first_reply" in points,
        "P3": fields["has_notes"] == "yes",
        "P4": fields["has_emotions"] == "yes",
        "P5": fields["facts_confirmed"] == "yes" and fields["fault_known"] == "yes",
        "P6": bool(incident.approvals or incident.promises or incident.progress_updates),
        "P7": "options_offered" in points,
        "P8": "statement" in points,
        "P9": "closing" in points,
        "P10": "follow_up" in points,
        "P11": bool(tested)
        and all(m.recurrence != "unknown" for m in tested)
        and incident.review is not None,
        "P12": "closed_at" in points,
    }
    return tuple(stage for stage, done in reached.items() if done)

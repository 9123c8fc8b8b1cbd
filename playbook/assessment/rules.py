"""Which tracks are open, how severe it is and who speaks, and which cluster of responsibility holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playbook.assessment.model import ClusterChoice, Evidence, OpenTrack, Remark, Severity, Situation
from playbook.assessment.situation import PLACES, affected
from playbook.incident.model import Incident
from playbook.messages import in_languages
from playbook.policy.authority import ladder
from playbook.policy.model import Cluster, Origin, Policy, Rung, SeverityRule

# A history of the same kind, or a bad name, is answered as the next cluster up would be (Coombs, SCCT).
_STEPS = ("victim", "accidental", "preventable")
_NO_CLUSTER = Cluster("undetermined", {}, (), (), (), "", Origin("", "", 0))


def evidence_of(situation: Situation, any_of: Mapping[str, tuple[str, ...]]) -> tuple[Evidence, ...]:
    """Return the fields that met a condition, with the value they had and where they stand in the record."""
    out = []
    for name, values in any_of.items():
        have = situation.get(name, "")
        have = have if isinstance(have, tuple) else (have,)
        out.append(Evidence(name, ", ".join(v for v in have if v in values), PLACES.get(name, name)))
    return tuple(out)


def open_tracks(incident: Incident, policy: Policy, situation: Situation) -> tuple[OpenTrack, ...]:
    """Return the open tracks, standard first, each with what opened it."""
    rules = {track.id: track for track in policy.tracks}
    out = [OpenTrack("standard", rules.get("standard"), ())]
    for track in policy.tracks:
        if track.id == "standard":
            continue
        by_rule = bool(track.condition.any_of) and track.condition.holds(situation)
        if by_rule:
            out.append(OpenTrack(track.id, track, evidence_of(situation, track.condition.any_of)))
    opened = {track.id for track in out}
    for id_ in incident.tracks:
        if id_ not in opened:
            out.append(OpenTrack(id_, rules.get(id_), (Evidence("tracks", id_, "tracks"),), by_hand=True))
    return tuple(sorted(out, key=lambda track: (track.id != "standard", track.id)))


def _fires(rule: SeverityRule, incident: Incident, situation: Situation) -> tuple[Evidence, ...]:
    field, _, value = rule.impact.partition("=")
    if value:
        have = situation.get(field, "")
        met = value in have if isinstance(have, tuple) else value == have
        people = affected(incident)
        if met and rule.affected_at_least is not None:
            met = people is not None and people >= rule.affected_at_least
        return (Evidence(field, value, PLACES.get(field, field)),) if met else ()
    for index, impact in enumerate(incident.impacts):
        if rule.impact not in (impact.kind, "any"):
            continue
        if rule.level is not None and impact.level < rule.level:
            continue
        people = impact.people_affected if impact.people_affected is not None else incident.affected_count
        if rule.affected_at_least is not None and (people is None or people < rule.affected_at_least):
            continue
        if rule.level is None and rule.affected_at_least is None:
            continue
        return (Evidence(f"impact {impact.kind}", f"{impact.level}", f"impacts[{index}]"),)
    people = affected(incident)
    threshold = rule.affected_at_least
    if (
        rule.impact in ("people", "any")
        and rule.level is None
        and people is not None
        and threshold is not None
    ):
        return (Evidence("affected_count", str(people), "affected_count"),) if people >= threshold else ()
    return ()


def speaker_rung(policy: Policy, leader: bool) -> Rung | None:
    """Return who must speak in public: the highest rung that may, or the lowest that may."""
    public = [rung for rung in ladder(policy) if rung.public]
    if not public:
        return None
    return public[-1] if leader else public[0]


def severity_of(
    incident: Incident, policy: Policy, situation: Situation, switches: Mapping[str, Any]
) -> Severity:
    """Return the gravest severity that a rule gives, the rule, and who must speak (C-26)."""
    fired = [(rule, found) for rule in policy.severity if (found := _fires(rule, incident, situation))]
    leader: list[Evidence] = [e for rule, found in fired if rule.leader_speaks for e in found]
    when = switches.get("leader_statement_when") or {}
    threshold, people = when.get("affected_at_least"), affected(incident)
    if threshold is not None and people is not None and people >= int(threshold):
        leader.append(Evidence("affected_count", str(people), "affected_count"))
    if when.get("public_spread") in (True, "true") and incident.public_spread:
        leader.append(Evidence("public_spread", "yes", "public_spread"))
    speaker = speaker_rung(policy, bool(leader))
    if incident.severity:
        values = {
            "level": incident.severity.level,
            "by": incident.severity.by,
            "reason": incident.severity.reason,
        }
        reason = Remark("severity_set", "assessment.severity_set", values, ("C-25",))
        return Severity(incident.severity.level, None, reason, bool(leader), speaker, _unique(leader))
    if not fired:
        key = "severity_no_rule" if incident.impacts or people is not None else "severity_not_recorded"
        reason = Remark(key, f"assessment.{key}")
        return Severity("SEV-4", None, reason, bool(leader), speaker, _unique(leader))
    rule, found = min(fired, key=lambda pair: pair[0].severity)
    reason = Remark("severity_rule", "assessment.severity_rule", {"level": rule.severity, "rule": rule.id})
    return Severity(rule.severity, rule.id, reason, bool(leader), speaker, _unique([*found, *leader]))


def _unique(evidence: list[Evidence]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(evidence))


def cluster_of(incident: Incident, policy: Policy, situation: Situation) -> ClusterChoice:
    """Return the cluster of the fault status, one step up where the same cause had shown before (Coombs 2007)."""
    fault = str(situation["fault_status"])
    said = in_languages(f"assessment.fault_{fault}")
    found = next((c for c in policy.clusters if fault in c.fault_statuses), None)
    found = found or next((c for c in policy.clusters if c.id == "undetermined"), _NO_CLUSTER)
    history = sum(s.count for s in incident.signal.same_cause_history) if incident.signal else 0
    if history and found.id in _STEPS[:-1] and fault != "customer_misread":
        higher = _STEPS[_STEPS.index(found.id) + 1]
        raised = next((c for c in policy.clusters if c.id == higher), None)
        if raised:
            values = {"fault": said, "count": history, "cluster": raised.label, "from": found.label}
            return ClusterChoice(
                raised, Remark("cluster_raised", "assessment.cluster_raised", values, ("S4-07",)), found.id
            )
    values = {"fault": said, "cluster": found.label or {"en": found.id}}
    return ClusterChoice(found, Remark("cluster_by_fault", "assessment.cluster_by_fault", values))

"""Where an incident stands: tracks, severity, fault, apology, clocks, promises, figures, and what is missing."""

from __future__ import annotations

from dataclasses import replace

from playbook.assessment.apology import apology_of
from playbook.assessment.figures import figures_of
from playbook.assessment.model import (
    ApologyAllowance,
    AskNext,
    Assessment,
    Clock,
    ClusterChoice,
    Duration,
    Evidence,
    Figure,
    Gap,
    OpenTrack,
    PromiseState,
    Remark,
    Severity,
)
from playbook.assessment.outdated import OurText, Outdated, outdated_texts
from playbook.assessment.points import latest_moment, points_of
from playbook.assessment.promises import promises_of
from playbook.assessment.questions import ask_next
from playbook.assessment.rules import cluster_of, open_tracks, severity_of
from playbook.assessment.situation import Fields, early_situation, in_force, yes_no
from playbook.assessment.switches import switches_in_force
from playbook.assessment.timing import clocks_of, durations
from playbook.assessment.warnings import warnings_of
from playbook.incident.model import Incident
from playbook.policy.model import Policy
from playbook.times import Moment


def assess(incident: Incident, policy: Policy, as_of: Moment | None = None) -> Assessment:
    """Return where an incident stands at `as_of`, else at its own `as_of`, else at the latest time recorded.

    Nothing reads the clock. With no exact time anywhere, `as_of` is None and no clock is computable.
    """
    now = as_of or incident.as_of or latest_moment(incident)
    if now is not None and not now.exact:
        now = latest_moment(incident)
    switches = switches_in_force(incident, policy)
    points = points_of(incident, policy)
    fields: Fields = early_situation(incident, policy, now, points, switches)
    outdated = outdated_texts(incident, now)
    if any(entry.to_correct for entry in outdated):
        fields["has_stale_text"] = "yes"
    tracks = open_tracks(incident, policy, fields)
    severity = severity_of(incident, policy, fields, switches)
    cluster = cluster_of(incident, policy, fields)
    apology = apology_of(policy, fields, switches)
    clocks = clocks_of(incident, policy, points, switches, now)
    promises = promises_of(incident, policy, now)
    fields |= {
        "track": tuple(track.id for track in tracks),
        "severity": severity.level,
        "leader_speaks": yes_no(severity.leader_speaks),
        "cluster": cluster.cluster.id,
        "strategy": cluster.cluster.strategies,
        "depth": apology.depth,
        "timing": apology.timing,
        "cause_apology_allowed": yes_no(apology.cause_apology_allowed),
        "unauthorised_promises": yes_no(any(p.unauthorised for p in promises)),
        "clock_breached": tuple(clock.rule.id for clock in clocks if clock.breached),
    }
    assessment = Assessment(
        as_of=now,
        tracks=tracks,
        severity=severity,
        cluster_choice=cluster,
        fault=incident.fault_at(now),
        fault_history=incident.fault_history,
        apology=apology,
        clocks=clocks,
        measures_of_time=durations(incident, points, now),
        promises=promises,
        figures=figures_of(incident, points, clocks, promises),
        situation=fields,
        ask_next=ask_next(incident, fields, points, promises),
        warnings=(),
        points=points,
        switches=switches,
        outdated=outdated,
    )
    return replace(assessment, warnings=warnings_of(incident, policy, assessment))


__all__ = [
    "ApologyAllowance",
    "AskNext",
    "Assessment",
    "Clock",
    "ClusterChoice",
    "Duration",
    "Evidence",
    "Figure",
    "Gap",
    "OpenTrack",
    "OurText",
    "Outdated",
    "PromiseState",
    "Remark",
    "Severity",
    "assess",
    "in_force",
    "latest_moment",
]

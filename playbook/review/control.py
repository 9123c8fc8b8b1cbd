"""危機控管, the last procedure: how to stop the crisis from happening again (S0-04), and the loop it may be part of."""

from __future__ import annotations

from playbook.assessment import in_force
from playbook.incident.model import Incident, Measure
from playbook.policy.model import Policy
from playbook.review.model import Control, Loop

_QUESTIONS = ("cause", "improvement", "effect", "consequence")
_STOPS = ("prevent", "detect", "mitigate", "repair", "learn")


def control_rows(incident: Incident) -> tuple[Control, ...]:
    """Return every measure in force or proposed, with what it lacks; those that stop a repeat come first."""
    order = {"yes": 0, "partly": 1, "unknown": 2, "no": 3}
    rows = [Control(m, tuple(_missing(m))) for m in incident.measures if m.state != "dropped"]
    return tuple(sorted(rows, key=lambda row: (order[row.measure.recurrence], not in_force(row.measure))))


def _missing(measure: Measure) -> list[str]:
    # Only a measure that is meant to stop a repeat has to answer all four questions (S0-48).
    lacks = [name for name in _QUESTIONS if measure.recurrence == "yes" and not getattr(measure, name)]
    if measure.recurrence == "unknown" and measure.class_ in _STOPS:
        lacks.append("recurrence")
    if not (measure.owner or measure.owner_role):
        lacks.append("owner")
    if not (measure.due or measure.done_at or measure.effective_from):
        lacks.append("due")
    if not measure.done_test and measure.done_at is None:
        lacks.append("done_test")
    return lacks


def recurrence_loop(incident: Incident, policy: Policy) -> Loop | None:
    """Return the earlier signals of the same cause; None where none is on record."""
    history = incident.signal.same_cause_history if incident.signal else ()
    if not history:
        return None
    firsts = [h.first_at for h in history if h.first_at]
    causes = tuple(
        dict.fromkeys(
            f.cause_code for f in (incident.review.factors if incident.review else ()) if f.cause_code
        )
    )
    tolerated = [policy.thresholds[c] for c in (*causes, "*") if c in policy.thresholds]
    return Loop(
        history,
        sum(h.count for h in history),
        min(firsts, default=None),
        causes,
        tolerated[0] if tolerated else None,
    )

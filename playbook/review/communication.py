"""How we answered: each text that went out, against its clock, and whether the next word came when promised."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from playbook.assessment import Assessment
from playbook.incident.model import Incident, SentRow
from playbook.review.model import NextWord, TextSent
from playbook.times import Moment


def texts_sent(incident: Incident, assessment: Assessment) -> tuple[TextSent, ...]:
    """Return every text of sent.csv in order of time."""
    rows = sorted(incident.sent, key=lambda row: row.at)
    signal = assessment.points.get("signal")
    return tuple(
        TextSent(
            row.at,
            row.kind,
            row.channel,
            row.audience,
            row.speaker,
            _between(signal, row.at),
            row.next_update_promised_at,
            _next_word(row, rows, incident, assessment.as_of),
            _complaints_after(row, incident),
        )
        for row in rows
    )


def _between(start: Moment | None, end: Moment) -> int | None:
    if start is None or not start.exact or not end.exact:
        return None
    return int((end.at - start.at).total_seconds())


def _next_word(row: SentRow, rows: Sequence[SentRow], incident: Incident, as_of: Moment | None) -> NextWord:
    """Tell whether a word followed by the time promised: a later text, a progress report, or a promise kept."""
    due = row.next_update_promised_at
    if due is None:
        return "none"
    words = [other.at for other in rows] + list(incident.progress_updates)
    words += [p.kept_at for p in incident.promises if p.kept_at and p.due == due]
    after = sorted(w.at for w in words if w.exact and row.at.exact and w.at > row.at.at)
    if after and after[0] <= due.at:
        return "kept"
    if after:
        return "late"
    return "broken" if as_of is not None and as_of.at > due.at else "open"


def _complaints_after(row: SentRow, incident: Incident) -> int | None:
    if not incident.complaints or not row.at.exact:
        return None
    end = row.at.at + timedelta(hours=1)
    return sum(
        1
        for complaint in incident.complaints
        if complaint.type == "complaint"
        and complaint.at
        and complaint.at.exact
        and row.at.at < complaint.at.at <= end
    )

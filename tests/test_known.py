"""An earlier hour is told with what was known then."""

from __future__ import annotations

from pathlib import Path

import pytest

from playbook.pack import Case, open_case

CAKE = Path(__file__).resolve().parent.parent / "incidents" / "2026-05-09-cake"


def at(time: str) -> Case:
    return open_case(CAKE, as_of=f"{time}+08:00")


def kinds(case: Case) -> set[str]:
    return {draft.kind for draft in case.drafts}


def test_before_the_fault_is_known_no_text_tells_a_cause_or_a_choice() -> None:
    case = at("2026-05-09T18:45")
    assert case.assessment.fault == "unknown"
    assert "public-apology" not in kinds(case)
    assert case.incident.chosen is None
    assert case.offers.chosen is None
    assert not any(offer.approved for offer in case.offers.options)
    assert all("1,480" not in draft.text for draft in case.drafts)


def test_a_measure_that_is_done_later_is_not_told_as_done() -> None:
    later, before = open_case(CAKE), at("2026-05-09T21:00")
    assert [row.at.raw for row in before.incident.sent] == [row.at.raw for row in later.incident.sent][:4]
    assert before.incident.follow_up is None
    assert later.incident.follow_up is not None


@pytest.mark.parametrize(
    "time", ["2026-05-09T18:25", "2026-05-09T19:38", "2026-05-10T09:00", "2026-05-12T10:30"]
)
def test_nothing_later_stands_in_the_record_that_is_told(time: str) -> None:
    case = at(time)
    moment = case.asked_as_of
    assert moment is not None
    times = [
        row.at for row in (*case.incident.timeline, *case.incident.sent, *case.incident.approvals) if row.at
    ]
    assert all(t.at <= moment.at for t in times)
    assert case.reports is not None


def test_the_latest_hour_is_the_whole_record() -> None:
    assert at("2026-05-12T10:30").incident == open_case(CAKE).incident

"""The two worked examples: every value that the specification expects of them comes out of the record."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from playbook.assessment import Assessment, Clock, assess
from playbook.incident import read_incident
from playbook.policy import read_policy
from playbook.workspace import find_workspace

ROOT = Path(__file__).parents[1]
CAKE, LOCK = "2026-05-09-cake", "2026-03-14-lock"


@cache
def assessed(name: str) -> Assessment:
    incident = read_incident(ROOT / "incidents" / name)
    return assess(incident, read_policy(incident.client, find_workspace(ROOT)))


def progress(name: str) -> Clock:
    return next(clock for clock in assessed(name).clocks if clock.rule.repeats)


@pytest.mark.parametrize(
    ("name", "duration", "minutes"),
    [
        (CAKE, "first_contact", 7),
        (CAKE, "first_visible_reply", 7),
        (CAKE, "fact.arrived", 365),
        (LOCK, "first_contact", 189),
        (LOCK, "first_visible_reply", 234),
    ],
)
def test_durations(name: str, duration: str, minutes: int) -> None:
    assert assessed(name).measures_of_time[duration].minutes == minutes


def test_locked_out_for_255_minutes() -> None:
    found = {d.minutes for id_, d in assessed(LOCK).measures_of_time.items() if id_.startswith("fact.")}
    assert 255 in found


@pytest.mark.parametrize(("name", "breached"), [(CAKE, False), (LOCK, True)])
def test_first_reply_marks(name: str, breached: bool) -> None:
    marks = [c for c in assessed(name).clocks if c.rule.id.startswith("first_reply")]
    assert [(c.rule.period, c.breached) for c in marks] == [(10, breached), (60, breached)]


@pytest.mark.parametrize(("name", "gaps"), [(CAKE, [13, 13, 9]), (LOCK, [13, 14, 23])])
def test_progress_gaps(name: str, gaps: list[int]) -> None:
    assert [gap.seconds // 60 for gap in progress(name).gaps] == gaps


def test_the_late_progress_report_is_named() -> None:
    late = progress(LOCK).late
    assert [(g.start.local("Asia/Shanghai").strftime("%H:%M"), g.end.local("Asia/Shanghai").strftime("%H:%M")) for g in late] == [("07:47", "08:10")]  # fmt: skip
    assert progress(CAKE).late == ()


@pytest.mark.parametrize(
    ("name", "shares"),
    [(CAKE, {"34.3", "3.1", "9.0"}), (LOCK, {"30.6", "5.5"})],
)
def test_shares(name: str, shares: set[str]) -> None:
    found = {str(f.value) for f in assessed(name).figures if f.definition == "assessment.figure_share"}
    assert shares <= found


@pytest.mark.parametrize(
    ("name", "parts", "total", "at_most"),
    [
        (CAKE, [82_400, 47_360], 129_760, True),
        (LOCK, [83_460, 42_800], 126_260, False),
    ],
)
def test_group_cost(name: str, parts: list[int], total: int, at_most: bool) -> None:
    figures = assessed(name).figures
    found = [f.value.decimal for f in figures if f.definition == "assessment.figure_group"]  # type: ignore[union-attr]
    assert found == [Decimal(part) for part in parts]
    sum_ = assessed(name).figure("group_total")
    assert sum_ is not None
    assert (sum_.value.decimal, sum_.at_most) == (Decimal(total), at_most)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "figure", "value"),
    [
        (CAKE, "same_cause", 81),
        (CAKE, "unauthorised_promises", 1),
        (CAKE, "contacts_before_answer", 2),
        (CAKE, "bystanders", 46),
        (LOCK, "same_cause", 5),
        (LOCK, "same_cause_days_before", 39),
        (LOCK, "contacts_before_answer", 3),
    ],
)
def test_counts(name: str, figure: str, value: int) -> None:
    found = assessed(name).figure(figure)
    assert found is not None
    assert found.value == value


def test_bystanders_add_up() -> None:
    found = assessed(CAKE).figure("bystanders")
    assert found is not None
    assert found.inputs == {"same_complaint": 9, "questions": 31, "supportive": 6, "whole": 46}


def test_sentiment_of_the_sample() -> None:
    found = assessed(LOCK).figure("sentiment")
    assert found is not None
    assert (found.inputs["positive"], found.inputs["negative"]) == (9, 61)


def test_the_promise_beyond_authority() -> None:
    (promise,) = assessed(CAKE).unauthorised_promises
    assert promise.value is not None
    assert promise.value.decimal == 2560
    assert promise.authority_needed is not None
    assert promise.reason == "no_approval"


def test_tracks_fault_and_apology() -> None:
    cake, lock = assessed(CAKE), assessed(LOCK)
    assert ([t.id for t in cake.tracks], cake.fault) == (["standard", "T4"], "supplier")
    assert ([t.id for t in lock.tracks], lock.fault) == (["standard"], "company")
    for found in (cake, lock):
        assert found.apology.depth == "full"
        assert found.severity.leader_speaks


@pytest.mark.parametrize("name", [CAKE, LOCK])
def test_the_page_that_still_promises_is_flagged(name: str) -> None:
    assert "stale_text" in {warning.id for warning in assessed(name).warnings}


def test_the_private_first_answer_and_the_small_fire_are_named() -> None:
    found = {warning.id for warning in assessed(LOCK).warnings}
    assert {"answered_in_private_first", "small_fire_days", "progress_gap", "clock_breached"} <= found

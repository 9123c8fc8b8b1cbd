"""Periods on the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.clocks import (
    UNITS,
    Calendar,
    Stop,
    add_period,
    calendar_exists,
    moment_of,
    paused_seconds,
    skipped_days,
)
from playbook.times import Moment

TAIPEI = Calendar("TW", "Asia/Taipei")
SHANGHAI = Calendar("CN", "Asia/Shanghai")


def moment(raw: str) -> Moment:
    return Moment.parse(raw)


@pytest.mark.parametrize(
    ("start", "n", "unit", "calendar", "due"),
    [
        pytest.param("2026-05-09T18:20+08:00", 10, "minutes", TAIPEI, "2026-05-09T18:30+08:00", id="minutes"),
        pytest.param("2026-05-09T18:20+08:00", 8, "hours", TAIPEI, "2026-05-10T02:20+08:00", id="hours over midnight"),
        pytest.param("2026-05-09T18:20+08:00", 15, "calendar_days", TAIPEI, "2026-05-24T23:59:59+08:00", id="days end with the day"),
        pytest.param("2026-05-08T18:20+08:00", 1, "business_days", TAIPEI, "2026-05-11T23:59:59+08:00", id="Friday to Monday"),
        pytest.param("2026-05-08T18:20+08:00", 1, "business_days", SHANGHAI, "2026-05-09T23:59:59+08:00", id="a Saturday made a workday counts"),
        pytest.param("2026-02-13T09:00+08:00", 1, "business_days", TAIPEI, "2026-02-23T23:59:59+08:00", id="over the New Year holidays"),
        pytest.param("2026-05-08T18:20+08:00", 1, "business_days", Calendar(), "2026-05-11T23:59:59+00:00", id="no country: weekends only"),
        pytest.param("2026-05-09T18:20+08:00", 8, "weeks", TAIPEI, "2026-07-04T23:59:59+08:00", id="weeks"),
        pytest.param("2026-01-31T10:00+08:00", 1, "months", TAIPEI, "2026-02-28T23:59:59+08:00", id="a month that is shorter"),
        pytest.param("2026-11-30T10:00+08:00", 3, "months", TAIPEI, "2027-02-28T23:59:59+08:00", id="months over the year"),
        pytest.param("2026-05-09T23:30+00:00", 1, "calendar_days", TAIPEI, "2026-05-11T23:59:59+08:00", id="the day is the calendar's, not UTC's"),
        pytest.param("2026-03-28T12:00+01:00", 24, "hours", Calendar("DE", "Europe/Berlin"), "2026-03-29T12:00+01:00", id="hours are hours over summer time"),
        pytest.param("2026-05-09T18:20+08:00", 0, "minutes", TAIPEI, "2026-05-09T18:20+08:00", id="nothing"),
    ],
)  # fmt: skip
def test_a_period_ends_when_the_calendar_says(start: str, n: int, unit, calendar: Calendar, due: str) -> None:
    found = add_period(moment(start), n, unit, calendar)
    assert found is not None
    assert found.at == moment(due).at


@pytest.mark.parametrize("raw", ["2026-05-09", "2026-05", "2026"])
@pytest.mark.parametrize("unit", UNITS)
def test_a_time_without_minutes_is_not_computable(raw: str, unit) -> None:
    assert add_period(moment(raw), 1, unit, TAIPEI) is None


def test_a_negative_period_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 0"):
        add_period(moment("2026-05-09T18:20+08:00"), -1, "minutes")


def pause(start: str, end: str) -> Stop:
    return Stop(moment(start), moment(end))


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        pytest.param([("18:25", "18:35")], "18:40", id="moved by the pause"),
        pytest.param([("18:25", "18:35"), ("18:30", "18:38")], "18:43", id="an overlap counts once"),
        pytest.param([("18:00", "18:25")], "18:35", id="only what lies after the start"),
        pytest.param([("19:00", "19:30")], "18:30", id="a later pause changes nothing"),
        pytest.param([("18:29", "18:40"), ("18:40", "18:45")], "18:46", id="one pause after the other"),
    ],
)
def test_a_pause_moves_minutes_by_its_length(pauses: list[tuple[str, str]], due: str) -> None:
    stops = [pause(f"2026-05-09T{a}+08:00", f"2026-05-09T{b}+08:00") for a, b in pauses]
    found = add_period(moment("2026-05-09T18:20+08:00"), 10, "minutes", TAIPEI, stops)
    assert found is not None
    assert found.at == moment(f"2026-05-09T{due}+08:00").at


@pytest.mark.parametrize(
    ("begin", "end", "due"),
    [
        pytest.param("2026-05-12T00:00+08:00", "2026-05-13T00:00+08:00", "2026-05-14", id="a whole day does not count"),
        pytest.param("2026-05-12T10:00+08:00", "2026-05-13T09:00+08:00", "2026-05-13", id="a part of a day counts"),
    ],
)  # fmt: skip
def test_a_pause_takes_out_only_whole_days(begin: str, end: str, due: str) -> None:
    found = add_period(moment("2026-05-11T09:00+08:00"), 2, "business_days", TAIPEI, [pause(begin, end)])
    assert found is not None
    assert found.day("Asia/Taipei") == date.fromisoformat(due)


def test_skipped_days_say_why() -> None:
    skipped = skipped_days(moment("2026-04-30T09:00+08:00"), moment("2026-05-06T23:59+08:00"), SHANGHAI)
    assert [day.day.day for day in skipped] == [1, 2, 3, 4, 5]
    assert skipped[2].reason == "weekend"
    assert "Labor" in skipped[0].reason


def test_paused_seconds_count_an_overlap_once() -> None:
    stops = [
        pause("2026-05-09T18:00+08:00", "2026-05-09T18:10+08:00"),
        pause("2026-05-09T18:05+08:00", "2026-05-09T18:20+08:00"),
    ]
    start, end = moment("2026-05-09T18:02+08:00"), moment("2026-05-09T18:15+08:00")
    assert paused_seconds(start, end, stops) == 13 * 60


@pytest.mark.parametrize(
    ("code", "known"), [("TW", True), ("US-CA", True), ("", True), ("XX", False), ("US-ZZ", False)]
)
def test_a_calendar_is_known_or_not(code: str, known: bool) -> None:
    assert calendar_exists(code) is known


starts = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31)).map(
    lambda at: moment_of(at.replace(second=0, microsecond=0, tzinfo=UTC))
)


@given(starts, st.integers(0, 40), st.sampled_from(UNITS))
def test_one_unit_more_never_ends_sooner(start: Moment, n: int, unit) -> None:
    sooner, later = add_period(start, n, unit, TAIPEI), add_period(start, n + 1, unit, TAIPEI)
    assert sooner is not None
    assert later is not None
    assert start.at <= sooner.at < later.at


@given(starts, st.integers(1, 20))
def test_business_days_never_end_before_calendar_days(start: Moment, n: int) -> None:
    business, calendar = (
        add_period(start, n, "business_days", TAIPEI),
        add_period(start, n, "calendar_days", TAIPEI),
    )
    assert business is not None
    assert calendar is not None
    assert business.at >= calendar.at
    assert TAIPEI.is_business_day(business.day("Asia/Taipei"))


@given(starts, st.integers(1, 600), st.integers(0, 300), st.integers(1, 300))
def test_a_pause_of_so_many_minutes_is_worth_so_many(start: Moment, n: int, after: int, length: int) -> None:
    begin = moment_of(start.at + timedelta(minutes=after))
    stop = Stop(begin, moment_of(begin.at + timedelta(minutes=length)))
    plain, paused = add_period(start, n, "minutes"), add_period(start, n, "minutes", None, [stop])
    assert plain is not None
    assert paused is not None
    assert paused.at - plain.at == timedelta(minutes=length if after < n else 0)

"""Periods on the calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from assessment_examples import clock, incident, policy
from hypothesis import given
from hypothesis import strategies as st

from playbook.assessment import assess
from playbook.clocks import (
    UNITS,
    Calendar,
    Stop,
    add_period,
    calendar_exists,
    due_day,
    moment_of,
    paused_seconds,
    skipped_days,
)
from playbook.errors import PolicyError
from playbook.policy import read_policy
from playbook.policy.model import ClockRule
from playbook.tables import decide, read_table
from playbook.times import Moment
from playbook.workspace import find_workspace

ROOT = Path(__file__).parents[1]
WORKSPACE = find_workspace(ROOT)
TAIPEI = Calendar("TW", "Asia/Taipei")
SHANGHAI = Calendar("CN", "Asia/Shanghai")
LONDON = Calendar("GB-ENG", "Europe/London")


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


# -- days: cut-off, close of business, pauses ----------------------------------------------


@pytest.mark.parametrize(
    ("start", "cut_off", "ends_at", "due"),
    [
        pytest.param("2026-03-05T16:59+00:00", None, None, "2026-03-10T23:59:59+00:00", id="Thursday: to the end of Tuesday"),
        pytest.param("2026-03-05T16:59+00:00", None, time(17), "2026-03-10T17:00+00:00", id="Thursday: to the close of Tuesday"),
        pytest.param("2026-03-05T17:00+00:00", time(17), time(17), "2026-03-10T17:00+00:00", id="at the cut-off it is still today's"),
        pytest.param("2026-03-05T17:00:01+00:00", time(17), time(17), "2026-03-11T17:00+00:00", id="a second later it is tomorrow's"),
        pytest.param("2026-03-06T18:00+00:00", time(17), None, "2026-03-12T23:59:59+00:00", id="Friday evening is Monday's"),
        pytest.param("2026-03-07T09:00+00:00", time(17), None, "2026-03-12T23:59:59+00:00", id="Saturday morning is Monday's too"),
        pytest.param("2026-03-07T09:00+00:00", None, None, "2026-03-11T23:59:59+00:00", id="without a cut-off Monday is the first day"),
        pytest.param("2026-04-02T17:30+01:00", time(17), None, "2026-04-10T23:59:59+01:00", id="the evening before Good Friday is Tuesday's"),
        pytest.param("2026-07-01T16:30+00:00", time(17), None, "2026-07-07T23:59:59+01:00", id="the cut-off is local: half past five in summer"),
    ],
)  # fmt: skip
def test_what_comes_in_late_counts_as_the_next_business_days(
    start: str, cut_off: time | None, ends_at: time | None, due: str
) -> None:
    found = add_period(moment(start), 3, "business_days", LONDON, cut_off=cut_off, ends_at=ends_at)
    assert found is not None
    assert found.at == moment(due).at


def test_a_month_that_was_paused_counts_every_day_it_stood_still() -> None:
    stop = pause("2026-01-25T00:00+00:00", "2026-02-11T00:00+00:00")
    found = add_period(moment("2026-01-01T09:00+00:00"), 1, "months", LONDON, [stop])
    assert found is not None
    assert found.day("Europe/London") == date(2026, 2, 18)  # 24 days before the pause, 7 after it


@given(starts, st.integers(0, 40), st.sampled_from(["calendar_days", "business_days", "weeks", "months"]), st.sampled_from([None, time(12, 0)]))  # fmt: skip
def test_a_day_and_a_moment_on_it_are_counted_alike(
    start: Moment, n: int, unit, cut_off: time | None
) -> None:
    day = start.day(LONDON.zone)
    morning = Moment.parse(f"{day}T09:00+00:00")
    found = add_period(morning, n, unit, LONDON, cut_off=cut_off)
    assert found is not None
    assert found.day(LONDON.zone) == due_day(day, n, unit, LONDON, cut_off=cut_off)


@pytest.mark.parametrize("unit", ["minutes", "hours"])
def test_no_day_is_named_for_minutes_and_hours(unit) -> None:
    assert due_day(date(2026, 3, 2), 5, unit, LONDON) is None


# -- the clocks of the shipped statutes ----------------------------------------------------

PUBLISHED = [
    ("CL-1 summary resolution over Easter", "gb-payments", "fca.summary", "2026-04-02", "2026-04-09"),
    ("CL-2 final response", "gb-payments", "fca.final", "2026-04-02", "2026-05-28"),
    ("CL-3 payment services", "gb-payments", "fca.payment", "2026-04-02", "2026-04-27"),
    ("CL-4 payment services, exceptional", "gb-payments", "fca.payment.exceptional", "2026-04-02", "2026-05-27"),
    ("CL-5 telecoms, eight weeks", "gb-telecoms", "ofcom.adr_letter.8_weeks", "2026-03-02", "2026-04-27"),
    ("CL-6 telecoms, six weeks", "gb-telecoms", "ofcom.adr_letter.6_weeks", "2026-04-08", "2026-05-20"),
    ("CL-7 portal, answer", "us-consumer", "cfpb.answer.15_days", "2026-03-02", "2026-03-17"),
    ("CL-7 portal, in progress", "us-consumer", "cfpb.final", "2026-03-02", "2026-05-01"),
    ("CL-8 Taiwan, 15 days", "tw", "tw.cpa43", "2026-03-02", "2026-03-17"),
    ("CL-9 water, ten working days", "gb-water", "gss.complaint", "2026-03-02", "2026-03-16"),
    ("CL-10 water, five working days over Easter", "gb-water", "gss.payment_method", "2026-04-02", "2026-04-13"),
    ("CL-11 refund of a flight", "eu", "eu261.refund", "2026-04-02", "2026-04-09"),
    ("CL-12 scam claim", "gb-payments", "app_scam.decision", "2026-04-02", "2026-04-13"),
    ("CL-12 scam claim, at the latest", "gb-payments", "app_scam.latest", "2026-04-02", "2026-05-27"),
    ("energy, eight weeks", "gb-energy", "energy.ombudsman", "2026-04-02", "2026-05-28"),
    ("rail, a month", "eu-rail", "eu_rail.answer", "2026-01-31", "2026-02-28"),
    ("rail, three months", "eu-rail", "eu_rail.answer.latest", "2026-01-31", "2026-04-30"),
    ("Canada, 30 days", "ca", "appr.answer", "2026-03-02", "2026-04-01"),
]  # fmt: skip


def shipped_clock(layer: str, id_: str) -> ClockRule:
    """Return a clock of a shipped statute. Raises StopIteration where there is none."""
    return next(rule for rule in read_policy(f"statutes/{layer}", WORKSPACE).clocks if rule.id == id_)


@pytest.mark.parametrize(("layer", "id_", "starts_on", "due"), [p[1:] for p in PUBLISHED], ids=[p[0] for p in PUBLISHED])  # fmt: skip
def test_a_published_clock_ends_on_the_published_day(layer: str, id_: str, starts_on: str, due: str) -> None:
    rule = shipped_clock(layer, id_)
    assert rule.due_day(date.fromisoformat(starts_on)) == date.fromisoformat(due)
    assert rule.in_force(date.fromisoformat(starts_on))
    calendar = Calendar(rule.calendar or "", "UTC")
    at = moment(f"{starts_on}T10:30+00:00")
    found = add_period(at, rule.period, rule.unit, calendar, cut_off=rule.cut_off, ends_at=rule.ends_at)
    assert found is not None
    assert found.day("UTC") == date.fromisoformat(due)


def test_a_summary_resolution_is_due_at_the_close_of_business_not_at_midnight() -> None:
    assert shipped_clock("gb-payments", "fca.summary").ends_at == time(17)
    assert shipped_clock("gb-payments", "fca.final").ends_at is None


def telecoms(received: str, occurred: str) -> dict[str, str]:
    """Return the clocks of a complaint about telecoms, each with its due day."""
    rules = read_policy("statutes/gb-telecoms", WORKSPACE).clocks
    record = incident(
        timezone="Europe/London",
        signal={"at": f"{received}T10:00+00:00", "channel": "phone", "visibility": "private"},
        timestamps={"occurred_at": f"{occurred}T10:00+00:00"},
    )
    found = assess(record, policy(clocks=rules, jurisdiction="GB"), moment(f"{received}T11:00+00:00"))
    return {
        c.rule.id: str(c.due_at.day("Europe/London"))
        for c in found.clocks
        if c.due_at and "ofcom" in c.rule.id
    }


def test_the_day_of_the_complaint_picks_eight_or_six_weeks_not_the_day_of_the_event() -> None:
    assert telecoms("2026-04-07", "2026-04-01") == {"ofcom.adr_letter.8_weeks": "2026-06-02"}
    assert telecoms("2026-04-08", "2026-04-01") == {"ofcom.adr_letter.6_weeks": "2026-05-20"}


@pytest.mark.parametrize(("place", "applies"), [("EU", True), ("NL", True), ("DE-BY", True), ("GB", False), ("TW", False)])  # fmt: skip
def test_a_clock_of_the_union_runs_in_its_member_states(place: str, applies: bool) -> None:
    rules = (clock("refund", "signal", "", 7, "calendar_days", jurisdictions=("EU",)),)
    found = assess(incident(), policy(clocks=rules, jurisdiction=place), moment("2026-05-09T19:00+08:00"))
    assert (found.clock("refund") is not None) is applies


def test_the_decision_on_a_scam_claim_waits_for_facts_but_not_beyond_the_last_day() -> None:
    rules = read_policy("statutes/gb-payments", WORKSPACE).clocks
    stopped = {
        "start": "2026-04-08T00:00+01:00",
        "end": "2026-04-15T00:00+01:00",
        "reason": {"en": "bank statement asked for"},
    }
    record = incident(
        timezone="Europe/London",
        signal={"at": "2026-04-02T10:00+01:00", "channel": "phone", "visibility": "private"},
        pauses=[stopped],
    )
    found = assess(record, policy(clocks=rules, jurisdiction="GB"), moment("2026-04-20T10:00+01:00"))
    decision, latest = found.clock("app_scam.decision"), found.clock("app_scam.latest")
    assert decision is not None
    assert decision.due_at is not None
    assert decision.due_at.day("Europe/London") == date(2026, 4, 20)  # one day before the stop, four after it
    assert latest is not None
    assert latest.due_at is not None
    assert latest.due_at.day("Europe/London") == date(2026, 5, 27)


HEAD = "id,label_en,starts_from,met_by,period,unit,level,cut_off,ends_at,version_by\n"


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        pytest.param("a,a,signal,,3,business_days,statutory,25:00,,", "cut_off", id="no such time"),
        pytest.param("a,a,signal,,3,business_days,statutory,5pm,,", "cut_off", id="a time in words"),
        pytest.param("a,a,signal,,3,business_days,statutory,,17:00:00,", "ends_at", id="seconds"),
        pytest.param("a,a,signal,,30,minutes,statutory,17:00,,", "cut_off", id="a cut-off of minutes"),
        pytest.param("a,a,signal,,30,hours,statutory,,17:00,", "ends_at", id="hours that end at the close"),
        pytest.param("a,a,signal,,3,weeks,statutory,,,receipt", "version_by", id="a day that nobody knows"),
    ],
)
def test_a_clock_that_cannot_be_is_refused(row: str, wrong: str, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "policy.yaml").write_text("brand: {name: Shop}\n", encoding="utf-8")
    (tmp_path / "shop" / "clocks.csv").write_text(HEAD + row + "\n", encoding="utf-8")
    with pytest.raises(PolicyError) as error:
        read_policy("shop", replace(WORKSPACE, clients=tmp_path))
    assert [problem.field for problem in error.value.problems] == [wrong]


def test_a_clock_says_its_times_of_day(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "policy.yaml").write_text("brand: {name: Shop}\n", encoding="utf-8")
    row = "a,a,signal,,3,business_days,statutory,16:30,17:00,start\n"
    (tmp_path / "shop" / "clocks.csv").write_text(HEAD + row, encoding="utf-8")
    rule = next(r for r in read_policy("shop", replace(WORKSPACE, clients=tmp_path)).clocks if r.id == "a")
    assert (rule.cut_off, rule.ends_at, rule.version_by) == (time(16, 30), time(17), "start")


# -- business days of grace, then calendar days --------------------------------------------

LATE = read_table(ROOT / "tests" / "tables" / "late_refund.table.yaml")
OFF = [date.fromisoformat(str(day)) for day in LATE.derived[0].settings["holidays"]]


def test_the_tables_holidays_are_those_of_the_clocks() -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    weekdays = [day for day in days if day.weekday() < 5]
    assert [d for d in weekdays if not LONDON.is_business_day(d)] == [d for d in OFF if d.weekday() < 5]


@given(st.dates(date(2026, 1, 2), date(2026, 12, 15)), st.integers(0, 60))
def test_grace_runs_in_business_days_and_what_follows_in_calendar_days(asked: date, wait: int) -> None:
    paid = asked + timedelta(days=wait)
    decision = decide(LATE, {"asked_on": asked, "paid_on": paid})
    grace = due_day(asked, 5, "business_days", LONDON)
    assert grace is not None
    assert decision.case["grace_ends"] == grace.isoformat()
    late = max(0, (paid - grace).days)
    assert (decision.total.minor if decision.total else 0) == min(late * 200, 6000)

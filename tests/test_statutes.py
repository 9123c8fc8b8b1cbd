"""The statutes shipped with the kit pay what the law and its published cases say, and say so for any customer."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.offers import price_case
from playbook.offers.population import Pricer
from playbook.policy import read_policy
from playbook.policy.model import Policy
from playbook.sources import read_csv
from playbook.tables import Table, decide, read_table
from playbook.tables.prove import cases_at_bounds, prove, unexercised
from playbook.workspace import find_workspace

ROOT = Path(__file__).parents[1]
EU261 = read_table(ROOT / "policies" / "statutes" / "eu" / "eu261.delay.table.yaml")
FLOWN = "2026-05-01"


@cache
def island_air() -> Policy:
    return read_policy("island-air", find_workspace(ROOT))


def flight(km: int, late: int, **more: Any) -> dict[str, Any]:
    return {
        "event": "delay",
        "distance_km": km,
        "arrival_delay_min": late,
        "intra_eu": "false",
        "extraordinary": "false",
        "event_date": FLOWN,
        **more,
    }


# S01 of the collected schemes, by its numbers. Case 1 gives the minutes until the doors opened; touchdown was at 178.
GOLDEN: list[tuple[str, dict[str, Any], str | None]] = [
    ("S01-1 doors open five minutes after touchdown", flight(440, 183), "250.00"),
    ("S01-2 a minute less than three hours", flight(440, 179), None),
    ("S01-3 both bounds are inside", flight(1500, 180), "250.00"),
    ("S01-4 a kilometre further", flight(1501, 180), "400.00"),
    ("S01-5 the second bound is inside", flight(3500, 600), "400.00"),
    ("S01-6 long haul, less than four hours: half", flight(3501, 239), "300.00"),
    ("S01-7 long haul, four hours: in full", flight(3501, 240), "600.00"),
    ("S01-8 within the EU it is never long haul", flight(4000, 300, intra_eu="true"), "400.00"),
    ("S01-9 extraordinary circumstances", flight(6000, 600, extraordinary="true"), None),
    ("S01-20 a family of four", flight(6000, 300, passengers=4), "2400.00"),
    ("before the regulation was in force", flight(6000, 300, event_date="2005-02-16"), None),
    ("on the day it came into force", flight(6000, 300, event_date="2005-02-17"), "600.00"),
    ("what happened is not named, the delay is", flight(6000, 300, event=None), "600.00"),
]


@pytest.mark.parametrize(("case", "total"), [g[1:] for g in GOLDEN], ids=[g[0] for g in GOLDEN])
def test_a_late_flight_is_paid_as_published(case: dict[str, Any], total: str | None) -> None:
    decision = decide(EU261, case)
    assert decision.outcome == ("priced" if total else "not_eligible")
    assert (str(decision.total) if decision.total else None) == total


def test_the_law_has_no_gap_no_overlap_and_a_source_in_every_row() -> None:
    assert prove(EU261) == ()


def test_every_row_of_the_law_decides_at_least_one_case() -> None:
    cases = [*(case for _, case, _ in GOLDEN), flight(1000, 0, event="cancel")]
    used = {row.id for case in cases for row in decide(EU261, case).fired}
    assert unexercised(EU261, used) == []


EVENTS = ["delay", "cancel", "denied", "downgrade"]
FLIGHT_TABLES = {layer: {t.name: t for t in map(read_table, sorted((ROOT / "policies" / "statutes" / layer).glob("*.table.yaml")))} for layer in ("eu", "gb", "ca", "in")}  # fmt: skip
EVERY_TABLE = [table for tables in FLIGHT_TABLES.values() for table in tables.values()]


@pytest.mark.parametrize("table", EVERY_TABLE, ids=lambda table: table.name)
def test_the_tables_of_flights_have_no_gap_no_overlap_and_a_source_in_every_row(table: Table) -> None:
    assert [str(finding) for finding in prove(table)] == []


@pytest.mark.parametrize("table", EVERY_TABLE, ids=lambda table: table.name)
def test_every_row_gives_its_reason_and_what_is_paid_in_three_languages(table: Table) -> None:
    for row in table.rows:
        assert set(row.why) == {"en", "zh-Hant", "zh-Hans"}, row.id
        assert row.rationale, row.id
        assert row.payout.outcome != "pay" or set(row.label) == set(row.why), row.id


@pytest.mark.parametrize("layer", ["eu", "gb"])
@pytest.mark.parametrize("event", [*EVENTS, None])
def test_every_event_is_for_one_table_and_the_others_owe_nothing(layer: str, event: str | None) -> None:
    answers = [decide(table, {"event": event}).outcome for table in FLIGHT_TABLES[layer].values()]
    assert sorted(answers) == ["not_eligible"] * 3 + ["not_enough_information"]


@pytest.mark.parametrize("case", [{}, {"event": "cancel"}, {"event": "denied"}], ids=["nothing", "cancelled", "denied"])  # fmt: skip
def test_a_case_that_tells_next_to_nothing_is_never_answered_with_nothing(case: dict[str, Any]) -> None:
    priced = price_case(island_air(), case)
    assert priced.outcome == "not_enough_information"
    assert "event_date" in priced.missing
    batch = pa.RecordBatch.from_pylist([{"event": None, "event_date": None, **case}])
    assert Pricer(island_air()).price(batch, 0).to_pylist()[0]["outcome"] == "not_enough_information"


def cancelled(notice: int, early: int, late: int, **more: Any) -> dict[str, Any]:
    return {
        "event": "cancel",
        "notice_days": notice,
        "rerouting_offered": "true",
        "reroute_departs_early_min": early,
        "reroute_arrival_delay_min": late,
        "distance_km": 900,
        "intra_eu": "false",
        "extraordinary": "false",
        "event_date": FLOWN,
        **more,
    }


BOUNDS_OF_A_CANCELLATION: list[tuple[str, dict[str, Any], str | None]] = [
    ("two weeks of notice are enough", cancelled(14, 600, 600), None),
    ("a day less is not", cancelled(13, 121, 181), "250.00"),
    ("a minute too early in the second week", cancelled(10, 121, 0), "125.00"),
    ("arriving on the bound frees nobody but halves", cancelled(3, 60, 120), "125.00"),
    ("a minute less frees", cancelled(3, 60, 119), None),
    ("a minute more costs the full sum", cancelled(3, 60, 121), "250.00"),
    ("far away four hours halve", cancelled(3, 0, 240, distance_km=5000), "300.00"),
    ("and a minute more does not", cancelled(3, 0, 241, distance_km=5000), "600.00"),
    ("in the middle three hours halve", cancelled(3, 0, 180, distance_km=3500), "200.00"),
    ("within the EU it stays the middle", cancelled(3, 0, 181, distance_km=3501, intra_eu="true"), "400.00"),
    ("a storm", cancelled(3, 61, 500, extraordinary="true"), None),
]  # fmt: skip


@pytest.mark.parametrize(("case", "total"), [b[1:] for b in BOUNDS_OF_A_CANCELLATION], ids=[b[0] for b in BOUNDS_OF_A_CANCELLATION])  # fmt: skip
def test_a_cancellation_is_paid_by_the_bounds_of_its_two_articles(
    case: dict[str, Any], total: str | None
) -> None:
    decision = decide(FLIGHT_TABLES["eu"]["eu261.cancellation"], case)
    assert (decision.outcome, str(decision.total) if decision.total else None) == ("priced" if total else "not_eligible", total)  # fmt: skip


@pytest.mark.parametrize("late", [179, 180, 239, 240, 600])
@pytest.mark.parametrize("km", [1500, 1501, 3500, 3501])
def test_the_united_kingdom_has_the_same_rules_with_sums_in_pounds(km: int, late: int) -> None:
    pounds = {None: None, "250.00": "220.00", "400.00": "350.00", "300.00": "260.00", "600.00": "520.00"}
    here, there = decide(EU261, flight(km, late)).total, decide(FLIGHT_TABLES["gb"]["uk261.delay"], flight(km, late)).total  # fmt: skip
    assert (str(there) if there else None) == pounds[str(here) if here else None]
    assert there is None or there.currency == "GBP"


@pytest.mark.parametrize(("intra", "outcome"), [("true", "not_enough_information"), ("false", "priced"), (None, "priced")])  # fmt: skip
def test_the_clause_that_nobody_has_settled_is_left_to_a_person(intra: str | None, outcome: str) -> None:
    decision = decide(FLIGHT_TABLES["gb"]["uk261.delay"], flight(4000, 300, intra_eu=intra))
    assert decision.outcome == outcome


def test_the_distance_follows_from_the_airports_and_the_delay_from_the_doors() -> None:
    told = {
        "origin": "TPE",
        "destination": "AMS",
        "touchdown_delay_min": 178,
        "doors_open_after_touchdown_min": 62,
    }
    case = {k: v for k, v in {**flight(0, 0), **told}.items() if k not in ("distance_km", "arrival_delay_min")}  # fmt: skip
    decision = decide(EU261, case)
    assert 9300 < int(decision.case["distance_km"]) < 9600
    assert (decision.case["arrival_delay_min"], str(decision.total)) == ("240", "600.00")
    near = decide(EU261, {**case, "doors_open_after_touchdown_min": 1})
    assert near.outcome == "not_eligible"


def test_the_places_of_airports_are_each_there_once_and_on_earth() -> None:
    _, rows = read_csv(ROOT / "policies" / "base" / "airports.csv")
    codes = [row["code"] for row in rows]
    assert codes == sorted(set(codes))
    assert len(codes) > 7000
    for row in rows:
        assert re.fullmatch("[A-Z]{3}", row["code"]), row["code"]
        assert re.fullmatch(r"-?[0-9]{1,2}(\.[0-9]{1,4})?", row["latitude"]), row["code"]
        assert re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{1,4})?", row["longitude"]), row["code"]


def test_several_late_flights_of_one_claim_are_added() -> None:
    claim = {
        "event": "delay",
        "carrier_size": "small",
        "cause": "within_control",
        "notice_days": 0,
        "event_date": FLOWN,
    }
    table = FLIGHT_TABLES["ca"]["appr.delay"]
    late = [{"arrival_delay_min": 200}, {"arrival_delay_min": 30}, {"arrival_delay_min": 700}]
    assert str(decide(table, {**claim, "flights": late}).total) == "625.00"
    assert decide(table, {**claim, "flights": [*late, {}]}).missing == ("arrival_delay_min",)


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        ({"distance_km": None}, ("distance_km",)),
        ({"extraordinary": None}, ("extraordinary",)),
        ({"intra_eu": None}, ("intra_eu",)),
        ({"arrival_delay_min": None}, ("arrival_delay_min",)),
        ({"event_date": None}, ("event_date",)),
    ],
    ids=["how far", "why", "whether within the EU", "how late", "when"],
)
def test_what_is_not_known_is_asked_for(left_out: dict[str, Any], missing: tuple[str, ...]) -> None:
    decision = decide(EU261, {**flight(6000, 300), **left_out})
    assert (decision.outcome, decision.missing) == ("not_enough_information", missing)


def test_what_cannot_matter_is_not_asked_for() -> None:
    assert decide(EU261, {"arrival_delay_min": 179}).outcome == "not_eligible"
    assert str(decide(EU261, {**flight(1500, 300), "intra_eu": None}).total) == "250.00"


@pytest.mark.parametrize(
    ("jurisdiction", "applies"),
    [("EU", True), ("DE", True), ("NO", True), ("CH", True), ("TW", False), ("GB", False), ("US-NY", False)],
)
def test_the_jurisdiction_of_the_case_decides_whether_the_law_applies(
    jurisdiction: str, applies: bool
) -> None:
    case = {**flight(6000, 300), "overnight": "false"}
    priced = price_case(island_air(), case, jurisdiction=jurisdiction)
    found = [str(line.amount) for line in priced.lines if line.line == "statutory"]
    assert found == (["600.00"] if applies else [])


def test_a_case_outside_is_not_asked_for_what_only_the_law_wants_to_know() -> None:
    case = {"arrival_delay_min": 90, "extraordinary": "false"}
    assert price_case(island_air(), case, jurisdiction="TW").missing == ()


@given(
    km=st.integers(0, 20038),
    late=st.integers(-1440, 20159),
    more=st.integers(0, 20159),
    intra=st.sampled_from(["true", "false"]),
    extraordinary=st.sampled_from(["true", "false"]),
    heads=st.integers(1, 9),
)
def test_more_delay_never_pays_less_and_everyone_on_the_booking_gets_the_same(
    km: int, late: int, more: int, intra: str, extraordinary: str, heads: int
) -> None:
    def paid(minutes: int, passengers: int = 1) -> int:
        case = flight(
            km, minutes, intra_eu=intra, extraordinary=extraordinary, passengers=passengers, event=None
        )
        total = decide(EU261, case).total
        return total.minor if total else 0

    assert paid(late) <= paid(max(late, more))
    assert paid(late, heads) == heads * paid(late)


@pytest.mark.parametrize("case", cases_at_bounds(EU261), ids=lambda c: ",".join(c.values()))
def test_both_sides_of_every_bound_are_answered(case: dict[str, Any]) -> None:
    assert decide(EU261, case).outcome in ("priced", "not_eligible", "not_enough_information")
    assert decide(EU261, case).fired

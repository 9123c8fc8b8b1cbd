"""The statutes shipped with the kit pay what the law and its published cases say, and say so for any customer."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.offers import price_case
from playbook.policy import read_policy
from playbook.policy.model import Policy
from playbook.tables import decide, read_table
from playbook.tables.prove import GoldenCase, cases_at_bounds, prove, run_golden, unexercised
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


# S01 of the collected schemes, by its numbers. Left to the later tables: 10-17 (cancellation), 18-19 (denied
# boarding), 21-23 (downgrading). Case 1 gives the minutes until the doors opened; touchdown was at 178.
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
    other = GoldenCase("cancelled", flight(1000, 0, event="cancel"), "not_enough_information", None, "", 0)
    cases = [
        GoldenCase(name, case, "priced" if total else "not_eligible", total, "", 0)
        for name, case, total in GOLDEN
    ]
    wrong, used = run_golden(EU261, [*cases, other])
    assert wrong == []
    assert unexercised(EU261, used) == []


@pytest.mark.parametrize("event", ["cancel", "denied", "downgrade"])
def test_what_the_table_does_not_cover_is_left_open_not_answered_with_nothing(event: str) -> None:
    assert decide(EU261, flight(6000, 600, event=event)).outcome == "not_enough_information"


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

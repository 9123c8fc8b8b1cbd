"""Service credits, multiple damages and scam reimbursement: what the shipped tables say holds for any case."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.tables import Decision, decide, read_table
from playbook.tables.prove import prove

POLICIES = Path(__file__).parents[1] / "policies"
CREDIT = read_table(POLICIES / "clients" / "cloud-credits" / "uptime_credit.table.yaml")
FRAUD = read_table(POLICIES / "statutes" / "cn" / "cn.fraud.table.yaml")
FOOD = read_table(POLICIES / "statutes" / "cn" / "cn.food.table.yaml")
PUNITIVE = read_table(POLICIES / "statutes" / "tw" / "tw.punitive.table.yaml")
FLIGHT = read_table(POLICIES / "statutes" / "tw" / "tw.flight_delay.table.yaml")
SCAM = read_table(POLICIES / "statutes" / "gb-payments" / "app_scam.table.yaml")
DISTRESS = read_table(POLICIES / "statutes" / "gb-payments" / "distress.table.yaml")
TABLES = (CREDIT, FRAUD, FOOD, PUNITIVE, FLIGHT, SCAM, DISTRESS)
LANGUAGES = {"en", "zh-Hant", "zh-Hans"}

pence = st.integers(0, 10_000_000).map(lambda minor: Decimal(minor) / 100)
yes_no = st.sampled_from(["true", "false"])
days = st.dates(date(1990, 1, 1), date(2030, 1, 1))


def minor(decision: Decision) -> int:
    """Return the total in minor units; nothing is 0."""
    return decision.total.minor if decision.total else 0


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_table_has_no_gap_and_no_overlap(table: Any) -> None:
    assert [finding for finding in prove(table) if finding.level == "error"] == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_readers_of_three_languages_are_told_what_is_paid_why_and_what_is_asked(table: Any) -> None:
    assert set(table.title) == LANGUAGES
    for row in table.rows:
        assert set(row.why) == LANGUAGES, row.id
        assert row.rationale, row.id
        assert row.payout.outcome in ("none", "more_information") or set(row.label) == LANGUAGES, row.id
    between = {name for step in table.derived for name in step.of} & {step.name for step in table.derived}
    for column in (*table.inputs, *table.raw_inputs):
        wanted = {"name", *(column.values if column.type == "enum" else ())}
        if column.name not in between:
            assert {code: set(names) for code, names in column.labels.items()} == dict.fromkeys(
                LANGUAGES, wanted
            )


# -- service credits -----------------------------------------------------------------------

BANDS = {"ec2_region": ("99.99", 30, 100), "azure_vm_zones": ("99.99", 25, 100), "bigtable_regions": ("99.999", 25, 50)}  # fmt: skip


@given(st.sampled_from(sorted(BANDS)), st.integers(28, 31), st.integers(0, 40_000), st.integers(0, 59))
def test_uptime_from_minutes_and_seconds_falls_in_the_band_that_exact_fractions_fall_in(
    service: str, month: int, minutes: int, seconds: int
) -> None:
    commitment, second, last = BANDS[service]
    up = 100 * (1 - Fraction(minutes * 60 + seconds, month * 86_400))
    share = 0 if up >= Fraction(commitment) else 10 if up >= 99 else second if up >= 95 else last
    case = {"service": service, "monthly_bill": "1000", "month_days": month}
    found = decide(CREDIT, {**case, "unavailable_minutes": minutes, "unavailable_seconds": seconds})
    assert minor(found) == share * 1000


def test_one_second_decides_at_the_bound() -> None:
    case = {"service": "ec2_region", "monthly_bill": "1000", "month_days": 30, "unavailable_minutes": 4}
    assert minor(decide(CREDIT, {**case, "unavailable_seconds": 19})) == 0
    assert minor(decide(CREDIT, {**case, "unavailable_seconds": 20})) == 10_000


@pytest.mark.parametrize(("service", "paid"), [("s3_standard", 0), ("azure_vm_zones", 100)])
def test_a_credit_of_exactly_one_dollar_is_not_given_where_more_is_needed(service: str, paid: int) -> None:
    case = {"service": service, "uptime_percent": "99.5", "monthly_bill": "10.00"}
    assert minor(decide(CREDIT, case)) == paid


def test_without_uptime_or_minutes_the_credit_is_not_guessed() -> None:
    found = decide(CREDIT, {"service": "s3_standard", "monthly_bill": "100", "month_days": 30})
    assert (found.outcome, found.missing) == ("not_enough_information", ("uptime_percent",))


# -- multiple damages ----------------------------------------------------------------------


@given(pence, days)
def test_fraud_is_paid_once_by_the_old_law_and_thrice_with_a_minimum_by_the_new(
    price: Decimal, day: date
) -> None:
    found = decide(FRAUD, {"fraud": "true", "price_paid": price, "event_date": day})
    old = int(price * 100) if day >= date(1994, 1, 1) else 0
    assert minor(found) == (max(int(price * 300), 50_000) if day >= date(2014, 3, 15) else old)


@given(pence, pence, yes_no, yes_no, days)
def test_one_law_at_most_gives_a_multiple_for_the_same_food(
    price: Decimal, loss: Decimal, fraud: str, label: str, day: date
) -> None:
    case = {"price_paid": price, "event_date": day, "label_defect_only": label, "food_below_standard": "true"}
    general, special = decide(FRAUD, {**case, "fraud": fraud}), decide(FOOD, {**case, "loss": loss})
    assert special.fired
    assert not (minor(general) and minor(special))


@given(pence, pence)
def test_the_buyer_of_unsafe_food_chooses_and_the_minimum_holds_for_each_choice(
    price: Decimal, loss: Decimal
) -> None:
    case = {"food_below_standard": "true", "event_date": "2026-05-01", "price_paid": price, "loss": loss}
    found = decide(FOOD, case)
    assert minor(found) == max(100_000, int(price * 1000), int(loss * 300))
    assert {paid.row.payout.alternative for paid in found.paid} == {"multiple"}
    assert len(found.paid) == (2 if loss else 1)


@given(st.sampled_from(["negligence", "gross_negligence", "intent"]), pence, days)
def test_punitive_damages_are_a_maximum_that_a_court_decides_within(
    fault: str, loss: Decimal, day: date
) -> None:
    found = decide(PUNITIVE, {"fault": fault, "loss": loss, "event_date": day})
    if day < date(1994, 1, 13):
        assert found.outcome == "not_eligible"
        return
    new = {"negligence": 1, "gross_negligence": 3, "intent": 5}
    old = {"negligence": 1, "gross_negligence": 1, "intent": 3}
    times = (new if day >= date(2015, 6, 19) else old)[fault]
    assert (found.outcome, found.total, found.paid[0].decider) == ("discretion", None, "court")
    assert found.paid[0].at_most is not None
    assert found.paid[0].at_most.minor == times * int(loss * 100)


@pytest.mark.parametrize(
    ("late", "given_up", "day", "outcome"),
    [
        (299, "true", "2026-05-01", "not_eligible"),
        (300, "true", "2026-05-01", "priced"),
        (300, "false", "2026-05-01", "not_eligible"),
        (300, "true", "2017-09-15", "priced"),
        (300, "true", "2017-09-14", "not_enough_information"),
    ],
)
def test_a_flight_five_hours_late_is_paid_back(late: int, given_up: str, day: str, outcome: str) -> None:
    case = {"flight_delay_min": late, "journey_given_up": given_up, "event_date": day, "ticket_price": "3200"}
    found = decide(FLIGHT, case)
    assert found.outcome == outcome
    assert minor(found) == (320_000 if outcome == "priced" else 0)


# -- scams and distress --------------------------------------------------------------------


@given(pence, yes_no, yes_no)
def test_a_scam_is_paid_back_up_to_the_cap_and_the_two_firms_bear_it_in_halves(
    lost: Decimal, vulnerable: str, levied: str
) -> None:
    case = {
        "amount_lost": lost,
        "vulnerable": vulnerable,
        "excess_levied": levied,
        "claimed_within_13_months": "true",
    }
    found = decide(SCAM, {**case, "event_date": "2026-05-01"})
    excess = 10_000 if (vulnerable, levied) == ("false", "true") else 0
    assert minor(found) == max(0, min(int(lost * 100), 8_500_000) - excess)
    if found.payers:
        sending, receiving = (share.minor for share in found.payers.values())
        assert sending + receiving == minor(found)
        assert sending - receiving in (0, 1)


def test_a_scam_before_the_requirement_or_claimed_too_late_is_said_to_be_outside() -> None:
    case = {"amount_lost": "500", "vulnerable": "true", "claimed_within_13_months": "true"}
    assert decide(SCAM, {**case, "event_date": "2024-10-06"}).outcome == "not_eligible"
    assert decide(SCAM, {**case, "event_date": "2024-10-07"}).outcome == "priced"
    late = {**case, "claimed_within_13_months": "false", "event_date": "2026-05-01"}
    assert decide(SCAM, late).outcome == "not_eligible"


def test_vulnerability_moves_an_award_up_one_band() -> None:
    levels = DISTRESS.input("impact").values
    for level, above in pairwise(levels[1:]):
        vulnerable = decide(DISTRESS, {"impact": level, "vulnerable": "true"}).paid[0]
        worse = decide(DISTRESS, {"impact": above, "vulnerable": "false"}).paid[0]
        assert (vulnerable.at_least, vulnerable.at_most) == (worse.at_least, worse.at_most)
        assert vulnerable.decider == "ombudsman"
    highest = decide(DISTRESS, {"impact": levels[-1], "vulnerable": "true"}).paid[0]
    assert highest.at_most is None

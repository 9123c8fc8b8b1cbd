"""What to do now: which step is done, which is late, and which only a person can tell."""

from __future__ import annotations

import pytest
from assessment_examples import condition, incident, policy, step

from playbook.assessment import assess
from playbook.offers.model import Offers
from playbook.plan import PlanStep, make_plan
from playbook.policy.model import Condition, Step


def planned(one: Step, **changes: object) -> PlanStep:
    record, rules = incident(**changes), policy(steps=(one,))
    assessment = assess(record, rules, None)
    plan = make_plan(record, rules, assessment, Offers("not_enough_information"))
    return (*plan.steps, *plan.not_applicable)[0]


@pytest.mark.parametrize(
    ("done_when", "clock", "state"),
    [
        pytest.param(None, "", "to_confirm", id="the record cannot tell, so a person is asked"),
        pytest.param(condition(has_signal="yes"), "", "done", id="the record shows it"),
        pytest.param(condition(has_follow_up="yes"), "", "open", id="the record does not show it yet"),
    ],
)
def test_a_step_is_done_where_the_record_shows_it(
    done_when: Condition | None, clock: str, state: str
) -> None:
    assert planned(step("one", "P1", clock, done_when=done_when)).state == state


def test_a_step_whose_condition_fails_says_which_it_would_need() -> None:
    found = planned(step("one", "P8", when=condition(fault_status="company")))
    assert found.state == "not_applicable"
    assert found.why.values["conditions"] == ("fault_status = company",)


def test_reaching_a_stage_alone_does_not_tick_off_its_steps() -> None:
    # P0 counts as reached in every incident; that nobody prepared a channel must not read as done.
    assert planned(step("prepare", "P0")).state == "to_confirm"


def deadlines_of(**changes: object) -> list[str]:
    record, rules = incident(**changes), policy()
    assessment = assess(record, rules, None)
    return [d.id for d in make_plan(record, rules, assessment, Offers("not_enough_information")).deadlines]


def sent_at(time: str, due: str, language: str) -> dict[str, str]:
    return {
        "at": f"2026-05-09T{time}+08:00",
        "kind": "holding-statement",
        "channel": "facebook",
        "language": language,
        "next_update_promised_at": f"2026-05-09T{due}+08:00",
    }


def test_one_next_word_promised_in_three_languages_is_one_deadline() -> None:
    sent = [sent_at("18:30", "22:00", language) for language in ("zh-Hant", "zh-Hans", "en")]
    found = deadlines_of(sent=sent, as_of="2026-05-09T19:00+08:00")
    assert [name for name in found if name.startswith("promise.sent")] == ["promise.sent[0]"]


@pytest.mark.parametrize(
    ("as_of", "there"), [("19:00", True), ("23:00", False)], ids=["ahead", "already past"]
)
def test_a_planned_next_word_is_a_deadline_only_while_it_lies_ahead(as_of: str, there: bool) -> None:
    found = deadlines_of(next_update_at="2026-05-09T22:00+08:00", as_of=f"2026-05-09T{as_of}+08:00")
    assert ("next_update" in found) == there


def test_the_second_word_meets_the_clock_of_the_next_word_and_a_plan_does_not() -> None:
    first = sent_at("18:30", "22:00", "en") | {"next_update_promised_at": None}
    second = sent_at("19:10", "22:00", "en") | {"next_update_promised_at": None}
    planned = assess(incident(sent=[first], next_update_at="2026-05-09T22:00+08:00"), policy(), None)
    told = assess(incident(sent=[first, second]), policy(), None)
    assert "next_update" not in planned.points
    assert told.points["next_update"].raw == "2026-05-09T19:10+08:00"

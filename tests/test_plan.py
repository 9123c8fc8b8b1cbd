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

"""Plans of texts as data: shapes, steps with conditions, and what a client's layer replaces."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from playbook.drafts.compose import Setting, choose, shape_of
from playbook.drafts.plans import Shape, check_plans, read_plans
from playbook.drafts.wording import Bank, Move, Variant
from playbook.errors import Problem
from playbook.policy.model import Condition
from playbook.sources import parse_yaml

BASE = """
plans:
  reply:
    - [salute, {move: heard, when: {details: yes}}]
    - [sign]
  reply~sorry-first:
    - [feeling, heard]
  reply~facts-first:
    when: {switch.facts_before_emotion: "true"}
    paragraphs: [[heard, feeling]]
  reply.x: [[in_short]]
"""


def _read(*layers: str) -> dict[str, tuple[Shape, ...]]:
    plans: dict[str, tuple[Shape, ...]] = {}
    for layer in layers:
        data, _ = parse_yaml(layer, "plans.yaml")
        plans = read_plans(data["plans"], plans, set())
    return plans


def _setting(
    channel: str = "facebook", again: str = "0", shape: str | None = None, **situation: str
) -> Setting:
    choices = {"again": again} | ({} if shape is None else {"shape": shape})
    return Setting("ref", "reply", channel, "comment", "en", situation, None, len, choices)


def _chosen(plans: dict[str, tuple[Shape, ...]], setting: Setting) -> str:
    shape = shape_of(Bank({}, plans), setting)
    assert shape is not None
    return shape.name


def test_a_step_is_taken_where_its_condition_holds() -> None:
    plain = next(s for s in _read(BASE)["reply"] if s.name == "")
    heard = plain.paragraphs[0][1]
    assert heard.when == Condition({"details": ("yes",)})
    assert heard.when.holds({"details": "yes"})
    assert not heard.when.holds({"details": "no"})


def test_the_shape_whose_condition_is_closest_is_taken() -> None:
    assert _chosen(_read(BASE), _setting(**{"switch.facts_before_emotion": "true"})) == "facts-first"


def test_asking_for_another_wording_goes_through_all_shapes_before_one_comes_again() -> None:
    plans = _read(BASE)
    assert {_chosen(plans, _setting(again=str(n))) for n in range(2)} == {"", "sorry-first"}


def test_the_same_incident_keeps_its_shape() -> None:
    assert len({_chosen(_read(BASE), _setting()) for _ in range(5)}) == 1


@pytest.mark.parametrize(("chosen", "name"), [("plain", ""), ("sorry-first", "sorry-first")])
def test_a_person_chooses_the_shape(chosen: str, name: str) -> None:
    assert _chosen(_read(BASE), _setting(shape=chosen)) == name


def test_a_channel_has_a_plan_of_its_own() -> None:
    shape = shape_of(Bank({}, _read(BASE)), _setting(channel="x"))
    assert shape is not None
    assert shape.moves == {"in_short"}


def test_a_layer_that_writes_a_plan_replaces_every_shape_below_it() -> None:
    plans = _read(BASE, "plans:\n  reply: [[ours]]\n")
    assert [(s.name, sorted(s.moves)) for s in plans["reply"]] == [("", ["ours"])]
    assert plans["reply.x"][0].moves == {"in_short"}, "other plans stay"


def test_a_layer_may_write_several_shapes() -> None:
    plans = _read(BASE, "plans:\n  reply: [[ours]]\n  reply~warm: [[ours, thanks]]\n")
    assert [s.name for s in plans["reply"]] == ["", "warm"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("plans: {reply: [a, b]}", id="moves without paragraphs"),
        pytest.param("plans: {reply: [[{when: {a: b}}]]}", id="a step without a move"),
        pytest.param("plans: {reply: [[{move: a, unless: {a: b}}]]}", id="a step with an unknown key"),
        pytest.param("plans: {reply: {when: {a: b}}}", id="a shape without paragraphs"),
        pytest.param("plans: {reply: {paragraphs: [[a]], if: {a: b}}}", id="a shape with an unknown key"),
        pytest.param("plans: {reply: [[{move: a, when: [b]}]]}", id="a condition that is a list"),
        pytest.param("plans: {reply: [[]]}", id="an empty paragraph"),
        pytest.param("plans: {reply: text}", id="a text"),
    ],
)
def test_a_plan_that_is_none_is_refused(text: str) -> None:
    data, at = parse_yaml(text, str(Path("plans.yaml")))
    problems: list[Problem] = []
    check_plans(data["plans"], at, problems)
    assert [p.field for p in problems] == ["plans.reply"]


def test_a_phrase_that_the_clients_people_wrote_comes_before_the_bank_until_another_is_asked_for() -> None:
    ids = ("a", "own.thanks.1", "z")
    variants = tuple(Variant(id_, Condition(), id_, "", (), "") for id_ in ids)
    move = Move("thanks", "", "", 0, "", variants)
    first = choose(move, {}, replace(_setting(), choices={}))
    assert first is not None
    assert first.id == "own.thanks.1"
    others = {found.id for n in range(1, 4) if (found := choose(move, {}, _setting(again=str(n))))}
    assert others == set(ids)

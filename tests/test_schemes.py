"""The published schemes answer every collected case as published: transcribed from the text, by people who knew no row."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from playbook.offers.golden import Case, golden_cases, run_case
from playbook.policy import read_policy
from playbook.policy.model import Policy
from playbook.sources import read_yaml
from playbook.workspace import find_workspace

ROOT = Path(__file__).resolve().parent.parent
SECOND = Path(__file__).parent / "schemes" / "second_reading.yaml"
COLLECTED = {
    "S01": 23, "S02": 11, "S04": 19, "S05": 19, "S06": 17, "S07": 18, "S08": 15, "S10": 16, "S11": 25, "S14": 25, "S15": 19, "S16": 14, "CL": 12,
}  # fmt: skip
"""How many cases the collection of schemes has; together 233."""


@cache
def policy(layer: str) -> Policy:
    return read_policy(
        layer.removeprefix("clients/"), find_workspace(ROOT)
    )  # a client is named without its folder


def first_reading() -> list[tuple[str, Case]]:
    folders = sorted(path.parent for path in (ROOT / "policies").glob("*/*/cases.yaml"))
    return [(f"{f.parent.name}/{f.name}", case) for f in folders for case in golden_cases(f)]


FIRST = first_reading()
LAYERS = {entry["id"]: entry["layer"] for entry in read_yaml(SECOND)[0]}
SECOND_CASES = [(LAYERS[case.id], case) for case in golden_cases(SECOND.parent, SECOND.name)]


def numbers(cases: list[tuple[str, Case]]) -> set[tuple[str, int]]:
    found = (re.match(r"([A-Z]+[0-9]*)-([0-9]+)", case.id) for _, case in cases)
    return {(match[1], int(match[2])) for match in found if match and match[1] in COLLECTED}


@pytest.mark.parametrize(("layer", "case"), FIRST, ids=[f"{layer} {case.id}" for layer, case in FIRST])
def test_a_published_case_comes_out_as_published(layer: str, case: Case) -> None:
    result = run_case(policy(layer), case)
    assert (result.differs, result.problems) == ((), ())


@pytest.mark.parametrize(
    ("layer", "case"), SECOND_CASES, ids=[f"{layer} {case.id}" for layer, case in SECOND_CASES]
)
def test_a_case_that_somebody_else_transcribed_too_comes_out_the_same(layer: str, case: Case) -> None:
    result = run_case(policy(layer), case)
    assert (result.differs, result.problems) == ((), ())


def test_every_collected_case_is_there_and_a_fifth_of_them_twice() -> None:
    assert sum(COLLECTED.values()) == 233
    every = {(scheme, n) for scheme, count in COLLECTED.items() for n in range(1, count + 1)}
    assert numbers(FIRST) == every
    assert numbers(SECOND_CASES) <= every
    assert len(numbers(SECOND_CASES)) >= 233 / 5


def test_a_case_expects_something_and_is_of_a_known_origin() -> None:
    assert all(case.expect and case.origin for _, case in FIRST)
    origins = Counter(case.origin for layer, case in FIRST if case.id.split("-")[0] in COLLECTED)
    assert set(origins) == {"published example", "published row", "rule at a bound"}


@pytest.mark.parametrize(
    ("layer", "case"), FIRST[::7], ids=[f"{layer} {case.id}" for layer, case in FIRST[::7]]
)
def test_a_case_that_expects_something_else_is_told_as_different(layer: str, case: Case) -> None:
    other = {
        key: (str(value or "") + "1" if key in ("total", "at_most") else "2020-01-01" if key == "due" else ["x"] if key == "things" else {"x": "1.00"} if key in ("kinds", "payers") else "discretion" if value != "discretion" else "priced")
        for key, value in case.expect.items()
    }  # fmt: skip
    for key, value in other.items():
        assert run_case(policy(layer), replace(case, expect={key: value})).differs

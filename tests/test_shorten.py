"""A text that is too long for its channel: said shorter first, then without what weighs least, and a cut list says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.drafts.model import Sentence
from playbook.drafts.shorten import shortened
from playbook.drafts.worded import Worded
from playbook.drafts.wording import Move


def _move(name: str, drop: int, each: str = "") -> Move:
    return Move(name, "", each, drop, "", ())


def _one(move: Move, text: str, paragraph: int = 0) -> Worded:
    return Worded(Sentence(text, "", f"{move.id}.1", paragraph=paragraph, line=bool(move.each)), move)


MEASURES = _move("measures", 2, "measures")
REST = _move("measures_rest", 1)


class _Shorter:
    """Words every sentence as its first two letters, and a list that lost items as how many are left."""

    def __init__(self, total: int, brief: bool = True) -> None:
        self.total, self.brief = total, brief

    def briefly(self, one: Worded) -> Worded | None:
        if not self.brief or one.move.each or len(one.sentence.text) <= 2:
            return None
        return Worded(replace(one.sentence, text=one.sentence.text[:2]), one.move)

    def rest(self, move: Move, told: int, paragraph: int) -> Worded | None:
        left = self.total - told
        return _one(REST, f"+{left}", paragraph) if left else None


def _within(limit: int) -> object:
    def fits(worded: Sequence[Worded]) -> bool:
        return sum(len(w.sentence.text) for w in worded) <= limit

    return fits


def _texts(worded: Sequence[Worded]) -> list[str]:
    return [w.sentence.text for w in worded]


def _letter() -> list[Worded]:
    lead = _one(_move("measures_lead", 2), "We change:", 1)
    items = [_one(MEASURES, f"item {n}...", 1) for n in range(3)]
    return [
        _one(_move("apology", 0), "sorry for it", 0),
        lead,
        *items,
        _one(_move("values", 7), "we care a lot", 2),
    ]


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        pytest.param(90, ["sorry for it", "We change:", "item 0...", "item 1...", "item 2...", "we care a lot"], id="room for all"),
        pytest.param(52, ["sorry for it", "We change:", "item 0...", "item 1...", "item 2...", "we"], id="what weighs least is said shorter first"),
        pytest.param(31, ["so", "item 0...", "item 1...", "item 2...", "We"], id="a lead is said shorter, too"),
        pytest.param(24, ["so", "We", "item 0...", "item 1...", "+1"], id="the last item goes, and the list says that there is one more"),
        pytest.param(4, ["so", "+3"], id="no item left: where all is told stands alone"),
        pytest.param(2, ["so"], id="what may never go stays"),
        pytest.param(0, ["so"], id="and is not cut"),
    ],
)  # fmt: skip
def test_what_weighs_least_goes_first(limit: int, expected: list[str]) -> None:
    found = _texts(shortened(_letter(), _Shorter(3), _within(limit)))  # type: ignore[arg-type]
    assert sorted(found) == sorted(expected)


@given(
    drops=st.lists(st.integers(0, 7), min_size=1, max_size=8),
    items=st.integers(0, 6),
    limit=st.integers(0, 200),
    brief=st.booleans(),
)
def test_nothing_is_hidden_and_nothing_that_must_stay_goes(
    drops: list[int], items: int, limit: int, brief: bool
) -> None:
    fixed = [_one(_move(f"m{i}", drop), f"sentence {i} ({drop})") for i, drop in enumerate(drops)]
    whole = [*fixed, *(_one(MEASURES, f"measure number {n}", 1) for n in range(items))]
    found = shortened(whole, _Shorter(items, brief), _within(limit))  # type: ignore[arg-type]
    told = sum(w.move is MEASURES for w in found)
    rest = [w.sentence.text for w in found if w.move is REST]
    fits = _within(limit)
    if 0 < told < items:
        assert rest == [f"+{items - told}"], "a list that lost items says how many"
    assert {w.move.id for w in found} >= {w.move.id for w in whole if w.move.drop == 0}
    assert fits(found) or all(w.move.drop == 0 for w in found)  # type: ignore[operator]
    kept = [w.sentence.wording for w in found if w.move is not REST]
    assert kept == [w.sentence.wording for w in whole if w.sentence.wording in kept][: len(kept)]

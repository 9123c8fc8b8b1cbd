"""What a kind of text says and in which order, as data: shapes of paragraphs, each step with the condition under which it is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playbook.errors import Problem
from playbook.policy.model import Condition
from playbook.sources import Positions
from playbook.tables.shapes import SHAPES

ALWAYS = Condition()
_EXPECTED = "a list of lists of moves, or a map with paragraphs and when"


@dataclass(frozen=True)
class Step:
    """One move of a plan, taken where `when` holds."""

    move: str
    when: Condition = ALWAYS


@dataclass(frozen=True)
class Shape:
    """One way to build a text: paragraphs of steps. Several of one kind differ in their order, not only in words."""

    name: str  # empty: the plain one
    when: Condition
    paragraphs: tuple[tuple[Step, ...], ...]

    @property
    def moves(self) -> frozenset[str]:
        """Return the ids of the moves that may be taken."""
        return frozenset(step.move for paragraph in self.paragraphs for step in paragraph)


Plans = Mapping[str, tuple[Shape, ...]]
"""By kind, `kind.voice` or `kind.channel`."""


def condition_of(raw: object) -> Condition:
    """Return a condition as YAML writes it: a field and one value, or a list of values."""
    given = raw if isinstance(raw, dict) else {}
    return Condition(
        {str(k): tuple(str(_word(v)) for v in (vs if isinstance(vs, list) else [vs])) for k, vs in given.items()}
    )  # fmt: skip


def _word(value: Any) -> Any:
    return ("yes" if value else "no") if isinstance(value, bool) else value


def check_plans(data: Any, at: Positions, problems: list[Problem]) -> None:
    """Add a problem for every plan that is not written as one."""
    for key, raw in data.items() if isinstance(data, dict) else ():
        paragraphs = raw.get("paragraphs") if isinstance(raw, dict) else raw
        whole = isinstance(paragraphs, list) and all(
            isinstance(p, list) and p and all(_is_step(step) for step in p) for p in paragraphs
        )
        strange = raw.keys() - {"paragraphs", "when"} if isinstance(raw, dict) else ()
        if not whole or strange or (isinstance(raw, dict) and not _is_condition(raw.get("when") or {})):
            problems.append(
                at.problem(
                    ("plans", key), repr(raw)[:60], _EXPECTED, "Write it as [[a, {move: b, when: {field: value}}], [c]]."
                )
            )  # fmt: skip


def _is_step(raw: object) -> bool:
    if isinstance(raw, dict):
        return (
            set(raw) <= {"move", "when"}
            and isinstance(raw.get("move"), str)
            and _is_condition(raw.get("when") or {})
        )
    return SHAPES["a text"](raw)


def _is_condition(raw: object) -> bool:
    return isinstance(raw, dict) and all(
        SHAPES["a text"](v) or SHAPES["a list of texts"](v) for v in raw.values()
    )


def read_plans(data: Mapping[str, Any], below: Plans, written: set[str]) -> dict[str, tuple[Shape, ...]]:
    """Return the plans of a file on those of the layers below it.

    A layer that writes a plan replaces every shape that lower layers have of it: else one of theirs would be chosen now
    and then. `written` holds what this layer wrote already, in files before.
    """
    plans = dict(below)
    for key, raw in data.items():
        name, _, shape = str(key).partition("~")
        paragraphs = raw["paragraphs"] if isinstance(raw, dict) else raw
        new = Shape(
            shape,
            condition_of(raw.get("when") if isinstance(raw, dict) else None),
            tuple(tuple(_step(step) for step in p) for p in paragraphs),
        )
        mine = [s for s in plans.get(name, ()) if name in written and s.name != shape]
        plans[name] = tuple(sorted((*mine, new), key=lambda s: s.name))
        written.add(name)
    return plans


def _step(raw: Any) -> Step:
    if isinstance(raw, dict):
        return Step(str(raw["move"]), condition_of(raw.get("when")))
    return Step(str(raw))

"""The wording banks: data of the policy, per language, client layers over base ones (`docs/wording.md`).

A layer's `wording/*.yaml` holds what is the same in every language: `plans` (per kind: the moves in order, in
paragraphs) and what each of the `moves` does. Its `wording/<language>/*.yaml` hold the words: per move the variants,
each with the condition under which it may be used and text with `{slots}`; `subjects` per kind.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from playbook.drafts.plans import Plans, Shape, check_plans, condition_of, read_plans
from playbook.errors import InputError, PolicyError, Problem
from playbook.policy.model import Condition, Policy
from playbook.sources import Positions, read_yaml
from playbook.tables.shapes import SHAPES, check_shapes
from playbook.text import Language

OWN = "own."
"""How the ids of a client's own phrases begin (`playbook phrase keep`)."""
MOVE_KEYS = {"part", "each", "drop", "unless_said", "frame", "variants"}
VARIANT_KEYS = {"id", "when", "text", "register"}
FILE_SHAPES = {"moves": "a map of maps", "plans": "a map", "subjects": "a map"}
MOVE_SHAPES = {
    "part": "a text", "each": "a text", "unless_said": "a text", "drop": "a whole number, 0 or more", "frame": "true or false", "variants": "a list",
}  # fmt: skip
VARIANT_SHAPES = {"id": "a text", "when": "a map", "text": "a text", "register": "a text"}


@dataclass(frozen=True)
class Variant:
    """One way to say a move. It may be used where `when` holds and every slot has a value."""

    id: str
    when: Condition
    text: str
    register: str
    slots: tuple[str, ...]
    place: str


@dataclass(frozen=True)
class Move:
    """One thing a text does. `each` names a list: one sentence an item. `drop`: what goes first where room is short (higher = sooner, 0 = never)."""

    id: str
    part: str
    each: str
    drop: int
    unless_said: str
    variants: tuple[Variant, ...]
    frame: bool = False  # a greeting, a signature, a heading: a text of nothing else says nothing


@dataclass(frozen=True)
class Bank:
    """Everything to say in one language."""

    moves: Mapping[str, Move]
    plans: Plans
    subjects: Mapping[str, str] = field(default_factory=dict)


def slots_of(text: str) -> tuple[str, ...]:
    """Return the names of the slots of a text. Raises ValueError for one that is not a plain name."""
    out = []
    for _, name, spec, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(f"a slot that is a plain name, not {{{name}}}")
        out.append(name)
    return tuple(out)


def bank_of(policy: Policy, language: Language) -> Bank:
    """Return the wording of a policy in a language; raises PolicyError with every wrong entry."""
    return _bank(policy.folders, policy.sha256, language)


@lru_cache(maxsize=64)
def _bank(folders: tuple[Path, ...], digest: str, language: Language) -> Bank:
    moves: dict[str, dict[str, Any]] = {}
    plans: dict[str, tuple[Shape, ...]] = {}
    subjects: dict[str, str] = {}
    problems: list[Problem] = []
    for folder in folders:
        wording, written = folder / "wording", set[str]()
        for path in (*sorted(wording.glob("*.yaml")), *sorted((wording / language).glob("*.yaml"))):
            try:
                data, at = read_yaml(path)
            except InputError as error:
                problems += error.problems
                continue
            if not _is_well(data, at, problems):
                continue
            for key in data.keys() - {"moves", "plans", "subjects"}:
                problems.append(at.problem((key,), key, "moves, plans or subjects", "Correct the key."))
            for kind, subject in (data.get("subjects") or {}).items():
                try:
                    slots_of(str(subject))
                except ValueError as error:
                    keys = ("subjects", kind)
                    problems.append(at.problem(keys, str(subject), str(error), "Write it as {name}."))
                subjects[kind] = str(subject)
            plans = read_plans(data.get("plans") or {}, plans, written)
            for name, spec in (data.get("moves") or {}).items():
                _add(moves, str(name), spec, at, problems)
    out = {
        name: Move(
            name, m["part"], m["each"], m["drop"], m["unless_said"], tuple(m["variants"].values()), m["frame"]
        )
        for name, m in moves.items()
    }
    for kind, shapes in plans.items():
        for move in sorted({move for shape in shapes for move in shape.moves} - set(out)):
            problems.append(
                Problem(
                    str(folders[0]),
                    0,
                    0,
                    f"plans.{kind}",
                    f"the move {move}",
                    "a move of the bank",
                    "Write it under moves.",
                )
            )
    if problems:
        raise PolicyError(problems)
    return Bank(out, plans, subjects)


def _is_well(data: Any, at: Positions, problems: list[Problem]) -> bool:
    """Tell whether every value of a file has the shape that is read out of it; what has not is a problem."""
    before = len(problems)
    if not isinstance(data, dict):
        found = "nothing" if data is None else repr(data)[:60]
        problems.append(at.problem((), found, "moves, plans or subjects", "Write one, or remove the file."))
        return False
    check_shapes(data, FILE_SHAPES, at, problems)
    if len(problems) == before:
        for name, spec in (data.get("moves") or {}).items():
            check_shapes(spec, MOVE_SHAPES, at, problems, ("moves", name))
            if isinstance(spec.get("variants"), list):
                for i, raw in enumerate(spec["variants"]):
                    keys = ("moves", name, "variants", i)
                    check_shapes(raw if isinstance(raw, dict) else {"text": raw}, VARIANT_SHAPES, at, problems, keys)  # fmt: skip
        check_plans(data.get("plans"), at, problems)
        for kind, subject in (data.get("subjects") or {}).items():
            if not SHAPES["a text"](subject):
                problems.append(
                    at.problem(("subjects", kind), repr(subject)[:60], "a text", "Correct the value.")
                )
    return len(problems) == before


def _add(
    moves: dict[str, dict[str, Any]],
    name: str,
    spec: Mapping[str, Any],
    at: Positions,
    problems: list[Problem],
) -> None:
    for key in spec.keys() - MOVE_KEYS:
        problems.append(
            at.problem(
                ("moves", name, key), key, "one of " + ", ".join(sorted(MOVE_KEYS)), "Correct the key."
            )
        )
    move = moves.setdefault(
        name, {"part": "", "each": "", "drop": 0, "unless_said": "", "frame": False, "variants": {}}
    )
    move["part"] = str(spec.get("part") or move["part"])
    move["each"] = str(spec.get("each") or move["each"])
    move["unless_said"] = str(spec.get("unless_said") or move["unless_said"])
    move["frame"] = bool(spec["frame"]) if spec.get("frame") is not None else move["frame"]
    move["drop"] = int(spec["drop"]) if spec.get("drop") is not None else move["drop"]
    for i, raw in enumerate(spec.get("variants") or ()):
        keys = ("moves", name, "variants", i)
        raw = raw if isinstance(raw, dict) else {"text": raw}
        for key in raw.keys() - VARIANT_KEYS:
            problems.append(
                at.problem(
                    (*keys, key), str(key), "one of " + ", ".join(sorted(VARIANT_KEYS)), "Correct the key."
                )
            )
        text = str(raw.get("text") or "").strip()
        try:
            slots = slots_of(text)
        except ValueError as error:
            problems.append(at.problem((*keys, "text"), text, str(error), "Write it as {name}."))
            continue
        identifier = str(raw.get("id") or f"{name}.{len(move['variants']) + 1}")
        line = at.place(keys)[0]
        move["variants"][identifier] = Variant(
            identifier,
            condition_of(raw.get("when")),
            text,
            str(raw.get("register") or ""),
            slots,
            f"{at.path}:{line}",
        )

"""Check a policy: its tables proved, its words complete, its conditions and references naming what exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from playbook.checks.glossary import own_terms
from playbook.checks.own_rules import own_rules
from playbook.checks.worked import worked_examples
from playbook.drafts.wording import Bank, bank_of
from playbook.errors import InputError, PolicyError, Problem
from playbook.linter import PARTS
from playbook.offers.proof import prove_tables
from playbook.policy.model import Condition, Origin, Policy
from playbook.policy.vocabulary import EARLY, HAS, POINTS, SITUATION, SWITCH_PREFIX, known_field
from playbook.tables.prove import Finding, in_order

OF_A_TEXT = ("doc", "channel", "voice", "person", "audience", "done", "shape", "details", "told", "choice")
"""What a wording variant may test beyond the situation (docs/wording.md)."""


def check_policy(policy: Policy, on: date | None = None) -> tuple[Finding, ...]:
    """Return everything that is wrong with a policy that was read, errors first.

    `on` decides whether a waiver has expired, and what ends soon. Raises PolicyError with every problem of tables,
    worked examples and words that keeps them from being read at all.
    """
    problems: list[Problem] = []
    found: list[Finding] = []
    try:
        found += prove_tables(policy, on)
    except InputError as error:
        problems += error.problems
    else:  # examples are put to tables that can be read
        try:
            found += worked_examples(policy)
        except InputError as error:
            problems += error.problems
    banks: dict[str, Bank] = {}
    for language in policy.languages:
        try:
            banks[language] = bank_of(policy, language)
        except InputError as error:
            problems += error.problems
    if problems:
        raise PolicyError(problems)
    found += _conditions(policy)
    found += _references(policy)
    for code, bank in banks.items():
        found += _words(policy, code, bank)
    found += _plans(policy, banks)
    found += own_terms(policy, banks)
    found += own_rules(policy)
    return in_order(found)


def _path(policy: Policy, origin: Origin) -> str:
    folders = dict(zip(policy.layers, policy.folders, strict=True))
    return str(folders[origin.layer] / origin.file)


def _at(policy: Policy, origin: Origin, check: str, message: str) -> Finding:
    return Finding(check, "error", message, _path(policy, origin), origin.line)


# -- conditions ----------------------------------------------------------------------------


def _conditions(policy: Policy) -> Iterator[Finding]:
    for step in policy.steps:
        for name, condition in (("condition", step.condition), ("done_when", step.done_when)):
            for wrong in wrong_names(condition, policy) if condition else ():
                yield _at(policy, step.origin, "condition", f"{step.id}: {name}: {wrong}.")
    for track in policy.tracks:
        for wrong in wrong_names(track.condition, policy, early=True):
            yield _at(policy, track.origin, "condition", f"{track.id}: condition: {wrong}.")
    for kind in policy.kinds.values():
        for wrong in wrong_names(kind.condition, policy):
            yield _at(policy, kind.origin, "condition", f"{kind.id}: condition: {wrong}.")


def wrong_names(
    condition: Condition, policy: Policy, *, early: bool = False, text: bool = False
) -> Iterator[str]:
    """Yield what a condition tests that does not exist: a field, a value of it, a switch.

    `early`: it is tested before tracks and severity are decided. `text`: it belongs to the words of a text.
    """
    for name, values in condition.any_of.items():
        if text and name in OF_A_TEXT:
            yield from _of_text(name, values, policy)
        elif not known_field(name):
            yield f"no field {name} (docs/situation.md lists them)"
        elif name.startswith(SWITCH_PREFIX):
            switch = name.removeprefix(SWITCH_PREFIX)
            if switch not in policy.switches and switch.rpartition(".")[0] not in policy.switches:
                yield f"no switch {switch}"
        elif early and name not in EARLY and name.removeprefix("has_") not in HAS:
            yield f"{name} is not known yet when tracks are decided"
        else:
            allowed = SITUATION[name]
            yield from (
                f"{name} is never {value}, only {', '.join(allowed)}"
                for value in values
                if allowed and value not in allowed
            )


def _of_text(name: str, values: Iterable[str], policy: Policy) -> Iterator[str]:
    allowed: Mapping[str, Iterable[str]] = {
        "doc": policy.kinds,
        "channel": policy.channels,
        "voice": {channel.voice for channel in policy.channels.values()},
        "person": ("reply", "statement"),
        "audience": ("public", "customer", "internal"),
        "done": ("yes", "no"),
        "shape": _shapes(policy),
        "details": ("yes", "no"),
        "told": ("some", "none"),
        "choice": ("none", "one", "several"),
    }
    for value in values:
        if value not in allowed[name]:
            yield f"{name} is never {value}, only {', '.join(sorted(allowed[name]))}"


def _shapes(policy: Policy) -> set[str]:
    """Return the names of shapes that some plan has; plans are the same in every language."""
    plans = bank_of(policy, policy.languages[0]).plans if policy.languages else {}
    return {"plain", *(shape.name for shapes in plans.values() for shape in shapes if shape.name)}


# -- references ----------------------------------------------------------------------------


def _references(policy: Policy) -> Iterator[Finding]:
    rungs = {rung.role for rung in policy.authority}
    clocks = {clock.id for clock in policy.clocks}
    for clock in policy.clocks:
        for column, point in (("starts_from", clock.starts_from), ("met_by", clock.met_by)):
            if point and point not in POINTS:
                message = f"{clock.id}: {column}: no point in time {point}; there are {', '.join(POINTS)}."
                yield _at(policy, clock.origin, "point", message)
    for step in policy.steps:
        if step.by_when and step.by_when not in clocks:
            yield _at(policy, step.origin, "clock", f"{step.id}: by_when: no clock {step.by_when}.")
        if step.role and step.role not in policy.roles and step.role not in rungs:
            yield _at(policy, step.origin, "role", f"{step.id}: role: no role {step.role}.")
    for role in policy.roles.values():
        if role.rung and role.rung not in rungs:
            yield Finding(
                "role", "warning", f"{role.id}: rung: the client's ladder has no {role.rung}.",
                _path(policy, role.origin), role.origin.line,
            )  # fmt: skip
    for kind in policy.kinds.values():
        for part in kind.parts:
            if part not in PARTS:
                message = f"{kind.id}: parts: no part {part}; there are {', '.join(PARTS)}."
                yield _at(policy, kind.origin, "part", message)
        for channel in kind.channels:
            if channel != "signal" and channel not in policy.channels:
                yield _at(policy, kind.origin, "channel", f"{kind.id}: channels: no channel {channel}.")


# -- words ---------------------------------------------------------------------------------


def _words(policy: Policy, language: str, bank: Bank) -> Iterator[Finding]:
    silent = []
    for move in bank.moves.values():
        if not move.variants:
            silent.append(move.id)
        for variant in move.variants:
            path, _, line = variant.place.rpartition(":")
            for wrong in wrong_names(variant.when, policy, text=True):
                yield Finding("condition", "error", f"{variant.id}: when: {wrong}.", path, int(line))
    if silent:
        message = f"no words in {language} for {', '.join(silent)}: texts leave them out."
        yield Finding("no-words", "warning", message, str(policy.folders[0] / "wording" / language), 0)


def _plans(policy: Policy, banks: Mapping[str, Bank]) -> Iterator[Finding]:
    if not banks:
        return
    bank = next(iter(banks.values()))
    path = _plan_file(policy)
    for move in bank.moves.values():
        for part in move.part.split():
            if part not in PARTS:
                message = f"moves.{move.id}.part: no part {part}; there are {', '.join(PARTS)}."
                yield Finding("part", "error", message, path, 0)
    places = {channel.voice for channel in policy.channels.values()} | policy.channels.keys()
    for name, shapes in bank.plans.items():
        kind, dot, place = name.partition(".")
        if kind not in policy.kinds or (dot and place not in places):
            what = f"no kind {kind}" if kind not in policy.kinds else f"no voice or channel {place}"
            yield Finding("plan", "error", f"plans.{name}: {what}.", path, 0)
        steps = (step for shape in shapes for paragraph in shape.paragraphs for step in paragraph)
        for when in (*(shape.when for shape in shapes), *(step.when for step in steps)):
            for wrong in wrong_names(when, policy, text=True):
                yield Finding("condition", "error", f"plans.{name}: when: {wrong}.", path, 0)
    for kind in policy.kinds:
        if not any(name.partition(".")[0] == kind for name in bank.plans):
            yield Finding("plan", "warning", f"no plan for {kind}: it is never written.", path, 0)


def _plan_file(policy: Policy) -> str:
    """Return the highest layer's file that holds plans, where there is one."""
    files: list[Path] = [p for folder in policy.folders for p in sorted((folder / "wording").glob("*.yaml"))]
    return str(files[-1] if files else policy.folders[0] / "wording")

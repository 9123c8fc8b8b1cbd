"""Prove rules on their own examples: every must_match is found, no must_not_match is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from playbook.errors import InputError, Problem
from playbook.linter.check import DEFAULT_KIND, check_text
from playbook.linter.prose import Prose
from playbook.linter.rulefiles import EXAMPLES, Source, read_folder
from playbook.linter.rules import RULES, RuleSet, shipped
from playbook.text import LANGUAGES


def prove(folder: Path = RULES) -> tuple[int, list[Problem]]:
    """Run every example of a folder of rule files; return how many were run and the problems. Raises InputError."""
    rules, parts, _ = read_folder(folder)
    problems: list[Problem] = []
    count = 0
    for source in (*rules, *parts):
        for language in LANGUAGES:
            local = source.data["languages"].get(language, {})
            for key in EXAMPLES:
                for number, example in enumerate(local.get(key, ())):
                    count += 1
                    where = ("languages", language, key, number)
                    if _found(source.data, language, str(example)) != (key == "must_match"):
                        problems.append(_problem(source, where, str(example), key))
    return count, problems


def _found(data: Mapping[str, Any], language: str, example: str) -> bool:
    rules = shipped(language)
    if "part" in data:
        spans = check_text(example, language=language, kind=DEFAULT_KIND, rules=_only(rules, ())).parts[
            data["part"]
        ]
        return bool(spans)
    kind = data.get("example_kind") or (data.get("kinds") or [DEFAULT_KIND])[0]
    found = check_text(example, language=language, kind=kind, rules=_only(rules, (data["id"],)))
    return any(finding.rule == data["id"] for finding in found.findings)


def _only(rules: RuleSet, ids: Sequence[str]) -> RuleSet:
    return replace(rules, rules=tuple(rule for rule in rules.rules if rule.id in ids))


def _problem(source: Source, where: Sequence[str | int], example: str, key: str) -> Problem:
    if key == "must_match":
        return source.positions.problem(
            where, f"{example!r} is not found", "a finding", "Widen the patterns."
        )
    return source.positions.problem(
        where, f"{example!r} is found", "no finding", "Narrow the patterns or add `unless`."
    )


def self_test() -> int:
    """Run the examples of all shipped rules; return their number. Raises InputError with every one that fails."""
    count, problems = prove()
    if problems:
        raise InputError(problems)
    return count


__all__ = ["Prose", "prove", "self_test"]

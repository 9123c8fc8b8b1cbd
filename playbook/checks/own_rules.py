"""A client's own linter rules (`rules/` of a layer): read, and proven on their own examples, before any text meets them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from playbook.errors import InputError, Problem
from playbook.linter import LEVELS, check_text
from playbook.linter.check import DEFAULT_KIND
from playbook.linter.rulefiles import EXAMPLES, Source, compile_rule, read_folder
from playbook.linter.rules import RuleSet, ruleset_from, shipped
from playbook.policy.model import Policy
from playbook.sources import read_yaml
from playbook.tables.prove import Finding
from playbook.text import LANGUAGES, Language

FOLDER = "rules"
CHANGED = "levels.yaml"
"""The file in which a layer changes the level of rules: rule -> {level, reason}."""


def own_rules(policy: Policy) -> Iterator[Finding]:
    """Yield everything that is wrong with the linter rules of a policy's layers.

    A rule names a source and holds, in each language that it has, five examples that it finds and five that it does
    not; a changed level says why.
    """
    known: set[str] | None = None
    for folder in policy.folders:
        rules = folder / FOLDER
        if not rules.is_dir():
            continue
        if known is None:
            known = {rule.id for language in LANGUAGES for rule in shipped(language).rules}
        try:
            sources, parts, _ = read_folder(rules)
        except InputError as error:
            yield from map(_finding, error.problems)
            continue
        for part in parts:
            yield _at(part, ("part",), "a layer adds rules, and no parts: they belong to the linter.")
        for source in sources:
            if source.data["id"] in known:
                yield _at(
                    source, ("id",), f"there is a rule {source.data['id']}: change its level in {CHANGED}."
                )
            else:
                yield from _unproven(source)
        known |= {source.data["id"] for source in sources}
        if (rules / CHANGED).is_file():
            yield from _levels(rules / CHANGED, known)


def _finding(problem: Problem) -> Finding:
    message = f"{problem.field}: {problem.found}; expected {problem.expected}. {problem.remedy}"
    return Finding("rule", "error", message.removeprefix(": "), problem.path, problem.line)


def _at(source: Source, keys: tuple[str | int, ...], message: str) -> Finding:
    return Finding("rule", "error", message, source.positions.path, source.positions.place(keys)[0])


def _unproven(source: Source) -> Iterator[Finding]:
    """Yield the examples on which a rule does not do what it is to do."""
    kinds = shipped("en").kinds
    kind = source.data.get("example_kind") or (source.data.get("kinds") or [DEFAULT_KIND])[0]
    if kind not in kinds:
        yield _at(source, ("kinds",), f"no kind of document {kind}; there are {', '.join(kinds)}.")
        return
    for language in LANGUAGES:
        local = source.data["languages"].get(language, {})
        try:
            rules = _alone(source.data, language)
        except (KeyError, TypeError, ValueError) as error:
            yield _at(source, ("languages", language), f"the rule cannot be used: {error}.")
            continue
        for key in EXAMPLES if rules is not None else ():
            for number, example in enumerate(local.get(key, ())):
                report = check_text(str(example), language=language, kind=kind, rules=rules)
                found = any(finding.rule == source.data["id"] for finding in report.findings)
                if found != (key == "must_match"):
                    what = "is found and must not be" if found else "must be found and is not"
                    yield _at(source, ("languages", language, key, number), f"{str(example)[:80]!r} {what}.")


def _alone(data: Mapping[str, Any], language: Language) -> RuleSet | None:
    compiled = compile_rule(data, language)
    if compiled is None:
        return None
    made = ruleset_from({"language": language, "rules": [compiled], "parts": [], "kinds": {}, "digest": ""})
    return replace(shipped(language), rules=made.rules)


def _levels(path: Path, known: set[str]) -> Iterator[Finding]:
    try:
        data, at = read_yaml(path)
    except InputError as error:
        yield from map(_finding, error.problems)
        return
    if not isinstance(data, dict):
        yield Finding("rule", "error", "no map of rules, each with level and reason.", str(path), 1)
        return
    for name, change in data.items():
        line = at.place((name,))[0]
        if name not in known:
            yield Finding("rule", "error", f"no rule {name}.", str(path), line)
        if not isinstance(change, dict) or change.get("level") not in LEVELS:
            message = f"{name}: a level is one of {', '.join(LEVELS)}."
            yield Finding("rule", "error", message, str(path), line)
        elif not change.get("reason"):
            yield Finding("rule", "error", f"{name}: say why its level is changed.", str(path), line)

"""Read and check the rule files that people write, and turn them into the form that start-up reads quickly.

A rule file is refused with every problem in it: unknown keys, a name that is not the file's, a pattern that does not
compile or matches nothing at all, too few examples. `playbook.linter.proof` runs the examples.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import regex

from playbook.errors import InputError, Problem
from playbook.linter.findings import LEVELS, PARTS
from playbook.linter.literals import required_literals
from playbook.linter.rules import RULES, digest_of
from playbook.sources import Positions, read_yaml
from playbook.text import LANGUAGES

RULE_KINDS = ("phrase", "missing", "mismatch", "order")
SCOPES = ("sentence", "paragraph", "document")
CONDITIONS = (
    "unless", "unless_near", "unless_before", "unless_after", "unless_document",
    "requires", "requires_near", "requires_document",
)  # fmt: skip
EXAMPLES = ("must_match", "must_not_match")
_RULE_KEYS = {
    "id", "catalogue", "title", "kind", "scope", "level", "levels", "sources", "languages", "unless_parts", "detector",
    "settings", "quotes", "near", "kinds", "not_kinds", "audiences", "example_kind",
}  # fmt: skip
_LANGUAGE_KEYS = {
    "patterns",
    "cased_patterns",
    "phrases",
    "words",
    "message",
    "why",
    "fix",
    "none",
    *CONDITIONS,
    *EXAMPLES,
}
_PART_KEYS = {"part", "title", "weight", "threshold", "sources", "languages"}
_SLOT = re.compile(r"<([a-z_]+)(\d*)>")


@dataclass(frozen=True)
class Source:
    """One rule or part file as read: its data and the places of its values."""

    path: Path
    data: Mapping[str, Any]
    positions: Positions


def read_folder(folder: Path) -> tuple[list[Source], list[Source], dict[str, Any]]:
    """Return the rules, the parts and the kinds of a folder of rule files. Raises InputError."""
    rules: list[Source] = []
    parts: list[Source] = []
    problems: list[Problem] = []
    kinds: dict[str, Any] = {}
    for path in sorted(folder.rglob("*.yaml")):
        relative = path.relative_to(folder).parts
        if relative[0] == "fragments":
            continue
        try:
            data, positions = read_yaml(path)
        except InputError as error:
            problems += error.problems
            continue
        if relative == ("kinds.yaml",):
            kinds = data
        elif relative[0] == "parts":
            parts.append(Source(path, data, positions))
        elif relative == ("levels.yaml",):
            continue
        else:
            rules.append(Source(path, data, positions))
    for source in rules:
        problems += check_rule(source)
    for source in parts:
        problems += check_part(source)
    if problems:
        raise InputError(problems)
    return rules, parts, kinds


@lru_cache(maxsize=8)
def fragments(language: str) -> dict[str, str]:
    """Return the named pieces that patterns of a language may use as `<name>`."""
    data, _ = read_yaml(RULES / "fragments" / f"{language}.yaml")
    return {
        name: "(?:" + "|".join(value) + ")" if isinstance(value, list) else str(value)
        for name, value in data.items()
    }


def expand(pattern: str, language: str) -> str:
    """Replace `<name>` by the fragment, `<g20>` by at most 20 characters, `<c20>` by the same within a clause.

    Raises KeyError for a fragment that does not exist.
    """

    def piece(match: re.Match[str]) -> str:
        name, count = match.group(1), match.group(2)
        if count and name == "g":
            return f".{{0,{count}}}?"
        if count and name == "c":
            return f"[^,;:，；：。！？!?]{{0,{count}}}?"
        return expand(fragments(language)[name + count], language)

    return _SLOT.sub(piece, pattern)


def bounded(pattern: str, language: str) -> str:
    """Return an expanded pattern with word boundaries where the language has words."""
    source = expand(pattern, language)
    if language == "en":  # a word may hold an apostrophe or a hyphen: "mother's", "well-known"
        source = source.replace(r"\w+ ", r"[\w'-]+ ")
    return rf"(?<!\w)(?:{source})(?!\w)" if language == "en" else source


def compile_pattern(pattern: str, language: str, *, cased: bool = False) -> list[Any]:
    """Return [source, literals or None, cased]. Raises ValueError with what is wrong."""
    try:
        source = bounded(pattern, language)
        compiled = regex.compile(source)
    except KeyError as error:
        raise ValueError(f"no fragment <{error.args[0]}>") from error
    except regex.error as error:
        raise ValueError(str(error)) from error
    if compiled.fullmatch(""):
        raise ValueError("it matches the empty text")
    if not cased and source != source.lower() and regex.search(r"(?<!\\)(?<!\\p\{)[A-Z]", source):
        raise ValueError("capital letters: patterns see small letters (use cased_patterns)")
    try:
        literals = None if cased else required_literals(source)
    except re.error:
        literals = None
    return [source, literals, cased]


def _all(language: str, raw: Mapping[str, Any], key: str = "patterns") -> list[list[Any]]:
    out = [compile_pattern(p, language) for p in raw.get(key, ())]
    if key == "patterns":
        out += [
            compile_pattern(regex.escape(p.lower(), literal_spaces=True), language)
            for p in raw.get("phrases", ())
        ]
        out += [compile_pattern(p, language, cased=True) for p in raw.get("cased_patterns", ())]
    return out


def compile_rule(data: Mapping[str, Any], language: str) -> dict[str, Any] | None:
    """Return a rule in its compiled form, or None where it does not exist in the language."""
    local = data["languages"].get(language, {"none": ""})
    if "none" in local:
        return None
    out: dict[str, Any] = {
        "id": data["id"], "kind": data["kind"], "scope": data.get("scope", "sentence"), "level": data["level"],
        "levels": data.get("levels", {}), "message": local["message"], "why": local["why"], "fix": local["fix"],
        "patterns": _all(language, local),
        "conditions": {key: _all(language, local, key) for key in CONDITIONS if key in local},
        "words": {name: [compile_pattern(p, language) for p in found] for name, found in local.get("words", {}).items()},
    }  # fmt: skip
    for key in ("unless_parts", "detector", "settings", "quotes", "near", "kinds", "not_kinds", "audiences"):
        if key in data:
            out[key] = data[key]
    return out


def compile_part(data: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return a part in its compiled form."""
    return {
        "name": data["part"],
        "weight": float(data["weight"]),
        "threshold": data.get("threshold", 2),
        "evidence": [
            {
                "grade": evidence["grade"],
                "patterns": _all(language, evidence),
                "conditions": {key: _all(language, evidence, key) for key in CONDITIONS if key in evidence},
            }
            for evidence in data["languages"][language]["evidence"]
        ],
    }


def compile_rules(folder: Path, language: str) -> dict[str, Any]:
    """Return the rule set of a folder in the form of `compiled/<language>.json`. Raises InputError."""
    rules, parts, kinds = read_folder(folder)
    return {
        "language": language,
        "digest": digest_of(folder),
        "rules": [rule for source in rules if (rule := compile_rule(source.data, language)) is not None],
        "parts": [
            compile_part(source.data, language)
            for source in sorted(parts, key=lambda s: PARTS.index(s.data["part"]))
        ],
        "kinds": {
            name: {
                "audience": kind["audience"],
                "required": kind.get("required", {}),
                "cues": [compile_pattern(p, language) for p in kind.get("cues", {}).get(language, ())],
            }
            for name, kind in kinds.items()
        },
    }


def compiled_text(language: str) -> str:
    """Return the shipped rules of a language as the file of `compiled/` holds them. Raises InputError."""
    rules = compile_rules(RULES, language)
    return json.dumps(rules, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def check_rule(source: Source) -> list[Problem]:
    """Return what is wrong in one rule file."""
    data, at = source.data, source.positions
    if not isinstance(data, dict) or not isinstance(data.get("languages"), dict):
        return [
            at.problem((), "no `languages`", "a rule", "See playbook/linter/rules/README.md for the form.")
        ]
    out = [
        at.problem((k,), f"the key {k!r}", "a key of a rule", "Remove it.")
        for k in data
        if k not in _RULE_KEYS
    ]
    if data.get("id") != source.path.stem:
        out.append(
            at.problem(("id",), repr(data.get("id")), f"the file's name, {source.path.stem}", "Use one name.")
        )
    for key, allowed in (("kind", RULE_KINDS), ("scope", SCOPES), ("level", LEVELS)):
        if data.get(key, allowed[0] if key == "scope" else None) not in allowed:
            out.append(at.problem((key,), repr(data.get(key)), " | ".join(allowed), "Choose one."))
    if not data.get("sources"):
        out.append(at.problem((), "no sources", "at least one source", "Say where the rule comes from."))
    for language in LANGUAGES:
        local = data["languages"].get(language)
        where: tuple[str | int, ...] = ("languages", language)
        if local is None:
            out.append(at.problem(where, "nothing", "patterns, or none: the reason", f"Write {language}."))
            continue
        if "none" in local:
            continue
        out += [
            at.problem((*where, k), f"the key {k!r}", "a key of a language", "Remove it.")
            for k in local
            if k not in _LANGUAGE_KEYS
        ]
        out += [
            at.problem((*where, k), "nothing", "text", f"Write `{k}` in {language}.")
            for k in ("message", "why", "fix")
            if not local.get(k)
        ]
        out += _pattern_problems(local, where, language, at)
        out += [
            at.problem(
                (*where, key),
                f"{len(local.get(key, ()))} examples",
                "at least five",
                "Add examples, look-alikes too.",
            )
            for key in EXAMPLES
            if len(local.get(key, ())) < 5
        ]
        if not (
            local.get("patterns")
            or local.get("phrases")
            or local.get("cased_patterns")
            or data.get("detector")
        ):
            out.append(at.problem(where, "no patterns", "patterns, phrases or a detector", "Add one."))
    return out


def check_part(source: Source) -> list[Problem]:
    """Return what is wrong in one part file."""
    data, at = source.data, source.positions
    out = [
        at.problem((k,), f"the key {k!r}", "a key of a part", "Remove it.")
        for k in data
        if k not in _PART_KEYS
    ]
    if data.get("part") != source.path.stem or data.get("part") not in PARTS:
        out.append(
            at.problem(
                ("part",), repr(data.get("part")), f"the file's name, one of {', '.join(PARTS)}", "Rename."
            )
        )
    for language in LANGUAGES:
        local = data.get("languages", {}).get(language, {})
        where = ("languages", language)
        out += [
            at.problem((*where, key), f"{len(local.get(key, ()))} examples", "at least five", "Add examples.")
            for key in EXAMPLES
            if len(local.get(key, ())) < 5
        ]
        for number, evidence in enumerate(local.get("evidence", ())):
            out += _pattern_problems(evidence, (*where, "evidence", number), language, at)
    return out


def _pattern_problems(
    local: Mapping[str, Any], where: tuple[str | int, ...], language: str, at: Positions
) -> list[Problem]:
    out = []
    lists = [(key, local.get(key, ())) for key in ("patterns", "cased_patterns", *CONDITIONS)]
    lists += [(f"words.{name}", found) for name, found in local.get("words", {}).items()]
    for key, found in lists:
        for number, pattern in enumerate(found):
            try:
                compile_pattern(pattern, language, cased=key == "cased_patterns")
            except ValueError as error:
                out.append(
                    at.problem(
                        (*where, *key.split("."), number),
                        f"{pattern!r} ({error})",
                        "a regular expression",
                        "Correct it.",
                    )
                )
    return out

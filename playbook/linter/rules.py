"""The rules as the linter uses them: compiled when first needed, one language at a time.

The shipped rules are read from `compiled/`, made from the rule files by `playbook.linter.rulefiles`; a rule file that
was changed since is read itself, which takes longer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Any

import regex

from playbook.linter.findings import Level
from playbook.linter.prose import Prose

RULES = Path(__file__).parent / "rules"
COMPILED = Path(__file__).parent / "compiled"
TIMEOUT = 0.25
"""Seconds that one pattern may work on one sentence."""
BUDGET = 0.8
"""Seconds that one pattern may work on a whole text, and as much again for each million characters."""


class PatternTooSlow(Exception):
    """A pattern did not finish in time on a sentence; the message is the pattern."""


@dataclass(frozen=True)
class Pattern:
    """A regular expression over folded text, and the literals without which it cannot match (None: not known)."""

    source: str
    literals: tuple[str, ...] | None = None
    cased: bool = False

    @cached_property
    def compiled(self) -> regex.Pattern[str]:
        return regex.compile(self.source)

    def matches(self, prose: Prose, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the matches between two places of the folded text. Raises PatternTooSlow."""
        text = prose.cased if self.cased else prose.folded
        if prose.spent.get(self.source, 0.0) > BUDGET * (1 + len(text) / 1_000_000):
            raise PatternTooSlow(self.source)
        try:
            found = self.compiled.finditer(text, start, end, timeout=TIMEOUT)
            while (match := self._next(found, prose)) is not None:
                if match.end() > match.start():
                    yield match.span()
        except TimeoutError as error:
            raise PatternTooSlow(self.source) from error

    def _next(self, found: Iterator[regex.Match[str]], prose: Prose) -> regex.Match[str] | None:
        begun = perf_counter()
        try:
            return next(found, None)
        finally:
            prose.spent[self.source] = prose.spent.get(self.source, 0.0) + perf_counter() - begun

    def candidates(self, prose: Prose) -> Sequence[int]:
        """Return the numbers of the sentences in which the pattern may match."""
        if self.literals is None or self.cased:
            return range(len(prose.sentences))
        found: set[int] = set()
        for literal in self.literals:
            if literal in prose.folded:
                found.update(prose.sentences_with(literal))
        return sorted(found)

    def stands_in(self, prose: Prose, start: int, end: int) -> bool:
        """Tell whether the pattern matches between two places. Raises PatternTooSlow."""
        if self.literals is not None and not self.cased:
            folded = prose.folded
            if not any(folded.find(literal, start, end) >= 0 for literal in self.literals):
                return False
        return next(self.matches(prose, start, end), None) is not None


Patterns = tuple[Pattern, ...]


@dataclass(frozen=True)
class Rule:
    """One rule in one language; see `rules/README.md` for what each key of a rule file does."""

    id: str
    kind: str
    scope: str
    level: Level
    levels: Mapping[str, Level]
    message: str
    why: str
    fix: str
    patterns: Patterns = ()
    conditions: Mapping[str, Patterns] = field(default_factory=dict)
    unless_parts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    detector: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    quotes: bool = False
    near: int = 2
    kinds: tuple[str, ...] = ()
    not_kinds: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    words: Mapping[str, Patterns] = field(default_factory=dict)

    def applies(self, kind: str, audience: str) -> bool:
        """Tell whether the rule is for a kind of document and its audience."""
        if self.kinds and kind not in self.kinds:
            return False
        return kind not in self.not_kinds and (not self.audiences or audience in self.audiences)

    def level_for(self, kind: str) -> Level:
        """Return the level in a kind of document."""
        return self.levels.get(kind, self.level)


@dataclass(frozen=True)
class Evidence:
    """Patterns that show a part, how well (1 mention, 2 evidence, 3 concrete), and when they do not."""

    grade: int
    patterns: Patterns
    conditions: Mapping[str, Patterns]


@dataclass(frozen=True)
class Part:
    """How one part is recognised in one language, and what it weighs in the score."""

    name: str
    weight: float
    threshold: int
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Kind:
    """A kind of document: its audience, the parts it must have with the level when one is missing, and its cues."""

    name: str
    audience: str
    required: Mapping[str, Level]
    cues: Patterns = ()


@dataclass(frozen=True)
class RuleSet:
    """All rules and parts in one language."""

    language: str
    rules: tuple[Rule, ...]
    parts: tuple[Part, ...]
    kinds: Mapping[str, Kind]
    digest: str

    @cached_property
    def by_id(self) -> dict[str, Rule]:
        return {rule.id: rule for rule in self.rules}

    def with_rules(self, more: Sequence[Rule]) -> RuleSet:
        """Return the set with rules added; one of the same id takes the other's place."""
        merged = {**self.by_id, **{rule.id: rule for rule in more}}
        return replace(self, rules=tuple(merged.values()))

    def with_levels(self, levels: Mapping[str, Level]) -> RuleSet:
        """Return the set with the levels of some rules changed, for every kind of document."""
        return replace(
            self,
            rules=tuple(
                replace(r, level=levels[r.id], levels={}) if r.id in levels else r for r in self.rules
            ),
        )


def _patterns(raw: Sequence[Any]) -> Patterns:
    return tuple(Pattern(p[0], None if p[1] is None else tuple(p[1]), bool(p[2])) for p in raw)


def ruleset_from(data: Mapping[str, Any]) -> RuleSet:
    """Make a rule set from its compiled form (plain values)."""
    rules = []
    for raw in data["rules"]:
        values = dict(raw)
        values["patterns"] = _patterns(values.get("patterns", ()))
        for key in ("conditions", "words"):
            values[key] = {name: _patterns(found) for name, found in values.get(key, {}).items()}
        for key in ("kinds", "not_kinds", "audiences"):
            values[key] = tuple(values.get(key, ()))
        rules.append(Rule(**values))
    parts = tuple(
        Part(
            raw["name"], raw["weight"], raw["threshold"],
            tuple(
                Evidence(e["grade"], _patterns(e["patterns"]), {k: _patterns(v) for k, v in e["conditions"].items()})
                for e in raw["evidence"]
            ),
        )
        for raw in data["parts"]
    )  # fmt: skip
    kinds = {
        name: Kind(name, raw["audience"], raw["required"], _patterns(raw["cues"]))
        for name, raw in data["kinds"].items()
    }
    return RuleSet(data["language"], tuple(rules), parts, kinds, data["digest"])


def digest_of(folder: Path) -> str:
    """Return the hash of all rule files of a folder."""
    total = sha256()
    # words.csv and characters.txt decide findings as rule files do
    for path in sorted(path for ending in ("yaml", "csv", "txt") for path in folder.rglob(f"*.{ending}")):
        total.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


@cache
def shipped(language: str) -> RuleSet:
    """Return the shipped rules in a language."""
    try:
        data = json.loads((COMPILED / f"{language}.json").read_bytes())
    except (OSError, ValueError):
        data = {}
    if data.get("digest") != digest_of(RULES):
        from playbook.linter.rulefiles import compile_rules

        data = compile_rules(RULES, language)
    return ruleset_from(data)

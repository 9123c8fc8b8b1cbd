"""Find the parts of an answer: where each stands, graded by the evidence and not by a keyword."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from playbook.linter.prose import Prose
from playbook.linter.rules import Evidence, Part, Pattern, PatternTooSlow, RuleSet

PartIndex = Mapping[str, Mapping[int, int]]
"""Part -> number of the sentence -> grade."""


@dataclass(frozen=True)
class Scores:
    """Points that a report's score is made of: what each level of finding costs, and what no text can pass."""

    block: int = 40
    error: int = 8
    warning: int = 3
    suggestion: int = 1


def find_parts(prose: Prose, rules: RuleSet) -> dict[str, dict[int, int]]:
    """Return, for every part, the sentences in which it stands, with their grade (1 to 3)."""
    return {part.name: _find(prose, part) for part in rules.parts}


def _find(prose: Prose, part: Part) -> dict[int, int]:
    found: dict[int, int] = {}
    for evidence in part.evidence:
        for pattern in evidence.patterns:
            try:
                _search(prose, evidence, pattern, found)
            except PatternTooSlow as slow:
                prose.given_up.append(str(slow))
    return dict(sorted(found.items()))


def _search(prose: Prose, evidence: Evidence, pattern: Pattern, found: dict[int, int]) -> None:
    for number in pattern.candidates(prose):
        if found.get(number, 0) >= evidence.grade:
            continue
        sentence = prose.sentences[number]
        for start, end in pattern.matches(prose, sentence.start, sentence.end):
            if prose.quoted(start, end):
                continue
            if holds(prose, evidence.conditions, number):
                found[number] = evidence.grade
            break


def holds(prose: Prose, conditions: Mapping[str, tuple[object, ...]], number: int, near: int = 2) -> bool:
    """Tell whether the conditions of a rule or of evidence hold around a sentence."""
    last = len(prose.sentences) - 1
    for key, patterns in conditions.items():
        wanted = key.startswith("requires")
        reach = key.partition("_")[2]
        if reach == "":
            first, final = number, number
        elif reach == "near":
            first, final = max(0, number - near), min(last, number + near)
        elif reach == "before":
            first, final = max(0, number - near), number - 1
        elif reach == "after":
            first, final = number + 1, min(last, number + near)
        else:
            first, final = 0, last
        if first > final:
            if wanted:
                return False
            continue
        start, end = prose.sentences[first].start, prose.sentences[final].end
        if any(pattern.stands_in(prose, start, end) for pattern in patterns) != wanted:  # type: ignore[attr-defined]
            return False
    return True


def present(parts: PartIndex, rules: RuleSet) -> set[str]:
    """Return the parts whose evidence reaches the threshold of the part."""
    return {part.name for part in rules.parts if any(g >= part.threshold for g in parts[part.name].values())}


def score(parts: PartIndex, rules: RuleSet, levels: Mapping[str, int], points: Scores = Scores()) -> int:
    """Return 0 to 100: the weighed evidence for the parts, less what the findings cost.

    `levels` counts the findings by level. Concrete evidence (grade 3) counts whole, evidence 2/3, a mention 1/6.
    """
    share = {0: 0.0, 1: 1 / 6, 2: 2 / 3, 3: 1.0}
    whole = sum(part.weight for part in rules.parts)
    reached = sum(part.weight * share[max(parts[part.name].values(), default=0)] for part in rules.parts)
    cost = sum(getattr(points, level) * min(count, 5) for level, count in levels.items())
    return max(0, min(100, round(100 * reached / whole) - cost)) if whole else 0

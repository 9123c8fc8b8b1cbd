"""What the linter says about a text: findings, the places of its parts, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Level = Literal["block", "error", "warning", "suggestion"]
LEVELS: tuple[Level, ...] = get_args(Level)
Verdict = Literal["ready", "revise", "block"]

PARTS: tuple[str, ...] = (
    "responsibility", "repair", "regret", "explanation", "repentance", "forgiveness", "empathy",
    "harm", "remedy", "prevention", "contact", "time", "thanks", "values",
)  # fmt: skip
"""The parts of an answer to people who were harmed, in the order of reports (design.md, section 6)."""


@dataclass(frozen=True)
class Place:
    """Where something stands: 1-based Unicode code points, end exclusive; for DOCX the line is the paragraph's number."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class Finding:
    """One thing to change: where, why, and how to write it instead, in the language of the text.

    `start` and `end` are code points in the checked text (end exclusive); -1 where the finding was made elsewhere.
    """

    rule: str
    level: Level
    message: str
    why: str
    fix: str
    line: int
    column: int
    end_line: int
    end_column: int
    match: str
    start: int = -1
    end: int = -1

    def as_dict(self) -> dict[str, str | int]:
        """Return the finding in the form of the command line's contract."""
        return {
            "rule": self.rule, "level": self.level, "message": self.message, "why": self.why, "fix": self.fix,
            "line": self.line, "column": self.column, "end_line": self.end_line, "end_column": self.end_column,
            "match": self.match,
        }  # fmt: skip


@dataclass(frozen=True)
class PartSpan:
    """A sentence in which a part stands. `grade` 1 is a bare mention, 2 evidence, 3 concrete evidence."""

    part: str
    grade: int
    line: int
    column: int
    end_line: int
    end_column: int
    text: str
    start: int
    end: int

    def as_dict(self) -> dict[str, str | int]:
        """Return the place in the form of the command line's contract."""
        return {
            "line": self.line, "column": self.column, "end_line": self.end_line, "end_column": self.end_column,
            "text": self.text, "grade": self.grade,
        }  # fmt: skip


@dataclass(frozen=True)
class Suppressed:
    """A finding that a person allowed, with the reason given."""

    finding: Finding
    reason: str


@dataclass(frozen=True)
class Report:
    """Everything that was found in one text; `passed` names the rules that were tried and found nothing.

    `score` runs from 0 to 100 and follows the evidence: responsibility, specific harm, prevention and a date weigh.
    """

    language: str
    kind: str
    audience: str
    findings: tuple[Finding, ...]
    parts: Mapping[str, tuple[PartSpan, ...]]
    score: int
    passed: tuple[str, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    path: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def verdict(self) -> Verdict:
        """Return block if anything blocks, else revise if there is an error or a warning, else ready."""
        return verdict_of(self.findings)

    def with_findings(self, more: tuple[Finding, ...]) -> Report:
        """Return the report with findings from elsewhere (such as `playbook.checks`) put in by place."""
        from dataclasses import replace

        merged = tuple(sorted(dict.fromkeys((*self.findings, *more)), key=by_place))
        names = {finding.rule for finding in more}
        return replace(self, findings=merged, passed=tuple(name for name in self.passed if name not in names))

    def as_dict(self) -> dict[str, object]:
        """Return the report in the form of the command line's contract."""
        return {
            "path": self.path,
            "language": self.language,
            "kind": self.kind,
            "audience": self.audience,
            "verdict": self.verdict,
            "score": self.score,
            "parts": {part: [span.as_dict() for span in self.parts.get(part, ())] for part in PARTS},
            "findings": [finding.as_dict() for finding in self.findings],
            "passed": list(self.passed),
            "suppressed": [{**item.finding.as_dict(), "reason": item.reason} for item in self.suppressed],
            "notes": list(self.notes),
        }


def verdict_of(findings: tuple[Finding, ...]) -> Verdict:
    """Return the verdict on a text with these findings."""
    levels = {finding.level for finding in findings}
    if "block" in levels:
        return "block"
    return "revise" if levels & {"error", "warning"} else "ready"


def at_least(level: Level, floor: Level) -> bool:
    """Tell whether a level is as grave as another, or graver."""
    return LEVELS.index(level) <= LEVELS.index(floor)


def by_place(finding: Finding) -> tuple[int, int, int, str]:
    """Order findings as a reader meets them."""
    return (finding.line, finding.column, LEVELS.index(finding.level), finding.rule)

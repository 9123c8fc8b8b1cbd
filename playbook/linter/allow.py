"""Findings that a person allows, with a reason: `<!-- allow RULE: why -->` on the line before.

What is allowed is listed in every report, with its reason. An allowance without a reason, for a rule that does not
exist, or for nothing that was found, is a finding itself (`allow`).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from playbook.linter.check import order
from playbook.linter.document import Comment, Extracted
from playbook.linter.findings import Finding, Report, Suppressed
from playbook.messages import say
from playbook.text import LANGUAGES

RULE = "allow"
_ALLOW = re.compile(r"allow (?P<rule>[A-Za-z0-9-]+) ?(?:: ?(?P<reason>.*))?\Z")
_WORD = re.compile(r"\S")


@dataclass(frozen=True)
class _Allowance:
    rule: str
    reason: str
    comment: Comment
    covered: tuple[int, int]

    def covers(self, finding: Finding) -> bool:
        start, end = self.covered
        absent = finding.start == finding.end  # something is missing: that has no line of its own
        return finding.rule == self.rule and (absent or start <= finding.start < end)


def _allowances(document: Extracted) -> list[_Allowance]:
    out = []
    for comment in document.comments:
        match = _ALLOW.match(" ".join(comment.text.split()))
        if match:
            reason = match["reason"] or ""
            out.append(_Allowance(match["rule"], reason, comment, _next_line(document.prose, comment.end)))
    return out


def _next_line(prose: str, at: int) -> tuple[int, int]:
    """Return the stretch of the first line with words at or after a place."""
    word = _WORD.search(prose, at)
    if word is None:
        return at, at
    end = prose.find("\n", word.start())
    return max(at, prose.rfind("\n", 0, word.start()) + 1), end if end >= 0 else len(prose)


def with_allowances(report: Report, document: Extracted, known: Collection[str]) -> Report:
    """Return the report without the findings that the document allows; `known` are the ids of all rules."""
    allowances = _allowances(document)
    if not allowances:
        return report
    kept: list[Finding] = []
    suppressed = list(report.suppressed)
    used: set[_Allowance] = set()
    for finding in report.findings:
        allowance = next((a for a in allowances if a.reason and a.covers(finding)), None)
        if allowance is None:
            kept.append(finding)
        else:
            used.add(allowance)
            suppressed.append(Suppressed(finding, allowance.reason))
    kept += [_wrong(a, document, report, known) for a in allowances if a not in used]
    return replace(report, findings=order(kept), suppressed=tuple(suppressed))


def _wrong(allowance: _Allowance, document: Extracted, report: Report, known: Collection[str]) -> Finding:
    comment = allowance.comment
    name = "no_reason" if not allowance.reason else "unused" if allowance.rule in known else "unknown"
    language = next(language for language in LANGUAGES if language == report.language)
    place = document.place(comment.at, comment.end)
    words = {
        key: say(f"check.allow_{name}{key}", language, rule=allowance.rule) for key in ("", "_why", "_fix")
    }
    return Finding(
        RULE, "warning", words[""], words["_why"], words["_fix"], place.line, place.column, place.end_line, place.end_column,
        document.text[comment.at : comment.end], comment.at, comment.end,
    )  # fmt: skip

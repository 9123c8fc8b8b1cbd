"""Show reports: as text for people, as annotations of a code host's pull requests, as the JSON of the contract."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from playbook.linter.document import Extracted
from playbook.linter.findings import LEVELS, PARTS, Finding, PartSpan, Report
from playbook.messages import say
from playbook.messages.printable import one_line, printable_json
from playbook.text import LANGUAGES, Language

LONGEST = 240
"""Characters of a sentence that are shown."""


@dataclass(frozen=True)
class Checked:
    """A document and what was found in it, every place being one of the document."""

    document: Extracted
    report: Report

    @property
    def language(self) -> Language:
        """Return the language of the report."""
        return next(language for language in LANGUAGES if language == self.report.language)


def placed(document: Extracted, report: Report) -> Report:
    """Return a report on a document's text with the document's path, and its lines and columns for all places."""
    named = replace(report, path=document.path, notes=(*document.notes, *report.notes))
    if not document.anchors:
        return named

    def finding(found: Finding) -> Finding:
        return found if found.start < 0 else _moved(found, document)

    def part(span: PartSpan) -> PartSpan:
        return _moved(span, document)

    return replace(
        named,
        findings=tuple(finding(found) for found in named.findings),
        parts={name: tuple(part(span) for span in spans) for name, spans in named.parts.items()},
        suppressed=tuple(replace(item, finding=finding(item.finding)) for item in named.suppressed),
    )


T = TypeVar("T", Finding, PartSpan)


def _moved(found: T, document: Extracted) -> T:
    place = document.place(found.start, found.end)
    return replace(
        found,
        line=place.line,
        column=place.column,
        end_line=place.end_line,
        end_column=place.end_column,
    )


_ENDS = "。！？!?\n"
_FAR = 4 * LONGEST


def sentence_around(text: str, start: int, end: int) -> str:
    """Return the sentence, or sentences, in which a stretch stands, cut to what can be read at a glance."""
    first, last = (
        max(0, start - _FAR),
        min(len(text), end + _FAR),
    )  # a text of one sentence is not read through
    left = max(text.rfind(mark, first, start) for mark in (*_ENDS, ". "))
    left = left + 1 if left >= 0 else first
    ends = [at for mark in (*_ENDS, ". ") if (at := text.find(mark, max(start, end - 1), last)) >= 0]
    words = text[left : min(ends, default=last) + 1].strip()
    if len(words) <= LONGEST:
        return words
    first = max(0, start - left - LONGEST // 3)
    return ("…" if first else "") + words[first : first + LONGEST] + "…"


def as_text(checked: Sequence[Checked]) -> str:
    """Return reports for people: each finding with its sentence, why, and how to write it; what passed; the verdict."""
    return "\n".join(line for item in checked for line in _text(item))


def _text(item: Checked) -> Iterator[str]:
    report, language, path = item.report, item.language, one_line(item.report.path)
    for finding in report.findings:
        yield f"{path}:{finding.line}:{finding.column} {finding.level} {one_line(finding.rule)}"
        yield f"    {one_line(finding.message)}"
        absent = finding.start == finding.end or finding.start < 0
        shown = finding.match or say("check.missing", language)
        if not absent:
            shown = sentence_around(item.document.text, finding.start, finding.end)
        yield f"    {say('check.in_sentence', language)}: {one_line(shown)}"
        yield f"    {say('check.why', language)}: {one_line(finding.why)}"
        yield f"    {say('check.fix', language)}: {one_line(finding.fix)}"
        yield ""
    for suppressed in report.suppressed:
        found = suppressed.finding
        yield (
            f"{path}:{found.line}:{found.column} {say('check.allowed', language)} {one_line(found.rule)}:"
            f" {one_line(suppressed.reason)}"
        )
    for note in report.notes:
        yield f"{path}: {say('check.note', language)}: {one_line(note)}"
    yield from _parts(report, language)
    if report.passed:
        passed = say("check.passed", language, count=len(report.passed))
        yield f"{path}: {passed}: {', '.join(report.passed)}"
    yield f"{path}: {verdict_line(report, language)}"


def _parts(report: Report, language: Language) -> Iterator[str]:
    path = one_line(report.path)
    found = [
        f"{say(f'check.part_{part}', language)} {spans[0].line}:{spans[0].column}"
        for part in PARTS
        if (spans := report.parts.get(part, ()))
    ]
    absent = [say(f"check.part_{part}", language) for part in PARTS if not report.parts.get(part)]
    if found:
        yield f"{path}: {say('check.parts_found', language)}: {', '.join(found)}"
    if absent:
        yield f"{path}: {say('check.parts_not_found', language)}: {', '.join(absent)}"


def counts(report: Report) -> str:
    """Return how many findings of each level a report has: `1 error, 2 warning`."""
    by_level = Counter(finding.level for finding in report.findings)
    return ", ".join(f"{by_level[level]} {level}" for level in LEVELS if by_level[level])


def verdict_line(report: Report, language: Language) -> str:
    """Return the verdict in one line."""
    found = counts(report)
    told = say(f"check.verdict_{report.verdict}", language)
    return f"{report.verdict} ({report.language}, {report.kind}): {told}" + (f" ({found})" if found else "")


def as_json(checked: Sequence[Checked]) -> str:
    """Return reports in the form of the command line's contract."""
    data = {"documents": [item.report.as_dict() for item in checked]}
    return printable_json(json.dumps(data, ensure_ascii=False, indent=2))


_ANNOTATION = {"block": "error", "error": "error", "warning": "warning", "suggestion": "notice"}


def as_github(checked: Sequence[Checked]) -> str:
    """Return findings as workflow commands that a code host shows beside the lines, and the verdicts as plain lines."""
    return "\n".join(line for item in checked for line in _annotations(item))


def _annotations(item: Checked) -> Iterator[str]:
    report = item.report
    for found in report.findings:
        values = {
            "file": report.path, "line": str(found.line), "col": str(found.column), "endLine": str(found.end_line),
            "endColumn": str(found.end_column), "title": f"{found.rule} ({found.level})",
        }  # fmt: skip
        properties = ",".join(f"{key}={_property(value)}" for key, value in values.items())
        words = "\n".join(one_line(text) for text in (found.message, found.why, found.fix))
        yield f"::{_ANNOTATION[found.level]} {properties}::{_data(words)}"
    yield _plain(f"{one_line(report.path)}: {verdict_line(report, item.language)}")


def _plain(line: str) -> str:
    """Return a line that a code host does not take for a command: it looks for `::` at the start, `##[` anywhere."""
    line = line.replace("##[", "%23%23[")
    return line.replace(":", "%3A", 2) if line.startswith("::") else line


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(one_line(text)).replace(":", "%3A").replace(",", "%2C")

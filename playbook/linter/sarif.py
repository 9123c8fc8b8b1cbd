"""Reports as SARIF 2.1.0, the form in which code hosts and editors take findings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from playbook import __version__
from playbook.linter.findings import Finding, Level
from playbook.linter.show import Checked
from playbook.messages.printable import one_line, printable_json

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVEL: dict[Level, str] = {"block": "error", "error": "error", "warning": "warning", "suggestion": "note"}


def as_sarif(checked: Sequence[Checked]) -> str:
    """Return reports as one SARIF run; columns count Unicode code points."""
    found = [(item, finding) for item in checked for finding in item.report.findings]
    allowed = [(item, entry) for item in checked for entry in item.report.suppressed]
    rules: dict[str, Finding] = {}
    for finding in (*(f for _, f in found), *(entry.finding for _, entry in allowed)):
        rules.setdefault(finding.rule, finding)
    index = {rule: number for number, rule in enumerate(rules)}
    results = [_result(item, finding, index) for item, finding in found]
    results += [
        {
            **_result(item, entry.finding, index),
            "suppressions": [{"kind": "inSource", "justification": one_line(entry.reason)}],
        }
        for item, entry in allowed
    ]
    driver = {
        "name": "crisis-playbook",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule, finding) for rule, finding in rules.items()],
    }
    artifacts = [
        {"location": {"uri": _uri(item.report.path)}, "properties": _verdict(item)} for item in checked
    ]
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "artifacts": artifacts,
        "results": results,
    }
    data = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return printable_json(json.dumps(data, ensure_ascii=False, indent=2))


def _verdict(item: Checked) -> dict[str, str]:
    return {"verdict": item.report.verdict, "language": item.report.language, "kind": item.report.kind}


def _rule(rule: str, finding: Finding) -> dict[str, Any]:
    return {
        "id": rule,
        "name": "".join(word.capitalize() for word in rule.split("-")),
        "shortDescription": {"text": one_line(finding.why)},
        "help": {"text": one_line(finding.fix)},
        "defaultConfiguration": {"level": _LEVEL[finding.level]},
    }


def _result(item: Checked, finding: Finding, index: dict[str, int]) -> dict[str, Any]:
    region = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    }
    if finding.match:
        region |= {"snippet": {"text": finding.match}}  # type: ignore[dict-item]
    return {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": _LEVEL[finding.level],
        "message": {"text": f"{one_line(finding.message)} {one_line(finding.why)} {one_line(finding.fix)}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(item.report.path)},
                    "region": region,
                }
            }
        ],
        "properties": {"level": finding.level},
    }


def _uri(path: str) -> str:
    return (
        "stdin"
        if path == "-"
        else quote(PurePath(path).as_posix(), safe="/:@~!$&'()*+,;=-._", errors="replace")
    )

"""The linter: its rules prove themselves, and are measured on texts whose author did not know them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from playbook.linter import check_text
from playbook.linter.proof import prove
from playbook.text import LANGUAGES

CORPUS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "corpus" / "blocking.yaml").read_text(encoding="utf-8")
)
# What was measured when the corpus was added; the held-out half is the honest figure. A change may only raise it.
FOUND = {"development": 60, "held_out": 22}
FALSE_ALARMS = {"development": 0, "held_out": 6}


def test_every_rule_finds_its_own_examples_and_no_look_alike() -> None:
    count, problems = prove()
    assert [str(problem) for problem in problems] == []
    assert count > 1000


def reported(entry: dict[str, Any]) -> bool:
    report = check_text(entry["text"], language=entry["language"], kind=entry["kind"])
    return any(finding.rule == entry["rule"] and finding.level == "block" for finding in report.findings)


@pytest.mark.parametrize("half", FOUND)
def test_what_is_found_in_texts_of_others_does_not_get_worse(half: str) -> None:
    entries = [entry for entry in CORPUS if entry["half"] == half]
    found = sum(reported(entry) for entry in entries if entry["bad"])
    false = sum(reported(entry) for entry in entries if not entry["bad"])
    assert len(entries) in (60, 90)
    assert found >= FOUND[half]
    assert false <= FALSE_ALARMS[half]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", sorted({entry["rule"] for entry in CORPUS}))
def test_each_blocking_fault_is_reported_in_each_language(rule: str, language: str) -> None:
    texts = [e for e in CORPUS if (e["rule"], e["language"], e["bad"]) == (rule, language, True)]
    assert any(reported(entry) for entry in texts)

"""A fault planted in any of our own drafts is caught: a wrong sum, a wrong day, another name, an extra promise, blame."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from playbook.checks import check_drafts
from playbook.drafts import Draft
from playbook.pack import Case, open_case

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ("2026-05-09-cake", "2026-03-14-lock")


@cache
def case(name: str) -> Case:
    return open_case(ROOT / "incidents" / name)


def number_in(text: str, pattern: str, change: Callable[[re.Match[str]], str]) -> str | None:
    match = re.search(pattern, text)
    return text[: match.start()] + change(match) + text[match.end() :] if match else None


def wrong_sum(draft: Draft) -> str | None:
    """A digit more in the first sum of money."""
    form = r"(?:NT\$|CNY )(\d[\d,]*)" if draft.language == "en" else r"(?<![\d,])(\d[\d,]*) 元"
    return number_in(
        draft.text, form, lambda m: m.group().replace(m.group(1), "7" + m.group(1).replace(",", ""))
    )


def wrong_day(draft: Draft) -> str | None:
    """The 29th instead of the day."""
    if draft.language == "en":
        return number_in(draft.text, r"\b\d{1,2} (March|May|April|June)\b", lambda m: f"29 {m.group(1)}")
    return number_in(draft.text, r"(\d{1,2})月\d{1,2}日", lambda m: f"{m.group(1)}月29日")


def wrong_count(draft: Draft) -> str | None:
    """412 becomes 421, 3,860 becomes 3,680."""
    for right, wrong in (("412", "421"), ("3,860", "3,680"), ("214", "241")):
        if right in draft.text:
            return draft.text.replace(right, wrong, 1)
    return None


def another_name(draft: Draft) -> str | None:
    """The person is addressed by another surname."""
    for right, wrong in (("陳小姐", "黃小姐"), ("陈女士", "黄女士"), ("Ms Chen", "Ms Huang")):
        if right in draft.text:
            return draft.text.replace(right, wrong, 1)
    return None


EXTRA = {
    "zh-Hant": "另外，我們會再送您一年份的免費商品。",
    "zh-Hans": "另外，我们会再送您一年份的免费商品。",
    "en": " On top of that, we will give you a year of free products.",
}
BLAME = {
    "zh-Hant": "如果您當初有看清楚說明，就不會發生這種事了。",
    "zh-Hans": "如果您当初看清楚说明，就不会发生这种事了。",
    "en": " If you had read the instructions properly, this would not have happened.",
}


def extra_promise(draft: Draft) -> str | None:
    """A remedy that nobody granted."""
    return f"{draft.text}\n{EXTRA[draft.language].strip()}" if draft.audience != "internal" else None


def blame(draft: Draft) -> str | None:
    """The customer is at fault."""
    return f"{draft.text}\n{BLAME[draft.language].strip()}" if draft.audience != "internal" else None


FAULTS = (wrong_sum, wrong_day, wrong_count, another_name, extra_promise, blame)
RULES = {"extra_promise": {"unauthorised-promise"}, "blame": {"blame-customer", "argue-with-customer"}}


def planted() -> Iterator[Any]:
    for example in EXAMPLES:
        for draft in case(example).drafts:
            if draft.audience == "internal":
                continue
            for fault in FAULTS:
                text = fault(draft)
                if text is not None and text != draft.text:
                    yield pytest.param(
                        example, draft, fault.__name__, text, id=f"{draft.id} {fault.__name__}"
                    )


@pytest.mark.parametrize(("example", "draft", "fault", "text"), list(planted()))
def test_a_planted_fault_is_found(example: str, draft: Draft, fault: str, text: str) -> None:
    of = case(example)
    edited = replace(draft, edited=True, written=text)
    (report,) = check_drafts([edited], of.incident, of.policy, of.assessment, of.offers, [draft])
    grave = [f for f in report.report.findings if f.level in ("block", "error")]
    wanted = RULES.get(fault, {"inconsistent-facts", "unauthorised-promise", "pii-leak"})
    assert any(f.rule in wanted for f in grave), f"{text}\n{[f.rule for f in report.report.findings]}"


@pytest.mark.parametrize("example", EXAMPLES)
def test_nothing_grave_is_found_in_what_the_kit_writes(example: str) -> None:
    grave = [
        f"{report.draft_id}: {f.rule} {f.match}"
        for report in case(example).reports
        for f in report.report.findings
        if f.level in ("block", "error")
    ]
    assert grave == []

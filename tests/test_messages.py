"""Whatever the kit can find, it can say: no finding without its words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from playbook.messages import has

PACKAGE = Path(__file__).resolve().parent.parent / "playbook"


def ids(folder: str, call: str) -> set[str]:
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted((PACKAGE / folder).rglob("*.py")))
    return set(re.findall(rf"\b{call}\(\s*\"(\w+)\"", text))


@pytest.mark.parametrize("name", sorted(ids("offers", "OfferFinding")))
def test_a_finding_about_offers_has_words(name: str) -> None:
    assert has(f"offers.{name}")


@pytest.mark.parametrize("name", sorted(ids("review", "Finding")))
def test_a_finding_of_the_review_has_words(name: str) -> None:
    assert has(f"review.finding_{name}")

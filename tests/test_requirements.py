"""Every rule of the specification meets a reader of a pack, and the proof of it can fail."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from playbook.pack import Case, open_case
from playbook.policy.model import Policy

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from requirements import EXAMPLE, IDS, Meeting, meetings  # noqa: E402

SAMPLE = 12


@cache
def case() -> Case:
    return open_case(EXAMPLE, languages="en")


@cache
def met() -> dict[str, list[Meeting]]:
    return meetings(case())


def must_meet(source: str, places: dict[str, list[Meeting]]) -> None:
    assert places.get(source), (
        f"{source} stands nowhere in the pack: which row of policies/base comes from it?"
    )


@pytest.mark.parametrize("source", IDS)
def test_a_rule_meets_a_reader_of_the_pack(source: str) -> None:
    must_meet(source, met())


def without(policy: Policy, source: str) -> Policy:
    """Return a policy from which every row that names a rule was taken away."""
    return replace(
        policy,
        steps=tuple(s for s in policy.steps if source not in s.sources),
        tracks=tuple(t for t in policy.tracks if source not in t.sources),
        clocks=tuple(c for c in policy.clocks if source not in c.source.split()),
        notes=tuple(n for n in policy.notes if source not in n.sources),
        roles={k: r for k, r in policy.roles.items() if source not in r.sources},
        switches={
            k: replace(s, sources=tuple(x for x in s.sources if x != source))
            for k, s in policy.switches.items()
        },
    )


def chosen() -> list[str]:
    """Return the rules whose rows are taken away: by the hash of the policy, so the sample changes when it does."""
    return sorted(IDS, key=lambda i: hashlib.sha256(f"{case().policy.sha256} {i}".encode()).hexdigest())[
        :SAMPLE
    ]


@pytest.mark.parametrize("number", range(SAMPLE))
def test_the_proof_goes_red_when_the_rows_of_a_rule_are_taken_away(number: int) -> None:
    source = chosen()[number]
    bare = replace(case(), policy=without(case().policy, source))
    with pytest.raises(AssertionError, match=source):
        must_meet(source, meetings(bare))


def test_at_most_forty_rules_are_advice_only() -> None:
    text = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")
    assert text.count("| advice only |") <= 40

"""The packs of the two scenarios hold what the specification asks of them, and nothing that it forbids."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from playbook.pack import PackResult

CASES: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "scenarios.yaml").read_text(encoding="utf-8")
)
pytestmark = pytest.mark.slow


def expected() -> Iterator[Any]:
    for incident, entries in CASES.items():
        for entry in entries:
            yield pytest.param(incident, entry, id=f"{incident}: {entry['about']}")


def words_of(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    return html.unescape(re.sub(r"<(?!h[1-6])[^>]*>", "", text)) if path.suffix == ".html" else text


@pytest.mark.parametrize(("incident", "entry"), list(expected()))
def test_a_pack_holds_what_the_scenario_asks(
    incident: str, entry: dict[str, Any], pack_of: Callable[[str], PackResult]
) -> None:
    pack = pack_of(incident).path
    files = sorted(pack.glob(entry["in"]))
    assert files, f"no file {entry['in']}"
    for path in files:
        words = words_of(path)
        missing = [pattern for pattern in entry.get("has", ()) if not re.search(pattern, words)]
        assert missing == [], f"{path.relative_to(pack)}\n{words[:3000]}"
        wrong = [
            match.group() for pattern in entry.get("has_not", ()) if (match := re.search(pattern, words))
        ]
        assert wrong == [], f"{path.relative_to(pack)}\n{words[:3000]}"


@pytest.mark.parametrize("incident", CASES)
def test_nothing_blocks_the_drafts_of_the_examples(
    incident: str, pack_of: Callable[[str], PackResult]
) -> None:
    assert pack_of(incident).findings["block"] == 0
    assert pack_of(incident).exit_code == 0


@pytest.mark.parametrize("incident", CASES)
def test_crisis_control_is_the_last_section_of_the_review(
    incident: str, pack_of: Callable[[str], PackResult]
) -> None:
    page = (pack_of(incident).path / "review.html").read_text(encoding="utf-8")
    headings = [re.sub("<[^>]+>", "", h) for h in re.findall(r"<h2[^>]*>(.*?)</h2>", page)]
    own = headings[: next(i for i, h in enumerate(headings) if "危機控管" in h or "危机控管" in h) + 1]
    # What follows is the public version, which is a document of its own.
    assert len(own) == 15


def test_only_the_cap_is_said_to_stop_a_repeat(pack_of: Callable[[str], PackResult]) -> None:
    rows = (pack_of("2026-05-09-cake").path / "actions.csv").read_text(encoding="utf-8-sig").splitlines()
    stops = [row for row in rows[1:] if row.split(",")[-1] == "可以"]
    assert len(stops) == 1
    assert "800" in stops[0]

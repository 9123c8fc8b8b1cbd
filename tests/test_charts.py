"""Charts say in words and in figures what they draw, and repeat byte for byte."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from xml.etree import ElementTree

import pytest

from playbook.charts import (
    Happening,
    Running,
    Stack,
    canvas,
    clocks,
    compensation,
    font_for,
    recurrence,
    timeline,
    volume,
)
from playbook.documents import Image
from playbook.errors import EnvironmentLacks
from playbook.money import Money
from playbook.text import LANGUAGES, Language

ZONE = timezone(timedelta(hours=8))


def at(raw: str) -> datetime:
    return datetime.fromisoformat(raw).replace(tzinfo=ZONE)


def draw_timeline(language: Language) -> Image:
    said = Happening(at("2026-05-09T18:27"), "public reply 回覆", "words")
    done = Happening(at("2026-05-10T10:22"), "new cake <delivered>", "deeds")
    return timeline([done, said], language)


def draw_clocks(language: Language) -> Image:
    met = Running("first reply", 600, 420, "10 min", "7 min", "met", late=False, done=True)
    late = Running("progress", 900, 1380, "15 min", "23 min", "late", late=True, done=True)
    return clocks([met, late], language)


def draw_compensation(language: Language) -> Image:
    parts = (("need_now", Money(128000, "TWD"), True), ("inconvenience", Money(20000, "TWD"), False))
    return compensation([Stack("A", parts, Money(148000, "TWD"), "NT$1,480", chosen=True)], language)  # type: ignore[arg-type]


def draw_volume(language: Language) -> Image:
    times = [at("2026-05-09T12:05"), at("2026-05-09T12:50"), at("2026-05-09T15:00")]
    return volume(times, [(at("2026-05-09T13:30"), "first reply")], language)


def draw_recurrence(language: Language) -> Image:
    return recurrence([("2025", 58), ("2026", 23)], 10, language)


DRAWINGS: list[Callable[[Language], Image]] = [
    draw_timeline,
    draw_clocks,
    draw_compensation,
    draw_volume,
    draw_recurrence,
]


def figures(image: Image) -> list[list[str]]:
    assert image.table is not None
    return [["".join(run.text for run in runs) for runs in row] for row in image.table.rows]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("draw", DRAWINGS, ids=lambda d: d.__name__)
def test_a_chart_is_a_drawing_with_words_and_figures(
    draw: Callable[[Language], Image], language: Language
) -> None:
    image = draw(language)
    root = ElementTree.fromstring(image.svg)
    assert root.tag.endswith("svg")
    assert len(list(root.iter("{http://www.w3.org/2000/svg}text"))) > 3  # words stay words
    assert image.png.startswith(b"\x89PNG")
    assert len(image.alt) > 20
    assert "{" not in image.alt
    assert figures(image)


@pytest.mark.parametrize("draw", DRAWINGS, ids=lambda d: d.__name__)
def test_drawing_twice_gives_the_same_bytes_and_no_date(draw: Callable[[Language], Image]) -> None:
    first, second = draw("zh-Hant"), draw("zh-Hant")
    assert first == second
    assert "<metadata" not in first.svg
    assert "matplotlib" not in first.svg.lower().replace("matplotlib.", "")


def test_the_timeline_has_two_lanes_in_order_of_time() -> None:
    rows = figures(draw_timeline("en"))
    assert [row[:3] for row in rows] == [
        ["1", "2026-05-09 18:27", "Words"],
        ["2", "2026-05-10 10:22", "Deeds"],
    ]
    assert rows[1][3] == "new cake <delivered>"


def test_the_clocks_name_what_is_past_its_limit() -> None:
    assert "Past it: 1 (progress)" in draw_clocks("en").alt


def test_the_volume_counts_each_hour_and_marks_our_statement() -> None:
    assert figures(draw_volume("en")) == [
        ["05-09 12:00", "2"],
        ["05-09 15:00", "1"],
        ["05-09 13:30", "1: first reply"],
    ]


def test_what_is_not_paid_in_money_is_hatched() -> None:
    assert re.search(r'<pattern|fill="url\(#|fill: url\(#', draw_compensation("en").svg)
    assert figures(draw_compensation("en"))[1][3] == "no"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_chinese_font_is_a_clear_message_in_that_language(
    language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canvas, "_installed", lambda: frozenset({"DejaVu Sans"}))
    with pytest.raises(EnvironmentLacks, match="Noto Sans CJK"):
        font_for(language, ["母親節"])
    assert font_for("en", ["only Latin"]) == "DejaVu Sans"

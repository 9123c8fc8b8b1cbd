"""What a text states is taken out of it with its value and place."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.checks.quantities import number_of, quantities

CASES = [
    ("a Chinese date with its weekday", "2026年5月9日（週六）", "date", (2026, 5, 9), 5),
    ("a Chinese date without a year", "5月9號", "date", (0, 5, 9), None),
    ("an English date with weekday first", "Saturday, 9 May 2026", "date", (2026, 5, 9), 5),
    ("an American date", "May 9, 2026", "date", (2026, 5, 9), None),
    ("a clock time in digits", "18:05", "time", (18, 5), None),
    ("an evening time in numerals", "晚上六點零五分", "time", (18, 5), None),
    ("half past in the afternoon", "下午三点半", "time", (15, 30), None),
    ("an English evening time", "6:05 p.m.", "time", (18, 5), None),
    ("noon hours with am", "12 am", "time", (0, 0), None),
    ("a Taiwan sum with its mark", "NT$1,280", "money", (Decimal(1280), "TWD"), None),
    ("a sum in words after the number", "1,280 元", "money", (Decimal(1280), ""), None),
    ("a colloquial sum", "三百八块", "money", (Decimal(380), ""), None),
    ("a sum in yuan written in English", "200 yuan", "money", (Decimal(200), "CNY"), None),
    ("a share", "34.3%", "share", (Decimal("34.3"),), None),
    ("hours in Chinese", "晚了六小時", "duration", (Decimal(6), "hour"), None),
    ("hours in English words", "four hours", "duration", (Decimal(4), "hour"), None),
    ("a count that stands in running Chinese text", "共有3,860台", "count", (Decimal(3860),), None),
    ("calls counted with a measure word", "兩通電話", "count", (Decimal(2),), None),
    ("a phone next to Chinese", "電話04-0000-2101", "phone", ("0400002101",), None),
    ("a Chinese name with its honorific", "林小姐", "name", ("林", "ms"), None),
    ("an English name", "Ms Chen", "name", ("Chen", "ms"), None),
]


@pytest.mark.parametrize(
    ("text", "kind", "value", "weekday"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_a_statement_is_read_with_its_value(
    text: str, kind: str, value: tuple[object, ...], weekday: int | None
) -> None:
    found = quantities(text, "en")
    assert [(q.kind, q.value, q.weekday) for q in found] == [(kind, value, weekday)]
    assert text[found[0].start : found[0].end] == found[0].text


NOTHING = [
    ("a list marker", "1. We refund you.\n2. We call you."),
    ("a version in a firmware name", "固件 v3.2.1"),
    ("a web address", "https://example.org/2026/05/09"),
    ("a bit, as a manner of speaking", "等一點點"),
    ("a polite plural", "各位先生"),
]


@pytest.mark.parametrize("text", [c[1] for c in NOTHING], ids=[c[0] for c in NOTHING])
def test_what_only_looks_like_a_statement_is_left_alone(text: str) -> None:
    assert quantities(text, "zh-Hant") == ()


@given(st.integers(min_value=0, max_value=10**9))
def test_a_number_with_separators_reads_as_itself(number: int) -> None:
    assert number_of(f"{number:,}") == number


@pytest.mark.parametrize(
    ("han", "value"),
    [
        ("三百八", 380),
        ("一百零八", 108),
        ("兩百零五", 205),
        ("一萬二千六百", 12600),
        ("十二", 12),
        ("二〇二六", 2026),
        ("\U0001e5f1", None),
    ],
)
def test_numerals_read_as_their_value_and_what_is_none_as_none(han: str, value: int | None) -> None:
    assert number_of(han) == value


@given(st.text(max_size=200))
def test_spans_lie_within_any_text_and_never_overlap(text: str) -> None:
    found = [q for q in quantities(text, "zh-Hans") if q.kind != "name"]
    assert all(text[q.start : q.end] == q.text for q in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))

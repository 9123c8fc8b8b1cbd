"""A person's text keeps the provenance of every sentence that is still there, whatever a word processor did to it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.checks.against import OnFile
from playbook.drafts import Draft
from playbook.drafts.edited import compare, sentences
from playbook.drafts.model import Sentence
from playbook.drafts.slots import Slot, Values
from playbook.sentences import figures, pieces, same, units

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("2026-05-09-cake", "2026-03-14-lock", "2026-09-01-water-bill")


@cache
def drafts() -> tuple[Draft, ...]:
    """Return the kit's own drafts of three incidents, in three languages."""
    return tuple(d for name in NAMES for d in OnFile.read(ROOT / "incidents" / name).own.values())


some_draft = st.integers(0, 10_000).map(lambda n: drafts()[n % len(drafts())])


def stated(found: tuple[Sentence, ...]) -> list[tuple[str, ...]]:
    return [(s.wording, *s.facts, *s.offers, *s.commitments) for s in found]


def test_there_are_drafts_in_every_language_to_try() -> None:
    assert {d.language for d in drafts()} == {"zh-Hant", "zh-Hans", "en"}


def test_the_generated_text_gives_back_every_sentence_as_it_was() -> None:
    for draft in drafts():
        again = sentences(draft.text, draft.sentences)
        assert tuple(replace(s, paragraph=0) for s in again) == tuple(
            replace(s, paragraph=0) for s in draft.sentences
        ), draft.id


# -- what programs do to a text --------------------------------------------------------------

MARKS = re.compile("^(?:• |・|· )", re.M)
DISGUISES = {
    "smart quotes": lambda t: t.replace("'", "’").replace(' "', " “").replace('"', "”"),
    "no-break spaces": lambda t: t.replace(" ", "\u00a0"),
    "dashes for list marks": lambda t: MARKS.sub("– ", t),
    "list marks lost": lambda t: MARKS.sub("", t),
    "numbers for list marks": lambda t: MARKS.sub("1. ", t),
    "another program's list marks": lambda t: MARKS.sub("●\t", t),
    "paragraphs instead of lines": lambda t: t.replace("\n", "\n\n"),
    "Windows line ends": lambda t: t.replace("\n", "\r\n").replace("\r\n", "\n"),
    "zero-width spaces": lambda t: t.replace("。", "。\u200b").replace(". ", ". \ufeff"),
    "bold": lambda t: "\n".join(f"**{line}**" if line else "" for line in t.split("\n")),
    "other paragraphs": lambda t: "\n\n".join(reversed(t.split("\n\n"))),
}


@pytest.mark.parametrize("name", DISGUISES)
def test_a_sentence_is_the_same_after(name: str) -> None:
    for draft in drafts():
        again = sentences(DISGUISES[name](draft.text), draft.sentences)
        assert sorted(stated(again)) == sorted(stated(draft.sentences)), draft.id
        assert not any(s.changed for s in again)


@settings(max_examples=60, deadline=None)
@given(some_draft, st.integers(24, 90))
def test_a_line_that_wraps_is_the_same_sentence(draft: Draft, width: int) -> None:
    wrapped = "\n\n".join(
        "\n".join(_wrapped(line, width) for line in part.split("\n")) for part in draft.text.split("\n\n")
    )
    assert stated(sentences(wrapped, draft.sentences)) == stated(draft.sentences)


def _wrapped(line: str, width: int) -> str:
    out, row = [], ""
    for word in line.split(" "):
        # What would look like the next item of a list, or a list after a colon, cannot be told from one.
        like_a_list = word[:1].isdecimal() or word[:1] in "-–•·・(（" or row[-1:] in ":："
        if row and len(row) + len(word) > width and not like_a_list:
            out.append(row)
            row = word
        else:
            row = f"{row} {word}" if row else word
    return "\n".join([*out, row])


@settings(max_examples=80, deadline=None)
@given(some_draft, st.data())
def test_writing_one_sentence_anew_loses_its_provenance_and_no_other(
    draft: Draft, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(draft.sentences) - 1))
    own = draft.sentences[at]
    twins = [s for s in draft.sentences if same(s.text) == same(own.text)]
    other = "Zygotes quivered." if draft.language == "en" else "鱷魚嚼蠟。"
    text = draft.text.replace(own.text, other, 1)
    if len(twins) > 1 or draft.text.count(own.text) > 1 or other not in text:
        return
    again = sentences(text, draft.sentences)
    lost = [s for s in again if not s.wording]
    assert [s.text for s in lost] == [other]
    left = [s for s in draft.sentences if s is not own]
    assert sorted(stated(tuple(s for s in again if s.wording))) == sorted(stated(tuple(left)))


@settings(max_examples=60, deadline=None)
@given(some_draft, st.randoms(use_true_random=False))
def test_the_order_of_paragraphs_changes_nothing_but_the_order(draft: Draft, rnd: object) -> None:
    parts = draft.text.split("\n\n")
    rnd.shuffle(parts)  # type: ignore[attr-defined]
    found = compare("\n\n".join(parts), draft.sentences)
    assert {f.state for f in found} == {"stayed"}
    assert len(found) == len(draft.sentences)


@settings(max_examples=60, deadline=None)
@given(some_draft, st.text(max_size=200))
def test_any_text_has_a_state_for_each_of_its_sentences_and_for_each_generated_one(
    draft: Draft, text: str
) -> None:
    found = compare(text, draft.sentences)
    assert [same(f.text) for f in found if f.state != "gone" if same(f.text)] or not same(text)
    known = [s for f in found for s in f.before]
    assert {id(s) for s in draft.sentences if same(s.text)} <= {id(s) for s in known}


# -- a hand on a sentence ---------------------------------------------------------------------

WAS = {
    "en": Sentence("On 9 May 412 orders came late, and 37 of them were damaged.", "harm", "situation.x", facts=("late", "damaged")),
    "zh-Hant": Sentence("5月9日有 412 筆訂單晚送到，其中 37 筆送到時已經損壞。", "harm", "situation.x", facts=("late", "damaged")),
    "zh-Hans": Sentence("5月9日有 412 笔订单晚送到，其中 37 笔送到时已经损坏。", "harm", "situation.x", facts=("late", "damaged")),
}  # fmt: skip
VALUES = Values(
    lists={
        "facts": [
            {"item": Slot("412 orders were late", facts=("late",)), "figure": Slot("412")},
            {"item": Slot("37 were damaged", facts=("damaged",)), "figure": Slot("37")},
        ]
    }
)
HANDS = {
    "a word more in English keeps both": ("en", "On 9 May, I am sad to say, 412 orders came late, and 37 of them were damaged.", ("late", "damaged")),
    "another figure in English loses its fact": ("en", "On 9 May 412 orders came late, and 40 of them were damaged.", ("late",)),
    "half of it in English keeps the half": ("en", "On 9 May 412 orders came late.", ("late",)),
    "a word more in Traditional Chinese keeps both": ("zh-Hant", "5月9日一共有 412 筆訂單晚送到，其中 37 筆送到時已經損壞了。", ("late", "damaged")),
    "another figure in Traditional Chinese loses its fact": ("zh-Hant", "5月9日有 421 筆訂單晚送到，其中 37 筆送到時已經損壞。", ("damaged",)),
    "half of it in Simplified Chinese keeps the half": ("zh-Hans", "5月9日有 412 笔订单晚送到。", ("late",)),
}  # fmt: skip


@pytest.mark.parametrize("name", HANDS)
def test_a_changed_sentence_keeps_what_it_still_states(name: str) -> None:
    language, text, facts = HANDS[name]
    (found,) = sentences(text, (WAS[language],), VALUES)
    assert (found.facts, found.changed, found.wording, found.part) == (facts, True, "situation.x", "harm")


def test_two_sentences_made_one_keep_the_provenance_of_both() -> None:
    one = Sentence(
        "The ordering system took more orders than we could deliver.", "explanation", "a", facts=("f1",)
    )
    two = Sentence("From 10 May it stops at 800 orders a day.", "prevention", "b", commitments=("cap",))
    (found,) = sentences(
        "The ordering system took more orders than we could deliver, and from 10 May it stops at 800 orders a day.",
        (one, two),
    )
    assert (found.facts, found.commitments) == (("f1",), ("cap",))
    assert compare("Nothing of it.", (one, two))[-1].state == "gone"


def test_one_sentence_made_two_keeps_its_provenance_in_both() -> None:
    was = Sentence("We took 1,200 orders for the day, and our couriers can deliver only 800.", "explanation", "a", facts=("f1",))  # fmt: skip
    found = compare("We took 1,200 orders for the day. Our couriers can deliver only 800.", (was,))
    assert [f.state for f in found] == ["changed", "changed"]


def test_a_part_of_a_sentence_that_stayed_is_told_apart_from_the_part_that_changed() -> None:
    was = Sentence("You called us twice. Someone should have been there.", "responsibility", "tried.someone", facts=("f1",))  # fmt: skip
    found = compare("You called us three times. Someone should have been there.", (was,))
    assert [(f.state, f.text) for f in found] == [
        ("changed", "You called us three times."),
        ("stayed", "Someone should have been there."),
    ]
    found = compare("Someone should have been there.", (was,))
    assert [(f.state, f.text) for f in found] == [
        ("stayed", "Someone should have been there."),
        ("gone", "You called us twice."),
    ]


def test_a_long_text_of_one_letter_is_compared_in_no_time() -> None:
    found = compare("a. " * 60_000, drafts()[0].sentences)
    assert found[0].state == "new"


SPLITS = {
    "half past six": (
        "It came at 6:30 p.m. on 9 May. We know.",
        ["It came at 6:30 p.m. on 9 May.", "We know."],
    ),
    "a title and a sum": ("Ms. Chen paid £41.20. It is back.", ["Ms. Chen paid £41.20.", "It is back."]),
    "an address": (
        "See https://a.example/b.c for more. Thanks.",
        ["See https://a.example/b.c for more.", "Thanks."],
    ),
    "a quotation": ("您說「等了一天。」我們聽到了。", ["您說「等了一天。」", "我們聽到了。"]),
    "an item": ("・第一項。\n・第二項。", ["・第一項。", "・第二項。"]),
}


@pytest.mark.parametrize("name", SPLITS)
def test_a_text_is_split_where_a_reader_would(name: str) -> None:
    text, expected = SPLITS[name]
    assert [piece.text for piece in pieces(text)] == expected


def test_figures_are_the_same_with_and_without_separators() -> None:
    assert figures(units("1,200 orders at 18:05, £767,968.50")) == {"1200", "18:05", "767968.50"}

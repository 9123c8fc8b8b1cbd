"""What holds for every text that the kit writes, whatever is on record: laws over generated incidents.

The records are made once and every law goes over all of them; where one fails, the smallest record that breaks it is
looked for and printed. `--hypothesis-profile=long` goes through twenty times as many, new ones every time.

What the laws do not see: whether a text reads well or is true to the tone of the day; a promise or a claim that the
words of the bank make by themselves, without a figure (only admissions of fault, thanks and apologies are read);
numbers written out in words (兩次, twice), which are not read; a wrong fact that a person wrote into a public field;
texts that people edited; tables with more than one line of law; records in which one approval follows another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import laws_of_form  # noqa: F401 - each adds its laws to LAWS
import laws_of_record  # noqa: F401
import laws_of_room  # noqa: F401
import laws_of_secrecy  # noqa: F401
import pytest
from draft_cases import LAWS, LONG, QUIET, START, Case, pool, smallest
from generated_incidents import (
    HOSTILE,
    Generated,
    records,
)
from hypothesis import given, seed, settings
from pydantic import BaseModel

from playbook.drafts.outgoing import outgoing
from playbook.incident.model import Incident

# -- what was broken once ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mended:
    """A defect that generated records found: the law, how its findings read, and the smallest record that showed it."""

    name: str
    law: str
    reads: str  # a pattern
    record: dict[str, Any]


def small(**fields: Any) -> dict[str, Any]:
    """Return a record of a client and one sentence, and a little more."""
    what = {"zh-Hant": "松林的訂單晚到了", "zh-Hans": "松泉的订单晚到了", "en": "ferncroft orders came late"}
    return {"client": "base", "reference": "small", "currency": "USD", "what_happened": what} | fields


MENDED: tuple[Mended, ...] = (
    Mended(
        "a threat told on X, in zh-Hans",
        "a text fits its channel",
        r"zh-Hans/holding-statement\.x",
        small(
            kind="extortion",
            as_of="2026-05-09T10:00+08:00",
            signal={"channel": "x"},
            contact={"line": "04-0000-2199"},
            do_now=({"zh-Hans": "收到的石泉请先留着"},),
            next_update_at="2026-05-14T10:05+08:00",
        ),
    ),
)


@pytest.mark.parametrize("known", [pytest.param(k, id=k.name) for k in MENDED])
def test_what_was_mended_stays_mended(known: Mended) -> None:
    case = Case(Generated(Incident.model_validate(known.record), ()))
    assert [text for text in LAWS[known.law](case) if re.search(known.reads, text)] == []


# -- the tests -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LAWS)
def test_every_draft_keeps_the_law_that(name: str) -> None:
    broken = [(text, case.fixed) for case in pool() for text in LAWS[name](case)]
    if broken:
        told = "\n".join(text for text, _ in broken[:3])
        pytest.fail(f"{len(broken)} texts break it.\n{told}\n{smallest(LAWS[name], broken[0][1])}")


@pytest.mark.parametrize("payload", HOSTILE.values(), ids=HOSTILE)
def test_what_stands_in_a_text_of_the_record_is_carried_as_it_is_and_does_nothing(payload: str) -> None:
    """Slots, tags, formulas and controls in a record's texts: the draft is the same as with a harmless mark there."""

    @settings(QUIET, max_examples=40 if LONG else 3)
    @seed(len(payload) + START)
    @given(records(payload=payload))
    def hold(made: Generated) -> None:
        hostile = Case(made)
        harmless = Case(made, _replaced(made.incident, payload, "§" * len(payload)))
        same = {(t.draft.id, t.register): t.text for t in harmless.texts}
        for t in hostile.texts:
            wanted = same.get((t.draft.id, t.register), "nothing")
            assert _close(t.text.replace(payload, "§" * len(payload))) == _close(wanted)
            if t.register == "":
                assert not re.search(
                    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", outgoing(t.draft)
                )
        assert hostile.reports is not None

    hold()


def _close(text: str) -> str:
    return text.replace(" ", "")


def _replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        return value.model_copy(update={name: _replaced(getattr(value, name), old, new) for name in fields})
    if isinstance(value, dict):
        return {key: _replaced(item, old, new) for key, item in value.items()}
    return tuple(_replaced(item, old, new) for item in value) if isinstance(value, tuple) else value

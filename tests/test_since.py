"""A second text says what is new since the last one that people had, and nothing that they were told already."""

from __future__ import annotations

from pathlib import Path

import pytest

from playbook.checks.against import OnFile
from playbook.drafts import Draft
from playbook.text import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.usefixtures("in_the_workspace")
HEADER = "at,kind,channel,language,audience,path,next_update_promised_at,text\n"


def change(folder: Path, *pairs: tuple[str, str]) -> None:
    path = folder / "incident.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def sent(folder: Path, *rows: str) -> None:
    (folder / "sent.csv").write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")


def drafts(folder: Path) -> dict[str, Draft]:
    return dict(OnFile.read(folder).own)


def moves(draft: Draft) -> list[str]:
    return [s.wording.partition(".")[0] for s in draft.sentences]


HOLDING = "2026-05-09T18:40+08:00,holding-statement,web,{language},public,,2026-05-09T21:00+08:00,{text}"
DAMAGED = (
    "text: {zh-Hant: 其中損壞 37 筆,",
    "at: 2026-05-09T20:10+08:00\n    text: {zh-Hant: 其中損壞 37 筆,",
)
CAP_DONE = ("    due: 2026-05-10\n    state: done\n", "    due: 2026-05-10\n    done_at: 2026-05-09T20:30+08:00\n    state: done\n")  # fmt: skip


def as_of(time: str, next_update: str = "2026-05-10T12:00+08:00") -> tuple[tuple[str, str], ...]:
    return (
        ("as_of: 2026-05-12T10:30+08:00", f"as_of: {time}"),
        ("next_update_at: 2026-05-10T12:00+08:00", f"next_update_at: {next_update}"),
    )


def test_where_nothing_was_sent_before_nothing_is_new(cake: Path) -> None:
    sent(cake)
    change(cake, DAMAGED, CAP_DONE)
    assert not [d.id for d in drafts(cake).values() if "changed" in moves(d) or "changed-lead" in moves(d)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_progress_update_tells_what_was_confirmed_and_done_since_the_last_text(
    cake: Path, language: str
) -> None:
    sent(cake, HOLDING.format(language=language, text="We are sorry."))
    change(cake, DAMAGED, CAP_DONE, *as_of("2026-05-09T20:45+08:00"))
    draft = drafts(cake)[f"{language}/progress-update.email"]
    new = [s for s in draft.sentences if s.wording.startswith("changed.")]
    assert [(s.facts, s.commitments) for s in new] == [
        (("damaged",), ()),
        ((), ("cap",)),
        ((), ("next_update",)),
    ]
    assert "37" in new[0].text
    lead = next(s for s in draft.sentences if s.wording.startswith("changed-lead"))
    assert "18:40" in lead.text


def test_what_people_were_told_before_the_last_text_is_not_new(cake: Path) -> None:
    sent(cake, HOLDING.format(language="en", text="We are sorry.").replace("18:40", "20:40"))
    change(cake, DAMAGED, CAP_DONE, *as_of("2026-05-09T20:45+08:00", "2026-05-09T21:00+08:00"))
    assert "changed" not in moves(drafts(cake)["en/progress-update.email"])


def test_a_next_word_that_was_moved_before_it_was_due_is_told_with_both_times(cake: Path) -> None:
    sent(cake, HOLDING.format(language="en", text="We are sorry."))
    change(cake, *as_of("2026-05-09T20:45+08:00"))
    (new,) = [
        s for s in drafts(cake)["en/progress-update.email"].sentences if s.wording.startswith("changed.")
    ]
    assert "12:00 on 10 May" in new.text
    assert "21:00 on 9 May" in new.text


def test_after_it_was_due_it_is_simply_the_next_one(cake: Path) -> None:
    sent(cake, HOLDING.format(language="en", text="We are sorry."))
    change(cake, *as_of("2026-05-09T21:45+08:00"))
    assert "changed" not in moves(drafts(cake)["en/progress-update.email"])


def test_a_second_holding_statement_tells_what_is_new_and_its_own_next_time(cake: Path) -> None:
    sent(cake, HOLDING.format(language="en", text="We are sorry."))
    change(cake, DAMAGED, *as_of("2026-05-09T21:15+08:00"))
    draft = drafts(cake)["en/holding-statement.web"]
    (new,) = [s for s in draft.sentences if s.wording.startswith("changed.")]
    assert new.facts == ("damaged",)
    assert "12:00 on 10 May" in draft.text
    assert "21:00" not in draft.text


def test_the_apology_after_a_holding_statement_tells_a_new_fact_once(cake: Path) -> None:
    rows = HOLDING.format(language="en", text="We are sorry.")
    sent(cake, rows)
    change(cake, ("text: {zh-Hant: 逾時 60", "at: 2026-05-09T20:10+08:00\n    text: {zh-Hant: 逾時 60"), DAMAGED, *as_of("2026-05-09T21:15+08:00"))  # fmt: skip
    draft = drafts(cake)["en/public-apology.web"]
    for fact in ("late", "damaged"):
        told = [
            s for s in draft.sentences if fact in s.facts and s.wording.startswith(("changed.", "facts."))
        ]
        assert len(told) <= 1
    before = draft.text
    sent(cake, rows, "2026-05-09T21:30+08:00,public-apology,web,en,public,,,")
    change(cake, ("as_of: 2026-05-09T21:15+08:00", "as_of: 2026-05-09T21:45+08:00"))
    assert drafts(cake)["en/public-apology.web"].text == before  # it stays what went out


def test_an_open_question_that_was_answered_is_new_even_without_a_time(cake: Path) -> None:
    asked = "Whether orders were taken beyond what our couriers can deliver a day is still being checked."
    sent(cake, HOLDING.format(language="en", text=asked))
    change(cake, *as_of("2026-05-09T21:15+08:00"))
    new = [s for s in drafts(cake)["en/progress-update.email"].sentences if s.wording.startswith("changed.")]
    assert ("capacity",) in [s.facts for s in new]


def test_a_first_reply_to_one_person_is_no_statement_to_everybody(cake: Path) -> None:
    sent(cake, "2026-05-09T18:27+08:00,first-reply,facebook,en,public,,,")
    change(cake, DAMAGED, *as_of("2026-05-09T21:15+08:00"))
    assert "changed" not in moves(drafts(cake)["en/public-apology.web"])
    assert "changed" in moves(drafts(cake)["en/progress-update.email"])


def test_what_is_new_passes_the_check_in_every_language(cake: Path) -> None:
    rows = [HOLDING.format(language=language, text="") for language in LANGUAGES]
    sent(cake, *rows)
    change(cake, DAMAGED, CAP_DONE, *as_of("2026-05-09T20:45+08:00"))
    known = OnFile.read(cake)
    checked = [known.report(d) for d in known.drafts.values() if "changed" in moves(d)]
    assert len(checked) >= 6
    assert not [f for r in checked for f in r.findings if f.level in ("block", "error")]

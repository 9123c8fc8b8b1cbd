"""When a fact changes, the sent and approved sentences that it makes wrong are told, and the correction is drafted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playbook.assessment.outdated import outdated_texts
from playbook.checks.against import OnFile
from playbook.checks.outdated import outdated_findings, without_quotations
from playbook.cli import main
from playbook.incident import read_incident
from playbook.sentences import same
from playbook.text import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.usefixtures("in_the_workspace")


@pytest.fixture
def school(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "incidents" / "2026-10-12-school-link", tmp_path / "school")
    shutil.rmtree(tmp_path / "school" / "drafts")
    return tmp_path / "school"


def change(folder: Path, *pairs: tuple[str, str]) -> None:
    path = folder / "incident.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def found(folder: Path) -> list[tuple[str, str, str]]:
    """Return place, reason and subject of what no longer holds."""
    return [(o.text.place, o.reason, o.subject) for o in outdated_texts(read_incident(folder))]


@pytest.mark.parametrize("name", sorted(p.parent.name for p in (ROOT / "incidents").glob("*/incident.yaml")))
def test_the_texts_of_the_examples_agree_with_their_records(name: str) -> None:
    known = OnFile.read(ROOT / "incidents" / name)
    assert known.assessment.outdated == ()


FACT = """  - id: {id}
    text: {{zh-Hant: {hant}, zh-Hans: {hans}, en: "{en}"}}
    value: {value}
    status: {status}
    visibility: {visibility}
{more}"""
OPENED = FACT.format(
    id="opened_again", hant="這段時間，學校以外的帳號或裝置開過檔案 91 次", hans="这段时间，学校以外的账号或设备打开过文件 91 次",
    en="in that time accounts or devices outside the school opened the file 91 times", value=91, status="confirmed",
    visibility="public", more="    supersedes: {old}\n",
)  # fmt: skip


def fact_id(folder: Path, words: str) -> str:
    """Return the id of the fact whose English text holds some words."""
    return next(f.id for f in read_incident(folder).facts if words in f.text.get("en", ""))


def replaced(folder: Path) -> str:
    """Replace the figure of how often the file was opened by a new fact; return the old one's id."""
    old = fact_id(folder, "58 times")
    change(folder, ("facts:\n", "facts:\n" + OPENED.replace("{old}", old)))
    return old


def test_a_fact_that_another_one_replaces_makes_the_sentences_wrong_that_state_it(school: Path) -> None:
    replaced(school)
    told = [o for o in outdated_texts(read_incident(school)) if o.subject == "opened_again"]
    assert {o.text.language for o in told} == set(LANGUAGES)
    assert all("58" in o.sentence and o.reason == "changed" for o in told)
    assert {o.text.channel for o in told} == {"email", "web"}  # the others do not give the figure
    assert (told[0].right or {})["en"].endswith("91 times")


@pytest.mark.parametrize(("status", "reason"), [("refuted", "withdrawn"), ("retracted", "withdrawn"), ("disputed", "unconfirmed")])  # fmt: skip
def test_a_fact_that_no_longer_holds_makes_the_sentences_wrong_that_state_it(
    school: Path, status: str, reason: str
) -> None:
    wrong = fact_id(school, "58 times")
    text = (school / "incident.yaml").read_text(encoding="utf-8")
    at = text.index(f"id: {wrong}\n")
    text = text[:at] + text[at:].replace("status: confirmed", f"status: {status}", 1)
    (school / "incident.yaml").write_text(text, encoding="utf-8")
    told = found(school)
    assert {(reason, wrong)} == {(r, s) for _, r, s in told}
    assert len(told) == 4


def test_a_cause_that_was_refuted_makes_the_explanations_wrong(school: Path) -> None:
    cause = next(f for f in read_incident(school).facts if f.cause and f.status == "confirmed")
    text = (school / "incident.yaml").read_text(encoding="utf-8")
    at = text.index(f"id: {cause.id}\n")
    (school / "incident.yaml").write_text(
        text[:at] + text[at:].replace("status: confirmed", "status: refuted", 1), encoding="utf-8"
    )
    told = [o for o in outdated_texts(read_incident(school)) if o.subject == cause.id]
    assert {o.text.language for o in told} == set(LANGUAGES)
    assert {o.reason for o in told} == {"withdrawn"}


def test_a_figure_written_over_in_the_record_is_found_by_the_words_around_it(school: Path) -> None:
    change(school, ("58 次", "91 次"), ("58 times", "91 times"), ("value: 58", "value: 91"))
    assert {
        (reason, "58" in o.sentence) for o in outdated_texts(read_incident(school)) for reason in [o.reason]
    } == {("changed", True)}


def test_a_date_that_moved_and_a_measure_that_was_dropped_are_told(school: Path) -> None:
    measures = read_incident(school).measures
    late = next(m for m in measures if str(m.due) == "2026-10-30")
    gone = next(m for m in measures if str(m.due) == "2026-10-20")
    change(
        school,
        ("due: 2026-10-30", "due: 2026-11-15"),
        ("due: 2026-10-20\n    state: agreed", "due: 2026-10-20\n    state: dropped"),
    )
    told = {(reason, subject) for _, reason, subject in found(school)}
    assert {("moved", late.id), ("off", gone.id)} <= told
    assert {subject for _, subject in told} == {late.id, gone.id}


def test_a_next_word_that_is_put_off_is_told_for_the_last_texts_only(school: Path) -> None:
    change(school, ("next_update_at: 2026-10-16T18:00+08:00", "next_update_at: 2026-10-17T18:00+08:00"))
    for row in ("2026-10-14T17:00", "2026-10-14T12:30"):
        sent = (school / "sent.csv").read_text(encoding="utf-8-sig")
        lines = [line for line in sent.splitlines(keepends=True) if not line.startswith(row)]
        (school / "sent.csv").write_text("".join(lines), encoding="utf-8-sig")
        told = {reason for _, reason, _ in found(school)}
    incident = read_incident(school)
    assert told <= {"next_word"}
    last = max(r.at for r in incident.sent if r.audience != "internal")
    assert {o.text.at for o in outdated_texts(incident)} <= {last}


# -- what is done about it ------------------------------------------------------------------------


def test_the_correction_quotes_what_was_wrong_and_when_and_says_what_is_right(school: Path) -> None:
    replaced(school)
    known = OnFile.read(school)
    draft = known.drafts["en/correction.web"]
    assert "58 times" in draft.text
    assert "18:00 on 13 October" in draft.text
    assert "opened the file 91 times" in draft.text
    for language in LANGUAGES:
        text = known.drafts[f"{language}/correction.web"]
        assert "91" in text.text
        report = known.report(text)
        assert not [f for f in report.findings if f.level in ("block", "error")], report.findings


def test_the_figure_that_is_taken_back_may_stand_in_the_correction_though_it_is_off_the_record(
    school: Path,
) -> None:
    change(school, ("58 次", "91 次"), ("58 times", "91 times"), ("value: 58", "value: 91"))
    known = OnFile.read(school)
    for language in LANGUAGES:
        draft = known.drafts[f"{language}/correction.web"]
        assert "58" in draft.text
        assert not [f for f in known.report(draft).findings if f.level in ("block", "error")]


def test_a_fact_that_is_not_public_is_not_given_away_by_the_correction(school: Path) -> None:
    old = fact_id(school, "58 times")
    internal = OPENED.replace("{old}", old).replace("visibility: public", "visibility: internal")
    change(school, ("facts:\n", "facts:\n" + internal))
    draft = OnFile.read(school).drafts["en/correction.web"]
    assert "91" not in draft.text
    assert "58 times" in draft.text


def test_a_correction_that_went_out_settles_the_sentence(school: Path) -> None:
    replaced(school)
    known = OnFile.read(school)
    for language in LANGUAGES:
        path = f"evidence/sent/later.{language}.md"
        (school / path).write_text(known.drafts[f"{language}/correction.web"].text, encoding="utf-8")
        with (school / "sent.csv").open("a", encoding="utf-8") as handle:
            handle.write(f"2026-10-15T09:00+08:00,correction,web,{language},public,{path},,,,,,,\r\n")
    again = OnFile.read(school)
    findings = outdated_findings(again.incident, again.assessment, "en")
    assert {f.level for f in findings} == {"suggestion"}
    assert all("corrected" in f.fix for f in findings)


def test_only_the_sentence_that_is_taken_back_may_be_quoted(school: Path) -> None:
    replaced(school)
    outdated = OnFile.read(school).assessment.outdated
    wrong = next(o.sentence for o in outdated if o.text.language == "en").lstrip("• ").rstrip(".")
    text = f"We wrote: “{wrong}.” We also wrote: “It was opened 77 times.”"
    left = without_quotations(text, outdated)
    assert len(left) == len(text)
    assert "58" not in left
    assert "77" in left


def test_validate_tells_it(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replaced(school)
    assert main(["validate", str(school)]) == 0
    err = capsys.readouterr().err
    assert "opened_again" in err
    assert "58 次" in err
    assert main(["validate", str(school), "--format", "json"]) == 0
    data: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert {one["subject"] for one in data["outdated"]} == {"opened_again"}


# -- what was approved and waits ------------------------------------------------------------------

Approve = Callable[[str], int]


def test_an_approved_text_that_waits_is_read_again(cake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["--at", "2026-05-11T09:00+08:00", "--role", "leader", "--name", "Ho Wen-chung"]
    assert main(["approve", str(cake), "en/public-apology.web", *at]) == 0
    (kept,) = (cake / "evidence/approved").iterdir()
    assert "412" in kept.read_text(encoding="utf-8")
    assert not outdated_texts(read_incident(cake))
    change(cake, ("412", "431"))
    told = [o for o in outdated_texts(read_incident(cake)) if "412" in o.sentence]
    assert {(o.text.source, o.text.place) for o in told} == {("approved", "en/public-apology.web")}
    known = OnFile.read(cake)
    (first, *_) = outdated_findings(known.incident, known.assessment, "en", known.drafts.values())
    assert "do not send it" in first.fix
    assert known.assessment.situation["has_stale_text"] == "yes"  # of the FAQ, as before
    assert not any(same(o.sentence) in same(known.drafts["en/correction.web"].text) for o in told)


def test_an_approval_of_other_words_is_told(cake: Path) -> None:
    at = ["--at", "2026-05-11T09:00+08:00", "--role", "leader", "--name", "Ho Wen-chung"]
    assert main(["approve", str(cake), "en/public-apology.web", *at]) == 0
    place = cake / "drafts/en/public-apology.web.md"
    place.parent.mkdir(parents=True)
    place.write_text("We are sorry.\n", encoding="utf-8")
    known = OnFile.read(cake)
    findings = outdated_findings(known.incident, known.assessment, "en", known.drafts.values())
    assert [f.text.place for f in findings] == ["en/public-apology.web"]
    assert "another text" in findings[0].why

"""Tellings are what drafts are built around: each is held against the rest of the record, and is asked for first."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from playbook.checks.against import OnFile
from playbook.checks.tellings import check_tellings
from playbook.cli import main
from playbook.incident.people import Telling

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = sorted(path.parent.name for path in (ROOT / "incidents").glob("*/incident.yaml"))


def _found(on: OnFile) -> list[tuple[str, str, str]]:
    found = check_tellings(on.incident, on.policy, on.assessment, on.offers)
    return [(one.field, one.language, one.finding.match) for one in found]


def _with(on: OnFile, name: str, telling: Telling) -> OnFile:
    assert on.incident.tellings is not None
    tellings = on.incident.tellings.model_copy(update={name: telling})
    return OnFile(on.folder, on.incident.model_copy(update={"tellings": tellings}), on.policy)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_tellings_of_the_examples_are_borne_out_by_their_records(name: str) -> None:
    assert _found(OnFile.read(ROOT / "incidents" / name)) == []


PLANTED = [
    pytest.param("en", "you waited until 8:55 p.m., and the cream had collapsed", "8:55 p.m.", id="another time, English"),
    pytest.param("zh-Hant", "您等到晚上八點五十五分才收到", "晚上八點五十五分", id="another time, Traditional Chinese"),
    pytest.param("zh-Hans", "您付了 3,450 元", "3,450 元", id="a sum nobody recorded, Simplified Chinese"),
    pytest.param("en", "you called us 17 times", "17", id="a count nobody recorded"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "words", "match"), PLANTED)
def test_what_nothing_else_on_record_says_is_found(language: str, words: str, match: str) -> None:
    on = _with(OnFile.read(ROOT / "incidents" / "2026-05-09-cake"), "got", Telling(reply={language: words}))
    found = [(field, where, said) for field, where, said in _found(on)]
    assert [(field, where) for field, where, _ in found] == [("tellings.got.reply", language)]
    assert match in words and found[0][2] in words  # noqa: PT018


@pytest.mark.parametrize("name", ["expected", "got", "effect", "tried", "doing"])
def test_a_missing_telling_is_asked_for_before_anything_else(name: str) -> None:
    on = OnFile.read(ROOT / "incidents" / "2026-05-09-cake")
    assert on.incident.tellings is not None
    tellings = on.incident.tellings.model_copy(update={name: None})
    stamps = on.incident.timestamps.model_copy(update={"closed_at": None, "resolved_at": None})
    bare = on.incident.model_copy(
        update={"tellings": tellings, "timestamps": stamps, "effect_on_customer": None}
    )
    asked = [ask.field for ask in OnFile(on.folder, bare, on.policy).assessment.ask_next]
    assert asked[0] == f"tellings.{name}"


def test_validate_tells_of_a_telling_that_the_record_does_not_bear_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    shutil.copytree(ROOT / "incidents" / "2026-05-09-cake", tmp_path / "cake")
    record = tmp_path / "cake" / "incident.yaml"
    text = record.read_text(encoding="utf-8")
    assert "6:05 p.m." in text
    record.write_text(
        text.replace("you waited until 6:05 p.m.", "you waited until 8:50 p.m."), encoding="utf-8"
    )
    assert main(["validate", str(tmp_path / "cake")]) == 0
    told = capsys.readouterr()
    assert "tellings.got.reply.en" in told.out + told.err

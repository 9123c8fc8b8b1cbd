"""Records are started, validated and added to by the command line, and nothing that stands there is ever lost."""

from __future__ import annotations

import csv
import hashlib
import inspect
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from pydantic import BaseModel

from playbook.cases import look_across
from playbook.checks.against import OnFile
from playbook.cli import main
from playbook.errors import InputError
from playbook.incident import model, read_incident
from playbook.incident.fields import NOT_IN_YAML, groups, walk
from playbook.incident.ignored import ignored
from playbook.incident.ledger import APPROVAL_COLUMNS, SENT_COLUMNS, append_row, appended
from playbook.incident.schema import incident_schema
from playbook.incident.skeleton import scalar, skeleton
from playbook.intake.questions import NotAnAnswer, Setting, noticed
from playbook.messages import say
from playbook.policy import read_policy
from playbook.sources import parse_csv, parse_yaml, read_csv
from playbook.text import LANGUAGES
from playbook.times import Moment
from playbook.workspace import find_workspace

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.usefixtures("in_the_workspace")
INCIDENTS = sorted(path.parent for path in (ROOT / "incidents").glob("*/incident.yaml"))
ANSWERS = ("heri-bakery", "cakes did not arrive by noon", "2026-05-09 15:10", "Facebook page", "04-0000-2101")


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def new(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    *answers: str,
    language: str = "en",
) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{answer}\n" for answer in answers)))
    return run(capsys, "new", folder, "--language", language)


# -- new -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_five_answers_make_a_record_that_reads_back(
    language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "today"
    code, out, err = new(capsys, monkeypatch, folder, *ANSWERS, language=language)
    assert (code, err) == (0, "")
    assert "playbook render" in out
    incident = read_incident(folder)
    assert incident.client == "heri-bakery"
    assert incident.what_happened == {language: ANSWERS[1]}
    assert str(incident.timestamps.detected_at) == "2026-05-09T15:10+08:00"
    assert incident.signal is not None
    assert incident.signal.channel == "facebook"
    assert incident.contact is not None
    assert incident.contact.line == "04-0000-2101"
    assert (incident.timezone, incident.currency, incident.jurisdiction) == ("Asia/Taipei", "TWD", "TW")
    assert [p.name for p in folder.iterdir()] == ["incident.yaml"]


def test_the_first_line_leads_to_the_schema(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    new(capsys, monkeypatch, tmp_path / "today", *ANSWERS)
    first = (tmp_path / "today" / "incident.yaml").read_text(encoding="utf-8").split("\n")[0]
    schema = first.removeprefix("# yaml-language-server: $schema=")
    assert json.loads((tmp_path / "today" / schema).read_text(encoding="utf-8"))["required"] == [
        "client",
        "what_happened",
    ]


def test_the_last_three_may_be_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert new(capsys, monkeypatch, tmp_path / "a", "base", "nothing works", "", "", "")[0] == 0
    incident = read_incident(tmp_path / "a")
    assert (incident.timestamps.detected_at, incident.signal, incident.contact) == (None, None, None)
    assert new(capsys, monkeypatch, tmp_path / "b", "base", "nothing works")[0] == 0


def test_an_unknown_client_or_channel_is_told_but_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, err = new(capsys, monkeypatch, tmp_path / "a", "acme", "x", "now", "pigeon", "a@b.example")
    assert code == 0
    assert "playbook policy new acme" in err
    assert "pigeon" in err
    assert read_incident(tmp_path / "a").client == "acme"


@pytest.mark.parametrize(
    "answers",
    [
        ("", "x", "now", "web", ""),
        ("base", "", "now", "web", ""),
        ("../base", "x", "now", "web", ""),
        ("base", "x", "yesterday", "web", ""),
        ("base", "x", "2026-13-01", "web", ""),
        ("heri-bakery", "x", "25:10", "web", ""),
        ("base", "a\x1b[31mb", "now", "web", ""),
        (),
    ],
)
def test_what_is_no_answer_is_told_and_nothing_is_written(
    answers: tuple[str, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code, out, err = new(capsys, monkeypatch, tmp_path / "deep" / "today", *answers)
    assert (code, out) == (2, "")
    assert "expected" in err
    assert "\x1b" not in err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_empty_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert new(capsys, monkeypatch, tmp_path, *ANSWERS)[0] == 2
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]
    (tmp_path / "empty").mkdir()
    assert new(capsys, monkeypatch, tmp_path / "empty", *ANSWERS)[0] == 0


class Terminal(io.StringIO):
    """Standard input of a person who types."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_each_question_has_a_help_and_is_asked_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = ["", "heri-bakery", "蛋糕沒有準時送到", "昨天", "now", "LINE", ""]
    monkeypatch.setattr("sys.stdin", Terminal("".join(f"{line}\n" for line in typed)))
    code, out, err = run(capsys, "new", tmp_path / "today", "--language", "zh-Hant")
    assert code == 0
    assert "接著" in out
    assert "請再寫一次" in err
    assert "heri-bakery" in err
    for number in "12345":
        assert f"\n{number}. " in err
    incident = read_incident(tmp_path / "today")
    assert incident.signal is not None
    assert incident.signal.channel == "line"


@pytest.mark.parametrize(
    ("typed", "zone", "told"),
    [
        ("now", "Asia/Taipei", "2026-05-09T15:10+08:00"),
        ("9:05", "Asia/Taipei", "2026-05-09T09:05+08:00"),
        ("９：０５", "Asia/Taipei", "2026-05-09T09:05+08:00"),
        ("2026-01-02T03:04", "America/New_York", "2026-01-02T03:04-05:00"),
        ("2026-01-02T03:04Z", None, "2026-01-02T03:04Z"),
        ("2026-01", None, "2026-01"),
    ],
)
def test_times_are_on_the_clients_clocks(typed: str, zone: str | None, told: str) -> None:
    base = read_policy("base", find_workspace(ROOT))
    policy = base if zone is None else type(base)(**{**base.__dict__, "timezone": zone})
    setting = Setting(policy, zone is not None, lambda: datetime(2026, 5, 9, 7, 10, tzinfo=UTC))
    assert noticed(typed, setting) == told


def test_a_time_without_a_zone_needs_one_where_there_are_no_clocks() -> None:
    setting = Setting(read_policy("base", find_workspace(ROOT)), False, datetime.now)
    with pytest.raises(NotAnAnswer, match="zone"):
        noticed("2026-05-09 15:10", setting)


# -- the record's fields, their help, their schema -----------------------------------------


def models() -> list[type[BaseModel]]:
    return [
        m
        for _, m in inspect.getmembers(model, inspect.isclass)
        if issubclass(m, BaseModel) and m.__module__.startswith("playbook.incident.")
    ]


def test_every_field_of_the_record_has_a_help_text_and_no_help_text_is_left_over() -> None:
    fields = {
        f"{m.__name__}.{name}"
        for m in models()
        for name in inspect.get_annotations(m)
        if name in m.model_fields
    }
    helps, _ = parse_yaml((ROOT / "playbook/messages/record.yaml").read_text(encoding="utf-8"), "record.yaml")
    assert set(helps) == fields
    assert all(say(f"record.{key}", language) for key in helps for language in LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_commented_fields_are_all_fields_and_nothing_else(language: Any) -> None:
    text = skeleton({"client": "base", "what_happened": {language: "x"}}, language, "schema.json")
    bare = "\n".join(
        re.sub(r"^(\s*)# ", r"\1", line) for line in text.split("\n") if not line.startswith(("# yaml", "##"))
    )
    data, _ = parse_yaml("\n".join(bare.split("\n")[1:]), "incident.yaml")  # the first line is prose

    def paths(value: Any, before: str) -> set[str]:
        if isinstance(value, dict):
            return {before + key for key in value} | {
                p for k, v in value.items() for p in paths(v, f"{before}{k}.")
            }
        return {p for item in value or () for p in paths(item, before)} if isinstance(value, list) else set()

    known = {path.replace("[]", "") for path, _ in walk(groups())}
    assert paths(data, "") == known | {f"what_happened.{language}"}


@pytest.mark.parametrize(
    "text", ["no", "10:30", "null", "true", "12", "a: b", "#x", "- x", "「」", '"', "a\\b", " x ", ""]
)
def test_a_scalar_is_read_back_as_it_was(text: str) -> None:
    assert parse_yaml(f"key: {scalar(text)}\n", "x")[0] == {"key": text}


@pytest.mark.parametrize("folder", INCIDENTS, ids=lambda p: p.name)
def test_every_incident_of_the_project_fits_the_schema(folder: Path) -> None:
    data, _ = parse_yaml((folder / "incident.yaml").read_text(encoding="utf-8"), "incident.yaml")
    assert [e.message for e in Draft7Validator(incident_schema()).iter_errors(data)] == []


@pytest.mark.parametrize(
    ("record", "fits"),
    [
        ({"client": "x", "what_happened": "y"}, True),
        (
            {"client": "x", "what_happened": "y", "noticed_at": "2026", "channel": "web", "contact": "04-1"},
            True,
        ),
        ({"client": "x", "what_happened": "y", "price": 12.5}, True),
        ({"client": "x"}, False),
        ({"client": "x", "what_happened": {"fr": "y"}}, False),
        ({"client": "x", "what_happened": "y", "kind": "storm"}, False),
        ({"client": "x", "what_happened": "y", "timeline": []}, False),
        ({"client": "x", "what_happened": "y", "facts": [{"id": "a"}]}, False),
    ],
)
def test_the_schema_takes_what_the_reader_takes(record: dict[str, Any], fits: bool) -> None:
    assert Draft7Validator(incident_schema()).is_valid(record) is fits


def test_every_property_of_the_schema_explains_itself() -> None:
    schema = incident_schema()
    lacking = [
        f"{name}.{key}"
        for name, part in (("", schema), *schema["$defs"].items())
        for key, value in part["properties"].items()
        if not value.get("description")
    ]
    assert lacking == []
    assert not NOT_IN_YAML & set(schema["properties"])


# -- validate ------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", INCIDENTS, ids=lambda p: p.name)
def test_the_incidents_of_the_project_are_valid(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "validate", folder)
    assert (code, err) == (0, "")
    assert out.count("\n") == 1


def test_every_problem_is_listed_and_what_nobody_reads_is_a_warning(
    cake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (cake / "incident.yaml").open("a", encoding="utf-8") as file:
        file.write("timezone_: x\nevidence: {}\n")
    (cake / "timeline.csv").write_text("at,type,text\nnever,signal,x\n", encoding="utf-8")
    (cake / "Complaints.csv").write_text("", encoding="utf-8")
    for name in ("en/first_reply.web.md", "fr/first-reply.web.md", "en/first-reply.web.docx", "inbox/x.docx"):
        path = cake / "drafts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    code, out, _ = run(capsys, "validate", cake, "--format", "json")
    data = json.loads(out)
    assert (code, data["valid"]) == (2, False)
    assert {(Path(p["path"]).name, p["field"]) for p in data["problems"]} == {
        ("incident.yaml", "timezone_"),
        ("timeline.csv", "at"),
    }
    assert {Path(w["path"]).name for w in data["warnings"]} == {
        "incident.yaml", "Complaints.csv", "first_reply.web.md", "first-reply.web.md", "first-reply.web.docx",
    }  # fmt: skip
    assert run(capsys, "validate", cake)[0] == 2


def test_a_folder_that_is_none_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "validate", "incidents/nowhere")
    assert (code, out) == (2, "")
    assert "playbook new" in err


def test_a_clean_folder_has_nothing_that_is_ignored(cake: Path) -> None:
    (cake / ".DS_Store").write_text("x")
    (cake / "evidence").mkdir()
    (cake / "evidence" / "photo.jpg").write_bytes(b"x")
    assert ignored(cake, ["first-reply"]) == []


# -- the ledgers ---------------------------------------------------------------------------


def test_a_row_is_appended_and_no_line_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "approvals.csv"
    append_row(path, APPROVAL_COLUMNS, {"id": "a", "what": "x", "role": "manager", "reason": "=1+1"})
    first = path.read_bytes()
    assert first.startswith(b"\xef\xbb\xbfid,at,what,who,role,decision,reason,content_sha256\r\n")
    append_row(path, APPROVAL_COLUMNS, {"id": "b", "what": "y", "role": "leader"})
    assert path.read_bytes().startswith(first)
    assert [row["id"] for row in read_csv(path)[1]] == ["a", "b"]
    assert [p.name for p in tmp_path.iterdir()] == ["approvals.csv"]


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp950", "utf-16"])
def test_a_file_keeps_its_encoding_its_line_ends_and_its_lines(encoding: str, end: str) -> None:
    data = f'2026-05-09,回覆,"陳,小姐"{end}2026-05-10,更正,我們對於延誤向您道歉'
    text = f'at,kind,"no\nte"{end}{data}'
    before = text.encode(encoding)
    after = appended(
        before, "sent.csv", ("at", "kind", "url"), {"at": "2026-05-11", "kind": "進度", "url": "u"}
    )
    lines = after.decode("utf-16" if encoding == "utf-16" else encoding)
    assert lines.startswith(f'at,kind,"no\nte",url{end}')
    assert data in lines
    assert lines.endswith(f"向您道歉{end}2026-05-11,進度,,u{end}")
    assert after[:2] == before[:2]
    assert parse_csv(lines.removeprefix("\ufeff"), "x")[1][-1]["url"] == "u"


def test_a_text_that_the_encoding_lacks_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sent.csv"
    path.write_bytes("at,kind\r\n2026-05-09,我們對於延誤向您道歉\r\n".encode("cp950"))
    before = path.read_bytes()
    with pytest.raises(InputError, match="UTF-8"):
        append_row(path, ("at", "kind"), {"at": "x", "kind": "😀"})
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["sent.csv"]


def test_many_writers_lose_no_row(tmp_path: Path) -> None:
    path = tmp_path / "sent.csv"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: append_row(path, SENT_COLUMNS, {"at": str(n)}), range(40)))
    assert sorted(int(row["at"]) for row in read_csv(path)[1]) == list(range(40))


def test_another_writer_is_waited_for_and_then_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playbook.incident.ledger.PATIENCE", 0.05)
    (tmp_path / ".sent.csv.part").write_bytes(b"")
    with pytest.raises(InputError, match="remove this file"):
        append_row(tmp_path / "sent.csv", SENT_COLUMNS, {"at": "x"})


# -- approve and sent ----------------------------------------------------------------------

LETTER = "zh-Hant/options-letter.email"


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))


def test_an_approval_carries_the_hash_of_the_text(cake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, _ = run(
        capsys,
        "approve",
        cake,
        LETTER,
        "--role",
        "manager",
        "--name",
        "張志豪",
        "--at",
        "2026-05-09T19:36+08:00",
    )
    assert code == 0
    (row,) = rows(cake / "approvals.csv")
    assert (row["what"], row["who"], row["role"], row["decision"]) == (
        LETTER,
        "張志豪",
        "manager",
        "approved",
    )
    assert row["at"] == "2026-05-09T19:36+08:00"
    approval = next(a for a in read_incident(cake).approvals if a.id == row["id"])
    assert (approval.by, approval.content_sha256) == ("張志豪", row["content_sha256"])


def test_the_hash_is_that_of_the_edited_file(cake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = cake / "drafts" / "zh-Hant" / "first-reply.facebook.md"
    path.parent.mkdir(parents=True)
    path.write_text("陳小姐，您好。對不起。\n", encoding="utf-8")
    run(capsys, "approve", cake, str(path), "--role", "manager", "--name", "x")
    (row,) = rows(cake / "approvals.csv")
    assert row["content_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("draft", [LETTER, "option:B"])
def test_a_role_may_not_approve_more_than_it_may_grant(
    draft: str, cake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "approve", cake, draft, "--role", "first_line", "--name", "林佩君")
    assert (code, out) == (1, "")
    assert "option B comes to 1920.00 TWD" in err
    assert "manager" in err
    assert not (cake / "approvals.csv").exists()
    rejected = run(
        capsys, "approve", cake, draft, "--role", "first_line", "--name", "x", "--decision", "rejected"
    )
    assert rejected[0] == 0


def test_sums_that_a_person_wrote_count_as_offered(cake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = cake / "drafts" / "zh-Hant" / "options-letter.sms.md"
    path.parent.mkdir(parents=True)
    path.write_text("陳小姐，我們退您 1,280 元，另送 200 元折價券。\n", encoding="utf-8")
    known = OnFile.read(cake)
    assert "zh-Hant/options-letter.sms" in known.drafts
    code, _, err = run(
        capsys, "approve", cake, "zh-Hant/options-letter.sms", "--role", "first_line", "--name", "x"
    )
    assert code == 1
    assert "option A" in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([LETTER, "--role", "boss", "--name", "x"], "first_line, manager, leader"),
        (["zh-Hant/option-letter.email", "--role", "manager", "--name", "x"], f"Did you mean {LETTER}?"),
        ([LETTER, "--role", "manager", "--name", " "], "a name"),
        ([LETTER, "--role", "manager", "--name", "x", "--decision", "waived"], "--reason"),
        ([LETTER, "--role", "manager", "--name", "x", "--at", "noon"], "--at"),
        (["option:Z", "--role", "manager", "--name", "x"], "A, B, C"),
    ],
)
def test_an_approval_that_cannot_be_is_an_error(
    arguments: list[str], told: str, cake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "approve", cake, *arguments)
    assert (code, out) == (2, "")
    assert told in err
    assert not (cake / "approvals.csv").exists()


def test_a_second_approval_is_added_with_an_id_of_its_own(
    cake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert run(capsys, "approve", cake, LETTER, "--role", "店長", "--name", "x")[0] == 0
    ids = [a.id for a in read_incident(cake).approvals]
    assert len(ids) == len(set(ids))
    assert [row["role"] for row in rows(cake / "approvals.csv")] == ["manager", "manager"]


def test_what_was_sent_is_kept_word_for_word(cake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (cake / "sent.csv").read_bytes().split(b"\n", 1)[1]
    run(capsys, "approve", cake, LETTER, "--role", "leader", "--name", "何文中")
    code, _, err = run(
        capsys,
        "sent",
        cake,
        LETTER,
        "--at",
        "2026-05-09T21:30+08:00",
        "--channel",
        "email",
        "--speaker",
        "林佩君",
    )
    assert (code, err) == (0, "")
    after = (cake / "sent.csv").read_bytes()
    assert before.strip() in after
    row = read_incident(cake).sent[-1]
    assert (str(row.at), row.kind, row.channel, row.language) == (
        "2026-05-09T21:30+08:00",
        "options-letter",
        "email",
        "zh-Hant",
    )
    assert (row.audience, row.speaker) == ("customer", "林佩君")
    assert row.path is not None
    assert hashlib.sha256((cake / row.path).read_bytes()).hexdigest() == row.sha256
    assert row.sha256 == read_incident(cake).approvals[-1].content_sha256


def test_what_nobody_approved_is_recorded_with_a_warning(
    cake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(
        capsys, "sent", cake, "zh-Hant/first-reply.facebook", "--at", "now", "--channel", "facebook"
    )
    assert code == 0
    assert err.startswith("warning: nobody approved")


def test_what_the_check_blocks_is_not_recorded_as_sent_without_a_reason(
    cake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = cake / "drafts" / "zh-Hant" / "first-reply.facebook.md"
    path.parent.mkdir(parents=True)
    path.write_text("陳小姐您好，我們賠您 9,999 元。\n", encoding="utf-8")
    before = (cake / "sent.csv").read_bytes()
    arguments = ["sent", cake, "zh-Hant/first-reply.facebook", "--at", "now", "--channel", "facebook"]
    code, out, err = run(capsys, *arguments)
    assert (code, out, (cake / "sent.csv").read_bytes()) == (1, "", before)
    assert "--despite" in err
    assert not (cake / "evidence").exists()
    assert run(capsys, *arguments, "--despite", "it was out already")[0] == 0
    assert read_incident(cake).sent[-1].despite == "it was out already"


@pytest.mark.parametrize(
    "option", [["--at", "noon", "--channel", "email"], ["--at", "now", "--channel", "pigeon"]]
)
def test_what_was_sent_needs_a_time_and_a_channel(
    option: list[str], cake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (cake / "sent.csv").read_bytes()
    assert run(capsys, "sent", cake, LETTER, *option)[0] == 2
    assert (cake / "sent.csv").read_bytes() == before


# -- cases ---------------------------------------------------------------------------------


def incident(folder: Path, name: str, more: str) -> None:
    (folder / name).mkdir(parents=True)
    text = f"client: heri-bakery\nlanguage: en\nwhat_happened: x\n{more}"
    (folder / name / "incident.yaml").write_text(text, encoding="utf-8")


def test_promises_actions_and_repeats_are_told_across_incidents(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    factor = "review: {factors: [{id: f, category: process, text: too many orders, cause_code: capacity}]}\n"
    incident(
        tmp_path,
        "a",
        "timestamps: {detected_at: 2026-01-01T10:00Z}\n"
        "signal: {at: 2026-01-01T10:00Z, channel: facebook, visibility: public}\n"
        "promises:\n"
        "  - {id: later, at: 2026-01-01T10:00Z, text: an answer, due: 2026-03-01T10:00Z}\n"
        "  - {id: past, at: 2026-01-01T10:00Z, text: a cake, due: 2026-01-02T10:00Z}\n"
        "  - {id: word, at: 2026-01-01T10:00Z, text: a word, due: 2026-01-03T10:00Z, progress: true}\n"
        "  - {id: kept, at: 2026-01-01T10:00Z, text: a call, due: 2026-01-02T10:00Z, kept_at: 2026-01-02T09:00Z}\n"
        "measures:\n"
        "  - {id: old, what: cap orders, due: 2026-02-01, state: in_progress}\n"
        "  - {id: done, what: call, state: done}\n" + factor,
    )
    incident(
        tmp_path,
        "b",
        "timestamps: {detected_at: 2026-02-10T10:00Z}\nmeasures: [{id: new, what: hire, due: 2026-02}]\n"
        + factor,
    )
    code, out, err = run(capsys, "cases", tmp_path, "--format", "json")
    data = json.loads(out)
    assert (code, err, data["as_of"]) == (0, "", "2026-02-10T10:00Z")
    assert [(p["id"], p["state"]) for p in data["promises"]] == [
        ("word", "broken"),
        ("past", "overdue"),
        ("later", "open"),
    ]
    assert [(a["id"], a["overdue"], a["age_days"]) for a in data["actions"]] == [
        ("old", True, 40),
        ("new", False, 0),
    ]
    assert data["causes"] == [
        {"cause_code": "capacity", "count": 2, "references": ["a", "b"], "complaints": 0, "tolerated": None, "repeat": True}
    ]  # fmt: skip
    text = run(capsys, "cases", tmp_path, "--as-of", "2026-03-01T00:00Z")[1]
    assert text.index("broken") < text.index("overdue") < text.index("open  ")
    assert "2026-02 overdue" in text


def test_a_folder_that_cannot_be_read_never_stops_the_rest(
    cake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    incident(cake.parent, "bad", "facts: 3\n")
    code, out, err = run(capsys, "cases", cake.parent)
    assert code == 2
    assert "A-TW-CAKE" in out
    assert "Not read" in out
    assert "facts" in err
    data = json.loads(run(capsys, "cases", cake.parent, "--format", "json")[1])
    assert [Path(u["path"]).name for u in data["unreadable"]] == ["bad"]


def test_the_time_to_the_first_visible_reply_is_told(cake: Path) -> None:
    cases = look_across([cake], find_workspace(ROOT), Moment.parse("2026-06-01T00:00Z"))
    assert cases.told[0].first_reply_seconds == 7 * 60
    assert cases.median_first_reply_seconds == 7 * 60


@pytest.mark.parametrize("folder", ["nowhere", "docs"])
def test_a_folder_without_incidents_is_an_error(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "cases", folder)[0] == 2


# -- init ----------------------------------------------------------------------------------


def test_a_workspace_is_whole_and_works_where_it_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = tmp_path / "my desk"
    assert run(capsys, "init", desk)[0] == 0
    assert sorted(p.name for p in desk.iterdir()) == [
        ".gitignore", "environment.yml", "incident.schema.json", "incidents", "notebooks", "playbook.toml", "policies",
    ]  # fmt: skip
    shipped = sorted(p.name for p in (ROOT / "notebooks").glob("*.ipynb"))
    assert sorted(p.name for p in (desk / "notebooks").iterdir()) == shipped
    assert "editable" not in (desk / "environment.yml").read_text(encoding="utf-8")
    monkeypatch.chdir(desk)
    assert run(capsys, "validate", "incidents/minimal")[0] == 0
    assert run(capsys, "policy", "check", "example-shop")[0] == 0
    record = desk / "incidents" / "minimal" / "incident.yaml"
    first = record.read_text(encoding="utf-8").split("\n")[0]
    assert (record.parent / first.removeprefix("# yaml-language-server: $schema=")).is_file()


def test_a_workspace_never_takes_the_place_of_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("x")
    code, out, err = run(capsys, "init", tmp_path)
    assert (code, out) == (2, "")
    assert "not empty" in err
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_every_example_travels_in_the_wheel() -> None:
    import tomllib

    from playbook.cli.init import EXAMPLES

    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    included = build["targets"]["wheel"]["force-include"]
    for name in (*EXAMPLES, "environment.yml"):
        assert included[name] == f"playbook/share/example/{name}"
        assert (ROOT / name).exists()

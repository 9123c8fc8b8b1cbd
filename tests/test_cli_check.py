"""`playbook check` reads what people send, says where and why, and never does what a text tells a terminal to do."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.cli import main
from playbook.linter.extract import extract
from playbook.linter.webpage import text_of
from playbook.messages.printable import printable, printable_json

ROOT = Path(__file__).resolve().parent.parent
CAKE = ROOT / "incidents" / "2026-05-09-cake"
BLOCKED = "We will pay you ten times the price of the cake."
HARMLESS = "Your parcel leaves our warehouse at noon."


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = main(["check", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def checked(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, dict[str, Any]]:
    code, out, _ = run(capsys, *arguments, "--format", "json")
    return code, json.loads(out)["documents"][0]


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def word(path: Path, *paragraphs: str) -> Path:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(str(path))
    return path


# -- contract ------------------------------------------------------------------------------


def test_the_json_has_the_shape_of_the_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, document = checked(capsys, write(tmp_path / "a.md", f"Dear all,\n\n{BLOCKED}\n"))
    assert code == 1
    assert document["path"].endswith("a.md")
    assert (document["language"], document["kind"], document["verdict"]) == ("en", "public-apology", "block")
    assert document["parts"]["thanks"] == []
    assert list(document["parts"])[:2] == ["responsibility", "repair"]
    (found,) = [f for f in document["findings"] if f["rule"] == "unauthorised-promise"]
    assert {"level", "message", "why", "fix", "line", "column", "end_line", "end_column", "match"} <= set(
        found
    )
    line = BLOCKED[found["column"] - 1 : found["end_column"] - 1]
    assert (found["line"], line) == (3, found["match"])


@pytest.mark.parametrize(
    ("text", "level", "code"),
    [
        (HARMLESS, "error", 0),
        (BLOCKED, "error", 1),
        (BLOCKED, "block", 1),
        (BLOCKED, "suggestion", 1),
    ],
)
def test_the_exit_code_follows_the_fail_level(
    text: str, level: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, write(tmp_path / "a.md", text), "--fail-level", level)[0] == code


def test_several_documents_are_reported_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = write(tmp_path / "good.md", HARMLESS), write(tmp_path / "bad.md", BLOCKED)
    code, out, _ = run(capsys, good, bad, "--format", "json")
    verdicts = [document["verdict"] for document in json.loads(out)["documents"]]
    assert (code, verdicts[1]) == (1, "block")


def test_nothing_heavy_is_imported_without_an_incident(tmp_path: Path) -> None:
    path = write(tmp_path / "a.md", HARMLESS)
    code = (
        "import sys; from playbook.cli import main\n"
        f"main(['check', {str(path)!r}])\n"
        "heavy = {'pandas', 'numpy', 'matplotlib', 'pydantic', 'docx', 'jupyter_core', 'nbformat', 'babel'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).endswith("[]\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "a text, or - for standard input"),
        (["."], "a folder"),
        (["nowhere.md"], "nowhere.md"),
        (["README.md", "--kind", "poem"], "public-apology"),
        (["README.md", "--language", "fr"], "zh-Hant, zh-Hans, en"),
        (["README.md", "--client", "heri-bakery"], "--incident"),
        (["README.md", "--incident", "nowhere"], "nowhere"),
        (["--explain", "conditional-apologies"], "conditional-apologies"),
    ],
)
def test_what_cannot_run_says_what_to_do_and_ends_with_2(
    arguments: list[str], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert told in err
    assert "expected" in err


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("a.pdf", b"%PDF-1.7"),
        ("a.doc", b"\xd0\xcf\x11\xe0"),
        ("a.docx", b"not a zip"),
        ("a.md", b"a\0b"),
        ("a.txt", b"\xff\xfea"),
        ("a.ipynb", b"[]"),
        ("a.md", b" \n"),
        ("a.md", b"```\nonly code\n```\n"),
    ],
)
def test_what_is_no_text_is_refused(
    name: str, raw: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(raw)
    code, out, err = run(capsys, tmp_path / name)
    assert (code, out) == (2, "")
    assert name in err


# -- documents of every form ---------------------------------------------------------------


def test_standard_input_is_read_with_the_language_and_kind_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(BLOCKED.encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    code, document = checked(capsys, "-", "--kind", "first-reply", "--language", "en")
    assert (code, document["path"], document["kind"]) == (1, "-", "first-reply")


def test_in_word_the_line_is_the_number_of_the_paragraph(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = word(tmp_path / "a.docx", "Dear all,", "", f"First line.\n{BLOCKED}", "Yours")
    _, document = checked(capsys, path)
    found = next(f for f in document["findings"] if f["rule"] == "unauthorised-promise")
    assert (found["line"], found["end_line"]) == (3, 3)
    assert found["column"] == len("First line.\n") + BLOCKED.index(found["match"]) + 1


def test_word_changes_count_as_accepted_and_text_boxes_are_read() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Kept ")
    inserted = paragraph._p.makeelement(f"{{{paragraph._p.nsmap['w']}}}ins", {})
    inserted.append(document.add_paragraph("added").runs[0]._r)
    paragraph._p.append(inserted)
    table = document.add_table(1, 1)
    table.cell(0, 0).text = "in a cell"
    raw = io.BytesIO()
    document.save(raw)
    text = extract(raw.getvalue(), "a.docx").text
    assert text.split("\n\n") == ["Kept added", "", "in a cell"]


def test_a_web_page_is_read_without_its_tags_and_placed_in_its_source(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = f"<html><head><style>{BLOCKED}</style></head>\n<body><p>Sorry &amp; sad.\n <b>We will</b> pay\nyou ten times the price.</p>\n<script>var x = '{BLOCKED}'</script></body></html>"
    _, document = checked(capsys, write(tmp_path / "a.html", page))
    (found,) = [f for f in document["findings"] if f["rule"] == "unauthorised-promise"]
    assert found["line"] == 3
    assert page.split("\n")[2][found["column"] - 1 :].startswith("pay")
    assert (found["end_line"], found["match"]) == (4, "pay you ten times the price")


def test_line_ends_between_han_characters_are_no_blanks() -> None:
    assert text_of("<p>我們\n很抱歉</p>").text.strip() == "我們很抱歉"


@pytest.mark.parametrize("ascii_only", [True, False])
def test_of_a_notebook_the_markdown_is_read_and_placed_in_its_file(
    ascii_only: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = [
        {"cell_type": "code", "source": [BLOCKED], "outputs": []},
        {"cell_type": "markdown", "source": ["# 致歉\n", "\n", f"{BLOCKED}\n", "`code`"]},
    ]
    raw = json.dumps({"cells": cells, "nbformat": 4}, indent=1, ensure_ascii=ascii_only)
    _, document = checked(capsys, write(tmp_path / "a.ipynb", raw), "--language", "en")
    (found,) = [f for f in document["findings"] if f["rule"] == "unauthorised-promise"]
    last = max(n for n, line in enumerate(raw.split("\n"), start=1) if BLOCKED in line)
    assert (found["line"], found["column"]) == (last, BLOCKED.index(found["match"]) + 1)


def test_code_comments_and_front_matter_of_markdown_are_no_prose(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        f"---\ntitle: {BLOCKED}\n---\n\n```\n{BLOCKED}\n```\n\n<!-- {BLOCKED} -->\n\n{HARMLESS} `{BLOCKED}`\n"
    )
    _, document = checked(capsys, write(tmp_path / "a.md", text))
    assert not [f for f in document["findings"] if f["rule"] == "unauthorised-promise"]


def test_another_encoding_is_read_and_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.md"
    path.write_bytes("我們對於延誤造成的不便，向您道歉。您的蛋糕在晚上六點才送到。".encode("cp950"))
    _, document = checked(capsys, path)
    assert document["language"] == "zh-Hant"
    assert document["notes"] == ["read as cp950"]


@given(st.text(max_size=200))
def test_places_of_a_web_page_lie_in_its_source(text: str) -> None:
    source = f"<p>{text}</p><b>x</b>\n{text}"
    made = text_of(source)
    lines = source.split("\n")
    offsets = [anchor[0] for anchor in made.anchors]
    assert offsets == sorted(offsets)
    assert all(1 <= line <= len(lines) and column >= 1 for _, line, column in made.anchors)


# -- formats for machines ------------------------------------------------------------------


def test_sarif_has_what_a_code_host_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "a b.md", f"<!-- allow pii-leak: it is ours -->\n{BLOCKED}\n")
    code, out, _ = run(capsys, path, "--format", "sarif")
    data = json.loads(out)
    assert (code, data["version"]) == (1, "2.1.0")
    (log,) = data["runs"]
    assert log["columnKind"] == "unicodeCodePoints"
    rules = log["tool"]["driver"]["rules"]
    for result in log["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        (location,) = result["locations"]
        region = location["physicalLocation"]["region"]
        assert min(region["startLine"], region["startColumn"]) >= 1
        assert (region["endLine"], region["endColumn"]) >= (region["startLine"], region["startColumn"])
        assert " " not in location["physicalLocation"]["artifactLocation"]["uri"]


def test_annotations_are_escaped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "100%,a:b.md", BLOCKED)
    _, out, _ = run(capsys, path, "--format", "github")
    line = next(line for line in out.splitlines() if line.startswith("::error "))
    properties, _, message = line.removeprefix("::error ").partition("::")
    values = dict(value.split("=", 1) for value in properties.split(","))
    assert values["file"].endswith("100%25%2Ca%3Ab.md")
    assert values["line"] == "1"
    assert "%0A" in message


# -- hostile text --------------------------------------------------------------------------

HOSTILE = "\x1b[2J\x1b]0;owned\x07We will pay you ten\x9b31m times the price.\u202e {0} %s \x00"


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_control_characters_are_never_printed_raw(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "a.md", HOSTILE.replace("\x00", ""))
    _, out, _ = run(capsys, path, "--format", form)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", out)
    if form in ("json", "sarif"):
        json.loads(out)


@given(st.text())
def test_printable_text_has_no_control_characters_and_json_stays_the_same(text: str) -> None:
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202e]", printable(text))
    assert json.loads(printable_json(json.dumps([text], ensure_ascii=False))) == [text]


# -- what a person allows, and what a rule says --------------------------------------------


@pytest.mark.parametrize(
    ("comment", "rules"),
    [
        ("<!-- allow unauthorised-promise: quoted from the letter -->", set()),
        ("<!-- allow unauthorised-promise -->", {"allow", "unauthorised-promise"}),
        ("<!-- allow pii-leak: no reason at all -->", {"allow", "unauthorised-promise"}),
        ("<!-- allow unauthorized-promise: misspelt -->", {"allow", "unauthorised-promise"}),
    ],
)
def test_a_finding_is_allowed_only_by_name_and_with_a_reason(
    comment: str, rules: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, document = checked(capsys, write(tmp_path / "a.md", f"{comment}\n{BLOCKED}\n"))
    assert {f["rule"] for f in document["findings"]} & {"allow", "unauthorised-promise"} == rules
    assert [s["reason"] for s in document["suppressed"]] == ([] if rules else ["quoted from the letter"])


def test_a_rule_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--explain", "unauthorised-promise", "--language", "en")
    assert code == 0
    assert "You will eat free for life." in out
    assert "sources:" in out
    assert "--incident" in out
    assert run(capsys, "--explain", "too-long")[0] == 0


def test_the_text_report_says_where_why_and_how(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "a.md", f"{HARMLESS} {BLOCKED}\n")
    _, out, _ = run(capsys, path)
    assert re.search(r"a\.md:1:\d+ block unauthorised-promise\n", out)
    assert f"text: {BLOCKED}\n" in out
    assert "    why: " in out
    assert "    instead: " in out
    assert re.search(r"passed \d+ rules: ", out)
    assert out.rstrip().split("\n")[-1].startswith(f"{path}: block (en, public-apology)")


# -- against a record ----------------------------------------------------------------------


def test_with_an_incident_the_text_is_checked_against_its_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = "陳小姐您好，您的蛋糕 18:05 才送到，對不起。我們賠您 9,999 元。\n"
    path = write(tmp_path / "drafts" / "zh-Hant" / "first-reply.facebook.md", draft)
    code, document = checked(capsys, path, "--incident", CAKE)
    assert (code, document["language"], document["kind"]) == (1, "zh-Hant", "first-reply")
    found = {(f["rule"], f["match"].strip()) for f in document["findings"]}
    assert ("inconsistent-facts", "9,999 元") in found
    assert not any(match == "18:05" for _, match in found)
    assert "money-first" in {rule for rule, _ in found}


def test_the_channel_of_a_draft_decides_its_length(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "a.md", "Your parcel is on its way. " * 20)
    _, letter = checked(capsys, path, "--incident", CAKE, "--channel", "email", "--language", "en")
    _, text = checked(capsys, path, "--incident", CAKE, "--channel", "sms", "--language", "en")
    assert "too-long" not in {f["rule"] for f in letter["findings"]}
    assert "too-long" in {f["rule"] for f in text["findings"]}

"""An edited draft comes back from Markdown, Word or a notebook, and nothing that stands in the folder is lost."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from playbook.checks.against import OnFile
from playbook.cli import main
from playbook.documents.letter import to_word_letter
from playbook.drafts.outgoing import outgoing
from playbook.pack.case import open_case
from playbook.pack.letters import letter

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.usefixtures("in_the_workspace")
DRAFT = "en/final-response.email"
EVERY = ("zh-Hant/public-apology.web", "zh-Hans/final-response.letter", "en/public-apology.facebook", "en/call-script.phone")  # fmt: skip


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def take(cake: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str | Path) -> tuple[int, str, str]:
        code = main(["take", str(cake), *map(str, arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def word_of(cake: Path, id_: str) -> bytes:
    """Return the DOCX of a draft as the pack has it."""
    case = open_case(cake, languages="zh-Hant,zh-Hans,en")
    draft = next(d for d in case.drafts if d.id == id_)
    return to_word_letter(letter(case, draft))


def outgoing_of(cake: Path, id_: str) -> str:
    return outgoing(OnFile.read(cake).drafts[id_])


def edited(raw: bytes, path: Path, change: Callable[[docx.document.Document], None]) -> Path:
    document = docx.Document(io.BytesIO(raw))
    change(document)
    document.save(str(path))
    return path


# -- from Word ----------------------------------------------------------------------------------


@pytest.mark.parametrize("id_", EVERY)
def test_a_word_file_that_nobody_edited_gives_back_the_text_as_it_goes_out(
    cake: Path, take: Run, tmp_path: Path, id_: str
) -> None:
    before = outgoing_of(cake, id_)
    path = tmp_path / "from-a-mail.docx"
    path.write_bytes(word_of(cake, id_))
    code, out, _ = take(path)
    assert code == 0, out
    assert "changed" not in out.splitlines()[-2]
    assert outgoing_of(cake, id_) == before
    known = OnFile.read(cake)
    assert all(s.wording for s in known.drafts[id_].sentences if s.text != known.own[id_].subject)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_word_file_saved_by_another_program_gives_back_the_same_text(
    cake: Path, take: Run, tmp_path: Path
) -> None:
    before = outgoing_of(cake, DRAFT)
    path = tmp_path / "letter.docx"
    path.write_bytes(word_of(cake, DRAFT))
    again = tmp_path / "again"
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "docx", "--outdir", str(again), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert take(again / "letter.docx")[0] == 0
    assert outgoing_of(cake, DRAFT) == before


def test_an_edit_in_word_is_told_sentence_by_sentence_and_checked(
    cake: Path, take: Run, tmp_path: Path
) -> None:
    def change(document: docx.document.Document) -> None:
        for paragraph in document.paragraphs:
            for run in paragraph.runs:
                run.text = run.text.replace("6:05 p.m.", "7:45 p.m.")
        document.paragraphs[-1].insert_paragraph_before("I have put a card in the box for your mother.")

    path = edited(word_of(cake, DRAFT), tmp_path / "x.docx", change)
    code, out, err = take(path)
    assert code == 1
    lines = [line.strip() for line in out.splitlines()]
    assert any(line.startswith("~ ") and "7:45 p.m." in line for line in lines)
    assert any(line.startswith("was: ") and "6:05 p.m." in line for line in lines)
    assert "+ I have put a card in the box for your mother." in lines
    assert "inconsistent-facts" in out
    assert "the check blocks it" in err
    draft = OnFile.read(cake).drafts[DRAFT]
    assert draft.edited
    assert sum(s.changed for s in draft.sentences) == 1


def test_changes_that_nobody_accepted_are_refused_unless_they_are_asked_for(
    cake: Path, take: Run, tmp_path: Path
) -> None:
    def change(document: docx.document.Document) -> None:
        run = '<w:r><w:t xml:space="preserve"> We mean it.</w:t></w:r>'
        added = (
            f'<w:ins {nsdecls("w")} w:id="900" w:author="Counsel" w:date="2026-05-10T10:00:00Z">{run}</w:ins>'
        )
        document.paragraphs[3]._p.append(parse_xml(added))

    path = edited(word_of(cake, DRAFT), tmp_path / "x.docx", change)
    code, _, err = take(path)
    assert code == 2
    assert "1 tracked changes that nobody accepted" in err
    assert not (cake / "drafts").exists()
    code, out, _ = take(path, "--accept-changes")
    assert code == 0, out
    assert "We mean it." in (cake / "drafts" / f"{DRAFT}.md").read_text(encoding="utf-8")


def test_items_of_a_list_made_in_word_come_back_as_items(cake: Path, take: Run, tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Here is what you may choose from:")
    for item in ("a new cake", "your money back"):
        document.add_paragraph(item, style="List Bullet")
    document.add_paragraph("The choice is yours.")
    document.save(str(tmp_path / "x.docx"))
    take(tmp_path / "x.docx", "--draft", "en/options-letter.email")
    text = (cake / "drafts/en/options-letter.email.md").read_text(encoding="utf-8")
    assert text == (
        "Here is what you may choose from:\n• a new cake\n• your money back\n\nThe choice is yours.\n"
    )


# -- from Markdown, plain text and notebooks ------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["en/final-response.email.md", "en.final-response.email.txt", "final-response.email (2).md"]
)
def test_the_name_or_place_of_a_file_tells_which_draft_it_is(
    cake: Path, take: Run, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(outgoing_of(cake, DRAFT), encoding="utf-8")
    code, out, _ = take(path)
    assert (code, out.splitlines()[0]) == (0, f"{DRAFT}: taken as drafts/{DRAFT}.md")


def test_subject_and_stamp_are_not_doubled_by_any_number_of_rounds(
    cake: Path, take: Run, tmp_path: Path
) -> None:
    for id_ in ("zh-Hant/public-apology.web", "zh-Hant/call-script.phone"):
        first = outgoing_of(cake, id_)
        for _ in range(2):
            path = tmp_path / f"{id_}.md"
            path.parent.mkdir(exist_ok=True)
            path.write_text(outgoing_of(cake, id_), encoding="utf-8")
            assert take(path)[0] == 0
            path = tmp_path / "x.docx"
            path.write_bytes(word_of(cake, id_))
            assert take(path)[0] == 0
        assert outgoing_of(cake, id_) == first


def notebook(path: Path, *cells: tuple[str, list[str]]) -> Path:
    made = [{"cell_type": "markdown", "id": f"c{n}", "metadata": {"tags": tags}, "source": text.splitlines(True)} for n, (text, tags) in enumerate(cells)]  # fmt: skip
    path.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "utf-8")
    return path


def test_a_notebook_holds_drafts_in_cells_that_are_headed_or_tagged(
    cake: Path, take: Run, tmp_path: Path
) -> None:
    path = notebook(
        tmp_path / "n.ipynb",
        ("# Apologies\nAll of them.", []),
        (f"## {DRAFT}\n\nDear Ms Chen,", []),
        ("You were promised the cake before noon.", []),
        ("## What else\nNotes of mine.", []),
        ("陳小姐，您好。", ["draft:zh-Hant/final-response.email"]),
    )
    take(path)
    assert (cake / f"drafts/{DRAFT}.md").read_text("utf-8") == (
        "Dear Ms Chen,\n\nYou were promised the cake before noon.\n"
    )
    assert (cake / "drafts/zh-Hant/final-response.email.md").read_text("utf-8") == "陳小姐，您好。\n"


# -- what is refused ------------------------------------------------------------------------------


def test_another_edit_is_replaced_only_where_that_is_asked_for_and_is_kept(
    cake: Path, take: Run, tmp_path: Path
) -> None:
    place = cake / f"drafts/{DRAFT}.md"
    place.parent.mkdir(parents=True)
    place.write_text("Somebody's own words.\n", encoding="utf-8")
    path = tmp_path / "new.md"
    path.write_text("Other words.", encoding="utf-8")
    code, _, err = take(path, "--draft", DRAFT)
    assert code == 2
    assert "another edit of this draft" in err
    assert place.read_text("utf-8") == "Somebody's own words.\n"
    code, out, _ = take(path, "--draft", DRAFT, "--replace")
    assert place.read_text("utf-8") == "Other words.\n"
    (kept,) = (cake / "evidence/replaced").iterdir()
    assert kept.read_text("utf-8") == "Somebody's own words.\n"
    assert kept.name in out


def test_the_same_edit_again_is_no_conflict(cake: Path, take: Run, tmp_path: Path) -> None:
    path = tmp_path / "new.md"
    path.write_text("Other words.", encoding="utf-8")
    take(path, "--draft", DRAFT)
    _, out, err = take(path, "--draft", DRAFT)
    assert "already taken" in out
    assert "another edit" not in err
    assert not (cake / "evidence").exists()


REFUSED = {
    "a name that says nothing": ("letter.md", "Dear Ms Chen,", (), "which draft it is"),
    "a draft that does not exist": ("letter.md", "Dear Ms Chen,", ("--draft", "en/final-respons.email"), "final-response.email"),
    "a way out of the folder": ("letter.md", "Dear Ms Chen,", ("--draft", "en/../../x.email"), "LANGUAGE/KIND.CHANNEL"),
    "no text": ("en.final-response.email.md", "  \n", (), "no text"),
    "a web page": ("letter.html", "<p>Dear</p>", (), ".docx"),
    "no Word file": ("letter.docx", "Dear", ("--draft", DRAFT), "no DOCX"),
    "a notebook without drafts": ("n.ipynb", '{"cells": []}', (), "no cell that is a draft"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_is_written_for(cake: Path, take: Run, tmp_path: Path, name: str) -> None:
    file, text, options, told = REFUSED[name]
    good = tmp_path / "en.first-reply.facebook.md"
    good.write_text("Ms Chen, I am sorry.", encoding="utf-8")
    path = tmp_path / file
    path.write_text(text, encoding="utf-8")
    code, _, err = take(path, *options) if options else take(good, path)
    assert code == 2
    assert told in err
    assert not (cake / "drafts").exists()


def test_a_word_file_in_another_drafts_place_is_asked_about(cake: Path, take: Run, tmp_path: Path) -> None:
    path = tmp_path / "en" / "public-apology.web.docx"
    path.parent.mkdir()
    path.write_bytes(word_of(cake, DRAFT))
    code, _, err = take(path)
    assert code == 2
    assert f"--draft {DRAFT}" in err
    assert take(path, "--draft", DRAFT)[0] == 0


def test_two_texts_of_one_draft_are_refused(cake: Path, take: Run, tmp_path: Path) -> None:
    for name in ("en.final-response.email.md", "en.final-response.email.txt"):
        (tmp_path / name).write_text(f"Dear Ms Chen, this is {name}.", encoding="utf-8")
    code, _, err = take(*sorted(tmp_path.glob("en.*")))
    assert code == 2
    assert "one text for each draft" in err


def test_a_link_in_the_folder_leads_nowhere(cake: Path, take: Run, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (cake / "drafts").symlink_to(tmp_path / "elsewhere")
    path = tmp_path / "new.md"
    path.write_text("Other words.", encoding="utf-8")
    assert take(path, "--draft", DRAFT)[0] == 2
    assert not any((tmp_path / "elsewhere").iterdir())

"""Nothing that a person saved is lost, goes to another customer or lands outside, whatever stands in the folders."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_pack_folder import STAMPS, made, write_pack
from test_render import MINIMAL, workspace

from playbook.cli import main
from playbook.cli.render import _tell
from playbook.documents.archive import repack, stamp
from playbook.drafts.model import Draft
from playbook.drafts.outgoing import outgoing
from playbook.errors import InputError
from playbook.fleet import Order, Outcome
from playbook.pack import case as cases
from playbook.pack import render
from playbook.pack.files import draft_files
from playbook.pack.folder import (
    clear_up,
    edited_files,
    keep_edits,
    refuse_foreign,
    refuse_other,
    resolved,
    restore,
    write_whole,
)
from playbook.pack.manifest import NAME, PackFile, read_manifest, write_manifest
from playbook.times import Moment

DRAFT = "drafts/en/final-response.email.md"


@pytest.fixture
def incident(tmp_path: Path) -> Path:
    folder = tmp_path / "incident"
    (folder / "drafts" / "en").mkdir(parents=True)
    (folder / "incident.yaml").write_text("client: x\n")
    return folder


@pytest.fixture
def pack(tmp_path: Path, incident: Path) -> Path:
    write_pack(tmp_path / "pack", incident)
    return tmp_path / "pack"


def record(folder: Path, what: str = "the tills were down", reference: str = "") -> Path:
    folder.mkdir(parents=True)
    text = MINIMAL.format(language="en", what=what, channel="web")
    (folder / "incident.yaml").write_text(
        text + (f"reference: {reference}\n" if reference else ""), encoding="utf-8"
    )
    return folder


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], object]]:
    """Render only the drafts, without notebooks; what is put under `meanwhile` is done while a render runs."""
    meanwhile: dict[str, Callable[[], object]] = {}

    def files(case: cases.Case, formats: Any, client: Any) -> Any:
        meanwhile.pop("meanwhile", lambda: None)()
        found: dict[str, PackFile] = {}
        for draft in case.drafts:
            found.update(draft_files(case, draft, ()))
        return found, ()

    monkeypatch.setattr(render, "_files", files)
    return meanwhile


# 1. Edits


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        pytest.param("drafts/en/first-reply.web.md", "drafts/en/first-reply.web.md", id="a draft edited"),
        pytest.param("notes.txt", "drafts/inbox/notes.txt", id="a new file"),
    ],
)
def test_what_is_saved_in_the_pack_while_a_render_runs_is_kept(
    name: str, kept: str, tmp_path: Path, quick: dict[str, Callable[[], object]]
) -> None:
    folder = record(workspace(tmp_path) / "incidents" / "today")
    out = tmp_path / "pack"
    render.render_pack(folder, languages="en", out=out)
    quick["meanwhile"] = lambda: (out / name).write_text("mine\n")
    result = render.render_pack(folder, languages="en", out=out)
    assert (folder / kept).read_text() == "mine\n"
    assert [k.target for k in result.kept] == [kept]
    assert len(result.messages) == 1


def test_a_draft_saved_again_while_a_render_runs_is_the_one_that_wins(
    tmp_path: Path, quick: dict[str, Callable[[], object]]
) -> None:
    folder = record(workspace(tmp_path) / "incidents" / "today")
    out = tmp_path / "pack"
    render.render_pack(folder, languages="en", out=out)
    draft = out / "drafts/en/first-reply.web.md"
    draft.write_text("first\n")
    quick["meanwhile"] = lambda: draft.write_text("second\n")
    render.render_pack(folder, languages="en", out=out)
    assert (folder / "drafts/en/first-reply.web.md").read_text() == "second\n"
    assert not (folder / "drafts/inbox").exists()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(("a", "tills", "one"), ("b", "cake", "one"), id="one reference in two folders"),
        pytest.param(("g1/today", "tills", ""), ("g2/today", "cake", ""), id="two folders of one name"),
        pytest.param(("a", "tills", "one"), ("b", "cake", "two"), id="two references"),
    ],
)
@pytest.mark.usefixtures("quick")
def test_the_pack_of_another_incident_is_refused_and_its_edits_stay(
    first: tuple[str, str, str], second: tuple[str, str, str], tmp_path: Path
) -> None:
    root = workspace(tmp_path) / "incidents"
    a, b = (record(root / name, what, reference) for name, what, reference in (first, second))
    there = b / "incident.yaml"
    there.write_text(there.read_text().replace("09:20Z", "10:45Z"))
    out = tmp_path / "pack"
    render.render_pack(a, languages="en", out=out)
    draft = out / "drafts/en/first-reply.web.md"
    draft.write_text("Dear Ms A\n")
    with pytest.raises(InputError, match="the pack of another incident"):
        render.render_pack(b, languages="en", out=out)
    assert draft.read_text() == "Dear Ms A\n"
    assert not (b / "drafts").exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("the tills were down", "the tills and the doors were down", id="what happened"),
        pytest.param("09:20Z", "09:10Z", id="when it was noticed"),
        pytest.param("mode", "mode", id="nothing"),
    ],
)
@pytest.mark.usefixtures("quick")
def test_a_corrected_record_still_is_the_incident_of_its_pack(old: str, new: str, tmp_path: Path) -> None:
    folder = record(workspace(tmp_path) / "incidents" / "today")
    render.render_pack(folder, languages="en", out=tmp_path / "pack")
    there = folder / "incident.yaml"
    there.write_text(there.read_text().replace(old, new))
    render.render_pack(folder, languages="en", out=tmp_path / "pack")


def test_a_pack_from_before_packs_told_their_incident_is_known_by_its_reference(pack: Path) -> None:
    refuse_other(pack, "ref", {"folder": "x"})
    with pytest.raises(InputError, match="'ref'"):
        refuse_other(pack, "other", {"folder": "x"})


def test_two_incidents_with_one_pack_are_refused_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = workspace(tmp_path)
    folders = [str(record(root / group / "today")) for group in ("g1", "g2")]
    assert main(["render", *folders, "--out", str(tmp_path / "d")]) == 2
    assert "which is the pack of" in capsys.readouterr().err
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(".git/HEAD", id="a repository"),
        pytest.param(".my-notes.md", id="a hidden file"),
        pytest.param("drafts/en/.note", id="a hidden file beside a draft"),
        pytest.param("drafts/fr/.note", id="a hidden file in a folder of its own"),
    ],
)
def test_what_is_neither_ours_nor_an_edit_stays_in_the_pack(name: str, pack: Path, incident: Path) -> None:
    (pack / name).parent.mkdir(parents=True, exist_ok=True)
    (pack / name).write_text("mine")
    write_pack(pack, incident)
    assert (pack / name).read_text() == "mine"
    assert sorted(p.name for p in pack.parent.iterdir()) == ["incident", "pack"]


def test_a_link_in_the_pack_stays_a_link(pack: Path, incident: Path, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (pack / "photos").symlink_to(tmp_path / "photos")
    write_pack(pack, incident)
    assert (pack / "photos").is_symlink()


# 2. Links


@pytest.mark.parametrize(
    ("link", "edit"),
    [
        pytest.param("drafts/inbox", "notes.txt", id="the inbox"),
        pytest.param("drafts/en", DRAFT, id="a folder of drafts"),
        pytest.param("drafts", DRAFT, id="all drafts"),
        pytest.param(DRAFT, DRAFT, id="a draft that leads nowhere yet"),
    ],
)
def test_no_edit_is_copied_through_a_link(
    link: str, edit: str, pack: Path, incident: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    if link == DRAFT:
        elsewhere.mkdir()
        (incident / link).symlink_to(elsewhere / "x.md")
    else:
        (incident / "drafts/en").rmdir()
        if link == "drafts":
            (incident / "drafts").rmdir()
        (incident / link).symlink_to(elsewhere)
        (elsewhere / "en").mkdir(parents=True)
    (pack / edit).write_text("mine\n")
    (pack / "another.txt").write_text("mine too\n")
    with pytest.raises(InputError, match="a link"):
        keep_edits(pack, incident, STAMPS)
    assert [p for p in elsewhere.rglob("*") if p.is_file()] == []
    assert not (incident / "drafts/inbox/another.txt").exists()


def test_a_link_to_a_pack_stays_a_link(pack: Path, incident: Path, tmp_path: Path) -> None:
    (tmp_path / "today").symlink_to(pack)
    write_pack(tmp_path / "today", incident)
    assert (tmp_path / "today").is_symlink()
    assert resolved(tmp_path / "today") == pack.resolve()


@pytest.mark.parametrize("link", ["evidence", "evidence/sent"])
@pytest.mark.usefixtures("quick")
def test_what_was_sent_is_not_kept_through_a_link(
    link: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = record(workspace(tmp_path) / "incidents" / "today")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (folder / link).parent.mkdir(exist_ok=True)
    (folder / link).symlink_to(elsewhere)
    words = ["sent", str(folder), "en/first-reply.web", "--at", "2026-06-03T10:00Z", "--channel", "web"]
    assert main([*words, "--despite", "it went out"]) == 2
    assert "a link" in capsys.readouterr().err
    assert list(elsewhere.iterdir()) == []


# 3. Names


def test_a_file_name_that_is_not_utf_8_is_told_as_escapes_and_reads_back(tmp_path: Path) -> None:
    name = os.fsdecode(b"evidence/\xb9\xcf.jpg")
    told = made({name: "0"})
    raw = write_manifest(told, {}, {})
    assert rb"\udcb9\udccf.jpg" in raw
    (tmp_path / NAME).write_bytes(raw)
    manifest = read_manifest(tmp_path)
    assert manifest is not None
    assert manifest.made_from == told.as_dict()


# 4. Times and places


@pytest.mark.parametrize(
    ("time", "year"),
    [
        pytest.param("2108-01-01T00:00Z", 2107, id="after the last date of a zip"),
        pytest.param("2200-12-31T23:59-05:00", 2107, id="in the last year of all"),
        pytest.param("1979-01-01T00:00Z", 1980, id="before the first date of a zip"),
        pytest.param("1900-01-01T00:00+08:00", 1980, id="in the first year of all"),
        pytest.param("2026-05-12T10:00+08:00", 2026, id="a usual one"),
    ],
)
def test_a_document_of_any_year_can_be_zipped(time: str, year: int) -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("a", b"1")
    moment = Moment.parse(time)
    with zipfile.ZipFile(io.BytesIO(repack(raw.getvalue(), moment))) as archive:
        assert archive.infolist()[0].date_time[0] == stamp(moment).year == year


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("file/pack", id="below a file"),
        pytest.param("file/a/b", id="far below a file"),
        pytest.param("file", id="a file"),
        pytest.param("n" * 300, id="a name that is too long"),
        pytest.param("a\0b", id="a name with a null"),
        pytest.param("loop", id="a link to itself"),
    ],
)
def test_a_place_where_no_pack_can_be_is_an_input_error(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(InputError):
        resolved(tmp_path / name)


def test_a_folder_that_may_not_be_written_is_an_input_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match="where nothing can be written"):
        resolved(tmp_path / "new")


@pytest.mark.usefixtures("quick")
def test_a_full_disk_is_told_as_an_error_and_leaves_the_old_pack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = record(workspace(tmp_path) / "incidents" / "today")
    out = tmp_path / "pack"
    render.render_pack(folder, languages="en", out=out)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(render, "write_whole", full)
    with pytest.raises(InputError, match="No space left"):
        render.render_pack(folder, languages="en", out=out)
    assert edited_files(out) == {}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[]", id="a list"),
        pytest.param("{", id="cut off"),
        pytest.param('{"made_from": [], "findings": {}, "files": {}}', id="a list where names stand"),
        pytest.param('{"made_from": {}, "findings": {}, "files": {"a": 1}}', id="a file that is a number"),
        pytest.param('{"made_from": {}, "findings": {}, "files": {"a": {}}}', id="a file without a hash"),
        pytest.param(
            '{"made_from": {"inputs": 1}, "findings": {}, "files": {}}', id="inputs that are a number"
        ),
        pytest.param(
            '{"made_from": {}, "findings": {"block": "x"}, "files": {}}', id="a count that is a word"
        ),
        pytest.param("[" * 100_000, id="nested without end"),
    ],
)
def test_a_folder_with_a_manifest_that_is_none_is_refused(text: str, pack: Path, incident: Path) -> None:
    (pack / NAME).write_text(text)
    with pytest.raises(InputError, match="files that are no pack"):
        refuse_foreign(pack, incident)


@pytest.mark.slow
def test_a_whole_pack_is_made_with_a_file_name_that_is_not_utf_8_in_a_year_that_no_zip_holds(
    tmp_path: Path,
) -> None:
    folder = record(workspace(tmp_path) / "incidents" / "today")
    (folder / "evidence").mkdir()
    try:
        Path(os.fsdecode(os.fsencode(folder / "evidence") + b"/\xb9\xcf.jpg")).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system has no such names")
    result = render.render_pack(folder, languages="en", as_of="2110-01-01T00:00Z", out=tmp_path / "pack")
    assert rb"\udcb9\udccf.jpg" in (result.path / NAME).read_bytes()
    again = render.render_pack(
        folder, languages="en", as_of="2110-01-01T00:00Z", out=tmp_path / "pack", resume=True
    )
    assert again.current


# 5. Terminals


def test_a_terminal_is_shown_no_raw_escape_of_an_outcome(capsys: pytest.CaptureFixture[str]) -> None:
    for state in ("written", "failed"):
        order = Order("i\x1b[2J", "o\x1b]0;x\x07")
        _tell(Outcome(order, 0, state, ("a\x1b[31m\u202e",)), 1, 1)
    told = "".join(capsys.readouterr())
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "\\x1b" in told


@pytest.mark.usefixtures("quick")
def test_a_terminal_is_shown_no_raw_escape_of_a_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = record(workspace(tmp_path) / "incidents" / "today")
    out = tmp_path / "p\x1b[2J"
    main(["render", str(folder), "--languages", "en", "--out", str(out)])
    (out / "n\x1b[31m.txt").write_text("mine")
    main(["render", str(folder), "--languages", "en", "--out", str(out)])
    told = "".join(capsys.readouterr())
    assert "\x1b" not in told
    assert "n\\x1b[31m.txt" in told


@pytest.mark.parametrize(
    "mark",
    [
        pytest.param("\x1b", id="escape"),
        pytest.param("\u202e", id="right-to-left override"),
        pytest.param("\0", id="null"),
        pytest.param("\x9b", id="one-character terminal escape"),
        pytest.param("\udcb9", id="half a character"),
    ],
)
def test_a_text_to_paste_holds_nothing_that_steers_a_terminal(mark: str) -> None:
    draft = Draft(
        id="en/final-response.email",
        language="en",
        kind="final-response",
        channel="email",
        audience="customer",
        subject=f"Sub{mark}ject",
        sentences=(),
        written=f"We are{mark} sorry,\r\nMs 陳 👩\u200d💻",
    )
    assert outgoing(draft) == "Subject\n\nWe are sorry,\nMs 陳 👩\u200d💻\n"


# 6. A write that was cut off


def finished_process() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_a_pack_that_a_kill_left_aside_is_put_back(pack: Path) -> None:
    process = finished_process()
    pack.rename(pack.with_name(f".pack.old-{process}"))
    pack.with_name(f".pack.part-{process}").mkdir()
    (pack.with_name(f".pack.old-{process}") / DRAFT).write_text("mine\n")
    restore(pack)
    clear_up(pack, lambda _: None)
    assert list(edited_files(pack)) == [DRAFT]
    assert sorted(p.name for p in pack.parent.iterdir()) == ["incident", "pack"]


def test_what_a_kill_left_beside_a_new_pack_is_kept_before_it_is_removed(
    pack: Path, incident: Path, tmp_path: Path
) -> None:
    old = pack.with_name(f".pack.old-{finished_process()}")
    write_pack(old, incident)
    (old / "notes.txt").write_text("mine")
    (old / ".git").mkdir()
    (old / ".git/HEAD").write_text("main")

    def salvage(folder: Path) -> None:
        keep_edits(folder, incident, STAMPS)

    clear_up(pack, salvage)
    assert (incident / "drafts/inbox/notes.txt").read_text() == "mine"
    assert (pack / ".git/HEAD").read_text() == "main"
    assert not old.exists()


def test_the_folders_of_a_write_that_still_runs_are_left_alone(pack: Path) -> None:
    part = pack.with_name(f".pack.part-{os.getppid()}")
    part.mkdir()
    clear_up(pack, lambda _: None)
    assert part.exists()


def test_an_old_pack_whose_edits_cannot_be_kept_is_left_where_it_is(pack: Path) -> None:
    def fails(_: Path) -> None:
        raise InputError([])

    with pytest.raises(InputError):
        write_whole(pack, {"a": PackFile(b"1", "public")}, fails)
    assert pack.with_name(f".pack.old-{os.getpid()}").exists()


# 7. Texts that are not UTF-8


@pytest.mark.usefixtures("quick")
def test_an_edit_that_is_not_utf_8_goes_to_the_inbox_and_later_renders_work(tmp_path: Path) -> None:
    folder = record(workspace(tmp_path) / "incidents" / "today")
    out = tmp_path / "pack"
    render.render_pack(folder, languages="en", out=out)
    (out / "drafts/en/first-reply.web.md").write_bytes("很抱歉".encode("big5"))
    result = render.render_pack(folder, languages="en", out=out)
    assert (folder / "drafts/inbox/en/first-reply.web.md").read_bytes() == "很抱歉".encode("big5")
    assert "UTF-8" in result.messages[0]
    (out / "notes.md").write_bytes(b"\xb9")  # no draft: nothing to say
    assert "UTF-8" not in render.render_pack(folder, languages="en", out=out).messages[0]
    assert render.render_pack(folder, languages="en", out=out).kept == ()


def test_the_manifest_tells_incidents_apart_without_their_words(tmp_path: Path) -> None:
    told = replace(made(), incident={"folder": "today", "what_happened": "0" * 64, "detected_at": ""})
    assert json.loads(write_manifest(told, {}, {}))["made_from"]["incident"]["folder"] == "today"

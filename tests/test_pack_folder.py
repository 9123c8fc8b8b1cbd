"""A pack appears whole or not at all, and what people wrote into one is never lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from playbook.errors import InputError
from playbook.pack.folder import edited_files, keep_edits, refuse_foreign, write_whole
from playbook.pack.manifest import NAME, Made, PackFile, inputs_of, is_current, read_manifest, write_manifest

STAMPS = {"en": "INTERNAL"}


def made(inputs: dict[str, str] | None = None) -> Made:
    return Made(
        "ref",
        "client",
        ("en",),
        ("html",),
        "2026-05-12T10:00+08:00",
        inputs or {},
        {"name": "base"},
        {},
        {},
        {},
        {},
    )


def write_pack(out: Path, incident: Path) -> None:
    files = {
        "drafts/en/final-response.email.md": PackFile(b"Dear Ms Chen\n", "customer"),
        "drafts/en/final-response.email.docx": PackFile(b"PK", "customer"),
        "internal/en/call-script.phone.md": PackFile(b"INTERNAL\n\nSay hello\n", "internal"),
        "writeup.html": PackFile(b"<html>", "internal"),
    }
    files[NAME] = PackFile(write_manifest(made(inputs_of(incident)), files, {"block": 0}), "internal")
    write_whole(out, files)


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


def test_an_untouched_pack_has_no_edits_and_is_current(pack: Path, incident: Path) -> None:
    assert edited_files(pack) == {}
    assert is_current(pack, made(inputs_of(incident)))
    (incident / "incident.yaml").write_text("client: y\n")
    assert not is_current(pack, made(inputs_of(incident)))


@pytest.mark.parametrize("change", ["edit", "remove", "add"])
def test_a_pack_that_a_person_touched_is_not_current(pack: Path, incident: Path, change: str) -> None:
    page = pack / ("writeup.html" if change != "add" else "note.txt")
    page.unlink() if change == "remove" else page.write_text("mine")
    assert not is_current(pack, made(inputs_of(incident)))


def test_an_edited_text_goes_where_it_wins(pack: Path, incident: Path) -> None:
    (pack / "drafts/en/final-response.email.md").write_text("Dear Ms Chen, I am sorry.\n")
    kept = keep_edits(pack, incident, STAMPS)
    assert [(k.source, k.target) for k in kept] == [("drafts/en/final-response.email.md",) * 2]
    assert (incident / "drafts/en/final-response.email.md").read_text() == "Dear Ms Chen, I am sorry.\n"


def test_our_own_stamp_is_taken_off_an_edited_internal_text(pack: Path, incident: Path) -> None:
    (pack / "internal/en/call-script.phone.md").write_text("INTERNAL\n\nSay hello, then listen\n")
    keep_edits(pack, incident, STAMPS)
    assert (incident / "drafts/en/call-script.phone.md").read_text() == "Say hello, then listen\n"


def test_an_edited_word_file_goes_to_the_inbox(pack: Path, incident: Path) -> None:
    (pack / "drafts/en/final-response.email.docx").write_bytes(b"PK edited")
    (pack / "notes from the call.txt").write_text("call back at six")
    targets = [k.target for k in keep_edits(pack, incident, STAMPS)]
    assert targets == ["drafts/inbox/en/final-response.email.docx", "drafts/inbox/notes from the call.txt"]
    assert (incident / targets[1]).read_text() == "call back at six"


def test_two_people_s_edits_of_one_draft_both_survive(pack: Path, incident: Path) -> None:
    (incident / "drafts/en/final-response.email.md").write_text("hers\n")
    (pack / "drafts/en/final-response.email.md").write_text("his\n")
    keep_edits(pack, incident, STAMPS)
    assert (incident / "drafts/en/final-response.email.md").read_text() == "hers\n"
    assert (incident / "drafts/inbox/en/final-response.email.md").read_text() == "his\n"


def test_a_second_edit_of_a_draft_that_the_pack_was_made_from_replaces_the_first(
    tmp_path: Path, incident: Path
) -> None:
    (incident / "drafts/en/final-response.email.md").write_text("first edit\n")
    write_pack(tmp_path / "pack", incident)
    (tmp_path / "pack/drafts/en/final-response.email.md").write_text("second edit\n")
    keep_edits(tmp_path / "pack", incident, STAMPS)
    assert (incident / "drafts/en/final-response.email.md").read_text() == "second edit\n"


def test_the_inbox_never_loses_an_earlier_file(pack: Path, incident: Path) -> None:
    for text in (b"one", b"two"):
        (pack / "drafts/en/final-response.email.docx").write_bytes(text)
        keep_edits(pack, incident, STAMPS)
    inbox = incident / "drafts/inbox/en"
    assert {p.name: p.read_bytes() for p in inbox.iterdir()} == {
        "final-response.email.docx": b"one",
        "final-response.email-2.docx": b"two",
    }


def test_what_programs_leave_behind_is_no_edit(pack: Path) -> None:
    (pack / "~$writeup.docx").write_bytes(b"lock")
    (pack / ".DS_Store").write_bytes(b"x")
    assert edited_files(pack) == {}


def test_a_folder_that_is_no_pack_is_refused(tmp_path: Path, incident: Path) -> None:
    (tmp_path / "holiday").mkdir()
    (tmp_path / "holiday" / "photo.jpg").write_bytes(b"x")
    with pytest.raises(InputError, match="files that are no pack"):
        refuse_foreign(tmp_path / "holiday", incident)
    for inside in (incident, incident / "pack", tmp_path):
        with pytest.raises(InputError):
            refuse_foreign(inside, incident)
    refuse_foreign(tmp_path / "new", incident)


def test_a_write_that_fails_leaves_the_old_pack(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {p.name for p in pack.parent.iterdir()}
    written = Path.write_bytes

    def full_disk(path: Path, content: bytes) -> int:
        if path.name == "b":
            raise OSError("no space left on device")
        return written(path, content)

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    with pytest.raises(OSError, match="no space"):
        write_whole(pack, {"a": PackFile(b"1", "public"), "b": PackFile(b"2", "public")})
    assert {p.name for p in pack.parent.iterdir()} == before
    assert edited_files(pack) == {}


def test_the_manifest_names_every_file_with_hash_and_audience_and_no_time_of_making(pack: Path) -> None:
    manifest = read_manifest(pack)
    assert manifest is not None
    assert manifest.files["drafts/en/final-response.email.md"]["audience"] == "customer"
    assert len(manifest.files["writeup.html"]["sha256"]) == 64
    assert "made_at" not in (pack / NAME).read_text()

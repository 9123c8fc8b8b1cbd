"""The main job: a folder becomes a pack, twice the same, whole or not at all, and nobody's edit is lost."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from playbook.cli import main
from playbook.messages import say
from playbook.pack import PackResult, render_pack
from playbook.text import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
CAKE = ROOT / "incidents" / "2026-05-09-cake"
MINIMAL = """\
client: example-shop
language: {language}
what_happened: {what}
timestamps: {{detected_at: 2026-06-03T09:20Z}}
signal: {{channel: {channel}}}
contact: {{email: help@example.com}}
"""


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def workspace(tmp_path: Path) -> Path:
    """Return an empty workspace with the example client."""
    (tmp_path / "playbook.toml").write_text("", encoding="utf-8")
    shutil.copytree(
        ROOT / "policies" / "clients" / "example-shop", tmp_path / "policies" / "clients" / "example-shop"
    )
    (tmp_path / "incidents").mkdir()
    return tmp_path


def minimal(
    tmp_path: Path, language: str = "en", what: str = "the tills were down this morning", channel: str = "web"
) -> Path:
    folder = workspace(tmp_path) / "incidents" / "today"
    folder.mkdir()
    (folder / "incident.yaml").write_text(
        MINIMAL.format(language=language, what=what, channel=channel), encoding="utf-8"
    )
    return folder


@pytest.mark.slow
def test_rendering_twice_gives_the_same_bytes(pack_of: Callable[[str], PackResult], tmp_path: Path) -> None:
    first = contents(pack_of("2026-05-09-cake").path)
    second = contents(render_pack(CAKE, out=tmp_path / "again").path)
    assert set(first) == set(second)
    assert [name for name in first if first[name] != second[name]] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "what"),
    [
        ("en", "the tills were down this morning"),
        ("zh-Hant", "今天早上收銀機當機"),
        ("zh-Hans", "今天早上收银机死机"),
    ],
)
def test_five_answers_are_enough_for_a_pack(language: str, what: str, tmp_path: Path) -> None:
    folder = minimal(tmp_path, language, what)
    result = render_pack(folder, languages=language, out=tmp_path / "pack")
    first = (result.path / "drafts" / language / "first-reply.web.md").read_text(encoding="utf-8")
    holding = (result.path / "drafts" / language / "holding-statement.web.md").read_text(encoding="utf-8")
    assert "help@example.com" in first
    assert what[:8].lower() in first.lower()
    assert "{" not in first + holding
    page = (result.path / "writeup.html").read_text(encoding="utf-8")
    assert {"en": "What to ask next", "zh-Hant": "接下來該問的", "zh-Hans": "接下来"}[language] in page
    assert result.findings["block"] == 0


WRONG = {
    "a wrong key": ("what_happend: typo\n", "what_happend"),
    "a bad date": ("as_of: 2026-13-40\n", "as_of"),
    "a negative amount": ("currency: TWD\nprice: '-5'\n", "price"),
    "text where a list is expected": ("facts: none of them\n", "facts"),
    "a comma in a text that is not quoted": ("title: {en: late, and broken}\n", "Quote each text"),
    "a fact without an id": ("facts: [{text: {en: it broke}}]\n", "facts"),
}


@pytest.mark.parametrize(("more", "field"), WRONG.values(), ids=WRONG)
def test_wrong_input_is_listed_and_nothing_is_written(
    more: str, field: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = minimal(tmp_path)
    record = folder / "incident.yaml"
    record.write_text(record.read_text(encoding="utf-8") + more, encoding="utf-8")
    before = contents(tmp_path)
    assert main(["render", str(folder), "--out", str(tmp_path / "pack")]) == 2
    told = capsys.readouterr().err
    assert field in told
    assert "incident.yaml:" in told
    assert "expected" in told
    assert contents(tmp_path) == before


def test_everything_wrong_is_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = minimal(tmp_path)
    record = folder / "incident.yaml"
    wrong = "".join(more for more, _ in WRONG.values() if not more.startswith("facts: ["))
    record.write_text(record.read_text(encoding="utf-8") + wrong, encoding="utf-8")
    assert main(["render", str(folder), "--languages", "klingon", "--formats", "gif"]) == 2
    told = capsys.readouterr().err
    for word in ("what_happend", "as_of", "price", "facts", "klingon"):
        assert word in told


def test_an_unknown_client_is_told_with_the_ones_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = minimal(tmp_path)
    assert main(["render", str(folder), "--client", "nobody", "--out", str(tmp_path / "pack")]) == 2
    told = capsys.readouterr().err
    assert "nobody" in told
    assert "example-shop" in told
    assert not (tmp_path / "pack").exists()


@pytest.mark.slow
def test_an_edited_draft_wins_survives_every_render_and_is_checked_again(tmp_path: Path) -> None:
    folder = minimal(tmp_path)
    pack = tmp_path / "pack"
    render_pack(folder, languages="en", out=pack)
    draft = pack / "drafts" / "en" / "first-reply.web.md"
    own = "We are sorry, and we will refund everybody in full.\n"
    draft.write_text(own, encoding="utf-8")
    result = render_pack(folder, languages="en", out=pack)
    kept = folder / "drafts" / "en" / "first-reply.web.md"
    assert kept.read_text(encoding="utf-8") == own
    assert draft.read_text(encoding="utf-8") == own
    assert result.messages
    assert result.exit_code == 1  # a promise that nobody authorised
    render_pack(folder, languages="en", out=pack)
    assert draft.read_text(encoding="utf-8") == own


@pytest.mark.slow
def test_a_render_leaves_us_in_the_folder_where_we_stood(tmp_path: Path) -> None:
    here = Path.cwd()
    folder = minimal(tmp_path)
    for number in range(3):
        render_pack(folder, languages="en", out=tmp_path / f"pack{number}")
        assert Path.cwd() == here


@pytest.mark.slow
def test_a_text_missing_in_a_language_is_a_finding_and_no_error(tmp_path: Path) -> None:
    folder = minimal(tmp_path, "en")
    result = render_pack(folder, languages="en,zh-Hant", out=tmp_path / "pack")
    drafts = json.loads((result.path / "drafts.json").read_text(encoding="utf-8"))["drafts"]
    chinese = [d for d in drafts if d["language"] == "zh-Hant"]
    assert chinese
    assert any("what_happened" in d["untranslated"] for d in chinese)
    assert all("tills" not in d["text"] for d in chinese)


@pytest.mark.slow
def test_no_file_for_people_outside_is_stamped_internal_and_every_other_is(
    pack_of: Callable[[str], PackResult],
) -> None:
    pack = pack_of("2026-05-09-cake").path
    manifest = json.loads((pack / "manifest.json").read_text(encoding="utf-8"))
    for name, about in manifest["files"].items():
        if not name.endswith((".html", ".md")):
            continue
        text = (pack / name).read_text(encoding="utf-8")
        stamped = any(say("pack.stamp_internal", language) in text for language in LANGUAGES)
        assert stamped == (about["audience"] == "internal"), name

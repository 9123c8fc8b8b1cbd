"""A person's own wording, kept as a phrase of the client."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.checks.against import OnFile
from playbook.checks.own_phrases import reworded, with_slots
from playbook.cli import main
from playbook.drafts.model import Sentence
from playbook.drafts.own_file import with_phrase
from playbook.drafts.wording import bank_of
from playbook.errors import InputError
from playbook.messages import fill
from playbook.policy import read_policy
from playbook.sources import parse_yaml
from playbook.text import Language
from playbook.workspace import find_workspace

ROOT = Path(__file__).resolve().parent.parent
CAKE = "2026-05-09-cake"
DRAFT: dict[Language, str] = {"en": "en/final-response.email", "zh-Hant": "zh-Hant/final-response.email", "zh-Hans": "zh-Hans/final-response.email"}  # fmt: skip
# What a person writes instead of the sentence with the handler's line, and the phrase that it becomes.
WRITTEN: dict[Language, tuple[str, str]] = {
    "en": ("Ring me on 04-0000-2101 whenever it suits you, Ms Chen.", "Ring me on {line} whenever it suits you, {customer}."),
    "zh-Hant": ("04-0000-2101 是我桌上的電話，陳小姐隨時打都可以。", "{line} 是我桌上的電話，{customer}隨時打都可以。"),
    "zh-Hans": ("04-0000-2101 是我桌上的电话，陈女士随时打都可以。", "{line} 是我桌上的电话，{customer}随时打都可以。"),
}  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(ROOT / "playbook.toml", tmp_path)
    shutil.copytree(ROOT / "policies" / "clients", tmp_path / "policies" / "clients")
    shutil.copytree(ROOT / "incidents" / CAKE, tmp_path / "incidents" / CAKE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sentence_of(folder: Path, draft: str, move: str = "handler") -> Sentence:
    known = OnFile.read(folder)
    language = known.own[draft].language
    variants = {v.id for v in bank_of(known.policy, language).moves[move].variants}
    return next(s for s in known.own[draft].sentences if s.wording in variants)


def edit(folder: Path, draft: str, words: str, move: str = "handler") -> Sentence:
    """Write a draft as a person edited it: other words in place of one sentence of ours."""
    ours = sentence_of(folder, draft, move)
    path = folder / "drafts" / f"{draft}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = path.read_text(encoding="utf-8") if path.exists() else OnFile.read(folder).own[draft].text
    path.write_text(text.replace(ours.text, words), encoding="utf-8")
    return ours


def own_file(desk: Path, language: str, client: str = "heri-bakery") -> Path:
    return desk / "policies" / "clients" / client / "wording" / language / "own.yaml"


@pytest.mark.parametrize("language", DRAFT)
def test_a_persons_sentence_becomes_a_phrase_where_ours_stood(desk: Path, language: Language) -> None:
    folder = desk / "incidents" / CAKE
    words, phrase = WRITTEN[language]
    ours = edit(folder, DRAFT[language], words)
    assert main(["phrase", "keep", str(folder), DRAFT[language], "--yes"]) == 0
    bank = bank_of(read_policy("heri-bakery", find_workspace(desk)), language)
    variants = {v.id: v for v in bank.moves["handler"].variants}
    kept = variants["own.handler.1"]
    assert kept.text == phrase
    assert kept.when.any_of == variants[ours.wording].when.any_of


def test_the_next_incident_may_be_worded_with_it(desk: Path) -> None:
    folder = desk / "incidents" / CAKE
    edit(folder, DRAFT["en"], WRITTEN["en"][0])
    assert main(["phrase", "keep", str(folder), DRAFT["en"], "--yes"]) == 0
    other = desk / "incidents" / "next"
    shutil.copytree(ROOT / "incidents" / CAKE, other)
    record = other / "incident.yaml"
    text = record.read_text(encoding="utf-8").replace("04-0000-2101", "04-0000-7777")
    record.write_text(text + "\nwording_choice: {handler: own.handler.1}\n", encoding="utf-8")
    assert (
        "Ring me on 04-0000-7777 whenever it suits you, Ms Chen."
        in OnFile.read(other).drafts[DRAFT["en"]].text
    )


@pytest.mark.parametrize("arguments", [[], ["--dry-run"]], ids=["without a yes", "dry run"])
def test_nothing_is_written_unless_a_person_says_so(
    desk: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = desk / "incidents" / CAKE
    edit(folder, DRAFT["en"], WRITTEN["en"][0])
    assert main(["phrase", "keep", str(folder), DRAFT["en"], *arguments]) == (0 if arguments else 1)
    assert not own_file(desk, "en").exists()
    out = capsys.readouterr()
    assert ("{line}" in out.out) == bool(arguments)
    assert "{customer} for Ms Chen" in out.err


EXISTING = """\
# ours, do not touch
moves:
  handler:   # who answers
    variants:
    - id: own.handler.1
      text: 'Ask for {handler}.'   # old

    - {id: b, text: "Write to {email}."}
subjects: {final-response: Hello}  # the end
"""


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "bom"])
def test_what_stands_in_the_file_is_kept_byte_for_byte(desk: Path, ending: str, mark: bytes) -> None:
    folder = desk / "incidents" / CAKE
    path = own_file(desk, "en")
    path.parent.mkdir(parents=True)
    before = mark + EXISTING.replace("\n", ending).encode()
    path.write_bytes(before)
    edit(folder, DRAFT["en"], WRITTEN["en"][0])
    assert (
        main(["phrase", "keep", str(folder), DRAFT["en"], "--sentence", number(folder, "Ring"), "--yes"]) == 0
    )
    after = path.read_bytes()
    left = before.splitlines(keepends=True)
    assert [line for line in after.splitlines(keepends=True) if line in left] == left
    assert b"own.handler.2" in after


def number(folder: Path, start: str, draft: str = DRAFT["en"]) -> str:
    known = OnFile.read(folder)
    found = reworded(known.drafts[draft].text, known.own[draft].sentences, known.drafts[draft].language)
    return str(next(one for one in found if one.text.startswith(start)).numbers[0])


REFUSED: dict[str, tuple[str, list[str], str]] = {
    "a customer's phone": ("Ring me, or I ring you on 0912-345-678.", [], "a name or number of a person: 0912-345-678"),
    "somebody's name": ("Ask for Mr Huang, who knows about this.", [], "name"),
    "a brace": ("Ring me on {line}, or write.", [], "brace"),
    "a date of this incident": ("You can ring me until 17 August.", [], "which no slot stands for"),
    "words that the check blocks": ("Call me, and I guarantee you a refund of NT$99,000.", ["--with-figures"], "expected words that the check lets pass"),
    "an id that exists": ("Ring me whenever it suits you.", ["--id", "handler.letter.line"], "no phrase has yet"),
    "an id that is a path": ("Ring me whenever it suits you.", ["--id", "../x"], "small letters"),
    "only slots": ("04-0000-2101.", [], "words around the slots"),
    "a sentence that is ours": ("Ring me whenever it suits you.", ["--sentence", "1"], "a sentence that a person wrote"),
    "words that are not there": ("Ring me whenever it suits you.", ["--text", "Nobody wrote this."], "words that stand in the draft"),
    "a move that does not exist": ("Ring me whenever it suits you.", ["--move", "handle"], "Did you mean handler"),
}  # fmt: skip


@pytest.mark.parametrize(("words", "arguments", "told"), REFUSED.values(), ids=REFUSED)
def test_what_must_not_be_said_again_is_refused(
    desk: Path, words: str, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = desk / "incidents" / CAKE
    edit(folder, DRAFT["en"], words)
    assert main(["phrase", "keep", str(folder), DRAFT["en"], "--yes", *arguments]) == 2
    assert told in capsys.readouterr().err
    assert not own_file(desk, "en").exists()


def test_an_exercise_gives_no_phrases_unless_it_is_said(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = desk / "incidents" / CAKE
    edit(folder, DRAFT["en"], WRITTEN["en"][0])
    record = folder / "incident.yaml"
    text = "\n".join(
        line for line in record.read_text(encoding="utf-8").split("\n") if not line.startswith("mode:")
    )
    record.write_text(text + "\nmode: exercise\n", encoding="utf-8")
    keep = ["phrase", "keep", str(folder), DRAFT["en"], "--yes"]
    assert main(keep) == 2
    assert "an exercise" in capsys.readouterr().err
    assert main([*keep, "--from-exercise"]) == 0


def test_a_draft_that_nobody_edited_has_no_phrase_to_keep(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["phrase", "keep", str(desk / "incidents" / CAKE), DRAFT["en"], "--yes"]) == 2
    assert "an edited draft" in capsys.readouterr().err


def test_a_link_out_of_the_clients_folder_is_not_written_through(
    desk: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder, outside = desk / "incidents" / CAKE, tmp_path_factory.mktemp("outside")
    edit(folder, DRAFT["en"], WRITTEN["en"][0])
    (desk / "policies" / "clients" / "heri-bakery" / "wording").symlink_to(outside)
    assert main(["phrase", "keep", str(folder), DRAFT["en"], "--yes"]) == 2
    assert list(outside.rglob("*")) == []


def test_own_phrases_are_listed_with_how_often_they_were_sent(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = desk / "incidents" / CAKE
    edit(folder, DRAFT["en"], WRITTEN["en"][0])
    assert main(["phrase", "keep", str(folder), DRAFT["en"], "--yes"]) == 0
    list_ = ["phrase", "list", "heri-bakery", "--format", "json"]

    def sent() -> int:
        capsys.readouterr()
        assert main(list_) == 0
        (row,) = json.loads(capsys.readouterr().out)["phrases"]
        return int(row["sent"])

    assert sent() == 0
    assert (
        main(
            [
                "sent",
                str(folder),
                DRAFT["en"],
                "--at",
                "2026-05-12T10:00+08:00",
                "--channel",
                "email",
                "--despite",
                "a test",
            ]
        )
        == 0
    )
    assert sent() == 1


# -- what stands for what ------------------------------------------------------------------------

OURS = tuple(Sentence(t, "", f"v{n}") for n, t in enumerate(("We got it wrong.", "You can call me on 12. Or write back.", "Thank you for telling us.")))  # fmt: skip
PLACES: dict[str, tuple[str, list[tuple[str, str | None]]]] = {
    "other words": ("We got it wrong. My door is open all week. Thank you for telling us.", [("My door is open all week.", "v1")]),
    "two sentences for one": ("We got it wrong. My door is open. Tea is on. Thank you for telling us.", [("My door is open. Tea is on.", "v1")]),
    "an added one at the end": ("We got it wrong. You can call me on 12. Or write back. Thank you for telling us. See you soon.", [("See you soon.", None)]),
    "none": ("We got it wrong. You can call me on 12. Or write back. Thank you for telling us.", []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PLACES.values(), ids=PLACES)
def test_new_words_stand_for_what_is_gone_from_their_place(
    text: str, expected: list[tuple[str, str | None]]
) -> None:
    found = reworded(text, OURS, "en")
    assert [(one.text, one.ours[0].wording if one.ours else None) for one in found] == expected


SLOTS = {"line": "04-0000-2101", "reach": "04-0000-2101", "handler": "Lin Pei-chun", "option_count": "3", "brand": "Heri", "affected_count": "1,200"}  # fmt: skip
REPLACED: dict[str, tuple[str, tuple[str, ...], str]] = {
    "the slot that the variant had": ("Call 04-0000-2101.", ("reach",), "Call {reach}."),
    "not a part of a word": ("Heritage counts at Heri.", (), "Heritage counts at {brand}."),
    "not a part of a number": ("We had 1,200 of 11,200, not 1,200.5.", ("affected_count",), "We had {affected_count} of 11,200, not 1,200.5."),
    "a short count only where it was one": ("You have 3 days.", (), "You have 3 days."),
    "a short count where it was one": ("You have 3 to choose from.", ("option_count",), "You have {option_count} to choose from."),
}  # fmt: skip


@pytest.mark.parametrize(("words", "preferred", "expected"), REPLACED.values(), ids=REPLACED)
def test_values_of_the_record_become_slots(words: str, preferred: tuple[str, ...], expected: str) -> None:
    assert with_slots(words, SLOTS, preferred, "en")[0] == expected


WORDS = st.text(st.characters(exclude_characters="{}", exclude_categories=("Cs",)), max_size=40)


@given(st.lists(st.one_of(WORDS, st.sampled_from(sorted(SLOTS.values()))), max_size=6).map("".join))
def test_a_phrase_filled_with_the_same_record_is_what_the_person_wrote(words: str) -> None:
    text, filled = with_slots(words, SLOTS, ("line",), "en")
    assert fill(text, filled) == words


KEYS = st.text("abcdefg-_", min_size=1, max_size=8)
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60)


@given(KEYS, TEXTS, TEXTS)
def test_any_phrase_is_read_back_as_it_was_written(move: str, first: str, second: str) -> None:
    path = Path("own.yaml")
    one = with_phrase(None, path, move, {"id": "a", "text": first})
    two = with_phrase(one, path, move, {"id": "b", "when": {"voice": ["letter", "post"]}, "text": second})
    data, _ = parse_yaml(two.decode(), "own.yaml")
    assert [v["text"] for v in data["moves"][move]["variants"]] == [first, second]
    assert two.startswith(one.rstrip(b"\n")) or b"variants" in one


def test_a_file_that_is_no_map_of_moves_is_an_input_error() -> None:
    with pytest.raises(InputError):
        with_phrase(b"moves: [a]\n", Path("own.yaml"), "handler", {"id": "a", "text": "b"})

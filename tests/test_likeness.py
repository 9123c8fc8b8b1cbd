"""How alike texts are in their words, facts left out; and one voice over the channels of a text."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.checks.against import OnFile
from playbook.checks.likeness import OwnWords, Wording, copied, words_of_client
from playbook.checks.others import MOST, read_others, texts_of
from playbook.checks.voices import differing, reworded_in_one
from playbook.cli import main
from playbook.drafts.wording import bank_of
from playbook.errors import InputError
from playbook.pack.case import open_case
from playbook.pack.sections.apology import alike
from playbook.text import LANGUAGES, Language

ROOT = Path(__file__).resolve().parent.parent
INCIDENTS = sorted(p.parent.name for p in (ROOT / "incidents").glob("*/incident.yaml"))
SCHOOL = "2026-10-12-school-link"

TEMPLATES: dict[Language, str] = {
    "en": (
        "Dear {name}, you were promised {thing} before noon. You waited for hours, and nobody answered. "
        "That is our fault, and we are sorry. Call {reach} and ask for me whenever it suits you."
    ),
    "zh-Hant": (
        "{name}您好，說好送到的{thing}，您等了很久都沒有人接電話。這是我們的錯，對不起。有事請打{reach}找我，隨時都可以。"
    ),
    "zh-Hans": (
        "{name}您好，说好送到的{thing}，您等了很久都没有人接电话。这是我们的错，对不起。有事请打{reach}找我，随时都可以。"
    ),
}
FILLED: dict[Language, tuple[dict[str, str], dict[str, str]]] = {
    "en": ({"name": "Ms Chen", "thing": "the birthday cake", "reach": "04-0000-2101"},
           {"name": "Mr Okafor", "thing": "a replacement boiler part", "reach": "02-0000-9999"}),
    "zh-Hant": ({"name": "陳小姐", "thing": "生日蛋糕", "reach": "04-0000-2101"},
                {"name": "歐陽先生", "thing": "熱水器零件", "reach": "02-0000-9999"}),
    "zh-Hans": ({"name": "陈女士", "thing": "生日蛋糕", "reach": "04-0000-2101"},
                {"name": "欧阳先生", "thing": "热水器配件", "reach": "02-0000-9999"}),
}  # fmt: skip
OTHERWISE: dict[Language, str] = {
    "en": "Hello Ms Chen. We let you down badly on Saturday. I have asked the courier where it went wrong and will ring you tonight.",
    "zh-Hant": "陳小姐，週六那天是我們讓您失望。我已經去問物流哪裡出了問題，今天晚上會親自打給您說明。",
    "zh-Hans": "陈女士，周六那天是我们让您失望了。我已经去问物流哪里出了问题，今天晚上会亲自给您打电话说明。",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_sentences_about_other_facts_are_all_alike(language: Language) -> None:
    one, other = (
        Wording(TEMPLATES[language].format(**values), language, OwnWords.of(values.values()))
        for values in FILLED[language]
    )
    assert one.percent_in(other) == 100
    assert len(one.shared_with(other)) >= 2
    bare = Wording(one.text, language, OwnWords((), ()))
    assert (bare.percent_in(other) or 0) < 100, "with the facts left in, it is the facts that differ"


@pytest.mark.parametrize("language", LANGUAGES)
def test_other_words_about_the_same_facts_are_not_alike(language: Language) -> None:
    values = FILLED[language][0]
    own = OwnWords.of(values.values())
    one = Wording(TEMPLATES[language].format(**values), language, own)
    other = Wording(OTHERWISE[language], language, own)
    assert (one.percent_in(other) or 0) < 15
    assert one.shared_with(other) == ()


NAMES = st.text("abcdefghij", min_size=3, max_size=8).map(str.title)


@given(st.tuples(NAMES, NAMES, NAMES), st.tuples(NAMES, NAMES, NAMES))
def test_what_a_record_holds_never_changes_how_alike_wording_is(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    def told(names: tuple[str, str, str]) -> Wording:
        values = dict(zip(("name", "thing", "reach"), names, strict=True))
        return Wording(TEMPLATES["en"].format(**values), "en", OwnWords.of(names))

    assert told(one).percent_in(told(other)) == 100


@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(LANGUAGES))
def test_any_text_is_measured_and_is_wholly_like_itself(text: str, other: str, language: Language) -> None:
    own = OwnWords.of(["陳小姐", "the cake", text[:5]])
    one = Wording(text, language, own)
    assert one.percent_in(one) in (None, 100)
    assert (one.percent_in(Wording(other, language, own)) or 0) in range(101)


# -- other incidents -----------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """Return a workspace with the school's incident, and an earlier one of the same client with the same texts."""
    shutil.copy(ROOT / "playbook.toml", tmp_path)
    shutil.copytree(ROOT / "policies" / "clients", tmp_path / "policies" / "clients")
    shutil.copytree(ROOT / "incidents" / SCHOOL, tmp_path / "incidents" / SCHOOL)
    earlier(tmp_path, "before", "S-BEFORE")
    return tmp_path


def earlier(desk: Path, name: str, reference: str, change: Callable[[str], str] = str) -> Path:
    folder = desk / "incidents" / name
    shutil.copytree(ROOT / "incidents" / SCHOOL, folder)
    record, sent = folder / "incident.yaml", folder / "sent.csv"
    text = record.read_text(encoding="utf-8").replace("reference: D-TW-SCHOOL", f"reference: {reference}")
    record.write_text(change(text), encoding="utf-8")
    rows = sent.read_bytes().decode("utf-8-sig").replace("2026-10-1", "2026-09-1")
    sent.write_bytes(rows.replace("sent/2026-09", "sent/2026-10").encode("utf-8-sig"))
    return folder


KINDS = {("public-apology", "zh-Hant"), ("correction", "en")}


def test_the_texts_that_a_client_sent_in_other_incidents_are_read(desk: Path) -> None:
    found = read_others(desk / "incidents", "chenglan-school", "D-TW-SCHOOL", KINDS)
    assert {t.reference for t in found.told} == {"S-BEFORE"}
    assert {(t.kind, t.language) for t in found.told} == KINDS
    assert (found.incidents, found.left_out) == (1, 0)


LEFT_OUT: dict[str, Callable[[str], str]] = {
    "another client's": lambda text: text.replace("client: chenglan-school", "client: heri-bakery"),
    "an exercise": lambda text: text + "\nmode: exercise\n" if "\nmode:" not in text else text.replace("mode: live", "mode: exercise"),
    "the incident itself in another folder": lambda text: text.replace("reference: S-X", "reference: D-TW-SCHOOL"),
}  # fmt: skip


@pytest.mark.parametrize("change", LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_is_not_the_clients_other_incident_is_left_out(desk: Path, change: Callable[[str], str]) -> None:
    shutil.rmtree(desk / "incidents" / "before")
    earlier(desk, "x", "S-X", change)
    assert read_others(desk / "incidents", "chenglan-school", "D-TW-SCHOOL", KINDS).told == ()


def test_an_old_incident_is_not_told_by_what_was_sent_later(desk: Path) -> None:
    from playbook.times import Moment

    until = Moment.parse("2026-09-13T12:00+08:00")
    assert read_others(desk / "incidents", "chenglan-school", "D-TW-SCHOOL", KINDS, until).told == ()


def test_a_folder_that_cannot_be_read_is_counted_and_stops_nothing(desk: Path) -> None:
    broken = earlier(desk, "broken", "S-BROKEN")
    (broken / "incident.yaml").write_text(
        "client: chenglan-school\nreference: S-BROKEN\nx: [", encoding="utf-8"
    )
    linked = earlier(desk, "linked", "S-LINKED")
    (linked / "sent.csv").unlink()
    (linked / "sent.csv").symlink_to(ROOT / "incidents" / SCHOOL / "sent.csv")
    found = read_others(desk / "incidents", "chenglan-school", "D-TW-SCHOOL", KINDS)
    assert ({t.reference for t in found.told}, found.left_out) == ({"S-BEFORE"}, 2)


def test_of_many_incidents_only_the_latest_are_read_whole(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2 * MOST):
        earlier(desk, f"n{number}", f"S-{number}")
    read: list[str] = []

    def counted(folder: Path, *given: Any) -> Any:
        read.append(folder.name)
        return texts_of(folder, *given)

    monkeypatch.setattr("playbook.checks.others.texts_of", counted)
    known = OnFile.read(desk / "incidents" / SCHOOL)
    kinds = {(d.kind, d.language) for d in known.drafts.values()}
    others = read_others(desk / "incidents", "chenglan-school", "D-TW-SCHOOL", kinds, None, words_of_client(known.policy))  # fmt: skip
    assert len(read) == MOST == others.incidents


def with_limit(desk: Path, percent: int | str) -> None:
    path = desk / "policies" / "clients" / "chenglan-school" / "policy.yaml"
    text = path.read_text(encoding="utf-8")
    line = f"  max_similarity: {percent}\n"
    text = (
        text.replace("switches:\n", "switches:\n" + line, 1)
        if "switches:\n" in text
        else text + "switches:\n" + line
    )
    path.write_text(text, encoding="utf-8")


def test_a_draft_above_the_clients_limit_is_a_warning_that_names_the_sentences(desk: Path) -> None:
    with_limit(desk, 50)
    now = OnFile.read(desk / "incidents" / SCHOOL).own["zh-Hant/public-apology.web"].text
    kept = (
        desk / "incidents" / "before" / "evidence" / "sent" / "2026-10-13T1800.zh-Hant.public-apology.web.md"
    )
    kept.write_text(now.replace("643", "17"), encoding="utf-8")
    case = open_case(desk / "incidents" / SCHOOL, languages=("zh-Hant",))
    above = {one.draft.id: one for one in case.alike if one.percent > 50}
    reports = {r.draft_id: r.report for r in case.reports}
    assert above["zh-Hant/public-apology.web"].percent >= 95
    for id_, one in above.items():
        finding = next(f for f in reports[id_].findings if f.rule == "copied-wording")
        assert (finding.level, reports[id_].verdict) == ("warning", "revise")
        assert f"{one.percent}%" in finding.message
        assert all(words in finding.fix for words in one.shared)
        assert f"{id_}:again" in finding.fix
    assert copied(case.alike, None) == copied(case.alike, 100) == {}


@pytest.mark.parametrize("value", ["-1", "101", "half", "[50]", "'50'"])
def test_a_limit_that_is_no_percentage_is_an_input_error(desk: Path, value: str) -> None:
    with_limit(desk, value)
    with pytest.raises(InputError, match="max_similarity"):
        open_case(desk / "incidents" / SCHOOL)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pack_shows_the_most_alike_text_of_each_kind(desk: Path, language: Language) -> None:
    case = open_case(desk / "incidents" / SCHOOL, languages=(language,))
    blocks = alike(case)
    shown = str(blocks)
    assert "S-BEFORE" in shown
    assert f"{language}/public-apology" in shown
    shutil.rmtree(desk / "incidents" / "before")
    assert alike(open_case(desk / "incidents" / SCHOOL, languages=(language,))) == ()


def test_cases_lists_texts_that_are_alike(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cases", str(desk / "incidents"), "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)["likeness"]
    assert told[0]["percent"] == 100
    assert {(row["reference"], row["other"]) for row in told} == {("D-TW-SCHOOL", "S-BEFORE")}
    assert main(["cases", str(desk / "incidents")]) == 0
    assert "Texts alike, facts left out" in capsys.readouterr().out


# -- one voice -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", INCIDENTS)
def test_channels_differ_in_what_they_state_only_where_a_voice_or_the_room_asks_for_it(name: str) -> None:
    known = OnFile.read(ROOT / "incidents" / name)
    banks = {language: bank_of(known.policy, language) for language in LANGUAGES}
    found = differing(known.own.values(), banks)
    for one in found:
        lost = f"; without {', '.join(one.lost)}" if one.lost else ""
        print(
            f"{one.language} {one.kind} {one.move} ({one.why}{lost}): {one.one[0]} {one.one[1].text!r}, {one.other[0]} {one.other[1].text!r}"
        )
    assert [one for one in found if one.why == "none"] == []


def test_a_sentence_reworded_in_one_channel_is_told_where_another_still_has_it(tmp_path: Path) -> None:
    folder = tmp_path / "incident"
    shutil.copytree(ROOT / "incidents" / "2026-03-14-lock", folder)
    known = OnFile.read(folder)
    web, press = (known.own[f"en/public-apology.{channel}"] for channel in ("web", "press"))
    shared = next(
        s for s in web.sentences if s.commitments and s.text in press.text and len(s.text.split()) > 6
    )
    words = shared.text.split()
    edited = " ".join([*words[:-2], "surely", *words[-2:]])
    path = folder / "drafts" / "en" / "public-apology.web.md"
    path.parent.mkdir(parents=True)
    path.write_text(web.text.replace(shared.text, edited), encoding="utf-8")
    again = OnFile.read(folder)
    told = reworded_in_one(tuple(again.drafts.values()), tuple(again.own.values()))
    (finding,) = told["en/public-apology.web"]
    assert (finding.level, finding.match) == ("suggestion", edited)
    assert "en/public-apology.press" in finding.message
    assert shared.text in finding.message
    assert set(told) == {"en/public-apology.web"}

"""Mixed script, wrong widths and the other region's words: planted mistakes are found, and nothing that is right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from playbook.linter import check_text
from playbook.linter.match import Text
from playbook.linter.prose import Lines, Prose
from playbook.linter.rules import shipped
from playbook.linter.scripts import AS_WRITTEN, Stretch, characters, words
from playbook.pack.case import Case, open_case
from playbook.sources import read_yaml
from playbook.text import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
CORPUS: dict[str, Any] = read_yaml(Path(__file__).parent / "corpus" / "scripts.yaml")[0]
RULES = ("mixed-script", "mixed-punctuation", "register-or-locale-mismatch")
PLANTED = [(language, entry) for language, entries in CORPUS["wrong"].items() for entry in entries]
RIGHT = [(language, text) for language, texts in CORPUS["right"].items() for text in texts]


def found(text: str, language: str, **more: Any) -> list[tuple[str, str]]:
    report = check_text(text, language=language, **more)
    return [(finding.rule, finding.match) for finding in report.findings if finding.rule in RULES]


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
def test_at_least_forty_mistakes_are_planted_in_each_chinese_language(language: str) -> None:
    assert len(CORPUS["wrong"][language]) >= 40
    assert len(CORPUS["right"][language]) >= 20


@pytest.mark.parametrize(("language", "entry"), PLANTED, ids=[f"{code}: {e['id']}" for code, e in PLANTED])
def test_a_planted_mistake_is_found_where_it_stands_and_nothing_else(
    language: str, entry: dict[str, Any]
) -> None:
    told = found(entry["text"], language)
    assert {rule for rule, _ in told} == {entry["rule"]}
    assert all(any(piece in match or match in piece for _, match in told) for piece in entry["find"])
    assert all(any(piece in match or match in piece for piece in entry["find"]) for _, match in told)


@pytest.mark.parametrize(("language", "text"), RIGHT, ids=[f"{code}: {text[:18]}" for code, text in RIGHT])
def test_nothing_is_said_of_a_text_that_is_right(language: str, text: str) -> None:
    assert found(text, language) == []


def stretches(text: str, language: str) -> Iterator[tuple[str, str, Stretch]]:
    """Yield what the detectors find in a text, without the other rules."""
    prepared = Text(Prose(text, language), Lines(text), {}, "public-apology", "public")
    for rule in shipped(language).rules:
        if rule.detector in AS_WRITTEN:
            for stretch in AS_WRITTEN[rule.detector](prepared, rule):
                yield rule.id, text[stretch.start : stretch.end], stretch


def texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts_of(inner)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_wording_banks_hold_no_mistake_of_script(language: str) -> None:
    files = sorted((ROOT / "policies").rglob(f"wording/{language}/*.yaml"))
    assert files
    read = [(path, text) for path in files for text in texts_of(read_yaml(path)[0])]
    assert len(read) > 100
    wrong = [
        (path.name, rule, match, text) for path, text in read for rule, match, _ in stretches(text, language)
    ]
    assert wrong == []


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    folders = sorted(path.parent for path in (ROOT / "incidents").glob("*/incident.yaml"))
    return [open_case(folder, languages=LANGUAGES) for folder in folders]


def test_the_drafts_of_the_example_incidents_hold_no_mistake_of_script(cases: list[Case]) -> None:
    drafts = [draft for case in cases for draft in case.drafts]
    assert len(drafts) > 200
    assert [(d.id, *hit[:2]) for d in drafts for hit in stretches(d.text, d.language)] == []


@pytest.mark.parametrize(("language", "other"), [("zh-Hant", "zh-Hans"), ("zh-Hans", "zh-Hant")])
def test_a_draft_of_the_other_script_is_found_out(cases: list[Case], language: str, other: str) -> None:
    drafts = [d for case in cases for d in case.drafts if d.language == other and d.audience != "internal"]
    told = [any(rule == "mixed-script" for rule, _, _ in stretches(d.text, language)) for d in drafts]
    assert all(told)


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
def test_what_is_put_in_place_of_a_mistake_is_no_mistake(language: str) -> None:
    for character, instead in characters(language).items():
        assert instead
        assert character not in instead
    for word in words(language).values():
        assert [hit for hit in stretches(word.instead, language) if hit[0] != "mixed-punctuation"] == []
    # Every word that is listed can be found as it stands.
    assert [w for w in words(language) if not list(stretches(f"，{w}，", language))] == []


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
def test_characters_that_both_scripts_use_are_no_mistake(language: str) -> None:
    shared = "后里台只干发" if language == "zh-Hans" else "后里台只干面斗谷范余云丑松岳游周卷困布志准制"
    assert not set(shared) & characters(language).keys()


def test_a_person_s_name_and_a_customer_s_words_stand_as_they_are() -> None:
    text = "张小满女士，您寫的「门打不开」我們看到了。"
    assert found(text, "zh-Hant") == [("mixed-script", "张"), ("mixed-script", "满")]
    assert found(text, "zh-Hant", as_written=["张小满"]) == []
    assert found("您寫的门打不开，我們看到了。", "zh-Hant", as_written=["门打不开"]) == []
    assert found("@小满不加班 您好，這是我們的錯。", "zh-Hant") == []


def test_the_fix_names_what_to_write() -> None:
    text = "我們会發短信,請留意。"
    report = check_text(text, language="zh-Hant")
    fixes = {finding.match: finding.fix for finding in report.findings if finding.rule in RULES}
    assert "會" in fixes["会"]
    assert "簡訊" in fixes["短信"]
    assert "，" in fixes[","]


def test_a_text_pasted_from_the_other_script_gives_one_finding_a_line() -> None:
    line = "我们会为您重做这个蛋糕，对不起，这是我们的错，请给我们一个机会补救。"
    told = found(f"{line}\n{line}", "zh-Hant")
    assert len([rule for rule, _ in told if rule == "mixed-script"]) == 2


def test_places_are_those_of_the_text_as_written() -> None:
    text = "第一行　沒有問題。\n第二行有一個\u200b错字。"
    finding = next(f for f in check_text(text, language="zh-Hant").findings if f.rule == "mixed-script")
    assert (finding.line, finding.column, finding.match) == (2, text.split("\n")[1].index("错") + 1, "错")


@pytest.mark.parametrize("text", ["", "。", "会" * 50_000, "“" * 20_000 + "会", "」「" * 20_000])
def test_a_hostile_text_is_read_to_its_end(text: str) -> None:
    list(stretches(text, "zh-Hant"))
    list(stretches(text, "zh-Hans"))

"""A client's words: forms not to use are found with the one to write, names are written its way, layers add to each other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import process_time

import pytest

from playbook.checks.glossary import own_terms, term_findings, wrong_terms
from playbook.cli import main
from playbook.drafts.wording import Bank, Condition, Move, Variant
from playbook.errors import PolicyError
from playbook.messages import subjects, templates
from playbook.policy import read_policy
from playbook.policy.model import Policy
from playbook.text import LANGUAGES, Language
from playbook.workspace import find_workspace

ROOT = Path(__file__).resolve().parent.parent
HEAD = "id,kind,use_zh_hant,use_zh_hans,use_en,avoid_zh_hant,avoid_zh_hans,avoid_en,note_zh_hant,note_zh_hans,note_en\n"
ROWS = (
    "pickup,term,取貨門市,取货门店,pick-up shop,門市|通路,网点,outlet|point of sale,,,Shops are where people are.\n"
    "name,brand,晴麥,晴麦,Qing Mai,晴賣,,Qingmai Bakery,,,\n"
)


def workspace(folder: Path, glossary: str = HEAD + ROWS, settings: str = "", sector: str = "") -> Policy:
    (folder / "playbook.toml").write_text("", encoding="utf-8")
    client = folder / "policies" / "clients" / "qing-mai"
    client.mkdir(parents=True)
    below = ["base"]
    (folder / "policies" / "base").symlink_to(ROOT / "policies" / "base", target_is_directory=True)
    if sector:
        below.append("sectors/bread")
        (folder / "policies" / "sectors" / "bread").mkdir(parents=True)
        (folder / "policies" / "sectors" / "bread" / "policy.yaml").write_text(
            "extends: [base]\n", encoding="utf-8"
        )
        (folder / "policies" / "sectors" / "bread" / "glossary.csv").write_text(sector, encoding="utf-8")
    (client / "policy.yaml").write_text(
        f"extends: [{', '.join(below)}]\ncurrency: TWD\n"
        "brand: {name: {zh-Hant: 晴麥烘焙, zh-Hans: 晴麦烘焙, en: Qing Mai Bakery}}\n" + settings,
        encoding="utf-8",
    )
    if glossary:
        (client / "glossary.csv").write_text(glossary, encoding="utf-8")
    return read_policy("qing-mai", find_workspace(folder))


def told(policy: Policy, text: str, language: Language = "en") -> list[tuple[str, str]]:
    return [(text[wrong.start : wrong.end], wrong.instead) for wrong in wrong_terms(text, language, policy)]


CASES: dict[str, tuple[Language, str, list[tuple[str, str]]]] = {
    "a form not to use": ("en", "Collect it at our outlet.", [("outlet", "pick-up shop")]),
    "in capitals and the plural": ("en", "All Outlets are open.", [("Outlets", "pick-up shop")]),
    "of several words, over a line's end": ("en", "the point\nof sale", [("point\nof sale", "pick-up shop")]),
    "not inside another word": ("en", "The outletted pipe.", []),
    "in Chinese": ("zh-Hant", "請到通路取貨。", [("通路", "取貨門市")]),
    "not inside the form to use": ("zh-Hant", "請到取貨門市。", []),
    "another language's list does not count": ("zh-Hans", "请到通路取货。", []),
    "not in a quotation": ("en", "You wrote “the outlet was shut”, and you are right.", []),
    "not in an address": ("en", "See https://example.com/outlet today.", []),
    "the name without its space": ("en", "QingMai is open.", [("QingMai", "Qing Mai")]),
    "the name in other capitals": ("en", "At Qing mai bakery we failed.", [("Qing mai bakery", "Qing Mai Bakery")]),
    "the name in capitals throughout": ("en", "QING MAI BAKERY", []),
    "the name as it is": ("en", "Qing Mai Bakery's cakes, and Qing Mai's bread.", []),
    "the name in a mail address": ("en", "Write to qingmai@example.com.", []),
    "the name in the other script": ("zh-Hant", "晴麦烘焙向您道歉。", [("晴麦烘焙", "晴麥烘焙")]),
    "a Latin name in a Chinese text": ("zh-Hant", "我們是Qingmai。", [("Qingmai", "Qing Mai")]),
}  # fmt: skip


@pytest.mark.parametrize(("language", "text", "expected"), CASES.values(), ids=CASES)
def test_what_a_client_writes_otherwise(
    tmp_path: Path, language: Language, text: str, expected: list[tuple[str, str]]
) -> None:
    found = told(workspace(tmp_path), text, language)
    assert [(match, instead) for match, instead in found if instead] == expected


def test_the_finding_says_use_x_instead_of_y_where_it_is_said_and_why(tmp_path: Path) -> None:
    (finding,) = term_findings("Collect it at our outlet.", "en", workspace(tmp_path))
    assert (finding.rule, finding.level) == ("glossary", "warning")
    assert finding.fix == 'Use "pick-up shop" instead of "outlet".'
    assert "glossary.csv:2" in finding.why
    assert "Shops are where people are." in finding.why
    assert (finding.line, finding.column, finding.match) == (1, 19, "outlet")


def test_a_banned_word_has_no_substitute_and_one_of_the_glossary_has(tmp_path: Path) -> None:
    policy = workspace(tmp_path, settings="banned_words: {en: [delay, outlet]}\n")
    text = "The delay at our outlet."
    found = {finding.match: finding.rule for finding in term_findings(text, "en", policy)}
    assert found == {"delay": "banned-word", "outlet": "glossary"}


def test_what_a_customer_said_and_a_person_s_name_stand(tmp_path: Path) -> None:
    policy = workspace(tmp_path)
    assert wrong_terms("Ms Outlet wrote.", "en", policy, ["Ms Outlet"]) == ()
    assert len(wrong_terms("Ms Outlet wrote.", "en", policy)) == 1


def test_layers_add_terms_and_the_highest_says_what_a_term_is(tmp_path: Path) -> None:
    sector = (
        HEAD
        + "bread,term,麵包,面包,bread,麵糰,面团,dough,,,\npickup,term,門市,门店,shop,賣場,卖场,branch,,,\n"
    )
    policy = workspace(tmp_path, HEAD, "glossary: {guest: {en: guest}}\n", sector)
    assert told(policy, "dough at the branch") == [("dough", "bread"), ("branch", "shop")]
    assert set(policy.terms) == {"guest", "bread", "pickup"}
    assert policy.terms["bread"].origin.layer == "sectors/bread"
    assert policy.terms["guest"].use == {"en": "guest"}


def test_a_patch_changes_a_term_of_a_layer_below(tmp_path: Path) -> None:
    sector = HEAD + "bread,term,麵包,面包,bread,麵糰,面团,dough,,,\n"
    workspace(tmp_path, HEAD, "", sector)
    patch = "op,id,column,was,value,reason,source,approved_by,from\nset,bread,avoid_en,dough,dough|loaf,we say bread,,,\n"
    (tmp_path / "policies/clients/qing-mai/glossary.patch.csv").write_text(patch, encoding="utf-8")
    policy = read_policy("qing-mai", find_workspace(tmp_path))
    assert told(policy, "a loaf") == [("loaf", "bread")]


BROKEN = {
    "an unknown kind": ("x,name,,,a,,,b,,,\n", "one of term, brand"),
    "nothing to use": ("x,term,,,,,,b,,,\n", "at least one language"),
    "the form to use among those not to": ("x,term,,,a,,,b|a,,,\n", "forms other than the one to use"),
    "a column that does not exist": ("", "glossary"),
}


@pytest.mark.parametrize(("row", "expected"), BROKEN.values(), ids=BROKEN)
def test_a_wrong_glossary_is_told_with_its_line(tmp_path: Path, row: str, expected: str) -> None:
    head = HEAD if row else HEAD.replace("note_en", "remark_en")
    with pytest.raises(PolicyError) as caught:
        workspace(tmp_path, head + (row or ROWS))
    assert expected in str(caught.value)
    assert "glossary.csv" in str(caught.value)


def bank(text: str) -> Bank:
    variant = Variant("move.1", Condition(), text, "", (), "")
    return Bank({"move": Move("move", "harm", "", 0, "", (variant,))}, {})


def test_policy_check_finds_terms_at_odds_and_own_words_that_ignore_them(tmp_path: Path) -> None:
    rows = "a,term,店,店,shop,,,outlet,,,\nb,term,據點,,outlet,,网点,store,,,\n"
    policy = workspace(tmp_path, HEAD + rows)
    found = list(own_terms(policy, {"en": bank("Come to our store.")}))
    messages = [f"{finding.level}: {finding.message}" for finding in found]
    assert any("'outlet' is not to be used in en, and b says to use it" in m for m in messages)
    assert any(m.startswith("error: b: no form to use in zh-Hans, but forms not to use") for m in messages)
    assert any("'store' stands in the wording move.1; b says 'outlet'" in m for m in messages)
    assert all(finding.path.endswith("glossary.csv") and finding.line in (2, 3) for finding in found)


def test_the_glossary_is_shown_with_layer_file_and_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "show", "heri-bakery", "--only", "glossary"]) == 0
    out = capsys.readouterr().out
    assert "glossary.bakery.use_en = Heri Bakery" in out
    assert "clients/heri-bakery/glossary.csv:2" in out


EXAMPLES: dict[str, tuple[str, Language, str, str]] = {
    "a misspelt name": ("heri-bakery", "zh-Hant", "禾日烘培向您道歉。", "禾日烘焙"),
    "a name in the other script": ("anqi-lock", "zh-Hant", "安栖智能向您道歉。", "安棲智能"),
    "a person and not a consumer": ("heri-bakery", "en", "Every consumer gets one.", "customer"),
    "what happened to people": ("anqi-lock", "zh-Hans", "部分用户开锁异常。", "被锁在门外"),
}


@pytest.mark.parametrize(("client", "language", "text", "instead"), EXAMPLES.values(), ids=EXAMPLES)
def test_the_example_clients_have_their_own_words(
    client: str, language: Language, text: str, instead: str
) -> None:
    policy = read_policy(client, find_workspace(ROOT))
    assert [wrong.instead for wrong in wrong_terms(text, language, policy)] == [instead]


def test_a_policy_without_a_name_of_its_own_has_no_name_to_misspell() -> None:
    base = read_policy("base", find_workspace(ROOT))
    named = replace(base, brand=replace(base.brand, name=dict.fromkeys(LANGUAGES, "base")), name="base")
    assert wrong_terms("Base camp is our base.", "en", named) == ()


def test_check_with_an_incident_tells_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = tmp_path / "reply.md"
    text.write_text("Every consumer of Heri bakery will hear from us.\n", encoding="utf-8")
    main(["check", str(text), "--incident", str(ROOT / "incidents" / "2026-05-09-cake"), "--language", "en"])
    out = capsys.readouterr().out
    assert 'Use "customer" instead of "consumer"' in out
    assert 'Use "Heri Bakery" instead of "Heri bakery"' in out


def test_messages_are_there_in_three_languages() -> None:
    assert "agree" in subjects()
    assert all("term" in templates("agree", language) for language in LANGUAGES)


@pytest.mark.parametrize("text", ["禾日烘培" * 50_000, "「" * 200_000, "a@" * 100_000, '"' * 200_000])
def test_two_hundred_thousand_characters_are_read_in_seconds(text: str) -> None:
    policy = read_policy("heri-bakery", find_workspace(ROOT))
    begun = process_time()
    for language in LANGUAGES:
        wrong_terms(text, language, policy)
    assert process_time() - begun < 10

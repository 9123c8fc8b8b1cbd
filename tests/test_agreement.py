"""The versions of a text agree: figures, days, promises, contact, blame and cause; what is in one language only is told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from playbook.checks.agreement import disagreements, edited_in_some
from playbook.checks.stance import stance_of
from playbook.checks.translations import lacking
from playbook.cli import main
from playbook.drafts import Draft, Sentence
from playbook.linter import check_text
from playbook.linter.findings import Finding
from playbook.messages import subjects, templates
from playbook.pack.case import open_case
from playbook.pack.sections.apology import not_written
from playbook.text import LANGUAGES, Language

ROOT = Path(__file__).resolve().parent.parent


def draft(language: Language, text: str, *sentences: Sentence, **more: Any) -> Draft:
    """Return a person's text; with sentences, one whose sentences are still known as the kit's."""
    values: dict[str, Any] = {
        "kind": "public-apology",
        "channel": "web",
        "audience": "public",
        "edited": True,
    } | more
    id_ = f"{language}/{values['kind']}.{values['channel']}"
    return Draft(id=id_, language=language, subject=None, sentences=sentences, written=text, **values)


def kit(language: Language, *sentences: Sentence, **more: Any) -> Draft:
    return replace(draft(language, "", *sentences, edited=False, **more), written=None)


def told(*drafts: Draft) -> dict[str, list[Finding]]:
    return {id_: list(found) for id_, found in disagreements(drafts).items() if found}


def levels(*drafts: Draft) -> list[tuple[str, str, str]]:
    return sorted((f.level, f.rule, f.match) for found in told(*drafts).values() for f in found)


EN = (
    "We sent the wrong cakes on 9 May and we are sorry. We will answer by 18:00 on 12 May. Call 04-0000-2101."
)
HANT = "5月9日我們送錯了蛋糕，對不起。我們最晚5月12日 18:00 答覆。請打 04-0000-2101。"
HANS = "5月9日我们送错了蛋糕，对不起。我们会在5月12日 18:00 前答复。请打 04-0000-2101。"


def test_versions_that_say_the_same_agree() -> None:
    assert told(draft("en", EN), draft("zh-Hant", HANT), draft("zh-Hans", HANS)) == {}


CONTRADICTIONS = {
    "another sum": ("We pay NT$1,280 to each of you.", "我們退給每位 1,820 元。", "NT$1,280", "1,820 元"),
    "another count": ("It hit 412 orders.", "共有 421 筆訂單受影響。", "412", "421"),
    "another day for the next word": (EN, HANT.replace("5月12日", "5月13日"), "12 May", "5月13日"),
    "another time for the next word": (EN, HANT.replace("18:00", "20:00"), "18:00", "20:00"),
    "another line": (EN, HANT.replace("2101", "2107"), "04-0000-2101", "04-0000-2107"),
    "another weekday": ("On Saturday 9 May we closed.", "5月9日（週五）我們停業。", "Saturday 9 May", "5月9日（週五）"),
    "another share": ("It hit 12% of orders.", "受影響的訂單佔 21%。", "12%", "21%"),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other", "match", "instead"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_figure_in_place_of_another_is_an_error_in_both(
    one: str, other: str, match: str, instead: str
) -> None:
    found = told(draft("en", one), draft("zh-Hant", other))
    english = [f for f in found["en/public-apology.web"] if f.level == "error"]
    chinese = [f for f in found["zh-Hant/public-apology.web"] if f.level == "error"]
    assert [f.match.strip() for f in english] == [match]
    assert [f.match.strip() for f in chinese] == [instead]
    assert instead in english[0].message
    assert "zh-Hant/public-apology.web" in english[0].message
    start = one.index(match)
    assert (english[0].line, english[0].start) == (1, start)


def test_saying_less_is_a_suggestion_told_once_with_every_version_that_does() -> None:
    less = (draft("zh-Hant", "我們送錯了蛋糕，對不起。"), draft("zh-Hans", "我们送错了蛋糕，对不起。"))
    found = told(draft("en", "We sent the wrong cakes to 412 people, and we are sorry."), *less)
    assert list(found) == ["en/public-apology.web"]
    (finding,) = found["en/public-apology.web"]
    assert (finding.level, finding.match) == ("suggestion", "412")
    assert "zh-Hant/public-apology.web, zh-Hans/public-apology.web" in finding.message


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("We cared for 12 of you from 5 to 12 October.", "10月5日到12日，我們照顧了十二位。"),
        ("We cared for twenty-five of you.", "我們照顧了 25 位。"),
        ("Call us at six: 18:00.", "請在下午6點打來。"),
        ("Call +31 20 000 2604.", "請打 020-000-2604。"),
        ("We pay TWD 1,280.", "我們退 1,280 元。"),
    ],
    ids=[
        "a span of days",
        "a count in words",
        "a time by half days",
        "a line with its country",
        "a currency's name",
    ],
)
def test_the_same_in_another_form_agrees(one: str, other: str) -> None:
    assert [f for found in told(draft("en", one), draft("zh-Hant", other)).values() for f in found] == []


def test_internal_texts_and_other_channels_are_not_laid_side_by_side() -> None:
    one, other = "We pay NT$1,280.", "我們退 1,820 元。"
    assert told(draft("en", one, audience="internal"), draft("zh-Hant", other, audience="internal")) == {}
    assert told(draft("en", one, channel="sms"), draft("zh-Hant", other)) == {}


# -- by provenance -------------------------------------------------------------------------


def promise(language: Language, text: str, *ids: str, part: str = "prevention") -> Sentence:
    return Sentence(text, part, f"measures.{language}", commitments=ids)


def test_the_same_promise_with_another_date_is_an_error_where_it_stands() -> None:
    first = Sentence("We were closed on 1 May.", "harm", "what.1")
    one = kit("en", first, promise("en", "A second courier is signed by 15 June.", "courier"))
    other = kit(
        "zh-Hant",
        Sentence("5月1日停業。", "harm", "what.1"),
        promise("zh-Hant", "第二家物流最晚6月25日簽約。", "courier"),
    )
    found = told(one, other)
    assert [(f.level, f.match.strip()) for f in found["en/public-apology.web"]] == [("error", "15 June")]
    finding = found["en/public-apology.web"][0]
    assert one.text[finding.start : finding.end].strip() == "15 June"


def test_an_offer_with_another_sum_is_an_error_though_both_sums_stand_on_record() -> None:
    def offer(language: Language, text: str) -> Sentence:
        return Sentence(text, "remedy", "option", offers=("A",))

    one, other = (
        kit("en", offer("en", "A: NT$640 back.")),
        kit("zh-Hant", offer("zh-Hant", "A：退 1,280 元。")),
    )
    assert [level for level, *_ in levels(one, other)] == ["error", "error"]


def test_a_promise_that_only_one_version_makes_is_told_with_its_id_and_its_figures_once() -> None:
    both = "We tell you more by 18:00 on 12 May."
    one = kit(
        "en", promise("en", both, "next_update"), promise("en", "A voucher of NT$200 from 1 June.", "voucher")
    )
    other = kit("zh-Hant", promise("zh-Hant", "最晚5月12日 18:00 再說明。", "next_update"))
    (finding,) = told(one, other)["en/public-apology.web"]
    assert (finding.level, finding.rule) == ("suggestion", "inconsistent-facts")
    assert "voucher" in finding.message
    assert finding.match == "A voucher of NT$200 from 1 June."


def test_what_is_not_translated_yet_does_not_say_less_but_may_contradict() -> None:
    one = draft("en", "We sent the wrong cakes to 412 people.")
    assert told(one, draft("zh-Hant", "我們很抱歉。", untranslated=("what_happened",))) == {}
    found = levels(one, draft("zh-Hant", "共 421 筆訂單受影響。", untranslated=("event_name",)))
    assert [level for level, *_ in found] == ["error", "error"]


# -- who did it ----------------------------------------------------------------------------

OURS = {
    "en": "We sent 37 families the wrong cake. We are sorry. This was our mistake.",
    "zh-Hant": "我們送錯了 37 個家庭的蛋糕，對不起，這是我們的錯。",
    "zh-Hans": "我们送错了 37 个家庭的蛋糕，对不起，这是我们的错。",
}
OTHERS = {
    "en": "Our courier caused the delay of 37 cakes. We apologise to the families.",
    "zh-Hant": "物流業者疏失造成 37 個蛋糕延誤，我們向各位致歉。",
    "zh-Hans": "物流公司失误造成 37 个蛋糕延误，我们向各位致歉。",
}
NOBODY = {
    "en": "Mistakes were made with 37 cakes. We apologise to the families.",
    "zh-Hant": "37 個蛋糕發生了一些錯誤，我們向各位致歉。",
    "zh-Hans": "37 个蛋糕发生了一些错误，我们向各位致歉。",
}
FEELINGS = {
    "en": "We are sorry for how the 37 families feel.",
    "zh-Hant": "讓 37 個家庭難過，我們很抱歉。",
    "zh-Hans": "让 37 个家庭难过，我们很抱歉。",
}
PAIRS = [(a, b) for a in LANGUAGES for b in LANGUAGES if a != b]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_we_in_one_language_and_somebody_else_in_another_is_an_error(one: Language, other: Language) -> None:
    found = told(draft(one, OURS[one]), draft(other, OTHERS[other]))
    blame = [f for fs in found.values() for f in fs if f.rule == "inconsistent-blame"]
    assert [f.level for f in blame] == ["error", "error"]
    assert all(f.match for f in blame)


@pytest.mark.parametrize(("one", "other"), PAIRS)
@pytest.mark.parametrize("less", [NOBODY, FEELINGS], ids=["a passive", "feelings only"])
def test_a_fault_owned_in_one_language_only_is_a_warning_in_both(
    one: Language, other: Language, less: dict[Language, str]
) -> None:
    found = told(draft(one, OURS[one]), draft(other, less[other]))
    assert {f.level for fs in found.values() for f in fs if f.rule == "inconsistent-blame"} == {"warning"}
    assert len(found) == 2


@pytest.mark.parametrize(
    "texts", [OURS, OTHERS, NOBODY, FEELINGS], ids=["ours", "others", "nobody", "feelings"]
)
def test_the_same_stance_in_three_languages_agrees(texts: dict[Language, str]) -> None:
    assert levels(*(draft(language, text) for language, text in texts.items())) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_did_it_is_read_out_of_the_text(language: Language) -> None:
    def agent(text: str) -> str:
        return stance_of(text, language, check_text(text, language=language, kind="public-apology")).agent

    assert [agent(texts[language]) for texts in (OURS, OTHERS, NOBODY)] == ["ours", "other", "nobody"]


def test_an_edited_version_is_held_against_the_kit_s_own_in_another_language() -> None:
    own = kit(
        "en",
        Sentence("We sent the wrong cakes.", "responsibility harm", "what.1"),
        Sentence("This was our mistake, and we are sorry.", "regret responsibility", "apology.1"),
    )
    assert [
        rule for _, rule, _ in levels(own, draft("zh-Hant", OTHERS["zh-Hant"].replace("37 個", "這些")))
    ] == [
        "inconsistent-blame",
        "inconsistent-blame",
    ]


# -- in one language only ------------------------------------------------------------------


def test_a_text_edited_in_one_language_is_told_with_those_that_were_not() -> None:
    edited, own = draft("en", EN), kit("zh-Hant", Sentence("對不起。", "regret", "apology.1"))
    found = edited_in_some([edited, own])
    assert list(found) == ["en/public-apology.web"]
    (finding,) = found["en/public-apology.web"]
    assert (finding.rule, finding.level) == ("edited-in-one-language", "suggestion")
    assert "zh-Hant/public-apology.web" in finding.message
    assert edited_in_some([edited, draft("zh-Hant", HANT)]) == {}


def test_a_person_s_text_that_another_language_does_not_have_at_all_is_told() -> None:
    other = draft("zh-Hant", HANT, channel="line")
    found = edited_in_some([draft("en", EN), draft("zh-Hant", HANT), other])
    assert list(found) == ["zh-Hant/public-apology.line"]
    assert "en" in found["zh-Hant/public-apology.line"][0].message


def test_a_field_that_some_languages_lack_is_told_once_with_its_texts() -> None:
    drafts = [
        kit("en", channel="web", untranslated=("event_name", "facts.f1.text")),
        kit("en", channel="x", untranslated=("event_name",)),
        kit("zh-Hans", channel="web", untranslated=("event_name",)),
        kit("zh-Hant", channel="web"),
        kit("en", kind="internal-brief", audience="internal", untranslated=("team",)),
    ]
    found = {lacks.field: lacks for lacks in lacking(drafts)}
    assert list(found) == ["event_name", "facts.f1.text"]
    assert found["event_name"].languages == ("en", "zh-Hans")
    assert found["event_name"].drafts == (
        "en/public-apology.web",
        "en/public-apology.x",
        "zh-Hans/public-apology.web",
    )
    assert found["facts.f1.text"].languages == ("en",)


def test_an_edited_text_is_not_said_to_lack_what_its_writer_may_have_written() -> None:
    own = kit("en", untranslated=("event_name",))
    (lacks,) = lacking([draft("en", EN), kit("zh-Hant")], [own])
    assert (lacks.field, lacks.languages, lacks.drafts) == ("event_name", ("en",), ())


RECORD = """client: heri-bakery
language: zh-Hant
what_happened: {zh-Hant: 今天早上起，線上訂蛋糕付款兩次, zh-Hans: 今天早上起，网上订蛋糕付款两次}
timestamps: {detected_at: 2026-05-09T09:00+08:00}
signal: {channel: facebook}
contact: {line: 04-0000-2101}
"""


@pytest.fixture
def one_sided(tmp_path: Path) -> Path:
    incident = tmp_path / "incidents" / "one-sided"
    incident.mkdir(parents=True)
    (incident / "incident.yaml").write_text(RECORD, encoding="utf-8")
    (tmp_path / "playbook.toml").write_text("", encoding="utf-8")
    client = tmp_path / "policies" / "clients"
    client.mkdir(parents=True)
    (client / "heri-bakery").symlink_to(
        ROOT / "policies" / "clients" / "heri-bakery", target_is_directory=True
    )
    for layer in ("base", "sectors", "statutes"):
        (tmp_path / "policies" / layer).symlink_to(ROOT / "policies" / layer, target_is_directory=True)
    return incident


def test_validate_tells_what_is_missing_in_a_language(
    one_sided: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", str(one_sided)]) == 0
    told_at_once = capsys.readouterr().err
    assert "what_happened: found a text in zh-Hant, zh-Hans only; expected one in en, too" in told_at_once
    assert "first-reply" in told_at_once


def test_the_pack_has_a_table_of_fields_by_language(one_sided: Path) -> None:
    case = open_case(one_sided, languages=LANGUAGES)
    assert [(lacks.field, lacks.languages) for lacks in case.lacking] == [("what_happened", ("en",))]
    shown = str(not_written(case))
    assert "what_happened" in shown
    assert "en/first-reply.facebook" in shown


# -- the examples --------------------------------------------------------------------------


def test_the_example_incidents_contradict_themselves_nowhere() -> None:
    folders = sorted(path.parent for path in (ROOT / "incidents").glob("*/incident.yaml"))
    wrong = []
    for folder in folders:
        case = open_case(folder, languages=LANGUAGES)
        for id_, found in disagreements(case.drafts).items():
            wrong += [
                (folder.name, id_, f.level, f.match, f.message) for f in found if f.level != "suggestion"
            ]
    assert wrong == []


def test_every_message_of_agreement_has_the_same_slots_in_three_languages() -> None:
    assert "agree" in subjects()
    by_language = {code: {k: set(t.slots) for k, t in templates("agree", code).items()} for code in LANGUAGES}
    assert by_language["en"] == by_language["zh-Hant"] == by_language["zh-Hans"]


@pytest.mark.parametrize("name", ["{}/statement.md", "statement.{}.md", "drafts/{}/public-apology.web.md"])
def test_check_holds_several_pasted_texts_against_each_other(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    texts = {"en": f"\n{OURS['en']}\n", "zh-Hant": f"{OTHERS['zh-Hant']}\n"}
    paths = []
    for language, text in texts.items():
        path = Path(name.format(language))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        paths.append(str(path))
    main(["check", *paths, "--kind", "public-apology", "--format", "json"])
    documents = json.loads(capsys.readouterr().out)["documents"]
    blame = [[f for f in d["findings"] if f["rule"] == "inconsistent-blame"] for d in documents]
    assert [[f["level"] for f in found] for found in blame] == [["error"], ["error"]]
    assert blame[0][0]["line"] == 2
    assert paths[1] in blame[0][0]["message"]
    main(["check", paths[0], "--kind", "public-apology", "--format", "json"])
    alone = json.loads(capsys.readouterr().out)["documents"][0]["findings"]
    assert not [f for f in alone if f["rule"] == "inconsistent-blame"]


def test_texts_of_different_names_are_not_versions_of_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for language, text, name in (("en", OURS["en"], "a"), ("zh-Hant", OTHERS["zh-Hant"], "b")):
        (tmp_path / language).mkdir()
        (tmp_path / language / f"{name}.md").write_text(text, encoding="utf-8")
    main(["check", str(tmp_path / "en" / "a.md"), str(tmp_path / "zh-Hant" / "b.md"), "--format", "json"])
    assert "inconsistent-blame" not in json.dumps(
        [[f["rule"] for f in d["findings"]] for d in json.loads(capsys.readouterr().out)["documents"]]
    )


@pytest.mark.parametrize("rule", ["glossary", "inconsistent-blame", "edited-in-one-language", "mixed-script"])
def test_every_rule_of_agreement_can_be_explained(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--explain", rule]) == 0
    assert len(capsys.readouterr().out) > 60

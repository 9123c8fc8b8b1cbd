"""A priced case can be told to the customer: the sum, the reason, what nearly was; short, and in one language."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.cli import main
from playbook.errors import InputError
from playbook.messages import fill
from playbook.money import Money
from playbook.offers import price_case, tables_of
from playbook.offers.nearly import Nearby, Step, better
from playbook.offers.spoken import MOST_CHARACTERS, MOST_SENTENCES, in_languages, spoken
from playbook.offers.worded import asked_of, condition_of, counted, label_of, unshown
from playbook.policy import read_policy
from playbook.policy.model import Policy
from playbook.tables import Decision, decide
from playbook.tables.cells import Input, money_input, parse_cell
from playbook.text import LANGUAGES, Language, format_money
from playbook.workspace import find_workspace

ROOT = Path(__file__).resolve().parent.parent
WORKSPACE = find_workspace(ROOT)
EXAMPLES = ("island-air", "heri-bakery", "anqi-lock", "larkmere-water", "chenglan-school")
LATE = {"distance_km": 9450, "intra_eu": "false", "overnight": "false", "event_date": "2026-03-01"}
CASES: dict[str, tuple[str, dict[str, Any], str]] = {  # client, case, a sum that must be told (empty: none)
    "a flight more than four hours late": ("island-air", {**LATE, "arrival_delay_min": 260, "extraordinary": "false"}, "600"),
    "two passengers more than four hours late": ("island-air", {**LATE, "arrival_delay_min": 260, "extraordinary": "false", "passengers": 2}, "1200"),
    "a flight between three and four hours late": ("island-air", {**LATE, "arrival_delay_min": 200, "extraordinary": "false"}, "300"),
    "a storm": ("island-air", {**LATE, "arrival_delay_min": 400, "extraordinary": "true"}, "40"),
    "a flight not late enough for the law": ("island-air", {**LATE, "arrival_delay_min": 150, "extraordinary": "false"}, "40"),
    "a flight hardly late": ("island-air", {**LATE, "arrival_delay_min": 40, "extraordinary": "false"}, ""),
    "a flight of which too little is known": ("island-air", {"arrival_delay_min": 400, "extraordinary": "false"}, ""),
    "a damaged cake": ("heri-bakery", {"price": "1280", "delay_min": 365, "damaged": "true"}, "1480"),
    "a late cake": ("heri-bakery", {"price": "1280", "delay_min": 90, "damaged": "false"}, "200"),
    "a cake in time": ("heri-bakery", {"price": "1280", "delay_min": 45, "damaged": "false"}, ""),
    "a cake of unknown state": ("heri-bakery", {"price": "1280", "delay_min": 90}, ""),
    "locked out": ("anqi-lock", {"locked_out_min": 90, "loss_total": "300", "lock_price": "1599"}, "600"),
    "not locked out for long": ("anqi-lock", {"locked_out_min": 50, "loss_total": "300", "lock_price": "1599"}, ""),
    "charged twice": ("larkmere-water", {"charges": 2, "second_charge": "61.20", "bank_fee": "25"}, "106.20"),
    "charged once": ("larkmere-water", {"charges": 1}, ""),
    "a password seen": ("chenglan-school", {"login_exposed": "true", "days_open": 4}, "300"),
}  # fmt: skip


def told(client: str, case: dict[str, Any], language: Language) -> tuple[str, ...]:
    policy = read_policy(client, WORKSPACE)
    return spoken(price_case(policy, case), policy, language)


def short_enough(sentences: tuple[str, ...], language: Language) -> None:
    assert 1 <= len(sentences) <= MOST_SENTENCES
    assert all(0 < len(one) <= MOST_CHARACTERS[language] for one in sentences)
    assert MOST_CHARACTERS[language] < (200 if language == "en" else 90)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CASES)
def test_a_case_is_told_with_its_sum_in_few_words_of_one_language(name: str, language: Language) -> None:
    client, case, amount = CASES[name]
    policy = read_policy(client, WORKSPACE)
    sentences = told(client, case, language)
    short_enough(sentences, language)
    words = " ".join(sentences)
    if amount:
        assert format_money(Money.parse(amount, policy.currency), language) in words
    assert "_" not in words
    assert "null" not in words
    ids = [row.id for table in tables_of(policy).values() for row in table.rows] + ["client 2026"]
    assert not [name for name in ids if name in words]
    if language == "en":
        assert not re.search("[\u3400-\u9fff]", words)
    else:  # of Latin letters, only the names of laws and of money
        law = r"Regulation \(EC\) No \d+/\d+(, Art [^）]*)?|CJEU [^）;；]*"
        assert not re.search("[A-Za-z]", re.sub(law, "", words))


def test_the_two_chinese_texts_are_each_written_in_their_own_characters() -> None:
    client, case, _ = CASES["a flight not late enough for the law"]
    assert any("抵達時的延誤" in one for one in told(client, case, "zh-Hant"))
    assert any("到达时的延误" in one for one in told(client, case, "zh-Hans"))


def test_what_nearly_was_is_told_with_the_bound_that_was_missed_and_what_it_would_have_given() -> None:
    client, case, _ = CASES["a flight not late enough for the law"]
    near = [one for one in told(client, case, "en") if one.startswith("If ")]
    assert len(near) == 1
    assert "been at least 3 hours, €600" not in near[0]  # that is four hours at this distance
    assert "been at least 3 hours, €300" in near[0]


def test_a_customer_is_not_told_that_less_harm_would_have_given_something_else() -> None:
    client, case, _ = CASES["a flight more than four hours late"]
    assert not [one for one in told(client, case, "en") if "less than" in one]


def test_what_is_missing_is_asked_for_by_its_name() -> None:
    client, case, _ = CASES["a flight of which too little is known"]
    assert "distance" in " ".join(told(client, case, "en"))
    assert "航程" in " ".join(told(client, case, "zh-Hant"))


def test_why_the_law_gives_nothing_is_told_where_the_company_gives_something() -> None:
    client, case, _ = CASES["a storm"]
    assert any("Nothing is due under" in one and "extraordinary" in one for one in told(client, case, "en"))


def test_the_command_line_tells_the_words_beside_the_explanation(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    arguments = ["price", "--client", "heri-bakery", "--case", "delay_min=90", "--case", "damaged=false"]
    assert main([*arguments, "--explain"]) == 0
    explained = json.loads(capsys.readouterr().out)["explanation"]
    assert set(explained["words"]) == set(LANGUAGES)
    assert explained["words"]["en"][0].startswith("Because it came an hour late or more")
    assert explained["remedy"]["fired"][0]["row"] == "heri.late.voucher"  # what was there stays
    assert main(arguments) == 0
    assert "words" not in json.loads(capsys.readouterr().out)["explanation"]


# -- tables of our own ---------------------------------------------------------------------

HEADER = """table: {name}
title: {{en: Late parcels, zh-Hant: 包裹延誤, zh-Hans: 包裹延误}}
line: {line}
basis: {basis}
hit_policy: {hit}
currency: EUR
{more}inputs:
  days_late:
    type: int
    unit: days
    domain: "[0..365)"
    required: true
    harm: up
    labels: {{en: {{name: days late}}, zh-Hant: {{name: 晚到的天數}}, zh-Hans: {{name: 晚到的天数}}}}
"""
COLUMNS = "id,days_late,outcome,kind,amount,at_least,at_most,decider,alternative,source,label_en,label_zh_hant,why_en\n"


@pytest.fixture
def parcels(tmp_path: Path) -> Any:
    """Make a client with one table out of rows, and return its policy."""

    def made(
        rows: str, *, line: str = "inconvenience", basis: str = "goodwill", hit: str = "UNIQUE", more: str = "", **files: str
    ) -> Policy:  # fmt: skip
        (tmp_path / "playbook.toml").write_text("", encoding="utf-8")
        folder = tmp_path / "policies" / "clients" / "parcels"
        folder.mkdir(parents=True, exist_ok=True)
        settings = "extends: [base]\nlanguages: [en, zh-Hant, zh-Hans]\ncurrency: EUR\n"
        files = {
            "policy.yaml": settings,
            "parcel.table.yaml": HEADER.format(name="parcel", line=line, basis=basis, hit=hit, more=more),
            "parcel.csv": COLUMNS + rows,
            **files,
        }
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        return read_policy("parcels", find_workspace(tmp_path))

    return made


def test_of_alternatives_the_customer_is_told_that_one_may_be_chosen(parcels: Any) -> None:
    rows = (
        "p.none,<2,none,,,,,,,ours,,,it came in time\n"
        "p.cash,>=2,pay,cash,5.00,,,,a,ours,money,錢,it came two days late or more\n"
        "p.voucher,>=2,pay,voucher,8.00,,,,a,ours,a voucher,抵用券,\n"
    )
    policy = parcels(rows, hit="COLLECT")
    (first, *_) = spoken(price_case(policy, {"days_late": 3}), policy, "en")
    assert first == (
        "We offer you €5 (money) or €8 (a voucher), because it came two days late or more (days late: 3 days)."
    )
    (first, *_) = spoken(price_case(policy, {"days_late": 3}), policy, "zh-Hant")
    assert first == "我們提供 5 歐元（錢）或 8 歐元（抵用券），因為情況是：晚到的天數：3 天。"


def test_a_language_without_a_label_names_less_and_never_speaks_another_language(parcels: Any) -> None:
    policy = parcels("p.cash,-,pay,cash,5.00,,,,,ours,money for you,,because of us\n")
    sentences = spoken(price_case(policy, {"days_late": 3}), policy, "zh-Hans")
    assert sentences[0] == "我们提供 5 欧元（包裹延误）。"  # what the table is for, as the row has no label


def test_a_decision_left_to_a_person_names_who_decides_and_the_bounds(parcels: Any) -> None:
    policy = parcels("p.some,-,discretion,cash,,10.00,50.00,manager,,ours,money,錢,\n")
    priced = price_case(policy, {"days_late": 3})
    assert "How much is given (money) is for the manager to decide, between €10 and €50." in spoken(
        priced, policy, "en"
    )
    assert any("由主管決定，在 10 歐元到 50 歐元之間" in one for one in spoken(priced, policy, "zh-Hant"))


def test_a_floor_that_was_kept_is_told(parcels: Any, tmp_path: Path) -> None:
    law = "p.law,-,pay,cash,50.00,,,,,A law,what the law gives,依法的錢,\n"
    patch = (
        "op,id,column,was,value,reason,source,approved_by,from\nset,p.law,amount,50.00,20.00,less,x,CCO,\n"
    )
    policy = parcels(law, line="statutory", basis="statutory", **{"parcel.patch.csv": patch})
    priced = price_case(policy, {"days_late": 3})
    assert priced.clamped == ("parcel",)
    sentences = spoken(priced, policy, "en")
    assert any("€50" in one for one in sentences)
    assert any(one.startswith("The law gives more than our own rules") for one in sentences)


def test_several_events_are_told_as_one_sum(parcels: Any) -> None:
    rows = "p.none,<2,none,,,,,,,ours,,,\np.cash,>=2,pay,cash,5.00,,,,,ours,money,錢,it was late\n"
    policy = parcels(rows, more="events: {list: parcels}\n")
    priced = price_case(policy, {"parcels": [{"days_late": 3}, {"days_late": 9}]})
    assert "€10 for 2 events (money)" in spoken(priced, policy, "en")[0]


def test_hostile_labels_are_spoken_as_they_stand(parcels: Any) -> None:
    policy = parcels("p.cash,-,pay,cash,5.00,,,,,ours,{what} {0.__class__} %s,{why},{why}\n")
    sentences = spoken(price_case(policy, {"days_late": 3}), policy, "en")
    assert "{what} {0.__class__} %s" in sentences[0]


FLIGHTS = st.fixed_dictionaries(
    {
        "arrival_delay_min": st.integers(-60, 3000),
        "distance_km": st.integers(1, 20000),
        "extraordinary": st.sampled_from(["true", "false"]),
        "intra_eu": st.sampled_from(["true", "false"]),
        "overnight": st.sampled_from(["true", "false"]),
        "passengers": st.integers(1, 9),
    }
)


@settings(max_examples=60, deadline=None)
@given(FLIGHTS)
def test_whatever_the_case_the_words_keep_their_limits(flight: dict[str, Any]) -> None:
    policy = read_policy("island-air", WORKSPACE)
    priced = price_case(policy, {**flight, "event_date": "2026-05-09"})
    law = [line.amount for line in priced.lines if line.line == "statutory" and line.amount]
    for language, sentences in in_languages(priced, policy).items():
        short_enough(tuple(sentences), language)
        for amount in law:  # what the law gives is never left out
            assert format_money(amount, language) in " ".join(sentences)


def by_deciding_every_step(steps: list[Step]) -> list[tuple[Step, Decision]]:
    """Return the same as `Nearby.found`, without a look at the grid and without leaving anything out beforehand."""
    once: dict[tuple[str, tuple[str, ...]], tuple[Step, Decision]] = {}
    for step in steps:
        given = {name: value for name, value in step.before.case.items() if value != "null"}
        try:
            instead = decide(step.before.table, {**given, step.column.name: step.column.shown(step.value)})
        except InputError:
            continue
        if better(instead, step.before):
            once.setdefault((step.column.name, tuple(row.id for row in instead.fired)), (step, instead))
    return list(once.values())


def is_what_deciding_every_step_comes_to(decision: Decision) -> int:
    """Compare what is found beside a decision with deciding every step; return how much that is."""
    nearby = Nearby()
    steps = nearby.steps([decision])
    assert [step.order for step in steps] == sorted(step.order for step in steps)
    found = [(one.step, one.instead) for one in nearby.found(steps)]
    expected = by_deciding_every_step(steps)
    assert [step for step, _ in found] == [step for step, _ in expected]
    for (_, got), (_, wanted) in zip(found, expected, strict=True):
        assert (got.outcome, got.fired, got.paid) == (wanted.outcome, wanted.fired, wanted.paid)
    assert nearby.any(decision) == bool(expected)
    return len(found)


@settings(max_examples=60, deadline=None)
@given(FLIGHTS, st.sets(st.sampled_from(sorted(LATE))))
def test_what_nearly_was_is_what_deciding_again_comes_to(flight: dict[str, Any], unknown: set[str]) -> None:
    policy = read_policy("island-air", WORKSPACE)
    case = {
        name: value for name, value in {**flight, "event_date": "2026-05-09"}.items() if name not in unknown
    }
    for decision in price_case(policy, case).decisions:
        is_what_deciding_every_step_comes_to(decision)


NEAR_ROWS = {  # hit policy, rows, days late, how many conditions more would have given more
    "a row that pays beside one that does not": ("COLLECT", "p.a,>=2,none,,,,ours\np.b,>=2,pay,cash,5.00,,ours\n", 1, 1),
    "the same row, which pays more by the day": ("FIRST", "p.a,-,pay,cash,1.00,days_late,ours\np.b,>=5,pay,cash,9.00,,ours\n", 3, 1),
    "the same row, which pays the same": ("FIRST", "p.a,-,pay,cash,1.00,,ours\np.b,>=5,pay,cash,9.00,,ours\n", 3, 0),
    "only rows that pay nothing": ("COLLECT", "p.a,>=2,none,,,,ours\np.b,>=3,none,,,,ours\n", 1, 0),
    "a row that asks a person to look": ("UNIQUE", "p.a,<2,none,,,,ours\np.b,>=2,more_information,,,,ours\n", 1, 0),
    "less than before": ("FIRST", "p.a,>=5,pay,cash,1.00,,ours\np.b,-,pay,cash,9.00,,ours\n", 3, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", NEAR_ROWS)
def test_what_nearly_was_in_a_small_table_is_found_or_left_out(parcels: Any, name: str) -> None:
    hit, rows, days, count = NEAR_ROWS[name]
    header = "id,days_late,outcome,kind,amount,per,source\n"
    policy = parcels("", hit=hit, **{"parcel.csv": header + rows})
    (decision,) = price_case(policy, {"days_late": days}).decisions
    assert is_what_deciding_every_step_comes_to(decision) == count


def test_a_slot_is_filled_with_plain_text_whatever_it_looks_like() -> None:
    template = "{a} is 100% of {b}, {{not}} %s"
    assert fill(template, {"a": "{b}", "b": "%(a)s 5%"}) == "{b} is 100% of %(a)s 5%, {not} %s"
    with pytest.raises(KeyError):
        fill(template, {"a": "x"})
    with pytest.raises(KeyError, match="plain name"):
        fill("{a.__class__}", {"a": "x"})


# -- conditions and quantities -------------------------------------------------------------

DELAY = Input("delay", "int", "min", low=-1440, high=20160)
CONDITIONS = {
    "at least": (DELAY, ">=180", "at least 3 hours", "3 小時以上"),
    "more than": (DELAY, ">60", "more than 1 hour", "超過 1 小時"),
    "at most": (DELAY, "<=60", "at most 1 hour", "不超過 1 小時"),
    "less than": (DELAY, "<45", "less than 45 minutes", "不到 45 分鐘"),
    "from and up to, not including": (DELAY, "[180..240)", "at least 3 hours but less than 4 hours", "3 小時以上、不到 4 小時"),
    "from and up to, including": (Input("km", "int", "km", high=20038), "[1501..3500]", "at least 1,501 km but at most 3,500 km", "1,501 公里以上、不超過 3,500 公里"),
    "exactly": (DELAY, "90", "1 hour 30 minutes", "1 小時 30 分鐘"),
    "money": (money_input("paid", "EUR", low=0), ">0.00", "more than €0", "超過 0 歐元"),
    "a day": (Input("day", "date"), ">=2026-04-01", "1 April 2026 or later", "2026年4月1日起"),
    "a truth": (Input("ours", "bool", values=("false", "true")), "true", "yes", "是"),
    "or not told": (DELAY, "<=60|null", "at most 1 hour or not recorded", "不超過 1 小時或未填"),
}  # fmt: skip


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_condition_is_worded_with_the_bound_that_the_cell_names(name: str) -> None:
    column, cell, english, chinese = CONDITIONS[name]
    test = parse_cell(cell, column)
    assert condition_of(column, test, cell, "EUR", "en") == english
    assert condition_of(column, test, cell, "EUR", "zh-Hant") == chinese


def test_a_value_without_words_in_the_language_is_none_or_its_id_for_those_who_keep_the_table() -> None:
    cause = Input("cause", "enum", values=("crew", "strike"), labels={"en": {"crew": "the crew"}})
    test = parse_cell("crew", cause)
    assert condition_of(cause, test, "crew", "EUR", "en") == "the crew"
    assert condition_of(cause, test, "crew", "EUR", "zh-Hant") is None
    assert condition_of(cause, test, "crew", "EUR", "zh-Hant", or_id=True) == "crew"


@given(st.integers(0, 10_000))
def test_minutes_in_words_are_those_that_were_counted(minutes: int) -> None:
    words = counted(minutes, "min", "en")
    found = {unit: int(n.replace(",", "")) for n, unit in re.findall(r"([\d,]+) (hour|minute)", words)}
    assert 60 * found.get("hour", 0) + found.get("minute", 0) == minutes


@pytest.mark.parametrize("client", EXAMPLES)
def test_every_condition_of_a_shipped_example_has_words_in_every_language(client: str) -> None:
    policy = read_policy(client, WORKSPACE)
    silent = [
        (table.name, row.id, column.name, language)
        for table in tables_of(policy).values()
        for row in table.rows
        for column, test, cell in asked_of(table, row)
        for language in LANGUAGES
        if label_of(column, "name", language) is None
        or condition_of(column, test, cell, table.currency, language) is None
    ]
    assert silent == []


SHOWN = {
    "whole numbers": (Input("n", "int"), st.integers(-(10**12), 10**12)),
    "decimals": (Input("n", "decimal", decimals=3), st.integers(-(10**12), 10**12)),
    "euro": (money_input("n", "EUR"), st.integers(-(10**12), 10**12)),
    "yen": (money_input("n", "JPY"), st.integers(-(10**12), 10**12)),
    "days": (Input("n", "date"), st.integers(1, 3_000_000)),
    "truths": (Input("n", "bool", values=("false", "true")), st.integers(0, 1)),
    "words": (Input("n", "enum", values=("a", "b.c", "1.5")), st.integers(0, 2)),
}


@pytest.mark.parametrize("kind", SHOWN)
@given(data=st.data())
def test_a_value_that_was_shown_is_read_again_as_it_was(kind: str, data: st.DataObject) -> None:
    column, values = SHOWN[kind]
    value = data.draw(values)
    assert unshown(column, column.shown(value)) == value == column.scaled(column.shown(value))
    assert unshown(column, "null") is None


@given(st.integers(-(10**15), 10**15), st.sampled_from(["EUR", "TWD", "CNY", "JPY", "KWD", "SEK"]))
def test_a_sum_in_words_has_its_decimals_only_where_there_are_any(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    number = next(iter(re.findall(r"-?[\d,]+(?:\.\d+)?", format_money(money, "en"))))
    exact = str(money)
    assert number.replace(",", "") == (exact.partition(".")[0] if money.decimal % 1 == 0 else exact)

"""Worked examples of a layer are read with positions, put to tables and clocks, and whatever comes out otherwise is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from playbook.checks.policies import check_policy
from playbook.cli import main
from playbook.errors import InputError, PolicyError
from playbook.offers.boundaries import as_yaml, boundary_cases
from playbook.offers.golden import golden_cases, run_case
from playbook.policy import read_policy
from playbook.policy.model import Policy
from playbook.policy.read import clients
from playbook.sources import parse_yaml
from playbook.workspace import find_workspace

ROOT = Path(__file__).parents[1]
POLICIES = ROOT / "policies"
WORKSPACE = find_workspace(ROOT)
LAYERS = sorted(
    path.parent.relative_to(POLICIES).as_posix()
    for path in [*POLICIES.glob("*/*/cases.yaml"), *POLICIES.glob("base/cases.yaml")]
)

HEADER = """table: late.fee
line: inconvenience
basis: goodwill
hit_policy: COLLECT
currency: EUR
inputs:
  delay: {type: int, domain: "[0..600)", required: true, harm: up}
  tier: {type: enum, values: [none, gold], null: none}
  price: {type: money, raw: true}
payers: {sender: 1, receiver: 1}
"""
ROWS = """id,delay,tier,outcome,kind,amount,share,of,at_least,at_most,alternative,decider,source
late.none,<60,-,none,,,,,,,,,us
late.cash,[60..300),-,pay,cash,10.01,,,,,choice,,us
late.voucher,[60..300),-,pay,voucher,15.00,,,,,choice,,us
late.meal,[60..300),gold,pay,meal,,,,,,,,us
late.half,[300..500),-,pay,cash,,50%,price,5.00,,,,us
late.left,>=500,-,discretion,cash,,,,20.00,90.00,,board,us
late.bonus,[60..300),gold,pay,cash,2.00,,,,,,,us
"""
CLOCK = "id,label_en,starts_from,met_by,period,unit,level,calendar,from,to,ends_at\nreply.due,x,signal,first_reply,2,business_days,promise,GB-ENG,,,17:00\n"
Client = Callable[..., Policy]


@pytest.fixture
def client(tmp_path: Path) -> Client:
    """Return a maker of a client with a table, a clock and the cases given."""

    def made(cases: str = "", **files: str) -> Policy:
        folder = tmp_path / "policies" / "clients" / "acme"
        folder.mkdir(parents=True, exist_ok=True)
        (tmp_path / "playbook.toml").write_text("", encoding="utf-8")
        texts = {
            "policy.yaml": "extends: [base]\ncurrency: EUR\njurisdiction: IE\ntimezone: Europe/Dublin\nlanguages: [en]\n",
            "fee.table.yaml": HEADER,
            "fee.csv": ROWS,
            "clocks.csv": CLOCK,
            **({"cases.yaml": cases} if cases else {}),
            **files,
        }
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return read_policy("acme", find_workspace(tmp_path))

    return made


def results(policy: Policy) -> list[tuple[str, ...]]:
    return [run_case(policy, case).differs for case in golden_cases(policy.folders[-1])]


@pytest.mark.parametrize("layer", LAYERS)
def test_every_worked_example_of_the_project_comes_out_as_it_says(layer: str) -> None:
    policy = read_policy(layer.removeprefix("clients/"), WORKSPACE)
    cases = golden_cases(POLICIES / layer)
    assert cases
    wrong = [(r.case.id, r.differs, r.problems) for r in (run_case(policy, c) for c in cases) if not r.passed]
    assert wrong == []


# -- what may be expected ------------------------------------------------------------------

RIGHT = {
    "nothing": "given: {delay: 59}, expect: {outcome: not_eligible, total: null, kinds: {}, things: []}",
    "the best of two kinds": "given: {delay: 60}, expect: {outcome: priced, total: '15.00', kinds: {cash: 10.01, voucher: '15'}}",
    "a thing beside money": "given: {delay: 60, tier: gold}, expect: {total: 17, kinds: {cash: '12.01', voucher: '15.00'}, things: [meal]}",
    "a share with a least": "given: {delay: 300, price: '8.00'}, expect: {total: '5.00', kinds: {cash: '5.00'}}",
    "shared out to the cent": "given: {delay: 300, price: '20.02'}, expect: {total: '10.01', payers: {sender: '5.01', receiver: '5.00'}}",
    "what a decider may give": "given: {delay: 500}, expect: {outcome: discretion, at_least: '20.00', at_most: '90.00', decider: board}",
    "what is missing": "given: {price: 1}, expect: {outcome: not_enough_information, missing: [delay], total: null}",
    "an amount that is missing": "given: {delay: 300}, expect: {outcome: not_enough_information, missing: [price]}",
}
OTHERWISE = {
    "another outcome": ("given: {delay: 59}, expect: {outcome: priced}", "outcome: expected priced, got not_eligible (late.none)"),
    "another total": ("given: {delay: 60}, expect: {total: '15.01'}", "total: expected 15.01, got 15.00 (late.cash, late.voucher)"),
    "a total where there is none": ("given: {delay: 59}, expect: {total: '1.00'}", "total: expected 1.00, got null (late.none)"),
    "a kind too many": ("given: {delay: 60}, expect: {kinds: {voucher: '15.00'}}", "kinds: expected {voucher: 15.00}, got {cash: 10.01, voucher: 15.00}"),
    "a thing that is not given": ("given: {delay: 60}, expect: {things: [meal]}", "things: expected [meal], got []"),
    "another payer": ("given: {delay: 300, price: '20.02'}, expect: {payers: {sender: '10.01'}}", "payers: expected {sender: 10.01}, got {sender: 5.01, receiver: 5.00}"),
    "another most": ("given: {delay: 500}, expect: {at_most: '80.00'}", "at_most: expected 80.00, got 90.00 (late.left)"),
    "another decider": ("given: {delay: 500}, expect: {decider: ombudsman}", "decider: expected ombudsman, got board"),
    "nothing missing": ("given: {tier: gold}, expect: {missing: []}", "missing: expected [], got [delay]"),
}  # fmt: skip


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_what_comes_out_as_expected_is_no_finding(text: str, client: Client) -> None:
    assert results(client(f"- {{id: one, table: fee, {text}}}\n")) == [()]
    assert results(client(f"- {{id: one, table: late.fee, {text}}}\n")) == [()]
    assert results(client(f"- {{id: one, {text}}}\n")) == [()]


@pytest.mark.parametrize(("text", "told"), OTHERWISE.values(), ids=OTHERWISE)
def test_what_comes_out_otherwise_is_told_with_the_rows_that_fired(
    text: str, told: str, client: Client
) -> None:
    policy = client(f"\n- id: one\n  table: fee\n  {text.replace(', expect', chr(10) + '  expect')}\n")
    ((differs,),) = results(policy)
    assert told in differs
    found = [f for f in check_policy(policy, date(2026, 6, 1)) if f.check == "golden"]
    assert [(f.level, Path(f.path).name, f.line) for f in found] == [("error", "cases.yaml", 2)]
    assert found[0].message.startswith("one: ")


CLOCKS = {
    "a day": ("starts: 2026-04-02, due: 2026-04-08", ""),  # Good Friday, a weekend, Easter Monday
    "a time": ("starts: 2026-05-05T09:00+01:00, due: 2026-05-07T17:00+01:00", ""),
    "a time, by its day": ("starts: 2026-05-05T09:00+01:00, due: 2026-05-07", ""),
    "another day": (
        "starts: 2026-04-02, due: 2026-04-07",
        "due: expected 2026-04-07, got 2026-04-08 (reply.due)",
    ),
    "another time": (
        "starts: 2026-05-05T09:00+01:00, due: 2026-05-07T18:00+01:00",
        "got 2026-05-07T17:00+01:00",
    ),
}


@pytest.mark.parametrize(("times", "told"), CLOCKS.values(), ids=CLOCKS)
def test_a_clock_is_put_to_its_rule(times: str, told: str, client: Client) -> None:
    starts, due = times.split(", ")
    (differs,) = results(client(f"- {{id: one, clock: reply.due, given: {{{starts}}}, expect: {{{due}}}}}\n"))
    assert (told in differs[0]) if told else differs == ()


# -- what cannot be used -------------------------------------------------------------------

FORM = """- {id: one, table: fee, given: {delay: 1}, expect: {outcome: priced}, colour: blue}
- {id: two, table: fee, given: {}, expect: {outcome: maybe}}
- {id: three, table: fee, given: {delay: 1}, expect: {outcome: maybe, total: soon, kinds: cash, price: 1}}
- {id: three, table: fee, given: {delay: 1}, expect: {things: meal}}
- {id: four, table: fee, clock: reply.due, given: {delay: 1}, expect: {total: 1}}
- {id: five, clock: reply.due, given: {starts: noon, stops: x}, expect: {total: 1}}
- {table: fee, given: {delay: 1}, expect: {total: 1}, origin: hearsay}
- just a text
"""
USE = """- {id: one, table: fine, given: {delay: 1}, expect: {outcome: priced}}
- {id: two, table: fee, given: {delya: 1, tier: silver, delay: 600}, expect: {outcome: priced}}
- {id: three, given: {colour: blue, delay: soon}, expect: {outcome: priced}}
- {id: four, clock: reply.soon, given: {starts: 2026-04-02}, expect: {due: 2026-04-03}}
"""


def test_everything_wrong_with_the_form_is_told_at_once_with_its_place(client: Client) -> None:
    with pytest.raises(InputError) as caught:
        golden_cases(client(FORM).folders[-1])
    told = [(p.line, p.field.partition("]")[2].lstrip(".")) for p in caught.value.problems]
    assert sorted(told) == sorted(
        [
            (1, "colour"), (2, "given"), (3, "expect.outcome"), (3, "expect.total"), (3, "expect.kinds"), (3, "expect.price"),
            (4, "id"), (4, "expect.things"), (5, "clock"), (6, "given.stops"), (6, "given.starts"), (6, "expect.total"),
            (7, "id"), (7, "origin"), (8, ""),
        ]
    )  # fmt: skip


def test_everything_that_no_table_knows_is_told_at_once_with_its_place(client: Client) -> None:
    with pytest.raises(PolicyError) as caught:
        check_policy(client(USE), date(2026, 6, 1))
    told = [(p.line, p.field.partition("]")[2].lstrip(".")) for p in caught.value.problems]
    assert sorted(told) == sorted(
        [
            (1, "table"), (2, "given.delya"), (2, "given.tier"), (2, "given.delay"), (3, "given.colour"),
            (3, "given.delay"), (4, "clock"),
        ]
    )  # fmt: skip
    assert all(Path(p.path).name == "cases.yaml" for p in caught.value.problems)


@pytest.mark.parametrize(
    "text", ["a: b\n", "text\n", "- [a]\n", "- {id: a, given: [], expect: {}}\n"], ids=["a map", "a text", "a list in it", "lists for maps"]
)  # fmt: skip
def test_a_file_of_another_shape_is_a_problem(text: str, client: Client) -> None:
    with pytest.raises(InputError) as caught:
        golden_cases(client(text).folders[-1])
    assert all(problem.line == 1 for problem in caught.value.problems)


def test_a_case_that_is_no_yaml_ends_the_check_with_2(client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    client("- {id: one\n")
    monkeypatch.chdir(tmp_path)
    assert main(["policy", "check", "acme"]) == 2
    assert "cases.yaml" in capsys.readouterr().err


# -- what no example decides by ------------------------------------------------------------


def test_rows_that_no_example_decides_by_are_named(client: Client) -> None:
    text = "- {id: one, table: fee, given: {delay: 60, tier: gold}, expect: {outcome: priced}}\n"
    found = check_policy(client(text), date(2026, 6, 1))
    assert [(f.level, f.rows, f.line) for f in found if f.check == "no-golden-case"] == [
        ("warning", ("late.none",), 2),
        ("warning", ("late.half",), 6),
        ("warning", ("late.left",), 7),
    ]


def test_a_table_without_examples_is_one_finding(client: Client) -> None:
    found = check_policy(client(), date(2026, 6, 1))
    assert [(f.level, f.rows) for f in found if f.check == "no-golden-case"] == [("warning", ())]


def test_the_examples_of_a_law_hold_for_the_law_and_not_for_what_a_client_makes_of_it(
    client: Client, tmp_path: Path
) -> None:
    client("- {id: one, table: fee, given: {delay: 60}, expect: {total: '15.00'}}\n")
    heir = tmp_path / "policies" / "clients" / "heir"
    heir.mkdir()
    (heir / "policy.yaml").write_text("extends: [clients/acme]\ncurrency: EUR\nlanguages: [en]\n", encoding="utf-8")  # fmt: skip
    head = "op,id,column,was,value,reason,source,approved_by,from\n"
    (heir / "fee.patch.csv").write_text(head + "set,late.voucher,amount,15.00,18.00,more,,,\n", encoding="utf-8")  # fmt: skip
    (heir / "cases.yaml").write_text("- {id: one, table: fee, given: {delay: 60}, expect: {total: '18.00'}}\n", encoding="utf-8")  # fmt: skip
    found = check_policy(read_policy("heir", find_workspace(tmp_path)), date(2026, 6, 1))
    assert [f.message for f in found if f.check == "golden"] == []


# -- on both sides of each bound -----------------------------------------------------------


@pytest.mark.parametrize("name", ["acme", *clients(WORKSPACE)])
def test_the_cases_at_the_bounds_may_be_kept_as_they_are(name: str, client: Client, tmp_path: Path) -> None:
    policy = client() if name == "acme" else read_policy(name, WORKSPACE)
    text = as_yaml(boundary_cases(policy))
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "cases.yaml").write_text(text, encoding="utf-8")
    cases = golden_cases(tmp_path / "kept")
    assert [(r.case.id, r.differs, r.problems) for r in (run_case(policy, c) for c in cases) if not r.passed] == []  # fmt: skip
    if name == "acme":
        assert {str(c.given["delay"]) for c in cases} == {"59", "60", "299", "300", "499", "500"}


def test_cases_at_the_bounds_of_hostile_rows_stay_text(client: Client) -> None:
    rows = ROWS.replace(",us\n", ',"a: {b}, !!x ""c"" # d"\n')
    text = as_yaml(boundary_cases(client(**{"fee.csv": rows})))
    data, _ = parse_yaml(text, "x")
    assert {case["source"] for case in data} == {'a: {b}, !!x "c" # d'}


def test_the_command_line_writes_them(client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    policy = client()
    monkeypatch.chdir(tmp_path)
    out = policy.folders[-1] / "cases.yaml"
    assert main(["policy", "check", "acme", "--boundaries", "--out", str(out)]) == 0
    assert main(["policy", "check", "acme", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["errors"], [f for f in data["findings"] if f["check"] == "no-golden-case"]) == (0, [])
    assert main(["policy", "check", "acme", "--boundaries", "--table", "nope"]) == 2


# -- a client's own linter rules -----------------------------------------------------------

RULE = """id: our-cloud
title: Blaming the cloud
kind: phrase
level: error
sources: [{{title: house style, author: us, year: 2026, place: p. 1}}]
languages:
  en:
    patterns: ['the cloud (?:failed|broke)']
    message: "{{match}} blames a supplier."
    why: It is our service.
    fix: Say what we did not do.
    must_match: ['The cloud failed.', 'Then the cloud broke.', 'We think the cloud failed.', 'the cloud broke again.', {fifth}]
    must_not_match: ['Our service failed.', 'A cloud passed.', 'We failed.', 'It broke.', 'The clouds broke.']
  zh-Hant: {{none: not needed}}
  zh-Hans: {{none: not needed}}
"""


def rule_findings(policy: Policy) -> list[tuple[str, int, str]]:
    found = [f for f in check_policy(policy, date(2026, 6, 1)) if f.check == "rule"]
    assert {f.level for f in found} <= {"error"}
    return [(Path(f.path).name, f.line, f.message) for f in found]


def test_a_rule_that_proves_itself_is_no_finding(client: Client) -> None:
    rule = RULE.format(fifth="'Perhaps the cloud broke.'")
    assert rule_findings(client(**{"rules/our-cloud.yaml": rule})) == []


@pytest.mark.parametrize(
    ("file", "text", "line", "told"),
    [
        ("our-cloud.yaml", RULE.format(fifth="'The sky fell.'"), 12, "'The sky fell.' must be found and is not"),
        ("our-cloud.yaml", RULE.format(fifth="'x'").replace(", 'x'", ""), 12, "4 examples"),
        ("our-cloud.yaml", RULE.format(fifth="'Perhaps the cloud broke.'").replace("'We failed.'", "'The cloud failed us.'"), 13, "is found and must not be"),
        ("our-cloud.yaml", RULE.format(fifth="'Perhaps the cloud broke.'").replace("(?:", "(?<"), 8, "regular expression"),
        ("our-cloud.yaml", RULE.format(fifth="'Perhaps the cloud broke.'") + "colour: blue\n", 16, "the key 'colour'"),
        ("other.yaml", RULE.format(fifth="'Perhaps the cloud broke.'"), 1, "the file's name"),
        ("levels.yaml", "no-such-rule: {level: error, reason: because}\n", 1, "no rule no-such-rule"),
        ("levels.yaml", "blanket-liability: {level: error}\n", 1, "say why"),
        ("levels.yaml", "blanket-liability: {level: grave, reason: because}\n", 1, "a level is one of"),
    ],
    ids=["an example that is not found", "too few examples", "a look-alike that is found", "a broken pattern", "an unknown key",
         "another name than its file's", "a level of no rule", "a level without a reason", "a level that does not exist"],
)  # fmt: skip
def test_an_unproven_rule_is_an_error_with_its_place(
    file: str, text: str, line: int, told: str, client: Client
) -> None:
    found = rule_findings(client(**{f"rules/{file}": text}))
    assert [(name, at) for name, at, _ in found] == [(file, line)]
    assert told in found[0][2]

"""What tables and options can come to may be granted by somebody, and what stands for the law's money is worth as much."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from playbook.offers import price_case, prove_tables
from playbook.policy import read_policy
from playbook.policy.model import Policy
from playbook.workspace import find_workspace

FEE = """table: fee
line: {line}
basis: {basis}
hit_policy: {policy}
currency: EUR
inputs:
  delay: {{type: int, domain: "[0..600)", required: true}}
  fare: {{type: money, {domain}raw: true}}
"""
COLUMNS = "id,delay,outcome,kind,amount,share,of,at_most,decider,authority,source\n"
CHOICE = """table: choice
line: options
basis: goodwill
hit_policy: COLLECT
currency: EUR
inputs:
  delay: {type: int, domain: "[0..600)", required: true}
  fare: {type: money, raw: true}
"""
OPTIONS = "id,option,rank,line,kind,label_en,amount,share,of,paid,non_monetary,source\n"
PATCH = "op,id,column,was,value,reason\n"
LADDER = PATCH + "set,manager,ceiling,0,100,ours\nset,manager,currency,,EUR,ours\n"
LIMITED = LADDER + "set,leader,ceiling,unlimited,500,ours\nset,leader,currency,,EUR,ours\n"


def client(folder: Path, rows: str, ladder: str = LIMITED, *, line: str = "inconvenience", basis: str = "goodwill",
           policy: str = "UNIQUE", domain: str = "", **files: str) -> Policy:  # fmt: skip
    own = folder / "policies" / "clients" / "acme"
    own.mkdir(parents=True)
    (folder / "playbook.toml").write_text("", encoding="utf-8")
    header = FEE.format(line=line, basis=basis, policy=policy, domain=domain)
    texts = {
        "policy.yaml": "extends: [base]\ncurrency: EUR\njurisdiction: IE\nlanguages: [en]\n",
        "fee.table.yaml": header, "fee.csv": COLUMNS + rows, "authority.patch.csv": ladder, **files,
    }  # fmt: skip
    for name, text in texts.items():
        (own / name).write_text(text, encoding="utf-8")
    return read_policy("acme", find_workspace(folder))


def told(policy: Policy) -> list[tuple[str, tuple[str, ...]]]:
    found = [f for f in prove_tables(policy, date(2026, 6, 1)) if f.check.startswith("authority")]
    assert all(f.level == "error" or f.check == "authority-unknown" for f in found)
    assert all(f.path.endswith(".csv") and f.line >= 2 for f in found)
    return [(f.check, f.rows) for f in found]


ROWS = {
    "a sum that the leader may grant": ("fee.a,-,pay,cash,500,,,,,,us\n", "", []),
    "a sum that nobody may grant": ("fee.a,-,pay,cash,501,,,,,,us\n", "", [("authority-missing", ("fee.a",))]),
    "a share without an end": ("fee.a,-,pay,cash,,50%,fare,,,,us\n", "", [("authority-missing", ("fee.a",))]),
    "a share of what has an end": ("fee.a,-,pay,cash,,50%,fare,,,,us\n", 'domain: "[0.00..1000.00]", ', []),
    "a share of what ends too high": ("fee.a,-,pay,cash,,50%,fare,,,,us\n", 'domain: "[0.00..1000.02]", ', [("authority-missing", ("fee.a",))]),
    "a share of what the row tests": ("fee.a,<300,pay,cash,,15000%,delay,,,,us\nfee.b,>=300,none,,,,,,,,us\n", "", []),
    "a share that is capped": ("fee.a,-,pay,cash,,50%,fare,400,,,us\n", "", []),
    "what a decider may give": ("fee.a,-,discretion,cash,,,,600,board,,us\n", "", [("authority-missing", ("fee.a",)), ("authority-unknown", ("fee.a",))]),
    "more than the decider may grant": ("fee.a,-,discretion,cash,,,,101,manager,,us\n", "", [("authority-exceeded", ("fee.a",))]),
    "a role that may grant it": ("fee.a,-,pay,cash,100,,,,,manager,us\n", "", []),
    "a role whose ceiling is below": ("fee.a,-,pay,cash,101,,,,,manager,us\n", "", [("authority-exceeded", ("fee.a",))]),
    "roles that are unknown": ("fee.a,<9,pay,cash,1,,,,,emperor,us\nfee.b,>=9,pay,cash,1,,,,,king,us\n", "", [("authority-unknown", ("fee.a",)), ("authority-unknown", ("fee.b",))]),
    "nothing": ("fee.a,-,none,,,,,,,,us\n", "", []),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "domain", "found"), ROWS.values(), ids=ROWS)
def test_what_a_row_can_come_to_is_granted_by_somebody(
    rows: str, domain: str, found: list[tuple[str, tuple[str, ...]]], tmp_path: Path
) -> None:
    assert told(client(tmp_path, rows, domain=domain)) == found


def test_rows_that_are_added_up_are_granted_together(tmp_path: Path) -> None:
    rows = "fee.a,-,pay,cash,300,,,,,,us\nfee.b,>=60,pay,cash,300,,,,,,us\n"
    policy = client(tmp_path, rows, policy="COLLECT")
    (found,) = [f for f in prove_tables(policy) if f.check == "authority-missing"]
    assert (found.rows, dict(found.example or {})) == (("fee.a", "fee.b"), {"delay": "60"})
    assert "600.00 EUR" in found.message


def test_a_ladder_without_a_ceiling_grants_anything(tmp_path: Path) -> None:
    assert told(client(tmp_path, "fee.a,-,pay,cash,,50%,fare,,,,us\n", LADDER)) == []


def test_an_option_is_granted_with_what_is_owed_in_the_same_situation(tmp_path: Path) -> None:
    files = {
        "choice.table.yaml": CHOICE,
        "choice.csv": "id,delay,outcome,option,kind,source\nchoice.none,<60,none,,,us\nchoice.x,[60..300),pay,X,option,us\n"
        "choice.y,[60..300),pay,Y,option,us\nchoice.late.x,>=300,pay,Z,option,us\nchoice.late.y,>=300,pay,Y,option,us\n",
        "options.csv": OPTIONS + "".join(
            f"{o}.1,{o},1,need_now,help,help,,,,no,yes,us\n{o}.2,{o},2,inconvenience,cash,a sum,{sum_},,,yes,no,us\n"
            for o, sum_ in (("X", 300), ("Y", 50), ("Z", 200))
        ),
    }  # fmt: skip
    rows = "fee.a,<100,pay,cash,150,,,,,,us\nfee.b,[100..300),pay,cash,250,,,,,,us\nfee.c,>=300,pay,cash,300,,,,,,us\n"
    policy = client(tmp_path, rows, **files)
    found = [f for f in prove_tables(policy) if f.check == "authority-missing"]
    assert [(f.rows, "550.00 EUR" in f.message) for f in found] == [(("choice.x",), True)]


# -- in place of the law's money -----------------------------------------------------------

LAW = "fee.a,<60,none,,,,,,,,law\nfee.b,[60..300),pay,cash,100,,,,,,law\nfee.c,>=300,pay,cash,,50%,fare,,,,law\n"
INSTEAD = {
    "a share of all of it": ("[60..600)", ",100%,", None),
    "more than it": ("[60..600)", ",130%,", None),
    "less than it": ("[60..600)", ",99%,", "60"),
    "a sum that is enough": ("[60..300)", "100,,", None),
    "a sum that is not": ("[60..300)", "99,,", "60"),
    "a sum for a share without an end": ("[300..600)", "9000,,", "300"),
    "a share and a sum": ("[60..300)", "10,90%,", None),
}  # fmt: skip


@pytest.mark.parametrize(("delay", "worth", "customer"), INSTEAD.values(), ids=INSTEAD)
def test_what_stands_for_the_laws_money_is_worth_as_much(
    delay: str, worth: str, customer: str | None, tmp_path: Path
) -> None:
    low, high = delay.strip("[)").split("..")
    files = {
        "choice.table.yaml": CHOICE,
        "choice.csv": f"id,delay,outcome,option,kind,source\nchoice.none,<{low},none,,,us\nchoice.late,>={high},none,,,us\n".replace(
            "choice.late,>=600,none,,,us\n", ""
        ) + "".join(f"choice.{o.lower()},{delay},pay,{o},option,us\n" for o in "XYZ"),
        "options.csv": OPTIONS + f"X.0,X,0,statutory,voucher,a voucher,{worth},yes,no,us\n" + "".join(
            f"{o}.1,{o},1,need_now,help,help,,,,no,yes,us\n{o}.2,{o},2,inconvenience,letter,a letter,,,,no,yes,us\n"
            for o in "XYZ"
        ),
    }  # fmt: skip
    policy = client(tmp_path, LAW, LADDER, line="statutory", basis="statutory", **files)
    found = [f for f in prove_tables(policy) if f.check == "substitute"]
    assert [(f.level, f.rows[0]) for f in found] == ([("error", "choice.x")] if customer else [])
    for f in found:
        case = dict(f.example or {})
        assert case["delay"] == customer
        assert "X" in price_case(policy, case).clamped


def test_a_choice_is_large_enough_also_where_the_law_gives_no_money(tmp_path: Path) -> None:
    files = {
        "choice.table.yaml": CHOICE,
        "choice.csv": "id,delay,outcome,option,kind,source\nchoice.x,-,pay,X,option,us\nchoice.y,-,pay,Y,option,us\n",
        "options.csv": OPTIONS + "X.0,X,0,statutory,voucher,a voucher,,100%,,yes,no,us\n" + "".join(
            f"{o}.1,{o},1,need_now,help,help,,,,no,yes,us\n{o}.2,{o},2,inconvenience,letter,a letter,,,,no,yes,us\n"
            for o in "XY"
        ),
    }  # fmt: skip
    policy = client(tmp_path, LAW, LADDER, line="statutory", basis="statutory", **files)
    found = [f for f in prove_tables(policy) if f.check == "option-count"]
    assert [(f.level, "where the law gives no money" in f.message) for f in found] == [("error", True)]
    assert len(price_case(policy, {"delay": 5}).option_parts) == 1


def test_a_clients_own_table_does_not_speak_for_the_law_unheard(tmp_path: Path) -> None:
    policy = client(tmp_path, LAW, LADDER, line="statutory", basis="statutory")
    found = [f for f in prove_tables(policy) if f.check == "law-of-a-client"]
    assert [(f.level, Path(f.path).name) for f in found] == [("warning", "fee.table.yaml")]


def test_an_input_means_one_thing_in_all_tables(tmp_path: Path) -> None:
    other = {
        "other.table.yaml": "table: fee.other\nline: need_now\nbasis: goodwill\nhit_policy: UNIQUE\ncurrency: EUR\n"
        "inputs:\n  delay: {type: enum, values: [long, short]}\n",
        "other.csv": "id,delay,outcome,source\nother.a,-,none,us\n",
    }
    found = prove_tables(client(tmp_path, "fee.a,-,none,,,,,,,,us\n", **other), date(2026, 6, 1))
    assert [f.check for f in found if f.level == "error"] == ["input-clash"]

"""A change of policy is told row by row, situation by situation, and by the customer whom it hits most."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.cli import main
from playbook.tables import Table, decide, read_table
from playbook.whatif.comparison import Comparison
from playbook.whatif.joint import Joint, joint_grid
from playbook.whatif.situations import compare_policies, compare_tables
from playbook.workspace import find_workspace

HEADER = """table: goods
title: {{en: Goods}}
line: inconvenience
basis: contractual
hit_policy: {policy}
currency: EUR
inputs:
  delay: {{type: int, unit: min, domain: "[0..600)", required: true}}
  tier: {{type: enum, values: [plain, gold], null: plain}}
  price: {{type: money, raw: true}}
"""
COLUMNS = "id,delay,tier,outcome,kind,amount,share,of,source\n"
ROWS = (
    "g.none,<60,-,none,,,,,terms\n"
    "g.late,[60..180),-,pay,cash,50.00,,,terms\n"
    "g.very,>=180,-,pay,cash,,10%,price,terms\n"
)
PATCH = "op,id,column,was,value,reason,source,approved_by,from\n"


def goods(folder: Path, rows: str, patch: str = "", added: str = "", policy: str = "UNIQUE") -> Table:
    folder.mkdir(parents=True, exist_ok=True)
    header = folder / "goods.table.yaml"
    header.write_text(HEADER.format(policy=policy), encoding="utf-8")
    (folder / "goods.csv").write_text(COLUMNS + rows, encoding="utf-8")
    patches: tuple[Path, ...] = ()
    if patch:
        patches = (folder / "goods.patch.csv",)
        patches[0].write_text(PATCH + patch, encoding="utf-8")
        (folder / "goods.rows.csv").write_text(COLUMNS + added, encoding="utf-8")
    return read_table(header, patches)


# -- situations ----------------------------------------------------------------------------


def by_hand(old: Table, new: Table, joint: Joint) -> tuple[int, int]:
    """Ask every situation one by one: decided by another row, another sum or outcome."""
    rows = amounts = 0
    for cell in range(joint.size):
        first, differs = None, False
        for trial in range(joint.trials):
            case = joint.customer(cell, trial)
            before, after = decide(old, case), decide(new, case)
            first = first or ([r.id for r in before.fired], [r.id for r in after.fired])
            differs |= (before.outcome, before.total or 0) != (after.outcome, after.total or 0)
        rows += bool(first and first[0] != first[1])
        amounts += differs
    return rows, amounts


BAND = st.sampled_from(["<60", "[60..180)", ">=180", "<=120", "[30..300)", "-"])
TIER = st.sampled_from(["-", "gold", "plain", "null", "plain|null"])
PAYS = st.sampled_from(["none,,,,", "pay,cash,50.00,,", "pay,cash,75.00,,", "pay,cash,,10%,price", "pay,cash,5.00,20%,price", "pay,voucher,50.00,,", "discretion,cash,,,"])  # fmt: skip
RULE = st.tuples(BAND, TIER, PAYS)


@settings(deadline=None, max_examples=40)
@given(old=st.lists(RULE, min_size=1, max_size=4), new=st.lists(RULE, min_size=1, max_size=4))
def test_the_situations_that_change_are_those_that_change_one_by_one(
    old: list[tuple[str, str, str]], new: list[tuple[str, str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("versions")
    tables = [
        goods(folder / name, "".join(f"g.r{k},{b},{t},{p},terms\n" for k, (b, t, p) in enumerate(rules)), policy="FIRST")
        for name, rules in (("old", old), ("new", new))
    ]  # fmt: skip
    found = compare_tables(*tables)
    assert (found.another_row, found.another_amount) == by_hand(*tables, joint_grid(*tables))
    assert found.situations == joint_grid(*tables).size


@settings(deadline=None, max_examples=40)
@given(old=st.lists(RULE, min_size=1, max_size=4), new=st.lists(RULE, min_size=1, max_size=4))
def test_boxes_hold_every_situation_that_changes_once_and_their_customers_are_real(
    old: list[tuple[str, str, str]], new: list[tuple[str, str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("boxes")
    tables = [
        goods(folder / name, "".join(f"g.r{k},{b},{t},{p},terms\n" for k, (b, t, p) in enumerate(rules)), policy="FIRST")
        for name, rules in (("old", old), ("new", new))
    ]  # fmt: skip
    found = compare_tables(*tables)
    boxed = sum(box.situations for box in found.boxes) + found.left_out
    most = max(found.another_row, found.another_amount, found.another_kind)
    assert most <= boxed <= found.another_row + found.another_amount + found.another_kind
    for change in (*(box.example for box in found.boxes), found.loss, found.gain):
        if change is None:
            continue
        for table, reply in zip(tables, (change.before, change.after), strict=True):
            answer = decide(table, change.case)
            assert answer.outcome == reply.outcome
            assert (answer.total.minor if answer.total else 0) == reply.amount.minor
            assert tuple(row.id for row in answer.fired) == reply.rows


def test_a_bound_that_moves_changes_the_situations_between_the_bounds(tmp_path: Path) -> None:
    old = goods(tmp_path / "old", ROWS)
    new = goods(tmp_path / "new", ROWS.replace("[60..180)", "[30..180)").replace("<60", "<30"))
    found = compare_tables(old, new)
    assert (found.situations, found.another_row, found.another_amount) == (12, 3, 3)
    assert [(box.where, box.situations) for box in found.boxes] == [({"delay": "[30..60)"}, 3)]
    assert found.loss is None
    assert found.gain is not None
    assert (found.gain.minor, found.gain.case["delay"]) == (5000, "30")
    assert (found.gain.before.rows, found.gain.after.rows) == (("g.none",), ("g.late",))


def test_the_worst_change_is_the_largest_loss_at_an_ordinary_price(tmp_path: Path) -> None:
    old = goods(tmp_path / "old", ROWS)
    new = goods(tmp_path / "new", ROWS.replace("10%", "5%").replace("50.00", "20.00"))
    found = compare_tables(old, new)
    assert found.loss is not None
    assert (str(found.loss.before.amount), str(found.loss.after.amount)) == ("100.00", "50.00")
    assert found.loss.case["price"] == "1000.00"


def test_a_cap_that_no_ordinary_price_meets_is_still_seen(tmp_path: Path) -> None:
    capped = COLUMNS.replace("share", "at_most,share")
    rows = "g.any,-,-,pay,cash,,{cap},10%,price,terms\n"
    tables = []
    for name, cap in (("old", "5000.00"), ("new", "4000.00")):
        goods(tmp_path / name, "")
        (tmp_path / name / "goods.csv").write_text(capped + rows.format(cap=cap), encoding="utf-8")
        tables.append(read_table(tmp_path / name / "goods.table.yaml"))
    found = compare_tables(*tables)
    assert found.another_amount == found.situations
    assert found.loss is not None
    assert found.loss.minor == -100_000


def test_another_kind_of_the_same_worth_is_told_apart(tmp_path: Path) -> None:
    old = goods(tmp_path / "old", ROWS)
    found = compare_tables(old, goods(tmp_path / "new", ROWS.replace("cash,50.00", "voucher,50.00")))
    assert (found.another_row, found.another_amount, found.another_kind) == (0, 0, 3)
    assert found.changed


def test_where_the_law_owes_more_its_sum_stands(tmp_path: Path) -> None:
    law = goods(tmp_path / "law", ROWS)
    lower = goods(tmp_path / "new", ROWS.replace("50.00", "20.00"))
    found = compare_tables(law, lower, None, law)
    assert (found.another_amount, found.by_law, found.loss) == (0, 3, None)


def test_a_table_that_stands_alone_is_compared_with_nothing(tmp_path: Path) -> None:
    table = goods(tmp_path, ROWS)
    there, gone = compare_tables(None, table), compare_tables(table, None)
    assert (there.only, gone.only) == ("after", "before")
    assert there.another_row == gone.another_row == there.situations == 9
    assert there.boxes == ()
    assert there.gain is not None
    assert gone.loss is not None
    assert there.gain.minor == -gone.loss.minor == 10_000


ALTERED = [
    ("a list that became a number", "tier: {type: enum, values: [plain, gold], null: plain}", "tier: {type: int, domain: '[0..9)'}", "another type"),
    ("another currency", "currency: EUR", "currency: USD", "paid in EUR before, in USD after"),
]  # fmt: skip


@pytest.mark.parametrize(("was", "value", "said"), [a[1:] for a in ALTERED], ids=[a[0] for a in ALTERED])
def test_what_cannot_be_compared_is_named(tmp_path: Path, was: str, value: str, said: str) -> None:
    old = goods(tmp_path / "old", ROWS)
    header = tmp_path / "new" / "goods.table.yaml"
    goods(tmp_path / "new", ROWS)
    header.write_text(header.read_text(encoding="utf-8").replace(was, value), encoding="utf-8")
    found = compare_tables(old, read_table(header))
    assert said in found.note
    assert found.changed


def test_a_value_that_only_one_version_knows_is_a_situation_of_both(tmp_path: Path) -> None:
    old = goods(tmp_path / "old", ROWS)
    header = tmp_path / "new" / "goods.table.yaml"
    goods(tmp_path / "new", ROWS)
    text = header.read_text(encoding="utf-8").replace("[plain, gold]", "[silver, gold, plain]")
    header.write_text(text, encoding="utf-8")
    found = compare_tables(old, read_table(header))
    assert found.situations == 12
    assert {box.where["tier"] for box in found.boxes} == {"silver"}
    assert {box.example.before.outcome for box in found.boxes} == {"not_enough_information"}


def test_finer_decimals_are_compared_in_the_finer_scale(tmp_path: Path) -> None:
    tables = []
    for name, kind, row in (("old", "int", "<60"), ("new", "decimal, decimals: 1", "<60.5")):
        header = tmp_path / name / "goods.table.yaml"
        goods(tmp_path / name, "")
        text = header.read_text(encoding="utf-8").replace("type: int, unit", f"type: {kind}, unit")
        header.write_text(text, encoding="utf-8")
        rest = row.replace("<", ">=")
        rows = f"g.a,{row},-,none,,,,,t\ng.b,{rest},-,pay,cash,5.00,,,t\n"
        (tmp_path / name / "goods.csv").write_text(COLUMNS + rows, encoding="utf-8")
        tables.append(read_table(header))
    joint = joint_grid(*tables)
    assert joint.axes[0].starts == (0, 600, 605)
    assert compare_tables(*tables).another_row == 3


def test_a_grid_that_is_too_large_is_named_not_sampled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr("playbook.whatif.situations.MOST", 5)
    found = compare_tables(goods(tmp_path / "a", ROWS), goods(tmp_path / "b", ROWS))
    assert "more than 5 situations" in found.note


def test_situations_in_chunks_are_the_same_situations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    old = goods(tmp_path / "old", ROWS)
    new = goods(tmp_path / "new", ROWS.replace("50.00", "20.00").replace(">=180", ">=240").replace("180)", "240)"))  # fmt: skip
    whole = compare_tables(old, new)
    monkeypatch.setattr("playbook.whatif.situations.CHUNK", 5)
    assert compare_tables(old, new) == whole


def test_every_cell_of_the_joint_grid_is_another_customer(tmp_path: Path) -> None:
    joint = joint_grid(goods(tmp_path / "a", ROWS), goods(tmp_path / "b", ROWS.replace("180", "240")))
    customers = Counter(tuple(joint.customer(cell, 0).items()) for cell in range(joint.size))
    assert set(customers.values()) == {1}
    assert joint.size == int(np.prod(joint.shape))


# -- the command ---------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with a client that patches a law, and an older copy of its folder."""
    (tmp_path / "playbook.toml").write_text("", encoding="utf-8")
    folder = tmp_path / "policies" / "clients" / "acme"
    folder.mkdir(parents=True)
    (folder / "policy.yaml").write_text(
        "extends: [base, statutes/eu]\nlanguages: [en]\ncurrency: EUR\njurisdiction: EU\nbrand: {name: Acme}\n",
        encoding="utf-8",
    )
    goods(folder, ROWS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("playbook.policy.read._cache", {})
    shutil.copytree(folder, tmp_path / "acme, as it was")
    (folder / "eu261.delay.patch.csv").write_text(
        PATCH
        + "set,eu261.delay.a,amount,250.00,300.00,more than the law,cc-117,CCO,2026-04-01\n"
        + "disable,eu261.delay.c_half,,,,we pay in full,,CCO,\n"
        + "set,eu261.delay.c,arrival_delay_min,>=240,>=180,we pay in full,,CCO,\n",
        encoding="utf-8",
    )
    goods(folder, ROWS.replace("50.00", "20.00") + "g.gold,<60,gold,pay,cash,5.00,,,terms\n")
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["policy", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


OLD = ("--against", "acme, as it was")


def test_rows_are_told_with_who_decided_it_and_where_it_stands(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "diff", "acme", *OLD, "--view", "rows")
    lines = [line.strip() for line in out.splitlines()]
    patch = "clients/acme/eu261.delay.patch.csv"
    assert code == 0
    assert f"~ eu261.delay.a amount 250.00 -> 300.00 from 2026-04-01 (acme, CCO, cc-117; more than the law)    {patch}:2" in lines  # fmt: skip
    assert f"- eu261.delay.c_half disabled (we pay in full) (acme, CCO)    {patch}:3" in lines
    assert "~ g.late amount 50.00 -> 20.00 (acme)    clients/acme/goods.csv:3" in lines
    assert [line for line in lines if line.startswith("+ g.gold: delay=<60, tier=gold")]


def test_a_row_that_was_deleted_from_its_file_is_removed_not_disabled(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    goods(desk / "policies" / "clients" / "acme", ROWS.replace("g.very", "g.other"))
    _, out, _ = run(capsys, "diff", "acme", *OLD, "--only", "tables.goods", "--view", "rows")
    assert "- g.very removed" in out
    assert "+ g.other: " in out


def test_a_change_that_begins_on_another_day_is_a_change(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(desk / "policies" / "clients" / "acme", desk / "later")
    path = desk / "policies" / "clients" / "acme" / "eu261.delay.patch.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("2026-04-01", "2026-07-01"), encoding="utf-8")
    _, out, _ = run(capsys, "diff", "acme", "--against", "later")
    assert "~ eu261.delay.a amount 300.00 from 2026-04-01 -> 300.00 from 2026-07-01" in out
    assert "event_date [2026-04-01..2026-07-01)" in out


def test_the_json_holds_all_views(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (desk / "past.csv").write_text("delay,price,tier\n90,100.00,gold\n10,100.00,gold\n", encoding="utf-8")
    code, out, _ = run(capsys, "diff", "acme", *OLD, "--input", "past.csv", "--format", "json")
    data = json.loads(out)
    assert code == 0
    assert {"policy", "other", "changes", "rows", "situations", "population", "worst"} <= data.keys()
    assert {row["sign"] for row in data["rows"]} == {"~", "+", "-"}
    assert [row["reason"] for row in data["rows"] if row["disabled"]] == ["we pay in full"]
    assert {table["table"] for table in data["situations"]} == {"eu261.delay", "goods"}
    assert data["population"]["losers"] == {"count": 1, "sum": "-30.00"}
    assert data["population"]["winners"] == {"count": 0, "sum": "0.00"}
    assert data["worst"]["loss"]["change"] == "-30.00"
    assert data["worst"]["gain"]["change"] == "300.00"


def test_the_text_says_how_many_situations_and_who_loses_most(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, "diff", "acme", *OLD)
    # `g.gold` overlaps `g.none`, which a check finds; the diff tells what the hit policy makes of it.
    assert "goods: 0 of 9 situations are decided by another row, 3 pay another amount" in out
    assert "3: delay [60..180)" in out
    assert "the customer who loses most" in out
    assert "50.00 EUR (g.late) -> 20.00 EUR (g.late): -30.00 EUR" in out


def test_a_policy_against_itself_says_that_nothing_differs(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "diff", "acme", "acme")[1] == "acme against acme: 0 values differ\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["acme", "base", "--against", "acme, as it was"], "one of the two"),
        (["acme", "--against", "nowhere"], "no such folder"),
        (["acme", "--view", "population"], "a file of past customers"),
        (["acme", "--input", "nowhere.csv"], "no such file"),
    ],
    ids=["another and a folder", "no folder", "a population without a file", "no file"],
)
def test_what_cannot_be_compared_is_an_error(
    arguments: list[str], said: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "diff", *arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_what_stands_in_a_cell_cannot_steer_a_terminal(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = desk / "policies" / "clients" / "acme" / "eu261.delay.patch.csv"
    text = path.read_text(encoding="utf-8").replace("more than the law", "\x1b[31mred\u202e")
    path.write_text(text, encoding="utf-8")
    out = run(capsys, "diff", "acme", *OLD)[1]
    assert "\\x1b[31mred" in out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_the_projects_clients_are_compared_with_their_layers() -> None:
    from playbook.policy import clients, read_policy
    from playbook.whatif import below

    workspace = find_workspace(Path(__file__).resolve().parent.parent)
    found: list[Comparison] = []
    for name in clients(workspace):
        policy = read_policy(name, workspace)
        found += compare_policies(below(policy), policy)
        assert [c for c in compare_policies(policy, policy) if c.changed] == []
    assert found
    assert all(comparison.changed and comparison.situations for comparison in found)

"""No layer pays a customer less than the law does, and whoever tries is told so, for whatever is patched."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from playbook.offers import price_case
from playbook.policy import read_policy
from playbook.policy.model import Policy
from playbook.sources import read_csv
from playbook.tables import Table, decide, pays_less, read_table
from playbook.tables.decide import compiled
from playbook.tables.derive import NULL
from playbook.tables.prove import below_floor, prove
from playbook.tables.prove.joint import joint_of
from playbook.tables.prove.payments import given_by, less
from playbook.workspace import find_workspace

ROOT = Path(__file__).parents[1]
HEADER = """table: law
line: statutory
basis: statutory
hit_policy: {policy}
currency: EUR
inputs:
  delay: {{type: int, domain: "[0..8)", required: true}}
  tier: {{type: enum, values: [none, gold]}}
  price: {{type: money, domain: "{prices}", raw: true}}
"""
COLUMNS = "id,priority,delay,tier,outcome,kind,amount,share,of,per,period,each,at_least,at_most,deductible,threshold,times,alternative,decider,source\n"
PATCH = "op,id,column,was,value,reason,source,approved_by,from\n"
DELAYS = ["-", "<3", ">=3", "[2..6)", "5"]
TIERS = ["-", "none", "gold", "gold|null", "null"]
KINDS = ["cash", "cash", "voucher"]
PAYS = {
    "nothing": "none,{kind},,,,,,,,,,,,,,",
    "a sum": "pay,{kind},{sum},,,,,,,,,,,,,",
    "a thing": "pay,{kind},,,,,,,,,,,,,,",
    "a share": "pay,{kind},,{share},price,,,,,,,,,,,",
    "a share between two sums": "pay,{kind},,{share},price,,,,0.05,0.{top},,,,,,",
    "a sum for each period": "pay,{kind},{sum},,,delay,2,0.03,,,,,,,,",
    "a share above a threshold": "pay,{kind},,{share},price,,,,,,0.02,>0.10,,,,",
    "an adjusted share": "pay,{kind},,{share},price,,,,,,,,2/3,,,",
    "one of two": "pay,{kind},{sum},,,,,,,,,,,choice,,",
    "what a decider gives": "discretion,{kind},,,,,,,0.05,0.{top},,,,,court,",
}  # fmt: skip


@cache
def base() -> Policy:
    return read_policy("base", find_workspace(ROOT))


@st.composite
def rows(draw: st.DrawFn, name: str) -> str:
    pays = draw(st.sampled_from(sorted(PAYS))).replace("\n", "")
    cells = PAYS[pays].format(
        kind=draw(st.sampled_from(KINDS)),
        sum=f"0.{draw(st.integers(0, 30)):02}",
        share=draw(st.sampled_from(["50%", "49%", "100%", "1/3", "12.5%"])),
        top=draw(st.integers(10, 30)),
    )
    delay, tier = draw(st.sampled_from(DELAYS)), draw(st.sampled_from(TIERS))
    return f"law.{name},{draw(st.integers(0, 3))},{delay},{tier},{cells}x\n"


@st.composite
def changes(draw: st.DrawFn, law: str) -> tuple[str, str]:
    """Return a patch, and the rows that it adds."""
    patch, added = PATCH, COLUMNS
    for row in law.splitlines():
        cells = dict(zip(COLUMNS.strip().split(","), row.split(","), strict=True))
        what = draw(st.sampled_from(["", "", "disable", "amount", "share", "delay", "kind"]))
        if what == "disable":
            patch += f"disable,{cells['id']},,,,no longer,,,\n"
        elif what == "delay":
            patch += f"set,{cells['id']},delay,{cells['delay']},{draw(st.sampled_from(DELAYS))},another,,,\n"
        elif what == "kind":
            patch += f"set,{cells['id']},kind,{cells['kind']},{draw(st.sampled_from(KINDS))},another,,,\n"
        elif what and cells[what]:
            value = f"0.{draw(st.integers(0, 30)):02}" if what == "amount" else draw(st.sampled_from(["50%", "51%", "40%"]))  # fmt: skip
            patch += f"set,{cells['id']},{what},{cells[what]},{value},another,,,\n"
    for number in range(draw(st.integers(0, 2))):
        row = draw(rows(f"new{number}"))
        added += row
        patch += f"add,law.new{number},,,,ours too,,,\n"
    return patch, added


@st.composite
def layers(draw: st.DrawFn) -> tuple[str, str, str, str]:
    """Return a hit policy, the law's rows, a patch of them, and the rows that it adds."""
    law = "".join(draw(rows(f"r{number}")) for number in range(draw(st.integers(1, 4))))
    policy = draw(st.sampled_from(["PRIORITY", "COLLECT", "ANY", "COLLECT MAX", "COLLECT MIN"]))
    return (policy, law, *draw(changes(law)))


def written(
    folder: Path, case: tuple[str, str, str, str], prices: str = "[0.00..0.40]"
) -> tuple[Table, Table, Policy]:
    policy, law, patch, added = case
    header, patched = folder / "law.table.yaml", folder / "ours" / "law.patch.csv"
    patched.parent.mkdir()
    header.write_text(HEADER.format(policy=policy, prices=prices), encoding="utf-8")
    (folder / "law.csv").write_text(COLUMNS + law, encoding="utf-8")
    patched.write_text(patch, encoding="utf-8")
    patched.with_name("law.rows.csv").write_text(added, encoding="utf-8")
    client = replace(base(), table_files={"law": (header, (patched,))}, sha256=str(folder), currency="EUR")
    return read_table(header), read_table(header, [patched]), client


CASES = [
    {k: v for k, v in (("delay", delay), ("tier", tier), ("price", f"0.{price:02}")) if v is not None}
    for delay, tier, price in product(range(8), [None, "none", "gold"], range(41))
]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(case=layers(), data=st.data())
@example(
    case=("COLLECT", "law.r0,0,-,-,pay,cash,,50%,price,,,,,,,,,,,x\n", PATCH + "set,law.r0,share,50%,49%,a,,,\n", COLUMNS),
    data=None,
)  # fmt: skip
@example(
    case=("COLLECT", "law.r0,0,-,-,pay,cash,0.10,,,,,,,,,,,,,x\nlaw.r1,0,-,-,pay,voucher,0.10,,,,,,,,,,,,,x\n",
          PATCH + "disable,law.r0,,,,a,,,\ndisable,law.r1,,,,a,,,\nadd,law.new0,,,,a,,,\nadd,law.new1,,,,a,,,\n",
          COLUMNS + "law.new0,0,-,-,pay,cash,0.10,,,,,,,,,,,choice,,x\nlaw.new1,0,-,-,pay,voucher,0.10,,,,,,,,,,,choice,,x\n"),
    data=None,
)  # fmt: skip
def test_a_floor_is_told_exactly_where_a_customer_would_get_less_and_none_ever_does(
    tmp_path_factory: pytest.TempPathFactory, case: tuple[str, str, str, str], data: st.DataObject | None
) -> None:
    law, ours, client = written(tmp_path_factory.mktemp("floor"), case)
    lacking = "not_enough_information"
    low = []
    for customer in CASES:
        mine, theirs = decide(ours, customer), decide(law, customer)
        if lacking not in (mine.outcome, theirs.outcome) and pays_less(mine, theirs):
            low.append(customer)
    found = [finding for finding in prove(ours, law) if finding.check == "floor"]
    assert bool(found) == bool(low), (case, low[:1])
    for finding in found:
        customer = dict(finding.example or {})
        assert finding.rows
        assert pays_less(decide(ours, customer), decide(law, customer))
    few = data.draw(st.lists(st.sampled_from(CASES), max_size=20)) if data is not None else CASES[::50]
    for customer in (*few, *low[:20]):
        priced = price_case(client, customer)
        assert not pays_less(priced.decisions[0], decide(law, customer))
        assert priced.clamped == (
            ("law",) if pays_less(decide(ours, customer), decide(law, customer)) else ()
        )


@settings(max_examples=25, deadline=None)
@given(case=layers())
def test_less_on_arrays_is_less_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, case: tuple[str, str, str, str]
) -> None:
    law, ours, _ = written(tmp_path_factory.mktemp("arrays"), case)
    for start in range(0, len(CASES), 41):
        some = CASES[start : start + 41]
        columns = {"delay": np.full(41, some[0]["delay"]), "price": np.arange(41)}
        rows = [decide(table, some[0]).fired for table in (ours, law)]
        mine, theirs = (given_by(t, fired, columns, 41) for t, fired in zip((ours, law), rows, strict=True))
        assert less(mine, theirs).tolist() == [pays_less(decide(ours, c), decide(law, c)) for c in some]


def test_a_missing_input_of_a_sum_is_lacking_on_arrays_too(tmp_path: Path) -> None:
    law = "law.r0,0,-,-,pay,cash,,50%,price,,,,,,,,,,,x\n"
    table, _, _ = written(tmp_path, ("UNIQUE", law, PATCH, COLUMNS))
    payments = given_by(table, table.rows, {"price": np.array([NULL, 5])}, 2)
    assert payments.lacking.tolist() == [True, False]
    assert given_by(table, table.rows, {}, 1).lacking.tolist() == [True]


# -- by hand -------------------------------------------------------------------------------

A, B = "law.a,0,<3,-,pay,cash,0.10,,,,,,,,,,,,,x\n", "law.b,0,>=3,-,pay,cash,0.20,,,,,,,,,,,,,x\n"
SHARE = "law.a,0,-,-,pay,cash,,50%,price,,,,,,,,,,,x\n"
HAND = {
    "a sum lowered": ("UNIQUE", A + B, "set,law.b,amount,0.20,0.19,a,,,\n", "", {"delay": "3"}),
    "a row disabled": ("UNIQUE", A + B, "disable,law.b,,,,a,,,\n", "", {"delay": "3"}),
    "a band moved by one": ("UNIQUE", A + B, "set,law.b,delay,>=3,>=4,a,,,\n", "", {"delay": "3"}),
    "a row in front that pays less": ("PRIORITY", A + B, "add,law.c,,,,a,,,\n", "law.c,9,-,gold,pay,cash,0.15,,,,,,,,,,,,,x\n", {"delay": "3", "tier": "gold"}),
    "another kind of money": ("UNIQUE", A, "set,law.a,kind,cash,voucher,a,,,\n", "", {"delay": "0"}),
    "a thing in place of money": ("UNIQUE", A, "set,law.a,amount,0.10,,a,,,\n", "", {"delay": "0"}),
    "money in place of a thing": ("UNIQUE", "law.a,0,-,-,pay,meal,,,,,,,,,,,,,,x\n", "set,law.a,amount,,0.30,a,,,\n", "", {}),
    "a choice taken away": ("COLLECT", "law.a,0,-,-,pay,cash,0.10,,,,,,,,,,,choice,,x\nlaw.b,0,-,-,pay,voucher,0.15,,,,,,,,,,,choice,,x\n", "disable,law.b,,,,a,,,\n", "", {}),
    "a cap that is reached late": ("PRIORITY", "law.a,0,-,-,pay,cash,,,,delay,2,0.03,,,,,,,,x\nlaw.z,9,<3,gold,none,,,,,,,,,,,,,,,x\n", "set,law.a,at_most,,0.06,a,,,\n", "", {"delay": "6"}),
    "a deductible": ("UNIQUE", SHARE, "set,law.a,deductible,,0.01,a,,,\n", "", {"delay": "0"}),
    "a cap that only large sums reach": ("UNIQUE", SHARE, "set,law.a,at_most,,0.19,a,,,\n", "", {"delay": "0", "price": "0.39"}),
    "a threshold that only small sums miss": ("UNIQUE", SHARE, "set,law.a,threshold,,>=0.02,a,,,\n", "", {"delay": "0", "price": "0.01"}),
    "a sum from a day on": ("UNIQUE", A, "set,law.a,amount,0.10,0.05,a,,,2026-04-01\n", "", {"delay": "0", "event_date": "2026-04-01"}),
}  # fmt: skip


@pytest.mark.parametrize(("policy", "law", "patch", "added", "customer"), HAND.values(), ids=HAND)
def test_what_lowers_the_law_is_told_with_a_customer(
    tmp_path: Path, policy: str, law: str, patch: str, added: str, customer: dict[str, str]
) -> None:
    floor, ours, _ = written(tmp_path, (policy, law, PATCH + patch, COLUMNS + added))
    found = below_floor(ours, floor)
    assert [f.check for f in found] == ["floor"]
    assert (found[0].level, found[0].waived) == ("error", "")
    told = dict(found[0].example or {})
    assert {name: told.get(name) for name in customer} == customer
    known = {name: value for name, value in told.items() if name != "event_date"}
    assert pays_less(decide(ours, told), decide(floor, known))
    assert Path(found[0].path).is_relative_to(tmp_path)
    assert found[0].line >= 2


def test_a_share_that_is_a_cent_less_for_one_price_of_nine_is_found(tmp_path: Path) -> None:
    law = "law.r0,0,-,-,pay,cash,,12.5%,price,,,,,,,,,,,x\n"
    patch = PATCH + "set,law.r0,share,12.5%,12.49%,a,,,\n"
    floor, ours, _ = written(tmp_path, ("UNIQUE", law, patch, COLUMNS), "[2.00..2.08]")
    prices = [f"2.0{cent}" for cent in range(9)]
    low = [p for p in prices if pays_less(*(decide(t, {"delay": 1, "price": p}) for t in (ours, floor)))]
    assert low == ["2.04"]
    assert [dict(f.example or {})["price"] for f in below_floor(ours, floor)] == low


MORE = {
    "a higher sum": "set,law.b,amount,0.20,0.21,a,,,\n",
    "another row for the same": "set,law.a,amount,0.10,0.20,a,,,\nset,law.a,delay,<3,-,a,,,\ndisable,law.b,,,,a,,,\n",
    "a bonus beside it": "set,law.b,amount,0.20,0.20,a,,,\n",
}


@pytest.mark.parametrize("patch", MORE.values(), ids=MORE)
def test_what_gives_as_much_or_more_is_no_finding(tmp_path: Path, patch: str) -> None:
    floor, ours, _ = written(tmp_path, ("UNIQUE", A + B, PATCH + patch, COLUMNS))
    assert below_floor(ours, floor) == []


def test_no_waiver_lifts_the_floor(tmp_path: Path) -> None:
    floor, ours, _ = written(tmp_path, ("UNIQUE", A, PATCH + "set,law.a,amount,0.10,0.05,a,,,\n", COLUMNS))
    path = Path(ours.path)
    path.write_text(path.read_text(encoding="utf-8") + "waivers: [{check: floor, rows: [law.a], why: a, by: b, until: 2099-01-01}]\n", encoding="utf-8")  # fmt: skip
    again = read_table(path, [path.parent / "ours" / "law.patch.csv"])
    levels = {finding.check: finding.level for finding in prove(again, floor) if not finding.waived}
    assert (levels["floor"], levels["waiver"]) == ("error", "error")


def test_a_table_too_large_to_be_looked_at_whole_is_compared_where_rows_differ(tmp_path: Path) -> None:
    names = [f"i{k}" for k in range(8)]
    header = "table: law\nbasis: statutory\nhit_policy: PRIORITY\ncurrency: EUR\ninputs:\n"
    header += "".join(f'  {name}: {{type: int, domain: "[0..99]", required: true}}\n' for name in names)
    (tmp_path / "law.table.yaml").write_text(header, encoding="utf-8")
    rows = [f"law.r{n},{n}," + ",".join(f"[{n}..{n + 9}]" for _ in names) + ",cash,1.00,x" for n in range(0, 60, 5)]  # fmt: skip
    columns = f"id,priority,{','.join(names)},kind,amount,source\n"
    (tmp_path / "law.csv").write_text(columns + "\n".join(rows) + "\n", encoding="utf-8")
    (tmp_path / "law.patch.csv").write_text(PATCH + "set,law.r20,amount,1.00,0.99,a,,,\n", encoding="utf-8")
    floor = read_table(tmp_path / "law.table.yaml")
    ours = read_table(tmp_path / "law.table.yaml", [tmp_path / "law.patch.csv"])
    assert not compiled(ours).dense
    assert not joint_of(ours, floor).small
    found = below_floor(ours, floor)
    assert [(f.check, f.rows) for f in found] == [("floor", ("law.r20",))]
    told = dict(found[0].example or {})
    assert pays_less(decide(ours, told), decide(floor, told))


# -- every sum of every law that is shipped ------------------------------------------------

SUMS = ("amount", "share", "each", "at_most")
LAWS = [h for h in sorted((ROOT / "policies" / "statutes").glob("*/*.table.yaml")) if h.with_name(h.name.replace(".table.yaml", ".csv")).exists()]  # fmt: skip


def moved(cell: str, up: bool) -> str:
    """Return a sum or a share that is a little higher or lower."""
    step = Decimal("0.5") if cell.endswith("%") else Decimal("0.01") if "." in cell else Decimal(1)
    value = Decimal(cell.rstrip("%"))
    return f"{value + step if up else value - step}{'%' if cell.endswith('%') else ''}"


@pytest.mark.parametrize("header", LAWS, ids=lambda path: path.name.removesuffix(".table.yaml"))
def test_of_every_sum_of_every_law_a_little_less_is_found_and_a_little_more_is_not(
    header: Path, tmp_path: Path
) -> None:
    law = read_table(header)
    patch = tmp_path / header.name.replace(".table.yaml", ".patch.csv")
    rows = read_csv(header.with_name(header.name.replace(".table.yaml", ".csv")))[1]
    cells = [(row["id"], column, row[column]) for row in rows for column in SUMS if row.cells.get(column, "-").strip("-")]  # fmt: skip
    for (row, column, cell), up in product(cells, (False, True)):
        if "/" in cell:
            continue
        patch.write_text(PATCH + f"set,{row},{column},{cell},{moved(cell, up)},why,,,\n", encoding="utf-8")
        found = [f for f in below_floor(read_table(header, [patch]), law) if f.check == "floor"]
        assert bool(found) != up, (row, column, cell, found)

"""Decision tables under attack: sums that would run over, tricks to pay below the law, one answer however a case is put."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from playbook.errors import InputError
from playbook.money import LIMIT, Money
from playbook.offers import authority_of, make_options, price_case, total_of_lines
from playbook.offers.columns import exact_sum
from playbook.offers.population import Pricer
from playbook.offers.priced import floors_of, tables_of
from playbook.policy import Policy, read_policy
from playbook.tables import Table, decide, evaluate, evaluate_events, pays_less, read_table
from playbook.tables.decide import OUTCOMES, compiled
from playbook.tables.derive import NULL, Derived, derive
from playbook.workspace import find_workspace

ROOT = Path(__file__).parents[1]
SHIPPED = sorted((ROOT / "policies").glob("**/*.table.yaml"))
PAYS = "id,n,outcome,kind,amount,share,of,per,multiply,alternative\n"


def table_of(folder: Path, header: str, rows: str) -> Table:
    text = f"table: t.t\nline: inconvenience\nbasis: goodwill\nhit_policy: COLLECT\ncurrency: EUR\n{header}"
    (folder / "t.table.yaml").write_text(text, encoding="utf-8")
    (folder / "t.csv").write_text(rows, encoding="utf-8")
    return read_table(folder / "t.table.yaml")


def told(table: Table, case: dict[str, Any]) -> tuple[str, int]:
    """Return outcome and sum of one case; a value that is refused is not enough information in a column."""
    try:
        found = decide(table, case)
    except InputError:
        return "not_enough_information", 0
    paid = found.total is not None and found.outcome != "not_enough_information"
    return found.outcome, found.total.minor if paid and found.total else 0


# -- one by one and in columns -------------------------------------------------------------


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: f"{p.parent.name} {p.name.split('.table')[0]}")
def test_a_shipped_table_answers_extreme_cases_alike_one_by_one_and_in_columns(path: Path) -> None:
    table, rng = read_table(path), random.Random(path.name)
    grid = compiled(table)
    derived = {step.name for step in table.derived}
    starts = {axis.column.name: axis.starts for axis in grid.axes}
    pools: dict[str, list[int | None]] = {}
    for name, column in grid.columns.items():
        if column.discrete:
            pools[name] = [None, *range(len(column.values))]
            continue
        low, high = column.bounds
        near = {s + d for s in starts.get(name, ()) for d in (-1, 0, 1)}
        far = {low, high - 1, 0, 1, 10**9 + 7, 123_456_789_012, LIMIT - 1, 28_000_000, date.max.toordinal()}
        pools[name] = [None, *sorted(v for v in near | far if low <= v < high)]
    cases = [
        {n: v for n, pool in pools.items() if n not in derived or rng.random() < 0.2 if (v := rng.choice(pool)) is not None}
        for _ in range(150)
    ]  # fmt: skip
    columns = {n: np.array([case.get(n, NULL) for case in cases], dtype=np.int64) for n in grid.columns}
    found = evaluate(table, columns, len(cases))
    for i, case in enumerate(cases):
        shown = {name: grid.columns[name].shown(value) for name, value in case.items()}
        assert (OUTCOMES[found.outcome[i]], int(found.minor[i])) == told(table, shown), shown


HEAD = 'inputs:\n  n: {type: int, domain: "[0..10)"}\n  p: {type: money, raw: true}\n  m: {type: int, raw: true}\n'
AGAINST: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a count below zero takes nothing from others": (HEAD, PAYS + "t.a,-,pay,cash,5,,,,m,\nt.b,-,pay,cash,7,,,,,\n", {"n": 1, "m": -3}),
    "a share of the largest sum": (HEAD, PAYS + "t.a,-,pay,cash,,300%,p,,,\n", {"n": 1, "p": "40000000000000.00"}),
    "a product of two large ones": (HEAD, PAYS + "t.a,-,pay,cash,,100%,p,,m,\n", {"n": 1, "p": "39999999999999.99", "m": 4_000_000_000}),
    "periods without end": (HEAD, PAYS + "t.a,-,pay,cash,9999,,,m,,\n", {"n": 1, "m": 2**62 - 1}),
    "two rows that are too much together": (HEAD, PAYS + "t.a,-,pay,cash,,75%,p,,,\nt.b,-,pay,cash,,75%,p,,,\n", {"n": 1, "p": "40000000000000"}),
    "two alternatives of which one counts": (HEAD, PAYS + "t.a,-,pay,cash,,75%,p,,,x\nt.b,-,pay,voucher,,75%,p,,,x\n", {"n": 1, "p": "40000000000000"}),
    "a derived number that would run over": (
        HEAD + "derived:\n  d: {function: share_of, of: [p, m], as: {type: int, raw: true}}\n", PAYS + "t.a,-,pay,cash,1,,,d,,\n",
        {"n": 1, "p": "40000000000000", "m": 1},
    ),
    "a derived number outside its domain": (
        HEAD + 'derived:\n  d: {function: sum_over, of: [m, n], as: {type: int, raw: true, domain: "[0..50)"}}\n',
        PAYS + "t.a,-,pay,cash,1,,,d,,\n", {"n": 1, "m": 70},
    ),
    "a day after the last one": (
        "inputs:\n  n: {type: int}\n  day: {type: date, raw: true}\n"
        "derived:\n  end: {function: business_day_after, of: [day, n], as: {type: date, raw: true}}\n",
        PAYS + "t.a,-,pay,cash,5,,,,,\n", {"n": 2**61, "day": "9999-12-31"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("header", "rows", "case"), AGAINST.values(), ids=AGAINST)
def test_no_sum_runs_over_or_below_zero(header: str, rows: str, case: dict[str, Any], tmp_path: Path) -> None:
    table = table_of(tmp_path, header, rows)
    by_name = compiled(table).columns
    columns = {name: np.array([by_name[name].scaled(value)], dtype=np.int64) for name, value in case.items()}
    found = evaluate(table, columns, 1)
    assert (OUTCOMES[found.outcome[0]], int(found.minor[0])) == told(table, case)
    assert 0 <= found.minor[0] <= LIMIT


def test_a_share_is_exact_where_64_bits_do_not_hold_the_product() -> None:
    one, whole = np.array([4 * 10**15]), np.array([8 * 10**15])
    assert derive(Derived("d", "share_of", ("a", "b")), {"a": one, "b": whole})[0] == 500_000


def test_the_total_of_a_batch_is_exact_where_64_bits_do_not_hold_it() -> None:
    assert exact_sum(np.full(65_536, LIMIT, dtype=np.int64)) == 65_536 * LIMIT
    assert exact_sum(np.array([-5, 3], dtype=np.int64)) == -2


EVENTS: dict[str, tuple[str, list[dict[str, Any]], dict[str, Any]]] = {
    "a cap of nothing": ("at_most: 0", [{"n": 1}], {}),
    "a limit of nothing": ("at_most_of: p", [{"n": 1}], {"p": "0"}),
    "a limit that an event tells": ("at_most_of: p", [{"n": 1, "p": "3"}, {"n": 1, "p": "3"}], {}),
    "two limits": ("at_most_of: p", [{"n": 1, "p": "3"}, {"n": 1, "p": "4"}], {}),
    "alternatives of each event, capped": ("at_most: 500", [{"n": 2}, {"n": 2}], {}),
    "a thing beside a sum that is too small": ('threshold: ">=9"', [{"n": 3}], {}),
    "a discretion beside it": ('threshold: ">=9"', [{"n": 4}], {}),
}


@pytest.mark.parametrize(("setting", "events", "common"), EVENTS.values(), ids=EVENTS)
def test_a_cap_on_several_events_holds_alike_one_by_one_and_in_columns(
    setting: str, events: list[dict[str, Any]], common: dict[str, Any], tmp_path: Path
) -> None:
    rows = (
        "id,n,outcome,kind,amount,alternative,decider\nt.a,1,pay,cash,5,,\nt.b,2,pay,cash,300,x,\nt.c,2,pay,voucher,400,x,\n"
        "t.d,3,pay,cash,5,,\nt.e,3,pay,meal,,,\nt.f,4,pay,cash,5,,\nt.g,4,discretion,cash,,,boss\n"
    )
    table = table_of(tmp_path, HEAD + f"events: {{list: all, {setting}}}\n", rows)
    by_name = compiled(table).columns

    def columns(cases: list[dict[str, Any]]) -> dict[str, Any]:
        names = dict.fromkeys(name for case in cases for name in case)
        return {n: np.array([by_name[n].scaled(c[n]) if n in c else NULL for c in cases]) for n in names}

    claim = np.zeros(len(events), dtype=np.intp)
    found = evaluate_events(table, columns([common]), columns(events), claim, 1)
    case = {**common, "all": events}
    assert (OUTCOMES[found.outcome[0]], int(found.minor[0])) == told(table, case)
    if "at_most: 500" in setting:
        assert told(table, case) == ("priced", 50_000)


def test_places_must_be_as_many_as_the_values_that_they_are_found_by(tmp_path: Path) -> None:
    head = (
        "inputs:\n  a: {type: enum, values: [X, Y, Z], raw: true}\n  b: {type: enum, values: [X, Y, Z], raw: true}\n"
        "derived:\n  n: {function: great_circle_km, of: [a, b], places: [['1', '2'], ['3', '4']], as: {type: int}}\n"
    )
    with pytest.raises(InputError, match="2 places"):
        table_of(tmp_path, head, PAYS + "t.a,-,pay,cash,5,,,,,\n")


# -- below the law -------------------------------------------------------------------------

LAW = (
    "table: x.law\nline: statutory\nbasis: statutory\nhit_policy: PRIORITY\neffective: {on: event_date}\ncurrency: EUR\n"
    'inputs:\n  late: {type: int, domain: "[0..1000)", required: true}\n  fare: {type: money, raw: true}\n'
    'indices:\n  r: {factors: {2025-01-01: "1.5", 2026-01-01: "2"}}\n'
)
LAW_ROWS = (
    "id,late,outcome,kind,amount,share,of,at_least,at_most,threshold,alternative,authority,decider,priority,uprate,from,to,source\n"
    "x.none,<180,none,,,,,,,,,,,1,,,,law\nx.cash,[180..600),pay,cash,250,,,,,,,,,1,r,,,law\nx.thing,[600..800),pay,refund,,,,,,,,,,1,,,,law\n"
    "x.fare,[800..900),pay,cash,,50%,fare,,,,,,,1,,,,law\nx.range,>=900,discretion,cash,,,,50,100,,,,boss,1,,,,law\n"
)
PATCH = "op,id,column,was,value,reason,source,approved_by,from\n"


@pytest.fixture
def client(tmp_path: Path) -> Callable[..., Policy]:
    def made(**files: str) -> Policy:
        law, own = tmp_path / "policies" / "statutes" / "x", tmp_path / "policies" / "clients" / "c"
        law.mkdir(parents=True)
        own.mkdir(parents=True)
        (tmp_path / "playbook.toml").write_text("", encoding="utf-8")
        (tmp_path / "policies" / "base").symlink_to(ROOT / "policies" / "base")
        (law / "policy.yaml").write_text("note: a law\n", encoding="utf-8")
        (law / "law.table.yaml").write_text(LAW, encoding="utf-8")
        (law / "law.csv").write_text(LAW_ROWS, encoding="utf-8")
        text = "extends: [base, statutes/x]\ncurrency: EUR\njurisdiction: DE\nbrand: {name: {en: Test}}\n"
        for name, content in {"policy_yaml": text, **files}.items():
            (own / name.replace("_", ".")).write_text(content, encoding="utf-8")
        return read_policy("c", find_workspace(tmp_path))

    return made


SET = "set,x.cash,{},{},{},why,s,me,{}\n".format
TRICKS: dict[str, tuple[str, str]] = {
    "a voucher for cash": (SET("kind", "cash", "voucher", ""), ""),
    "a voucher for some months only": (SET("kind", "cash", "voucher", "2025-03-01") + SET("kind", "voucher", "cash", "2025-09-01"), ""),
    "nothing from a day on": ("disable,x.cash,,,,why,s,me,2025-06-01\n", ""),
    "no row with an index any more": ("disable,x.cash,,,,why,s,me,\n", ""),
    "a lower alternative": (SET("alternative", "", "z", "") + "add,x.z,,,,why,s,me,\n", "x.z,[180..600),pay,voucher,10,,,,,,z,,,9,,,,s\n"),
    "a row that goes before it": ("add,x.z,,,,why,s,me,\n", "x.z,-,pay,cash,1,,,,,,,,,9,,,,s\n"),
    "a row of nothing that goes before it": ("add,x.z,,,,why,s,me,\n", "x.z,-,none,,,,,,,,,,,9,,,,s\n"),
    "an outcome of nothing": (SET("outcome", "pay", "none", ""), ""),
    "more information for ever": (SET("outcome", "pay", "more_information", ""), ""),
    "a sum at somebody's discretion": (SET("outcome", "pay", "discretion", ""), ""),
    "a threshold above it": (SET("threshold", "", ">=9999", ""), ""),
    "a cap": (SET("at_most", "", "1", ""), ""),
    "no uprating": (SET("uprate", "r", "-", ""), ""),
    "a lower end of a discretion": ("set,x.range,at_most,100,60,why,s,me,\n", ""),
    "a smaller share": ("set,x.fare,share,50%,49.9999999%,why,s,me,\n", ""),
    "no thing": ("set,x.thing,kind,refund,apology,why,s,me,\n", ""),
}  # fmt: skip


@pytest.mark.parametrize(("patch", "rows"), TRICKS.values(), ids=TRICKS)
def test_no_trick_of_a_patch_pays_below_the_law(patch: str, rows: str, client: Callable[..., Policy]) -> None:
    files = {"law_patch_csv": PATCH + patch}
    if rows:
        files["law_rows_csv"] = LAW_ROWS.splitlines()[0] + "\n" + rows
    policy = client(**files)
    law = floors_of(policy)["law"]
    cases: list[dict[str, object]] = [
        {"late": str(late), "fare": fare, "event_date": day}
        for late in (0, 179, 180, 599, 600, 799, 800, 899, 900)
        for fare in ("0", "0.01", "199.99")
        for day in ("2024-01-01", "2025-02-28", "2025-03-01", "2025-07-01", "2025-09-01", "2026-03-01")
    ]
    names = ("late", "fare", "event_date")
    pricer = Pricer(policy)
    batch = pa.RecordBatch.from_pydict({n: [case[n] for case in cases] for n in names})
    priced = pricer.price(batch, 0).to_pylist()
    clamped = 0
    for case, row in zip(cases, priced, strict=True):
        single, due = price_case(policy, case), decide(law, case)
        assert not any(pays_less(d, due) for d in single.decisions if d.table.name == "x.law")
        rung = authority_of(policy, single, make_options(policy, single))
        assert (row["outcome"], row["authority"]) == (single.outcome, rung.role if rung else "")
        assert row["total"] == total_of_lines(single, "EUR").decimal
        clamped += bool(single.clamped)
    assert pricer.clamped == clamped > 0
    assert sum((row["total"] for row in priced), Decimal(0)) == Decimal(pricer.totals["total"]).scaleb(-2)


def test_a_client_has_no_table_of_the_name_of_a_law(client: Callable[..., Policy]) -> None:
    header = LAW.replace("PRIORITY", "UNIQUE")
    policy = client(aaa_table_yaml=header, aaa_csv=LAW_ROWS.replace(",250,", ",1,"))
    with pytest.raises(InputError, match=r"x\.law, the name of"):
        tables_of(policy)


def test_each_of_several_events_has_alternatives_of_its_own(client: Callable[..., Policy]) -> None:
    header = (
        "table: c.own\nline: inconvenience\nbasis: goodwill\nhit_policy: COLLECT\ncurrency: EUR\n"
        "events: {list: trips}\ninputs:\n  a: {type: int}\n"
    )
    rows = "id,a,kind,amount,alternative,source\nc.a,-,cash,300,x,s\nc.b,-,voucher,400,x,s\n"
    policy = client(own_table_yaml=header, own_csv=rows)
    single = price_case(policy, {"trips": [{"a": 1}, {"a": 2}], "late": "0", "event_date": "2025-01-01"})
    assert total_of_lines(single, "EUR") == Money(80_000, "EUR")

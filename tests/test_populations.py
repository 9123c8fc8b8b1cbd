"""Populations are priced to the minor unit, whatever holds them, and nothing of them is lost."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.errors import InputError
from playbook.money import Money
from playbook.offers import authority_of, price_case
from playbook.offers.files import price_file
from playbook.offers.frames import price_frame, register_accessor
from playbook.offers.population import ADDED, Pricer
from playbook.policy import read_policy
from playbook.policy.model import Policy
from playbook.sources import read_csv
from playbook.workspace import find_workspace

ROOT = Path(__file__).parents[1]


@cache
def bakery() -> Policy:
    return read_policy("heri-bakery", find_workspace(ROOT))


CAKES = {
    "order": ["A1", "A2", "A3", "A4"],
    "price": ["1280", "900.50", "12,80", None],
    "delay_min": ["365", "60", "90", "90"],
    "damaged": ["true", "false", "false", "true"],
}


def test_a_pandas_frame_comes_back_as_one_with_what_each_customer_is_owed_and_may_choose() -> None:
    priced = price_frame(bakery(), pd.DataFrame(CAKES))
    frame = priced.customers
    assert isinstance(frame, pd.DataFrame)
    assert list(frame.columns) == [*CAKES, *ADDED]
    assert list(frame["order"]) == ["A1", "A2", "A4"]
    assert list(frame["options"]) == ["A B C", "D E", ""]
    assert list(frame["outcome"]) == ["priced", "priced", "not_enough_information"]
    assert list(priced.rejects["order"]) == ["A3"]
    expected = "'12,80' is not of the type of price: expected a number"
    assert priced.rejects["reason"][0] == expected


def test_every_kind_of_table_is_priced_alike() -> None:
    arrow = pa.table(CAKES)
    relation = duckdb.connect().from_arrow(arrow)
    expected = price_frame(bakery(), pd.DataFrame(CAKES)).customers.astype(str).values.tolist()
    for customers in (arrow, relation, arrow.to_batches()[0]):
        found = price_frame(bakery(), customers).customers
        assert isinstance(found, pa.Table)
        assert found.to_pandas().astype(str).values.tolist() == expected


def test_the_accessor_prices_a_frame() -> None:
    register_accessor()
    assert list(pd.DataFrame(CAKES).playbook.price(bakery()).customers["order"]) == ["A1", "A2", "A4"]


def test_a_float_is_no_sum_of_money() -> None:
    frame = pd.DataFrame({"price": [12.8], "delay_min": [365], "damaged": [True]})
    priced = price_frame(bakery(), frame)
    assert (len(priced.customers), len(priced.rejects)) == (0, 1)


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(InputError, match="DuckDB"):
        price_frame(bakery(), [1, 2, 3])


def test_no_customers_are_no_error_in_memory() -> None:
    priced = price_frame(bakery(), pd.DataFrame({"price": pd.Series([], dtype=str)}))
    assert list(priced.customers.columns) == ["price", *ADDED]
    assert priced.totals == {n: Decimal(0) for n in ("inconvenience", "need_now", "statutory", "total")}


@settings(deadline=None, max_examples=25)
@given(
    prices=st.lists(st.one_of(st.none(), st.integers(0, 10**7), st.just("dear")), min_size=1, max_size=40),
    parquet=st.booleans(),
    batch=st.integers(1, 7),
)
def test_rows_in_are_rows_out_and_rejects_and_the_totals_are_the_sums_of_the_columns(
    tmp_path_factory: pytest.TempPathFactory, prices: list[Any], parquet: bool, batch: int
) -> None:
    folder = tmp_path_factory.mktemp("cakes")
    texts = [f"{p / 100:.2f}" if isinstance(p, int) else p for p in prices]
    table = pa.table(
        {
            "n": [str(i) for i in range(len(texts))],
            "price": pa.array(texts, pa.string()),
            "delay_min": ["200"] * len(texts),
            "damaged": ["true"] * len(texts),
        }
    )
    source = folder / "in.parquet"
    pyarrow.parquet.write_table(table, source, row_group_size=batch)
    output = folder / ("out.parquet" if parquet else "out.csv")
    report = price_file(bakery(), str(source), output)
    rejects = folder / "out.rejects.csv"
    rejected = [row["n"] for row in read_csv(rejects)[1]] if rejects.exists() else []
    priced = (
        pyarrow.parquet.read_table(output).to_pylist() if parquet else [r.cells for r in read_csv(output)[1]]
    )
    assert report["rows"] == len(texts) == len(priced) + len(rejected)
    assert sorted([*(row["n"] for row in priced), *rejected], key=int) == [str(i) for i in range(len(texts))]
    assert rejected == [str(i) for i, p in enumerate(prices) if p == "dear"]
    for column, total in report["totals"].items():
        cells = [row[column] for row in priced if row[column] not in (None, "")]
        assert sum(map(Decimal, map(str, cells)), Decimal(0)) == Decimal(total)


# -- several events of one claim -----------------------------------------------------------


@pytest.fixture(scope="module")
def airline(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "playbook.toml").write_text("", encoding="utf-8")
    client = folder / "policies" / "clients" / "air"
    client.mkdir(parents=True)
    (client / "policy.yaml").write_text("extends: [base]\ncurrency: CAD\nlanguages: [en]\n", encoding="utf-8")
    (client / "late.table.yaml").write_text(
        "table: air.late\nline: statutory\nbasis: statutory\nhit_policy: UNIQUE\ncurrency: CAD\n"
        'events: {list: flights, at_most: 1500, threshold: ">=400"}\n'
        'inputs:\n  late: {type: int, domain: "[0..10000)", required: true}\n  large: {type: bool, required: true}\n',
        encoding="utf-8",
    )
    (client / "late.csv").write_text(
        "id,late,large,outcome,amount,kind,source\nair.none,<180,-,none,,,law\nair.small,>=180,false,pay,125,cash,law\n"
        "air.low,[180..540),true,pay,250,cash,law\nair.high,>=540,true,pay,1000,cash,law\n",
        encoding="utf-8",
    )
    return read_policy("air", find_workspace(folder))


_claims = st.one_of(
    st.fixed_dictionaries({"late": st.one_of(st.none(), st.integers(0, 999))}),
    st.fixed_dictionaries(
        {"flights": st.lists(st.fixed_dictionaries({"late": st.one_of(st.none(), st.integers(0, 999))}), min_size=1, max_size=4)}
    ),
)  # fmt: skip


@settings(deadline=None, max_examples=50)
@given(
    claims=st.lists(st.tuples(_claims, st.sampled_from([True, False, None])), min_size=1, max_size=12),
    as_json=st.booleans(),
)
def test_a_file_of_claims_with_several_flights_is_priced_as_each_claim_alone(
    airline: Policy, claims: list[tuple[dict[str, Any], bool | None]], as_json: bool
) -> None:
    flights = [claim.get("flights") for claim, _ in claims]
    column = (
        pa.array([None if f is None else json.dumps(f) for f in flights], pa.string())
        if as_json
        else pa.array(flights, pa.list_(pa.struct([("late", pa.int64())])))
    )
    batch = pa.RecordBatch.from_pydict(
        {
            "flights": column,
            "late": pa.array([claim.get("late") for claim, _ in claims], pa.int64()),
            "large": pa.array([large for _, large in claims], pa.bool_()),
        }
    )
    rows = Pricer(airline).price(batch, 0).to_pylist()
    for (claim, large), row in zip(claims, rows, strict=True):
        single = price_case(airline, {**claim, "large": large})
        assert row["outcome"] == single.outcome
        paid = sum((line.amount for line in single.lines if line.amount), Money(0, "CAD"))
        if single.outcome != "not_enough_information":
            assert row["statutory"] == paid.decimal
        assert set(row["rows"].split()) == {r.id for d in single.decisions for r in d.fired} or row["statutory"] is None  # fmt: skip


@pytest.mark.parametrize(
    ("flights", "reason"),
    [("[3]", "not a list of events"), ('[{"early": 3}]', "early"), ('[{"late": "x"}]', "'x' for late"), ('[{"late": -1}]', "domain"), ("{", "not a list")],
    ids=["a list of numbers", "an unknown input", "no number", "outside the domain", "no JSON"],
)  # fmt: skip
def test_a_list_of_events_that_cannot_be_read_is_a_reject_with_its_reason(
    airline: Policy, flights: str, reason: str
) -> None:
    pricer = Pricer(airline)
    pricer.price(
        pa.RecordBatch.from_pydict({"flights": [flights, '[{"late": 3}]'], "large": [True, True]}), 0
    )
    assert [row["row"] for row in pricer.rejects] == [1]
    assert reason in str(pricer.rejects[0]["reason"])


def test_a_column_of_the_smallest_type_is_read_as_any_other() -> None:
    batch = pa.RecordBatch.from_pydict(
        {"price": [Decimal("12.00")], "delay_min": pa.array(np.array([200], np.int16)), "damaged": [False]}
    )
    assert Pricer(bakery()).price(batch, 0).to_pylist()[0]["outcome"] == "priced"


def test_a_sum_that_somebody_has_yet_to_decide_is_not_priced_and_needs_that_somebody(tmp_path: Path) -> None:
    (tmp_path / "playbook.toml").write_text("", encoding="utf-8")
    client = tmp_path / "policies" / "clients" / "hotel"
    client.mkdir(parents=True)
    (client / "policy.yaml").write_text("extends: [base]\ncurrency: EUR\nlanguages: [en]\n", encoding="utf-8")
    header = "table: {0}\nline: {1}\nbasis: goodwill\nhit_policy: UNIQUE\ncurrency: EUR\ninputs:\n  late: {{type: int, domain: '[0..2000)', required: true}}\n"
    (client / "food.table.yaml").write_text(header.format("hotel.food", "need_now"), encoding="utf-8")
    (client / "food.csv").write_text(
        "id,late,outcome,kind,source\nfood.yes,>=60,pay,meals,us\nfood.no,<60,none,,us\n", encoding="utf-8"
    )
    (client / "night.table.yaml").write_text(header.format("hotel.night", "inconvenience"), encoding="utf-8")
    (client / "night.csv").write_text(
        "id,late,outcome,kind,at_least,at_most,decider,source\nnight.no,<720,none,,,,,us\nnight.yes,>=720,discretion,cash,500,900,leader,us\n",
        encoding="utf-8",
    )
    policy = read_policy("hotel", find_workspace(tmp_path))
    priced = [price_case(policy, {"late": late}) for late in (720, 719)]
    assert [p.outcome for p in priced] == ["discretion", "priced"]
    roles = [authority_of(policy, p, ()) for p in priced]
    assert [rung.role for rung in roles if rung] == ["leader", "first_line"]
    (line,) = [line for line in priced[0].lines if line.decider]
    assert (str(line.at_least), str(line.at_most)) == ("500.00", "900.00")
    rows = Pricer(policy).price(pa.RecordBatch.from_pydict({"late": [720, 719]}), 0).to_pylist()
    assert [(row["outcome"], row["authority"]) for row in rows] == [
        ("discretion", "leader"),
        ("priced", "first_line"),
    ]


def test_columns_of_a_file_come_back_with_the_types_they_had(tmp_path: Path) -> None:
    table = pa.table(
        {
            "order": pa.array(["A1", "A2", None], pa.string()),
            "city": pa.array(["Taipei", "Taipei", "Tainan"]).dictionary_encode(),
            "at": pa.array([0, 1, 2], pa.timestamp("us", "Asia/Taipei")),
            "price": pa.array([Decimal("12.00"), None, Decimal("13.00")], pa.decimal128(9, 2)),
            "delay_min": pa.array([200, 201, 202], pa.int16()),
            "damaged": [True, False, None],
        }
    )
    pyarrow.parquet.write_table(table, tmp_path / "in.parquet")
    price_file(bakery(), str(tmp_path / "in.parquet"), tmp_path / "out.parquet")
    found = pyarrow.parquet.read_table(tmp_path / "out.parquet")
    assert found.select(table.schema.names).schema.equals(table.schema)
    assert found.select(table.schema.names).to_pylist() == table.to_pylist()

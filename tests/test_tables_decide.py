"""A table decides one case and a million in the same way, and says why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.errors import InputError
from playbook.tables import decide, evaluate, read_table, scaled_columns
from playbook.tables import grid as grid_module
from playbook.tables.decide import OUTCOMES, compiled
from playbook.tables.derive import NULL

DELAY = read_table(Path(__file__).parent / "tables" / "delay.table.yaml")

CASES = [
    ("at the bound, old sum", {"distance_km": 1500, "arrival_delay_min": 180, "extraordinary": "false", "event_date": "2029-12-31"}, "priced", "250.00"),
    ("the day the sum changes", {"distance_km": 1500, "arrival_delay_min": 180, "extraordinary": "false", "event_date": "2030-01-01"}, "priced", "300.00"),
    ("half of a price, rounded half up", {"distance_km": 1501, "arrival_delay_min": 180, "extraordinary": "false", "event_date": "2026-01-01", "price": "99.99"}, "priced", "50.00"),
    ("below three hours whatever else is unknown", {"arrival_delay_min": 179}, "not_eligible", None),
    ("the price is not known", {"distance_km": 1501, "arrival_delay_min": 180, "extraordinary": "false", "event_date": "2026-01-01"}, "not_enough_information", None),
]  # fmt: skip


@pytest.mark.parametrize(("case", "outcome", "total"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_case_is_decided(case: dict[str, object], outcome: str, total: str | None) -> None:
    decision = decide(DELAY, case)
    assert decision.outcome == outcome
    assert (str(decision.total) if decision.total else None) == total


def test_what_is_missing_is_named_and_only_where_it_matters() -> None:
    decision = decide(DELAY, {"arrival_delay_min": 181, "event_date": "2026-06-01"})
    assert decision.missing == ("distance_km", "extraordinary")


def test_the_rows_that_nearly_fired_say_which_one_condition_failed() -> None:
    near = decide(DELAY, CASES[0][1]).near
    assert ("t.long", "distance_km", ">1500", "1500") in [
        (n.row.id, n.input, n.wanted, n.found) for n in near
    ]


@pytest.mark.parametrize(
    "case",
    [
        {"distance": 1},
        {"distance_km": "far"},
        {"distance_km": 30000},
        {"extraordinary": "maybe"},
        {"price": 1.5},
    ],
    ids=["an unknown input", "no number", "outside the domain", "no truth value", "a float as money"],
)
def test_a_wrong_value_is_an_error_that_names_it(case: dict[str, object]) -> None:
    with pytest.raises(InputError) as caught:
        decide(DELAY, case)
    assert caught.value.problems[0].field == next(iter(case))


_cell = st.one_of(
    st.just("-"),
    st.integers(0, 9).map(str),
    st.integers(1, 9).map(lambda n: f"<{n}"),
    st.integers(0, 9).map(lambda n: f">={n}"),
    st.tuples(st.integers(0, 5), st.integers(6, 10)).map(lambda p: f"[{p[0]}..{p[1]})"),
    st.just("null"),
)
_policy = st.sampled_from(
    ["FIRST", "PRIORITY", "COLLECT SUM", "COLLECT MIN", "COLLECT MAX", "RULE ORDER", "UNIQUE"]
)
_row = st.tuples(
    _cell,
    _cell,
    st.sampled_from(["a", "b", "a|b", "-", "not(a)"]),
    st.integers(0, 3),
    st.fixed_dictionaries(
        {
            "outcome": st.sampled_from(["pay"] * 6 + ["none", "discretion", "more_information"]),
            "amount": st.one_of(st.just(""), st.integers(0, 500).map(str)),
            "share": st.sampled_from(["", "50%", "12.5%", "300%", "1/3"]),
            "per": st.sampled_from(["", "", "n"]),
            "period": st.sampled_from(["", "2", "7"]),
            "periods": st.sampled_from(["", "started", "complete"]),
            "after": st.sampled_from(["", "3"]),
            "free_periods": st.sampled_from(["", "1"]),
            "max_periods": st.sampled_from(["", "4"]),
            "each": st.sampled_from(["", "10.01"]),
            "at_least": st.sampled_from(["", "5.00"]),
            "at_most": st.sampled_from(["", "77.77"]),
            "cap_of": st.sampled_from(["", "", "base"]),
            "times": st.sampled_from(["", "50%", "1/3", "120%"]),
            "plus": st.sampled_from(["", "0.01"]),
            "deductible": st.sampled_from(["", "9.99"]),
            "threshold": st.sampled_from(["", ">=4.00", ">1.00"]),
            "multiply": st.sampled_from(["", "", "n"]),
            "alternative": st.sampled_from(["", "choice"]),
            "kind": st.sampled_from(["cash", "voucher", "thing"]),
        }
    ),
)


def _whole_row(cells: dict[str, str]) -> dict[str, str]:
    """Add what the cells of a row need: the base of a share, the input of periods."""
    return {**cells, "of": "base" if cells["share"] else "", "each": cells["each"] if cells["per"] else ""}


@settings(deadline=None, max_examples=60)
@given(
    policy=_policy,
    rows=st.lists(_row, min_size=1, max_size=6),
    cases=st.lists(
        st.tuples(st.one_of(st.none(), st.integers(0, 9)), st.one_of(st.none(), st.integers(0, 9)), st.sampled_from(["a", "b", None]),
                  st.one_of(st.none(), st.integers(0, 10**8)), st.one_of(st.none(), st.integers(0, 40))),
        min_size=1,
        max_size=20,
    ),
    rounding=st.sampled_from(["half_up", "half_even", "up", "down"]),
)  # fmt: skip
def test_columns_and_single_cases_agree_on_any_table_and_so_do_grid_and_bitmasks(
    tmp_path_factory: pytest.TempPathFactory, policy: str, rows: list[tuple[str, str, str, int, dict[str, str]]],
    cases: list[tuple[int | None, int | None, str | None, int | None, int | None]], rounding: str,
) -> None:  # fmt: skip
    folder = tmp_path_factory.mktemp("random")
    (folder / "r.table.yaml").write_text(
        f"table: r.t\nhit_policy: {policy}\ncurrency: EUR\nrounding: {{mode: {rounding}}}\ninputs:\n"
        '  x: {type: int, domain: "[0..10)"}\n  y: {type: int, domain: "[0..10)", required: true}\n'
        "  c: {type: enum, values: [a, b]}\n  base: {type: money, raw: true}\n  n: {type: int, raw: true}\n",
        encoding="utf-8",
    )
    cells = [_whole_row(row[4]) for row in rows]
    names = sorted(cells[0])
    lines = [",".join(["id", "x", "y", "c", "priority", *names])]
    lines += [
        ",".join([f"r.n{i}", x, y, c, str(priority), *(cells[i][name] for name in names)])
        for i, (x, y, c, priority, _) in enumerate(rows)
    ]
    (folder / "r.csv").write_text("\n".join(lines), encoding="utf-8")
    table = read_table(folder / "r.table.yaml")
    raw = {
        "x": [c[0] for c in cases],
        "y": [c[1] for c in cases],
        "c": [c[2] for c in cases],
        "base": [None if c[3] is None else f"{c[3] / 100:.2f}" for c in cases],
        "n": [c[4] for c in cases],
    }
    columns = scaled_columns(table, raw)
    dense = evaluate(table, columns, len(cases))
    other = read_table(folder / "r.table.yaml")
    limit, grid_module.CELL_LIMIT = grid_module.CELL_LIMIT, 0
    try:
        assert not compiled(other).dense
        sparse = evaluate(other, columns, len(cases))
    finally:
        grid_module.CELL_LIMIT = limit
    for i in range(len(cases)):
        single = decide(table, {name: values[i] for name, values in raw.items()})
        minor = single.total.minor if single.total else 0
        fired = tuple(row.id for row in single.fired)
        for found in (dense, sparse):
            assert OUTCOMES[found.outcome[i]] == single.outcome
            assert int(found.minor[i]) == (0 if single.outcome == "not_enough_information" else minor)
            assert single.outcome == "not_enough_information" or found.rows[found.code[i]] == fired


def test_null_in_columns_is_not_zero() -> None:
    columns = scaled_columns(
        DELAY,
        {
            "distance_km": [None],
            "arrival_delay_min": ["200"],
            "extraordinary": ["true"],
            "event_date": ["2026-01-01"],
        },
    )
    assert columns["distance_km"][0] == NULL
    assert OUTCOMES[evaluate(DELAY, columns, 1).outcome[0]] == "not_eligible"
    assert isinstance(columns["arrival_delay_min"], np.ndarray)

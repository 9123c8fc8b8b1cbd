"""A table can say everything that the published schemes say: one small table for each feature of the collected list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from playbook.errors import InputError
from playbook.offers.answers import events_of
from playbook.sources import read_yaml
from playbook.tables import Decision, Table, decide, evaluate, evaluate_events, read_table, scaled_columns
from playbook.tables.decide import OUTCOMES
from playbook.tables.prove import prove

TABLES = Path(__file__).parent / "tables"
FEATURES: list[dict[str, Any]] = read_yaml(TABLES / "features.yaml")[0]
OWN_TESTS = {
    17: ("test_offers", "the three lines kept apart and added"),
    18: ("test_offers", "the offer is never below the statutory floor"),
    27: ("test_clocks", "business days with holidays and a cut-off"),
    29: ("test_clocks", "a clock that stops and starts again"),
    35: ("test_tables_prove", "gaps and overlaps are found"),
    36: ("test_tables_features", "the same rules with other sums"),
    38: ("test_offers", "who may grant it"),
}


def table_of(folder: Path, feature: dict[str, Any]) -> Table:
    (folder / "airports.csv").write_text(
        "code,latitude,longitude\nHKG,22.3089,113.9146\nNRT,35.7647,140.3863\nTPE,25.0777,121.2328\n",
        encoding="utf-8",
    )
    header = {
        "table": "test.t",
        "title": {"en": feature["name"]},
        "basis": "contractual",
        "hit_policy": feature.get("hit_policy", "UNIQUE"),
        "currency": feature.get("currency", "EUR"),
        "effective": {"on": "event_date"},
        "inputs": feature["inputs"],
        "derived": feature.get("derived", {}),
        **feature.get("header", {}),
    }
    (folder / "t.table.yaml").write_text(
        yaml.safe_dump(header, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    (folder / "t.csv").write_text(feature["rows"], encoding="utf-8")
    return read_table(folder / "t.table.yaml")


CASES = [
    pytest.param(feature, case, expected, id=f"{feature['feature']} {feature['name'][:60]} {n}")
    for feature in FEATURES
    for n, (case, expected) in enumerate(feature["cases"], start=1)
]


def answered(decision: Decision) -> dict[str, Any]:
    kinds: dict[str, str] = {p.kind: str(p.amount) for p in decision.paid if p.amount is not None}
    return {
        "kinds": kinds,
        "things": [p.kind for p in decision.paid if p.amount is None and not p.decider],
        "total": None if decision.total is None else str(decision.total),
        "payers": {name: str(share) for name, share in decision.payers.items()},
        "decider": next((p.decider for p in decision.paid if p.decider), None),
        "at_least": next((str(p.at_least) for p in decision.paid if p.at_least), None),
        "at_most": next((str(p.at_most) for p in decision.paid if p.at_most), None),
    }


@pytest.mark.parametrize(("feature", "case", "expected"), CASES)
def test_a_feature_of_published_schemes_is_answered_exactly(
    tmp_path: Path, feature: dict[str, Any], case: dict[str, Any], expected: Any
) -> None:
    decision = decide(table_of(tmp_path, feature), case)
    if expected == "more":
        assert decision.outcome == "not_enough_information"
        assert decision.missing or decision.fired, "what is missing, or which row asks for a person"
    elif expected == "none":
        assert decision.outcome == "not_eligible"
    elif isinstance(expected, str):
        assert (decision.outcome, str(decision.total)) == ("priced", expected)
    else:
        found = answered(decision)
        assert {key: found[key] for key in expected} == expected


@pytest.mark.parametrize("feature", FEATURES, ids=lambda f: f"{f['feature']} {f['name'][:60]}")
def test_columns_of_cases_are_answered_as_single_ones(tmp_path: Path, feature: dict[str, Any]) -> None:
    table = table_of(tmp_path, feature)
    cases = [case for case, _ in feature["cases"] if "flights" not in case]
    names = list(dict.fromkeys(name for case in cases for name in case))
    found = evaluate(table, scaled_columns(table, {n: [c.get(n) for c in cases] for n in names}), len(cases))
    for i, case in enumerate(cases):
        single = decide(table, case)
        minor = single.total.minor if single.total else 0
        assert (OUTCOMES[found.outcome[i]], int(found.minor[i])) == (single.outcome, minor)


def test_every_feature_of_the_list_has_a_test() -> None:
    assert {feature["feature"] for feature in FEATURES} | set(OWN_TESTS) == set(range(1, 40))
    for module, _ in OWN_TESTS.values():
        assert (Path(__file__).parent / f"{module}.py").is_file()


def test_claims_of_several_events_are_added_in_columns_too(tmp_path: Path) -> None:
    feature = next(f for f in FEATURES if f["feature"] == 13)
    table = table_of(tmp_path, feature)
    claims = [case for case, _ in feature["cases"] if "flights" in case]
    flat, claim, wrong = events_of(table, pa.array([c["flights"] for c in claims]))
    assert wrong == {}
    found = evaluate_events(table, {}, flat, claim, len(claims))
    for i, case in enumerate(claims):
        single = decide(table, case)
        minor = single.total.minor if single.total else 0
        assert (OUTCOMES[found.outcome[i]], int(found.minor[i])) == (single.outcome, minor)


@pytest.mark.parametrize(
    "flights",
    ["late", {"late": 3}, [3], [{"late": 3}] * 1001],
    ids=["a word", "a map", "no maps", "more than a thousand"],
)
def test_a_list_of_events_that_is_none_is_refused(tmp_path: Path, flights: Any) -> None:
    table = table_of(tmp_path, next(f for f in FEATURES if f["feature"] == 13))
    with pytest.raises(InputError, match="events"):
        decide(table, {"flights": flights})


def test_a_derived_value_that_is_impossible_is_refused_with_what_it_was_worked_out_of(tmp_path: Path) -> None:
    table = table_of(tmp_path, next(f for f in FEATURES if f["feature"] == 34))
    with pytest.raises(InputError, match="worked out of up_seconds, month_seconds"):
        decide(table, {"rule": "service", "month_seconds": 10, "down_seconds": 11})


# -- the same rules with other sums --------------------------------------------------------


def layer(folder: Path, name: str, **files: str) -> Path:
    place = folder / name
    place.mkdir()
    for file, text in files.items():
        (place / file.replace("__", ".")).write_text(text, encoding="utf-8")
    return place


ORIGINAL = {
    "late__table__yaml": "table: eu.late\nbasis: statutory\nhit_policy: UNIQUE\ncurrency: EUR\ntitle: {en: late}\n"
    'inputs:\n  late: {type: int, domain: "[0..1000)", required: true}\n',
    "late__csv": "id,late,outcome,amount,kind,source\neu.none,<180,none,,,law\neu.pay,>=180,pay,250.00,cash,law\n",
}
CHANGE = "op,id,column,was,value,reason,source,approved_by,from\n"


def test_the_same_rules_with_other_sums_are_a_copy_and_a_file_of_changes(tmp_path: Path) -> None:
    layer(tmp_path, "eu", **ORIGINAL)
    uk = layer(
        tmp_path, "gb",
        late__table__yaml="table: gb.late\ncopy_of: eu/late\ncurrency: GBP\ninputs:\n  extra: {type: int, raw: true}\n",
        late__changes__csv=CHANGE + "set,eu.pay,amount,250.00,220.00,sterling,law,,\n",
    )  # fmt: skip
    table = read_table(uk / "late.table.yaml")
    assert (table.name, table.currency, table.basis) == ("gb.late", "GBP", "statutory")
    assert str(decide(table, {"late": 180}).total) == "220.00"
    assert decide(table, {"late": 179, "extra": 1}).outcome == "not_eligible"
    assert [row.place.path.endswith("late.changes.csv") for row in table.rows] == [False, True]
    assert prove(table) == ()
    before = table.sha256
    rows = tmp_path / "eu" / "late.csv"
    rows.write_text(rows.read_text(encoding="utf-8").replace("<180", "<170").replace(">=180", ">=170"), encoding="utf-8")  # fmt: skip
    assert read_table(uk / "late.table.yaml").sha256 != before


@pytest.mark.parametrize(
    "of",
    ["eu/early", "../eu/late", "/etc/passwd", "eu/../../x", "gb/late"],
    ids=["no such table", "a path", "a path from the root", "a path inside", "a copy of itself"],
)
def test_a_copy_of_what_is_no_table_beside_is_refused(tmp_path: Path, of: str) -> None:
    layer(tmp_path, "eu", **ORIGINAL)
    uk = layer(tmp_path, "gb", late__table__yaml=f"table: gb.late\ncopy_of: {of}\ncurrency: GBP\n")
    with pytest.raises(InputError, match="copy_of"):
        read_table(uk / "late.table.yaml")


# -- what is wrong with a header -----------------------------------------------------------

WRONG = [
    ("an index without factors", {"indices": {"rpi": {"to": "0.01"}}}, "indices.rpi"),
    ("a factor that is no number", {"indices": {"rpi": {"factors": {"2026-04-01": "much"}}}}, "factors"),
    ("a payer without weight", {"payers": {"us": 0}}, "payers"),
    ("a payer whose weight is a word", {"payers": {"us": "half"}}, "payers.us"),
    ("a remedy that is none", {"remedy": "final"}, "remedy"),
    ("events without a list", {"events": {"at_most": 5}}, "events.list"),
    ("events whose list is an input", {"events": {"list": "n"}}, "events.list"),
    ("a cap on events that is no input", {"events": {"list": "e", "at_most_of": "bill"}}, "at_most_of"),
    ("a place file that is a path", {"derived": {"km": {"function": "great_circle_km", "of": ["n", "n"], "places": "../airports.csv"}}}, "places"),
    ("values from a file that is not there", {"inputs": {"n": {"type": "enum", "values_from": "nowhere.csv"}}}, "values_from"),
]  # fmt: skip


@pytest.mark.parametrize(("header", "where"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_header_that_says_something_impossible_is_told_where(
    tmp_path: Path, header: dict[str, Any], where: str
) -> None:
    feature = {
        "name": "x",
        "inputs": {"n": {"type": "int", "domain": "[0..9]"}},
        "rows": "id,n,amount,kind\nt.a,-,1,cash\n",
        "header": header,
    }
    with pytest.raises(InputError) as caught:
        table_of(tmp_path, feature)
    assert any(where in problem.field for problem in caught.value.problems), caught.value.problems


def test_a_row_may_not_rise_with_an_index_that_the_header_lacks(tmp_path: Path) -> None:
    feature = {"name": "x", "inputs": {"n": {"type": "int", "domain": "[0..9]"}}, "rows": "id,n,amount,uprate,kind\nt.a,-,1,cpi,cash\n"}  # fmt: skip
    with pytest.raises(InputError, match="uprate"):
        table_of(tmp_path, feature)

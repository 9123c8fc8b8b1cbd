"""What a customer is owed and may choose: three lines, two to four options, who may grant each, and never a silent zero."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.assessment import assess
from playbook.cli.price import priced_json
from playbook.errors import InputError
from playbook.incident import read_incident
from playbook.offers import Offers, authority_of, make_offers, make_options, price_case, prove_tables
from playbook.offers.files import price_file
from playbook.offers.options import rows_of
from playbook.offers.population import Pricer
from playbook.policy import read_policy
from playbook.policy.model import Policy
from playbook.policy.read import clients
from playbook.workspace import find_workspace

ROOT = Path(__file__).parents[1]
WORKSPACE = find_workspace(ROOT)
LONG_HAUL = {
    "distance_km": 9400,
    "intra_eu": "false",
    "arrival_delay_min": 310,
    "extraordinary": "false",
    "overnight": "false",
    "event_date": "2026-05-01",
}


@cache
def policy(name: str) -> Policy:
    return read_policy(name, WORKSPACE)


def flown(**more: Any) -> dict[str, Any]:
    return {**LONG_HAUL, **more}


def offered(client: str, case: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    options = make_options(
        policy(client), price_case(policy(client), case, jurisdiction=case.get("jurisdiction"))
    )
    return [(o.id, str(o.total), o.authority.role if o.authority else None) for o in options]


CHOICES: list[tuple[str, str, dict[str, Any], list[tuple[str, str, str]]]] = [
    ("a damaged cake is for the shop manager to settle", "heri-bakery", {"price": "1280", "delay_min": 365, "damaged": "true"},
     [("A", "1480.00", "manager"), ("B", "1920.00", "manager"), ("C", "1580.00", "manager")]),
    ("a late cake is for customer service to settle", "heri-bakery", {"price": "1280", "delay_min": 60, "damaged": "false"},
     [("D", "200.00", "first_line"), ("E", "0.00", "first_line")]),
    ("locked out for 255 minutes: C passes the head of customer service by 19", "anqi-lock",
     {"locked_out_min": 255, "loss_total": "1000", "lock_price": "1899"},
     [("A", "1300.00", "manager"), ("B", "2839.00", "manager"), ("C", "3019.00", "leader")]),
    ("a long-haul flight five hours late", "island-air", flown(),
     [("E", "780.00", "manager"), ("F", "720.00", "manager"), ("G", "720.00", "manager"), ("H", "780.00", "manager")]),
    ("a short flight three hours late is for the duty manager to settle", "island-air", flown(distance_km=600, arrival_delay_min=180),
     [("D", "300.00", "senior"), ("E", "325.00", "senior"), ("F", "370.00", "senior")]),
    ("a storm: nothing by law, still a choice and the receipts", "island-air", flown(extraordinary="true", receipts="84.50"),
     [("A", "124.50", "first_line"), ("B", "84.50", "first_line"), ("C", "84.50", "first_line")]),
    ("an hour late", "island-air", flown(arrival_delay_min=60), [("A", "40.00", "first_line"), ("B", "0.00", "first_line")]),
    ("outside the EU no voucher can stand for a sum that is not owed", "island-air", flown(jurisdiction="TW", arrival_delay_min=200),
     [("D", "50.00", "first_line"), ("F", "120.00", "first_line")]),
    ("a second ticket is for the head of customer relations, whatever it comes to", "island-air", flown(jurisdiction="TW"),
     [("F", "120.00", "first_line"), ("G", "120.00", "first_line"), ("H", "180.00", "manager")]),
    ("a party of nine passes the ceiling of the head of customer relations", "island-air", flown(passengers=9),
     [("E", "7020.00", "leader"), ("F", "5520.00", "leader"), ("G", "5520.00", "leader"), ("H", "5580.00", "leader")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("client", "case", "expected"), [c[1:] for c in CHOICES], ids=[c[0] for c in CHOICES]
)
def test_a_customer_chooses_between_options_that_somebody_may_grant(
    client: str, case: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    assert offered(client, case) == expected


NOTHING: list[tuple[str, str, dict[str, Any]]] = [
    ("a cake less than an hour late", "heri-bakery", {"delay_min": 59, "damaged": "false"}),
    ("locked out for an hour", "anqi-lock", {"locked_out_min": 60}),
    ("a flight less than an hour late", "island-air", {"arrival_delay_min": 59}),
    ("a client without tables", "example-shop", {}),
]


@pytest.mark.parametrize(("client", "case"), [n[1:] for n in NOTHING], ids=[n[0] for n in NOTHING])
def test_where_nothing_is_due_a_row_says_so(client: str, case: dict[str, Any]) -> None:
    priced = price_case(policy(client), case)
    assert (priced.outcome, priced.lines, dict(priced.option_parts)) == ("not_eligible", (), {})
    assert all(decision.fired for decision in priced.decisions)


LACKING: list[tuple[str, str, dict[str, Any], tuple[str, ...]]] = [
    ("nothing is known", "heri-bakery", {}, ("delay_min", "damaged")),
    ("whether it was damaged", "heri-bakery", {"delay_min": 90}, ("damaged",)),
    ("what the cake cost", "heri-bakery", {"delay_min": 90, "damaged": "true"}, ("price",)),
    ("what being locked out cost", "anqi-lock", {"locked_out_min": 255, "lock_price": "1899"}, ("loss_total",)),
    ("what the law needs to know", "island-air", {"arrival_delay_min": 310, "overnight": "false"},
     ("distance_km", "intra_eu", "extraordinary", "event_date")),
    ("whether they need a bed", "island-air", flown(overnight=None), ("overnight",)),
]  # fmt: skip


@pytest.mark.parametrize(("client", "case", "missing"), [c[1:] for c in LACKING], ids=[c[0] for c in LACKING])
def test_what_is_not_known_is_asked_for_and_no_option_has_a_hole_in_it(
    client: str, case: dict[str, Any], missing: tuple[str, ...]
) -> None:
    priced = price_case(policy(client), case)
    assert (priced.outcome, set(priced.missing)) == ("not_enough_information", set(missing))
    assert make_options(policy(client), priced) == ()


def test_what_is_certain_stays_while_something_else_is_asked_for() -> None:
    priced = price_case(policy("island-air"), flown(distance_km=None))
    assert [line.kind for line in priced.lines] == ["meals"]


def test_a_cancelled_flight_is_not_answered_with_nothing() -> None:
    assert price_case(policy("island-air"), flown(event="cancel")).outcome == "not_enough_information"


def test_the_answer_has_the_form_that_scripts_rely_on() -> None:
    answer = priced_json(policy("island-air"), flown(), None, explain=True)
    assert {"outcome", "authority", "lines", "options", "explanation"} <= answer.keys()
    assert (answer["outcome"], answer["authority"], answer["clamped"]) == ("priced", "manager", [])
    told_lines = [
        tuple(x[k] for k in ("line", "basis", "kind", "amount", "currency", "row")) for x in answer["lines"]
    ]
    assert told_lines == [
        ("statutory", "statutory", "cash", "600.00", "EUR", "eu261.delay.c"),
        ("need_now", "contractual", "meals", None, None, "air.need.meals"),
    ]
    assert all(
        {"id", "label", "parts", "total", "authority", "non_monetary"} <= o.keys() for o in answer["options"]
    )
    assert all(set(o["label"]) == {"zh-Hant", "zh-Hans", "en"} for o in answer["options"])
    told = answer["explanation"]["eu261.delay"]
    assert told["case"]["event_date"] == "2026-05-01"
    assert [row["row"] for row in told["fired"]] == ["eu261.delay.c"]
    assert ("eu261.delay.c_half", "arrival_delay_min") in [(n["row"], n["input"]) for n in told["near"]]


def test_every_wrong_value_of_a_case_is_told_at_once_whichever_table_asks_for_it() -> None:
    with pytest.raises(InputError) as caught:
        price_case(policy("island-air"), flown(arrival_delay_min="late", origin="ZZZ", overnight="maybe"))
    assert {problem.field for problem in caught.value.problems} == {
        "arrival_delay_min",
        "origin",
        "overnight",
    }


# -- laws of every client ------------------------------------------------------------------


@pytest.mark.parametrize("client", ["base", *clients(WORKSPACE)])
def test_tables_and_options_are_complete_on_their_whole_domain(client: str) -> None:
    assert [str(finding) for finding in prove_tables(policy(client)) if finding.level == "error"] == []


_flights = st.fixed_dictionaries(
    {
        "distance_km": st.one_of(st.none(), st.integers(0, 20038)),
        "intra_eu": st.sampled_from([None, "true", "false"]),
        "arrival_delay_min": st.one_of(st.none(), st.integers(-1440, 20159), st.sampled_from([59, 60, 119, 120, 179, 180, 239, 240, 299, 300])),
        "extraordinary": st.sampled_from([None, "true", "false"]),
        "overnight": st.sampled_from([None, "true", "false"]),
        "receipts": st.one_of(st.none(), st.integers(0, 10**6).map(lambda n: f"{n / 100:.2f}")),
        "event": st.sampled_from([None, "delay", "cancel"]),
        "event_date": st.sampled_from([None, "2005-02-16", "2026-05-01"]),
        "passengers": st.sampled_from([None, 1, 4]),
        "jurisdiction": st.sampled_from([None, "EU", "DE", "CH", "TW"]),
    }
)  # fmt: skip
_cakes = st.fixed_dictionaries(
    {
        "price": st.one_of(st.none(), st.integers(0, 10**6).map(lambda n: f"{n / 100:.2f}")),
        "delay_min": st.one_of(st.none(), st.integers(0, 10079), st.sampled_from([59, 60])),
        "damaged": st.sampled_from([None, "true", "false"]),
    }
)
_locks = st.fixed_dictionaries(
    {
        "locked_out_min": st.one_of(st.none(), st.integers(0, 10079), st.sampled_from([60, 61])),
        "loss_total": st.one_of(st.none(), st.integers(0, 10**6).map(str)),
        "lock_price": st.one_of(st.none(), st.integers(0, 10**6).map(str)),
    }
)
_cases = st.one_of(
    _flights.map(lambda case: ("island-air", case)),
    _cakes.map(lambda case: ("heri-bakery", case)),
    _locks.map(lambda case: ("anqi-lock", case)),
)


@settings(deadline=None)
@given(_cases)
def test_an_option_is_the_sum_of_its_parts_and_holds_all_that_is_owed(
    drawn: tuple[str, dict[str, Any]],
) -> None:
    client, case = drawn
    priced = price_case(policy(client), case, jurisdiction=case.get("jurisdiction"))
    due = sum(x.amount.minor for x in priced.lines if x.line == "statutory" and x.amount)
    needed = {x.kind for x in priced.lines if x.line == "need_now"}
    options = make_options(policy(client), priced)
    for option in options:
        assert option.total.minor == sum(part.value.minor for part in option.parts if part.value)
        assert sum(p.value.minor for p in option.parts if p.line == "statutory" and p.value) >= due
        assert needed <= {part.kind for part in option.parts}
        assert {part.line for part in option.parts} >= {"need_now", "inconvenience"}
        assert all(part.value is not None or part.non_monetary for part in option.parts)
    assert len(options) in (0, 2, 3, 4)
    assert not options or any(option.non_monetary for option in options)
    assert bool(options) <= (priced.outcome == "priced")
    assert bool(priced.missing) <= (priced.outcome == "not_enough_information")


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(["island-air", "heri-bakery", "anqi-lock"]).flatmap(
    lambda client: st.tuples(st.just(client), st.lists({"island-air": _flights, "heri-bakery": _cakes, "anqi-lock": _locks}[client], min_size=1, max_size=12))
))  # fmt: skip
def test_a_file_of_customers_is_priced_as_each_of_them_alone(
    drawn: tuple[str, list[dict[str, Any]]],
) -> None:
    client, cases = drawn
    columns = {name: [None if c[name] is None else str(c[name]) for c in cases] for name in cases[0]}
    batch = pa.RecordBatch.from_pydict({k: pa.array(v, pa.string()) for k, v in columns.items()})
    rows = Pricer(policy(client)).price(batch, 0).to_pylist()
    for case, row in zip(cases, rows, strict=True):
        single = price_case(policy(client), case, jurisdiction=case.get("jurisdiction"))
        assert row["outcome"] == single.outcome
        for line in ("statutory", "need_now", "inconvenience"):
            paid = sum(x.amount.decimal for x in single.lines if x.line == line and x.amount)
            assert row[line] is None if _unknown(single, line) else row[line] == paid
        assert set(row["rows"].split()) == {r.id for d in single.decisions for r in d.fired}
        options = make_options(policy(client), single)
        assert row["options"].split() == [option.id for option in options]
        assert row["largest_option"] == max((option.total.decimal for option in options), default=None)
        rung = authority_of(policy(client), single, options)
        unknown = any(_unknown(single, line) for line in ("statutory", "need_now", "inconvenience"))
        assert row["authority"] == ("" if rung is None or unknown else rung.role)


def _unknown(single: Any, line: str) -> bool:
    return (
        any(d.table.line == line and d.outcome == "not_enough_information" for d in single.decisions)
        and single.outcome == "not_enough_information"
    )


# -- the floor -----------------------------------------------------------------------------


def stingy(
    folder: Path,
    patch: str = "",
    rows: str = "",
    files: dict[str, str] | None = None,
    tables: str = "statutes/eu",
) -> Policy:
    """Return a client that extends the EU's statute, with a patch of its delay table."""
    client = folder / "policies" / "clients" / "stingy"
    client.mkdir(parents=True, exist_ok=True)
    (folder / "playbook.toml").write_text("", encoding="utf-8")
    (client / "policy.yaml").write_text(
        f"extends: [base, {tables}]\ncurrency: EUR\njurisdiction: EU\nlanguages: [en]\n", encoding="utf-8"
    )
    if patch:
        head = "op,id,column,was,value,reason,source,approved_by,from\n"
        (client / "eu261.delay.patch.csv").write_text(head + patch, encoding="utf-8")
    if rows:
        (client / "eu261.delay.rows.csv").write_text(rows, encoding="utf-8")
    for name, text in (files or {}).items():
        (client / name).write_text(text, encoding="utf-8")
    return read_policy("stingy", find_workspace(folder))


PATCHES = [
    ("the sum lowered", "set,eu261.delay.c,amount,600.00,100.00,too dear,,board,\n"),
    ("the row disabled", "disable,eu261.delay.c,,,,too dear,,board,\n"),
    ("the row turned into nothing", "set,eu261.delay.c,outcome,pay,none,too dear,,board,\n"),
    ("the row left to somebody's discretion", "set,eu261.delay.c,outcome,pay,discretion,too dear,,board,\n"),
    ("a voucher of more than the sum in place of money", "set,eu261.delay.c,kind,cash,voucher,cheaper,,board,\nset,eu261.delay.c,amount,600.00,700.00,cheaper,,board,\n"),
    ("money turned into a thing", "set,eu261.delay.c,amount,600.00,,a cap instead,,board,\n"),
    ("paid once for the whole booking", "set,eu261.delay.c,multiply,passengers,,one is enough,,board,\n"),
    ("owed only from ten hours on", "set,eu261.delay.c,arrival_delay_min,>=240,>=600,too dear,,board,\n"),
    ("only from next year on", "set,eu261.delay.c,from,2005-02-17,2027-01-01,later,,board,\n"),
]  # fmt: skip


@pytest.mark.parametrize("patch", [p[1] for p in PATCHES], ids=[p[0] for p in PATCHES])
def test_no_patch_of_a_client_lowers_what_the_law_gives(tmp_path: Path, patch: str) -> None:
    client = stingy(tmp_path, patch)
    case = flown(passengers=2)
    del case["overnight"]
    priced = price_case(client, case)
    assert [(x.kind, str(x.amount), x.row) for x in priced.lines] == [("cash", "1200.00", "eu261.delay.c")]
    assert priced.clamped == ("eu261.delay",)
    assert "floor" in {finding.check for finding in prove_tables(client)}
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(",".join(case) + "\n" + ",".join(map(str, case.values())) + "\n", encoding="utf-8")
    report = price_file(client, str(source), out)
    assert (report["totals"]["statutory"], report["clamped"]) == ("1200.00", 1)


def test_a_patch_that_gives_more_is_paid_and_is_no_finding(tmp_path: Path) -> None:
    client = stingy(tmp_path, "set,eu261.delay.c,amount,600.00,650.00,our promise,,board,\n")
    priced = price_case(client, {k: v for k, v in flown().items() if k != "overnight"})
    assert (str(priced.lines[0].amount), priced.clamped) == ("650.00", ())
    assert [f.check for f in prove_tables(client)] == []


def test_a_patch_with_a_day_leaves_earlier_events_as_they_were(tmp_path: Path) -> None:
    client = stingy(tmp_path, "set,eu261.delay.c,amount,600.00,650.00,our promise,,board,2026-05-01\n")
    paid = {
        day: str(price_case(client, {**flown(event_date=day), "overnight": None}).lines[0].amount)
        for day in ("2026-04-30", "2026-05-01")
    }
    assert paid == {"2026-04-30": "600.00", "2026-05-01": "650.00"}
    assert [f.check for f in prove_tables(client)] == []


def test_a_day_on_a_table_without_days_is_kept_too(tmp_path: Path) -> None:
    rows = (
        "id,arrival_delay_min,option,kind,source\nt.x,-,X,option,us\nt.y,-,Y,option,us\nt.z,-,Z,option,us\n"
    )
    parts = "".join(
        f"{o}.{n},{o.upper()},{n},{line},thing,a thing,,,,no,yes,us\n"
        for o in "xyz"
        for n, line in enumerate(["need_now", "inconvenience"])
    )
    client = options_client(tmp_path, rows, parts)
    patch = (
        "op,id,column,was,value,reason,source,approved_by,from\ndisable,t.z,,,,no longer,,board,2026-05-01\n"
    )
    folder = client.folders[-1]
    (folder.parent / "heir").mkdir()
    (folder.parent / "heir" / "policy.yaml").write_text(
        "extends: [clients/stingy]\ncurrency: EUR\njurisdiction: TW\nlanguages: [en]\n", encoding="utf-8"
    )
    (folder.parent / "heir" / "t.patch.csv").write_text(patch, encoding="utf-8")
    heir = read_policy("heir", find_workspace(tmp_path))
    offered_on = {
        day: sorted(price_case(heir, {"arrival_delay_min": 5, "event_date": day}).option_parts)
        for day in ("2026-04-30", "2026-05-01")
    }
    assert offered_on == {"2026-04-30": ["X", "Y", "Z"], "2026-05-01": ["X", "Y"]}
    assert price_case(heir, {"arrival_delay_min": 5}).missing == ("event_date",)


@pytest.mark.parametrize(
    ("patch", "field"),
    [
        ("set,eu261.delay.c,amount,600.00,650.00,our promise,,board,soon\n", "from"),
        ("set,eu261.delay.c,amount,500.00,650.00,our promise,,board,\n", "was"),
        ("add,eu261.delay.gold,,,,gold,,board,\n", "id"),
    ],
    ids=["a day that is no date", "another value below", "a row that is nowhere"],
)
def test_a_patch_that_cannot_be_used_is_an_error_at_its_cell(tmp_path: Path, patch: str, field: str) -> None:
    with pytest.raises(InputError) as caught:
        price_case(stingy(tmp_path, patch), {})
    assert [(p.field, p.line) for p in caught.value.problems] == [(field, 2)]


def test_a_patch_does_not_answer_what_the_law_still_has_to_ask(tmp_path: Path) -> None:
    rows = ["short", "extraordinary", "before", "other", "a", "b", "b_intra", "c_half", "c"]
    patch = "".join(f"disable,eu261.delay.{row},,,,gone,,board,\n" for row in rows)
    priced = price_case(stingy(tmp_path, patch), {"arrival_delay_min": 310})
    assert priced.outcome == "not_enough_information"
    assert "distance_km" in priced.missing


TABLE = "table: t\ntitle: {en: t}\nline: options\nhit_policy: COLLECT\ncurrency: EUR\ninputs:\n  arrival_delay_min: {type: int, required: true}\n"
HEAD = "id,option,rank,line,kind,label_en,amount,share,of,paid,non_monetary,source\n"


def options_client(folder: Path, rows: str, options: str) -> Policy:
    files = {"t.table.yaml": TABLE, "t.csv": rows, "options.csv": HEAD + options}
    return stingy(folder, files=files)


def test_a_substitute_worth_less_than_the_lawful_sum_is_not_one(tmp_path: Path) -> None:
    client = options_client(
        tmp_path,
        "id,arrival_delay_min,option,authority,kind,source\nt.x,-,X,,option,us\nt.y,-,Y,,option,us\n",
        "x.0,X,0,statutory,voucher,a voucher,,80%,,yes,no,us\nx.1,X,1,inconvenience,letter,a letter,,,,no,yes,us\n"
        "y.0,Y,0,statutory,voucher,a voucher,,100%,,yes,no,us\ny.1,Y,1,inconvenience,letter,a letter,,,,no,yes,us\n",
    )
    case = {k: v for k, v in flown().items() if k != "overnight"}
    priced = price_case(client, case)
    held = {
        o: [(p.kind, str(p.amount)) for p in parts if p.line == "statutory"]
        for o, parts in priced.option_parts.items()
    }
    assert held == {"X": [("cash", "600.00")], "Y": [("voucher", "600.00")]}
    assert priced.clamped == ("X",)


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        ("id,arrival_delay_min,option,authority,kind,source\nt.x,-,NOT-THERE,,option,us\n", "option"),
        ("id,arrival_delay_min,option,authority,kind,source\nt.x,-,X,emperor,option,us\n", "authority"),
    ],
    ids=["an option that options.csv does not have", "a role that the ladder does not have"],
)
def test_a_table_that_names_what_does_not_exist_is_an_error_with_its_line(
    tmp_path: Path, rows: str, field: str
) -> None:
    client = options_client(tmp_path, rows, "x.1,X,1,inconvenience,letter,a letter,,,,no,yes,us\n")
    with pytest.raises(InputError) as caught:
        price_case(client, {k: v for k, v in flown().items() if k != "overnight"})
    assert [(p.field, p.line) for p in caught.value.problems] == [(field, 2)]


@pytest.mark.parametrize(
    ("rows", "options", "check"),
    [
        ("t.x,<60,X,,option,us\nt.y,<60,Y,,option,us\n", "", "gap"),
        ("t.x,-,X,,option,us\n", "", "option-count"),
        ("t.x,-,X,,option,us\nt.y,-,NOT-THERE,,option,us\n", "", "option"),
        ("t.m,-,M,,option,us\nt.n,-,N,,option,us\n", "", "only-money"),
        ("t.m,-,M,,option,us\nt.x,-,X,,option,us\n", "", "one-part"),
        ("t.p,-,P,,option,us\nt.x,-,X,,option,us\n", "", "option-input"),
    ],
    ids=["a case nobody thought of", "no choice", "a missing option", "only money", "one part instead of two", "an amount of an input that is never asked for"],
)  # fmt: skip
def test_what_is_wrong_with_a_choice_is_found_before_a_customer_finds_it(
    tmp_path: Path, rows: str, options: str, check: str
) -> None:
    client = options_client(
        tmp_path,
        "id,arrival_delay_min,option,authority,kind,source\n" + rows,
        "x.1,X,1,need_now,bed,a bed,,,,no,yes,us\nx.2,X,2,inconvenience,letter,a letter,,,,no,yes,us\n"
        "y.1,Y,1,need_now,bed,a bed,,,,no,yes,us\ny.2,Y,2,inconvenience,letter,a letter,,,,no,yes,us\n"
        "m.1,M,1,inconvenience,voucher,a voucher,40,,,yes,no,us\nn.1,N,1,inconvenience,voucher,a voucher,50,,,yes,no,us\n"
        "p.1,P,1,need_now,refund,a refund,,,fare,yes,no,us\np.2,P,2,inconvenience,letter,a letter,,,,no,yes,us\n",
    )
    assert check in {finding.check for finding in prove_tables(client)}


def test_money_of_two_currencies_is_never_added_up_for_a_file_of_customers(tmp_path: Path) -> None:
    client = dataclasses.replace(stingy(tmp_path), currency="TWD")
    with pytest.raises(InputError, match="currency"):
        Pricer(client)


# -- an incident ---------------------------------------------------------------------------


@pytest.fixture
def offers_of(tmp_path: Path) -> Callable[..., Offers]:
    def made(client: str, more: str = "", change: Callable[[Policy], Policy] = lambda p: p) -> Offers:
        folder = tmp_path / "incident"
        folder.mkdir(exist_ok=True)
        (folder / "incident.yaml").write_text(
            f"client: {client}\nlanguage: en\nwhat_happened: {{en: it was late}}\n"
            "timestamps: {detected_at: 2026-05-01T10:00+02:00}\nsignal: {channel: email}\n"
            f"contact: {{email: help@example.com}}\n{more}",
            encoding="utf-8",
        )
        incident, found = read_incident(folder), change(policy(client))
        return make_offers(incident, found, assess(incident, found))

    return made


FLIGHT = "jurisdiction: NL\nremedy_inputs: {distance_km: 9400, intra_eu: 'false', arrival_delay_min: 310, extraordinary: 'false', overnight: 'false'}\n"


@pytest.mark.parametrize("client", ["base", *clients(WORKSPACE)])
def test_a_minimal_record_offers_nothing_by_itself(offers_of: Callable[..., Offers], client: str) -> None:
    found = offers_of(client)
    assert (found.lines, found.options, found.chosen) == ((), (), None)
    assert found.outcome in ("not_eligible", "not_enough_information")


def test_the_day_of_the_event_comes_from_the_record(offers_of: Callable[..., Offers]) -> None:
    found = offers_of("island-air", FLIGHT)
    assert [str(x.amount) for x in found.lines if x.line == "statutory"] == ["600.00"]
    assert [o.id for o in found.options] == ["E", "F", "G", "H"]


def test_nobody_may_grant_what_passes_every_ceiling(offers_of: Callable[..., Offers]) -> None:
    def without_leader(found: Policy) -> Policy:
        return dataclasses.replace(
            found, authority=tuple(r for r in found.authority if r.ceiling is not None)
        )

    found = offers_of("island-air", FLIGHT.replace("{distance", "{passengers: 9, distance"), without_leader)
    assert {offer.authority for offer in found.options} == {None}
    assert {f.id for f in found.findings if f.level == "block"} == {"nobody_may_grant"}


def test_a_client_that_offers_no_money_still_pays_what_the_law_gives(
    offers_of: Callable[..., Offers],
) -> None:
    def frugal(found: Policy) -> Policy:
        mode = dataclasses.replace(found.switches["compensation_mode"], value="non_monetary_only")
        return dataclasses.replace(found, switches={**found.switches, "compensation_mode": mode})

    found = offers_of("island-air", FLIGHT, frugal)
    assert [(o.id, str(o.total)) for o in found.options] == [("E", "780.00")]
    assert str(found.lines[0].amount) == "600.00"


def test_an_option_that_a_person_wrote_below_the_law_is_blocked(offers_of: Callable[..., Offers]) -> None:
    option = "options:\n  - id: X\n    parts:\n      - {line: inconvenience, kind: voucher, label: {en: a voucher}, amount: {amount: '50', currency: EUR}}\n"
    found = offers_of("island-air", FLIGHT + option)
    assert ("below_statutory", "block") in {(f.id, f.level) for f in found.findings}


def test_a_role_that_must_grant_an_option_is_the_one_whose_approval_counts(
    offers_of: Callable[..., Offers],
) -> None:
    approvals = "approvals:\n  - {id: a1, what: 'option:H', role: first_line, by: Lin, at: 2026-05-01T12:00+02:00, decision: approved}\n"
    found = offers_of("island-air", FLIGHT.replace("jurisdiction: NL", "jurisdiction: TW") + approvals)
    (companion,) = [o for o in found.options if o.id == "H"]
    assert (companion.authority and companion.authority.role, companion.approved) == ("manager", False)


# -- standard options of base --------------------------------------------------------------


@pytest.mark.parametrize("option", ["refund", "replacement", "first_in_line", "correction"])
def test_the_standard_options_hold_for_any_client_in_two_parts_and_three_languages(option: str) -> None:
    rows = rows_of(policy("base"), option)
    assert [row.line for row in rows] == ["need_now", "inconvenience"]
    assert all(row.amount is None and row.source.startswith("S") for row in rows)
    assert any(row.non_monetary for row in rows)
    for text in [t for row in rows for t in (row.label, row.harm, row.condition)]:
        assert text is not None
        assert set(text) == {"zh-Hant", "zh-Hans", "en"}

"""A table's faults are found on its grid, each with a customer for whom they are so."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.errors import InputError
from playbook.tables import Table, decide, read_table
from playbook.tables.decide import compiled
from playbook.tables.prove import below_floor, cases_at_bounds, prove

HEADER = """table: p.t
hit_policy: {policy}
basis: statutory
currency: EUR
inputs:
  delay: {{type: int, domain: "[0..600)", required: true, harm: up}}
  tier: {{type: enum, values: [none, gold]}}
"""


def table(folder: Path, rows: str, policy: str = "UNIQUE", patch: str = "", header: str = HEADER) -> Table:
    (folder / "p.table.yaml").write_text(header.format(policy=policy), encoding="utf-8")
    (folder / "p.csv").write_text("id,delay,tier,amount,kind,source\n" + rows, encoding="utf-8")
    patches = []
    if patch:
        patches.append(folder / "p.patch.csv")
        patches[0].write_text(
            "op,id,column,was,value,reason,source,approved_by,from\n" + patch, encoding="utf-8"
        )
    return read_table(folder / "p.table.yaml", patches)


FAULTS = [
    ("a gap", "p.a,<100,-,0,cash,x\np.b,>=120,-,5,cash,x\n", "gap", {"delay": "100", "tier": "none"}),
    (
        "an overlap",
        "p.a,<=100,-,0,cash,x\np.b,>=100,-,5,cash,x\n",
        "overlap",
        {"delay": "100", "tier": "none"},
    ),
    (
        "less for more harm",
        "p.a,<100,-,9,cash,x\np.b,>=100,-,5,cash,x\n",
        "monotone",
        {"delay": "100", "tier": "none"},
    ),
    ("a row without source", "p.a,-,-,0,cash,\n", "source", None),
]


@pytest.mark.parametrize(("rows", "check", "customer"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_fault_is_found_with_a_customer(
    tmp_path: Path, rows: str, check: str, customer: dict[str, str] | None
) -> None:
    found = prove(table(tmp_path, rows))
    assert [(f.check, dict(f.example) if f.example else None) for f in found] == [(check, customer)]
    assert found[0].path.startswith(str(tmp_path))


def test_a_sound_table_has_no_findings(tmp_path: Path) -> None:
    assert prove(table(tmp_path, "p.a,<100,-,0,cash,x\np.b,>=100,-,5,cash,x\n")) == ()


def test_a_row_that_others_always_precede_is_unreachable(tmp_path: Path) -> None:
    found = prove(table(tmp_path, "p.a,-,-,5,cash,x\np.b,>=100,gold,9,cash,x\n", policy="FIRST"))
    assert [(f.check, f.rows, f.line) for f in found] == [("unreachable", ("p.b",), 3)]


def test_a_floor_is_seen_below_even_where_no_row_was_lowered(tmp_path: Path) -> None:
    rows = "p.a,<100,-,0,cash,x\np.b,>=100,-,5,cash,x\n"
    law = table(tmp_path, rows)
    patched = table(tmp_path, rows, patch="disable,p.b,,,,no longer,,,\n")
    found = below_floor(patched, law)
    assert [f.check for f in found] == ["floor"]
    assert found[0].example is not None
    assert int(found[0].example["delay"]) >= 100


def test_bounds_are_tried_from_both_sides(tmp_path: Path) -> None:
    cases = cases_at_bounds(table(tmp_path, "p.a,<100,-,0,cash,x\np.b,>=100,-,5,cash,x\n"))
    assert {c["delay"] for c in cases} == {"99", "100"}


WRONG = [
    ("an empty cell", "p.a,,-,0,cash,x\n", "", ["delay"]),
    ("a range turned round", "p.a,[9..3),-,0,cash,x\n", "", ["delay"]),
    ("an unknown value", "p.a,-,silver,0,cash,x\n", "", ["tier"]),
    ("a sum with too many decimals", "p.a,-,-,1.005,cash,x\n", "", ["amount"]),
    ("a duplicate id", "p.a,-,-,1,cash,x\np.a,-,-,1,cash,x\n", "", ["id"]),
    ("a patch of an unknown row", "p.a,-,-,1,cash,x\n", "set,p.z,amount,1,2,why,,,\n", ["id"]),
    ("a patch on a changed base", "p.a,-,-,1,cash,x\n", "set,p.a,amount,3,2,why,,,\n", ["was"]),
    ("a patch without a reason", "p.a,-,-,1,cash,x\n", "disable,p.a,,,,,,,\n", ["reason"]),
    ("several faults at once", "p.a,,gold,x,cash,x\np.b,<1,-,-5,cash,x\n", "", ["delay", "amount", "amount"]),
]


@pytest.mark.parametrize(("rows", "patch", "fields"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_everything_wrong_is_listed_at_once_with_its_line(
    tmp_path: Path, rows: str, patch: str, fields: list[str]
) -> None:
    with pytest.raises(InputError) as caught:
        table(tmp_path, rows, patch=patch)
    assert sorted(p.field for p in caught.value.problems) == sorted(fields)
    assert all(p.line >= 2 for p in caught.value.problems)


# -- rows, dates and waivers ---------------------------------------------------------------

DATED = HEADER.replace("currency: EUR", "currency: EUR\neffective: {{on: event_date}}")


def dated(folder: Path, rows: str, waivers: str = "", policy: str = "UNIQUE") -> Table:
    header = DATED.format(policy=policy) + (f"waivers: [{waivers}]\n" if waivers else "")
    (folder / "p.table.yaml").write_text(header, encoding="utf-8")
    (folder / "p.csv").write_text("id,delay,tier,amount,kind,source,from,to\n" + rows, encoding="utf-8")
    return read_table(folder / "p.table.yaml")


DATES = [
    ("twice in force", "p.a,-,-,5,cash,x,,2026-06-01\np.a,-,-,6,cash,x,2026-05-01,\n", {"epochs", "overlap"}),
    ("a time out of force", "p.a,-,-,5,cash,x,,2026-06-01\np.a,-,-,6,cash,x,2026-07-01,\n", {"epoch-gap", "expires", "gap"}),
    ("one after the other", "p.a,-,-,5,cash,x,,2026-06-01\np.a,-,-,6,cash,x,2026-06-01,\n", set()),
    ("an end without a successor", "p.a,-,-,5,cash,x,,2026-06-01\n", {"expires", "gap"}),
    ("an end with a successor of another name", "p.a,-,-,5,cash,x,,2026-06-01\np.b,-,-,6,cash,x,2026-06-01,\n", set()),
    ("an end after another's", "p.b,-,-,5,cash,x,,2026-05-20\np.a,-,-,6,cash,x,2026-05-20,2026-06-01\n", {"expires", "gap"}),
    ("an end far away", "p.a,-,-,5,cash,x,,2027-06-01\n", {"gap"}),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "checks"), [d[1:] for d in DATES], ids=[d[0] for d in DATES])
def test_the_days_of_rows_are_looked_at(tmp_path: Path, rows: str, checks: set[str]) -> None:
    found = prove(dated(tmp_path, rows), on=date(2026, 5, 1))
    assert {f.check for f in found} == checks
    assert all(f.line >= 1 and (f.check == "gap" or f.rows) for f in found)


FALL = "p.a,<100,-,9,cash,x,,\np.b,>=100,-,5,cash,x,,\n"
WAIVER = "{{check: monotone, rows: [p.a, p.b], {}}}"
WAIVED = [
    ("with name, reason and expiry", "why: a, by: b, until: 2027-01-01", {("monotone", "warning")}),
    (
        "that soon expires",
        "why: a, by: b, until: 2026-06-01",
        {("monotone", "warning"), ("waiver", "warning")},
    ),
    ("that has expired", "why: a, by: b, until: 2026-04-30", {("monotone", "error"), ("waiver", "warning")}),
    ("without a name", "why: a, until: 2027-01-01", {("monotone", "error"), ("waiver", "error")}),
    ("without a reason", "by: b, until: 2027-01-01", {("monotone", "error"), ("waiver", "error")}),
    ("without an expiry", "why: a, by: b", {("monotone", "error"), ("waiver", "error")}),
]


@pytest.mark.parametrize(("waiver", "found"), [w[1:] for w in WAIVED], ids=[w[0] for w in WAIVED])
def test_a_waiver_needs_a_name_a_reason_and_an_expiry(
    tmp_path: Path, waiver: str, found: set[tuple[str, str]]
) -> None:
    told = prove(dated(tmp_path, FALL, WAIVER.format(waiver)), on=date(2026, 5, 1))
    assert {(f.check, f.level) for f in told} == found


def test_a_waiver_that_waives_nothing_is_told(tmp_path: Path) -> None:
    sound = "p.a,<100,-,5,cash,x,,\np.b,>=100,-,9,cash,x,,\n"
    told = prove(
        dated(tmp_path, sound, WAIVER.format("why: a, by: b, until: 2027-01-01")), on=date(2026, 5, 1)
    )
    assert [(f.check, f.level) for f in told] == [("waiver", "warning")]


MERGEABLE = [
    ("side by side", "p.a,<100,-,5,cash,x\np.b,>=100,-,5,cash,x\n", ["mergeable"]),
    ("of two values", "p.a,-,none|null,5,cash,x\np.b,-,gold,5,cash,x\n", ["mergeable"]),
    ("with another source", "p.a,<100,-,5,cash,x\np.b,>=100,-,5,cash,y\n", []),
    ("apart", "p.a,<100,-,5,cash,x\np.b,>=200,-,5,cash,x\np.c,[100..200),-,6,cash,x\n", ["monotone"]),
]


@pytest.mark.parametrize(("rows", "checks"), [m[1:] for m in MERGEABLE], ids=[m[0] for m in MERGEABLE])
def test_two_rows_that_could_be_one_are_told(tmp_path: Path, rows: str, checks: list[str]) -> None:
    assert [f.check for f in prove(table(tmp_path, rows))] == checks


def test_gaps_are_told_as_boxes_and_not_cell_by_cell(tmp_path: Path) -> None:
    rows = "p.a,<100,-,0,cash,x\np.b,[200..300),gold,1,cash,x\np.c,>=400,-,2,cash,x\n"
    found = [f for f in prove(table(tmp_path, rows)) if f.check == "gap"]
    assert sorted(f.message for f in found) == [
        "no row decides for delay [100..200), tier gold.",
        "no row decides for delay [100..400), tier none.",
        "no row decides for delay [100..400), tier null.",
        "no row decides for delay [300..400), tier gold.",
    ]


# -- sums that depend on the case ----------------------------------------------------------

SHARES = """table: p.t
hit_policy: {policy}
basis: goodwill
currency: EUR
inputs:
  delay: {{type: int, domain: "[0..600)", required: true, harm: up}}
  price: {{type: money, raw: true}}
"""
FALLING = [
    ("a smaller share", "p.a,<100,pay,,50%,price,,,x\np.b,>=100,pay,,25%,price,,,x\n", "UNIQUE", ["error"]),
    ("a larger share", "p.a,<100,pay,,25%,price,,,x\np.b,>=100,pay,,50%,price,,,x\n", "UNIQUE", []),
    (
        "a share that may be less than a sum",
        "p.a,<100,pay,10,,,,,x\np.b,>=100,pay,,50%,price,,,x\n",
        "UNIQUE",
        ["warning"],
    ),
    (
        "a share that is at least the sum",
        "p.a,<100,pay,10,,,,,x\np.b,>=100,pay,,50%,price,,10,x\n",
        "UNIQUE",
        [],
    ),
    ("a minute's pay that ends", "p.a,<100,pay,1,,,delay,,x\np.b,>=100,pay,50,,,,,x\n", "UNIQUE", ["error"]),
    ("a minute's pay that is topped", "p.a,<100,pay,1,,,delay,,x\np.b,>=100,pay,100,,,,,x\n", "UNIQUE", []),
    ("a bonus that ends", "p.a,-,pay,10,,,,,x\np.b,<100,pay,5,,,,,x\n", "COLLECT", ["error"]),
    ("nothing at all any more", "p.a,<100,pay,10,,,,,x\n", "COLLECT", ["error"]),
]


@pytest.mark.parametrize(("rows", "policy", "levels"), [f[1:] for f in FALLING], ids=[f[0] for f in FALLING])
def test_less_for_more_harm_is_seen_in_sums_that_depend_on_the_case(
    tmp_path: Path, rows: str, policy: str, levels: list[str]
) -> None:
    (tmp_path / "p.table.yaml").write_text(SHARES.format(policy=policy), encoding="utf-8")
    (tmp_path / "p.csv").write_text(
        "id,delay,outcome,amount,share,of,per,at_least,source\n" + rows, encoding="utf-8"
    )
    found = [f for f in prove(read_table(tmp_path / "p.table.yaml")) if f.check == "monotone"]
    assert [f.level for f in found] == levels
    for f in found:
        worse = dict(f.example or {})
        milder = {**worse, "delay": str(int(worse["delay"]) - 1)}
        after, before = (
            decide(read_table(tmp_path / "p.table.yaml"), case).total for case in (worse, milder)
        )
        assert before is not None
        assert (after.minor if after else 0) < before.minor


# -- tables too large to be looked at whole ------------------------------------------------


def large(folder: Path, rows: list[str], policy: str) -> Table:
    names = [f"i{k}" for k in range(8)]
    header = f"table: p.t\nbasis: statutory\nhit_policy: {policy}\ncurrency: EUR\ninputs:\n"
    header += "".join(f'  {name}: {{type: int, domain: "[0..99]", required: true}}\n' for name in names)
    (folder / "p.table.yaml").write_text(header, encoding="utf-8")
    filler = [f"p.r{n},{n},{','.join(f'[{n}..{n + 1}]' for _ in names)},1,x" for n in range(0, 60, 4)]
    text = "\n".join([f"id,priority,{','.join(names)},amount,source", *filler, *rows])
    (folder / "p.csv").write_text(text + "\n", encoding="utf-8")
    found = read_table(folder / "p.table.yaml")
    assert not compiled(found).dense
    return found


BANDS = ",".join(["[70..80)"] * 8)
INNER = ",".join(["[72..75)"] * 8)
LARGE = [
    ("two rows that overlap", [f"p.a,0,{BANDS},2,x", f"p.b,0,{INNER},3,x"], "UNIQUE", {("size", ()), ("overlap", ("p.a", "p.b")), ("unreachable", ("p.b", "p.a"))}),
    ("a row behind another", [f"p.a,9,{BANDS},2,x", f"p.b,1,{INNER},3,x"], "PRIORITY", {("size", ()), ("unreachable", ("p.b", "p.a"))}),
    ("a row before another", [f"p.a,1,{BANDS},2,x", f"p.b,9,{INNER},3,x"], "PRIORITY", {("size", ())}),
    ("a row without source", [f"p.a,1,{BANDS},2,"], "PRIORITY", {("size", ()), ("source", ("p.a",))}),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "policy", "checks"), [x[1:] for x in LARGE], ids=[x[0] for x in LARGE])
def test_of_a_large_table_rows_are_compared_two_by_two_and_what_was_not_looked_at_is_told(
    tmp_path: Path, rows: list[str], policy: str, checks: set[tuple[str, tuple[str, ...]]]
) -> None:
    found = prove(large(tmp_path, rows, policy))
    assert {(f.check, f.rows) for f in found} == checks
    assert "neither gaps" in next(f.message for f in found if f.check == "size")
    for f in found:
        if f.check == "overlap":
            assert dict(f.example or {})["i0"] == "72"


def test_a_table_of_two_hundred_rows_is_proved_on_every_save(tmp_path: Path) -> None:
    names = [f"i{k}" for k in range(6)]
    header = "table: p.t\nbasis: statutory\nhit_policy: UNIQUE\ncurrency: EUR\ninputs:\n"
    header += "".join(f'  {name}: {{type: int, domain: "[0..100)", required: true}}\n' for name in names)
    cuts = [0, 10, 25, 50, 75, 100]
    rows = []
    for n in range(200):
        bands = [f"[{cuts[d]}..{cuts[d + 1]})" for d in (n % 5, n // 5 % 5, n // 25 % 5, n // 125 % 5)]
        rows.append(f"p.r{n},{','.join(bands)},-,{'<50' if n % 2 else '-'},{n},x")
    (tmp_path / "p.table.yaml").write_text(header, encoding="utf-8")
    (tmp_path / "p.csv").write_text(
        f"id,{','.join(names)},amount,source\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )
    (tmp_path / "p.patch.csv").write_text(
        "op,id,column,was,value,reason,source,approved_by,from\nset,p.r7,amount,7,6,a,,,\n", encoding="utf-8"
    )
    law, ours = (
        read_table(tmp_path / "p.table.yaml"),
        read_table(tmp_path / "p.table.yaml", [tmp_path / "p.patch.csv"]),
    )
    begun = perf_counter()
    found = prove(ours, law)
    took = perf_counter() - begun
    assert [f.rows for f in found if f.check == "floor"] == [("p.r7",)]
    assert "gap" in {f.check for f in found}
    assert took < 2


@settings(deadline=None, max_examples=40)
@given(
    sums=st.lists(st.integers(0, 9), min_size=3, max_size=3),
    changes=st.lists(
        st.tuples(st.integers(0, 2), st.one_of(st.none(), st.integers(0, 9))),
        max_size=3,
        unique_by=lambda c: c[0],
    ),
    delay=st.integers(0, 599),
)
def test_no_patch_pays_below_the_law_without_being_found(
    tmp_path_factory: pytest.TempPathFactory,
    sums: list[int],
    changes: list[tuple[int, int | None]],
    delay: int,
) -> None:
    folder = tmp_path_factory.mktemp("floor")
    bands = ["<100", "[100..300)", ">=300"]
    rows = "".join(
        f"p.r{i},{band},-,{amount},cash,x\n" for i, (band, amount) in enumerate(zip(bands, sums, strict=True))
    )
    law = table(folder, rows)
    patch = "".join(
        f"disable,p.r{i},,,,why,,,\n" if value is None else f"set,p.r{i},amount,{sums[i]},{value},why,,,\n"
        for i, value in changes
    )
    ours = table(folder, rows, patch=patch)
    case = {"delay": delay, "tier": "none"}
    due, paid = decide(law, case).total, decide(ours, case).total
    if (paid.minor if paid else 0) < (due.minor if due else 0):
        assert any(f.check == "floor" for f in below_floor(ours, law))
    if not below_floor(ours, law):
        assert (paid.minor if paid else 0) >= (due.minor if due else 0)

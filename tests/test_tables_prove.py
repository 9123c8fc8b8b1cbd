"""A table's faults are found on its grid, each with a customer for whom they are so."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.errors import InputError
from playbook.tables import Table, decide, read_table
from playbook.tables.prove import below_floor, cases_at_bounds, compare, prove

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


def test_a_change_is_counted_by_situation_and_the_worst_is_named(tmp_path: Path) -> None:
    old = table(tmp_path, "p.a,<100,-,0,cash,x\np.b,>=100,-,5,cash,x\n")
    other = tmp_path / "new"
    other.mkdir()
    new = table(other, "p.a,<100,-,0,cash,x\np.b,>=100,-,3,cash,x\n")
    difference = compare(old, new)
    assert (difference.situations, difference.decided_otherwise) == (6, 3)
    assert difference.worst is not None
    assert difference.worst["change_minor"] == -200


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

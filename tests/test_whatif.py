"""What a change would have done to past customers reconciles, to the minor unit, with pricing them under each policy."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.cli import main
from playbook.errors import InputError
from playbook.offers import price_case
from playbook.offers.files import price_file
from playbook.policy import Policy, read_policy
from playbook.sources import parse_yaml
from playbook.text import LANGUAGES, Language
from playbook.whatif import WhatIf, below, compare_population
from playbook.whatif.bands import merged_bands
from playbook.whatif.report import report, report_files
from playbook.workspace import find_workspace

ROOT = Path(__file__).resolve().parent.parent
HEADER = """table: goods
title: {en: Goods}
line: inconvenience
basis: contractual
hit_policy: FIRST
currency: EUR
inputs:
  delay: {type: int, unit: min, domain: "[0..600)", required: true}
  tier: {type: enum, values: [plain, gold], null: plain}
  price: {type: money, raw: true}
"""
COLUMNS = "id,delay,tier,outcome,kind,amount,share,of,source\n"
ROWS = (
    "g.none,<60,-,none,,,,,terms\n"
    "g.late,[60..180),-,pay,cash,50.00,,,terms\n"
    "g.very,>=180,-,pay,cash,,10%,price,terms\n"
)
PATCH = "op,id,column,was,value,reason,source,approved_by,from\n"


@cache
def shop() -> Policy:
    """A client of the project that pays in euro; the tests give it tables of their own."""
    return read_policy("island-air", find_workspace(ROOT))


def variant(folder: Path, rows: str = ROWS, patch: str = "", header: str = HEADER, **more: Any) -> Policy:
    """Return the shop with one table, and its patch."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "goods.table.yaml"
    path.write_text(header, encoding="utf-8")
    (folder / "goods.csv").write_text(COLUMNS + rows, encoding="utf-8")
    patches: tuple[Path, ...] = ()
    if patch:
        patches = (folder / "goods.patch.csv",)
        patches[0].write_text(PATCH + patch, encoding="utf-8")
    settings_ = {"jurisdiction": "", "name": folder.name, **more}
    return dataclasses.replace(
        shop(), table_files={"goods": (path, patches)}, sha256=str(folder), **settings_
    )


Customer = tuple[int | None, str | None, str | None]


def frame(customers: Sequence[Customer]) -> pa.Table:
    delays, tiers, prices = zip(*customers, strict=True)
    return pa.table(
        {
            "delay": pa.array(delays, pa.int64()),
            "tier": pa.array(tiers, pa.string()),
            "price": pa.array(prices, pa.string()),
        }
    )


CUSTOMER = st.tuples(
    st.one_of(st.none(), st.integers(-5, 620)),  # also outside the domain, and not told
    st.sampled_from([None, "plain", "gold", "silver"]),
    st.one_of(st.none(), st.integers(0, 100_000).map(lambda n: str(Decimal(n).scaleb(-2)))),
)
CHANGE = st.sampled_from(
    [
        "set,g.late,amount,50.00,{n}.00,why,,,\n",
        "set,g.late,delay,[60..180),>=60,why,,,\n",
        "set,g.very,share,10%,{n}%,why,,,\n",
        "disable,g.very,,,,why,,,\n",
        "set,g.none,tier,-,gold,why,,,\n",
        "set,g.none,outcome,none,more_information,why,,,\n",
    ]
)


def written(path: Path, customers: Sequence[Customer]) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["delay", "tier", "price"])
    writer.writerows(["" if value is None else value for value in row] for row in customers)
    path.write_text(text.getvalue(), encoding="utf-8")


@settings(deadline=None, max_examples=40)
@given(
    customers=st.lists(CUSTOMER, min_size=1, max_size=30),
    patch=st.lists(CHANGE, max_size=2, unique_by=lambda c: c.split(",")[1]),
    number=st.integers(0, 99),
)
def test_the_transitions_add_up_to_what_each_policy_pays(
    customers: list[Customer], patch: list[str], number: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("law")
    old = variant(folder / "old")
    new = variant(folder / "new", patch="".join(patch).format(n=number))
    written(folder / "past.csv", customers)
    found = compare_population(old, new, folder / "past.csv")
    for policy, side, sums in ((old, found.old, "before"), (new, found.new, "after")):
        told = price_file(policy, str(folder / "past.csv"), folder / f"{policy.name}.csv")
        assert {k: v for k, v in found.as_dict()[sums]["totals"].items() if k != "offered"} == told["totals"]
        assert (side.priced, side.rejected, side.clamped) == (told["priced"], told["rejected"], told["clamped"])  # fmt: skip
        assert dict(side.outcomes) == told["outcomes"]
        assert sum(getattr(move, sums) for move in found.transitions) == side.totals["total"]
    assert sum(move.count for move in found.transitions) == found.rows == len(customers)
    assert found.not_compared >= 0
    assert sum(band.winners.count for band in found.bands) == found.winners.count
    assert sum(band.losers.minor for band in found.bands) == found.losers.minor
    both = [m for m in found.transitions if {"rejected", "not_enough_information"}.isdisjoint({m.old.outcome, m.new.outcome})]  # fmt: skip
    assert sum(m.after - m.before for m in both) == found.net
    assert sum(m.count for m in both) == found.rows - found.not_compared


@settings(deadline=None, max_examples=25)
@given(
    customers=st.lists(
        st.tuples(st.integers(0, 599), st.sampled_from([None, "plain", "gold"]), st.just("80.00")),
        min_size=1,
        max_size=12,
    ),
    size=st.integers(1, 5),
)
def test_winners_and_losers_are_those_of_the_customers_one_by_one(
    customers: list[Customer], size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("single")
    old = variant(folder / "old")
    patch = "set,g.late,amount,50.00,20.00,why,,,\nset,g.none,tier,-,gold,why,,,\nset,g.late,delay,[60..180),[30..180),why,,,\n"
    new = variant(folder / "new", patch=patch)
    changes = []
    for delay, tier, price in customers:
        case = {"delay": delay, "tier": tier, "price": price}
        sums = [sum((l.amount.minor for l in price_case(p, case).lines if l.amount), 0) for p in (old, new)]  # noqa: E741
        decided = all(price_case(p, case).outcome != "not_enough_information" for p in (old, new))
        changes.append(sums[1] - sums[0] if decided else None)
    known = [change for change in changes if change is not None]
    found = compare_population(old, new, frame(customers).to_batches(max_chunksize=size))
    assert found.winners.count == sum(change > 0 for change in known)
    assert found.losers.minor == sum(change for change in known if change < 0)
    assert found.unchanged == sum(change == 0 for change in known)
    assert (found.loss.change if found.loss else 0) == min([0, *known])
    assert (found.gain.change if found.gain else 0) == max([0, *known])
    if found.loss:
        assert changes.index(min(known)) == found.loss.row - 1
    assert found == compare_population(old, new, frame(customers))


PAST: list[Customer] = [
    (10, "gold", "100.00"),
    (90, "plain", "100.00"),
    (200, None, "1000.00"),
    (300, "plain", None),
    (None, "plain", "5.00"),
    (9999, "plain", "5.00"),
    (100, "silver", "5.00"),
]


@pytest.fixture
def change(tmp_path: Path) -> WhatIf:
    """What a lower sum for the late and a higher one for the very late do to seven customers."""
    patch = "set,g.late,amount,50.00,20.00,why,,,\nset,g.very,share,10%,15%,why,,,\nset,g.none,outcome,none,pay,why,,,\nset,g.none,kind,,card,why,,,\n"
    old, new = variant(tmp_path / "old"), variant(tmp_path / "new", patch=patch)
    return compare_population(old, new, frame(PAST))


def test_a_small_change_is_told_by_hand(change: WhatIf) -> None:
    assert (change.winners.count, change.winners.minor) == (1, 5000)
    assert (change.losers.count, change.losers.minor) == (1, -3000)
    assert (change.unchanged, change.not_compared, change.net) == (1, 4, 2000)
    assert (change.newly_eligible, change.no_longer_eligible) == (1, 0)
    assert (change.old.rejected, change.new.rejected) == (2, 2)
    assert change.old.outcomes["not_enough_information"] == 2
    assert change.loss is not None
    assert (change.loss.row, change.loss.case["delay"], change.loss.change) == (2, "90", -3000)
    told = [(row, reason.partition(": expected")[0].split()[-1]) for row, reason in change.new.reasons]
    assert told == [(6, "delay"), (7, "tier")]


def test_a_customer_whom_only_one_policy_can_read_still_counts_on_the_other(tmp_path: Path) -> None:
    narrow = HEADER.replace("[0..600)", "[0..300)")
    rows = ROWS.replace(">=180", "[180..300)")
    old, new = variant(tmp_path / "old"), variant(tmp_path / "new", rows, header=narrow)
    found = compare_population(old, new, frame([(400, "plain", "100.00"), (200, "plain", "100.00")]))
    assert (found.old.totals["total"], found.new.totals["total"]) == (2000, 1000)
    assert (found.new.rejected, found.not_compared, found.unchanged) == (1, 1, 1)
    gone = [move for move in found.transitions if move.new.outcome == "rejected"]
    assert [(move.count, move.before, move.after) for move in gone] == [(1, 1000, 0)]


def test_two_currencies_are_told_apart_and_never_subtracted(tmp_path: Path) -> None:
    old = variant(tmp_path / "old")
    new = variant(tmp_path / "new", header=HEADER.replace("EUR", "USD"), currency="USD")
    found = compare_population(old, new, frame(PAST))
    assert not found.comparable
    assert (found.old.currency, found.new.currency) == ("EUR", "USD")
    assert (found.winners.count, found.losers.count, found.unchanged) == (0, 0, 0)
    assert found.not_compared == found.rows
    assert found.as_dict()["net"] is None
    assert found.old.totals["total"] == found.new.totals["total"] == 15_000


def test_a_policy_without_tables_pays_nothing_in_any_currency(tmp_path: Path) -> None:
    base = read_policy("base", find_workspace(ROOT))
    found = compare_population(base, variant(tmp_path / "new"), frame(PAST[:3]))
    assert found.comparable
    assert (found.old.currency, found.old.totals["total"], found.winners.minor) == ("EUR", 0, 15_000)


def test_a_file_that_was_priced_before_is_priced_again(tmp_path: Path) -> None:
    written(tmp_path / "past.csv", PAST[:4])
    old, new = variant(tmp_path / "old"), variant(tmp_path / "new", ROWS.replace("50.00", "20.00"))
    price_file(old, str(tmp_path / "past.csv"), tmp_path / "priced.csv")
    once, again = (compare_population(old, new, tmp_path / name) for name in ("past.csv", "priced.csv"))
    assert again.transitions == once.transitions
    assert again.losers.minor == -3000


def test_customers_may_come_as_a_frame_a_table_or_batches(tmp_path: Path) -> None:
    old, new = variant(tmp_path / "old"), variant(tmp_path / "new", ROWS.replace("50.00", "20.00"))
    table = frame(PAST[:3])
    pandas = pd.DataFrame(table.to_pylist())
    found = [compare_population(old, new, source) for source in (pandas, table, table.to_batches())]
    assert found[0] == found[1] == found[2]


def test_batches_are_read_one_at_a_time(tmp_path: Path) -> None:
    done: list[int] = []

    def batches() -> Iterator[pa.RecordBatch]:
        for number in range(5):
            assert len(done) == number  # the one before is finished
            yield from frame(PAST[:3]).to_batches()

    found = compare_population(variant(tmp_path / "old"), variant(tmp_path / "new"), batches(), progress=done.append)  # fmt: skip
    assert done == [3, 6, 9, 12, 15]
    assert found.rows == 15


def test_no_customers_are_an_error(tmp_path: Path) -> None:
    written(tmp_path / "past.csv", [])
    with pytest.raises(InputError, match="at least one customer"):
        compare_population(variant(tmp_path / "old"), variant(tmp_path / "new"), tmp_path / "past.csv")


def test_only_what_tables_ask_for_is_told_of_a_customer(tmp_path: Path) -> None:
    table = frame(PAST[:3]).append_column("name", [["Ann Other"] * 3])
    new = variant(tmp_path / "new", ROWS.replace("50.00", "20.00"))
    found = compare_population(variant(tmp_path / "old"), new, table)
    assert found.loss is not None
    assert found.loss.case == {"delay": "90", "tier": "plain", "price": "100.00"}
    told = json.dumps(found.as_dict()) + "".join(raw.decode() for raw in report_files(found, "en").values())
    assert "Ann" not in told


def test_where_only_options_are_offered_the_dearest_one_tells() -> None:
    policy = read_policy("heri-bakery", find_workspace(ROOT))
    customers = pa.table({"delay_min": [10, 90, 90], "damaged": ["false", "false", "true"], "price": ["1280", "1280", "1280"]})  # fmt: skip
    found = compare_population(below(policy), policy, customers)
    assert found.measure == "offered"
    assert found.winners.count == 2
    assert found.winners.minor == found.new.totals["offered"] > 0
    assert found.new.totals["total"] == 0
    assert compare_population(below(policy), policy, customers, measure="owed").winners.count == 0


def test_below_is_the_policy_without_its_own_tables_and_patches() -> None:
    policy = read_policy("island-air", find_workspace(ROOT))
    under = below(policy)
    assert set(under.table_files) < set(policy.table_files)
    assert all(policy.folders[-1] not in path.parents for path, _ in under.table_files.values())
    assert under.authority == policy.authority
    assert below(read_policy("base", find_workspace(ROOT))).name == "base"


@pytest.mark.parametrize(
    ("at", "bounds"),
    [
        ([(2, 1)], [(2, 5)]),
        ([(1, 1), (8, 2)], [(1, 2), (2, 5), (5, 10), (10, 20), (20, 50), (50, 100), (100, 200), (200, 500)]),
        ([(1, 1), (14, 2)], [(1, 10), (10, 100), (100, 1000), (1000, 10_000), (10_000, 100_000)]),
        ([(3, 1), (40, 2)], [(10**k, 10 ** (k + 2)) for k in range(0, 14, 2)]),
    ],
    ids=["one step", "eight steps", "by tens", "by hundreds"],
)
def test_bands_hold_every_change_in_few_steps(at: list[tuple[int, int]], bounds: list[tuple[int, int]]) -> None:  # fmt: skip
    counted = [[0, 0, 0, 0] for _ in range(53)]
    for place, count in at:
        counted[place][0] = count
    bands = merged_bands(counted)
    assert [(band.low, band.high) for band in bands] == bounds
    assert sum(band.winners.count for band in bands) == sum(count for _, count in at)


# -- the report ----------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_is_whole_and_safe_in_every_language(change: WhatIf, language: Language) -> None:
    files = report_files(change, language)
    assert set(files) == {"whatif.html", "whatif.md", "transitions.csv", "winners-and-losers.svg"}
    assert files == report_files(change, language)
    page = files["whatif.html"].decode()
    assert "<script" not in page
    assert not re.search(r"[{}]", report_text(change, language))
    root = ElementTree.fromstring(files["winners-and-losers.svg"])
    assert root.tag.endswith("svg")
    if language != "en":
        assert not re.search(r"get more|owed|row before", page, re.IGNORECASE)


def report_text(found: WhatIf, language: Language) -> str:
    from playbook.documents import words

    return "\n".join(part for block in report(found, language).blocks for part in words(block))


def test_the_table_of_transitions_adds_up_to_the_totals(change: WhatIf) -> None:
    rows = list(csv.DictReader(io.StringIO(report_files(change, "en")["transitions.csv"].decode("utf-8-sig"))))  # fmt: skip
    assert sum(int(row["customers"]) for row in rows) == change.rows
    assert sum(Decimal(row["sum_after"]) for row in rows) == change.totals_frame()["after"]["total"]
    assert sum(Decimal(row["lost"]) for row in rows) == Decimal("-30.00")
    assert {row["currency_before"] for row in rows} == {"EUR"}
    assert list(change.authority_frame().columns) == ["before", "after"]


def test_a_row_named_like_mark_up_stays_text(tmp_path: Path) -> None:
    new = variant(tmp_path / "<b>=x", ROWS.replace("50.00", "20.00"))
    found = compare_population(variant(tmp_path / "old"), new, frame(PAST[:3]))
    page = report_files(found, "en")["whatif.html"].decode()
    assert "<b>=x" not in page
    assert "&lt;b&gt;=x" in page


def test_the_words_have_the_same_slots_in_every_language() -> None:
    path = ROOT / "playbook" / "messages" / "whatif.yaml"
    data, _ = parse_yaml(path.read_text(encoding="utf-8"), "whatif.yaml")
    for key, texts in data.items():
        assert set(texts) == set(LANGUAGES), key
        assert len({tuple(sorted(re.findall(r"\{\w+\}", text))) for text in texts.values()}) == 1, key


# -- the command ---------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with a client that gives more than the law, an older copy of it, and past customers."""
    (tmp_path / "playbook.toml").write_text("", encoding="utf-8")
    folder = tmp_path / "policies" / "clients" / "acme"
    folder.mkdir(parents=True)
    (folder / "policy.yaml").write_text(
        "extends: [base, statutes/eu]\nlanguages: [zh-Hant, en]\ncurrency: EUR\njurisdiction: EU\nbrand: {name: Acme}\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("playbook.policy.read._cache", {})
    shutil.copytree(folder, tmp_path / "before")
    (folder / "eu261.delay.patch.csv").write_text(
        PATCH + "set,eu261.delay.a,amount,250.00,300.00,more than the law,,CCO,\n", encoding="utf-8"
    )
    (tmp_path / "past.csv").write_text(
        "jurisdiction,event,distance_km,intra_eu,arrival_delay_min,extraordinary,event_date\n"
        "EU,delay,800,true,200,false,2026-05-01\n"
        "EU,delay,2000,true,200,false,2026-05-01\n"
        "EU,delay,99999,true,200,false,2026-05-01\n",
        encoding="utf-8",
    )
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["policy", "whatif", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize("against", [[], ["--against", "before"], ["--against", "statutes/eu"]])
def test_the_command_prices_the_change_against_layers_below_a_folder_or_a_layer(
    against: list[str], desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "acme", "--input", "past.csv", *against, "--format", "json")
    data = json.loads(out)
    assert code == 0
    assert (data["before"]["totals"]["total"], data["after"]["totals"]["total"]) == ("650.00", "700.00")
    assert data["winners"] == {"count": 1, "sum": "50.00"}
    assert data["after"]["rejected"] == 1
    assert data["largest_gain"]["row"] == 1


def test_the_command_writes_a_report_in_the_clients_language(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "acme", "--input", "past.csv", "--against", "before", "--out", "report")
    assert code == 0
    assert "1 get more: +50.00 EUR" in out
    assert "eu261.delay.a, both times: 250.00 -> 300.00" in out
    assert sorted(path.name for path in (desk / "report").iterdir()) == [
        "transitions.csv",
        "whatif.html",
        "whatif.md",
        "winners-and-losers.svg",
    ]
    text = (desk / "report" / "whatif.md").read_text(encoding="utf-8")
    assert "分別依「before」和「acme」重新計算" in text
    assert "資料第 3 列（不含標題列）讀不出來" in text
    assert str(desk) not in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["acme", "--input", "nowhere.csv"], "no such file"),
        (["acme", "--input", "past.csv", "--against", "nobody"], "no such layer"),
        (["acme", "--input", "past.csv", "--out", "before"], "a new or empty folder"),
        (["acme", "--input", "past.csv", "--language", "fr"], "one of zh-Hant, zh-Hans, en"),
    ],
    ids=["no file", "neither client nor folder", "a full folder", "no such language"],
)
def test_what_cannot_be_done_is_an_error_and_writes_nothing(
    arguments: list[str], said: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(desk.rglob("*"))
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert sorted(desk.rglob("*")) == before

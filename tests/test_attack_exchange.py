"""What comes from outside under attack: columns of customers, lists of events, files that a report is written over."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from playbook.cli import main
from playbook.errors import InputError
from playbook.offers.answers import events_of, scaled
from playbook.offers.columns import scale_column
from playbook.offers.files import price_file
from playbook.offers.frames import price_frame
from playbook.offers.population import Pricer
from playbook.policy import read_policy
from playbook.policy.model import Policy
from playbook.tables import read_table
from playbook.tables.cells import Input
from playbook.tables.derive import NULL
from playbook.workspace import find_workspace

ROOT = Path(__file__).parents[1]
MONEY = Input("price", "money", "EUR", 2, low=0)
WHOLE = Input("n", "int")
SHARE = Input("q", "decimal", decimals=3)
DAY = Input("d", "date")
YES = Input("b", "bool", values=("false", "true"))
WORD = Input("e", "enum", values=("x", "y"))
BAD = "bad"

COLUMNS: dict[str, tuple[Input, pa.Array, list[Any]]] = {
    "whole numbers that would run over as cents": (MONEY, pa.array([184467440737095517, 5]), [BAD, 500]),
    "the ends of 64 bits": (MONEY, pa.array([2**63 - 1, -(2**63), 1]), [BAD, BAD, 100]),
    "unsigned numbers": (WHOLE, pa.array([2**64 - 1, 1], pa.uint64()), [BAD, 1]),
    "nineteen digits beside a word": (WHOLE, pa.array(["9500000000000000000", "word", "5"]), [BAD, BAD, 5]),
    "the number that stands for null": (WHOLE, pa.array(["-9223372036854775808", "word"]), [BAD, BAD]),
    "a hundred digits": (MONEY, pa.array(["9" * 100, "1"]), [BAD, 100]),
    "five million digits": (MONEY, pa.array(["9" * 5_000_000, "1"]), [BAD, 100]),
    "an exponent that ends a process": (MONEY, pa.array(["1e-999999999", "1"]), [BAD, 100]),
    "an exponent of a million digits": (WHOLE, pa.array(["1e999999999", "7"]), [BAD, 7]),
    "an exponent that a person may write": (MONEY, pa.array(["1e2"]), [10_000]),
    "decimals that round to a whole": (MONEY, pa.array(["0.9999999999999999999999999999999999999", "1.0000"]), [BAD, 100]),
    "no numbers": (MONEY, pa.array(["nan", "Infinity", "sNaN", "0x10", "1,000"]), [BAD] * 5),
    "floats without a value": (SHARE, pa.array([float("nan"), float("inf"), 1.5, None]), [BAD, BAD, 1500, None]),
    "minutes as a duration": (WHOLE, pa.array([dt.timedelta(minutes=5)], pa.duration("ns")), [BAD]),
    "truth values for a sum": (MONEY, pa.array([True, None]), [BAD, None]),
    "a time for a sum": (MONEY, pa.array([dt.datetime(2026, 5, 9)], pa.timestamp("s")), [BAD]),
    "numbers for truth values": (YES, pa.array([0, 1, 2, -1, None], pa.int64()), [0, 1, BAD, BAD, None]),
    "small whole numbers for days": (DAY, pa.array([1, 2], pa.int32()), [BAD, BAD]),
    "days with something behind": (DAY, pa.array(["2026-05-09 and more", "2026-05-09x", "2026-05-09T10:00:00"]), [739745, BAD, 739745]),
    "days of other worlds": (DAY, pa.array([10**9, -(10**9)], pa.int32()).cast(pa.date32()), [BAD, BAD]),
    "more decimals than 64 bits": (MONEY, pa.array([Decimal("1e30")], pa.decimal256(60, 2)), [BAD]),
    "words as indices with nulls": (WORD, pa.DictionaryArray.from_arrays(pa.array([0, None, 1]), pa.array(["x", "y"])), [0, None, 1]),
    "nulls among the words": (WORD, pa.DictionaryArray.from_arrays(pa.array([0, 2]), pa.array(["x", "y", None])), [0, None]),
    "numbers as indices with nulls": (WHOLE, pa.DictionaryArray.from_arrays(pa.array([0, None]), pa.array(["7"])), [7, None]),
    "words with spaces, and words for nothing": (WORD, pa.array([" x", "", "null", "z"]), [0, None, None, BAD]),
    "lists": (MONEY, pa.array([[1]]), [BAD]),
    "records": (WORD, pa.array([{"a": 1}]), [BAD]),
    "a view of texts": (MONEY, pa.array(["1.00"]).cast(pa.string_view()), [100]),
    "nothing at all": (MONEY, pa.nulls(2), [None, None]),
}  # fmt: skip


@pytest.mark.parametrize(("column", "values", "expected"), COLUMNS.values(), ids=COLUMNS)
def test_a_column_is_read_rightly_or_refused_cell_by_cell(
    column: Input, values: pa.Array, expected: list[Any]
) -> None:
    found, wrong = scaled(column, values)
    told = [BAD if i in wrong else None if v == NULL else int(v) for i, v in enumerate(found)]
    assert told == expected


@pytest.mark.parametrize("column", [MONEY, WHOLE, SHARE, DAY, YES, WORD], ids=lambda c: c.type)
@pytest.mark.parametrize(
    "cell", ["1", "0", "true", "x", "2026-05-09", "-0", "+5", "5.", ".5", "1_000", "１２", " 7 ", "9" * 18, "1e3", "'1", "=1"]
)  # fmt: skip
def test_a_text_is_in_a_column_what_it_is_alone(column: Input, cell: str) -> None:
    found, bad = scale_column(column, pa.array([cell]))
    try:
        assert (int(found[0]), bool(bad[0])) == (column.scaled(cell), False)
    except ValueError:
        assert bad[0]


# -- files of customers --------------------------------------------------------------------


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    own = tmp_path / "policies" / "clients" / "c"
    own.mkdir(parents=True)
    (tmp_path / "playbook.toml").write_text("", encoding="utf-8")
    (tmp_path / "policies" / "base").symlink_to(ROOT / "policies" / "base")
    (own / "policy.yaml").write_text(
        "extends: [base]\ncurrency: EUR\njurisdiction: DE\nbrand: {name: {en: Test}}\n", encoding="utf-8"
    )
    (own / "fair.table.yaml").write_text(
        "table: c.fair\nline: inconvenience\nbasis: goodwill\nhit_policy: UNIQUE\ncurrency: EUR\nevents: {list: trips}\n"
        'inputs:\n  late: {type: int, domain: "[0..1000)", required: true}\n  price: {type: money, raw: true}\n',
        encoding="utf-8",
    )
    (own / "fair.csv").write_text(
        "id,late,kind,share,of,source\nc.half,-,cash,100%,price,s\n", encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def client(workspace: Path) -> Policy:
    return read_policy("c", find_workspace(workspace))


def test_the_totals_of_the_largest_sums_reconcile(workspace: Path) -> None:
    n = 6000
    table = pa.table({"late": ["5"] * n, "price": ["40000000000000"] * (n - 1) + ["40000000000000.01"]})
    found = price_frame(client(workspace), table)
    assert len(found.rejects) == 1, "one more than can be counted with"
    assert found.totals["total"] == (n - 1) * Decimal("40000000000000")
    assert found.by_row == {"c.half": found.totals["total"]}
    assert sum(found.customers.column("total").to_pylist(), Decimal(0)) == found.totals["total"]


def test_one_cell_that_ends_a_process_is_one_reject(workspace: Path) -> None:
    source = workspace / "in.csv"
    source.write_text("late,price\n5,1e-999999999\n5," + "9" * 100 + "\n5,7\n", encoding="utf-8")
    report = price_file(client(workspace), str(source), workspace / "out.csv")
    assert (report["priced"], report["rejected"], report["totals"]["total"]) == (1, 2, "7.00")


def test_a_column_twice_is_refused_and_one_that_pricing_adds_is_kept_under_another_name(
    workspace: Path,
) -> None:
    twice = pa.Table.from_arrays([pa.array(["5"])] * 2, names=["late", "late"])
    with pytest.raises(InputError, match="twice"):
        price_frame(client(workspace), twice)
    again = price_frame(
        client(workspace), pa.table({"late": ["5"], "price": ["7"], "total": ["mine"], "rows": ["r"]})
    )
    names = again.customers.schema.names
    assert len(set(names)) == len(names)
    assert again.customers.column("given_total").to_pylist() == ["mine"]
    assert again.customers.column("total").to_pylist() == [Decimal("7.00")]


def test_what_python_cannot_show_is_a_reject_all_the_same(workspace: Path) -> None:
    far = pa.array([10**9], pa.int32()).cast(pa.date32())
    pricer = Pricer(client(workspace))
    pricer.price(
        pa.RecordBatch.from_pydict({"late": pa.array(["soon"]), "born": far, "raw": pa.array([b"\xff"])}), 0
    )
    assert [row["row"] for row in pricer.rejects] == [1]


LISTS: dict[str, tuple[Any, str]] = {
    "lists without end": ("[" * 100_000, "not a list"),
    "more events than anybody has": (json.dumps([{"late": 1}] * 1001), "more than 1,000"),
    "a number of nineteen digits": ('[{"late": 9500000000000000000}]', "late"),
    "a number of a thousand digits": ('[{"late": "' + "9" * 1000 + '"}]', "late"),
    "no number": ('[{"late": NaN}]', "late"),
    "a map in a map": ('[{"late": {"late": 1}}]', "late"),
    "an input with a long name": (json.dumps([{"x" * 10_000: 1}]), "no input"),
    "a text": ('"x"', "not a list"),
}  # fmt: skip


@pytest.mark.parametrize(("given", "told"), LISTS.values(), ids=LISTS)
def test_a_hostile_list_of_events_is_refused_in_few_words(given: str, told: str, workspace: Path) -> None:
    table = read_table(workspace / "policies" / "clients" / "c" / "fair.table.yaml")
    flat, claim, wrong = events_of(table, pa.array([given, '[{"late": 1}]']))
    assert list(wrong) == [0]
    assert told in wrong[0]
    assert len(wrong[0]) < 400
    assert flat["late"][claim == 1].tolist() == [1]
    assert flat["late"].dtype == np.int64


# -- the command line ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "content", ["[" * 200_000, "[" + "9" * 5000 + "]", '"x"', '[{"late": 1, "late": -1}]', "\ud800"],
    ids=["lists without end", "a long number", "a text", "a key twice, the last of them wrong", "half a character"],
)  # fmt: skip
def test_a_hostile_file_of_events_is_an_error_without_a_traceback(
    content: str, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "e.json").write_bytes(content.encode("utf-8", "surrogatepass"))
    assert main(["price", "--client", "c", "--case", "trips=@e.json"]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_what_is_no_file_is_not_read_as_a_list_of_events(workspace: Path) -> None:
    assert main(["price", "--client", "c", "--case", "trips=@policies"]) == 2


REPORTS = {
    "a diff": ["policy", "diff", "c", "--out"],
    "a check": ["policy", "check", "c", "--out"],
    "a workbook": ["policy", "export-xlsx", "c", "--out"],
    "a model": ["policy", "export-dmn", "c", "fair"],
    "priced customers": ["price", "--client", "c", "--input", "in.csv", "--output"],
}


@pytest.mark.parametrize("command", REPORTS.values(), ids=REPORTS)
def test_no_report_is_written_over_a_file_of_a_policy(
    command: list[str], workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "in.csv").write_text("late,price\n5,7\n", encoding="utf-8")
    target = workspace / "policies" / "clients" / "c" / "fair.csv"
    before = target.read_bytes()
    assert main([*command, str(target)]) == 2
    assert target.read_bytes() == before
    assert "a file of a policy" in capsys.readouterr().err


def test_only_a_layer_is_read_as_an_older_copy(workspace: Path) -> None:
    folder = workspace / "everything"
    folder.mkdir()
    assert main(["policy", "diff", "c", "--against", str(folder)]) == 2
    shutil.copytree(workspace / "policies" / "clients" / "c", folder, dirs_exist_ok=True)
    assert main(["policy", "diff", "c", "--against", str(folder)]) == 0


def test_a_name_that_no_folder_can_have_is_refused(workspace: Path) -> None:
    assert main(["policy", "new", "a" * 300]) == 2

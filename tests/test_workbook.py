"""The consultant's workbook: what was not changed comes back byte for byte, what was changed changes just that."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from playbook.cli import main
from playbook.errors import InputError
from playbook.policy import clients, read_policy
from playbook.sources import Row, read_csv
from playbook.workbook import Brought, export_workbook, import_workbook
from playbook.workbook.cells import could_become
from playbook.workbook.origin import place_of
from playbook.workbook.sheets import sheets_of
from playbook.workbook.splice import CsvPage
from playbook.workbook.unpack import escaped, unescaped, unpack
from playbook.workspace import Workspace, find_workspace

ROOT = Path(__file__).resolve().parent.parent

LAW = """table: law
title: {en: The law}
line: statutory
basis: statutory
hit_policy: COLLECT
currency: EUR
inputs:
  delay_min: {type: int, unit: min, domain: "[0..1440)", required: true}
"""
FARES = """table: fares
title: {en: What the trade gives}
line: inconvenience
basis: goodwill
hit_policy: COLLECT
effective: {on: day}
currency: EUR
inputs:
  delay_min: {type: int, unit: min, domain: "[0..1440)", required: true, labels: {en: {name: minutes late}}}
  cause: {type: enum, values: [weather, crew], null: not told}
  day: {type: date, raw: true}
"""
GOLD = """table: gold
title: {en: What gold members get}
line: inconvenience
basis: goodwill
hit_policy: COLLECT
currency: EUR
inputs:
  delay_min: {type: int, unit: min, domain: "[0..1440)", required: true}
  gold: {type: bool, required: true}
  price: {type: money, domain: "[0.00..1000.00)", null: not told}
  booked: {type: date, null: not told}
"""
FILES = {
    "statutes/isle/law.table.yaml": LAW,
    "statutes/isle/law.csv": "id,delay_min,outcome,kind,amount,source\nlaw.late,>=180,pay,cash,250.00,Act 1\nlaw.not,<180,none,,,Act 1\n",
    "sectors/harbour/fares.table.yaml": FARES,
    "sectors/harbour/fares.csv": "id,delay_min,cause,outcome,kind,amount,from,to,source,note\n"
    "fares.hour,>=60,-,pay,voucher,10.00,,,trade 2026,\n"
    "fares.crew,>=60,crew,pay,meal,,,,trade 2026,\"two\nlines\"\n"
    "fares.none,<60,-,none,,,,,trade 2026,\n",
    "clients/acme/policy.yaml": "extends: [base, statutes/isle, sectors/harbour]\nlanguages: [en]\ncurrency: EUR\n",
    "clients/acme/gold.table.yaml": GOLD,
    "clients/acme/gold.csv": "id,delay_min,gold,price,booked,outcome,kind,amount,share,of,alternative,source,rationale\r\n"
    'gold.late, >=30 ,true,-,-,pay,"voucher",20.00,,,007,acme,"late, by half an hour"\r\n'
    "gold.later,[60..180),true,-,-,pay,cash,30.00,,,1E5,acme,=180 or more\r\n"
    "\r\n"
    "gold.price,>=180,true,>=100.00,>=2026-01-01,pay,cash,,50%,price,3-5,acme,MAR1\r\n"
    "gold.other,-,false,-,-,none,,,,,,acme",
    "clients/acme/clocks.csv": "id,label_en,starts_from,met_by,period,unit,level,pausable,repeats\nacme.word,a word,signal,first_reply,30,minutes,promise,no,no\n",
    "clients/acme/authority.patch.csv": "op,id,column,was,value,reason,source,approved_by,from\n"
    "set,senior,ceiling,0,600,matrix,,,\nset,senior,currency,,EUR,matrix,,,\n",
}  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Workspace:
    """A workspace of its own: base as shipped, a law, a sector, and the client acme."""
    shared = tmp_path / "policies"
    shutil.copytree(ROOT / "policies" / "base", shared / "base")
    (shared / "statutes/isle").mkdir(parents=True)
    (shared / "sectors/harbour").mkdir(parents=True)
    (shared / "clients/acme").mkdir(parents=True)
    for name, text in FILES.items():
        (shared / name).write_bytes(text.encode())
    return Workspace(tmp_path, shared / "clients", tmp_path, tmp_path, tmp_path, shared)


exported: dict[str, bytes] = {}


def export_of(desk: Workspace) -> bytes:
    """Export acme; the same policy gives the same bytes, wherever it stands."""
    policy = read_policy("acme", desk)
    if policy.sha256 not in exported:
        exported[policy.sha256] = export_workbook(policy)
    return exported[policy.sha256]


def book_of(desk: Workspace) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(export_of(desk)))


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def brought(desk: Workspace, edit: Callable[[openpyxl.Workbook], Any], **options: Any) -> Brought:
    book = book_of(desk)
    edit(book)
    return import_workbook("acme", saved(book), desk, **options)


def refused(desk: Workspace, edit: Callable[[openpyxl.Workbook], Any], **options: Any) -> str:
    before = contents(desk)
    with pytest.raises(InputError) as error:
        brought(desk, edit, **options)
    assert contents(desk) == before
    return str(error.value)


def contents(desk: Workspace) -> dict[str, bytes]:
    folder = desk.clients / "acme"
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def cell(page: Worksheet, identifier: str, column: str) -> Cell:
    x = next(c.column for c in page[1] if c.value == column)
    y = next(c.row for c in page["A"] if c.value == identifier)
    return page.cell(y, x)  # type: ignore[return-value]


def put(sheet: str, identifier: str, **values: Any) -> Callable[[openpyxl.Workbook], None]:
    def edit(book: openpyxl.Workbook) -> None:
        places = {column: cell(book[sheet], identifier, column) for column in values}
        for column, value in values.items():
            place = places[column]
            place.value = value
            if isinstance(value, str) and not value.startswith("=") and value[:1] != "#":
                place.data_type = "s"

    return edit


def drop(sheet: str, identifier: str) -> Callable[[openpyxl.Workbook], None]:
    return lambda book: book[sheet].delete_rows(cell(book[sheet], identifier, "id").row)


def new_row(sheet: str, **cells: Any) -> Callable[[openpyxl.Workbook], None]:
    def edit(book: openpyxl.Workbook) -> None:
        page = book[sheet]
        y = page.max_row + 1
        for head in page[1]:
            if head.value in cells:
                page.cell(y, head.column).value = cells[head.value]

    return edit


def both(*edits: Callable[[openpyxl.Workbook], Any]) -> Callable[[openpyxl.Workbook], None]:
    def edit(book: openpyxl.Workbook) -> None:
        for one in edits:
            one(book)

    return edit


# -- the round trip ------------------------------------------------------------------------


@pytest.mark.parametrize("name", clients(find_workspace(ROOT)))
def test_a_client_comes_back_unchanged_also_when_a_program_saved_the_file_again(name: str) -> None:
    workspace = find_workspace(ROOT)
    raw = export_workbook(read_policy(name, workspace))
    again = saved(openpyxl.load_workbook(io.BytesIO(raw)))
    for form in (raw, again):
        came = import_workbook(name, form, workspace)
        assert (came.changes, came.restored, came.contents) == ((), (), {})


def test_the_same_policy_gives_the_same_bytes(desk: Workspace) -> None:
    policy = read_policy("acme", desk)
    assert export_workbook(policy) == export_workbook(policy)


@pytest.mark.parametrize("name", clients(find_workspace(ROOT)))
def test_every_cell_of_a_sheet_knows_its_place_in_a_file(name: str) -> None:
    files: dict[Path, dict[int, Row]] = {}
    for sheet in sheets_of(read_policy(name, find_workspace(ROOT))):
        for row in sheet.rows:
            for text in row.cells.values():
                place = place_of(text)
                assert place is not None
                if place.path not in files:
                    files[place.path] = {read.line: read for read in read_csv(place.path)[1]}
                assert files[place.path][place.line][place.column] == text


def test_every_cell_is_text_and_what_may_not_be_changed_is_locked(desk: Workspace) -> None:
    book = book_of(desk)
    for page in book.worksheets[1:]:
        assert all(c.data_type == "s" and c.number_format == "@" for row in page for c in row if c.value)
        assert page.protection.sheet
        assert page.protection.password is None
    assert [page.title for page in book if page.sheet_state == "hidden"] == ["_base", "_lists"]
    locked = {
        (sheet, identifier, column): cell(book[sheet], identifier, column).protection.locked
        for sheet, identifier, column in (
            ("law", "law.late", "amount"), ("fares", "fares.hour", "amount"), ("fares", "fares.hour", "id"),
            ("fares", "fares.hour", "source"), ("gold", "gold.late", "id"), ("authority", "senior", "ceiling"),
        )
    }  # fmt: skip
    assert list(locked.values()) == [True, False, True, True, False, False]
    assert cell(book["fares"], "fares.hour", "id").comment.text == "sectors/harbour/fares.csv:2"
    assert "minutes late" in book["fares"]["B1"].comment.text
    assert book["gold"].freeze_panes == "B2"
    assert {str(rule.sqref)[0] for rule in book["fares"].data_validations.dataValidation} >= {
        "C",
        "D",
    }


def test_texts_that_programs_would_change_are_exported_as_they_are(desk: Workspace) -> None:
    page = book_of(desk)["gold"]
    assert [cell(page, row, "alternative").value for row in ("gold.late", "gold.later", "gold.price")] == ["007", "1E5", "3-5"]  # fmt: skip
    assert cell(page, "gold.later", "rationale").value == "=180 or more"
    assert cell(page, "gold.later", "rationale").data_type == "s"


# -- changes -------------------------------------------------------------------------------


def test_a_change_of_an_own_row_changes_just_that_cell(desk: Workspace) -> None:
    before = contents(desk)
    came = brought(desk, put("gold", "gold.price", delay_min=">=200"))
    came.write()
    after = contents(desk)
    assert after.pop("gold.csv") == before.pop("gold.csv").replace(b"gold.price,>=180", b"gold.price,>=200")
    assert after == before
    assert came.changes == ("gold!B4 [gold.price] delay_min: '>=180' -> '>=200' (clients/acme/gold.csv:5)",)


def test_the_id_of_an_own_row_is_a_cell_as_any_other(desk: Workspace) -> None:
    before = contents(desk)["gold.csv"]
    brought(desk, put("gold", "gold.late", id="gold.soon")).write()
    assert contents(desk)["gold.csv"] == before.replace(b"gold.late,", b"gold.soon,")


def test_a_cell_with_a_comma_is_quoted_and_a_quoted_one_stays_quoted(desk: Workspace) -> None:
    before = contents(desk)["gold.csv"]
    brought(desk, put("gold", "gold.late", kind="credit", source='a, "b"')).write()
    expected = before.replace(b'"voucher",20.00,,,007,acme,', b'"credit",20.00,,,007,"a, ""b""",')
    assert contents(desk)["gold.csv"] == expected


def test_a_change_of_a_lower_layer_becomes_a_patch_with_its_reason(desk: Workspace) -> None:
    before = contents(desk)
    brought(desk, put("fares", "fares.hour", amount="12.00", reason="more, for us")).write()
    after = contents(desk)
    lines = after.pop("fares.patch.csv").decode().splitlines()
    assert lines == [
        "op,id,column,was,value,reason,source,approved_by,from",
        'set,fares.hour,amount,10.00,12.00,"more, for us",,,',
    ]
    assert after == before
    again = book_of(desk)
    assert cell(again["fares"], "fares.hour", "amount").value == "12.00"
    assert "clients/acme/fares.patch.csv:2" in cell(again["fares"], "fares.hour", "amount").comment.text


def test_a_change_of_an_own_patch_is_made_in_the_patch_and_the_old_value_takes_it_out(
    desk: Workspace,
) -> None:
    before = contents(desk)["authority.patch.csv"]
    brought(desk, put("authority", "senior", ceiling="700")).write()
    assert contents(desk)["authority.patch.csv"] == before.replace(b",600,", b",700,")
    brought(desk, put("authority", "senior", ceiling="0")).write()
    assert contents(desk)["authority.patch.csv"] == before.replace(
        b"set,senior,ceiling,0,600,matrix,,,\n", b""
    )


def test_the_first_sheet_gives_what_rows_do_not_say(desk: Workspace) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        page = book["Guide"]
        for row in page.iter_rows():
            answers = {"reason": "season", "source": "board 3", "approved_by": "CCO", "from": "2026-04-01"}
            if row[0].value in answers and row[2].value:
                row[1].value = answers[row[0].value]

    brought(desk, both(edit, put("fares", "fares.hour", amount="12.00"))).write()
    line = contents(desk)["fares.patch.csv"].decode().splitlines()[1]
    assert line == "set,fares.hour,amount,10.00,12.00,season,board 3,CCO,2026-04-01"
    rows = [row for row in sheets_of(read_policy("acme", desk))[0].rows if row["id"] == "fares.hour"]
    assert [(row["amount"], row["from"], row["to"]) for row in rows] == [
        ("10.00", "", "2026-04-01"), ("12.00", "2026-04-01", ""),
    ]  # fmt: skip
    later = put("fares", "fares.hour", reason="again")

    def second(book: openpyxl.Workbook) -> None:
        later(book)
        for y in range(2, 6):
            if book["fares"].cell(y, 7).value == "2026-04-01":
                book["fares"].cell(y, 6).value = "13.00"

    brought(desk, second).write()
    assert contents(desk)["fares.patch.csv"].decode().count(",13.00,season,") == 1


def test_a_new_row_goes_into_the_own_file_after_the_row_above_it(desk: Workspace) -> None:
    before = contents(desk)["gold.csv"]
    cells = {"id": "gold.new", "delay_min": ">=200", "gold": "true", "price": "-", "booked": "-", "outcome": "pay", "kind": "cash", "amount": "5"}  # fmt: skip
    brought(desk, new_row("gold", **cells)).write()
    assert contents(desk)["gold.csv"] == before + b"\r\ngold.new,>=200,true,-,-,pay,cash,5,,,,,\r\n"


def test_a_new_row_of_a_lower_table_is_added_by_a_patch(desk: Workspace) -> None:
    cells = {"id": "acme.long", "delay_min": ">=300", "cause": "-", "outcome": "pay", "kind": "hotel", "reason": "a night"}  # fmt: skip
    brought(desk, new_row("fares", **cells)).write()
    after = contents(desk)
    assert read_csv(desk.clients / "acme/fares.rows.csv")[1][0]["kind"] == "hotel"
    assert b"add,acme.long,,,,a night,,," in after["fares.patch.csv"]
    brought(desk, put("fares", "acme.long", kind="taxi")).write()
    assert read_csv(desk.clients / "acme/fares.rows.csv")[1][0]["kind"] == "taxi"
    brought(desk, put("fares", "acme.long", id="acme.night")).write()
    assert b"add,acme.night,,,,a night,,," in contents(desk)["fares.patch.csv"]
    brought(desk, drop("fares", "acme.night")).write()
    assert b"acme.night" not in contents(desk)["fares.patch.csv"] + contents(desk)["fares.rows.csv"]


def test_a_new_clock_goes_into_the_own_file(desk: Workspace) -> None:
    cells = {"id": "acme.call", "label_en": "a call", "starts_from": "signal", "met_by": "chosen", "period": 2, "unit": "hours", "level": "promise", "pausable": True, "repeats": "no", "source": "us"}  # fmt: skip
    brought(desk, new_row("clocks", **cells)).write()
    lines = contents(desk)["clocks.csv"].decode().splitlines()
    assert lines[0].endswith(",repeats,source")  # a column that the file did not have
    assert lines[1] == FILES["clients/acme/clocks.csv"].splitlines()[1]
    assert lines[2] == "acme.call,a call,signal,chosen,2,hours,promise,yes,no,us"


def test_a_row_taken_out_is_removed_or_disabled(desk: Workspace) -> None:
    before = contents(desk)["gold.csv"]
    came = brought(desk, both(drop("gold", "gold.later"), drop("fares", "fares.crew")), reason="not ours")
    came.write()
    after = contents(desk)
    assert after["gold.csv"] == b"".join(
        line for line in before.splitlines(keepends=True) if not line.startswith(b"gold.later")
    )
    assert b"disable,fares.crew,,,,not ours,,," in after["fares.patch.csv"]
    assert any("[fares.crew] taken out" in line for line in came.changes)


def test_rows_may_be_sorted_and_hold_blank_ones_between_them(desk: Workspace) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        page = book["gold"]
        rows = [[c.value for c in row] for row in page.iter_rows(min_row=2)]
        page.delete_rows(2, 10)
        for y, row in enumerate(reversed(rows), start=2):
            for x, value in enumerate(row, start=1):
                page.cell(2 * y, x).value = value
                page.cell(2 * y, x).data_type = "s"

    assert brought(desk, edit).contents == {}


def test_a_file_in_another_encoding_keeps_it(desk: Workspace) -> None:
    path = desk.clients / "acme/gold.csv"
    text = FILES["clients/acme/gold.csv"].replace("acme,MAR1", "acme,晚到的補償")
    for raw in (text.encode("utf-16"), b"\xfe\xff" + text.encode("utf-16-be"), text.encode("utf-8-sig"), text.encode("cp950")):  # fmt: skip
        path.write_bytes(raw)
        brought(desk, put("gold", "gold.late", amount="21.00")).write()
        changed = text.replace("20.00", "21.00")
        codec = "utf-16-be" if raw[:2] == b"\xfe\xff" else "utf-16-le" if raw[:2] == b"\xff\xfe" else "utf-8" if raw[:3] == b"\xef\xbb\xbf" else "cp950"  # fmt: skip
        assert path.read_bytes().decode(codec).lstrip("\ufeff") == changed
        assert len(path.read_bytes()) == len(raw)
    assert "😀" in refused(desk, put("gold", "gold.late", rationale="😀"))


@pytest.mark.parametrize("name", ["base", "sectors/harbour"])
def test_a_layer_that_is_no_client_can_be_brought_back_too(name: str, desk: Workspace) -> None:
    sheet, row = ("clocks", "next_word") if name == "base" else ("fares", "fares.hour")
    book = openpyxl.load_workbook(io.BytesIO(export_workbook(read_policy(name, desk))))
    put(sheet, row, **({"note": "seen"} if sheet == "fares" else {"period": "20"}))(book)
    came = import_workbook(name, saved(book), desk)
    came.write()
    assert [path.relative_to(desk.shared).as_posix() for path in came.files] == [f"{name}/{sheet}.csv"]


def test_a_table_that_is_a_copy_is_patched(desk: Workspace) -> None:
    other = desk.clients / "other"
    other.mkdir()
    (other / "policy.yaml").write_text("extends: [base]\ncurrency: EUR\nlanguages: [en]\n")
    (other / "silver.table.yaml").write_text("table: silver\ncopy_of: acme/gold\n")
    (other / "silver.changes.csv").write_text(
        "op,id,column,was,value,reason,source,approved_by,from\nset,gold.late,amount,20.00,10.00,less,,,\n"
    )
    book = openpyxl.load_workbook(io.BytesIO(export_workbook(read_policy("other", desk))))
    both(put("silver", "gold.late", amount="11.00"), put("silver", "gold.later", amount="31.00"))(book)
    came = import_workbook("other", saved(book), desk, reason="why not")
    came.write()
    assert [path.name for path in came.files] == ["silver.changes.csv", "silver.patch.csv"]
    assert b"20.00,11.00,less" in (other / "silver.changes.csv").read_bytes()
    assert b"set,gold.later,amount,30.00,31.00,why not" in (other / "silver.patch.csv").read_bytes()


def test_a_change_that_no_patch_can_say_is_refused(desk: Workspace) -> None:
    (desk.clients / "acme/fares.patch.csv").write_text(
        "op,id,column,was,value,reason,source,approved_by,from\n"
        "set,fares.hour,kind,voucher,cash,better,,,2026-04-01\n"
    )
    told = refused(desk, put("fares", "fares.hour", amount="9.00", reason="only before April"))
    assert "fares!A3" in told
    assert "would not come out as it stands here" in told
    assert "the day as it is" in refused(desk, put("fares", "fares.hour", to="2026-05-01"))


def test_nothing_is_written_when_a_file_changed_meanwhile(desk: Workspace) -> None:
    came = brought(
        desk, both(put("gold", "gold.late", amount="21.00"), put("authority", "senior", ceiling="1"))
    )
    (desk.clients / "acme/gold.csv").write_text("id\n")
    before = contents(desk)
    with pytest.raises(InputError, match="since it was read"):
        came.write()
    assert contents(desk) == before


def test_what_the_policy_check_finds_is_a_warning(desk: Workspace) -> None:
    came = brought(desk, put("gold", "gold.late", delay_min=">=20", kind="voucher"))
    assert came.contents
    came = brought(desk, put("clocks", "acme.word", met_by="nowhere"))
    assert any("nowhere" in warning and "acme/clocks.csv" in warning for warning in came.warnings)
    assert not any("playbook-" in warning for warning in came.warnings)


# -- damage --------------------------------------------------------------------------------

DAMAGE: dict[str, tuple[Callable[[openpyxl.Workbook], Any], list[str]]] = {
    "a date where a condition was": (put("gold", "gold.later", delay_min=datetime(2026, 3, 5)), ["gold!B3", "a date (2026-03-05)"]),
    "a date where a text was": (put("gold", "gold.late", source=datetime(2026, 3, 5)), ["gold!L2", "2026-03-05"]),
    "a serial number where a text was": (put("gold", "gold.late", alternative=46086), ["gold!K2", "46086", "'007'"]),
    "a fraction in a sum of money": (put("gold", "gold.late", amount=20.1), ["gold!H2", "20.1", "not held exactly"]),
    "a fraction in a condition": (put("gold", "gold.late", delay_min=30.5), ["gold!B2", "30.5"]),
    "a formula": (put("gold", "gold.late", amount="=10*2"), ["gold!H2", "a formula"]),
    "a formula in a text": (put("gold", "gold.late", rationale='=HYPERLINK("http://example.com")'), ["gold!M2", "a formula"]),
    "an error value": (put("gold", "gold.late", amount="#REF!"), ["gold!H2", "#REF!"]),
    "an empty condition": (put("gold", "gold.late", delay_min=None), ["gold!B2", "an empty condition"]),
    "an id twice": (put("gold", "gold.late", id="gold.other"), ["gold!A5", "gold.other again, first in gold!A2"]),
    "no id": (put("gold", "gold.late", id=None), ["gold!A2", "expected an id"]),
    "a word that is no value": (put("fares", "fares.crew", cause="strike", reason="x"), ["fares!C3", "one of weather, crew"]),
    "a sum that is none": (put("gold", "gold.late", amount="20.005"), ["gold!H2", "decimals"]),
    "a share that is none": (put("gold", "gold.price", share="half"), ["gold!I4", "50%"]),
    "a thousands separator": (put("gold", "gold.late", delay_min=">=1,000", amount="1,000.00"), ["gold!B2", "gold!H2", "a thousands separator"]),
    "a curly quote": (put("gold", "gold.late", kind="“cash”"), ["gold!G2", "the sign “"]),
    "a long dash": (put("gold", "gold.late", delay_min="60–180"), ["gold!B2", "the sign –"]),
    "a truth value where a text was": (put("gold", "gold.late", kind=True), ["gold!G2", "the truth value TRUE"]),
    "merged cells": (lambda book: book["gold"].merge_cells("H2:H3"), ["gold!H2", "merged cells (H2:H3)"]),
    "an unknown column": (lambda book: book["gold"].cell(1, 16, "bonus"), ["gold!P1", "the column 'bonus'"]),
    "a column that is gone": (lambda book: book["gold"].delete_cols(2), ["gold!A1", "no column delay_min"]),
    "an unknown sheet": (lambda book: book.create_sheet("../../etc"[3:].replace("/", "-")), ["the sheet"]),
    "a sheet that is gone": (lambda book: book.remove(book["gold"]), ["gold!A1", "no such sheet"]),
    "a cell outside the table": (lambda book: book["gold"].cell(3, 20, "see below"), ["gold!T3", "outside the table"]),
    "a line of notes below the table": (lambda book: book["gold"].cell(30, 3, "see below"), ["gold!A30", "expected an id"]),
    "a change of the law": (put("law", "law.late", amount="100.00", reason="cheaper"), ["law!E2", "as the law has it"]),
    "a row of the law taken out": (drop("law", "law.late"), ["law!A", "law.late taken out"]),
    "the id of a lower row": (put("fares", "fares.hour", id="fares.other", reason="x"), ["fares!A2", "as the layer below has it"]),
    "the source of a lower row": (put("fares", "fares.hour", source="x", reason="x"), ["fares!I2", "as the layer below has it"]),
    "no reason for a patch": (put("fares", "fares.hour", amount="1.00"), ["fares!K2", "expected a reason"]),
    "no reason for a row taken out": (drop("fares", "fares.hour"), ["fares!A", "expected a reason"]),
    "no reason for a new row": (new_row("fares", id="a.b", delay_min="-", cause="-"), ["fares!K5", "expected a reason"]),
    "a new id that is none": (new_row("gold", id="NEW", delay_min="-", gold="-", price="-", booked="-"), ["gold!A6", "'NEW'"]),
    "a clock's unit that is none": (put("clocks", "acme.word", unit="fortnights"), ["clocks!H6", "fortnights"]),
    "a number with its zeros lost": (new_row("gold", id="a.b", delay_min="-", gold="-", price="-", booked="-", alternative=7), ["gold!K6", "leading zeros"]),
    "a base that was tampered with": (lambda book: book.remove(book["_base"]), ["does not say what it was made of"]),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_named_with_sheet_and_cell_and_nothing_is_written(name: str, desk: Workspace) -> None:
    edit, expected = DAMAGE[name]
    told = refused(desk, edit)
    for part in expected:
        assert part in told


def test_all_damage_is_told_at_once(desk: Workspace) -> None:
    told = refused(
        desk,
        both(
            put("gold", "gold.late", amount=20.1),
            put("fares", "fares.hour", amount="x"),
            put("law", "law.late", amount="1.00"),
            put("authority", "senior", rank="first"),
        ),
    )
    for place in ("gold!H2", "fares!F2", "fares!K2", "law!E2", "authority!F3"):
        assert place in told


RESTORED: dict[str, tuple[Callable[[openpyxl.Workbook], Any], str, bytes | None]] = {
    "a truth value in a condition": (put("gold", "gold.late", gold=True), "TRUE", None),
    "a truth value in capitals": (put("gold", "gold.other", gold="FALSE"), "capitals", None),
    "another truth value": (put("gold", "gold.other", gold=True), "TRUE", b"gold.other,-,true"),
    "a date made of 3-5": (put("gold", "gold.price", alternative=datetime(2026, 3, 5)), "2026-03-05", None),
    "a date made of MAR1": (put("gold", "gold.price", rationale=datetime(2026, 3, 1)), "2026-03-01", None),
    "a number made of 007": (put("gold", "gold.late", alternative=7), "the number 7", None),
    "a number made of 1E5": (put("gold", "gold.later", alternative=100000), "100000", None),
    "a number made of a percentage": (put("gold", "gold.price", share=0.5), "0.5", None),
    "a number made of a sum": (put("gold", "gold.late", amount=20), "the number 20", None),
    "a whole number in a sum": (put("gold", "gold.late", amount=45), "the number 45", b",45,,,007"),
    "a whole number in a condition": (put("gold", "gold.later", delay_min=45), "the number 45", b"gold.later,45,"),
    "a date in a date": (put("gold", "gold.price", booked=datetime(2026, 5, 9)), "2026-05-09", b",2026-05-09,pay"),
    "full-width signs": (put("gold", "gold.price", delay_min="＞＝１８０"), "full-width", b">=180"),
    "a sign that is one": (put("gold", "gold.price", delay_min="≥200"), "full-width", b"gold.price,>=200"),
    "a long dash alone": (put("gold", "gold.price", booked="–"), "full-width", b">=100.00,-,pay"),
    "an apostrophe before it": (put("gold", "gold.late", alternative="'007"), "an apostrophe", None),
}  # fmt: skip


@pytest.mark.parametrize("name", RESTORED)
def test_what_is_beyond_doubt_is_restored_and_said(name: str, desk: Workspace) -> None:
    edit, said, written = RESTORED[name]
    came = brought(desk, edit)
    assert any(said in line for line in came.restored), came.restored
    if written is None:
        assert came.contents == {}
    else:
        content = came.contents.get(desk.clients / "acme/gold.csv", contents(desk)["gold.csv"])
        assert written in content


@pytest.mark.parametrize(
    ("text", "day", "expected"),
    [
        ("3-5", (2026, 3, 5), True), ("3-5", (2026, 5, 3), True), ("3/5", (2026, 3, 6), False), ("MAR1", (2026, 3, 1), True),
        ("MAR1", (2001, 3, 1), True), ("1-Mar", (2026, 3, 1), True), ("SEPT2", (2026, 9, 2), True), ("DEC", (2026, 12, 1), False),
        ("2026-03-05", (2026, 3, 5), True), ("[60..180)", (2026, 3, 5), False), ("", (2026, 3, 5), False),
    ],
)  # fmt: skip
def test_a_date_is_taken_back_only_for_a_text_it_can_come_from(
    text: str, day: tuple[int, int, int], expected: bool
) -> None:
    assert could_become(text, datetime(*day).date()) is expected


def test_a_stale_workbook_names_the_files_and_cells_that_changed(desk: Workspace) -> None:
    book = book_of(desk)
    path = desk.shared / "sectors/harbour/fares.csv"
    path.write_text(path.read_text().replace("10.00", "11.00"))
    (desk.clients / "acme/options.csv").write_text("id\n")
    with pytest.raises(InputError) as error:
        import_workbook("acme", saved(book), desk)
    told = str(error.value)
    assert "sectors/harbour/fares.csv" in told
    assert "clients/acme/options.csv: found a file that was made" in told
    assert "'11.00' now, '10.00' in the workbook" in told
    assert "gold.csv" not in told


def test_words_that_change_do_not_make_a_workbook_stale(desk: Workspace) -> None:
    book = book_of(desk)
    (desk.clients / "acme/wording/en").mkdir(parents=True)
    assert import_workbook("acme", saved(book), desk).contents == {}


def test_a_workbook_of_another_client_is_refused(desk: Workspace) -> None:
    shutil.copytree(desk.clients / "acme", desk.clients / "other")
    with pytest.raises(InputError, match="a workbook of 'acme'"):
        import_workbook("other", saved(book_of(desk)), desk)


def test_the_order_of_rows_is_kept_where_it_means_something(desk: Workspace) -> None:
    path = desk.clients / "acme/gold.table.yaml"
    path.write_text(GOLD.replace("COLLECT", "FIRST"))

    def swap(book: openpyxl.Workbook) -> None:
        page = book["gold"]
        for x in range(1, 16):
            page.cell(2, x).value, page.cell(3, x).value = page.cell(3, x).value, page.cell(2, x).value

    assert "in another order" in refused(desk, swap)

    def insert(book: openpyxl.Workbook) -> None:
        page = book["gold"]
        page.insert_rows(2)
        for x, text in enumerate(("gold.first", ">=0", "true", "-", "-", "none"), start=1):
            page.cell(2, x).value = text

    brought(desk, insert).write()
    ids = [row["id"] for row in read_csv(desk.clients / "acme/gold.csv")[1]]
    assert ids == ["gold.first", "gold.late", "gold.later", "gold.price", "gold.other"]


# -- hostile files -------------------------------------------------------------------------


def zipped(desk: Workspace, **parts: bytes) -> bytes:
    raw = export_of(desk)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.pop(name, None) or old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return out.getvalue()


def test_a_file_that_unpacks_to_too_much_is_refused(desk: Workspace) -> None:
    with pytest.raises(InputError, match="unpacked"):
        import_workbook("acme", zipped(desk, **{"xl/big.xml": b"\0" * 100_000_001}), desk)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet2.xml", "xl/styles.xml"])
def test_an_xml_entity_is_refused(part: str, desk: Workspace) -> None:
    with zipfile.ZipFile(io.BytesIO(export_of(desk))) as archive:
        xml = archive.read(part)
    at = xml.index(b"?>") + 2 if xml.startswith(b"<?xml") else 0
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
    for hostile in (xml[:at] + bomb + xml[at:], (xml[:at] + bomb + xml[at:]).decode().replace("UTF-8", "UTF-16").encode("utf-16")):  # fmt: skip
        with pytest.raises(InputError, match="document type"):
            import_workbook("acme", zipped(desk, **{part: hostile}), desk)


def test_macros_and_links_to_other_files_are_not_looked_at(desk: Workspace) -> None:
    parts = {"xl/vbaProject.bin": b"\xff" * 100, "xl/externalLinks/externalLink1.xml": b"<!DOCTYPE x []><x/>", "../../evil.xml": b"<x"}  # fmt: skip
    assert import_workbook("acme", zipped(desk, **parts), desk).contents == {}


@pytest.mark.parametrize(
    "raw",
    [b"", b"id,x\n", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600],
    ids=["nothing", "a CSV file", "half a zip", "an encrypted or old file"],
)
def test_what_is_no_workbook_is_refused(raw: bytes, desk: Workspace) -> None:
    with pytest.raises(InputError):
        import_workbook("acme", raw, desk)


def test_huge_merged_ranges_and_far_cells_cost_nothing(desk: Workspace) -> None:
    with zipfile.ZipFile(io.BytesIO(export_of(desk))) as archive:
        xml = archive.read("xl/worksheets/sheet3.xml").decode()
    hostile = xml.replace("</sheetData>", '</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>')  # fmt: skip
    with pytest.raises(InputError, match="merged cells"):
        import_workbook("acme", zipped(desk, **{"xl/worksheets/sheet3.xml": hostile.encode()}), desk)
    far = xml.replace(
        "</sheetData>", '<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row></sheetData>'
    )
    with pytest.raises(InputError, match="XFD1048576"):
        import_workbook("acme", zipped(desk, **{"xl/worksheets/sheet3.xml": far.encode()}), desk)


# -- laws ----------------------------------------------------------------------------------

WORDS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["007", "1E5", "3-5", "MAR1", "=180", "+1", "-", "@x", "'quoted", "TRUE", "50%", "_x0041_", "晚到，補償", "👩‍🚀🚀", 'a "b", c', "a\nb", "#REF!", "＞＝180", "1,000"]),
    st.text(alphabet="=+-@'\"\t\r\n, ;|晚🚀a1", max_size=8),
)  # fmt: skip
CONDITIONS = st.sampled_from(["-", "180", "<180", "<=180", ">180", ">=180", "[60..180)", "(60..180]", "60|90", "not(60)", "null", "[1,200)", "0|null"])  # fmt: skip
ROWS = st.lists(st.tuples(CONDITIONS, WORDS, WORDS), min_size=1, max_size=5)


def fits(text: str) -> bool:
    """Tell whether a CSV file can hold a text: no lone surrogate, no NUL."""
    return not any("\ud800" <= c <= "\udfff" or c == "\0" for c in text)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_import_after_export_is_no_change(rows: list[tuple[str, str, str]], tmp_path: Path) -> None:
    shared = tmp_path / "policies"
    client = shared / "clients/tiny"
    for folder in (shared / "base", client):
        folder.mkdir(parents=True, exist_ok=True)
    (shared / "base/policy.yaml").write_text("languages: [zh-Hant]\n")
    (client / "policy.yaml").write_text("extends: [base]\ncurrency: EUR\n")
    header = "table: tiny\nhit_policy: COLLECT\ncurrency: EUR\ninputs:\n  n: {type: int, domain: '[0..1000)', null: none}\n"
    (client / "tiny.table.yaml").write_text(header)
    page = CsvPage.read(client / "missing.csv", ["id", "n", "alternative", "note"])
    for number, (condition, word, note) in enumerate(rows):
        if fits(word + note):
            page.add({"id": f"t.{number}", "n": condition, "alternative": word, "note": note})
    (client / "tiny.csv").write_bytes(page.content())
    workspace = Workspace(tmp_path, shared / "clients", tmp_path, tmp_path, tmp_path, shared)
    raw = export_workbook(read_policy("tiny", workspace))
    for form in (raw, saved(openpyxl.load_workbook(io.BytesIO(raw)))):
        came = import_workbook("tiny", form, workspace)
        assert (came.changes, came.restored, came.contents) == ((), (), {})


@given(st.text(max_size=40))
def test_any_text_can_stand_in_a_cell(text: str) -> None:
    if fits(text):
        assert unescaped(escaped(text)) == text


@given(
    rows=st.lists(st.lists(WORDS.filter(fits), min_size=3, max_size=3), min_size=1, max_size=4),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_a_csv_file_that_was_only_read_is_written_back_as_it_was(
    rows: list[list[str]], ending: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    import csv

    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=ending)
    writer.writerow(["id", "a", "b"])
    writer.writerows([[f"r{n}", *row[1:]] for n, row in enumerate(rows)])
    path = tmp_path_factory.getbasetemp() / "law.csv"
    path.write_bytes(out.getvalue().encode())
    page = CsvPage.read(path, ())
    assert page.content() == path.read_bytes()
    names, read = read_csv(path)
    assert page.lines() == [row.line for row in read]
    assert all(page.cell(row.line, name) == row[name] for row in read for name in names)


def test_a_workbook_is_read_without_the_library_that_wrote_it(desk: Workspace) -> None:
    book = unpack(export_of(desk))
    assert list(book.sheets) == [
        "Guide",
        "fares",
        "gold",
        "law",
        "authority",
        "options",
        "clocks",
        "_base",
        "_lists",
    ]
    assert book.sheets["gold"].text(2, 11) == "007"


# -- the command line ----------------------------------------------------------------------


def test_the_commands_write_only_when_they_are_meant_to(
    desk: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk.root / "playbook.toml").write_text("")
    shutil.copytree(ROOT / "policies/clients/heri-bakery", desk.clients / "heri-bakery")
    monkeypatch.chdir(desk.root)
    assert main(["policy", "export-xlsx", "heri-bakery", "--out", "deep/h.xlsx"]) == 0
    assert main(["policy", "import-xlsx", "heri-bakery", "deep/h.xlsx"]) == 0
    assert "nothing changed" in capsys.readouterr().out
    book = openpyxl.load_workbook("deep/h.xlsx")
    book["remedy"]["M2"].value = None
    place = next(c for c in book["remedy"][1] if c.value == "source")
    book["remedy"].cell(2, place.column).value = "another source"
    book.save("deep/h.xlsx")
    path = desk.clients / "heri-bakery/remedy.csv"
    before = path.read_bytes()
    assert main(["policy", "import-xlsx", "heri-bakery", "deep/h.xlsx", "--dry-run"]) == 0
    assert "-> 'another source'" in capsys.readouterr().out
    assert path.read_bytes() == before
    assert main(["policy", "import-xlsx", "heri-bakery", "deep/h.xlsx"]) == 0
    assert b"another source" in path.read_bytes()
    assert main(["policy", "import-xlsx", "heri-bakery", "deep/h.xlsx"]) == 2
    assert "since the workbook was exported" in capsys.readouterr().err
    assert main(["policy", "import-xlsx", "heri-bakery", "none.xlsx"]) == 2

"""Files that nobody should be able to break the kit with: customers to price, and policies."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from playbook.checks.policies import check_policy
from playbook.cli import main
from playbook.errors import InputError, PolicyError
from playbook.offers import price_case
from playbook.offers.columns import for_people
from playbook.offers.files import price_file
from playbook.policy import read_policy
from playbook.policy.effective import effective
from playbook.policy.model import Policy
from playbook.sources import decode, neutral, write_csv
from playbook.tables import read_table
from playbook.tables.cells import Input
from playbook.workspace import Workspace, find_workspace

ROOT = Path(__file__).parents[1]
WORKSPACE = find_workspace(ROOT)
HEAD = "id,price,delay_min,damaged\n"
GOOD = HEAD + "a1,1280,365,true\n"


def bakery() -> Policy:
    return read_policy("heri-bakery", WORKSPACE)


# -- customers -----------------------------------------------------------------------------

CELLS = ["=1+1", "+1+1", "-1+cmd", "@SUM(1)", "\tx", "00123", "1234567890123456", ";=1+1", "x\n=1+1", "plain", "12", "-5", "", "中,文"]  # fmt: skip


@pytest.mark.parametrize("cell", CELLS, ids=repr)
def test_a_priced_file_says_a_cell_as_every_other_csv_does(cell: str, tmp_path: Path) -> None:
    table = pa.table({"=id": [cell], "price": ["1280"], "delay_min": ["365"], "damaged": ["true"]})
    source, output = tmp_path / "in.parquet", tmp_path / "out.csv"
    pyarrow.parquet.write_table(table, source)
    price_file(bakery(), str(source), output)
    raw = output.read_bytes()
    header, row = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    assert raw.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in raw
    assert (header[0], row[0]) == ("'=id", neutral(cell))


def test_long_numbers_of_a_priced_file_stay_what_they_are() -> None:
    batch = pa.RecordBatch.from_pydict({"n": pa.array([12, -5, None, 1234567890123456789])})
    assert for_people(batch).column("n").to_pylist() == ["12", "-5", None, "'1234567890123456789"]


OVER_ITSELF = {
    "the same name": ("customers.csv", "customers.csv"),
    "the same file by another way": ("customers.csv", "sub/../customers.csv"),
    "the list of what was rejected": ("priced.rejects.csv", "priced.csv"),
    "the unfinished output": ("priced.csv.part.csv", "priced.csv.part.csv"),
}


@pytest.mark.parametrize(("source", "output"), OVER_ITSELF.values(), ids=OVER_ITSELF)
def test_pricing_never_writes_over_the_customers(source: str, output: str, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / source).write_text(GOOD, encoding="utf-8")
    with pytest.raises(InputError, match="which is the input"):
        price_file(bakery(), str(tmp_path / source), tmp_path / output)
    assert (tmp_path / source).read_text(encoding="utf-8") == GOOD


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp950"])
def test_customers_are_read_in_every_documented_encoding(encoding: str, tmp_path: Path) -> None:
    source, output = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes((GOOD + "這是一個客人的名字,1280,60,false\n").encode(encoding))
    assert price_file(bakery(), str(source), output)["priced"] == 2
    assert "這是一個客人的名字" in output.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_customers_of_more_than_one_block_are_all_read(encoding: str, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes((HEAD + '"客\n人",1280,60,false\n' * 9_000).encode(encoding))
    assert price_file(bakery(), str(source), tmp_path / "out.csv")["priced"] == 9_000


BROKEN: dict[str, tuple[bytes, str, int]] = {
    "nothing at all": (b"", "no header row", 0),
    "an empty first line": (b"\n\n", "no header row", 0),
    "a header alone": (HEAD.encode(), "no rows", 0),
    "a row that is too long": (GOOD.encode() + b"a2,1,2,true,more\n", "5 cells", 3),
    "a row that is too short": (GOOD.encode() + b"a2,1\n", "2 cells", 3),
    "a quote that never ends": (HEAD.encode() + b'"a1,1280,365,true\na2,1,2,true\n', "unexpected end", 2),
    "two quotes that swallow a row": (HEAD.encode() + b'a1,1,2,"true\na2,1,2,"true\n', "expected after", 2),
    "an unclosed header": (b'id,"price\n', "unexpected end", 1),
    "a column twice": (b"id,price,price\n1,2,3\n", "the column price twice", 1),
    "an encoding that changes": (GOOD.encode() + b"a2,1280,1,true\n" * 9_000 + b"\xa4\xa4,1,1,true\n", "", 0),
    "half a character of UTF-16": (GOOD.encode("utf-16") + b"a", "utf-16", 0),
}


@pytest.mark.parametrize(("raw", "found", "line"), BROKEN.values(), ids=BROKEN)
def test_customers_that_cannot_be_read_are_a_problem_with_a_place(
    raw: bytes, found: str, line: int, tmp_path: Path
) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(raw)
    with pytest.raises(InputError) as caught:
        price_file(bakery(), str(source), tmp_path / "out.csv")
    problem = caught.value.problems[0]
    assert (problem.path, problem.line) == (str(source), line)
    assert found in problem.found
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_the_command_line_says_so_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text(GOOD, encoding="utf-8")
    argv = ["price", "--client", "heri-bakery", "--input", str(source), "--output"]
    assert main([*argv, str(source)]) == 2
    assert main([*argv, str(tmp_path / "none" / "out.csv")]) == 2
    assert "--output" in capsys.readouterr().err


def test_what_costs_less_than_nothing_is_rejected(tmp_path: Path) -> None:
    source, output = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(GOOD + "a2,-5,365,true\n", encoding="utf-8")
    report = price_file(bakery(), str(source), output)
    assert (report["rows"], report["priced"], report["rejected"]) == (2, 1, 1)
    assert "'-5' is outside the domain of price" in (tmp_path / "out.rejects.csv").read_text("utf-8-sig")
    with pytest.raises(InputError, match="price"):
        price_case(bakery(), {"price": "-5", "delay_min": 365, "damaged": "true"})


# -- text and cells ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw", [b"\xff\xfea", b"\xfe\xffabc", b"\xa1\x40", b"\xff"], ids=["half UTF-16", "odd UTF-16", "one blank", "no text"]
)  # fmt: skip
def test_bytes_of_no_one_encoding_are_a_problem(raw: bytes) -> None:
    with pytest.raises(InputError) as caught:
        decode(raw, "x.csv")
    assert caught.value.problems[0].path == "x.csv"


SPLIT = {
    "a semicolon": (";=1+1", ";'=1+1"),
    "a semicolon and blanks": ("a;  @x", "a;  '@x"),
    "a line break": ("a\n=1+1", "a\n'=1+1"),
    "a tab": ("a\t+1", "a\t'+1"),
    "a list for people": ("do:\n- this\n- that", "do:\n- this\n- that"),
    "an equals sign in a sentence": ("a; b=c", "a; b=c"),
}


@pytest.mark.parametrize(("cell", "written"), SPLIT.values(), ids=SPLIT)
def test_another_separator_splits_no_formula_off(cell: str, written: str) -> None:
    assert neutral(cell) == written
    assert list(csv.reader(io.StringIO(write_csv(["a"], [{"a": cell}]).decode("utf-8-sig"), newline="")))[1] == [written]  # fmt: skip


# -- policies ------------------------------------------------------------------------------

MINIMAL = "extends: [base]\ncurrency: TWD\nbrand: {name: {en: Test}}\n"
TABLE = "table: test.t\nline: inconvenience\nbasis: goodwill\nhit_policy: UNIQUE\ncurrency: TWD\ninputs:\n  n: {type: int, domain: '[0..9]'}\n"
ROWS = "id,n,outcome,kind,amount,source\ntest.a,-,pay,cash,5,S0-01\n"
Files = dict[str, str]


@pytest.fixture
def client(tmp_path: Path) -> Callable[[Files], Workspace]:
    """Return a maker of workspaces whose client `test` has the files given, over the base of the repository."""

    def made(files: Files) -> Workspace:
        (tmp_path / "policies" / "clients" / "test").mkdir(parents=True)
        (tmp_path / "policies" / "base").symlink_to(ROOT / "policies" / "base")
        for name, text in {"policy.yaml": MINIMAL, **files}.items():
            path = tmp_path / "policies" / "clients" / "test" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return find_workspace(tmp_path)

    return made


def setting(text: str) -> Files:
    return {"policy.yaml": MINIMAL + text}


def table(header: str, rows: str = ROWS) -> Files:
    return {"t.table.yaml": TABLE + header, "t.csv": rows}


def words(text: str) -> Files:
    return {"wording/en/own.yaml": text}


HOSTILE: dict[str, tuple[Files, str]] = {
    "an empty file of words": (words(""), "nothing"),
    "words that are a list": (words("[a]"), "moves, plans or subjects"),
    "moves that are a list": (words("moves: [a]"), "a map of maps"),
    "variants that are a text": (words("moves: {thanks: {variants: abc}}"), "a list"),
    "a variant's condition that is a text": (words("moves: {thanks: {variants: [{text: a, when: b}]}}"), "a map"),
    "a drop that is no number": (words("moves: {thanks: {drop: soon}}"), "a whole number"),
    "a plan that is a text": (words("plans: {first-reply: abc}"), "a list of lists"),
    "a subject with half a slot": (words("subjects: {first-reply: '{'}"), "subjects.first-reply"),
    "a subject with an attribute": (words("subjects: {first-reply: '{a.b}'}"), "a plain name"),
    "a subject that is a list": (words("subjects: {first-reply: [a]}"), "a text"),
    "words that are not YAML": (words("moves: {"), "own.yaml"),
    "switches that are a list": (setting("switches: [a]\n"), "switches"),
    "a switch of another form": (setting("switches: {option_count: 5}\n"), "a list of 2"),
    "a switch with words for numbers": (setting("switches: {option_count: [a, b]}\n"), "a list of 2"),
    "extends that is a number": ({"policy.yaml": "extends: 5\n"}, "extends"),
    "extends that is a truth value": ({"policy.yaml": "extends: true\n"}, "extends"),
    "banned words that are a text": (setting("banned_words: foo\n"), "a map of lists"),
    "banned words of a language that are a text": (setting("banned_words: {en: foo}\n"), "a map of lists"),
    "a signatory that is a text": (setting("signatories: {a: b}\n"), "a map of maps"),
    "a signatory's name that is a list": (setting("signatories: {a: {name: [b]}}\n"), "signatories.a.name"),
    "a brand that is a text": ({"policy.yaml": "extends: [base]\nbrand: foo\n"}, "a map"),
    "languages that are a number": (setting("languages: 5\n"), "a list of texts"),
    "languages of lists": (setting("languages: [[en]]\n"), "a list of texts"),
    "a raised two as a count": ({"thresholds.csv": "id,count,source\nx,²,S0-01\n"}, "a whole number"),
    "more digits than a number has": ({"thresholds.csv": f"id,count,source\nx,{'9' * 5000},S0-01\n"}, "a whole number"),
    "a clock for ever": (
        {"clocks.csv": "id,label_en,starts_from,met_by,period,unit,level\nx,X,signal,y,999999999999,minutes,warn\n"}, "at most 100,000",
    ),
    "a clock of ten thousand years": (
        {"clocks.csv": "id,label_en,starts_from,met_by,period,unit,level\nx,X,signal,y,99999,months,warn\n"}, "at most 10,000",
    ),
    "rows out of the folder": (table("rows: ../x\n"), "in the same folder"),
    "rows from the root": (table("rows: /x.csv\n"), "in the same folder"),
    "rows that are a list": (table("rows: [a]\n"), "a text"),
    "a table that is a list": ({"t.table.yaml": "[a]", "t.csv": ROWS}, "no table"),
    "inputs that are a list": ({"t.table.yaml": "table: test.t\ninputs: [a]\n", "t.csv": ROWS}, "inputs"),
    "an input's decimals in words": (table("  m: {type: decimal, decimals: two}\n"), "inputs.m.decimals"),
    "an input's values that are a number": (table("  m: {type: enum, values: 5}\n"), "inputs.m.values"),
    "derived that is a list": (table("derived: [a]\n"), "derived"),
    "a derived input of too little": (table("derived: {d: {function: minutes_between, of: [n]}}\n"), "2 or more"),
    "a derived input without its period": (table("derived: {d: {function: started_periods, of: [n]}}\n"), "period"),
    "effective that is a text": (table("effective: now\n"), "effective"),
    "rounding that is a text": (table("rounding: up\n"), "rounding"),
    "waivers that are a map": (table("waivers: {a: b}\n"), "waivers"),
    "a waiver until some day": (table("waivers: [{check: gap, until: soon}]\n"), "waivers[0].until"),
    "jurisdictions that are a number": (table("jurisdictions: 5\n"), "jurisdictions"),
    "notes that are a number": (table("notes: 5\n"), "notes"),
    "a raised two as a period": (table("", ROWS.replace("source", "period").replace("S0-01", "²")), "period"),
    "a period of nothing": (table("", ROWS.replace("source", "period").replace("S0-01", "0")), "1 or more"),
    "a priority in words": (table("", ROWS.replace("source", "priority").replace("S0-01", "high")), "priority"),
    "a share of nothing": (table("", "id,n,share,of\ntest.a,-,1/00,n\n"), "a share such as"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "told"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_policy_is_a_problem_with_a_place(
    files: Files, told: str, client: Callable[[Files], Workspace]
) -> None:
    workspace = client(files)
    with pytest.raises(PolicyError) as caught:
        check_policy(read_policy("test", workspace))
    assert any(told in str(problem) for problem in caught.value.problems)
    assert all("clients" in problem.path for problem in caught.value.problems)


def test_a_policy_that_is_well_stays_well(client: Callable[[Files], Workspace]) -> None:
    more = {**table("rows: t.csv\n"), **words("subjects: {first-reply: 'From {brand}'}\n")}
    more["cases.yaml"] = "[{id: one, table: t, given: {n: 1}, expect: {outcome: priced, total: 5.00}}]\n"
    assert check_policy(read_policy("test", client(more))) == ()


def test_showing_a_policy_reads_no_rows_from_elsewhere(client: Callable[[Files], Workspace]) -> None:
    policy = read_policy("test", client(table("rows: ../../../x.csv\n")))
    with pytest.raises(InputError, match="in the same folder"):
        effective(policy)


def test_a_link_to_rows_elsewhere_is_refused(client: Callable[[Files], Workspace], tmp_path: Path) -> None:
    folder = client({"t.table.yaml": TABLE}).clients / "test"
    (tmp_path / "x.csv").write_text(ROWS, encoding="utf-8")
    (folder / "t.csv").symlink_to(tmp_path / "x.csv")
    with pytest.raises(InputError, match="in the same folder"):
        read_table(folder / "t.table.yaml")


def test_columns_that_no_csv_can_hold_are_a_problem_and_leave_nothing(tmp_path: Path) -> None:
    source = tmp_path / "in.parquet"
    photograph = pa.array([b"\xff"], pa.binary())
    pyarrow.parquet.write_table(pa.table({"price": ["1280"], "photograph": photograph}), source)
    with pytest.raises(InputError, match="--output"):
        price_file(bakery(), str(source), tmp_path / "out.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


def test_a_number_with_a_million_digits_is_refused_before_it_is_written_out() -> None:
    delay = Input("delay", "int", "min")
    with pytest.raises(ValueError, match="digits"):
        delay.scaled("1e999999")

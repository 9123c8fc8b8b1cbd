"""DMN files are answered as the standard says, become tables of ours and are written from them, and none does harm."""

from __future__ import annotations

import json
import time as clock
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playbook.cli import main
from playbook.errors import InputError
from playbook.sources import read_csv, read_yaml
from playbook.tables import Table, decide, read_table
from playbook.tables.derive import Derived
from playbook.tables.dmn import elements, read
from playbook.tables.dmn.exporting import export_table
from playbook.tables.dmn.importing import Imported, Wanted, import_tables
from playbook.tables.dmn.reading import read_model
from playbook.tables.dmn.values import Months

ROOT = Path(__file__).resolve().parent.parent
FILES = Path(__file__).parent / "dmn"
DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
HEAD = f'<definitions xmlns="{DMN}" id="m" name="m" namespace="urn:example:m">'


def model(tmp_path: Path, body: str, name: str = "m.dmn") -> Path:
    path = tmp_path / name
    path.write_text(f"{HEAD}\n{body}\n</definitions>", encoding="utf-8")
    return path


def one_cell(tmp_path: Path, kind: str, cell: str) -> Path:
    """A table of one column and one rule, which answers true where the cell holds."""
    return model(
        tmp_path,
        f"""<inputData id="i" name="given"><variable name="given" typeRef="{kind}"/></inputData>
        <decision id="d" name="holds"><informationRequirement><requiredInput href="#i"/></informationRequirement>
        <decisionTable><input><inputExpression typeRef="{kind}"><text>given</text></inputExpression></input><output/>
        <rule><inputEntry><text>{escape(cell)}</text></inputEntry><outputEntry><text>true</text></outputEntry></rule>
        </decisionTable></decision>""",
    )


def expression(tmp_path: Path, text: str) -> Path:
    return model(
        tmp_path,
        f"""<inputData id="i" name="a"/><inputData id="j" name="net price"/>
        <decision id="d" name="answer"><informationRequirement><requiredInput href="#i"/></informationRequirement>
        <informationRequirement><requiredInput href="#j"/></informationRequirement>
        <literalExpression><text>{escape(text)}</text></literalExpression></decision>""",
    )


# -- hit policies --------------------------------------------------------------------------

HITS: list[tuple[str, str, dict[str, Any], Any]] = [
    ("UNIQUE, the lower end is inside", "Voucher", {"Delay": 60}, Decimal(10)),
    ("UNIQUE, just below the lower end", "Voucher", {"Delay": Decimal("59.999")}, None),
    ("UNIQUE, the upper end is outside, and inside the next", "Voucher", {"Delay": 120}, Decimal("25.50")),
    ("UNIQUE, two rules hold at a bound that both have", "Voucher", {"Delay": 240}, None),
    ("UNIQUE, just above that bound", "Voucher", {"Delay": Decimal("240.001")}, Decimal(40)),
    ("UNIQUE, null", "Voucher", {"Delay": None}, None),
    ("UNIQUE, two rules with one output are too many", "Clash", {"Delay": 120}, None),
    ("ANY, two rules with one output", "Meal", {"Delay": 120, "Tier": "gold"}, "hot meal"),
    ("ANY, two rules with two outputs", "Meal", {"Delay": 601, "Tier": "silver"}, None),
    ("ANY, one rule", "Meal", {"Delay": 600, "Tier": "silver"}, "hot meal"),
    ("PRIORITY, the best of three", "Seat", {"Delay": 120, "Tier": "gold"}, "cabin"),
    ("PRIORITY, the better of two, below in the table", "Seat", {"Delay": 120, "Tier": "none"}, "lounge"),
    ("PRIORITY, the only one", "Seat", {"Delay": 59, "Tier": "gold"}, "deck"),
    ("OUTPUT ORDER, not the order of rules", "Seats in order", {"Delay": 60, "Tier": "gold"}, ["cabin", "deck"]),
    ("FIRST, though another holds", "Greeting", {"Delay": 180, "Tier": "gold"}, {"who": "captain", "minutes": Decimal(5)}),
    ("FIRST, the second", "Greeting", {"Delay": 180, "Tier": "none"}, {"who": "purser", "minutes": Decimal(3)}),
    ("FIRST, the default of each output", "Greeting", {"Delay": 179, "Tier": "none"}, {"who": "nobody", "minutes": Decimal(0)}),
    ("RULE ORDER", "Steps", {"Delay": 121}, ["water", "announcement", "refund desk"]),
    ("RULE ORDER, the bound is outside", "Steps", {"Delay": 60}, ["announcement"]),
    ("RULE ORDER, none", "Steps", {"Delay": 30}, None),
    ("COLLECT", "Offers", {"Delay": 120}, ["coffee", "next crossing free"]),
    ("COLLECT, none is an empty list", "Offers", {"Delay": 59}, []),
    ("SUM, equal sums count each", "Total", {"Delay": 180}, Decimal("40.40")),
    ("SUM, none", "Total", {"Delay": 1}, None),
    ("MIN", "Least", {"Delay": 120}, Decimal(9)),
    ("MIN of one", "Least", {"Delay": 119}, Decimal(30)),
    ("MAX", "Most", {"Delay": 120}, Decimal(30)),
    ("MAX of one", "Most", {"Delay": 119}, Decimal(9)),
    ("COUNT, equal outputs count each", "How many", {"Delay": 120}, Decimal(2)),
    ("COUNT, none is zero", "How many", {"Delay": 1}, Decimal(0)),
]  # fmt: skip


@pytest.mark.parametrize(("decision", "inputs", "value"), [c[1:] for c in HITS], ids=[c[0] for c in HITS])
def test_a_hit_policy_decides(decision: str, inputs: dict[str, Any], value: Any) -> None:
    answers = read(FILES / "hit-policies.dmn").decide(inputs)
    assert answers[decision] == value
    assert type(answers[decision]) is type(value)
    assert (value is None) == (
        decision in answers.reasons
    )  # every null has its reason, and nothing else has one


def test_the_reason_names_the_policy_that_was_broken() -> None:
    answers = read(FILES / "hit-policies.dmn").decide({"Delay": 601, "Tier": "silver"})
    assert "ANY" in answers.reasons["Meal"][0]
    assert "UNIQUE" in answers.reasons["Clash"][0]
    assert answers.reasons["Voucher"] == ("no rule holds",)


def test_priority_among_several_outputs_goes_by_the_first_that_differs(tmp_path: Path) -> None:
    rules = [('"B"', '"x"'), ('"A"', '"y"'), ('"A"', '"x"')]
    body = "".join(
        f"<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>{a}</text></outputEntry><outputEntry><text>{b}</text></outputEntry></rule>"
        for a, b in rules
    )
    table = """<decision id="d" name="d"><decisionTable hitPolicy="{}"><input><inputExpression><text>1</text></inputExpression></input>
      <output name="p"><outputValues><text>"A","B"</text></outputValues></output><output name="q"><outputValues><text>"x","y"</text></outputValues></output>{}</decisionTable></decision>"""
    assert read(model(tmp_path, table.format("PRIORITY", body))).decide({})["d"] == {"p": "A", "q": "x"}
    ordered = read(model(tmp_path, table.format("OUTPUT ORDER", body))).decide({})["d"]
    assert [(one["p"], one["q"]) for one in ordered] == [("A", "x"), ("A", "y"), ("B", "x")]


def test_an_output_that_is_not_allowed_is_null(tmp_path: Path) -> None:
    path = model(
        tmp_path,
        """<decision id="d" name="d"><decisionTable><input><inputExpression><text>1</text></inputExpression></input>
        <output><outputValues><text>"cash"</text></outputValues></output>
        <rule><inputEntry><text>-</text></inputEntry><outputEntry><text>"gold"</text></outputEntry></rule></decisionTable></decision>""",
    )
    answers = read(path).decide({})
    assert answers["d"] is None
    assert "gold" in answers.reasons["d"][0]


# -- cells ---------------------------------------------------------------------------------

DAY, NOON = "date", "time"
CELLS: list[tuple[str, str, Any, bool]] = [
    ("number", "[180..240)", 180, True), ("number", "[180..240)", 240, False), ("number", "[180..240)", Decimal("179.99"), False),
    ("number", "(180..240]", 180, False), ("number", "(180..240]", 240, True), ("number", "(180..240]", Decimal("240.01"), False),
    ("number", "]180..240[", 180, False), ("number", "]180..240[", 240, False), ("number", "]180..240[", 181, True),
    ("number", "< 5", 5, False), ("number", "<5", Decimal("4.9"), True), ("number", "<= 5", 5, True), ("number", "<=5", Decimal("5.1"), False),
    ("number", "> 5", 5, False), ("number", "> 5", Decimal("5.1"), True), ("number", ">= 5", 5, True), ("number", ">=5", Decimal("4.9"), False),
    ("number", "-5", -5, True), ("number", "-5", 5, False), ("number", "[-10..-5]", -7, True), ("number", "[-10..-5]", 0, False),
    ("number", ".5", Decimal("0.50"), True), ("number", "1.10", Decimal("1.1"), True), ("number", "0.1", 0.1, True), ("number", "1e3", 1000, True),
    ("number", "1, 3, [5..7]", 3, True), ("number", "1, 3, [5..7]", 6, True), ("number", "1, 3, [5..7]", 4, False), ("number", "[1, 3]", 3, True),
    ("number", "not(1, [3..4])", 2, True), ("number", "not(1, [3..4])", 4, False), ("number", "not(< 10)", 10, True), ("number", "!= 4", 4, False),
    ("number", "-", None, True), ("number", "", None, True), ("number", "null", None, True), ("number", "null", 1, False),
    ("number", "< 5", None, False), ("number", "[0..9]", None, False), ("number", "1, null", None, True), ("number", "not(1)", None, True),
    ("number", "not(null)", None, False), ("number", "not(null)", 1, True), ("number", "? * 2 > 10", 6, True), ("number", "? * 2 > 10", 5, False),
    ("string", '"late"', "late", True), ("string", '"late"', "Late", False), ("string", '"a","b"', "b", True), ("string", '"a","b"', "c", False),
    ("string", r'"the \"Swan\""', 'the "Swan"', True), ("string", '"a, b"', "a, b", True), ("string", '"not(x)"', "not(x)", True),
    ("string", 'not("a","b")', "c", True), ("string", 'not("a","b")', "a", False), ("string", '"晚到"', "晚到", True), ("string", '"-"', "-", True),
    ("string", '["b".."d"]', "c", True), ("string", r'"A"', "A", True), ("string", '"5"', "5", True),
    ("boolean", "true", True, True), ("boolean", "true", False, False), ("boolean", "false", False, True), ("boolean", "not(true)", False, True),
    ("boolean", "true", None, False), ("boolean", "true, false", False, True),
    (DAY, '>= date("2026-05-09")', date(2026, 5, 9), True), (DAY, '> date("2026-05-09")', date(2026, 5, 9), False),
    (DAY, '[date("2026-05-09")..date("2026-05-11"))', "2026-05-10", True), (DAY, '[date("2026-05-09")..date("2026-05-11"))', "2026-05-11", False),
    (DAY, '@"2026-05-09"', "2026-05-09", True), (DAY, "date(2026, 5, 9)", "2026-05-09", True),
    (NOON, '< time("12:00:00")', time(11, 59, 59), True), (NOON, '< time("12:00:00")', time(12), False),
    ("dateTime", '>= date and time("2026-05-09T10:00:00")', datetime(2026, 5, 9, 10), True),
    ("dateTime", '>= date and time("2026-05-09T10:00:00")', datetime(2026, 5, 9, 9, 59), False),
    ("days and time duration", '> duration("PT3H")', timedelta(hours=3), False), ("days and time duration", '>= duration("PT3H")', "PT180M", True),
    ("years and months duration", '< duration("P1Y")', Months(11), True), ("years and months duration", '< duration("P1Y")', "P12M", False),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "cell", "value", "holds"), CELLS, ids=[f"{k} {c or 'empty'} given {v}" for k, c, v, _ in CELLS])  # fmt: skip
def test_a_cell_holds(tmp_path: Path, kind: str, cell: str, value: Any, holds: bool) -> None:
    answers = read(one_cell(tmp_path, kind, cell)).decide({"given": value})
    assert answers["holds"] == (True if holds else None), answers.reasons


@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(-50, 50), st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_range_holds_what_lies_between_its_ends(
    tmp_path: Path, low: int, high: int, value: int, low_in: bool, high_in: bool
) -> None:
    cell = f"{'[' if low_in else '('}{low}..{high}{']' if high_in else ')'}"
    expected = (value >= low if low_in else value > low) and (value <= high if high_in else value < high)
    assert (read(one_cell(tmp_path, "number", cell)).decide({"given": value})["holds"] is True) == expected


# -- expressions ---------------------------------------------------------------------------

EXPRESSIONS: list[tuple[str, Any]] = [
    ("a + 1", Decimal(4)), ("-a", Decimal(-3)), ("a - -a", Decimal(6)), ("(a + 1) * 2", Decimal(8)), ("a + 1 * 2", Decimal(5)),
    ("0.1 + 0.2", Decimal("0.3")), ("2 ** 3", Decimal(8)), ("1 / 4", Decimal("0.25")), ("a / 0", None), ("net price * 2", Decimal("21.00")),
    ("net\n price-a", Decimal("7.50")), ("a > 2 and net price < 11", True), ("a > 5 or null", None), ("false and null", False), ("not(a > 5)", True),
    ('if a > 2 then "late" else "in time"', "late"), ("if null then 1 else 2", Decimal(2)), ("a between 3 and 4", True), ("a in (1, > 2)", True),
    ("a in [3..5)", True), ('"sum: " + "10"', "sum: 10"), ('"one" + 1', None), ("max(a, 7, 2)", Decimal(7)), ("sum([1, 2, a])", Decimal(6)),
    ("count([1, 2])", Decimal(2)), ("min([])", None), ("[1, a]", [Decimal(1), Decimal(3)]), ("a = 3", True), ('a = "3"', None), ("null = null", True),
    ('date("2026-01-31") + duration("P1M")', date(2026, 2, 28)), ('date("2026-03-01") - date("2026-02-01")', timedelta(days=28)),
    ("a // three\n + 1 /* one */", Decimal(4)), ("unknown + 1", None), ("a +", None), ("string(a)", None), ("a[1]", None), ('date("2026-02-30")', None),
    ("10 ** 9999", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), EXPRESSIONS, ids=[t for t, _ in EXPRESSIONS])
def test_an_expression_has_a_value_or_a_reason(tmp_path: Path, text: str, value: Any) -> None:
    answers = read(expression(tmp_path, text)).decide({"a": 3, "net price": Decimal("10.50")})
    assert answers["answer"] == value
    assert type(answers["answer"]) is type(value)
    assert (value is None) == ("answer" in answers.reasons)


def test_decisions_are_answered_from_those_that_they_require() -> None:
    stay = {"Nights": 3, "Rate per night": "eighty", "Arrival": "2026-05-09", "Guest-status": "guest"}
    wrong = read(FILES / "hotel-walk.dmn").decide({"Stay": stay, "Distance to the other hotel": 6})
    assert "Stay.Rate per night" in wrong.reasons["Stay"][0]
    stay["Rate per night"] = Decimal("80.10")
    answers = read(FILES / "hotel-walk.dmn").decide({"Stay": stay, "Distance to the other hotel": 6})
    assert answers["Paid back"] == Decimal("120.15")
    assert answers["Summary"] == {"taxi": "paid", "with breakfast": Decimal("132.65"), "extras": ["late check-out", "paid"]}  # fmt: skip
    assert answers["Half"] == Decimal("120.15")
    near = read(FILES / "hotel-walk.dmn").decide({"Stay": stay, "Distance to the other hotel": 5})
    assert near["Paid back"] == Decimal("60.0750")
    member = read(FILES / "hotel-walk.dmn").decide({"Stay": {**stay, "Guest-status": "member"}})
    assert member["Share"] == 1
    assert member["Far"] is None


def test_a_file_of_cases_may_give_everything_as_text() -> None:
    stay = {"Nights": "3", "Rate per night": "80.10", "Arrival": "2026-05-09", "Guest-status": "guest"}
    answers = read(FILES / "hotel-walk.dmn").decide({"Stay": stay, "Distance to the other hotel": "6"})
    assert answers["Paid back"] == Decimal("120.15")
    older = read(FILES / "parcel-1.1.dmn").decide({"sentOn": "2026-01-01", "insured": "true"})
    assert older["Lost parcel"] == {"amount": Decimal(120), "kind": "cash"}


def test_what_is_not_read_is_null_with_its_line_and_the_rest_is_answered() -> None:
    answers = read(FILES / "hotel-walk.dmn").decide({"Distance to the other hotel": 6})
    assert answers["Far"] is True
    assert "line 70" in answers.reasons["Not read"][0]
    assert set(answers) == {"Value of stay", "Far", "Share", "Paid back", "Summary", "Half", "Not read", "After what is not read", "Nothing", "One", "Two"}  # fmt: skip
    assert answers["One"] is answers["Two"] is None
    assert "One requires itself" in answers.reasons["Two"]


def test_a_value_that_cannot_be_used_is_null_with_its_reason() -> None:
    made = read(FILES / "hit-policies.dmn")
    for value, told in (
        ("late", "number"),
        (float("nan"), "finite"),
        (object(), "object"),
        (10**9999, "number"),
    ):
        answers = made.decide({"Delay": value, "Tier": "none"})
        assert answers["Voucher"] is None
        assert told in answers.reasons["Delay"][0]
    assert "gold" in made.decide({"Tier": "platinum"}).reasons["Tier"][0]  # not one of the allowed values


def test_an_older_model_without_inputs_and_with_empty_cells_is_answered() -> None:
    made = read(FILES / "parcel-1.1.dmn")
    assert made.read.version == "1.1"
    assert made.decide({"sentOn": "2026-01-01", "insured": True})["Lost parcel"] == {"amount": Decimal(120), "kind": "cash"}  # fmt: skip
    assert made.decide({"sentOn": "2025-12-31", "insured": True, "contents": "card"})["Lost parcel"]["kind"] == "stamps"  # fmt: skip
    assert made.decide({"sentOn": date(2026, 1, 1), "contents": "food"})["Lost parcel"] is None


# -- what is wrong, and what is hostile -----------------------------------------------------

RULE = "<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>"
TABLE = '<decision id="d" name="d"><decisionTable{}><input><inputExpression><text>1</text></inputExpression></input>{}</decisionTable></decision>'


def table(attributes: str, rest: str) -> str:
    return f"{HEAD}\n{TABLE.format(attributes, rest)}</definitions>"


BROKEN: list[tuple[str, str, str, int]] = [
    ("a tag that is not closed", f"{HEAD}\n<decision>", "well-formed", 2),
    ("a DOCTYPE", f'<!DOCTYPE definitions [<!ENTITY a "b">]>\n{HEAD}</definitions>', "DOCTYPE", 1),
    ("a DOCTYPE without entities", f"<!DOCTYPE definitions>\n{HEAD}</definitions>", "DOCTYPE", 1),
    ("another language", '<definitions xmlns="urn:other"/>', "DMN 1.1", 1),
    ("no model", "<html/>", "DMN 1.1", 1),
    ("nothing", "", "well-formed", 1),
    ("levels without end", HEAD + "<decision>" * 300, "levels", 1),
    ("two decisions of one name", f'{HEAD}\n<decision id="a" name="x"/>\n<decision id="b" name="x"/></definitions>', "twice", 3),
    ("a decision without a name", f'{HEAD}\n<decision id="a"/></definitions>', "without a name", 2),
    ("a hit policy that there is not", table(' hitPolicy="BEST"', "<output/>" + RULE), "BEST", 2),
    ("an aggregation that there is not", table(' hitPolicy="COLLECT" aggregation="AVG"', "<output/>" + RULE), "AVG", 2),
    ("a table without an output", table("", RULE), "output", 2),
    ("a rule with too few cells", table("", '<output name="a"/><output name="b"/>' + RULE), "outputEntry", 2),
    ("a reference to nothing", f'{HEAD}\n<decision id="d" name="d"><informationRequirement><requiredInput href="#no"/></informationRequirement></decision></definitions>', "#no", 2),
]  # fmt: skip


@pytest.mark.parametrize(("text", "told", "line"), [c[1:] for c in BROKEN], ids=[c[0] for c in BROKEN])
def test_a_malformed_file_is_an_error_with_its_line(tmp_path: Path, text: str, told: str, line: int) -> None:
    path = tmp_path / "m.dmn"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told) as caught:
        read(path)
    assert caught.value.problems[0].line == line


def test_a_file_that_is_too_large_or_not_there_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    with pytest.raises(InputError):
        read(tmp_path / "no.dmn")
    monkeypatch.setattr(elements, "MOST_BYTES", 10)
    with pytest.raises(InputError, match="at most 10"):
        read(model(tmp_path, ""))


HOSTILE = [
    "(" * 500 + "1" + ")" * 500,
    "1 in (" * 39 + "1" + ")" * 39,
    "1+" * 40_000 + "1",
    "-" * 5000 + "1",
    "[" * 38 + "a" + "]" * 38,
    "9" * 5000,
    "1e999999999",
    "10 ** 999999999",
    'if "' * 30,
    "x" * 200_000,
    '__import__("os").system("true")',
]


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:12] for text in HOSTILE])
def test_a_hostile_expression_costs_little_and_breaks_nothing(tmp_path: Path, text: str) -> None:
    begun = clock.monotonic()
    answers = read(expression(tmp_path, text)).decide({"a": 1})
    assert "answer" in answers
    assert clock.monotonic() - begun < 5


def test_functions_and_texts_without_end_are_null(tmp_path: Path) -> None:
    chain = "".join(
        f'<decision id="t{n}" name="t{n}"><informationRequirement><requiredDecision href="#t{n - 1}"/></informationRequirement><literalExpression><text>t{n - 1} + t{n - 1}</text></literalExpression></decision>'
        for n in range(1, 50)
    )
    path = model(
        tmp_path,
        """<businessKnowledgeModel id="f" name="f"><encapsulatedLogic><formalParameter name="n"/><literalExpression><text>f(n + 1) + f(n + 1)</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>
        <decision id="r" name="r"><literalExpression><text>f(1)</text></literalExpression></decision>
        <decision id="t0" name="t0"><literalExpression><text>"0123456789"</text></literalExpression></decision>"""
        + chain,
    )
    begun = clock.monotonic()
    answers = read(path).decide({})
    assert answers["r"] is answers["t49"] is None
    assert "calls" in answers.reasons["r"][0]
    assert clock.monotonic() - begun < 20


# -- into tables of ours -------------------------------------------------------------------


def imported(path: Path, **wanted: Any) -> Imported:
    return import_tables(read_model(path), Wanted(currency="EUR", **wanted))


def placed(folder: Path, made: Imported) -> list[Table]:
    folder.mkdir(exist_ok=True)
    for one in made.tables:
        (folder / f"{one.name}.table.yaml").write_text(one.header, encoding="utf-8")
        (folder / f"{one.name}.csv").write_text(one.rows, encoding="utf-8")
    return [read_table(folder / f"{one.name}.table.yaml") for one in made.tables]


def test_every_table_of_a_model_becomes_one_of_ours(tmp_path: Path) -> None:
    tables = {one.name: one for one in placed(tmp_path / "t", imported(FILES / "hit-policies.dmn"))}
    assert len(tables) == 12
    assert tables["voucher"].hit_policy == "UNIQUE"
    assert [row.cells["delay"] for row in tables["voucher"].rows] == ["[60..120)", "[120..240]", "[240..300)"]
    assert [row.payout.amount for row in tables["voucher"].rows] == [1000, 2550, 4000]
    assert [row.payout.kind for row in tables["meal"].rows] == ["hot meal", "hot meal", "two meals"]
    assert [row.priority for row in tables["seat"].rows] == [1, 2, 3]
    assert tables["seats_in_order"].hit_policy == "OUTPUT ORDER"
    assert tables["total"].hit_policy == "COLLECT SUM"
    assert tables["how_many"].hit_policy == "COLLECT COUNT"
    assert tables["meal"].input("tier").values == ("none", "silver", "gold")


def test_an_imported_table_decides_as_the_model_does(tmp_path: Path) -> None:
    made = read(FILES / "hit-policies.dmn")
    (seat,) = placed(tmp_path / "t", imported(FILES / "hit-policies.dmn", only="Seat"))
    for delay in (0, 59, 60, 61, 119, 120, 121):
        for tier in ("none", "silver", "gold"):
            ours = decide(seat, {"delay": delay, "tier": tier}).paid[0].kind
            assert ours == made.decide({"Delay": delay, "Tier": tier})["Seat"]


@pytest.mark.parametrize(("policy", "priority"), [("FIRST", [0, 0]), ("PRIORITY", [1, -999999])])
def test_a_default_of_a_table_of_one_answer_becomes_its_last_row(tmp_path: Path, policy: str, priority: list[int]) -> None:  # fmt: skip
    path = model(
        tmp_path,
        f"""<inputData id="i" name="Delay"><variable name="Delay" typeRef="number"/></inputData>
        <decision id="d" name="Refund"><informationRequirement><requiredInput href="#i"/></informationRequirement>
        <decisionTable hitPolicy="{policy}"><input><inputExpression typeRef="number"><text>Delay</text></inputExpression></input>
        <output name="amount"><outputValues><text>12.50</text></outputValues><defaultOutputEntry><text>0</text></defaultOutputEntry></output>
        <rule><inputEntry><text>&gt;= 60</text></inputEntry><outputEntry><text>12.50</text></outputEntry></rule></decisionTable></decision>""",
    )
    (table,) = placed(tmp_path / "t", imported(path))
    assert [(row.id, row.cells["delay"], row.payout.amount) for row in table.rows] == [("refund.r1", ">=60", 1250), ("refund.otherwise", "-", 0)]  # fmt: skip
    assert [row.priority for row in table.rows] == priority


def test_a_default_beside_rules_that_must_not_overlap_is_told(tmp_path: Path) -> None:
    path = model(
        tmp_path,
        """<inputData id="i" name="Delay"><variable name="Delay" typeRef="number"/></inputData>
        <decision id="d" name="Refund"><decisionTable><input><inputExpression typeRef="number"><text>Delay</text></inputExpression></input>
        <output name="amount"><defaultOutputEntry><text>0</text></defaultOutputEntry></output>
        <rule><inputEntry><text>1</text></inputEntry><outputEntry><text>12.50</text></outputEntry></rule></decisionTable></decision>""",
    )
    with pytest.raises(InputError, match="a default under UNIQUE"):
        imported(path)


def test_a_header_that_somebody_tampered_with_is_an_error_or_read_as_any_header(tmp_path: Path) -> None:
    text = export_table(read_table(FILES.parent / "tables" / "delay.table.yaml")).text
    for tampered in ("copy_of: eu/eu261.delay", "rows: ../../secret.csv", "colour: blue", "- 1", "a: *b"):
        path = tmp_path / "x.dmn"
        before, _, after = text.partition("<kit:header>")
        path.write_text(f"{before}<kit:header>\n{tampered}\n</kit:header>{after.partition('</kit:header>')[2]}", encoding="utf-8")  # fmt: skip
        with pytest.raises(InputError):
            imported(path)


def test_an_older_model_is_imported_with_its_descriptions_and_dates(tmp_path: Path) -> None:
    made = imported(FILES / "parcel-1.1.dmn")
    (table,) = placed(tmp_path / "t", made)
    assert [row.cells["sent_on"] for row in table.rows] == [">=2026-01-01", "-", "-"]
    assert table.rows[0].rationale == "insured for its value"
    assert table.input("contents").values == ("letter", "card", "food", "other")
    assert any("texts that no rule names" in told for told in made.left_out)
    null = [row.id for row in table.rows if row.tests[2].holds(None)]
    assert null == ["lost_parcel.r1", "lost_parcel.r3"]  # not("food") holds for null in DMN


def test_all_that_no_cell_can_say_is_listed_at_once_with_decision_rule_and_cell() -> None:
    with pytest.raises(InputError) as caught:
        imported(FILES / "beyond-cells.dmn")
    told = [(p.field, p.found) for p in caught.value.problems]
    assert ("Beyond cells, rule 1, delay", "'> promised'") in told
    assert ("Beyond cells, rule 2, city", "'< \"m\"'") in told
    assert ("Beyond cells, rule 2, output amount", "'delay * 2'") in told
    assert ("Beyond cells, rule 3, city", "'contains(?, \"port\")'") in told
    assert ("Beyond cells, rule 4, city", "'\"=SUM(1)\"'") in told
    assert any(field == "Beyond cells, input delay - promised" for field, _ in told)


def test_names_and_texts_of_a_model_are_never_paths_or_formulas(tmp_path: Path) -> None:
    path = model(
        tmp_path,
        """<inputData id="i" name="amount"><variable name="amount" typeRef="number"/></inputData>
        <decision id="d" name="../../../x/Réf: 1"><informationRequirement><requiredInput href="#i"/></informationRequirement>
        <decisionTable><input><inputExpression typeRef="number"><text>amount</text></inputExpression></input><output name="kind" typeRef="string"/>
        <annotation name="rationale"/><rule><inputEntry><text>1</text></inputEntry><outputEntry><text>"cash"</text></outputEntry><annotationEntry><text>=cmd|' /c x'!A1</text></annotationEntry></rule></decisionTable></decision>
        <decision id="e" name="eu.delay.patch"><decisionTable><input><inputExpression typeRef="number"><text>amount</text></inputExpression></input><output name="kind" typeRef="string"/>
        <rule><inputEntry><text>1</text></inputEntry><outputEntry><text>"cash"</text></outputEntry></rule></decisionTable></decision>""",
    )
    made = imported(path, reserved=frozenset({"x_r_f_1"}))
    assert [one.name for one in made.tables] == ["x_r_f_1_2", "eu.delay_patch"]
    first, _ = placed(tmp_path / "t", made)
    assert first.rows[0].rationale.startswith("'=")
    assert first.inputs[0].name == "input_amount"  # not the column of the payout


# -- from tables of ours -------------------------------------------------------------------


def plain(value: Any) -> Any:
    """A value that can be compared: derived inputs may hold arrays."""
    if isinstance(value, tuple) and value and isinstance(value[0], Derived):
        return [(one.name, one.function, one.of, {k: np.asarray(v).tolist() for k, v in one.settings.items()}) for one in value]  # fmt: skip
    return value


def differences(one: Table, other: Table) -> list[str]:
    """Name what differs between two tables, but for where they stand."""
    found = [f.name for f in fields(one) if f.name not in ("path", "sha256", "rows") and plain(getattr(one, f.name)) != plain(getattr(other, f.name))]  # fmt: skip
    found += ["rows"] if len(one.rows) != len(other.rows) else []
    for a, b in zip(one.rows, other.rows, strict=False):
        found += [f"{a.id}.{f.name}" for f in fields(a) if f.name not in ("place", "cells") and getattr(a, f.name) != getattr(b, f.name)]  # fmt: skip
    return found


def returned(table: Table, folder: Path) -> Table:
    """Export a table and import it again."""
    path = folder / "exported.dmn"
    path.write_text(export_table(table).text, encoding="utf-8")
    made = imported(path)
    assert not made.left_out
    (back,) = placed(folder / "back", made)
    return back


SHIPPED = sorted((ROOT / "policies").rglob("*.table.yaml")) + sorted((ROOT / "tests" / "tables").glob("*.table.yaml"))  # fmt: skip


@pytest.mark.parametrize("header", SHIPPED, ids=lambda path: path.name.removesuffix(".table.yaml"))
def test_a_table_of_ours_comes_back_as_it_was(header: Path, tmp_path: Path) -> None:
    table = read_table(header)
    assert differences(table, returned(table, tmp_path)) == []


def test_what_dmn_cannot_say_is_told() -> None:
    header = ROOT / "policies" / "statutes" / "eu" / "eu261.delay.table.yaml"
    told = " ".join(export_table(read_table(header)).left_out)
    assert "derived input" in told
    assert "jurisdictions" in told


NUMBERS = st.integers(0, 99)


@st.composite
def cells(draw: st.DrawFn, kind: str) -> str:
    if kind in ("enum", "bool"):
        values = ["a", "b", "the c"] if kind == "enum" else ["true", "false"]
        chosen = draw(st.lists(st.sampled_from([*values, "null"]), min_size=1, max_size=2, unique=True))
        text = "|".join(chosen)
        negated = f"not({text})"
        return draw(st.sampled_from(["-", text, negated]))
    low = draw(NUMBERS)
    high = draw(st.integers(low + 2, 102))
    say = {
        "int": str,
        "decimal": lambda n: f"{n}.50",
        "money": lambda n: f"{n}.00",
        "date": lambda n: date.fromordinal(date(2026, 1, 1).toordinal() + n).isoformat(),
    }[kind]
    a, b = say(low), say(high)
    forms = ["-", a, f"[{a}..{b})", f"({a}..{b}]", f"<{b}", f"<={a}", f">{a}", f">={a}", "null", f"{a}|null", f"not({a})", f"not([{a}..{b}]|null)", f"<={a}|>={b}"]  # fmt: skip
    return draw(st.sampled_from(forms))


TYPES = ("int", "decimal", "money", "date", "enum", "bool")
PLAIN = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=12).map(lambda t: " ".join(t.split())).filter(lambda t: not t or (t[0] not in "=+-@'" and not t.replace(".", "").isdigit() and t != "null"))  # fmt: skip


@st.composite
def tables(draw: st.DrawFn, policies: tuple[str, ...]) -> tuple[str, str]:
    """Return header and rows of a small table, as text."""
    kinds = draw(st.lists(st.sampled_from(TYPES), min_size=1, max_size=3))
    policy = draw(st.sampled_from(policies))
    inputs: dict[str, Any] = {}
    for n, kind in enumerate(kinds):
        spec: dict[str, Any] = {"type": kind}
        if kind == "enum":
            spec["values"] = ["a", "b", "the c"]
        if kind == "int" and draw(st.booleans()):
            spec["domain"] = "[-10..500)"
        if draw(st.booleans()):
            spec["null"] = draw(st.sampled_from(["not told", "no such thing"]))
        inputs[f"in_{n}"] = spec
    header = {"table": "t.small", "title": {"en": draw(PLAIN) or "t"}, "hit_policy": policy, "currency": "EUR", "effective": {"on": "event_date"}, "line": "need_now", "inputs": inputs}  # fmt: skip
    columns = ["id", *inputs, "amount", "kind", "share", "of", "from", "to", "priority", "rationale", "note"]
    lines = [",".join(columns)]
    for row in range(draw(st.integers(1, 5))):
        cells_ = [draw(cells(kind)) for kind in kinds]
        money = next((f"in_{n}" for n, kind in enumerate(kinds) if kind == "money"), "")
        share = (
            draw(st.sampled_from(["", "50%", "12.5%", "1/3"])) if money and policy != "COLLECT SUM" else ""
        )
        start, end = draw(st.sampled_from([("", ""), ("2026-01-01", ""), ("2026-01-01", "2027-01-01"), ("", "2026-06-01")]))  # fmt: skip
        cells_ += [f"{100 + row}.5{row}", draw(st.sampled_from(["", "cash", "voucher"])), share, money if share else "", start, end, str(draw(st.integers(0, 9))), draw(PLAIN), draw(PLAIN)]  # fmt: skip
        lines.append(",".join('"' + cell.replace('"', '""') + '"' for cell in [f"t.r{row}", *cells_]))
    return json.dumps(header, ensure_ascii=False), "\n".join(lines) + "\n"


def written(folder: Path, made: tuple[str, str]) -> Table:
    (folder / "small.table.yaml").write_text(made[0], encoding="utf-8")
    (folder / "small.csv").write_text(made[1], encoding="utf-8")
    return read_table(folder / "small.table.yaml")


ALL = ("UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT", "COLLECT SUM", "COLLECT COUNT")  # fmt: skip
QUIET = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip


@given(tables(ALL))
@QUIET
def test_any_small_table_comes_back_as_it_was(tmp_path: Path, made: tuple[str, str]) -> None:
    table = written(tmp_path, made)
    assert differences(table, returned(table, tmp_path)) == []


@given(tables(("COLLECT",)), st.data())
@QUIET
def test_an_exported_table_finds_the_rows_that_ours_finds(tmp_path: Path, made: tuple[str, str], data: st.DataObject) -> None:  # fmt: skip
    table = written(tmp_path, made)
    path = tmp_path / "exported.dmn"
    path.write_text(export_table(table).text, encoding="utf-8")
    answers = read(path)
    for _ in range(5):
        case: dict[str, Any] = {"event_date": data.draw(st.dates(date(2025, 12, 30), date(2027, 1, 3)))}
        for column in table.inputs:
            values = {"int": NUMBERS, "decimal": NUMBERS.map(lambda n: Decimal(n) / 2), "money": NUMBERS, "date": NUMBERS.map(lambda n: date.fromordinal(date(2026, 1, 1).toordinal() + n)), "enum": st.sampled_from(column.values or ("",)), "bool": st.booleans()}[column.type]  # fmt: skip
            case[column.name] = data.draw(st.none() | values)
        day = case["event_date"]
        scaled = [None if case[c.name] is None else c.scaled(case[c.name]) for c in table.inputs]
        expected = [
            row.payout.amount
            for row in table.rows
            if (row.start is None or day >= row.start) and (row.end is None or day < row.end)
            and all(test.holds(value) for test, value in zip(row.tests, scaled, strict=True))
        ]  # fmt: skip
        found = answers.decide(case)["t.small"]
        assert [int((one["amount"] if isinstance(one, dict) else one) * 100) for one in found] == expected


# -- on the command line -------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "playbook.toml").write_text("", encoding="utf-8")
    folder = tmp_path / "policies" / "clients" / "harbour"
    folder.mkdir(parents=True)
    (folder / "policy.yaml").write_text("extends: [base]\nlanguages: [en]\ncurrency: EUR\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("playbook.policy.read._cache", {})
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["policy", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_decision_is_imported_for_a_client_and_exported_again(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    code, out, _ = run(
        capsys, "import-dmn", str(FILES / "hit-policies.dmn"), "harbour", "--decision", "Voucher"
    )
    assert code == 0
    assert "whole numbers are taken" in out
    assert read_yaml(desk / "voucher.table.yaml")[0]["currency"] == "EUR"
    assert len(read_csv(desk / "voucher.csv")[1]) == 3
    code, out, _ = run(capsys, "export-dmn", "harbour", "voucher", "v.dmn", "--format", "json")
    assert code == 0
    assert json.loads(out)["left_out"] == []
    assert read(Path("v.dmn")).decide({"delay": 120})["voucher"] == Decimal("25.50")


def test_nothing_is_written_over_a_file_that_is_there(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("import-dmn", str(FILES / "hit-policies.dmn"), "harbour", "--decision", "Voucher")
    (desk / "voucher.csv").write_text("mine\n", encoding="utf-8")
    code, _, err = run(capsys, *arguments)
    assert code == 2
    assert "which is there" in err
    assert (desk / "voucher.csv").read_text(encoding="utf-8") == "mine\n"
    assert not (desk / "voucher.table.yaml").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("import-dmn", "beyond-cells.dmn", "harbour"), "rule 3, city"),
        (("import-dmn", "hit-policies.dmn", "harbour", "--decision", "Nobody"), "Nobody"),
        (
            ("import-dmn", "hit-policies.dmn", "harbour", "--decision", "Voucher", "--amount", "refund"),
            "refund",
        ),
        (("import-dmn", "hit-policies.dmn", "nobody"), "nobody"),
        (("export-dmn", "harbour", "voucher", "v.dmn"), "voucher"),
    ],
    ids=["cells of another kind", "no such decision", "no such output", "no such client", "no such table"],
)
def test_what_cannot_be_done_is_an_error_and_leaves_nothing(
    desk: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    given_ = [str(FILES / one) if one.endswith(".dmn") and one != "v.dmn" else one for one in arguments]
    code, _, err = run(capsys, *given_)
    assert code == 2
    assert told in err
    assert sorted(path.name for path in desk.iterdir()) == ["policy.yaml"]
    assert not Path("v.dmn").exists()

"""A record that was written to do harm is refused in words, at once, and never stops the incidents beside it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from playbook.assessment import assess
from playbook.assessment.figures import number
from playbook.cases import look_across
from playbook.cli import main
from playbook.drafts import values as drafts_values
from playbook.errors import InputError, Problem
from playbook.incident import read_incident
from playbook.incident.ignored import ignored
from playbook.incident.read import LARGEST_DRAFT
from playbook.incident.write import open_record
from playbook.money import Money
from playbook.policy import read_policy
from playbook.text import surname
from playbook.times import Moment
from playbook.workspace import find_workspace

MINIMAL = "client: base\nwhat_happened: x\n"


def record(tmp_path: Path, more: str = "", text: str = MINIMAL) -> Path:
    """Return an incident folder with a minimal record and more."""
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "incident.yaml").write_text(text + more, encoding="utf-8")
    return folder


def problems_of(folder: Path) -> tuple[Problem, ...]:
    """Return what is wrong in a folder."""
    with pytest.raises(InputError) as caught:
        read_incident(folder)
    return caught.value.problems


@pytest.mark.parametrize(
    "raw", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00", "1899", "2201-01", "0001-01-01"]
)
def test_a_year_that_no_incident_has_is_refused(raw: str) -> None:
    with pytest.raises(ValueError, match="a year from 1900 to 2200"):
        Moment.parse(raw)


@pytest.mark.parametrize("raw", ["1900-01-01T00:00+14:00", "2200-12-31T23:59-12:00", "2026"])
def test_a_year_within_reach_is_read(raw: str) -> None:
    assert Moment.parse(raw).local("Asia/Taipei")


REFUSED = {
    "a year before all": ("noticed_at: 0001-01-01T00:00+14:00\n", "timestamps.detected_at"),
    "a plain text for a group": ("timestamps: foo\nnoticed_at: 2026-05-09T18:20+08:00\n", "timestamps"),
    "a million digits in a word": ("currency: TWD\nprice: 1e999999\n", "price"),
    "sixteen digits": ("currency: TWD\nprice: '1000000000000000'\n", "price"),
    "no number": ("currency: TWD\nprice: NaN\n", "price"),
    "no end": ("currency: TWD\nprice: Infinity\n", "price"),
    "a million digits for a table": ('remedy_inputs: {delay_min: "1e999999"}\n', "remedy_inputs.delay_min"),
    "a blank name": ('handler: {name: " ", honorific: ms}\n', "handler.name"),
    "a blank name in a language": ('handler: {name: {en: " "}}\n', "handler.name"),
    "more than everybody": (
        f"signal: {{same_cause_history: [{{label: a, count: {10**30}}}]}}\n", "signal.same_cause_history[0].count",
    ),
    "more affected than everybody": (f"affected_count: {10**12 + 1}\n", "affected_count"),
}  # fmt: skip


@pytest.mark.parametrize(("more", "field"), REFUSED.values(), ids=REFUSED)
def test_a_value_that_cannot_be_used_is_told_at_its_field(more: str, field: str, tmp_path: Path) -> None:
    found = problems_of(record(tmp_path, more))
    assert field in {problem.field for problem in found}
    assert all(problem.expected and problem.remedy for problem in found)


def test_a_blank_client_is_told(tmp_path: Path) -> None:
    found = problems_of(record(tmp_path, text='client: ""\nwhat_happened: x\n'))
    assert [(p.field, p.expected) for p in found] == [("client", "a name that is not blank")]


@pytest.mark.parametrize(
    "amount", ["1e999999", "1e-999999", "0e999999", "1" * 16, "NaN", "sNaN", "Infinity", "1" * 5000]
)
def test_no_amount_without_measure(amount: str) -> None:
    with pytest.raises(ValueError, match=r"digits|finite"):
        Money.parse(amount, "TWD")


@pytest.mark.parametrize("value", ["1e999999", "-1e999999", "1e-999999", "NaN", "Infinity", "1e９９９９９９"])
def test_no_figure_is_worked_out_from_a_number_without_measure(value: str) -> None:
    assert number(value) is None


def test_a_customer_of_a_million_digits_is_told_at_the_cell(tmp_path: Path) -> None:
    folder = record(tmp_path)
    (folder / "customers.csv").write_text("id,delay_min\na,1e999999\n", encoding="utf-8")
    assert [(p.line, p.field) for p in problems_of(folder)] == [(2, "delay_min")]


def test_a_blank_name_has_no_surname_to_fail_on() -> None:
    assert surname(" ") == " "


@pytest.mark.parametrize(
    "value", ["²", "٣", "9" * 5000], ids=["a raised two", "an Arabic three", "no end of digits"]
)
def test_a_digit_that_is_no_plain_number_is_no_figure(value: str, tmp_path: Path) -> None:
    fact = f"facts: [{{id: a, text: t, status: confirmed, visibility: public, value: '{value}'}}]\n"
    incident = read_incident(record(tmp_path, fact))

    class Words:
        language = "en"

        def words(self, text: Any, name: str) -> str:
            return "t"

    maker = next(c for c in vars(drafts_values).values() if isinstance(c, type) and hasattr(c, "_fact"))
    item = maker._fact(Words(), incident.facts[0])  # type: ignore[attr-defined]
    assert set(item) == {"item"}


OVERRIDES = {
    "a number for a map": ("leader_statement_when", "5"),
    "words in a map of numbers": ("first_reply_minutes", "{warn: soon}"),
    "a key that the map has not": ("leader_statement_when", "{affected_at_least: [1]}"),
    "minutes without end": ("progress_minutes", "999999999999"),
    "a word for a list": ("option_count", "many"),
    "a word that is not allowed": ("closing", "anything"),
    "minutes of a clock that base has not": ("own_clock_minutes", "soon"),
}


@pytest.mark.parametrize(("name", "value"), OVERRIDES.values(), ids=OVERRIDES)
def test_an_override_of_another_type_is_told_and_stops_only_its_incident(
    name: str, value: str, tmp_path: Path
) -> None:
    folder = record(tmp_path, f"policy_override: {{{name}: {value}}}\n")
    workspace = find_workspace(tmp_path)
    with pytest.raises(InputError) as caught:
        assess(read_incident(folder), read_policy("base", workspace))
    assert [p.field for p in caught.value.problems] == [f"policy_override.{name}"]
    found = look_across([folder], workspace)
    assert [u.folder for u in found.unreadable] == [folder]


@pytest.mark.parametrize("value", ["{affected_at_least: 5}", "null", "{public_spread: false}"])
def test_an_override_of_the_right_type_is_taken(value: str, tmp_path: Path) -> None:
    folder = record(tmp_path, f"policy_override: {{leader_statement_when: {value}}}\n")
    assert not look_across([folder], find_workspace(tmp_path)).unreadable


@pytest.mark.parametrize(
    "name", ["incident.yaml", "timeline.csv", "customers.csv", "drafts/en/reply.email.md"]
)
@pytest.mark.parametrize("kind", ["a pipe", "a device", "a link out"])
def test_only_an_ordinary_file_of_the_folder_is_read(name: str, kind: str, tmp_path: Path) -> None:
    folder = record(tmp_path)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if kind == "a pipe":
        os.mkfifo(path)
    else:
        outside = tmp_path / "outside"
        outside.write_text(MINIMAL, encoding="utf-8")
        path.symlink_to("/dev/zero" if kind == "a device" else outside)
    assert [p.path for p in problems_of(folder)] == [str(path)]
    ignored(folder, ())
    assert main(["validate", str(folder)]) == 2
    if name == "incident.yaml":
        with pytest.raises(InputError):
            open_record(folder)


def test_a_draft_that_nobody_would_read_is_refused(tmp_path: Path) -> None:
    draft = record(tmp_path) / "drafts" / "en" / "reply.email.md"
    draft.parent.mkdir(parents=True)
    draft.write_text("x" * (LARGEST_DRAFT + 1), encoding="utf-8")
    assert [p.path for p in problems_of(tmp_path / "one")] == [str(draft)]


def test_a_file_name_that_is_no_text_is_kept_escaped(tmp_path: Path) -> None:
    evidence = record(tmp_path) / "evidence"
    evidence.mkdir()
    try:
        Path(os.fsdecode(os.fsencode(evidence) + b"/a\xff.txt")).write_text("x", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes no such name")
    assert list(read_incident(tmp_path / "one").evidence) == ["evidence/a\\xff.txt"]
    assert main(["validate", str(tmp_path / "one")]) == 0

"""Worked examples of a layer, as `cases.yaml` has them: read with positions, every fault of their form at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from playbook.errors import InputError, Problem
from playbook.money import readable_number
from playbook.sources import Keys, Positions, read_yaml
from playbook.tables.decide import Outcome
from playbook.times import Moment

FILE = "cases.yaml"
ORIGINS = ("published example", "published row", "rule at a bound", "ours")
CASE_KEYS = ("id", "layer", "table", "clock", "text", "origin", "source", "why", "given", "expect")
TEXTS = ("id", "table", "clock", "text", "origin", "source", "why")
EXPECTED = (
    "outcome",
    "total",
    "kinds",
    "things",
    "at_least",
    "at_most",
    "decider",
    "missing",
    "payers",
    "options",
)


@dataclass(frozen=True)
class Case:
    """One worked example: what is given, what is to come out, and where it stands."""

    id: str
    table: str
    clock: str
    text: str
    origin: str
    source: str
    why: str  # how the source comes to it
    given: Mapping[str, Any]
    expect: Mapping[str, Any]
    number: int
    at: Positions

    @property
    def path(self) -> str:
        """Return the file that it stands in."""
        return self.at.path

    @property
    def line(self) -> int:
        """Return the line that it begins on."""
        return self.at.place((self.number,))[0]

    def problem(self, keys: Keys, found: str, expected: str, remedy: str) -> Problem:
        """Make a problem at the place of one of its values."""
        return self.at.problem((self.number, *keys), found, expected, remedy)


def golden_cases(folder: Path, file: str = FILE) -> tuple[Case, ...]:
    """Return the worked examples of a layer; none where it has no `cases.yaml`, or other file of that form.

    Raises InputError with everything that is wrong with their form.
    """
    path = folder / file
    if not path.is_file():
        return ()
    data, at = read_yaml(path)
    if data is None:
        return ()
    if not isinstance(data, list):
        raise InputError([at.problem((), "no list", "a list of cases, each with id, given and expect", "See docs/tables.md.")])  # fmt: skip
    problems: list[Problem] = []
    out: list[Case] = []
    seen: dict[str, int] = {}
    for number, raw in enumerate(data):
        before = len(problems)
        problems += _wrong_form(raw, number, at)
        if len(problems) > before:
            continue
        texts = {key: str(raw.get(key) or "") for key in TEXTS}
        case = Case(**texts, given=raw["given"], expect=raw["expect"], number=number, at=at)
        if case.id in seen:
            found = f"{case.id}, as on line {seen[case.id]}"
            problems.append(case.problem(("id",), found, "each id once in a layer", "Rename one."))
        seen.setdefault(case.id, case.line)
        problems += _wrong_values(case)
        out.append(case)
    if problems:
        raise InputError(problems)
    return tuple(out)


def _wrong_form(raw: Any, number: int, at: Positions) -> Iterator[Problem]:
    if not isinstance(raw, dict):
        yield at.problem((number,), repr(raw)[:60], "a case with id, given and expect", "See docs/tables.md.")
        return
    for key in raw.keys() - set(CASE_KEYS):
        yield at.problem(
            (number, key), f"the key {key}", "one of " + ", ".join(CASE_KEYS), "Correct or remove it."
        )
    for key in TEXTS:
        if not isinstance(raw.get(key), str | int | None):
            yield at.problem((number, key), repr(raw[key])[:60], "a text", "Correct the value.")
    if not raw.get("id"):
        yield at.problem((number, "id"), "nothing", "an id that is unique in the layer", "Give it one.")
    for key in ("given", "expect"):
        if not isinstance(raw.get(key), dict) or not raw[key]:
            yield at.problem(
                (number, key), repr(raw.get(key))[:60], "a map that is not empty", "Write it out."
            )
    if raw.get("table") and raw.get("clock"):
        yield at.problem((number, "clock"), "a table too", "a table or a clock", "Make two cases of it.")
    if raw.get("origin") and raw["origin"] not in ORIGINS:
        yield at.problem(
            (number, "origin"), repr(raw["origin"])[:60], "one of " + ", ".join(ORIGINS), "Choose one."
        )


def _wrong_values(case: Case) -> Iterator[Problem]:
    if case.clock:
        yield from _wrong_times(case)
        return
    for key, value in case.expect.items():
        where: Keys = ("expect", key)
        if key not in EXPECTED:
            yield case.problem(
                where, f"the key {key}", "one of " + ", ".join(EXPECTED), "Correct or remove it."
            )
        elif key == "outcome" and value not in get_args(Outcome):
            yield case.problem(
                where, repr(value)[:60], "one of " + ", ".join(get_args(Outcome)), "Correct it."
            )
        elif key in ("total", "at_least", "at_most") and value is not None and sum_of(value) is None:
            yield case.problem(where, repr(value)[:60], "a sum such as 250.00, or null", "Correct it.")
        elif key in ("kinds", "payers"):
            if not isinstance(value, dict):
                yield case.problem(where, repr(value)[:60], "a map of sums", "Write it as {cash: 50.00}.")
                continue
            for name, sum_ in value.items():
                if sum_of(sum_) is None:
                    yield case.problem((*where, name), repr(sum_)[:60], "a sum such as 250.00", "Correct it.")
        elif key in ("things", "missing", "options") and not _is_names(value):
            yield case.problem(where, repr(value)[:60], "a list of names", "Write it as [refund, meals].")
        elif key == "decider" and not isinstance(value, str | None):
            yield case.problem(where, repr(value)[:60], "a name, or null", "Correct it.")


def _wrong_times(case: Case) -> Iterator[Problem]:
    for part, key in (("given", "starts"), ("expect", "due")):
        values: Mapping[str, Any] = getattr(case, part)
        for other in values.keys() - {key}:
            yield case.problem((part, other), f"the key {other}", key, "Correct or remove it.")
        try:
            if values.get(key) is not None or key == "starts":
                Moment.parse(str(values.get(key)))
        except ValueError as error:
            yield case.problem((part, key), repr(values.get(key))[:60], str(error), "Correct it.")


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def sum_of(value: Any) -> Decimal | None:
    """Return an amount as it is expected, or None for what is none."""
    return (
        readable_number(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None
    )

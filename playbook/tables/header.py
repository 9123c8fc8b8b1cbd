"""The parts of a table's header: inputs, derived inputs, events, payers, indices, waivers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from playbook.errors import InputError, Problem
from playbook.money import Money, minor_digits, readable_number
from playbook.sources import Positions, Row, read_csv
from playbook.tables.cells import HIGH, LOW, Input, parse_cell
from playbook.tables.derive import FUNCTIONS, NEEDS_SETTING, NEEDS_TWO, Derived
from playbook.tables.model import Events, Index, Waiver
from playbook.tables.payout import read_threshold
from playbook.tables.shapes import EVENT_KEYS, INPUT_KEYS, day_of

TYPES = ("int", "decimal", "money", "date", "time", "bool", "enum")
BASE = "base"
"""The layer whose files every table may use."""


class HeaderReader:
    """Read the parts of one header; what is wrong is added to `problems`."""

    def __init__(self, header: Path, at: Positions, currency: str, problems: list[Problem]) -> None:
        self.header, self.at, self.currency, self.problems = header, at, currency, problems

    def _wrong(self, keys: tuple[str | int, ...], found: str, expected: str, remedy: str) -> None:
        self.problems.append(self.at.problem(keys, found, expected, remedy))

    def known(self, keys: tuple[str, ...], value: str, allowed: Sequence[str]) -> str:
        """Return a value that must be one of some; "" stands for none given."""
        if value not in allowed:
            self._wrong(
                keys, repr(value), "one of " + ", ".join(a for a in allowed if a), "Correct the spelling."
            )
        return value

    # -- inputs ----------------------------------------------------------------------------

    def inputs(self, data: Mapping[str, Any], *, least_is_zero: bool = True) -> tuple[Input, ...]:
        """Return the inputs; money is at least zero unless its domain, or `least_is_zero`, says otherwise."""
        made = (self._input(name, spec, least_is_zero) for name, spec in data.items())
        return tuple(column for column in made if column is not None)

    def _input(self, name: str, spec: Any, least_is_zero: bool) -> Input | None:
        spec = spec if isinstance(spec, dict) else {"type": spec}
        for key in spec.keys() - INPUT_KEYS:
            expected = "one of " + ", ".join(sorted(INPUT_KEYS))
            self._wrong(("inputs", name, key), f"the key {key}", expected, "Correct it.")
        kind = str(spec.get("type", "int"))
        if kind not in TYPES:
            self._wrong(("inputs", name, "type"), repr(kind), ", ".join(TYPES), "Correct it.")
            return None
        values: tuple[str, ...] = ("false", "true") if kind == "bool" else ()
        if kind == "enum":
            values = self._values(name, spec)
        column = Input(
            name=name,
            type="int" if kind == "time" else kind,  # type: ignore[arg-type]
            unit=str(spec.get("unit") or ("epoch minute" if kind == "time" else "")),
            decimals=minor_digits(self.currency)
            if kind == "money"
            else int(spec.get("decimals") or (2 if kind == "decimal" else 0)),
            values=values,
            low=0 if kind == "money" and least_is_zero else LOW,
            high=HIGH,
            required=bool(spec.get("required")),
            null_means="" if spec.get("null") is None else str(spec["null"]),
            harm=spec.get("harm") or "",
            labels=spec.get("labels") or {},
        )
        if spec.get("domain") is None:
            return column
        try:
            ((low, high),) = parse_cell(str(spec["domain"]), column).intervals
        except ValueError as error:
            self._wrong(
                ("inputs", name, "domain"), repr(spec["domain"]), str(error), "Write it as [0..1440)."
            )
            return column
        return replace(column, low=low, high=high)

    def _values(self, name: str, spec: Mapping[str, Any]) -> tuple[str, ...]:
        if spec.get("values_from"):
            rows = self._file(("inputs", name, "values_from"), str(spec["values_from"]), ("code",))
            return tuple(row["code"] for row in rows)
        values = tuple(str(v) for v in spec.get("values") or ())
        if not values:
            self._wrong(("inputs", name), "an enum without values", "values: [a, b]", "List the values.")
        return values

    def _file(self, keys: tuple[str | int, ...], name: str, columns: Sequence[str]) -> list[Row]:
        """Return the rows of a file of data; what is wrong with it is told once."""
        path = self.data_file(name)
        if path is None:
            expected = f"a CSV file beside the header, or in the layer {BASE}"
            self._wrong(keys, repr(name[:80]), expected, "Correct the name.")
            return []
        try:
            header, rows = _data(path, path.stat().st_mtime_ns, path.stat().st_size)
        except InputError as error:
            self.problems += error.problems
            return []
        lacking = [column for column in columns if column not in header]
        if lacking:
            expected, remedy = f"the columns {', '.join(columns)}", "Correct the header row."
            self.problems.append(Problem(str(path), 1, 0, "", ", ".join(header), expected, remedy))
            return []
        return rows

    def data_file(self, name: str) -> Path | None:
        """Return where a file of data stands: beside the header, or in the layer `base`; None for nowhere."""
        if not name.endswith(".csv") or "/" in name or "\\" in name or name.startswith("."):
            return None  # a name is no path
        folder = self.header.resolve().parent
        places = [folder / name, *(above / BASE / name for above in list(folder.parents)[:2])]
        return next((place for place in places if place.is_file()), None)

    # -- derived ---------------------------------------------------------------------------

    def derived(self, data: Mapping[str, Any], known: set[str]) -> tuple[Derived, ...]:
        """Return the derived inputs; each may be taken of those above it."""
        out = []
        for name, spec in data.items():
            function = str(spec.get("function")) if isinstance(spec, dict) else ""
            if function not in FUNCTIONS:
                expected = "function: one of " + ", ".join(sorted(FUNCTIONS))
                self._wrong(("derived", name), repr(function), expected, "Correct it.")
                continue
            of = tuple(str(n) for n in spec.get("of") or ())
            for missing in [n for n in of if n not in known]:
                self._wrong(("derived", name, "of"), f"the input {missing}", "an input of this table", "Declare it under inputs.")  # fmt: skip
            least = 2 if function in NEEDS_TWO and not (function == "business_day_after" and spec.get("plus")) else 1  # fmt: skip
            if len(of) < least:
                found, expected = f"{len(of)} inputs under of", f"{least} or more"
                self._wrong(("derived", name), found, expected, "Name inputs that stand above it.")
            setting = NEEDS_SETTING.get(function)
            if setting and spec.get(setting) is None:
                self._wrong(("derived", name), f"no {setting}", f"the setting {setting}", f"Add {setting}.")
            settings = {k: v for k, v in spec.items() if k not in ("function", "of", "as")}
            if isinstance(settings.get("places"), str):
                settings["places"] = self._places(name, settings["places"])
            if settings.get("places"):
                settings["places"] = np.radians(np.array(settings["places"], dtype=np.float64))
            known.add(name)
            out.append(Derived(name, function, of, settings))
        return tuple(out)

    def _places(self, name: str, file: str) -> list[list[str]]:
        keys = ("derived", name, "places")
        rows = self._file(keys, file, ("code", "latitude", "longitude"))
        out = []
        for row in rows:
            for column, most in (("latitude", 90), ("longitude", 180)):
                value = readable_number(row[column])
                if value is None or abs(value) > most:
                    found, expected = repr(row[column][:40]), f"degrees from -{most} to {most}"
                    self.problems.append(row.problem(column, found, expected, "Correct the cell."))
            out.append([row["latitude"], row["longitude"]])
        return out

    # -- the rest --------------------------------------------------------------------------

    def events(self, data: Mapping[str, Any], known: set[str]) -> Events | None:
        """Return how several events of one case are added up, where the header says so."""
        if not data:
            return None
        for key in data.keys() - EVENT_KEYS:
            expected = "one of " + ", ".join(sorted(EVENT_KEYS))
            self._wrong(("events", key), f"the key {key}", expected, "Correct or remove it.")
        name = str(data.get("list") or "")
        if not name.isidentifier() or name in known:
            self._wrong(
                ("events", "list"), repr(name[:60]), "a name that no input has", "Name the list of events."
            )
        of = str(data.get("at_most_of") or "")
        if of and of not in known:
            self._wrong(("events", "at_most_of"), f"the input {of}", "an input of this table", "Declare it.")
        at_most: int | None = None
        threshold, inclusive = 0, True
        try:
            if data.get("at_most") is not None:
                at_most = Money.parse(str(data["at_most"]), self.currency).minor
            threshold, inclusive = read_threshold(str(data.get("threshold") or ""), self.currency)
        except ValueError as error:
            self._wrong(("events",), repr({k: str(v) for k, v in data.items()}), str(error), "Correct it.")
        return Events(name, at_most, of, threshold, inclusive)

    def payers(self, data: Mapping[str, Any]) -> dict[str, int]:
        """Return who bears what is paid, by weight."""
        for name, weight in data.items():
            if type(weight) is not int or not 0 <= weight <= 1_000_000:
                self._wrong(("payers", name), repr(weight)[:60], "a whole number, 0 or more", "Correct it.")
        if data and not any(type(weight) is int and weight > 0 for weight in data.values()):
            self._wrong(
                ("payers",), "no weight above 0", "somebody who pays", "Give one of them a weight above 0."
            )
        return {str(name): weight for name, weight in data.items() if type(weight) is int}

    def indices(self, data: Mapping[str, Any]) -> dict[str, Index]:
        """Return the indices by which sums of rows rise, each with its factors by day."""
        out = {}
        for name, spec in data.items():
            keys = ("indices", name)
            factors: dict[date, tuple[int, int]] = {}
            given = spec.get("factors")
            for day, factor in (given if isinstance(given, dict) else {}).items():
                value = readable_number(str(factor))
                if value is None or value <= 0 or not _is_day(day):
                    expected = 'a day and a factor such as 2026-04-01: "1.034"'
                    self._wrong((*keys, "factors"), f"{day}: {factor}"[:60], expected, "Correct it.")
                else:
                    ratio = value.as_integer_ratio()
                    factors[date.fromisoformat(str(day))] = ratio
            if not given:
                self._wrong(keys, "no factors", 'factors: {2026-04-01: "1.034"}', "Add the factors.")
            try:
                to = max(1, Money.parse(str(spec.get("to") or "0"), self.currency).minor)
            except ValueError as error:
                self._wrong((*keys, "to"), repr(spec.get("to"))[:60], str(error), "Write it as 0.01 or 25.00.")  # fmt: skip
                to = 1
            out[str(name)] = Index(to, spec.get("chain") is True, dict(sorted(factors.items())))
        return out

    def waivers(self, data: Sequence[Mapping[str, Any]]) -> tuple[Waiver, ...]:
        """Return the findings that are accepted, with a name, a reason and an expiry."""
        return tuple(
            Waiver(
                str(w.get("check")), tuple(str(r) for r in w.get("rows") or ()), str(w.get("why") or ""), str(w.get("by") or ""),
                day_of(w["until"], ("waivers", i, "until"), self.at) if w.get("until") else None,
            )
            for i, w in enumerate(data)
        )  # fmt: skip


@lru_cache(maxsize=32)
def _data(path: Path, modified: int, size: int) -> tuple[list[str], list[Row]]:
    """Return a file of data, which many tables may ask for: read once, again when it has changed."""
    return read_csv(path)


def _is_day(value: Any) -> bool:
    try:
        return bool(date.fromisoformat(str(value)))
    except ValueError:
        return False


Checker = Callable[[tuple[str, ...], str, Sequence[str]], str]

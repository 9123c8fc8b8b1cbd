"""Read a decision table: `NAME.table.yaml`, the CSV of its rows beside it, and the patches of higher layers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, get_args

from playbook.errors import InputError, Problem
from playbook.money import ROUNDINGS
from playbook.sources import Row, read_csv
from playbook.tables.cells import Input, parse_cell
from playbook.tables.copied import read_header
from playbook.tables.header import HeaderReader
from playbook.tables.model import HitPolicy, Place, Table, TableRow
from playbook.tables.patches import patched_rows, rows_file
from playbook.tables.payout import PayoutReader
from playbook.tables.shapes import META_COLUMNS, PAYOUT_COLUMNS, labels_of
from playbook.tables.uprate import uprated

_ID = re.compile(r"[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+\Z")
_LANGUAGES = {"zh_hant": "zh-Hant", "zh_hans": "zh-Hans", "en": "en"}
_HIT_POLICIES = {
    "C": "COLLECT",
    "C+": "COLLECT SUM",
    "C<": "COLLECT MIN",
    "C>": "COLLECT MAX",
    "C#": "COLLECT COUNT",
    "RULEORDER": "RULE ORDER",
}


def read_table(header: Path, patches: Sequence[Path] = ()) -> Table:
    """Read a table with the patches of higher layers, lowest layer first.

    Raises InputError with every problem of header, rows and patches that can be told at once.
    """
    problems: list[Problem] = []
    read = read_header(header, problems)
    data, at = read.data, read.at
    currency = str(data.get("currency") or "XXX")
    parts = HeaderReader(header, at, currency, problems)
    inputs = parts.inputs(data.get("inputs") or {})
    given = {column.name for column in inputs}
    raw = {name for name, spec in _specs(data.get("inputs")).items() if spec.get("raw")}
    derived = parts.derived(data.get("derived") or {}, set(given))
    outcomes = {name: spec.get("as", {"type": "int"}) for name, spec in _specs(data.get("derived")).items()}
    raw |= {name for name, spec in _specs(outcomes).items() if spec.get("raw")}
    as_inputs = parts.inputs(outcomes, least_is_zero=False)
    names = given | {step.name for step in derived}
    policy = str(data.get("hit_policy", "UNIQUE")).upper().replace("_", " ")
    policy = _HIT_POLICIES.get(policy, policy)
    parts.known(("hit_policy",), policy, get_args(HitPolicy))
    line = str(data.get("line") or "")
    parts.known(("line",), line, ("statutory", "need_now", "inconvenience", "options", ""))
    basis = str(data.get("basis") or "")
    parts.known(("basis",), basis, ("statutory", "contractual", "goodwill", ""))
    remedy = str(data.get("remedy") or "")
    parts.known(("remedy",), remedy, ("sole", "without_prejudice", "deductible", ""))
    rounding = str((data.get("rounding") or {}).get("mode") or "half_up")
    parts.known(("rounding", "mode"), rounding, tuple(ROUNDINGS))
    events = parts.events(data.get("events") or {}, names)
    payers = parts.payers(data.get("payers") or {})
    indices = parts.indices(data.get("indices") or {})
    waivers = parts.waivers(data.get("waivers") or [])
    if problems:
        raise InputError(problems)
    for step in derived:
        for column in inputs:
            if step.function == "great_circle_km" and column.name in step.of:
                many, places = len(column.values), len(step.settings["places"])
                if many != places or not many:  # places are found by the order of the values
                    found, expected = (
                        f"{places} places",
                        f"{many} as of the values of {column.name}, 1 or more",
                    )
                    problems.append(at.problem(("derived", step.name, "places"), found, expected, "Name one file for both."))  # fmt: skip
    columns = tuple(c for c in (*inputs, *as_inputs) if c.name not in raw)
    rows_reader = _Rows(columns, PayoutReader(names, set(indices), currency, problems), problems)
    rows = rows_reader.read(read.rows, [*read.changes, *patches])
    if problems:
        raise InputError(problems)
    expanded = [part for row in rows for part in uprated(row, indices, problems)]
    if problems:
        raise InputError(problems)
    added = [p for p in map(rows_file, [*read.changes, *patches]) if p.exists()]
    return Table(
        name=str(data.get("table") or header.name.removesuffix(".table.yaml")),
        title=labels_of(data.get("title")),
        line=line,  # type: ignore[arg-type]
        basis=basis,  # type: ignore[arg-type]
        hit_policy=policy,  # type: ignore[arg-type]
        currency=currency,
        rounding=rounding,  # type: ignore[arg-type]
        inputs=columns,
        derived=derived,
        effective_on=str((data.get("effective") or {}).get("on") or ""),
        rows=tuple(expanded),
        waivers=waivers,
        jurisdictions=tuple(data.get("jurisdictions") or ()),
        notes=tuple(str(n) for n in data.get("notes") or ()),
        path=str(header),
        sha256=_digest([*read.files, *patches, *added]),
        raw_inputs=tuple(c for c in (*inputs, *as_inputs) if c.name in raw),
        remedy=remedy,  # type: ignore[arg-type]
        events=events,
        payers=payers,
    )


def _specs(data: Any) -> dict[str, dict[str, Any]]:
    """Return those entries of a map that are maps themselves."""
    return {k: v for k, v in data.items() if isinstance(v, dict)} if isinstance(data, dict) else {}


def _digest(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


class _Rows:
    """Read the rows of a table as they are after every patch."""

    def __init__(self, columns: tuple[Input, ...], payouts: PayoutReader, problems: list[Problem]) -> None:
        self.columns, self.payouts, self.problems = columns, payouts, problems

    def read(self, path: Path, patches: Sequence[Path]) -> list[TableRow]:
        """Return the rows. Raises InputError for a header row that does not fit the table."""
        header, rows = read_csv(path)
        self._check_columns(path, header)
        seen: dict[str, int] = {}
        parsed: dict[int, TableRow | None] = {}
        for row in rows:
            if row["id"] in seen and not (row["from"] or row["to"]):
                found = f"{row['id']} again, first on line {seen[row['id']]}"
                self.problems.append(row.problem("id", found, "each id once", "Rename one, or date both."))
            seen.setdefault(row["id"], row.line)
            parsed[id(row)] = self._row(row)
        out = []
        for row in patched_rows(rows, patches, self.problems):
            made = parsed[id(row)] if id(row) in parsed else self._row(row)
            if made is not None:
                out.append(made)
        return out

    def _check_columns(self, path: Path, header: Sequence[str]) -> None:
        before = len(self.problems)
        allowed = {c.name for c in self.columns} | PAYOUT_COLUMNS | META_COLUMNS
        for name in header:
            if name not in allowed:
                found, expected = f"the column {name}", "an input, payout or meta column"
                at = header.index(name) + 1
                self.problems.append(Problem(str(path), 1, at, name, found, expected, "See docs/tables.md."))
        for column in self.columns:
            if column.name not in header:
                expected, remedy = "one column per input", "Add it, with - in each row."
                self.problems.append(
                    Problem(str(path), 1, 0, column.name, "no such column", expected, remedy)
                )
        if len(self.problems) > before:
            raise InputError(self.problems)

    def _row(self, row: Row) -> TableRow | None:
        before = len(self.problems)
        if not _ID.match(row["id"]):
            remedy = "Lower-case letters, digits, dots."
            self.problems.append(row.problem("id", repr(row["id"]), "an id such as eu.delay.short", remedy))
        tests = []
        for column in self.columns:
            try:
                tests.append(parse_cell(row[column.name], column))
            except ValueError as error:
                found = repr(row[column.name])
                self.problems.append(row.problem(column.name, found, str(error), "Correct the cell."))
        if row["priority"] and not re.fullmatch(r"-?[0-9]{1,9}", row["priority"]):
            found = repr(row["priority"][:60])
            self.problems.append(row.problem("priority", found, "a whole number", "Correct the cell."))
        start, end = self._date(row, "from"), self._date(row, "to")
        if start and end and start >= end:
            found = f"{end} not after {start}"
            self.problems.append(row.problem("to", found, "from before to", "Swap the dates."))
        payout = self.payouts.read(row)
        if len(self.problems) > before or payout is None:
            return None
        return TableRow(
            id=row["id"],
            tests=tuple(tests),
            cells=dict(row.cells),
            payout=payout,
            start=start,
            end=end,
            source=row["source"],
            rationale=row["rationale"],
            note=row["note"],
            label=_by_language(row, "label"),
            why=_by_language(row, "why"),
            priority=int(row["priority"] or 0),
            place=Place(str(Path(row.path).parent), row.path, row.line),
        )

    def _date(self, row: Row, column: str) -> date | None:
        text = row[column]
        if text in ("", "-"):
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            expected = "a date such as 2026-05-09, or -"
            self.problems.append(row.problem(column, repr(text), expected, "Write year-month-day."))
            return None


def _by_language(row: Row, stem: str) -> dict[str, str]:
    found = {language: row[f"{stem}_{suffix}"] for suffix, language in _LANGUAGES.items()}
    return {language: text for language, text in found.items() if text}

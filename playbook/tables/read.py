"""Read a decision table: `NAME.table.yaml`, the CSV of its rows beside it, and the patches of higher layers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, get_args

from playbook.errors import InputError, Problem
from playbook.money import ROUNDINGS, Money, minor_digits
from playbook.sources import Positions, Row, read_csv, read_yaml
from playbook.tables.cells import HIGH, LOW, Input, parse_cell
from playbook.tables.derive import FUNCTIONS, Derived
from playbook.tables.model import HitPolicy, Payout, Place, Table, TableRow, Waiver
from playbook.tables.patches import patched_rows, rows_file
from playbook.tables.shapes import (
    DERIVED_SHAPES,
    HEADER_KEYS,
    HEADER_SHAPES,
    INPUT_KEYS,
    INPUT_SHAPES,
    META_COLUMNS,
    PAYOUT_COLUMNS,
    check_shapes,
    day_of,
    labels_of,
    rows_beside,
)  # fmt: skip

_WHOLE = re.compile(r"[0-9]{1,9}\Z")
_OF_TWO = {"minutes_between", "days_between", "business_days_between", "share_of", "great_circle_km"}
_SETTING_NEEDED = {"started_periods", "complete_periods", "great_circle_km"}
_ID = re.compile(r"[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+\Z")
_LABELS = {"label_zh_hant": "zh-Hant", "label_zh_hans": "zh-Hans", "label_en": "en"}


class _Reader:
    def __init__(self, header: Path) -> None:
        self.problems: list[Problem] = []
        self.header = header

    def read(self, patches: Sequence[Path]) -> Table:
        data, at = read_yaml(self.header)
        if not isinstance(data, dict):
            raise InputError(
                [
                    at.problem(
                        (), "no table", "a header with table, inputs and hit_policy", "See docs/tables.md."
                    )
                ]
            )
        check_shapes(data, HEADER_SHAPES, at, self.problems)
        for part, shapes in (("inputs", INPUT_SHAPES), ("derived", DERIVED_SHAPES)):
            for name, spec in self._map(data, part).items():
                if isinstance(spec, dict):
                    check_shapes(spec, shapes, at, self.problems, (part, name))
                    if isinstance(spec.get("as"), dict):
                        check_shapes(spec["as"], INPUT_SHAPES, at, self.problems, (part, name, "as"))
        if self.problems:
            raise InputError(self.problems)
        for key in data.keys() - HEADER_KEYS:
            self.problems.append(
                at.problem(
                    (key,),
                    f"the key {key}",
                    "one of " + ", ".join(sorted(HEADER_KEYS)),
                    "Correct or remove it.",
                )
            )
        currency = str(data.get("currency") or "XXX")
        inputs = self._inputs(data.get("inputs") or {}, currency, at)
        raw_names = {
            name
            for name, spec in (data.get("inputs") or {}).items()
            if isinstance(spec, dict) and spec.get("raw")
        }
        derived = self._derived(data.get("derived") or {}, at, {column.name for column in inputs})
        derived_inputs = self._inputs({k: v.get("as", {"type": "int"}) for k, v in (data.get("derived") or {}).items() if isinstance(v, dict)}, currency, at, least_is_zero=False)  # fmt: skip
        effective_on = str((data.get("effective") or {}).get("on") or "")
        policy = str(data.get("hit_policy", "UNIQUE")).upper().replace("_", " ")
        policy = {
            "C+": "COLLECT SUM",
            "C<": "COLLECT MIN",
            "C>": "COLLECT MAX",
            "C#": "COLLECT COUNT",
            "RULEORDER": "RULE ORDER",
        }.get(policy, policy)
        self._known(at, ("hit_policy",), policy, get_args(HitPolicy))
        line = self._known(
            at,
            ("line",),
            str(data.get("line") or ""),
            ("statutory", "need_now", "inconvenience", "options", ""),
        )
        basis = self._known(
            at, ("basis",), str(data.get("basis") or ""), ("statutory", "contractual", "goodwill", "")
        )
        rounding = str((data.get("rounding") or {}).get("mode") or "half_up")
        self._known(at, ("rounding", "mode"), rounding, tuple(ROUNDINGS))
        if self.problems:
            raise InputError(self.problems)
        columns = tuple(c for c in inputs if c.name not in raw_names) + derived_inputs
        rows_path = rows_beside(self.header, data, at)
        read = self._rows(rows_path, columns, {c.name for c in inputs} | {d.name for d in derived}, currency)
        rows = self._patched(
            read, patches, columns, {c.name for c in inputs} | {d.name for d in derived}, currency
        )
        if self.problems:
            raise InputError(self.problems)
        digest = hashlib.sha256()
        for path in (self.header, rows_path, *patches, *(p for p in map(rows_file, patches) if p.exists())):
            digest.update(path.read_bytes())
        return Table(
            name=str(data.get("table") or self.header.name.removesuffix(".table.yaml")), title=labels_of(data.get("title")),
            line=line, basis=basis, hit_policy=policy, currency=currency,  # type: ignore[arg-type]
            rounding=rounding, inputs=columns, derived=derived, effective_on=effective_on, rows=tuple(rows),  # type: ignore[arg-type]
            waivers=self._waivers(data.get("waivers") or [], at), jurisdictions=tuple(data.get("jurisdictions") or ()),
            notes=tuple(str(n) for n in data.get("notes") or ()), path=str(self.header),
            sha256=digest.hexdigest(), raw_inputs=tuple(c for c in inputs if c.name in raw_names),
        )  # fmt: skip

    @staticmethod
    def _map(data: Mapping[str, Any], key: str) -> dict[str, Any]:
        value = data.get(key)
        return value if isinstance(value, dict) else {}

    def _known(self, at: Positions, keys: tuple[str, ...], value: str, allowed: Sequence[str]) -> str:
        if value not in allowed:
            self.problems.append(
                at.problem(
                    keys, repr(value), "one of " + ", ".join(a for a in allowed if a), "Correct the spelling."
                )
            )
        return value

    def _inputs(
        self, data: Mapping[str, Any], currency: str, at: Positions, *, least_is_zero: bool = True
    ) -> tuple[Input, ...]:
        out = []
        for name, spec in data.items():
            spec = spec if isinstance(spec, dict) else {"type": spec}
            for key in spec.keys() - INPUT_KEYS:
                self.problems.append(
                    at.problem(
                        ("inputs", name, key),
                        f"the key {key}",
                        "one of " + ", ".join(sorted(INPUT_KEYS)),
                        "Correct it.",
                    )
                )
            kind = str(spec.get("type", "int"))
            if kind not in ("int", "decimal", "money", "date", "bool", "enum", "time"):
                self.problems.append(
                    at.problem(
                        ("inputs", name, "type"),
                        repr(kind),
                        "int, decimal, money, date, time, bool or enum",
                        "Correct it.",
                    )
                )
                continue
            decimals = (
                minor_digits(currency)
                if kind == "money"
                else int(spec.get("decimals") or (2 if kind == "decimal" else 0))
            )
            values = (
                tuple(str(v) for v in spec.get("values") or ())
                if kind == "enum"
                else (("false", "true") if kind == "bool" else ())
            )
            if kind == "enum" and not values:
                self.problems.append(
                    at.problem(
                        ("inputs", name), "an enum without values", "values: [a, b]", "List the values."
                    )
                )
            column = Input(
                name, "int" if kind == "time" else kind, str(spec.get("unit") or ("epoch minute" if kind == "time" else "")), decimals, values,  # type: ignore[arg-type]
                0 if kind == "money" and least_is_zero else LOW, HIGH, bool(spec.get("required")), "" if spec.get("null") is None else str(spec["null"]), spec.get("harm") or "", spec.get("labels") or {},
            )  # fmt: skip
            if spec.get("domain") is not None:
                try:
                    ((low, high),) = parse_cell(str(spec["domain"]), column).intervals
                    column = Input(**{**column.__dict__, "low": low, "high": high})
                except ValueError as error:
                    self.problems.append(
                        at.problem(
                            ("inputs", name, "domain"),
                            repr(spec["domain"]),
                            str(error),
                            "Write it as [0..1440).",
                        )
                    )
            out.append(column)
        return tuple(out)

    def _derived(self, data: Mapping[str, Any], at: Positions, known: set[str]) -> tuple[Derived, ...]:
        out = []
        for name, spec in data.items():
            function = str(spec.get("function")) if isinstance(spec, dict) else ""
            if function not in FUNCTIONS:
                self.problems.append(
                    at.problem(
                        ("derived", name),
                        repr(function),
                        "function: one of " + ", ".join(sorted(FUNCTIONS)),
                        "Correct it.",
                    )
                )
                continue
            of = tuple(str(n) for n in spec.get("of") or ())
            for missing in [n for n in of if n not in known]:
                self.problems.append(
                    at.problem(
                        ("derived", name, "of"),
                        f"the input {missing}",
                        "an input of this table",
                        "Declare it under inputs.",
                    )
                )
            if len(of) < (least := 2 if function in _OF_TWO else 1):
                found, expected = f"{len(of)} inputs under of", f"{least} or more"
                self.problems.append(
                    at.problem(("derived", name), found, expected, "Name inputs that stand above it.")
                )
            setting = "period" if function.endswith("_periods") else "places"
            if function in _SETTING_NEEDED and spec.get(setting) is None:
                expected = DERIVED_SHAPES[setting]
                self.problems.append(
                    at.problem(("derived", name), f"no {setting}", expected, f"Add {setting}.")
                )
            settings = {k: v for k, v in spec.items() if k not in ("function", "of", "as")}
            known.add(name)
            out.append(Derived(name, function, of, settings))
        return tuple(out)

    def _rows(
        self, path: Path, columns: tuple[Input, ...], names: set[str], currency: str
    ) -> list[tuple[Row, TableRow | None]]:
        header, rows = read_csv(path)
        allowed = {c.name for c in columns} | PAYOUT_COLUMNS | META_COLUMNS
        for name in header:
            if name not in allowed:
                self.problems.append(
                    Problem(
                        str(path),
                        1,
                        header.index(name) + 1,
                        name,
                        f"the column {name}",
                        "an input, payout or meta column",
                        "See docs/tables.md.",
                    )
                )
        for column in columns:
            if column.name not in header:
                self.problems.append(
                    Problem(
                        str(path),
                        1,
                        0,
                        column.name,
                        "no such column",
                        "one column per input",
                        "Add it, with - in each row.",
                    )
                )
        if self.problems:
            raise InputError(self.problems)
        out: list[tuple[Row, TableRow | None]] = []
        seen: dict[str, int] = {}
        for row in rows:
            if row["id"] in seen and not (row["from"] or row["to"]):
                self.problems.append(
                    row.problem(
                        "id",
                        f"{row['id']} again, first on line {seen[row['id']]}",
                        "each id once",
                        "Rename one, or date both.",
                    )
                )
            seen.setdefault(row["id"], row.line)
            out.append((row, self._row(row, columns, names, currency)))
        return out

    def _row(self, row: Row, columns: tuple[Input, ...], names: set[str], currency: str) -> TableRow | None:
        before = len(self.problems)
        if not _ID.match(row["id"]):
            self.problems.append(
                row.problem(
                    "id", repr(row["id"]), "an id such as eu.delay.short", "Lower-case letters, digits, dots."
                )
            )
        tests = []
        for column in columns:
            try:
                tests.append(parse_cell(row[column.name], column))
            except ValueError as error:
                self.problems.append(
                    row.problem(column.name, repr(row[column.name]), str(error), "Correct the cell.")
                )
        if row["priority"] and not re.fullmatch(r"-?[0-9]{1,9}", row["priority"]):
            found = repr(row["priority"][:60])
            self.problems.append(row.problem("priority", found, "a whole number", "Correct the cell."))
        start, end = self._date(row, "from"), self._date(row, "to")
        if start and end and start >= end:
            self.problems.append(
                row.problem("to", f"{end} not after {start}", "from before to", "Swap the dates.")
            )
        payout = self._payout(row, names, currency)
        if len(self.problems) > before or payout is None:
            return None
        return TableRow(
            row["id"], tuple(tests), dict(row.cells), payout, start, end, row["source"], row["rationale"], row["note"],
            {language: row[key] for key, language in _LABELS.items() if row[key]}, int(row["priority"] or 0),
            Place(str(Path(row.path).parent), row.path, row.line),
        )  # fmt: skip

    def _date(self, row: Row, column: str) -> date | None:
        text = row[column]
        if text in ("", "-"):
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.problems.append(
                row.problem(column, repr(text), "a date such as 2026-05-09, or -", "Write year-month-day.")
            )
            return None

    def _payout(self, row: Row, names: set[str], currency: str) -> Payout | None:
        before = len(self.problems)

        def money(column: str) -> int | None:
            text = row[column]
            if text in ("", "-"):
                return None
            try:
                value = Money.parse(text, currency)
                if value.minor < 0:
                    raise ValueError("an amount that is not negative")
            except ValueError as error:
                self.problems.append(
                    row.problem(column, repr(text), str(error), f"Write it as 250.00 ({currency}).")
                )
                return None
            return value.minor

        def whole(column: str, default: int, least: int = 0) -> int:
            text = row[column]
            if text in ("", "-"):
                return default
            if not _WHOLE.match(text) or int(text) < least:
                expected = f"a whole number of at most nine digits, {least} or more"
                self.problems.append(row.problem(column, repr(text[:60]), expected, "Correct the cell."))
                return default
            return int(text)

        def named(column: str) -> str:
            if row[column] not in ("", "-") and row[column] not in names:
                self.problems.append(
                    row.problem(
                        column, repr(row[column]), "an input of this table", "Declare it under inputs."
                    )
                )
            return row[column].replace("-", "") if row[column] == "-" else row[column]

        def choice(column: str, allowed: tuple[str, ...], default: str) -> str:
            text = row[column] if row[column] not in ("", "-") else default
            if text not in allowed:
                self.problems.append(
                    row.problem(column, repr(text), "one of " + ", ".join(allowed), "Correct the cell.")
                )
            return text

        share: tuple[int, int] | None = None
        if row["share"] not in ("", "-"):
            match = re.fullmatch(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?%", row["share"]) or re.fullmatch(
                r"([0-9]{1,9})/(0*[1-9][0-9]{0,8})", row["share"]
            )
            if match is None:
                self.problems.append(
                    row.problem(
                        "share", repr(row["share"]), "a share such as 50% or 1/464", "Correct the cell."
                    )
                )
            elif "/" in row["share"]:
                share = (int(match[1]), int(match[2]))
            else:
                digits = match[2] or ""
                share = (int(match[1] + digits), 100 * 10 ** len(digits))
        threshold, inclusive = row["threshold"], True
        if threshold.startswith(">") and not threshold.startswith(">="):
            inclusive = False
        amount_text = threshold.lstrip(">=").strip()
        minor = 0
        if amount_text not in ("", "-"):
            try:
                minor = Money.parse(amount_text, currency).minor
            except ValueError as error:
                self.problems.append(
                    row.problem("threshold", repr(threshold), str(error), "Write it as >=4.00 or >4.00.")
                )
        of = named("of")
        if share and not of:
            self.problems.append(
                row.problem("of", "nothing", "the input that the share is taken of", "Name an input.")
            )
        payout = Payout(
            choice("outcome", ("pay", "none", "discretion", "more_information"), "pay"), row["kind"].replace("-", "") if row["kind"] == "-" else row["kind"],  # type: ignore[arg-type]
            money("amount"), share, of, named("per"), whole("period", 1, 1), choice("periods", ("started", "complete"), "complete"),  # type: ignore[arg-type]
            whole("free_periods", 0), whole("max_periods", -1) if row["max_periods"] not in ("", "-") else None, named("multiply"),
            money("at_least"), money("at_most"), named("cap_of"), money("deductible") or 0, minor, inclusive,
            *(row[c] if row[c] != "-" else "" for c in ("alternative", "decider", "authority", "option")),
        )  # fmt: skip
        return payout if len(self.problems) == before else None

    def _patched(
        self, read: list[tuple[Row, TableRow | None]], patches: Sequence[Path], columns: tuple[Input, ...], names: set[str], currency: str
    ) -> list[TableRow]:  # fmt: skip
        parsed = {id(row): table_row for row, table_row in read}
        out = []
        for row in patched_rows([row for row, _ in read], patches, self.problems):
            found = parsed[id(row)] if id(row) in parsed else self._row(row, columns, names, currency)
            if found is not None:
                out.append(found)
        return out

    def _waivers(self, data: Sequence[Mapping[str, Any]], at: Positions) -> tuple[Waiver, ...]:
        return tuple(
            Waiver(
                str(w.get("check")), tuple(str(r) for r in w.get("rows") or ()), str(w.get("why") or ""), str(w.get("by") or ""),
                day_of(w["until"], ("waivers", i, "until"), at) if w.get("until") else None,
            )
            for i, w in enumerate(data)
        )  # fmt: skip


def read_table(header: Path, patches: Sequence[Path] = ()) -> Table:
    """Read a table with the patches of higher layers, lowest layer first.

    Raises InputError with every problem of header, rows and patches that can be told at once.
    """
    return _Reader(header).read(patches)

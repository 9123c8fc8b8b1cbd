"""The rows of a policy's CSV files as records: one maker for each file, every wrong cell a problem."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from pathlib import Path
from typing import Any

from playbook.clocks import UNITS
from playbook.errors import Problem
from playbook.money import Money
from playbook.policy.layers import LayerFiles, MergedRow
from playbook.policy.model import (
    ApologyMode,
    Channel,
    ClockRule,
    Cluster,
    Condition,
    DocumentKind,
    Entitlement,
    Note,
    OptionRow,
    Origin,
    Role,
    Rung,
    SeverityRule,
    Step,
    Term,
    Track,
)  # fmt: skip
from playbook.text import LANGUAGES, LocalText

_SUFFIX = {"zh-Hant": "zh_hant", "zh-Hans": "zh_hans", "en": "en"}


def local(stem: str) -> list[str]:
    """Return the column names of a text in the three languages: `label_zh_hant`, `label_zh_hans`, `label_en`."""
    return [f"{stem}_{suffix}" for suffix in _SUFFIX.values()]


COLUMNS: dict[str, list[str]] = {
    "authority": ["id", "role", *local("label"), "rank", "ceiling", "currency", "cumulative_ceiling", "remedies", "public", "needs_second", "from", "to", "source"],
    "clocks": ["id", *local("label"), "starts_from", "met_by", "period", "unit", "level", "calendar", "pausable", "repeats", "jurisdictions", "source", "from", "to", "cut_off", "ends_at", "version_by", "note"],
    "severity": ["id", "impact", "level", "affected_at_least", "severity", "leader_speaks", "source"],
    "steps": ["id", "stage", *local("label"), "role", "by_when", *local("done_test"), *local("do"), *local("dont"), "condition", "done_when", "sources"],
    "roles": ["id", "rung", *local("label"), "sources"],
    "notes": ["id", "kind", "stage", "voice", *local("text"), "sources"],
    "tracks": ["id", *local("label"), "condition", "who", *local("not_allowed"), "sources"],
    "clusters": ["id", *local("label"), "fault_statuses", "strategies", "forbidden", "source"],
    "channels": ["id", *local("label"), "visibility", "max_characters", "voice", "social", "toll_free_prefixes", "wide_weight"],
    "kinds": ["id", *local("label"), "audience", "stage", "parts", "channels", "condition"],
    "apology_modes": ["id", "jurisdiction", "mode", *local("reason"), "source"],
    "options": ["id", "option", "rank", "line", "kind", *local("label"), "amount", "share", "of", "paid", "non_monetary", *local("harm"), *local("condition"), "source"],
    "entitlements": ["id", *local("text"), "trigger", "amount", "from"],
    "thresholds": ["id", "count", "source"],
    "glossary": ["id", "kind", *local("use"), *local("avoid"), *local("note")],
}  # fmt: skip


MOST_PERIODS, MOST_PERIODS_LONG = 100_000, 10_000
"""A clock that runs longer, in its unit (in weeks or months), would end in no year that can be written."""


class Rows:
    """Reads the rows of every layer's CSV files; problems are added to the list given."""

    def __init__(self, files: LayerFiles, problems: list[Problem], currency: str) -> None:
        self.files, self.problems, self.currency = files, problems, currency
        self._makers: Mapping[str, Callable[[MergedRow], Any]] = {
            "authority": self._rung, "clocks": self._clock, "severity": self._severity, "steps": self._step,
            "roles": self._role, "notes": self._note, "tracks": self._track, "clusters": self._cluster,
            "channels": self._channel, "kinds": self._kind, "apology_modes": self._mode, "options": self._option,
            "entitlements": self._entitlement, "thresholds": self._threshold, "glossary": self._term,
        }  # fmt: skip

    def of(self, stem: str) -> list[Any]:
        """Return the records of one file (`steps` for steps.csv and its patches), lowest layer first."""
        make = self._makers[stem]
        return [made for row in self.files.rows(stem, COLUMNS[stem]) if (made := make(row)) is not None]

    def _threshold(self, row: MergedRow) -> tuple[str, int]:
        return row["id"], self._whole(row, "count") or 0

    def _origin(self, row: MergedRow) -> Origin:
        return Origin(row.layer, Path(row.row.path).name, row.row.line)

    def _local(self, row: MergedRow, stem: str, *, needed: bool = False) -> LocalText:
        out = {
            language: row[f"{stem}_{suffix}"]
            for language, suffix in _SUFFIX.items()
            if row[f"{stem}_{suffix}"]
        }
        if needed and not out:
            self._bad(row, f"{stem}_en", "nothing", "a text in at least one language")
        return out

    def _bad(self, row: MergedRow, column: str, found: str, expected: str) -> None:
        self.problems.append(row.row.problem(column, found, expected, "Correct the cell."))

    def _whole(self, row: MergedRow, column: str) -> int | None:
        text = row[column]
        if text in ("", "-"):
            return None
        if not re.fullmatch(r"[0-9]{1,18}", text):  # str.isdigit takes ² too, which is no number
            self._bad(row, column, repr(text[:60]), "a whole number")
            return None
        return int(text)

    def _yes(self, row: MergedRow, column: str) -> bool:
        if row[column] not in ("yes", "no", "true", "false", ""):
            self._bad(row, column, repr(row[column]), "yes or no")
        return row[column] in ("yes", "true")

    def _day(self, row: MergedRow, column: str) -> date | None:
        if row[column] in ("", "-"):
            return None
        try:
            return date.fromisoformat(row[column])
        except ValueError:
            self._bad(row, column, repr(row[column]), "a date such as 2026-05-09")
            return None

    def _one_of(self, row: MergedRow, column: str, allowed: Sequence[str]) -> Any:
        if row[column] not in allowed:
            self._bad(row, column, repr(row[column]), "one of " + ", ".join(allowed))
        return row[column]

    def _money(self, row: MergedRow, column: str) -> Money | None:
        text = row[column]
        if text in ("", "-", "unlimited"):
            return None
        try:
            value = Money.parse(text, row["currency"] or self.currency)
        except ValueError as error:
            self._bad(row, column, repr(text), str(error))
            return None
        if value.minor < 0:
            self._bad(row, column, repr(text), "an amount that is not negative")
        return value

    def _condition(self, row: MergedRow, column: str = "condition") -> Condition:
        out: dict[str, tuple[str, ...]] = {}
        for clause in filter(None, (c.strip() for c in row[column].split(";"))):
            name, equals, values = clause.partition("=")
            if not equals or not values:
                self._bad(row, column, repr(clause), "field=value|value; …")
                continue
            out[name.strip()] = tuple(v.strip() for v in values.split("|"))
        return Condition(out)

    def _list(self, row: MergedRow, column: str) -> tuple[str, ...]:
        return tuple(p for p in re.split(r"[|;\s]+", row[column]) if p and p != "-")

    def _rung(self, row: MergedRow) -> Rung:
        return Rung(
            row["role"] or row["id"], self._local(row, "label", needed=True), self._whole(row, "rank") or 0, self._money(row, "ceiling"),
            self._money(row, "cumulative_ceiling"), self._list(row, "remedies"), self._yes(row, "public"), self._yes(row, "needs_second"),
            self._day(row, "from"), self._day(row, "to"), self._origin(row),
        )  # fmt: skip

    def _period(self, row: MergedRow) -> int:
        period = self._whole(row, "period") or 0
        most = MOST_PERIODS_LONG if row["unit"] in ("weeks", "months") else MOST_PERIODS
        if period > most:
            self._bad(row, "period", row["period"], f"at most {most:,}")
            return 0
        return period

    def _clock(self, row: MergedRow) -> ClockRule:
        return ClockRule(
            row["id"], self._local(row, "label", needed=True), row["starts_from"], row["met_by"], self._period(row),
            self._one_of(row, "unit", UNITS),
            self._one_of(row, "level", ("warn", "breach", "statutory", "promise")), row["calendar"] or None, self._yes(row, "pausable"),
            self._yes(row, "repeats"), self._list(row, "jurisdictions"), row["source"], self._day(row, "from"), self._day(row, "to"), self._origin(row),
            self._time(row, "cut_off"), self._time(row, "ends_at"), self._one_of(row, "version_by", ("event", "start")) if row["version_by"] else "event",
            row["note"],
        )  # fmt: skip

    def _time(self, row: MergedRow, column: str) -> time | None:
        text = row[column]
        if text in ("", "-"):
            return None
        if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
            self._bad(row, column, repr(text[:60]), "a time of day such as 17:00")
            return None
        if row["unit"] in ("minutes", "hours"):
            found, expected = (
                f"{text} on a clock of {row['unit']}",
                "a time of day only where days are counted",
            )
            self._bad(row, column, found, expected)
            return None
        return time.fromisoformat(text)

    def _severity(self, row: MergedRow) -> SeverityRule:
        return SeverityRule(
            row["id"], row["impact"], self._whole(row, "level"), self._whole(row, "affected_at_least"),
            self._one_of(row, "severity", ("SEV-1", "SEV-2", "SEV-3", "SEV-4")), self._yes(row, "leader_speaks"), row["source"], self._origin(row),
        )  # fmt: skip

    def _step(self, row: MergedRow) -> Step:
        if not row["sources"]:
            self._bad(row, "sources", "nothing", "the rules that the step comes from, such as S0-15")
        return Step(
            row["id"], row["stage"], self._local(row, "label", needed=True), row["role"], row["by_when"], self._local(row, "done_test"),
            self._local(row, "do"), self._local(row, "dont"), self._condition(row),
            self._condition(row, "done_when") if row["done_when"] else None, self._list(row, "sources"), self._origin(row),
        )  # fmt: skip

    def _role(self, row: MergedRow) -> Role:
        label = self._local(row, "label", needed=True)
        return Role(row["id"], row["rung"], label, self._list(row, "sources"), self._origin(row))

    def _note(self, row: MergedRow) -> Note:
        return Note(
            row["id"], row["kind"], row["stage"], row["voice"], self._local(row, "text", needed=True),
            self._list(row, "sources"), self._origin(row),
        )  # fmt: skip

    def _track(self, row: MergedRow) -> Track:
        return Track(
            row["id"], self._local(row, "label", needed=True), self._condition(row), self._list(row, "who"), self._local(row, "not_allowed"),
            self._list(row, "sources"), self._origin(row),
        )  # fmt: skip

    def _cluster(self, row: MergedRow) -> Cluster:
        return Cluster(
            row["id"], self._local(row, "label", needed=True), self._list(row, "fault_statuses"), self._list(row, "strategies"),
            self._list(row, "forbidden"), row["source"], self._origin(row),
        )  # fmt: skip

    def _channel(self, row: MergedRow) -> Channel:
        return Channel(
            row["id"], self._local(row, "label", needed=True), self._one_of(row, "visibility", ("public", "private", "internal")),
            self._whole(row, "max_characters"), row["voice"], self._yes(row, "social"), self._list(row, "toll_free_prefixes"), self._origin(row), self._whole(row, "wide_weight") or 1,
        )  # fmt: skip

    def _kind(self, row: MergedRow) -> DocumentKind:
        return DocumentKind(
            row["id"], self._local(row, "label", needed=True), self._one_of(row, "audience", ("public", "customer", "internal")), row["stage"],
            self._list(row, "parts"), self._list(row, "channels"), self._condition(row), self._origin(row),
        )  # fmt: skip

    def _term(self, row: MergedRow) -> Term:
        use, written = self._local(row, "use", needed=True), self._local(row, "avoid")
        avoid = {}
        for language in LANGUAGES:
            forms = tuple(form for part in written.get(language, "").split("|") if (form := part.strip()))
            if use.get(language) in forms:
                column = f"avoid_{_SUFFIX[language]}"
                self._bad(row, column, repr(use[language][:60]), "forms other than the one to use")
            avoid[language] = forms
        kind: Any = self._one_of(row, "kind", ("term", "brand")) if row["kind"] else "term"
        return Term(row["id"], kind, use, avoid, self._local(row, "note"), self._origin(row))

    def _mode(self, row: MergedRow) -> ApologyMode:
        return ApologyMode(
            row["id"], row["jurisdiction"], self._one_of(row, "mode", ("full", "sympathy_only")), self._local(row, "reason", needed=True),
            row["source"], self._origin(row),
        )  # fmt: skip

    def _option(self, row: MergedRow) -> OptionRow:
        share: tuple[int, int] | None = None
        if row["share"] not in ("", "-"):
            match = re.fullmatch(r"([0-9]{1,9})%", row["share"]) or re.fullmatch(
                r"([0-9]{1,9})/([1-9][0-9]{0,8})", row["share"]
            )
            if match is None:
                self._bad(row, "share", repr(row["share"]), "a share such as 50% or 1/3")
            else:
                share = (int(match[1]), int(match[2]) if "/" in row["share"] else 100)
        line = self._one_of(row, "line", ("statutory", "need_now", "inconvenience"))
        return OptionRow(
            row["id"], row["option"], self._whole(row, "rank") or 0, line, row["kind"], self._local(row, "label", needed=True), self._money(row, "amount"),
            share, "" if row["of"] == "-" else row["of"], self._yes(row, "paid"), self._yes(row, "non_monetary"), self._local(row, "harm") or None,
            self._local(row, "condition") or None, row["source"], self._origin(row),
        )  # fmt: skip

    def _entitlement(self, row: MergedRow) -> Entitlement:
        return Entitlement(
            row["id"], self._local(row, "text", needed=True), row["trigger"], self._money(row, "amount"), self._day(row, "from"),
            self._origin(row),
        )  # fmt: skip

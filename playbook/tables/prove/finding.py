"""What a proof found: one thing that is wrong, its place, and a customer for whom it is so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from playbook.tables.model import Table, TableRow, Waiver

Level = Literal["error", "warning"]
NEVER_WAIVED = ("floor", "substitute")
"""No waiver lifts a statutory floor."""
SOON = timedelta(days=90)
"""What ends so soon is told before it has ended."""


@dataclass(frozen=True)
class Finding:
    """One thing that a proof found. `example` is a customer (input -> value) for whom it is so."""

    check: str
    level: Level
    message: str
    path: str
    line: int
    rows: tuple[str, ...] = ()
    example: Mapping[str, str] | None = None
    waived: str = ""

    def __str__(self) -> str:
        customer = ", ".join(f"{k}={v}" for k, v in (self.example or {}).items())
        waived = f" (waived: {self.waived})" if self.waived else ""
        return (
            f"{self.path}:{self.line}: {self.level}: {self.check}: {self.message}"
            + (f" Customer: {customer}." if customer else "")
            + waived
        )


def at_row(
    check: str,
    level: Level,
    message: str,
    row: TableRow,
    *others: TableRow,
    example: Mapping[str, str] | None = None,
) -> Finding:
    """Make a finding at the place of a row; the others are named with it."""
    ids = tuple(dict.fromkeys(one.id for one in (row, *others)))
    return Finding(check, level, message, row.place.path, row.place.line, ids, example)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings without those that say the same of the same place, errors first, then by check and place."""
    unique = {(f.check, f.message, f.path, f.line): f for f in findings}
    return tuple(
        sorted(unique.values(), key=lambda f: (f.level != "error", f.check, f.path, f.line, f.message))
    )


def waived(table: Table, findings: Iterable[Finding], on: date | None) -> list[Finding]:
    """Return findings after the table's waivers, and what is wrong with the waivers themselves.

    A waiver holds with a name, a reason and an expiry. `on` decides whether it has expired; None: none has.
    """
    out: list[Finding] = []
    used: set[int] = set()
    for finding in findings:
        out.append(finding)
        for index, waiver in enumerate(table.waivers):
            if waiver.check != finding.check or not set(finding.rows) <= set(waiver.rows):
                continue
            used.add(index)
            if finding.check not in NEVER_WAIVED and _holds(waiver, on):
                out[-1] = replace(finding, waived=waiver.why, level="warning")
                break
    for index, waiver in enumerate(table.waivers):
        level, wrong = _wrong(waiver, on, index in used)
        if wrong:
            out.append(Finding("waiver", level, wrong, table.path, 1, waiver.rows))
    return out


def _holds(waiver: Waiver, on: date | None) -> bool:
    if not (waiver.why and waiver.by and waiver.until):
        return False
    return on is None or on <= waiver.until


def _wrong(waiver: Waiver, on: date | None, used: bool) -> tuple[Level, str]:
    what = f"the waiver of {waiver.check} for {', '.join(waiver.rows) or 'no rows'}"
    if waiver.check in NEVER_WAIVED:
        return "error", f"{what} does not hold: nothing lifts a statutory floor."
    lacking = [name for name in ("why", "by", "until") if not getattr(waiver, name)]
    if lacking:
        return "error", f"{what} does not hold: it does not say {', '.join(lacking)}."
    if not used:
        return "warning", f"{what} waives nothing; remove it."
    if on is not None and waiver.until is not None and on > waiver.until:
        return "warning", f"{what} expired on {waiver.until}."
    if on is not None and waiver.until is not None and waiver.until - on <= SOON:
        return "warning", f"{what} expires on {waiver.until}."
    return "warning", ""

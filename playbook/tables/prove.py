"""Prove a table on its grid: gaps, overlaps, rows that never decide, less paid for more harm, pay below the law.

Every finding names the file, the line and a concrete customer. The grid is looked at whole, so nothing is sampled;
a table whose grid passes `CELL_LIMIT` is refused with the reason, not half checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise, product
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from playbook.errors import InputError
from playbook.tables.cells import Input
from playbook.tables.decide import Decision, compiled, decide
from playbook.tables.floor import pays_less
from playbook.tables.grid import Grid
from playbook.tables.model import Table, TableRow

Level = Literal["error", "warning"]


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


def example_of(grid: Grid, index: Sequence[int]) -> dict[str, str]:
    """Return a concrete customer in a cell of the grid."""
    return {axis.column.name: axis.example(int(band)) for axis, band in zip(grid.axes, index, strict=True)}


def boxes(grid: Grid, hit: npt.NDArray[np.bool_], limit: int = 50) -> list[tuple[tuple[int, int], ...]]:
    """Merge cells into boxes greedily: each box is (first, last) band per axis, and every cell is in one."""
    left = hit.copy()
    out: list[tuple[tuple[int, int], ...]] = []
    while left.any() and len(out) < limit:
        start = np.unravel_index(int(np.argmax(left)), left.shape)
        box = [(int(i), int(i)) for i in start]
        for k, axis in enumerate(grid.axes):
            while box[k][1] + 1 < left.shape[k]:
                if box[k][1] + 1 == axis.null_band and box[k][0]:  # null is next to all values, or to none
                    break
                step = tuple(
                    slice(a, b + 1) if i != k else slice(b + 1, b + 2) for i, (a, b) in enumerate(box)
                )
                if not left[step].all():
                    break
                box[k] = (box[k][0], box[k][1] + 1)
        left[tuple(slice(a, b + 1) for a, b in box)] = False
        out.append(tuple(box))
    return out


def _askable(grid: Grid) -> npt.NDArray[np.bool_]:
    """Return the cells that a complete case can fall into: no null on a required input."""
    out = np.ones(grid.shape, dtype=bool)
    for k, axis in enumerate(grid.axes):
        if axis.column.required:
            out[tuple(slice(None) if i != k else axis.null_band for i in range(len(grid.axes)))] = False
    return out


def _first_winner(grid: Grid) -> npt.NDArray[np.int64]:
    lookup = grid.lookup
    winners = np.array([-1] + [grid.winners(mask)[0] for mask in grid.sets[1:]], dtype=np.int64)
    return winners[lookup].reshape(grid.shape)


def prove(
    table: Table,
    floor: Table | None = None,
    on: date | None = None,
    option_count: tuple[int, int] = (2, 4),
) -> tuple[Finding, ...]:
    """Return everything that is wrong with a table, errors first; waived findings stay, marked.

    `floor` is the same table as the law has it. `on` decides whether a waiver has expired. A table of options must
    say for every case what is offered, or that nothing is; where something is, a choice of `option_count` (S2-49).
    """
    grid = compiled(table)
    if not grid.dense:
        note = f"the grid has {grid.size} cells, more than can be looked at whole; split the table by one of its inputs"
        return (Finding("size", "warning", note, table.path, 1),)
    found: list[Finding] = []
    askable = _askable(grid)
    fired = (grid.masks != 0).any(axis=-1) if table.rows else np.zeros(grid.shape, dtype=bool)
    if not table.hit_policy.startswith("COLLECT") or table.line == "options":
        found += _gaps(grid, askable & ~fired)
    if table.line == "options":
        found += _option_counts(grid, askable, option_count)
    found += _overlaps(grid, askable) if table.hit_policy in ("UNIQUE", "ANY") else []
    found += _unreachable(grid, askable)
    found += _sources(table)
    found += _monotone(grid, askable) if table.hit_policy in ("UNIQUE", "ANY", "FIRST", "PRIORITY") else []
    if floor is not None:
        found += below_floor(table, floor)
    return tuple(sorted((_waive(table, f, on) for f in found), key=lambda f: (f.level, f.check, f.line)))


def _waive(table: Table, finding: Finding, on: date | None) -> Finding:
    if finding.check == "floor":  # no waiver lifts a statutory floor
        return finding
    for waiver in table.waivers:
        current = waiver.until is None or on is None or on <= waiver.until
        if waiver.check == finding.check and current and set(finding.rows) <= set(waiver.rows):
            return Finding(**{**finding.__dict__, "waived": waiver.why, "level": "warning"})
    return finding


def _gaps(grid: Grid, hit: npt.NDArray[np.bool_]) -> list[Finding]:
    out = []
    for box in boxes(grid, hit):
        where = ", ".join(
            f"{axis.column.name} {span}"
            for axis, (a, b) in zip(grid.axes, box, strict=True)
            if (span := axis.span(a, b)) != "-"
            and not (axis.column.discrete and b - a + 1 == len(axis.column.values))
        )
        out.append(
            Finding(
                "gap",
                "error",
                f"no row decides for {where or 'any case'}.",
                grid.table.path,
                1,
                (),
                example_of(grid, [a for a, _ in box]),
            )
        )
    return out


def _overlaps(grid: Grid, askable: npt.NDArray[np.bool_]) -> list[Finding]:
    grid.lookup  # noqa: B018 - fills the sets
    seen: dict[tuple[int, int], tuple[int, ...]] = {}
    codes = np.where(askable.reshape(-1), grid.lookup, 0)
    for code in np.unique(codes):
        mask = grid.set_of(int(code))
        if mask.bit_count() < 2:
            continue
        rows = [r for r in range(len(grid.table.rows)) if mask >> r & 1]
        at = tuple(int(i) for i in np.unravel_index(int(np.argmax(codes == code)), grid.shape))
        for a, b in pairwise(rows):
            seen.setdefault((a, b), at)
    out = []
    for (a, b), at in seen.items():
        one, two = grid.table.rows[a], grid.table.rows[b]
        same = one.payout == two.payout
        if same and grid.table.hit_policy == "ANY":
            continue
        what = "the same" if same else "different things"
        out.append(
            Finding("overlap", "warning" if same else "error", f"{one.id} and {two.id} both fire and pay {what}.", two.place.path, two.place.line,
                    (one.id, two.id), example_of(grid, at))
        )  # fmt: skip
    return out


def _option_counts(grid: Grid, askable: npt.NDArray[np.bool_], allowed: tuple[int, int]) -> list[Finding]:
    grid.lookup  # noqa: B018 - fills the sets
    codes = np.where(askable.reshape(-1), grid.lookup, 0)
    out = []
    for code in np.unique(codes[codes > 0]):
        rows = [grid.table.rows[r] for r in grid.winners(grid.set_of(int(code)))]
        options = {row.payout.option for row in rows if row.payout.option}
        none = [row for row in rows if row.payout.outcome == "none"]
        if not options and none:
            continue
        if options and none:
            what = f"{none[0].id} says that nothing is offered where {len(options)} options are."
        elif not allowed[0] <= len(options) <= allowed[1]:
            what = f"{len(options)} to choose from, where {allowed[0]} to {allowed[1]} are due."
        else:
            continue
        at = tuple(int(i) for i in np.unravel_index(int(np.argmax(codes == code)), grid.shape))
        place = rows[0].place
        ids = tuple(row.id for row in rows)
        out.append(Finding("option-count", "error", what, place.path, place.line, ids, example_of(grid, at)))
    return out


def _unreachable(grid: Grid, askable: npt.NDArray[np.bool_]) -> list[Finding]:
    grid.lookup  # noqa: B018 - fills the sets
    codes = np.unique(np.where(askable.reshape(-1), grid.lookup, 0))
    deciding = {r for code in codes if code for r in grid.winners(grid.set_of(int(code)))}
    return [
        Finding(
            "unreachable",
            "error",
            f"{row.id} never decides: other rows come first, or its cells exclude each other.",
            row.place.path,
            row.place.line,
            (row.id,),
        )
        for r, row in enumerate(grid.table.rows)
        if r not in deciding
    ]


def _sources(table: Table) -> list[Finding]:
    return [
        Finding(
            "source",
            "error" if table.basis == "statutory" else "warning",
            f"{row.id} names no source.",
            row.place.path,
            row.place.line,
            (row.id,),
        )
        for row in table.rows
        if not row.source
    ]


def _fixed(row: TableRow) -> int | None:
    """Return what a row pays where that does not depend on the case; None where it does."""
    p = row.payout
    if p.outcome == "none":
        return 0
    if p.outcome != "pay" or p.share or p.per or p.cap_of or (p.amount is None):
        return None
    return max(0, p.amount - p.deductible)


def _monotone(grid: Grid, askable: npt.NDArray[np.bool_]) -> list[Finding]:
    pays = np.array(
        [-1, *(-1 if (v := _fixed(row)) is None else v for row in grid.table.rows)], dtype=np.int64
    )
    paid = np.where(askable, pays[_first_winner(grid) + 1], -1)
    winner = _first_winner(grid)
    out: dict[tuple[str, str], Finding] = {}
    for k, axis in enumerate(grid.axes):
        if axis.column.harm not in ("up", "down") or len(axis.starts) < 2:
            continue
        less = tuple(slice(None) if i != k else slice(0, len(axis.starts) - 1) for i in range(len(grid.axes)))
        more = tuple(slice(None) if i != k else slice(1, len(axis.starts)) for i in range(len(grid.axes)))
        if axis.column.harm == "down":
            less, more = more, less
        bad = (paid[less] > paid[more]) & (paid[more] >= 0)
        for at in np.argwhere(bad):
            index = [int(i) for i in at]
            index[k] += axis.column.harm == "up"
            low = winner[less][tuple(at)]
            high = winner[more][tuple(at)]
            a, b = grid.table.rows[int(low)], grid.table.rows[int(high)]
            out.setdefault(
                (a.id, b.id),
                Finding("monotone", "error", f"{b.id} pays less than {a.id} although {axis.column.name} is worse.", b.place.path, b.place.line,
                        (a.id, b.id), example_of(grid, index)),
            )  # fmt: skip
    return list(out.values())


def cases_at_bounds(table: Table) -> list[dict[str, str]]:
    """Return one case for each side of each bound of each row, the other inputs taken from that row."""
    grid = compiled(table)
    out: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
    for r in range(len(table.rows)):
        inside = [
            next((b for b in range(len(axis.masks)) if axis.masks[b] >> r & 1), None) for axis in grid.axes
        ]
        if any(band is None for band in inside):
            continue
        base = example_of(grid, [int(b or 0) for b in inside])
        for axis in grid.axes:
            if axis.column.discrete:
                continue
            for start in axis.starts[1:]:
                for value in (start - 1, start):
                    case = {**base, axis.column.name: axis.column.shown(value)}
                    out[tuple(sorted(case.items()))] = case
    return list(out.values())


def below_floor(table: Table, floor: Table) -> list[Finding]:
    """Compare a patched table with the law over the joint grid: every situation in which it pays less.

    The joint grid is made of the bounds of both tables; sums that depend on the case are compared at a base of zero,
    of one and of a million, and at one and ten periods, which tells any two of the payout forms apart.
    """
    joint = _joint(table, floor)
    out: dict[tuple[str, ...], Finding] = {}
    for case in joint:
        ours, law = decide(table, _asked(table, case)), decide(floor, _asked(floor, case))
        if pays_less(ours, law):
            rows = tuple(r.id for r in (*ours.fired, *law.fired))
            paid = str(ours.total) if ours.total else "nothing"
            place = ours.fired[0].place if ours.fired else law.fired[0].place
            out.setdefault(
                rows,
                Finding("floor", "error", f"pays {paid} {table.currency} where {law.fired[0].source or law.fired[0].id} demands {_demanded(law)}.",
                        place.path, place.line, rows, {k: v for k, v in case.items() if v != "null"}),
            )  # fmt: skip
    return list(out.values())


def _demanded(law: Decision) -> str:
    return ", ".join(f"{paid.amount or ''} {paid.kind}".strip() for paid in law.paid)


def _joint(table: Table, floor: Table) -> Iterable[dict[str, str]]:
    ours, law = compiled(table), compiled(floor)
    axes: list[list[str]] = []
    names: list[str] = []
    by_name = {axis.column.name: axis for axis in law.axes}
    for axis in (
        *ours.axes,
        *(a for a in law.axes if a.column.name not in {x.column.name for x in ours.axes}),
    ):
        other = by_name.get(axis.column.name, axis)
        starts = sorted(set(axis.starts) | set(other.starts))
        values = [
            axis.column.shown(s) if axis.column.discrete or s > axis.column.low else axis.example(0)
            for s in starts
        ]
        if not axis.column.required:
            values.append("null")
        names.append(axis.column.name)
        axes.append(values)
    bases = (0, 1, 1_000_000) if table.raw_inputs else (0,)
    for chosen in product(*axes):
        case = dict(zip(names, chosen, strict=True))
        for base in bases:
            yield {**case, **{column.name: _near(column, base) for column in table.raw_inputs}}


def _asked(table: Table, case: Mapping[str, str]) -> dict[str, str]:
    names = {c.name for c in (*(axis.column for axis in compiled(table).axes), *table.raw_inputs)}
    return {name: value for name, value in case.items() if name in names}


def _near(column: Input, base: int) -> str:
    """Write the value of an input that is nearest to a base inside its domain."""
    if column.discrete:
        return column.shown(min(base, len(column.values) - 1))
    low = max(column.low, 1) if column.type == "date" else column.low
    return column.shown(min(max(base * 10**column.decimals, low), column.high - 1))


@dataclass(frozen=True)
class Difference:
    """What changes between two versions of a table, situation by situation."""

    situations: int
    decided_otherwise: int
    worst: Mapping[str, Any] | None


def compare(old: Table, new: Table) -> Difference:
    """Compare two versions over their joint grid; `worst` is the single largest loss for a customer."""
    total = otherwise = 0
    worst: dict[str, Any] | None = None
    for case in _joint(new, old):
        total += 1
        a, b = decide(old, _asked(old, case)), decide(new, _asked(new, case))
        if (a.outcome, _minor(a)) != (b.outcome, _minor(b)):
            otherwise += 1
            change = _minor(b) - _minor(a)
            if worst is None or change < worst["change_minor"]:
                worst = {"case": case, "old": str(a.total), "new": str(b.total), "change_minor": change}
    return Difference(total, otherwise, worst)


def _minor(decision: Decision) -> int:
    return decision.total.minor if decision.total else 0


@dataclass(frozen=True)
class GoldenCase:
    """A worked example that a table must answer: inputs, expected outcome and total, where it stands."""

    id: str
    given: Mapping[str, Any]
    outcome: str
    total: str | None
    path: str
    line: int


def run_golden(table: Table, cases: Sequence[GoldenCase]) -> tuple[list[Finding], set[str]]:
    """Run worked examples; return what differs, and the ids of the rows that decided at least one."""
    out: list[Finding] = []
    used: set[str] = set()
    for case in cases:
        try:
            decision = decide(table, case.given)
        except InputError as error:
            out += [
                Finding(
                    "golden",
                    "error",
                    f"{case.id}: {p.field}: {p.found}; expected {p.expected}.",
                    case.path,
                    case.line,
                )
                for p in error.problems
            ]
            continue
        used |= {row.id for row in decision.fired}
        got = str(decision.total) if decision.total else None
        if decision.outcome != case.outcome or (case.total is not None and got != case.total):
            out.append(
                Finding("golden", "error", f"{case.id}: expected {case.outcome} {case.total or ''}, got {decision.outcome} {got or ''}.", case.path, case.line,
                        tuple(r.id for r in decision.fired), {k: str(v) for k, v in case.given.items()})
            )  # fmt: skip
    return out, used


def unexercised(table: Table, used: set[str]) -> list[Finding]:
    """Name the rows that no worked example exercises."""
    return [
        Finding(
            "no-golden-case",
            "warning",
            f"no worked example decides by {row.id}.",
            row.place.path,
            row.place.line,
            (row.id,),
        )
        for row in table.rows
        if row.id not in used
    ]

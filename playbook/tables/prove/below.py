"""Two versions of a table compared over their joint grid: where one pays less than the law, and what a change moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from playbook.tables.decide import Decision, decide
from playbook.tables.derive import NULL, Ints, derive
from playbook.tables.floor import pays_less
from playbook.tables.model import Table, TableRow
from playbook.tables.prove.finding import Finding, at_row
from playbook.tables.prove.joint import Joint, joint_of, shown
from playbook.tables.prove.payments import given_by, less
from playbook.tables.prove.regions import Cell
from playbook.tables.prove.samples import samples

OURS, LAW = 0, 1
Rows = tuple[TableRow, ...]


@dataclass(frozen=True)
class Differing:
    """Situations of a joint grid in which two tables decide by rows that pay differently, with customers in them."""

    ours: Rows
    law: Rows
    cell: Cell
    columns: Mapping[str, Ints]
    n: int

    def values(self, joint: Joint, at: int) -> dict[str, int | None]:
        """Return one of the customers, as scaled values."""
        return {**joint.values(self.cell), **{name: int(column[at]) for name, column in self.columns.items()}}


def below_floor(table: Table, floor: Table) -> list[Finding]:
    """Return every pair of rows of which ours pays less than the law's, with a customer for whom it does.

    The joint grid is made of the bounds of both tables. A joint grid that is too large is looked at where rows differ;
    what is too large even so is a finding of its own. Of a customer everything that either table asks is known.
    """
    out: dict[tuple[str, ...], Finding] = {}
    for joint in _parts(joint_of(table, floor)):
        if not joint.small:
            message = (
                f"{joint.size} situations are too many to compare with the law; pricing pays the higher."
            )
            out.setdefault((str(joint.axes),), Finding("size", "warning", message, table.path, 1))
            continue
        for found in _differing(joint):
            mine, law = (given_by(t, rows, found.columns, found.n) for t, rows in zip(joint.tables, (found.ours, found.law), strict=True))  # fmt: skip
            low = less(mine, law)
            ids = tuple(row.id for row in (*found.ours, *found.law))
            if ids in out or not low.any():
                continue
            for at in np.flatnonzero(low)[:MOST_TRIED]:
                finding = _finding(joint, found.values(joint, int(at)), ids)
                if finding is not None:
                    out[ids] = finding
                    break
    return list(out.values())


MOST_TRIED = 20
"""So many of the customers found on arrays are decided one by one before the next pair of rows."""


def _finding(joint: Joint, values: Mapping[str, int | None], ids: tuple[str, ...]) -> Finding | None:
    table, floor = joint.tables
    ours, law = decide(table, shown(table, values)), decide(floor, shown(floor, values))
    if not pays_less(ours, law):  # a cap on all events of a claim may make them equal
        return None
    source = law.fired[0].source or law.fired[0].id
    message = f"pays {_told(ours)} where {source} demands {_told(law)}."
    finding = at_row(
        "floor", "error", message, (ours.fired or law.fired)[0], example={**shown(floor, values), **shown(table, values)}
    )  # fmt: skip
    return replace(finding, rows=tuple(dict.fromkeys(ids)))


def _told(decision: Decision) -> str:
    parts = []
    for paid in decision.paid:
        sum_ = f"{paid.amount} {paid.amount.currency}" if paid.amount else ""
        if paid.row.payout.outcome == "discretion":
            sum_ = f"{paid.at_least or 0} to {paid.at_most or 'any sum'} at discretion"
        parts.append(f"{sum_} {paid.kind}".strip())
    return ", ".join(parts) or "nothing"


def _parts(joint: Joint) -> Iterator[Joint]:
    """Yield the joint grid, or where it is too large the parts of it in which a row fires that the other has not."""
    if joint.small:
        yield joint
        return
    keys = [{_key(row) for row in table.rows} for table in joint.tables]
    for number, table in enumerate(joint.tables):
        for row in table.rows:
            if _key(row) not in keys[1 - number]:
                yield joint.within(number, row)


def _key(row: TableRow) -> tuple[object, ...]:
    return row.id, row.tests, row.payout, row.start, row.end, row.priority


def _differing(joint: Joint) -> Iterator[Differing]:
    """Yield the situations in which different payouts decide, each once for every way their sums depend on it."""
    grids = [
        {axis.name: k for k, axis in enumerate(joint.axes) if number in axis.bands} for number in (OURS, LAW)
    ]
    for codes, place in joint.together().items():
        ours, law = joint.rows(OURS, codes[OURS]), joint.rows(LAW, codes[LAW])
        payouts = [row.payout for row in (*ours, *law)]
        if [row.payout for row in ours] == [row.payout for row in law]:
            continue
        names = list(dict.fromkeys(name for payout in payouts for name in payout.inputs))
        if not names:
            yield Differing(ours, law, joint.cell(place), {}, 1)
            continue
        inner = sorted({k for grid in grids for name, k in grid.items() if name in names})
        for cell in _cells(joint, joint.number(codes), inner):
            yield from _sampled(joint, ours, law, cell, names)


def _cells(joint: Joint, number: int, inner: Sequence[int]) -> Iterator[Cell]:
    """Yield cells in which certain rows decide: one for every combination of bands of the inputs their sums are of."""
    places = np.flatnonzero(joint.pairs == number)
    if not inner:
        yield joint.cell(int(places[0]))
        return
    index = np.unravel_index(places, joint.shape)
    _, first = np.unique(np.stack([index[k] for k in inner]), axis=1, return_index=True)
    for place in first:
        yield joint.cell(int(places[place]))


def _sampled(joint: Joint, ours: Rows, law: Rows, cell: Cell, names: Sequence[str]) -> Iterator[Differing]:
    columns = {**joint.grids[LAW].columns, **joint.grids[OURS].columns}
    spans = {name: (columns[name].low, columns[name].high - 1) for name in names}
    for axis, band in zip(joint.axes, cell, strict=True):
        if axis.name in spans:
            span = axis.spans[band]
            if span is None:
                return  # the sum cannot be told: pricing asks for it
            spans[axis.name] = span
    found = samples([row.payout for row in (*ours, *law)], columns, spans)
    n = len(next(iter(found.values())))
    there = _consistent(joint, cell, found, n)
    if there.any() and not there.all():
        found, n = {name: column[there] for name, column in found.items()}, int(there.sum())
    yield Differing(ours, law, cell, found, n)


def _consistent(joint: Joint, cell: Cell, columns: Mapping[str, Ints], n: int) -> npt.NDArray[np.bool_]:
    """Return which customers are in a cell also by the inputs that are derived of those their sums are taken of."""
    out = np.ones(n, dtype=bool)
    bands = {axis.name: axis.spans[band] for axis, band in zip(joint.axes, cell, strict=True)}
    have = dict(columns)
    for column in joint.tables[LAW].raw_inputs:
        if column.name not in have and column.null_value is not None:
            have[column.name] = np.full(n, column.null_value, dtype=np.int64)
    for step in joint.tables[LAW].derived:
        if step.name in bands and set(step.of) <= have.keys() and not set(step.of).isdisjoint(columns):
            have[step.name] = derive(step, have)
            span = bands[step.name]
            out &= have[step.name] == NULL if span is None else (have[step.name] >= span[0]) & (have[step.name] <= span[1])  # fmt: skip
    return out

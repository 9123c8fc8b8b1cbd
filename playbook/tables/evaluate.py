"""Decide columns of cases at once: the same answers as one by one, exact to the minor unit.

Cases are looked up in the grid; what a set of rows pays whatever the case is looked up too, and only what depends on the
case is computed, set by set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from playbook.errors import InputError, Problem
from playbook.tables.amounts import amounts_of
from playbook.tables.cells import Input
from playbook.tables.decide import LACKING, NOT_ELIGIBLE, OUTCOMES, PRICED, compiled, reachable
from playbook.tables.derive import NULL, Ints, derive
from playbook.tables.grid import Grid
from playbook.tables.model import Table, TableRow


@dataclass(frozen=True)
class Evaluation:
    """The answers to columns of cases: `code` per case (0 = no row), `minor` paid, `outcome` as an index into OUTCOMES."""

    code: npt.NDArray[np.int64]
    minor: Ints
    outcome: npt.NDArray[np.uint8]
    rows: Sequence[tuple[str, ...]]  # row ids behind each code


@dataclass(frozen=True)
class _Answer:
    """What a set of rows comes to: a sum whatever the case is, or None where the case decides."""

    ids: tuple[str, ...]
    rows: tuple[TableRow, ...]
    minor: int | None
    outcome: int


def evaluate(table: Table, columns: Mapping[str, Ints], n: int) -> Evaluation:
    """Evaluate scaled columns (whole numbers; `derive.NULL` is null) of n cases of one event each.

    A case outside a domain, or with a required input missing where it matters, is not_enough_information.
    """
    grid = compiled(table)
    have = completed(table, columns, n)
    code, outside = grid.codes(have, n, lambda cell: _without(grid, cell))
    lacking = outside | (code < 0)
    np.maximum(code, 0, out=code)
    answers = [_answer(table, grid, mask) for mask in grid.sets]
    minor = np.array([answer.minor or 0 for answer in answers], dtype=np.int64)[code]
    outcome = np.array([answer.outcome for answer in answers], dtype=np.uint8)[code]
    varies = [value for value, answer in enumerate(answers) if answer.minor is None]
    if varies:
        for value, at in _positions(code, varies, len(answers)):
            cases = {name: column[at] for name, column in have.items()}
            minor[at], outcome[at] = _computed(table, answers[value].rows, cases, len(at))
    if table.events is not None:
        minor, outcome = capped(table, have, minor, outcome)
    if lacking.any():
        code[lacking], minor[lacking], outcome[lacking] = 0, 0, LACKING
    return Evaluation(code, minor, outcome, [answer.ids for answer in answers])


def completed(table: Table, columns: Mapping[str, Ints], n: int) -> dict[str, Ints]:
    """Return the columns with what a missing value stands for, and with the derived inputs that are not given."""
    have = dict(columns)
    for column in table.raw_inputs:
        if column.null_value is not None:
            given = have.get(column.name)
            have[column.name] = (
                np.full(n, column.null_value, dtype=np.int64)
                if given is None
                else np.where(given == NULL, column.null_value, given)
            )
    for step in table.derived:
        given = have.get(step.name)
        if given is not None and given.min(initial=0) != NULL:
            continue  # everybody gave it
        if any(name not in have for name in step.of):
            continue  # nobody gave what it is worked out of
        found = derive(step, {name: have[name] for name in step.of})
        have[step.name] = found if given is None else np.where(given == NULL, found, given)
    return have


def _without(grid: Grid, cell: list[int]) -> int:
    """Return the code of a cell in which required inputs are missing: -1 where they would decide."""
    unknown = [k for k, axis in enumerate(grid.axes) if axis.column.required and cell[k] == axis.null_band]
    found = reachable(grid, cell, unknown)
    return grid.code_of(sum(1 << r for r in next(iter(found)))) if len(found) == 1 else -1


def _answer(table: Table, grid: Grid, mask: int) -> _Answer:
    rows = tuple(table.rows[r] for r in grid.winners(mask))
    ids = tuple(row.id for row in rows)
    payouts = [row.payout for row in rows]
    if any(p.inputs for p in payouts):
        return _Answer(ids, rows, None, NOT_ELIGIBLE)
    minor, outcome = _computed(table, rows, {}, 1)
    return _Answer(ids, rows, int(minor[0]), int(outcome[0]))


def _positions(
    code: npt.NDArray[np.int64], wanted: list[int], codes: int
) -> list[tuple[int, npt.NDArray[np.intp]]]:
    """Return the cases of each wanted code, found in one pass."""
    if len(wanted) == 1:
        return [(wanted[0], np.flatnonzero(code == wanted[0]))]
    among = np.zeros(codes, dtype=bool)
    among[wanted] = True
    at = np.flatnonzero(among[code])
    mine = code[at]
    order = np.argsort(mine.astype(np.int16) if codes < 2**15 else mine, kind="stable")
    starts = np.searchsorted(mine[order], [*wanted, codes])
    return [
        (v, at[order[starts[i] : starts[i + 1]]]) for i, v in enumerate(wanted) if starts[i] < starts[i + 1]
    ]


def _computed(
    table: Table, rows: Sequence[TableRow], have: Mapping[str, Ints], n: int
) -> tuple[Ints, npt.NDArray[np.uint8]]:
    """Return what rows that fire together pay on columns of n cases, and with which outcome."""
    amounts: list[tuple[str, Ints]] = []
    lacking = np.zeros(n, dtype=bool)
    thing = discretion = False
    for index, row in enumerate(rows):
        payout = row.payout
        if payout.outcome == "more_information":
            return np.zeros(n, dtype=np.int64), np.full(n, LACKING, dtype=np.uint8)
        if payout.outcome == "none":
            continue
        for name in payout.inputs:
            lacking |= have[name] == NULL if name in have else True
        if payout.outcome == "discretion":
            discretion = True
        elif not payout.monetary:
            thing = True
        else:
            minor = amounts_of(payout, have, n, table.rounding)
            amounts.append((payout.alternative or f"#{index}", minor))
    total = _total(table, amounts, n)
    paid = NOT_ELIGIBLE if not thing else PRICED
    outcome = np.where(total > 0, PRICED, paid).astype(np.uint8)
    if discretion:
        outcome[:] = OUTCOMES.index("discretion")
    outcome[lacking] = LACKING
    return np.where(lacking, 0, total), outcome


def _total(table: Table, amounts: Sequence[tuple[str, Ints]], n: int) -> Ints:
    total = np.zeros(n, dtype=np.int64)
    if not amounts:
        return total
    if table.hit_policy == "COLLECT MAX":
        best: Ints = np.max(np.stack([a for _, a in amounts]), axis=0)
        return best
    if table.hit_policy == "COLLECT MIN":
        most = np.iinfo(np.int64).max
        least = np.min(np.stack([np.where(a > 0, a, most) for _, a in amounts]), axis=0)
        return np.where(least == most, 0, least)
    for key in dict.fromkeys(key for key, _ in amounts):
        total += np.max(np.stack([a for k, a in amounts if k == key]), axis=0)
    return total


def capped(
    table: Table, have: Mapping[str, Ints], minor: Ints, outcome: npt.NDArray[np.uint8]
) -> tuple[Ints, npt.NDArray[np.uint8]]:
    """Return the sums of claims after the cap and the threshold on all events of each."""
    events = table.events
    if events is None:
        return minor, outcome
    minor, outcome = minor.copy(), outcome.copy()
    if events.at_most is not None:
        np.minimum(minor, events.at_most, out=minor)
    if events.at_most_of:
        limit = have.get(events.at_most_of, np.full(len(minor), NULL, dtype=np.int64))
        unknown = (limit == NULL) & (minor > 0)
        minor = np.where(limit == NULL, 0, np.minimum(minor, limit))
        outcome[unknown] = LACKING
    low = minor < events.threshold if events.threshold_inclusive else minor <= events.threshold
    none = low & (minor > 0) & (outcome == PRICED)
    minor[none], outcome[none] = 0, NOT_ELIGIBLE
    return minor, outcome


def evaluate_events(
    table: Table, columns: Mapping[str, Ints], events: Mapping[str, Ints], claim: npt.NDArray[np.intp], n: int
) -> Evaluation:
    """Evaluate n claims of several events: `events` are columns of all events, `claim` is the claim of each.

    `columns` hold what is the same for all events of a claim. A claim without events gives not_enough_information.
    """
    each = {**{name: values[claim] for name, values in columns.items()}, **events}
    rules = _without_cap(table)
    found = evaluate(rules, each, len(claim))
    minor = np.zeros(n, dtype=np.int64)
    np.add.at(minor, claim, found.minor)
    outcome = np.full(n, LACKING, dtype=np.uint8)
    for result in (NOT_ELIGIBLE, PRICED, OUTCOMES.index("discretion"), LACKING):
        outcome[claim[found.outcome == result]] = result  # the later ones weigh more
    minor, outcome = capped(table, columns, minor, outcome)
    minor[outcome == LACKING] = 0
    ids: dict[tuple[str, ...], int] = {(): 0}
    code = np.zeros(n, dtype=np.int64)
    order = np.argsort(claim, kind="stable")
    bounds = np.searchsorted(claim[order], np.arange(n + 1))
    for i in range(n):
        codes = found.code[order[bounds[i] : bounds[i + 1]]]
        rows = tuple(dict.fromkeys(row for value in codes for row in found.rows[int(value)]))
        code[i] = ids.setdefault(rows, len(ids))
    return Evaluation(code, minor, outcome, list(ids))


@lru_cache(maxsize=256)
def _without_cap(table: Table) -> Table:
    """Return the table as it decides one event."""
    return replace(table, events=None)


def scaled_columns(table: Table, frame: Mapping[str, Any]) -> dict[str, Ints]:
    """Scale columns of raw values (sequences of text or numbers) for `evaluate`.

    Raises InputError naming every value that is not of its input's type, with its position.
    """
    columns: dict[str, Input] = compiled(table).columns
    out: dict[str, Ints] = {}
    problems: list[Problem] = []
    for name, values in frame.items():
        if name not in columns:
            continue
        scaled = []
        for position, value in enumerate(values):
            if value is None or str(value).strip() in ("", "null"):
                scaled.append(NULL)
                continue
            try:
                scaled.append(columns[name].scaled(value))
            except ValueError as error:
                problems.append(Problem(table.path, 0, 0, f"{name}[{position}]", repr(value)[:60], str(error), "Correct the value."))  # fmt: skip
        if not problems:
            out[name] = np.array(scaled, dtype=np.int64)
    if problems:
        raise InputError(problems)
    return out

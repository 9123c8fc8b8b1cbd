"""Decide columns of cases at once: the same answers as one by one, exact to the minor unit.

Cases are looked up in the grid; what a set of rows pays whatever the case is looked up too, and only what depends on the
case is computed, set by set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from playbook.errors import InputError, Problem
from playbook.money import LIMIT
from playbook.tables.amounts import TOO_LARGE, amounts_of
from playbook.tables.cells import Input
from playbook.tables.decide import DISCRETION, LACKING, NOT_ELIGIBLE, OUTCOMES, PRICED, compiled, reachable
from playbook.tables.derive import NULL, Ints, derive
from playbook.tables.grid import Grid
from playbook.tables.model import Table, TableRow

_LEARNING = Lock()


@dataclass(frozen=True)
class Evaluation:
    """The answers to columns of cases: `code` per case (0 = no row), `minor` paid, `outcome` as an index into OUTCOMES."""

    code: npt.NDArray[np.int64]
    minor: Ints
    outcome: npt.NDArray[np.uint8]
    fired: Sequence[tuple[TableRow, ...]]  # the rows behind each code

    @cached_property
    def rows(self) -> list[tuple[str, ...]]:
        """Return the ids of the rows behind each code; rows that hold at different times may share one."""
        return [tuple(dict.fromkeys(row.id for row in rows)) for rows in self.fired]


@dataclass(frozen=True)
class _Answer:
    """What a set of rows comes to: a sum whatever the case is, or None where the case decides."""

    rows: tuple[TableRow, ...]
    minor: int | None
    outcome: int


def evaluate(table: Table, columns: Mapping[str, Ints], n: int) -> Evaluation:
    """Evaluate scaled columns (whole numbers; `derive.NULL` is null) of n cases of one event each.

    A case outside a domain, with a required input missing where it matters, or whose sum is too large to be counted
    with, is not_enough_information.
    """
    grid = compiled(table)
    have = completed(table, columns, n)
    fired, outside = grid.codes(have, n, lambda cell: _without(grid, cell))
    code = fired.astype(np.int64, copy=False)
    lacking = outside | (code < 0) | _impossible(table, have, n)
    np.maximum(code, 0, out=code)
    answers = _answers(table)
    minor = np.array([answer.minor or 0 for answer in answers], dtype=np.int64)[code]
    outcome = np.array([answer.outcome for answer in answers], dtype=np.uint8)[code]
    varies = [value for value, answer in enumerate(answers) if answer.minor is None]
    if varies:
        for value, at in _positions(code, varies, len(answers)):
            asked = {name for row in answers[value].rows for name in row.payout.inputs}
            cases = {name: have[name][at] for name in asked if name in have}
            minor[at], outcome[at] = _computed(table, answers[value].rows, cases, len(at))
    lacking |= minor == TOO_LARGE
    found = Evaluation(code, minor, outcome, [answer.rows for answer in answers])
    if table.events is not None:
        limit = have.get(table.events.at_most_of)
        minor, outcome = _capped(table, limit, minor, outcome, _things(table, found))
    if lacking.any():
        code[lacking], minor[lacking], outcome[lacking] = 0, 0, LACKING
    return replace(found, minor=minor, outcome=outcome)


def _impossible(table: Table, have: Mapping[str, Ints], n: int) -> npt.NDArray[np.bool_]:
    """Return where a derived input without a column of its own is outside its domain."""
    out = np.zeros(n, dtype=bool)
    derived = {step.name for step in table.derived}
    for column in table.raw_inputs:
        values = have.get(column.name)
        if column.name in derived and values is not None and not column.discrete:
            low, high = column.bounds
            out |= (values != NULL) & ((values < low) | (values >= high))
    return out


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


@lru_cache(maxsize=256)
def _known(table: Table) -> list[_Answer]:
    return []


def _answers(table: Table) -> list[_Answer]:
    """Return what each set of rows of a table that was met so far comes to, by its code."""
    grid, known = compiled(table), _known(table)
    with _LEARNING:  # two threads may meet a set for the first time at once
        known += [_answer(table, grid, mask) for mask in grid.sets[len(known) :]]
    return known


def _answer(table: Table, grid: Grid, mask: int) -> _Answer:
    rows = tuple(table.rows[r] for r in grid.winners(mask))
    payouts = [row.payout for row in rows]
    if any(p.inputs for p in payouts):
        return _Answer(rows, None, NOT_ELIGIBLE)
    minor, outcome = _computed(table, rows, {}, 1)
    return _Answer(rows, int(minor[0]), int(outcome[0]))


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
        total = np.max(np.stack([a for _, a in amounts]), axis=0)
    elif table.hit_policy == "COLLECT MIN":
        most = np.iinfo(np.int64).max
        least = np.min(np.stack([np.where(a > 0, a, most) for _, a in amounts]), axis=0)
        total = np.where(least == most, 0, least)
    else:
        for key in dict.fromkeys(key for key, _ in amounts):
            total += np.max(np.stack([a for k, a in amounts if k == key]), axis=0)
    for _, a in amounts:
        if a.min(initial=0) == TOO_LARGE:
            total = np.where(a == TOO_LARGE, TOO_LARGE, total)
    return total if total.max(initial=0) <= LIMIT else np.where(total > LIMIT, TOO_LARGE, total)


def _things(table: Table, found: Evaluation) -> npt.NDArray[np.bool_]:
    """Return where something is given that is not money, which no cap on sums takes away."""
    some = [
        any(row.payout.outcome == "pay" and not row.payout.monetary for row in rows) for rows in found.fired
    ]
    out: npt.NDArray[np.bool_] = np.array(some, dtype=bool)[found.code]
    # Of a table that gives one sum only, a thing is given where there is no sum.
    return out & (found.minor <= 0) if table.hit_policy in ("COLLECT MIN", "COLLECT MAX") else out


def _capped(
    table: Table, limit: Ints | None, minor: Ints, outcome: npt.NDArray[np.uint8], things: npt.NDArray[np.bool_]
) -> tuple[Ints, npt.NDArray[np.uint8]]:  # fmt: skip
    """Return the sums of claims after the cap and the threshold on all events of each."""
    events, outcome = table.events, outcome.copy()
    if events is None:
        return minor, outcome
    paying = (minor > 0) & ((outcome == PRICED) | (outcome == DISCRETION))
    left = minor if events.at_most is None else np.minimum(minor, events.at_most)
    if events.at_most_of:
        limit = np.full(len(minor), NULL, dtype=np.int64) if limit is None else limit
        left = np.where(limit == NULL, 0, np.minimum(left, limit))
        outcome[paying & (limit == NULL)] = LACKING
    low = left < events.threshold if events.threshold_inclusive else left <= events.threshold
    left = np.where(low, 0, left)
    outcome[paying & (left == 0) & (outcome == PRICED) & ~things] = NOT_ELIGIBLE
    return np.where(paying, left, minor), outcome


def _limit(name: str, columns: Mapping[str, Ints], claim: npt.NDArray[np.intp], n: int) -> Ints | None:
    """Return the limit of each claim, where all of its events tell the same one."""
    values = columns.get(name)
    if values is None:
        return None
    least, most = np.full(n, np.iinfo(np.int64).max), np.full(n, NULL, dtype=np.int64)
    np.minimum.at(least, claim, values)
    np.maximum.at(most, claim, values)
    return np.where(least == most, least, NULL)


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
    outcome[minor > LIMIT] = LACKING
    things = np.zeros(n, dtype=bool)
    things[claim[_things(table, found)]] = True
    if table.events is not None and table.events.at_most_of:
        limit = _limit(table.events.at_most_of, completed(rules, each, len(claim)), claim, n)
    else:
        limit = None
    minor, outcome = _capped(table, limit, minor, outcome, things)
    minor[outcome == LACKING] = 0
    ids: dict[tuple[int, ...], int] = {(): 0}
    fired: list[tuple[TableRow, ...]] = [()]
    code = np.zeros(n, dtype=np.int64)
    order = np.argsort(claim, kind="stable")
    bounds = np.searchsorted(claim[order], np.arange(n + 1))
    for i in range(n):
        codes = found.code[order[bounds[i] : bounds[i + 1]]]
        rows = {
            id(row): row for value in codes for row in found.fired[int(value)]
        }  # a row holds maps: no hash
        code[i] = ids.setdefault(tuple(rows), len(ids))
        if len(ids) > len(fired):
            fired.append(tuple(rows.values()))
    return Evaluation(code, minor, outcome, fired)


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

"""Rows that nearly fired, as what would have been due had one condition been met: decided again, never guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from playbook.errors import InputError
from playbook.tables import Decision, TableRow, decide
from playbook.tables.cells import Input, Test

DISCRETE = 1.0
"""How far one answer is from another, beside quantities whose distance is a share of the larger one."""


@dataclass(frozen=True)
class Nearly:
    """One condition that was not met: what would have met it, how far that is, and the answer it would have given."""

    row: TableRow
    column: Input
    test: Test
    cell: str
    interval: tuple[int, int]  # the nearest one that the row asks for
    found: int
    distance: float
    instead: Decision
    before: Decision

    @property
    def above(self) -> bool:
        """Tell whether more was wanted than was found."""
        return self.found < self.interval[0]


def nearly(decision: Decision) -> tuple[Nearly, ...]:
    """Return the conditions that would have given more, or other things, the nearest first; one for each answer.

    Left out are conditions on the day that decides which rows are in force, those on an input that is not known, and
    those that less harm to the customer would have met.
    """
    if any("[" in name for name in decision.case) or decision.outcome == "not_enough_information":
        return ()  # of several events, no single condition would have changed the answer
    found = sorted(_candidates(decision), key=lambda one: one.distance)
    once: dict[tuple[str, tuple[str, ...]], Nearly] = {}
    for one in found:
        once.setdefault((one.column.name, tuple(row.id for row in one.instead.fired)), one)
    return tuple(once.values())


def _candidates(decision: Decision) -> Iterator[Nearly]:
    table = decision.table
    positions = {column.name: at for at, column in enumerate(table.inputs)}
    for miss in decision.near:
        if miss.input == table.effective_on or miss.input not in positions or miss.found == "null":
            continue
        column = table.inputs[positions[miss.input]]
        test = miss.row.tests[positions[miss.input]]
        found = column.scaled(miss.found)
        target = nearest(column, test, found)
        if target is None:
            continue
        value, interval = target
        if column.harm and (value > found) != (column.harm == "up"):
            continue  # no comfort to hear that less harm would have given something else
        try:
            instead = decide(table, {**_given(decision.case), column.name: column.shown(value)})
        except InputError:
            continue  # the other inputs of the case do not go with it
        if better(instead, decision):
            cell = miss.row.cells.get(column.name, "")
            far = DISCRETE if column.discrete else abs(value - found) / max(abs(value), abs(found), 1)
            yield Nearly(miss.row, column, test, cell, interval, found, far, instead, decision)


def _given(case: Mapping[str, str]) -> dict[str, object]:
    return {name: value for name, value in case.items() if value != "null"}


def nearest(column: Input, test: Test, found: int) -> tuple[int, tuple[int, int]] | None:
    """Return the value nearest to the one found that passes a test, and the interval it stands in; None for none."""
    best: tuple[int, tuple[int, int]] | None = None
    for low, high in test.intervals:
        value = min(max(found, low), high - 1)
        if column.within(value) and (best is None or abs(value - found) < abs(best[0] - found)):
            best = (value, (low, high))
    return best


def better(instead: Decision, than: Decision) -> bool:
    """Tell whether an answer pays more than another, or a thing or option that the other does not."""
    if instead.outcome == "not_enough_information":
        return False
    if instead.total is not None and (than.total is None or instead.total > than.total):
        return True
    return bool(things(instead) - things(than))


def things(decision: Decision) -> set[tuple[str, str]]:
    """Return what is given that is not money, options among it."""
    return {(p.kind, p.row.payout.option) for p in decision.paid if p.amount is None}

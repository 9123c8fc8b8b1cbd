"""Rows that nearly fired, as what would have been due had one condition been met: decided again, never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from playbook.errors import InputError
from playbook.offers.worded import unshown
from playbook.tables import Decision, NearMiss, Table, TableRow, decide
from playbook.tables.cells import Input, Test
from playbook.tables.decide import compiled

DISCRETE = 1.0
"""How far one answer is from another, beside quantities whose distance is a share of the larger one."""


@dataclass(eq=False, slots=True)  # told apart by identity, and many are made: not frozen, which takes longer
class Step:
    """One condition that was not met, and the nearest value that would have met it."""

    before: Decision
    row: TableRow
    place: int  # of the input among those of the table
    column: Input
    test: Test
    interval: tuple[int, int]  # the nearest one that the row asks for
    found: int
    value: int
    order: tuple[float, bool]  # the nearest first, the law's before ours

    @property
    def above(self) -> bool:
        """Tell whether more was wanted than was found."""
        return self.found < self.interval[0]


@dataclass(frozen=True)
class Nearly:
    """A step, and the answer that it would have given."""

    step: Step
    instead: Decision


class Nearby:
    """What nearly was in one case: a decision is taken again only when somebody asks for it, and only once."""

    def __init__(self) -> None:
        self._steps: dict[str, list[Step]] = {}  # by table
        self._bands: dict[str, list[int] | None] = {}
        self._tried: dict[Step, Nearly | None] = {}
        self._given: set[tuple[str, str, tuple[str, ...]]] = set()  # table, input, rows

    def steps(self, decisions: Iterable[Decision]) -> list[Step]:
        """Return the steps beside some decisions in their order.

        Left out are conditions on the day that decides which rows are in force, those on an input that is not known, and
        those that less harm to the customer would have met.
        """
        found: list[Step] = []
        for decision in decisions:
            name = decision.table.name
            if name not in self._steps:
                self._steps[name] = list(_steps(decision))
            found += self._steps[name]
        return sorted(found, key=_order)

    def found(self, steps: Iterable[Step]) -> Iterator[Nearly]:
        """Yield the steps that would have given more, or other things; one for each answer.

        They are tried in their order, those on one input all or none of them: of those that give the same, the nearest
        is kept.
        """
        for step in steps:
            if step not in self._tried:
                self._tried[step] = self._decided(step)
            if (one := self._tried[step]) is not None:
                yield one

    def any(self, decision: Decision) -> bool:
        """Tell whether one condition more would have given more."""
        return next(self.found(self.steps([decision])), None) is not None

    def _decided(self, step: Step) -> Nearly | None:
        """Decide again with the step taken; None where that gives nothing more, or what a nearer step gives."""
        before, table, name = step.before, step.before.table, step.column.name
        rows = self._rows(step)
        if rows is not None and (
            (table.name, name, tuple(row.id for row in rows)) in self._given
            or all(row.payout.outcome == "none" for row in rows)
            or any(row.payout.outcome == "more_information" for row in rows)
            or (
                rows == before.fired
                and not table.events
                and not any(name in row.payout.inputs for row in rows)
            )
        ):
            return None
        given = {key: value for key, value in before.case.items() if value != "null"}
        try:
            instead = decide(table, {**given, name: step.column.shown(step.value)})
        except InputError:
            return None  # the other inputs of the case do not go with it
        answer = (table.name, name, tuple(row.id for row in instead.fired))
        if answer in self._given or not better(instead, before):
            return None
        self._given.add(answer)
        return Nearly(step, instead)

    def _rows(self, step: Step) -> tuple[TableRow, ...] | None:
        """Return the rows that would decide; None where that takes more than a look at the grid."""
        before, table = step.before, step.before.table
        grid = compiled(table)
        if table.name not in self._bands:
            values = [unshown(axis.column, before.case[axis.column.name]) for axis in grid.axes]
            known = not any(
                value is None and axis.column.required for axis, value in zip(grid.axes, values, strict=True)
            )
            self._bands[table.name] = (
                [axis.band(value) for axis, value in zip(grid.axes, values, strict=True)] if known else None
            )
        bands = self._bands[table.name]
        if bands is None or any(step.column.name in derived.of for derived in table.derived):
            return None
        bands = list(bands)
        bands[step.place] = grid.axes[step.place].band(step.value)
        return tuple(table.rows[r] for r in grid.winners(grid.fired(bands)))


def _steps(decision: Decision) -> Iterator[Step]:
    if not decision.near or decision.outcome == "not_enough_information" or "[" in "".join(decision.case):
        return  # of several events, no single condition would have changed the answer
    table = decision.table
    later = table.line != "statutory"
    asked: dict[str, tuple[int, Input, int] | None] = {}  # many rows miss on the same input
    for miss in decision.near:
        if miss.input not in asked:
            asked[miss.input] = _asked(table, miss)
        if (input_ := asked[miss.input]) is None:
            continue
        place, column, found = input_
        test = miss.row.tests[place]
        if (target := nearest(column, test, found)) is None:
            continue
        value, interval = target
        if column.harm and (value > found) != (column.harm == "up"):
            continue  # no comfort to hear that less harm would have given something else
        far = DISCRETE if column.discrete else abs(value - found) / max(abs(value), abs(found), 1)
        yield Step(decision, miss.row, place, column, test, interval, found, value, (far, later))


def _asked(table: Table, miss: NearMiss) -> tuple[int, Input, int] | None:
    """Return the place of the input that was missed among those of the table, the input, and its value."""
    for place, column in enumerate(table.inputs):
        if column.name == miss.input and column.name != table.effective_on:
            found = unshown(column, miss.found)
            return None if found is None else (place, column, found)
    return None


def _order(step: Step) -> tuple[float, bool]:
    return step.order


def nearest(column: Input, test: Test, found: int) -> tuple[int, tuple[int, int]] | None:
    """Return the value nearest to the one found that passes a test, and the interval it stands in; None for none."""
    best: tuple[int, tuple[int, int]] | None = None
    for low, high in test.intervals:
        value = min(max(found, low), high - 1)
        if (best is None or abs(value - found) < abs(best[0] - found)) and column.within(value):
            best = (value, (low, high))
    return best


def better(instead: Decision, than: Decision) -> bool:
    """Tell whether an answer pays more than another, or a thing or option that the other does not."""
    if instead.outcome == "not_enough_information":
        return False
    if (total := instead.total) is not None and ((before := than.total) is None or total > before):
        return True
    return bool(things(instead) - things(than))


def things(decision: Decision) -> set[tuple[str, str]]:
    """Return what is given that is not money, options among it."""
    return {(p.kind, p.row.payout.option) for p in decision.paid if p.amount is None}

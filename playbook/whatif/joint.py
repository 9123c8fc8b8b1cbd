"""The joint grid of two versions of a table: bands cut by the bounds of both, so that within a cell nothing changes.

A cell is a situation. Each is asked with a customer at the start of its bands, and, where a sum depends on an input,
with others further inside and at other bases, which tells two ways of paying apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from playbook.tables import Table
from playbook.tables.cells import HIGH, LOW, Input
from playbook.tables.decide import compiled
from playbook.tables.derive import NULL, Ints

FAR = 10_000
"""How far into a band without an end a customer is tried."""
BASES = (1_000, 1, 37, 1_000_000)
COUNTS = (1, 2, 37, 1_000_000)
"""What money, and what anything else, that only sums are taken of is tried at; examples are told with the first."""
OUTSIDE = -1


class Incomparable(ValueError):
    """An input is of another kind in the two versions."""


@dataclass(frozen=True)
class JointAxis:
    """One input in both versions: the `starts` of its bands in the finer scale (of a list: places in `column.values`)."""

    name: str
    column: Input  # as the finer version has it
    old: Input | None
    new: Input | None
    starts: tuple[int, ...]
    null: bool  # the last band is null
    paid_by: bool  # a sum depends on it

    def __len__(self) -> int:
        return len(self.starts) + self.null

    @property
    def high(self) -> int:
        """Return the end of the last band that is not null."""
        return len(self.column.values) if self.column.discrete else self.column.high

    @cached_property
    def tried(self) -> tuple[Ints, ...]:
        """Return, for each of `BASES`, a value in every band; the null band is NULL."""
        ends = [*self.starts[1:], self.high]
        firsts, lasts = [], []
        for start, end in zip(self.starts, ends, strict=True):
            first = start
            if (
                not self.column.discrete
                and start <= max(LOW + 1, self.column.low)
                and self.column.type == "date"
            ):
                first = end - 1 if end < HIGH and len(self.starts) > 1 else start
            elif not self.column.discrete and start <= LOW + 1:
                first = min(0, end - 1)
            firsts.append(first)
            lasts.append(max(first, min(end - 1, first + FAR * 10**self.column.decimals)))
        null = [NULL] if self.null else []
        first_, last_ = np.array(firsts, dtype=np.int64), np.array(lasts, dtype=np.int64)
        if self.column.discrete or not self.paid_by:
            last_ = first_
        middle = first_ + (last_ - first_) // 3
        return tuple(
            np.concatenate([values, np.array(null, dtype=np.int64)])
            for values in (first_, last_, middle, last_)
        )

    def scaled(self, values: Ints, to: Input) -> Ints:
        """Return values as one version has them; what it cannot hold is rounded up, or `OUTSIDE`."""
        if self.column.discrete:
            places = [to.values.index(v) if v in to.values else OUTSIDE for v in self.column.values]
            known = np.array([*places, NULL], dtype=np.int64)
            return known[np.where(values == NULL, len(places), values)]
        step = 10 ** (self.column.decimals - to.decimals)
        return np.where(values == NULL, NULL, -(-values // step))

    def shown(self, value: int) -> str:
        """Write a value as a cell has it."""
        return "null" if value == NULL else self.column.shown(value)

    def span(self, first: int, last: int) -> str:
        """Write the range of consecutive bands as a cell; `-` for all of them."""
        if first == 0 and last == len(self) - 1:
            return "-"
        null = self.null and last == len(self.starts)
        if null and first == last:
            return "null"
        ended = last - null
        if self.column.discrete:
            text = "|".join(self.column.shown(self.starts[b]) for b in range(first, ended + 1))
        else:
            low = self.starts[first]
            high = self.starts[ended + 1] if ended + 1 < len(self.starts) else self.high
            bottom, top = first == 0, ended + 1 == len(self.starts)
            if bottom:
                text = f"<{self.column.shown(high)}" if not top else "not(null)"
            elif top:
                text = f">={self.column.shown(low)}"
            elif high == low + 1:
                text = self.column.shown(low)
            else:
                text = f"[{self.column.shown(low)}..{self.column.shown(high)})"
        return f"{text}|null" if null else text


@dataclass(frozen=True)
class Joint:
    """The joint grid of two versions; `bases` are the inputs that no row asks for and sums are taken of."""

    axes: tuple[JointAxis, ...]
    bases: Mapping[str, tuple[Input | None, Input | None]]

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the number of bands of each input."""
        return tuple(len(axis) for axis in self.axes)

    @property
    def size(self) -> int:
        """Return the number of situations."""
        return prod(self.shape)

    @property
    def trials(self) -> int:
        """Return how many customers a situation is asked with: one where no sum depends on the case."""
        return len(BASES) if self.bases or any(axis.paid_by for axis in self.axes) else 1

    def columns(self, cells: Ints, trial: int, new: bool) -> dict[str, Ints]:
        """Return the customers of some cells (flat numbers) as one version has them."""
        out: dict[str, Ints] = {}
        for axis, bands in zip(self.axes, np.unravel_index(cells, self.shape), strict=True):
            to = axis.new if new else axis.old
            if to is not None:
                out[axis.name] = axis.scaled(axis.tried[trial], to)[bands]
        for name, both in self.bases.items():
            column = both[new]
            if column is not None:
                out[name] = np.full(len(cells), _near(column, trial), dtype=np.int64)
        return out

    def customer(self, cell: int, trial: int) -> dict[str, str]:
        """Return the customer of a cell, as cells of a table have it."""
        at = np.unravel_index(cell, self.shape)
        out = {
            axis.name: axis.shown(int(axis.tried[trial][int(band)]))
            for axis, band in zip(self.axes, at, strict=True)
        }
        for name, (old, new) in self.bases.items():
            column = new or old
            if column is not None:
                out[name] = column.shown(_near(column, trial))
        return out


def _near(column: Input, trial: int) -> int:
    """Return the value of an input that is nearest to the base of a trial inside its domain."""
    base = BASES[trial] if column.type == "money" else COUNTS[trial]
    if column.discrete:
        return min(base, len(column.values) - 1)
    low = max(column.low, 1) if column.type == "date" else column.low
    return int(min(max(base * 10**column.decimals, low), column.high - 1))


def joint_grid(old: Table | None, new: Table | None) -> Joint:
    """Return the joint grid of two versions of a table, either of which may be missing.

    Raises Incomparable where an input is a list of values in one version and a number in the other.
    """
    sides = [{axis.column.name: axis for axis in compiled(t).axes} if t else {} for t in (old, new)]
    paying = [{n for row in t.rows for n in row.payout.inputs} if t else set() for t in (old, new)]
    for used, table in zip(paying, (old, new), strict=True):
        if table is not None and table.events is not None and table.events.at_most_of:
            used.add(table.events.at_most_of)
    paid_by = paying[0] | paying[1]
    axes = []
    for name in dict.fromkeys((*sides[1], *sides[0])):
        theirs = [side.get(name) for side in sides]
        columns = [axis.column for axis in theirs if axis]
        if len({(c.type if c.discrete else c.type == "date") for c in columns}) > 1:
            raise Incomparable(f"the input {name} is of another type in the two versions")
        finer = max(columns, key=lambda c: c.decimals)
        mine = [axis.column if axis else None for axis in theirs]
        if finer.discrete:
            values = tuple(dict.fromkeys(v for c in columns for v in c.values))
            starts: tuple[int, ...] = tuple(range(len(values)))
            finer = Input(name, finer.type, finer.unit, values=values)
        else:
            lows, highs = [], []
            cuts: set[int] = set()
            for axis in theirs:
                if axis is None:
                    continue
                step = 10 ** (finer.decimals - axis.column.decimals)
                lows.append(axis.column.low * step if axis.column.low > LOW else LOW)
                highs.append(axis.column.high * step if axis.column.high < HIGH else HIGH)
                cuts |= {s * step for s in axis.starts if s > LOW}
            low, high = min(lows), max(highs)
            starts = tuple(sorted({low, *cuts, *(h for h in highs if h < high)}))
            finer = Input(name, finer.type, finer.unit, finer.decimals, low=low, high=high)
        axes.append(
            JointAxis(name, finer, mine[0], mine[1], starts,
                      any(not c.required for c in columns), name in paid_by)
        )  # fmt: skip
    named = {axis.name for axis in axes}
    bases = {name: (_input(old, name), _input(new, name)) for name in sorted(paid_by - named)}
    return Joint(tuple(axes), bases)


def _input(table: Table | None, name: str) -> Input | None:
    return compiled(table).columns.get(name) if table else None

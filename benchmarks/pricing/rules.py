"""The rules of a table as it was read, in a form that every other engine's rules are written from: so they are the same rules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from playbook.tables import Table
from playbook.tables.cells import Input, Test

Indices = npt.NDArray[np.uint16]
NOTHING = 65535
"""The answer where no row decides."""


@dataclass(frozen=True)
class Span:
    """A number within `[low, high)` of an input; None where it is open."""

    name: str
    low: int | None
    high: int | None
    decimals: int = 0


@dataclass(frozen=True)
class OneOf:
    """A value of a list: the words, their indices, and whether it is a truth value."""

    name: str
    words: tuple[str, ...]
    indices: tuple[int, ...]
    truth: bool


Condition = Span | OneOf


def conditions(table: Table) -> list[list[Condition]]:
    """Return the conditions of every row, in the order in which the rows are tried.

    Raises ValueError for a cell, a hit policy or dates that the other engines' rules are not written for.
    """
    if any(row.start or row.end for row in table.rows) or table.derived:
        raise ValueError(f"{table.name}: dated rows and derived inputs are not written for other engines")
    return [
        [c for column, test in zip(table.inputs, row.tests, strict=True) for c in _condition(column, test)]
        for row in table.rows
    ]


def _condition(column: Input, test: Test) -> list[Condition]:
    if test.any:
        return []
    if test.null:
        raise ValueError(f"{column.name}: null is not written for other engines")
    if column.discrete:
        indices = tuple(i for low, high in test.intervals for i in range(low, high))
        return [OneOf(column.name, tuple(column.values[i] for i in indices), indices, column.type == "bool")]
    if len(test.intervals) != 1:
        raise ValueError(f"{column.name}: several ranges in one cell are not written for other engines")
    ((low, high),) = test.intervals
    return [Span(column.name, low if low > column.low else None, high if high < column.high else None, column.decimals)]  # fmt: skip


def first_of(table: Table) -> list[list[Condition]]:
    """Return the conditions of a table of which the first row that fits decides. Raises ValueError for another one."""
    if table.hit_policy not in ("FIRST", "UNIQUE"):
        raise ValueError(f"{table.name}: {table.hit_policy} is no table of one row")
    return conditions(table)

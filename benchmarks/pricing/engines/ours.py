"""Ours: the table compiled to its grid, one array lookup a customer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.pricing.customers import scaled
from benchmarks.pricing.rules import NOTHING, Indices
from playbook.tables import Table, decide, evaluate
from playbook.tables.decide import compiled
from playbook.tables.grid import Grid


def _row_of_code(grid: Grid) -> Indices:
    """Return the row that decides, by the code of the rows that fire together."""
    winners = (grid.winners(mask) for mask in grid.sets)
    return np.array([rows[0] if rows else NOTHING for rows in winners], dtype=np.uint16)


def batch(table: Table, customers: pa.Table) -> Callable[[], Indices]:
    """Look the rows up."""
    grid, columns, n = compiled(table), scaled(customers), customers.num_rows
    grid.codes({name: values[:1] for name, values in columns.items()}, 1)  # compiles the grid
    row_of_code = _row_of_code(grid)

    def run() -> Indices:
        code, outside = grid.codes(columns, n)
        if outside.any():
            raise ValueError("a customer outside the domain")
        return row_of_code[code]

    return run


def evaluated(table: Table, customers: pa.Table) -> Callable[[], Indices]:
    """Look the rows up, and what they pay: outcome and sum of every customer."""
    columns, n = scaled(customers), customers.num_rows
    checked = evaluate(table, columns, n)
    row_of_code = _row_of_code(compiled(table))
    sums = np.array([row.payout.amount or 0 for row in table.rows], dtype=np.int64)
    if not np.array_equal(sums[row_of_code[checked.code]], checked.minor):
        raise ValueError("another sum than the row's")
    del checked
    return lambda: row_of_code[evaluate(table, columns, n).code]


def single(table: Table, case: dict[str, Any]) -> Callable[[], int]:
    """Decide one customer, with the rows that nearly fired and why they did not."""
    given = {column.name: case[column.name] for column in table.inputs}
    position = {row.id: index for index, row in enumerate(table.rows)}

    def run() -> int:
        decision = decide(table, given)
        return position[decision.fired[0].id]

    return run


def evaluated_single(table: Table, case: dict[str, Any]) -> Callable[[], int]:
    """Decide one customer without an explanation: the bands of its values, and the row that decides there."""
    grid = compiled(table)
    given = [(axis, case[axis.column.name]) for axis in grid.axes]

    def run() -> int:
        return grid.winners(grid.fired([axis.band(axis.column.scaled(value)) for axis, value in given]))[0]

    return run

"""Polars: the rules as one chain of when and then."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.pricing.rules import NOTHING, Condition, Indices, OneOf, first_of
from playbook.tables import Table


def _tested(polars: Any, condition: Condition) -> Any:
    column = polars.col(condition.name)
    if isinstance(condition, OneOf):
        if condition.truth:
            return column if condition.indices == (1,) else ~column
        out = column == condition.words[0]
        for word in condition.words[1:]:
            out = out | (column == word)
        return out
    if condition.low is None:
        return column < condition.high
    above = column >= condition.low
    return above if condition.high is None else above & (column < condition.high)


def _chain(polars: Any, table: Table) -> Any:
    chain: Any = polars
    for index, rule in enumerate(first_of(table)):
        test = polars.lit(True)
        for position, condition in enumerate(rule):
            tested = _tested(polars, condition)
            test = tested if position == 0 else test & tested
        chain = chain.when(test).then(polars.lit(index, polars.UInt16))
    return chain.otherwise(polars.lit(NOTHING, polars.UInt16)).alias("found")


def _frame(polars: Any, table: Table, customers: pa.Table) -> Any:
    words = [polars.col(c.name).cast(polars.Enum(list(c.values))) for c in table.inputs if c.type == "enum"]
    return polars.from_arrow(customers.select([c.name for c in table.inputs])).with_columns(words)


def batch(table: Table, customers: pa.Table) -> Callable[[], Indices]:
    """Answer with when and then over a frame, words of a list as enumerations."""
    polars = import_module("polars")
    frame, chain = _frame(polars, table, customers), _chain(polars, table)
    return lambda: np.asarray(frame.select(chain)["found"].to_numpy())


def single(table: Table, case: dict[str, Any]) -> Callable[[], int]:
    """Answer over a frame of one row."""
    polars = import_module("polars")
    frame, chain = _frame(polars, table, pa.Table.from_pylist([case])), _chain(polars, table)
    return lambda: int(frame.select(chain)["found"][0])

"""numpy.select: a condition array for every row, the first that holds decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from benchmarks.pricing.customers import Column, scaled
from benchmarks.pricing.rules import NOTHING, Condition, Indices, OneOf, first_of
from playbook.tables import Table

Mask = npt.NDArray[np.bool_]


def _mask(condition: Condition, columns: Mapping[str, Column]) -> Mask:
    values = columns[condition.name]
    if isinstance(condition, OneOf):
        if len(condition.indices) == 1:
            return np.asarray(values == condition.indices[0])
        return np.isin(values, np.array(condition.indices, dtype=values.dtype))
    if condition.low is None:
        return np.asarray(values < condition.high)
    if condition.high is None:
        return np.asarray(values >= condition.low)
    return np.asarray((values >= condition.low) & (values < condition.high))


def _selected(rules: list[list[Condition]], columns: Mapping[str, Column], n: int) -> Indices:
    masks = []
    for rule in rules:
        mask = np.ones(n, dtype=bool)
        for condition in rule:
            mask &= _mask(condition, columns)
        masks.append(mask)
    choices = [np.uint16(index) for index in range(len(rules))]
    return np.select(masks, choices, default=np.uint16(NOTHING))


def batch(table: Table, customers: pa.Table) -> Callable[[], Indices]:
    """Select over whole columns."""
    rules, columns, n = first_of(table), scaled(customers), customers.num_rows
    return lambda: _selected(rules, columns, n)


def single(table: Table, case: dict[str, Any]) -> Callable[[], int]:
    """Select over columns of one value."""
    rules, columns = first_of(table), scaled(pa.Table.from_pylist([case]))
    return lambda: int(_selected(rules, columns, 1)[0])

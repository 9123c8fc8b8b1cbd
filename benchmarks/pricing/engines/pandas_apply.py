"""pandas.apply: a function of one row, written out as the chain of ifs that a person would write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks.pricing.customers import scaled
from benchmarks.pricing.rules import NOTHING, Condition, Indices, OneOf, first_of
from benchmarks.pricing.tables import INPUTS
from playbook.tables import Table


def _tested(condition: Condition) -> str:
    value = f"row[{condition.name!r}]"
    if isinstance(condition, OneOf):
        return f"{value} in {condition.indices!r}"
    low = f"{condition.low!r} <= " if condition.low is not None else ""
    high = f" < {condition.high!r}" if condition.high is not None else ""
    return f"{low}{value}{high}"


def _function(table: Table) -> Callable[[Any], int]:
    """Return the function of one row; its text holds nothing but numbers and the names of the inputs, quoted."""
    lines = ["def decide(row):"]
    for index, rule in enumerate(first_of(table)):
        lines.append(f"    if {' and '.join(map(_tested, rule)) or 'True'}: return {index}")
    lines.append(f"    return {NOTHING}")
    names: dict[str, Any] = {}
    exec("\n".join(lines), names)
    made: Callable[[Any], int] = names["decide"]
    return made


def batch(table: Table, customers: pa.Table) -> Callable[[], Indices]:
    """Apply it to every row of a frame."""
    frame, decide = pd.DataFrame(scaled(customers)), _function(table)
    return lambda: np.asarray(frame.apply(decide, axis=1), dtype=np.uint16)


def single(table: Table, case: dict[str, Any]) -> Callable[[], int]:
    """Apply it to a frame of one row."""
    frame = pd.DataFrame(scaled(pa.Table.from_pylist([case])))[list(INPUTS)]
    decide = _function(table)
    return lambda: int(frame.apply(decide, axis=1).iloc[0])

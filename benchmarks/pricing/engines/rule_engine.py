"""rule-engine: every row as an expression of its language, tried in order."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.pricing.rules import NOTHING, Condition, Indices, OneOf, first_of
from playbook.tables import Table


def _tested(condition: Condition) -> str:
    name = condition.name
    if isinstance(condition, OneOf):
        if condition.truth:
            return f"{name} == {condition.words[0]}"
        return f"{name} in [" + ", ".join(f'"{word}"' for word in condition.words) + "]"
    tests = []
    if condition.low is not None:
        tests.append(f"{name} >= {condition.low}")
    if condition.high is not None:
        tests.append(f"{name} < {condition.high}")
    return " and ".join(tests)


def _decide(table: Table) -> Callable[[dict[str, Any]], int]:
    engine = import_module("rule_engine")
    rules = [engine.Rule(" and ".join(map(_tested, rule)) or "true") for rule in first_of(table)]

    def decide(case: dict[str, Any]) -> int:
        for index, rule in enumerate(rules):
            if rule.matches(case):
                return index
        return NOTHING

    return decide


def batch(table: Table, customers: pa.Table) -> Callable[[], Indices]:
    """Answer customer after customer."""
    decide = _decide(table)
    cases = customers.select([column.name for column in table.inputs]).to_pylist()
    return lambda: np.fromiter(map(decide, cases), np.uint16)


def single(table: Table, case: dict[str, Any]) -> Callable[[], int]:
    """Answer one customer."""
    decide = _decide(table)
    given = {column.name: case[column.name] for column in table.inputs}
    return lambda: decide(given)

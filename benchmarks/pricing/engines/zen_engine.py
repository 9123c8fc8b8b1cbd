"""zen-engine: the rules as a decision table of its own format (JDM), answered in batches or one by one."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.pricing.rules import Condition, Indices, OneOf, first_of
from playbook.tables import Table


def _cell(condition: Condition) -> str:
    if isinstance(condition, OneOf):
        if condition.truth:
            return ", ".join(condition.words)
        return ", ".join(json.dumps(word) for word in condition.words)
    if condition.low is None:
        return f"< {condition.high}"
    if condition.high is None:
        return f">= {condition.low}"
    return f"[{condition.low}..{condition.high})"


def decision(table: Table) -> dict[str, Any]:
    """Return the table as a JDM document."""
    inputs = [{"id": f"i{k}", "name": c.name, "field": c.name} for k, c in enumerate(table.inputs)]
    rules = []
    for index, rule in enumerate(first_of(table)):
        cells = {condition.name: _cell(condition) for condition in rule}
        rules.append(
            {
                "_id": table.rows[index].id,
                "o0": str(index),
                **{f"i{k}": cells.get(c.name, "") for k, c in enumerate(table.inputs)},
            }
        )
    content = {
        "hitPolicy": "first",
        "inputs": inputs,
        "outputs": [{"id": "o0", "name": "found", "field": "found"}],
        "rules": rules,
    }
    place = {"x": 0, "y": 0}
    return {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in", "position": place},
            {"id": "table", "type": "decisionTableNode", "name": "table", "position": place, "content": content},
            {"id": "out", "type": "outputNode", "name": "out", "position": place},
        ],
        "edges": [
            {"id": "e1", "sourceId": "in", "targetId": "table", "type": "edge"},
            {"id": "e2", "sourceId": "table", "targetId": "out", "type": "edge"},
        ],
    }  # fmt: skip


def batch(table: Table, customers: pa.Table) -> Callable[[], Indices]:
    """Answer all customers in one call, the table held by the engine."""
    zen = import_module("zen")
    loader = {"type": "static", "content": {"table": decision(table)}}
    engine = zen.ZenEngine({"loader": loader})
    names = [column.name for column in table.inputs]
    cases = [{"key": "table", "context": row} for row in customers.select(names).to_pylist()]

    def run() -> Indices:
        found = (answer["data"]["result"]["found"] for answer in engine.evaluate_batch(cases))
        return np.fromiter(found, np.uint16)

    return run


def single(table: Table, case: dict[str, Any]) -> Callable[[], int]:
    """Answer one customer, with a trace."""
    zen = import_module("zen")
    made = zen.ZenEngine().create_decision(json.dumps(decision(table)))
    given = {column.name: case[column.name] for column in table.inputs}
    return lambda: int(made.evaluate(given, {"trace": True})["result"]["found"])

"""Worked examples on both sides of every bound of a table, with what it answers today: for a person to look at and keep."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from playbook.errors import InputError, Problem
from playbook.offers.golden import answer_of
from playbook.offers.priced import tables_of
from playbook.policy.model import Policy
from playbook.tables import Table
from playbook.tables.decide import compiled
from playbook.tables.prove import at_bounds

USUAL = 100
"""What is given for an input that a sum is taken of, in its own unit."""


def boundary_cases(policy: Policy, only: str | None = None) -> list[dict[str, Any]]:
    """Return cases in the form of `cases.yaml` for the tables of a policy's own layer and those that it changes.

    `only` names one table, of whatever layer. Raises InputError for a table that there is not.
    """
    tables = tables_of(policy)
    if only is not None and only not in tables:
        expected = "one of " + ", ".join(tables)
        raise InputError([Problem("--table", 0, 0, "", repr(only[:80]), expected, "Correct the name.")])
    return [case for name in tables if name == only or (only is None and _own(policy, name)) for case in _cases(policy, name)]  # fmt: skip


def _own(policy: Policy, name: str) -> bool:
    header, patches = policy.table_files[name]
    return policy.folders[-1] in {path.parent for path in (header, *patches)}


def _cases(policy: Policy, name: str) -> Iterator[dict[str, Any]]:
    table = tables_of(policy)[name]
    usual = _usual(table)
    for number, one in enumerate(at_bounds(table), start=1):
        given = {**usual, **{key: value for key, value in one.case.items() if value != "null"}}
        answer, rows = answer_of(policy, name, given)
        decided = ", ".join(rows) or "no row"
        yield {
            "id": f"{name}.bound.{number:03}",
            "table": name,
            "text": f"{one.input} {one.value}, at a bound of {one.row.id}: {decided}",
            "origin": "rule at a bound",
            "source": one.row.source,
            "given": given,
            "expect": answer,
        }


def _usual(table: Table) -> dict[str, str]:
    """Return a value for each input that sums are taken of and no row tests."""
    names = {name for row in table.rows for name in row.payout.inputs}
    out = {}
    for column in table.raw_inputs:
        if column.name in names:
            value = 1 if column.null_value is not None else USUAL * 10**column.decimals
            out[column.name] = column.shown(min(max(value, column.low), column.high - 1))
    known = compiled(table).columns
    return {name: value for name, value in out.items() if name in known}


def as_yaml(cases: list[dict[str, Any]]) -> str:
    """Write cases as `cases.yaml` holds them; every text in quotes, so that none of it means anything to YAML."""
    out = ["# What the tables answer today on both sides of each bound. Look at each before you keep it."]
    for case in cases:
        for index, (key, value) in enumerate(case.items()):
            if value not in ("", {}, []):
                out.append(f"{'- ' if index == 0 else '  '}{key}: {_flow(value)}")
    return "\n".join(out)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, Decimal):
        return f'"{value}"'
    return (
        value
        if str(value).isidentifier() and value not in _WORDS
        else json.dumps(str(value), ensure_ascii=False)
    )


_WORDS = ("null", "true", "false")

"""A table of this kit as plain data again: its header, and the cells of its payouts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import yaml

from playbook.money import Money
from playbook.tables.cells import HIGH, LOW, Input
from playbook.tables.model import Payout, Table

_WHOLE = {"period": 1, "after": 0, "free_periods": 0}
_SUMS = ("amount", "each", "at_least", "at_most")
NUMBERS = frozenset((*_SUMS, *_WHOLE, "max_periods", "plus", "deductible", "priority"))
"""Columns of a row that hold a number; the others hold text."""
PAYOUTS = ("outcome", "kind", "amount", "share", "of", "per", "period", "periods", "after", "free_periods", "max_periods", "each", "multiply", "at_least", "at_most", "cap_of", "times", "plus", "deductible", "threshold", "alternative", "decider", "authority", "option")  # fmt: skip
"""Columns that say what a row pays, in the order in which they are written."""


class _Plain(yaml.SafeDumper):
    """Writes what `playbook.sources` reads: no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def yaml_text(data: Mapping[str, Any]) -> str:
    """Return data as YAML in the order in which it stands."""
    return str(yaml.dump(data, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=110))


def header_of(table: Table) -> dict[str, Any]:
    """Return the header of a table as it is in force; rows that rise by an index are already written out."""
    derived = {step.name for step in table.derived}
    made: dict[str, Any] = {
        "table": table.name,
        "title": dict(table.title),
        "line": table.line,
        "basis": table.basis,
        "hit_policy": table.hit_policy,
        "effective": {"on": table.effective_on} if table.effective_on else None,
        "currency": table.currency,
        "rounding": {"mode": table.rounding},
        "jurisdictions": list(table.jurisdictions),
        "remedy": table.remedy,
        "inputs": {
            **{one.name: _input(one) for one in table.inputs if one.name not in derived},
            **{one.name: {**_input(one), "raw": True} for one in table.raw_inputs},
        },
        "derived": {
            step.name: {
                "function": step.function,
                "of": list(step.of),
                "as": _input(table.input(step.name), derived=True),
                **{key: _plain(value) for key, value in step.settings.items()},
            }
            for step in table.derived
        },
        "events": _events(table),
        "payers": dict(table.payers),
        "waivers": [
            {"check": one.check, "rows": list(one.rows), "why": one.why, "by": one.by, "until": str(one.until or "")}
            for one in table.waivers
        ],
        "notes": list(table.notes),
    }  # fmt: skip
    made["waivers"] = [{key: value for key, value in one.items() if value} for one in made["waivers"]]
    return {key: value for key, value in made.items() if value}


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):  # places, kept in radians
        return [
            [f"{degrees:.10f}".rstrip("0").rstrip(".") for degrees in place]
            for place in np.degrees(value).tolist()
        ]
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return value if isinstance(value, bool | int) or value is None else str(value)


def _input(column: Input, *, derived: bool = False) -> dict[str, Any]:
    spec: dict[str, Any] = {"type": column.type}
    if column.unit:
        spec["unit"] = column.unit
    if column.type == "decimal":
        spec["decimals"] = column.decimals
    if column.type == "enum":
        spec["values"] = list(column.values)
    if domain := domain_of(column, 0 if column.type == "money" and not derived else LOW):
        spec["domain"] = domain
    if column.required:
        spec["required"] = True
    if column.null_means:
        spec["null"] = column.null_means
    if column.harm:
        spec["harm"] = column.harm
    if column.labels:
        spec["labels"] = _plain(column.labels)
    return spec


def domain_of(column: Input, least: int) -> str:
    """Return the domain of an input as a cell; "" for one that is as wide as its type. `least` is its usual lower end."""
    if column.discrete or (column.low <= least and column.high >= HIGH):
        return ""
    if column.high >= HIGH:
        return f">={column.shown(column.low)}"
    if column.low <= LOW:
        return f"<{column.shown(column.high)}"
    return f"[{column.shown(column.low)}..{column.shown(column.high)})"


def _events(table: Table) -> dict[str, Any]:
    events = table.events
    if events is None:
        return {}
    made: dict[str, Any] = {"list": events.list}
    if events.at_most is not None:
        made["at_most"] = str(Money(events.at_most, table.currency))
    if events.at_most_of:
        made["at_most_of"] = events.at_most_of
    if events.threshold or not events.threshold_inclusive:
        made["threshold"] = _threshold(events.threshold, events.threshold_inclusive, table.currency)
    return made


def _threshold(minor: int, inclusive: bool, currency: str) -> str:
    return f"{'>=' if inclusive else '>'}{Money(minor, currency)}"


def payout_cells(payout: Payout, currency: str) -> dict[str, str]:
    """Return what a row pays as the cells that say so; those that say nothing are left out."""
    cells: dict[str, str] = {}
    if payout.outcome != "pay":
        cells["outcome"] = payout.outcome
    for column in (
        "kind",
        "of",
        "per",
        "multiply",
        "cap_of",
        "alternative",
        "decider",
        "authority",
        "option",
    ):
        if text := getattr(payout, column):
            cells[column] = text
    for column in _SUMS:
        if (sum_ := getattr(payout, column)) is not None:
            cells[column] = str(Money(sum_, currency))
    for column in ("plus", "deductible"):
        if sum_ := getattr(payout, column):
            cells[column] = str(Money(sum_, currency))
    for column, usual in _WHOLE.items():
        if (number := getattr(payout, column)) != usual:
            cells[column] = str(number)
    if payout.max_periods is not None:
        cells["max_periods"] = str(payout.max_periods)
    if payout.periods != "complete":
        cells["periods"] = payout.periods
    for column in ("share", "times"):
        if (ratio := getattr(payout, column)) is not None:
            cells[column] = share_text(ratio)
    if payout.threshold or not payout.threshold_inclusive:
        cells["threshold"] = _threshold(payout.threshold, payout.threshold_inclusive, currency)
    return cells


def share_text(ratio: tuple[int, int]) -> str:
    """Return a share as it is read: a percentage where it was one, else a fraction."""
    numerator, divisor = ratio
    digits = len(str(divisor)) - 3
    if divisor == 100 * 10 ** max(digits, 0):
        return f"{Decimal(numerator).scaleb(-digits):f}%"
    return f"{numerator}/{divisor}"

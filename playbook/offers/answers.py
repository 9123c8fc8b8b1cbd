"""What one table says of a batch of customers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from playbook.offers.columns import scale_column, value_of
from playbook.tables import (
    Decision,
    Evaluation,
    Table,
    TableRow,
    decide,
    evaluate,
    evaluate_events,
    pays_less,
)
from playbook.tables.cells import Input
from playbook.tables.decide import LACKING, MOST_EVENTS, PRICED, compiled
from playbook.tables.derive import NULL, Ints

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Answer:
    """What one table says of a batch: where it applies, what it pays, and where it lacks information."""

    name: str
    table: Table
    applies: Mask
    minor: Ints
    outcome: npt.NDArray[np.uint8]
    code: npt.NDArray[np.int64]
    fired: Sequence[
        tuple[TableRow, ...]
    ]  # the rows behind each code: rows of different times may share an id
    asked: Mask  # the case gives at least one input that the table decides by
    option_lacks: Mask  # an option that it names lacks an amount
    clamped: Mask

    @property
    def lacks(self) -> Mask:
        """Return where the table applies and cannot decide."""
        out: Mask = self.applies & (self.outcome == LACKING)
        return out


@dataclass(frozen=True)
class Batch:
    """The customers of one batch as whole numbers: by input, and the events of those that have several."""

    source: pa.RecordBatch
    columns: Mapping[str, Ints]
    events: Mapping[str, tuple[Mapping[str, Ints], npt.NDArray[np.intp]]]
    n: int


def scaled(column: Input, values: pa.Array) -> tuple[Ints, dict[int, str]]:
    """Return a column as whole numbers, and what is wrong with which of its values, and what was expected."""
    found, bad = scale_column(column, values)
    wrong = {
        int(i): f"is not of the type of {column.name}: expected {_expected(column, values, int(i))}"
        for i in np.flatnonzero(bad)
    }
    if not column.discrete and len(found):
        low, high = column.bounds
        outside = (found != NULL) & ((found < low) | (found >= high))
        span = f"{column.shown(low)} up to, not including, {column.shown(high)}"
        wrong |= {
            int(i): f"is outside the domain of {column.name}: expected {span}"
            for i in np.flatnonzero(outside & ~bad)
        }
    return found, wrong


def _expected(column: Input, values: pa.Array, i: int) -> str:
    try:
        column.scaled(value_of(values, i))
    except ValueError as error:
        return str(error)
    return f"{column.type} as a table writes it, not {values.type}"


def events_of(table: Table, values: pa.Array) -> tuple[dict[str, Ints], npt.NDArray[np.intp], dict[int, str]]:
    """Return the events of all customers as columns, the customer of each, and what is wrong with which customer."""
    columns = compiled(table).columns
    claims: list[int] = []
    events: list[Mapping[str, Any]] = []
    wrong: dict[int, str] = {}
    for i, given in enumerate(values.to_pylist()):
        try:
            found = json.loads(given) if isinstance(given, str) else given
        except (ValueError, RecursionError):
            found = given
        if found is None or found == "":
            continue
        if not isinstance(found, list) or not found or not all(isinstance(event, dict) for event in found):
            wrong[i] = "not a list of events"
            continue
        if len(found) > MOST_EVENTS:
            wrong[i] = f"{len(found):,} events, more than {MOST_EVENTS:,}"
            continue
        unknown = sorted({name for event in found for name in event} - columns.keys())
        if unknown:
            wrong[i] = f"no input {', '.join(unknown)[:200]}"
            continue
        claims += [i] * len(found)
        events += found
    flat: dict[str, Ints] = {}
    for name in dict.fromkeys(name for event in events for name in event):
        out = np.full(len(events), NULL, dtype=np.int64)
        for j, event in enumerate(events):
            raw = event.get(name)
            if raw is None or str(raw).strip() in ("", "null"):
                continue
            try:
                value = columns[name].scaled(raw)
                if not columns[name].within(value):
                    raise ValueError("a value of its domain")
                out[j] = value
            except ValueError as error:
                wrong[claims[j]] = f"{raw!r:.80} for {name}, expected {error}"
        flat[name] = out
    return flat, np.array(claims, dtype=np.intp), wrong


def evaluated(table: Table, given: Mapping[str, Ints], batch: Batch) -> Evaluation:
    """Return a table's answers, a customer of several events by their sum."""
    if table.name not in batch.events:
        return evaluate(table, given, batch.n)
    flat, claim = batch.events[table.name]
    several = np.zeros(batch.n, dtype=bool)
    several[claim] = True
    # A customer whose list is empty is a case of one event.
    one = np.flatnonzero(~several)
    every = np.concatenate([claim, one])
    nothing = np.full(len(one), NULL, dtype=np.int64)
    common = {name: values for name, values in given.items() if name not in flat}
    mixed = {
        name: np.concatenate([values, given[name][one] if name in given else nothing]) for name, values in flat.items()
    }  # fmt: skip
    return evaluate_events(table, common, mixed, every, batch.n)


def below(table: Table, floor: Table, ours: Evaluation, law: Evaluation, given: Mapping[str, Ints]) -> Mask:
    """Return where a patched table gives less than the law's.

    Where both pay one kind of money the sums tell; anything else is decided as a single case is, once for all
    customers of the same rows where no sum depends on the customer.
    """
    low: Mask = (law.outcome == PRICED) & ((ours.outcome != PRICED) | (ours.minor < law.minor))
    pair = ours.code * len(law.fired) + law.code
    for both in np.flatnonzero(np.bincount(pair)).tolist():
        fired = (*ours.fired[both // len(law.fired)], *law.fired[both % len(law.fired)])
        payouts = [row.payout for row in fired]
        kinds = {p.kind for p in payouts if p.outcome != "none"}
        plain = all(p.monetary for p in payouts if p.outcome == "pay")
        if len(kinds) <= 1 and plain and not any(p.outcome == "discretion" for p in payouts):
            continue
        at = np.flatnonzero(pair == both)
        alike = not any(p.inputs for p in payouts) and table.events is None
        for i in at[:1] if alike else at:
            less = pays_less(_decided(table, given, int(i)), _decided(floor, given, int(i)))
            low[at if alike else i] = less
    return low


def _decided(table: Table, columns: Mapping[str, Ints], i: int) -> Decision:
    by_name = compiled(table).columns
    found = {name: values[i] for name, values in columns.items() if name in by_name and values[i] != NULL}
    return decide(table, {name: by_name[name].shown(int(value)) for name, value in found.items()})


def wanted(table: Table, columns: Mapping[str, Ints]) -> dict[str, Ints]:
    """Return those columns that a table asks for."""
    names = compiled(table).columns
    return {name: values for name, values in columns.items() if name in names}

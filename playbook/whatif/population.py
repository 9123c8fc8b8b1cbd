"""Price a population under two policies in one pass, batch by batch, in constant memory.

Each side is priced as `playbook price` does, so its totals are those of that command to the minor unit; a customer whom
one side rejects is `rejected` there and still counts on the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from playbook.errors import InputError, Problem
from playbook.money import minor_digits
from playbook.offers.columns import batches_of
from playbook.offers.population import ADDED, Pricer
from playbook.policy import Policy
from playbook.tables.derive import Ints
from playbook.whatif.against import below
from playbook.whatif.bands import Bands, merged_bands
from playbook.whatif.model import (
    GRANTED,
    REJECTED,
    Extreme,
    Measure,
    Side,
    State,
    Tally,
    Transition,
    WhatIf,
)

if TYPE_CHECKING:
    import pandas as pd

SUMS = ("statutory", "need_now", "inconvenience", "total")
MOST_REASONS = 20
"""Rejects whose reason is told; all are counted, and `playbook price` writes every one."""
Mask = npt.NDArray[np.bool_]


def compare_population(
    old: Policy,
    new: Policy,
    source: str | Path | pd.DataFrame | pa.Table | Iterable[pa.RecordBatch],
    *,
    measure: Measure | None = None,
    progress: Callable[[int], None] | None = None,
) -> WhatIf:
    """Price customers (a file as for `playbook price`, a frame, an Arrow table or batches) under two policies.

    `measure` is what winners and losers are told by: what is `owed` (the three lines), or what is `offered` (the dearest
    option, else what is owed); without it, `offered` where neither policy owes sums. `progress` is told the rows read.
    Raises InputError for a source that cannot be read or is empty, and what pricing raises.
    """
    sides = _Priced(old), _Priced(new)
    if measure is None:
        owes = any(t.line != "options" for side in sides for t in side.pricer.tables.values())
        measure = "owed" if owes else "offered"
    comparable = old.currency == new.currency or not all(side.pricer.tables for side in sides)
    run = _Run(sides, measure, comparable)
    for batch in _batches(source):
        run.add(batch)
        if progress is not None:
            progress(run.rows)
    if not run.rows:
        expected = "at least one customer"
        raise InputError([Problem(_named(source), 0, 0, "--input", "no rows", expected, "Check the file.")])
    return run.result()


def _named(source: Any) -> str:
    return str(source) if isinstance(source, str | Path) else "the customers"


def _batches(source: Any) -> Iterator[pa.RecordBatch]:
    if isinstance(source, str | Path):
        yield from batches_of(str(source))
    elif isinstance(source, pa.Table):
        yield from source.to_batches()
    elif hasattr(source, "columns") and hasattr(source, "iloc"):  # a pandas frame
        yield from pa.Table.from_pandas(source, preserve_index=False).to_batches()
    else:
        yield from source


@dataclass(frozen=True)
class _Answers:
    """What one policy says of all customers of a batch, the rejected ones too, in the order of the batch."""

    state: npt.NDArray[np.int64]  # an index into `_Run.states`
    value: Ints  # what is measured, 0 where it is not known
    known: Mask


@dataclass
class _Priced:
    """One policy at work, and what it has come to so far."""

    policy: Policy
    priced: int = 0
    rejected: int = 0
    totals: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    authority: Counter[str] = field(default_factory=Counter)
    reasons: list[tuple[int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pricer = Pricer(self.policy)
        self.digits = minor_digits(self.policy.currency)

    def answers(
        self, batch: pa.RecordBatch, first: int, measure: Measure, states: dict[State, int]
    ) -> _Answers:
        n = batch.num_rows
        numbers = "row" + "_" * max((len(name) for name in batch.schema.names), default=0)  # no column has it
        arrays = [*batch.columns, pa.array(np.arange(n))]
        numbered = pa.RecordBatch.from_arrays(arrays, names=[*batch.schema.names, numbers])
        priced = self.pricer.price(numbered, first)
        self._take_rejects()
        names = priced.schema.names
        at = priced.column(names.index(numbers)).to_numpy()
        # A file that was priced before has columns of the same names: ours are the last ones.
        ours = {name: priced.column(len(names) - len(ADDED) + k) for k, name in enumerate(ADDED)}
        outcome, outcomes = _words(ours["outcome"])
        rows, combinations = _words(ours["rows"])
        role, roles = _words(ours["authority"])
        self.priced += len(at)
        self.rejected += n - len(at)
        self.outcomes.update(_counted(outcome, outcomes))
        granted = np.array([word in GRANTED for word in outcomes] or [False], dtype=bool)[outcome]
        self.authority.update(_counted(role[granted], roles))
        sums = {name: minor_units(ours[name]) for name in (*SUMS, "largest_option")}
        for name in SUMS:
            self.totals[name] += int(sums[name][0].sum())
        total, known = sums["total"]
        best, offered = sums["largest_option"]
        dearest = np.where(known, np.where(offered, best, total), 0)
        self.totals["offered"] += int(dearest.sum())
        pair = outcome * max(len(combinations), 1) + rows
        present, inverse = np.unique(pair, return_inverse=True)
        numbers_of = [
            states.setdefault(State(outcomes[p // len(combinations)], combinations[p % len(combinations)]), len(states))
            for p in present.tolist()
        ]  # fmt: skip
        state = np.zeros(n, dtype=np.int64)  # state 0 is rejected
        value, certain = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=bool)
        state[at] = np.array(numbers_of, dtype=np.int64)[inverse.reshape(-1)] if len(at) else 0
        value[at], certain[at] = total if measure == "owed" else dearest, known
        return _Answers(state, value, certain)

    def _take_rejects(self) -> None:
        for reject in self.pricer.rejects:
            if len(self.reasons) < MOST_REASONS:
                self.reasons.append((int(str(reject["row"])), str(reject["reason"])))
        self.pricer.rejects.clear()

    def side(self) -> Side:
        order = {rung.role: k for k, rung in enumerate(self.pricer.chooser.ladder)}
        return Side(
            self.policy.name, self.policy.currency, self.policy.sha256, tuple(self.pricer.tables), self.priced,
            self.rejected, self.pricer.clamped, dict(sorted(self.outcomes.items())),
            {name: self.totals[name] for name in (*SUMS, "offered")},
            dict(sorted(self.authority.items(), key=lambda item: order.get(item[0], len(order)))),
            tuple(self.reasons),
        )  # fmt: skip


def _words(array: pa.Array) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Return a column of words as indices into the words."""
    coded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    index = coded.indices.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    return index, [str(word or "") for word in coded.dictionary.to_pylist()]


def _counted(index: npt.NDArray[np.int64], words: list[str]) -> dict[str, int]:
    counts = np.bincount(index, minlength=len(words)).tolist() if len(index) else [0] * len(words)
    out: Counter[str] = Counter()
    for word, count in zip(words, counts, strict=True):
        out[word] += count
    return {word: count for word, count in out.items() if count}


def minor_units(array: pa.Array) -> tuple[Ints, Mask]:
    """Return a column of exact decimals as whole minor units (0 where it is empty), and where it is not empty.

    Raises TypeError for a column that is not of 128-bit decimals.
    """
    if not pa.types.is_decimal128(array.type):
        raise TypeError(f"decimal128, not {array.type}")
    words = np.frombuffer(array.buffers()[1], dtype="<i8").reshape(-1, 2)
    known = array.is_valid().to_numpy(zero_copy_only=False)
    return np.where(known, words[array.offset : array.offset + len(array), 0], 0).astype(np.int64), known


class _Run:
    """What both policies have come to so far, and what is between them."""

    def __init__(self, sides: tuple[_Priced, _Priced], measure: Measure, comparable: bool) -> None:
        self.sides, self.measure, self.comparable = sides, measure, comparable
        self.rows = self.unchanged = 0
        self.states: dict[State, int] = {State(REJECTED, ""): 0}
        self.moves: dict[tuple[int, int], list[int]] = {}
        self.bands = Bands()
        self.loss: Extreme | None = None
        self.gain: Extreme | None = None
        inputs = [name for side in sides for name in side.pricer.inputs()]
        lists = [t.events.list for side in sides for t in side.pricer.tables.values() if t.events]
        self.asked = frozenset({*inputs, *lists, "jurisdiction"})

    def add(self, batch: pa.RecordBatch) -> None:
        """Take one more batch into account."""
        n = batch.num_rows
        if not n:
            return
        old, new = (side.answers(batch, self.rows, self.measure, self.states) for side in self.sides)
        known = old.known & new.known & self.comparable
        change = np.where(known, new.value - old.value, 0)
        self.unchanged += int((known & (change == 0)).sum())
        self._add_moves(old, new, change)
        self.bands.add(change)
        self._add_extremes(batch, old, new, change)
        self.rows += n

    def _add_moves(self, old: _Answers, new: _Answers, change: Ints) -> None:
        pair = old.state << 32 | new.state
        present, inverse = np.unique(pair, return_inverse=True)
        inverse = inverse.reshape(-1)
        gained, lost = np.maximum(change, 0), np.minimum(change, 0)
        columns = [np.bincount(inverse, minlength=len(present))]
        for values in (old.value, new.value, change > 0, gained, change < 0, lost):
            sums = np.zeros(len(present), dtype=np.int64)
            np.add.at(sums, inverse, values.astype(np.int64))
            columns.append(sums)
        for k, both in enumerate(present.tolist()):
            mine = self.moves.setdefault((both >> 32, both & 0xFFFFFFFF), [0] * 7)
            for j, values in enumerate(columns):
                mine[j] += int(values[k])

    def _add_extremes(self, batch: pa.RecordBatch, old: _Answers, new: _Answers, change: Ints) -> None:
        low, high = int(change.argmin()), int(change.argmax())
        if change[low] < (self.loss.change if self.loss else 0):
            self.loss = self._extreme(batch, low, old, new)
        if change[high] > (self.gain.change if self.gain else 0):
            self.gain = self._extreme(batch, high, old, new)

    def _extreme(self, batch: pa.RecordBatch, i: int, old: _Answers, new: _Answers) -> Extreme:
        # Only what the tables ask for: names and addresses of customers are nobody's business here.
        case = {
            name: str(value)
            for name in batch.schema.names
            if name in self.asked and (value := batch.column(name)[i].as_py()) is not None
        }
        states = list(self.states)
        return Extreme(
            self.rows + i + 1, case, int(old.value[i]), int(new.value[i]), states[int(old.state[i])],
            states[int(new.state[i])],
        )  # fmt: skip

    def result(self) -> WhatIf:
        """Return what it all comes to: the transitions with the largest sums that move first."""
        states = list(self.states)
        moves = [
            Transition(states[a], states[b], n, before, after, Tally(won, gained), Tally(fell, lost))
            for (a, b), (n, before, after, won, gained, fell, lost) in self.moves.items()
        ]
        moves.sort(key=lambda t: (t.losers.minor - t.winners.minor, -t.count, str(t.old), str(t.new)))
        old, new = (side.side() for side in self.sides)
        if self.comparable and old.currency != new.currency:  # one of them pays nothing, in any currency
            paying = new if new.tables else old
            old, new = (Side(**{**vars(side), "currency": paying.currency}) for side in (old, new))
        tables = [table for side in self.sides for table in side.pricer.tables.values()]
        loud = {r.id for t in tables for r in t.rows if r.payout.outcome != "none"}
        quiet = frozenset(r.id for t in tables for r in t.rows) - loud
        rungs = (rung for side in self.sides for rung in side.policy.authority)
        return WhatIf(
            old, new, self.rows, self.measure, self.comparable,
            sum((t.winners for t in moves), Tally()), sum((t.losers for t in moves), Tally()), self.unchanged,
            tuple(moves), merged_bands(self.bands.counted), self.loss, self.gain, {rung.role: rung.label for rung in rungs}, quiet,
            below(self.sides[1].policy).sha256 == old.sha256,
        )  # fmt: skip

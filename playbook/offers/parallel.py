"""Price batches of customers on several processors, in their order; what comes out does not depend on how many."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue

import pyarrow as pa

from playbook.offers.columns import BATCH
from playbook.offers.population import Pricer
from playbook.policy.model import Policy

MOST_WORKERS = 4
"""The arithmetic runs outside of Python's lock, the rest of it does not: more threads would wait for each other."""


MOST_ROWS = 262_144
"""Of a batch in memory: larger ones are no faster, and what is worked on is some hundred bytes a row."""


@dataclass(frozen=True)
class Priced:
    """One batch, priced: the rows that could be, and those that could not with the reason."""

    batch: pa.RecordBatch
    rejects: list[dict[str, object]]
    read: int  # rows of the source up to and including this batch


class Crew:
    """Several pricers of one policy, each with sums of its own; `total` puts them together."""

    def __init__(self, policy: Policy, only: str | None = None, workers: int | None = None) -> None:
        count = workers or min(MOST_WORKERS, processors())
        self.pricers = [Pricer(policy, only) for _ in range(count)]
        self.idle: SimpleQueue[Pricer] = SimpleQueue()
        for pricer in self.pricers:
            self.idle.put(pricer)

    def price(self, batches: Iterable[pa.RecordBatch]) -> Iterator[Priced]:
        """Yield every batch as it is priced, in the order in which they came."""
        first = 0
        waiting: deque[Future[Priced]] = deque()
        with ThreadPoolExecutor(len(self.pricers)) as pool:
            try:
                for batch in batches:
                    waiting.append(pool.submit(self._one, batch, first))
                    first += batch.num_rows
                    if len(waiting) > len(self.pricers):
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                for future in waiting:
                    future.cancel()

    def _one(self, batch: pa.RecordBatch, first: int) -> Priced:
        pricer = self.idle.get()
        try:
            priced = pricer.price(batch, first)
            rejects, pricer.rejects = pricer.rejects, []
            return Priced(priced, rejects, first + batch.num_rows)
        finally:
            self.idle.put(pricer)

    def total(self) -> Pricer:
        """Return one pricer that holds the sums and counts of all."""
        whole, *others = self.pricers
        for other in others:
            whole.totals.update(other.totals)
            whole.by_row.update(other.by_row)
            whole.outcomes.update(other.outcomes)
            whole.clamped += other.clamped
        self.pricers = [whole]
        return whole


def pieces(table: pa.Table, workers: int) -> list[pa.RecordBatch]:
    """Return a table in memory as batches, one for each worker, none of them too small or too large."""
    size = min(MOST_ROWS, max(BATCH, -(-table.num_rows // workers)))
    return table.combine_chunks().to_batches(max_chunksize=size)  # type: ignore[no-any-return]


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

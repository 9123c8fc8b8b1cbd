"""Physical floors: what the machine needs for the same bytes when nothing is decided."""

from __future__ import annotations

import os
import time
from bisect import bisect_right
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from playbook.offers.columns import batches_of
from playbook.offers.population import Pricer
from playbook.policy.model import Policy
from playbook.tables import Table
from playbook.tables.decide import compiled

COPIED = 256 << 20
"""Bytes that are copied to see how fast memory is: more than any cache holds."""
_SAMPLE = 1_000_000


def six_searches(table: Table, case: dict[str, Any]) -> Callable[[], int]:
    """Return the least that Python can do for one case: each value looked up by name and searched among the bounds."""
    axes = [(axis.column.name, axis.starts) for axis in compiled(table).axes]
    given = {axis.column.name: axis.column.scaled(case[axis.column.name]) for axis in compiled(table).axes}

    def run() -> int:
        cell = 0
        for name, starts in axes:
            cell += bisect_right(starts, given[name])
        return cell

    return run


def priced_batches(policy: Policy, source: Path, only: str | None) -> list[pa.RecordBatch]:
    """Return the priced batches of the first customers of a file."""
    pricer, out, rows = Pricer(policy, only), [], 0
    for batch in batches_of(str(source)):
        out.append(pricer.price(batch, rows))
        rows += batch.num_rows
        if rows >= _SAMPLE:
            break
    return out


def read_and_write(source: Path, output: Path, batches: list[pa.RecordBatch], rows: int) -> dict[str, float]:
    """Time reading a file, then writing as many rows of these batches; the floor lets both happen at once.

    Returns `seconds`: the work of both divided by the processors, as if all of it could be shared out; and how long
    each took as Arrow does it, which writes in one thread.
    """
    start, used = time.perf_counter(), time.process_time()
    for _ in batches_of(str(source)):
        pass
    read, read_work = time.perf_counter() - start, time.process_time() - used
    start, used = time.perf_counter(), time.process_time()
    written = index = 0
    with pyarrow.parquet.ParquetWriter(
        output, batches[0].schema, compression="zstd", compression_level=1, store_decimal_as_integer=True
    ) as writer:
        while written < rows:
            batch = batches[index % len(batches)].slice(0, rows - written)
            writer.write_batch(batch)
            written, index = written + batch.num_rows, index + 1
    write, write_work = time.perf_counter() - start, time.process_time() - used
    output.unlink()
    floor = (read_work + write_work) / (os.cpu_count() or 1)
    return {"seconds": floor, "read": read, "write": write}

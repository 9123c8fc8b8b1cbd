"""Made-up customers of late flights: the same ones in every run, written as Parquet in constant memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet

from benchmarks.pricing.tables import CAUSES, INPUTS, NOT_REROUTED, TIERS

Column = npt.NDArray[Any]
CHUNK = 250_000
_SEED = 261
_NULL_PRICE, _NO_RECEIPTS, _NOT_REROUTED = 0.01, 0.6, 0.6


def _amounts(cents: Column, known: Column) -> pa.Array:
    """Return cents as decimals(9, 2); null where not known."""
    words = np.stack([cents.astype(np.int64), np.zeros(len(cents), dtype=np.int64)], axis=1)
    valid = pa.py_buffer(np.packbits(known, bitorder="little").tobytes())
    return pa.Array.from_buffers(pa.decimal128(9, 2), len(cents), [valid, pa.py_buffer(words.tobytes())])


def _chunk(index: int, n: int) -> pa.Table:
    random = np.random.default_rng([_SEED, index])
    distance = np.minimum(random.gamma(2.0, 900, CHUNK).astype(np.int32) + 120, 15_000)
    delay = np.minimum(random.exponential(200, CHUNK).astype(np.int32), 20_159)
    reroute = random.integers(0, 400, CHUNK, dtype=np.int32)
    reroute[random.random(CHUNK) < _NOT_REROUTED] = NOT_REROUTED
    cause = random.choice(len(CAUSES), CHUNK, p=[0.2, 0.12, 0.15, 0.05, 0.22, 0.16, 0.05, 0.05])
    tier = random.choice(len(TIERS), CHUNK, p=[0.7, 0.18, 0.09, 0.03])
    receipts = random.integers(0, 20_000, CHUNK)
    price = random.integers(1_900, 150_000, CHUNK)
    columns = {
        "customer_id": pa.array(np.arange(CHUNK, dtype=np.int64) + index * CHUNK),
        "distance_km": pa.array(distance),
        "delay_min": pa.array(delay),
        "reroute_min": pa.array(reroute),
        "cause": pa.array(np.array(CAUSES, dtype=object)[cause], pa.string()),
        "tier": pa.array(np.array(TIERS, dtype=object)[tier], pa.string()),
        "intra_eu": pa.array(random.random(CHUNK) < 0.6),
        "overnight": pa.array(random.random(CHUNK) < 0.1),
        "receipts": _amounts(receipts, random.random(CHUNK) >= _NO_RECEIPTS),
        "price": _amounts(price, random.random(CHUNK) >= _NULL_PRICE),
    }
    return pa.table(columns).slice(0, n)


def chunks(rows: int) -> Iterator[pa.Table]:
    """Yield so many customers, a chunk at a time."""
    for index in range(-(-rows // CHUNK)):
        yield _chunk(index, min(CHUNK, rows - index * CHUNK))


def write(path: Path, rows: int, *, inputs_only: bool = False) -> Path:
    """Write so many customers, with the columns of every table or only those of the one that is looked up."""
    names = ["customer_id", *INPUTS] if inputs_only else _chunk(0, 0).schema.names
    schema = pa.schema([_chunk(0, 0).schema.field(name) for name in names])
    with pyarrow.parquet.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer:
        for chunk in chunks(rows):
            writer.write_table(chunk.select(names))
    return path


def scaled(customers: pa.Table) -> dict[str, Column]:
    """Return the table's six inputs as arrays: numbers as they are, words as the index of their value, truth as such."""
    words = {"cause": CAUSES, "tier": TIERS}
    out: dict[str, Column] = {}
    for name in INPUTS:
        column = customers.column(name).combine_chunks()
        if name in words:
            index = pa.compute.index_in(column, value_set=pa.array(words[name]))
            out[name] = index.to_numpy(zero_copy_only=False).astype(np.uint8)
        else:
            out[name] = column.to_numpy(zero_copy_only=False)
    return out


def one(customers: pa.Table, position: int) -> dict[str, Any]:
    """Return one customer as plain values."""
    row: dict[str, Any] = customers.slice(position, 1).to_pylist()[0]
    return row

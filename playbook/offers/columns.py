"""Columns of customers: read from CSV or Parquet in batches, scaled to whole numbers, written back as exact decimals."""

from __future__ import annotations

import glob
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.dataset

from playbook.errors import InputError, Problem
from playbook.sources import decode
from playbook.tables.cells import Input
from playbook.tables.derive import NULL, Ints

BATCH = 262_144
_EPOCH = 719_163  # ordinal of 1970-01-01


def batches_of(source: str) -> Iterator[pa.RecordBatch]:
    """Yield record batches of a CSV file, a Parquet file, or a folder or glob of Parquet files.

    Raises InputError when there is nothing to read.
    """
    paths = sorted(glob.glob(source)) if glob.has_magic(source) else [source]
    if not paths or not Path(paths[0]).exists():
        raise InputError(
            [Problem(source, 0, 0, "--input", "no such file", "CSV or Parquet", "Check the path.")]
        )
    if Path(paths[0]).suffix.lower() == ".csv":
        for path in paths:
            yield from _csv_batches(Path(path))
        return
    try:
        dataset = pyarrow.dataset.dataset(paths if len(paths) > 1 else paths[0], format="parquet")
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(
            [Problem(source, 0, 0, "--input", str(error), "CSV or Parquet", "Check the file.")]
        ) from error
    yield from dataset.to_batches(batch_size=BATCH, use_threads=True)


def _csv_batches(path: Path) -> Iterator[pa.RecordBatch]:
    head = path.open("rb").read(1 << 16)
    _, encoding = decode(head[: head.rfind(b"\n") + 1] or head, str(path))
    with path.open("rb") as file:
        header = file.readline().decode(encoding).strip("\ufeff\r\n").split(",")
    names = [name.strip().strip('"') for name in header]
    reader = pyarrow.csv.open_csv(
        path,
        read_options=pyarrow.csv.ReadOptions(encoding=encoding.replace("utf-8-sig", "utf-8"), block_size=8 << 20),
        convert_options=pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=["", "null"]),
    )  # fmt: skip
    yield from reader


def scale_column(column: Input, values: pa.Array) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Scale an Arrow column for `evaluate`; return it with a mask of the values that are not of the input's type."""
    n = len(values)
    null = np.asarray(pc.is_null(values).to_numpy(zero_copy_only=False))
    try:
        out = _scaled(column, values)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        out, bad = np.full(n, NULL, dtype=np.int64), np.zeros(n, dtype=bool)
        for i, value in enumerate(values.to_pylist()):  # a wrong value somewhere: find which, one by one
            if value is None or str(value).strip() in ("", "null"):
                continue
            try:
                out[i] = column.scaled(value)
            except ValueError:
                bad[i] = True
        return out, bad
    bad = (out == NULL) & ~null
    return np.where(null, NULL, out), bad


def _scaled(column: Input, values: pa.Array) -> Ints:
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    text = pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
    if column.type == "enum":
        index = pc.index_in(pc.cast(values, pa.string()), value_set=pa.array(column.values))
        return _ints(index)
    if column.type == "bool":
        if text:
            index = pc.index_in(
                pc.utf8_lower(values), value_set=pa.array(["false", "true", "no", "yes", "0", "1"])
            )
            return np.where((found := _ints(index)) == NULL, NULL, found % 2)
        return _ints(pc.cast(values, pa.int8()))
    if column.type == "date":
        days = pc.cast(values, pa.date32()).cast(pa.int32())
        return np.where((found := _ints(days)) == NULL, NULL, found + _EPOCH)
    if pa.types.is_timestamp(values.type):
        return np.where(
            (found := _ints(pc.cast(pc.cast(values, pa.timestamp("s")), pa.int64()))) == NULL,
            NULL,
            found // 60,
        )
    if pa.types.is_floating(values.type):
        if column.type == "money":
            raise pa.ArrowInvalid("money as a float is not exact")
        values = pc.cast(values, pa.decimal128(38, 9)) if column.decimals else pc.cast(values, pa.int64())
    if text:
        values = pc.cast(values, pa.decimal128(38, 9))
    if pa.types.is_decimal(values.type):
        scaled = pc.multiply(
            pc.cast(values, pa.decimal128(38, 9)).cast(pa.decimal128(38, 9)), pa.scalar(Decimal(1))
        )
        exact = pc.cast(
            pc.multiply(scaled, pa.scalar(Decimal(10**column.decimals))), pa.decimal128(38, 0), safe=True
        )
        return _ints(pc.cast(exact, pa.int64()))
    whole = _ints(pc.cast(values, pa.int64()))
    return np.where(whole == NULL, NULL, whole * 10**column.decimals)


def _ints(values: pa.Array) -> Ints:
    filled = pc.fill_null(pc.cast(values, pa.int64()), pa.scalar(NULL, pa.int64()))
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.int64)


def decimals(minor: Ints, empty: npt.NDArray[np.bool_], digits: int) -> pa.Array:
    """Return minor units as an Arrow column of decimals, exactly, without going through text or floats."""
    words = np.stack([minor, minor >> 63], axis=1).astype("<i8")  # 128 bits: the number, then its sign
    valid = np.packbits(~empty, bitorder="little")
    buffers = [pa.py_buffer(valid.tobytes()), pa.py_buffer(words.tobytes())]
    return pa.Array.from_buffers(pa.decimal128(20, digits), len(minor), buffers)

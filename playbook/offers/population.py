"""Price a file of customers: CSV or Parquet in, CSV or Parquet out, in batches, exact to the minor unit.

Rows that cannot be priced are written beside the output with the reason (`NAME.rejects.csv`), never dropped, and the
totals reconcile: rows in = rows priced + rows rejected, and the totals are the sums of the column written.
"""

from __future__ import annotations

import glob
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.dataset
import pyarrow.parquet

from playbook.errors import InputError, Problem
from playbook.money import minor_digits
from playbook.offers.priced import applies, floors_of, tables_of
from playbook.policy.authority import ladder
from playbook.policy.model import Policy
from playbook.sources import decode, write_csv
from playbook.tables import Table, evaluate
from playbook.tables.cells import Input
from playbook.tables.decide import OUTCOMES, compiled
from playbook.tables.derive import NULL, Ints

BATCH = 262_144
LINES = ("statutory", "need_now", "inconvenience")
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


class Pricer:
    """Price batches of customers under one policy; tables are compiled once."""

    def __init__(self, policy: Policy, only: str | None = None) -> None:
        self.policy = policy
        everything = tables_of(policy)
        if only is not None and only not in everything:
            raise InputError(
                [
                    Problem(
                        "--table",
                        0,
                        0,
                        only,
                        repr(only),
                        "one of " + ", ".join(everything),
                        "Correct the name.",
                    )
                ]
            )
        self.tables = {
            n: t
            for n, t in everything.items()
            if (n == only) or (only is None and applies(t, policy.jurisdiction))
        }
        self.floors = {n: t for n, t in floors_of(policy).items() if n in self.tables}
        self.rungs = ladder(policy)
        self.totals: Counter[str] = Counter()
        self.by_row: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.clamped = 0
        self.rejects: list[dict[str, object]] = []

    def inputs(self) -> dict[str, Input]:
        """Return every input that some table asks for, by name."""
        out: dict[str, Input] = {}
        for table in self.tables.values():
            derived = {d.name for d in table.derived}
            for column in (*(a.column for a in compiled(table).axes), *table.raw_inputs):
                if column.name not in derived:
                    out.setdefault(column.name, column)
        return out

    def price(self, batch: pa.RecordBatch, first_row: int) -> pa.RecordBatch:
        """Return the batch with outcome, the three lines, their total, the rows that decided and the authority."""
        n = batch.num_rows
        wrong = np.zeros(n, dtype=bool)
        reasons: dict[int, list[str]] = {}
        columns: dict[str, Ints] = {}
        for name, column in self.inputs().items():
            if name in batch.schema.names:
                columns[name], bad = scale_column(column, batch.column(name))
                outside = np.zeros(n, dtype=bool)
                if not column.discrete:
                    outside = (columns[name] != NULL) & (
                        (columns[name] < column.low) | (columns[name] >= column.high)
                    )
                for i in np.flatnonzero(bad | outside):
                    what = "is outside the domain of" if outside[i] else "is not of the type of"
                    reasons.setdefault(int(i), []).append(
                        f"{batch.column(name)[int(i)].as_py()!r} {what} {name}"
                    )
                wrong |= bad | outside
        for row, why in reasons.items():
            self.rejects.append(
                {
                    "row": first_row + row + 1,
                    **{k: batch.column(k)[row].as_py() for k in batch.schema.names},
                    "reason": "; ".join(why),
                }
            )
        keep = np.flatnonzero(~wrong)
        kept = batch if len(keep) == n else batch.take(pa.array(keep))
        return self._priced(kept, {k: v[keep] for k, v in columns.items()}, len(keep))

    def _priced(self, batch: pa.RecordBatch, columns: Mapping[str, Ints], n: int) -> pa.RecordBatch:
        lines = {line: np.zeros(n, dtype=np.int64) for line in LINES}
        outcome = np.full(n, 1, dtype=np.uint8)
        rows: list[npt.NDArray[np.object_]] = []
        for name, table in self.tables.items():
            found = evaluate(table, _wanted(table, columns), n)
            minor, result, code, ids = found.minor, found.outcome, found.code, found.rows
            if name in self.floors:
                law = evaluate(self.floors[name], _wanted(self.floors[name], columns), n)
                low = (law.outcome == 0) & ((result != 0) | (minor < law.minor))
                self.clamped += int(low.sum())
                minor, result = np.where(low, law.minor, minor), np.where(low, 0, result).astype(np.uint8)
            if table.line != "options":
                lines[table.line or "inconvenience"] += minor
                self.by_row.update(self._sums(code, minor, ids))
            outcome = np.where(_rank(result) < _rank(outcome), result, outcome)
            labels = np.array([" ".join(i) for i in ids], dtype=object)
            rows.append(labels[code])
        total = sum(lines.values(), np.zeros(n, dtype=np.int64))
        for line, values in lines.items():
            self.totals[line] += int(values.sum())
        self.totals["total"] += int(total.sum())
        counts = np.bincount(outcome, minlength=4)
        self.outcomes.update({OUTCOMES[i]: int(c) for i, c in enumerate(counts) if c})
        added: dict[str, pa.Array] = {"outcome": pa.array(np.array(OUTCOMES)[outcome])}
        digits = minor_digits(self.policy.currency)
        for line, values in {**lines, "total": total}.items():
            added[line] = pc.cast(pa.array(values), pa.decimal128(19, 0)).cast(pa.decimal128(38, digits))
            added[line] = (
                pc.divide(added[line], pa.scalar(Decimal(10**digits))).cast(pa.decimal128(20, digits))
                if digits
                else added[line]
            )
        added["rows"] = pa.array(
            [" ".join(filter(None, parts)) for parts in zip(*rows, strict=True)] if rows else [""] * n
        )
        added["authority"] = pa.array(self._authority(total))
        arrays = [*batch.columns, *added.values()]
        return pa.RecordBatch.from_arrays(arrays, names=[*batch.schema.names, *added])

    def _sums(
        self, code: npt.NDArray[np.int64], minor: Ints, ids: tuple[tuple[str, ...], ...]
    ) -> dict[str, int]:
        out: dict[str, int] = {}
        for value in np.unique(code):
            if value and ids[int(value)]:
                key = " ".join(ids[int(value)])
                out[key] = out.get(key, 0) + int(minor[code == value].sum())
        return out

    def _authority(self, total: Ints) -> npt.NDArray[np.object_]:
        out = np.full(len(total), "", dtype=object)
        for rung in reversed(self.rungs):
            if rung.ceiling is None:
                out[:] = rung.role
            elif rung.ceiling.currency == self.policy.currency:
                out[total <= rung.ceiling.minor] = rung.role
        return out


def _wanted(table: Table, columns: Mapping[str, Ints]) -> dict[str, Ints]:
    names = {axis.column.name for axis in compiled(table).axes} | {c.name for c in table.raw_inputs}
    return {name: values for name, values in columns.items() if name in names}


def _rank(outcome: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    # priced says most, then discretion, then not enough information, then not eligible
    return np.array([0, 3, 2, 1], dtype=np.uint8)[outcome]


def price_file(policy: Policy, source: str, output: Path, *, only: str | None = None) -> dict[str, Any]:
    """Price a file of customers into another; return counts and totals that reconcile.

    Raises InputError for a source that cannot be read; the output appears whole or not at all.
    """
    pricer = Pricer(policy, only)
    part = output.with_name(output.name + ".part")
    writer: Any = None
    rows_in = rows_out = 0
    try:
        for batch in batches_of(source):
            priced = pricer.price(batch, rows_in)
            rows_in += batch.num_rows
            rows_out += priced.num_rows
            if writer is None:
                writer = (
                    pyarrow.parquet.ParquetWriter(part, priced.schema, compression="zstd")
                    if output.suffix == ".parquet"
                    else pyarrow.csv.CSVWriter(part, priced.schema)
                )
            writer.write_batch(priced)
    except BaseException:
        if writer is not None:
            writer.close()
        part.unlink(missing_ok=True)
        raise
    if writer is None:
        raise InputError(
            [Problem(source, 0, 0, "--input", "no rows", "at least one customer", "Check the file.")]
        )
    writer.close()
    part.replace(output)
    if pricer.rejects:
        columns = list(pricer.rejects[0])
        output.with_suffix(".rejects.csv").write_bytes(write_csv(columns, pricer.rejects))
    digits = minor_digits(policy.currency)
    return {
        "rows": rows_in,
        "priced": rows_out,
        "rejected": len(pricer.rejects),
        "clamped": pricer.clamped,
        "currency": policy.currency,
        "outcomes": dict(sorted(pricer.outcomes.items())),
        "totals": {k: f"{Decimal(v).scaleb(-digits):.{digits}f}" for k, v in sorted(pricer.totals.items())},
        "by_row": {k: f"{Decimal(v).scaleb(-digits):.{digits}f}" for k, v in sorted(pricer.by_row.items())},
    }

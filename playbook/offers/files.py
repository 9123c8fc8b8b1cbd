"""Price a file of customers: CSV or Parquet in, CSV or Parquet out, batch by batch, in constant memory.

Rows that cannot be priced are written beside the output with the reason (`NAME.rejects.csv`), never dropped, and the
totals reconcile: rows in = rows priced + rows rejected, and the totals are the sums of the column written.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from playbook.errors import InputError, Problem
from playbook.money import minor_digits
from playbook.offers.columns import batches_of, for_people, paths_of, words_of
from playbook.offers.parallel import Crew
from playbook.offers.population import ADDED
from playbook.policy.model import Policy
from playbook.sources import write_csv

_GROUP = 131_072
"""Rows of a row group: as many as wait to be written, so that the next one is whole when one is done."""
_WAITING = 2
"""Batches that may wait to be written: pricing goes on meanwhile, and memory stays as it is."""


class _CsvOut:
    """A CSV file that people open in a spreadsheet, as `sources.write_csv` makes it, written batch by batch."""

    def __init__(self, path: Path, first: pa.RecordBatch) -> None:
        schema = for_people(first).schema
        self.file = path.open("wb")
        self.file.write(b"\xef\xbb\xbf")
        options = pyarrow.csv.WriteOptions(eol="\r\n")
        self.writer = pyarrow.csv.CSVWriter(self.file, schema, write_options=options)

    def write_batch(self, batch: pa.RecordBatch) -> None:
        self.writer.write_batch(for_people(batch))

    def close(self) -> None:
        self.writer.close()
        self.file.close()


class _ParquetOut:
    """A Parquet file, written in groups of rows that are large enough to be read fast.

    Whole numbers of 64 bits are mostly ids: a dictionary of them would be as large as they are.
    """

    def __init__(self, path: Path, first: pa.RecordBatch, words: Sequence[str]) -> None:
        plain = pa.schema([pa.field(f.name, pa.string()) if f.name in words else f for f in first.schema])
        ids = [field.name for field in first.schema if field.type in (pa.int64(), pa.uint64())]
        self.writer = pyarrow.parquet.ParquetWriter(
            path,
            first.schema,
            compression="zstd",
            compression_level=1,
            store_decimal_as_integer=True,
            store_schema=False,
            use_dictionary=[field.name for field in first.schema if field.name not in ids],
            # What the few words of a column are, its dictionary tells.
            write_statistics=[f.name for f in first.schema if not pa.types.is_dictionary(f.type)],
            write_batch_size=16_384,
            column_encoding=dict.fromkeys(ids, "DELTA_BINARY_PACKED") or None,
        )
        # What was plain text stays so for whoever reads the file, although it is handled as a dictionary here.
        told = base64.b64encode(plain.serialize().to_pybytes())
        self.writer.add_key_value_metadata({"ARROW:schema": told})
        self.schema = first.schema
        self.held: list[pa.RecordBatch] = []
        self.rows = 0

    def write_batch(self, batch: pa.RecordBatch) -> None:
        self.held.append(batch)
        self.rows += batch.num_rows
        if self.rows >= _GROUP:
            self._write()

    def _write(self) -> None:
        self.writer.write_table(
            pa.Table.from_batches(self.held, self.schema), row_group_size=max(1, self.rows)
        )
        self.held, self.rows = [], 0

    def close(self) -> None:
        if self.held:
            self._write()
        self.writer.close()


class _Rejects:
    """The rows that could not be priced, with the reason: a CSV file that exists only if there is one."""

    def __init__(self, path: Path) -> None:
        self.path, self.part = path, path.with_name(path.name + ".part")
        self.count = 0

    def add(self, rows: list[dict[str, object]]) -> None:
        """Write rows; the first ones bring the header."""
        if not rows:
            return
        written = write_csv(list(rows[0]), rows)
        with self.part.open("ab" if self.count else "wb") as file:
            file.write(written.partition(b"\r\n")[2] if self.count else written)
        self.count += len(rows)
        rows.clear()

    def close(self, *, keep: bool) -> None:
        """Put the file in place, and take one of an earlier run away."""
        if keep and self.count:
            self.part.replace(self.path)
        else:
            self.part.unlink(missing_ok=True)
            if keep:
                self.path.unlink(missing_ok=True)


class _Writer:
    """Write batches in a thread of its own, so that the next one is priced meanwhile."""

    def __init__(self, part: Path, parquet: bool, words: Sequence[str]) -> None:
        self.part, self.parquet, self.words = part, parquet, words
        self.waiting: Queue[pa.RecordBatch | None] = Queue(maxsize=_WAITING)
        self.error: BaseException | None = None
        self.thread = Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        out: _CsvOut | _ParquetOut | None = None
        while (batch := self.waiting.get()) is not None:
            if self.error is not None:
                continue  # take what still comes, so that nobody waits for us
            try:
                if out is None:
                    out = (
                        _ParquetOut(self.part, batch, self.words)
                        if self.parquet
                        else _CsvOut(self.part, batch)
                    )
                out.write_batch(batch)
            except BaseException as error:
                self.error = error
        try:
            if out is not None:
                out.close()
        except BaseException as error:
            self.error = self.error or error

    def write(self, batch: pa.RecordBatch) -> None:
        """Hand a batch over. Raises what went wrong with an earlier one."""
        if self.error is not None:
            raise self.error
        self.waiting.put(batch)

    def close(self) -> None:
        """Wait until all is written. Raises what went wrong."""
        self.waiting.put(None)
        self.thread.join()
        if self.error is not None:
            raise self.error


@contextmanager
def _written_to(output: Path, words: Sequence[str]) -> Iterator[_Writer]:
    """Give a writer whose file appears at the end, whole, or not at all."""
    part = output.with_name(output.name + ".part")
    writer = _Writer(part, output.suffix == ".parquet", words)
    try:
        yield writer
    except BaseException:
        writer.error = writer.error or RuntimeError("given up")
        writer.waiting.put(None)
        writer.thread.join()
        part.unlink(missing_ok=True)
        raise
    try:
        writer.close()
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    part.replace(output)


def _check_output(source: str, output: Path) -> None:
    """Refuse an output that cannot be written, or that would write over what it is made of. Raises InputError."""
    found = expected = ""
    theirs = {path.resolve() for path in paths_of(source)}
    for path in (output, output.with_name(output.name + ".part"), output.with_suffix(".rejects.csv")):
        if path.resolve() in theirs:
            found, expected = f"{path}, which is the input", "another file than the input"
    if output.is_dir() or not output.parent.is_dir():
        found, expected = str(output), "a file in a folder that exists"
    if found:
        raise InputError([Problem("--output", 0, 0, "", found, expected, "Choose another.")])


def price_file(
    policy: Policy,
    source: str,
    output: Path,
    *,
    only: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Price a file of customers into another; return counts and totals that reconcile.

    `progress` is told how many rows have been read so far. Raises InputError for a source that cannot be read, or an
    output that would write over it; the output appears whole or not at all.
    """
    _check_output(source, output)
    crew = Crew(policy, only)
    rejects = _Rejects(output.with_suffix(".rejects.csv"))
    rows_in = rows_out = 0
    columns: list[str] = []
    try:
        with _written_to(output, words_of(source)) as writer:
            for priced in crew.price(batches_of(source)):
                rejects.add(priced.rejects)
                columns = columns or priced.batch.schema.names[: -len(ADDED)]
                rows_in = priced.read
                rows_out += priced.batch.num_rows
                writer.write(priced.batch)
                if progress is not None:
                    progress(rows_in)
            if not rows_in:
                expected = "at least one customer"
                raise InputError([Problem(source, 0, 0, "--input", "no rows", expected, "Check the file.")])
    except (pa.ArrowException, OSError) as error:
        rejects.close(keep=False)
        found = (str(error) or type(error).__name__).splitlines()[0][:200]
        expected = "columns and a place that can be written"
        raise InputError(
            [Problem(str(output), 0, 0, "--output", found, expected, "Write a .parquet, or elsewhere.")]
        ) from error
    except BaseException:
        rejects.close(keep=False)
        raise
    rejects.close(keep=True)
    pricer = crew.total()
    digits = minor_digits(policy.currency)
    asked_for = {*pricer.inputs(), *pricer.lists(), "jurisdiction"}
    return {
        "rows": rows_in,
        "priced": rows_out,
        "rejected": rejects.count,
        "clamped": pricer.clamped,
        "columns_not_asked_for": [name for name in columns if name not in asked_for],
        "inputs_without_column": sorted(name for name in pricer.required() if name not in columns),
        "currency": policy.currency,
        "outcomes": dict(sorted(pricer.outcomes.items())),
        "totals": {k: f"{Decimal(v).scaleb(-digits):.{digits}f}" for k, v in sorted(pricer.totals.items())},
        "by_row": {k: f"{Decimal(v).scaleb(-digits):.{digits}f}" for k, v in sorted(pricer.by_row.items())},
    }

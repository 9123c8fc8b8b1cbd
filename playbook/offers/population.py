"""Price a file of customers: CSV or Parquet in, CSV or Parquet out, in batches, exact to the minor unit.

Rows that cannot be priced are written beside the output with the reason (`NAME.rejects.csv`), never dropped, and the
totals reconcile: rows in = rows priced + rows rejected, and the totals are the sums of the column written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from playbook.errors import InputError, Problem
from playbook.money import minor_digits
from playbook.offers.columns import batches_of, decimals, for_people, paths_of, scale_column
from playbook.offers.options import LINES, inputs_of
from playbook.offers.priced import applies, asked, floors_of, tables_of
from playbook.policy.authority import ladder
from playbook.policy.model import Policy
from playbook.sources import write_csv
from playbook.tables import Decision, Evaluation, Table, decide, evaluate, pays_less
from playbook.tables.cells import Input
from playbook.tables.decide import OUTCOMES, compiled
from playbook.tables.derive import NULL, Ints

PRICED, NOT_ELIGIBLE, LACKING, DISCRETION = range(4)  # as indices into OUTCOMES


@dataclass(frozen=True)
class _Answer:
    """What one table says of a batch: where it applies, what it pays, and where it lacks information."""

    table: Table
    applies: npt.NDArray[np.bool_]
    minor: Ints
    outcome: npt.NDArray[np.uint8]
    code: npt.NDArray[np.int64]
    ids: Sequence[tuple[str, ...]]
    asked: npt.NDArray[np.bool_]  # the case gives at least one input that the table decides by
    option_lacks: npt.NDArray[np.bool_]  # an option that it names lacks an amount

    @property
    def lacks(self) -> npt.NDArray[np.bool_]:
        """Return where the table applies and cannot decide."""
        out: npt.NDArray[np.bool_] = self.applies & (self.outcome == LACKING)
        return out


class Pricer:
    """Price batches of customers under one policy; tables are compiled once.

    Which tables apply to a customer is decided by the column `jurisdiction` where the file has one, else by the policy.
    """

    def __init__(self, policy: Policy, only: str | None = None) -> None:
        self.policy, self.only = policy, only
        everything = tables_of(policy)
        if only is not None and only not in everything:
            known = "one of " + ", ".join(everything)
            raise InputError([Problem("--table", 0, 0, only, repr(only), known, "Correct the name.")])
        self.tables = {n: t for n, t in everything.items() if only in (n, None)}
        foreign = [t for t in self.tables.values() if t.currency != policy.currency and t.line != "options"]
        if foreign:
            expected = f"{policy.currency}, the client's currency"
            raise InputError(
                Problem(t.path, 1, 0, "currency", t.currency, expected, "Price it alone, for a client that pays in it.")
                for t in foreign
            )  # fmt: skip
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
        lines: dict[str, Ints] = {line: np.zeros(n, dtype=np.int64) for line in LINES}
        unknown: dict[str, npt.NDArray[np.bool_]] = {line: np.zeros(n, dtype=bool) for line in LINES}
        found: list[_Answer] = []
        for name, table in self.tables.items():
            answer = self._answer(name, table, columns, n, self._applies(table, batch, n))
            found.append(answer)
            if table.line != "options":
                lines[table.line or "inconvenience"] += answer.minor
                self.by_row.update(self._sums(answer.code, answer.minor, answer.ids))
        decided = np.zeros(n, dtype=bool)
        theirs = np.zeros(n, dtype=bool)
        for answer in found:
            decided |= answer.applies & (answer.outcome != LACKING)
            theirs |= answer.lacks & answer.asked
        lacking = np.zeros(n, dtype=bool)
        for answer in found:
            blocked = answer.lacks & (answer.asked | ~(decided | theirs))
            lacking |= blocked | answer.option_lacks
        for answer in found:
            if answer.table.line != "options":
                unknown[answer.table.line or "inconvenience"] |= answer.lacks & lacking
        outcome = np.full(n, NOT_ELIGIBLE, dtype=np.uint8)
        for result in (DISCRETION, PRICED):
            for answer in found:
                outcome[answer.applies & (answer.outcome == result)] = result
        outcome[lacking] = LACKING
        return self._written(batch, lines, unknown, outcome, found, n)

    def _applies(self, table: Table, batch: pa.RecordBatch, n: int) -> npt.NDArray[np.bool_]:
        if self.only is not None or not table.jurisdictions:
            return np.ones(n, dtype=bool)
        if "jurisdiction" not in batch.schema.names:
            return np.full(n, applies(table, self.policy.jurisdiction))
        given = pc.fill_null(pc.cast(batch.column("jurisdiction"), pa.string()), "")
        encoded = pc.dictionary_encode(given)
        yes = [
            applies(table, str(code) or self.policy.jurisdiction) for code in encoded.dictionary.to_pylist()
        ]
        out: npt.NDArray[np.bool_] = np.array(yes, dtype=bool)[encoded.indices.to_numpy(zero_copy_only=False)]
        return out

    def _answer(
        self, name: str, table: Table, columns: Mapping[str, Ints], n: int, here: npt.NDArray[np.bool_]
    ) -> _Answer:
        given = _wanted(table, columns)
        found = evaluate(table, given, n)
        minor, result = found.minor, found.outcome
        if name in self.floors:
            law = evaluate(self.floors[name], given, n)
            low = here & self._below(table, self.floors[name], found, law, given)
            self.clamped += int(low.sum())
            minor = np.where(low | (law.outcome == LACKING), law.minor, minor)
            result = np.where(low | (law.outcome == LACKING), law.outcome, result).astype(np.uint8)
        asked_for = np.zeros(n, dtype=bool)
        for column in asked(table):
            if column in columns:
                asked_for |= columns[column] != NULL
        code = np.where(here, found.code, 0)
        return _Answer(
            table, here, np.where(here, minor, 0), np.where(here, result, NOT_ELIGIBLE).astype(np.uint8), code, found.rows,
            asked_for, here & self._option_lacks(table, code, found.rows, columns, n),
        )  # fmt: skip

    def _below(
        self, table: Table, floor: Table, ours: Evaluation, law: Evaluation, given: Mapping[str, Ints]
    ) -> npt.NDArray[np.bool_]:
        low: npt.NDArray[np.bool_] = (law.outcome == PRICED) & (
            (ours.outcome != PRICED) | (ours.minor < law.minor)
        )
        # Where both pay one kind of money the sums tell; anything else is decided as a single case is.
        ours_by, law_by = ({row.id: row.payout for row in t.rows} for t in (table, floor))
        unsure = np.zeros(len(low), dtype=bool)
        pairs = ours.code * (int(law.code.max(initial=0)) + 1) + law.code
        for pair in np.unique(pairs):
            at = pairs == pair
            first = int(np.argmax(at))
            a = [ours_by[r] for r in ours.rows[int(ours.code[first])]]
            b = [law_by[r] for r in law.rows[int(law.code[first])]]
            names = {p.kind for p in (*a, *b) if p.outcome != "none"}
            plain = all(p.monetary for p in (*a, *b) if p.outcome == "pay")
            if len(names) > 1 or not plain or any(p.outcome == "discretion" for p in (*a, *b)):
                unsure |= at
        for i in np.flatnonzero(unsure):
            low[i] = pays_less(_decided(table, given, int(i)), _decided(floor, given, int(i)))
        return low

    def _option_lacks(
        self, table: Table, code: npt.NDArray[np.int64], ids: Sequence[tuple[str, ...]], columns: Mapping[str, Ints], n: int
    ) -> npt.NDArray[np.bool_]:  # fmt: skip
        out = np.zeros(n, dtype=bool)
        if table.line != "options":
            return out
        options = {row.id: row.payout.option for row in table.rows if row.payout.option}
        for value in np.unique(code):
            named = {options[row] for row in ids[int(value)] if row in options}
            for name in {name for option in named for name in inputs_of(self.policy, option)}:
                given = columns.get(name, np.full(n, NULL, dtype=np.int64))
                out |= (code == value) & (given == NULL)
        return out

    def _written(
        self, batch: pa.RecordBatch, lines: Mapping[str, Ints], unknown: Mapping[str, npt.NDArray[np.bool_]],
        outcome: npt.NDArray[np.uint8], found: list[_Answer], n: int,
    ) -> pa.RecordBatch:  # fmt: skip
        total = sum(lines.values(), np.zeros(n, dtype=np.int64))
        nothing = np.zeros(n, dtype=bool)
        for mask in unknown.values():
            nothing = nothing | mask
        masks = {**unknown, "total": nothing}
        added: dict[str, pa.Array] = {"outcome": pa.array(OUTCOMES).take(pa.array(outcome))}
        digits = minor_digits(self.policy.currency)
        for line, values in {**lines, "total": total}.items():
            self.totals[line] += int(values[~masks[line]].sum())
            added[line] = decimals(values, masks[line], digits)  # what is not known yet is empty, never zero
        counts = np.bincount(outcome, minlength=4)
        self.outcomes.update({OUTCOMES[i]: int(c) for i, c in enumerate(counts) if c})
        added["rows"] = _rows(found, n)
        added["authority"] = pa.array(np.where(nothing, "", self._authority(total)), pa.string())
        arrays = [*batch.columns, *added.values()]
        return pa.RecordBatch.from_arrays(arrays, names=[*batch.schema.names, *added])

    def _sums(
        self, code: npt.NDArray[np.int64], minor: Ints, ids: Sequence[tuple[str, ...]]
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


def _rows(found: list[_Answer], n: int) -> pa.Array:
    """Return the ids of the rows that decided, table by table; each combination is written out once."""
    code, words = np.zeros(n, dtype=np.int64), [""]
    for answer in found:
        seen, code = np.unique(code * len(answer.ids) + answer.code, return_inverse=True)
        words = [
            " ".join(filter(None, (words[both // len(answer.ids)], *answer.ids[both % len(answer.ids)])))
            for both in seen
        ]
    return pa.array(words, pa.string()).take(pa.array(code))


def _decided(table: Table, columns: Mapping[str, Ints], i: int) -> Decision:
    by_name = {c.name: c for c in (*(axis.column for axis in compiled(table).axes), *table.raw_inputs)}
    found = {name: values[i] for name, values in columns.items() if name in by_name and values[i] != NULL}
    return decide(table, {name: by_name[name].shown(int(value)) for name, value in found.items()})


def _wanted(table: Table, columns: Mapping[str, Ints]) -> dict[str, Ints]:
    names = {axis.column.name for axis in compiled(table).axes} | {c.name for c in table.raw_inputs}
    return {name: values for name, values in columns.items() if name in names}


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


def price_file(policy: Policy, source: str, output: Path, *, only: str | None = None) -> dict[str, Any]:
    """Price a file of customers into another; return counts and totals that reconcile.

    Raises InputError for a source that cannot be read, or an output that would write over it; the output appears
    whole or not at all.
    """
    _check_output(source, output)
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
                    else _CsvOut(part, priced)
                )
            writer.write_batch(priced)
    except BaseException as error:
        if writer is not None:
            writer.close()
        part.unlink(missing_ok=True)
        if isinstance(error, pa.ArrowException | OSError):
            found = (str(error) or type(error).__name__).splitlines()[0][:200]
            expected = "columns and a place that can be written"
            raise InputError(
                [Problem(str(output), 0, 0, "--output", found, expected, "Write a .parquet, or elsewhere.")]
            ) from error
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

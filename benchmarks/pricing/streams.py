"""Parquet to Parquet: ours, and DuckDB writing the same columns in the same order with the same compression."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from benchmarks.pricing import clients
from benchmarks.pricing.engines.duckdb_sql import amount, code_of, connected, quoted, rows_by_cell
from benchmarks.pricing.whole_sql import WholePrice
from playbook.money import Money
from playbook.offers.columns import BATCH
from playbook.offers.files import price_file
from playbook.offers.options import LINES, roles_of
from playbook.offers.population import ADDED
from playbook.offers.priced import tables_of
from playbook.policy.authority import ladder, needed
from playbook.policy.model import Policy

Written = Callable[[Path, Path], None]
_AT_A_TIME = 5_000_000
"""Customers compared at a time, so that comparing takes little memory."""


def ours_lookup(policy: Policy) -> Written:
    """Price a file by the one table."""
    return lambda source, output: _priced(policy, source, output, clients.TABLE)


def ours_whole(policy: Policy) -> Written:
    """Price a file by all tables."""
    return lambda source, output: _priced(policy, source, output, None)


def _priced(policy: Policy, source: Path, output: Path, only: str | None) -> None:
    report = price_file(policy, str(source), output, only=only)
    if report["rejected"]:
        raise ValueError(f"{report['rejected']} customers were rejected")


def _copied(query: str, output: Path) -> str:
    options = f"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {BATCH}"
    return f"COPY ({query}) TO {quoted(str(output))} ({options})"


def _names(source: Path) -> list[str]:
    names: list[str] = pyarrow.parquet.read_schema(source).names
    return names


def duckdb_join(policy: Policy) -> Written:
    """Join a file with the compiled table: what each cell of the grid comes to."""
    table = tables_of(policy)[clients.TABLE]
    cells = rows_by_cell(table)
    by_row = [_columns(policy, row) for row in range(len(table.rows))]
    given = {name: [by_row[row][name] for row in cells.tolist()] for name in ADDED}
    held = pa.table({"cell": np.arange(len(cells), dtype=np.int32), **{k: pa.array(v) for k, v in given.items()}})  # fmt: skip
    kinds = [f"{n}::DECIMAL(18, 2) AS {n}" if n in (*LINES, "total", "largest_option") else n for n in ADDED]
    code = code_of(table, words_are_text=True)

    def run(source: Path, output: Path) -> None:
        connection = connected()
        connection.register("given", held)
        connection.execute(f"CREATE TABLE cells AS SELECT cell, {', '.join(kinds)} FROM given")
        names = ", ".join(_names(source))
        customers = f"(SELECT {names}, {code} AS cell FROM read_parquet({quoted(str(source))}))"
        query = f"SELECT {names}, {', '.join(ADDED)} FROM {customers} JOIN cells USING (cell)"
        connection.execute(_copied(query, output))
        connection.close()

    return run


def _columns(policy: Policy, position: int) -> dict[str, str | None]:
    """Return what one row of the table comes to, in the columns that pricing adds."""
    row = tables_of(policy)[clients.TABLE].rows[position]
    cents = row.payout.amount or 0
    sums = dict.fromkeys((*LINES, "total"), amount(0)) | dict.fromkeys(("statutory", "total"), amount(cents))
    lowest = needed(policy, Money(cents, policy.currency))
    asked = set(roles_of(policy, [row]))
    rungs = [rung for rung in ladder(policy) if rung.role in asked or rung == lowest]
    return {
        "outcome": "priced" if cents else "not_eligible",
        **sums,
        "options": "",
        "largest_option": None,
        "rows": row.id,
        "authority": rungs[-1].role,
    }


def duckdb_whole(policy: Policy) -> Written:
    """Price a file by all rules as one query."""
    whole = WholePrice(policy)

    def run(source: Path, output: Path) -> None:
        connection = connected()
        query = whole.query(f"read_parquet({quoted(str(source))})", _names(source))
        connection.execute(_copied(query, output))
        connection.close()

    return run


def differing(ours: Path, theirs: Path) -> int:
    """Return how many customers differ between two files, in any column; a customer that one of them lacks differs."""
    rows, there = (int(pyarrow.parquet.read_metadata(path).num_rows) for path in (ours, theirs))
    names = _names(ours)
    if set(names) != set(_names(theirs)):
        return max(rows, 1)
    connection = connected()
    same = " AND ".join(f"a.{n} IS NOT DISTINCT FROM b.{n}" for n in names)
    out = abs(rows - there)
    for start in range(0, rows, _AT_A_TIME):
        part = f"WHERE customer_id >= {start} AND customer_id < {start + _AT_A_TIME}"
        a, b = (f"(SELECT * FROM read_parquet({quoted(str(path))}) {part})" for path in (ours, theirs))
        found = connection.execute(
            f"SELECT count(*) FILTER (WHERE NOT coalesce({same}, FALSE)) FROM {a} a FULL JOIN {b} b USING (customer_id)"
        ).fetchall()
        out += int(found[0][0])
    return out

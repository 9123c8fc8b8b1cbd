"""DuckDB: the rules as one CASE, or the compiled grid as a table to join with."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks.pricing.rules import NOTHING, Condition, Indices, OneOf, conditions, first_of
from playbook.tables import Table
from playbook.tables.decide import compiled
from playbook.tables.grid import Axis


def quoted(word: str) -> str:
    """Return a text as SQL has it."""
    return "'" + word.replace("'", "''") + "'"


def amount(cents: int) -> str:
    """Return cents as a decimal."""
    return format(Decimal(cents).scaleb(-2), "f")


def _tested(condition: Condition) -> str:
    name = condition.name
    if isinstance(condition, OneOf):
        if condition.truth:
            return "TRUE" if len(condition.indices) > 1 else name if condition.indices[0] else f"NOT {name}"
        return f"{name} IN ({', '.join(map(quoted, condition.words))})"
    low, high = (
        None if bound is None else format(Decimal(bound).scaleb(-condition.decimals), "f")
        for bound in (condition.low, condition.high)
    )
    tests = [*([f"{name} >= {low}"] if low else []), *([f"{name} < {high}"] if high else [])]
    return " AND ".join(tests)


def fires(rule: Sequence[Condition]) -> str:
    """Return the conditions of one row."""
    return " AND ".join(map(_tested, rule)) or "TRUE"


def case_of(table: Table) -> str:
    """Return the table as one CASE: the index of the first row that fits."""
    branches = " ".join(f"WHEN {fires(rule)} THEN {index}" for index, rule in enumerate(first_of(table)))
    return f"(CASE {branches} ELSE {NOTHING} END)::USMALLINT"


def connected() -> duckdb.DuckDBPyConnection:
    """Return a database in memory that uses every processor and keeps the order of rows, as ours does."""
    connection = duckdb.connect()
    connection.execute(f"SET threads = {os.cpu_count() or 1}")
    connection.execute("SET preserve_insertion_order = true")
    return connection


def loaded(table: Table, customers: pa.Table) -> duckdb.DuckDBPyConnection:
    """Return a database whose table `customers` holds the customers, words of a list as enumerations: its best case."""
    connection = connected()
    columns = []
    kinds = {column.name: column for column in table.inputs if column.type == "enum"}
    for name in customers.schema.names:
        if name in kinds:
            words = ", ".join(map(quoted, kinds[name].values))
            connection.execute(f"CREATE TYPE {name}_words AS ENUM ({words})")
            columns.append(f"{name}::{name}_words AS {name}")
        else:
            columns.append(name)
    connection.register("given", customers)
    connection.execute(f"CREATE TABLE customers AS SELECT {', '.join(columns)} FROM given")
    connection.unregister("given")
    return connection


def batch(table: Table, customers: pa.Table) -> Callable[[], Indices]:
    """Answer with CASE from a table in memory."""
    connection = loaded(table, customers)
    query = f"SELECT {case_of(table)} AS found FROM customers"

    def run() -> Indices:
        found: Indices = np.asarray(connection.execute(query).fetchnumpy()["found"])
        return found

    return run


def single(table: Table, case: dict[str, Any]) -> Callable[[], int]:
    """Answer with CASE for a table of one row, the statement prepared."""
    connection = loaded(table, pa.Table.from_pylist([case]))
    connection.execute(f"PREPARE one AS SELECT {case_of(table)} FROM customers")

    def run() -> int:
        return int(connection.execute("EXECUTE one").fetchall()[0][0])

    return run


def _band(axis: Axis, *, words_are_text: bool) -> str:
    """Return the band of an input as an expression."""
    name = axis.column.name
    if axis.column.type == "bool":
        return f"{name}::INTEGER"
    if axis.column.discrete:
        if not words_are_text:
            return f"enum_code({name})::INTEGER"
        branches = " ".join(f"WHEN {quoted(word)} THEN {i}" for i, word in enumerate(axis.column.values))
        return f"(CASE {name} {branches} END)"
    return "(" + " + ".join(f"({name} >= {start})::INTEGER" for start in axis.starts[1:]) + ")"


def code_of(table: Table, *, words_are_text: bool) -> str:
    """Return the cell of the grid that a customer falls into, as an expression."""
    code = "0"
    for axis in compiled(table).axes:
        code = f"({code} * {len(axis.masks)} + {_band(axis, words_are_text=words_are_text)})"
    return f"{code}::INTEGER"


def rows_by_cell(table: Table) -> Indices:
    """Return the row that decides in each cell of the grid."""
    grid = compiled(table)
    lookup = grid.lookup
    winners = [grid.winners(mask) for mask in grid.sets]
    rows_by_code = np.array([rows[0] if rows else NOTHING for rows in winners], dtype=np.uint16)
    return np.take(rows_by_code, lookup)


def joined(table: Table, customers: pa.Table) -> Callable[[], Indices]:
    """Answer by joining with the grid: what one would do in SQL who has compiled the table as we do."""
    connection = loaded(table, customers)
    found = rows_by_cell(table)
    cells = pa.table({"cell": np.arange(len(found), dtype=np.int32), "found": found})
    connection.register("cells_given", cells)
    connection.execute("CREATE TABLE cells AS SELECT * FROM cells_given")
    code = code_of(table, words_are_text=False)
    query = f"SELECT customer_id, found FROM (SELECT customer_id, {code} AS cell FROM customers) JOIN cells USING (cell)"

    def run() -> Indices:
        result = connection.execute(query).fetchnumpy()
        out = np.empty(len(result["found"]), dtype=np.uint16)
        out[result["customer_id"]] = result["found"]  # a join keeps no order
        return out

    return run


__all__ = ["amount", "batch", "case_of", "code_of", "conditions", "connected", "fires", "joined", "loaded", "quoted", "rows_by_cell", "single"]  # fmt: skip

"""The engines that the same table is put to: how each makes its rules out of it, and how fast it says it can go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

import pyarrow as pa

from benchmarks.pricing.rules import Indices
from playbook.tables import Table


class Module(Protocol):
    """What a module of an engine offers."""

    def batch(self, table: Table, customers: pa.Table) -> Callable[[], Indices]:
        """Make rules and customers ready; return what answers them all: the index of the row that decides."""

    def single(self, table: Table, case: dict[str, Any]) -> Callable[[], int]:
        """Make the rules ready; return what answers one customer."""


@dataclass(frozen=True)
class Engine:
    """One way of answering; `most` customers are enough to tell how fast a slow one is."""

    name: str
    module: str
    batch: str = "batch"
    single: str = "single"
    most: int | None = None
    needs: str = ""

    def batch_of(self, table: Table, customers: pa.Table) -> Callable[[], Indices]:
        """Make rules and customers ready; return what answers them all."""
        made: Callable[[], Indices] = getattr(import_module(self.module), self.batch)(table, customers)
        return made

    def single_of(self, table: Table, case: dict[str, Any]) -> Callable[[], int]:
        """Make the rules ready; return what answers one customer."""
        made: Callable[[], int] = getattr(import_module(self.module), self.single)(table, case)
        return made


_HERE = __name__
OURS = "ours"
ENGINES = {
    engine.name: engine
    for engine in (
        Engine(OURS, f"{_HERE}.ours"),
        Engine("ours-evaluate", f"{_HERE}.ours", batch="evaluated", single="evaluated_single"),
        Engine("numpy-select", f"{_HERE}.numpy_select", most=1_000_000),
        Engine("pandas-apply", f"{_HERE}.pandas_apply", most=50_000),
        Engine("duckdb-case", f"{_HERE}.duckdb_sql"),
        Engine("duckdb-join", f"{_HERE}.duckdb_sql", batch="joined", single=""),
        Engine("polars-when", f"{_HERE}.polars_when", needs="polars"),
        Engine("zen-batch", f"{_HERE}.zen_engine", most=50_000, needs="zen"),
        Engine("rule-engine", f"{_HERE}.rule_engine", most=5_000, needs="rule_engine"),
    )
}

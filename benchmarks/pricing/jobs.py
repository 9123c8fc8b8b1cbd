"""What a process of the benchmark does: made ready once, then run again and again, and its answers kept to be compared."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from benchmarks.pricing import clients, floors, streams
from benchmarks.pricing.customers import one
from benchmarks.pricing.engines import ENGINES, OURS
from benchmarks.pricing.engines.duckdb_sql import loaded
from benchmarks.pricing.whole_sql import WholePrice
from playbook.offers.parallel import Crew, pieces
from playbook.offers.priced import tables_of
from playbook.tables import read_table

_ONE_CASE_SECONDS, _ONE_CASE_CALLS = 0.4, 400


class Job(ABC):
    """One engine with its rules and its customers ready."""

    rows: int
    """How many customers it answers in a run."""

    @abstractmethod
    def run(self) -> None:
        """Answer them all. The answers stay until the next run."""

    def forget(self) -> None:  # noqa: B027  - most have nothing to forget
        """Let go of the last answers, before the clock starts."""

    def timed(self) -> dict[str, float]:
        """Run once; return the seconds it took, and whatever else was measured."""
        self.forget()
        start = time.perf_counter()
        self.run()
        return {"seconds": time.perf_counter() - start}

    def save(self, path: Path) -> None:  # noqa: B027  - a floor answers nothing
        """Write the answers, to be compared with those of the other engines."""

    def moved(self) -> int:
        """Return how many bytes a run has to read and write at least; 0 where that says nothing."""
        return 0


class Lookup(Job):
    """The row of one table that decides, for customers in memory."""

    def __init__(self, spec: dict[str, Any]) -> None:
        engine = ENGINES[spec["engine"]]
        table = read_table(Path(spec["table"]))
        customers = pyarrow.parquet.read_table(spec["source"])
        if engine.most is not None:
            customers = customers.slice(0, engine.most)
        self.rows, self.found = customers.num_rows, np.empty(0, dtype=np.uint16)
        self.answer = engine.batch_of(table, customers)

    def forget(self) -> None:
        self.found = np.empty(0, dtype=np.uint16)

    def run(self) -> None:
        self.found = self.answer()

    def save(self, path: Path) -> None:
        np.save(path, self.found.astype(np.uint16))

    def moved(self) -> int:
        return self.rows * (3 * 4 + 3 * 1 + 2)  # three whole numbers, three codes of a byte; a row in two


class OneCase(Job):
    """One customer at a time: the median over many calls, each with another customer's values ready."""

    def __init__(self, spec: dict[str, Any]) -> None:
        customers = pyarrow.parquet.read_table(spec["source"])
        self.answers = self._made(spec, [one(customers, i) for i in range(min(8, customers.num_rows))])
        self.rows, self.found = 1, [-1] * len(self.answers)

    def _made(self, spec: dict[str, Any], cases: list[dict[str, Any]]) -> list[Callable[[], int]]:
        if spec["engine"] == "ours-whole":
            return [_whole_case(case) for case in cases]
        table = read_table(Path(spec["table"]))
        if spec["engine"] == "floor":
            return [floors.six_searches(table, case) for case in cases]
        return [ENGINES[spec["engine"]].single_of(table, case) for case in cases]

    def run(self) -> None:
        self.found = [answer() for answer in self.answers]

    def timed(self) -> dict[str, float]:
        self.run()
        took: list[float] = []
        end = time.perf_counter() + _ONE_CASE_SECONDS
        while len(took) < _ONE_CASE_CALLS and (time.perf_counter() < end or len(took) < len(self.answers)):
            answer = self.answers[len(took) % len(self.answers)]
            start = time.perf_counter()
            answer()
            took.append(time.perf_counter() - start)
        return {"seconds": float(np.median(took)), "p99": float(np.quantile(took, 0.99))}

    def save(self, path: Path) -> None:
        np.save(path, np.array(self.found, dtype=np.int64))


def _whole_case(case: dict[str, Any]) -> Callable[[], int]:
    """Price one customer as `playbook price --case … --explain` does, after everything is read."""
    from playbook.cli.price import priced_json

    policy = clients.policy()
    given = {name: value for name, value in case.items() if name != "customer_id"}
    position = {row.id: index for index, row in enumerate(tables_of(policy)[clients.TABLE].rows)}

    def run() -> int:
        why = priced_json(policy, given, None, explain=True)["explanation"]
        return position[why[clients.TABLE]["fired"][0]["row"]]

    return run


class Whole(Job):
    """The three lines, the options, the rows and the authority, for customers in memory."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.customers = pyarrow.parquet.read_table(spec["source"]).combine_chunks()
        self.rows = self.customers.num_rows
        self.found: Any = None
        policy = clients.policy()
        if spec["engine"] == OURS:
            self.crew = Crew(policy)
            self.answer = self._ours
            list(self.crew.price(self.customers.to_batches(max_chunksize=16)[:1]))  # compiles the tables
        else:
            self.connection = loaded(tables_of(policy)[clients.TABLE], self.customers)
            self.sql = WholePrice(policy).query("customers", self.customers.schema.names)
            self.answer = self._duckdb

    def _ours(self) -> Any:
        batches = pieces(self.customers, len(self.crew.pricers))
        return pa.Table.from_batches([priced.batch for priced in self.crew.price(batches)])

    def _duckdb(self) -> Any:
        return self.connection.sql(self.sql).to_arrow_table()

    def forget(self) -> None:
        self.found = None

    def run(self) -> None:
        self.found = self.answer()

    def save(self, path: Path) -> None:
        pyarrow.parquet.write_table(self.found.unify_dictionaries(), path)

    def moved(self) -> int:
        return int(self.customers.nbytes + self.found.nbytes)


class Stream(Job):
    """Parquet to Parquet: one table's answer, or the whole price, with every column of the customers."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.source, self.output = Path(spec["source"]), Path(spec["output"])
        self.rows = pyarrow.parquet.read_metadata(self.source).num_rows
        made = {
            ("stream", OURS): streams.ours_lookup,
            ("stream", "duckdb-join"): streams.duckdb_join,
            ("stream-whole", OURS): streams.ours_whole,
            ("stream-whole", "duckdb-sql"): streams.duckdb_whole,
        }[spec["section"], spec["engine"]]
        self.write = made(clients.policy())

    def run(self) -> None:
        self.write(self.source, self.output)


class Bandwidth(Job):
    """The floor of what is in memory: bytes copied from one place to another."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.rows = int(spec["rows"])
        self.here = np.ones(floors.COPIED // 8, dtype=np.int64)
        self.there = np.zeros_like(self.here)

    def run(self) -> None:
        np.copyto(self.there, self.here)

    def moved(self) -> int:
        return 2 * floors.COPIED


class FileFloor(Job):
    """The floor of a file: reading every column of the input, and writing every column of the output, with nothing between."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.source, self.output = Path(spec["source"]), Path(spec["output"])
        self.rows = pyarrow.parquet.read_metadata(self.source).num_rows
        only = clients.TABLE if spec["section"] == "stream" else None
        self.batches = floors.priced_batches(clients.policy(), self.source, only)

    def run(self) -> None:
        self.timed()

    def timed(self) -> dict[str, float]:
        return floors.read_and_write(self.source, self.output, self.batches, self.rows)


def made(spec: dict[str, Any]) -> Job:
    """Make the job of a specification."""
    section, engine = spec["section"], spec["engine"]
    if section in ("lookup", "growth", "whole") and engine == "floor":
        return Bandwidth(spec)
    if section in ("stream", "stream-whole"):
        return FileFloor(spec) if engine == "floor" else Stream(spec)
    kinds: dict[str, Callable[[dict[str, Any]], Job]] = {
        "one": OneCase,
        "lookup": Lookup,
        "growth": Lookup,
        "whole": Whole,
    }
    return kinds[section](spec)


__all__ = ["Job", "made"]

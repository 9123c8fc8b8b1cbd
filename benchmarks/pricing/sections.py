"""The parts of a run: one case, customers in memory, larger tables, the whole price, and files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet

from benchmarks.pricing import customers, streams, tables
from benchmarks.pricing.engines import ENGINES, OURS
from benchmarks.pricing.measure import Measured, interleaved

Results = list[Measured]
SECTIONS = ("one", "lookup", "growth", "whole", "stream", "stream-whole")
_FAST = (OURS, "ours-evaluate", "numpy-select", "duckdb-case", "duckdb-join", "polars-when")
_SLOW = ("pandas-apply", "zen-batch", "rule-engine")
_GROWING = (OURS, "numpy-select", "duckdb-case", "polars-when")
_GROWTH_ROWS = 200_000
_SLOW_UP_TO = 1_000_000
"""Beyond so many customers the slow engines would tell nothing new: they never run on all of them."""


class Differs(RuntimeError):
    """Two engines that do not answer alike."""


@dataclass(frozen=True)
class Run:
    """What a run was asked for."""

    folder: Path
    repeats: int
    only: tuple[str, ...]
    told: Callable[[str], None]

    def engines(self, wanted: Sequence[str]) -> list[str]:
        """Return those engines that were asked for and are installed; ours is always among them."""
        out = []
        for name in wanted:
            needs = ENGINES[name].needs if name in ENGINES else ""
            if needs and find_spec(needs) is None:
                self.told(f"{name}: not installed, left out")
            elif name in (OURS, "floor") or not self.only or name in self.only:
                out.append(name)
        return out

    def measure(self, section: str, wanted: Sequence[str], label: str, *, warm: bool = True, **spec: Any) -> dict[str, tuple[Measured, Path]]:  # fmt: skip
        """Run engines of a section turn by turn."""
        specs = [
            {"section": section, "engine": name, "label": label, "output": str(self.folder / f"{section}-{name}.parquet"), **spec}
            for name in self.engines(wanted)
        ]  # fmt: skip
        return interleaved(specs, self.repeats, self.folder, warm=warm, told=self.told)


def _agree(found: dict[str, tuple[Measured, Path]]) -> Results:
    """Return what was measured. Raises Differs where an engine's rows are not ours, on every customer that it answered."""
    ours = np.load(found[OURS][1])
    for name, (measured, path) in found.items():
        if name == "floor":
            continue
        theirs = np.load(path)
        wrong = np.flatnonzero(ours[: len(theirs)] != theirs)
        if len(theirs) == 0 or len(wrong) or len(theirs) > len(ours):
            raise Differs(f"{measured.section}: {name} answers {len(wrong)} of {len(theirs)} customers otherwise, first {wrong[:3].tolist()}")  # fmt: skip
    return [measured for measured, _ in found.values()]


def one(run: Run) -> Results:
    """Measure one customer at a time, explanations included where an engine gives any."""
    source = customers.write(run.folder / "one.parquet", 64)
    names = (OURS, "ours-whole", "ours-evaluate", "numpy-select", "pandas-apply", "duckdb-case", "polars-when", "zen-batch", "rule-engine", "floor")  # fmt: skip
    return _agree(run.measure("one", names, "1", table=str(tables.HEADER), source=str(source)))


def lookup(run: Run, rows: int) -> Results:
    """Measure the row that decides, for customers in memory."""
    source = customers.write(run.folder / f"lookup-{rows}.parquet", rows, inputs_only=True)
    names = [*_FAST, *(_SLOW if rows <= _SLOW_UP_TO else ()), "floor"]
    try:
        return _agree(run.measure("lookup", names, f"{rows}", table=str(tables.HEADER), source=str(source), rows=rows))  # fmt: skip
    finally:
        source.unlink()


def growth(run: Run, rows: int = _GROWTH_ROWS) -> Results:
    """Measure tables of more rows on the same customers."""
    source = customers.write(run.folder / "growth.parquet", rows, inputs_only=True)
    out: Results = []
    for size, (splits, steps) in tables.SIZES.items():
        folder = run.folder / f"table-{size}"
        folder.mkdir()
        header = tables.write(folder, splits, steps)
        out += _agree(run.measure("growth", _GROWING, f"{size}", table=str(header), source=str(source)))
    source.unlink()
    return out


def whole(run: Run, rows: int) -> Results:
    """Measure lines, options, rows and authority together, for customers in memory."""
    source = customers.write(run.folder / f"whole-{rows}.parquet", rows)
    found = run.measure("whole", (OURS, "duckdb-sql", "floor"), f"{rows}", source=str(source), rows=rows)
    if "duckdb-sql" in found:
        _same_files("whole", found[OURS][1], found["duckdb-sql"][1])
    source.unlink()
    return [measured for measured, _ in found.values()]


def stream(run: Run, rows: int, section: str = "stream") -> Results:
    """Measure a file priced into another: by the one table, or by all of them."""
    source = customers.write(run.folder / f"{section}-{rows}.parquet", rows, inputs_only=section == "stream")
    theirs = "duckdb-join" if section == "stream" else "duckdb-sql"
    found = run.measure(section, (OURS, theirs, "floor"), f"{rows}", warm=False, source=str(source))
    written = {name: run.folder / f"{section}-{name}.parquet" for name in found}
    if theirs in found:
        _same_files(section, written[OURS], written[theirs])
    for path in (source, *written.values()):
        path.unlink(missing_ok=True)
    return [measured for measured, _ in found.values()]


def _same_files(section: str, ours: Path, theirs: Path) -> None:
    differing = streams.differing(ours, theirs)
    if differing or not pyarrow.parquet.read_metadata(ours).num_rows:
        raise Differs(f"{section}: {differing} customers are priced otherwise in {theirs.name}")

"""Figures as tables, and what they must be: ratios taken within one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.pricing.engines import OURS
from benchmarks.pricing.measure import Measured

START, END = "<!-- figures of the last run -->", "<!-- end of figures -->"
_TITLES = {
    "one": "One case (an explanation with ours, ours-whole and zen-batch)",
    "lookup": "The row that decides, customers in memory",
    "growth": "Larger tables of the same shape, customers in memory",
    "whole": "The whole price: three lines, options, rows, authority; customers in memory",
    "stream": "Parquet to Parquet, one table",
    "stream-whole": "Parquet to Parquet, the whole price",
}


@dataclass(frozen=True)
class Claim:
    """One thing that must hold."""

    text: str
    bound: float
    at_least: bool
    found: float
    by_median: float

    @property
    def holds(self) -> bool:
        """Tell whether it holds by the shortest runs and by the median ones."""
        both = (self.found, self.by_median)
        return all(v >= self.bound if self.at_least else v <= self.bound for v in both)

    def line(self) -> str:
        """Return it as a line of a table."""
        bound = f"{'at least' if self.at_least else 'at most'} {self.bound:g}"
        return f"| {self.text} | {bound} | {self.found:.3g} | {self.by_median:.3g} | {'holds' if self.holds else '**does not hold**'} |"


def _groups(results: Sequence[Measured]) -> dict[tuple[str, str], dict[str, Measured]]:
    out: dict[tuple[str, str], dict[str, Measured]] = {}
    for one in results:
        out.setdefault((one.section, one.label), {})[one.engine] = one
    return out


def _ratio(theirs: Measured, ours: Measured) -> tuple[float, float]:
    """Return how many times longer theirs takes for a customer, by the shortest and by the median runs."""
    return (
        theirs.least / theirs.rows / (ours.least / ours.rows),
        theirs.median / theirs.rows / (ours.median / ours.rows),
    )


def floor_seconds(group: dict[str, Measured], one: Measured) -> float | None:
    """Return the physical floor of one figure in seconds: its bytes at the speed of memory, or what a file takes to read and write."""
    floor = group.get("floor")
    if floor is None or one is floor:
        return None
    if one.section in ("one", "stream", "stream-whole"):
        return floor.least
    moved = one.moved or (group[OURS].moved if OURS in group else 0)
    return moved * floor.least / floor.moved if floor.moved and moved else None


def claims(results: Sequence[Measured]) -> list[Claim]:
    """Return what must hold, for what was measured."""
    out: list[Claim] = []
    groups = _groups(results)
    memory = [("duckdb-case", 10.0), ("zen-batch", 1000.0), ("pandas-apply", 1000.0)]
    for (section, label), group in groups.items():
        ours = group.get(OURS)
        if ours is None:
            continue
        where = f"{int(label):,} rows"
        if section == "lookup" and label == "1000000":
            for name, bound in memory:
                if name in group:
                    out.append(Claim(f"lookup, {where}: times {name}", bound, True, *_ratio(group[name], ours)))  # fmt: skip
        if section == "whole" and label == "1000000" and "duckdb-sql" in group:
            out.append(Claim(f"whole price, {where}: times duckdb-sql", 3.0, True, *_ratio(group["duckdb-sql"], ours)))  # fmt: skip
        if section == "stream" and "duckdb-join" in group:
            least, median = _ratio(group["duckdb-join"], ours)
            out.append(Claim(f"file, {where}: our time over duckdb-join's", 1.25, False, 1 / least, 1 / median))  # fmt: skip
        if section == "stream":
            out.append(Claim(f"file, {where}: peak memory in MB", 400.0, False, ours.peak_mb, ours.peak_mb))
        if section == "one":
            for name in (OURS, "ours-whole"):
                if name in group:
                    out.append(Claim(f"one case with its explanation, {name}: milliseconds", 1.0, False, 1000 * group[name].least, 1000 * group[name].median))  # fmt: skip
    return out


def put_into(document: str, figures: str) -> str:
    """Return a document with the figures in the place that it has for them. Raises ValueError where it has none."""
    before, start, rest = document.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise ValueError(f"no place for figures: {START} and {END}")
    return f"{before}{start}\n\n{figures.strip()}\n\n{end}{after}"


def _seconds(value: float | None) -> str:
    if value is None:
        return ""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-9:.3g} ns"


def _count(value: float) -> str:
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.3g}"


def _row(group: dict[str, Measured], one: Measured) -> str:
    floor = floor_seconds(group, one)
    times = ""
    if OURS in group and one.engine != "floor":
        least, median = _ratio(one, group[OURS])
        times = f"{least:.3g} / {median:.3g}"
    rows = "" if one.engine == "floor" else f"{one.rows:,}"
    speed = (
        "" if one.engine == "floor" and one.section in ("lookup", "whole") else _count(one.rows / one.least)
    )
    memory = f"{one.peak_mb:.0f} / {one.extra_mb:.0f}"
    return f"| {one.engine} | {rows} | {_seconds(one.least)} | {_seconds(one.median)} | {speed} | {times} | {memory} | {_seconds(floor)} |"


def as_text(results: Sequence[Measured], run: dict[str, Any]) -> str:
    """Return every figure as Markdown."""
    out = [
        f"{run['processors']} processors, Python {run['python']}, load {run['load'][0]} before and {run['load'][1]} after; "
        f"{run['repeats']} rounds, turn by turn; "
        + ", ".join(f"{name} {version}" for name, version in run["versions"].items())
        + ".",
        "",
        "| claim | bound | by shortest | by median | |",
        "|---|---|---|---|---|",
        *(claim.line() for claim in claims(results)),
    ]
    seen = ""
    for (section, label), group in _groups(results).items():
        if section != seen:
            out += ["", f"### {_TITLES[section]}"]
            seen = section
        if section != "one":
            what = "rows of the table" if section == "growth" else "customers"
            out += ["", f"{int(label):,} {what}:"]
        out += [
            "",
            "| engine | customers | shortest | median | a second | times ours (shortest / median) | peak / extra MB | floor |",
            "|---|--:|--:|--:|--:|--:|--:|--:|",
            *(_row(group, one) for one in group.values()),
        ]
    return "\n".join(out) + "\n"

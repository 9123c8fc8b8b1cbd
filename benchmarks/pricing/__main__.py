"""`python -m benchmarks.pricing`: one run, the same table, the same customers, the answers compared."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.pricing import report, sections
from benchmarks.pricing.engines import ENGINES
from benchmarks.pricing.measure import Failed

README = Path(__file__).resolve().parents[1] / "README.md"
_PACKAGES = ("numpy", "pandas", "pyarrow", "duckdb", "polars", "zen-engine", "rule-engine")


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pricing", description=__doc__)
    names = sorted([*ENGINES, "ours-whole", "duckdb-sql"])
    parser.add_argument(
        "--rows", default="10000,1000000,10000000", help="customers in memory, with commas between"
    )
    parser.add_argument("--whole-rows", default="1000000", help="customers in memory that are priced wholly")
    parser.add_argument(
        "--stream-rows", default="10000000", help="customers of a file; 10000000,50000000 for both"
    )
    parser.add_argument("--sections", default=",".join(sections.SECTIONS), help="parts of the run")
    parser.add_argument("--only", default="", help=f"engines beside ours: {', '.join(names)}")
    parser.add_argument("--repeats", type=int, default=3, help="rounds that count")
    parser.add_argument("--json", type=Path, help="a file for every figure")
    parser.add_argument("--readme", action="store_true", help="put the figures into benchmarks/README.md")
    parser.add_argument("--folder", type=Path, help="where files are made, and removed again at the end")
    parsed = parser.parse_args(given)
    for name, allowed in (("sections", sections.SECTIONS), ("only", names)):
        chosen = tuple(filter(None, getattr(parsed, name).split(",")))
        if unknown := sorted(set(chosen) - set(allowed)):
            parser.error(f"--{name}: {', '.join(unknown)}, expected some of {', '.join(allowed)}")
        setattr(parsed, name, chosen)
    for name in ("rows", "whole_rows", "stream_rows"):
        setattr(parsed, name, [int(n) for n in getattr(parsed, name).split(",")])
    return parsed


def _versions() -> dict[str, str]:
    out = {}
    for name in _PACKAGES:
        try:
            out[name] = version(name)
        except PackageNotFoundError:
            out[name] = "not installed"
    return out


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def main(given: Sequence[str] | None = None) -> int:
    """Run what was asked for; returns 0, 1 where a claim does not hold, 2 where answers differ or an engine stopped."""
    parsed = _arguments(given)
    results: sections.Results = []
    before = _load()
    with tempfile.TemporaryDirectory(dir=parsed.folder) as folder:
        run = sections.Run(Path(folder), parsed.repeats, parsed.only, lambda text: print(text, file=sys.stderr, flush=True))  # fmt: skip
        try:
            for section in parsed.sections:
                if section == "one":
                    results += sections.one(run)
                elif section == "lookup":
                    for rows in parsed.rows:
                        results += sections.lookup(run, rows)
                elif section == "growth":
                    results += sections.growth(run)
                elif section == "whole":
                    for rows in parsed.whole_rows:
                        results += sections.whole(run, rows)
                else:
                    for rows in parsed.stream_rows:
                        results += sections.stream(run, rows, section)
        except (sections.Differs, Failed) as error:
            print(error, file=sys.stderr)
            return 2
    about = {"processors": os.cpu_count(), "python": platform.python_version(), "load": [before, _load()], "repeats": parsed.repeats, "versions": _versions()}  # fmt: skip
    figures_text = report.as_text(results, about)
    print(figures_text)
    if parsed.readme:
        README.write_text(
            report.put_into(README.read_text(encoding="utf-8"), figures_text), encoding="utf-8", newline="\n"
        )
    if parsed.json is not None:
        held = [{**vars(claim), "holds": claim.holds} for claim in report.claims(results)]
        figures = {"run": about, "claims": held, "results": [one.as_json() for one in results]}
        parsed.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0 if all(claim.holds for claim in report.claims(results)) else 1


if __name__ == "__main__":
    sys.exit(main())

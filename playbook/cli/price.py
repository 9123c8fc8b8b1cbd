"""`playbook price`: what a case, or a file of customers, comes to."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playbook.errors import InputError, Problem

if TYPE_CHECKING:
    from playbook.offers import Offer, OfferLine
    from playbook.policy.model import Policy
    from playbook.tables import Table

EXAMPLE = """playbook price --client heri-bakery --case price=1280 --case delay_min=365 --case damaged=true --explain
playbook price --client heri-bakery --input customers.csv --output priced.csv"""

MOST_BYTES = 10_000_000
"""No list of events of one case is larger."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("--client", required=True, metavar="NAME", help="whose policy")
    parser.add_argument("--table", metavar="ID", help="only this table")
    parser.add_argument(
        "--case", action="append", metavar="KEY=VALUE", help="one input; a list: KEY=@file.json; repeat it"
    )
    parser.add_argument(
        "--input", metavar="FILE", help="customers: CSV or Parquet, also a folder or glob of Parquet files"
    )
    parser.add_argument("--output", metavar="FILE", help="where the priced customers go (.csv or .parquet)")
    parser.add_argument("--explain", action="store_true", help="say why, row by row")


def read_case(pairs: list[str]) -> dict[str, Any]:
    """Read KEY=VALUE pairs; `KEY=@file.json` reads a list. Raises InputError with every pair that is wrong."""
    case: dict[str, Any] = {}
    problems = []
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            problems.append(Problem("--case", 0, 0, pair, repr(pair), "KEY=VALUE", "Write it as price=1280."))
        elif value.startswith("@"):
            try:
                path = Path(value[1:])
                if path.exists() and not (path.is_file() and path.stat().st_size <= MOST_BYTES):
                    raise ValueError("no file, or a file that is too large")
                case[key] = json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError, RecursionError) as error:
                expected = f"a JSON file of at most {MOST_BYTES:,} bytes"
                problems.append(
                    Problem(value[1:], 0, 0, key, str(error), expected, "Check the path and the file.")
                )
        else:
            case[key] = value
    if problems:
        raise InputError(problems)
    return case


def run(args: argparse.Namespace) -> int:
    """Run the command; returns 0, or raises InputError."""
    from playbook.policy import read_policy
    from playbook.workspace import find_workspace

    policy = read_policy(args.client, find_workspace(Path.cwd()))
    if args.input:
        from playbook.cli.place import refuse_policies
        from playbook.offers.files import price_file

        if not args.output:
            raise InputError(
                [Problem("--output", 0, 0, "", "nothing", "a file to write", "Add --output priced.csv.")]
            )
        refuse_policies(Path(args.output), "--output")
        with _progress(args.input) as progress:
            report = price_file(policy, args.input, Path(args.output), only=args.table, progress=progress)
        print(json.dumps(report, ensure_ascii=False, indent=2))
        return 0
    if not args.case:
        raise InputError(
            [
                Problem(
                    "--case",
                    0,
                    0,
                    "",
                    "nothing",
                    "at least one KEY=VALUE, or --input",
                    "See playbook price --help.",
                )
            ]
        )
    print(
        json.dumps(
            priced_json(policy, read_case(args.case), args.table, explain=args.explain),
            ensure_ascii=False,
            indent=2,
        )
    )
    return 0


@contextmanager
def _progress(source: str) -> Iterator[Callable[[int], None]]:
    """Show how many customers have been read: a bar on a terminal, a line each million elsewhere; both to standard error."""
    from playbook.offers.columns import rows_of_files

    total = rows_of_files(source)
    if not sys.stderr.isatty():
        shown = 0

        def plain(rows: int) -> None:
            nonlocal shown
            if rows // 1_000_000 > shown:
                shown = rows // 1_000_000
                of = f" of {total:,}" if total else ""
                print(f"{rows:,}{of} customers", file=sys.stderr)

        yield plain
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("customers"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda rows: bar.update(task, completed=rows)


def priced_json(policy: Policy, case: dict[str, Any], table: str | None, *, explain: bool) -> dict[str, Any]:
    """Return the JSON of one priced case (a contract: names and shapes are kept)."""
    from playbook.offers import authority_of, explanation, make_options, price_case
    from playbook.offers.spoken import in_languages

    known = _known_inputs(policy, table)
    unknown = sorted(set(case) - known)
    if unknown:
        raise InputError(
            Problem(
                "--case",
                0,
                0,
                name,
                f"the input {name}",
                "one of " + ", ".join(sorted(known)),
                "Correct the name.",
            )
            for name in unknown
        )
    priced = price_case(
        policy, case, only=table, jurisdiction=str(case.get("jurisdiction") or policy.jurisdiction)
    )
    options = make_options(policy, priced)
    rung = authority_of(policy, priced, options)
    return {
        "outcome": priced.outcome,
        "authority": rung.role if rung else None,
        "lines": [_line(line) for line in priced.lines],
        "options": [_option(option) for option in options],
        "missing": list(priced.missing),
        "clamped": list(priced.clamped),
        "explanation": {**explanation(priced), "words": in_languages(priced, policy)}
        if explain
        else {"rows": [r.id for d in priced.decisions for r in d.fired]},
    }


def _known_inputs(policy: Policy, table: str | None) -> set[str]:
    from playbook.offers import tables_of

    tables = tables_of(policy)
    if table is not None and table not in tables:
        raise InputError(
            [Problem("--table", 0, 0, table, repr(table), "one of " + ", ".join(tables), "Correct the name.")]
        )
    chosen = [tables[table]] if table else list(tables.values())
    names = {name for one in chosen for name in _inputs_of(one)}
    return names | {"event_date", "jurisdiction"} | {row.of for row in policy.options if row.of}


@lru_cache(maxsize=256)
def _inputs_of(table: Table) -> frozenset[str]:
    asked = {column.name for column in (*table.inputs, *table.raw_inputs)}
    return frozenset(asked | {table.effective_on, table.events.list if table.events else ""} - {""})


def _line(line: OfferLine) -> dict[str, Any]:
    told: dict[str, Any] = {
        "line": line.line, "basis": line.basis, "kind": line.kind, "amount": None if line.amount is None else str(line.amount),
        "currency": line.amount.currency if line.amount else None, "row": line.row, "source": line.source, "table": line.table,
    }  # fmt: skip
    if line.alternative:
        told["alternative"] = line.alternative
    if line.decider:
        told |= {
            "decider": line.decider,
            "at_least": None if line.at_least is None else str(line.at_least),
            "at_most": None if line.at_most is None else str(line.at_most),
        }
    if line.remedy:
        told["remedy"] = line.remedy
    if line.payers:
        told["payers"] = {payer: str(share) for payer, share in line.payers.items()}
    return told


def _option(option: Offer) -> dict[str, Any]:
    return {
        "id": option.id,
        "label": dict(option.label),
        "parts": [
            {
                "line": part.line, "kind": part.kind, "label": dict(part.label), "amount": None if part.amount is None else str(part.amount),
                "worth": None if part.worth is None else str(part.worth), "currency": part.value.currency if part.value else None,
            }
            for part in option.parts
        ],
        "total": str(option.total),
        "authority": option.authority.role if option.authority else None,
        "non_monetary": option.non_monetary,
    }  # fmt: skip

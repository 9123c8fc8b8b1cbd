"""`playbook policy whatif`: what past customers would have got under a change. Exit code 0."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from playbook.cli.policies.printed import as_json
from playbook.errors import InputError, Problem

if TYPE_CHECKING:
    from playbook.policy import Policy
    from playbook.workspace import Workspace

WHAT = "price past customers under a client's policy and under another: totals, winners, losers, by row"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the action."""
    parser.add_argument("name", metavar="NAME", help="the client, with the change")
    parser.add_argument(
        "--input", metavar="FILE", required=True, help="customers as for playbook price: CSV or Parquet"
    )
    parser.add_argument(
        "--against",
        metavar="OTHER|FOLDER",
        help="a client, a layer, or a folder with an older copy of the client's layer "
        "(default: the layers below, without the client's own tables and patches)",
    )
    parser.add_argument(
        "--measure",
        choices=("owed", "offered"),
        help="tell winners and losers by what is owed, or by the dearest option (default: owed, where sums are)",
    )
    parser.add_argument("--language", metavar="LANG", help="of the report (default: the client's first)")
    parser.add_argument("--out", metavar="FOLDER", help="also write a report: page, Markdown, CSV, chart")
    parser.add_argument("--format", default="text", choices=("text", "json"), help="how to report")


def run(args: argparse.Namespace, workspace: Workspace) -> int:
    """Print what the change comes to, and write the report; returns 0."""
    from playbook.cli.place import put_in_place, refuse_full
    from playbook.messages.printable import one_line, printable
    from playbook.policy import read_policy
    from playbook.text import LANGUAGES
    from playbook.whatif import below, compare_population
    from playbook.whatif.against import other_policy, paying
    from playbook.whatif.printed import summary_lines

    new = read_policy(args.name, workspace)
    old: Policy = (
        paying(other_policy(args.name, args.against, workspace), new)
        if args.against is not None
        else below(new)
    )
    language = args.language or new.languages[0]
    if language not in LANGUAGES:
        expected = "one of " + ", ".join(LANGUAGES)
        raise InputError([Problem("--language", 0, 0, "", repr(language), expected, "Correct it.")])
    if args.against is not None and old.name == new.name and args.against != args.name:
        old = replace(old, name=Path(args.against).resolve().name)  # the folder's name tells the two apart
    folder = Path(args.out) if args.out else None
    if folder is not None:
        refuse_full(folder, "--out")
    progress = _progress()
    found = compare_population(old, new, args.input, measure=args.measure, progress=progress)
    if progress is not None:
        print(file=sys.stderr)
    if folder is not None:
        from playbook.whatif.report import report_files

        files = report_files(found, language)

        def fill(part: Path) -> None:
            for name, raw in files.items():
                (part / name).write_bytes(raw)

        put_in_place(folder, fill, "--out")
    if args.format == "json":
        print(as_json(found.as_dict()))
        return 0
    other = args.against or f"{args.name} without its own tables and patches"
    print(one_line(f"{args.name} against {other}"))
    print("\n".join(summary_lines(found)))
    if folder is not None:
        print(printable(f"written: {folder}"))
    return 0


def _progress() -> Callable[[int], None] | None:
    """Return what shows on a terminal how far the reading is; nothing elsewhere."""
    if not sys.stderr.isatty():
        return None

    def show(rows: int) -> None:
        print(f"\r{rows:,} customers", end="", file=sys.stderr, flush=True)

    return show

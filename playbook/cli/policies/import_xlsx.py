"""`playbook policy import-xlsx`: bring a consultant's workbook back into the client's files. Exit code 0 or 2."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from playbook.errors import InputError, Problem

if TYPE_CHECKING:
    from playbook.workspace import Workspace

WHAT = "bring a changed workbook back into the client's files, whole or not at all"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the action."""
    parser.add_argument("name", metavar="NAME", help="the client")
    parser.add_argument(
        "file", metavar="FILE", help="the workbook, as export-xlsx wrote it and you changed it"
    )
    parser.add_argument("--reason", metavar="TEXT", default="", help="why, where no row says so itself")
    parser.add_argument("--dry-run", action="store_true", help="only say what would change")


def run(args: argparse.Namespace, workspace: Workspace) -> int:
    """Print what changed, cell by cell, and write it; returns 0."""
    from datetime import date
    from pathlib import Path

    from playbook.messages.printable import one_line
    from playbook.workbook import import_workbook
    from playbook.workbook.unpack import MOST_PACKED

    path = Path(args.file)
    try:
        if path.stat().st_size > MOST_PACKED:
            found, expected = f"{path.stat().st_size:,} bytes", f"a workbook of at most {MOST_PACKED:,} bytes"
            raise InputError([Problem(args.file, 0, 0, "FILE", found, expected, "Export it again.")])
        raw = path.read_bytes()
    except OSError as error:
        found = error.strerror or str(error)
        raise InputError(
            [Problem(args.file, 0, 0, "FILE", found, "a workbook", "Check the path.")]
        ) from error
    brought = import_workbook(args.name, raw, workspace, reason=args.reason, on=date.today())
    for line in (*brought.restored, *brought.changes):
        print(one_line(line))
    for warning in brought.warnings:
        print(one_line(f"warning: {warning}"))
    if not brought.files:
        print(f"{args.name}: nothing changed")
        return 0
    if not args.dry_run:
        brought.write()
    done = "would be written" if args.dry_run else "written"
    for file in brought.files:
        print(one_line(f"{done}: {file}"))
    return 0

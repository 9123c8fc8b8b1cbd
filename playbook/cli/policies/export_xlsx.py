"""`playbook policy export-xlsx`: a client's compensation policy as a workbook for a consultant."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from playbook.errors import InputError, Problem

if TYPE_CHECKING:
    from playbook.workspace import Workspace

WHAT = "write a client's tables, authority, options and clocks as an Excel workbook"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the action."""
    parser.add_argument("name", metavar="NAME", help="the client")
    parser.add_argument("--out", metavar="FILE", help="write it there (default: NAME.xlsx here)")


def run(args: argparse.Namespace, workspace: Workspace) -> int:
    """Write the workbook; returns 0."""
    from pathlib import Path

    from playbook.cli.place import refuse_policies
    from playbook.messages.printable import printable
    from playbook.policy import read_policy
    from playbook.workbook import export_workbook

    raw = export_workbook(read_policy(args.name, workspace))
    path = Path(args.out or f"{args.name.replace('/', '-')}.xlsx")
    refuse_policies(path, "--out")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    except OSError as error:
        found, expected = error.strerror or str(error), "a file that can be written"
        raise InputError([Problem(str(path), 0, 0, "--out", found, expected, "Choose another.")]) from error
    print(printable(str(path)))
    print(printable(f"Next: change it, then: playbook policy import-xlsx {args.name} {path} --dry-run"))
    return 0

"""`playbook policy export-dmn`: write one table as DMN 1.3, for a modeler or a decision engine. Exit code 0 or 2."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from playbook.errors import InputError, Problem

if TYPE_CHECKING:
    from playbook.workspace import Workspace

WHAT = "write one table as DMN 1.3, for a modeler or a decision engine"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the action."""
    parser.add_argument("name", metavar="NAME", help="the client")
    parser.add_argument("table", metavar="TABLE", help="the table, as its file is called: late_arrival")
    parser.add_argument("file", metavar="FILE", help="where to write it, such as late_arrival.dmn")
    parser.add_argument("--format", default="text", choices=("text", "json"), help="how to report")


def run(args: argparse.Namespace, workspace: Workspace) -> int:
    """Write the file, and tell what a program that knows only DMN will not know; returns 0."""
    from pathlib import Path

    from playbook.cli.place import refuse_policies
    from playbook.cli.policies.printed import as_json
    from playbook.messages.printable import one_line
    from playbook.policy import read_policy
    from playbook.tables import read_table
    from playbook.tables.dmn.exporting import export_table

    policy = read_policy(args.name, workspace)
    if args.table not in policy.table_files:
        expected = "one of " + (", ".join(sorted(policy.table_files)) or "none: the policy has no table")
        problem = Problem("TABLE", 0, 0, "", repr(args.table), expected, "Correct the name.")
        raise InputError([problem])
    header, patches = policy.table_files[args.table]
    exported = export_table(read_table(header, patches))
    path = Path(args.file)
    refuse_policies(path, "FILE")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(exported.text, encoding="utf-8", newline="\n")
    except OSError as error:
        found, expected = error.strerror or str(error), "a file that can be written"
        raise InputError([Problem(str(path), 0, 0, "FILE", found, expected, "Choose another.")]) from error
    if args.format == "json":
        print(as_json({"path": str(path), "left_out": list(exported.left_out)}))
        return 0
    print(one_line(str(path)))
    for told in exported.left_out:
        print(one_line(f"not said in DMN: {told}"))
    return 0

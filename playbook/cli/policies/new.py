"""`playbook policy new`: start a client, as comments on what it may change."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from playbook.cli.policies.printed import as_json
from playbook.errors import InputError, Problem

if TYPE_CHECKING:
    from playbook.workspace import Workspace

WHAT = "start a client's policy, as comments on what it may change"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the action."""
    parser.add_argument("name", metavar="NAME", help="the client")
    parser.add_argument("--out", metavar="PATH", help="write it there, not to the screen")
    parser.add_argument("--format", default="text", choices=("text", "json"), help="how to report")


def run(args: argparse.Namespace, workspace: Workspace) -> int:
    """Write the folder; returns 0."""
    from playbook.cli.place import put_in_place, refuse_full
    from playbook.messages.printable import printable
    from playbook.policy import read_policy
    from playbook.policy.start import NAME, new_policy

    if not NAME.match(args.name) or args.name == "base":
        expected = "letters, digits, hyphens: harbour-ferries"
        raise InputError([Problem("NAME", 0, 0, "", repr(args.name), expected, "Choose another name.")])
    folder = Path(args.out) if args.out else workspace.clients / args.name
    refuse_full(folder, "NAME")
    text = new_policy(args.name, read_policy("base", workspace))
    put_in_place(folder, lambda part: _write(part / "policy.yaml", text), "NAME")
    path = folder / "policy.yaml"
    if args.format == "json":
        print(as_json({"path": str(path)}))
    else:
        print(printable(str(path)))
        print(printable(f"Next: edit it, then: playbook policy check {args.name}"))
    return 0


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")

"""`playbook policy diff`: what is different from another policy, value by value."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from playbook.cli.policies.printed import as_json, put
from playbook.cli.policies.show import nothing_below

if TYPE_CHECKING:
    from playbook.policy.effective import Change
    from playbook.workspace import Workspace

WHAT = "what is different from another policy (else from base), value by value"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the action."""
    parser.add_argument("name", metavar="NAME", help="the client")
    parser.add_argument("other", metavar="OTHER", nargs="?", default="base", help="(default: base)")
    parser.add_argument(
        "--only", metavar="PREFIX", help="such as switches, authority, tables.remedy, wording.en"
    )
    parser.add_argument("--out", metavar="PATH", help="write it there, not to the screen")
    parser.add_argument("--format", default="text", choices=("text", "json"), help="how to report")


def run(args: argparse.Namespace, workspace: Workspace) -> int:
    """Print the differences; returns 0."""
    from playbook.drafts.listed import values_of
    from playbook.policy.effective import changes

    policy, ours = values_of(args.name, workspace, args.only)
    other, theirs = values_of(args.other, workspace, args.only)
    if args.only and not ours and not theirs:
        raise nothing_below(args.only, values_of(args.name, workspace, None)[1])
    found = changes(theirs, ours)
    if args.format == "json":
        data = {"policy": policy.name, "other": other.name, "changes": [change.as_dict() for change in found]}
        put(as_json(data), args.out)
        return 0
    head = f"{policy.name} against {other.name}: {len(found)} values differ"
    put("\n".join([head, *(line for change in found for line in _change_lines(change))]), args.out)
    return 0


def _change_lines(change: Change) -> Iterator[str]:
    from playbook.messages.printable import one_line

    yield one_line(change.path)
    for sign, value in (("-", change.before), ("+", change.after)):
        if value is not None:
            yield f"  {sign} {one_line(value.text)}    {value.origin}"

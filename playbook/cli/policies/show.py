"""`playbook policy show`: every value in force, with the layer, file and line that set it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING

from playbook.cli.policies.printed import as_json, put
from playbook.errors import InputError, Problem

if TYPE_CHECKING:
    from playbook.workspace import Workspace

WHAT = "every value in force, with where it comes from"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the action."""
    parser.add_argument("name", metavar="NAME", help="the client")
    parser.add_argument(
        "--only", metavar="PREFIX", help="such as switches, authority, tables.remedy, wording.en"
    )
    parser.add_argument("--out", metavar="PATH", help="write it there, not to the screen")
    parser.add_argument("--format", default="text", choices=("text", "json"), help="how to report")


def nothing_below(only: str, values: Iterable[str]) -> InputError:
    """Return the error that no value has this prefix."""
    heads = ", ".join(dict.fromkeys(path.partition(".")[0] for path in values))
    return InputError(
        [Problem("--only", 0, 0, "", repr(only), f"one of {heads}, or below", "Correct the prefix.")]
    )


def run(args: argparse.Namespace, workspace: Workspace) -> int:
    """Print the values; returns 0."""
    from playbook.drafts.listed import values_of
    from playbook.messages.printable import one_line

    policy, values = values_of(args.name, workspace, args.only)
    if args.only and not values:
        raise nothing_below(args.only, values_of(args.name, workspace, None)[1])
    if args.format == "json":
        data = {
            "policy": policy.name, "layers": list(policy.layers), "sha256": policy.sha256,
            "values": [value.as_dict() for value in values.values()],
        }  # fmt: skip
        put(as_json(data), args.out)
        return 0
    lines = [f"{policy.name}: {' < '.join(policy.layers)}"]
    lines += [one_line(f"{v.path} = {v.text}") + f"    {v.origin}" for v in values.values()]
    put("\n".join(lines), args.out)
    return 0

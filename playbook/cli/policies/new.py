"""`playbook policy new`: start a client, with a table and worked examples of its own and a list of what to fill in."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from playbook.cli.policies.printed import as_json
from playbook.errors import InputError, Problem

if TYPE_CHECKING:
    from playbook.policy import Policy
    from playbook.workspace import Workspace

_PLAIN = re.compile(r"[\w./+, -]*\Z")
"""What may be written into a YAML file as it is."""
WHAT = "start a client: its policy, a table with worked examples, and a list of what to fill in"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the action."""
    parser.add_argument("name", metavar="NAME", help="the client")
    parser.add_argument(
        "--extends",
        metavar="LAYERS",
        default="base",
        help="lowest first, such as base,statutes/eu,sectors/airline",
    )
    parser.add_argument(
        "--languages", metavar="LIST", default="", help="such as zh-Hant,en (default: all three)"
    )
    parser.add_argument("--currency", metavar="CODE", default="", help="ISO 4217, such as TWD")
    parser.add_argument("--timezone", metavar="ZONE", default="", help="such as Asia/Taipei")
    parser.add_argument(
        "--jurisdiction", metavar="CODE", default="", help="whose law applies, such as TW or US-CA"
    )
    parser.add_argument(
        "--calendar", metavar="CODE", default="", help="whose holidays count (default: the jurisdiction's)"
    )
    parser.add_argument("--out", metavar="PATH", help="write the folder there, not among the clients")
    parser.add_argument("--format", default="text", choices=("text", "json"), help="how to report")


def run(args: argparse.Namespace, workspace: Workspace) -> int:
    """Write the folder; returns 0. Raises InputError with every option that is wrong, with nothing written."""
    from playbook.cli.place import put_in_place, refuse_full
    from playbook.messages.printable import printable
    from playbook.policy import read_policy
    from playbook.policy.start import NAME, Start, fill_in_list, new_client, to_fill_in

    if not NAME.match(args.name) or args.name == "base":
        expected = "letters, digits, hyphens: harbour-ferries"
        raise InputError([Problem("NAME", 0, 0, "", repr(args.name), expected, "Choose another name.")])
    folder = Path(args.out) if args.out else workspace.clients / args.name
    refuse_full(folder, "NAME")
    for option in ("extends", "languages", "currency", "timezone", "jurisdiction", "calendar"):
        if not _PLAIN.match(given := getattr(args, option)):
            expected = "letters, digits and the signs . / + - , only"
            raise InputError([Problem(f"--{option}", 0, 0, "", repr(given[:80]), expected, "Correct it.")])
    start = Start(
        extends=_listed(args.extends),
        languages=_listed(args.languages),
        currency=args.currency,
        timezone=args.timezone,
        jurisdiction=args.jurisdiction,
        calendar=args.calendar or args.jurisdiction.partition("-")[0],
    )
    files = new_client(args.name, read_policy("base", workspace), start)
    items = to_fill_in(_read(files, args.name, folder, workspace))
    files["FILL-IN.md"] = fill_in_list(args.name, items)

    def fill(part: Path) -> None:
        for name, text in files.items():
            (part / name).write_text(text, encoding="utf-8", newline="\n")

    put_in_place(folder, fill, "NAME")
    path = folder / "policy.yaml"
    if args.format == "json":
        print(as_json({"path": str(path), "to_fill_in": items}))
        return 0
    print(printable(str(path)))
    print(printable(f"To fill in ({len(items)}), as a list in {folder / 'FILL-IN.md'}:"))
    for item in items:
        print(printable(f"  {item}"))
    print(printable(f"Next: playbook policy check {args.name}"))
    return 0


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _read(files: Mapping[str, str], name: str, folder: Path, workspace: Workspace) -> Policy:
    """Read the policy before it is written. Raises InputError with every setting that is wrong, told by its place-to-be."""
    from playbook.policy import read_policy

    with TemporaryDirectory() as scratch:
        draft = Path(scratch) / name
        draft.mkdir()
        for file, text in files.items():
            (draft / file).write_text(text, encoding="utf-8", newline="\n")
        try:
            return read_policy(name, replace(workspace, clients=Path(scratch)))
        except InputError as error:
            raise InputError(
                replace(problem, path=problem.path.replace(str(draft), str(folder)))
                for problem in error.problems
            ) from error

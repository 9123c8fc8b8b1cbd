"""`playbook policy import-dmn`: turn the decision tables of a DMN file into a client's tables. Exit code 0 or 2."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from playbook.errors import InputError, Problem

if TYPE_CHECKING:
    from playbook.tables.dmn.importing import TableFiles
    from playbook.workspace import Workspace

WHAT = "turn the decision tables of a DMN file into a client's tables, whole or not at all"
_OUTPUTS = {
    "amount": "the output that is a sum (else: amount, or the first number)",
    "kind": "the output that says what is paid (else: kind, or the first text)",
    "option": "the output that names an option of options.csv",
    "outcome": "the output that says whether anything is paid (true: pay, false: none)",
    "authority": "the output that names the role that must grant it",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the action."""
    parser.add_argument("file", metavar="FILE", help="a DMN 1.1 to 1.5 file")
    parser.add_argument("name", metavar="NAME", help="the client")
    for column, told in _OUTPUTS.items():
        parser.add_argument(f"--{column}", metavar="OUTPUT", help=told)
    parser.add_argument("--decision", metavar="DECISION", default="", help="only this decision")
    parser.add_argument("--currency", metavar="CODE", help="of the sums (else the client's)")
    lines = ("statutory", "need_now", "inconvenience", "options")
    parser.add_argument("--line", default="inconvenience", choices=lines, help="what the sums are for")
    bases = ("statutory", "contractual", "goodwill")
    parser.add_argument("--basis", default="goodwill", choices=bases, help="why they are paid")
    parser.add_argument("--out", metavar="DIR", help="write the tables there, not among the client's")
    parser.add_argument("--format", default="text", choices=("text", "json"), help="how to report")


def run(args: argparse.Namespace, workspace: Workspace) -> int:
    """Write the tables, and tell what was left out and why; returns 0. Raises InputError with nothing written."""
    from playbook.cli.policies.printed import as_json
    from playbook.messages.printable import one_line
    from playbook.policy import read_policy
    from playbook.policy.rows import COLUMNS
    from playbook.tables.dmn.importing import Wanted, import_tables
    from playbook.tables.dmn.reading import read_model

    policy = read_policy(args.name, workspace)
    folder = Path(args.out) if args.out else workspace.clients / args.name
    if not args.out and not (folder / "policy.yaml").is_file():
        problem = Problem(
            "NAME", 0, 0, "", repr(args.name), "a client", "Start it with: playbook policy new."
        )
        raise InputError([problem])
    wanted = Wanted(
        columns={column: getattr(args, column) for column in _OUTPUTS if getattr(args, column)},
        currency=args.currency or policy.currency,
        line=args.line,
        basis=args.basis,
        only=args.decision,
        reserved=frozenset(name.removesuffix(".csv") for name in COLUMNS),
    )
    imported = import_tables(read_model(Path(args.file)), wanted)
    taken = {} if args.out else policy.table_files
    _refuse_taken(imported.tables, folder, {name: str(files[0]) for name, files in taken.items()})
    _prove(imported.tables, folder)
    written = _write(imported.tables, folder)
    if args.format == "json":
        print(as_json({"paths": [str(path) for path in written], "left_out": list(imported.left_out)}))
        return 0
    for path in written:
        print(one_line(f"written: {path}"))
    for told in imported.left_out:
        print(one_line(f"left out: {told}"))
    if not args.out:
        print(one_line(f"Next: playbook policy check {args.name}"))
    return 0


def _files(tables: Sequence[TableFiles]) -> list[tuple[str, str]]:
    return [pair for one in tables for pair in ((f"{one.name}.table.yaml", one.header), (f"{one.name}.csv", one.rows))]  # fmt: skip


def _refuse_taken(tables: Sequence[TableFiles], folder: Path, known: dict[str, str]) -> None:
    """Raise InputError for tables whose files are there already, or that another layer has."""
    problems = []
    remedy = "Rename the decision in the model, or write elsewhere with --out."
    for one in tables:
        place = next((folder / name for name, _ in _files([one]) if (folder / name).exists()), None)
        if place is not None or one.name in known:
            found = f"the table {one.name}, which is there: {place or known[one.name]}"
            problems.append(
                Problem(str(folder), 0, 0, one.decision, found, "a table with a new name", remedy)
            )
    if problems:
        raise InputError(problems)


def _prove(tables: Sequence[TableFiles], folder: Path) -> None:
    """Read the tables as they would stand. Raises InputError, with the places that they would have."""
    from tempfile import TemporaryDirectory

    from playbook.tables import read_table

    problems: list[Problem] = []
    with TemporaryDirectory() as name:
        part = Path(name)
        for file, text in _files(tables):
            (part / file).write_text(text, encoding="utf-8", newline="\n")
        for one in tables:
            try:
                read_table(part / f"{one.name}.table.yaml")
            except InputError as error:
                problems += [replace(p, path=str(folder / Path(p.path).name)) for p in error.problems]
    if problems:
        raise InputError(problems)


def _write(tables: Sequence[TableFiles], folder: Path) -> list[Path]:
    """Write the files, none over another; what was written is taken away again where one cannot be."""
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in _files(tables):
            with (folder / name).open("x", encoding="utf-8", newline="\n") as file:
                written.append(folder / name)
                file.write(text)
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        found, expected = error.strerror or str(error), "a folder that can be written"
        raise InputError([Problem(str(folder), 0, 0, "", found, expected, "Choose another.")]) from error
    return written

"""`playbook policy check`: everything that is wrong. Exit code 0 nothing, 1 something, 2 it cannot be read."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from playbook.cli.policies.printed import as_json, put

if TYPE_CHECKING:
    from playbook.policy import Policy
    from playbook.tables.prove import Finding
    from playbook.workspace import Workspace

WHAT = "everything that is wrong: rows, tables, worked examples, words, conditions"
GROUPED = "no-golden-case"
"""A finding for each row: on a screen one line for all rows of a file."""
MOST_NAMED = 6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the action."""
    parser.add_argument("name", metavar="NAME", help="the client")
    parser.add_argument("--out", metavar="PATH", help="write it there, not to the screen")
    parser.add_argument("--format", default="text", choices=("text", "json"), help="how to report")
    parser.add_argument(
        "--boundaries",
        action="store_true",
        help="write worked examples (cases.yaml) on both sides of each bound instead, with what is answered today",
    )
    parser.add_argument("--table", metavar="ID", help="with --boundaries: this table alone")


def run(args: argparse.Namespace, workspace: Workspace) -> int:
    """Print the findings; returns 1 where one is an error. Raises InputError for what cannot be read."""
    from playbook.policy import read_policy

    policy = read_policy(args.name, workspace)
    return _boundaries(policy, args) if args.boundaries else _check(policy, args)


def _check(policy: Policy, args: argparse.Namespace) -> int:
    from datetime import date

    from playbook.checks.policies import check_policy

    found = check_policy(policy, date.today())  # a waiver expires on a day
    errors = sum(finding.level == "error" for finding in found)
    if args.format == "json":
        data = {
            "policy": policy.name, "layers": list(policy.layers), "sha256": policy.sha256, "errors": errors,
            "warnings": len(found) - errors, "findings": [_finding(finding) for finding in found],
        }  # fmt: skip
        put(as_json(data), args.out)
    else:
        put("\n".join(_finding_lines(policy, found, errors)), args.out)
    return 1 if errors else 0


def _boundaries(policy: Policy, args: argparse.Namespace) -> int:
    from playbook.messages.printable import printable_lines
    from playbook.offers.boundaries import as_yaml, boundary_cases

    cases = boundary_cases(policy, args.table)
    put(as_json({"cases": cases}) if args.format == "json" else printable_lines(as_yaml(cases)), args.out)
    return 0


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check, "level": finding.level, "message": finding.message, "path": finding.path,
        "line": finding.line, "rows": list(finding.rows), "example": dict(finding.example) if finding.example else None,
        "waived": finding.waived,
    }  # fmt: skip


def _finding_lines(policy: Policy, found: tuple[Finding, ...], errors: int) -> Iterator[str]:
    from playbook.messages.printable import one_line

    yield from (one_line(line) for line in _grouped(found))
    tables = len(policy.table_files)
    checked = f"{len(policy.switches)} switches, {len(policy.steps)} steps, {len(policy.clocks)} clocks, {tables} tables"
    if found:
        yield f"{policy.name}: {errors} errors, {len(found) - errors} warnings ({checked})"
    else:
        yield f"{policy.name}: nothing wrong ({checked}, words in {', '.join(policy.languages)})"


def _grouped(found: tuple[Finding, ...]) -> Iterator[str]:
    rows: dict[str, list[str]] = {}
    for finding in found:
        if finding.check == GROUPED and finding.rows:
            rows.setdefault(finding.path, []).extend(finding.rows)
    for finding in found:
        if finding.check != GROUPED or not finding.rows:
            yield str(finding)
        elif finding.path in rows:
            names = rows.pop(finding.path)
            more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
            named = ", ".join(names[:MOST_NAMED])
            yield f"{finding.path}:{finding.line}: {finding.level}: {GROUPED}: no worked example decides by {named}{more}."

"""List, show, check, compare and start clients' policies.

Exit code 0; `check`: 0 nothing wrong, 1 something is, 2 it cannot be read. Every value is told with the layer, file and
line that set it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playbook.errors import InputError, Problem

if TYPE_CHECKING:
    from playbook.policy import Policy
    from playbook.policy.effective import Change
    from playbook.tables.prove import Finding
    from playbook.workspace import Workspace

EXAMPLE = """playbook policy list
playbook policy new harbour-ferries
playbook policy show heri-bakery --only switches
playbook policy check heri-bakery --format json
playbook policy diff heri-bakery --out heri-bakery.diff"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the sub-commands and their options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|new|show|check|diff")
    for action, what in (
        ("list", "the clients of the workspace, and the layers they may extend"),
        ("new", "start a client's policy, as comments on what it may change"),
        ("show", "every value in force, with where it comes from"),
        ("check", "everything that is wrong: rows, tables, words, conditions"),
        ("diff", "what is different from another policy (else from base), value by value"),
    ):
        one = actions.add_parser(action, help=what, description=what[0].upper() + what[1:] + ".")
        if action != "list":
            one.add_argument("name", metavar="NAME", help="the client")
        if action == "diff":
            one.add_argument("other", metavar="OTHER", nargs="?", default="base", help="(default: base)")
        if action in ("show", "diff"):
            one.add_argument(
                "--only", metavar="PREFIX", help="such as switches, authority, tables.remedy, wording.en"
            )
        one.add_argument("--out", metavar="PATH", help="write it there, not to the screen")
        one.add_argument("--format", default="text", choices=("text", "json"), help="how to report")


def run(args: argparse.Namespace) -> int:
    """Run the command; returns the exit code."""
    from playbook.workspace import find_workspace

    workspace = find_workspace(Path.cwd())
    actions: dict[str, Callable[[argparse.Namespace, Workspace], int]] = {
        "list": _list, "new": _new, "show": _show, "check": _check, "diff": _diff,
    }  # fmt: skip
    return actions[args.action](args, workspace)


def _put(text: str, out: str | None) -> None:
    """Print a text, or write it to a file. Raises InputError where that cannot be written."""
    if out is None:
        print(text)
        return
    try:
        Path(out).parent.mkdir(parents=True, exist_ok=True)
        Path(out).write_text(text + "\n", encoding="utf-8", newline="\n")
    except OSError as error:
        found = error.strerror or str(error)
        raise InputError(
            [Problem(out, 0, 0, "--out", found, "a file that can be written", "Choose another.")]
        ) from error


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _json(data: Any) -> str:
    from playbook.messages.printable import printable_json

    return printable_json(json.dumps(data, ensure_ascii=False, indent=2, default=str))


# -- list ----------------------------------------------------------------------------------


def _list(args: argparse.Namespace, workspace: Workspace) -> int:
    from playbook.messages.printable import printable_lines
    from playbook.policy import clients

    rows = [_listed(name, workspace) for name in clients(workspace)]
    layers = _layers(workspace)
    if args.format == "json":
        _put(_json({"clients": rows, "layers": layers}), args.out)
        return 0
    lines = [f"{row['name']}: {_listed_text(row)}" for row in rows] or [
        f"no clients in {workspace.clients}: playbook policy new NAME"
    ]
    lines.append("layers to extend: " + ", ".join(layers))
    _put(printable_lines("\n".join(lines)), args.out)
    return 0


def _listed(name: str, workspace: Workspace) -> dict[str, Any]:
    from playbook.policy import read_policy

    try:
        policy = read_policy(name, workspace)
    except InputError as error:
        return {"name": name, "readable": False, "problems": [p.as_dict() for p in error.problems]}
    return {
        "name": name, "readable": True, "label": dict(policy.brand.name), "layers": list(policy.layers),
        "languages": list(policy.languages), "currency": policy.currency, "jurisdiction": policy.jurisdiction,
        "tables": sorted(policy.table_files), "sha256": policy.sha256,
    }  # fmt: skip


def _listed_text(row: dict[str, Any]) -> str:
    if not row["readable"]:
        return f"cannot be read ({len(row['problems'])} problems): playbook policy check {row['name']}"
    label = next(iter(row["label"].values()), row["name"])
    facts = [
        label,
        " < ".join(row["layers"][:-1]),
        ", ".join(row["languages"]),
        row["currency"],
        row["jurisdiction"],
    ]
    return " · ".join(str(fact) for fact in facts if fact)


def _layers(workspace: Workspace) -> list[str]:
    shared = workspace.shared
    found = ["base"] if (shared / "base").is_dir() else []
    for kind in ("statutes", "sectors"):
        found += [f"{kind}/{p.name}" for p in sorted((shared / kind).glob("*")) if p.is_dir()]
    return found


# -- new -----------------------------------------------------------------------------------


def _new(args: argparse.Namespace, workspace: Workspace) -> int:
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
        print(_json({"path": str(path)}))
    else:
        print(printable(str(path)))
        print(printable(f"Next: edit it, then: playbook policy check {args.name}"))
    return 0


# -- show and diff -------------------------------------------------------------------------


def _nothing(only: str, values: Iterable[str]) -> InputError:
    heads = ", ".join(dict.fromkeys(path.partition(".")[0] for path in values))
    return InputError(
        [Problem("--only", 0, 0, "", repr(only), f"one of {heads}, or below", "Correct the prefix.")]
    )


def _show(args: argparse.Namespace, workspace: Workspace) -> int:
    from playbook.drafts.listed import values_of
    from playbook.messages.printable import one_line

    policy, values = values_of(args.name, workspace, args.only)
    if args.only and not values:
        raise _nothing(args.only, values_of(args.name, workspace, None)[1])
    if args.format == "json":
        data = {
            "policy": policy.name, "layers": list(policy.layers), "sha256": policy.sha256,
            "values": [value.as_dict() for value in values.values()],
        }  # fmt: skip
        _put(_json(data), args.out)
        return 0
    lines = [f"{policy.name}: {' < '.join(policy.layers)}"]
    lines += [one_line(f"{v.path} = {v.text}") + f"    {v.origin}" for v in values.values()]
    _put("\n".join(lines), args.out)
    return 0


def _diff(args: argparse.Namespace, workspace: Workspace) -> int:
    from playbook.drafts.listed import values_of
    from playbook.policy.effective import changes

    policy, ours = values_of(args.name, workspace, args.only)
    other, theirs = values_of(args.other, workspace, args.only)
    if args.only and not ours and not theirs:
        raise _nothing(args.only, values_of(args.name, workspace, None)[1])
    found = changes(theirs, ours)
    if args.format == "json":
        data = {"policy": policy.name, "other": other.name, "changes": [change.as_dict() for change in found]}
        _put(_json(data), args.out)
        return 0
    head = f"{policy.name} against {other.name}: {len(found)} values differ"
    _put("\n".join([head, *(line for change in found for line in _change_lines(change))]), args.out)
    return 0


def _change_lines(change: Change) -> Iterator[str]:
    from playbook.messages.printable import one_line

    yield one_line(change.path)
    for sign, value in (("-", change.before), ("+", change.after)):
        if value is not None:
            yield f"  {sign} {one_line(value.text)}    {value.origin}"


# -- check ---------------------------------------------------------------------------------


def _check(args: argparse.Namespace, workspace: Workspace) -> int:
    from datetime import date

    from playbook.checks.policies import check_policy
    from playbook.policy import read_policy

    policy = read_policy(args.name, workspace)
    found = check_policy(policy, date.today())  # a waiver expires on a day
    errors = sum(finding.level == "error" for finding in found)
    if args.format == "json":
        data = {
            "policy": policy.name, "layers": list(policy.layers), "sha256": policy.sha256, "errors": errors,
            "warnings": len(found) - errors, "findings": [_finding(finding) for finding in found],
        }  # fmt: skip
        _put(_json(data), args.out)
    else:
        _put("\n".join(_finding_lines(policy, found, errors)), args.out)
    return 1 if errors else 0


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check, "level": finding.level, "message": finding.message, "path": finding.path,
        "line": finding.line, "rows": list(finding.rows), "example": dict(finding.example) if finding.example else None,
        "waived": finding.waived,
    }  # fmt: skip


def _finding_lines(policy: Policy, found: tuple[Finding, ...], errors: int) -> Iterator[str]:
    from playbook.messages.printable import one_line

    yield from (one_line(str(finding)) for finding in found)
    tables = len(policy.table_files)
    checked = f"{len(policy.switches)} switches, {len(policy.steps)} steps, {len(policy.clocks)} clocks, {tables} tables"
    if found:
        yield f"{policy.name}: {errors} errors, {len(found) - errors} warnings ({checked})"
    else:
        yield f"{policy.name}: nothing wrong ({checked}, words in {', '.join(policy.languages)})"

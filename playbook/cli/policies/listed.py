"""`playbook policy list`: the clients of a workspace, and the layers they may extend."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from playbook.cli.policies.printed import as_json, put
from playbook.errors import InputError

if TYPE_CHECKING:
    from playbook.workspace import Workspace

WHAT = "the clients of the workspace, and the layers they may extend"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the action."""
    parser.add_argument("--out", metavar="PATH", help="write it there, not to the screen")
    parser.add_argument("--format", default="text", choices=("text", "json"), help="how to report")


def run(args: argparse.Namespace, workspace: Workspace) -> int:
    """Print the clients; returns 0."""
    from playbook.messages.printable import printable_lines
    from playbook.policy import clients

    rows = [_listed(name, workspace) for name in clients(workspace)]
    layers = _layers(workspace)
    if args.format == "json":
        put(as_json({"clients": rows, "layers": layers}), args.out)
        return 0
    lines = [f"{row['name']}: {_listed_text(row)}" for row in rows] or [
        f"no clients in {workspace.clients}: playbook policy new NAME"
    ]
    lines.append("layers to extend: " + ", ".join(layers))
    put(printable_lines("\n".join(lines)), args.out)
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
    shared, own = workspace.shared, workspace.clients.parent
    found = ["base"] if (shared / "base").is_dir() else []
    for kind in ("statutes", "sectors"):
        names = {p.name for place in (shared, own) for p in (place / kind).glob("*") if p.is_dir()}
        found += [f"{kind}/{name}" for name in sorted(names)]
    return found

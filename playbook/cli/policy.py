"""List, show, check, compare, price, print and exchange clients' policies.

Exit code 0; `check`: 0 nothing wrong, 1 something is, 2 it cannot be read. Every value is told with the layer, file and
line that set it.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path

EXAMPLE = """playbook policy list
playbook policy new harbour-ferries
playbook policy show heri-bakery --only switches
playbook policy check heri-bakery --format json
playbook policy handbook heri-bakery --languages zh-Hant,en
playbook policy diff heri-bakery --out heri-bakery.diff
playbook policy export-xlsx heri-bakery --out heri-bakery.xlsx
playbook policy import-xlsx heri-bakery heri-bakery.xlsx --dry-run"""

ACTIONS = {
    "list": "listed",
    "new": "new",
    "show": "show",
    "check": "check",
    "diff": "diff",
    "handbook": "handbook",
    "whatif": "whatif",
    "export-xlsx": "export_xlsx",
    "import-xlsx": "import_xlsx",
    "export-dmn": "export_dmn",
    "import-dmn": "import_dmn",
}
"""Each action and its module in `playbook.cli.policies`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="|".join(ACTIONS))
    for action, name in ACTIONS.items():
        module = import_module(f"playbook.cli.policies.{name}")
        what: str = module.WHAT
        one = actions.add_parser(action, help=what, description=what[0].upper() + what[1:] + ".")
        module.add_arguments(one)
        one.set_defaults(_action=module.run)


def run(args: argparse.Namespace) -> int:
    """Run the action; returns the exit code."""
    from playbook.workspace import find_workspace

    return int(args._action(args, find_workspace(Path.cwd())))

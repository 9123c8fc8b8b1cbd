"""Start a workspace: a folder of your own for clients and incidents, with an example of each and the notebooks.

It gets playbook.toml (by which it is found), notebooks/, policies/clients/example-shop, incidents/minimal, the JSON
Schema that editors complete incident.yaml by, and environment.yml. Exit code 0: written; 2: nothing written.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from playbook.errors import EnvironmentLacks

EXAMPLE = """playbook init my-desk
cd my-desk && playbook render incidents/minimal"""

MARKER_TEXT = """# This folder is a workspace of crisis-playbook: clients and incidents are looked for here.
[folders]
clients = "policies/clients"
incidents = "incidents"
packs = "packs"
notebooks = "notebooks"
"""
IGNORE = "packs/\n.ipynb_checkpoints/\n"
EXAMPLES = ("policies/clients/example-shop", "incidents/minimal")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("folder", metavar="DIR", help="the workspace; it must be new or empty")


def run(args: argparse.Namespace) -> int:
    """Run the command; returns 0, or raises InputError with nothing written."""
    from playbook.cli.place import put_in_place, refuse_full
    from playbook.messages.printable import printable

    folder = Path(args.folder)
    refuse_full(folder)
    put_in_place(folder, _fill)
    print(printable(str(folder)))
    print(printable(f"Next: cd {args.folder} && playbook render incidents/minimal"))
    return 0


def example_root() -> Path:
    """Return where the examples stand: the checkout while developing, else the installed package."""
    from playbook.workspace import shipped

    root = shipped("policies").parent
    return root if (root / "pyproject.toml").is_file() else root / "example"


def _fill(part: Path) -> None:
    from playbook.incident.schema import NAME, schema_file
    from playbook.workspace import MARKER, shipped

    root = example_root()
    lacking = [name for name in (*EXAMPLES, "environment.yml") if not (root / name).exists()]
    if lacking:
        raise EnvironmentLacks(
            f"This installation lacks its examples ({', '.join(lacking)}): install the package again."
        )
    (part / MARKER).write_text(MARKER_TEXT, encoding="utf-8")
    (part / ".gitignore").write_text(IGNORE, encoding="utf-8")
    (part / "notebooks").mkdir()
    for notebook in sorted(shipped("notebooks").glob("*.ipynb")):
        shutil.copy(notebook, part / "notebooks" / notebook.name)
    for name in EXAMPLES:
        shutil.copytree(root / name, part / name, ignore=shutil.ignore_patterns(".*"))
    shutil.copy(schema_file(), part / NAME)
    record = part / "incidents/minimal/incident.yaml"
    record.write_text(with_schema(record.read_text(encoding="utf-8"), f"../../{NAME}"), encoding="utf-8")
    environment = (root / "environment.yml").read_text(encoding="utf-8")
    (part / "environment.yml").write_text(without_checkout(environment), encoding="utf-8")


def with_schema(text: str, schema: str) -> str:
    """Return a record whose first line names the JSON Schema at another place."""
    first, _, rest = text.partition("\n")
    line = f"# yaml-language-server: $schema={schema}"
    return f"{line}\n{rest}" if first.startswith("# yaml-language-server:") else f"{line}\n{text}"


def without_checkout(environment: str) -> str:
    """Return environment.yml for a workspace, where the package is a wheel and not the folder itself."""
    lines = [line for line in environment.splitlines() if not line.startswith("#")]
    end = next((i for i, line in enumerate(lines) if line.strip() == "- pip:"), len(lines))
    head = "# What the notebooks need. Then install the wheel of crisis-playbook in it with pip."
    return "\n".join([head, *lines[:end]]) + "\n"

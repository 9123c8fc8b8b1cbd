"""Open the notebooks in JupyterLab; a workspace that has none of its own gets copies first."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from playbook.errors import EnvironmentLacks

EXAMPLE = """playbook lab
playbook lab --no-browser"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument("--port", type=int, metavar="N", help="the port to listen on")


def own_notebooks() -> Path:
    """Return the workspace's notebooks: copies of the shipped ones where it has none, so that nobody edits those."""
    from playbook.workspace import find_workspace, shipped

    workspace = find_workspace(Path.cwd())
    own = workspace.root / "notebooks"
    if not own.is_dir():
        own.mkdir()
        for source in sorted(shipped("notebooks").glob("*.ipynb")):
            shutil.copy(source, own / source.name)
    return own


def run(args: argparse.Namespace) -> int:
    """Run the command; returns JupyterLab's exit code."""
    from importlib.util import find_spec

    if find_spec("jupyterlab") is None:
        raise EnvironmentLacks("JupyterLab is not installed here: pip install jupyterlab")
    notebooks = own_notebooks()
    # The whole workspace is shown, because the notebooks speak of incidents/ and packs/.
    options = [
        f"--ServerApp.root_dir={notebooks.parent}",
        f"--LabApp.default_url=/lab/tree/{notebooks.name}/00-start-here.ipynb",
    ]
    options += ["--no-browser"] if args.no_browser else []
    options += [f"--port={args.port}"] if args.port else []
    return subprocess.call([sys.executable, "-m", "jupyterlab", *options])

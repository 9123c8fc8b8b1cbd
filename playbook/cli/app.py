"""Open the manager's desk in a browser: the intake form as a page of its own, without code."""

from __future__ import annotations

import argparse
import subprocess
import sys
from importlib.util import find_spec

from playbook.errors import EnvironmentLacks

EXAMPLE = """playbook app
playbook app --no-browser --port 8866"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument("--port", type=int, default=8866, metavar="N", help="the port to listen on")


def run(args: argparse.Namespace) -> int:
    """Run the command; returns the server's exit code. Raises EnvironmentLacks where Voila is not installed."""
    from playbook.cli.lab import own_notebooks

    if find_spec("voila") is None:
        raise EnvironmentLacks(
            "The app needs one more package: pip install voila. The same form is in `playbook lab`, 10-intake."
        )
    options = [f"--port={args.port}", "--Voila.ip=127.0.0.1", "--strip_sources=True"]
    options += ["--no-browser"] if args.no_browser else []
    return subprocess.call(
        [sys.executable, "-m", "voila", str(own_notebooks() / "10-intake.ipynb"), *options]
    )

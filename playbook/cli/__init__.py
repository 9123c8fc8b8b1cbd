"""The command line: `playbook COMMAND …`.

Each command is one module of this package with the command's name (`playbook.cli.render`), imported only when it is
called. It has a docstring (its first line is the description), `EXAMPLE` (command lines, one a line),
`add_arguments(parser)` and `run(arguments) -> int`. What is wrong with people's files is raised as InputError and
printed here, to standard error, one problem a line, with exit code 2.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from playbook import __version__
from playbook.errors import InputError, PlaybookError

COMMANDS: dict[str, tuple[str, str]] = {
    "render": ("write the pack of an incident, or of several", "playbook render incidents/2026-05-09-cake"),
    "check": ("check any text, ours or anybody's", "playbook check statement.docx --fail-level error"),
    "price": (
        "what one case, or a table of cases, is owed",
        "playbook price --client NAME --case delay_min=365",
    ),
    "policy": ("list, show, check, compare and adapt clients' policies", "playbook policy check NAME"),
    "init": ("start a workspace for your clients and incidents", "playbook init my-desk"),
    "new": ("start an incident folder: five questions, or an import", "playbook new incidents/today"),
    "validate": ("list everything that is wrong in an incident folder", "playbook validate incidents/today"),
    "draft": (
        "show a draft, its versions, or another wording of it",
        "playbook draft incidents/today en/public-apology.web --another",
    ),
    "take": (
        "read an edited draft back: from Markdown, Word or a notebook",
        "playbook take incidents/today packs/today/drafts/en/public-apology.web.docx",
    ),
    "approve": (
        "record who approved a draft",
        "playbook approve incidents/today en/final-response.email --role …",
    ),
    "sent": (
        "record that a draft was sent",
        "playbook sent incidents/today en/final-response.email --at TIME",
    ),
    "phrase": (
        "keep a person's own wording as a client's phrase, or list them",
        "playbook phrase keep incidents/today en/final-response.email",
    ),
    "cases": ("across incidents: open promises, repeats, trends", "playbook cases incidents"),
    "lab": ("open the notebooks in JupyterLab", "playbook lab"),
    "app": ("open the manager's desk in a browser", "playbook app"),
}
"""Every command: what it does, in a few words, and an example."""


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30, width=110)


def parser_of(command: str) -> argparse.ArgumentParser:
    """Return the parser of one command, made by its module."""
    module = import_module(f"playbook.cli.{command}")
    examples = str(getattr(module, "EXAMPLE", COMMANDS[command][1])).strip().splitlines()
    parser = argparse.ArgumentParser(
        prog=f"playbook {command}",
        description=(module.__doc__ or COMMANDS[command][0]).strip(),
        epilog="examples:\n" + "\n".join(f"  {line.strip()}" for line in examples),
        formatter_class=_Formatter,
    )
    module.add_arguments(parser)
    parser.set_defaults(_run=module.run)
    return parser


def _overview() -> argparse.ArgumentParser:
    width = max(map(len, COMMANDS))
    lines = [
        f"  {name:<{width}}  {what}\n  {'':<{width}}  e.g. {example}"
        for name, (what, example) in COMMANDS.items()
    ]
    parser = argparse.ArgumentParser(
        prog="playbook",
        usage="playbook COMMAND …",
        description="For the day something went wrong with your customers: write-up, compensation, apology, review.",
        epilog="commands:\n" + "\n".join(lines) + "\n\n`playbook COMMAND --help` says more about one.",
        formatter_class=_Formatter,
        add_help=True,
    )
    parser.add_argument("--version", action="version", version=f"playbook {__version__}")
    return parser


def report(error: PlaybookError) -> None:
    """Print an error to standard error: every problem of an input on a line of its own."""
    from playbook.messages.printable import printable

    lines = [str(p) for p in error.problems] if isinstance(error, InputError) else [str(error)]
    print("\n".join(map(printable, lines)), file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code (2 when it cannot run)."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # the same bytes in every locale
            reconfigure(encoding="utf-8", errors="backslashreplace")
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] not in COMMANDS:
        parser = _overview()
        if not words:
            parser.print_help()
            return 2
        if not words[0].startswith("-"):
            parser.error(f"no command {words[0]!r}; there are: {', '.join(COMMANDS)}")
        parser.parse_args(words)
        return 2
    options = parser_of(words[0]).parse_args(words[1:])
    try:
        return int(options._run(options))
    except PlaybookError as error:
        report(error)
        return 2
    except BrokenPipeError:  # `playbook … | head`
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return 130

"""`playbook policy handbook`: a client's policy as a handbook to print, in each of its languages."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from playbook.cli.policies.printed import as_json
from playbook.errors import InputError, Problem

if TYPE_CHECKING:
    from playbook.policy import Policy
    from playbook.text import Language
    from playbook.workspace import Workspace

WHAT = "the policy as a handbook to print: playbook, tables, authority, clocks, voice"
FORMATS = ("html", "docx")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the action."""
    parser.add_argument("name", metavar="NAME", help="the client, or base")
    parser.add_argument("--languages", metavar="LIST", help="such as zh-Hant,en (default: the client's)")
    parser.add_argument("--formats", metavar="LIST", help="of html,docx (default: both)")
    parser.add_argument("--out", metavar="FOLDER", help="(default: handbook-NAME among the packs)")
    parser.add_argument("--format", default="text", choices=("text", "json"), help="how to report")


def run(args: argparse.Namespace, workspace: Workspace) -> int:
    """Write the files; returns 0. Raises InputError with nothing written."""
    from playbook.messages.printable import printable
    from playbook.policy import read_policy
    from playbook.text import LANGUAGES

    policy = read_policy(args.name, workspace)
    languages = _chosen("--languages", args.languages, LANGUAGES, policy.languages)
    formats = _chosen("--formats", args.formats, FORMATS, FORMATS)
    folder = Path(args.out) if args.out else workspace.packs / f"handbook-{policy.name}"
    made = dict(_files(policy, languages, formats))
    paths = _write(folder, made)
    if args.format == "json":
        print(as_json({"policy": policy.name, "sha256": policy.sha256, "files": [str(p) for p in paths]}))
    else:
        for path in paths:
            print(printable(str(path)))
    return 0


def _chosen(
    option: str, given: str | None, known: tuple[str, ...], usual: tuple[str, ...]
) -> tuple[str, ...]:
    """Return what a list names, each once, in its order; the usual ones for nothing. Raises InputError."""
    wanted = tuple(dict.fromkeys(part.strip() for part in (given or "").split(",") if part.strip()))
    wrong = [name for name in wanted if name not in known]
    if wrong:
        expected = "of " + ", ".join(known)
        raise InputError([Problem(option, 0, 0, "", repr(n), expected, "Correct the name.") for n in wrong])
    return wanted or usual


def _files(
    policy: Policy, languages: tuple[str, ...], formats: tuple[str, ...]
) -> Iterator[tuple[str, bytes]]:
    from playbook.documents import to_docx, to_html
    from playbook.handbook import handbook

    for code in languages:
        language: Language = code  # type: ignore[assignment]
        if "html" in formats:
            page = to_html(handbook(policy, language))
            yield f"{policy.name}.handbook.{code}.html", page.encode()
        if "docx" in formats:
            yield f"{policy.name}.handbook.{code}.docx", to_docx(handbook(policy, language, contents=True))


def _write(folder: Path, made: dict[str, bytes]) -> list[Path]:
    """Write files, each whole or not at all, in place of earlier ones of the same names."""
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in made.items():
            part = folder / f".{name}.part-{os.getpid()}"
            try:
                part.write_bytes(content)
                os.replace(part, folder / name)
            finally:
                part.unlink(missing_ok=True)
            paths.append(folder / name)
    except OSError as error:
        found = error.strerror or str(error)
        problem = Problem(
            str(folder), 0, 0, "--out", found, "a folder that can be written", "Choose another."
        )
        raise InputError([problem]) from error
    return paths

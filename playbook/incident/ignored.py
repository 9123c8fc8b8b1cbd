"""What stands in an incident folder and is read by nobody: misspelt names, files in the wrong place, keys in vain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

from playbook.errors import InputError, Problem
from playbook.incident.fields import NOT_IN_YAML
from playbook.incident.read import refuse_strange
from playbook.sources import read_yaml
from playbook.text import LANGUAGES

READ = (
    "incident.yaml", "timeline.csv", "complaints.csv", "customers.csv", "customers.parquet", "approvals.csv", "sent.csv",
)  # fmt: skip
FOLDERS = ("drafts", "evidence")
INBOX = "drafts/inbox/"
_LEFT_BEHIND = (".", "~$", "Thumbs.db", "desktop.ini")


def ignored(folder: Path, kinds: Iterable[str]) -> list[Problem]:
    """Return a problem for every file and key that exists and is not read; `kinds` are those of drafts."""
    names = set(kinds)
    return sorted([*_files(folder, names), *_keys(folder)])


def _files(folder: Path, kinds: set[str]) -> Iterator[Problem]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if any(part.startswith(_LEFT_BEHIND) for part in path.relative_to(folder).parts):
            continue
        if path.is_symlink():
            yield _unread(path, "a link", "a file in the folder", "Copy the file into it.")
        elif path.is_dir() or name in READ or name.startswith((INBOX, "evidence/")):
            continue
        elif name.startswith("drafts/"):
            yield from _draft(path, name, kinds)
        else:
            close = get_close_matches(path.name, READ, n=1)
            remedy = f"Did you mean {close[0]}?" if close else "Move it to evidence/, if it is one."
            yield _unread(path, "a file that is not read", "one of " + ", ".join(READ), remedy)


def _draft(path: Path, name: str, kinds: set[str]) -> Iterator[Problem]:
    parts = name.split("/")
    kind, dot, channel = path.name.removesuffix(".md").partition(".")
    if len(parts) == 3 and parts[1] in LANGUAGES and path.suffix == ".md" and dot and channel:
        if kind not in kinds:
            close = get_close_matches(kind, sorted(kinds), n=1)
            remedy = f"Did you mean {close[0]}?" if close else "Rename it."
            yield _unread(path, f"the kind {kind!r}", "one of " + ", ".join(sorted(kinds)), remedy)
        return
    expected = "drafts/<language>/<kind>.<channel>.md"
    remedy = (
        "Read it back: playbook take INCIDENT FILE"
        if path.suffix == ".docx"
        else f"Use one of {', '.join(LANGUAGES)} as folder."
    )
    yield _unread(path, "a draft that is not read", expected, remedy)


def _keys(folder: Path) -> Iterator[Problem]:
    try:
        refuse_strange(folder, folder / "incident.yaml")
        data, at = read_yaml(folder / "incident.yaml")
    except InputError:
        return
    for key in data if isinstance(data, dict) else ():
        if key in NOT_IN_YAML:
            where = f"{key}/" if key in FOLDERS else "the folder's name" if key == "folder" else f"{key}.csv"
            yield at.problem(
                (key,), f"the key {key}, which is not read here", where, f"Write it into {where}."
            )


def _unread(path: Path, found: str, expected: str, remedy: str) -> Problem:
    return Problem(str(path), 0, 0, "", found, expected, remedy)

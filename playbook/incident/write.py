"""Write changes into `incident.yaml`: only what changed, only when the whole folder is valid with it, and never over
what somebody else wrote in the meantime.

A change is a path of keys and a value, `None` to remove: `{("handler", "name", "en"): "Lin Pei-chun"}`. Paths are those
of the record; the short forms a person may write (`noticed_at`, one plain string in the record's language) are kept.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from playbook.errors import InputError, Problem
from playbook.incident.changes import Changes, apply, conversions, get, operations, place
from playbook.incident.model import Incident
from playbook.incident.read import LARGEST_FILE, _FolderReader, refuse_strange
from playbook.incident.splice import Page
from playbook.sources import Keys, Positions, dotted, parse_yaml, replace_whole

NAME = "incident.yaml"


class ChangedMeanwhile(InputError):
    """The file on disk is not what it was when it was opened."""


@dataclass(frozen=True)
class Standing:
    """What `incident.yaml` holds at one moment; `raw` is None where there is no such file yet."""

    folder: Path
    raw: bytes | None
    text: str
    data: Mapping[str, Any]

    @property
    def path(self) -> Path:
        """Return the file's path."""
        return self.folder / NAME

    def value(self, keys: Keys) -> Any:
        """Return what is written down at a path of the record, or None."""
        return get(self.data, place(self.data, keys))


@dataclass(frozen=True)
class Proposal:
    """What the file would become: read back and valid, not yet written."""

    standing: Standing
    text: str
    incident: Incident

    @property
    def changed(self) -> bool:
        """Tell whether anything would be written."""
        return self.text != self.standing.text

    def diff(self) -> str:
        """Return the lines that would change."""
        before, after = self.standing.text.splitlines(), self.text.splitlines()
        return "\n".join(difflib.unified_diff(before, after, NAME, NAME, lineterm="", n=1))

    def write(self) -> None:
        """Put the new file in place, whole. Raises InputError where the file is not what it was when it was opened."""
        if not self.changed:
            return
        replace_whole(self.standing.path, self._bytes(), lambda: _unchanged(self.standing))

    def _bytes(self) -> bytes:
        raw = self.standing.raw or b""
        text = self.text.replace("\n", "\r\n") if b"\r\n" in raw else self.text
        return text.encode("utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8")


def open_record(folder: Path) -> Standing:
    """Return what an incident folder's `incident.yaml` holds; nothing where the folder or the file is not there yet.

    The record need not be valid. Raises InputError for what is no YAML of keys and values, or uses anchors.
    """
    path = folder / NAME
    if path.is_symlink():
        raise _problem(path, "a link", "a file in the incident folder", "Copy the file into it.")
    if not path.exists():
        return Standing(folder, None, "", {})
    refuse_strange(folder, path)
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise _problem(path, error.strerror or str(error), "a file", "Check the path.") from error
    except UnicodeDecodeError as error:
        found = f"bytes that are not UTF-8 at {error.start}"
        raise _problem(path, found, "UTF-8", "Save the file as UTF-8.") from error
    return Standing(folder, raw, text, _parsed(text, str(path))[0])


def propose(standing: Standing, changes: Changes) -> Proposal:
    """Return what the file would become. Raises InputError with everything that is wrong in the folder with it."""
    _unchanged(standing)
    text = changed_text(standing.text, changes, str(standing.path))
    if standing.folder.is_dir():
        return Proposal(standing, text, _Candidate(standing.folder, text, standing.path).read())
    with TemporaryDirectory() as place:
        folder = Path(place) / standing.folder.name
        folder.mkdir()
        return Proposal(standing, text, _Candidate(folder, text, standing.path).read())


def write_changes(folder: Path, changes: Changes) -> Incident:
    """Apply changes to an incident folder and return the record as it is then.

    Raises InputError with everything that is wrong; nothing is written then.
    """
    proposal = propose(open_record(Path(folder)), changes)
    proposal.write()
    return proposal.incident


def changed_text(text: str, changes: Changes, path: str = NAME) -> str:
    """Return the text of a record with changes applied and every other character as it was.

    Raises InputError where a change does not fit the text, or the text is laid out so that it cannot be changed safely.
    """
    _refuse_half_characters(changes, path)
    data, at = _parsed(text, path)
    comments = Counter(Page(text).comments())
    remedy = "Change it in a text editor."
    unsafe = InputError([at.problem((), "a layout that cannot be changed safely", "plain YAML", remedy)])
    for plan in (conversions, operations):
        for keys, value in plan(data, changes, at):
            try:
                text = Page(text).drop(keys) if value is None else Page(text).put(keys, value)
            except (yaml.YAMLError, ValueError, IndexError, AttributeError, StopIteration) as error:
                raise unsafe from error
            apply(data, keys, value)
    try:
        found, _ = _parsed(text, path)
        lost = comments - Counter(Page(text).comments())
    except InputError as error:
        raise unsafe from error
    if found != data or lost:
        raise unsafe
    return text


class _Candidate(_FolderReader):
    """Reads a folder as if its `incident.yaml` held another text."""

    def __init__(self, folder: Path, text: str, shown: Path) -> None:
        super().__init__(folder)
        self._text, self._shown = text, shown

    def _yaml(self, path: Path) -> tuple[dict[str, Any], Positions]:
        self._refuse_strange(path)
        if len(self._text.encode()) > LARGEST_FILE:
            found = f"{len(self._text.encode()):,} bytes"
            raise _problem(self._shown, found, f"at most {LARGEST_FILE:,}", "Put long texts into evidence/.")
        return _parsed(self._text, str(self._shown))


def _parsed(text: str, path: str) -> tuple[dict[str, Any], Positions]:
    problems = []
    try:
        for token in yaml.scan(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
                mark = token.start_mark
                problems.append(
                    Problem(path, mark.line + 1, mark.column + 1, "", "an anchor or alias", "the value itself",
                            "Write the value out where it is used.")
                )  # fmt: skip
    except yaml.YAMLError:
        pass  # told below, with its place
    if problems:
        raise InputError(problems)
    data, at = parse_yaml(text, path)
    if data is None:
        return {}, at
    if not isinstance(data, dict):
        raise InputError([at.problem((), "no record", "keys and values, such as client: …", "Write keys.")])
    return data, at


def _problem(path: Path, found: str, expected: str, remedy: str) -> InputError:
    return InputError([Problem(str(path), 0, 0, "", found, expected, remedy)])


def _unchanged(standing: Standing) -> None:
    """Raise InputError where the file on disk is not what it was when it was opened."""
    path = standing.path
    now = path.read_bytes() if path.exists() else None
    if now != standing.raw or path.is_symlink():
        found = "another version than the one that was opened"
        remedy = "Somebody saved it in between: open it again, then make the change."
        raise ChangedMeanwhile([Problem(str(path), 0, 0, "", found, "the same", remedy)])


def _refuse_half_characters(changes: Changes, path: str) -> None:
    problems = [
        Problem(path, 0, 0, dotted(keys), "half a character (a lone surrogate)", "text", "Type it again.")
        for keys, value in changes.items()
        if any("\ud800" <= c <= "\udfff" for c in str(value))
    ]
    if problems:
        raise InputError(problems)

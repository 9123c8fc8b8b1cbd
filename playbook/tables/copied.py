"""Read a table's header; one that is a copy takes what it does not say from another table's.

The same rules with other sums are one file of changes: `copy_of: eu/eu261.delay` beside `NAME.changes.csv`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playbook.errors import InputError, Problem
from playbook.sources import Positions, read_yaml
from playbook.tables.shapes import check_header, rows_beside

_COPY = re.compile(r"([\w-]{1,80})/(\w[\w.-]{0,79})\Z")
_MERGED = ("inputs", "derived", "indices")


@dataclass(frozen=True)
class Header:
    """A header as it is to be read: its values, where they stand, its rows, changes of them, every file it is made of."""

    data: dict[str, Any]
    at: Positions
    rows: Path
    changes: tuple[Path, ...]
    files: tuple[Path, ...]


def read_header(path: Path, problems: list[Problem]) -> Header:
    """Read a header. Raises InputError for one that is no map, of another shape, or a copy of what is not there."""
    data, at = _read(path)
    of = data.get("copy_of")
    if of is None:
        rows = rows_beside(path, data, at)
        return Header(data, at, rows, (), (path, rows))
    original = original_of(path, of)
    if original is None:
        found, expected = repr(str(of)[:80]), "LAYER/TABLE, a table in a layer beside this one"
        raise InputError([at.problem(("copy_of",), found, expected, "Correct the name.")])
    below, below_at = _read(original)
    if below.get("copy_of") is not None:
        found, expected = f"{of}, a copy itself", "a table that has rows"
        raise InputError([at.problem(("copy_of",), found, expected, "Name the table that it is copied of.")])
    rows = rows_beside(original, below, below_at)
    changes = changes_of(path)
    if "rows" in data:
        problems.append(at.problem(("rows",), repr(data["rows"]), "no rows of its own", "Remove it."))
    merged = {**below, **data, **{key: _merged(below.get(key), data.get(key)) for key in _MERGED if key in below or key in data}}  # fmt: skip
    return Header(merged, at, rows, changes, (path, original, rows, *changes))


def original_of(path: Path, of: object) -> Path | None:
    """Return the header that a copy is of, or None where there is none; a name is no path."""
    match = _COPY.match(str(of))
    if match is None:
        return None
    beside = path.resolve().parent.parent / match[1] / f"{match[2]}.table.yaml"
    return beside if beside.is_file() else None


def changes_of(path: Path) -> tuple[Path, ...]:
    """Return the file of a copy's changes, where it has one."""
    changes = path.with_name(path.name.removesuffix(".table.yaml") + ".changes.csv")
    return (changes,) if changes.is_file() else ()


def borrowed_files(path: Path) -> tuple[Path, ...]:
    """Return the files of other layers that a header is read from; none where it is no copy, or cannot be read."""
    if b"copy_of:" not in path.read_bytes():
        return ()
    try:
        return tuple(file for file in read_header(path, []).files if file.parent != path.parent)
    except InputError:
        return ()


def _read(path: Path) -> tuple[dict[str, Any], Positions]:
    data, at = read_yaml(path)
    if not isinstance(data, dict):
        expected = "a header with table, inputs and hit_policy"
        raise InputError([at.problem((), "no table", expected, "See docs/tables.md.")])
    problems: list[Problem] = []
    check_header(data, at, problems)
    if problems:  # nothing else can be read out of a value of another shape
        raise InputError(problems)
    return data, at


def _merged(below: Any, above: Any) -> Any:
    if isinstance(below, Mapping) and isinstance(above, Mapping):
        return {**below, **above}
    return below if above is None else above

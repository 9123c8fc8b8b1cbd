"""A client's own phrases, `wording/<language>/own.yaml` of its layer: one variant added, every other character kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from playbook.drafts.wording import OWN, Bank, Variant
from playbook.errors import InputError, Problem
from playbook.incident.splice import Page
from playbook.sources import parse_yaml, replace_whole

NAME = "own.yaml"
LARGEST = 1_000_000
_HEAD = "# Words that people of ours wrote in a text, kept for the next one. Each may be used where its `when` holds.\n"
ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}\Z")


def own_path(client: Path, language: str) -> Path:
    """Return where a client's own phrases stand."""
    return client / "wording" / language / NAME


def free_id(bank: Bank, move: str) -> str:
    """Return the next id for a phrase of a move: own.handler.1."""
    taken = {variant.id for m in bank.moves.values() for variant in m.variants}
    number = 1
    while f"{OWN}{move}.{number}" in taken:
        number += 1
    return f"{OWN}{move}.{number}"


def variant_data(identifier: str, replaced: Variant, text: str) -> dict[str, Any]:
    """Return a phrase as the file has it: where the variant may be used that it was written in place of."""
    out: dict[str, Any] = {"id": identifier}
    if replaced.when.any_of:
        out["when"] = {k: v[0] if len(v) == 1 else list(v) for k, v in replaced.when.any_of.items()}
    if replaced.register:
        out["register"] = replaced.register
    return {**out, "text": text}


def read_raw(client: Path, path: Path) -> bytes | None:
    """Return the bytes of the file, None where there is none. Raises InputError for a link, or what is no such file."""
    for place in (path, *path.parents):
        if place == client:
            break
        if place.is_symlink():
            raise _problem(
                place, "a link", "a file or folder of the client's own", "Put what it leads to in its place."
            )
    if not path.exists():
        return None
    if not path.is_file() or path.stat().st_size > LARGEST:
        raise _problem(
            path, "no ordinary file, or too large a one", f"a file up to {LARGEST:,} bytes", "Check it."
        )
    return path.read_bytes()


def with_phrase(raw: bytes | None, path: Path, move: str, variant: Mapping[str, Any]) -> bytes:
    """Return the file with a phrase added to a move. Raises InputError for a file that cannot be added to as it is."""
    try:
        written = (raw or b"").decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"bytes that are not UTF-8 at {error.start}"
        raise _problem(path, found, "UTF-8", "Save the file as UTF-8.") from error
    mark = "\ufeff" if written.startswith("\ufeff") else ""
    crlf = "\r\n" in written
    text = written.removeprefix("\ufeff").replace("\r\n", "\n")
    if crlf and text.replace("\n", "\r\n") != written.removeprefix("\ufeff"):
        raise _problem(
            path, "line ends of two kinds", "one kind", "Save the file with one kind of line ends."
        )
    before, _ = parse_yaml(text, str(path))
    wanted = _with(before, move, variant, path)
    page = Page(text or _HEAD)
    moves = (before or {}).get("moves") or {}
    variants = (moves.get(move) or {}).get("variants") or []
    if variants:
        new = page.put(("moves", move, "variants", len(variants)), dict(variant))
    elif moves.get(move):
        new = page.put(("moves", move, "variants"), [dict(variant)])
    elif before and "moves" in before:
        new = page.put(("moves", move), {"variants": [dict(variant)]})
    else:
        new = page.put(("moves",), {move: {"variants": [dict(variant)]}})
    after, _ = parse_yaml(new, str(path))
    if after != wanted:
        found = "a layout that a phrase cannot be added to without changing other entries"
        raise _problem(path, found, "one entry a line", "Add the phrase by hand; --dry-run prints it.")
    return (mark + (new.replace("\n", "\r\n") if crlf else new)).encode("utf-8")


def _with(before: Any, move: str, variant: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Return the data that the file must hold afterwards: the same, and one variant more."""
    data = {} if before is None else before
    moves = data.get("moves") or {} if isinstance(data, dict) else None
    spec = (moves.get(move) or {}) if isinstance(moves, dict) else None
    if not isinstance(data, dict) or not isinstance(moves, dict) or not isinstance(spec, dict):
        raise _problem(path, "no map of moves", "moves: a map", "Correct the file.")
    variants: Sequence[Any] = spec.get("variants") or []
    return {**data, "moves": {**moves, move: {**spec, "variants": [*variants, dict(variant)]}}}


def write(path: Path, before: bytes | None, content: bytes) -> None:
    """Put the file in place, whole. Raises InputError where it is not what it was, or cannot be written."""

    def unchanged() -> None:
        if (path.read_bytes() if path.exists() else None) != before:
            raise _problem(path, "a file that somebody else changed", "the file as it was read", "Try again.")

    replace_whole(path, content, unchanged)


def _problem(path: Path, found: str, expected: str, remedy: str) -> InputError:
    return InputError([Problem(str(path), 0, 0, "", found, expected, remedy)])

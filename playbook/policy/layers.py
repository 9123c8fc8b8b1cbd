"""Read the layers of a policy and merge them by stable id: add, set with `was`, disable with a reason."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playbook.errors import InputError, Problem
from playbook.sources import Positions, Row, read_csv, read_yaml
from playbook.tables.copied import borrowed_files

PATCH_COLUMNS = ("op", "id", "column", "was", "value", "reason", "source", "approved_by", "from")


@dataclass(frozen=True)
class Layer:
    """One layer folder and its `policy.yaml`."""

    name: str
    folder: Path
    data: dict[str, Any]
    at: Positions


@dataclass(frozen=True)
class MergedRow:
    """One effective row: its cells, the layer it came from, and the row (of table or patch) that last set it."""

    layer: str
    row: Row

    def __getitem__(self, column: str) -> str:
        return self.row[column]


class LayerFiles:
    """The CSV files of a chain of layers, merged; problems are collected, not raised."""

    def __init__(self, layers: Sequence[Layer], problems: list[Problem]) -> None:
        self.layers, self.problems = layers, problems

    def rows(self, stem: str, columns: Sequence[str]) -> list[MergedRow]:
        """Return the effective rows of `STEM.csv`, in the order of first appearance."""
        merged: dict[str, MergedRow] = {}
        for layer in self.layers:
            self._add(layer, stem, columns, merged)
            self._patch(layer, stem, columns, merged)
        return list(merged.values())

    def _read(self, path: Path, columns: Iterable[str]) -> list[Row]:
        if not path.exists():
            return []
        try:
            header, rows = read_csv(path)
        except InputError as error:
            self.problems += error.problems
            return []
        allowed = list(columns)
        for name in header:
            if name not in allowed:
                self.problems.append(
                    Problem(
                        str(path),
                        1,
                        header.index(name) + 1,
                        name,
                        f"the column {name}",
                        "one of " + ", ".join(allowed),
                        "Correct or remove it.",
                    )
                )
        return rows

    def _add(self, layer: Layer, stem: str, columns: Sequence[str], merged: dict[str, MergedRow]) -> None:
        for row in self._read(layer.folder / f"{stem}.csv", columns):
            identifier = row["id"]
            if not identifier:
                self.problems.append(
                    row.problem("id", "nothing", "an id", "Give the row an id that never changes.")
                )
            elif identifier in merged:
                other = merged[identifier]
                self.problems.append(
                    row.problem(
                        "id",
                        f"{identifier}, which {other.layer} has too (line {other.row.line})",
                        f"a new id, or a patch in {stem}.patch.csv",
                        "Patch the row below instead.",
                    )
                )
            else:
                merged[identifier] = MergedRow(layer.name, row)

    def _patch(self, layer: Layer, stem: str, columns: Sequence[str], merged: dict[str, MergedRow]) -> None:
        for patch in self._read(layer.folder / f"{stem}.patch.csv", PATCH_COLUMNS):
            identifier, column = patch["id"], patch["column"]
            if not patch["reason"]:
                self.problems.append(
                    patch.problem("reason", "nothing", "a reason", "Say why, for whoever reads it in a year.")
                )
            if identifier not in merged:
                self.problems.append(
                    patch.problem(
                        "id", repr(identifier), f"the id of a row of {stem}.csv below", "Check the spelling."
                    )
                )
            elif patch["op"] == "disable":
                del merged[identifier]
            elif patch["op"] == "set":
                below = merged[identifier]
                if column not in columns or column == "id":
                    self.problems.append(
                        patch.problem(
                            "column", repr(column), "a column of " + f"{stem}.csv", "Check the header row."
                        )
                    )
                elif below[column] != patch["was"]:
                    self.problems.append(
                        patch.problem(
                            "was",
                            repr(patch["was"]),
                            f"{below[column]!r}, the value below",
                            "The layer below has changed: look at it again.",
                        )
                    )
                else:
                    cells = {**below.row.cells, column: patch["value"]}
                    merged[identifier] = MergedRow(layer.name, Row(patch.path, patch.line, cells))
            else:
                self.problems.append(
                    patch.problem(
                        "op",
                        repr(patch["op"]),
                        "set or disable (new rows go into the layer's own CSV)",
                        "Correct the cell.",
                    )
                )


def read_layer(name: str, folder: Path) -> Layer:
    """Read one layer's `policy.yaml` (it may be missing for a statute or sector). Raises InputError."""
    path = folder / "policy.yaml"
    if not folder.is_dir():
        around = folder.parent.iterdir() if folder.parent.is_dir() else ()
        beside = sorted(other.name for other in around if other.is_dir())
        raise InputError(
            [
                Problem(
                    str(folder),
                    0,
                    0,
                    "",
                    "no such layer",
                    f"one of {', '.join(beside)}" if beside else "a folder",
                    f"Check the name {name}, or make it: playbook policy new NAME",
                )
            ]
        )
    if not path.exists():
        return Layer(name, folder, {}, Positions(str(path)))
    data, at = read_yaml(path)
    if data is not None and not isinstance(data, dict):
        raise InputError(
            [
                at.problem(
                    (),
                    "no map",
                    "keys such as extends, languages, switches",
                    "See policies/base/policy.yaml.",
                )
            ]
        )
    return Layer(name, folder, data or {}, at)


_LAYER = re.compile(r"base|(?:clients|sectors|statutes)/\w[\w-]{0,79}")


def chain(name: str, folder_of: Any) -> list[Layer]:
    """Return the layers of a policy, lowest first: `base`, what `extends` names in order, then the layer itself.

    Raises InputError for a missing layer, or one that extends itself.
    """
    own_name = name if name == "base" or "/" in name else f"clients/{name}"
    out: list[Layer] = []
    problems: list[Problem] = []

    def add(layer_name: str, above: tuple[str, ...]) -> None:
        if any(layer.name == layer_name for layer in out):
            return
        if not _LAYER.fullmatch(layer_name):
            # A name is part of a path: one with dots or a root in it would read a policy from anywhere.
            said_in = str(folder_of(above[-1]) / "policy.yaml") if above else "client"
            expected = "base, or a name below clients/, sectors/ or statutes/ such as sectors/airline"
            problems.append(
                Problem(
                    said_in,
                    0,
                    0,
                    "extends" if above else "client",
                    repr(layer_name[:80]),
                    expected,
                    "Correct the name.",
                )
            )
            return
        if layer_name in above:
            problems.append(
                Problem(
                    str(folder_of(layer_name)),
                    0,
                    0,
                    "extends",
                    " -> ".join((*above, layer_name)),
                    "no circle",
                    "Remove one link.",
                )
            )
            return
        try:
            layer = read_layer(layer_name, folder_of(layer_name))
        except InputError as error:
            problems.extend(error.problems)
            return
        lower = layer.data.get("extends")
        if lower is None:
            lower = [] if layer_name == "base" else ["base"]
        for below in [lower] if isinstance(lower, str) else lower:
            add(str(below), (*above, layer_name))
        out.append(layer)

    add(own_name, ())
    if problems:
        raise InputError(problems)
    return out


def content_hash(layers: Iterable[Layer]) -> str:
    """Return the SHA-256 over every file of every layer, by name and content, and over what its tables are copies of."""
    digest = hashlib.sha256()
    for layer in layers:
        for path in sorted(layer.folder.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                digest.update(f"{layer.name}/{path.relative_to(layer.folder).as_posix()}\0".encode())
                digest.update(path.read_bytes())
                for borrowed in borrowed_files(path) if path.name.endswith(".table.yaml") else ():
                    digest.update(borrowed.read_bytes())
    return digest.hexdigest()

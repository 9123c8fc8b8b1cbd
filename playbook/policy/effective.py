"""A policy value by value, each with the layer, file and line that set it last: what `policy show` and `diff` tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playbook.policy.layers import Layer, read_layer
from playbook.policy.model import Origin, Policy
from playbook.policy.rows import COLUMNS
from playbook.sources import read_csv, read_yaml
from playbook.tables.copied import read_header

MERGED = ("brand", "contact", "signatories", "glossary")
"""Keys of policy.yaml whose names each layer adds to; other keys are replaced whole."""


@dataclass(frozen=True)
class Value:
    """One effective value: its dotted path, as text, and where it was set."""

    path: str
    text: str
    origin: Origin

    def as_dict(self) -> dict[str, str | int]:
        """Return the value as plain values, for `--format json`."""
        origin = self.origin
        return {
            "path": self.path, "value": self.text, "layer": origin.layer, "file": origin.file, "line": origin.line,
        }  # fmt: skip


Values = dict[str, Value]


@dataclass(frozen=True)
class Change:
    """A value that two policies have differently; None where one does not have it."""

    path: str
    before: Value | None
    after: Value | None

    def as_dict(self) -> dict[str, Any]:
        """Return the change as plain values, for `--format json`."""
        return {
            "path": self.path,
            "before": self.before.as_dict() if self.before else None,
            "after": self.after.as_dict() if self.after else None,
        }


def effective(policy: Policy) -> Values:
    """Return every value of a policy that was read, in the order of its files; empty cells are left out."""
    layers = [read_layer(*layer) for layer in zip(policy.layers, policy.folders, strict=True)]
    out: Values = {}
    for layer in layers:
        _settings(layer, out)
    for switch in policy.switches.values():
        for path, value in leaves(switch.value, f"switches.{switch.id}"):
            out[path] = Value(path, as_text(value), switch.origin)
    for stem in COLUMNS:
        sources = [
            (layer.name, layer.folder / f"{stem}.csv", layer.folder / f"{stem}.patch.csv") for layer in layers
        ]
        _cells(stem, sources, out)
    for name, (header, patches) in sorted(policy.table_files.items()):
        _table(name, header, patches, layers, out)
    return {path: value for path, value in out.items() if value.text}


def leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield the values inside maps with their dotted paths; a list is one value."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}")
    else:
        yield path, value


def as_text(value: Any) -> str:
    """Write a value as one text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ", ".join(as_text(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {as_text(item)}" for key, item in value.items())
    return "" if value is None else str(value)


def _settings(layer: Layer, out: Values) -> None:
    for key, value in layer.data.items():
        if key == "switches":
            continue
        if key == "banned_words" and isinstance(value, Mapping):
            for language, words in value.items():  # every layer adds its words
                path = f"{key}.{language}"
                before = [out[path].text] if path in out else []
                origin = _origin(layer, (key, language))
                out[path] = Value(path, ", ".join([*before, as_text(words)]), origin)
        elif key in MERGED and isinstance(value, Mapping):
            for name, inner in value.items():
                keys: tuple[tuple[str, ...], ...] = ((key, name),)
                if isinstance(inner, Mapping):
                    keys = tuple((key, name, str(sub)) for sub in inner)
                for one in keys:
                    _replace(one, inner[one[2]] if len(one) == 3 else inner, layer, out)
        else:
            _replace((key,), value, layer, out)


def _replace(keys: tuple[str, ...], value: Any, layer: Layer, out: Values) -> None:
    """Set a value, and everything inside it, in place of what lower layers had there or around it."""
    path = ".".join(keys)
    for other in [p for p in out if p == path or p.startswith(f"{path}.") or path.startswith(f"{p}.")]:
        del out[other]
    for leaf, inner in leaves(value, path):
        at = (*keys, *leaf[len(path) + 1 :].split(".")) if len(leaf) > len(path) else keys
        out[leaf] = Value(leaf, as_text(inner), _origin(layer, at))


def _origin(layer: Layer, keys: Sequence[str]) -> Origin:
    return Origin(layer.name, "policy.yaml", layer.at.place(keys)[0])


def _cells(stem: str, sources: Sequence[tuple[str, Path, Path]], out: Values) -> None:
    """Merge the rows of a CSV file and its patches cell by cell; `sources` are (layer, rows, patches), lowest first."""
    rows: dict[str, dict[str, Value]] = {}
    for layer, rows_path, patch_path in sources:
        for row in read_csv(rows_path)[1] if rows_path.exists() else ():
            key = row["id"] if row["id"] not in rows else f"{row['id']}@{row['from']}"
            rows[key] = {
                column: Value(f"{stem}.{key}.{column}", cell, Origin(layer, rows_path.name, row.line))
                for column, cell in row.cells.items()
                if column != "id"
            }
        _patch(stem, layer, patch_path, rows)
    out |= {value.path: value for cells in rows.values() for value in cells.values()}


def _patch(stem: str, layer: str, path: Path, rows: dict[str, dict[str, Value]]) -> None:
    added = path.with_name(path.name.replace(".patch.csv", ".rows.csv"))
    new = {row["id"]: row for row in read_csv(added)[1]} if added.exists() and path.exists() else {}
    for patch in read_csv(path)[1] if path.exists() else ():
        identifier, column = patch["id"], patch["column"]
        origin = Origin(layer, path.name, patch.line)
        if patch["op"] == "disable":
            rows.pop(identifier, None)
        elif patch["op"] == "set" and identifier in rows:
            where = f"{stem}.{identifier}.{column}"
            rows[identifier][column] = Value(where, patch["value"], origin)
        elif patch["op"] == "add" and identifier in new:
            rows[identifier] = {
                name: Value(
                    f"{stem}.{identifier}.{name}", cell, Origin(layer, added.name, new[identifier].line)
                )
                for name, cell in new[identifier].cells.items()
                if name != "id"
            }


def _table(name: str, header: Path, patches: Sequence[Path], layers: Sequence[Layer], out: Values) -> None:
    names = {layer.folder: layer.name for layer in layers}
    own, at = read_yaml(header)
    for path, value in leaves(own, f"tables.{name}"):
        keys = path.split(".")[2:]
        line = at.place(keys)[0]
        out[path] = Value(path, as_text(value), Origin(names[header.parent], header.name, line))
    read = read_header(header, [])
    rows, layer = read.rows, names[header.parent]
    below = layer if rows.parent == header.parent else f"{rows.parent.parent.name}/{rows.parent.name}"
    sources = [(below, rows, header.with_name(f"{rows.stem}.no-patch"))]
    sources += [(layer, change.with_name(f"{change.stem}.no-rows"), change) for change in read.changes]
    sources += [(names[patch.parent], patch.with_name(f"{patch.stem}.no-rows"), patch) for patch in patches]
    _cells(f"tables.{name}.rows", sources, out)


def changes(before: Values, after: Values) -> tuple[Change, ...]:
    """Return what the second policy has otherwise than the first, value by value."""
    paths = dict.fromkeys((*before, *after))
    return tuple(
        Change(path, before.get(path), after.get(path))
        for path in paths
        if (before[path].text if path in before else None) != (after[path].text if path in after else None)
    )

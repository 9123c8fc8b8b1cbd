"""What a change does to rows: added, removed or disabled, and cell by cell, with who decided it and where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from playbook.policy import Policy
from playbook.policy.effective import Change, Value, Values, changes
from playbook.policy.model import Origin
from playbook.policy.rows import COLUMNS
from playbook.sources import Row, read_csv

Sign = Literal["~", "+", "-"]
_TOLD = ("reason", "source", "approved_by", "from")
_WORDS = re.compile(r".*_(zh_hant|zh_hans|en)|note|rationale|sources?")
"""Columns of a row that say what it is for people, and not what it does."""


@dataclass(frozen=True)
class RowChange:
    """One change of a row: `~` a cell, `+` a row that is new, `-` one that is not there any more.

    `told` holds what the line of a patch says: reason, source, approved_by, from; `disabled` that a patch took it out.
    """

    sign: Sign
    file: str  # the table or the CSV file, without its ending
    id: str
    column: str = ""
    before: str | None = None
    after: str | None = None
    origin: Origin | None = None
    told: Mapping[str, str] | None = None
    disabled: bool = False

    def __str__(self) -> str:
        told = self.told or {}
        who = [self.origin.layer.removeprefix("clients/")] if self.origin else []
        who += [told[key] for key in ("approved_by", "source") if told.get(key)]
        why = told.get("reason", "")
        start = f" from {told['from']}" if told.get("from") not in (None, "", "-") else ""
        if self.sign == "-":
            said = f"disabled{start}" if self.disabled else "removed"
            text = f"- {self.id} {said}" + (f" ({why})" if why else "")
            text += f" ({', '.join(who)})" if self.disabled and who else ""
        elif self.sign == "+":
            text = f"+ {self.id}{start}: {self.after}" + (f" ({', '.join(who)})" if who else "")
        else:
            mark = f" ({', '.join(who)}{f'; {why}' if why else ''})" if who else ""
            text = f"~ {self.id} {self.column} {self.before or 'nothing'} -> {self.after or 'nothing'}{start}{mark}"
        return text

    def as_dict(self) -> dict[str, Any]:
        """Return the change as plain values."""
        origin = self.origin
        return {
            "sign": self.sign, "file": self.file, "id": self.id, "column": self.column or None, "before": self.before,
            "after": self.after, "disabled": self.disabled, **{key: (self.told or {}).get(key) or None for key in _TOLD},
            "layer": origin.layer if origin else None, "at": f"{origin.file}:{origin.line}" if origin else None,
        }  # fmt: skip


def row_changes(
    before: Values, after: Values, old: Policy, new: Policy
) -> tuple[tuple[RowChange, ...], tuple[Change, ...]]:
    """Return the changes of rows (of tables and of the policy's CSV files), and the changes that are of no row.

    `before` and `after` are the values of the two policies, all of them or those below one path.
    """
    stems = {f"tables.{name}.rows": name for policy in (old, new) for name in policy.table_files}
    stems |= {stem: stem for stem in COLUMNS}
    have = [{key[:2] for path in values if (key := _key(path, stems))} for values in (before, after)]
    grouped: dict[tuple[str, str], list[tuple[str, Change]]] = {}
    rest: list[Change] = []
    for change in changes(before, after):
        key = _key(change.path, stems)
        if key is None:
            rest.append(change)
        else:
            grouped.setdefault(key[:2], []).append((key[2], change))
    patches, earlier = _Patches(new), _Patches(old)
    out: list[RowChange] = []
    for row, cells in grouped.items():
        out += _row(stems[row[0]], row[1], cells, patches, (row in have[0], row in have[1]))
    for path, value in after.items():
        key = _key(path, stems)
        if key and path in before and before[path].text == value.text:
            out += _dated(stems[key[0]], key[1], key[2], (before[path], value), (earlier, patches))
    return tuple(out), tuple(rest)


def _dated(
    file: str, row: str, column: str, values: tuple[Value, Value], patches: tuple[_Patches, _Patches]
) -> Iterator[RowChange]:
    """Yield the change of a cell that says the same as before, from another day on."""
    lines = [side.at(value.origin) for side, value in zip(patches, values, strict=True)]
    was, now = (line["from"].strip("-") if line else "" for line in lines)
    if was != now:
        before = f"{values[0].text} from {was}" if was else values[0].text
        told = _told(lines[1]) if lines[1] else None
        yield RowChange("~", file, row, column, before, values[1].text, values[1].origin, told)


def _key(path: str, stems: Mapping[str, str]) -> tuple[str, str, str] | None:
    """Return stem, row and column of a value's path, or None where it is of no row; an id may have dots in it."""
    parts = path.split(".")
    for end in range(1, len(parts) - 1):
        stem = ".".join(parts[:end])
        if stem in stems:
            return stem, ".".join(parts[end:-1]), parts[-1]
    return None


def _row(
    file: str, row: str, cells: Sequence[tuple[str, Change]], patches: _Patches, there: tuple[bool, bool]
) -> Iterator[RowChange]:
    if not there[1]:
        line = patches.disabled(file, row)
        origin = line[0] if line else _first(change.before for _, change in cells)
        yield RowChange("-", file, row, origin=origin, told=_told(line[1]) if line else None, disabled=line is not None)  # fmt: skip
    elif not there[0]:
        values = [(column, change.after) for column, change in cells if change.after]
        text = ", ".join(f"{c}={v.text}" for c, v in values if not _WORDS.fullmatch(c))
        origin = _first(value for _, value in values)
        added = patches.added(file, row, origin) if origin else None
        yield RowChange("+", file, row, after=text, origin=origin, told=_told(added) if added else None)
    else:
        for column, change in cells:
            value = change.after or change.before
            line_ = patches.at(value.origin) if value else None
            yield RowChange(
                "~", file, row, column, change.before.text if change.before else None,
                change.after.text if change.after else None, value.origin if value else None,
                _told(line_) if line_ else None,
            )  # fmt: skip


def _first(values: Iterable[Value | None]) -> Origin | None:
    return next((value.origin for value in values if value), None)


def _told(line: Row) -> dict[str, str]:
    return {key: line[key] for key in _TOLD}


class _Patches:
    """The patches of a policy, read once: where a row was disabled, and what a line says of who decided it."""

    def __init__(self, policy: Policy) -> None:
        self.folders = dict(zip(policy.layers, policy.folders, strict=True))
        self.read: dict[Path, list[Row]] = {}

    def _files(self, file: str) -> list[tuple[str, Path]]:
        paths = [(layer, folder / f"{file}.patch.csv") for layer, folder in self.folders.items()]
        return [(layer, path) for layer, path in paths if path.exists()]

    def rows(self, path: Path) -> list[Row]:
        """Return the lines of a patch."""
        if path not in self.read:
            self.read[path] = read_csv(path)[1]
        return self.read[path]

    def disabled(self, file: str, row: str) -> tuple[Origin, Row] | None:
        """Return the line that disables a row, and where it stands."""
        for layer, path in self._files(file):
            for line in self.rows(path):
                if line["op"] == "disable" and line["id"] == row:
                    return Origin(layer, path.name, line.line), line
        return None

    def added(self, file: str, row: str, origin: Origin) -> Row | None:
        """Return the line of a layer's patch that adds a row."""
        for layer, path in self._files(file):
            for line in self.rows(path) if layer == origin.layer else ():
                if line["op"] == "add" and line["id"] == row:
                    return line
        return None

    def at(self, origin: Origin | None) -> Row | None:
        """Return the line of a patch that an origin names."""
        if origin is None or not origin.file.endswith(".patch.csv") or origin.layer not in self.folders:
            return None
        path = self.folders[origin.layer] / origin.file
        return next((line for line in self.rows(path) if line.line == origin.line), None)

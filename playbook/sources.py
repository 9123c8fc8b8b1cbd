"""Read the files that people write, with the place of every value, and without surprises.

YAML: only `null`/`~`/empty, `true`, `false` and whole numbers are more than text, so `no`, `10:30`,
`1.10` and `2026-05-09` stay what was typed; tags, anchors that merge and duplicate keys are refused.
CSV: the encoding is detected (UTF-8 with or without BOM, UTF-16, Big5/cp950, GB18030) and reported.
"""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from playbook.errors import InputError, Problem

Keys = tuple[str | int, ...]


@dataclass
class Positions:
    """Where each value of a YAML document stands: path of keys -> (line, column), both 1-based."""

    path: str
    places: dict[Keys, tuple[int, int]] = field(default_factory=dict)

    def place(self, keys: Sequence[str | int]) -> tuple[int, int]:
        """Return the place of a value, or of the nearest thing around it that is written down."""
        at = tuple(keys)
        while at not in self.places and at:
            at = at[:-1]
        return self.places.get(at, (1, 1))

    def problem(self, keys: Sequence[str | int], found: str, expected: str, remedy: str) -> Problem:
        """Make a problem at the place of a value."""
        line, column = self.place(keys)
        return Problem(self.path, line, column, dotted(keys), found, expected, remedy)


def dotted(keys: Sequence[str | int]) -> str:
    """Write a path of keys as people read it: `facts[2].status`."""
    out = ""
    for key in keys:
        out += f"[{key}]" if isinstance(key, int) else (f".{key}" if out else key)
    return out


MOST_DIGITS = 18
"""A longer row of digits is text: an account number, not a count."""
DEEPEST = 60
"""Records nest a few levels; what nests deeper was not written by a person."""
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _scalar(node: yaml.ScalarNode) -> Any:
    if node.style not in (None, ""):  # quoted or block: text as it stands
        return node.value
    if node.value in ("", "~", "null"):
        return None
    if node.value in ("true", "false"):
        return node.value == "true"
    if _INTEGER.match(node.value) and len(node.value) <= MOST_DIGITS:
        return int(node.value)
    return node.value


def _build(node: yaml.Node, keys: Keys, positions: Positions, problems: list[Problem], seen: set[int]) -> Any:
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    positions.places[keys] = (line, column)
    if id(node) in seen or len(keys) > DEEPEST:
        # An alias is a node that stands in two places: followed, a few lines can stand for gigabytes.
        found = f"more than {DEEPEST} levels" if len(keys) > DEEPEST else "an alias (*name)"
        problems.append(
            Problem(
                positions.path, line, column, dotted(keys[:8]), found, "plain YAML", "Write the value out."
            )
        )
        return None
    seen.add(id(node))
    implicit = ("tag:yaml.org,2002:",)
    if not node.tag.startswith(implicit) or "python" in node.tag:
        problems.append(
            Problem(
                positions.path,
                line,
                column,
                dotted(keys),
                f"the tag {node.tag}",
                "plain YAML",
                "Remove the tag.",
            )
        )
        return None
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_build(child, (*keys, i), positions, problems, seen) for i, child in enumerate(node.value)]
    out: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
        if key == "?" or key == "<<" or key in out:
            mark = key_node.start_mark
            problems.append(
                Problem(
                    positions.path, mark.line + 1, mark.column + 1, dotted((*keys, key)),
                    "the key a second time" if key in out else f"the key {key!r}",
                    "each key once, as plain text", "Keep one of them.",
                )
            )  # fmt: skip
            continue
        out[key] = _build(value_node, (*keys, key), positions, problems, seen)
        positions.places[(*keys, key)] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
    return out


def parse_yaml(text: str, path: str) -> tuple[Any, Positions]:
    """Parse one YAML document.

    Raises InputError with every problem found (syntax, tags, aliases, duplicate keys, absurd depth).
    """
    positions = Positions(path)
    problems: list[Problem] = []
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
    except RecursionError as error:
        raise InputError(
            [Problem(path, 1, 1, "", "more levels than can be read", "plain YAML", "Write it flatter.")]
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = getattr(error, "problem", None) or str(error)
        raise InputError(
            [
                Problem(
                    path,
                    line,
                    column,
                    "",
                    str(what),
                    "valid YAML",
                    "Check the indentation and the quotes on this line.",
                )
            ]
        ) from error
    finally:
        loader.dispose()
    data = None if node is None else _build(node, (), positions, problems, set())
    if problems:
        raise InputError(problems)
    return data, positions


def read_yaml(path: Path) -> tuple[Any, Positions]:
    """Read a YAML file as `parse_yaml` does.

    Raises InputError, also when the file is missing or is not UTF-8.
    """
    return parse_yaml(read_text(path), str(path))


def read_text(path: Path) -> str:
    """Read a UTF-8 text file (with or without BOM), with line ends as they are made `\\n`.

    Raises InputError when it is missing or not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise InputError(
            [Problem(str(path), 0, 0, "", error.strerror or str(error), "a file", "Check the path.")]
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            [
                Problem(
                    str(path),
                    0,
                    0,
                    "",
                    f"bytes that are not UTF-8 at {error.start}",
                    "UTF-8",
                    "Save the file as UTF-8.",
                )
            ]
        ) from error


@dataclass(frozen=True)
class Row:
    """One row of a CSV file: its cells by column name, stripped, and the line on which it starts (1-based)."""

    path: str
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def problem(self, column: str, found: str, expected: str, remedy: str) -> Problem:
        """Make a problem at a cell of this row."""
        names = list(self.cells)
        at = names.index(column) + 1 if column in names else 0
        return Problem(self.path, self.line, at, column, found, expected, remedy)


def decode(raw: bytes, path: str) -> tuple[str, str]:
    """Decode bytes that a person's program wrote; return the text and the encoding.

    Raises InputError, showing both readings, where Big5 and GB18030 both fit and differ.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            try:
                return raw.decode(encoding), encoding
            except UnicodeDecodeError as error:
                found = f"bytes that are not {encoding} at {error.start}, though the file begins as {encoding} does"
                raise InputError(
                    [Problem(path, 0, 0, "", found, "one encoding", "Save the file as UTF-8.")]
                ) from error
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    readings: dict[str, str] = {}
    for encoding in ("cp950", "gb18030"):
        try:
            readings[encoding] = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    plausible = {name: text for name, text in readings.items() if _plausible(text, name)}
    chosen = plausible or readings
    if len(chosen) == 1:
        name, text = next(iter(chosen.items()))
        return text, name
    if not chosen:
        raise InputError(
            [Problem(path, 0, 0, "", "bytes in no known encoding", "UTF-8", "Save the file as UTF-8.")]
        )
    shown = "; ".join(
        f"{name}: {(text.strip() or text).splitlines()[-1][:30]!r}" for name, text in chosen.items()
    )
    raise InputError(
        [
            Problem(
                path, 0, 0, "", f"two possible readings ({shown})", "one encoding", "Save the file as UTF-8."
            )
        ]
    )


def _plausible(text: str, encoding: str) -> bool:
    """Tell whether most Han characters of a reading are in the encoding's common half."""
    han = [c for c in text if "\u3400" <= c <= "\u9fff"]
    if not han:
        return False
    # Level-1 characters: Big5 A440..C67E, GB2312 B0A1..D7F9. A wrong reading lands mostly outside them.
    codec, low, high = ("cp950", 0xA440, 0xC67E) if encoding == "cp950" else ("gb2312", 0xB0A1, 0xD7F9)
    common = 0
    for c in han:
        try:
            common += low <= int.from_bytes(c.encode(codec), "big") <= high
        except UnicodeEncodeError:
            continue
    return common * 10 >= len(han) * 8


def parse_csv(text: str, path: str) -> tuple[list[str], list[Row]]:
    """Parse CSV text with a header row; return the column names and the rows that are not blank.

    Raises InputError for a duplicate column, or a row that is longer than the header.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    problems: list[Problem] = []
    rows: list[Row] = []
    header: list[str] = []
    start = 1
    try:
        for cells in reader:
            line, start = start, reader.line_num + 1
            if not header:
                header = [cell.strip() for cell in cells]
                for name in {n for n in header if header.count(n) > 1}:
                    problems.append(
                        Problem(
                            path,
                            line,
                            0,
                            name,
                            "the column twice",
                            "each column once",
                            "Rename or remove one.",
                        )
                    )
                continue
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(header):
                problems.append(
                    Problem(path, line, len(header) + 1, "", f"{len(cells)} cells", f"{len(header)}, as in the header",
                            "Put text that holds a comma in double quotes.")
                )  # fmt: skip
            rows.append(
                Row(
                    path,
                    line,
                    dict(zip(header, [c.strip() for c in cells] + [""] * len(header), strict=False)),
                )
            )
    except csv.Error as error:
        problems.append(
            Problem(path, start, 0, "", str(error), "valid CSV", "Check the double quotes in this row.")
        )
    if problems:
        raise InputError(problems)
    return header, rows


def read_csv(path: Path) -> tuple[list[str], list[Row]]:
    """Read a CSV file in any of the known encodings, as `parse_csv` does."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(
            [Problem(str(path), 0, 0, "", error.strerror or str(error), "a file", "Check the path.")]
        ) from error
    text, _ = decode(raw, str(path))
    return parse_csv(text, str(path))


_STARTS_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?\Z")
# What a spreadsheet set to another separator would split off as a cell of its own. A list's "- item" is left alone.
_FORMULA_INSIDE = re.compile(r"([;\t\r\n] *)(?=[=@]|[+-](?! ))")


def neutral(cell: str) -> str:
    """Return a cell that no spreadsheet runs as a formula, shortens or turns into a number it is not.

    A long id, a phone number or a leading zero is kept by an apostrophe, as is a formula's first sign, also after a
    semicolon, a tab or a line break inside the cell: quotes alone do not hold a cell together under another separator.
    """
    if _NUMBER.match(cell):
        digits = cell.lstrip("+-")
        harmless = len(digits) <= 15 and not cell.startswith("+") and not re.match(r"0[0-9]", digits)
        return cell if harmless else "'" + cell
    cell = _FORMULA_INSIDE.sub(r"\1'", cell)
    return "'" + cell if _STARTS_FORMULA.match(cell) else cell


def write_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    """Return CSV that people open in a spreadsheet: UTF-8 with BOM, CRLF, formulas neutralised."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([neutral(column) for column in columns])
    for row in rows:
        writer.writerow([neutral("" if row.get(c) is None else str(row.get(c))) for c in columns])
    return out.getvalue().encode("utf-8-sig")


def replace_whole(path: Path, content: bytes, unchanged: Callable[[], None]) -> None:
    """Put a file in place, whole or not at all; `unchanged` raises where it is not what it was when it was read.

    Raises InputError for a place that cannot be written, or that another writer has.
    """
    part = path.with_name(f".{path.name}.part")

    def problem(where: Path, found: str, expected: str, remedy: str) -> InputError:
        return InputError([Problem(str(where), 0, 0, "", found, expected, remedy)])

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(part, "xb") as handle:
            try:
                handle.write(content)
                handle.flush()
                os.fsync(handle.fileno())
                unchanged()
                if path.exists():
                    shutil.copymode(path, part)
                os.replace(part, path)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
    except FileExistsError as error:
        remedy = "Try again; if nobody else is saving, remove this file."
        raise problem(part, "a file that another writer left, or is writing", "no file", remedy) from error
    except OSError as error:
        found = error.strerror or str(error)
        raise problem(path, found, "a folder to write in", "Check the folder.") from error

"""The cells of an XLSX file that anybody may have made: sizes bounded, no entities, no formulas run, no links followed.

Only what an import needs is read (cells, their kind, merged ranges), by a parser of the few parts that hold it: macros,
links to other files, drawings and everything else in the archive are not opened at all.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from xml.parsers import expat

from playbook.errors import InputError, Problem

MOST_PACKED, MOST_UNPACKED, MOST_ENTRIES = 20_000_000, 100_000_000, 2_000
"""Bytes of the file, bytes of all that is in it, and its number of entries: a workbook with more is refused."""
ROWS, COLUMNS = 1_048_576, 16_384

Kind = Literal["text", "number", "bool", "error", "date", "formula"]
Attributes = Mapping[str, str]


@dataclass(frozen=True)
class RawCell:
    """A cell as the file has it: its kind and its text (a date is a serial number, or written as ISO 8601)."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class RawSheet:
    """One sheet: cells by (row, column), both 1-based, without the empty ones; ranges that are merged."""

    name: str
    cells: Mapping[tuple[int, int], RawCell]
    merged: tuple[str, ...]

    def text(self, row: int, column: int) -> str:
        """Return the text of a cell, "" for one that is not there."""
        cell = self.cells.get((row, column))
        return cell.text if cell else ""


@dataclass(frozen=True)
class RawBook:
    """The sheets of a workbook by name; `since_1904` tells how its serial dates count."""

    sheets: Mapping[str, RawSheet]
    since_1904: bool


def refused(found: str, expected: str = "a workbook of playbook policy export-xlsx", remedy: str = "") -> InputError:  # fmt: skip
    """Return the error that a file is no workbook that can be read."""
    return InputError([Problem("FILE", 0, 0, "", found, expected, remedy or "Export it again.")])


def unpack(raw: bytes) -> RawBook:
    """Read a workbook. Raises InputError for what is none, is encrypted, or is larger than a workbook is."""
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise refused(
            "a file with a password, or an old .xls", remedy="Save it as .xlsx, without a password."
        )
    if len(raw) > MOST_PACKED:
        raise refused(f"{len(raw):,} bytes", f"a workbook of at most {MOST_PACKED:,} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return _Reader(archive).book()
    except InputError:
        raise
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, LookupError, ValueError, OSError, EOFError, RuntimeError) as error:  # fmt: skip
        raise refused("a file that is no XLSX, or a damaged one") from error


class _Reader:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        entries = archive.infolist()
        if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
            raise refused(f"more than {MOST_UNPACKED:,} bytes, unpacked", "a workbook")
        if any(entry.flag_bits & 1 for entry in entries):
            raise refused("an encrypted file", remedy="Save it without a password.")
        self.archive, self.names = archive, set(archive.namelist())

    def book(self) -> RawBook:
        main = next((t for t in self._links("").values() if t.endswith("workbook.xml")), "xl/workbook.xml")
        links = self._links(main)
        found: list[tuple[str, str]] = []
        since_1904 = False

        def start(name: str, attributes: Attributes) -> None:
            nonlocal since_1904
            if name == "sheet":
                part = links.get(next((v for k, v in attributes.items() if k.endswith(" id")), ""), "")
                found.append((attributes.get("name", ""), part))
            elif name == "workbookPr":
                since_1904 = attributes.get("date1904", "") in ("1", "true")

        self._parse(main, start)
        folder = posixpath.dirname(main)
        strings = self._strings(posixpath.join(folder, "sharedStrings.xml"))
        dates = self._dates(posixpath.join(folder, "styles.xml"))
        sheets = {name: self._sheet(name, part, strings, dates) for name, part in found if part in self.names}
        return RawBook(sheets, since_1904)

    def _links(self, part: str) -> dict[str, str]:
        """Return the parts that a part refers to by id, as names in the archive; what lies outside is left out."""
        folder, base = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{base}.rels")
        out: dict[str, str] = {}

        def start(name: str, attributes: Attributes) -> None:
            if name == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
                out[attributes.get("Id", "")] = target.lstrip("/")

        if path in self.names:
            self._parse(path, start)
        return out

    def _parse(
        self, part: str, start: Callable[[str, Attributes], None],
        end: Callable[[str], None] | None = None, text: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True

        def doctype(*_: object) -> None:
            raise refused("an XML document type, which no spreadsheet program writes")

        parser.StartDoctypeDeclHandler = doctype
        parser.StartElementHandler = lambda name, attributes: start(name.rpartition(" ")[2], attributes)
        if end is not None:
            ended = end
            parser.EndElementHandler = lambda name: ended(name.rpartition(" ")[2])
        if text is not None:
            parser.CharacterDataHandler = text
        parser.Parse(self.archive.read(part), True)

    def _strings(self, part: str) -> list[str]:
        out: list[str] = []
        if part in self.names:
            string = _Text()

            def start(name: str, _: Attributes) -> None:
                string.start(name)

            def end(name: str) -> None:
                string.end(name)
                if name == "si":
                    out.append(string.take())

            self._parse(part, start, end, string.text)
        return out

    def _dates(self, part: str) -> set[int]:
        """Return the styles that show a number as a date or a time."""
        from openpyxl.styles.numbers import is_date_format

        codes: dict[int, str] = {}
        formats: list[int] = []
        inside = False

        def start(name: str, attributes: Attributes) -> None:
            nonlocal inside
            if name == "numFmt":
                codes[int(attributes.get("numFmtId", "0"))] = attributes.get("formatCode", "")
            elif name == "cellXfs":
                inside = True
            elif name == "xf" and inside:
                formats.append(int(attributes.get("numFmtId", "0")))

        def end(name: str) -> None:
            nonlocal inside
            inside = inside and name != "cellXfs"

        if part in self.names:
            self._parse(part, start, end)
        return {
            style
            for style, number in enumerate(formats)
            if number in _DATE_FORMATS or (number in codes and is_date_format(codes[number]))
        }

    def _sheet(self, name: str, part: str, strings: list[str], dates: set[int]) -> RawSheet:
        reading = _Sheet(strings, dates)
        self._parse(part, reading.start, reading.end, reading.text)
        return RawSheet(name, reading.cells, tuple(reading.merged))


_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
"""Formats that every spreadsheet program has: dates and times, also those of East Asian ones."""


class _Text:
    """Collects a string that may be in pieces; how it is pronounced is no part of it."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.inside = self.spoken = False

    def start(self, name: str) -> None:
        self.spoken = self.spoken or name == "rPh"
        self.inside = name == "t" and not self.spoken

    def end(self, name: str) -> None:
        self.spoken = self.spoken and name != "rPh"
        self.inside = False

    def text(self, data: str) -> None:
        if self.inside:
            self.pieces.append(data)

    def take(self) -> str:
        out = "".join(self.pieces)
        self.pieces.clear()
        return unescaped(out)


class _Sheet:
    def __init__(self, strings: list[str], dates: set[int]) -> None:
        self.strings, self.dates = strings, dates
        self.cells: dict[tuple[int, int], RawCell] = {}
        self.merged: list[str] = []
        self.row = self.column = 0
        self.type, self.style, self.formula = "n", 0, False
        self.value: list[str] = []  # of a formula its text, never what it came to
        self.inside = ""
        self.string = _Text()

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
        elif name == "c":
            self._at(attributes.get("r", ""))
            self.type, self.style = attributes.get("t", "n"), int(attributes.get("s", "0"))
            self.value, self.formula, self.string = [], False, _Text()
        elif name == "mergeCell":
            self.merged.append(attributes.get("ref", ""))
        elif name in ("v", "f"):
            if name == "f":
                self.value, self.formula = [], True
            self.inside = "" if self.formula and name == "v" else "v"
        else:
            self.string.start(name)

    def _at(self, place: str) -> None:
        match = re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", place)
        if match is None:
            if place:
                raise ValueError(place)
            self.column += 1
        else:
            self.column, self.row = column_number(match[1]), int(match[2])
        if not (1 <= self.row <= ROWS and 1 <= self.column <= COLUMNS):
            raise ValueError(place)

    def text(self, data: str) -> None:
        if self.inside == "v":
            self.value.append(data)
        else:
            self.string.text(data)

    def end(self, name: str) -> None:
        self.inside = ""
        self.string.end(name)
        if name != "c":
            return
        value, at = "".join(self.value), (self.row, self.column)
        if self.formula:
            self.cells[at] = RawCell("formula", value)
        elif self.type == "inlineStr":
            if string := self.string.take():
                self.cells[at] = RawCell("text", string)
        elif value and self.type == "s":
            if string := self.strings[int(value)]:
                self.cells[at] = RawCell("text", string)
        elif value:
            dated = self.type == "n" and self.style in self.dates
            kinds: dict[str, Kind] = {"str": "text", "b": "bool", "e": "error", "d": "date"}
            kind: Kind = "date" if dated else kinds.get(self.type, "number")
            self.cells[at] = RawCell(kind, unescaped(value) if kind == "text" else value.strip())


def column_number(letters: str) -> int:
    """Return the number of a column: A is 1, AA is 27."""
    out = 0
    for letter in letters:
        out = out * 26 + ord(letter) - 64
    return out


_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NEEDS_ESCAPE = re.compile(
    r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)"
)  # what XML cannot hold, a carriage return that it would change, and what reads as an escape already


def escaped(text: str) -> str:
    """Return a text as a cell's XML can hold it: `_x000D_` for a carriage return, as spreadsheet programs write it."""
    return _NEEDS_ESCAPE.sub(lambda match: f"_x{ord(match.group()):04X}_", text)


def unescaped(text: str) -> str:
    """Return the text that a cell's XML stands for."""
    if "_x" not in text:
        return text
    out = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return out.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

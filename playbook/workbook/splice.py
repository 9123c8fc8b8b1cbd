"""Change single cells and rows of a CSV file, and leave every other byte as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from playbook.errors import InputError, Problem
from playbook.sources import decode

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass
class _Record:
    """One row as it is written: its cells with their quotes, and its line end. `line` is 0 for one that was added."""

    line: int
    cells: list[str]
    end: str


@dataclass
class CsvPage:
    """The text of a CSV file while it is changed. A file that does not exist yet begins with `columns`."""

    path: Path
    raw: bytes | None
    encoding: str = "utf-8"
    records: list[_Record] = field(default_factory=list)
    before: str = ""

    @classmethod
    def read(cls, path: Path, columns: Sequence[str]) -> CsvPage:
        """Read a file. Raises InputError for an encoding that cannot be told."""
        if not path.exists():
            return cls(path, None, records=[_Record(1, [_quoted(name) for name in columns], "\n")])
        raw = path.read_bytes()
        text, encoding = decode(raw, str(path))
        records = list(_records(text))
        if all(record.cells == [""] for record in records):  # an empty file
            records = [_Record(1, [_quoted(name) for name in columns], "\n")]
            text = ""
        return cls(path, raw, encoding, records, text)

    @property
    def header(self) -> list[str]:
        """Return the column names."""
        return [_plain(cell) for cell in self._head.cells]

    @property
    def _head(self) -> _Record:
        return next(record for record in self.records if record.cells != [""])

    def _record(self, line: int) -> _Record:
        return next(record for record in self.records if record.line == line)

    def cell(self, line: int, column: str) -> str:
        """Return a cell of the row that starts on a line, "" for one that is not there."""
        cells, at = self._record(line).cells, self.header.index(column) if column in self.header else -1
        return _plain(cells[at]) if 0 <= at < len(cells) else ""

    def lines(self) -> list[int]:
        """Return the lines on which the file's own rows start, without its header and blank lines."""
        head = self._head
        return [r.line for r in self.records if r is not head and r.line and any(map(_plain, r.cells))]

    def set(self, line: int, column: str, value: str) -> None:
        """Change one cell; a column that the file does not have is added to its header."""
        at, cells = self._column(column), self._record(line).cells
        cells += [""] * (at + 1 - len(cells))
        cells[at] = _quoted(value, quoted=cells[at].startswith('"'))

    def _column(self, name: str) -> int:
        if name not in self.header:
            self._head.cells.append(_quoted(name))
        return self.header.index(name)

    def remove(self, line: int) -> None:
        """Take out the row that starts on a line."""
        self.records.remove(self._record(line))

    def add(self, cells: Mapping[str, str], after: int | None = None) -> None:
        """Add a row after the one that starts on a line, and what was added there before; else at the end."""
        for name, cell in cells.items():
            if cell:
                self._column(name)
        ending = next((r.end for r in self.records if r.end), "\n")
        at = len(self.records)
        if after is not None:
            at = next(i for i, record in enumerate(self.records) if record.line == after) + 1
            while at < len(self.records) and not self.records[at].line:
                at += 1
        if at and not self.records[at - 1].end:
            self.records[at - 1].end = ending
        written = [_quoted(cells.get(name, "")) for name in self.header]
        self.records.insert(at, _Record(0, written, ending))

    def content(self) -> bytes:
        """Return the file's bytes. Raises InputError for a sign that its encoding does not have."""
        text = "".join(",".join(record.cells) + record.end for record in self.records)
        try:
            if self.raw is None:
                return text.encode("utf-8")
            out = self._encoded(text)
            if self._encoded(self.before) == self.raw:
                return out
            found = f"{self.encoding} that is not written back as it was"
        except UnicodeEncodeError as error:
            found = f"{error.object[error.start : error.end]!r}, which {self.encoding} does not have"
        remedy = "Save the file as UTF-8 first, then export again."
        raise InputError([Problem(str(self.path), 0, 0, "", found, "UTF-8", remedy)])

    def _encoded(self, text: str) -> bytes:
        if self.encoding == "utf-16" and self.raw is not None:
            mark = self.raw[:2]
            return mark + text.encode("utf-16-le" if mark == b"\xff\xfe" else "utf-16-be")
        return text.encode(self.encoding)


def _records(text: str) -> Iterable[_Record]:
    """Yield the rows of a CSV text with each cell as it is written; the text was read without a problem before."""
    at, line = 0, 1
    while at < len(text):
        start, cells = at, []
        while True:
            end = _cell_end(text, at)
            cells.append(text[at:end])
            if end < len(text) and text[end] == ",":
                at = end + 1
                continue
            break
        match = _LINE_END.match(text, end)
        at = match.end() if match else end
        yield _Record(line, cells, match.group() if match else "")
        line += len(_LINE_END.findall(text, start, at))


def _cell_end(text: str, at: int) -> int:
    if text.startswith('"', at):
        while True:
            at = text.index('"', at + 1)
            if not text.startswith('"', at + 1):
                break
            at += 1
        at += 1
    while at < len(text) and text[at] not in ",\r\n":
        at += 1
    return at


def _quoted(cell: str, *, quoted: bool = False) -> str:
    if quoted or re.search(r'[",\r\n]', cell) or cell != cell.strip():
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _plain(written: str) -> str:
    if written.startswith('"'):
        end = written.rindex('"')
        written = written[1:end].replace('""', '"') + written[end + 1 :]
    return written.strip()

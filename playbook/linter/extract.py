"""Read the text of any document that people send: Markdown, plain text, Word, web pages, notebooks.

Every place of the text leads back to the document: the line of a text file or web page, the number of a paragraph in
Word, the line of a cell in a notebook's file.
"""

from __future__ import annotations

import io
import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from playbook.errors import InputError, Problem
from playbook.linter.findings import Place
from playbook.sources import decode

LARGEST = 20_000_000
"""Bytes: a larger document is refused."""
UNPACKED = 200_000_000
"""Bytes: a Word file that unpacks to more is refused."""
STDIN = "-"

Anchor = tuple[int, int, int]
"""From this code point of the text on, the document continues at this line and column."""

_ZIP, _PDF = b"PK\x03\x04", b"%PDF"
_CANNOT = {
    ".pdf": "a PDF", ".doc": "an old Word file", ".odt": "an OpenDocument file", ".rtf": "an RTF file",
    ".pages": "a Pages file", ".xlsx": "a spreadsheet", ".pptx": "a presentation",
}  # fmt: skip
_FENCE = re.compile(
    r"^(?P<mark>`{3,}|~{3,})[^\n]*\n.*?(?:^(?P=mark)[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_CODE = re.compile(r"(?<!`)(`{1,2})(?!`)[^\n]*?(?<!`)\1(?!`)")
_FRONT = re.compile(r"\A---[ \t]*\n.*?^---[ \t]*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Comment:
    """A comment in a document, which may allow something, and the place of the text at which it stands."""

    text: str
    at: int
    end: int


@dataclass(frozen=True)
class Extracted:
    """The text of one document. `masked` are the stretches that are not prose: code, comments."""

    path: str
    text: str
    masked: tuple[tuple[int, int], ...] = ()
    anchors: tuple[Anchor, ...] = ()
    comments: tuple[Comment, ...] = ()
    notes: tuple[str, ...] = ()

    @cached_property
    def _offsets(self) -> list[int]:
        return [anchor[0] for anchor in self.anchors]

    @cached_property
    def prose(self) -> str:
        """Return the text with what is not prose made blank; places stay."""
        out = list(self.text)
        for start, end in self.masked:
            out[start:end] = [c if c == "\n" else " " for c in out[start:end]]
        return "".join(out)

    def at(self, offset: int) -> tuple[int, int]:
        """Return the line and column, 1-based, of a code point of the text."""
        start, line, column = (
            self.anchors[max(0, bisect_right(self._offsets, offset) - 1)] if self.anchors else (0, 1, 1)
        )
        between = self.text[start:offset]
        ends = between.count("\n")
        return (
            (line + ends, len(between) - between.rfind("\n")) if ends else (line, column + offset - start)
        )

    def place(self, start: int, end: int) -> Place:
        """Return the place of a stretch in the document (end exclusive)."""
        line, column = self.at(start)
        if end <= start:
            return Place(line, column, line, column)
        last_line, last_column = self.at(end - 1)
        return Place(line, column, last_line, last_column + 1)


def _problem(path: str, found: str, expected: str, remedy: str) -> InputError:
    return InputError([Problem(path, 0, 0, "", found, expected, remedy)])


def read_document(name: str) -> Extracted:
    """Read the document at a path. Raises InputError where it is missing, too large, or of a kind that cannot be read."""
    path = Path(name)
    if path.is_dir():
        raise _problem(
            name,
            "a folder",
            "a file",
            f"Name its files, such as {name.rstrip('/')}/*.md; an incident folder is checked by playbook validate.",
        )
    try:
        if path.stat().st_size > LARGEST:
            raise _problem(
                name,
                f"{path.stat().st_size:,} bytes",
                f"at most {LARGEST:,}",
                "Check the text in smaller pieces.",
            )
        raw = path.read_bytes()
    except OSError as error:
        raise _problem(name, error.strerror or str(error), "a file", "Check the path.") from error
    return extract(raw, name)


def extract(raw: bytes, name: str) -> Extracted:
    """Return the text of a document's bytes; its name tells the form (`-`: plain text or Markdown). Raises InputError."""
    ending = Path(name).suffix.lower()
    if ending == ".docx" or (raw.startswith(_ZIP) and b"word/" in raw[:4096]):
        return _docx(raw, name)
    if ending in _CANNOT or raw.startswith((_PDF, _ZIP)):
        what = _CANNOT.get(ending, "a PDF" if raw.startswith(_PDF) else "a ZIP file")
        raise _problem(
            name,
            what,
            "text, Markdown, DOCX, HTML or a notebook",
            "Save it as .docx, or paste the text: playbook check -",
        )
    if b"\0" in raw and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _problem(name, "a binary file", "a text", "Check the path.")
    text, notes = _decoded(raw, name)
    if ending in (".html", ".htm", ".xhtml"):
        from playbook.linter.webpage import text_of

        made = text_of(text)
        comments = tuple(Comment(*c) for c in made.comments)
        return Extracted(name, made.text, anchors=made.anchors, comments=comments, notes=notes)
    if ending == ".ipynb":
        return _notebook(text, name, notes)
    return _plain(name, text, notes, markdown=ending != ".txt")


def _decoded(raw: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    try:
        text, encoding = decode(raw, name)
    except UnicodeDecodeError as error:
        raise _problem(
            name, f"bytes that are not {error.encoding}", "UTF-8", "Save the file as UTF-8."
        ) from error
    notes = () if encoding.startswith("utf-8") else (f"read as {encoding}",)
    return text.replace("\r\n", "\n").replace("\r", "\n"), notes


def _plain(name: str, text: str, notes: tuple[str, ...], *, markdown: bool) -> Extracted:
    if not markdown:
        return Extracted(name, text, notes=notes)
    comments = tuple(Comment(m.group()[4:].removesuffix("-->"), *m.span()) for m in _COMMENT.finditer(text))
    return Extracted(name, text, masked=_not_prose(text), comments=comments, notes=notes)


def _not_prose(text: str) -> tuple[tuple[int, int], ...]:
    """Return the stretches of Markdown that are front matter, code or comments, without overlaps."""
    out: list[tuple[int, int]] = []
    for pattern in (_FRONT, _FENCE, _COMMENT, _CODE):
        for match in pattern.finditer(text):
            if all(match.end() <= start or match.start() >= end for start, end in out):
                out.append(match.span())
    return tuple(sorted(out))


@dataclass
class _Joined:
    """Collects pieces of a document, each with the place that it comes from."""

    parts: list[str] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    length: int = 0

    def add(self, text: str, line: int, column: int = 1) -> None:
        self.anchors.append((self.length, line, column))
        self.put(text)

    def put(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)


# -- Word ----------------------------------------------------------------------------------

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SIGNS = {f"{_W}tab": " ", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


def _docx(raw: bytes, name: str) -> Extracted:
    import zipfile

    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            if sum(item.file_size for item in packed.infolist()) > UNPACKED:
                raise _problem(
                    name, f"more than {UNPACKED:,} bytes, unpacked", "a letter", "Check the text alone."
                )
        body = docx.Document(io.BytesIO(raw)).element.body
    except InputError:
        raise
    except (zipfile.BadZipFile, PackageNotFoundError, KeyError, ValueError, SyntaxError, OSError) as error:
        raise _problem(
            name, "a file that is no DOCX", "a Word document", "Open it in Word and save it as .docx."
        ) from error
    joined = _Joined()
    for number, paragraph in enumerate(_paragraphs(body), start=1):
        if joined.parts:
            joined.put("\n\n")
        column = 1
        for piece in re.split("(\n)", "".join(_words(paragraph))):  # a line end within a paragraph
            if piece == "\n":
                joined.put(piece)
                column += 1
            else:
                joined.add(piece, number, column)
                column += len(piece)
    return Extracted(name, "".join(joined.parts), anchors=tuple(joined.anchors))


def _paragraphs(body: Any) -> Iterator[Any]:
    for paragraph in body.iter(f"{_W}p"):
        if not any(above.tag == _FALLBACK for above in paragraph.iterancestors()):
            yield paragraph


def _words(element: Any) -> Iterator[str]:
    """Yield the text of a paragraph as it reads with all changes accepted; a text box in it is a paragraph of its own."""
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        elif child.tag not in (f"{_W}p", f"{_W}moveFrom", f"{_W}del", f"{_W}pPr", _FALLBACK):
            yield from _words(child)


# -- notebooks -----------------------------------------------------------------------------


def _notebook(raw: str, name: str, notes: tuple[str, ...]) -> Extracted:
    """Return the Markdown cells; a line is that of the notebook's file, a column that of the cell's own text."""
    try:
        cells = json.loads(raw)["cells"]
        sources = [(cell.get("cell_type"), _lines(cell.get("source"))) for cell in cells]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _problem(
            name, "no cells", "a Jupyter notebook (.ipynb, version 4)", "Open it in Jupyter and save it."
        ) from error
    joined, masked, comments, at = _Joined(), [], [], 0
    for kind, lines in sources:
        first = joined.length
        for number, line in enumerate(lines):
            place, at = _found(raw, line, at)
            if kind == "markdown":
                if number == 0 and joined.parts:
                    joined.put("\n\n")
                    first = joined.length
                joined.add(line, raw.count("\n", 0, place) + 1)
        if kind == "markdown":
            cell = _plain(name, "".join(lines), (), markdown=True)
            masked += [(first + start, first + end) for start, end in cell.masked]
            comments += [Comment(c.text, first + c.at, first + c.end) for c in cell.comments]
    return Extracted(
        name, "".join(joined.parts), tuple(masked), tuple(joined.anchors), tuple(comments), notes
    )


def _lines(source: object) -> Sequence[str]:
    if isinstance(source, str):
        return source.splitlines(keepends=True)
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return source
    return ()


def _found(raw: str, line: str, at: int) -> tuple[int, int]:
    """Return where a line of a cell stands in the notebook's file, and where to look on: quoted, or in a long string."""
    for quoted in (True, False):
        for ascii_only in (False, True):
            written = json.dumps(line, ensure_ascii=ascii_only)
            written = written if quoted else written[1:-1]
            place = raw.find(written, at) if written else -1
            if place >= 0:
                return place, place + len(written)
    return at, at

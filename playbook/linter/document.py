"""The text of a document, with the place in the document of every piece of it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from playbook.errors import InputError, Problem
from playbook.linter.findings import Place

Anchor = tuple[int, int, int]
"""From this code point of the text on, the document continues at this line and column."""

_FENCE = re.compile(r"^(?:`{3,}|~{3,})[^\n]*$", re.MULTILINE)
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
        return (line + ends, len(between) - between.rfind("\n")) if ends else (line, column + offset - start)

    def place(self, start: int, end: int) -> Place:
        """Return the place of a stretch in the document (end exclusive)."""
        line, column = self.at(start)
        if end <= start:
            return Place(line, column, line, column)
        last_line, last_column = self.at(end - 1)
        return Place(line, column, last_line, last_column + 1)


def problem(path: str, found: str, expected: str, remedy: str) -> InputError:
    """Make the error that a document cannot be read."""
    return InputError([Problem(path, 0, 0, "", found, expected, remedy)])


def plain(name: str, text: str, notes: tuple[str, ...], *, markdown: bool) -> Extracted:
    """Return plain text or Markdown as a document."""
    if not markdown:
        return Extracted(name, text, notes=notes)
    comments = tuple(Comment(m.group()[4:].removesuffix("-->"), *m.span()) for m in _COMMENT.finditer(text))
    return Extracted(name, text, masked=_not_prose(text), comments=comments, notes=notes)


def _spans(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    for match in pattern.finditer(text):
        yield match.span()


def _fences(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of fenced code: to the line that closes it with as long a mark, else to the end."""
    start, mark = -1, ""
    for match in _FENCE.finditer(text):
        line = match.group()
        if start < 0:
            if match.end() < len(text):
                start, mark = match.start(), line[: len(line) - len(line.lstrip(line[0]))]
        elif line.startswith(mark) and not line.rstrip(" \t").strip("`~"):
            yield start, match.end()
            start = -1
    if start >= 0:
        yield start, len(text)


def _not_prose(text: str) -> tuple[tuple[int, int], ...]:
    """Return the stretches of Markdown that are front matter, code or comments, without overlaps."""
    out: list[tuple[int, int]] = []
    taken = bytearray(len(text))
    for spans in (_spans(_FRONT, text), _fences(text), _spans(_COMMENT, text), _spans(_CODE, text)):
        for start, end in spans:
            if taken.find(1, start, end) < 0:
                taken[start:end] = b"\1" * (end - start)
                out.append((start, end))
    return tuple(sorted(out))


@dataclass
class Joined:
    """Collects pieces of a document, each with the place that it comes from."""

    parts: list[str] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    length: int = 0

    def add(self, text: str, line: int, column: int = 1) -> None:
        """Add a piece that comes from a place of the document."""
        self.anchors.append((self.length, line, column))
        self.put(text)

    def put(self, text: str) -> None:
        """Add what does not stand in the document, such as the blank line between two paragraphs."""
        self.parts.append(text)
        self.length += len(text)

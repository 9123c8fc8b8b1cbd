"""The text of a web page: tags taken off, with the place in the source of every piece."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from html.parser import HTMLParser

_SKIPPED = frozenset({"script", "style", "template", "noscript", "svg", "math", "object", "iframe", "select"})
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "button", "caption", "dd", "details",
    "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2",
    "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "legend", "li", "main", "nav", "ol",
    "option", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead",
    "title", "tr", "ul",
))  # fmt: skip


@dataclass
class PageText:
    """The text of a page; `anchors` are (code point, line, column), `comments` (text, code point, code point)."""

    text: str = ""
    anchors: tuple[tuple[int, int, int], ...] = ()
    comments: tuple[tuple[str, int, int], ...] = ()


@dataclass
class _Pieces:
    parts: list[str] = field(default_factory=list)
    anchors: list[tuple[int, int, int]] = field(default_factory=list)
    length: int = 0
    last: str = "\n"

    def add(self, text: str, line: int, column: int) -> None:
        if text:
            self.anchors.append((self.length, line, column))
            self.put(text)

    def put(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)
        self.last = text[-1]


class _Stripper(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.pieces = _Pieces()
        self.comments: list[tuple[str, int, int]] = []
        self.skipped: list[str] = []
        self.pre = 0
        self.blank: tuple[int, int] | None = None  # a blank that is written only if more text follows

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self.skipped.append(tag)
        self.pre += tag == "pre"
        if tag in _BLOCKS:
            self._end("\n\n")
        elif tag == "br":
            self._end("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _SKIPPED:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self.skipped and tag == self.skipped[-1]:
            self.skipped.pop()
        self.pre -= tag == "pre" and self.pre > 0
        if tag in _BLOCKS:
            self._end("\n\n")

    def handle_data(self, data: str) -> None:
        if self.skipped:
            return
        line, column = self.getpos()
        for number, piece in enumerate(data.split("\n")):
            if number:
                self._line_end(line + number)
            self._words(piece, line + number, column if number == 0 else 0)

    def handle_entityref(self, name: str) -> None:
        self._entity(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._entity(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.comments.append((data, self.pieces.length, self.pieces.length))

    def _entity(self, written: str) -> None:
        if not self.skipped:
            line, column = self.getpos()
            self._words(html.unescape(written), line, column)

    def _line_end(self, line: int) -> None:
        if self.pre:
            self._end("\n")
        else:
            self.blank = self.blank or (line, 0)

    def _words(self, text: str, line: int, column: int) -> None:
        """Add words of one line: blanks before and after are one blank, and none between Han characters."""
        if not self.pre:
            bare = text.lstrip(" \t\f")
            if len(bare) < len(text):
                self.blank = self.blank or (line, column)
            column += len(text) - len(bare)
            text = bare.rstrip(" \t\f")
        if text:
            if self.blank and self.pieces.last != "\n" and not _joins(self.pieces.last, text[0]):
                self.pieces.add(" ", *_one_based(self.blank))
            self.pieces.add(text, line, column + 1)
            self.blank = None
        if not self.pre and len(text) < len(bare) and text:
            self.blank = (line, column + len(text))

    def _end(self, mark: str) -> None:
        if not self.skipped and self.pieces.parts:
            missing = mark if self.pieces.last != "\n" else ""
            if missing:
                self.pieces.put(missing)
            self.blank = None


def _one_based(place: tuple[int, int]) -> tuple[int, int]:
    return place[0], place[1] + 1


def _joins(before: str, after: str) -> bool:
    """Tell whether a line end between two characters is no blank: both are Han characters or full-width marks."""
    return all("\u3000" <= c <= "\u9fff" or "\uff00" <= c <= "\uffef" for c in (before, after))


def text_of(source: str) -> PageText:
    """Return the text of a page's source, without scripts and styles; a broken page is read as far as it goes."""
    stripper = _Stripper()
    # Behind the last ">" no tag is complete. The parser would look for its end from every "<" anew.
    tail = source.find("<", source.rfind(">") + 1)
    stripper.feed(source if tail < 0 else source[:tail])
    stripper.close()
    if tail >= 0:
        stripper.handle_data(source[tail:])
    pieces = stripper.pieces
    return PageText("".join(pieces.parts), tuple(pieces.anchors), tuple(stripper.comments))

"""A text that goes out, as a Word letter, statement or plain text; in the house's own copy with comments.

The body holds the text and nothing else but the lines of the letter's form (date, recipient), each in a style of its
own whose name begins with `Layout`: who reads the file back leaves those out, and has the text that was checked. What a
letter has around it (letterhead, notes on where it goes, page numbers) stands in the header and footer. The parts are
written as XML throughout, without a template, so that no name of a program or a person is in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from playbook.documents.archive import core_properties, packed, stamp
from playbook.documents.blocks import printable
from playbook.documents.letterparts import (
    CONTINUES,
    LAYOUT,
    NAMESPACES,
    STYLES,
    Picture,
    around,
    header_and_footer,
    run,
)
from playbook.text import Language
from playbook.times import Moment

Form = Literal["letter", "statement", "plain"]


@dataclass(frozen=True)
class Comment:
    """A remark on a stretch of the text, `start` to `end` in its code points; on the whole text where they are equal."""

    start: int
    end: int
    author: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Paper:
    """What is printed around the text. `stamp` must not be overlooked; `note` is small print for who sends it."""

    name: str = ""
    details: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    logo: Picture | None = None
    stamp: str = ""
    note: str = ""
    size: Literal["A4", "Letter"] = "A4"


@dataclass(frozen=True)
class Outgoing:
    """A text that goes out: its words, its form, its paper. `id` is the draft's; an empty line is not printed."""

    id: str
    language: Language
    form: Form
    subject: str
    text: str
    paper: Paper
    date: str = ""
    place_date: str = ""
    recipient: str = ""
    comments: tuple[Comment, ...] = ()
    comment_language: Language = "en"
    as_of: Moment | None = None


@dataclass(frozen=True)
class _Line:
    """A line of the text: where it stands in it, and what it is in the letter."""

    start: int
    end: int
    role: Literal["body", "head", "lead", "item", "tail", "salutation", "formula", "sign"]
    first: bool = True  # of its paragraph
    last: bool = True


_BLANK = re.compile(r"(?:\r\n?|\n)(?:[ \t]*(?:\r\n?|\n))+")
_LINE_END = re.compile(r"\r\n?|\n")
_ITEM = re.compile(r"[・•‧·*–—-]\s?\S|\(?\d{1,2}[.、．)]|[①-⑳]|(?:Option|方案|选项|選項)\s?[A-Z]\s?[:：]")
_ENDS = re.compile(r"[。！？.!?：:；;]['\"”’」』）)]*$")
_SALUTED = re.compile(r"[,，、:：。]$")
_FORMULA = ("此致", "敬禮", "敬礼", "順頌", "顺颂", "敬頌", "敬颂", "商祺", "時祺", "时祺")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")


def _lines(text: str) -> list[_Line]:
    """Return the lines of a text with their places and roles."""
    pieces: list[tuple[int, int]] = []
    at = 0
    for gap in (*_BLANK.finditer(text), None):
        end = gap.start() if gap else len(text)
        if text[at:end].strip():
            pieces.append((at, end))
        at = gap.end() if gap else end
    out: list[_Line] = []
    for number, (start, end) in enumerate(pieces):
        lines = [(start + a, start + b) for a, b in _split(text[start:end])]
        texts = [text[a:b].strip() for a, b in lines]
        rest = len(pieces) - number
        if number == 0 and rest > 2 and len(lines) == 1 and _is_salutation(texts[0]):
            roles = ["salutation"]
        elif number and rest <= 2 and all(t.rstrip("!！,，") in _FORMULA for t in texts):
            roles = ["formula"] * len(lines)
        elif number and rest == 1 and len(lines) <= 4 and all(_is_signature(t) for t in texts):
            roles = ["sign"] * len(lines)
        else:
            items = [_ITEM.match(t) is not None for t in texts]
            roles = ["item" if item else "lead" if any(items[i:]) else "tail" if any(items) else "body"
                     for i, item in enumerate(items)]  # fmt: skip
            if len(lines) > 1 and not items[0] and _is_head(texts[0]):
                roles[0] = "head"
        for i, ((a, b), role) in enumerate(zip(lines, roles, strict=True)):
            out.append(_Line(a, b, role, i == 0, i == len(lines) - 1))  # type: ignore[arg-type]
    return out


def _split(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for end in (*_LINE_END.finditer(text), None):
        stop = end.start() if end else len(text)
        yield at, stop
        at = end.end() if end else stop


def _is_salutation(line: str) -> bool:
    return len(line) <= 40 and _SALUTED.search(line) is not None and line.count("。") + line.count(". ") <= 1


def _is_signature(line: str) -> bool:
    return 0 < len(line) <= 60 and not _ENDS.search(line)


def _is_head(line: str) -> bool:
    """Tell whether the first line of a paragraph is what the rest of it answers: a short question, or a few bare words."""
    return 0 < len(line) <= 60 and (line.endswith(("？", "?")) or not _ENDS.search(line))


_STYLES = {
    "body": "Text", "head": "Head", "lead": "Lead", "item": "Item", "tail": "Tail", "salutation": "Salutation", "formula": "Formula",
    "sign": "Signature",
}  # fmt: skip


def _style(line: _Line, form: Form) -> str:
    name = "Plain" if form == "plain" else _STYLES[line.role]
    return name if line.first else name + CONTINUES


def _cuts(line: _Line, comments: Sequence[Comment]) -> list[int]:
    inside = {place for c in comments for place in (c.start, c.end) if line.start < place < line.end}
    return [line.start, *sorted(inside), line.end]


class _Body:
    """Writes the lines of a text; a comment's range begins in the first line that it touches and ends in the last."""

    def __init__(self, made: Outgoing, comments: Sequence[Comment], lines: Sequence[_Line]) -> None:
        self.made, self.comments = made, comments
        self.opens: dict[int, list[int]] = {}
        self.closes: dict[int, list[int]] = {}
        for number, comment in enumerate(comments):
            touched = [x for x in lines if x.start < comment.end and x.end > comment.start]
            if touched:
                self.opens.setdefault(max(comment.start, touched[0].start), []).append(number)
                self.closes.setdefault(min(comment.end, touched[-1].end), []).append(number)
        self.whole = [number for number, comment in enumerate(comments) if not self._placed(number)]

    def _placed(self, number: int) -> bool:
        return any(number in numbers for numbers in self.opens.values())

    def paragraph(self, text: str, style: str) -> str:
        """Return a paragraph of its own; remarks on the whole text hang on the first that is no line of the form."""
        inner = run(_clean(text), self.made.language)
        return self._wrapped(style, "", inner if style.startswith(LAYOUT) else self._on_whole(inner))

    def line(self, line: _Line, style: str, properties: str = "") -> str:
        """Return a line of the text with the remarks on it."""
        cuts = _cuts(line, self.comments)
        out = []
        for start, end in pairwise(cuts):
            out += [_opening(n) for n in self.opens.get(start, ())]
            words = _clean(self.made.text[start:end])
            out.append(run(words, self.made.language) if words else "")
            out += [_closing(n) for n in self.closes.get(end, ())]
        return self._wrapped(style, properties, self._on_whole("".join(out)))

    def _on_whole(self, inner: str) -> str:
        whole, self.whole = self.whole, []
        return "".join(map(_opening, whole)) + inner + "".join(map(_closing, whole))

    @staticmethod
    def _wrapped(style: str, properties: str, inner: str) -> str:
        return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{inner}</w:p>'


def _clean(text: str) -> str:
    """Return what of a text is printed, as the pack's `.md` file has it."""
    return _DIRECTION.sub("", printable(text))


def _opening(number: int) -> str:
    return f'<w:commentRangeStart w:id="{number}"/>'


def _closing(number: int) -> str:
    mark = f'<w:rPr><w:rStyle w:val="CommentReference"/></w:rPr><w:commentReference w:id="{number}"/>'
    return f'<w:commentRangeEnd w:id="{number}"/><w:r>{mark}</w:r>'


_KEEP = "<w:keepNext/>"


def _body(made: Outgoing) -> str:
    lines = _lines(made.text)
    body = _Body(made, made.comments, lines)
    chinese, out = made.language != "en", []
    if made.form == "letter":
        out += [body.paragraph(made.date, f"{LAYOUT}Date")] if made.date and not chinese else []
        out += [body.paragraph(made.recipient, f"{LAYOUT}Recipient")] if made.recipient else []
    if made.subject:
        style = {"letter": "Subject", "statement": "Headline", "plain": "PlainSubject"}[made.form]
        out.append(body.paragraph(made.subject, style))
    if made.form == "statement" and made.place_date and not chinese:
        out.append(body.paragraph(made.place_date, f"{LAYOUT}Dateline"))
    signed = [number for number, line in enumerate(lines) if line.role in ("sign", "formula")]
    for number, line in enumerate(lines):
        # Neither a signature nor what leads to a list stands at the foot of a page, or alone on a new one.
        ends = number in signed and (number + 1 < len(lines) or chinese)
        keep = made.form != "plain" and (line.role in ("head", "lead") or ends or number + 1 in signed[:1])
        out.append(
            body.line(line, _style(line, made.form), (_KEEP if keep else "") + _space(made, lines, number))
        )
    dated = made.date if made.form == "letter" else made.place_date if made.form == "statement" else ""
    if chinese and dated:
        out.append(body.paragraph(dated, f"{LAYOUT}DateBelow"))
    return "".join(out)


_SIGNED_BY_HAND, _SIGNED = 900, 300  # twentieths of a point above who signs


def _space(made: Outgoing, lines: Sequence[_Line], number: int) -> str:
    """Return the room around a line where it differs from its style: little within a paragraph, more to sign in."""
    line = lines[number]
    before = 0
    if line.role == "sign" and made.form != "plain":
        closing = made.text[line.start : line.end].rstrip().endswith((",", "，"))
        after_closing = (
            not line.first
            and made.text[lines[number - 1].start : lines[number - 1].end].rstrip()[-1:] in ",，"
        )
        if line.first and closing:
            before = _SIGNED
        elif line.first or after_closing:
            before = _SIGNED_BY_HAND if made.form == "letter" else _SIGNED
    above = f' w:before="{before}"' if before else ""
    apart = line.last or line.role in ("sign", "formula")
    apart = apart or (line.role == "item" and lines[number + 1].role in ("lead", "tail"))
    below = "" if apart else ' w:after="40"'
    return f"<w:spacing{above}{below}/>" if above or below else ""


_PAGES = {"A4": (11906, 16838), "Letter": (12240, 15840)}


def _section(made: Outgoing) -> str:
    width, height = _PAGES[made.paper.size]
    side = 1588 if made.form != "plain" else 1418
    return (
        '<w:sectPr><w:headerReference w:type="first" r:id="rId10"/><w:headerReference w:type="default" r:id="rId11"/>'
        '<w:footerReference w:type="first" r:id="rId12"/><w:footerReference w:type="default" r:id="rId13"/>'
        f'<w:pgSz w:w="{width}" w:h="{height}"/><w:pgMar w:top="1418" w:right="{side}" w:bottom="1418" w:left="{side}"'
        ' w:header="794" w:footer="624" w:gutter="0"/><w:titlePg/></w:sectPr>'
    )


def _comments(made: Outgoing, date: str) -> str:
    language = made.comment_language
    out = []
    for number, comment in enumerate(made.comments):
        pieces = []
        for at, line in enumerate(comment.lines):
            mark = (
                '<w:r><w:rPr><w:rStyle w:val="CommentReference"/></w:rPr><w:annotationRef/></w:r>'
                if not at
                else ""
            )
            words = run(_clean(line), language)
            pieces.append(f'<w:p><w:pPr><w:pStyle w:val="CommentText"/></w:pPr>{mark}{words}</w:p>')
        author = comment.author.replace("&", "").replace('"', "").replace("<", "")
        head = f'w:id="{number}" w:author="{author}" w:initials="{author[:1]}" w:date="{date}"'
        out.append(f"<w:comment {head}>{''.join(pieces)}</w:comment>")
    return f"<w:comments {NAMESPACES}>{''.join(out)}</w:comments>"


def to_word_letter(made: Outgoing) -> bytes:
    """Return the bytes of a DOCX file: comments.xml is a part of it only where there are comments."""
    parts = {
        name: content.encode()
        for name, content in header_and_footer(made.paper, made.form, made.language).items()
    }
    body = f"<w:document {NAMESPACES}><w:body>{_body(made)}{_section(made)}</w:body></w:document>"
    parts["word/document.xml"] = body.encode()
    parts["word/styles.xml"] = STYLES[made.language]
    parts |= around(made.paper.logo, bool(made.comments))
    if made.comments:
        parts["word/comments.xml"] = _comments(
            made, stamp(made.as_of).strftime("%Y-%m-%dT%H:%M:%SZ")
        ).encode()
    title = _clean(made.subject or made.id)
    parts["docProps/core.xml"] = core_properties(title, made.language, made.as_of, identifier=made.id)
    return packed(parts, made.as_of)

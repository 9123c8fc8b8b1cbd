"""A draft that was edited in Word, read back as the text of its `.md` file: without letterhead, date and recipient."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from typing import Any

from playbook.documents.letterparts import CONTINUES, LAYOUT
from playbook.linter import wordfile

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_CHANGES = tuple(f"{_W}{name}" for name in ("ins", "del", "moveFrom", "moveTo"))
_LISTED = re.compile(r"list ?(?:bullet|number|paragraph)", re.IGNORECASE)
_OURS = re.compile(r"(?:Text|Lead|Item|Tail|Formula|Signature|Plain)" + re.escape(CONTINUES))


@dataclass(frozen=True)
class WordText:
    """What a Word file holds: its text, the draft's id that it names, how many changes nobody accepted, and comments."""

    text: str
    identifier: str
    changes: int
    comments: int


def read_word(raw: bytes, name: str, mark: str) -> WordText:
    """Read the bytes of a Word file, all changes accepted; `mark` is set before items of Word's own lists.

    Raises InputError where it cannot be read.
    """
    wordfile.text_of(raw, name)  # refuses what is damaged, encrypted or unpacks to too much
    import docx

    document = docx.Document(io.BytesIO(raw))
    names = _style_names(document)
    lines: list[str] = []
    before = ""
    for paragraph in document.element.body.iter(f"{_W}p"):
        style = _style(paragraph, names)
        if style.startswith(LAYOUT) or _in_fallback(paragraph):
            continue
        words = "".join(wordfile.words(paragraph)).strip()
        if not words:
            continue
        listed = _is_listed(paragraph, style)
        if listed and not words.startswith(mark.strip()):
            words = mark + words
        goes_on = _OURS.fullmatch(style) or (
            listed and (before == "item" or (lines[-1:] and lines[-1][-1] in ":："))
        )
        lines += [] if not lines else ["\n"] if goes_on else ["\n\n"]
        lines.append(words)
        before = "item" if listed else ""
    return WordText("".join(lines), _identifier(raw), _changes(document), _comments(document))


def _style_names(document: Any) -> dict[str, str]:
    try:
        return {style.style_id: style.name or "" for style in document.styles}
    except (AttributeError, LookupError, TypeError, ValueError):  # a file whose styles are damaged has none
        return {}


def _style(paragraph: Any, names: dict[str, str]) -> str:
    """Return the name of a paragraph's style: its id, where a program kept it, else what people call it."""
    found = paragraph.find(f"{_W}pPr/{_W}pStyle")
    identifier = found.get(f"{_W}val") if found is not None else ""
    called = names.get(identifier or "", "")
    return called if called.startswith(LAYOUT) or _OURS.fullmatch(called) else identifier or called


def _is_listed(paragraph: Any, style: str) -> bool:
    numbered = paragraph.find(f"{_W}pPr/{_W}numPr/{_W}numId")
    if numbered is not None:
        return bool(numbered.get(f"{_W}val") != "0")
    return _LISTED.match(style) is not None


def _in_fallback(paragraph: Any) -> bool:
    return any(above.tag.endswith("}Fallback") for above in paragraph.iterancestors())


def _changes(document: Any) -> int:
    """Count the changes that stand in the file as proposals: words put in or taken out, and ends of paragraphs."""
    return sum(1 for element in document.element.body.iter(*_CHANGES))


def _comments(document: Any) -> int:
    return len({e.get(f"{_W}id") for e in document.element.body.iter(f"{_W}commentReference")})


def _identifier(raw: bytes) -> str:
    """Return the id among the file's properties; programs differ in how they refer to these, not in where they are."""
    from docx.oxml import parse_xml

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            core = parse_xml(packed.read("docProps/core.xml"))
    except (KeyError, SyntaxError):
        return ""
    texts = (core.findtext(f"{_DC}{name}") for name in ("identifier", "subject"))
    return next((text.strip() for text in texts if text and "/" in text), "")

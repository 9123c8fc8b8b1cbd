"""The text of a Word file: one line a paragraph, as it reads with all changes accepted."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from playbook.errors import InputError
from playbook.linter.document import Extracted, Joined, problem

UNPACKED = 200_000_000
"""Bytes: a Word file that unpacks to more is refused."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SIGNS = {f"{_W}tab": " ", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_BROKEN = (LookupError, ValueError, SyntaxError, OSError, EOFError, RuntimeError, AttributeError, TypeError)
"""What reading a damaged package raises, beside the errors of its own libraries (NotImplementedError included)."""


def text_of(raw: bytes, name: str) -> Extracted:
    """Return the text of a Word file's bytes; a line is the number of a paragraph. Raises InputError."""
    import lzma
    import zipfile
    import zlib

    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            if sum(item.file_size for item in packed.infolist()) > UNPACKED:
                raise problem(
                    name, f"more than {UNPACKED:,} bytes, unpacked", "a letter", "Check the text alone."
                )
            if any(item.flag_bits & 1 for item in packed.infolist()):
                raise problem(
                    name, "an encrypted file", "a Word document", "Save it without a password, then check it."
                )
        body = docx.Document(io.BytesIO(raw)).element.body
        if body is None:
            raise problem(
                name, "no body", "a Word document with a text", "Open it in Word and save it as .docx."
            )
    except InputError:
        raise
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, PackageNotFoundError, *_BROKEN) as error:
        raise problem(
            name, "a file that is no DOCX", "a Word document", "Open it in Word and save it as .docx."
        ) from error
    joined = Joined()
    for number, paragraph in enumerate(_paragraphs(body), start=1):
        style = _style(paragraph)
        if style.startswith("Layout"):  # of our own letters: the date, to whom; no part of the text
            continue
        if joined.parts:
            joined.put("\n" if style in _CONTINUES else "\n\n")
        column = 1
        for piece in re.split("(\n)", "".join(words(paragraph))):  # a line end within a paragraph
            if piece == "\n":
                joined.put(piece)
                column += 1
            else:
                joined.add(piece, number, column)
                column += len(piece)
    return Extracted(name, "".join(joined.parts), anchors=tuple(joined.anchors))


_CONTINUES = {f"{name}Line" for name in ("Text", "Lead", "Item", "Tail", "Formula", "Signature", "Plain")}
"""Styles of our own letters whose paragraphs are a new line of the one before (an item of a list)."""


def _style(paragraph: Any) -> str:
    named = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return "" if named is None else str(named.get(f"{_W}val") or "")


def _paragraphs(body: Any) -> Iterator[Any]:
    for paragraph in body.iter(f"{_W}p"):
        if not any(above.tag == _FALLBACK for above in paragraph.iterancestors()):
            yield paragraph


def words(element: Any) -> Iterator[str]:
    """Yield the text of a paragraph as it reads with all changes accepted; a text box in it is a paragraph of its own."""
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        elif child.tag not in (f"{_W}p", f"{_W}moveFrom", f"{_W}del", f"{_W}pPr", _FALLBACK):
            yield from words(child)

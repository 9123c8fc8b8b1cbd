"""Read the text of any document that people send: Markdown, plain text, Word, web pages, notebooks.

Every place of the text leads back to the document: the line of a text file or web page, the number of a paragraph in
Word, the line of a cell in a notebook's file.
"""

from __future__ import annotations

import stat
from pathlib import Path

from playbook.linter.document import Comment, Extracted, plain, problem
from playbook.sources import decode

LARGEST = 20_000_000
"""Bytes: a larger document is refused."""
STDIN = "-"

_ZIP, _PDF = b"PK\x03\x04", b"%PDF"
_CANNOT = {
    ".pdf": "a PDF", ".doc": "an old Word file", ".odt": "an OpenDocument file", ".rtf": "an RTF file",
    ".pages": "a Pages file", ".xlsx": "a spreadsheet", ".pptx": "a presentation",
}  # fmt: skip


def read_document(name: str) -> Extracted:
    """Read the document at a path. Raises InputError where it is missing, too large, or of a kind that cannot be read."""
    path = Path(name)
    if path.is_dir():
        raise problem(
            name,
            "a folder",
            "a file",
            f"Name its files, such as {name.rstrip('/')}/*.md; an incident folder is checked by playbook validate.",
        )
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise problem(
                name,
                "a pipe or a device",
                "a regular file",
                "Pipe the text in instead: playbook check -",
            )
        if status.st_size > LARGEST:
            raise problem(
                name,
                f"{status.st_size:,} bytes",
                f"at most {LARGEST:,}",
                "Check the text in smaller pieces.",
            )
        raw = path.read_bytes()
    except OSError as error:
        raise problem(name, error.strerror or str(error), "a file", "Check the path.") from error
    return extract(raw, name)


def extract(raw: bytes, name: str) -> Extracted:
    """Return the text of a document's bytes; its name tells the form (`-`: plain text or Markdown). Raises InputError."""
    ending = Path(name).suffix.lower()
    if ending == ".docx" or (raw.startswith(_ZIP) and b"word/" in raw[:4096]):
        from playbook.linter import wordfile

        return wordfile.text_of(raw, name)
    if ending in _CANNOT or raw.startswith((_PDF, _ZIP)):
        what = _CANNOT.get(ending, "a PDF" if raw.startswith(_PDF) else "a ZIP file")
        raise problem(
            name,
            what,
            "text, Markdown, DOCX, HTML or a notebook",
            "Save it as .docx, or paste the text: playbook check -",
        )
    if b"\0" in raw and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise problem(name, "a binary file", "a text", "Check the path.")
    text, notes = _decoded(raw, name)
    if ending in (".html", ".htm", ".xhtml"):
        from playbook.linter import webpage

        try:
            made = webpage.text_of(text)
        except (AssertionError, ValueError, OverflowError, RecursionError) as error:
            raise problem(
                name,
                "a web page with broken markup, such as <![ or a character number that does not exist",
                "a web page",
                "Open it in a browser and save it again, or paste the text: playbook check -",
            ) from error
        comments = tuple(Comment(*c) for c in made.comments)
        return Extracted(name, made.text, anchors=made.anchors, comments=comments, notes=notes)
    if ending == ".ipynb":
        from playbook.linter import notebook

        return notebook.text_of(text, name, notes)
    return plain(name, text, notes, markdown=ending != ".txt")


def _decoded(raw: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    try:
        text, encoding = decode(raw, name)
    except UnicodeDecodeError as error:
        raise problem(
            name, f"bytes that are not {error.encoding}", "UTF-8", "Save the file as UTF-8."
        ) from error
    notes = () if encoding.startswith("utf-8") else (f"read as {encoding}",)
    return text.replace("\r\n", "\n").replace("\r", "\n"), notes

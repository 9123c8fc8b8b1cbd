"""The two append-only files of an incident folder: who approved what, and what was sent.

A row is added at the end, in the encoding and with the columns that the file has; what stands there is never written
anew. The file is put in place whole: beside its place first, then by renaming, and only one writer at a time.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from playbook.errors import InputError, Problem
from playbook.incident.model import SentRow
from playbook.sources import decode, parse_csv, write_csv

APPROVALS = "approvals.csv"
APPROVAL_COLUMNS = ("id", "at", "what", "who", "role", "decision", "reason", "content_sha256")
SENT = "sent.csv"
SENT_COLUMNS = tuple(SentRow.model_fields)
PATIENCE = 3.0
"""Seconds to wait for somebody else who is adding a row."""


def append_row(path: Path, columns: Sequence[str], row: Mapping[str, str]) -> None:
    """Add one row to a CSV file, made with these columns where it does not exist; a column it lacks is added at the end.

    Raises InputError where the file cannot be read, cannot hold the text in its encoding, or somebody else writes to it.
    """
    part = path.with_name(f".{path.name}.part")
    with _claimed(part) as handle:
        if path.is_symlink():
            raise _problem(path, "a link", "a file in the incident folder", "Copy the file into it.")
        before = path.read_bytes() if path.exists() else b""
        handle.write(appended(before, str(path), columns, row))
        handle.flush()
        os.fsync(handle.fileno())
    if path.exists():
        shutil.copymode(path, part)
    os.replace(part, path)


@contextmanager
def _claimed(part: Path) -> Iterator[BinaryIO]:
    """Open the part file, which one process has alone; it goes where the row cannot be added."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            handle = open(part, "xb")  # noqa: SIM115 - closed below
            break
        except FileExistsError:
            if time.monotonic() > until:
                remedy = "Try again; if nobody else is adding a row, remove this file."
                raise _problem(
                    part, "a file that another writer left, or is writing", "no file", remedy
                ) from None
            time.sleep(0.02)
        except OSError as error:
            found = error.strerror or str(error)
            raise _problem(part.parent, found, "a folder to write in", "Check the folder.") from error
    try:
        with handle:
            yield handle
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _problem(path: Path, found: str, expected: str, remedy: str) -> InputError:
    return InputError([Problem(str(path), 0, 0, "", found, expected, remedy)])


def appended(before: bytes, name: str, columns: Sequence[str], row: Mapping[str, str]) -> bytes:
    """Return the content of a CSV file with a row added. Raises InputError."""
    if not before.strip():
        return write_csv(columns, [row])
    text, encoding = decode(before, name)
    header, _ = parse_csv(text, name)
    lacking = [column for column in columns if column not in header and row.get(column)]
    end = "\r\n" if "\r\n" in text else "\n"
    if lacking:
        first, rest = _first_record(text)
        made = write_csv(lacking, []).decode("utf-8-sig").removesuffix("\r\n")
        text = f"{first},{made}{rest}"
    if not text.endswith(("\n", "\r")):
        text += end
    line = write_csv([*header, *lacking], [row]).decode("utf-8-sig").split("\r\n", 1)[1]
    text += line.replace("\r\n", end) if end != "\r\n" else line
    try:
        return _encoded(text, encoding, before)
    except UnicodeEncodeError as error:
        found = f"a file in {encoding}, which has no {text[error.start]!r}"
        raise _problem(Path(name), found, "UTF-8", "Save it as UTF-8 first.") from error


def _first_record(text: str) -> tuple[str, str]:
    """Split a CSV text after its header row, which may hold quoted line ends."""
    quoted = False
    for at, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif character in "\r\n" and not quoted:
            return text[:at], text[at:]
    return text, ""


def _encoded(text: str, encoding: str, before: bytes) -> bytes:
    """Encode as the file was: with its byte order, and its mark."""
    if encoding == "utf-16":
        mark = before[:2]
        return mark + text.encode("utf-16-le" if mark == b"\xff\xfe" else "utf-16-be")
    return text.encode(encoding)

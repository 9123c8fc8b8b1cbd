"""Edited drafts read back: from Markdown, Word or a notebook into `drafts/<language>/<kind>.<channel>.md` of the incident.

Nothing that stands there is lost: an edit that would be replaced is kept in evidence/, and only where that is asked for.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePath
from typing import Any

from playbook.checks.against import OnFile
from playbook.drafts import Draft
from playbook.errors import InputError, Problem
from playbook.incident.read import LARGEST_DRAFT
from playbook.linter.extract import read_document
from playbook.linter.languages import detect
from playbook.messages import say
from playbook.pack.edited_word import WordText, read_word
from playbook.pack.folder import refuse_links
from playbook.sources import decode
from playbook.text import LANGUAGES, Language

ENDINGS = (".md", ".txt", ".docx", ".ipynb")
REPLACED = "evidence/replaced"
MARKS: dict[Language, str] = {"en": "• ", "zh-Hant": "・", "zh-Hans": "· "}
"""How an item of a list begins in a text of each language."""

_ID = re.compile(r"(?:draft:)?(?P<language>zh-Hant|zh-Hans|en)/(?P<kind>[a-z0-9-]+)\.(?P<channel>[a-z0-9-]+)")
_HEADING = re.compile(r"\A#{1,6}[ \t]+`?(?P<id>[^\s`]+)`?[ \t]*(?:\n|\Z)")


@dataclass(frozen=True)
class Edit:
    """An edited draft: where it was read, whose text it is, the text, and what was not read of it."""

    source: str
    draft: str
    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Taken:
    """An edit in its place in the incident folder; `replaced` is where the edit before it is kept."""

    edit: Edit
    path: str
    replaced: str = ""
    unchanged: bool = False


def _problem(source: str, found: str, expected: str, remedy: str) -> Problem:
    return Problem(source, 0, 0, "", found, expected, remedy)


def read_edits(
    paths: Sequence[str], known: OnFile, draft: str | None, accept: bool = False
) -> tuple[Edit, ...]:
    """Read edited drafts; `draft` is the id where a file does not tell it, `accept` takes changes in Word as accepted.

    Raises InputError with everything that is wrong in any of the files: nothing is written before all can be read.
    """
    edits: list[Edit] = []
    problems: list[Problem] = []
    if draft is not None and len(paths) > 1:
        found = f"{len(paths)} files"
        raise InputError([_problem("--draft", found, "one file", "Take them one by one.")])
    for name in dict.fromkeys(paths):
        try:
            edits += [_cleaned(edit, known) for edit in _read(name, known, draft, accept)]
        except InputError as error:
            problems += error.problems
    for number, edit in enumerate(edits):
        twin = next((e for e in edits[:number] if e.draft == edit.draft and e.text != edit.text), None)
        if twin:
            found = f"a text of {edit.draft}, as {twin.source}"
            problems.append(_problem(edit.source, found, "one text for each draft", "Take one of them."))
    if problems:
        raise InputError(problems)
    return tuple({edit.draft: edit for edit in edits}.values())


def _read(name: str, known: OnFile, draft: str | None, accept: bool) -> Iterator[Edit]:
    ending = PurePath(name).suffix.lower()
    if ending not in ENDINGS:
        expected = "a draft as " + ", ".join(ENDINGS)
        raise InputError([_problem(name, ending or "no ending", expected, "Save it as one of these.")])
    document = read_document(name)  # refuses folders, pipes, what is too large or cannot be read
    if ending == ".docx":
        yield _of_word(name, known, draft, accept)
    elif ending == ".ipynb":
        yield from _of_notebook(name, known, draft)
    else:
        yield Edit(name, draft or _told(name, document.text, known), document.text, document.notes)


def _of_word(name: str, known: OnFile, draft: str | None, accept: bool) -> Edit:
    raw = Path(name).read_bytes()
    found = read_word(raw, name, "• ")
    id_ = draft or _of_properties(found, name) or _told(name, found.text, known)
    if found.changes and not accept:
        tracked = f"{found.changes} tracked changes that nobody accepted"
        remedy = (
            "Accept or reject them in Word; or take the text as it reads with all of them: --accept-changes"
        )
        raise InputError([_problem(name, tracked, "a text that is settled", remedy)])
    language = _language(id_)
    text = read_word(raw, name, MARKS[language]).text if language else found.text
    notes = [f"{found.comments} comments were not taken: they stay in the file"] if found.comments else []
    notes += [f"{found.changes} tracked changes were taken as accepted"] if found.changes else []
    return Edit(name, id_, text, tuple(notes))


def _of_properties(found: WordText, name: str) -> str:
    """Return the id that a Word file names. Raises InputError where its place in a folder says another."""
    match = _ID.fullmatch(found.identifier)
    if match is None:
        return ""
    placed = _placed(name)
    if placed and placed != found.identifier:
        told = f"{found.identifier}, by the file's properties"
        remedy = f"Say which it is: --draft {placed}, or --draft {found.identifier}"
        raise InputError([_problem(name, told, f"{placed}, where it lies", remedy)])
    return found.identifier


def _language(id_: str) -> Language | None:
    return next((language for language in LANGUAGES if id_.startswith(f"{language}/")), None)


def _placed(name: str) -> str:
    """Return the id of a file that lies as a pack or an incident folder has it: `<language>/<kind>.<channel>.md`."""
    parts = Path(name).absolute().parts
    stem = _bare(parts[-1])
    return f"{parts[-2]}/{stem}" if len(parts) > 1 and _ID.fullmatch(f"{parts[-2]}/{stem}") else ""


_COPY = re.compile(
    r"(?:[ _-]*\(\d+\)|[ _]+(?:copy|edited|final|副本|修改|v\d+)|-\d+|\.annotated)+\Z", re.IGNORECASE
)


def _bare(name: str) -> str:
    """Return a file's name without its ending and without what programs and people add to it."""
    return _COPY.sub("", name.rpartition(".")[0].strip())


def _told(name: str, text: str, known: OnFile) -> str:
    """Return the id that a file's place or name tells. Raises InputError where neither does."""
    placed = _placed(name)
    if placed:
        return placed
    stem = _bare(PurePath(name).name)
    match = re.fullmatch(r"(?:(zh-Hant|zh-Hans|en)[ ._-]+)?([a-z0-9-]+)\.([a-z0-9-]+)", stem)
    if match and match[2] in known.policy.kinds:
        language = match[1] or detect(text)
        return f"{language}/{match[2]}.{match[3]}"
    expected = "a file named as in the pack, such as en/public-apology.web.docx"
    raise InputError([_problem(name, "a file that does not say which draft it is", expected, "Say which it is: --draft LANGUAGE/KIND.CHANNEL")])  # fmt: skip


def _of_notebook(name: str, known: OnFile, draft: str | None) -> Iterator[Edit]:
    """Yield the drafts of a notebook: Markdown cells tagged with a draft's id, or headed by it."""
    text, _ = decode(Path(name).read_bytes(), name)
    cells: list[dict[str, Any]] = json.loads(text)["cells"]  # read_document has seen that they are there
    texts: dict[str, list[str]] = {}
    current = ""
    for cell in cells:
        source = cell.get("source", "")
        text = source if isinstance(source, str) else "".join(source)
        tagged = _tagged(cell)
        headed = _HEADING.match(text)
        if cell.get("cell_type") != "markdown":
            current = ""
            continue
        if headed and _ID.fullmatch(headed["id"]):
            current, text = headed["id"].removeprefix("draft:"), text[headed.end() :]
        elif text.startswith("#") and not tagged:
            current = ""
        current = tagged or current
        if current and text.strip():
            texts.setdefault(current, []).append(text.strip())
    if draft is not None:
        texts = {draft: texts[draft]} if draft in texts else {}
    if not texts:
        found = f"no cell of {draft}" if draft else "no cell that is a draft"
        expected = "a Markdown cell tagged with a draft's id, or headed by it: ## en/public-apology.web"
        raise InputError([_problem(name, found, expected, "Head the cell with the id of its draft.")])
    for id_, parts in texts.items():
        yield Edit(f"{name}#{id_}", id_, "\n\n".join(parts))


def _tagged(cell: dict[str, Any]) -> str:
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    for tag in tags if isinstance(tags, list) else ():
        if isinstance(tag, str) and _ID.fullmatch(tag):
            return tag.removeprefix("draft:")
    return ""


def _cleaned(edit: Edit, known: OnFile) -> Edit:
    """Return an edit of a draft that exists, without our stamp, and with its subject once. Raises InputError."""
    match = _ID.fullmatch(edit.draft)
    kinds = known.policy.kinds
    if match is None or match["kind"] not in kinds or match["channel"] not in known.policy.channels:
        near = get_close_matches(edit.draft, sorted(known.drafts), n=1)
        remedy = f"Did you mean {near[0]}?" if near else "Copy the id from the pack's drafts/ or internal/."
        expected = "LANGUAGE/KIND.CHANNEL, such as en/public-apology.web"
        raise InputError([_problem(edit.source, repr(edit.draft), expected, remedy)])
    text = edit.text.replace("\r\n", "\n").strip()
    for language in LANGUAGES:
        text = text.removeprefix(say("pack.stamp_internal", language)).strip()
    draft = known.drafts.get(edit.draft)
    paragraphs = re.split(r"\n\s*\n", text)
    while len(paragraphs) > 1 and paragraphs[0].strip() == paragraphs[1].strip() == _subject(draft):
        del paragraphs[0]
    text = "\n\n".join(paragraphs).strip()
    if not text:
        raise InputError([_problem(edit.source, "no text", "the text of a draft", "Check the file.")])
    size = len(text.encode("utf-8", "replace"))
    if size > LARGEST_DRAFT:
        raise InputError(
            [_problem(edit.source, f"{size:,} bytes", f"at most {LARGEST_DRAFT:,}", "Check the file.")]
        )
    return Edit(edit.source, edit.draft, text, edit.notes)


def _subject(draft: Draft | None) -> str:
    return (draft.subject or "") if draft else ""


def take(edits: Sequence[Edit], folder: Path, replace: bool = False) -> tuple[Taken, ...]:
    """Write edits to their places. Raises InputError, with nothing written, where another edit stands in one of them."""
    problems: list[Problem] = []
    plans: list[tuple[Taken, bytes, bytes]] = []
    for edit in edits:
        relative = f"drafts/{edit.draft}.md"
        place = folder / relative
        refuse_links(folder, place)
        old = place.read_bytes() if place.is_file() else b""
        new = f"{edit.text}\n".encode()
        if old and old.decode("utf-8-sig", "replace").replace("\r\n", "\n").strip() == edit.text:
            plans.append((Taken(edit, relative, unchanged=True), b"", b""))
            continue
        kept = ""
        if old:
            kept = f"{REPLACED}/{edit.draft.replace('/', '.')}.{hashlib.sha256(old).hexdigest()[:12]}.md"
            refuse_links(folder, folder / kept)
            if not replace:
                remedy = "Compare the two; to put this one in its place, and keep the old one in evidence/: --replace"
                problems.append(
                    _problem(str(place), "another edit of this draft", "none, or the same", remedy)
                )
        plans.append((Taken(edit, relative, kept), old, new))
    if problems:
        raise InputError(problems)
    try:
        for taken, old, new in plans:
            if taken.unchanged:
                continue
            if taken.replaced:
                beside = folder / taken.replaced
                beside.parent.mkdir(parents=True, exist_ok=True)
                beside.write_bytes(old)
            place = folder / taken.path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(new)
    except OSError as error:
        found, at = error.strerror or str(error), str(error.filename or folder)
        raise InputError([_problem(at, found, "a file that can be written", "Check the folder.")]) from error
    return tuple(taken for taken, _, _ in plans)

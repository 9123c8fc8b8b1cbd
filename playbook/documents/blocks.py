"""Documents as structured blocks: what every format is written from, and what a notebook's cell carries.

A block is an immutable record of plain text; no format's mark-up stands in it. `language` None means the
document's own language. Text keeps what people typed but for characters that no XML file may hold.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from playbook.text import LANGUAGES, Language
from playbook.times import Moment

MIME = "application/vnd.crisis-playbook+json"
"""The MIME type under which a notebook's output carries blocks."""

Mark = Literal["", "good", "warn", "bad", "quiet"]
Audience = Literal["public", "customer", "internal"]

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """Return the text without control characters, lone surrogates and non-characters, its line ends as `\\n`."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


@dataclass(frozen=True)
class Run:
    """A stretch of text in one form. `mark` is a state that the words themselves also say."""

    text: str
    strong: bool = False
    mark: Mark = ""
    language: Language | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", printable(self.text))


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the document's title."""

    level: int
    text: str
    language: Language | None = None


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    runs: Runs
    style: Literal["body", "lead", "quote", "small", "verbatim"] = "body"
    language: Language | None = None


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    label: str
    align: Literal["left", "right"] = "left"


@dataclass(frozen=True)
class Table:
    """A table. Each row has a cell for every column; with `row_heads` the first cell names the row."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Runs, ...], ...]
    caption: str = ""
    row_heads: bool = False
    language: Language | None = None


@dataclass(frozen=True)
class Image:
    """A drawing, what it shows in words, and the table of what it is drawn from. `png` may be empty.

    `unfolded` shows the table at once: where the drawing cannot be read without it.
    """

    svg: str
    alt: str
    table: Table | None = None
    png: bytes = b""
    unfolded: bool = False
    language: Language | None = None


@dataclass(frozen=True)
class Callout:
    """Something that must not be overlooked."""

    kind: Literal["note", "good", "warn", "bad"]
    title: str
    items: tuple[Runs, ...] = ()
    language: Language | None = None


@dataclass(frozen=True)
class List:
    """A list of points."""

    items: tuple[Runs, ...]
    ordered: bool = False
    language: Language | None = None


@dataclass(frozen=True)
class Letter:
    """A text as it goes out, set apart from what is said about it."""

    title: str
    paragraphs: tuple[str, ...]
    subject: str = ""
    language: Language | None = None


@dataclass(frozen=True)
class PageBreak:
    """A new page in print."""


Block = Heading | Paragraph | Table | Image | Callout | List | Letter | PageBreak
BLOCKS: dict[str, type[Block]] = {
    kind.__name__: kind for kind in (Heading, Paragraph, Table, Image, Callout, List, Letter, PageBreak)
}


@dataclass(frozen=True)
class Document:
    """Blocks with what stands around them: `head` is printed at the top of every page (a stamp, a letterhead)."""

    title: str
    language: Language
    blocks: tuple[Block, ...]
    head: str = ""
    foot: str = ""
    as_of: Moment | None = None


def text(*parts: str | Run) -> Runs:
    """Make runs of plain strings and runs."""
    return tuple(
        part if isinstance(part, Run) else Run(part) for part in parts if not isinstance(part, str) or part
    )


Cell = str | Run | Runs | None


def cell(value: Cell) -> Runs:
    """Make the runs of a table's cell."""
    if value is None:
        return ()
    return text(value) if isinstance(value, str | Run) else value


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    caption: str = "",
    row_heads: bool = False,
    language: Language | None = None,
) -> Table:
    """Make a table; a column named `>label` is set to the right (sums, counts).

    Raises ValueError for a row that does not have a cell for every column.
    """
    heads = tuple(Column(c.removeprefix(">"), "right" if c.startswith(">") else "left") for c in columns)
    body = tuple(tuple(cell(value) for value in row) for row in rows)
    for row in body:
        if len(row) != len(heads):
            raise ValueError(f"{len(row)} cells under {len(heads)} columns")
    return Table(heads, body, caption, row_heads, language)


def words(block: Block) -> Iterable[str]:
    """Yield every piece of text of a block, as a reader of any format sees it."""
    match block:
        case Heading():
            yield block.text
        case Paragraph():
            yield "".join(run.text for run in block.runs)
        case Table():
            yield block.caption
            yield from (column.label for column in block.columns)
            yield from ("".join(run.text for run in runs) for row in block.rows for runs in row)
        case Image():
            yield block.alt
            if block.table:
                yield from words(block.table)
        case Callout():
            yield block.title
            yield from ("".join(run.text for run in item) for item in block.items)
        case List():
            yield from ("".join(run.text for run in item) for item in block.items)
        case Letter():
            yield block.title
            yield block.subject
            yield from block.paragraphs
        case PageBreak():
            return


def to_data(value: Any) -> Any:
    """Return blocks, runs and tables as plain JSON values; what has its default is left out."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, tuple):
        return [to_data(item) for item in value]
    if not hasattr(value, "__dataclass_fields__"):
        return value
    data: dict[str, Any] = {"type": type(value).__name__} if type(value).__name__ in BLOCKS else {}
    for part in fields(value):
        item = getattr(value, part.name)
        if item != part.default:
            data[part.name] = to_data(item)
    if isinstance(value, Run) and set(data) == {"text"}:
        return value.text
    return data


def _runs(data: Any) -> Runs:
    return tuple(Run(item) if isinstance(item, str) else Run(**item) for item in data)


def _table(data: Mapping[str, Any]) -> Table:
    rest = {k: v for k, v in data.items() if k not in ("type", "columns", "rows")}
    rows = tuple(tuple(_runs(runs) for runs in row) for row in data.get("rows", ()))
    return Table(tuple(Column(**column) for column in data["columns"]), rows, **rest)


def from_data(data: Mapping[str, Any]) -> Block:
    """Return the block that `to_data` wrote.

    Raises ValueError for anything else: what a notebook's output holds was not necessarily written by us.
    """
    try:
        kind = data["type"]
        rest: dict[str, Any] = {k: v for k, v in data.items() if k != "type"}
        if rest.get("language") not in (None, *LANGUAGES):
            raise ValueError(f"no language {rest['language']!r}")
        if kind == "Table":
            return _table(rest)
        if kind == "Image":
            made = rest.get("table")
            rest["table"] = _table(made) if made else None
            rest["png"] = base64.b64decode(rest.get("png", ""), validate=True)
        if kind == "Paragraph":
            rest["runs"] = _runs(rest["runs"])
        if kind in ("Callout", "List"):
            rest["items"] = tuple(_runs(item) for item in rest.get("items", ()))
        if kind == "Letter":
            rest["paragraphs"] = tuple(str(p) for p in rest["paragraphs"])
        return BLOCKS[kind](**rest)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"not a block: {str(data)[:80]}") from error

"""Blocks as Markdown, with everything in people's text that Markdown would take for its own escaped."""

from __future__ import annotations

import re

from playbook.documents.blocks import (
    Block,
    Callout,
    Document,
    Heading,
    Image,
    Letter,
    List,
    PageBreak,
    Paragraph,
    Runs,
    Table,
    printable,
)

_SPECIAL = re.compile(r"([\\`*_\[\]|~$])")
_STARTS = re.compile(r"^(\s*)([-+#>]|\d+[.)])(?=\s|$)", re.MULTILINE)


def _escape(text: str) -> str:
    text = printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _STARTS.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", text))


def _runs(runs: Runs) -> str:
    return "".join(
        f"**{_escape(r.text)}**" if (r.strong or r.mark) and r.text.strip() else _escape(r.text) for r in runs
    )


def _cell(runs: Runs) -> str:
    return _runs(runs).replace("\n", "<br>") or " "


def _table(block: Table) -> str:
    lines = [f"**{_escape(block.caption)}**\n"] if block.caption else []
    lines.append("| " + " | ".join(_escape(c.label) or " " for c in block.columns) + " |")
    lines.append("|" + "|".join("---:" if c.align == "right" else "---" for c in block.columns) + "|")
    lines += ["| " + " | ".join(_cell(runs) for runs in row) + " |" for row in block.rows]
    return "\n".join(lines)


def _quote(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def block_markdown(block: Block) -> str:
    """Return one block as Markdown."""
    match block:
        case Heading():
            return "#" * min(max(block.level, 1), 6) + " " + _escape(block.text).replace("\n", " ")
        case Paragraph():
            body = _runs(block.runs)
            return _quote(body) if block.style == "quote" else body
        case Table():
            return _table(block)
        case Image():
            return _quote(_escape(block.alt)) + (f"\n\n{_table(block.table)}" if block.table else "")
        case Callout():
            return _quote("\n\n".join([f"**{_escape(block.title)}**", *map(_runs, block.items)]))
        case List():
            marks = (f"{at}." if block.ordered else "-" for at in range(1, len(block.items) + 1))
            return "\n".join(
                f"{mark} {_runs(item)}".replace("\n", "\n  ")
                for mark, item in zip(marks, block.items, strict=True)
            )
        case Letter():
            heads = [f"**{_escape(part)}**" for part in (block.title, block.subject) if part]
            return _quote("\n\n".join([*heads, *map(_escape, block.paragraphs)]))
        case PageBreak():
            return "---"


def to_markdown(document: Document) -> str:
    """Return the document as Markdown."""
    parts = [f"**{_escape(document.head)}**"] if document.head else []
    parts += [block_markdown(block) for block in document.blocks]
    parts += [_escape(document.foot)] if document.foot else []
    return "\n\n".join(parts) + "\n"


def blocks_markdown(blocks: tuple[Block, ...]) -> str:
    """Return blocks as they are shown where a notebook has no HTML."""
    return "\n\n".join(map(block_markdown, blocks)) + "\n"

"""Blocks as a PDF, through Typst (an extra): the document goes in as data, so nothing in its text is markup."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

from playbook.documents.blocks import Document, Image, Table, printable, to_data
from playbook.documents.word import column_widths
from playbook.errors import EnvironmentLacks
from playbook.messages import say
from playbook.text import Language

_LATIN = "Libertinus Serif"  # comes with Typst
_FONTS: dict[Language, list[str]] = {
    "zh-Hant": ["Noto Sans CJK TC", "Noto Sans TC", "PingFang TC", "Microsoft JhengHei", _LATIN],
    "zh-Hans": ["Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", _LATIN],
    "en": ["Noto Sans", "DejaVu Sans", "Noto Sans CJK TC", "PingFang TC", "Microsoft JhengHei", _LATIN],
}


def _block(block: Any) -> dict[str, Any]:
    data: dict[str, Any] = to_data(replace(block, png=b"") if isinstance(block, Image) else block)
    if isinstance(block, Table):
        data["widths"] = column_widths(block)
    if isinstance(block, Image) and block.table is not None:
        data["table"]["widths"] = column_widths(block.table)
    return data


def to_pdf(document: Document) -> bytes:
    """Return the document as the bytes of a PDF file, the same ones for the same document and fonts.

    Raises EnvironmentLacks where Typst is not installed.
    """
    try:
        import typst
    except ImportError as error:
        raise EnvironmentLacks("PDF needs one more package: pip install 'crisis-playbook[pdf]'.") from error
    data = {
        "title": printable(document.title),
        "language": document.language,
        "head": printable(document.head),
        "foot": printable(document.foot),
        "page": say("documents.page", document.language, page="{page}", pages="{pages}"),
        "fonts": _FONTS,
        "blocks": [_block(block) for block in document.blocks],
    }
    template = (files(__package__) / "page.typ").read_bytes()
    made: bytes = typst.compile(
        template, sys_inputs={"document": json.dumps(data, ensure_ascii=False)}, format="pdf"
    )
    return made

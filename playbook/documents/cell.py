"""Blocks in a notebook's cell: shown as HTML, carried as data, read back from the executed notebook."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from playbook.documents.blocks import MIME, Block, Image, Paragraph, Run, from_data, to_data, words
from playbook.documents.html import fragment
from playbook.documents.markdown import blocks_markdown
from playbook.text import Language


@dataclass(frozen=True)
class Section:
    """What one cell shows. Notebooks call `_repr_mimebundle_` when a cell ends with a section."""

    blocks: tuple[Block, ...]
    language: Language

    def __add__(self, other: Section) -> Section:
        return Section(self.blocks + other.blocks, self.language)

    def __repr__(self) -> str:
        return next((part for block in self.blocks for part in words(block) if part), "")

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the forms of the section; drawings as pixels go into the metadata.

        They differ between machines in ways nobody sees, and stored outputs are compared without their metadata.
        """
        pixels = [base64.b64encode(b.png).decode() for b in self.blocks if isinstance(b, Image)]
        plain = [
            to_data(replace(block, png=b"") if isinstance(block, Image) else block) for block in self.blocks
        ]
        data = {
            "text/plain": repr(self),
            "text/markdown": blocks_markdown(self.blocks),
            "text/html": fragment(self.blocks, self.language),
            MIME: {"version": 1, "language": self.language, "blocks": plain},
        }
        return data, {MIME: {"png": pixels}} if pixels else {}


def _joined(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value)


def from_output(output: Mapping[str, Any]) -> tuple[Block, ...]:
    """Return the blocks of one output of an executed cell: ours, or what a person's own cell printed, as plain text.

    Raises ValueError where our own MIME type does not hold blocks.
    """
    if output.get("output_type") == "stream":
        return () if output.get("name") == "stderr" else _verbatim(_joined(output.get("text", "")))
    data: Mapping[str, Any] = output.get("data", {})
    if MIME not in data:
        return _verbatim(_joined(data.get("text/plain", "")))
    pixels = iter(output.get("metadata", {}).get(MIME, {}).get("png", ()))
    blocks = []
    for item in data[MIME]["blocks"]:
        block = from_data(item)
        if isinstance(block, Image):
            block = replace(block, png=base64.b64decode(next(pixels, "")))
        blocks.append(block)
    return tuple(blocks)


def _verbatim(words_: str) -> tuple[Block, ...]:
    return (Paragraph((Run(words_.rstrip("\n")),), "verbatim"),) if words_.strip() else ()

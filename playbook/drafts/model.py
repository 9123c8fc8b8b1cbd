"""A draft: sentences with what they state and where their words come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from playbook.text import Language

Audience = Literal["public", "customer", "internal"]


@dataclass(frozen=True)
class Sentence:
    """One sentence: its part, the wording it came from, and the facts, offers and commitments that it states.

    `paragraph` counts from 0; `line` says that it stands on a line of its own (an item of a list); `changed` says
    that a person has had a hand on it.
    """

    text: str
    part: str
    wording: str
    facts: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    commitments: tuple[str, ...] = ()
    paragraph: int = 0
    line: bool = False
    changed: bool = False


@dataclass(frozen=True)
class Missing:
    """Something a draft could not say: the part or field, and why (a message key with its values)."""

    part: str
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Alternative:
    """The same text in another register, and what it gains and risks (message keys)."""

    name: str
    gains: str
    risks: str
    sentences: tuple[Sentence, ...]

    def text_in(self, language: Language) -> str:
        """Return the alternative as text."""
        return joined(self.sentences, language)


def joined(sentences: tuple[Sentence, ...], language: Language) -> str:
    """Join sentences to paragraphs: no space between Chinese sentences, one between English ones."""
    space = " " if language == "en" else ""
    paragraphs: dict[int, str] = {}
    after_item = False
    for s in sentences:
        so_far = paragraphs.get(s.paragraph)
        if so_far is None:
            paragraphs[s.paragraph] = s.text
        elif s.line or after_item:  # an item stands on a line of its own, and so does what follows it
            paragraphs[s.paragraph] = f"{so_far}\n{s.text}"
        else:
            paragraphs[s.paragraph] = f"{so_far}{space}{s.text}"
        after_item = s.line
    return "\n\n".join(paragraphs.values())


@dataclass(frozen=True)
class Draft:
    """One text in one language for one channel. `id` is `<language>/<kind>.<channel>`."""

    id: str
    language: Language
    kind: str
    channel: str
    audience: Audience
    subject: str | None
    sentences: tuple[Sentence, ...]
    edited: bool = False
    missing: tuple[Missing, ...] = ()
    untranslated: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    sendable: bool = True
    written: str | None = None  # a person's text, as it stands

    @property
    def text(self) -> str:
        """Return the text, ready to paste."""
        return self.written if self.written is not None else joined(self.sentences, self.language)


@dataclass(frozen=True)
class NotWritten:
    """A text that the kit has no words for yet in this case; the pack says so."""

    id: str
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

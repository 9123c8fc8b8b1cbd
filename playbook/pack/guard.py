"""What must not leave the house: texts of the record that no public or customer file may hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from playbook.checks.record import public_texts
from playbook.incident.model import Incident
from playbook.pack.manifest import Audience

# A shorter internal text (a name of a system, "412 orders") may stand in a public sentence by chance.
_LEAST_HAN, _LEAST_LETTERS = 12, 30
_GAPS = re.compile(r"[\s\u3000]+")
_HAN = re.compile("[\u3400-\u9fff]")


def _folded(text: str) -> str:
    return _GAPS.sub("", unicodedata.normalize("NFKC", text)).casefold()


@dataclass(frozen=True)
class Leak:
    """A text that stands in a file it must not stand in; `field` says where the record has it."""

    path: str
    field: str


def secrets(incident: Incident) -> Mapping[str, tuple[str, ...]]:
    """Return the texts that only insiders may read, by the field of the record they stand in.

    What is private or restricted counts whatever its length; what is internal counts where it is long enough that
    its words cannot stand in another text by chance, and where the record does not say the same in public.
    """
    open_words = [_folded(text) for text in public_texts(incident)]
    found: dict[str, tuple[str, ...]] = {}
    author = incident.signal.author if incident.signal else None
    if author:
        shown = _folded(author.display_name or "")
        if author.private_name and _folded(author.private_name) not in shown:
            found["signal.author.private_name"] = (author.private_name,)
        for name, value in author.private.items():
            found[f"signal.author.private.{name}"] = (value,)
    for fact in incident.facts:
        if fact.visibility != "public":
            found[f"facts.{fact.id}"] = _telling(
                fact.text.values(), fact.visibility == "restricted", open_words
            )
    for number, row in enumerate(incident.timeline, start=2):
        if row.visibility != "public":
            restricted = row.visibility == "restricted"
            found[f"timeline.csv:{number}"] = _telling(row.text.values(), restricted, open_words)
    return {field: tuple(t for t in texts if len(_folded(t)) > 1) for field, texts in found.items()}


def _telling(texts: Iterable[str], always: bool, open_words: Iterable[str]) -> tuple[str, ...]:
    def tells(text: str) -> bool:
        long_enough = len(text) >= (_LEAST_HAN if _HAN.search(text) else _LEAST_LETTERS)
        return always or (long_enough and not any(_folded(text) in words for words in open_words))

    return tuple(text for text in texts if tells(text))


def leaks(path: str, audience: Audience, text: str, kept: Mapping[str, tuple[str, ...]]) -> tuple[Leak, ...]:
    """Return what a file's text gives away to people outside; nothing for internal files."""
    if audience == "internal":
        return ()
    folded = _folded(text)
    return tuple(
        Leak(path, field) for field, texts in kept.items() if any(_folded(t) in folded for t in texts)
    )

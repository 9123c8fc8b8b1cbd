"""What the kit itself says to readers of a pack, in three languages.

The words stand in the YAML files beside this one, one file a subject: `key: {zh-Hant: …, zh-Hans: …, en: …}`.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from playbook.sources import parse_yaml
from playbook.text import LANGUAGES, Language


@cache
def _subject(subject: str) -> dict[str, dict[str, str]]:
    text = (files(__package__) / f"{subject}.yaml").read_text(encoding="utf-8")
    data, _ = parse_yaml(text, f"messages/{subject}.yaml")
    return data  # type: ignore[no-any-return]


def subjects() -> tuple[str, ...]:
    """Return the names of the message files."""
    return tuple(sorted(f.name[:-5] for f in files(__package__).iterdir() if f.name.endswith(".yaml")))


@dataclass(frozen=True, slots=True)
class Template:
    """A message made ready to be filled: its words with a place for each slot, and the slots in that order."""

    words: str  # for the operator %, to which a value is plain text, whatever it looks like
    slots: tuple[str, ...]

    def filled(self, values: Mapping[str, Any]) -> str:
        """Return the message with its slots filled. Raises KeyError for a slot without a value."""
        return self.words % tuple([values[slot] for slot in self.slots])


@cache
def templates(subject: str, language: Language) -> Mapping[str, Template]:
    """Return the messages of a subject in one language, made ready once. Raises KeyError for a slot that is no plain name."""
    return {name: _template(text[language]) for name, text in _subject(subject).items() if language in text}


def say(key: str, language: Language, /, **values: Any) -> str:
    """Return a message, its `{slots}` filled; `key` is `subject.name`.

    Slots are plain names: a value is never read as a format of its own. Raises KeyError for an unknown key or an unfilled slot.
    """
    subject, _, name = key.partition(".")
    return templates(subject, language)[name].filled(values)


def in_languages(key: str, /, **values: Any) -> dict[str, str]:
    """Return a message in every language."""
    return {language: say(key, language, **values) for language in LANGUAGES}


def has(key: str) -> bool:
    """Tell whether a message of that key exists."""
    subject, _, name = key.partition(".")
    return subject in subjects() and name in _subject(subject)


def fill(template: str, values: Mapping[str, Any]) -> str:
    """Fill `{name}` slots with plain text: no attribute access, no format codes, no second pass."""
    return _template(template).filled(values)


@lru_cache(maxsize=4096)
def _template(text: str) -> Template:
    words: list[str] = []
    slots: list[str] = []
    for literal, name, spec, conversion in string.Formatter().parse(text):
        if name is not None and (spec or conversion or not name.isidentifier()):
            raise KeyError(f"slot {{{name}}} in {text!r} is not a plain name")
        words.append(literal.replace("%", "%%"))
        if name is not None:
            words.append("%s")
            slots.append(name)
    return Template("".join(words), tuple(slots))


__all__ = ["LANGUAGES", "Template", "fill", "has", "in_languages", "say", "subjects", "templates"]

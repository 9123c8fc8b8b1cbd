"""What the kit itself says to readers of a pack, in three languages.

The words stand in the YAML files beside this one, one file a subject: `key: {zh-Hant: …, zh-Hans: …, en: …}`.
"""

from __future__ import annotations

import string
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


def say(key: str, language: Language, /, **values: Any) -> str:
    """Return a message, its `{slots}` filled; `key` is `subject.name`.

    Slots are plain names: a value is never read as a format of its own. Raises KeyError for an unknown key or an unfilled slot.
    """
    subject, _, name = key.partition(".")
    return fill(_subject(subject)[name][language], values)


def in_languages(key: str, /, **values: Any) -> dict[str, str]:
    """Return a message in every language."""
    return {language: say(key, language, **values) for language in LANGUAGES}


def has(key: str) -> bool:
    """Tell whether a message of that key exists."""
    subject, _, name = key.partition(".")
    return subject in subjects() and name in _subject(subject)


def fill(template: str, values: dict[str, Any]) -> str:
    """Fill `{name}` slots with plain text: no attribute access, no format codes, no second pass."""
    out = []
    for literal, name in _parsed(template):
        out.append(literal)
        if name is not None:
            out.append(str(values[name]))
    return "".join(out)


@lru_cache(maxsize=4096)
def _parsed(template: str) -> tuple[tuple[str, str | None], ...]:
    out: list[tuple[str, str | None]] = []
    for literal, name, spec, conversion in string.Formatter().parse(template):
        if name is not None and (spec or conversion or not name.isidentifier()):
            raise KeyError(f"slot {{{name}}} in {template!r} is not a plain name")
        out.append((literal, name))
    return tuple(out)


__all__ = ["LANGUAGES", "fill", "has", "in_languages", "say", "subjects"]

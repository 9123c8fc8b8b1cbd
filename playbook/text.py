"""Languages, and text for people that may exist in some of them only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Language = Literal["zh-Hant", "zh-Hans", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

LocalText = Mapping[str, str]
"""Text by language. The record's own language fills in where a person wrote one plain string."""

_LOCALES: dict[Language, str] = {"zh-Hant": "zh_Hant_TW", "zh-Hans": "zh_Hans_CN", "en": "en"}


def locale_of(language: Language) -> str:
    """Return the CLDR locale that words, dates and sums of a language are written in."""
    return _LOCALES[language]


def in_language(text: LocalText | None, language: Language) -> str | None:
    """Return the text in a language, or None where it is not written (never another language's)."""
    return text.get(language) if text else None


def in_any(text: LocalText | None, language: Language) -> str:
    """Return the text in a language, else in the first one that exists: for internal tables only."""
    if not text:
        return ""
    return text.get(language) or next(iter(text.values()))


def format_count(number: int, language: Language) -> str:
    """Write a whole number as the language does (1,200)."""
    return f"{number:,}"

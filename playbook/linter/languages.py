"""Tell in which of the three languages a text is written, from its characters alone."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from playbook.text import Language

# In both standards' everyday use, though one of the two code pages lacks them.
_SHARED = frozenset("着裏里台群峰嘅㗎咗啲喺嚟咁嗰唔佢冇睇")


@lru_cache(maxsize=20_000)
def script_of(character: str) -> str:
    """Return "simplified" or "traditional" for a Han character that only one of the scripts writes, else ""."""
    if not "\u3400" <= character <= "\u9fff" or character in _SHARED:
        return ""
    simplified, traditional = _fits(character, "gb2312"), _fits(character, "big5")
    if simplified == traditional:
        return ""
    return "simplified" if simplified else "traditional"


def _fits(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def detect(text: str) -> Language:
    """Return the language of a text: Chinese where Han characters outweigh words, by script; English otherwise.

    A text whose characters fit both scripts is told apart by its quotation marks, else taken as zh-Hant.
    """
    sample = text if len(text) <= 20_000 else text[:10_000] + text[len(text) // 2 : len(text) // 2 + 10_000]
    counts = Counter(sample)
    han = sum(n for c, n in counts.items() if "\u3400" <= c <= "\u9fff" or "\U00020000" <= c <= "\U0003ffff")
    letters = sum(n for c, n in counts.items() if c.isascii() and c.isalpha())
    if han * 4 <= letters:  # an English word is about four letters
        return "en"
    scripts: Counter[str] = Counter()
    for character, n in counts.items():
        scripts[script_of(character)] += n
    if scripts["simplified"] != scripts["traditional"]:
        return "zh-Hans" if scripts["simplified"] > scripts["traditional"] else "zh-Hant"
    return "zh-Hans" if counts["“"] > counts["「"] else "zh-Hant"

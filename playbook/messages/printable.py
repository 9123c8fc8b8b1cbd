"""Text from files, made safe to print: no control character, terminal escape or direction override is left raw."""

from __future__ import annotations

import re
import unicodedata

_JOINERS = "\u200c\u200d"  # emoji and some scripts need them
_SUSPECT = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
    r"|[\ud800-\udfff]"
)


def _escaped(match: re.Match[str]) -> str:
    character = match.group()
    if character in _JOINERS:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def printable(text: str) -> str:
    """Return a text with everything that could steer a terminal shown as an escape, such as `\\x1b`; line ends too."""
    return _SUSPECT.sub(_escaped, text)


def one_line(text: str) -> str:
    """Return a text as one printable line, each run of blanks and line ends as one blank."""
    return printable(" ".join(text.split()))


def printable_lines(text: str) -> str:
    """Return a text of several lines, each of them printable."""
    return "\n".join(printable(line) for line in text.split("\n"))


def printable_json(text: str) -> str:
    """Return JSON text with the same characters escaped as JSON has them; its own line ends stay."""

    def escaped(match: re.Match[str]) -> str:
        character = match.group()
        if character == "\n" or character in _JOINERS:
            return character
        units = character.encode("utf-16-be", "surrogatepass")
        return "".join(f"\\u{units[i] << 8 | units[i + 1]:04x}" for i in range(0, len(units), 2))

    return _SUSPECT.sub(escaped, text)


def width(text: str) -> int:
    """Return how many columns a text takes on a terminal: Han characters and full-width marks take two."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )

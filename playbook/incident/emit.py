"""Write values as YAML: on one line where that reads well, plain where no reader takes it for something else."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_INLINE = 90
"""A mapping or list that fits into so many characters is written in one line."""

_UNSAFE_START = re.compile(r"[-?:,\[\]{}#&*!|>'\"%@`=\s]|\.\.\.")
_OTHER_MEANING = re.compile(
    r"(~|null|true|false|yes|no|on|off|y|n)\Z|[-+.]?[0-9][0-9_.,:eE+xob]*\Z|[-+]?\.(inf|nan)\Z",
    re.IGNORECASE,
)
_KEPT_RAW = "\u200c\u200d\ufe0f"


def scalar(value: str | int | bool | None, *, flow: bool) -> str:
    """Write one value on one line: plain where no reader of YAML takes it for something else, else in double quotes."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    return value if _is_plain(value, flow) else _quoted(value)


def _is_plain(text: str, flow: bool) -> bool:
    return not (
        not text
        or text != text.strip()
        or _UNSAFE_START.match(text)
        or _OTHER_MEANING.match(text)
        or ": " in text
        or " #" in text
        or text.endswith(":")
        or any(_steers(c) for c in text)
        or (flow and re.search(r"[,\[\]{}]|:[\"'\s]", text))
    )


def _steers(character: str) -> bool:
    """Tell whether a character is no letter or mark but changes how text is broken, ordered or hidden."""
    if character in _KEPT_RAW:
        return False
    code = ord(character)
    return unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Cs") or (code & 0xFFFE) == 0xFFFE


def _quoted(text: str) -> str:
    out = []
    for character in text:
        code = ord(character)
        if character in '"\\\n\t\r':
            out.append(json.dumps(character)[1:-1])
        elif _steers(character):
            out.append(f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}")
        else:
            out.append(character)
    return '"' + "".join(out) + '"'


def inline(value: Any) -> str:
    """Write a value on one line, as it stands inside brackets."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(k, flow=True)}: {inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(inline, value)) + "]"
    return scalar(value, flow=True)


def _is_block(value: Any) -> bool:
    """Tell whether a mapping or list is laid out over several lines: a long one, or one with text of several lines."""
    if isinstance(value, str) or not isinstance(value, Mapping | Sequence) or not value:
        return False
    of_groups = not isinstance(value, Mapping) and any(isinstance(child, Mapping) for child in value)
    return of_groups or len(inline(value)) > _INLINE or any(has_lines(value))


def has_lines(value: Any) -> Iterator[bool]:
    """Yield for every text in a value whether it is laid out over several lines."""
    if isinstance(value, str):
        yield _is_literal(value)
    elif isinstance(value, Mapping | Sequence):
        for child in value.values() if isinstance(value, Mapping) else value:
            yield from has_lines(child)


def _is_literal(text: str) -> bool:
    lines = text.split("\n")
    tidy = all(line == line.rstrip() and not any(map(_steers, line)) for line in lines)
    return len(lines) > 1 and tidy and bool(lines[0]) and lines[0][0] != " " and bool(lines[-1])


def after_key(value: Any, column: int) -> str:
    """Write what follows `key:` or a dash at a column, without the last line end."""
    if isinstance(value, str) and _is_literal(value):
        return " |-" + "".join(
            f"\n{' ' * (column + 2)}{line}" if line else "\n" for line in value.split("\n")
        )
    if _is_block(value):
        return "\n" + "\n".join(lines_of(value, column + 2))
    if isinstance(value, Mapping | Sequence) and not isinstance(value, str):
        return " " + inline(value)
    return " " + scalar(value, flow=False)


def lines_of(value: Any, column: int) -> list[str]:
    """Write a mapping or list over several lines, each entry at a column."""
    indent = " " * column
    if isinstance(value, Mapping):
        return [f"{indent}{scalar(k, flow=True)}:{after_key(v, column)}" for k, v in value.items()]
    return [indent + item_of(child, column) for child in value]


def item_of(value: Any, column: int, *, block: bool = False) -> str:
    """Write an item of a list with its dash, which stands at a column."""
    if _is_block(value) or (block and isinstance(value, Mapping)):
        return "- " + "\n".join(lines_of(value, column + 2)).lstrip(" ")
    return "-" + after_key(value, column)

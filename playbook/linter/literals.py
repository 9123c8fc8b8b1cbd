"""Which letters a pattern cannot match without: most texts lack them, so the pattern need not be tried.

The answer is a list of strings of which any match contains at least one, or None where that is not known.
"""

from __future__ import annotations

import re._constants as sre  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from typing import Any

MOST = 60
"""A longer list costs more than it saves."""


def required_literals(pattern: str) -> tuple[str, ...] | None:
    """Return the literals that decide whether a pattern can match at all (see the module), best ones first chosen.

    Raises re.error for a pattern that Python's own syntax does not know.
    """
    found = _sequence(parser.parse(pattern))
    if not found or len(found) > MOST:
        return None
    return tuple(sorted(_shortest(found)))


def _shortest(found: set[str]) -> set[str]:
    """Drop a literal that contains another one: the shorter finds it as well."""
    return {a for a in found if not any(b != a and b in a for b in found)}


def _worth(found: set[str] | None) -> tuple[int, int]:
    if not found:
        return (0, 0)
    return (min(_weight(text) for text in found), -len(found))


def _weight(text: str) -> int:
    return sum(3 if ord(character) > 0x2E7F else 1 for character in text)


def _sequence(items: Any) -> set[str] | None:
    best: set[str] | None = None
    run = ""
    for op, value in [*items, (None, None)]:
        if op is sre.LITERAL:
            run += chr(value)
            continue
        for candidate in ({run} if run.strip() else None, _single(op, value)):
            if candidate and len(candidate) <= MOST and _worth(candidate) > _worth(best):
                best = candidate
        run = ""
    return best


def _single(op: Any, value: Any) -> set[str] | None:
    if op is sre.SUBPATTERN:
        return _sequence(value[3])
    if op is getattr(sre, "ATOMIC_GROUP", object()):
        return _sequence(value)
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, getattr(sre, "POSSESSIVE_REPEAT", None)):
        return _sequence(value[2]) if value[0] >= 1 else None
    if op is sre.BRANCH:
        out: set[str] = set()
        for branch in value[1]:
            found = _sequence(branch)
            if not found:
                return None
            out |= found
        return out
    if op is sre.IN:
        if all(o is sre.LITERAL for o, _ in value):
            return {chr(v) for _, v in value}
        return None
    return None

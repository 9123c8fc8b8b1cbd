"""Words that tell something about a record, and toll-free numbers in a text."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from playbook.sources import parse_yaml

_NUMBER = re.compile(r"(?<![\d.])\+?[(（]?\d[\d\-\s()（）]{5,18}\d")


@cache
def _phrases(kind: str) -> tuple[str, ...]:
    text = (files(__package__) / "phrases.yaml").read_text(encoding="utf-8")
    data, _ = parse_yaml(text, "assessment/phrases.yaml")
    return tuple(data[kind])


def find_phrase(kind: str, text: str) -> str | None:
    """Return the first phrase of a kind (`boss`, `zero_target`) that a text contains."""
    plain = " ".join(text.split()).casefold()
    return next((phrase for phrase in _phrases(kind) if phrase.casefold() in plain), None)


def toll_free(text: str, prefixes: tuple[str, ...], region: str) -> str | None:
    """Return the first toll-free number in a text (S0-26): by the policy's prefixes, else by the region's numbering plan."""
    for match in _NUMBER.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if any(digits.startswith(re.sub(r"\D", "", prefix)) for prefix in prefixes if prefix):
            return match.group().strip()
        if _free_by_plan(match.group(), region):
            return match.group().strip()
    return None


def _free_by_plan(number: str, region: str) -> bool:
    # The numbering plans are large; most records have few numbers.
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, region.upper() or None)
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.TOLL_FREE)

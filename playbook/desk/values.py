"""Between what a record holds and what stands in a box: the one as text, and the text back as a value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from playbook.incident.changes import Value
from playbook.incident.fields import Field
from playbook.messages import say
from playbook.money import Money
from playbook.text import Language
from playbook.times import Moment, zone_exists

_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})\Z")
_OTHER_CURRENCY = re.compile(r"([A-Z]{3})\s*(\S.*)\Z")


@dataclass(frozen=True)
class Wrong:
    """Why a typed value cannot be what its field holds."""

    expected: str
    remedy: str


def shown(field: Field, raw: Any) -> str:
    """Return a value of the file as its box shows it."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, list):
        return "\n".join(shown(field, item) for item in raw)
    if isinstance(raw, Mapping):
        if set(raw) == {"amount", "currency"}:
            return f"{raw['currency']} {raw['amount']}"
        return "\n".join(f"{key}: {shown(field, value)}" for key, value in raw.items())
    return str(raw)


def as_value(field: Field, text: str, old: Any) -> Value:
    """Return what the file gets for the text of a box; None for an empty one. `old` decides how a number is written."""
    if not text.strip():
        return None
    if field.many and field.shape != "text":
        return [line.strip() for line in text.splitlines() if line.strip()]
    if field.shape in ("text", "word", "choice"):
        return text
    plain = unicodedata.normalize("NFKC", text).strip() if field.shape != "plain" else text
    if field.shape == "yes_no":
        return {"true": True, "false": False}.get(plain, plain)
    if _WHOLE.match(plain) and (field.shape == "number" or _is_whole(old)):
        return int(plain)
    if field.shape == "amount" and (other := _OTHER_CURRENCY.match(plain)):
        return {"amount": other.group(2), "currency": other.group(1)}
    return plain


def _is_whole(raw: Any) -> bool:
    return isinstance(raw, int) and not isinstance(raw, bool)


def pairs_of(field: Field, text: str) -> dict[str, Value] | None:
    """Return the entries of `name: value` lines; None where a line is no such pair or names one twice."""
    out: dict[str, Value] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        name, colon, value = re.sub("：", ":", line, count=1).partition(":")
        if not colon or not name.strip() or not value.strip() or name.strip() in out:
            return None
        other = _OTHER_CURRENCY.match(value.strip())
        amount = {"amount": other.group(2), "currency": other.group(1)} if other else value.strip()
        out[name.strip()] = amount if field.key == "losses" else value.strip()
    return out


def wrong(field: Field, text: str, language: Language, zone: str, currency: str | None) -> Wrong | None:
    """Return why a text cannot be a value of its field, in the reader's language; None where nothing is wrong with it."""
    if any("\ud800" <= c <= "\udfff" for c in text):
        return _told("text", language)
    if not text.strip():
        return None
    if field.shape == "map":
        return None if pairs_of(field, text) is not None else _told("pairs", language)
    for value in text.splitlines() if field.many and field.shape != "text" else [text]:
        plain = unicodedata.normalize("NFKC", value).strip()
        try:
            if field.shape == "time" and plain:
                Moment.parse(plain)
            elif field.shape == "number":
                if not _WHOLE.match(plain):
                    raise ValueError
            elif field.shape == "amount":
                other = _OTHER_CURRENCY.match(plain)
                Money.parse(
                    other.group(2) if other else plain, other.group(1) if other else currency or "XXX"
                )
        except (ValueError, OverflowError):
            suggestion = _suggestion(plain, zone) if field.shape == "time" else ""
            return _told(field.shape, language, suggestion=suggestion)
    return None


def _told(shape: str, language: Language, **values: str) -> Wrong:
    return Wrong(say(f"form.expect_{shape}", language), say(f"form.remedy_{shape}", language, **values))


def _suggestion(text: str, zone: str) -> str:
    """Return a time as it should be written: what was typed, on the incident's clocks, where that is a time."""
    try:
        typed = datetime.fromisoformat(re.sub(r"\s+", " ", text.replace("/", "-").replace("T", " ")))
    except ValueError:
        return "2026-05-09T18:20+08:00"
    if typed.tzinfo is None:
        typed = typed.replace(tzinfo=ZoneInfo(zone if zone_exists(zone) else "UTC"))
    return typed.isoformat(timespec="minutes")

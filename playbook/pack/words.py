"""How the sections of a pack put single values into words: times, sums, states, text by language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from playbook.documents import Run, Runs
from playbook.documents.blocks import Mark
from playbook.documents.written import plain
from playbook.incident.model import Incident
from playbook.messages import has, say
from playbook.money import Money
from playbook.text import Language
from playbook.times import Moment


def word(key: str, language: Language, /, **values: Any) -> str:
    """Return a message of the pack."""
    return say(f"pack.{key}", language, **values)


def named(group: str, value: str, language: Language) -> str:
    """Return the word for one value of a closed list (`fact.confirmed`), or the value itself where it has none."""
    key = f"pack.{group}_{value}"
    return say(key, language) if has(key) else value


def when(moment: Moment | None, zone: str, language: Language) -> str:
    """Return a recorded time as tables show it: `2026-05-09 18:20` in the incident's zone, or the day, month or year."""
    if moment is None:
        return word("not_recorded", language)
    return f"{moment.local(zone):%Y-%m-%d %H:%M}" if moment.exact else moment.raw


def money(value: Money | None, language: Language) -> str:
    """Return a sum, or nothing."""
    return (
        f"{value.currency} {value.decimal:,.{0 if value.decimal == value.decimal.to_integral_value() else 2}f}"
        if value is not None
        else ""
    )


def duration(seconds: float | None, language: Language) -> str:
    """Return a length of time in its two largest units: 6 h 5 min."""
    if seconds is None:
        return word("not_recorded", language)
    minutes = round(abs(seconds) / 60)
    units = (("days", 24 * 60), ("hours", 60), ("minutes", 1))
    parts = []
    for name, size in units:
        count, minutes = divmod(minutes, size)
        if count:
            parts.append(word(name, language, count=f"{count:,}"))
    return word("between_units", language).join(parts[:2]) or word("minutes", language, count="0")


def marked(text: str, mark: Mark) -> Runs:
    """Return text set off as a state."""
    return (Run(text, mark=mark),)


def listed(language: Language) -> str:
    """Return what stands between the points of a list in one line."""
    return say("charts.between", language)


def values_in(values: Mapping[str, Any], language: Language, zone: str) -> dict[str, str]:
    """Return the values of a message as text of the language."""
    return {key: _value(value, language, zone) for key, value in values.items()}


def _value(value: Any, language: Language, zone: str) -> str:
    match value:
        case Moment():
            return when(value, zone, language)
        case Money():
            return money(value, language)
        case Mapping():
            return plain(value, language)
        case tuple() | list():
            return listed(language).join(_value(item, language, zone) for item in value)
        case bool():
            return word("yes" if value else "no", language)
        case int():
            return f"{value:,}"
        case _:
            return str(value)


class _Told(Protocol):
    """What tells something by a message key, its values and the rules it comes from."""

    @property
    def key(self) -> str: ...
    @property
    def values(self) -> Mapping[str, Any]: ...
    @property
    def sources(self) -> tuple[str, ...]: ...


class _Case(Protocol):
    """What a message needs to know of a case."""

    @property
    def language(self) -> Language: ...
    @property
    def incident(self) -> Incident: ...


def message(
    case: _Case, key: str, values: Mapping[str, Any] | None = None, subject: str = "assessment"
) -> str:
    """Return a message of another module in the pack's language; a key without a subject is the assessment's."""
    full = key if "." in key else f"{subject}.{key}"
    return say(full, case.language, **values_in(values or {}, case.language, case.incident.timezone))


def remark(case: _Case, told: _Told, subject: str = "assessment") -> Runs:
    """Return a remark with the rules it comes from."""
    sources = (Run(f" [{', '.join(told.sources)}]", mark="quiet"),) if told.sources else ()
    return (Run(message(case, told.key, told.values, subject)), *sources)

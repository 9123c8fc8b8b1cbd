"""How the handbook puts single values into words: names, sums, days, roles, stages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from playbook.documents import Run, Runs, table, text
from playbook.documents.blocks import Table
from playbook.documents.written import local, plain
from playbook.messages import has, say
from playbook.money import Money
from playbook.offers.worded import spaced
from playbook.policy.model import Policy
from playbook.text import Language, format_date, format_money


def word(key: str, language: Language, /, **values: Any) -> str:
    """Return a message of the handbook."""
    return spaced(say(f"handbook.{key}", language, **values), language)


def named(group: str, value: str, language: Language) -> str:
    """Return the word that packs have for one value of a closed list (`fault.company`), else the value itself."""
    key = f"pack.{group}_{value}"
    return say(key, language).rstrip(".。") if has(key) else value


def quiet(words: str) -> Runs:
    """Return words that may be passed over: ids, sources, places."""
    return (Run(words, mark="quiet"),) if words else ()


def strong(words: str) -> Runs:
    """Return words that stand out."""
    return (Run(words, strong=True),) if words else ()


def yes(value: bool, language: Language) -> str:
    """Return yes in words, and nothing for no: a table of many noes is read by its yeses."""
    return say("pack.yes", language) if value else ""


def listed(items: Iterable[str], language: Language) -> str:
    """Put names in one line."""
    return say("charts.between", language).join(items)


def money(value: Money | None, language: Language) -> str:
    """Return a sum as the language writes it, or nothing."""
    return format_money(value, language) if value is not None else ""


def dates(start: date | None, end: date | None, language: Language) -> str:
    """Return from which day to which something holds; nothing where it always does."""
    parts = [
        word(key, language, day=format_date(day, language, year=True))
        for key, day in (("from_day", start), ("to_day", end))
        if day
    ]
    return say("explained.both", language, low=parts[0], high=parts[1]) if len(parts) == 2 else "".join(parts)


def role(name: str, policy: Policy, language: Language) -> Runs:
    """Return what the client calls a role: by its rung of the ladder, as the role's own label has it, else as written."""
    rung = next((r for r in policy.authority if r.role == name), None)
    known = policy.roles.get(name)
    return local(rung.label if rung else known.label if known else None, language) or text(name)


def roles(names: Sequence[str], policy: Policy, language: Language) -> str:
    """Return roles in one line."""
    return listed(("".join(run.text for run in role(n, policy, language)) for n in names), language)


def stage(name: str, policy: Policy, language: Language) -> str:
    """Return the name of a stage, or of a side track."""
    track = next((t for t in policy.tracks if t.id == name), None)
    if track is not None:
        return plain(track.label, language)
    return word(f"stage_{name}", language) if has(f"handbook.stage_{name}") else name


def in_order(name: str) -> tuple[bool, int, str]:
    """Return by what stages are sorted: P0 … P12, then T1 … T6."""
    digits = name[1:]
    return (name[:1] == "T", int(digits) if digits.isdigit() else 0, name)


def remedy_kind(kind: str, language: Language) -> str:
    """Return what a kind of remedy is called, else its id in plain letters."""
    key = f"handbook.remedy_kind_{kind}"
    return say(key, language) if has(key) else kind.replace("_", " ")


def filled(columns: Sequence[str], rows: Sequence[Sequence[Any]], **settings: Any) -> Table:
    """Make a table without the columns that are empty in every row."""
    kept = [at for at in range(len(columns)) if any(row[at] for row in rows)]
    return table([columns[at] for at in kept], [[row[at] for at in kept] for row in rows], **settings)


def pairs(rows: Iterable[tuple[str, Runs | str]]) -> Table:
    """Make a table of names and values, without those that have no value."""
    return table(["", ""], [(name, value) for name, value in rows if value], row_heads=True)

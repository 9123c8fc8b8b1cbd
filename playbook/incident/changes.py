"""Changes to a record, worked out on what a person wrote: where each value stands there, what to set, what to remove.

People may write short: `noticed_at` at the top, `contact` as one plain string, one plain text in the record's language.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from playbook.errors import InputError
from playbook.incident.read import SHORT_KEYS
from playbook.sources import Keys, Positions
from playbook.text import LANGUAGES

Value = str | int | bool | Sequence[Any] | Mapping[str, Any] | None
Changes = Mapping[Keys, Value]


def get(data: Any, keys: Keys) -> Any:
    """Return what stands at a path, or None."""
    for key in keys:
        if isinstance(data, list):
            data = data[key] if isinstance(key, int) and key < len(data) else None
        else:
            data = data.get(key) if isinstance(data, Mapping) else None
    return data


def _has(data: Any, keys: Keys) -> bool:
    around = get(data, keys[:-1])
    return keys[-1] < len(around) if isinstance(around, list) and isinstance(keys[-1], int) else (
        isinstance(around, Mapping) and keys[-1] in around
    )  # fmt: skip


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _own(data: Mapping[str, Any]) -> str:
    return str(data.get("language") or "en")


def _contact_kind(contact: str) -> str:
    return "email" if "@" in contact else "url" if "://" in contact else "line"


def place(data: Mapping[str, Any], keys: Keys) -> Keys:
    """Return where the file holds a value of the record: under a short key, or as one plain text."""
    for short, long in SHORT_KEYS.items():
        if keys == long and short in data and not _has(data, long):
            return (short,)
    contact = data.get("contact")
    if keys[:1] == ("contact",) and _is_plain(contact) and keys[1:] == (_contact_kind(str(contact)),):
        return ("contact",)
    if len(keys) > 1 and keys[-1] == _own(data) and _is_plain(get(data, keys[:-1])):
        return keys[:-1]
    return keys


def conversions(data: dict[str, Any], changes: Changes, at: Positions) -> Iterator[tuple[Keys, Value]]:
    """Yield what has to be written otherwise first: a plain text that gets a second language, a plain contact."""
    done: set[Keys] = set()
    for keys, value in changes.items():
        short = next(
            (s for s, long in SHORT_KEYS.items() if keys == long and s in data and _has(data, long)), None
        )
        if short:
            yield (short,), None
        if value is None:
            continue
        if keys[:1] == ("contact",) and keys[1:] and _is_plain(data.get("contact")):
            yield ("contact",), {_contact_kind(str(data["contact"])): str(data["contact"])}
        text = get(data, keys[:-1])
        if keys[-1] in LANGUAGES and keys[-1] != _own(data) and keys[:-1] not in done and _is_plain(text):
            done.add(keys[:-1])
            yield keys[:-1], {_own(data): str(text)}


def operations(data: dict[str, Any], changes: Changes, at: Positions) -> list[tuple[Keys, Value]]:
    """Return what to set, each with everything new below it, and then what to remove, last items first."""
    contradicting = [keys for keys in changes if any(keys[:n] in changes for n in range(1, len(keys)))]
    if contradicting:
        raise ValueError(f"a change inside another change: {contradicting}")
    puts: dict[Keys, Any] = {}
    gone: set[Keys] = set()
    for logical, value in changes.items():
        keys = place(data, logical)
        old = get(data, keys)
        if value is None:
            gone |= {keys} if _has(data, keys) else set()
        elif type(old) is not type(value) or old != value:
            _gather(puts, keys, _known(data, keys, at), value)
    sets = {keys: _lists(value) for keys, value in puts.items()}
    after = copy.deepcopy(data)
    for keys, value in sets.items():
        apply(after, keys, value)
    return [*sets.items(), *((keys, None) for keys in _topmost(after, gone))]


def _known(data: Any, keys: Keys, at: Positions) -> int:
    """Return how many keys lead to the first thing that is not there yet."""
    for count, key in enumerate(keys[:-1], start=1):
        data = get(data, (key,))
        if data is None:
            return count
        if not isinstance(data, Mapping | list):
            remedy = "Write its fields below it."
            raise InputError([at.problem(keys[:count], repr(data), "keys and values, or a list", remedy)])
    return len(keys)


def _gather(puts: dict[Keys, Any], keys: Keys, count: int, value: Value) -> None:
    head, rest = keys[:count], keys[count:]
    if not rest:
        puts[head] = value
        return
    inner = puts.setdefault(head, {})
    for key in rest[:-1]:
        inner = inner.setdefault(key, {})
    inner[rest[-1]] = value


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(isinstance(key, int) for key in value):
        return [_lists(value[key]) for key in sorted(value)]
    return {key: _lists(inner) for key, inner in value.items()}


def apply(data: Any, keys: Keys, value: Value) -> None:
    """Set or remove one value; an item is added at the end of its list."""
    around, key = get(data, keys[:-1]), keys[-1]
    if value is None:
        del around[key]
    elif isinstance(around, list) and key == len(around):
        around.append(value)
    else:
        around[key] = value


def _topmost(data: Any, gone: set[Keys]) -> list[Keys]:
    """Return what to remove, where what is left empty goes too: last items first, so that places stay right."""
    for keys in list(gone):
        around = keys[:-1]
        while around:
            inside = get(data, around)
            names = range(len(inside)) if isinstance(inside, list) else inside
            if not {(*around, name) for name in names} <= gone:
                break
            gone.add(around)
            around = around[:-1]
    top = [keys for keys in gone if not any(keys[:n] in gone for n in range(1, len(keys)))]
    return sorted(top, key=lambda keys: [(isinstance(k, str), k if isinstance(k, int) else 0, str(k)) for k in keys], reverse=True)  # fmt: skip

"""Of what shape each value of a table's header must be, before anything is made of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from playbook.errors import InputError, Problem
from playbook.sources import Positions

HEADER_KEYS = {
    "table", "title", "line", "basis", "hit_policy", "effective", "currency", "rounding", "inputs", "derived", "waivers",
    "jurisdictions", "notes", "rows", "remedy", "events", "payers", "indices", "copy_of",
}  # fmt: skip
EVENT_KEYS = {"list", "at_most", "at_most_of", "threshold"}
INPUT_KEYS = {
    "type",
    "unit",
    "domain",
    "values",
    "values_from",
    "required",
    "null",
    "harm",
    "favour",
    "decimals",
    "labels",
    "raw",
}
PAYOUT_COLUMNS = {
    "outcome", "kind", "amount", "share", "of", "per", "period", "periods", "free_periods", "max_periods", "multiply", "at_least",
    "at_most", "cap_of", "after", "each", "times", "plus", "uprate", "deductible", "threshold", "alternative", "decider", "authority", "option",
}  # fmt: skip
META_COLUMNS = {
    "id",
    "from",
    "to",
    "source",
    "rationale",
    "note",
    "priority",
    "label_zh_hant",
    "label_zh_hans",
    "label_en",
    "why_zh_hant",
    "why_zh_hans",
    "why_en",
}
_scalar = (str, int)  # a truth value is an int
SHAPES: dict[str, Callable[[Any], bool]] = {
    "a text": lambda v: isinstance(v, _scalar),
    "a list of texts": lambda v: isinstance(v, list) and all(isinstance(one, _scalar) for one in v),
    "a list": lambda v: isinstance(v, list),
    "a map": lambda v: isinstance(v, dict),
    "a text, or a map of texts": lambda v: (
        isinstance(v, _scalar)
        or (isinstance(v, dict) and all(one is None or isinstance(one, _scalar) for one in v.values()))
    ),
    "a map of maps": lambda v: isinstance(v, dict) and all(isinstance(one, dict) for one in v.values()),
    "a map of lists of texts": lambda v: (
        isinstance(v, dict) and all(one is None or SHAPES["a list of texts"](one) for one in v.values())
    ),
    "a type, or a map": lambda v: isinstance(v, str | dict),
    "a list of maps": lambda v: isinstance(v, list) and all(isinstance(one, dict) for one in v),
    "a file of places, or a list of places, each a latitude and a longitude": lambda v: (
        isinstance(v, str)
        or (
            isinstance(v, list)
            and all(isinstance(p, list) and len(p) == 2 and all(_is_number(n) for n in p) for p in v)
        )
    ),
    "a list of dates such as 2026-05-09": lambda v: isinstance(v, list) and all(_is_day(day) for day in v),
    "true or false": lambda v: isinstance(v, bool),
    "up or down": lambda v: v in ("up", "down"),
    "a whole number from 0 to 9": lambda v: type(v) is int and 0 <= v <= 9,
    "a whole number": lambda v: type(v) is int and abs(v) <= 10**9,
    "a whole number, 0 or more": lambda v: type(v) is int and 0 <= v <= 10**9,
    "a whole number, 1 or more": lambda v: type(v) is int and 1 <= v <= 10**9,
}
HEADER_SHAPES = {
    "table": "a text", "title": "a text, or a map of texts", "line": "a text", "basis": "a text", "hit_policy": "a text", "effective": "a map",
    "currency": "a text", "rounding": "a map", "inputs": "a map", "derived": "a map of maps", "waivers": "a list of maps",
    "jurisdictions": "a list of texts", "notes": "a list of texts", "rows": "a text",
    "remedy": "a text", "events": "a map", "payers": "a map", "indices": "a map of maps", "copy_of": "a text",
}  # fmt: skip
INPUT_SHAPES = {
    "type": "a text", "unit": "a text", "domain": "a text", "values": "a list of texts", "values_from": "a text", "required": "true or false", "null": "a text",
    "harm": "up or down", "decimals": "a whole number from 0 to 9", "labels": "a map of maps", "raw": "true or false",
}  # fmt: skip
DERIVED_SHAPES = {
    "function": "a text", "of": "a list of texts", "as": "a type, or a map", "period": "a whole number, 1 or more", "scale": "a whole number, 1 or more",
    "holidays": "a list of dates such as 2026-05-09", "places": "a file of places, or a list of places, each a latitude and a longitude", "plus": "a whole number", "times": "a whole number",
}  # fmt: skip


def _is_number(value: Any) -> bool:
    return re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{1,15})?", str(value)) is not None


def _is_day(value: Any) -> bool:
    try:
        return bool(date.fromisoformat(str(value)))
    except ValueError:
        return False


def check_shapes(
    data: Mapping[str, Any], shapes: Mapping[str, str], at: Positions, problems: list[Problem], keys: tuple[str | int, ...] = ()
) -> None:  # fmt: skip
    """Add a problem for each value that is not of the shape named for its key; what is not there is right."""
    for key, shape in shapes.items():
        value = data.get(key)
        if value is not None and not SHAPES[shape](value):
            found = f"{str(value)[:60]!r}"
            problems.append(at.problem((*keys, key), found, shape, "Correct the value."))


def check_header(data: Mapping[str, Any], at: Positions, problems: list[Problem]) -> None:
    """Add a problem for each key that a header does not have, and for each value that is of another shape."""
    check_shapes(data, HEADER_SHAPES, at, problems)
    for part, shapes in (("inputs", INPUT_SHAPES), ("derived", DERIVED_SHAPES)):
        specs = data.get(part)
        for name, spec in (specs if isinstance(specs, dict) else {}).items():
            if isinstance(spec, dict):
                check_shapes(spec, shapes, at, problems, (part, name))
                if isinstance(spec.get("as"), dict):
                    check_shapes(spec["as"], INPUT_SHAPES, at, problems, (part, name, "as"))
    for key in data.keys() - HEADER_KEYS:
        expected = "one of " + ", ".join(sorted(HEADER_KEYS))
        problems.append(at.problem((key,), f"the key {key}", expected, "Correct or remove it."))


def rows_beside(header: Path, data: Mapping[str, Any], at: Positions) -> Path:
    """Return the file of a table's rows, which stands beside its header. Raises InputError for one that does not."""
    name = str(data.get("rows") or header.name.removesuffix(".table.yaml") + ".csv")
    # A name is no path: rows from elsewhere would be neither of this layer nor in its checksum.
    if (
        not re.fullmatch(r"\w[\w. -]*", name)
        or header.with_name(name).resolve().parent != header.parent.resolve()
    ):
        expected = "the name of a CSV file in the same folder"
        raise InputError(
            [at.problem(("rows",), repr(name[:80]), expected, "Put the rows beside the header.")]
        )
    return header.with_name(name)


def labels_of(value: Any) -> dict[str, str]:
    """Return a label by language; one plain text is English."""
    return (
        {str(k): str(v) for k, v in value.items()}
        if isinstance(value, dict)
        else ({"en": str(value)} if value else {})
    )


def day_of(value: Any, keys: tuple[str | int, ...], at: Positions) -> date:
    """Return a day as written. Raises InputError."""
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        found, expected = repr(value), "a date such as 2026-05-09"
        raise InputError([at.problem(keys, found, expected, "Write year-month-day.")]) from error

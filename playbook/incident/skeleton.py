"""A new `incident.yaml`: what is known, then every other field of the record as a comment with its help.

Made from the model, so that it cannot lack a field or name one that is gone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from playbook.incident.fields import Field, fields_of, groups
from playbook.messages import say
from playbook.text import Language

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+:/@-]*\Z")
_READ_OTHERWISE = re.compile(r"(?:null|true|false|[-+]?\d+)\Z")


def scalar(text: str) -> str:
    """Write a text as one YAML value that is read back as the same text."""
    if _PLAIN.match(text) and not _READ_OTHERWISE.match(text) and not text.endswith(":") and ": " not in text:
        return text
    return json.dumps(text, ensure_ascii=False)


def skeleton(known: Mapping[str, Any], language: Language, schema: str) -> str:
    """Return the text of a new record: `known` (by key; groups are maps) as it is, everything else as comments.

    `schema` is where the JSON Schema stands, as seen from the file.
    """
    fields = {field.key: field for field in groups()}
    lines = [f"# yaml-language-server: $schema={schema}", f"# {say('intake.file_head', language)}"]
    for key in known:
        lines += _written(fields[key], known[key], "", language)
    lines += [
        "",
        *(f"## {say(f'intake.{name}', language)}" for name in ("file_more", "file_text", "file_files")),
    ]
    for field in fields.values():
        if field.key not in known:
            lines += (
                ["", *_commented(field, "", language)] if field.record else _commented(field, "", language)
            )
    return "\n".join(lines) + "\n"


def _written(field: Field, value: Any, indent: str, language: Language) -> Iterator[str]:
    """Yield a field that is known, and the rest of its group as comments."""
    if not isinstance(value, Mapping):
        yield f"{indent}{field.key}: {scalar(str(value))}"
        return
    yield f"{indent}{field.key}:"
    if field.record is None:
        for key, inner in value.items():
            yield f"{indent}  {key}: {scalar(str(inner))}"
        return
    inside = fields_of(field.record)
    for one in inside:
        if one.key in value:
            yield from _written(one, value[one.key], f"{indent}  ", language)
    for one in inside:
        if one.key not in value:
            yield from _commented(one, f"{indent}  ", language)


def _commented(field: Field, indent: str, language: Language) -> Iterator[str]:
    for line in _empty(field, language):
        yield f"{indent}# {line}"


def _empty(field: Field, language: Language) -> Iterator[str]:
    """Yield a field without a value, its help behind it, and the fields inside it."""
    choices = f" ({' | '.join(field.choices)})" if field.choices else ""
    yield f"{field.key}:  # {field.help(language)}{choices}"
    if field.record is None:
        if field.many:
            yield "  -"
        return
    start = "  - " if field.many else "  "
    for number, inner in enumerate(fields_of(field.record)):
        for line in _empty(inner, language):
            yield (
                f"{start}{line}"
                if number == 0 and line.startswith(inner.key)
                else f"{' ' * len(start)}{line}"
            )

"""The types of a model: what its item definitions say, and how a value is brought to a type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from playbook.money import readable_number
from playbook.tables.dmn.elements import Element
from playbook.tables.dmn.evaluate import Run, answer
from playbook.tables.dmn.model import Type
from playbook.tables.dmn.syntax import NotRead, Scope, normal, parse_tests
from playbook.tables.dmn.tree import Tests
from playbook.tables.dmn.values import Value, kind_of, read_date, read_duration, read_moment, read_time

BASES = {
    **{name: name for name in ("string", "number", "boolean", "date", "time", "date and time", "days and time duration", "years and months duration", "context", "list")},
    "dateTime": "date and time", "dayTimeDuration": "days and time duration", "yearMonthDuration": "years and months duration",
    "integer": "number", "long": "number", "double": "number", "Any": "", "any": "", "": "",
}  # fmt: skip
"""Names of base types, those of older versions and of modelers included."""
NOWHERE = Scope(None, None, None)
DEEPEST = 30


class TypeReader:
    """Find types by the names that a model gives them."""

    def __init__(self, root: Element) -> None:
        self.defined = {normal(one.get("name")): one for one in root.all("itemDefinition")}
        self.made: dict[str, Type] = {}

    def by_name(self, reference: str, depth: int = 0) -> Type:
        """Return the type of a reference; an unknown one, or one that is made of itself, is any type."""
        name = normal(reference)
        if name not in self.defined and name not in BASES:
            name = name.rpartition(":")[2]
        if name in BASES and name not in self.defined:
            return Type(name, BASES[name])
        if name not in self.made:
            if name not in self.defined or depth > DEEPEST:
                return Type(name)
            self.made[name] = self._made(self.defined[name], depth)
        return self.made[name]

    def components(self) -> set[str]:
        """Return the names of all components of structures."""
        found: set[str] = set()
        stack = list(self.defined.values())
        while stack:
            element = stack.pop()
            parts = list(element.all("itemComponent"))
            found |= {one.get("name") for one in parts}
            stack += parts
        return found

    def _made(self, element: Element, depth: int) -> Type:
        name = normal(element.get("name"))
        collection = element.get("isCollection") == "true"
        allowed, text = read_allowed(element.first("allowedValues", "typeConstraint"))
        parts = list(element.all("itemComponent"))
        if parts:
            made = {normal(one.get("name")): self._made(one, depth + 1) for one in parts}
            return Type(name, "context", allowed, text, collection, made)
        reference = element.text_of("typeRef")
        base = self.by_name(reference, depth + 1) if reference else Type()
        if allowed is None:
            allowed, text = base.allowed, base.allowed_text
        return replace(base, name=name, allowed=allowed, allowed_text=text, collection=collection or base.collection)  # fmt: skip


def read_allowed(element: Element | None) -> tuple[Tests | None, str]:
    """Return the tests of allowed values, and their text; None where there are none or they are not read."""
    text = element.text_of("text") if element else ""
    if not text:
        return None, ""
    try:
        return parse_tests(text, NOWHERE), text
    except NotRead:
        return None, text


def conformed(value: Value, wanted: Type, run: Run, what: str, *, from_text: bool = False) -> Value:
    """Return a value as a type asks for it: null, with a note, where it is not one of the type.

    One value stands for a list of one and the reverse. `from_text`: anything may be given as text, as a file of cases does.
    """
    if value is None:
        return None
    if wanted.collection:
        one = replace(wanted, collection=False)
        items = value if isinstance(value, list) else [value]
        made = [conformed(item, one, run, what, from_text=from_text) for item in items]
        lost = any(item is not None and new is None for item, new in zip(items, made, strict=True))
        return None if lost else made
    if isinstance(value, list) and wanted.base not in ("", "list") and len(value) == 1:
        value = value[0]
    if wanted.components and isinstance(value, dict):
        parts = {
            name: conformed(value[name], kind, run, f"{what}.{name}", from_text=from_text)
            for name, kind in wanted.components.items()
            if name in value
        }
        value = {**value, **parts}
    if from_text and isinstance(value, str) and wanted.base in _FROM_TEXT:
        try:
            value = _FROM_TEXT[wanted.base](value)
        except ValueError as error:
            run.note(f"{what}: {error}")
            return None
    if wanted.base and kind_of(value) != wanted.base:
        run.note(f"{what}: {kind_of(value)}, where {wanted.base} is expected")
        return None
    if wanted.allowed is not None and answer(wanted.allowed, value, {"?": value}, run) is not True:
        run.note(f"{what}: not one of {wanted.allowed_text[:120]}")
        return None
    return value


def _number(text: str) -> Decimal:
    number = readable_number(text)
    if number is None:
        raise ValueError(f"a number, not {text[:40]!r}")
    return number


def _truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"true or false, not {text[:40]!r}")
    return text == "true"


_FROM_TEXT: Mapping[str, Callable[[str], Value]] = {
    "number": _number,
    "boolean": _truth,
    "date": read_date,
    "time": read_time,
    "date and time": read_moment,
    "days and time duration": read_duration,
    "years and months duration": read_duration,
}

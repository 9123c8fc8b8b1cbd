"""Every field of the record as people may write it: its place, its type in words, its help in three languages.

The comments of a new `incident.yaml`, the JSON Schema and `docs/record.md` are made from this, so that none can go
stale against the model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from inspect import get_annotations
from types import MappingProxyType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from playbook.incident.model import (
    Amount,
    ComplaintRow,
    CustomerRow,
    Incident,
    Plain,
    SentRow,
    Text,
    TimelineRow,
)
from playbook.messages import say
from playbook.text import LANGUAGES, Language
from playbook.times import Moment

CSV_ROWS: Mapping[str, type[BaseModel]] = MappingProxyType(
    {
        "timeline.csv": TimelineRow,
        "complaints.csv": ComplaintRow,
        "customers.csv": CustomerRow,
        "sent.csv": SentRow,
    }
)
"""The files beside `incident.yaml` -> what a row holds."""

NOT_IN_YAML = frozenset(
    {"folder", "timeline", "complaints", "sent", "customers", "drafts", "evidence", "kept_texts"}
)
"""Fields of the record that are read from the folder, never from `incident.yaml`."""

Shape = Literal["text", "amount", "plain", "time", "yes_no", "number", "choice", "word", "map", "record"]


@dataclass(frozen=True)
class Field:
    """One field: its key in the file, what it holds, and whether there may be several. `record` is the group inside it."""

    key: str
    model: str
    name: str
    shape: Shape
    many: bool
    required: bool
    choices: tuple[str, ...] = ()
    record: type[BaseModel] | None = None

    def help(self, language: Language) -> str:
        """Return what the field means."""
        return say(f"record.{self.model}.{self.name}", language)

    @property
    def type_words(self) -> str:
        """Return what it holds, in a few words of English."""
        one = {
            "text": "text, or a map by language",
            "amount": "an amount",
            "plain": "text or number",
            "time": "a time",
            "yes_no": "true or false",
            "number": "a whole number",
            "choice": " · ".join(self.choices),
            "word": "text",
            "map": "a map",
            "record": "a group",
        }[self.shape]
        return f"a list: {one}" if self.many else one


def fields_of(model: type[BaseModel]) -> tuple[Field, ...]:
    """Return the fields of a model, in the model's order."""
    return tuple(_field(model, name, info) for name, info in model.model_fields.items())


def _field(model: type[BaseModel], name: str, info: FieldInfo) -> Field:
    annotation = (
        Annotated[(info.annotation, *info.metadata)] if _is_special(info.metadata) else info.annotation
    )
    many, inner = _unwrapped(annotation)
    shape, choices, record = _shape(inner)
    return Field(
        info.alias or name,
        _owner(model, name),
        name,
        shape,
        many,
        info.is_required(),
        choices,
        record,
    )


def _owner(model: type[BaseModel], name: str) -> str:
    """Return the class that declares a field: a handler's name is a person's."""
    return next(c.__name__ for c in model.__mro__ if name in get_annotations(c))


def _is_special(metadata: list[Any]) -> bool:
    return any(getattr(item, "func", None) in _SPECIAL for item in metadata)


_SPECIAL: dict[Any, Shape] = {
    get_args(Text)[1].func: "text",
    get_args(Amount)[1].func: "amount",
    get_args(Plain)[1].func: "plain",
}


def _unwrapped(annotation: Any) -> tuple[bool, Any]:
    """Take off `| None` and `tuple[…, …]`; the first says whether there may be several."""
    if get_origin(annotation) in (Union, UnionType):
        annotation = next(arg for arg in get_args(annotation) if arg is not type(None))
    if get_origin(annotation) is tuple:
        return True, _unwrapped(get_args(annotation)[0])[1]
    return False, annotation


def _shape(annotation: Any) -> tuple[Shape, tuple[str, ...], type[BaseModel] | None]:
    if get_origin(annotation) is Annotated:
        found = next(
            (_SPECIAL[f] for a in get_args(annotation) if (f := getattr(a, "func", None)) in _SPECIAL), None
        )
        return (found, (), None) if found else _shape(get_args(annotation)[0])
    if get_origin(annotation) is Literal:
        return "choice", tuple(str(value) for value in get_args(annotation)), None
    if get_origin(annotation) is dict:
        return "map", (), None
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "record", (), annotation
    simple: dict[Any, Shape] = {bool: "yes_no", int: "number", Moment: "time", str: "word"}
    return simple[annotation], (), None


def groups() -> tuple[Field, ...]:
    """Return what may stand at the top of `incident.yaml`."""
    return tuple(field for field in fields_of(Incident) if field.name not in NOT_IN_YAML)


def walk(fields: tuple[Field, ...], before: str = "") -> Iterator[tuple[str, Field]]:
    """Yield every field below these with its dotted path: `signal.author.name`, `facts[].id`."""
    for field in fields:
        path = f"{before}{field.key}{'[]' if field.many else ''}"
        yield path, field
        if field.record is not None:
            yield from walk(fields_of(field.record), f"{path}.")


def all_helps(field: Field) -> str:
    """Return the help of a field in every language, a line each, English first."""
    ordered: tuple[Language, ...] = ("en", *(code for code in LANGUAGES if code != "en"))
    return "\n".join(field.help(language) for language in ordered)

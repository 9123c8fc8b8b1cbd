"""Fill in what a person may leave out: the language of a plain string, the currency of a plain sum; name unknown keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from playbook.errors import Problem
from playbook.incident.model import Amount, Text
from playbook.sources import Keys, Positions


class Filler:
    """Fill in what a person may leave out: the language of a plain string, the currency of a plain sum; name unknown keys."""

    def __init__(self, language: str, currency: str | None, at: Positions, problems: list[Problem]) -> None:
        self.language, self.currency, self.at, self.problems = language, currency, at, problems

    def fill(self, model: type[BaseModel], data: Mapping[str, Any], keys: Keys) -> dict[str, Any]:
        """Return the data of a record of this model, filled in; unknown keys are added to the problems."""
        known = {field.alias or name: (name, field) for name, field in model.model_fields.items()}
        out: dict[str, Any] = {}
        for key, value in data.items():
            if key not in known:
                self.problems.append(
                    self.at.problem((*keys, key), f"the key {key}", "a key of the record", meant(key, known))
                )
                continue
            annotation = known[key][1].annotation
            metadata = known[key][1].metadata
            out[key] = value if value is None else self._value(annotation, metadata, value, (*keys, key))
        return out

    def _value(self, annotation: Any, metadata: Iterable[Any], value: Any, keys: Keys) -> Any:
        special = self._special(annotation, metadata)
        if special is not None:
            return special(value)
        origin, args = get_origin(annotation), get_args(annotation)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return self.fill(annotation, value, keys) if isinstance(value, dict) else value
        if origin is tuple and isinstance(value, list):
            return [self._value(args[0], (), item, (*keys, i)) for i, item in enumerate(value)]
        if origin is dict and isinstance(value, dict):
            return {k: self._value(args[1], (), v, (*keys, k)) for k, v in value.items()}
        for arg in args:  # Optional[X]: X decides
            if arg is not type(None):
                return self._value(arg, (), value, keys)
        return value

    def _special(self, annotation: Any, metadata: Iterable[Any]) -> Callable[[Any], Any] | None:
        validators = {getattr(m, "func", None) for m in (*metadata, *getattr(annotation, "__metadata__", ()))}
        if _TEXT in validators:
            return lambda value: (
                {self.language: str(value)}
                if isinstance(value, str | int) and not isinstance(value, bool)
                else value
            )
        if _AMOUNT in validators:
            return lambda value: (
                {"amount": value, "currency": self.currency} if not isinstance(value, dict) else value
            )
        return None


_TEXT = Text.__metadata__[0].func  # type: ignore[attr-defined]
_AMOUNT = Amount.__metadata__[0].func  # type: ignore[attr-defined]


def meant(word: str, known: Iterable[str]) -> str:
    """Return what to do about a name that does not exist: the closest that does."""
    close = get_close_matches(str(word), [str(k) for k in known], n=1)
    return f"Did you mean {close[0]}?" if close else "Check the spelling, or remove it."

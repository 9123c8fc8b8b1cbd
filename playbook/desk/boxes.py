"""The form's boxes: one field with its help, and a box for each language. What they hold is plain text.

Text of a record stands only in the values of boxes; what is shown as HTML is the kit's own words, escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from typing import Any

import ipywidgets as widgets

from playbook.desk.layout import choice_words, fields
from playbook.desk.opened import Typed, View
from playbook.desk.values import as_value, pairs_of, shown, wrong
from playbook.incident.fields import Field
from playbook.messages import has, say
from playbook.messages.printable import one_line
from playbook.sources import Keys
from playbook.text import LANGUAGES, Language

_NAMES: dict[str, str] = {"zh-Hant": "繁體中文", "zh-Hans": "简体中文", "en": "English"}
_LONG = frozenset({"verbatim", "quote", "reason", "text"})
"""Words of these fields get a box of several lines."""


class Entry:
    """One field: its help, and a box (one a language for text)."""

    def __init__(self, path: str, tail: Keys, base: Keys | None, view: View) -> None:
        self.path, self.tail, self.view = path, tail, view
        self.field: Field = fields()[path]
        self.old = view.standing.value((*base, *tail)) if base is not None else None
        held = self.old if isinstance(self.old, dict) else {}
        own = str(view.standing.data.get("language") or "en")
        self.before: dict[Language | None, str] = {}
        self.boxes: dict[Language | None, Any] = {}
        for language in LANGUAGES if self.field.shape == "text" else (None,):
            if language is not None and not (
                language in view.languages or language in held or language == own
            ):
                continue
            raw: Any = self.old
            if language is not None:
                raw = view.standing.value((*base, *tail, language)) if base is not None else None
            self.before[language] = shown(self.field, raw)
            self.boxes[language] = self._box(language, self.before[language])
        self.head = widgets.HTML()
        self.tell(None)
        self.widget = widgets.VBox([self.head, *self.in_order()])

    @property
    def help(self) -> str:
        """Return what the field means; of the first five, as a question."""
        question = f"form.ask_{self.path.replace('.', '_')}"
        return say(question, self.view.language) if has(question) else self.field.help(self.view.language)

    def in_order(self) -> list[Any]:
        order = [*self.view.languages, *LANGUAGES, None]
        return [self.boxes[code] for code in sorted(self.boxes, key=order.index)]

    def _box(self, language: Language | None, value: str) -> Any:
        field, view = self.field, self.view
        common = {
            "value": value,
            "description": _NAMES[language] if language else "",
            "layout": _wide(),
            "tooltip": self.help,
        }
        choices = self._choices(value)
        if choices is not None:
            return widgets.Dropdown(options=choices, **common)
        lines = field.many or field.shape == "map"
        hint = {"time": "time_hint", "amount": "amount_hint", "map": "pairs"}.get(field.shape, "")
        hint = view.word("lines") if lines and field.shape != "map" else view.word(hint) if hint else ""
        if lines or field.shape == "text" or field.key in _LONG:
            return widgets.Textarea(
                placeholder=hint, rows=3 if lines else 2, continuous_update=False, **common
            )
        return widgets.Text(placeholder=hint, continuous_update=False, **common)

    def _choices(self, value: str) -> list[tuple[str, str]] | None:
        field, view = self.field, self.view
        if field.many:
            return None
        if field.shape == "yes_no":
            found = [
                (say(f"pack.{word}", view.language), raw) for word, raw in (("yes", "true"), ("no", "false"))
            ]
        elif field.shape == "choice":
            found = [(choice_words(self.path, choice, view.language), choice) for choice in field.choices]
        elif field.key in view.offered and field.shape == "word":
            found = list(view.offered[field.key])
        else:
            return None
        if value and value not in (raw for _, raw in found):
            found.append((one_line(value), value))  # what a person wrote is neither lost nor changed
        return [(view.word("not_recorded"), ""), *found]

    def tell(self, problem: str | None) -> None:
        """Show the field's help, its example, and what is wrong with it."""
        parts = [f"<b>{escape(self.help)}</b>"]
        if self.field.required:
            parts.append(f"<small>({escape(self.view.word('required'))})</small>")
        if self.path.startswith("tellings.") and self.field.shape == "text":
            example = self.view.word("_".join(["example", *self.path.split(".")[1:]]))
            parts.append(f"<small>{escape(self.view.word('example', text=example))}</small>")
        if problem:
            parts.append(f'<span style="color:#a4161a">{escape(one_line(problem))}</span>')
        self.head.value = f'<span lang="{self.view.language}">{" ".join(parts)}</span>'

    @property
    def filled(self) -> int:
        """Return how many of its boxes hold something."""
        return sum(bool(box.value) for box in self.boxes.values())

    def fill(self, text: str, language: Language | None) -> None:
        """Type a text into a box."""
        if self.field.shape == "text" and language is None:
            language = self.view.languages[0]
        box = self.boxes[language]
        if isinstance(box, widgets.Dropdown) and text not in (value for _, value in box.options):
            box.options = [*box.options, (one_line(text), text)]
        box.value = text

    def typed(self, base: Keys) -> Iterator[Typed]:
        """Yield what differs from the file."""
        for language, box in self.boxes.items():
            after, before = str(box.value), self.before[language]
            if after == before:
                continue
            keys = (*base, *self.tail, language) if language else (*base, *self.tail)
            fault = wrong(self.field, after, self.view.language, self.view.zone, self.view.currency)
            pairs = pairs_of(self.field, after) if self.field.shape == "map" else None
            if pairs is None:
                yield Typed(keys, before, after, as_value(self.field, after, self.old), fault)
                continue
            held = pairs_of(self.field, before) or {}
            for name in [*held, *(name for name in pairs if name not in held)]:
                if pairs.get(name) != held.get(name):
                    yield Typed(
                        (*keys, name),
                        str(held.get(name, "")),
                        str(pairs.get(name, "")),
                        pairs.get(name),
                        fault,
                    )


def title_of(entries: Sequence[Entry]) -> str:
    """Return what an item is called: the first thing that is written in it."""
    texts = (box.value for entry in entries for box in entry.in_order())
    return one_line(next((str(text) for text in texts if text), ""))[:40]


@cache
def _wide() -> Any:
    return widgets.Layout(width="auto", max_width="60rem")

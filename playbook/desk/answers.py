"""What the form answers: what saving would change, what is wrong, what to ask next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from playbook.assessment import AskNext
from playbook.desk.layout import choice_words, fields, general, group_of, label
from playbook.desk.opened import Typed, View
from playbook.documents import Block, Callout, Paragraph, Run, Runs, table, text
from playbook.errors import Problem
from playbook.messages import say
from playbook.sources import Keys, dotted
from playbook.text import LANGUAGES


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong: its place, and the three things a person has to know."""

    keys: Keys
    place: str
    found: str
    expected: str
    remedy: str


def keys_from(field: str) -> Keys:
    """Return the keys of a path as problems write it: `facts[2].text.en`."""
    parts = re.findall(r"\[(\d+)\]|([^.\[\]]+)", field)
    return tuple(int(number) if number else name for number, name in parts)


def troubles(typed: Iterable[Typed], problems: Iterable[Problem]) -> list[Trouble]:
    """Return everything that is wrong, once: what was typed in the reader's language, what else the record says."""
    own = [
        Trouble(t.keys, dotted(t.keys), t.after, t.wrong.expected, t.wrong.remedy) for t in typed if t.wrong
    ]
    told = {trouble.place for trouble in own}
    out = list(own)
    for problem in problems:
        if not any(
            problem.field and (place == problem.field or place.startswith(f"{problem.field}."))
            for place in told
        ):
            where = problem.field or problem.path.replace("\\", "/").rpartition("/")[2]
            out.append(
                Trouble(keys_from(problem.field), where, problem.found, problem.expected, problem.remedy)
            )
    return out


def _field(keys: Keys, place: str, view: View) -> Runs:
    """Return what a value is called, with its path."""
    path = general(keys) if keys else ""
    name = label(path, view.language) if path else ""
    if keys and keys[-1] in LANGUAGES:
        name += f" ({say(f'pack.language_{keys[-1]}', view.language)})"
    return (Run(f"{name} "), Run(place, mark="quiet")) if name else text(place)


def wrong(found: Sequence[Trouble], title: str, view: View) -> tuple[Block, ...]:
    """Return what is wrong: field, found, expected, what to do."""
    heads = [view.word(key) for key in ("field", "found", "expected", "remedy")]
    rows = [(_field(t.keys, t.place, view), _short(t.found), t.expected, t.remedy) for t in found]
    return (Callout("bad", view.word(title), ()), table(heads, rows))


def changes(typed: Sequence[Typed], view: View, caption: str = "would_change") -> tuple[Block, ...]:
    """Return what saving would change, or has changed: field, before, after."""
    if not typed:
        return (Paragraph(text(view.word("nothing_to_save"))),)
    heads = [view.word(key) for key in ("field", "was", "becomes")]
    rows = [
        (
            _field(t.keys, dotted(t.keys), view),
            _words(t, t.before, view) or text(Run(view.word("not_recorded"), mark="quiet")),
            _words(t, t.after, view) if t.value is not None else text(Run(view.word("removed"), mark="warn")),
        )
        for t in typed
    ]
    return (table(heads, rows, caption=view.word(caption)),)


def _words(typed: Typed, value: str, view: View) -> Runs:
    path = general(typed.keys)
    field = fields().get(path)
    if value and field is not None and field.shape == "choice" and not field.many:
        return text(choice_words(path, value, view.language))
    if value and field is not None and field.shape == "yes_no" and value in ("true", "false"):
        return text(say(f"pack.{'yes' if value == 'true' else 'no'}", view.language))
    return text(_short(value)) if value else ()


def _short(value: str) -> str:
    return value if len(value) <= 300 else value[:299] + "…"


def ask_next(questions: Sequence[AskNext], view: View) -> tuple[Block, ...]:
    """Return what to ask next, the most useful first, and in which group of the form the answer goes."""
    if not questions:
        return (Paragraph(text(view.word("nothing_to_ask"))),)
    rows = []
    for question in questions:
        group = group_of(question.field)
        rows.append((text(say(question.key, view.language)), text(view.word(f"group_{group}") if group else question.field)))  # fmt: skip
    return (table([view.word("question"), view.word("where")], rows),)

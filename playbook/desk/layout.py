"""What the intake form asks, in order of usefulness; fields, their kinds and their help come from the record's schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from playbook.incident.fields import Field, groups, walk
from playbook.messages import has, say
from playbook.sources import Keys, dotted
from playbook.text import LANGUAGES, Language

NOT_ASKED = frozenset(
    {
        "language",  # it says what every plain text of the file is written in: never changed by a form
        "wording_choice", "policy_override",  # for consultants, in the file
        "options[].parts[]", "decisions[].alternatives[]",  # lists inside a list's item: in the file
    }
)  # fmt: skip
"""Fields that are left as they are."""

GROUPS: dict[str, tuple[str, ...]] = {
    "five": ("client", "what_happened", "timestamps.detected_at", "signal.channel", "contact.line", "contact.email", "contact.url"),
    "tellings": tuple(
        f"tellings.{name}.{form}" for name in ("expected", "got", "effect", "tried", "doing") for form in ("reply", "statement")
    ),
    "customer": (
        "signal.author.display_name", "signal.author.name", "signal.author.honorific", "signal.at", "signal.visibility", "signal.url",
        "signal.verbatim", "signal.verbatim_language", "signal.prior_contacts[]",
    ),
    "handler": (
        "handler.name", "handler.honorific", "handler.consent_to_name", "handler.omission_reason", "handler.role", "handler.title",
        "handler.setting", "handler.contact.line", "handler.contact.email", "handler.contact.hours", "handler.backup.name",
        "handler.backup.honorific", "handler.backup.role", "handler.backup.title",
    ),
    "next": ("next_update_at", "doing_now[]", "do_now[]", "unknowns[]"),
    "facts": ("facts[]",),
    "fault": ("fault[]",),
    "promises": ("promises[]", "progress_updates[]"),
    "measures": ("measures[]",),
    "approvals": ("approvals[]",),
    "listening": (
        "intake.started_at", "intake.ended_at", "intake.segments[]", "intake.emotions[]", "intake.meaning_of_anger",
        "intake.core_need", "intake.need_confirmed", "expectation", "reality", "effect_on_customer",
    ),
    "extent": (
        "affected_count", "affected_group", "public_spread", "impacts[]", "losses", "price", "signal.same_cause_history[]",
        "bystanders.as_of", "bystanders.comments", "bystanders.same_complaint", "bystanders.questions", "bystanders.supportive",
        "bystander_questions[]", "extortion.demand", "extortion.deadline", "extortion.data_exposed_types[]",
        "extortion.police_reported_at", "extortion.police_reference",
    ),
    "after": (
        "chosen.option", "chosen.at", "thanks_for", "follow_up.at", "follow_up.channel", "follow_up.open_issues", "follow_up.satisfied",
        "follow_up.quote", "review.owner", "review.factors[]",
    ),
    "rest": (),  # everything else, in the order of the schema
}  # fmt: skip
"""Groups of the form: the first is open, the others are opened when they are needed."""

_FIRST: dict[str, tuple[str, ...]] = {
    "facts[]": ("id", "text", "status", "source", "at", "value", "visibility", "cause"),
    "promises[]": ("id", "text", "to", "by", "role", "at", "due", "kept_at", "approval"),
    "measures[]": ("id", "what", "class", "owner", "due", "state", "done_test", "recurrence", "recurrence_evidence"),
}  # fmt: skip
"""What an item of a long list shows at once; its other fields follow folded."""

_CHOICES = {
    "status": "pack.fact", "visibility": "pack.visibility", "value": "pack.fault", "class": "pack.class", "state": "pack.action",
    "recurrence": "pack.recurrence", "decision": "pack.decision", "kind": "pack.kind", "mode": "pack.mode", "category": "review.category",
    "verbatim_language": "pack.language", "language": "pack.language", "review.status": "review.state",
}  # fmt: skip


@cache
def fields() -> dict[str, Field]:
    """Return every field of the record by its path, such as `facts[].text`."""
    return dict(walk(groups()))


@cache
def paths_of(group: str) -> tuple[str, ...]:
    """Return the paths of a group; a list's is one path."""
    if group != "rest":
        return GROUPS[group]
    named = {path for paths in GROUPS.values() for path in paths}
    return tuple(path for path in _leaves() if path not in named)


def _leaves() -> Iterator[str]:
    lists: list[str] = []
    for path, field in fields().items():
        inside = any(path.startswith(f"{outer}.") for outer in lists)
        if inside or path in NOT_ASKED:
            continue
        if field.many:
            lists.append(path)
            yield path
        elif field.shape != "record":
            yield path


@cache
def item_paths(path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the paths that an item of a list shows at once, and those that follow folded; relative to the item."""
    if fields()[path].shape != "record":
        return ("",), ()
    below = [
        p.removeprefix(f"{path}.")
        for p, field in fields().items()
        if p.startswith(f"{path}.")
        and field.shape != "record"
        and not any(p == name or p.startswith(f"{name}.") for name in NOT_ASKED)
    ]
    first = _FIRST.get(path, tuple(below))
    return first, tuple(p for p in below if p not in first)


def keys_of(path: str) -> Keys:
    """Return the keys of a path without items: `signal.author.name`, `facts[]` -> (`facts`,)."""
    return tuple(part.removesuffix("[]") for part in path.split(".")) if path else ()


def general(keys: Keys) -> str:
    """Return the path of a value's field: ("facts", 2, "text", "en") -> `facts[].text`; empty for none."""
    keys = keys[:-1] if keys and keys[-1] in LANGUAGES else keys
    path = re.sub(r"\[\d+\]", "[]", dotted(keys))
    while path and path not in fields():
        path = path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]
    return path


@cache
def group_of(field: str) -> str:
    """Return the group in which a field of the record is asked, named as `facts.cause`; empty for one that is not."""
    for group in GROUPS:
        for path in paths_of(group):
            inner = [
                path,
                *(f"{path}.{tail}" for tail in (t for half in item_paths(path) for t in half) if tail),
            ]
            plain = [name.replace("[]", "") for name in (inner if path.endswith("[]") else [path])]
            if any(name == field or name.startswith(f"{field}.") for name in plain):
                return group
    return "extent" if field.startswith("impacts.") else ""


def label(path: str, language: Language) -> str:
    """Return what a field is called: its help, after the help of the group that it stands in."""
    outer = path.rpartition(".")[0]
    own = fields()[path].help(language)
    if not outer:
        return own
    between = ": " if language == "en" else "："
    return f"{fields()[outer].help(language)}{between}{own}"


def choice_words(path: str, value: str, language: Language) -> str:
    """Return the word for one value of a field with choices, or the value itself where it has none."""
    name = path.replace("[]", "").split(".")
    keys = [f"form.choice_{'_'.join(name)}_{value}", f"form.choice_{name[-1]}_{value}"]
    elsewhere = _CHOICES.get(path) or _CHOICES.get(name[-1])
    keys += [f"{elsewhere}_{value}"] if elsewhere else []
    return next((say(key, language) for key in keys if has(key)), value)

"""Switches in words: what each is about, what this client chose, what the base chooses and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playbook.documents import Block, Heading, Paragraph, Runs, table, text
from playbook.documents.written import local
from playbook.handbook.words import filled, listed, quiet, word
from playbook.messages import has, say
from playbook.offers.worded import spaced
from playbook.policy.model import Policy, Switch
from playbook.text import Language


def about(name: str, language: Language) -> str:
    """Return what a switch is about, else its id."""
    return say(f"switches.{name}", language) if has(f"switches.{name}") else name


def value_in_words(switch: Switch, value: Any, language: Language) -> str:
    """Return a value of a switch in words, else as it is written."""
    return spaced(_value(switch, value, language), language)


def _value(switch: Switch, value: Any, language: Language) -> str:
    shown = {True: "true", False: "false"}[value] if isinstance(value, bool) else value
    if value is None:
        return say("switches.none", language)
    if isinstance(shown, str) and has(f"switches.{switch.id}.{shown}"):
        return say(f"switches.{switch.id}.{shown}", language)
    if shown in ("true", "false"):
        return say(f"pack.{'yes' if shown == 'true' else 'no'}", language)
    if switch.id == "option_count" and isinstance(value, list | tuple) and len(value) == 2:
        return say("switches.between", language, low=value[0], high=value[1])
    if switch.id == "first_reply_minutes" and isinstance(value, Mapping):
        return _first_reply(switch, value, language)
    if switch.id == "leader_statement_when" and isinstance(value, Mapping):
        return _leader(value, language)
    if switch.id == "malicious_requires" and isinstance(value, list | tuple):
        return say("explained.comma", language).join(_requirement(str(item), language) for item in value)
    if switch.id.endswith("_minutes"):
        return say("switches.minutes", language, count=value)
    if isinstance(value, list | tuple):
        return listed(map(str, value), language)
    if isinstance(value, Mapping):
        return listed((f"{key}: {inner}" for key, inner in value.items()), language)
    return str(value)


def _first_reply(switch: Switch, value: Mapping[str, Any], language: Language) -> str:
    default = switch.default if isinstance(switch.default, Mapping) else {}
    times = {key: value.get(key, default.get(key)) for key in ("warn", "breach")}
    return say("switches.first_reply", language, **times)


def _leader(value: Mapping[str, Any], language: Language) -> str:
    many, spread = value.get("affected_at_least"), value.get("public_spread")
    parts = [say("switches.leader_many", language, count=f"{many:,}" if isinstance(many, int) else many)] if many else []  # fmt: skip
    parts += [say("switches.leader_spread", language)] if spread in (True, "true") else []
    return say("situation.or", language).join(parts) or say("switches.leader_never", language)


def _requirement(item: str, language: Language) -> str:
    for key in (f"switches.malicious_{item}", f"situation.yes_{item}"):
        if has(key):
            return say(key, language)
    return item


def switches(policy: Policy, language: Language) -> tuple[Block, ...]:
    """Return the switches that differ from the base, with both values and the base's reason; then all others."""
    differ = [s for s in policy.switches.values() if s.value != s.default]
    same = [s for s in policy.switches.values() if s.value == s.default]
    blocks: list[Block] = [Heading(2, word("switches", language))]
    blocks.append(Heading(3, word("switches_differ", language)))
    if differ:
        rows = [
            (
                text(about(s.id, language)),
                text(value_in_words(s, s.value, language)),
                text(value_in_words(s, s.default, language)),
                local(s.reason, language),
                _from(s),
            )
            for s in differ
        ]
        keys = ("about", "ours", "base_does", "base_reason", "set_in")
        blocks.append(filled([word(key, language) for key in keys], rows, row_heads=True))
    else:
        blocks.append(Paragraph(text(word("no_switch_differs", language))))
    if same:
        rows_same = [
            (about(s.id, language), value_in_words(s, s.value, language), quiet(" ".join(s.sources)))
            for s in same
        ]
        heads = [word(key, language) for key in ("about", "ours", "source")]
        blocks += [Heading(3, word("switches_same", language)), table(heads, rows_same, row_heads=True)]
    return tuple(blocks)


def _from(switch: Switch) -> Runs:
    return quiet(str(switch.origin))

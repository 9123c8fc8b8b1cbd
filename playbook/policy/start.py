"""A new client's policy.yaml: it extends base, and shows every setting and switch that may be changed, as comments."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from playbook.policy.effective import as_text
from playbook.policy.model import Policy, Switch
from playbook.text import LANGUAGES

NAME = re.compile(r"[^\W_][\w-]*(\.[\w-]+)*\Z")
"""What a client may be called: a folder's name in letters, digits, hyphens and dots."""

_WIDTH = 108


def new_policy(name: str, base: Policy) -> str:
    """Return the text of a new client's policy.yaml."""
    lines = [
        "# The policy of one client: what differs from the layers below. `playbook policy check` says what is wrong,",
        "# `playbook policy show` what is in force and where it comes from.",
        "# Layers, lowest first: base, then statutes/…, sectors/… (see `playbook policy list`).",
        "extends: [base]",
        f"languages: [{', '.join(base.languages)}]",
        "currency: XXX  # ISO 4217: TWD, CNY, USD. While it is XXX, no sum can be offered",
        "timezone: UTC  # IANA: Asia/Taipei, Asia/Shanghai, Europe/London",
        "# jurisdiction: TW  # whose law applies: TW, CN, US-CA",
        "# calendar: TW  # whose holidays count",
        "# in_force_from: 2026-01-01",
        "# size: 6 stores",
        "brand:",
        "  name: {" + ", ".join(f"{language}: {_quoted(name)}" for language in LANGUAGES) + "}",
        "  # short_name: {en: …}",
        "  # value: {en: one sentence of what you stand for}",
        "  # letterhead: {en: …}",
        "# contact: {line: 04-0000-2101, email: help@example.com, url: https://example.com/help}",
        "# signatories:",
        "#   leader: {name: {en: …}, title: {en: General Manager}, honorific: mr}",
        "# glossary: {order: {en: booking}}  # how the client calls things",
        "# banned_words: {en: [inconvenience]}  # added to those of the layers below",
        "",
        "# Beside this file, where needed: authority.patch.csv (who may grant what), options.csv (what customers may choose",
        "# from), clocks.patch.csv, steps.patch.csv, NAME.table.yaml with NAME.csv (docs/tables.md), wording/<language>/.",
        "",
        "# Switches: take off the # to change one. The value shown is the one in force below.",
        "# switches:",
    ]
    for switch in base.switches.values():
        lines += _switch(switch)
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _switch(switch: Switch) -> Iterator[str]:
    reason = " ".join(str(switch.reason.get("en", "")).split())
    sources = f" ({', '.join(switch.sources)})" if switch.sources else ""
    yield "#"
    for line in textwrap.wrap(f"{reason}{sources}".strip(), _WIDTH):
        yield f"#   ## {line}"
    allowed = f"  # {' | '.join(switch.allowed)}" if switch.allowed else ""
    yield f"#   {switch.id}: {_flow(switch.value)}{allowed}"


def _flow(value: Any) -> str:
    """Write a value as YAML in one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    if value is None:
        return "null"
    text = as_text(value)
    return text if not isinstance(value, str) or re.fullmatch(r"[\w.-]+", text) else _quoted(text)

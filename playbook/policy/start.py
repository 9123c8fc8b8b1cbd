"""A new client: a policy.yaml that shows all that may be changed, a table of its own with worked examples, and what to fill in."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playbook.policy.effective import as_text
from playbook.policy.layers import PATCH_COLUMNS
from playbook.policy.model import Policy, Switch
from playbook.text import LANGUAGES

NAME = re.compile(r"(?=.{1,60}\Z)[^\W_][\w-]*(\.[\w-]+)*\Z")
"""What a client may be called: a folder's name in letters, digits, hyphens and dots."""

_WIDTH = 108


@dataclass(frozen=True)
class Start:
    """What is known of a client on the first morning; what is not known yet is to be filled in."""

    extends: tuple[str, ...] = ("base",)
    languages: tuple[str, ...] = ()
    currency: str = ""
    timezone: str = ""
    jurisdiction: str = ""
    calendar: str = ""


def new_client(name: str, base: Policy, start: Start) -> dict[str, str]:
    """Return the files of a new client, by name: they can be read and checked at once."""
    return {
        "policy.yaml": new_policy(name, base, start),
        "authority.patch.csv": _ladder(base),
        "remedy.table.yaml": _TABLE.replace("XXX", start.currency or "XXX"),
        "remedy.csv": _ROWS,
        "cases.yaml": _CASES,
    }


def to_fill_in(policy: Policy) -> tuple[str, ...]:
    """Return what a client's policy does not say yet, each with its file and key, and what happens without it."""
    brand, out = policy.brand, []
    if policy.currency == "XXX":
        out.append("policy.yaml, currency: no sum can be offered without it")
    if policy.timezone == "UTC":
        out.append("policy.yaml, timezone: times in texts are in UTC")
    if not policy.jurisdiction:
        out.append(
            "policy.yaml, jurisdiction: no law applies, and counsel's limits on apologies are not known"
        )
    if not policy.calendar:
        out.append("policy.yaml, calendar: only weekends are no business days")
    if not policy.in_force_from:
        out.append("policy.yaml, in_force_from: nobody can tell since when this holds")
    own = {switch.origin.layer for switch in policy.switches.values()}
    if policy.layers[-1] not in own:
        out.append(
            "policy.yaml, switches: all are those of the layers below; decide on leader_statement_when at least"
        )
    for key, what in (("line", "a telephone line"), ("email", "an address"), ("url", "a page")):
        if not brand.contact.get(key):
            out.append(f"policy.yaml, contact.{key}: texts give customers no way to reach us by {what}")
    if "leader" not in brand.signatories:
        out.append("policy.yaml, signatories.leader: statements are signed with the company's name only")
    for language in policy.languages:
        if not brand.value.get(language):
            out.append(f"policy.yaml, brand.value.{language}: no sentence of what you stand for")
        if brand.name.get(language) == policy.name:
            out.append(f"policy.yaml, brand.name.{language}: it is still the name of the folder")
    for rung in policy.authority:
        if rung.ceiling is not None and rung.ceiling.minor == 0:
            out.append(
                f"authority.patch.csv, {rung.role}.ceiling: the {rung.label.get('en', rung.role)} may grant no money"
            )
    if policy.options and all(option.origin.layer == "base" for option in policy.options):
        out.append(
            "options.csv: customers choose from base's options; write your own with what each is worth"
        )
    return tuple(out)


def fill_in_list(name: str, items: Sequence[str]) -> str:
    """Return the text of FILL-IN.md."""
    lines = [
        f"# To fill in: {name}",
        "",
        "Work through this list, then delete it. After each change: `playbook policy check " + name + "`.",
        "",
        *(f"- [ ] {item}" for item in items),
        "- [ ] remedy.csv: replace the example rows by what you really offer, to whom",
        "- [ ] cases.yaml: for each row, one case that really happened and what was right for it",
        "- [ ] wording/: a phrase of your own only where the base's is not your voice (`docs/wording.md`)",
        "",
        "Then: `playbook policy diff " + name + "`, and have the owner of each amount sign the handbook "
        "(`playbook policy handbook " + name + "`).",
    ]
    return "\n".join(lines) + "\n"


def _ladder(base: Policy) -> str:
    lines = [",".join(PATCH_COLUMNS)]
    for rung in base.authority:
        ceiling = "unlimited" if rung.ceiling is None else str(rung.ceiling.decimal.normalize())
        if ceiling != "unlimited":
            lines.append(
                f"set,{rung.role},ceiling,{ceiling},{ceiling},to fill in: what this role may grant,,,"
            )
    return "\n".join(lines) + "\n"


_TABLE = """# Which options a customer may choose from. An example that works: put your own questions and rows in its place.
table: remedy
title: {en: Options for customers, zh-Hant: 給客人的補救方案, zh-Hans: 给顾客的补救方案}
line: options
basis: goodwill
hit_policy: COLLECT
currency: XXX
inputs:
  unusable:
    type: bool
    required: true
    labels:
      en: {name: whether they could not use what they paid for}
      zh-Hant: {name: 付錢買的東西是不是沒辦法用}
      zh-Hans: {name: 付钱买的东西是不是没法用}
  price: {type: money, raw: true, labels: {en: {name: the price paid}, zh-Hant: {name: 付的金額}, zh-Hans: {name: 付的金额}}}
"""
_ROWS = """id,unusable,outcome,option,kind,source,rationale,why_zh_hant,why_zh_hans,why_en
remedy.refund,true,pay,refund,option,to fill in,of no use to them,付錢買的東西沒辦法用,付钱买的东西没法用,what they paid for could not be used
remedy.replacement,true,pay,replacement,option,to fill in,of no use to them,付錢買的東西沒辦法用,付钱买的东西没法用,what they paid for could not be used
remedy.first,false,pay,first_in_line,option,to fill in,usable but not what was promised,東西能用，但和說好的不一樣,东西能用，但和说好的不一样,it could be used but was not what was promised
remedy.correction,false,pay,correction,option,to fill in,usable but not what was promised,東西能用，但和說好的不一樣,东西能用，但和说好的不一样,it could be used but was not what was promised
"""
_CASES = """# Worked examples: `playbook policy check` runs them, and names the rows that none of them reaches.
- id: unusable
  table: remedy
  origin: ours
  given: {unusable: true, price: 100}
  expect: {outcome: priced}
- id: usable
  table: remedy
  origin: ours
  given: {unusable: false, price: 100}
  expect: {outcome: priced}
"""


def new_policy(name: str, base: Policy, start: Start) -> str:
    """Return the text of a new client's policy.yaml."""

    def line(key: str, value: str, hint: str) -> str:
        return f"{key}: {value}" if value else f"# {key}: {hint}"

    lines = [
        "# The policy of one client: what differs from the layers below. `playbook policy check` says what is wrong,",
        "# `playbook policy show` what is in force and where it comes from.",
        "# Layers, lowest first: base, then statutes/…, sectors/… (see `playbook policy list`).",
        f"extends: [{', '.join(start.extends)}]",
        f"languages: [{', '.join(start.languages or base.languages)}]",
        f"currency: {start.currency or 'XXX'}  # ISO 4217: TWD, CNY, USD. While it is XXX, no sum can be offered",
        f"timezone: {start.timezone or 'UTC'}  # IANA: Asia/Taipei, Asia/Shanghai, Europe/London",
        line("jurisdiction", start.jurisdiction, "TW  # whose law applies: TW, CN, US-CA"),
        line("calendar", start.calendar, "TW  # whose holidays count"),
        "# in_force_from: 2026-01-01",
        "# size: 6 stores",
        "brand:",
        "  name: {" + ", ".join(f"{language}: {_quoted(name)}" for language in LANGUAGES) + "}",
        "  # short_name: {en: …}",
        "  # value: {en: one sentence of what you stand for}",
        "  # letterhead:  # of letters and statements; what is not given is not printed",
        "  #   legal_name: {en: …}",
        "  #   address: {en: …}",
        "  #   phone: 04-0000-2101",
        "  #   number: …  # of registration or tax",
        "  #   logo: logo.png  # a PNG or JPEG beside this file",
        "# contact: {line: 04-0000-2101, email: help@example.com, url: https://example.com/help}",
        "# signatories:",
        "#   leader: {name: {en: …}, title: {en: General Manager}, honorific: mr}",
        "# glossary: {order: {en: booking}}  # how the client calls things",
        "# banned_words: {en: [inconvenience]}  # added to those of the layers below",
        "",
        "# Beside this file: authority.patch.csv (who may grant what), remedy.table.yaml with remedy.csv (who may choose from",
        "# what), cases.yaml (worked examples). Where needed: options.csv (your own remedies), clocks.patch.csv, steps.patch.csv,",
        "# more tables (docs/tables.md), patches of tables below, wording/<language>/, rules/.",
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

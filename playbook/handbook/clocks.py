"""Clocks in words: what is due, how long it may take, from when, by whose rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from playbook.documents import Block, Heading, Paragraph, table, text
from playbook.documents.written import joined, local
from playbook.handbook.words import dates, listed, quiet, strong, word
from playbook.messages import has, say
from playbook.offers.worded import spaced
from playbook.policy.model import ClockRule, Policy
from playbook.text import Language

_UNITS = {"calendar_days": "day"}
"""Messages that count a unit, where they are not called after it."""


def clock_rules(policy: Policy) -> tuple[ClockRule, ...]:
    """Return the clocks, with the minutes of the switches that the client changed."""
    return tuple(_with_switch(rule, policy) for rule in policy.clocks)


def _with_switch(rule: ClockRule, policy: Policy) -> ClockRule:
    base, _, key = rule.id.partition(".")
    switch = policy.switches.get(f"{base}_minutes")
    if switch is None or switch.value == switch.default or rule.unit != "minutes":
        return rule
    minutes = switch.value.get(key) if isinstance(switch.value, Mapping) else switch.value
    return rule if minutes is None else replace(rule, period=int(minutes))


def period(rule: ClockRule, language: Language) -> str:
    """Return how long a clock may run: 30 minutes, 7 days."""
    name = _UNITS.get(rule.unit, rule.unit.removesuffix("s"))
    return say(f"explained.{name if rule.period == 1 else name + 's'}", language, n=f"{rule.period:,}")


def point(name: str, language: Language) -> str:
    """Return the name of a point in time, as it stands after "from"."""
    return (
        say(f"handbook.point_{name}", language) if has(f"handbook.point_{name}") else name.replace("_", " ")
    )


def by_when(clock: str, policy: Policy, language: Language) -> str:
    """Return by when a step is due: its clock's period, and what the clock runs from; nothing without a clock."""
    rule = next((rule for rule in clock_rules(policy) if rule.id == clock), None)
    return due_in_words(rule, language) if rule else ""


def due_in_words(rule: ClockRule, language: Language) -> str:
    """Return by when a clock wants something: its period, and what it runs from."""
    key = "every" if rule.repeats else "within"
    told = {"from": point(rule.starts_from, language), "period": period(rule, language)}
    return word(key, language, **told)


def clock_notes(rule: ClockRule, language: Language) -> str:
    """Return what else must be known of a clock: whose working days, whether it pauses, where it applies."""
    notes = []
    if rule.calendar and rule.unit == "business_days":
        notes.append(word("days_of", language, calendar=rule.calendar))
    if rule.ends_at:
        notes.append(word("ends_at", language, time=f"{rule.ends_at:%H:%M}"))
    if rule.cut_off:
        notes.append(word("cut_off", language, time=f"{rule.cut_off:%H:%M}"))
    if rule.pausable:
        notes.append(word("pausable", language))
    if rule.jurisdictions:
        notes.append(word("only_in", language, where=listed(rule.jurisdictions, language)))
    return spaced(say("explained.between", language).join(notes), language)


def clocks(policy: Policy, language: Language) -> tuple[Block, ...]:
    """Return every clock with its period, start and end, what it is, and its source; nothing without clocks."""
    if not policy.clocks:
        return ()
    rows = []
    for rule in clock_rules(policy):
        stop = word("until_then", language, point=point(rule.met_by, language)) if rule.met_by else ""
        inside = dates(rule.start, rule.end, language)
        about = [word(f"level_{rule.level}", language), inside, rule.source]
        how = [strong(due_in_words(rule, language)), text(stop), quiet(clock_notes(rule, language))]
        how.append(quiet(" · ".join(part for part in about if part)))
        how.append(quiet(rule.note))
        rows.append((local(rule.label, language), joined(how, "\n")))
    heads = [word(key, language) for key in ("clock", "period")]
    return (
        Heading(2, word("clocks", language)),
        Paragraph(text(word("clocks_lead", language))),
        table(heads, rows, row_heads=True),
    )

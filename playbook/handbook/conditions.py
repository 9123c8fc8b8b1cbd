"""Conditions of the playbook as clauses: when a step applies, when a side track opens."""

from __future__ import annotations

from collections.abc import Mapping

from playbook.documents.written import plain
from playbook.handbook.switches import about, value_in_words
from playbook.handbook.words import named, stage, word
from playbook.messages import has, say
from playbook.offers.worded import spaced
from playbook.policy.model import Condition, Policy
from playbook.policy.vocabulary import SWITCH_PREFIX
from playbook.text import Language

_AS_IN_PACKS = {
    "kind": "kind", "mode": "mode", "fault_status": "fault", "language": "language", "recurrence": "recurrence",
    "measure_state": "action", "strategy": "strategy", "depth": "depth", "timing": "timing",
}  # fmt: skip
"""Fields whose values packs have words for, and the group of messages that holds them."""


def in_words(condition: Condition, policy: Policy, language: Language) -> str:
    """Return a condition as one clause; nothing for a condition that always holds."""
    clauses = [_clause(name, values, policy, language) for name, values in condition.any_of.items()]
    return spaced(word("and", language).join(clauses), language)


def _clause(name: str, values: tuple[str, ...], policy: Policy, language: Language) -> str:
    if name.startswith(SWITCH_PREFIX):
        return _switch(name.removeprefix(SWITCH_PREFIX), values, policy, language)
    if name.startswith("has_") and has(f"situation.{name}"):
        thing = say(f"situation.{name}", language)
        forms = {"yes": "recorded", "no": "not_recorded"}
        return _or(
            [say(f"situation.{forms[v]}", language, thing=thing) for v in values if v in forms], language
        )
    if has(f"situation.yes_{name}"):
        return _or([_answer(name, value, language) for value in values], language)
    shown = _or([_value(name, value, policy, language) for value in values], language)
    if has(f"situation.is_{name}"):
        return say(f"situation.is_{name}", language, values=shown)
    return say("situation.other_field", language, field=name, values=shown)


def _or(words: list[str], language: Language) -> str:
    return say("situation.or", language).join(words)


def _answer(name: str, value: str, language: Language) -> str:
    if value in ("yes", "no"):
        return say(f"situation.{value}_{name}", language)
    return say("situation.unknown", language, clause=say(f"situation.yes_{name}", language))


def _value(name: str, value: str, policy: Policy, language: Language) -> str:
    if name in _AS_IN_PACKS:
        return named(_AS_IN_PACKS[name], value, language)
    labels = _labels(name, policy)
    if value in labels:
        return labels[value][language] if language in labels[value] else plain(labels[value], language)
    if name == "stage":
        return stage(value, policy, language)
    if name == "impact" and has(f"situation.impact_{value}"):
        return say(f"situation.impact_{value}", language)
    if name == "setting" and has(f"form.choice_setting_{value}"):
        return say(f"form.choice_setting_{value}", language)
    for key in (f"situation.value_{name}_{value}", f"situation.value_{value}"):
        if has(key):
            return say(key, language)
    return value


def _labels(name: str, policy: Policy) -> Mapping[str, Mapping[str, str]]:
    """Return the client's own labels for the values of a field that has them."""
    match name:
        case "channel":
            return {channel.id: channel.label for channel in policy.channels.values()}
        case "track":
            return {track.id: track.label for track in policy.tracks}
        case "cluster":
            return {cluster.id: cluster.label for cluster in policy.clusters}
        case "clock_breached":
            return {clock.id: clock.label for clock in policy.clocks}
    return {}


def _switch(name: str, values: tuple[str, ...], policy: Policy, language: Language) -> str:
    base, _, _ = name.partition(".")
    known = policy.switches.get(base)
    shown = [value_in_words(known, value, language) if known and base == name else value for value in values]
    return say("situation.switch_is", language, about=about(base, language), value=_or(shown, language))

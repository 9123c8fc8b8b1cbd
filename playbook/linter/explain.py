"""Explain one rule: what it is, why, how to write it instead, what it finds, what it leaves alone, where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from playbook.errors import InputError, Problem
from playbook.linter.rules import RULES
from playbook.messages import say
from playbook.messages.printable import one_line
from playbook.sources import read_yaml
from playbook.text import LANGUAGES, Language

OF_THE_RECORD: dict[str, str] = {
    "inconsistent-facts": "not_on_record", "unauthorised-promise": "unrecorded_promise",
    "unverified-cause-as-fact": "unverified_cause", "pii-leak": "private_data", "missing-contact": "toll_free",
    "money-first": "money_in_first_reply", "too-long": "too_long", "banned-word": "banned_word",
    "glossary": "agree.term", "inconsistent-blame": "agree.blame", "edited-in-one-language": "agree.edited",
    "inconsistent-wording": "likeness.reworded",
}  # fmt: skip
"""Rules that look at the incident's record (`--incident`) -> the message (of `checks`, where none is named) that words them."""


def rule_files() -> dict[str, Path]:
    """Return the file of every shipped rule, by its id."""
    return {
        path.stem: path
        for path in sorted(RULES.rglob("*.yaml"))
        if path.relative_to(RULES).parts[0] not in ("fragments", "parts") and path.parent != RULES
    }


def explain(rule: str, languages: Sequence[Language] = LANGUAGES) -> str:
    """Return everything about a rule, in these languages. Raises InputError for an id that does not exist."""
    files = rule_files()
    if rule not in files and rule not in OF_THE_RECORD:
        known = sorted({*files, *OF_THE_RECORD})
        close = get_close_matches(rule, known, n=1)
        remedy = f"Did you mean {close[0]}?" if close else "Copy the id from a finding."
        raise InputError([Problem("--explain", 0, 0, "", repr(rule), "one of " + ", ".join(known), remedy)])
    lines = list(_of_file(files[rule], languages)) if rule in files else [rule]
    if rule in OF_THE_RECORD:
        lines += ["", "With --incident, the text is compared with the record, too:"]
        lines += [f"  {code}: {_record_reason(OF_THE_RECORD[rule], code)}" for code in languages]
    return "\n".join(lines)


def _record_reason(name: str, language: Language) -> str:
    from playbook.messages import has

    name = name if "." in name else f"checks.{name}"
    key = f"{name}_why" if has(f"{name}_why") else name
    template = say(key, language, **dict.fromkeys(_SLOTS, "…"))
    return one_line(template)


_SLOTS = (
    "match",
    "nearest",
    "right",
    "missing",
    "role",
    "status",
    "line",
    "limit",
    "length",
    "place",
    "other",
)


def _of_file(path: Path, languages: Sequence[Language]) -> Iterator[str]:
    data, _ = read_yaml(path)
    yield f"{data['id']} ({data['level']}): {one_line(str(data.get('title', '')))}"
    changed = ", ".join(f"{level} in {kind}" for kind, level in (data.get("levels") or {}).items())
    if changed:
        yield f"  level: {changed}"
    for key, words in (
        ("kinds", "only in"),
        ("not_kinds", "not in"),
        ("audiences", "only for readers who are"),
    ):
        if data.get(key):
            yield f"  {words}: {', '.join(data[key])}"
    for language in languages:
        yield ""
        yield from _in_language(data["languages"].get(language) or {}, language)
    yield ""
    yield "sources:"
    for source in data.get("sources") or ():
        yield f"  {_source(source)}"


def _in_language(local: dict[str, Any], language: Language) -> Iterator[str]:
    if "none" in local or not local:
        yield f"{language}: no such rule. {one_line(str(local.get('none') or ''))}".rstrip()
        return
    yield f"{language}: {one_line(str(local['message']))}"
    yield f"  {say('check.why', language)}: {one_line(str(local['why']))}"
    yield f"  {say('check.fix', language)}: {one_line(str(local['fix']))}"
    for key, sign in (("must_match", "✗"), ("must_not_match", "✓")):
        for example in local.get(key) or ():
            yield f"  {sign} {one_line(str(example))}"


def _source(source: object) -> str:
    if not isinstance(source, dict):
        return one_line(str(source))
    return one_line(", ".join(str(value) for value in source.values() if value not in (None, "")))

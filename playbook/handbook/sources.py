"""The index at the end: which rule (S-id) or law is used where in the handbook."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from playbook.documents import Block, Heading, Paragraph, Runs, table, text
from playbook.documents.written import plain
from playbook.handbook.words import listed, strong, word
from playbook.offers import tables_of
from playbook.policy.model import Policy
from playbook.text import Language

_RULE = re.compile(r"(?<![\w-])(?:S[0-9]-[0-9]{2}|C-[0-9]{2})(?![\w/-])")


def sources(policy: Policy, language: Language) -> tuple[Block, ...]:
    """Return two tables: rules by id, laws and other documents by name; each with where it is used."""
    rules: dict[str, dict[str, None]] = {}
    others: dict[str, dict[str, None]] = {}
    for source, place in _uses(policy, language):
        for rule in _RULE.findall(source):
            rules.setdefault(rule, {})[place] = None
        for other in _others(source):
            others.setdefault(other, {})[place] = None
    blocks: list[Block] = [
        Heading(2, word("sources", language)),
        Paragraph(text(word("sources_lead", language))),
    ]
    for found, title, columns in ((rules, "rules_index", 3), (others, "laws_index", 1)):
        if found:
            entries = [_entry(name, found[name], language) for name in sorted(found, key=_in_order)]
            blocks += [Heading(3, word(title, language)), _beside(entries, columns)]
    return tuple(blocks) if len(blocks) > 2 else ()


def _entry(name: str, places: Iterable[str], language: Language) -> Runs:
    return (*strong(name), *text(f"  {listed(places, language)}"))


def _beside(entries: list[Runs], columns: int) -> Block:
    """Return entries in columns, to be read down."""
    height = -(-len(entries) // columns)
    cells = [entries[at * height : (at + 1) * height] for at in range(columns)]
    return table([""] * columns, zip_longest(*cells, fillvalue=()))


def _others(source: str) -> Iterator[str]:
    for piece in source.split(";"):
        rest = _RULE.sub("", piece).partition(", Art")[0].strip(" ,;")  # a law is looked up, not its articles
        if rest:
            yield rest


def _in_order(name: str) -> tuple[str, int, str]:
    head, _, number = name.rpartition("-")
    return (head, int(number), name) if number.isdigit() and _RULE.fullmatch(name) else (name, 0, name)


def _uses(policy: Policy, language: Language) -> Iterator[tuple[str, str]]:
    """Yield every source with the chapter that uses it."""
    for step in policy.steps:
        yield " ".join(step.sources), step.stage
    for track in policy.tracks:
        if track.id != "standard":
            yield " ".join(track.sources), track.id
    chapters: list[tuple[str, Iterable[str]]] = [
        ("clocks", (rule.source for rule in policy.clocks)),
        ("severity", (rule.source for rule in policy.severity)),
        ("options", (row.source for row in policy.options)),
        ("switches", (" ".join(switch.sources) for switch in policy.switches.values())),
        (
            "before_you_answer",
            (" ".join(n.sources) for n in policy.notes if n.kind in ("card", "attitude", "care")),
        ),
    ]
    for key, found in chapters:
        for source in found:
            yield source, word(key, language)
    for one in tables_of(policy).values():
        for row in one.rows:
            yield row.source, plain(one.title, language) or one.name

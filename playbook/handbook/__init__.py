"""A client's policy as a handbook to print: the first hour, the playbook, the tables, the voice, in each language.

    document = handbook(read_policy("island-air", find_workspace()), "en")

The same policy gives the same bytes. It is an internal document: a text that is missing in a language is shown in
another one, marked, and every page bears the internal stamp.
"""

from __future__ import annotations

from itertools import zip_longest

from playbook.documents import Block, Callout, Document, Heading, Paragraph, Run, table, text
from playbook.documents.written import local, plain
from playbook.handbook.authority import authority, severity
from playbook.handbook.clocks import clocks
from playbook.handbook.compensation import compensation, entitlements, options
from playbook.handbook.sources import sources
from playbook.handbook.steps import first_hour, playbook, side_tracks
from playbook.handbook.switches import switches
from playbook.handbook.voice import before_you_answer, voice
from playbook.handbook.words import listed, named, pairs, quiet, word
from playbook.messages import say
from playbook.policy.model import Policy
from playbook.text import Language, format_date
from playbook.times import Moment

SHORT = 12
"""Characters of the policy's hash that the pages bear: enough to tell versions apart."""


def handbook(policy: Policy, language: Language, *, contents: bool = False) -> Document:
    """Return the handbook of a policy in a language; with `contents` it lists its chapters (a web page does so itself)."""
    client = plain(policy.brand.name, language) or word("somebody", language)
    chapters = (
        *first_hour(policy, language),
        *before_you_answer(policy, language),
        *playbook(policy, language),
        *side_tracks(policy, language),
        *clocks(policy, language),
        *severity(policy, language),
        *authority(policy, language),
        *compensation(policy, language),
        *options(policy, language),
        *entitlements(policy, language),
        *switches(policy, language),
        *voice(policy, language),
        *sources(policy, language),
    )
    title = word("title", language, client=client)
    blocks = [Heading(1, title), *_title_page(policy, language)]
    if contents:
        blocks += [Paragraph((Run(word("contents", language), strong=True),)), _contents(chapters)]
    since = policy.in_force_from
    return Document(
        title=title,
        language=language,
        blocks=(*blocks, *chapters),
        head=say("pack.stamp_internal", language),
        foot=word("foot", language, client=client, fingerprint=policy.sha256[:SHORT]),
        as_of=Moment.parse(since.isoformat()) if since else None,
    )


def _contents(chapters: tuple[Block, ...]) -> Block:
    """Return the names of the chapters in two columns, to be read down: they fit on the first page."""
    names = [b.text for b in chapters if isinstance(b, Heading) and b.level == 2]
    half = -(-len(names) // 2)
    return table(["", ""], zip_longest(names[:half], names[half:], fillvalue=""))


def _title_page(policy: Policy, language: Language) -> list[Block]:
    since = policy.in_force_from
    place = f"{policy.timezone} · {policy.calendar}" if policy.calendar else policy.timezone
    blocks: list[Block] = [Paragraph(text(word("lead", language)), "lead")]
    blocks.append(
        pairs(
            [
                (word("client", language), local(policy.brand.name, language)),
                (word("size", language), policy.brand.size),
                (word("what_we_stand_for", language), local(policy.brand.value, language)),
                (word("in_force_from", language), format_date(since, language, year=True) if since else word("not_written", language)),
                (word("languages", language), listed((named("language", code, language) for code in policy.languages), language)),
                (word("jurisdiction", language), policy.jurisdiction),
                (word("currency", language), policy.currency),
                (word("timezone", language), place),
                (word("built_on", language), " → ".join(policy.layers)),
                (word("fingerprint", language), quiet(policy.sha256)),
            ]
        )
    )  # fmt: skip
    blocks.append(Callout("note", word("not_advice", language)))
    return blocks


__all__ = ["handbook"]

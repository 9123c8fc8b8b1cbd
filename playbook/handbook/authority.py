"""Severity and authority: how grave a case is, who speaks, and who may grant what."""

from __future__ import annotations

from playbook.documents import Block, Heading, Paragraph, text
from playbook.documents.written import local, plain
from playbook.handbook.conditions import in_words
from playbook.handbook.words import dates, filled, listed, money, quiet, remedy_kind, word, yes
from playbook.messages import has, say
from playbook.policy.authority import ladder
from playbook.policy.model import Condition, Policy, Rung, SeverityRule
from playbook.text import Language


def severity(policy: Policy, language: Language) -> tuple[Block, ...]:
    """Return what makes a case how grave, and whether the leader then speaks; the gravest first."""
    if not policy.severity:
        return ()
    rules = sorted(policy.severity, key=lambda rule: rule.severity)
    rows = [
        (
            rule.severity,
            _touches(rule, policy, language),
            yes(rule.leader_speaks, language),
            quiet(rule.source),
        )
        for rule in rules
    ]
    heads = [word(key, language) for key in ("severity", "impact", "leader_speaks", "source")]
    return (
        Heading(2, word("severity", language)),
        Paragraph(text(word("severity_lead", language))),
        filled(heads, rows, row_heads=True),
    )


def _touches(rule: SeverityRule, policy: Policy, language: Language) -> str:
    name, equals, values = rule.impact.partition("=")
    if equals:
        return in_words(Condition({name: tuple(values.split("|"))}), policy, language)
    key = f"situation.impact_{rule.impact}"
    called = say(key, language) if has(key) else rule.impact
    parts = []
    if rule.level is not None:
        parts.append(word("impact_level", language, impact=called, level=rule.level))
    if rule.affected_at_least is not None:
        parts.append(word("impact_count", language, count=f"{rule.affected_at_least:,}"))
    return word("and", language).join(parts) or called


def authority(policy: Policy, language: Language) -> tuple[Block, ...]:
    """Return the ladder: each rung with its ceilings, what it may grant, and who else stands on it."""
    if not policy.authority:
        return ()
    limited = any(rung.remedies for rung in policy.authority)
    rows = [
        (
            local(rung.label, language),
            _ceiling(rung, language),
            money(rung.cumulative_ceiling, language),
            _remedies(rung, language) if limited else "",
            _also(rung, policy, language),
            yes(rung.public, language),
            yes(rung.needs_second, language),
            dates(rung.start, rung.end, language),
        )
        for rung in ladder(policy)
    ]
    keys = (
        "role",
        "ceiling",
        "ceiling_in_all",
        "remedies",
        "roles_on_rung",
        "in_public",
        "second",
        "in_force",
    )
    blocks: list[Block] = [
        Heading(2, word("authority", language)),
        Paragraph(text(word("authority_lead", language))),
        filled([word(key, language) for key in keys], rows, row_heads=True),
    ]
    outside = [plain(r.label, language) for r in policy.roles.values() if not r.rung]
    if outside:
        blocks.append(Paragraph(text(word("outside_ladder", language, who=listed(outside, language)))))
    return tuple(blocks)


def _ceiling(rung: Rung, language: Language) -> str:
    if rung.ceiling is None:
        return say("pack.unlimited", language)
    return money(rung.ceiling, language) if rung.ceiling.minor else word("no_money", language)


def _remedies(rung: Rung, language: Language) -> str:
    if not rung.remedies:
        return word("every_remedy", language)
    return listed((remedy_kind(kind, language) for kind in rung.remedies), language)


def _also(rung: Rung, policy: Policy, language: Language) -> str:
    own = set(rung.label.values())
    names = [
        plain(role.label, language)
        for role in policy.roles.values()
        if role.rung == rung.role and role.id != rung.role and not own & set(role.label.values())
    ]
    return listed(names, language)

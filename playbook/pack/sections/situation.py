"""What happened: the head of every document, the situation, the facts, the fault over time, the timeline."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from playbook import charts
from playbook.documents import Block, Callout, Heading, Image, List, Paragraph, Run, Runs, table, text
from playbook.documents.blocks import Mark
from playbook.documents.written import joined, local, plain
from playbook.errors import EnvironmentLacks
from playbook.incident.model import Person
from playbook.pack.case import Case
from playbook.pack.words import duration, marked, money, named, when, word
from playbook.policy.model import Policy
from playbook.text import Language
from playbook.times import Moment

FACT_MARKS: dict[str, Mark] = {
    "confirmed": "good", "claimed": "warn", "disputed": "warn", "refuted": "bad", "retracted": "bad", "unknown": "quiet",
}  # fmt: skip
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]")
_SAID = frozenset({"signal", "communication", "progress"})


def drawing(draw: Callable[[], Image]) -> tuple[Block, ...]:
    """Return a chart, or what this machine lacks to draw it."""
    try:
        return (draw(),)
    except EnvironmentLacks as error:
        return (Callout("warn", str(error)),)


def pairs(rows: Iterable[tuple[str, Runs | str]], *, caption: str = "") -> tuple[Block, ...]:
    """Return a table of names and values, without those that have no value."""
    filled = [(name, value) for name, value in rows if value]
    return (table(["", ""], filled, caption=caption, row_heads=True),) if filled else ()


def title(case: Case, key: str) -> tuple[Block, ...]:
    """Return the title of a document and what every reader must know first: whose, as of when, how grave, for whom."""
    language, incident = case.language, case.incident
    name = plain(incident.title or incident.what_happened, language)
    severity = case.assessment.severity
    blocks: list[Block] = [
        Heading(1, f"{word(key, language)}：{name}" if language != "en" else f"{word(key, language)}: {name}")
    ]
    notes = []
    if incident.invented:
        notes.append(text(word("invented", language)))
    if incident.mode != "live":
        notes.append(text(named("mode", incident.mode, language)))
    if notes:
        blocks.append(Callout("note", word("about_this_incident", language), tuple(notes)))
    blocks += pairs(
        [
            (word("reference", language), incident.reference),
            (word("client", language), local(case.policy.brand.name, language)),
            (word("as_of", language), f"{when(case.as_of, incident.timezone, language)} ({incident.timezone})"),
            (word("severity", language), marked(severity.level, "bad" if severity.level == "SEV-1" else "warn" if severity.level == "SEV-2" else "quiet")),
            (word("kind", language), named("kind", incident.kind, language)),
            (word("languages", language), "、".join(named("language", code, language) for code in case.languages) if language != "en" else ", ".join(named("language", code, language) for code in case.languages)),
            (word("policy", language), case.policy.name),
        ]
    )  # fmt: skip
    return tuple(blocks)


def role_name(role: str | None, policy: Policy, language: Language) -> Runs:
    """Return what the policy calls a role, else the role as it is written."""
    rung = next((rung for rung in policy.authority if rung.role == role), None)
    return (local(rung.label, language) if rung else ()) or text(role or "")


def person(someone: Person | None, case: Case) -> Runs:
    """Return a person with title or role."""
    if someone is None:
        return ()
    name = local(someone.name, case.language)
    post = local(someone.title, case.language) or role_name(someone.role, case.policy, case.language)
    return joined([name, post], " · ")


def situation(case: Case) -> tuple[Block, ...]:
    """Return what happened in words, what was expected, whom it reached, what people should do, and what is not known."""
    incident, language = case.incident, case.language
    blocks: list[Block] = [
        Heading(2, word("situation", language)),
        Paragraph(local(incident.what_happened, language), "lead"),
    ]
    signal = incident.signal
    if signal and signal.verbatim:
        blocks.append(Paragraph((Run(signal.verbatim, language=signal.verbatim_language),), "quote"))
    loss = joined(
        [text(f"{kind} {money(amount, language)}") for kind, amount in incident.losses.items()], "；"
    )
    affected = f"{incident.affected_count:,}" if incident.affected_count is not None else ""
    blocks += pairs(
        [
            (word("expectation", language), local(incident.expectation, language)),
            (word("reality", language), local(incident.reality, language)),
            (word("effect_on_customer", language), local(incident.effect_on_customer, language)),
            (word("core_need", language), local(incident.intake.core_need if incident.intake else None, language)),
            (word("affected", language), joined([text(affected), local(incident.affected_group, language)], " · ")),
            (word("losses", language), loss),
            (word("signal", language), _signal(case)),
            (word("brand_promise", language), local(incident.brand_promise, language)),
            (word("handler", language), person(incident.handler, case)),
            (word("next_update", language), when(incident.next_update_at, incident.timezone, language) if incident.next_update_at else ""),
        ]
    )  # fmt: skip
    for key, items in (
        ("do_now", incident.do_now),
        ("doing_now", incident.doing_now),
        ("unknowns", incident.unknowns),
    ):
        if items:
            blocks += [Heading(3, word(key, language)), List(tuple(local(item, language) for item in items))]
    return tuple(blocks)


def _signal(case: Case) -> Runs:
    signal, language = case.incident.signal, case.language
    if signal is None:
        return ()
    known = case.policy.channels.get(signal.channel or "")
    channel = local(signal.channel_name, language) or (
        local(known.label, language) if known else text(signal.channel or "")
    )
    author = text(signal.author.display_name) if signal.author and signal.author.display_name else ()
    at = text(when(signal.at, case.incident.timezone, language)) if signal.at else ()
    before = (
        text(word("contacts_before", language, count=len(signal.prior_contacts)))
        if signal.prior_contacts
        else ()
    )
    return joined([at, channel, author, before], " · ")


def recorded(value: str | None, zone: str) -> str:
    """Return a fact's value; a time is shown as other times are."""
    if value is None or not _TIME.match(value):
        return value or ""
    try:
        return f"{Moment.parse(value).local(zone):%Y-%m-%d %H:%M}"
    except ValueError:
        return value


def facts(case: Case) -> tuple[Block, ...]:
    """Return every fact with its status and source, and the figures that follow from them."""
    incident, language = case.incident, case.language
    blocks: list[Block] = [Heading(2, word("facts", language))]
    if not incident.facts:
        return (*blocks, Paragraph(text(word("no_facts", language))))
    rows = []
    for fact in incident.facts:
        source = joined([text(fact.source or ""), text(fact.confirmed_by or "")], " · ")
        value = " ".join(part for part in (recorded(fact.value, incident.timezone), fact.unit) if part)
        state = marked(named("fact", fact.status, language), FACT_MARKS[fact.status])
        rows.append(
            (
                fact.id,
                local(fact.text, language),
                value,
                state,
                source,
                named("visibility", fact.visibility, language),
            )
        )
    heads = [word(key, language) for key in ("id", "fact", "value", "status", "source", "may_be_said")]
    blocks.append(table(heads, rows))
    return tuple(blocks)


def fault(case: Case) -> tuple[Block, ...]:
    """Return whose fault it was held to be, and when, with the extent of the apology that follows from it."""
    language, zone = case.language, case.incident.timezone
    history = case.assessment.fault_history
    blocks: list[Block] = [Heading(2, word("fault", language))]
    if history:
        rows = [
            (
                when(entry.at, zone, language) if entry.at else "",
                named("fault", entry.value, language),
                text(entry.by or ""),
                text(entry.note or ""),
            )
            for entry in history
        ]
        blocks.append(table([word(key, language) for key in ("time", "fault_held", "by", "note")], rows))
    else:
        blocks.append(Paragraph(text(named("fault", case.assessment.fault, language))))
    return tuple(blocks)


def timeline(case: Case) -> tuple[Block, ...]:
    """Return words and deeds in order of time, drawn on two lanes."""
    incident, language = case.incident, case.language
    blocks: list[Block] = [Heading(2, word("timeline", language))]
    exact = [row for row in incident.timeline if row.at.exact]
    rough = [row for row in incident.timeline if not row.at.exact]
    if exact:
        points = [
            charts.Happening(
                row.at.local(incident.timezone),
                plain(row.text, language)
                + ("" if row.confidence == "fact" else f" ({named('confidence', row.confidence, language)})"),
                "words" if row.type in _SAID else "deeds",
            )
            for row in exact
        ]
        blocks += drawing(lambda: charts.timeline(points, language))
    if rough:
        rows = [(row.at.raw, local(row.text, language), text(row.source or "")) for row in rough]
        blocks.append(table([word(key, language) for key in ("time", "what", "source")], rows))
    if not incident.timeline:
        blocks.append(Paragraph(text(word("no_timeline", language))))
    return tuple(blocks)


__all__ = ["drawing", "duration", "facts", "fault", "pairs", "person", "situation", "timeline", "title"]

"""Those who watch and those who met the same: bystanders, complaints over time, the same cause before."""

from __future__ import annotations

from playbook import charts
from playbook.documents import Block, Heading, Paragraph, Runs, table, text
from playbook.documents.written import local, plain
from playbook.pack.case import Case
from playbook.pack.sections.situation import drawing, pairs
from playbook.pack.words import when, word


def crowd(case: Case) -> tuple[Block, ...]:
    """Return how many watch and what they ask, complaints over time with our statements, and the same cause before."""
    language = case.language
    blocks = (*_bystanders(case), *_complaints(case), *same_cause(case))
    return (Heading(2, word("crowd", language)), *blocks) if blocks else ()


def _bystanders(case: Case) -> tuple[Block, ...]:
    seen, language, zone = case.incident.bystanders, case.language, case.incident.timezone
    blocks: list[Block] = []
    if seen:
        counts = ("comments", "reposts", "sample", "same_complaint", "negative", "questions", "supportive")
        rows = [(word("seen_at", language), when(seen.as_of, zone, language))] if seen.as_of else []
        rows += [
            (word(f"bystanders_{name}", language), f"{count:,}")
            for name in counts
            if (count := getattr(seen, name)) is not None
        ]
        blocks += pairs(rows)
    if case.incident.bystander_questions:
        asked = [
            (
                local(q.question, language),
                local(q.answer, language) or text(word("not_recorded", language)),
                q.owner or "",
                q.location or "",
            )
            for q in case.incident.bystander_questions
        ]
        heads = [word(key, language) for key in ("asked", "answer", "owner", "where")]
        blocks.append(table(heads, asked, caption=word("bystander_questions", language)))
    return tuple(blocks)


def _complaints(case: Case) -> tuple[Block, ...]:
    incident, language, zone = case.incident, case.language, case.incident.timezone
    times = [
        row.at.local(zone)
        for row in incident.complaints
        if row.at and row.at.exact and row.type == "complaint"
    ]
    if len(times) < 3:
        return ()
    said = [
        (row.at.local(zone), f"{row.kind} · {row.channel}")
        for row in incident.sent
        if row.at.exact and row.audience == "public"
    ]
    return drawing(lambda: charts.volume(times, said, language))


def same_cause(case: Case) -> tuple[Block, ...]:
    """Return the same cause before, drawn and as a table."""
    incident, language = case.incident, case.language
    history = incident.signal.same_cause_history if incident.signal else ()
    if not history:
        return ()
    counts = [(plain(before.label, language), before.count) for before in history]
    if incident.affected_count is not None:
        counts.append((word("this_time", language), incident.affected_count))
    told: list[tuple[Runs | str, ...]] = [
        (
            local(before.label, language),
            f"{before.count:,}",
            *(m.raw if m else "" for m in (before.first_at, before.last_at)),
            local(before.action, language),
        )
        for before in history
    ]
    heads = [
        word("event", language),
        ">" + word("count_of", language),
        *(word(key, language) for key in ("first_at", "last_at", "done_then")),
    ]
    drawn = drawing(lambda: charts.recurrence(counts, case.policy.thresholds.get("*"), language))
    return (
        *drawn,
        table(heads, told, caption=word("same_cause", language)),
        Paragraph(text(word("same_cause_note", language)), "small"),
    )

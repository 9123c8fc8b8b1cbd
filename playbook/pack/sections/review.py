"""The post-incident review, section by section in the order in which it is read; 危機控管 comes last."""

from __future__ import annotations

from collections.abc import Callable

from playbook.documents import Block, Callout, Heading, List, Paragraph, Run, Runs, table, text
from playbook.documents.blocks import Mark
from playbook.documents.written import joined, local, plain
from playbook.messages import has, say
from playbook.pack.case import Case
from playbook.pack.sections import compensation, crowd, decide, response, situation
from playbook.pack.sections.decide import RECURRENCE_MARKS
from playbook.pack.sections.situation import pairs
from playbook.pack.words import (
    duration,
    listed,
    marked,
    money,
    named,
    remark,
    values_in,
    when,
    word,
)  # fmt: skip
from playbook.review import Control
from playbook.text import Language


def said(key: str, language: Language, /, **values: object) -> str:
    """Return a message of the review."""
    return say(f"review.{key}", language, **values)


def kind_of(group: str, value: str, language: Language) -> str:
    """Return the review's word for one value of a closed list."""
    key = f"review.{group}_{value}"
    return say(key, language) if has(key) else value


def summary(case: Case) -> tuple[Block, ...]:
    """Return what it was in a few lines, who owns the review, and what it still lacks."""
    incident, language, zone = case.incident, case.language, case.incident.timezone
    review, stamps = incident.review, incident.timestamps
    broken = local(incident.brand_promise, language)
    blocks: list[Block] = [
        Heading(2, said("summary", language)),
        Paragraph(local(incident.what_happened, language), "lead"),
        Paragraph(text(said("blameless", language)), "small"),
        *pairs(
            [
                (said("owner", language), local(review.owner, language) if review else ()),
                (said("state", language), kind_of("state", review.status if review else "draft", language)),
                (said("meeting", language), when(review.meeting_at, zone, language) if review and review.meeting_at else ""),
                (said("occurred", language), when(stamps.occurred_at, zone, language) if stamps.occurred_at else ""),
                (said("resolved", language), when(stamps.resolved_at, zone, language) if stamps.resolved_at else ""),
                (said("broken_promise_head", language), broken),
            ]
        ),
    ]  # fmt: skip
    if case.review.findings:
        items = tuple(remark(case, finding, "review") for finding in case.review.findings)
        blocks.append(Callout("warn", said("missing", language), items))
    return tuple(blocks)


def impact(case: Case) -> tuple[Block, ...]:
    """Return who was affected, how badly, and what it came to."""
    incident, language = case.incident, case.language
    blocks: list[Block] = [Heading(2, said("impact", language))]
    rows = []
    for i in incident.impacts:
        people = f"{i.people_affected:,}" if i.people_affected is not None else ""
        if people:
            people += f" ({kind_of('count', i.count_status, language)})"
        rows.append((kind_of("impact", i.kind, language), str(i.level), people, local(i.note, language)))
    if rows:
        heads = [said(key, language) for key in ("impact_kind", "impact_level", "impact_people_affected")]
        blocks.append(table([*heads, word("note", language)], rows))
    lost = joined(
        [text(f"{what} {money(m, language)}") for what, m in incident.losses.items()], listed(language)
    )
    count = f"{incident.affected_count:,}" if incident.affected_count is not None else ""
    blocks += pairs(
        [
            (
                word("affected", language),
                joined([text(count), local(incident.affected_group, language)], " · "),
            ),
            (word("effect_on_customer", language), local(incident.effect_on_customer, language)),
            (word("losses", language), lost),
        ]
    )
    blocks.append(Paragraph(text(said("silent", language)), "small"))
    return tuple(blocks)


def people(case: Case) -> tuple[Block, ...]:
    """Return what people said, masked."""
    language = case.language
    blocks: list[Block] = [Heading(2, said("people", language))]
    if not case.review.voices:
        return (*blocks, Paragraph(text(said("no_voices", language))))
    blocks.append(Paragraph(text(said("people_note", language)), "small"))
    for voice in case.review.voices:
        spoken = voice.language or case.incident.language
        blocks.append(Paragraph((Run(voice.text, language=spoken),), "quote"))
    return tuple(blocks)


def timeline(case: Case) -> tuple[Block, ...]:
    """Return words and deeds in order of time, and the stretches in which we said nothing."""
    language, zone = case.language, case.incident.timezone
    blocks = list(situation.timeline(case))
    if case.review.silences:
        rows = [
            (when(s.start, zone, language), when(s.end, zone, language), marked(duration(s.seconds, language), "bad"), str(s.happened))
            for s in case.review.silences
        ]  # fmt: skip
        heads = [word("from", language), *(said(key, language) for key in ("until", "lasted"))]
        blocks.append(
            table([*heads, ">" + said("happened", language)], rows, caption=said("silences", language))
        )
    return tuple(blocks)


def phases(case: Case) -> tuple[Block, ...]:
    """Return detection, response and recovery, each time with its definition, and the limits that were passed."""
    blocks = list(response.measures_of_time(case))
    language = case.language
    blocks[0] = Heading(2, said("phases", language))
    late = [c for c in case.assessment.clocks if c.breached or c.late]
    if late:
        items = tuple(
            joined(
                [
                    local(c.rule.label, language),
                    text(duration(c.late[0].seconds if c.late else c.elapsed_seconds, language)),
                    text(c.rule.source),
                ],
                " · ",
            )
            for c in late
        )
        blocks.append(Callout("bad", said("clocks_breached", language), items))
    return tuple(blocks)


def factors(case: Case) -> tuple[Block, ...]:
    """Return what contributed, by category, and how often the same cause came up before."""
    language, review = case.language, case.incident.review
    blocks: list[Block] = [Heading(2, said("factors", language))]
    if review and review.factors:
        rows = [
            (
                kind_of("category", f.category, language),
                local(f.text, language),
                Run(f.cause_code or "", mark="quiet"),
            )
            for f in review.factors
        ]
        blocks.append(table([said(key, language) for key in ("category", "factor", "cause_code")], rows))
    else:
        blocks.append(Paragraph(text(said("no_factors", language))))
    blocks.append(Paragraph(text(said("factors_note", language)), "small"))
    loop = case.review.loop
    if loop and loop.total:
        first = loop.first_at.raw if loop.first_at else word("not_recorded", language)
        items = [text(said("loop", language, total=f"{loop.total:,}", first=first))]
        if loop.passed:
            items.append(text(said("loop_threshold", language, threshold=str(loop.threshold))))
        blocks.append(Callout("bad", said("loop_head", language), tuple(items)))
        blocks += crowd.same_cause(case)
    return tuple(blocks)


_NEXT_MARKS: dict[str, Mark] = {"kept": "good", "late": "warn", "broken": "bad", "open": "", "none": "quiet"}


def communication(case: Case) -> tuple[Block, ...]:
    """Return each text that went out, against its clock, and whether the next word came as promised."""
    language, zone = case.language, case.incident.timezone
    blocks: list[Block] = [Heading(2, said("communication", language))]
    rows = []
    for sent in case.review.texts:
        kind, channel = case.policy.kinds.get(sent.kind), case.policy.channels.get(sent.channel)
        what = joined(
            [
                local(kind.label, language) if kind else text(sent.kind),
                local(channel.label, language) if channel else text(sent.channel),
                text(named("audience", sent.audience, language)),
            ],
            " · ",
        )
        rows.append(
            (
                when(sent.at, zone, language), what, sent.speaker or "",
                duration(sent.since_signal_seconds, language) if sent.since_signal_seconds is not None else "",
                when(sent.next_promised, zone, language) if sent.next_promised else "",
                marked(kind_of("next", sent.next_word, language), _NEXT_MARKS[sent.next_word]),
                f"{sent.complaints_after:,}" if sent.complaints_after is not None else "",
            )
        )  # fmt: skip
    if rows:
        keys = ("text", "speaker", "after_signal", "next_promised", "next_came", "complaints_after")
        blocks.append(table([word("time", language), *(said(key, language) for key in keys)], rows))
    else:
        blocks.append(Paragraph(text(said("no_texts", language))))
    points = case.assessment.points
    first, visible = points.get("first_contact"), points.get("first_visible_reply")
    if first and visible and first.exact and visible.exact and visible.at > first.at:
        later = duration((visible.at - first.at).total_seconds(), language)
        blocks.append(Callout("bad", said("private_first", language, later=later)))
    bad = [
        joined([local(t.where, language), (Run(t.text, language=t.language),)], ": ")
        for t in case.incident.existing_texts
    ]
    if bad:
        blocks.append(Callout("warn", said("bad_texts", language), tuple(bad)))
    return tuple(blocks)


def remedy(case: Case) -> tuple[Block, ...]:
    """Return what was offered, chosen and given to all, and whether like cases were treated alike."""
    language, offers = case.language, case.offers
    blocks: list[Block] = [Heading(2, said("remedy", language))]
    options = [f"{o.id}: {money(o.total, language)}" for o in offers.options]
    chosen = offers.chosen
    blocks += pairs(
        [
            (said("options_given", language), listed(language).join(options)),
            (said("chosen", language), text(f"{chosen.id} · {plain(chosen.label, language)} · {money(chosen.total, language)}") if chosen else ()),
            (said("group_total", language), money(offers.group_total, language)),
        ]
    )  # fmt: skip
    parity = case.review.parity
    if parity:
        values = values_in(
            {"lowest": parity.lowest, "highest": parity.highest, "outside": parity.outside}, language, ""
        )
        key = "parity_outside" if parity.outside else "parity_ok"
        if not parity.outside:
            del values["outside"]
        blocks.append(Callout("warn" if parity.outside else "good", said(key, language, **values)))
    return (*blocks, *compensation.group(case)[1:], *response.promises(case)[1:])


def lessons(case: Case) -> tuple[Block, ...]:
    """Return what went well and badly, where luck helped, what surprised, what can be used again, what next time."""
    language, review = case.language, case.incident.review
    blocks: list[Block] = [Heading(2, said("lessons", language))]
    if review:
        named_lists = (
            ("well", review.well), ("badly", review.badly), ("lucky", review.lucky), ("surprised", review.surprised),
            ("reusable", review.lessons), ("next_time", review.next_time),
        )  # fmt: skip
        for key, items in named_lists:
            if items:
                blocks += [Heading(3, said(key, language)), List(tuple(local(i, language) for i in items))]
    if len(blocks) == 1:
        blocks.append(Paragraph(text(word("not_recorded", language))))
    return tuple(blocks)


def outcome(case: Case) -> tuple[Block, ...]:
    """Return how it ended, our own ratio of words, and the figures of the sources as figures to cite only."""
    language, found = case.language, case.review.outcome
    satisfied = "" if found.satisfied is None else word("yes" if found.satisfied else "no", language)
    ratio = (
        f"{found.positive:,} : {found.negative:,}"
        if found.positive is not None and found.negative is not None
        else ""
    )
    rows = pairs(
        [
            (said("satisfied", language), satisfied or word("not_recorded", language)),
            (said("left_open", language), "" if found.open_issues is None else f"{found.open_issues:,}"),
            (
                said("their_word", language),
                (Run(found.quote, language=case.incident.language),) if found.quote else (),
            ),
            (said("own_ratio", language), ratio),
        ]
    )
    cited = [note for note in case.policy.notes if note.kind == "figure"]
    blocks: list[Block] = [Heading(2, said("outcome", language)), *rows]
    if cited and case.assessment.switches.get("use_external_ratios") != "off":
        items = tuple(joined([local(n.text, language), _from(n.sources)], " ") for n in cited)
        blocks += [Heading(3, said("figures_cited", language)), List(items)]
    return tuple(blocks)


def _from(sources: tuple[str, ...]) -> Runs:
    return (Run(f"[{', '.join(sources)}]", mark="quiet"),)


def decisions(case: Case) -> tuple[Block, ...]:
    """Return the decision log; for an extortion, the two questions and their answers (S0-03)."""
    language = case.language
    blocks = list(decide.decisions(case))
    tested = [d for d in case.incident.decisions if d.comply or d.sure_they_delete or d.taste_for_more]
    if tested:
        gap = marked(said("not_answered", language), "bad")
        rows = [
            (d.id, local(d.sure_they_delete, language) or gap, local(d.taste_for_more, language) or gap, local(d.pressure_note, language))
            for d in tested
        ]  # fmt: skip
        heads = [
            word("id", language),
            *(said(k, language) for k in ("sure_they_delete", "taste_for_more", "pressure")),
        ]
        blocks.append(table(heads, rows, caption=said("extortion", language)))
    return tuple(blocks)


def open_questions(case: Case) -> tuple[Block, ...]:
    """Return what has no answer yet: the agenda of the review meeting."""
    language, review = case.language, case.incident.review
    items = [local(q, language) for q in review.open_questions] if review else []
    items += [local(u, language) for u in case.incident.unknowns]
    blocks: list[Block] = [Heading(2, said("open_questions", language))]
    if not items:
        return (*blocks, Paragraph(text(said("no_open_questions", language))))
    return (*blocks, List(tuple(items), ordered=True))


def sign_off(case: Case) -> tuple[Block, ...]:
    """Return who has to sign, with room for it."""
    language, review = case.language, case.incident.review
    names = list(review.approvers) if review else []
    rows = [(name, "") for name in names] or [(plain(review.owner, language) if review else "", "")]
    heads = [said("sign_name", language), said("sign_date", language)]
    return (Heading(2, said("sign_off", language)), table(heads, rows))


def control(case: Case) -> tuple[Block, ...]:
    """Return 危機控管: cause, improvement, effect, consequence, and whether it will really stop a repeat (S0-04, S0-05)."""
    language, rows = case.language, case.review.control
    blocks: list[Block] = [
        Heading(2, said("control", language)),
        Paragraph(text(said("control_lead", language)), "lead"),
    ]
    if not rows:
        return (*blocks, Callout("bad", said("no_control", language)))
    heads = [word("measure_taken", language), word("stops_a_repeat", language), word("evidence", language)]
    heads += [said(key, language) for key in ("cause", "improvement", "effect", "consequence")]
    heads += [word("owner", language), word("due", language), said("lacks", language)]
    blocks.append(table(heads, [_control_row(row, case) for row in rows]))
    if case.review.may_say_not_again:
        sure = [plain(row.measure.what, language) for row in rows if row.measure.recurrence == "yes"]
        told = said("not_again_yes", language, measures=listed(language).join(sure))
        blocks.append(Callout("good", told))
    else:
        blocks.append(Callout("bad", said("not_again_no", language)))
    return tuple(blocks)


def _control_row(row: Control, case: Case) -> tuple[Runs | str, ...]:
    measure, language, zone = row.measure, case.language, case.incident.timezone
    due = measure.due or measure.effective_from or measure.done_at
    lacks = listed(language).join(kind_of("lacks", name, language) for name in row.missing)
    return (
        local(measure.what, language),
        marked(named("recurrence", measure.recurrence, language), RECURRENCE_MARKS[measure.recurrence]),
        local(measure.recurrence_evidence, language),
        *(local(getattr(measure, q), language) for q in ("cause", "improvement", "effect", "consequence")),
        local(measure.owner, language) or text(measure.owner_role or ""),
        when(due, zone, language) if due else "",
        marked(lacks, "warn") if lacks else "",
    )


SECTIONS: dict[str, Callable[[Case], tuple[Block, ...]]] = {
    "summary": summary,
    "impact": impact,
    "people": people,
    "timeline": timeline,
    "phases": phases,
    "factors": factors,
    "communication": communication,
    "remedy": remedy,
    "lessons": lessons,
    "outcome": outcome,
    "actions": decide.actions,
    "decisions": decisions,
    "open_questions": open_questions,
    "sign_off": sign_off,
    "control": control,
}


def sections(case: Case, names: tuple[str, ...] = ()) -> tuple[Block, ...]:
    """Return the sections of these names, or all. Raises KeyError for a name that is none."""
    return tuple(block for name in names or SECTIONS for block in SECTIONS[name](case))


__all__ = ["SECTIONS", "kind_of", "said", "sections"]

"""What to do now: the plan, an overview of the drafts, the decisions on record."""

from __future__ import annotations

from playbook.documents import Block, Callout, Heading, Paragraph, Run, Runs, table, text
from playbook.documents.blocks import Mark
from playbook.documents.written import joined, local
from playbook.drafts import Draft
from playbook.pack.case import Case
from playbook.pack.sections.response import LEVEL_MARKS
from playbook.pack.words import listed, marked, named, remark, when, word
from playbook.plan import Owner
from playbook.text import Language
from playbook.times import Moment

STEP_MARKS: dict[str, Mark] = {
    "open": "warn",
    "done": "good",
    "overdue": "bad",
    "to_confirm": "",
    "not_applicable": "quiet",
}
VERDICT_MARKS: dict[str, Mark] = {"ready": "good", "revise": "warn", "block": "bad"}


def owner(someone: Owner, language: Language) -> Runs:
    """Return whose step it is: the person where one is named, and the role."""
    label = local(someone.label, language) or text(someone.role)
    return joined([local(someone.person, language), label], " · ")


NEXT = 6
"""How many steps a person in a hurry is shown first."""


def now(case: Case) -> tuple[Block, ...]:
    """Return what a person with minutes to spare needs: what to do next, what to decide, what is due, what can go out."""
    language, zone = case.language, case.incident.timezone
    blocks: list[Block] = [Heading(2, word("now", language)), *to_decide(case)]
    steps = case.plan.next_steps[:NEXT]
    if steps:
        rows = [
            (
                local(planned.step.label, language),
                owner(planned.owner, language),
                when(planned.due, zone, language) if planned.due else "",
                marked(named("step", planned.state, language), STEP_MARKS[planned.state]),
            )
            for planned in steps
        ]
        keys = ("step", "owner", "due", "status")
        blocks.append(table([word(key, language) for key in keys], rows, caption=word("do_next", language)))
    ready = [
        draft.id
        for draft, report in case.checked
        if report.report.verdict == "ready"
        and draft.language == language
        and draft.audience != "internal"
        and sent_at(case, draft) is None
    ]
    if ready:
        items = (text(listed(language).join(ready)), text(word("drafts_where", language)))
        blocks.append(Callout("good", word("can_go_out", language), items))
    return tuple(blocks)


def sent_at(case: Case, draft: Draft) -> Moment | None:
    """Return when a draft of this kind, channel and language went out last; None where it did not."""
    rows = (
        r
        for r in case.incident.sent
        if (r.kind, r.channel, r.language) == (draft.kind, draft.channel, draft.language)
    )
    return max((row.at for row in rows), default=None)


def to_decide(case: Case) -> tuple[Block, ...]:
    """Return what somebody has to decide before anything else goes out."""
    found, language = case.plan.to_decide, case.language
    return (
        (Callout("warn", word("to_decide", language), tuple(remark(case, item) for item in found)),)
        if found
        else ()
    )


def plan(case: Case) -> tuple[Block, ...]:
    """Return every step that applies, in the order of the playbook."""
    language, zone = case.language, case.incident.timezone
    blocks: list[Block] = [Heading(2, word("plan", language))]
    rows = []
    for planned in case.plan.steps:
        step = planned.step
        advice = joined([local(step.do, language), local(step.dont, language)], "\n")
        rows.append(
            (
                step.stage, local(step.label, language), owner(planned.owner, language),
                when(planned.due, zone, language) if planned.due else "",
                marked(named("step", planned.state, language), STEP_MARKS[planned.state]),
                local(step.done_test, language), advice, Run(", ".join(step.sources), mark="quiet"),
            )
        )  # fmt: skip
    keys = ("stage", "step", "owner", "due", "status", "done_test", "do_dont", "source")
    return (*blocks, table([word(key, language) for key in keys], rows))


RECURRENCE_MARKS: dict[str, Mark] = {"yes": "good", "partly": "warn", "no": "quiet", "unknown": "bad"}


def actions(case: Case) -> tuple[Block, ...]:
    """Return the measures against a repeat, each with owner, date and whether it will really stop one (S0-05)."""
    language, zone = case.language, case.incident.timezone
    blocks: list[Block] = [Heading(2, word("actions", language))]
    if not case.plan.actions:
        return (*blocks, Paragraph(text(word("no_actions", language))))
    rows = []
    for action in case.plan.actions:
        measure = action.measure
        due = measure.due or measure.effective_from or measure.done_at
        state = marked(named("action", measure.state, language), "good" if measure.state == "done" else "")
        rows.append(
            (
                local(measure.what, language), named("class", measure.class_, language), local(measure.owner, language) or text(measure.owner_role or ""),
                when(due, zone, language) if due else marked(word("not_recorded", language), "bad"),
                joined([state, marked(word("late", language), "bad") if action.overdue else ()], " "),
                marked(named("recurrence", measure.recurrence, language), RECURRENCE_MARKS[measure.recurrence]),
                local(measure.recurrence_evidence, language),
            )
        )  # fmt: skip
    keys = ("measure_taken", "class", "owner", "due", "status", "stops_a_repeat", "evidence")
    blocks.append(table([word(key, language) for key in keys], rows))
    found = tuple(remark(case, finding) for action in case.plan.actions for finding in action.findings)
    if found:
        blocks.append(Callout("warn", word("actions_lack", language), found))
    return tuple(blocks)


def drafts_overview(case: Case) -> tuple[Block, ...]:
    """Return every draft with its verdict and what stands in its way; the texts are in `apology`."""
    language = case.language
    rows = []
    for draft, report in case.checked:
        found = report.report.findings
        counts = listed(language).join(
            f"{named('level', level, language)} {count}"
            for level in LEVEL_MARKS
            if (count := sum(f.level == level for f in found))
        )
        verdict = report.report.verdict
        state = marked(named("verdict", verdict, language), VERDICT_MARKS[verdict])
        notes = [word("edited", language)] if draft.edited else []
        went_out = sent_at(case, draft)
        if went_out:
            notes.append(word("went_out", language, at=when(went_out, case.incident.timezone, language)))
        rows.append(
            (
                draft.id,
                case.kind_label(draft),
                named("audience", draft.audience, language),
                state,
                counts,
                listed(language).join(notes),
            )
        )
    blocks: list[Block] = [Heading(2, word("drafts", language))]
    if not rows:
        return (*blocks, Paragraph(text(word("no_drafts", language))))
    heads = [word(key, language) for key in ("id", "document", "audience", "verdict", "findings", "note")]
    blocks += [table(heads, rows), Paragraph(text(word("drafts_where", language)), "small")]
    return (*blocks, *_tellings(case))


def _tellings(case: Case) -> tuple[Block, ...]:
    """Return what the tellings say and nothing else on record does: every draft is built around them."""
    found = case.telling_findings
    lines = tuple(
        joined([text(Run(f"{f.field} ", mark="quiet")), (Run(f.finding.match, language=f.language),), text(f.finding.message)], " ")
        for f in found
    )  # fmt: skip
    return (Callout("warn", word("tellings_unproved", case.language), lines),) if lines else ()


def decisions(case: Case) -> tuple[Block, ...]:
    """Return the decision log: alternatives, advice and decision side by side (S0-08)."""
    language, zone = case.language, case.incident.timezone
    blocks: list[Block] = [Heading(2, word("decisions", language))]
    if not case.incident.decisions:
        blocks.append(Paragraph(text(word("no_decisions", language))))
    rows = []
    for decision in case.incident.decisions:
        against = marked(word("against_advice", language), "warn") if decision.against_advice else ()
        options = joined([local(alternative, language) for alternative in decision.alternatives], "\n")
        rows.append(
            (
                when(decision.at, zone, language) if decision.at else "", local(decision.question, language), options,
                local(decision.advice, language), joined([local(decision.decision, language), against], " "), decision.decided_by or "",
            )
        )  # fmt: skip
    if rows:
        keys = ("time", "question_decided", "alternatives", "advice", "decision", "by")
        blocks.append(table([word(key, language) for key in keys], rows))
    approvals = [
        (
            when(a.at, zone, language) if a.at else "",
            a.what,
            named("decision", a.decision, language),
            " · ".join(filter(None, (a.role, a.by))),
            a.reason or "",
        )
        for a in case.incident.approvals
    ]
    if approvals:
        heads = [word(key, language) for key in ("time", "what", "decision", "by", "reason")]
        blocks.append(table(heads, approvals, caption=word("approvals", language)))
    return tuple(blocks)


def deadlines(case: Case) -> tuple[Block, ...]:
    """Return what is due, in order of time."""
    language, zone = case.language, case.incident.timezone
    rows = [
        (
            when(deadline.at, zone, language),
            local(deadline.label, language),
            local(deadline.owner, language),
            named("deadline", deadline.kind, language),
        )
        for deadline in sorted(case.plan.deadlines, key=lambda d: (d.at, d.id))
    ]
    if not rows:
        return ()
    return (
        Heading(2, word("deadlines", language)),
        table([word(key, language) for key in ("due", "what", "owner", "kind_of")], rows),
    )

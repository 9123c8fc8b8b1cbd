"""The drafts by language, kind and channel: each as it goes out, with its findings and what it is built from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playbook.checks import DraftReport
from playbook.documents import Block, Callout, Heading, Letter, List, Paragraph, Run, Runs, table, text
from playbook.documents.written import joined, local
from playbook.drafts import Draft
from playbook.linter import Report
from playbook.pack.case import Case
from playbook.pack.sections.decide import VERDICT_MARKS
from playbook.pack.sections.response import LEVEL_MARKS
from playbook.pack.words import listed, marked, message, named, word
from playbook.text import Language


def paragraphs(draft: Draft) -> tuple[str, ...]:
    """Return the paragraphs of a draft as it goes out."""
    return tuple(part for part in draft.text.split("\n\n") if part.strip())


def findings_table(report: Report, language: Language, own: Language) -> tuple[Block, ...]:
    """Return the findings of one text: where, what, why, and how to write it instead, in the language of the text."""
    if not report.findings:
        return ()
    rows = [
        (
            Run(named("level", f.level, language), mark=LEVEL_MARKS[f.level]), f"{f.line}:{f.column}" if f.line else "", Run(f.match, language=own),
            joined([(Run(f.message, language=own),), (Run(f.why, language=own),)], "\n"), Run(f.fix, language=own), Run(f.rule, mark="quiet"),
        )
        for f in report.findings
    ]  # fmt: skip
    return (
        table(
            [word(key, language) for key in ("level", "place", "words", "finding", "instead", "rule")], rows
        ),
    )


def one_draft(case: Case, draft: Draft, checked: DraftReport) -> tuple[Block, ...]:
    """Return a draft with what was found, what is missing, what else could be said, and what it states."""
    language, report = case.language, checked.report
    channel = case.policy.channels.get(draft.channel)
    place = local(channel.label, language) if channel else text(draft.channel)
    label = f"{case.kind_label(draft)} · {''.join(run.text for run in place)}"
    blocks: list[Block] = [Heading(3, label)]
    state: list[Runs] = [
        marked(named("verdict", report.verdict, language), VERDICT_MARKS[report.verdict]),
        text(named("audience", draft.audience, language)),
        (Run(draft.id, mark="quiet"),),
    ]
    if draft.edited:
        state.append(marked(word("edited", language), "quiet"))
    if not draft.sendable:
        state.append(marked(word("not_sendable", language), "bad"))
    blocks.append(Paragraph(joined(state, "  ")))
    blocks.append(Letter("", paragraphs(draft), draft.subject or "", language=draft.language))
    blocks += findings_table(report, language, draft.language)
    if report.passed:
        blocks.append(Paragraph(text(word("passed", language, count=len(report.passed))), "small"))
    if report.suppressed:
        items = tuple(text(f"{item.finding.rule}: {item.reason}") for item in report.suppressed)
        blocks.append(Callout("note", word("suppressed", language), items))
    missing = tuple(gap_words(case, gap.part, gap.key, gap.values) for gap in draft.missing)
    if missing:
        blocks.append(Callout("warn", word("missing_parts", language), missing))
    if draft.untranslated:
        blocks.append(
            Callout("warn", word("untranslated", language), tuple(text(item) for item in draft.untranslated))
        )
    stated = [
        item
        for kind in ("facts", "offers", "commitments")
        for item in sorted({i for s in draft.sentences for i in getattr(s, kind)})
    ]
    if stated:
        blocks.append(Paragraph(text(word("states", language, ids=listed(language).join(stated))), "small"))
    blocks += _alternatives(case, draft)
    return tuple(blocks)


def gap_words(case: Case, what: str, key: str, values: Mapping[str, Any]) -> Runs:
    """Return what a draft could not say, and why."""
    return text(Run(f"{what}: ", mark="quiet"), message(case, key, values, "drafts"))


def _alternatives(case: Case, draft: Draft) -> list[Block]:
    blocks: list[Block] = []
    for other in draft.alternatives:
        title = f"{word('alternative', case.language)}: {message(case, other.name, subject='drafts')}"
        told = [
            text(f"{sign} {message(case, key, subject='drafts')}")
            for sign, key in (("+", other.gains), ("−", other.risks))
            if key
        ]
        blocks.append(
            Letter(title, tuple(other.text_in(draft.language).split("\n\n")), language=draft.language)
        )
        blocks.append(Paragraph(joined(told, "\n"), "small"))
    return blocks


def drafts(case: Case, language: Language) -> tuple[Block, ...]:
    """Return every draft of one language, by kind and channel; nothing for a language that was not asked for."""
    found = [(draft, report) for draft, report in case.checked if draft.language == language]
    if not found:
        return ()
    blocks: list[Block] = [Heading(2, named("language", language, case.language))]
    for draft, report in found:
        blocks += one_draft(case, draft, report)
    return tuple(blocks)


def not_written(case: Case) -> tuple[Block, ...]:
    """Return what was not written, and why."""
    language = case.language
    if not case.not_written:
        return ()
    items = tuple(gap_words(case, gap.id, gap.key, gap.values) for gap in case.not_written)
    return (Heading(2, word("not_written", language)), List(items))


def existing_texts(case: Case) -> tuple[Block, ...]:
    """Return what is wrong with the texts that are already out there, or wait in a drawer."""
    language = case.language
    if not case.incident.existing_texts:
        return ()
    blocks: list[Block] = [Heading(2, word("existing_texts", language))]
    reports = {checked.draft_id: checked.report for checked in case.existing_reports}
    for existing in case.incident.existing_texts:
        report = reports[existing.id]
        where = "".join(run.text for run in local(existing.where, language))
        online = word("still_online", language) if existing.online else ""
        blocks.append(Heading(3, " · ".join(part for part in (where, online) if part)))
        blocks.append(Letter("", (existing.text,), language=existing.language))
        blocks += findings_table(report, language, existing.language)
        if not report.findings:
            blocks.append(Paragraph(text(word("nothing_found", language)), "small"))
    return tuple(blocks)

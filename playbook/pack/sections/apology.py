"""The drafts by language, kind and channel: each as it goes out, with its findings and what it is built from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playbook.checks import DraftReport
from playbook.checks.likeness import limit_of, most_alike
from playbook.checks.outdated import outdated_findings
from playbook.documents import Block, Callout, Heading, Letter, List, Paragraph, Run, Runs, table, text
from playbook.documents.written import joined, local
from playbook.drafts import Draft
from playbook.linter import Report
from playbook.messages import say
from playbook.pack.case import Case
from playbook.pack.sections.decide import VERDICT_MARKS
from playbook.pack.sections.response import LEVEL_MARKS
from playbook.pack.words import listed, marked, message, named, when, word
from playbook.text import Language, in_any


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
    # What a person kept of the pack's file begins with its subject.
    blocks.append(
        Letter("", paragraphs(draft), "" if draft.edited else draft.subject or "", language=draft.language)
    )
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
    """Return the versions of a draft side by side, with what each gains and risks."""
    if not draft.alternatives:
        return []

    def told(key: str) -> str:
        return message(case, key, subject="drafts")

    names = ["full", *(other.name for other in draft.alternatives)]
    texts = [draft.text, *(other.text_in(draft.language) for other in draft.alternatives)]
    rows: list[tuple[str | Run, ...]] = [
        ("", *(Run(words, language=draft.language) for words in texts)),
        ("+", *(told(f"gains_{name}") for name in names)),
        ("−", *(told(f"risks_{name}") for name in names)),
    ]
    return [table(["", *map(told, names)], rows, caption=word("versions", case.language))]


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
    """Return what was not written, and why; and what the record holds in some of the languages only."""
    language = case.language
    blocks: list[Block] = []
    if case.not_written:
        items = tuple(gap_words(case, gap.id, gap.key, gap.values) for gap in case.not_written)
        blocks += [Heading(2, word("not_written", language)), List(items)]
    return (*blocks, *_not_in_all_languages(case))


def _not_in_all_languages(case: Case) -> tuple[Block, ...]:
    """Return a table field by language of what is written in some of them only; nothing where that is nothing."""
    language = case.language
    if not case.lacking:
        return ()
    marks = {
        lacks: marked(say("agree.lacking" if lacks else "agree.there", language), "bad" if lacks else "good")
        for lacks in (True, False)
    }
    rows: list[tuple[Runs | str | Run, ...]] = [
        (
            Run(found.field, mark="quiet"),
            *(marks[code in found.languages] for code in case.languages),
            ", ".join(found.drafts),
        )
        for found in case.lacking
    ]
    heads = [
        say("agree.field", language),
        *(named("language", code, language) for code in case.languages),
        say("agree.less", language),
    ]
    return (
        Heading(2, say("agree.not_in", language)),
        Paragraph(text(say("agree.not_in_lead", language))),
        table(heads, rows),
    )


def existing_texts(case: Case) -> tuple[Block, ...]:
    """Return what is wrong with the texts that are already out there, or wait in a drawer; what went out of ours first."""
    language = case.language
    blocks: list[Block] = [*outdated(case)]
    if not case.incident.existing_texts:
        return tuple(blocks)
    blocks.append(Heading(2, word("existing_texts", language)))
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


def outdated(case: Case) -> tuple[Block, ...]:
    """Return the sentences of sent and approved texts that no longer agree with the record; nothing where all do."""
    language, zone = case.language, case.incident.timezone
    found = outdated_findings(case.incident, case.assessment, language, case.drafts)
    if not found:
        return ()
    rows: list[tuple[Runs, ...]] = []
    for one in found:
        kind, channel = case.policy.kinds.get(one.text.kind), case.policy.channels.get(one.text.channel)
        names = [in_any(found_in.label, language) if found_in else "" for found_in in (kind, channel)]
        state = say(f"outdated.{one.text.source}", language, at=when(one.text.at, zone, language))
        label = text(" · ".join(name for name in (*names, state) if name))
        sentence = one.sentence or say("outdated.words_not_kept", language)
        rows.append(
            (
                joined([label, (Run(one.text.place, mark="quiet"),)], "\n"),
                (Run(sentence, language=one.text.language),),
                (Run(one.why), Run(f" {one.subject}", mark="quiet")),
                marked(one.fix, "bad" if one.level == "error" else "quiet"),
            )
        )
    head = [say(f"outdated.{key}", language) for key in ("text", "sentence", "why", "do")]
    intro = Paragraph(text(say("outdated.intro", language)), "small")
    return (Heading(2, say("outdated.title", language)), intro, table(head, rows))


def alike(case: Case) -> tuple[Block, ...]:
    """Return how alike the drafts are to the texts of the client's other incidents; nothing where there are none."""
    language, limit = case.language, limit_of(case.policy)
    rows = [
        (
            (Run(one.draft.id, mark="quiet"),),
            f"{one.other.reference} · {one.other.channel} {one.other.at[:10]}".rstrip(),
            marked(f"{one.percent}%", "warn" if limit is not None and one.percent > limit else "quiet"),
            joined([(Run(words, language=one.draft.language),) for words in one.shared], "\n"),
        )
        for one in most_alike(case.alike)
    ]
    if not rows:
        return ()
    shown = f"{limit}%" if limit is not None else say("likeness.no_limit", language)
    intro = say("likeness.intro", language, count=case.others.incidents, limit=shown)
    head = [say(f"likeness.{key}", language) for key in ("draft", "other", "alike", "shared")]
    return (Heading(2, say("likeness.title", language)), Paragraph(text(intro), "small"), table(head, rows))

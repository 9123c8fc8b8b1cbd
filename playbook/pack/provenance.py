"""Where each sentence of a draft comes from, and what was found in it: the remarks in the house's own copy."""

from __future__ import annotations

from collections.abc import Iterator

from playbook.documents.letter import Comment
from playbook.documents.written import plain
from playbook.drafts import Draft, Sentence
from playbook.linter import Finding, Report
from playbook.messages import has, say
from playbook.pack.case import Case
from playbook.pack.words import listed, message, money, named, when
from playbook.text import Language, in_any


def remarks(case: Case, draft: Draft, report: Report) -> tuple[Comment, ...]:
    """Return the remarks on a draft by place: on the whole text, on each sentence, on each thing that was found.

    Places are code points of `draft.text`.
    """
    language = case.language
    places = _places(draft)
    on_sentences = [
        Comment(start, end, say("letter.basis", language), tuple(_basis(case, draft.language, sentence)))
        for sentence, (start, end) in places
    ]
    found, without = [], []
    for finding in report.findings:
        lines = _finding(finding, language)
        if 0 <= finding.start < finding.end <= len(draft.text):
            found.append(Comment(finding.start, finding.end, say("letter.check", language), lines))
        else:
            without.append(lines)
    whole = Comment(0, 0, say("letter.check", language), tuple(_whole(case, draft, report, without)))
    ordered = sorted((*on_sentences, *found), key=lambda comment: (comment.start, -comment.end))
    return (whole, *ordered)


def _places(draft: Draft) -> list[tuple[Sentence, tuple[int, int]]]:
    """Return where each sentence stands in the text; one that a person took out of it has no place."""
    out, at = [], 0
    for sentence in draft.sentences:
        words = sentence.text.strip()
        start = draft.text.find(words, at) if words else -1
        if start >= 0:
            at = start + len(words)
            out.append((sentence, (start, at)))
    return out


def _whole(case: Case, draft: Draft, report: Report, without: list[tuple[str, ...]]) -> Iterator[str]:
    language = case.language
    yield say("letter.verdict", language, value=named("verdict", report.verdict, language))
    for gap in draft.missing:
        yield say("letter.missing", language, value=message(case, gap.key, gap.values, "drafts"))
    if draft.untranslated:
        yield say("letter.untranslated", language, value=listed(language).join(draft.untranslated))
    for lines in without:
        yield from lines


def _finding(finding: Finding, language: Language) -> tuple[str, ...]:
    said = say(
        "letter.finding", language, level=named("level", finding.level, language), message=finding.message
    )
    instead = (say("letter.instead", language, value=finding.fix),) if finding.fix else ()
    return (said, *((finding.why,) if finding.why else ()), *instead, finding.rule)


def _basis(case: Case, own: Language, sentence: Sentence) -> Iterator[str]:
    language = case.language
    parts = [say(f"check.part_{p}", language) if has(f"check.part_{p}") else p for p in sentence.part.split()]
    if parts:
        yield say("letter.part", language, value=listed(language).join(parts))
    if sentence.wording:
        yield say("letter.wording", language, value=sentence.wording)
    else:
        yield say("letter.own_words", language)
    for identifier in sentence.facts:
        yield from _fact(case, own, identifier)
    for identifier in sentence.offers:
        yield from _offer(case, identifier)
    for identifier in sentence.commitments:
        yield from _commitment(case, identifier)


def _fact(case: Case, own: Language, identifier: str) -> Iterator[str]:
    language, fact = case.language, case.incident.fact(identifier)
    if fact is None:
        yield say("letter.not_on_record", language, id=identifier)
        return
    status = named("fact", fact.status, language)
    yield say("letter.fact", language, id=fact.id, status=status, words=in_any(fact.text, own))
    source = listed(language).join(part for part in (fact.source, fact.source_location) if part)
    if source:
        yield say("letter.source", language, value=source)


def _offer(case: Case, identifier: str) -> Iterator[str]:
    language = case.language
    option = next((o for o in case.offers.options if o.id == identifier), None)
    if option is not None:
        words = plain(option.label, language)
        yield say("letter.offer", language, id=option.id, words=words, total=money(option.total, language))
        rung = option.authority
        role = in_any(rung.label, language) if rung else say("letter.nobody", language)
        yield say(f"letter.{'approved' if option.approved else 'not_approved'}", language, role=role)
        return
    group = next((line for line in case.offers.group if line.id == identifier), None)
    if group is None:
        yield say("letter.not_on_record", language, id=identifier)
        return
    yield say("letter.group", language, id=group.id, words=in_any(group.label, language))


def _commitment(case: Case, identifier: str) -> Iterator[str]:
    language, zone = case.language, case.incident.timezone
    if identifier == "next_update":
        yield say("letter.next_update", language)
        if case.incident.next_update_at:
            yield say("letter.due", language, value=when(case.incident.next_update_at, zone, language))
        return
    measure = next((m for m in case.incident.measures if m.id == identifier), None)
    promise = next((p for p in case.incident.promises if p.id == identifier), None)
    if measure is not None:
        yield say("letter.commitment", language, id=measure.id, words=in_any(measure.what, language))
        owner = plain(measure.owner, language) or measure.owner_role
        due, done = measure.due or measure.effective_from, measure.done_at
    elif promise is not None:
        yield say("letter.commitment", language, id=promise.id, words=in_any(promise.text, language))
        owner, due, done = promise.by or promise.role, promise.due, promise.kept_at
    else:
        yield say("letter.not_on_record", language, id=identifier)
        return
    if owner:
        yield say("letter.owner", language, value=owner)
    if due:
        yield say("letter.due", language, value=when(due, zone, language))
    if done:
        yield say("letter.done", language, value=when(done, zone, language))

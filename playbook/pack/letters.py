"""A draft as a Word file: on the client's letterhead in the form of its channel, and the house's copy with remarks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from playbook.checks import DraftReport
from playbook.documents.letter import Comment, Form, Outgoing, Paper
from playbook.drafts import Draft, written_at
from playbook.messages import has, say
from playbook.pack.case import Case
from playbook.pack.provenance import remarks
from playbook.pack.words import when, word
from playbook.policy.model import Brand
from playbook.text import Language, address, format_count, format_date, in_any, in_language, is_han
from playbook.times import Moment

_FORMS: dict[str, Form] = {"letter": "letter", "statement": "statement"}


def letter(case: Case, draft: Draft) -> Outgoing:
    """Return a draft as it goes out; an internal one in plain form under its stamp."""
    return _outgoing(case, draft, draft.audience == "internal", ())


def annotated(case: Case, draft: Draft, report: DraftReport) -> Outgoing:
    """Return the house's own copy of a draft: the same text and form, with where each sentence comes from."""
    return _outgoing(case, draft, True, remarks(case, draft, report.report))


def _outgoing(case: Case, draft: Draft, internal: bool, comments: tuple[Comment, ...]) -> Outgoing:
    language, channel = draft.language, case.policy.channels.get(draft.channel)
    own = draft.audience == "internal"
    form: Form = "plain" if own else _FORMS.get(channel.voice if channel else "statement", "plain")
    subject, text = draft.subject or "", draft.text.strip()
    offset = len(draft.text) - len(draft.text.lstrip())
    if draft.edited:  # what a person kept of the pack's file begins with its subject
        first, _, rest = text.partition("\n\n")
        kept = subject and first.strip() == subject.strip() and rest.strip()
        offset += len(text) - len(rest.lstrip()) if kept else 0
        subject, text = (subject, rest.lstrip()) if kept else ("", text)
    day = _dated(case, draft)
    written = format_date(day.day(case.incident.timezone), language, year=True) if day else ""
    place = in_language(case.policy.brand.letterhead.place, language)
    return Outgoing(
        id=draft.id,
        language=language,
        form=form,
        subject=subject,
        text=text,
        paper=_paper(case, draft, form, internal),
        date=written,
        place_date=say("letter.place_date", language, date=written, place=place)
        if written and place
        else written,
        recipient=_recipient(case, language) if draft.audience == "customer" else "",
        comments=tuple(_moved(comment, offset) for comment in comments),
        comment_language=case.language,
        as_of=case.as_of,
    )


def _moved(comment: Comment, offset: int) -> Comment:
    start, end = max(comment.start - offset, 0), max(comment.end - offset, 0)
    return Comment(start, end, comment.author, comment.lines)


def _dated(case: Case, draft: Draft) -> Moment | None:
    """Return when a text was sent, or its kind was first, as its words have it; never the time of rendering.

    A text that states what came later is a new one, and is dated as of the time that the pack is told at.
    """
    incident, as_of = case.incident, case.as_of
    own = (draft.kind, draft.channel, draft.language)
    sent = [row.at for row in incident.sent if (row.kind, row.channel, row.language) == own]
    day = min(sent) if sent else written_at(draft.kind, incident, case.assessment)
    if day is None or as_of is None:
        return day or as_of
    stated = {name for s in draft.sentences for name in (*s.facts, *s.commitments)}
    later = [fact.at for fact in incident.facts if fact.id in stated]
    later += [
        measure.done_at or measure.effective_from or measure.due
        for measure in incident.measures
        if measure.id in stated and (measure.done_at or measure.state == "done")
    ]
    return as_of if any(at and _after(at, day, incident.timezone) for at in later) or as_of < day else day


def _after(at: Moment, sent: Moment, zone: str) -> bool:
    """Tell whether something came after a text was sent, by the clock where it is known, else by the day."""
    if at.exact:
        return at.at > sent.at
    return at.precision == "day" and at.day(zone) > sent.day(zone)


def _paper(case: Case, draft: Draft, form: Form, internal: bool) -> Paper:
    language, brand = draft.language, case.policy.brand
    stamps = [word("stamp_internal", language)] if internal else []
    stamps += [] if draft.sendable else [say("letter.exercise", language)]
    size: Literal["A4", "Letter"] = "Letter" if case.policy.jurisdiction.partition("-")[0] == "US" else "A4"
    gap = "　" if language != "en" else "   "
    if form == "plain":
        foot: tuple[str, ...] = ()
        if draft.audience == "internal":
            as_of = when(case.as_of, case.incident.timezone, language)
            foot = (word("foot", language, reference=case.incident.reference, as_of=as_of),)
        note = "" if draft.audience == "internal" else _length(case, draft)
        return Paper(foot=foot, stamp=gap.join(stamps), note=note, size=size)
    head = brand.letterhead
    return Paper(
        name=in_language(head.legal_name, language) or in_language(brand.name, language) or "",
        details=tuple(_details(brand, language)),
        foot=tuple(_foot(brand, case.policy.jurisdiction, language)),
        logo=head.logo,
        stamp=gap.join(stamps),
        size=size,
    )


def _details(brand: Brand, language: Language) -> Iterator[str]:
    head = brand.letterhead
    yield from (
        line.strip() for line in (in_language(head.address, language) or "").splitlines() if line.strip()
    )
    phone = in_language(head.phone, language)
    ways = [say("letter.phone", language, value=phone)] if phone else []
    ways += [value for field in (head.email, head.web) if (value := in_language(field, language))]
    if ways:
        yield ("　" if language != "en" else "  ·  ").join(ways)


def _foot(brand: Brand, jurisdiction: str, language: Language) -> Iterator[str]:
    head = brand.letterhead
    if number := in_language(head.number, language):
        called = f"letter.number_{jurisdiction.partition('-')[0]}"
        yield say(called if has(called) else "letter.number", language, value=number)
    yield from (
        line.strip() for line in (in_language(head.footer, language) or "").splitlines() if line.strip()
    )


def _length(case: Case, draft: Draft) -> str:
    """Return where a short text goes, and how long it is of how much its channel takes, as the channel counts."""
    language, channel = draft.language, case.policy.channels.get(draft.channel)
    count = channel.length(draft.text) if channel else len(draft.text)
    values = {
        "place": in_any(channel.label, language) if channel else draft.channel,
        "count": format_count(count, language),
    }
    if channel is None or channel.max_characters is None:
        return say("letter.length", language, **values)
    return say("letter.length_of", language, **values, limit=format_count(channel.max_characters, language))


def _recipient(case: Case, language: Language) -> str:
    """Return the full name of who complained where the record has it in this language; never an address or a handle."""
    signal = case.incident.signal
    author = signal.author if signal else None
    if author is None:
        return ""
    shown = author.display_name or ""
    name = (author.name or {}).get(language) or (shown if is_han(shown) == (language != "en") else "")
    if not name or name.startswith("@"):
        return ""
    # The form of address around any name; `address` itself would shorten the name to its surname.
    full = address("\0", author.honorific, language).replace("\0", name)
    return say("letter.to", language, name=full)

"""The review as the public may read it: what happened, why, what changes; no names of customers, no blame, nothing internal."""

from __future__ import annotations

from collections.abc import Iterator

from playbook.assessment import in_force
from playbook.documents import Block, Callout, Document, Heading, List, Paragraph, table, text
from playbook.drafts import Draft, Sentence
from playbook.pack.case import Case
from playbook.pack.sections.review import said
from playbook.pack.words import word
from playbook.text import Language, format_date, in_language

# Which heading a paragraph of the draft stands under, by the first part that it has.
_HEADINGS = {
    "explanation": "public_why",
    "remedy": "public_remedy",
    "contact": "public_contact",
    "time": "public_contact",
}


def public_blocks(case: Case, language: Language) -> tuple[Block, ...]:
    """Return the public review in a language: the words of its draft under headings, measures as a table; else nothing."""
    draft = next((d for d in case.drafts if d.kind == "public-review" and d.language == language), None)
    event = in_language(case.incident.event_name or case.incident.title, language)
    if draft is None or not event:
        return ()
    title = said("public_title", language, event=event)
    blocks: list[Block] = [Heading(1, title[:1].upper() + title[1:])]
    if case.incident.invented:
        blocks.append(Callout("note", word("invented", language)))
    under = ""
    signature: list[Block] = []
    for paragraph in _paragraphs(draft):
        parts = " ".join(s.part for s in paragraph).split()
        if parts and parts[0] == "prevention":
            continue  # the table says it
        if not parts:
            signature += [Paragraph(text(_words(paragraph, language)))]
            continue
        heading = next((_HEADINGS[p] for p in parts if p in _HEADINGS), "public_happened")
        if heading == "public_contact":
            blocks += _measures(case, language)
        if heading != under:
            blocks.append(Heading(2, said(heading, language)))
            under = heading
        lead = tuple(s for s in paragraph if not s.line)
        if lead:
            blocks.append(Paragraph(text(_words(lead, language))))
        items = tuple(text(s.text.lstrip("•・· ")) for s in paragraph if s.line)
        if items:
            blocks.append(List(items))
    if not any(isinstance(b, Heading) and b.text == said("public_change", language) for b in blocks):
        blocks += _measures(case, language)
    return (*blocks, *signature)


def _paragraphs(draft: Draft) -> Iterator[tuple[Sentence, ...]]:
    numbers = dict.fromkeys(s.paragraph for s in draft.sentences)
    for number in numbers:
        yield tuple(s for s in draft.sentences if s.paragraph == number)


def _words(sentences: tuple[Sentence, ...], language: Language) -> str:
    return (" " if language == "en" else "").join(s.text for s in sentences)


def _measures(case: Case, language: Language) -> tuple[Block, ...]:
    zone = case.incident.timezone
    rows = []
    for measure in case.incident.measures:
        what, owner = in_language(measure.what, language), in_language(measure.owner, language)
        day = measure.done_at or measure.effective_from or measure.due
        if not (measure.public and in_force(measure) and what and owner and day):
            continue
        local = day.local(zone).date()
        written = format_date(local, language, year=True)
        done = measure.done_at is not None or measure.state == "done"
        rows.append((what, owner, said("public_done", language, date=written) if done else written))
    if not rows:
        return ()
    heads = [said(key, language) for key in ("public_measure", "public_owner", "public_by")]
    return (Heading(2, said("public_change", language)), table(heads, rows))


def public(case: Case) -> tuple[Block, ...]:
    """Return the public review in the pack's language, or that there is none yet."""
    blocks = public_blocks(case, case.language)
    if not blocks:
        return (Callout("note", said("no_public", case.language)),)
    # It stands inside the internal review, so its title is a section there.
    return (Heading(2, blocks[0].text), *blocks[1:]) if isinstance(blocks[0], Heading) else blocks


def public_review_document(case: Case, language: Language) -> Document | None:
    """Return the public review as a document of its own, on the client's letterhead; None where it cannot be written."""
    blocks = public_blocks(case, language)
    if not blocks:
        return None
    brand = case.policy.brand
    head = in_language(brand.letterhead.legal_name, language) or in_language(brand.name, language) or ""
    title = blocks[0].text if isinstance(blocks[0], Heading) else ""
    return Document(title, language, blocks, head, "", case.as_of)

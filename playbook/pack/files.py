"""The files of a pack besides its four documents: drafts to paste, and what other programs read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from playbook.checks import DraftReport
from playbook.documents import (
    Block,
    Document,
    Event,
    Sheet,
    to_docx,
    to_html,
    to_ics,
    to_pdf,
    to_xlsx,
    words,
)
from playbook.documents.letter import to_word_letter
from playbook.documents.spreadsheet import Value
from playbook.documents.written import plain
from playbook.drafts import Draft
from playbook.drafts.outgoing import outgoing
from playbook.pack.case import Case
from playbook.pack.letters import annotated, letter
from playbook.pack.manifest import Audience, PackFile
from playbook.pack.words import named, when, word
from playbook.sources import write_csv
from playbook.text import LANGUAGES, Language

Files = Iterator[tuple[str, PackFile]]


def stamps() -> dict[str, str]:
    """Return the stamp of internal files by language."""
    return {language: word("stamp_internal", language) for language in LANGUAGES}


def foot(case: Case, language: Language) -> str:
    """Return the line at the foot of internal documents."""
    return word(
        "foot",
        language,
        reference=case.incident.reference,
        as_of=when(case.as_of, case.incident.timezone, language),
    )


def document(case: Case, title: str, blocks: tuple[Block, ...]) -> Document:
    """Return an internal document of the pack."""
    language = case.language
    return Document(
        title, language, blocks, word("stamp_internal", language), foot(case, language), case.as_of
    )


def place_of(draft: Draft) -> str:
    """Return where a draft's files stand in the pack, without their ending."""
    return f"{'internal' if draft.audience == 'internal' else 'drafts'}/{draft.id}"


def annotated_place(draft: Draft) -> str:
    """Return where the house's own copy of a draft stands, without its ending: apart, so that nobody sends it."""
    return f"internal/{draft.id}.annotated"


def draft_files(
    case: Case, draft: Draft, formats: tuple[str, ...], report: DraftReport | None = None
) -> Files:
    """Yield the files of one draft; with a report of the check the house's own copy, too."""
    yield f"{place_of(draft)}.md", PackFile(outgoing(draft).encode(), draft.audience)
    if "docx" in formats:
        yield f"{place_of(draft)}.docx", PackFile(to_word_letter(letter(case, draft)), draft.audience)
        if report is not None and draft.audience != "internal":
            copy = to_word_letter(annotated(case, draft, report))
            yield f"{annotated_place(draft)}.docx", PackFile(copy, "internal")


def to_json(data: Any) -> bytes:
    """Return JSON that people can read, too."""
    return (json.dumps(data, ensure_ascii=False, indent=1, default=str) + "\n").encode()


def drafts_json(case: Case) -> bytes:
    """Return every draft, sentence by sentence, with what each sentence states and where its words come from."""
    drafts = [
        {
            "id": d.id, "language": d.language, "kind": d.kind, "channel": d.channel, "audience": d.audience,
            "subject": d.subject, "text": d.text, "edited": d.edited, "sendable": d.sendable,
            "sentences": [
                {
                    "text": s.text, "part": s.part, "wording": s.wording, "facts": list(s.facts), "offers": list(s.offers),
                    "commitments": list(s.commitments), "paragraph": s.paragraph,
                }
                for s in d.sentences
            ],
            "missing": [vars_of(gap) for gap in d.missing],
            "untranslated": list(d.untranslated),
        }
        for d in case.drafts
    ]  # fmt: skip
    return to_json({"drafts": drafts, "not_written": [vars_of(gap) for gap in case.not_written]})


def vars_of(record: Any) -> dict[str, Any]:
    """Return the fields of a flat record."""
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def _sheet(columns: dict[str, str], rows: list[dict[str, Value]], name: str) -> tuple[bytes, Sheet]:
    """Return the same rows as CSV, under names that programs know, and as a sheet, under words that people know."""
    plain_rows = [{key: _plain(row.get(key)) for key in columns} for row in rows]
    return write_csv(list(columns), plain_rows), Sheet(
        name, tuple(columns.values()), tuple(tuple(row.get(key) for key in columns) for row in rows)
    )


def _plain(value: Value) -> str | None:
    return None if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)


def offer_files(case: Case) -> Files:
    """Yield the options as a table, a row for each part."""
    language = case.language
    names = {"option": "option", "label": "label", "line": "line", "kind": "kind_of", "part": "part", "amount": "amount", "worth": "worth_head", "currency": "currency", "total": "total", "authority": "authority", "approved": "approval", "chosen": "choice"}  # fmt: skip
    columns = {key: word(name, language) for key, name in names.items()}
    rows: list[dict[str, Value]] = []
    offers = case.offers
    for offer in offers.options:
        for part in offer.parts:
            rows.append(
                {
                    "option": offer.id, "label": plain(offer.label, language), "line": part.line, "kind": part.kind, "part": plain(part.label, language),
                    "amount": part.amount.decimal if part.amount else None, "worth": part.worth.decimal if part.worth else None,
                    "currency": part.value.currency if part.value else offer.total.currency, "total": offer.total.decimal,
                    "authority": offer.authority.role if offer.authority else "", "approved": word("yes" if offer.approved else "no", language),
                    "chosen": word("yes" if offers.chosen and offers.chosen.id == offer.id else "no", language),
                }
            )  # fmt: skip
    csv, sheet = _sheet(columns, rows, word("options", language))
    yield "offers.csv", PackFile(csv, "internal")
    yield (
        "offers.xlsx",
        PackFile(
            to_xlsx([sheet], word("options", language), language, case.as_of, stamps()[language]), "internal"
        ),
    )


def action_files(case: Case) -> Files:
    """Yield the measures against a repeat as a table."""
    language, zone = case.language, case.incident.timezone
    names = {"id": "id", "measure": "measure_taken", "class": "class", "owner": "owner", "due": "due", "done_at": "done_at", "state": "status", "done_test": "done_test", "stops_a_repeat": "stops_a_repeat"}  # fmt: skip
    columns = {key: word(name, language) for key, name in names.items()}
    rows: list[dict[str, Value]] = []
    for measure in case.incident.measures:
        due = measure.due or measure.effective_from
        rows.append(
            {
                "id": measure.id, "measure": plain(measure.what, language), "class": named("class", measure.class_, language),
                "owner": plain(measure.owner, language) or measure.owner_role, "due": when(due, zone, language) if due else None,
                "done_at": when(measure.done_at, zone, language) if measure.done_at else None, "state": named("action", measure.state, language),
                "done_test": plain(measure.done_test, language) or None, "stops_a_repeat": named("recurrence", measure.recurrence, language),
            }
        )  # fmt: skip
    csv, sheet = _sheet(columns, rows, word("actions", language))
    yield "actions.csv", PackFile(csv, "internal")
    yield (
        "actions.xlsx",
        PackFile(
            to_xlsx([sheet], word("actions", language), language, case.as_of, stamps()[language]), "internal"
        ),
    )


def deadline_files(case: Case) -> Files:
    """Yield what is due as a calendar."""
    language = case.language
    name = plain(case.incident.title or case.incident.what_happened, language)
    stamp = f"{word('stamp_internal', language)}\n{name}"
    events = [
        Event(d.id, d.at, plain(d.label, language), stamp, alarm_minutes=5) for d in case.plan.deadlines
    ]
    yield "deadlines.ics", PackFile(to_ics(events, name, case.incident.reference, case.as_of), "internal")


def page_files(name: str, made: Document, audience: Audience, formats: tuple[str, ...]) -> Files:
    """Yield a document in the formats asked for."""
    if "html" in formats:
        yield f"{name}.html", PackFile(to_html(made).encode(), audience)
    if "docx" in formats:
        yield f"{name}.docx", PackFile(to_docx(made), audience)
    if "pdf" in formats:
        yield f"{name}.pdf", PackFile(to_pdf(made), audience)


def document_words(made: Document) -> Iterator[str]:
    """Yield every piece of text of a document."""
    yield made.title
    yield made.head
    for block in made.blocks:
        yield from words(block)

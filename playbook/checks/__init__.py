"""Draft + record + policy -> findings: the linter's, and what only the record can tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from playbook.assessment import Assessment
from playbook.checks.agreement import disagreements, edited_in_some
from playbook.checks.glossary import as_written
from playbook.checks.mismatch import check_against_record
from playbook.checks.record import OnRecord, collect, public_texts
from playbook.checks.voices import reworded_in_one
from playbook.drafts import Draft
from playbook.incident.model import Incident
from playbook.linter import Report, check_text
from playbook.offers import Offers
from playbook.policy.model import Policy
from playbook.text import Language


@dataclass(frozen=True)
class DraftReport:
    """The findings of one draft."""

    draft_id: str
    report: Report


def public_words(incident: Incident, policy: Policy) -> tuple[str, ...]:
    """Return the names and contacts that the record marks as public, which are no leak."""
    words: list[str] = []
    if incident.signal and incident.signal.author and incident.signal.author.display_name:
        words.append(incident.signal.author.display_name)
    people = [incident.handler, *(s.speaker for s in incident.statements), *incident.team]
    if incident.handler and incident.handler.backup:
        people.append(incident.handler.backup)
    for person in people:
        if person is not None:
            words += (person.name or {}).values()
    for signatory in policy.brand.signatories.values():
        words += (signatory.get("name") or {}).values()
    contacts = [incident.contact, incident.handler.contact if incident.handler else None]
    for contact in contacts:
        if contact is not None:
            words += [w for w in (contact.line, contact.email, contact.url) if w]
    words += [str(value) for value in policy.brand.contact.values() if isinstance(value, str)]
    words += policy.brand.name.values()
    words += public_texts(incident)
    return tuple(dict.fromkeys(words))


def check_draft(
    draft: Draft,
    incident: Incident,
    policy: Policy,
    assessment: Assessment,
    offers: Offers,
    on: OnRecord,
    generated: Draft | None = None,
) -> DraftReport:
    """Check one draft; `generated` is the kit's own version where a person has edited it."""
    report = check_text(
        draft.text,
        language=draft.language,
        kind=draft.kind,
        audience=draft.audience,
        public=public_words(incident, policy),
        as_written=as_written(incident, policy, draft.language),
    )
    against = check_against_record(
        draft.text,
        draft.language,
        kind=draft.kind,
        channel=draft.channel,
        audience=draft.audience,
        incident=incident,
        policy=policy,
        assessment=assessment,
        offers=offers,
        on=on,
        generated=generated or (None if draft.edited else draft),
    )
    return DraftReport(draft.id, report.with_findings(against))


def check_drafts(
    drafts: Sequence[Draft],
    incident: Incident,
    policy: Policy,
    assessment: Assessment,
    offers: Offers,
    generated: Sequence[Draft] = (),
) -> tuple[DraftReport, ...]:
    """Check all drafts, and against each other; `generated` holds the kit's own versions of edited drafts."""
    on = collect(incident, policy, assessment, offers)
    own = {draft.id: draft for draft in generated}
    alone = [
        check_draft(draft, incident, policy, assessment, offers, on, own.get(draft.id)) for draft in drafts
    ]
    together = (
        disagreements(drafts, {report.draft_id: report.report for report in alone}),
        reworded_in_one(drafts, generated),
        edited_in_some(drafts),
    )
    return tuple(
        DraftReport(
            report.draft_id,
            report.report.with_findings(
                tuple(finding for found in together for finding in found.get(report.draft_id, ()))
            ),
        )
        for report in alone
    )


def check_existing_texts(
    incident: Incident, policy: Policy, assessment: Assessment, offers: Offers
) -> tuple[DraftReport, ...]:
    """Check the texts that are already out there, or wait in a drawer: their findings go into the write-up.

    One that waits is measured as if it went out: that is what it waits for.
    """
    on = collect(incident, policy, assessment, offers)
    out = []
    for existing in incident.existing_texts:
        audience = "public"
        language: Language = existing.language
        report = check_text(
            existing.text,
            language=language,
            audience=audience,
            public=public_words(incident, policy),
            as_written=as_written(incident, policy, language),
        )
        against = check_against_record(
            existing.text,
            language,
            kind=report.kind,
            channel="",
            audience=audience,
            incident=incident,
            policy=policy,
            assessment=assessment,
            offers=offers,
            on=on,
        )
        out.append(DraftReport(existing.id, report.with_findings(against)))
    return tuple(out)


__all__ = [
    "DraftReport",
    "check_against_record",
    "check_draft",
    "check_drafts",
    "check_existing_texts",
    "collect",
]

"""Is each telling borne out by the rest of the record? Drafts are built around them, so a wrong figure there is wrong everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from playbook.assessment import Assessment
from playbook.checks.mismatch import Checker
from playbook.checks.record import collect, said_by_customer
from playbook.incident.model import Incident, Telling
from playbook.linter.findings import Finding
from playbook.offers import Offers
from playbook.policy.model import Policy
from playbook.text import LANGUAGES, Language

NAMES = ("expected", "got", "effect", "tried", "doing")
FORMS = ("reply", "statement")


@dataclass(frozen=True)
class TellingFinding:
    """What a telling says that nothing else on record does. `field` is such as `tellings.got.reply`."""

    field: str
    language: Language
    finding: Finding


def tellings_of(incident: Incident) -> Iterator[tuple[str, Telling]]:
    """Yield the tellings that are recorded, by name."""
    for name in NAMES:
        telling: Telling | None = getattr(incident.tellings, name) if incident.tellings else None
        if telling is not None:
            yield name, telling


def check_tellings(
    incident: Incident, policy: Policy, assessment: Assessment, offers: Offers
) -> tuple[TellingFinding, ...]:
    """Return every sum, date, time, count, name or phone in a telling that stands nowhere else on record (S4-25).

    The customer's own words are on record, too: what they said they went through is theirs to say.
    """
    without = incident.model_copy(update={"tellings": None})
    on = collect(without, policy, assessment, offers)
    quoted = said_by_customer(incident)
    for text in quoted:
        on.add_text(text, incident.language)
    out: list[TellingFinding] = []
    for name, telling in tellings_of(incident):
        for form in FORMS:
            for language, words in (getattr(telling, form) or {}).items():
                if language not in LANGUAGES:
                    continue
                checker = Checker(words, language, on)
                checker.values(quoted)
                out += [
                    TellingFinding(f"tellings.{name}.{form}", language, found) for found in checker.findings
                ]
    return tuple(out)

"""One incident under its client's policy, as far as it takes to check any text against it.

The pack goes through a case from record to review; this stops at the drafts, so that a check, an approval or a
message that was sent does not wait for the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

from playbook.assessment import Assessment, assess
from playbook.checks import check_against_record, check_draft, public_words
from playbook.checks.glossary import as_written
from playbook.checks.record import OnRecord, collect
from playbook.drafts import Draft, write_draft, write_drafts
from playbook.errors import InputError, Problem
from playbook.incident import Incident, read_incident
from playbook.linter import Report, check_text
from playbook.linter.languages import detect
from playbook.offers import Offers, make_offers
from playbook.policy import Policy, read_policy
from playbook.text import LANGUAGES, Language
from playbook.workspace import MARKER, Workspace, find_workspace


def place_of(name: str | Path) -> tuple[Path, Workspace]:
    """Return the folder of an incident, given by path or by its name in the workspace, and the workspace around it."""
    here = find_workspace(Path.cwd())
    folder = Path(name)
    if not folder.is_dir() and (here.incidents / folder.name).is_dir():
        folder = here.incidents / folder.name
    around = find_workspace(folder)
    return folder, around if (around.root / MARKER).is_file() else here


@dataclass(frozen=True)
class OnFile:
    """An incident and its policy, read; what follows from them is worked out when it is first asked for."""

    folder: Path
    incident: Incident
    policy: Policy

    @classmethod
    def read(cls, name: str | Path, client: str | None = None) -> OnFile:
        """Read an incident folder and its client's policy (or another client's). Raises InputError with every problem."""
        folder, workspace = place_of(name)
        problems: list[Problem] = []
        incident: Incident | None = None
        policy: Policy | None = None
        try:
            incident = read_incident(folder)
        except InputError as error:
            problems += error.problems
        try:
            wanted = client or (incident.client if incident else None)
            policy = read_policy(wanted, workspace) if wanted else None
        except InputError as error:
            problems += error.problems
        if incident is None or policy is None:
            raise InputError(problems)
        return cls(folder, incident, policy)

    @cached_property
    def assessment(self) -> Assessment:
        """Return where the incident stands."""
        return assess(self.incident, self.policy, None)

    @cached_property
    def offers(self) -> Offers:
        """Return what is owed and offered."""
        return make_offers(self.incident, self.policy, self.assessment)

    @cached_property
    def on(self) -> OnRecord:
        """Return every value on record."""
        return collect(self.incident, self.policy, self.assessment, self.offers)

    def _written(self, incident: Incident, languages: Sequence[Language]) -> tuple[Draft, ...]:
        written = write_drafts(incident, self.policy, self.assessment, self.offers, None, languages)
        return tuple(draft for draft in written if isinstance(draft, Draft))

    @cached_property
    def drafts(self) -> dict[str, Draft]:
        """Return every draft by id, in every language; a person's edited text stands for the kit's."""
        return {draft.id: draft for draft in self._written(self.incident, LANGUAGES)}

    @cached_property
    def own(self) -> dict[str, Draft]:
        """Return the kit's own drafts by id, without anybody's edits."""
        if not self.incident.drafts:
            return self.drafts
        unedited = self.incident.model_copy(update={"drafts": {}})
        return {draft.id: draft for draft in self._written(unedited, LANGUAGES)}

    def draft(self, name: str) -> Draft:
        """Return the draft of an id (`en/final-response.email`), also given as the path of its file. Raises InputError."""
        parts = Path(name).with_suffix("") if name.endswith((".md", ".docx")) else Path(name)
        wanted = "/".join(parts.parts[-2:])
        if wanted in self.drafts:
            return self.drafts[wanted]
        close = get_close_matches(wanted, sorted(self.drafts), n=1)
        language = wanted.partition("/")[0]
        known = [id_ for id_ in sorted(self.drafts) if id_.startswith(f"{language}/")] or sorted(self.drafts)
        expected = "one of " + ", ".join(known) if known else "a draft: the record is enough for none yet"
        remedy = f"Did you mean {close[0]}?" if close else "Copy the id from the pack's drafts/ or internal/."
        raise InputError([Problem(str(self.folder), 0, 0, "DRAFT", repr(name), expected, remedy)])

    def one(self, draft: Draft) -> Draft:
        """Return the kit's own words for the same kind, channel and language under this incident."""
        own = self.incident.model_copy(update={"drafts": {}})
        found = write_draft(draft.id, own, self.policy, self.assessment, self.offers, draft.language)
        return found if isinstance(found, Draft) else draft

    def as_written(self, language: str) -> tuple[str, ...]:
        """Return the names, words of others and own terms whose spelling is not ours to correct."""
        return as_written(self.incident, self.policy, next(code for code in LANGUAGES if code == language))

    def report(self, draft: Draft) -> Report:
        """Return what is found in a draft: by itself, and against the record."""
        generated = self.own.get(draft.id) if draft.edited else None
        return check_draft(
            draft, self.incident, self.policy, self.assessment, self.offers, self.on, generated
        ).report

    def check(
        self,
        text: str,
        *,
        language: Language | None,
        kind: str | None,
        channel: str = "",
        audience: str | None = None,
        masked: Sequence[tuple[int, int]] = (),
        prose: str | None = None,
    ) -> Report:
        """Check any text; `prose` is the same text with what is not prose made blank. Raises ValueError as `check_text`."""
        if kind is not None and kind in self.policy.kinds:
            audience = audience or self.policy.kinds[kind].audience
        report = check_text(
            text,
            language=language,
            kind=kind,
            audience=audience,
            public=public_words(self.incident, self.policy),
            masked=masked,
            as_written=self.as_written(language or detect(text)),
        )
        told = next(code for code in LANGUAGES if code == report.language)
        against = check_against_record(
            text if prose is None else prose,
            told,
            kind=report.kind,
            channel=channel,
            audience=report.audience,
            incident=self.incident,
            policy=self.policy,
            assessment=self.assessment,
            offers=self.offers,
            on=self.on,
            generated=self.own.get(f"{told}/{report.kind}.{channel}"),
        )
        return report.with_findings(against)

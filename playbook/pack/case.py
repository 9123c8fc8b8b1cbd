"""One incident under one policy, gone through from record to review: everything that a pack is written from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from playbook.assessment import Assessment, assess
from playbook.checks import DraftReport, check_drafts, check_existing_texts
from playbook.checks.likeness import (
    Likeness,
    copied,
    likenesses,
    limit_of,
    words_of_client,
    words_of_record,
)
from playbook.checks.others import Others, read_others
from playbook.checks.tellings import TellingFinding, check_tellings
from playbook.checks.translations import Lacking, lacking
from playbook.drafts import Draft, NotWritten, write_drafts
from playbook.errors import InputError, Problem
from playbook.incident import Incident, read_incident
from playbook.incident.known import known_at
from playbook.offers import Offers, make_offers
from playbook.plan import Plan, make_plan
from playbook.policy import read_policy
from playbook.policy.model import Policy
from playbook.review import Review, make_review
from playbook.text import LANGUAGES, Language, in_any
from playbook.times import Moment
from playbook.workspace import MARKER, Workspace, find_workspace


@dataclass(frozen=True)
class Case:
    """The records of one incident; each is computed once, when it is first asked for."""

    folder: Path
    workspace: Workspace
    incident: Incident
    policy: Policy
    languages: tuple[Language, ...]
    asked_as_of: Moment | None

    @property
    def language(self) -> Language:
        """Return the language of write-up, compensation and review."""
        return self.languages[0]

    @property
    def as_of(self) -> Moment | None:
        """Return the time that everything is told as of; None where the record holds no exact time."""
        return self.assessment.as_of

    @cached_property
    def assessment(self) -> Assessment:
        """Return tracks, severity, fault, clocks and promises."""
        return assess(self.incident, self.policy, self.asked_as_of)

    @cached_property
    def offers(self) -> Offers:
        """Return what is owed and offered."""
        return make_offers(self.incident, self.policy, self.assessment)

    @cached_property
    def plan(self) -> Plan:
        """Return the steps, actions and deadlines."""
        return make_plan(self.incident, self.policy, self.assessment, self.offers)

    @cached_property
    def written(self) -> tuple[Draft | NotWritten, ...]:
        """Return every draft, in every language asked for, and what could not be written."""
        return self._write(self.incident)

    def _write(self, incident: Incident) -> tuple[Draft | NotWritten, ...]:
        return write_drafts(incident, self.policy, self.assessment, self.offers, self.plan, self.languages)

    @cached_property
    def drafts(self) -> tuple[Draft, ...]:
        """Return every draft."""
        return tuple(draft for draft in self.written if isinstance(draft, Draft))

    @cached_property
    def not_written(self) -> tuple[NotWritten, ...]:
        """Return what could not be written, and why."""
        return tuple(gap for gap in self.written if isinstance(gap, NotWritten))

    @cached_property
    def generated(self) -> tuple[Draft, ...]:
        """Return the kit's own versions of the drafts that people edited; none where nobody did."""
        if not self.incident.drafts:
            return ()
        own = self._write(self.incident.model_copy(update={"drafts": {}}))
        return tuple(draft for draft in own if isinstance(draft, Draft))

    @cached_property
    def lacking(self) -> tuple[Lacking, ...]:
        """Return what the record holds in some of the pack's languages only."""
        return lacking(self.drafts, self.generated)

    @cached_property
    def reports(self) -> tuple[DraftReport, ...]:
        """Return what was found in the drafts, in their order."""
        found = check_drafts(
            self.drafts, self.incident, self.policy, self.assessment, self.offers, self.generated
        )
        alike = copied(self.alike, limit_of(self.policy))
        return tuple(
            replace(r, report=r.report.with_findings(alike[r.draft_id])) if r.draft_id in alike else r
            for r in found
        )

    @cached_property
    def others(self) -> Others:
        """Return the texts of the client's other incidents in the workspace, as far as they were sent by now."""
        shown = [kind.id for kind in self.policy.kinds.values() if kind.audience != "internal"]
        kinds = {(kind, language) for kind in shown for language in self.languages}
        client, words = self.incident.client, words_of_client(self.policy)
        return read_others(
            self.workspace.incidents, client, self.incident.reference, kinds, self.as_of, words
        )

    @cached_property
    def alike(self) -> tuple[Likeness, ...]:
        """Return for each draft the text of another incident that is most like it in its words."""
        if not self.others.told:
            return ()
        return likenesses(self.drafts, words_of_record(self.incident, self.policy), self.others.told)

    @cached_property
    def telling_findings(self) -> tuple[TellingFinding, ...]:
        """Return what the tellings say that nothing else on record does."""
        return check_tellings(self.incident, self.policy, self.assessment, self.offers)

    @property
    def checked(self) -> tuple[tuple[Draft, DraftReport], ...]:
        """Return every draft with its report."""
        return tuple(zip(self.drafts, self.reports, strict=True))

    @cached_property
    def existing_reports(self) -> tuple[DraftReport, ...]:
        """Return what was found in the texts that are already out there."""
        return check_existing_texts(self.incident, self.policy, self.assessment, self.offers)

    @cached_property
    def review(self) -> Review:
        """Return the post-incident review."""
        return make_review(self.incident, self.policy, self.assessment, self.offers)

    def kind_label(self, draft: Draft) -> str:
        """Return what kind of document a draft is, in the pack's language."""
        kind = self.policy.kinds.get(draft.kind)
        return in_any(kind.label, self.language) if kind else draft.kind


_SAFE_NAME = re.compile(r"(?!(?i:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))\w[\w.-]{0,79}(?<!\.)")


def read_languages(names: str | Sequence[str] | None) -> tuple[Language, ...]:
    """Return the languages of `zh-Hant,en`; none for nothing.

    Raises InputError that lists every name that is no language of the kit.
    """
    parts = names.split(",") if isinstance(names, str) else list(names or ())
    wanted = list(dict.fromkeys(part.strip() for part in parts if part.strip()))
    problems = [
        Problem(
            "--languages",
            0,
            0,
            "languages",
            repr(name),
            " or ".join(LANGUAGES),
            "Correct the name of the language.",
        )
        for name in wanted
        if name not in LANGUAGES
    ]
    if problems:
        raise InputError(problems)
    return tuple(language for name in wanted for language in LANGUAGES if language == name)


def read_moment(raw: str | Moment | None) -> Moment | None:
    """Return the time of `--as-of`; none for nothing. Raises InputError for what is no time with a zone."""
    if raw is None or isinstance(raw, Moment):
        return raw
    if not raw.strip():
        return None
    expected = "a time with its zone, such as 2026-05-09T18:20+08:00"
    try:
        moment = Moment.parse(raw)
    except ValueError as error:
        raise InputError(
            [Problem("--as-of", 0, 0, "as_of", repr(raw), str(error), "Correct the time.")]
        ) from error
    if not moment.exact:
        raise InputError(
            [Problem("--as-of", 0, 0, "as_of", repr(raw), expected, "Add the time of day and the zone.")]
        )
    return moment


def workspace_of(folder: Path) -> Workspace:
    """Return the workspace around an incident folder, else the one around where we stand."""
    # The marker never comes from the incident folder itself: such a folder may have come by mail.
    around = find_workspace(folder.parent)
    return around if (around.root / MARKER).is_file() else find_workspace(Path.cwd())


def find_incident(name: str | Path) -> Path:
    """Return the incident folder of a path, or of a name in the workspace's `incidents/`.

    A notebook's parameter is relative to where the notebook stands, which need not be where it runs.
    """
    folder = Path(name)
    if folder.is_dir():
        return folder.resolve()
    beside = find_workspace(Path.cwd()).incidents / folder.name
    return beside if beside.is_dir() else folder


def open_case(
    folder: str | Path,
    client: str | None = None,
    languages: str | Sequence[str] | None = None,
    as_of: str | Moment | None = None,
) -> Case:
    """Read an incident and its policy; empty values mean the incident's client, the client's languages, the record's time.

    Raises InputError with everything that is wrong in the folder, the policy and the arguments.
    """
    problems: list[Problem] = []
    wanted: tuple[Language, ...] = ()
    moment: Moment | None = None
    try:
        wanted = read_languages(languages)
    except InputError as error:
        problems += error.problems
    try:
        moment = read_moment(as_of)
    except InputError as error:
        problems += error.problems
    place = find_incident(folder)
    workspace = workspace_of(place)
    incident: Incident | None = None
    try:
        incident = read_incident(place)
    except InputError as error:
        problems += error.problems
    if incident and not _SAFE_NAME.fullmatch(incident.reference):
        found, expected = (
            repr(incident.reference[:80]),
            "letters, digits, - and _, up to 80: it names the pack's folder",
        )
        at = str(place / "incident.yaml")
        problems.append(Problem(at, 1, 1, "reference", found, expected, "Correct the reference."))
    policy: Policy | None = None
    name = client or (incident.client if incident else None)
    try:
        policy = read_policy(name, workspace) if name else None
    except InputError as error:
        problems += error.problems
    if problems or incident is None or policy is None:
        raise InputError(problems)
    told_at = moment or incident.as_of
    if told_at is not None:
        incident = known_at(incident, told_at)
    return Case(place, workspace, incident, policy, wanted or policy.languages, moment)

"""An incident as the form has it open: the file as it stands, the record where it is valid, and the policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playbook.assessment import AskNext
from playbook.desk.values import Wrong
from playbook.errors import InputError, Problem
from playbook.incident.changes import Value
from playbook.incident.model import Incident
from playbook.incident.read import read_incident
from playbook.incident.write import Proposal, Standing, open_record, propose
from playbook.messages import say
from playbook.pack.case import Case, workspace_of
from playbook.policy import read_policy
from playbook.policy.model import Policy
from playbook.sources import Keys
from playbook.text import LANGUAGES, Language, in_any
from playbook.times import Moment


@dataclass(frozen=True)
class View:
    """What the boxes are made for: a record as it was opened, the reader's language, the languages of the client."""

    standing: Standing
    language: Language
    languages: tuple[Language, ...]
    zone: str
    currency: str | None
    offered: Mapping[str, Sequence[tuple[str, str]]]  # field's key -> (words, value) to choose from

    def word(self, key: str, **values: Any) -> str:
        """Return what the form says."""
        return say(f"form.{key}", self.language, **values)


@dataclass(frozen=True)
class Typed:
    """One value that differs from the file: where it goes, what stood there, what was typed, what is wrong with it."""

    keys: Keys
    before: str
    after: str
    value: Value
    wrong: Wrong | None = None


@dataclass(frozen=True)
class Opened:
    """One incident, opened at one moment. `incident` and `policy` are None where they are missing or wrong."""

    standing: Standing
    incident: Incident | None
    policy: Policy | None
    problems: tuple[Problem, ...]
    view: View
    as_of: Moment | None

    def proposal(self, typed: Sequence[Typed]) -> Proposal:
        """Return what the file would become; a new record gets its client's zone and currency. Raises InputError."""
        changes: dict[Keys, Value] = {t.keys: t.value for t in typed}
        if self.standing.raw is None and changes:
            client: Keys = ("client",)
            policy = self._policy_of(changes.get(client))
            first: dict[Keys, Value] = {client: changes.get(client), ("language",): self.view.languages[0]}
            if policy:
                first |= {("timezone",): policy.timezone, ("currency",): policy.currency}
            changes = first | changes
        return propose(self.standing, changes)

    def questions(self, incident: Incident | None) -> tuple[AskNext, ...] | None:
        """Return what to ask next of a record; None where no policy says so."""
        policy = self._policy_of(incident.client) if incident else None
        if policy is None or incident is None:
            return None
        place = self.standing.folder
        case = Case(place, workspace_of(place), incident, policy, (self.view.language,), self.as_of)
        return case.assessment.ask_next

    def _policy_of(self, client: Value) -> Policy | None:
        if self.policy is not None and client == self.policy.name:
            return self.policy
        try:
            return read_policy(str(client), workspace_of(self.standing.folder)) if client else None
        except InputError:
            return None  # told when the record is opened with that client


def open_folder(
    folder: Path, client: str | None, wanted: tuple[Language, ...], as_of: Moment | None
) -> Opened:
    """Open an incident folder; one with mistakes in it is opened, too. Raises InputError for what is no YAML."""
    standing = open_record(folder)
    problems: list[Problem] = []
    incident: Incident | None = None
    policy: Policy | None = None
    try:
        incident = read_incident(folder) if standing.raw is not None else None
    except InputError as error:
        problems += error.problems
    name = client or str(standing.data.get("client") or "")
    try:
        policy = read_policy(name, workspace_of(folder)) if name else None
    except InputError as error:
        problems += error.problems
    view = _view(standing, policy, wanted)
    return Opened(standing, incident, policy, tuple(problems), view, as_of)


def _view(standing: Standing, policy: Policy | None, wanted: tuple[Language, ...]) -> View:
    data = standing.data
    own = tuple(code for code in LANGUAGES if code == data.get("language"))
    language = (*wanted, *(policy.languages if policy else ()), *own, "en")[0]
    known = policy.languages if policy else (wanted or LANGUAGES)
    return View(
        standing,
        language,
        tuple(dict.fromkeys((*known, *wanted))),
        str(data.get("timezone") or (policy.timezone if policy else "UTC")),
        str(data["currency"]) if data.get("currency") else (policy.currency if policy else None),
        _offered(workspace_of(standing.folder).clients, policy, language),
    )


def _offered(clients: Path, policy: Policy | None, language: Language) -> dict[str, list[tuple[str, str]]]:
    """Return what may be chosen for a client, a channel and a role."""
    names = (
        [path.name for path in clients.iterdir() if (path / "policy.yaml").is_file()]
        if clients.is_dir()
        else []
    )
    offered = {"client": [(name, name) for name in sorted(names)]} if names else {}
    if policy:
        offered["channel"] = [(in_any(c.label, language) or c.id, c.id) for c in policy.channels.values()]
        roles = {rung.role: in_any(rung.label, language) or rung.role for rung in policy.authority}
        roles |= {role.id: in_any(role.label, language) or role.id for role in policy.roles.values()}
        offered["role"] = [(label, role) for role, label in roles.items()]
    return offered

"""Across incidents: what was promised and is still open, what is left to do, what keeps coming back, how fast we answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Literal

from playbook.assessment import Assessment, assess
from playbook.assessment.points import latest_moment
from playbook.errors import InputError, Problem
from playbook.incident import Incident, read_incident
from playbook.policy import Policy, read_policy
from playbook.text import LocalText
from playbook.times import Moment
from playbook.workspace import Workspace

PromiseStanding = Literal["broken", "overdue", "open", "no_date"]
STANDINGS: tuple[PromiseStanding, ...] = ("broken", "overdue", "open", "no_date")
OPEN_ACTIONS = ("candidate", "agreed", "in_progress")


@dataclass(frozen=True)
class Told:
    """One incident of several, as of the common time."""

    folder: Path
    incident: Incident
    policy: Policy
    assessment: Assessment

    @property
    def reference(self) -> str:
        """Return the incident's reference."""
        return self.incident.reference

    @property
    def first_reply_seconds(self) -> int | None:
        """Return the time from the signal to the first visible reply; None where either is not recorded."""
        duration = self.assessment.measures_of_time.get("first_visible_reply")
        return duration.seconds if duration else None


@dataclass(frozen=True)
class OpenPromise:
    """A promise that is not recorded as kept. `overdue`: its time has passed, and nobody wrote down whether it was kept."""

    case: Told
    id: str
    text: LocalText
    to: str | None
    by: str | None
    due: Moment | None
    standing: PromiseStanding
    unauthorised: bool


@dataclass(frozen=True)
class OpenAction:
    """A measure that is not done. `age_days` counts from the event."""

    case: Told
    id: str
    what: LocalText
    owner: LocalText | str | None
    due: Moment | None
    state: str
    overdue: bool
    age_days: int | None


@dataclass(frozen=True)
class Repeat:
    """A cause and the incidents that have it. `tolerated` is the client's threshold, where one is set (S2-08)."""

    cause: str
    references: tuple[str, ...]
    complaints: int
    tolerated: int | None

    @property
    def count(self) -> int:
        """Return in how many incidents it showed."""
        return len(self.references)


@dataclass(frozen=True)
class Unreadable:
    """A folder that could not be read, and why."""

    folder: Path
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Cases:
    """What is learnt across incidents, as of one time."""

    as_of: Moment | None
    told: tuple[Told, ...]
    promises: tuple[OpenPromise, ...]
    actions: tuple[OpenAction, ...]
    causes: tuple[Repeat, ...]
    unreadable: tuple[Unreadable, ...]

    @property
    def repeats(self) -> tuple[Repeat, ...]:
        """Return the causes that showed in more than one incident, or more often than is tolerated."""
        return tuple(
            c
            for c in self.causes
            if c.count > 1 or (c.tolerated is not None and max(c.count, c.complaints) > c.tolerated)
        )

    @property
    def median_first_reply_seconds(self) -> int | None:
        """Return the median time to the first visible reply."""
        known = [seconds for case in self.told if (seconds := case.first_reply_seconds) is not None]
        return int(median(known)) if known else None


def incident_folders(folder: Path) -> tuple[Path, ...]:
    """Return the incident folders in a folder, by name; an incident folder is itself the only one."""
    if (folder / "incident.yaml").is_file():
        return (folder,)
    return tuple(
        sorted(p.parent for p in folder.glob("*/incident.yaml") if not p.parent.name.startswith("."))
    )


def look_across(folders: Sequence[Path], workspace: Workspace, as_of: Moment | None = None) -> Cases:
    """Read incidents and look across them, as of a time, else as of the latest time recorded in any of them.

    A folder that cannot be read never stops the rest.
    """
    read: list[tuple[Path, Incident, Policy]] = []
    unreadable: list[Unreadable] = []
    for folder in folders:
        try:
            incident = read_incident(folder)
            read.append((folder, incident, read_policy(incident.client, workspace)))
        except InputError as error:
            unreadable.append(Unreadable(folder, error.problems))
    own = [m for _, i, _ in read if (m := i.as_of or latest_moment(i)) and m.exact]
    now = as_of or max(own, key=lambda moment: moment.at, default=None)
    able: list[Told] = []
    for folder, incident, policy in read:
        try:
            able.append(Told(folder, incident, policy, assess(incident, policy, now)))
        except InputError as error:
            unreadable.append(Unreadable(folder, error.problems))
    told = tuple(able)
    return Cases(
        as_of=now,
        told=told,
        promises=tuple(sorted((p for case in told for p in _promises(case)), key=_by_urgency)),
        actions=tuple(sorted((a for case in told for a in _actions(case, now)), key=_by_age)),
        causes=_causes(told),
        unreadable=tuple(unreadable),
    )


def _promises(case: Told) -> Iterable[OpenPromise]:
    for promise in case.assessment.promises:
        if promise.state in ("kept", "kept_late"):
            continue
        standing: PromiseStanding = "open"
        if promise.state == "broken":
            standing = "broken"
        elif promise.due is None:
            standing = "no_date"
        elif promise.state == "not_recorded":
            standing = "overdue"
        yield OpenPromise(
            case,
            promise.id,
            promise.text,
            promise.to,
            promise.by,
            promise.due,
            standing,
            promise.unauthorised,
        )


def _by_urgency(promise: OpenPromise) -> tuple[int, float, str, str]:
    due = promise.due.at.timestamp() if promise.due else 0.0
    return STANDINGS.index(promise.standing), due, promise.case.reference, promise.id


def _actions(case: Told, now: Moment | None) -> Iterable[OpenAction]:
    points = case.assessment.points
    event = points.get("occurred_at") or points.get("detected_at") or points.get("signal")
    for measure in case.incident.measures:
        if measure.state not in OPEN_ACTIONS or measure.done_at is not None:
            continue
        due = measure.due or measure.effective_from
        yield OpenAction(
            case,
            measure.id,
            measure.what,
            measure.owner or measure.owner_role,
            due,
            measure.state,
            _passed(due, now, case.incident.timezone),
            (now.at - event.at).days if now and event else None,
        )


def _passed(due: Moment | None, now: Moment | None, zone: str) -> bool:
    """Tell whether a due time lies behind: a day, month or year only once it is over."""
    if due is None or now is None:
        return False
    if due.exact:
        return due.at < now.at
    return now.local(zone).isoformat()[: len(due.raw)] > due.raw


def _by_age(action: OpenAction) -> tuple[int, str, str]:
    return -(action.age_days if action.age_days is not None else -1), action.case.reference, action.id


def _causes(told: Sequence[Told]) -> tuple[Repeat, ...]:
    seen: dict[str, list[str]] = defaultdict(list)
    complaints: dict[str, int] = defaultdict(int)
    tolerated: dict[str, int] = {}
    for case in told:
        factors = case.incident.review.factors if case.incident.review else ()
        codes = {factor.cause_code for factor in factors if factor.cause_code}
        for row in case.incident.complaints:
            if row.cause:
                codes.add(row.cause)
                complaints[row.cause] += 1
        for code in codes:
            seen[code].append(case.reference)
            if code in case.policy.thresholds:
                limit = case.policy.thresholds[code]
                tolerated[code] = min(limit, tolerated.get(code, limit))
    out = [Repeat(code, tuple(refs), complaints[code], tolerated.get(code)) for code, refs in seen.items()]
    return tuple(sorted(out, key=lambda repeat: (-repeat.count, -repeat.complaints, repeat.cause)))

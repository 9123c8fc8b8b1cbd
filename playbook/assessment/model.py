"""What the assessment of an incident says: the records that offers, plan, drafts, review and pack read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from playbook.assessment.outdated import Outdated
from playbook.incident.model import FaultEntry, FaultStatus
from playbook.money import Money
from playbook.policy.model import ApologyMode, ClockRule, Cluster, Rung, Track
from playbook.text import LocalText
from playbook.times import Moment

ClockState = Literal["not_started", "running", "due_soon", "overdue", "met", "met_late", "not_computable"]
PromiseOutcome = Literal["open", "kept", "kept_late", "broken", "not_recorded"]
Situation = Mapping[str, "str | tuple[str, ...]"]


@dataclass(frozen=True)
class Remark:
    """Something to tell a reader: a message key, its values (texts, moments, sums, numbers), and the rules it comes from."""

    id: str
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    level: Literal["block", "error", "warning", "suggestion"] = "warning"


@dataclass(frozen=True)
class Evidence:
    """Which field of the record decided, its value, and where it stands."""

    field: str
    value: str
    place: str


@dataclass(frozen=True)
class OpenTrack:
    """A track that is open, and what opened it. `rule` None is the standard track, or one opened by hand without a rule."""

    id: str
    rule: Track | None
    evidence: tuple[Evidence, ...]
    by_hand: bool = False


@dataclass(frozen=True)
class Severity:
    """How severe it is, by which rule, and who must speak. `rule` None: no rule fired, or a person set the level."""

    level: Literal["SEV-1", "SEV-2", "SEV-3", "SEV-4"]
    rule: str | None
    reason: Remark
    leader_speaks: bool
    speaker: Rung | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class ClusterChoice:
    """The cluster in force, its permitted strategies, and why (a history raises it one step)."""

    cluster: Cluster
    reason: Remark
    raised_from: str | None = None


@dataclass(frozen=True)
class ApologyAllowance:
    """What an apology may say now. Not legal advice."""

    depth: Literal["feeling", "full", "sympathy", "none"]
    timing: Literal["staged", "immediate", "after_listening"]
    feeling_apology_allowed: bool
    cause_apology_allowed: bool
    mode: ApologyMode | None
    reasons: tuple[Remark, ...]


@dataclass(frozen=True)
class Gap:
    """One wait between two words to the customer. `open` means that it still runs."""

    start: Moment
    end: Moment
    seconds: int
    allowed_until: Moment
    breached: bool
    open: bool = False


@dataclass(frozen=True)
class Clock:
    """One clock on this incident. `elapsed_seconds` is net of pauses."""

    rule: ClockRule
    started_at: Moment | None
    due_at: Moment | None
    met_at: Moment | None
    state: ClockState
    elapsed_seconds: int | None
    breached: bool
    gaps: tuple[Gap, ...] = ()
    skipped: tuple[str, ...] = ()  # days that did not count, `2026-05-10 weekend`

    @property
    def late(self) -> tuple[Gap, ...]:
        """Return the gaps that were too long."""
        return tuple(gap for gap in self.gaps if gap.breached)


@dataclass(frozen=True)
class Duration:
    """The time between two points. `definition` is a message key; None seconds is never zero."""

    id: str
    definition: str
    start: Moment | None
    end: Moment | None
    seconds: int | None
    status: Literal["calculated", "missing_input", "invalid_order"]

    @property
    def minutes(self) -> int | None:
        """Return whole minutes."""
        return None if self.seconds is None else self.seconds // 60


@dataclass(frozen=True)
class PromiseState:
    """One promise that was made: whose authority it needed, whether it had it, and whether it was kept.

    `authorised` is False with the reason `role_not_recorded` where nobody wrote down who promised.
    """

    id: str
    source: Literal["promise", "existing_text", "next_update"]
    text: LocalText
    at: Moment | None
    by: str | None
    to: str | None
    value: Money | None
    due: Moment | None
    kept_at: Moment | None
    public: bool
    authority_needed: Rung | None
    authorised: bool
    reason: str  # message key `assessment.promise_<reason>` names it
    state: PromiseOutcome

    @property
    def unauthorised(self) -> bool:
        """Tell whether it is known that nobody with the authority stood behind it (S0-35, S0-36)."""
        return not self.authorised and self.reason != "role_not_recorded"


@dataclass(frozen=True)
class Figure:
    """A number worked out from the record, with what it was worked out from. A share is a percentage."""

    id: str
    definition: str
    value: Decimal | int | Money
    inputs: Mapping[str, Any]
    unit: Literal["percent", "count", "money", "days", "ratio"]
    at_most: bool = False
    label: LocalText | None = None


@dataclass(frozen=True)
class AskNext:
    """Something worth asking that nobody wrote down yet."""

    field: str
    key: str
    why: tuple[str, ...]


@dataclass(frozen=True)
class Assessment:
    """Where an incident stands at a time, under a policy."""

    as_of: Moment | None
    tracks: tuple[OpenTrack, ...]
    severity: Severity
    cluster_choice: ClusterChoice
    fault: FaultStatus
    fault_history: tuple[FaultEntry, ...]
    apology: ApologyAllowance
    clocks: tuple[Clock, ...]
    measures_of_time: Mapping[str, Duration]
    promises: tuple[PromiseState, ...]
    figures: tuple[Figure, ...]
    situation: Situation
    ask_next: tuple[AskNext, ...]
    warnings: tuple[Remark, ...]
    points: Mapping[str, Moment]
    switches: Mapping[str, Any]
    outdated: tuple[Outdated, ...] = ()  # what of our own texts no longer agrees with the record

    @property
    def cluster(self) -> Cluster:
        """Return the cluster in force."""
        return self.cluster_choice.cluster

    @property
    def unauthorised_promises(self) -> tuple[PromiseState, ...]:
        """Return the promises nobody with the authority stood behind."""
        return tuple(promise for promise in self.promises if promise.unauthorised)

    def figure(self, id_: str) -> Figure | None:
        """Return a figure by id."""
        return next((figure for figure in self.figures if figure.id == id_), None)

    def clock(self, id_: str) -> Clock | None:
        """Return a clock by the id of its rule."""
        return next((clock for clock in self.clocks if clock.rule.id == id_), None)

    def has_track(self, id_: str) -> bool:
        """Tell whether a track is open."""
        return any(track.id == id_ for track in self.tracks)

"""The effective policy: what a chain of layers comes to, every value with its layer, file and line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Any, Literal

from playbook.clocks import Calendar, Unit, due_day
from playbook.money import Money
from playbook.policy.letterhead import Letterhead
from playbook.text import Language, LocalText

_WIDE = 0x1100  # from here on characters are as wide as two Latin ones


@dataclass(frozen=True)
class Origin:
    """Where a value comes from: the layer (`base`, `clients/harbour-ferries`), the file below it, and the line."""

    layer: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.layer}/{self.file}:{self.line}"


@dataclass(frozen=True)
class Switch:
    """One policy switch (Appendix B): its value in force, and why the base default is what it is."""

    id: str
    value: Any
    default: Any
    allowed: tuple[str, ...]
    reason: LocalText
    sources: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True)
class Rung:
    """One rung of the authority ladder. `ceiling` None means unlimited; the lowest `rank` is the first line."""

    role: str
    label: LocalText
    rank: int
    ceiling: Money | None
    cumulative_ceiling: Money | None
    remedies: tuple[str, ...]  # kinds of remedy the role may grant; empty = all
    public: bool  # may make public commitments
    needs_second: bool
    start: date | None
    end: date | None
    origin: Origin


@dataclass(frozen=True)
class ClockRule:
    """One clock: what starts it, what stops it, how long it may run."""

    id: str
    label: LocalText
    starts_from: str  # name of a point in time: signal, detected_at, first_reply, progress, …
    met_by: str  # name of the point that stops it
    period: int
    unit: Unit
    level: Literal["warn", "breach", "statutory", "promise"]
    calendar: str | None
    pausable: bool
    repeats: bool
    jurisdictions: tuple[str, ...]
    source: str
    start: date | None
    end: date | None
    origin: Origin
    cut_off: time | None = None  # what comes in later, or on a day off, counts as the next business day's
    ends_at: time | None = None  # close of business on the last day; None is the end of that day
    version_by: Literal["event", "start"] = "event"  # whose day has to lie in start to end
    note: str = ""

    def in_force(self, day: date | None) -> bool:
        """Tell whether the clock is in force on a day; where the day is not known, it may be."""
        if day is None:
            return True
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def due_day(self, start: date, calendar: str = "") -> date | None:
        """Return the last day where the clock starts on a day, pauses apart; None for minutes and hours.

        `calendar` is the policy's: it counts where the clock names none of its own.
        """
        days = Calendar(calendar if self.calendar is None else self.calendar)
        return due_day(start, self.period, self.unit, days, cut_off=self.cut_off)


@dataclass(frozen=True)
class SeverityRule:
    """One row of the severity matrix: an impact and its level (or a threshold) give a severity."""

    id: str
    impact: str
    level: int | None
    affected_at_least: int | None
    severity: Literal["SEV-1", "SEV-2", "SEV-3", "SEV-4"]
    leader_speaks: bool
    source: str
    origin: Origin


@dataclass(frozen=True)
class Condition:
    """A condition as data: every named field of the situation must have one of the values.

    The situation is the flat mapping that `assessment.situation` builds (fault_status, track, stage, severity,
    jurisdiction, kind, has_…, switch.…); a condition never computes.
    """

    any_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def holds(self, situation: Mapping[str, str | tuple[str, ...]]) -> bool:
        """Tell whether the situation meets the condition."""
        for name, values in self.any_of.items():
            have = situation.get(name, "")
            have = have if isinstance(have, tuple) else (have,)
            if not any(value in have for value in values):
                return False
        return True


@dataclass(frozen=True)
class Step:
    """One step of the playbook, with its role, time, exit criterion, dos and don'ts, and the rules it comes from."""

    id: str
    stage: str  # P0 … P12, T1 … T6
    label: LocalText
    role: str
    by_when: str  # a clock id, or empty
    done_test: LocalText
    do: LocalText
    dont: LocalText
    condition: Condition
    done_when: Condition | None  # None: the record cannot tell, a person has to
    sources: tuple[str, ...]  # S-ids
    origin: Origin


@dataclass(frozen=True)
class Role:
    """A role of the playbook, and the rung of the authority ladder that it stands on (empty: none)."""

    id: str
    rung: str
    label: LocalText
    sources: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True)
class Note:
    """Something the playbook tells its readers: care for staff, attitude, rationale, a figure to cite, a case, a maxim.

    `voice` keeps apart who says so where a source has two voices (B the book, R its reviewer; S1-01).
    """

    id: str
    kind: str
    stage: str  # empty: every stage
    voice: str
    text: LocalText
    sources: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True)
class Track:
    """A side track (T1 … T6): the condition that opens it and what it needs."""

    id: str
    label: LocalText
    condition: Condition
    who: tuple[str, ...]
    not_allowed: LocalText
    sources: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True)
class Cluster:
    """A crisis cluster (SCCT: victim, accidental, preventable, undetermined) and the strategies it permits."""

    id: str
    label: LocalText
    fault_statuses: tuple[str, ...]
    strategies: tuple[str, ...]
    forbidden: tuple[str, ...]
    source: str
    origin: Origin


@dataclass(frozen=True)
class Channel:
    """A channel: how long a text may be, its visibility and its voice."""

    id: str
    label: LocalText
    visibility: Literal["public", "private", "internal"]
    max_characters: int | None
    voice: str  # comment, post, letter, message, spoken, statement
    social: bool
    toll_free_prefixes: tuple[str, ...]
    origin: Origin
    wide_weight: int = 1  # as how many characters the channel counts a Chinese one, or an emoji

    def length(self, text: str) -> int:
        """Return how long a text is as this channel counts it."""
        if self.wide_weight == 1:
            return len(text)
        return sum(1 if ord(c) < _WIDE else self.wide_weight for c in text)


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document: its audience, its stage, the parts it needs, the channels it is written for."""

    id: str
    label: LocalText
    audience: Literal["public", "customer", "internal"]
    stage: str
    parts: tuple[str, ...]
    channels: tuple[str, ...]  # channel ids or voices; `signal` = the channel of the signal
    condition: Condition
    origin: Origin


@dataclass(frozen=True)
class ApologyMode:
    """What an apology may say under a jurisdiction, and why. Not legal advice."""

    id: str
    jurisdiction: str
    mode: Literal["full", "sympathy_only"]
    reason: LocalText
    source: str
    origin: Origin


@dataclass(frozen=True)
class OptionRow:
    """One part of a remedy option a table may offer (options.csv). An option is all rows of one `option`."""

    id: str
    option: str
    rank: int
    line: Literal["statutory", "need_now", "inconvenience"]
    kind: str
    label: LocalText
    amount: Money | None  # fixed sum, or what the thing is worth
    share: tuple[int, int] | None  # numerator, divisor
    of: str  # the input that the share is taken of, or that is paid in full
    paid: bool  # money that is paid; otherwise `amount` is a worth
    non_monetary: bool
    harm: LocalText | None
    condition: LocalText | None
    source: str
    origin: Origin


@dataclass(frozen=True)
class Entitlement:
    """A published standing entitlement (S2-25)."""

    id: str
    text: LocalText
    trigger: str
    amount: Money | None
    start: date | None
    origin: Origin


@dataclass(frozen=True)
class Term:
    """How a client calls one thing (glossary.csv): the form to use in each language, and the forms not to use.

    A `brand` is a name that is written the client's way, in every language; `note` says to readers why.
    """

    id: str
    kind: Literal["term", "brand"]
    use: LocalText
    avoid: Mapping[Language, tuple[str, ...]]
    note: LocalText
    origin: Origin


@dataclass(frozen=True)
class Brand:
    """How a client names itself and what its texts carry."""

    name: LocalText
    short_name: LocalText
    customers: LocalText  # how its texts call the people it serves: customers, parents, passengers
    value: LocalText  # one values sentence
    size: str
    letterhead: Letterhead
    signatories: Mapping[str, Mapping[str, Any]]  # role -> {name: LocalText, title: LocalText, honorific}
    contact: Mapping[str, Any]  # line, email, url, hours
    banned_words: Mapping[Language, tuple[str, ...]]


@dataclass(frozen=True)
class Policy:
    """The effective policy of a client (or of `base` alone). `table_files` are read by the table module on demand."""

    name: str
    layers: tuple[str, ...]
    folders: tuple[Path, ...]  # one folder a layer, lowest first
    languages: tuple[Language, ...]
    currency: str
    jurisdiction: str
    timezone: str
    calendar: str
    in_force_from: date | None
    brand: Brand
    switches: Mapping[str, Switch]
    authority: tuple[Rung, ...]
    clocks: tuple[ClockRule, ...]
    severity: tuple[SeverityRule, ...]
    steps: tuple[Step, ...]
    roles: Mapping[str, Role]
    notes: tuple[Note, ...]
    tracks: tuple[Track, ...]
    clusters: tuple[Cluster, ...]
    channels: Mapping[str, Channel]
    kinds: Mapping[str, DocumentKind]
    apology_modes: tuple[ApologyMode, ...]
    options: tuple[OptionRow, ...]
    entitlements: tuple[Entitlement, ...]
    thresholds: Mapping[str, int]  # cause code -> tolerated count (S2-08)
    table_files: Mapping[
        str, tuple[Path, tuple[Path, ...]]
    ]  # table name -> header file, patch files in layer order
    sha256: str  # of every file of every layer
    terms: Mapping[str, Term] = field(default_factory=dict)  # glossary.csv, and `glossary` of policy.yaml

    def switch(self, name: str) -> Any:
        """Return the value of a switch. Raises KeyError for a name that Appendix B does not have."""
        return self.switches[name].value

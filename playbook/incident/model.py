"""The record of an incident: what `incident.yaml` and the CSV files beside it hold.

Everything but the five questions of a minimal record (client, what_happened, noticed, channel, contact) may be
missing; `None` means *not recorded* and is never read as zero or as no. Field names follow Appendix A of the
specification in the standard terms of incident records. Text for people is a map by language (`LocalText`);
a plain string in the file is text in `Incident.language`. Amounts are in minor units of `currency` once read.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from playbook.incident.answer import (
    Approval,
    Chosen,
    Decision,
    Demand,
    ExistingText,
    Extortion,
    Fact,
    Factor,
    FaultEntry,
    FollowUp,
    GroupRemedy,
    Impact,
    Measure,
    OptionPart,
    Pause,
    Promise,
    RecordedOption,
    Review,
    SeverityOverride,
    Statement,
    Threat,
    Timestamps,
)
from playbook.incident.base import (
    ActionState,
    Amount,
    Answer,
    Count,
    FactStatus,
    FaultStatus,
    IncidentKind,
    Name,
    Plain,
    Record,
    Recurrence,
    Text,
    Visibility,
)
from playbook.incident.people import (
    AskedQuestion,
    Author,
    Bystanders,
    Contact,
    Handler,
    Intake,
    NoteSegment,
    Person,
    PriorContact,
    Question,
    SameCause,
    Signal,
    Telling,
    Tellings,
)
from playbook.incident.rows import ComplaintRow, CustomerRow, SentRow, TimelineRow
from playbook.text import Language
from playbook.times import Moment


class Incident(Record):
    """One incident folder, read and valid."""

    # the five questions of a minimal record
    client: Name
    what_happened: Text
    # where it comes from
    reference: str
    folder: str = ""
    title: Text | None = None
    kind: IncidentKind = "complaint"
    mode: Literal["live", "retrospective", "exercise"] = "live"
    invented: bool = False
    sources: tuple[str, ...] = ()
    language: Language = "en"
    jurisdiction: str | None = None
    timezone: str = "UTC"
    currency: str | None = None
    as_of: Moment | None = None
    visibility: Visibility = "internal"
    wording_choice: dict[str, str] = Field(
        default_factory=dict
    )  # draft id or part -> wording id chosen by a person
    policy_override: dict[str, Any] = Field(default_factory=dict)  # switch -> value, for this incident only

    brand_promise: Text | None = None
    brand_value: Text | None = None
    event_name: Text | None = None  # how texts call it: 母親節蛋糕延誤, the March lock update
    affected_count: Count | None = Field(default=None, ge=0)
    affected_group: Text | None = None
    public_spread: bool | None = None
    impacts: tuple[Impact, ...] = ()
    severity: SeverityOverride | None = None
    tracks: tuple[
        Literal["T1", "T2", "T3", "T4", "T5", "T6"], ...
    ] = ()  # opened by hand, beside those rules open
    timestamps: Timestamps = Timestamps()
    signal: Signal | None = None
    contact: Contact | None = None
    handler: Handler | None = None
    team: tuple[Person, ...] = ()
    bystanders: Bystanders | None = None
    bystander_questions: tuple[Question, ...] = ()
    intake: Intake | None = None
    expectation: Text | None = None
    reality: Text | None = None
    effect_on_customer: Text | None = None
    tellings: Tellings | None = None
    unknowns: tuple[Text, ...] = ()
    doing_now: tuple[Text, ...] = ()
    do_now: tuple[Text, ...] = ()  # what people should do now
    next_update_at: Moment | None = None
    facts: tuple[Fact, ...] = ()
    fault: tuple[FaultEntry, ...] = ()
    losses: dict[str, Amount] = Field(default_factory=dict)
    price: Amount | None = None
    remedy_inputs: dict[str, Answer] = Field(
        default_factory=dict
    )  # inputs of the policy's tables for the complainant
    demands: tuple[Demand, ...] = ()
    threats: tuple[Threat, ...] = ()
    sop_complete: bool | None = None
    asked_for_boss: bool | None = None
    off_topic: bool | None = None
    promises: tuple[Promise, ...] = ()
    approvals: tuple[Approval, ...] = ()
    progress_updates: tuple[Moment, ...] = ()
    pauses: tuple[Pause, ...] = ()
    time_agreed: Moment | None = None  # an exact later time agreed with the customer (switch progress_clock)
    options: tuple[RecordedOption, ...] = ()
    options_offered_at: Moment | None = None
    option_approvals: dict[str, str] = Field(default_factory=dict)  # option id -> approval id
    chosen: Chosen | None = None
    group_remedies: tuple[GroupRemedy, ...] = ()
    statements: tuple[Statement, ...] = ()
    existing_texts: tuple[ExistingText, ...] = ()
    measures: tuple[Measure, ...] = ()
    follow_up: FollowUp | None = None
    thanks_for: Text | None = None  # the concrete point the customer raised (S1-50)
    decisions: tuple[Decision, ...] = ()
    extortion: Extortion | None = None
    review: Review | None = None

    # from the CSV files
    timeline: tuple[TimelineRow, ...] = ()
    complaints: tuple[ComplaintRow, ...] = ()
    sent: tuple[SentRow, ...] = ()
    customers: tuple[CustomerRow, ...] = ()
    drafts: dict[str, str] = Field(default_factory=dict)  # draft id -> text as edited by a person
    evidence: dict[str, str] = Field(default_factory=dict)  # path in the folder -> sha256
    kept_texts: dict[str, str] = Field(
        default_factory=dict
    )  # path in evidence/ -> a text as it was sent or approved

    def fact(self, id_: str) -> Fact | None:
        """Return the fact of an id."""
        return next((fact for fact in self.facts if fact.id == id_), None)

    @property
    def fault_history(self) -> tuple[FaultEntry, ...]:
        """Return whose fault it was held to be, in order of time; an entry without a time holds from the beginning."""
        dated = [(entry.at, entry) for entry in self.fault if entry.at is not None]
        undated = [entry for entry in self.fault if entry.at is None]
        return (*undated, *(entry for _, entry in sorted(dated, key=lambda pair: pair[0])))

    def fault_at(self, moment: Moment | None) -> FaultStatus:
        """Return whose fault it was held to be at a time (the last entry not after it)."""
        held: FaultStatus = "unknown"
        for entry in self.fault_history:
            if moment is None or entry.at is None or entry.at <= moment:
                held = entry.value
        return held


__all__ = [
    "ActionState",
    "Amount",
    "Approval",
    "AskedQuestion",
    "Author",
    "Bystanders",
    "Chosen",
    "ComplaintRow",
    "Contact",
    "CustomerRow",
    "Decision",
    "Demand",
    "ExistingText",
    "Extortion",
    "Fact",
    "FactStatus",
    "Factor",
    "FaultEntry",
    "FaultStatus",
    "FollowUp",
    "GroupRemedy",
    "Handler",
    "Impact",
    "Incident",
    "IncidentKind",
    "Intake",
    "Measure",
    "NoteSegment",
    "OptionPart",
    "Pause",
    "Person",
    "Plain",
    "PriorContact",
    "Promise",
    "Question",
    "Record",
    "RecordedOption",
    "Recurrence",
    "Review",
    "SameCause",
    "SentRow",
    "SeverityOverride",
    "Signal",
    "Statement",
    "Telling",
    "Tellings",
    "Text",
    "Threat",
    "TimelineRow",
    "Timestamps",
    "Visibility",
]

"""What is known and what we did about it: facts, fault, promises, remedies, statements, measures, the review."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from playbook.incident.base import (
    ActionState,
    Amount,
    Count,
    FactStatus,
    FaultStatus,
    Plain,
    Record,
    Recurrence,
    Text,
    Visibility,
)
from playbook.incident.people import Person
from playbook.text import Language
from playbook.times import Moment


class Fact(Record):
    """One thing we know, or are told, with its status and source. `value` is a number, sum, time or text as recorded."""

    id: str
    text: Text
    status: FactStatus = "claimed"
    value: Plain | None = None
    unit: str | None = None
    source: str | None = None
    source_location: str | None = None
    at: Moment | None = None
    confirmed_by: str | None = None
    verified_with: str | None = None
    supersedes: str | None = None
    visibility: Visibility = "internal"
    cause: bool = False  # it says why it happened
    share_of: str | None = (
        None  # id of a fact: this value is a part of that one's (412 of 1200), printed as a share
    )
    since: str | None = None  # id of a fact: both values are times, and the time between is printed


class FaultEntry(Record):
    """Whose fault it was held to be, from a time on; without one, from the beginning."""

    at: Moment | None = None
    value: FaultStatus
    by: str | None = None
    party: Text | None = None
    note: str | None = None


class Promise(Record):
    """Something promised to someone, by whom, until when, and with whose approval (S0-35, S0-36)."""

    id: str
    at: Moment | None = None
    by: str | None = None
    role: str | None = None
    to: str | None = None
    text: Text
    due: Moment | None = None
    kept_at: Moment | None = None
    value: Amount | None = None
    approval: str | None = None  # id in approvals.csv or Incident.approvals
    public: bool = False
    progress: bool = False  # it promises only a next word by `due`; a progress report by then keeps it


class Pause(Record):
    """A stretch in which pausable clocks stand still, with the reason (waiting for the customer's papers)."""

    start: Moment
    end: Moment | None = None
    reason: Text
    by: str | None = None
    clocks: tuple[str, ...] = ()  # clock ids; empty = every pausable clock


class Approval(Record):
    """A decision by someone who may decide."""

    id: str
    what: str
    by: str | None = None
    role: str
    at: Moment | None = None
    decision: Literal["approved", "rejected", "waived"] = "approved"
    reason: str | None = None
    content_sha256: str | None = None


class OptionPart(Record):
    """One part of an option: what is needed now, or what is due for the inconvenience (S2-48)."""

    line: Literal["statutory", "need_now", "inconvenience"]
    kind: str  # refund, replacement, voucher, reimbursement, apology_card, …
    label: Text
    amount: Amount | None = None  # money that is paid
    worth: Amount | None = None  # what a thing that is not paid in money is worth
    harm: Text | None = None  # which harm it balances (S2-47)


class RecordedOption(Record):
    """An option as it was offered, when it did not come from the policy's tables."""

    id: str
    parts: tuple[OptionPart, ...]
    role: str | None = None
    reason: Text | None = None  # why it is in proportion (S2-46)


class Chosen(Record):
    """What the customer chose (S3-23)."""

    option: str
    at: Moment | None = None
    by: str | None = None


class Demand(Record):
    """What the customer asked for."""

    at: Moment | None = None
    text: Text
    amount: Amount | None = None
    feasible: bool | None = None


class Threat(Record):
    """A threat that was made."""

    at: Moment | None = None
    text: Text
    continues: bool | None = None


class Statement(Record):
    """A public statement, planned or made: who speaks, where, when approved."""

    at: Moment | None = None
    speaker: Person | None = None
    form: Text | None = None
    channels: tuple[str, ...] = ()
    approved_at: Moment | None = None
    content: Text | None = None


class ExistingText(Record):
    """A text that is out there (or in a draft), whole or its telling part, to be checked against the record."""

    id: str
    where: Text
    text: str
    language: Language
    at: Moment | None = None
    author_role: str | None = None
    recipient: str | None = None
    value: Amount | None = None
    approval: str | None = None
    online: bool | None = None
    internal: bool = False
    correction: Text | None = None  # what is right, where the text is wrong


class Measure(Record):
    """A measure against a repeat, with owner, date and the answer to: will it really stop it? (S0-05)."""

    id: str
    what: Text
    class_: Literal["prevent", "detect", "mitigate", "repair", "learn", "communicate", "remedy"] = Field(
        default="prevent", alias="class"
    )
    owner: Text | None = None
    owner_role: str | None = None
    due: Moment | None = None
    done_at: Moment | None = None
    effective_from: Moment | None = None
    state: ActionState = "agreed"
    done_test: Text | None = None
    recurrence: Recurrence = "unknown"
    recurrence_evidence: Text | None = None
    cause: Text | None = None
    improvement: Text | None = None
    effect: Text | None = None
    consequence: Text | None = None
    public: bool = True


class GroupRemedy(Record):
    """What a whole group of affected people gets without asking."""

    id: str
    label: Text
    count: Count = Field(ge=0)
    each: Amount | None = None
    at_most: bool = False
    kind: str = "voucher"


class FollowUp(Record):
    """The check afterwards that nothing is left unsolved (P10)."""

    at: Moment | None = None
    channel: str | None = None
    open_issues: Count | None = Field(default=None, ge=0)
    issues: tuple[Text, ...] = ()
    issue_owner: Text | None = None
    satisfied: bool | None = None
    quote: str | None = None


class Decision(Record):
    """One entry of the decision log: alternatives, advice and decision side by side (S0-08)."""

    id: str
    at: Moment | None = None
    question: Text | None = None
    alternatives: tuple[Text, ...] = ()
    advice: Text | None = None
    decision: Text | None = None
    decided_by: str | None = None
    against_advice: bool | None = None
    pressure_note: Text | None = None
    comply: bool = False  # the decision is to do what an extortioner demands
    sure_they_delete: Text | None = None
    taste_for_more: Text | None = None


class Extortion(Record):
    """A threat with a demand by a stranger (T5). Data is named by type, never itself."""

    demand: Text | None = None
    deadline: Moment | None = None
    data_exposed_types: tuple[Text, ...] = ()
    police_reported_at: Moment | None = None
    police_reference: str | None = None


class Factor(Record):
    """A contributing factor; there is no single root cause, and no person is one."""

    id: str
    category: Literal["people", "process", "technology", "supplier", "communication", "policy", "environment"]
    text: Text
    cause_code: str | None = None


class Review(Record):
    """What the review found, as far as people wrote it down."""

    owner: Text | None = None
    meeting_at: Moment | None = None
    status: Literal["draft", "in_review", "reviewed", "closed"] = "draft"
    factors: tuple[Factor, ...] = ()
    well: tuple[Text, ...] = ()
    badly: tuple[Text, ...] = ()
    lucky: tuple[Text, ...] = ()
    surprised: tuple[Text, ...] = ()
    lessons: tuple[Text, ...] = ()
    next_time: tuple[Text, ...] = ()
    open_questions: tuple[Text, ...] = ()
    approvers: tuple[str, ...] = ()


class Impact(Record):
    """How many were affected, how badly."""

    kind: Literal["people", "money", "service", "data", "safety", "trust"]
    level: int = Field(ge=0, le=4)
    people_affected: Count | None = Field(default=None, ge=0)
    count_status: Literal["exact", "estimate", "minimum", "unknown"] = "exact"
    note: Text | None = None


class Timestamps(Record):
    """The standard points in time of an incident."""

    occurred_at: Moment | None = None
    impact_started_at: Moment | None = None
    detected_at: Moment | None = None
    reported_at: Moment | None = None
    acknowledged_at: Moment | None = None
    first_public_statement_at: Moment | None = None
    mitigated_at: Moment | None = None
    impact_ended_at: Moment | None = None
    resolved_at: Moment | None = None
    closed_at: Moment | None = None


class SeverityOverride(Record):
    """A severity set by a person, with the reason."""

    level: Literal["SEV-1", "SEV-2", "SEV-3", "SEV-4"]
    by: str
    reason: str

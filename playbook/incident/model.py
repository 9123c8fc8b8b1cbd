"""The record of an incident: what `incident.yaml` and the CSV files beside it hold.

Everything but the five questions of a minimal record (client, what_happened, noticed, channel, contact) may be
missing; `None` means *not recorded* and is never read as zero or as no. Field names follow Appendix A of the
specification in the standard terms of incident records. Text for people is a map by language (`LocalText`);
a plain string in the file is text in `Incident.language`. Amounts are in minor units of `currency` once read.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema

from playbook.money import Money
from playbook.text import Language
from playbook.times import Moment

FactStatus = Literal["confirmed", "claimed", "disputed", "refuted", "retracted", "unknown"]
FaultStatus = Literal[
    "unknown", "company", "supplier", "subsidiary", "customer_misread", "third_party_crime", "mixed"
]
Visibility = Literal["public", "internal", "restricted"]
IncidentKind = Literal["complaint", "public_complaint", "public_crisis", "extortion"]
Recurrence = Literal["yes", "partly", "no", "unknown"]
ActionState = Literal["candidate", "agreed", "in_progress", "done", "dropped"]


def _local_text(value: Any) -> dict[str, str]:
    # The reader has already turned one plain string into {incident.language: string}.
    if (
        isinstance(value, dict)
        and value
        and all(isinstance(v, str) and k in ("zh-Hant", "zh-Hans", "en") for k, v in value.items())
    ):
        return dict(value)
    raise ValueError("text, or a map with the keys zh-Hant, zh-Hans, en")


def _money(value: Any) -> Money:
    # The reader has already filled in the incident's currency: {amount, currency}.
    if isinstance(value, Money):
        return value
    if isinstance(value, dict) and set(value) == {"amount", "currency"}:
        money = Money.parse(value["amount"], str(value["currency"]))
        if money.minor < 0:
            raise ValueError("an amount that is not negative")
        return money
    raise ValueError('an amount such as 1280, or {amount: "1280.00", currency: TWD}')


def _plain(value: Any) -> str:
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    raise ValueError("text")


Text = Annotated[dict[str, str], PlainValidator(_local_text), WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "object", "properties": {"zh-Hant": {"type": "string"}, "zh-Hans": {"type": "string"}, "en": {"type": "string"}}, "additionalProperties": False}]})]  # fmt: skip
Amount = Annotated[Money, PlainValidator(_money), WithJsonSchema({"anyOf": [{"type": ["string", "integer"]}, {"type": "object", "required": ["amount", "currency"], "properties": {"amount": {"type": ["string", "integer"]}, "currency": {"type": "string", "pattern": "^[A-Z]{3}$"}}, "additionalProperties": False}]})]  # fmt: skip
Plain = Annotated[str, PlainValidator(_plain), WithJsonSchema({"type": ["string", "integer"]})]


class Record(BaseModel):
    """Base of all records: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Person(Record):
    """Someone who acts for the client. `honorific` is a key such as `ms`, `mr`, `dr`, `none`; languages word it."""

    name: Text | None = None
    honorific: Literal["ms", "mr", "dr", "none"] | None = None
    role: str | None = None  # id of a rung in authority.csv, or a role of steps.csv
    title: Text | None = None  # as it is printed: 總經理, operations lead
    consent_to_name: bool | None = None
    omission_reason: str | None = None  # why name or honorific is left out (switch handler_gender)


class Contact(Record):
    """How a customer reaches a person: the handler's direct line, and a written way."""

    line: Plain | None = None
    email: str | None = None
    url: str | None = None
    hours: Text | None = None


class Handler(Person):
    """The named person who answers, with a direct line (S0-25, S0-27)."""

    setting: Literal["phone", "on_site", "online"] | None = None
    contact: Contact | None = None
    backup: Person | None = None


class Author(Record):
    """The person who complained, as they may be addressed in public, and what stays private."""

    display_name: str | None = None
    name: Text | None = None  # the display name as each language writes it (Chen Ya-wen), where that differs
    honorific: Literal["ms", "mr", "dr", "none"] | None = None
    private_name: str | None = None
    private: dict[str, str] = Field(
        default_factory=dict
    )  # address, flight, booking …: never in a public text
    effort_spent: Text | None = None
    tenure: str | None = None


class PriorContact(Record):
    """An attempt to reach us before the signal (S4-16)."""

    at: Moment | None = None
    by: Literal["phone", "email", "dm", "chat", "visit", "letter", "other"] = "phone"
    result: Literal["busy", "unanswered", "no_reply", "refused", "passed_on", "answered", "unknown"] = (
        "unknown"
    )
    hold_minutes: int | None = None
    note: Text | None = None


class SameCause(Record):
    """Earlier signals of the same cause (S1-22, S4-07)."""

    label: Text
    first_at: Moment | None = None
    last_at: Moment | None = None
    count: int = Field(ge=0)
    action: Text | None = None


class Signal(Record):
    """The post, call or mail with which it began (P1)."""

    at: Moment | None = None
    channel: str | None = None  # id in channels.csv: facebook, line, weibo, phone, email, web …
    channel_name: Text | None = None
    visibility: Literal["public", "private"] | None = None
    url: str | None = None
    author: Author | None = None
    verbatim: str | None = None
    verbatim_language: Language | None = None
    prior_contacts: tuple[PriorContact, ...] = ()
    same_cause_history: tuple[SameCause, ...] = ()


class Bystanders(Record):
    """Those who watch (S0-42): counts at one time."""

    as_of: Moment | None = None
    comments: int | None = Field(default=None, ge=0)
    reposts: int | None = Field(default=None, ge=0)
    sample: int | None = Field(default=None, ge=1)
    same_complaint: int | None = Field(default=None, ge=0)
    negative: int | None = Field(default=None, ge=0)
    questions: int | None = Field(default=None, ge=0)
    supportive: int | None = Field(default=None, ge=0)


class Question(Record):
    """A bystander's question and the answer that stands on record (S0-42, S4-25)."""

    id: str
    question: Text
    answer: Text | None = None
    owner: str | None = None
    location: str | None = None
    fact_ids: tuple[str, ...] = ()


class NoteSegment(Record):
    """One stretch of the recorded conversation, word for word, and its read-back (S0-29, S0-30)."""

    id: str
    at: Moment | None = None
    verbatim: str
    verbatim_language: Language | None = None
    read_back_at: Moment | None = None
    confirmed: bool | None = None
    correction: str | None = None
    on_topic: bool | None = None


class AskedQuestion(Record):
    """A question we asked, open first, then closed (S3-14 … S3-20)."""

    type: Literal["open", "narrowing", "closed"]
    text: str
    answer: str | None = None
    at: Moment | None = None


class Intake(Record):
    """Listening on the record (P3 to P5)."""

    started_at: Moment | None = None
    ended_at: Moment | None = None
    first_telling_done: bool | None = None
    segments: tuple[NoteSegment, ...] = ()
    questions: tuple[AskedQuestion, ...] = ()
    emotions: tuple[Text, ...] = ()  # in the customer's own words
    emotion_after: Text | None = None
    meaning_of_anger: Text | None = None
    core_need: Text | None = None
    need_confirmed: bool | None = None


class Tellings(Record):
    """A few short tellings, as a person would say them, around which drafts are built.

    Each is a whole sentence in each language, written to the customer (`reply`, second person) or about them
    (`statement`, third person). A missing one makes the draft say less.
    """

    expected: Telling | None = None
    got: Telling | None = None
    effect: Telling | None = None
    tried: Telling | None = None
    doing: Telling | None = None


class Telling(Record):
    """One telling in the two persons, and the facts it states."""

    reply: Text | None = None
    statement: Text | None = None
    fact_ids: tuple[str, ...] = ()


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
    """Whose fault it was held to be, from a time on."""

    at: Moment
    value: FaultStatus
    by: str | None = None
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
    count: int = Field(ge=0)
    each: Amount | None = None
    at_most: bool = False
    kind: str = "voucher"


class FollowUp(Record):
    """The check afterwards that nothing is left unsolved (P10)."""

    at: Moment | None = None
    channel: str | None = None
    open_issues: int | None = Field(default=None, ge=0)
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
    people_affected: int | None = Field(default=None, ge=0)
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


class TimelineRow(Record):
    """One row of timeline.csv."""

    at: Moment
    type: Literal[
        "signal",
        "detection",
        "decision",
        "action",
        "communication",
        "progress",
        "status_change",
        "escalation",
        "external",
    ]
    text: Text
    source: str | None = None
    confidence: Literal["fact", "inference", "hearsay"] = "fact"
    visibility: Visibility = "internal"


class ComplaintRow(Record):
    """One row of complaints.csv: a complaint, or a bystander's question, word for word."""

    id: str
    at: Moment | None = None
    channel: str | None = None
    author: str | None = None
    type: Literal["complaint", "question", "support"] = "complaint"
    text: str
    cause: str | None = None
    answered_at: Moment | None = None
    outcome: str | None = None


class SentRow(Record):
    """One row of sent.csv: a text that went out. `draft` texts that were sent before the kit was used have a path too."""

    at: Moment
    kind: str
    channel: str
    language: Language
    audience: Literal["public", "customer", "internal"] = "public"
    path: str | None = None
    sha256: str | None = None
    speaker: str | None = None
    url: str | None = None
    next_update_promised_at: Moment | None = None
    text: str | None = None
    progress: bool = False
    despite: str | None = None  # why it was sent although the check had blocked it


class CustomerRow(Record):
    """One affected customer: `inputs` are the columns that the policy's tables ask for, as text."""

    id: str
    inputs: dict[str, str] = Field(default_factory=dict)


class Incident(Record):
    """One incident folder, read and valid."""

    # the five questions of a minimal record
    client: str
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
    affected_count: int | None = Field(default=None, ge=0)
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
    remedy_inputs: dict[str, Plain] = Field(
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

    def fact(self, id_: str) -> Fact | None:
        """Return the fact of an id."""
        return next((fact for fact in self.facts if fact.id == id_), None)

    def fault_at(self, moment: Moment | None) -> FaultStatus:
        """Return whose fault it was held to be at a time (the last entry not after it)."""
        held: FaultStatus = "unknown"
        for entry in sorted(self.fault, key=lambda e: e.at):
            if moment is None or entry.at <= moment:
                held = entry.value
        return held


Tellings.model_rebuild()

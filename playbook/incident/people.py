"""The people of an incident: who answers, who complained, who watches, and what was said and heard."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from playbook.incident.base import Count, Plain, Record, Text
from playbook.text import Language
from playbook.times import Moment


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
    hold_minutes: Count | None = None
    note: Text | None = None


class SameCause(Record):
    """Earlier signals of the same cause (S1-22, S4-07)."""

    label: Text
    first_at: Moment | None = None
    last_at: Moment | None = None
    count: Count = Field(ge=0)
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
    comments: Count | None = Field(default=None, ge=0)
    reposts: Count | None = Field(default=None, ge=0)
    sample: Count | None = Field(default=None, ge=1)
    same_complaint: Count | None = Field(default=None, ge=0)
    negative: Count | None = Field(default=None, ge=0)
    questions: Count | None = Field(default=None, ge=0)
    supportive: Count | None = Field(default=None, ge=0)


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


Tellings.model_rebuild()

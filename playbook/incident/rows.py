"""The rows of the CSV files beside incident.yaml."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from playbook.incident.base import Record, Text, Visibility
from playbook.text import Language
from playbook.times import Moment


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

"""What a post-incident review holds beside the record itself: what was worked out for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from playbook.incident.model import Measure, SameCause
from playbook.money import Money
from playbook.text import Language
from playbook.times import Moment

NextWord = Literal["kept", "late", "broken", "open", "none"]


@dataclass(frozen=True)
class Finding:
    """Something the review lacks or must not say: `review.finding_<id>` words it."""

    id: str
    sources: tuple[str, ...]
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Return the message key."""
        return f"review.finding_{self.id}"


@dataclass(frozen=True)
class Silence:
    """A stretch in which people waited and we said nothing. `happened`: how much the timeline holds in it."""

    start: Moment
    end: Moment
    seconds: int
    happened: int


@dataclass(frozen=True)
class Voice:
    """What somebody said, with what is private masked."""

    text: str
    language: Language | None
    at: Moment | None
    channel: str | None


@dataclass(frozen=True)
class TextSent:
    """A text that went out: against which clock, and whether the next word that it promised came."""

    at: Moment
    kind: str
    channel: str
    audience: str
    speaker: str | None
    since_signal_seconds: int | None
    next_promised: Moment | None
    next_word: NextWord
    complaints_after: int | None  # in the hour after it, where complaints are on record


@dataclass(frozen=True)
class Control:
    """One measure under the question of 危機控管: will it really stop this from happening again? (S0-04, S0-05)"""

    measure: Measure
    missing: tuple[
        str, ...
    ]  # of cause, improvement, effect, consequence (S0-48), owner, due, recurrence, done_test


@dataclass(frozen=True)
class Loop:
    """The same cause before: how often, since when, and the count the client tolerates (S1-21, S2-08, S4-07)."""

    history: tuple[SameCause, ...]
    total: int
    first_at: Moment | None
    causes: tuple[str, ...]
    threshold: int | None

    @property
    def passed(self) -> bool:
        """Tell whether the earlier signals alone passed the threshold: many small fires."""
        return self.threshold is not None and self.total > self.threshold


@dataclass(frozen=True)
class Parity:
    """What single people were promised beside what everybody may choose from; `outside` is below or above it."""

    promised: tuple[Money, ...]
    lowest: Money
    highest: Money
    outside: tuple[Money, ...]


@dataclass(frozen=True)
class Outcome:
    """How it ended: satisfied or not (S0-12), what is still open, and our own ratio of good to bad words (S4-06)."""

    satisfied: bool | None
    open_issues: int | None
    quote: str | None
    positive: int | None
    negative: int | None


@dataclass(frozen=True)
class Review:
    """The post-incident review, as far as it is worked out rather than written down."""

    silences: tuple[Silence, ...]
    voices: tuple[Voice, ...]
    texts: tuple[TextSent, ...]
    control: tuple[Control, ...]
    loop: Loop | None
    parity: Parity | None
    outcome: Outcome
    may_say_not_again: bool
    findings: tuple[Finding, ...]


__all__ = [
    "Control",
    "Finding",
    "Loop",
    "NextWord",
    "Outcome",
    "Parity",
    "Review",
    "Silence",
    "TextSent",
    "Voice",
]

"""What each customer is owed and may choose, and who may grant it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from playbook.money import Money
from playbook.policy.model import Rung
from playbook.tables import Decision
from playbook.text import Language, LocalText

Outcome = Literal["priced", "not_eligible", "not_enough_information", "discretion"]
LineName = Literal["statutory", "need_now", "inconvenience"]


@dataclass(frozen=True)
class OfferLine:
    """One of the three lines of what is owed (S2-48): `amount` None is a remedy that is not money."""

    line: LineName
    basis: Literal["statutory", "contractual", "goodwill"]
    kind: str
    label: LocalText
    amount: Money | None
    row: str
    source: str
    table: str = ""
    alternative: str = ""  # lines of one table with the same word are for the customer to choose from
    decider: str = ""  # who decides between the two bounds, where the table leaves it to somebody
    at_least: Money | None = None
    at_most: Money | None = None
    remedy: str = ""  # sole, without_prejudice, deductible: what it means for further claims
    payers: Mapping[str, Money] = field(default_factory=dict)  # who bears what of the table's total
    event: int = 0  # of several events, the one that it is due for: each has alternatives of its own


@dataclass(frozen=True)
class OfferPart:
    """One part of an option: `amount` is paid, `worth` is what a thing is worth; both None is non-monetary."""

    line: LineName
    kind: str
    label: LocalText
    amount: Money | None = None
    worth: Money | None = None
    non_monetary: bool = False
    decider: str = ""  # who has yet to decide how much it is
    harm: LocalText | None = None

    @property
    def value(self) -> Money | None:
        """Return what the part counts towards the total."""
        return self.amount or self.worth


@dataclass(frozen=True)
class Offer:
    """One option the customer may choose. `authority` None means that no rung of the ladder may grant it."""

    id: str
    label: LocalText
    parts: tuple[OfferPart, ...]
    total: Money
    authority: Rung | None
    approval: str | None
    approved: bool
    reason: LocalText | None
    origin: str

    @property
    def non_monetary(self) -> bool:
        """Tell whether at least one part is not money (S0-20)."""
        return any(part.non_monetary for part in self.parts)


@dataclass(frozen=True)
class GroupLine:
    """What a whole group gets: count times each."""

    id: str
    label: LocalText
    count: int
    each: Money | None
    total: Money | None
    at_most: bool


@dataclass(frozen=True)
class OfferFinding:
    """Something about the offers that a person must know: a message key of `offers` and its values."""

    id: str
    level: Literal["block", "error", "warning", "suggestion"]
    values: Mapping[str, Any] = field(default_factory=dict)
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offers:
    """Everything that is owed and offered in one incident."""

    outcome: Outcome
    lines: tuple[OfferLine, ...] = ()
    options: tuple[Offer, ...] = ()
    missing: tuple[str, ...] = ()
    chosen: Offer | None = None
    group: tuple[GroupLine, ...] = ()
    group_total: Money | None = None
    explanation: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[OfferFinding, ...] = ()
    decider: str | None = None
    decisions: tuple[Decision, ...] = ()  # of every table that applies, for whoever has to explain them
    words: Mapping[Language, Sequence[str]] = field(
        default_factory=dict
    )  # the same, to be read to a customer

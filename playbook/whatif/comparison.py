"""What two versions of a table say differently: a customer with both answers, situations that lie together, the counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playbook.money import Money


@dataclass(frozen=True)
class Reply:
    """What one version says to a customer; `amount` None is nothing in money."""

    outcome: str
    amount: Money
    rows: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the reply as plain values."""
        return {"outcome": self.outcome, "amount": str(self.amount), "rows": list(self.rows)}

    def __str__(self) -> str:
        rows = " ".join(self.rows) or "no row"
        paid = f"{self.amount} {self.amount.currency}" if self.amount.minor else self.outcome
        return f"{paid} ({rows})"


@dataclass(frozen=True)
class Change:
    """A concrete customer (input -> value) with both answers of a table."""

    table: str
    case: Mapping[str, str]
    before: Reply
    after: Reply

    @property
    def minor(self) -> int:
        """Return what the customer gets more (less is negative), in minor units."""
        return self.after.amount.minor - self.before.amount.minor

    def as_dict(self) -> dict[str, Any]:
        """Return the change as plain values."""
        change = Money(self.minor, self.after.amount.currency)
        return {
            "table": self.table, "case": dict(self.case), "before": self.before.as_dict(), "after": self.after.as_dict(),
            "change": str(change),
        }  # fmt: skip


@dataclass(frozen=True)
class Box:
    """Situations that lie together and change alike: what they have in common, how many, and one customer of them."""

    where: Mapping[str, str]
    situations: int
    example: Change

    def as_dict(self) -> dict[str, Any]:
        """Return the box as plain values."""
        return {
            "where": dict(self.where),
            "situations": self.situations,
            "example": self.example.as_dict(),
        }


@dataclass(frozen=True)
class Comparison:
    """Two versions of one table over their joint grid.

    `another_row`: situations decided by another row; `another_amount`: that pay another sum, or come to another
    outcome; `another_kind`: that pay another kind of thing. `note` says why a table could not be compared.
    """

    table: str
    only: str  # "" in both, else "before" or "after"
    situations: int
    another_row: int = 0
    another_amount: int = 0
    another_kind: int = 0
    by_law: int = 0  # situations in which the law's sum stands, whatever the new version says
    boxes: tuple[Box, ...] = ()
    left_out: int = 0  # situations that no box shows
    loss: Change | None = None
    gain: Change | None = None
    note: str = ""

    @property
    def changed(self) -> bool:
        """Tell whether anything is otherwise."""
        return bool(self.another_row or self.another_amount or self.another_kind or self.note)

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison as plain values."""
        return {
            "table": self.table, "only": self.only or None, "situations": self.situations, "another_row": self.another_row,
            "another_amount": self.another_amount, "another_kind": self.another_kind, "by_law": self.by_law,
            "boxes": [box.as_dict() for box in self.boxes], "left_out": self.left_out,
            "loss": self.loss.as_dict() if self.loss else None, "gain": self.gain.as_dict() if self.gain else None,
            "note": self.note or None,
        }  # fmt: skip

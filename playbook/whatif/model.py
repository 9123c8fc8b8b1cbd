"""What a population comes to under two policies: totals, winners and losers, and from which row to which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from playbook.money import minor_digits

if TYPE_CHECKING:
    import pandas as pd

REJECTED = "rejected"
"""The outcome of a customer whose values one of the policies cannot read."""
LACKING = "not_enough_information"
GRANTED = ("priced", "discretion")

Measure = Literal["owed", "offered"]


def amount(minor: int, currency: str) -> Decimal:
    """Return minor units as a decimal with the places of its currency."""
    return Decimal(minor).scaleb(-minor_digits(currency))


@dataclass(frozen=True)
class Side:
    """What one policy makes of the population; sums in minor units of its currency, by line and in all.

    `totals` are those of `playbook price`, and `offered`: the dearest option of each customer, else what is owed.
    `authority` counts the customers to whom something is granted by the role that must grant it ("" is nobody).
    """

    name: str
    currency: str
    sha256: str
    tables: tuple[str, ...]
    priced: int
    rejected: int
    clamped: int
    outcomes: Mapping[str, int]
    totals: Mapping[str, int]
    authority: Mapping[str, int]
    reasons: tuple[tuple[int, str], ...] = ()  # the first rejects: row of the file, reason

    def as_dict(self) -> dict[str, Any]:
        """Return the side as plain values."""
        return {
            "policy": self.name, "sha256": self.sha256, "currency": self.currency, "tables": list(self.tables),
            "priced": self.priced, "rejected": self.rejected, "clamped": self.clamped,
            "outcomes": dict(self.outcomes), "totals": {k: _text(v, self.currency) for k, v in self.totals.items()},
            "authority": dict(self.authority),
            "rejects": [{"row": row, "reason": reason} for row, reason in self.reasons],
        }  # fmt: skip


@dataclass(frozen=True)
class Tally:
    """A count of customers, and a sum in minor units."""

    count: int = 0
    minor: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.count + other.count, self.minor + other.minor)


@dataclass(frozen=True)
class State:
    """What one policy says of a customer: the outcome, and the ids of the rows that decided."""

    outcome: str
    rows: str

    def __str__(self) -> str:
        return f"{self.rows or '-'} ({self.outcome})"


@dataclass(frozen=True)
class Transition:
    """The customers whom the old policy decides by some rows and the new one by others (or the same).

    `before` and `after` are sums of what is measured, unknown ones left out; `winners` and `losers` are among them.
    """

    old: State
    new: State
    count: int
    before: int
    after: int
    winners: Tally
    losers: Tally


@dataclass(frozen=True)
class Extreme:
    """The customer who gains or loses most: where in the file, what the tables were told, and both answers."""

    row: int
    case: Mapping[str, str]
    before: int
    after: int
    old: State
    new: State

    @property
    def change(self) -> int:
        """Return what the customer gets more (less is negative), in minor units."""
        return self.after - self.before


@dataclass(frozen=True)
class Band:
    """Those whose sum changes by `low` up to, not including, `high` minor units."""

    low: int
    high: int
    winners: Tally
    losers: Tally


@dataclass(frozen=True)
class WhatIf:
    """A population under two policies. Every customer is a winner, a loser, unchanged, or not compared.

    Not compared are those whom one of the policies cannot read or lacks information on, and all of them where the
    policies pay in two currencies.
    """

    old: Side
    new: Side
    rows: int
    measure: Measure
    comparable: bool
    winners: Tally
    losers: Tally
    unchanged: int
    transitions: tuple[Transition, ...]
    bands: tuple[Band, ...] = ()
    loss: Extreme | None = None
    gain: Extreme | None = None
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # role -> its name by language
    quiet: frozenset[str] = frozenset()  # rows that pay nothing under either policy
    below: bool = False  # the old policy is the new one without its own tables and patches

    def told(self, old: State, new: State) -> tuple[str, str]:
        """Return the rows of two states as people want to read them: without those that pay nothing, where others do."""
        both = [state.rows.split() for state in (old, new)]
        common = set(both[0]) & set(both[1])
        paying = [[row for row in rows if row not in self.quiet] for rows in both]
        other = [[row for row in rows if row not in common] for rows in both]
        texts = [" ".join(p or o or rows) for p, o, rows in zip(paying, other, both, strict=True)]
        return texts[0], texts[1]

    @property
    def currency(self) -> str:
        """Return the currency of what is compared."""
        return self.new.currency

    @property
    def not_compared(self) -> int:
        """Return how many customers are neither winners nor losers nor unchanged."""
        return self.rows - self.winners.count - self.losers.count - self.unchanged

    @property
    def net(self) -> int:
        """Return what all who are compared get more (less is negative), in minor units."""
        return self.winners.minor + self.losers.minor

    def moved(self, old: tuple[str, ...], new: tuple[str, ...]) -> int:
        """Return how many customers go from one of some outcomes to one of others."""
        return sum(t.count for t in self.transitions if t.old.outcome in old and t.new.outcome in new)

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the sums worth telling: those that are not nothing on both sides, and what is owed in all."""
        both = [side.totals for side in (self.old, self.new)]
        told = [line for line in both[1] if line == "total" or any(side.get(line) for side in both)]
        same = all(side.get("offered") == side.get("total") for side in both)
        return tuple(line for line in told if line != "offered" or not same)

    @property
    def newly_eligible(self) -> int:
        """Return how many customers nothing was due to, and now something is."""
        return self.moved(("not_eligible",), GRANTED)

    @property
    def no_longer_eligible(self) -> int:
        """Return how many customers something was due to, and now nothing is."""
        return self.moved(GRANTED, ("not_eligible",))

    @property
    def outcomes(self) -> Mapping[tuple[str, str], int]:
        """Return the customers by outcome before and after."""
        out: Counter[tuple[str, str]] = Counter()
        for move in self.transitions:
            out[move.old.outcome, move.new.outcome] += move.count
        return dict(sorted(out.items()))

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values, sums as decimal text, for `--format json`."""
        return {
            "rows": self.rows, "measure": self.measure, "currency": self.currency if self.comparable else None,
            "before": {**self.old.as_dict(), "below": self.below}, "after": self.new.as_dict(),
            "winners": self._tally(self.winners), "losers": self._tally(self.losers), "unchanged": self.unchanged,
            "not_compared": self.not_compared, "net": self._sum(self.net) if self.comparable else None,
            "newly_eligible": self.newly_eligible, "no_longer_eligible": self.no_longer_eligible,
            "not_enough_information": {
                "before": self.old.outcomes.get(LACKING, 0), "after": self.new.outcomes.get(LACKING, 0),
            },
            "outcomes": [{"from": a, "to": b, "count": n} for (a, b), n in self.outcomes.items()],
            "transitions": [self._transition(move) for move in self.transitions],
            "bands": [
                {"from": self._sum(band.low), "to": self._sum(band.high), "winners": self._tally(band.winners), "losers": self._tally(band.losers)}
                for band in self.bands
            ],
            "largest_loss": self._extreme(self.loss), "largest_gain": self._extreme(self.gain),
        }  # fmt: skip

    def transitions_frame(self) -> pd.DataFrame:
        """Return the transitions, one a row, sums as exact decimals."""
        import pandas as pd

        return pd.DataFrame(
            [
                (
                    *(t.old.outcome, t.old.rows, t.new.outcome, t.new.rows, t.count),
                    *(amount(t.before, self.old.currency), amount(t.after, self.new.currency)),
                    *(t.winners.count, amount(t.winners.minor, self.currency)),
                    *(t.losers.count, amount(t.losers.minor, self.currency)),
                )
                for t in self.transitions
            ],
            columns=TRANSITION_COLUMNS,
        )

    def totals_frame(self) -> pd.DataFrame:
        """Return the sums by line, before and after, as exact decimals."""
        import pandas as pd

        lines = [line for line in self.new.totals if line in self.old.totals]
        return pd.DataFrame(
            {
                "before": [amount(self.old.totals[line], self.old.currency) for line in lines],
                "after": [amount(self.new.totals[line], self.new.currency) for line in lines],
            },
            index=pd.Index(lines, name="line"),
        )

    def authority_frame(self) -> pd.DataFrame:
        """Return how many customers each role must grant something to, before and after; "" is nobody."""
        import pandas as pd

        roles = list(dict.fromkeys((*self.old.authority, *self.new.authority)))
        return pd.DataFrame(
            {
                "before": [self.old.authority.get(role, 0) for role in roles],
                "after": [self.new.authority.get(role, 0) for role in roles],
            },
            index=pd.Index(roles, name="role"),
        )

    def _sum(self, minor: int) -> str:
        return _text(minor, self.currency)

    def _tally(self, tally: Tally) -> dict[str, Any]:
        return {"count": tally.count, "sum": self._sum(tally.minor)}

    def _transition(self, move: Transition) -> dict[str, Any]:
        return {
            "from": {"outcome": move.old.outcome, "rows": move.old.rows.split()},
            "to": {"outcome": move.new.outcome, "rows": move.new.rows.split()},
            "count": move.count,
            "before": _text(move.before, self.old.currency), "after": _text(move.after, self.new.currency),
            "winners": self._tally(move.winners), "losers": self._tally(move.losers),
        }  # fmt: skip

    def _extreme(self, found: Extreme | None) -> dict[str, Any] | None:
        if found is None:
            return None
        return {
            "row": found.row, "case": dict(found.case), "before": self._sum(found.before), "after": self._sum(found.after),
            "change": self._sum(found.change),
            "from": {"outcome": found.old.outcome, "rows": found.old.rows.split()},
            "to": {"outcome": found.new.outcome, "rows": found.new.rows.split()},
        }  # fmt: skip


TRANSITION_COLUMNS = [
    "outcome_before", "rows_before", "outcome_after", "rows_after", "customers", "sum_before", "sum_after",
    "winners", "won", "losers", "lost",
]  # fmt: skip


def _text(minor: int, currency: str) -> str:
    return f"{amount(minor, currency):.{minor_digits(currency)}f}"

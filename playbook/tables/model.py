"""A decision table as it was read: columns, rows with their place, and how a row pays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from playbook.money import RoundingMode
from playbook.tables.cells import Input, Test
from playbook.tables.derive import Derived

HitPolicy = Literal["UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT", "COLLECT SUM", "COLLECT MIN", "COLLECT MAX", "COLLECT COUNT"]  # fmt: skip
RowOutcome = Literal["pay", "none", "discretion", "more_information"]


@dataclass(frozen=True)
class Place:
    """Where a row or cell stands: layer folder, file and line."""

    layer: str
    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True)
class Payout:
    """How a row pays, all sums in minor units of the table's currency.

    (`amount` + `share` of the input `of`) times the periods of `per`, or plus `each` for each of them; then `at_least`,
    `at_most` and `cap_of` (an input); `times` and `plus`; minus `deductible`; rounded once; nothing below the
    `threshold`; times the input `multiply`. A kind with no sum is a remedy that is not money; of a discretion the sum
    is what the decider may go up to. Rows of one `alternative` are for the customer to choose from.
    """

    outcome: RowOutcome = "pay"
    kind: str = ""
    amount: int | None = None
    share: tuple[int, int] | None = None
    of: str = ""
    per: str = ""  # the input counted in periods
    period: int = 1
    periods: Literal["started", "complete"] = "complete"
    after: int = 0  # units of `per` before the first period begins
    free_periods: int = 0
    max_periods: int | None = None
    each: int | None = None
    multiply: str = ""
    at_least: int | None = None
    at_most: int | None = None
    cap_of: str = ""
    times: tuple[int, int] | None = None
    plus: int = 0
    deductible: int = 0
    threshold: int = 0
    threshold_inclusive: bool = True
    alternative: str = ""
    decider: str = ""
    authority: str = ""
    option: str = ""

    @property
    def monetary(self) -> bool:
        """Tell whether the row pays a sum."""
        return self.amount is not None or self.share is not None or self.each is not None

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the inputs that the sum is taken of."""
        return tuple(dict.fromkeys(n for n in (self.of, self.per, self.multiply, self.cap_of) if n))


@dataclass(frozen=True)
class TableRow:
    """One rule: a test per input, a payout, what it rests on, and when it holds."""

    id: str
    tests: tuple[Test, ...]
    cells: Mapping[str, str]
    payout: Payout
    start: date | None
    end: date | None
    source: str
    rationale: str
    note: str
    label: Mapping[str, str]
    why: Mapping[str, str]  # the reason, for a customer, by language
    priority: int
    place: Place


@dataclass(frozen=True)
class Waiver:
    """A finding that is accepted with a name, a reason and an expiry."""

    check: str
    rows: tuple[str, ...]
    why: str
    by: str = ""
    until: date | None = None


@dataclass(frozen=True)
class Events:
    """How several events of one case become one sum: added, then capped, then compared with a threshold."""

    list: str
    at_most: int | None = None
    at_most_of: str = ""
    threshold: int = 0
    threshold_inclusive: bool = True


@dataclass(frozen=True)
class Index:
    """Factors by which sums rise from a day on, and the step (minor units) that the result is rounded to, half up."""

    to: int
    chain: bool
    factors: Mapping[date, tuple[int, int]]


@dataclass(frozen=True, eq=False)  # compared and hashed by identity: compiled once per table
class Table:
    """A decision table in force: header, inputs, derived inputs, rows."""

    name: str
    title: Mapping[str, str]
    line: Literal["statutory", "need_now", "inconvenience", "options", ""]
    basis: Literal["statutory", "contractual", "goodwill", ""]
    hit_policy: HitPolicy
    currency: str
    rounding: RoundingMode
    inputs: tuple[Input, ...]
    derived: tuple[Derived, ...]
    effective_on: str
    rows: tuple[TableRow, ...]
    waivers: tuple[Waiver, ...]
    jurisdictions: tuple[str, ...]
    notes: tuple[str, ...]
    path: str
    sha256: str
    raw_inputs: tuple[Input, ...] = field(default=())  # asked for only by derived inputs and payouts
    remedy: Literal["sole", "without_prejudice", "deductible", ""] = ""  # what it means for further claims
    events: Events | None = None
    payers: Mapping[str, int] = field(default_factory=dict)

    def input(self, name: str) -> Input:
        """Return an input by name. Raises KeyError."""
        for column in (*self.inputs, *self.raw_inputs):
            if column.name == name:
                return column
        raise KeyError(name)

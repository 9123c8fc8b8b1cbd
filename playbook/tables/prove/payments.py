"""What rows that decide together give columns of customers, part by part, and whether it is less than something else.

The same as `decide` and `pays_less` say of one customer, on arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

import numpy as np
import numpy.typing as npt

from playbook.tables.amounts import amounts_of
from playbook.tables.cells import HIGH
from playbook.tables.decide import DISCRETION, LACKING, NOT_ELIGIBLE, PRICED
from playbook.tables.derive import NULL, Ints
from playbook.tables.floor import MOST_CHOICES
from playbook.tables.model import Table, TableRow

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Part:
    """What one row gives: a sum (0: not given), a thing (`minor` None; `given`), or a range left to a decider."""

    kind: str
    key: str  # parts with the same key are for the customer to choose from
    minor: Ints | None
    given: Mask
    low: Ints | None = None
    high: Ints | None = None


@dataclass(frozen=True)
class Payments:
    """What rows give to n customers."""

    parts: tuple[Part, ...]
    lacking: Mask
    discretion: bool

    @property
    def outcome(self) -> npt.NDArray[np.uint8]:
        """Return the outcome of each, as an index into OUTCOMES."""
        some = np.zeros(len(self.lacking), dtype=bool)
        for part in self.parts:
            some |= part.given
        out = np.where(some, PRICED, NOT_ELIGIBLE).astype(np.uint8)
        if self.discretion:
            out[:] = DISCRETION
        out[self.lacking] = LACKING
        return out

    @property
    def total(self) -> Ints:
        """Return what is paid in money, the best of alternatives."""
        best: dict[str, Ints] = {}
        for part in self.parts:
            if part.minor is not None:
                best[part.key] = np.maximum(best[part.key], part.minor) if part.key in best else part.minor
        return np.sum(list(best.values()), axis=0) if best else np.zeros(len(self.lacking), dtype=np.int64)

    @property
    def varies(self) -> bool:
        """Tell whether anything but money is given, or left to a decider."""
        return self.discretion or any(part.minor is None for part in self.parts)


def given_by(table: Table, rows: Sequence[TableRow], columns: Mapping[str, Ints], n: int) -> Payments:
    """Return what rows that decide together give to n customers; an input that is not in `columns` is missing."""
    lacking = np.zeros(n, dtype=bool)
    parts: list[Part] = []
    everybody = np.ones(n, dtype=bool)
    for index, row in enumerate(rows):
        payout = row.payout
        key = payout.alternative or f"#{index}"
        if payout.outcome == "more_information":
            lacking[:] = True
        if payout.outcome in ("none", "more_information"):
            continue
        for name in payout.inputs:
            lacking |= columns[name] == NULL if name in columns else True
        if payout.outcome == "discretion":
            upper = np.full(n, HIGH if payout.at_most is None else payout.at_most, dtype=np.int64)
            if payout.monetary:
                upper = amounts_of(replace(payout, at_least=None), columns, n, table.rounding)
            lower = np.full(n, payout.at_least or 0, dtype=np.int64)
            parts.append(Part(payout.kind, key, None, ~everybody, lower, upper))
        elif payout.monetary:
            minor = amounts_of(payout, columns, n, table.rounding)
            parts.append(Part(payout.kind, key, minor, minor > 0))
        else:
            parts.append(Part(payout.kind, key, None, everybody))
    discretion = any(part.high is not None for part in parts)
    if table.hit_policy in ("COLLECT MAX", "COLLECT MIN"):
        parts = _one_sum(parts, table.hit_policy == "COLLECT MAX", n)
    return Payments(tuple(parts), lacking, discretion)


def _one_sum(parts: list[Part], largest: bool, n: int) -> list[Part]:
    """Return the parts of a table that pays one sum of several: the first of the largest (or smallest) alone."""
    sums = [part for part in parts if part.minor is not None]
    if not sums:
        return parts
    most = np.iinfo(np.int64).max
    paid = np.stack([part.minor if part.minor is not None else np.zeros(n, np.int64) for part in sums])
    chosen = np.argmax(paid, axis=0) if largest else np.argmin(np.where(paid > 0, paid, most), axis=0)
    some = (paid > 0).any(axis=0)
    out = []
    for index, part in enumerate(sums):
        minor = np.where(chosen == index, paid[index], 0)
        out.append(Part(part.kind, part.key, minor, minor > 0))
    for part in parts:
        if part.high is not None and part.low is not None:
            out.append(replace(part, low=np.where(some, 0, part.low), high=np.where(some, 0, part.high)))
        elif part.minor is None:
            out.append(replace(part, given=part.given & ~some))
    return out


def less(ours: Payments, law: Payments) -> Mask:
    """Return who gets less than by the law; nobody of whom either does not know enough."""
    outcome, demanded = ours.outcome, law.outcome
    priced = demanded == PRICED
    out: Mask = priced & (outcome != PRICED)
    both = priced & (outcome == PRICED)
    if both.any():
        out |= both & ~_covers(ours, law)
    left = demanded == DISCRETION
    if left.any():
        out |= left & (outcome != PRICED) & (outcome != DISCRETION)
        out |= left & _narrower(ours, law)
    out &= (demanded != LACKING) & (outcome != LACKING)
    return out


def _covers(ours: Payments, law: Payments) -> Mask:
    mine, theirs = _choices(ours), _choices(law)
    n = len(law.lacking)
    if prod(map(len, mine)) * prod(map(len, theirs)) > MOST_CHOICES:
        return np.zeros(n, dtype=bool)
    every = np.ones(n, dtype=bool)
    for due in product(*theirs):
        some = np.zeros(n, dtype=bool)
        for have in product(*mine):
            some |= _holds(have, due, n)
        every &= some
    return every


def _choices(payments: Payments) -> list[list[Part]]:
    groups: dict[str, list[Part]] = {}
    for part in payments.parts:
        groups.setdefault(part.key, []).append(part)
    return list(groups.values())


def _holds(have: Sequence[Part], due: Sequence[Part], n: int) -> Mask:
    out = np.ones(n, dtype=bool)
    for kind in dict.fromkeys(part.kind for part in due):
        out &= _sum(have, kind, n) >= _sum(due, kind, n)
        thing = _thing(due, kind, n)
        out &= ~thing | _thing(have, kind, n)
    return out


def _sum(parts: Sequence[Part], kind: str, n: int) -> Ints:
    found = [part.minor for part in parts if part.kind == kind and part.minor is not None]
    return np.sum(found, axis=0) if found else np.zeros(n, dtype=np.int64)


def _thing(parts: Sequence[Part], kind: str, n: int) -> Mask:
    out = np.zeros(n, dtype=bool)
    for part in parts:
        if part.kind == kind and part.minor is None and part.high is None:
            out |= part.given
    return out


def _narrower(ours: Payments, law: Payments) -> Mask:
    """Return where either end of what a decider may give is lower than by the law, of any kind."""
    n = len(law.lacking)
    out = np.zeros(n, dtype=bool)
    for kind in dict.fromkeys(part.kind for part in law.parts):
        (low, high), (law_low, law_high) = _ends(ours, kind, n), _ends(law, kind, n)
        out |= (low < law_low) | (high < law_high)
        out |= _thing(law.parts, kind, n) & ~_thing(ours.parts, kind, n)
    return out


def _ends(payments: Payments, kind: str, n: int) -> tuple[Ints, Ints]:
    fixed = np.zeros(n, dtype=np.int64)
    for best in _best(payments, kind):
        fixed = fixed + best
    low, high = fixed, fixed
    for part in payments.parts:
        if part.kind == kind and part.high is not None:
            low = low + (0 if part.low is None else part.low)
            high = np.where((high >= HIGH) | (part.high >= HIGH), HIGH, high + part.high)
    return low, high


def _best(payments: Payments, kind: str) -> Iterator[Ints]:
    groups: dict[str, Ints] = {}
    for part in payments.parts:
        if part.kind == kind and part.minor is not None:
            groups[part.key] = np.maximum(groups[part.key], part.minor) if part.key in groups else part.minor
    yield from groups.values()

"""What a payout comes to: one arithmetic for a single case and for columns of them, in whole minor units, rounded once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from playbook.money import LIMIT, RoundingMode
from playbook.tables.derive import NULL, Ints
from playbook.tables.model import Payout

_SAFE = 2**62
"""No product on 64-bit columns may come near their end; larger ones are counted with Python's own whole numbers."""
TOO_LARGE = -1
"""Stands in a column for a sum above `LIMIT`: nobody pays that, and no sum is negative."""


@dataclass(frozen=True)
class _Arithmetic:
    """The smaller and the larger of two numbers, for whole numbers or for columns of them."""

    smaller: Callable[[Any, Any], Any]
    larger: Callable[[Any, Any], Any]


_ONE = _Arithmetic(min, max)
_MANY = _Arithmetic(np.minimum, np.maximum)


def amount_of(
    payout: Payout, values: Mapping[str, int | None], rounding: RoundingMode
) -> tuple[int | None, tuple[str, ...]]:
    """Return what a payout comes to in minor units, and the inputs that are missing for it; None is no money."""
    missing = tuple(name for name in payout.inputs if values.get(name) is None)
    if missing or not payout.monetary:
        return None, missing
    return _minor(payout, lambda name: int(values[name] or 0), rounding, _ONE), ()


def amounts_of(payout: Payout, columns: Mapping[str, Ints], n: int, rounding: RoundingMode) -> Ints:
    """Return what a payout comes to on columns of n cases, in minor units; a missing input counts as zero.

    A sum that is too large to be counted with is `TOO_LARGE`.
    """
    have = {
        name: np.where((column := columns[name]) == NULL, 0, column) if name in columns else np.zeros(n, dtype=np.int64)
        for name in payout.inputs
    }  # fmt: skip
    if _largest(payout, have) >= _SAFE:
        have = {name: column.astype(object) for name, column in have.items()}
    found = np.asarray(_minor(payout, have.__getitem__, rounding, _MANY))
    if found.size and found.max() > LIMIT:
        found = np.where(found > LIMIT, TOO_LARGE, found)
    return np.broadcast_to(found.astype(np.int64), (n,))


def _minor(
    payout: Payout, value: Callable[[str], Any], rounding: RoundingMode, arithmetic: _Arithmetic
) -> Any:
    smaller, larger = arithmetic.smaller, arithmetic.larger
    exact, divisor = payout.amount or 0, 1
    if payout.share is not None:
        divisor = payout.share[1]
        exact = exact * divisor + value(payout.of) * payout.share[0]
    if payout.per:
        count = larger(value(payout.per) - payout.after, 0)
        periods = -(-count // payout.period) if payout.periods == "started" else count // payout.period
        periods = larger(periods - payout.free_periods, 0)
        if payout.max_periods is not None:
            periods = smaller(periods, payout.max_periods)
        exact = exact * periods if payout.each is None else exact + periods * (payout.each * divisor)
    if payout.at_least is not None:
        exact = larger(exact, payout.at_least * divisor)
    if payout.at_most is not None:
        exact = smaller(exact, payout.at_most * divisor)
    if payout.cap_of:
        exact = smaller(exact, value(payout.cap_of) * divisor)
    if payout.times is not None:
        exact, divisor = exact * payout.times[0], divisor * payout.times[1]
    exact = larger(exact + (payout.plus - payout.deductible) * divisor, 0)
    minor = rounded(exact, divisor, rounding)
    if payout.threshold or not payout.threshold_inclusive:
        minor = minor * (
            minor >= payout.threshold if payout.threshold_inclusive else minor > payout.threshold
        )
    return minor * larger(value(payout.multiply), 0) if payout.multiply else minor


def rounded(exact: Any, divisor: int, rounding: RoundingMode) -> Any:
    """Divide whole numbers that are not negative (one, or a column) with one stated rounding, exactly."""
    if divisor == 1:
        return exact
    whole, rest = exact // divisor, exact % divisor
    if rounding == "half_up":
        return whole + (2 * rest >= divisor)
    if rounding == "half_even":
        return whole + ((2 * rest > divisor) | ((2 * rest == divisor) & (whole % 2 == 1)))
    return whole + (rest > 0) if rounding == "up" else whole


def _largest(payout: Payout, have: Mapping[str, Ints]) -> int:
    """Return a bound of every whole number that the arithmetic on these columns can meet."""

    def most(name: str) -> int:
        return max(abs(int(have[name].max(initial=0))), abs(int(have[name].min(initial=0)))) if name else 0

    share, times = payout.share or (0, 1), payout.times or (1, 1)
    sums = (payout.amount, payout.each, payout.at_least, payout.at_most, payout.plus, payout.deductible)
    fixed = sum(abs(value or 0) for value in sums) + most(payout.cap_of)
    base = fixed * share[1] + most(payout.of) * max(share[0], 1)
    return 2 * base * max(most(payout.per), 1) * max(times) * times[1] * max(most(payout.multiply), 1)

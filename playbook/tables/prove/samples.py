"""Customers at whom sums that depend on the case are compared: enough of them to find any for whom one sum is less.

Within a stretch in which no clamp, threshold or first and last period lies, a sum rises evenly with its input, and what
rounding does repeats after as many units as its divisor has. So of one input both ends of each stretch are tried, with
as many neighbours as one such turn: nothing can hide between them. Of several inputs, each end of one is tried with each
end of the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import gcd, lcm

import numpy as np

from playbook.tables.cells import Input
from playbook.tables.derive import Ints
from playbook.tables.model import Payout

LARGEST_SUM, LARGEST_COUNT = 10**11, 10**6
"""The largest values that are tried of an input without an end: no sum of them leaves 64 bits."""
LONGEST_TURN = 12_000
MOST_AT_ONCE = 400_000


def samples(
    payouts: Sequence[Payout], columns: Mapping[str, Input], spans: Mapping[str, tuple[int, int]]
) -> dict[str, Ints]:
    """Return columns of customers for the inputs that payouts are taken of, each within its span."""
    names = list(dict.fromkeys(name for payout in payouts for name in payout.inputs))
    if not names:
        return {}
    turn = min(_turn(payouts), LONGEST_TURN)
    spans = {name: _ended(spans[name], _most(columns[name])) for name in names}
    ends = {name: _ends(name, payouts, columns[name], spans[name]) for name in names}
    # Where two inputs meet (a share of one against a cap by another), the meeting point of each end is an end too.
    for name in names:
        others = [v for other in names if other != name for v in ends[other]]
        ends[name] = _within(_near({*ends[name], *_meetings(name, payouts, others)}), spans[name])
    blocks = []
    for name in names:
        along = _along(ends[name], turn, spans[name])
        rest = [ends[other] if other != name else along for other in names]
        while np.prod([len(r) for r in rest], dtype=object) > MOST_AT_ONCE:
            longest = max(range(len(rest)), key=lambda i: len(rest[i]))
            rest[longest] = rest[longest][::2] if len(rest[longest]) > 2 else rest[longest][:1]
        blocks.append([grid.reshape(-1) for grid in np.meshgrid(*map(_column, rest), indexing="ij")])
        if len(names) == 1:
            break
    return {name: np.concatenate([block[i] for block in blocks]) for i, name in enumerate(names)}


def _column(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _turn(payouts: Sequence[Payout]) -> int:
    out = 1
    for payout in payouts:
        share, times = payout.share or (1, 1), payout.times or (1, 1)
        out = lcm(out, share[1] * times[1] // _common(share, times), payout.period if payout.per else 1)
    return out


def _common(share: tuple[int, int], times: tuple[int, int]) -> int:
    return gcd(share[0] * times[0], share[1] * times[1]) or 1


def _ends(name: str, payouts: Sequence[Payout], column: Input, span: tuple[int, int]) -> list[int]:
    """Return the places at which a sum begins or ceases to rise with an input, and the ends of its span."""
    unit = 10**column.decimals
    found = {*span, 0, unit, 100 * unit, 10_000 * unit}
    for payout in payouts:
        if payout.per == name:
            counts = {0, 1, payout.free_periods, payout.free_periods + 1}
            if payout.max_periods is not None:
                counts |= {
                    payout.free_periods + payout.max_periods,
                    payout.free_periods + payout.max_periods + 1,
                }
            if payout.each:
                counts |= {c + payout.free_periods for bound in _bounds(payout) for c in _quotients(bound - (payout.amount or 0), payout.each)}  # fmt: skip
            elif payout.amount:
                counts |= {c + payout.free_periods for bound in _bounds(payout) for c in _quotients(bound, payout.amount)}  # fmt: skip
            found |= {payout.after + count * payout.period for count in counts}
        if payout.of == name and payout.share and payout.share[0]:
            share = payout.share
            found |= {(bound - (payout.amount or 0)) * share[1] // share[0] for bound in _bounds(payout)}
        if payout.cap_of == name:
            found |= {*_bounds(payout), payout.amount or 0}
    return _within(_near(found), span)


def _bounds(payout: Payout) -> list[int]:
    """Return the sums before any adjustment at which a payout has a clamp, a threshold, or nothing left."""
    times = payout.times or (1, 1)
    change = payout.plus - payout.deductible
    after = [payout.threshold, 0]
    before = [(value - change) * times[1] // times[0] for value in after] if times[0] else []
    return [b for b in (payout.at_least, payout.at_most, *before) if b is not None]


def _quotients(bound: int, step: int) -> tuple[int, ...]:
    return tuple(q for q in (bound // step, bound // step + 1) if q >= 0)


def _meetings(name: str, payouts: Sequence[Payout], others: Iterable[int]) -> set[int]:
    out: set[int] = set()
    for payout in payouts:
        if payout.cap_of and payout.cap_of != name and payout.of == name and payout.share and payout.share[0]:
            out |= {(v - (payout.amount or 0)) * payout.share[1] // payout.share[0] for v in others}
    return out


def _near(values: Iterable[int]) -> set[int]:
    return {v + d for v in values for d in (-1, 0, 1)}


def _within(values: Iterable[int], span: tuple[int, int]) -> list[int]:
    return sorted({v for v in values if span[0] <= v <= span[1]})


def _most(column: Input) -> int:
    return LARGEST_SUM if column.type == "money" else LARGEST_COUNT


def _ended(span: tuple[int, int], most: int) -> tuple[int, int]:
    """Return a span without what is too large to be counted with; both its ends are in it."""
    low, high = max(span[0], -most), min(span[1], most)
    return (low, high) if low <= high else (span[0], span[0])


def _along(ends: Sequence[int], turn: int, span: tuple[int, int]) -> list[int]:
    """Return the ends with as many neighbours on both sides as one turn of the rounding."""
    width = max(1, min(turn, MOST_AT_ONCE // (2 * max(len(ends), 1))))
    return _within({v + d for v in ends for d in range(-width, width + 1)}, span)

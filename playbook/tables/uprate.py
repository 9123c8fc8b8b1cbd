"""Yearly uprating: a row whose sums rise with an index becomes one row for each period of the index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

from playbook.errors import Problem
from playbook.tables.model import Index, Payout, TableRow


def uprated(row: TableRow, indices: Mapping[str, Index], problems: list[Problem]) -> list[TableRow]:
    """Return the rows that a row stands for: as written before the first factor, then one for each factor.

    A factor applies to the sums as written, or with `chain` to those of the period before.
    """
    name = row.cells.get("uprate", "")
    if name in ("", "-"):
        return [row]
    index = indices[name]
    if not any(p is not None for p in _sums(row.payout)):
        problems.append(
            Problem(row.place.path, row.place.line, 0, "uprate", name, "a row with a sum", "Remove it.")
        )
        return []
    out: list[TableRow] = []
    days = [day for day in index.factors if (row.end is None or day < row.end)]
    payout = row.payout
    current = (row.start, payout)
    for day in days:
        payout = _times(payout if index.chain else row.payout, Fraction(*index.factors[day]), index.to)
        if row.start is not None and day <= row.start:
            current = (row.start, payout)
            continue
        out.append(_between(row, current, day))
        current = (day, payout)
    return [*out, _between(row, current, row.end)]


def _between(row: TableRow, current: tuple[date | None, Payout], end: date | None) -> TableRow:
    start, payout = current
    return replace(row, start=start, end=end, payout=payout)


def _sums(payout: Payout) -> tuple[int | None, ...]:
    return payout.amount, payout.each, payout.at_least, payout.at_most, payout.plus or None


def _times(payout: Payout, factor: Fraction, to: int) -> Payout:
    amount, each, at_least, at_most, plus = (
        None if value is None else _rounded(value * factor, to) for value in _sums(payout)
    )
    return replace(payout, amount=amount, each=each, at_least=at_least, at_most=at_most, plus=plus or 0)


def _rounded(value: Fraction, to: int) -> int:
    """Round to the nearest multiple of a step, a half up."""
    return int((value / to + Fraction(1, 2)).__floor__()) * to

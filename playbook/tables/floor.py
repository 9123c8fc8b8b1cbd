"""Whether an answer gives less than the law's: by kind of money, by thing, and by the bounds of a discretion."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod

from playbook.tables.decide import Decision, Paid

MOST_CHOICES = 4096
"""So many pairs of choices are compared; beyond, only an answer that is the law's own is as good as it."""


def pays_less(ours: Decision, law: Decision) -> bool:
    """Tell whether a decision gives a customer less than the law's decision on the same case.

    Each kind of money is compared with itself, so a voucher does not make good for cash, and every thing that the law
    gives must be given as one. Whatever the customer would choose of the law's alternatives, ours must hold a choice
    with all of it. Where the law leaves a range to a decider, neither end of it may be lower.
    """
    if law.outcome == "priced":
        return ours.outcome != "priced" or not _covers(ours, law)
    if law.outcome == "discretion":
        if ours.outcome not in ("priced", "discretion"):
            return True
        return any(_narrower(ours, law, kind) for kind in dict.fromkeys(paid.kind for paid in law.paid))
    return False


def _covers(ours: Decision, law: Decision) -> bool:
    mine, theirs = _choices(ours), _choices(law)
    if _told(ours) == _told(law):
        return True
    if prod(map(len, mine)) * prod(map(len, theirs)) > MOST_CHOICES:
        return False
    have = list(product(*mine))
    return all(any(_holds(one, due) for one in have) for due in product(*theirs))


def _told(decision: Decision) -> list[tuple[object, ...]]:
    return [(p.event, p.kind, p.amount, p.row.payout.alternative) for p in decision.paid]


def _choices(decision: Decision) -> list[list[Paid]]:
    """Return what is paid in groups, of each of which the customer gets one."""
    groups: dict[str, list[Paid]] = {}
    for index, paid in enumerate(decision.paid):
        alternative = paid.row.payout.alternative
        groups.setdefault(f"{paid.event} {alternative}" if alternative else f"#{index}", []).append(paid)
    return list(groups.values())


def _holds(have: Sequence[Paid], due: Sequence[Paid]) -> bool:
    sums, wanted = _sums(have), _sums(due)
    things = {paid.kind for paid in have if _is_thing(paid)}
    return all(sums.get(kind, 0) >= minor for kind, minor in wanted.items()) and all(
        paid.kind in things for paid in due if _is_thing(paid)
    )


def _sums(paid: Sequence[Paid]) -> dict[str, int]:
    out: dict[str, int] = {}
    for one in paid:
        if one.amount is not None:
            out[one.kind] = out.get(one.kind, 0) + one.amount.minor
    return out


def _is_thing(paid: Paid) -> bool:
    return paid.amount is None and paid.row.payout.outcome != "discretion"


def _narrower(ours: Decision, law: Decision, kind: str) -> bool:
    (low, high), (law_low, law_high) = _ends(ours, kind), _ends(law, kind)
    things = {paid.kind for paid in ours.paid if _is_thing(paid)}
    if any(_is_thing(paid) and paid.kind == kind for paid in law.paid) and kind not in things:
        return True
    return low < law_low or (high is not None and (law_high is None or high < law_high))


def _ends(decision: Decision, kind: str) -> tuple[int, int | None]:
    """Return the least and the most of a kind that may be paid, in minor units; no most is None."""
    best = {
        index: max((one.amount.minor for one in group if one.amount is not None and one.kind == kind), default=0)
        for index, group in enumerate(_choices(decision))
    }  # fmt: skip
    fixed = sum(best.values())
    ranges = [p for p in decision.paid if p.kind == kind and p.row.payout.outcome == "discretion"]
    low = fixed + sum(paid.at_least.minor for paid in ranges if paid.at_least)
    if any(paid.at_most is None for paid in ranges):
        return low, None
    return low, fixed + sum(paid.at_most.minor for paid in ranges if paid.at_most)

"""Whether an answer gives less than the law's: by kind of money, by thing, and by the bounds of a discretion."""

from __future__ import annotations

from playbook.tables.decide import Decision


def pays_less(ours: Decision, law: Decision) -> bool:
    """Tell whether a decision gives a customer less than the law's decision on the same case.

    Each kind of money is compared with itself, so a voucher does not make good for cash, and every thing that the law
    gives must be given. Where the law leaves a range to a decider, neither end of it may be lower.
    """
    if law.outcome == "priced":
        return ours.outcome != "priced" or not _covers(ours, law)
    if law.outcome == "discretion":
        if ours.outcome not in ("priced", "discretion"):
            return True
        (low, high), (law_low, law_high) = _bounds(ours), _bounds(law)
        return low < law_low or (high is not None and (law_high is None or high < law_high))
    return False


def _covers(ours: Decision, law: Decision) -> bool:
    have, due = _money_by_kind(ours), _money_by_kind(law)
    things = {paid.kind for paid in ours.paid}
    return all(have.get(kind, 0) >= minor for kind, minor in due.items()) and all(
        paid.kind in things for paid in law.paid if paid.amount is None
    )


def _money_by_kind(decision: Decision) -> dict[str, int]:
    best: dict[tuple[str, str], int] = {}
    for index, paid in enumerate(decision.paid):
        if paid.amount is not None:
            key = (paid.kind, paid.row.payout.alternative or f"#{index}")
            best[key] = max(best.get(key, 0), paid.amount.minor)
    out: dict[str, int] = {}
    for (kind, _), minor in best.items():
        out[kind] = out.get(kind, 0) + minor
    return out


def _bounds(decision: Decision) -> tuple[int, int | None]:
    """Return the least and the most that may be paid, in minor units; no most is None."""
    fixed = decision.total.minor if decision.total else 0
    ranges = [paid for paid in decision.paid if paid.decider]
    low = fixed + sum(paid.at_least.minor for paid in ranges if paid.at_least)
    if any(paid.at_most is None for paid in ranges):
        return low, None
    return low, fixed + sum(paid.at_most.minor for paid in ranges if paid.at_most)

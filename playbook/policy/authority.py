"""Who may grant what: the lowest rung of the ladder whose ceiling and remedies cover an offer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from playbook.money import Money
from playbook.policy.model import Policy, Rung


def ladder(policy: Policy, on: date | None = None) -> tuple[Rung, ...]:
    """Return the rungs in force on a day, lowest first."""
    rungs = [
        rung
        for rung in policy.authority
        if on is None or ((rung.start is None or rung.start <= on) and (rung.end is None or on < rung.end))
    ]
    return tuple(sorted(rungs, key=lambda rung: rung.rank))


def may_grant(rung: Rung, total: Money, kinds: Iterable[str] = ()) -> bool:
    """Tell whether a role may grant a total with remedies of these kinds (S0-35, S2-50)."""
    if rung.remedies and not set(kinds) <= set(rung.remedies):
        return False
    if rung.ceiling is None:
        return True
    if rung.ceiling.minor == 0:
        return total.minor == 0
    return rung.ceiling.currency == total.currency and total <= rung.ceiling


def needed(policy: Policy, total: Money, kinds: Iterable[str] = (), on: date | None = None) -> Rung | None:
    """Return the lowest rung that may grant a total, or None where nobody may."""
    wanted = tuple(kinds)
    return next((rung for rung in ladder(policy, on) if may_grant(rung, total, wanted)), None)


def rung_of(policy: Policy, role: str | None) -> Rung | None:
    """Return the rung of a role id, or of a role as it is printed."""
    if role is None:
        return None
    return next((r for r in policy.authority if r.role == role or role in r.label.values()), None)

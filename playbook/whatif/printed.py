"""What a population comes to under two policies, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from playbook.messages.printable import one_line
from playbook.money import Money
from playbook.whatif.model import LACKING, REJECTED, Extreme, Side, State, Transition, WhatIf

MOST_LINES = 20


def summary_lines(found: WhatIf, most: int = MOST_LINES) -> Iterator[str]:
    """Yield the sums, who wins and who loses, and the largest moves from row to row."""
    for line in found.lines:
        yield f"{line}: {_sum(found.old, line)} -> {_sum(found.new, line)}"
    yield f"{found.rows:,} customers, compared by what is {found.measure}"
    if found.comparable:
        for word, tally in (("get more", found.winners), ("get less", found.losers)):
            yield f"{tally.count:,} {word}: {_signed(tally.minor, found.currency)}"
        yield f"{found.unchanged:,} get the same; in all {_signed(found.net, found.currency)}"
    else:
        yield f"not compared by sum: {found.old.currency} before, {found.new.currency} after"
    yield f"{found.newly_eligible:,} newly eligible, {found.no_longer_eligible:,} no longer eligible"
    for word, key in (("not enough information", LACKING), ("discretion", "discretion")):
        yield f"{word}: {found.old.outcomes.get(key, 0):,} -> {found.new.outcomes.get(key, 0):,}"
    yield f"{REJECTED}: {found.old.rejected:,} -> {found.new.rejected:,}"
    if found.old.clamped or found.new.clamped:
        yield f"raised to what the law demands: {found.old.clamped:,} -> {found.new.clamped:,}"
    for role in dict.fromkeys((*found.old.authority, *found.new.authority)):
        load = f"{found.old.authority.get(role, 0):,} -> {found.new.authority.get(role, 0):,}"
        yield one_line(f"to be granted by {role or 'nobody on the ladder'}: {load}")
    moved = [move for move in found.transitions if _moves(move)]
    for move in moved[:most]:
        yield one_line(_move_line(move, found))
    if len(moved) > most:
        yield f"and {len(moved) - most:,} more moves from row to row"
    for word, extreme in (("loss", found.loss), ("gain", found.gain)):
        if extreme is not None:
            yield from _extreme_lines(word, extreme, found)


def _moves(move: Transition) -> bool:
    return move.old != move.new or bool(move.winners.count or move.losers.count)


def _move_line(move: Transition, found: WhatIf) -> str:
    before, after = Money(move.before, found.old.currency), Money(move.after, found.new.currency)
    return f"{move.count:,}: {_between(move.old, move.new, found)}: {before} -> {after}"


def _between(old: State, new: State, found: WhatIf) -> str:
    """Say from which rows to which, the outcomes only where they differ or are not that something is paid."""
    rows = found.told(old, new)
    plain = old.outcome == new.outcome == "priced"
    first, second = (
        (words or "no row") + ("" if plain else f" ({state.outcome})")
        for words, state in zip(rows, (old, new), strict=True)
    )
    return f"{first} -> {second}" if first != second else f"{first}, both times"


def _extreme_lines(word: str, extreme: Extreme, found: WhatIf) -> Iterator[str]:
    case = ", ".join(f"{name}={value}" for name, value in extreme.case.items())
    before, after = Money(extreme.before, found.currency), Money(extreme.after, found.currency)
    change = _signed(extreme.change, found.currency)
    yield one_line(f"largest {word}: {change}, row {extreme.row} of the file: {case}")
    yield "  " + one_line(f"{_between(extreme.old, extreme.new, found)}: {before} -> {after}")


def _sum(side: Side, line: str) -> str:
    return f"{Money(side.totals.get(line, 0), side.currency)} {side.currency}"


def _signed(minor: int, currency: str) -> str:
    return f"{'+' if minor > 0 else ''}{Money(minor, currency)} {currency}"

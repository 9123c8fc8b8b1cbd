"""Whether somebody may grant what tables and options can come to, and whether the roles that rows name may."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from playbook.money import Money
from playbook.offers.options import rows_of
from playbook.policy.authority import ladder, may_grant, rung_of
from playbook.policy.model import Policy, Rung
from playbook.tables import Table, TableRow
from playbook.tables.amounts import amount_of
from playbook.tables.cells import HIGH, Input
from playbook.tables.decide import compiled
from playbook.tables.prove import Finding, Situations, at_row
from playbook.tables.prove.joint import joint_of

_ENDLESS = (10**12, 10**13)
"""Values for an input without an end: a sum that is the same at both has an end."""


@dataclass(frozen=True)
class Reach:
    """The most that rows can come to, in minor units (None: any sum), and the kinds of it."""

    most: int | None
    kinds: tuple[str, ...]

    def __add__(self, other: Reach) -> Reach:
        most = None if self.most is None or other.most is None else self.most + other.most
        return Reach(most, tuple(dict.fromkeys((*self.kinds, *other.kinds))))

    def told(self, currency: str) -> str:
        """Write it for a person."""
        sum_ = "any sum" if self.most is None else f"{Money(self.most, currency)} {currency}"
        return f"{sum_} ({', '.join(self.kinds)})"


NOTHING = Reach(0, ())


def reach_of(table: Table, rows: Sequence[TableRow]) -> Reach:
    """Return the most that rows of a table that decide together can come to: the best of alternatives."""
    best: dict[str, int | None] = {}
    kinds: dict[str, None] = {}
    for index, row in enumerate(rows):
        if row.payout.outcome in ("none", "more_information"):
            continue
        kinds[row.payout.kind] = None
        key = row.payout.alternative or f"#{index}"
        most = _most(table, row, rows)
        before = best.get(key, 0)
        best[key] = None if most is None or before is None else max(before, most)
    total = 0
    for most in best.values():
        if most is None:
            return Reach(None, tuple(kinds))
        total += most
    return Reach(total, tuple(kinds))


def _most(table: Table, row: TableRow, together: Sequence[TableRow]) -> int | None:
    payout = row.payout
    if payout.outcome == "discretion":
        if not payout.monetary:
            return payout.at_most
        payout = replace(payout, at_least=None)
    if not payout.monetary:
        return 0
    found = []
    for endless in _ENDLESS:
        values = {name: _largest(table, name, together, endless) for name in payout.inputs}
        found.append(amount_of(payout, values, table.rounding)[0])
    return found[0] if found[0] == found[1] else None


def _largest(table: Table, name: str, rows: Sequence[TableRow], endless: int) -> int:
    """Return the largest value of an input in the situations in which all of some rows fire."""
    column = compiled(table).columns[name]
    most = column.high - 1
    if column in table.inputs:
        place = table.inputs.index(column)
        for row in rows:
            test = row.tests[place]
            if not test.any and test.intervals:
                most = min(most, test.intervals[-1][1] - 1)
    return endless if most >= HIGH - 1 else most


def option_reach(policy: Policy, option: str, columns: Mapping[str, Input]) -> Reach:
    """Return the most that the parts of an option can come to, without what is owed in any case."""
    total: int | None = 0
    kinds: dict[str, None] = {}
    for part in rows_of(policy, option):
        if part.line == "statutory":  # in place of what the law gives
            continue
        kinds[part.kind] = None
        own = part.amount.minor if part.amount is not None else 0
        if part.of:
            column = columns.get(part.of)
            endless = column is None or column.high >= HIGH
            base = None if endless or column is None else column.high - 1
            share = part.share or (1, 1)
            own = own + base * share[0] // share[1] if base is not None else -1
        total = None if total is None or own < 0 else total + own
    return Reach(total, tuple(kinds))


def granted(policy: Policy, tables: Mapping[str, Table], on: date | None = None) -> Iterator[Finding]:
    """Yield what nobody may grant, and rows whose role is unknown or may not grant what they come to."""
    rungs = ladder(policy, on)
    for table in tables.values():
        for row in table.rows:
            yield from _role(policy, table, row)
            yield from _decider(policy, table, row)
    if any(rung.ceiling is None and not rung.remedies for rung in rungs):
        return  # one role may grant anything
    lines = [table for table in tables.values() if table.line != "options"]
    for table in tables.values():
        if not compiled(table).dense:
            yield from _row_by_row(table, rungs)
        elif table.line == "options":
            yield from _of_options(policy, table, lines, rungs)
        else:
            yield from _of_lines(table, rungs)


def _decider(policy: Policy, table: Table, row: TableRow) -> Iterator[Finding]:
    """Yield what is wrong with who decides a sum; that of a law may be a court."""
    decider = row.payout.decider
    if row.payout.outcome != "discretion" or not decider or table.basis == "statutory":
        return
    rung = rung_of(policy, decider)
    if rung is None:
        known = ", ".join(one.role for one in policy.authority)
        yield at_row("authority-unknown", "warning", f"{row.id} leaves the sum to {decider}, which is no role of the ladder: {known}.", row)  # fmt: skip
        return
    reach = reach_of(table, [row])
    if not _may(rung, reach, table.currency):
        ceiling = f"{rung.ceiling} {rung.ceiling.currency}" if rung.ceiling else "kinds of its own"
        message = f"{row.id} leaves up to {reach.told(table.currency)} to {decider}, who may grant {ceiling} at most."
        yield at_row("authority-exceeded", "error", message, row)


def _role(policy: Policy, table: Table, row: TableRow) -> Iterator[Finding]:
    wanted = row.payout.authority
    if not wanted:
        return
    rung = rung_of(policy, wanted)
    if rung is None:
        known = ", ".join(one.role for one in policy.authority)
        yield at_row("authority-unknown", "error", f"{row.id} asks for {wanted}, which is no role of the ladder: {known}.", row)  # fmt: skip
        return
    if row.payout.option:
        reach, currency = option_reach(policy, row.payout.option, compiled(table).columns), policy.currency
    else:
        reach, currency = reach_of(table, [row]), table.currency
    if not _may(rung, reach, currency):
        ceiling = f"{rung.ceiling} {rung.ceiling.currency}" if rung.ceiling else "kinds of its own"
        message = f"{row.id} may come to {reach.told(currency)}, and {wanted}, which it asks for, may grant {ceiling} at most."  # fmt: skip
        yield at_row("authority-exceeded", "error", message, row)


def _may(rung: Rung, reach: Reach, currency: str) -> bool:
    if reach.most is None:
        return rung.ceiling is None and (not rung.remedies or set(reach.kinds) <= set(rung.remedies))
    return may_grant(rung, Money(reach.most, currency), reach.kinds)


def _missing(what: str, reach: Reach, currency: str) -> str:
    return f"{what} may come to {reach.told(currency)}, and no role of the ladder may grant that."


def _of_lines(table: Table, rungs: Sequence[Rung]) -> Iterator[Finding]:
    situations = Situations(compiled(table))
    told: set[str] = set()
    for code, cell in situations.present.items():
        rows = situations.rows(code)
        reach = reach_of(table, rows)
        if not rows or rows[0].id in told or any(_may(rung, reach, table.currency) for rung in rungs):
            continue
        told.add(rows[0].id)
        message = _missing(" with ".join(row.id for row in rows), reach, table.currency)
        yield at_row("authority-missing", "error", message, *rows, example=situations.example(cell))


def _row_by_row(table: Table, rungs: Sequence[Rung]) -> Iterator[Finding]:
    for row in table.rows:
        reach = reach_of(table, [row])
        if not any(_may(rung, reach, table.currency) for rung in rungs):
            yield at_row("authority-missing", "error", _missing(row.id, reach, table.currency), row)


def _of_options(
    policy: Policy, table: Table, lines: Sequence[Table], rungs: Sequence[Rung]
) -> Iterator[Finding]:
    """Yield the options that nobody may grant together with the most that is owed in the same situations."""
    situations = Situations(compiled(table))
    owed = dict.fromkeys(situations.present, NOTHING)
    for other in lines:
        if other.currency == policy.currency:
            owed = _with(table, other, situations, owed)
    told: set[str] = set()
    for code, cell in situations.present.items():
        for row in situations.rows(code):
            option = row.payout.option
            if not option or option in told or row.payout.outcome != "pay":
                continue
            reach = option_reach(policy, option, compiled(table).columns) + owed[code]
            if any(_may(rung, reach, policy.currency) for rung in rungs):
                continue
            told.add(option)
            message = _missing(f"option {option}, with what is owed anyway,", reach, policy.currency)
            yield at_row("authority-missing", "error", message, row, example=situations.example(cell))


def _with(table: Table, other: Table, situations: Situations, owed: Mapping[int, Reach]) -> dict[int, Reach]:
    """Return what is owed by code of an options table, with the most that one table more gives in it."""
    joint = joint_of(table, other)
    if not joint.small:
        every = max((reach_of(other, [row]) for row in other.rows), key=_size, default=NOTHING)
        return {code: before + every for code, before in owed.items()}
    most: dict[int, Reach] = {}  # by the bitmask of the rows of the options table
    for mine, theirs in joint.together():
        mask = joint.mask(0, mine)
        most[mask] = max(most.get(mask, NOTHING), reach_of(other, joint.rows(1, theirs)), key=_size)
    return {code: before + most.get(situations.sets[code], NOTHING) for code, before in owed.items()}


def _size(reach: Reach) -> float:
    return float("inf") if reach.most is None else reach.most

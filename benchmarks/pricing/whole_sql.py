"""The whole price as one SQL query, written from the policy as it was read: the same rules, and the same columns.

Every table becomes conditions, every option a sum, the ladder a CASE. What a policy may say and this does not write is
a ValueError, never another answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from benchmarks.pricing.engines.duckdb_sql import amount, fires, quoted
from benchmarks.pricing.rules import conditions
from playbook.offers.options import LINES, roles_of, rows_of
from playbook.offers.priced import tables_of
from playbook.policy.authority import ladder
from playbook.policy.model import OptionRow, Policy, Rung
from playbook.tables import Table, TableRow
from playbook.tables.model import Payout

_SINGLE = ("FIRST", "UNIQUE")
_WRITTEN = {"outcome", "kind", "amount", "share", "of", "at_least", "at_most", "authority", "option"}


def _share(base: str, share: tuple[int, int]) -> str:
    """Return a share of a sum, exact; a share that is no decimal number is not written."""
    part = Decimal(share[0]) / Decimal(share[1])
    if Decimal(share[0]) != part * share[1]:
        raise ValueError(f"{share[0]}/{share[1]} is no decimal number")
    return f"{base} * {format(part, 'f')}"


def _check(row: TableRow) -> None:
    plain = Payout()
    used = {name for name in vars(plain) if getattr(row.payout, name) != getattr(plain, name)}
    if used - _WRITTEN or row.payout.outcome not in ("pay", "none"):
        raise ValueError(
            f"{row.id}: {', '.join(sorted(used - _WRITTEN)) or row.payout.outcome} is not written"
        )


def _paid(payout: Payout) -> str:
    """Return what a row pays as an expression; null where its input is."""
    if not payout.monetary or payout.outcome == "none":
        return "0"
    if payout.share is None:
        return amount(payout.amount or 0)
    sum_ = _share(payout.of, payout.share)
    if payout.amount:
        sum_ = f"{amount(payout.amount)} + {sum_}"
    if payout.at_least is not None:
        sum_ = f"greatest({sum_}, {amount(payout.at_least)})"
    if payout.at_most is not None:
        sum_ = f"least({sum_}, {amount(payout.at_most)})"
    unknown = f"CASE WHEN {payout.of} IS NOT NULL THEN " if payout.at_least or payout.at_most else ""
    return f"{unknown}round({sum_}, 2){' END' if unknown else ''}"


class _Columns:
    """One table: which of its rows fire, and what is taken from them."""

    def __init__(self, index: int, table: Table) -> None:
        self.table, self.single = table, table.hit_policy in _SINGLE
        if not self.single and table.hit_policy != "COLLECT":
            raise ValueError(f"{table.name}: {table.hit_policy} is not written")
        if table.rounding != "half_up":
            raise ValueError(f"{table.name}: rounding {table.rounding} is not written")
        for row in table.rows:
            _check(row)
        self.name = f"t{index}"

    def found(self) -> list[str]:
        """Return the columns that say which rows fire."""
        rules = [fires(rule) for rule in conditions(self.table)]
        if self.single:
            branches = " ".join(f"WHEN {rule} THEN {r}" for r, rule in enumerate(rules))
            return [f"(CASE {branches} END)::USMALLINT AS {self.name}"]
        return [f"coalesce({rule}, FALSE) AS {self.name}_{r}" for r, rule in enumerate(rules)]

    def fired(self, rows: Sequence[int]) -> str:
        """Return whether one of some rows fires."""
        if not rows:
            return "FALSE"
        if self.single:
            return f"coalesce({self.name} IN ({', '.join(map(str, rows))}), FALSE)"
        return "(" + " OR ".join(f"{self.name}_{r}" for r in rows) + ")"

    def chosen(self, values: Sequence[str], otherwise: str) -> str:
        """Return the value of the row that fires, of a table of one row."""
        branches = " ".join(f"WHEN {r} THEN {value}" for r, value in enumerate(values) if value != otherwise)
        return f"CASE {self.name} {branches} ELSE {otherwise} END" if branches else otherwise

    def where(self, holds: Sequence[bool]) -> list[int]:
        """Return the positions of those rows for which something holds."""
        return [r for r, yes in enumerate(holds) if yes]

    def sum(self) -> str:
        """Return what the table pays; null where it depends on what is not known."""
        sums = [_paid(row.payout) for row in self.table.rows]
        if self.single:
            return self.chosen(sums, "0")
        terms = [f"CASE WHEN {self.name}_{r} THEN {value} ELSE 0 END" for r, value in enumerate(sums) if value != "0"]  # fmt: skip
        return " + ".join(terms) or "0"

    def things(self) -> str:
        """Return whether a row fires that gives what is not money."""
        rows = self.table.rows
        return self.fired(self.where([r.payout.outcome == "pay" and not r.payout.monetary for r in rows]))

    def ids(self) -> str:
        """Return the rows that fire, as parts of a text."""
        ids = [quoted(row.id) for row in self.table.rows]
        if self.single:
            return self.chosen(ids, "NULL")
        return ", ".join(f"CASE WHEN {self.name}_{r} THEN {one} END" for r, one in enumerate(ids))


class WholePrice:
    """The query for one policy."""

    def __init__(self, policy: Policy) -> None:
        self.policy, self.ladder = policy, ladder(policy)
        self.tables = [_Columns(i, table) for i, table in enumerate(tables_of(policy).values())]
        if any(t.table.jurisdictions or t.table.events for t in self.tables):
            raise ValueError("jurisdictions and events are not written")
        if any(rung.remedies for rung in self.ladder):
            raise ValueError("rungs of particular remedies are not written")
        self.lines = {line: [t for t in self.tables if t.table.line == line] for line in LINES}
        self.offering = [t for t in self.tables if t.table.line == "options"]
        self.options = sorted({row.payout.option for t in self.offering for row in t.table.rows if row.payout.option})  # fmt: skip

    def query(self, source: str, columns: Sequence[str]) -> str:
        """Return the query over a table, or what stands for one, that keeps some of its columns and adds ours."""
        found = ", ".join(column for table in self.tables for column in table.found())
        sums = [f"({' + '.join(t.sum() for t in tables) or '0'})::DECIMAL(18, 2) AS {line}" for line, tables in self.lines.items()]  # fmt: skip
        sums += [f"{self._named(option)} AS named_{i}" for i, option in enumerate(self.options)]
        sums.append(f"{self._least([t for t in self.tables if t not in self.offering])} AS least")
        total = (
            f"SELECT *, ({' + '.join(LINES)})::DECIMAL(18, 2) AS total, {self._things()} AS things FROM sums"
        )
        lacks = f"SELECT *, (total IS NULL OR {self._option_lacks()}) AS lacking FROM totals"
        offers = []
        for i, option in enumerate(self.options):
            offers += [f"{self._offered(i, option)} AS offered_{i}", f"{self._worth(option)} AS worth_{i}"]
        return f"""WITH found AS (SELECT *, {found} FROM {source}),
sums AS (SELECT *, {", ".join(sums)} FROM found),
totals AS ({total}),
lacks AS ({lacks}),
offers AS (SELECT *, {", ".join(offers)} FROM lacks)
SELECT {", ".join(columns)},
{self._answer()} FROM offers"""

    def _answer(self) -> str:
        count = range(len(self.options))
        shown = ", ".join(f"CASE WHEN offered_{i} THEN {quoted(option)} END" for i, option in enumerate(self.options))  # fmt: skip
        largest = ", ".join(f"CASE WHEN offered_{i} THEN worth_{i} END" for i in count)
        granted = ", ".join(f"CASE WHEN offered_{i} THEN {self._rung(f'worth_{i}', self._least_of(option))} END" for i, option in enumerate(self.options))  # fmt: skip
        roles = " ".join(f"WHEN {i} THEN {quoted(rung.role)}" for i, rung in enumerate(self.ladder))
        rows = ", ".join(table.ids() for table in self.tables)
        return f"""CASE WHEN lacking THEN 'not_enough_information' WHEN total > 0 OR things THEN 'priced' ELSE 'not_eligible' END AS outcome,
{", ".join(LINES)}, total,
concat_ws(' ', {shown}) AS options,
greatest({largest})::DECIMAL(18, 2) AS largest_option,
concat_ws(' ', {rows}) AS rows,
CASE WHEN total IS NULL THEN '' ELSE CASE coalesce(greatest({granted}), {self._rung("total", "least")}) {roles} END END AS authority"""

    def _things(self) -> str:
        return "(" + " OR ".join(table.things() for table in self.tables) + ")"

    def _rows_of(self, table: _Columns, option: str) -> list[int]:
        return table.where([row.payout.option == option and row.payout.outcome == "pay" for row in table.table.rows])  # fmt: skip

    def _named(self, option: str) -> str:
        return " OR ".join(table.fired(self._rows_of(table, option)) for table in self.offering)

    def _option_lacks(self) -> str:
        tests = [
            f"(named_{i} AND {row.of} IS NULL)"
            for i, option in enumerate(self.options)
            for row in rows_of(self.policy, option)
            if row.of
        ]
        return "(" + (" OR ".join(tests) or "FALSE") + ")"

    # -- an option -------------------------------------------------------------------------

    def _parts(self, option: str, *, statutory: bool) -> list[OptionRow]:
        return [row for row in rows_of(self.policy, option) if (row.line == "statutory") is statutory]

    def _part(self, row: OptionRow) -> str:
        base = row.of or ("statutory" if row.share and row.line == "statutory" else "")
        terms = [amount(row.amount.minor)] if row.amount is not None else []
        if base:
            terms.append(f"round({_share(base, row.share)}, 2)" if row.share else base)
        return " + ".join(terms) or "0"

    def _worth(self, option: str) -> str:
        own = " + ".join(self._part(row) for row in self._parts(option, statutory=False)) or "0"
        substitute = self._parts(option, statutory=True)
        if not substitute:
            return f"(total + {own})::DECIMAL(18, 2)"
        instead = " + ".join(self._part(row) for row in substitute)
        return f"(total - statutory + greatest({instead}, statutory) + {own})::DECIMAL(18, 2)"

    def _offered(self, index: int, option: str) -> str:
        owed = " AND statutory > 0" if self._parts(option, statutory=True) else ""
        return f"(named_{index} AND NOT lacking{owed})"

    # -- who may grant it ------------------------------------------------------------------

    def _rung(self, total: str, least: str) -> str:
        branches = " ".join(
            f"WHEN {self._covers(rung, total)} THEN {i}" for i, rung in enumerate(self.ladder)
        )
        return f"greatest((CASE {branches} END), {least})"

    def _covers(self, rung: Rung, total: str) -> str:
        if rung.ceiling is None:
            return "TRUE"
        if rung.ceiling.minor == 0:
            return f"{total} = 0"
        return f"{total} <= {amount(rung.ceiling.minor)}"

    def _roles(self, table: _Columns) -> list[int]:
        by_role = {rung.role: index for index, rung in enumerate(self.ladder)}
        return [max((by_role[role] for role in roles_of(self.policy, [row])), default=0) for row in table.table.rows]  # fmt: skip

    def _least(self, tables: Sequence[_Columns]) -> str:
        """Return the lowest rung that the rows which fire ask for, whatever the sum."""
        terms = []
        for table in tables:
            wanted = self._roles(table)
            for rung in sorted({r for r in wanted if r}):
                rows = [r for r, least in enumerate(wanted) if least == rung]
                terms.append(f"CASE WHEN {table.fired(rows)} THEN {rung} ELSE 0 END")
        return f"greatest(0, {', '.join(terms)})" if terms else "0"

    def _least_of(self, option: str) -> str:
        terms = ["least"]
        for table in self.offering:
            wanted = self._roles(table)
            for rung in sorted({wanted[r] for r in self._rows_of(table, option) if wanted[r]}):
                rows = [r for r in self._rows_of(table, option) if wanted[r] == rung]
                terms.append(f"CASE WHEN {table.fired(rows)} THEN {rung} ELSE 0 END")
        return f"greatest({', '.join(terms)})" if len(terms) > 1 else "least"

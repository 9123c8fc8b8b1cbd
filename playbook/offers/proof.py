"""Prove the compensation side of a policy: every table, every floor, every choice that a customer may be given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from playbook.offers.granting import granted
from playbook.offers.options import rows_of
from playbook.offers.priced import floors_of, tables_of
from playbook.policy.model import OptionRow, Policy
from playbook.tables import Table, TableRow
from playbook.tables.amounts import rounded
from playbook.tables.cells import Input
from playbook.tables.decide import compiled
from playbook.tables.derive import Ints
from playbook.tables.prove import Finding, Situations, at_row, in_order, prove
from playbook.tables.prove.joint import joint_of, shown
from playbook.tables.prove.payments import given_by
from playbook.tables.prove.samples import samples


def prove_tables(policy: Policy, on: date | None = None) -> tuple[Finding, ...]:
    """Return everything that is wrong with a policy's tables and options, errors first.

    Each table is proved on its whole grid, a patched law against the law. An options table must name options that
    exist, whose amounts come from its own inputs, in two parts (S2-48), and in each choice at least one thing that is
    not money (S0-20); what stands in place of the law's money is worth as much. Somebody must be able to grant whatever
    tables and options can come to. `on` decides what has expired, is in force, or ends soon. Raises InputError as
    `read_table` does.
    """
    tables, floors = tables_of(policy), floors_of(policy)
    low, high = (int(n) for n in policy.switch("option_count"))
    found: list[Finding] = []
    for name, table in tables.items():
        found += prove(table, floors.get(name), on, (low, high))
        if policy.currency != "XXX" and table.currency != policy.currency and table.line != "options":
            message = (
                f"{table.name} pays {table.currency}, the client {policy.currency}: no sum adds the two."
            )
            found.append(Finding("currency", "warning", message, table.path, 1))
        if table.line == "options":
            found += _options(policy, table)
            found += _choices(policy, table, low)
            found += _substitutes(policy, table, [t for t in tables.values() if t.line == "statutory"])
        elif table.line == "statutory":
            found += _law_of_a_client(policy, table)
    found += granted(policy, tables, on)
    found += _one_meaning(tables.values())
    return in_order(found)


def _one_meaning(tables: Iterable[Table]) -> Iterator[Finding]:
    """Yield inputs of one name that mean another thing in another table: a case gives each of them once."""
    seen: dict[str, tuple[Input, Table]] = {}
    for table in tables:
        for name, column in compiled(table).columns.items():
            first, other = seen.setdefault(name, (column, table))
            if other is table:
                continue
            wrong = ""
            if column.type != first.type:
                wrong = f"is {first.type} there and {column.type} here"
            elif column.type == "enum" and set(column.values).isdisjoint(first.values):
                wrong = f"has no value in common with that one ({', '.join(first.values[:6])})"
            elif column.unit != first.unit and column.unit and first.unit:
                wrong = f"is told in {first.unit} there and in {column.unit} here"
            if wrong:
                message = f"{name} of {table.name} and of {other.name} are not the same: it {wrong}. Rename one of them."
                yield Finding("input-clash", "error", message, table.path, 1)


def _options(policy: Policy, table: Table) -> Iterator[Finding]:
    inputs = {column.name for column in (*table.inputs, *table.raw_inputs)}
    checked: set[str] = set()
    for row in table.rows:
        option = row.payout.option
        if not option or option in checked:
            continue
        checked.add(option)
        parts = rows_of(policy, option)
        if not parts:
            yield at_row("option", "error", f"{row.id} names {option}, which options.csv does not have.", row)
            continue
        for name in sorted({part.of for part in parts if part.of} - inputs):
            message = f"option {option} takes {name}, which {table.name} does not ask for."
            yield at_row("option-input", "error", message, row)
        lines = {part.line for part in parts}
        if not {"need_now", "inconvenience"} <= lines:
            yield at_row("one-part", "warning", f"option {option} has one part, not two (S2-48).", row)


def _choices(policy: Policy, table: Table, least: int) -> Iterator[Finding]:
    """Yield choices that are only money, and those that are too few where the law gives no money to be replaced."""
    if not compiled(table).dense:
        return
    situations = Situations(compiled(table))
    for code, cell in situations.present.items():
        rows = [r for r in situations.rows(code) if r.payout.option and r.payout.outcome == "pay"]
        if not rows:
            continue
        parts = {row.payout.option: rows_of(policy, row.payout.option) for row in rows}
        example = situations.example(cell)
        money = not any(part.non_monetary for own in parts.values() for part in own)
        if money and policy.switch("require_nonmonetary") is True:
            message = f"the choice of {', '.join(parts)} is only money (S0-20)."
            yield at_row("only-money", "error", message, *rows, example=example)
        stay = [name for name, own in parts.items() if not any(part.line == "statutory" for part in own)]
        if 0 < len(stay) < least <= len(parts):
            message = f"{len(stay)} to choose from ({', '.join(stay)}) where the law gives no money: at least {least} are due."  # fmt: skip
            yield at_row("option-count", "error", message, *rows, example=example)


def _substitutes(policy: Policy, table: Table, laws: Sequence[Table]) -> Iterator[Finding]:
    """Yield the options whose part in place of the law's money is worth less than that money, with a customer."""
    instead = {
        row.payout.option: [part for part in rows_of(policy, row.payout.option) if part.line == "statutory"]
        for row in table.rows
        if row.payout.option
    }
    if not any(instead.values()):
        return
    told: set[str] = set()
    for law in laws:
        joint = joint_of(table, law)
        if law.currency != policy.currency or not joint.small:
            continue
        for (mine, theirs), place in joint.together().items():
            owed = joint.rows(1, theirs)
            columns = _customers(law, owed)
            n = len(next(iter(columns.values()), [0]))
            due = given_by(law, owed, columns, n).total
            if not due.any():
                continue
            for row in joint.rows(0, mine):
                parts = instead.get(row.payout.option)
                if not parts or row.payout.option in told or row.payout.outcome != "pay":
                    continue
                short = np.flatnonzero(_worth(parts, columns, due) < due)
                if not len(short):
                    continue
                told.add(row.payout.option)
                values = {
                    **joint.values(joint.cell(place)),
                    **{k: int(v[short[0]]) for k, v in columns.items()},
                }
                message = f"option {row.payout.option} is worth less than the money of {owed[0].id} that it stands for."
                yield at_row("substitute", "error", message, row, *owed, example={**shown(table, values), **shown(law, values)})  # fmt: skip


def _customers(law: Table, owed: Sequence[TableRow]) -> dict[str, Ints]:
    columns = compiled(law).columns
    payouts = [row.payout for row in owed]
    spans = {
        name: (columns[name].low, columns[name].high - 1) for payout in payouts for name in payout.inputs
    }
    return samples(payouts, columns, spans)


def _worth(parts: Sequence[OptionRow], columns: dict[str, Ints], due: Ints) -> Ints:
    total = np.zeros(len(due), dtype=np.int64)
    for part in parts:
        total = total + (part.amount.minor if part.amount is not None else 0)
        base = columns.get(part.of, np.zeros(len(due), dtype=np.int64)) if part.of else due
        if part.share is not None:
            total = total + rounded(base * part.share[0], part.share[1], "half_up")
        elif part.of:
            total = total + base
    return total


def _law_of_a_client(policy: Policy, table: Table) -> Iterator[Finding]:
    """Yield that a client's own table speaks for the law: nothing holds it to one, and its sums are added to the law's."""
    folders = {folder: layer for layer, folder in zip(policy.layers, policy.folders, strict=True)}
    if folders.get(Path(table.path).parent, "").startswith("clients/"):
        message = f"{table.name} is the client's own and says what the law gives: only a table under statutes/ is held to the law."  # fmt: skip
        yield Finding("law-of-a-client", "warning", message, table.path, 1)

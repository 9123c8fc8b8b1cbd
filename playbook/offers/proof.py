"""Prove the compensation side of a policy: every table, every floor, every choice that a customer may be given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from playbook.offers.options import roles_of, rows_of
from playbook.offers.priced import floors_of, tables_of
from playbook.policy.model import Policy
from playbook.tables import Table, TableRow
from playbook.tables.decide import compiled
from playbook.tables.prove import Finding, Level, prove


def prove_tables(policy: Policy, on: date | None = None) -> tuple[Finding, ...]:
    """Return everything that is wrong with a policy's tables and options, errors first.

    Each table is proved on its whole grid, a patched law against the law. An options table must name options that
    exist, whose amounts come from its own inputs, in two parts (S2-48), and in each choice at least one thing that is
    not money (S0-20). `on` decides whether a waiver has expired. Raises InputError as `read_table` does.
    """
    floors = floors_of(policy)
    low, high = (int(n) for n in policy.switch("option_count"))
    found: list[Finding] = []
    for name, table in tables_of(policy).items():
        found += prove(table, floors.get(name), on, (low, high))
        if table.currency != policy.currency and table.line != "options":
            message = (
                f"{table.name} pays {table.currency}, the client {policy.currency}: no sum adds the two."
            )
            found.append(Finding("currency", "warning", message, table.path, 1))
        for row in table.rows:
            roles_of(policy, [row])
        found += _options(policy, table) if table.line == "options" else ()
    return tuple(sorted(found, key=lambda f: (f.level, f.check, f.path, f.line)))


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
            yield _finding(
                "option", "error", row, f"{row.id} names {option}, which options.csv does not have."
            )
            continue
        for name in sorted({part.of for part in parts if part.of} - inputs):
            message = f"option {option} takes {name}, which {table.name} does not ask for."
            yield _finding("option-input", "error", row, message)
        lines = {part.line for part in parts}
        if not {"need_now", "inconvenience"} <= lines:
            yield _finding("one-part", "warning", row, f"option {option} has one part, not two (S2-48).")
    yield from _only_money(policy, table)


def _only_money(policy: Policy, table: Table) -> Iterator[Finding]:
    grid = compiled(table)
    if policy.switch("require_nonmonetary") is not True or not grid.dense:
        return
    grid.lookup  # noqa: B018 - fills the sets
    for mask in grid.sets[1:]:
        rows = [table.rows[r] for r in grid.winners(mask) if table.rows[r].payout.option]
        if rows and not any(part.non_monetary for row in rows for part in rows_of(policy, row.payout.option)):
            names = ", ".join(dict.fromkeys(row.payout.option for row in rows))
            yield _finding("only-money", "error", rows[0], f"the choice of {names} is only money (S0-20).")


def _finding(check: str, level: Level, row: TableRow, message: str) -> Finding:
    return Finding(check, level, message, row.place.path, row.place.line, (row.id,))

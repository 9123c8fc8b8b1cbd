"""`playbook policy diff`: what is different from another policy, in its rows, its situations and for past customers."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playbook.cli.policies.printed import as_json, put
from playbook.cli.policies.show import nothing_below
from playbook.errors import InputError, Problem

if TYPE_CHECKING:
    from playbook.policy import Policy
    from playbook.policy.effective import Change, Values
    from playbook.whatif import Comparison, RowChange, WhatIf
    from playbook.whatif.comparison import Change as CaseChange
    from playbook.workspace import Workspace

WHAT = (
    "what is different from another policy (else from base): rows, situations, past customers, the worst case"
)
VIEWS = ("rows", "situations", "population", "worst")
MOST_WORDS = 40
"""Changes of wording that are told among all others; more of them are only counted."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the action."""
    parser.add_argument("name", metavar="NAME", help="the client")
    parser.add_argument(
        "other", metavar="OTHER", nargs="?", help="a client, or a layer such as statutes/eu (default: base)"
    )
    parser.add_argument(
        "--against", metavar="FOLDER", help="in place of OTHER: a folder with an older copy of the client's layer"
    )  # fmt: skip
    parser.add_argument("--view", choices=VIEWS, action="append", help="only this; repeat it (default: all)")
    parser.add_argument("--input", metavar="FILE", help="past customers, priced under both: CSV or Parquet")
    parser.add_argument(
        "--only", metavar="PREFIX", help="such as switches, authority, tables.remedy, wording.en"
    )
    parser.add_argument("--out", metavar="PATH", help="write it there, not to the screen")
    parser.add_argument("--format", default="text", choices=("text", "json"), help="how to report")


def run(args: argparse.Namespace, workspace: Workspace) -> int:
    """Print the differences; returns 0."""
    from playbook.drafts.listed import values_of

    new, ours = values_of(args.name, workspace, args.only)
    old, theirs = _other(args, workspace)
    if args.only and not ours and not theirs:
        raise nothing_below(args.only, values_of(args.name, workspace, None)[1])
    views = args.view or (["rows"] if args.only and not args.only.startswith("tables") else list(VIEWS))
    if "population" in (args.view or ()) and not args.input:
        found, expected = "nothing", "a file of past customers"
        raise InputError([Problem("--input", 0, 0, "", found, expected, "Add --input customers.csv.")])
    tables: tuple[Comparison, ...] = ()
    if "situations" in views or "worst" in views:
        from playbook.whatif import compare_policies

        table = args.only.removeprefix("tables").removeprefix(".") if args.only else ""
        tables = compare_policies(old, new, _table(table, old, new))
    population = None
    if args.input and "population" in views:
        from playbook.whatif import compare_population
        from playbook.whatif.against import paying

        population = compare_population(paying(old, new), new, args.input)
    name = args.against or old.name
    if args.format == "json":
        put(as_json(_as_json(new, name, theirs, ours, old, tables, population, views)), args.out)
    else:
        put(
            "\n".join(_text(new, name, theirs, ours, old, tables, population, views, bool(args.only))),
            args.out,
        )
    return 0


def _other(args: argparse.Namespace, workspace: Workspace) -> tuple[Policy, Values]:
    from playbook.drafts.listed import values_of
    from playbook.whatif import older

    if args.against is None:
        return values_of(args.other or "base", workspace, args.only)
    if args.other is not None:
        found = f"{args.other} and --against {args.against}"
        raise InputError([Problem("OTHER", 0, 0, "", found, "one of the two", "Leave one of them out.")])
    return values_of(args.name, older(args.name, Path(args.against), workspace), args.only)


def _table(path: str, old: Policy, new: Policy) -> str | None:
    """Return the table that a path such as `eu261.delay.rows` is below."""
    names = [n for p in (old, new) for n in p.table_files if path == n or path.startswith(f"{n}.")]
    return max(names, key=len, default=None)


def _as_json(
    new: Policy, name: str, theirs: Values, ours: Values, old: Policy, tables: Sequence[Comparison],
    population: WhatIf | None, views: Sequence[str],
) -> dict[str, Any]:  # fmt: skip
    from playbook.policy.effective import changes
    from playbook.whatif import row_changes

    out: dict[str, Any] = {"policy": new.name, "other": name}
    if "rows" in views:
        rows, _ = row_changes(theirs, ours, old, new)
        out["changes"] = [change.as_dict() for change in changes(theirs, ours)]
        out["rows"] = [row.as_dict() for row in rows]
    if "situations" in views:
        out["situations"] = [table.as_dict() for table in tables if table.changed]
    if "population" in views:
        out["population"] = population.as_dict() if population else None
    if "worst" in views:
        loss, gain = _worst(tables)
        out["worst"] = {
            "loss": loss.as_dict() if loss else None,
            "gain": gain.as_dict() if gain else None,
        }
    return out


def _text(
    new: Policy, name: str, theirs: Values, ours: Values, old: Policy, tables: Sequence[Comparison],
    population: WhatIf | None, views: Sequence[str], only: bool,
) -> Iterator[str]:  # fmt: skip
    from playbook.policy.effective import changes

    if "rows" in views:
        yield f"{new.name} against {name}: {len(changes(theirs, ours))} values differ"
        yield from _row_lines(theirs, ours, old, new, only)
    else:
        yield f"{new.name} against {name}"
    if "situations" in views:
        for table in tables:
            yield from _situation_lines(table)
    if population is not None:
        from playbook.whatif.printed import summary_lines

        yield "past customers"
        yield from (f"  {line}" for line in summary_lines(population))
    if "worst" in views:
        for word, change in zip(("loses", "gains"), _worst(tables), strict=True):
            if change is not None:
                yield f"the customer who {word} most"
                yield from _case_lines(change)


def _row_lines(theirs: Values, ours: Values, old: Policy, new: Policy, only: bool) -> Iterator[str]:
    from playbook.messages.printable import one_line
    from playbook.whatif import row_changes

    rows, rest = row_changes(theirs, ours, old, new)
    words = [change for change in rest if change.path.startswith("wording.")]
    whole = {f"tables.{name}.": name for name in old.table_files.keys() ^ new.table_files.keys()}
    for name in sorted(whole.values()):
        yield one_line(f"{'+' if name in new.table_files else '-'} table {name}")
    for change in rest:
        if change.path.startswith(tuple(whole)) and not only:
            continue
        if only or len(words) <= MOST_WORDS or not change.path.startswith("wording."):
            yield from _change_lines(change)
    file = None
    for row in rows:
        if row.file != file:
            file = row.file
            yield one_line(f"{file}:")
        yield f"  {_row_line(row)}"
    if len(words) > MOST_WORDS and not only:
        yield f"wording: {len(words)} values differ: --only wording tells them"


def _row_line(row: RowChange) -> str:
    from playbook.messages.printable import one_line

    return one_line(str(row)) + (f"    {row.origin}" if row.origin else "")


def _change_lines(change: Change) -> Iterator[str]:
    from playbook.messages.printable import one_line

    yield one_line(change.path)
    for sign, value in (("-", change.before), ("+", change.after)):
        if value is not None:
            yield f"  {sign} {one_line(value.text)}    {value.origin}"


def _situation_lines(table: Comparison) -> Iterator[str]:
    from playbook.messages.printable import one_line

    if not table.changed:
        return
    if table.note:
        yield one_line(f"{table.table}: not compared: {table.note}")
        return
    yield one_line(
        f"{table.table}: {table.another_row:,} of {table.situations:,} situations are decided by another row, "
        f"{table.another_amount:,} pay another amount"
        + (f", {table.another_kind:,} another thing" if table.another_kind else "")
    )
    if table.only:
        yield "  only here" if table.only == "after" else "  only there"
    if table.by_law:
        yield f"  in {table.by_law:,} of them the law's sum stands, whatever the rows say"
    for box in table.boxes:
        where = ", ".join(f"{name} {span}" for name, span in box.where.items()) or "every situation"
        yield one_line(f"{box.situations:,}: {where}").join(("  ", ""))
        yield one_line(f"{box.example.before} -> {box.example.after}").join(("      ", ""))
        yield one_line("for example " + _case(box.example)).join(("      ", ""))
    if table.left_out:
        yield f"  and {table.left_out:,} more"


def _case(change: CaseChange) -> str:
    return ", ".join(f"{name}={value}" for name, value in change.case.items() if value != "null")


def _case_lines(change: CaseChange) -> Iterator[str]:
    from playbook.messages.printable import one_line
    from playbook.money import Money

    difference = Money(change.minor, change.after.amount.currency)
    yield one_line(f"{change.table}: {_case(change)}").join(("  ", ""))
    yield one_line(f"{change.before} -> {change.after}: {difference} {difference.currency}").join(("  ", ""))


def _worst(tables: Sequence[Comparison]) -> tuple[CaseChange | None, CaseChange | None]:
    """Return the largest loss and the largest gain of all tables (of several currencies, the larger number)."""
    losses = [table.loss for table in tables if table.loss is not None]
    gains = [table.gain for table in tables if table.gain is not None]
    loss = min(losses, key=lambda change: change.after.amount.decimal - change.before.amount.decimal, default=None)  # fmt: skip
    gain = max(gains, key=lambda change: change.after.amount.decimal - change.before.amount.decimal, default=None)  # fmt: skip
    return loss, gain

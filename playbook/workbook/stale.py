"""Tell whether a workbook is of this policy as it is now; where it is not, name what has changed since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from playbook.errors import InputError, Problem
from playbook.policy.model import Policy
from playbook.workbook.cells import same
from playbook.workbook.sheets import BASE_SHEET, PolicySheet, sources_of, state_of
from playbook.workbook.unpack import RawBook, RawSheet, refused

MOST_TOLD = 50
"""Cells that have changed since: more are not listed one by one."""
FORMAT = "1"
"""The version of the hidden sheet's layout."""


def refuse_stale(book: RawBook, policy: Policy, sheets: Sequence[PolicySheet]) -> None:
    """Raise InputError for a workbook of another policy, or of this one as it was before its files changed."""
    base = book.sheets.get(BASE_SHEET)
    if base is None:
        raise refused("a workbook that does not say what it was made of")
    told = {name: text for name, text in _pairs(base) if name in ("playbook", "policy", "state")}
    if told.get("playbook") != FORMAT:
        raise refused(f"a workbook of another version ({told.get('playbook', '')[:20]!r})")
    if told.get("policy") != policy.name:
        raise refused(f"a workbook of {told.get('policy', '')[:60]!r}", f"one of {policy.name}")
    if told.get("state") == state_of(policy):
        return
    problems = [*_files(base, policy), *_cells(base, sheets)]
    if not problems:
        problems = [
            Problem("FILE", 0, 0, "", "a workbook made of other files", "one of the files as they are", "Export it again.")
        ]  # fmt: skip
    raise InputError(problems)


def _pairs(base: RawSheet) -> Iterator[tuple[str, str]]:
    for y in sorted({y for y, _ in base.cells}):
        yield base.text(y, 1), base.text(y, 2)


def _files(base: RawSheet, policy: Policy) -> Iterator[Problem]:
    then = {base.text(y, 2): base.text(y, 3) for y, x in base.cells if x == 1 and base.text(y, 1) == "file"}
    now = sources_of(policy)
    for name in sorted(then.keys() | now.keys()):
        if then.get(name) != now.get(name):
            what = "made" if name not in then else "taken away" if name not in now else "changed"
            found = f"a file that was {what} since the workbook was exported"
            yield Problem(
                name, 0, 0, "", found, "the file as it was", "Export again, and repeat your changes."
            )


def _cells(base: RawSheet, sheets: Sequence[PolicySheet]) -> Iterator[Problem]:
    """Yield every cell that has another text now than the workbook was exported with."""
    now = {
        (sheet.name, row.key.rpartition(":")[0], str(row["id"])): row
        for sheet in sheets
        for row in sheet.rows
    }
    columns: dict[str, list[str]] = {}
    last = max((x for _, x in base.cells), default=0)
    told = 0
    for y in sorted({y for y, _ in base.cells}):
        kind, sheet, *cells = (base.text(y, x) for x in range(1, last + 1))
        if kind == "columns":
            columns[sheet] = [name for name in cells if name]
        elif kind == "row" and sheet in columns:
            then = dict(zip(columns[sheet], cells[1:], strict=False))
            row = now.get((sheet, cells[0].rpartition(":")[0], then.get("id", "")))
            for name, text in then.items() if row is not None else ():
                if not same(text, row[name]) and told < MOST_TOLD:  # type: ignore[index]
                    told += 1
                    found = f"{str(row[name])[:60]!r} now, {text[:60]!r} in the workbook"  # type: ignore[index]
                    yield Problem(f"{sheet} [{then['id'][:60]}]", 0, 0, name, found, "the same", "Look at it again.")  # fmt: skip

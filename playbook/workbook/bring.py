"""Bring a workbook back into a client's files: read, compare, check in a copy, then write whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from playbook.checks.policies import check_policy
from playbook.errors import InputError, Problem
from playbook.policy import Policy, read_policy
from playbook.sources import read_yaml
from playbook.tables.copied import original_of
from playbook.workbook.cells import day_of
from playbook.workbook.changes import Changes
from playbook.workbook.checked import wrong_cells
from playbook.workbook.given import GivenSheet, given_sheet
from playbook.workbook.guide import FORM
from playbook.workbook.sheets import BASE_SHEET, LISTS_SHEET, PolicySheet, SheetRow, guide_name, sheets_of
from playbook.workbook.stale import refuse_stale
from playbook.workbook.unpack import RawBook, unpack
from playbook.workspace import Workspace


@dataclass(frozen=True)
class Brought:
    """What a workbook changes: every change and repair told, warnings of the policy check, the new bytes of files."""

    changes: tuple[str, ...]
    restored: tuple[str, ...]
    warnings: tuple[str, ...]
    contents: Mapping[Path, bytes]
    before: Mapping[Path, bytes | None]

    @property
    def files(self) -> tuple[Path, ...]:
        """Return the files that are changed or made."""
        return tuple(sorted(self.contents))

    def write(self) -> None:
        """Write every file, or none. Raises InputError where one cannot be written, or has changed meanwhile."""
        for path, raw in self.before.items():
            if (path.read_bytes() if path.exists() else None) != raw:
                found, remedy = "a change since it was read", "Run the command again."
                raise InputError([Problem(str(path), 0, 0, "", found, "the file as it was", remedy)])
        # Where a file is a link, what it links to is replaced, not the link.
        parts = {path: path.resolve().with_name(f".{path.name}.part-{os.getpid()}") for path in self.contents}
        replaced: list[Path] = []
        try:
            for path, part in parts.items():
                part.write_bytes(self.contents[path])
                if path.exists():
                    shutil.copymode(path, part)
            for path, part in parts.items():
                os.replace(part, path.resolve())
                replaced.append(path)
        except OSError as error:
            for path in replaced:
                raw = self.before[path]
                with suppress(OSError):
                    path.unlink() if raw is None else path.write_bytes(raw)
            found, expected = error.strerror or str(error), "a folder that can be written"
            raise InputError([Problem(str(error.filename or ""), 0, 0, "", found, expected, "Nothing was changed.")]) from error  # fmt: skip
        finally:
            for part in parts.values():
                part.unlink(missing_ok=True)


def import_workbook(
    name: str, raw: bytes, workspace: Workspace, *, reason: str = "", on: date | None = None
) -> Brought:
    """Return what a workbook changes in a client's files; nothing is written yet.

    `reason` stands where neither row nor first sheet gives one; `on` decides whether a waiver has expired. Raises
    InputError with everything that is wrong in the workbook, each with its sheet and cell.
    """
    book = unpack(raw)
    policy = read_policy(name, workspace)
    sheets = sheets_of(policy)
    refuse_stale(book, policy, sheets)
    problems: list[Problem] = []
    restored: list[str] = []
    _check_sheets(book, policy, sheets, problems)
    form = _form(book, policy, reason, problems)
    given = [
        given_sheet(sheet, book.sheets[sheet.name], book.since_1904, problems, restored)
        for sheet in sheets
        if sheet.name in book.sheets
    ]
    told = {problem.path for problem in problems}
    problems += [problem for problem in wrong_cells(policy, given) if problem.path not in told]
    changes = Changes(policy, form)
    changes.make([sheet for sheet in given if sheet.complete])
    problems += changes.problems
    if problems:
        raise InputError(problems)
    contents = changes.contents()
    before = {path: changes.pages[path].raw for path in contents}
    warnings: tuple[str, ...] = ()
    if contents:
        warnings = _tried(policy, workspace, contents, given, form.get("from", ""), on)
    return Brought(tuple(changes.said), tuple(restored), warnings, contents, before)


def _check_sheets(
    book: RawBook, policy: Policy, sheets: Sequence[PolicySheet], problems: list[Problem]
) -> None:
    known = {guide_name(policy), BASE_SHEET, LISTS_SHEET, *(sheet.name for sheet in sheets)}
    for name in book.sheets.keys() - known:
        expected = "one of " + ", ".join(sheet.name for sheet in sheets)
        remedy = "Take the sheet out; a new table is made in the policy's folder first."
        problems.append(Problem(f"{name[:60]}!A1", 0, 0, "", f"the sheet {name[:60]!r}", expected, remedy))
    for sheet in sheets:
        if sheet.name not in book.sheets:
            remedy = "Put it back, or export again: rows are taken out one by one."
            problems.append(Problem(f"{sheet.name}!A1", 0, 0, "", "no such sheet", "every sheet", remedy))


def _form(book: RawBook, policy: Policy, reason: str, problems: list[Problem]) -> dict[str, str]:
    page = book.sheets.get(guide_name(policy))
    out, seen = {"reason": reason.strip()}, set[str]()
    for (y, x), cell in sorted(page.cells.items() if page else ()):
        if x != 1 or cell.text not in FORM or cell.text in seen:  # a table may be called source
            continue
        seen.add(cell.text)
        if (y, 2) not in page.cells:  # type: ignore[union-attr]
            continue
        answer = page.cells[(y, 2)]  # type: ignore[union-attr]
        text, place = answer.text.strip(), f"{guide_name(policy)}!B{y}"
        if answer.kind not in ("text", "date"):
            problems.append(Problem(place, 0, 0, cell.text, f"{text[:40]!r}", "a text", "Type it as text."))
        elif cell.text == "from":
            day = day_of(text, book.since_1904) if answer.kind == "date" or "-" in text else None
            if day is None:
                problems.append(Problem(place, 0, 0, "from", repr(text[:40]), "a date such as 2026-04-01", "Write year-month-day."))  # fmt: skip
            out["from"] = day.isoformat() if day else ""
        elif text:
            out[cell.text] = text
    return out


def _tried(
    policy: Policy, workspace: Workspace, contents: Mapping[Path, bytes], given: Sequence[GivenSheet],
    start: str, on: date | None,
) -> tuple[str, ...]:  # fmt: skip
    """Read the policy with the changes, in a copy; return what its check warns of.

    Raises InputError where it cannot be read, or comes to something else than the workbook says.
    """
    with tempfile.TemporaryDirectory(prefix="playbook-") as temporary:
        trial, folders = copied(policy, workspace, Path(temporary) / "policies")
        copy = trial.layer(policy.layers[-1])
        for path, raw in contents.items():
            (copy / path.name).write_bytes(raw)

        def here(text: str) -> str:
            for copied, folder in folders.items():
                text = text.replace(f"{copied}{os.sep}", f"{folder}{os.sep}")
            return text

        try:
            after = read_policy(policy.name, trial)
            found = {sheet.stem: sheet for sheet in sheets_of(after)}
        except InputError as error:
            raise InputError(
                replace(p, path=here(p.path), found=here(p.found)) for p in error.problems
            ) from error
        problems = [p for sheet in given for p in _other(sheet, found[sheet.sheet.stem], start)]
        if problems:
            raise InputError(problems)
        try:
            checked = check_policy(after, on)
        except InputError as error:
            return tuple(here(str(problem)) for problem in error.problems)
        return tuple(here(str(finding)) for finding in checked if finding.level == "error")


def copied(policy: Policy, workspace: Workspace, root: Path) -> tuple[Workspace, dict[Path, Path]]:
    """Copy every layer of a policy, and what its tables are copies of, each where it stands to the others.

    Returns the workspace of the copies, and the folder that each copy is of.
    """
    trial = replace(workspace, clients=root / "clients", shared=root)
    folders = {root / layer: folder for layer, folder in zip(policy.layers, policy.folders, strict=True)}
    for copy, folder in list(folders.items()):
        for header in folder.glob("*.table.yaml"):
            data, _ = read_yaml(header)
            original = original_of(header, data.get("copy_of") if isinstance(data, dict) else None)
            if original is not None:
                folders.setdefault(copy.parent / original.parent.name, original.parent)
    for copy, folder in folders.items():
        shutil.copytree(folder, copy, dirs_exist_ok=True)
    return trial, folders


def _other(given: GivenSheet, found: PolicySheet, start: str) -> Iterator[Problem]:
    """Yield where the changed policy is not what the workbook says (on the day from which the changes hold)."""
    names = [column.name for column in given.sheet.columns if not start or column.name not in ("from", "to")]

    def in_force(row: Mapping[str, str]) -> bool:
        first, last = (row.get(c, "").replace("-", "", len(row.get(c, "")) == 1) for c in ("from", "to"))
        return not start or ((not first or first <= start) and (not last or start < last))

    def told(row: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(str(row.get(name, "")) for name in names)

    have: list[SheetRow] = [row for row in found.rows if in_force(row.cells)]
    left = [told(row.cells) for row in have]
    number = 1
    for row in given.rows:
        number = row.number
        if in_force(row.cells):
            if told(row.cells) in left:
                left.remove(told(row.cells))
            else:
                expected = "a change that a patch can say: of the whole row, or from a day on"
                remedy = f"Write it into {given.sheet.patch_path.name} by hand."
                yield given.problem(row.number, "id", f"{row.cells['id']}, which would not come out as it stands here", expected, remedy)  # fmt: skip
    for cells in left:
        found_, expected = f"{cells[0]}, which would still be there", "nothing but what the sheet has"
        yield given.problem(number, "id", found_, expected, "Write the change into the files by hand.")

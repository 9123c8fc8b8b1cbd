"""Turn what a person changed in a workbook into changes of the client's files: cells, rows, and patches of lower layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from playbook.errors import Problem
from playbook.policy.model import Policy
from playbook.tables.patches import PATCH_COLUMNS
from playbook.workbook.given import Given, GivenSheet
from playbook.workbook.origin import CellPlace, place_of
from playbook.workbook.sheets import PolicySheet, SheetRow, editable, named
from playbook.workbook.splice import CsvPage


class Changes:
    """The changed files of one client. `said` tells every change, `problems` why one cannot be made."""

    def __init__(self, policy: Policy, form: Mapping[str, str]) -> None:
        self.policy, self.form = policy, form
        self.folder = policy.folders[-1]
        self.pages: dict[Path, CsvPage] = {}
        self.said: list[str] = []
        self.problems: list[Problem] = []

    def make(self, sheets: Sequence[GivenSheet]) -> None:
        """Take over every change of every sheet."""
        for sheet in sheets:
            for row in sheet.rows:
                if row.base is not None:
                    self._cells(sheet, row, row.base)
            self._new_rows(sheet)
            self._gone_rows(sheet)

    def contents(self) -> dict[Path, bytes]:
        """Return the new bytes of every file that is changed. Raises InputError for what its encoding does not have."""
        out = {path: page.content() for path, page in self.pages.items()}
        return {path: content for path, content in out.items() if content != self.pages[path].raw}

    def _page(self, path: Path, columns: Sequence[str]) -> CsvPage:
        if path not in self.pages:
            self.pages[path] = CsvPage.read(path, columns)
        return self.pages[path]

    def _wrong(self, place: str, column: str, found: str, expected: str, remedy: str) -> None:
        self.problems.append(Problem(place, 0, 0, column, found, expected, remedy))

    # -- cells -----------------------------------------------------------------------------

    def _cells(self, sheet: GivenSheet, given: Given, base: SheetRow) -> None:
        for column in given.changed():
            old, new, at = base[column], given.cells[column], sheet.at(given.number, column)
            if not editable(sheet.sheet, base, column, self.folder):
                self._locked(sheet.sheet, base, at, column, old, new)
                continue
            place = place_of(old)
            if place is not None and place.path.parent == self.folder:
                done = self._own_cell(place, new, given)
            elif base.own:  # the row is the client's, but its file does not have the column yet
                row = place_of(base["id"])
                assert row is not None  # an own row is one whose id stands in a file of the client
                self._page(row.path, ()).set(row.line, column, new)
                done = f"{named(self.policy, row.path)}:{row.line}"
            else:
                done = self._patch(sheet, given, column, str(old), new)
            if column == "id":
                self._renamed(sheet.sheet, str(old), new)
            if done:
                self.said.append(f"{at} [{base['id']}] {column}: {str(old)!r} -> {new!r} ({done})")

    def _renamed(self, sheet: PolicySheet, old: str, new: str) -> None:
        """Let the client's own patches follow a row that has another id now."""
        if sheet.patch_path.exists():
            page = self._page(sheet.patch_path, PATCH_COLUMNS)
            for line in page.lines():
                if page.cell(line, "id") == old:
                    page.set(line, "id", new)

    def _locked(self, sheet: PolicySheet, base: SheetRow, at: str, column: str, old: str, new: str) -> None:
        found = f"{new[:60]!r} where {str(old)[:60]!r} was"
        if base.floor:
            expected = "the row as the law has it"
            remedy = f"Promise more in a table of your own, or write {sheet.stem}.patch.csv by hand."
        elif column in ("from", "to"):
            expected = "the day as it is: it comes from a patch"
            remedy = f"Change the column from in {base.key.rpartition('/')[0]}/{sheet.stem}.patch.csv."
        else:
            expected = f"the {column} as the layer below has it"
            remedy = "Put it back; for another row, add one with a new id."
        self._wrong(at, column, found, expected, remedy)

    def _own_cell(self, place: CellPlace, new: str, given: Given) -> str:
        page = self._page(place.path, ())
        where = f"{named(self.policy, place.path)}:{place.line}"
        if place.line not in page.lines():
            return ""  # both parts of a row that a day splits take the same line of a patch out
        in_patch = place.path.name.endswith((".patch.csv", ".changes.csv")) and place.column == "value"
        if in_patch and new == page.cell(place.line, "was") and not page.cell(place.line, "from"):
            page.remove(place.line)
            return f"{where} taken out, as the layer below has it"
        page.set(place.line, place.column, new)
        if in_patch:  # who approved the old value did not approve this one
            for name in ("source", "approved_by"):
                page.set(place.line, name, self.form.get(name, ""))
            if given.reason:
                page.set(place.line, "reason", given.reason)
        return where

    def _patch(self, sheet: GivenSheet, given: Given, column: str, was: str, value: str) -> str:
        reason = self._reason(given.reason, sheet.at(given.number, sheet.sheet.reason), sheet.sheet)
        if not reason:
            return ""
        start = self.form.get("from", "")
        if sheet.sheet.table is not None and not start and given.base is not None:
            place = place_of(given.base["from"])
            split = place is not None and place.column == "from" and place.path.name.endswith(".patch.csv")
            start = str(given.base["from"]) if split else ""
        line = {"op": "set", "id": str(given.base["id"]) if given.base else "", "column": column, "was": was, "value": value}  # fmt: skip
        return self._add_patch(sheet.sheet, {**line, "reason": reason, "from": start})

    def _reason(self, reason: str, at: str, sheet: PolicySheet) -> str:
        reason = reason or self.form.get("reason", "")
        if not reason:
            expected = f"a reason, in the column {sheet.reason} or on the first sheet"
            self._wrong(at, sheet.reason, "nothing", expected, "Say why, for whoever reads it in a year.")
        return reason

    def _add_patch(self, sheet: PolicySheet, cells: Mapping[str, str]) -> str:
        page = self._page(sheet.patch_path, PATCH_COLUMNS)
        given = {name: self.form.get(name, "") for name in ("source", "approved_by")}
        page.add({**given, **cells})
        return f"{cells['op']} in {named(self.policy, sheet.patch_path)}"

    # -- rows ------------------------------------------------------------------------------

    def _new_rows(self, sheet: GivenSheet) -> None:
        own = sheet.sheet
        columns = [column.name for column in own.columns]
        before: int | None = None
        for given in sheet.rows:
            if given.base is not None:
                place = place_of(given.base["id"])
                before = place.line if place is not None and place.path == own.rows_path else before
                continue
            reason = ""
            if not own.own:
                reason = self._reason(given.reason, sheet.at(given.number, own.reason), own)
            page = self._page(own.rows_path, columns)
            if before is None and own.ordered and page.raw is not None:
                page.add(given.cells, 1)
            else:
                page.add(given.cells, before)
            where = named(self.policy, own.rows_path)
            if not own.own and reason:
                start = self.form.get("from", "")
                line = {"op": "add", "id": given.cells["id"], "reason": reason, "from": start}
                where += f", {self._add_patch(own, line)}"
            shown = ", ".join(
                f"{name} {cell!r}" for name, cell in given.cells.items() if cell and name != "id"
            )
            self.said.append(f"{sheet.at(given.number, 'id')} [{given.cells['id']}] added: {shown} ({where})")

    def _gone_rows(self, sheet: GivenSheet) -> None:
        kept = {row.base["id"] for row in sheet.rows if row.base is not None}
        done: set[str] = set()
        for base, said in sheet.gone:
            identifier = str(base["id"])
            where = f"{sheet.sheet.name}!A"
            if base.floor:
                found = f"the row {identifier} taken out"
                expected, remedy = "every row that the law gives", "Put it back, or export again."
                self._wrong(where, "id", found, expected, remedy)
            elif (
                identifier in kept and base.own and sheet.sheet.table is not None and self._split(sheet, base)
            ):
                found, expected = f"one part of the row {identifier} taken out", "all of its parts, or none"
                self._wrong(where, "id", found, expected, "A patch splits it: change the patch by hand.")
            elif base.own:
                told = self._remove(sheet.sheet, base, identifier not in kept)
                if told:
                    self.said.append(f"{sheet.sheet.name} [{identifier}] taken out ({told})")
            elif identifier not in done:
                reason = self._reason(said, where, sheet.sheet)
                start = str(base["from"]) if identifier in kept else self.form.get("from", "")
                done.add(identifier)
                if reason:
                    line = {"op": "disable", "id": identifier, "reason": reason, "from": start}
                    self.said.append(
                        f"{sheet.sheet.name} [{identifier}] taken out ({self._add_patch(sheet.sheet, line)})"
                    )

    def _split(self, sheet: GivenSheet, base: SheetRow) -> bool:
        place = place_of(base["id"])
        return sum(place_of(row["id"]) == place for row in sheet.sheet.rows) > 1

    def _remove(self, sheet: PolicySheet, base: SheetRow, whole: bool) -> str:
        place = place_of(base["id"])
        assert place is not None  # an own row is one whose id stands in a file of the client
        page = self._page(place.path, ())
        if place.line not in page.lines():
            return ""  # another part of the same row
        page.remove(place.line)
        if whole and sheet.patch_path.exists():  # what was patched of it has nothing to stand on any more
            patch = self._page(sheet.patch_path, PATCH_COLUMNS)
            for line in patch.lines():
                if patch.cell(line, "id") == base["id"]:
                    patch.remove(line)
        return f"{named(self.policy, place.path)}:{place.line}"

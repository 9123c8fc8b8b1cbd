"""The consultant's bench: a client's policy as a copy to change, check, compare, price and print, before anything is saved."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from playbook.checks.policies import check_policy
from playbook.documents import Block, Callout, Heading, List, Paragraph, Run, table, text
from playbook.documents.cell import Section
from playbook.drafts.listed import values_of
from playbook.errors import InputError, Problem
from playbook.handbook.compensation import one_table
from playbook.messages import say
from playbook.offers import tables_of
from playbook.policy import Policy, read_policy
from playbook.policy.start import Start, new_client, to_fill_in
from playbook.tables.prove import Finding
from playbook.text import Language, join_list
from playbook.whatif import Comparison, compare_policies, compare_population, row_changes
from playbook.whatif.report import report
from playbook.workbook.bring import copied
from playbook.workbook.changes import Changes
from playbook.workbook.given import Given, GivenSheet
from playbook.workbook.sheets import PolicySheet, sheets_of
from playbook.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    import pandas as pd

MOST_FINDINGS = 12


class Bench:
    """One client's policy, opened as a copy. Every method shows something in the language of the bench."""

    def __init__(self, name: str, workspace: Workspace, language: Language) -> None:
        self.name, self.workspace, self.language = name, workspace, language
        self._before = read_policy(name, workspace)
        self._folder = TemporaryDirectory(prefix="playbook-")
        self._copy, self._origins = copied(self._before, workspace, Path(self._folder.name) / "policies")
        self._written: dict[str, bytes] = {}

    def __repr__(self) -> str:
        return f"{self.name}: {len(self._written)} files changed"

    @property
    def policy(self) -> Policy:
        """Return the policy as it is with the changes."""
        return read_policy(self.name, self._copy)

    def _say(self, key: str, /, **values: object) -> str:
        return say(f"bench.{key}", self.language, **values)

    def _show(self, *blocks: Block) -> Section:
        return Section(blocks, self.language)

    # -- looking ---------------------------------------------------------------------------

    def overview(self) -> Section:
        """Show what was opened, and what it is made of."""
        layers = join_list(self._before.layers, self.language)
        return self._show(
            Heading(2, self._say("opened", name=self.name)),
            Paragraph(text(self._say("layers", layers=layers))),
        )

    def table(self, name: str) -> Section:
        """Show one compensation table in words. Raises InputError for one that the policy does not have."""
        found = tables_of(self.policy)
        if name not in found:
            expected = "one of " + ", ".join(found)
            raise InputError([Problem("table", 0, 0, "", repr(name), expected, "Correct the name.")])
        return self._show(*one_table(found[name], self.policy, self.language))

    def frame(self, name: str) -> pd.DataFrame:
        """Return the rows of a table or file (authority, options, clocks) for pandas, as they are written."""
        import pandas as pd

        sheet = self._sheet(name)
        columns = [column.name for column in sheet.columns]
        return pd.DataFrame([[str(row[c]) for c in columns] for row in sheet.rows], columns=columns)

    def check(self, on: str = "") -> Section:
        """Show everything that is wrong with the policy; `on` (a day) decides which waivers have expired."""
        try:
            found = check_policy(self.policy, date.fromisoformat(on) if on else None)
        except InputError as error:
            problems = tuple(text(self._told(str(problem))) for problem in error.problems)
            return self._show(
                Callout("bad", self._say("checked", errors=len(problems), warnings=0), problems)
            )
        errors = sum(finding.level == "error" for finding in found)
        if not found:
            return self._show(Callout("good", self._say("checked_clean")))
        head = self._say("checked", errors=errors, warnings=len(found) - errors)
        rows = [self._finding(finding) for finding in found[:MOST_FINDINGS]]
        heads = [self._say(key) for key in ("check", "finding", "customer")]
        blocks: list[Block] = [Callout("bad" if errors else "note", head), table(heads, rows)]
        if len(found) > MOST_FINDINGS:
            blocks.append(Paragraph(text(self._say("and_more", count=len(found) - MOST_FINDINGS)), "small"))
        return self._show(*blocks)

    def _finding(self, finding: Finding) -> tuple[str, str, str]:
        customer = ", ".join(f"{name}={value}" for name, value in (finding.example or {}).items())
        return finding.check, self._told(finding.message), customer

    def _told(self, message: str) -> str:
        """Return a message with the places of the layers, not of the copy on this machine."""
        for copy in self._origins:
            message = message.replace(f"{copy}{os.sep}", f"{copy.relative_to(self._copy.shared)}/")
        return message

    # -- changing --------------------------------------------------------------------------

    def _sheet(self, name: str) -> PolicySheet:
        sheets = {sheet.stem: sheet for sheet in sheets_of(self.policy)}
        if name not in sheets:
            expected = "one of " + ", ".join(sheets)
            raise InputError([Problem("table", 0, 0, "", repr(name), expected, "Correct the name.")])
        return sheets[name]

    def change(self, name: str, rows: Sequence[str] | str, column: str, value: str, reason: str) -> Section:
        """Change one cell of one or several rows of a table or file, in the copy; show what a patch would say.

        A row of the client is changed where it stands, one of a lower layer by a patch with the reason. Raises
        InputError for what may not be changed, such as what the law gives, or what does not fit the table.
        """
        wanted = [rows] if isinstance(rows, str) else list(rows)
        return self._changed(name, {row: {column: value} for row in wanted}, reason)

    def replace(self, name: str, column: str, values: Mapping[str, str], reason: str) -> Section:
        """Change each cell of a column that has one of some values."""
        sheet = self._sheet(name)
        found = {str(row["id"]): {column: values[str(row[column])]} for row in sheet.rows if str(row[column]) in values}  # fmt: skip
        return self._changed(name, found, reason)

    def _changed(self, name: str, cells: Mapping[str, Mapping[str, str]], reason: str) -> Section:
        sheet = self._sheet(name)
        known = {str(row["id"]) for row in sheet.rows}
        unknown = [row for row in cells if row not in known]
        columns = [column.name for column in sheet.columns]
        wrong = sorted({column for changed in cells.values() for column in changed} - set(columns))
        if unknown or wrong or not cells:
            found = ", ".join([*unknown, *wrong]) or "nothing to change"
            expected = f"ids and columns of {name}: {', '.join(columns)}"
            raise InputError([Problem(name, 0, 0, "", found, expected, "Correct the names.")])
        given = GivenSheet(sheet)
        for number, row in enumerate(sheet.rows, start=2):
            mine = {c: str(row[c]) for c in columns} | dict(cells.get(str(row["id"]), {}))
            given.rows.append(Given(sheet, number, mine, reason, row))
        changes = Changes(self.policy, {})
        changes.make([given])
        if changes.problems:
            raise InputError(replace(p, path=self._told(p.path)) for p in changes.problems)
        self._try(changes.contents())
        return self._show(
            Heading(3, self._say("changed")),
            List(tuple(text(self._told(said.partition("] ")[2])) for said in changes.said)),
        )

    def _try(self, contents: Mapping[Path, bytes]) -> None:
        """Write files of the copy; back again where the policy cannot be read with them."""
        before = {path: path.read_bytes() if path.exists() else None for path in contents}
        for path, new in contents.items():
            path.write_bytes(new)
        try:
            tables_of(self.policy)
        except InputError as error:
            for path, old in before.items():
                path.unlink() if old is None else path.write_bytes(old)
            raise InputError(replace(p, path=self._told(p.path)) for p in error.problems) from error
        self._written |= {path.name: raw for path, raw in contents.items()}

    # -- comparing -------------------------------------------------------------------------

    def difference(self) -> Section:
        """Show what is different from the policy as it was: rows, situations, the customer who loses and gains most."""
        old, before = values_of(self.name, self.workspace, None)
        new, after = values_of(self.name, self._copy, None)
        changed, _ = row_changes(before, after, old, new)
        blocks: list[Block] = [Heading(2, self._say("difference"))]
        if not changed:
            return self._show(*blocks, Paragraph(text(self._say("no_change"))))
        blocks.append(List(tuple(text(str(change)) for change in changed)))
        for one in compare_policies(self._before, self.policy):
            if one.changed:
                blocks += self._compared(one)
        return self._show(*blocks)

    def _compared(self, one: Comparison) -> list[Block]:
        counts = {
            "all": f"{one.situations:,}",
            "rows": f"{one.another_row:,}",
            "amounts": f"{one.another_amount:,}",
        }
        out: list[Block] = [Paragraph(text(self._say("situations", table=one.table, **counts)))]
        rows = []
        for key, found in (("worst_loss", one.loss), ("best_gain", one.gain)):
            if found is not None:
                customer = ", ".join(f"{k}={v}" for k, v in found.case.items() if v != "null")
                rows.append((self._say(key), customer, str(found.before), str(found.after)))
        if rows:
            heads = ["", *(self._say(key) for key in ("customer", "before", "after"))]
            out.append(table(heads, rows))
        return out

    def population(self, source: str) -> Section:
        """Show what past customers (CSV or Parquet) would have got before and now: totals, winners, losers, a chart."""
        found = compare_population(self._before, self.policy, source)
        return Section(report(found, self.language).blocks[1:], self.language)

    # -- keeping ---------------------------------------------------------------------------

    def files(self) -> Section:
        """Show the files that saving would write, as they would be."""
        if not self._written:
            return self._show(Paragraph(text(self._say("no_change"))))
        blocks: list[Block] = [Heading(3, self._say("files"))]
        for name, raw in sorted(self._written.items()):
            blocks.append(Paragraph((Run(name, strong=True),)))
            blocks.append(
                Paragraph((Run(raw.decode("utf-8-sig").replace("\r\n", "\n").rstrip("\n")),), "verbatim")
            )
        return self._show(*blocks)

    def save(self) -> Section:
        """Write the changed files into the client's folder."""
        folder = self._before.folders[-1]
        for name, raw in self._written.items():
            (folder / name).write_bytes(raw)
        return self.files()


def open_bench(client: str, language: Language = "en", folder: str = ".") -> Bench:
    """Open a client's policy as a copy. Raises InputError where it cannot be read."""
    return Bench(client, find_workspace(Path(folder)), language)


def new_bench(
    name: str, extends: str = "base", *, currency: str = "", jurisdiction: str = "", timezone: str = "",
    language: Language = "en", folder: str = ".",
) -> tuple[Section, Bench]:  # fmt: skip
    """Start a client in a copy that is not saved; return what is still to be filled in, and its bench."""
    workspace = find_workspace(Path(folder))
    scratch = TemporaryDirectory(prefix="playbook-")
    there = Path(scratch.name) / "clients"
    (there / name).mkdir(parents=True)
    layers = tuple(layer.strip() for layer in extends.split(","))
    start = Start(layers, (), currency, timezone, jurisdiction, jurisdiction.partition("-")[0])
    for file, content in new_client(name, read_policy("base", workspace), start).items():
        (there / name / file).write_text(content, encoding="utf-8", newline="\n")
    bench = Bench(name, replace(workspace, clients=there), language)
    items = to_fill_in(bench.policy)
    scratch.cleanup()
    section = Section(
        (
            Heading(2, say("bench.new_client", language, name=name)),
            Paragraph(text(say("bench.to_fill_in", language, count=len(items)))),
            List(tuple(text(item) for item in items)),
        ),
        language,
    )
    return section, bench

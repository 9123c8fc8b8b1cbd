"""What the workbook says about itself: the lines of its first sheet, and the notes on its headings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from playbook.messages import has, say
from playbook.policy.model import Policy
from playbook.tables.cells import HIGH, LOW, Input
from playbook.text import Language, in_any
from playbook.workbook.sheets import PolicySheet

FORM = ("reason", "source", "approved_by", "from")
"""What may be filled in on the first sheet: its name stands in the first column, the answer in the second."""
_SUFFIXES: dict[str, str] = {"_zh_hant": "zh-Hant", "_zh_hans": "zh-Hans", "_en": "en"}


@dataclass(frozen=True)
class GuideLine:
    """One line of the first sheet: its name, its cells, and whether it is a heading."""

    name: str
    cells: tuple[str, ...]
    heading: bool = False


def guide_lines(policy: Policy, sheets: Sequence[PolicySheet]) -> Iterator[GuideLine]:
    """Yield the lines of the first sheet, in the client's first language."""
    language = policy.languages[0]

    def words(key: str, **values: str) -> str:
        return say(f"workbook.{key}", language, **values)

    yield GuideLine("title", (words("title", name=policy.name),), heading=True)
    yield GuideLine("intro", (words("intro"),))
    yield GuideLine("command", (words("command", name=policy.name),))
    yield GuideLine("", ("",))
    yield GuideLine("", (words("heading_change"),), heading=True)
    for name in ("own", "lower", "floor"):
        yield GuideLine(name, ("", words(name)))
    yield GuideLine("", (words("protection"),))
    yield GuideLine("", (words("cells"),))
    yield GuideLine("", ("",))
    yield GuideLine("", (words("heading_reasons"),), heading=True)
    for name in FORM:
        yield GuideLine(name, (name, "", words(f"form_{name}")))
    yield GuideLine("", ("",))
    yield GuideLine("", (words("heading_sheets"),), heading=True)
    for sheet in sheets:
        about = in_any(sheet.table.title, language) if sheet.table else words(f"sheet_{sheet.stem}")
        rows = words("sheet_rows", count=str(len(sheet.rows)))
        yield GuideLine("", (sheet.name, about, rows))
        if sheet.ordered:
            yield GuideLine("", ("", words("in_order"), ""))
    yield GuideLine("", ("",))
    yield GuideLine("", (words("heading_layers"),), heading=True)
    for layer in policy.layers:
        yield GuideLine("", (layer, "", ""))


def note_of(sheet: PolicySheet, heading: str, language: Language) -> str:
    """Return the note on a heading: what an input is, in which unit and domain, or what a column pays."""
    if heading in (sheet.reason, sheet.where):
        return say(f"workbook.column_{'reason' if heading == sheet.reason else 'where'}", language)
    column = next(column for column in sheet.columns if column.name == heading)
    if column.input is not None:
        return "\n".join(_input_lines(column.input, language))
    for suffix, code in _SUFFIXES.items():
        key = f"workbook.column_{heading.removesuffix(suffix)}"
        if heading.endswith(suffix) and has(key):
            return say(key, language, language=code)
    key = f"workbook.column_{heading}"
    return say(key, language) if has(key) else ""


def _input_lines(column: Input, language: Language) -> Iterator[str]:
    labels = column.labels.get(language, {})
    yield labels.get("name", column.name)
    if column.unit:
        yield say("workbook.note_unit", language, unit=column.unit)
    if not column.discrete and (column.low > LOW or column.high < HIGH):
        low = column.shown(column.low) if column.low > LOW else ""
        high = column.shown(column.high) if column.high < HIGH else ""
        yield say("workbook.note_domain", language, domain=f"[{low}..{high})")
    if column.discrete:
        values = ", ".join(
            f"{value} ({labels[value]})" if value in labels else value for value in column.values[:40]
        )
        yield say("workbook.note_values", language, values=values)
    if column.required:
        yield say("workbook.note_required", language)
    if column.null_means:
        yield say("workbook.note_null", language, meaning=column.null_means)

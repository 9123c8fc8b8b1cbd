"""The columns of a workbook's sheets: what kind of text each holds, and which values a list offers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from playbook.offers.priced import tables_of
from playbook.policy.model import Policy
from playbook.policy.vocabulary import POINTS
from playbook.tables import Table
from playbook.tables.cells import Input
from playbook.tables.payout import OUTCOMES

ColumnKind = Literal["id", "condition", "whole", "money", "share", "date", "yes_no", "code", "text"]
"""`code`: a word that is looked up somewhere. `text`: for people, left as it was typed."""


@dataclass(frozen=True)
class Column:
    """One column: its name, its kind, the values that a list offers; `strict` where no other value is right."""

    name: str
    kind: ColumnKind
    values: tuple[str, ...] = ()
    strict: bool = False
    input: Input | None = None


_TEXTS = ("label_", "why_", "harm_", "condition_", "text_", "reason_")
_KINDS: dict[str, ColumnKind] = {
    "id": "id", "from": "date", "to": "date", "source": "text", "rationale": "text", "note": "text",
    **dict.fromkeys(("amount", "at_least", "at_most", "each", "plus", "deductible", "threshold", "ceiling", "cumulative_ceiling"), "money"),
    **dict.fromkeys(("period", "after", "free_periods", "max_periods", "priority", "rank"), "whole"),
    **dict.fromkeys(("share", "times"), "share"),
    **dict.fromkeys(("public", "needs_second", "pausable", "repeats", "paid", "non_monetary"), "yes_no"),
}  # fmt: skip
_UNITS = ("minutes", "hours", "calendar_days", "business_days", "weeks", "months")
_LEVELS = ("warn", "breach", "statutory", "promise")
_LINES = ("statutory", "need_now", "inconvenience")


def columns_of_table(
    policy: Policy, table: Table, names: Sequence[str], indices: Collection[str]
) -> tuple[Column, ...]:
    """Return the columns of a table's rows."""
    inputs = {column.name: column for column in table.inputs}
    takes = [c.name for c in (*table.inputs, *table.raw_inputs)] + [step.name for step in table.derived]
    values: dict[str, tuple[str, ...]] = {
        "kind": _kinds(policy),
        "option": tuple(sorted({row.option for row in policy.options})),
        "authority": _roles(policy),
        "decider": _roles(policy),
        "outcome": OUTCOMES,
        "periods": ("complete", "started"),
        "uprate": tuple(sorted(indices)),
        **dict.fromkeys(("of", "per", "multiply", "cap_of"), tuple(dict.fromkeys(takes))),
    }
    strict = {"outcome", "periods", "of", "per", "multiply", "cap_of", "uprate"}
    out = []
    for name in names:
        if name in inputs:
            column = inputs[name]
            offered = ("-", *column.values, *(("null",) if not column.required else ()))
            out.append(Column(name, "condition", offered if column.discrete else (), input=column))
        else:
            out.append(Column(name, _kind(name), values.get(name, ()), name in strict))
    return tuple(out)


def columns_of_file(policy: Policy, stem: str, names: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns of a CSV file of the policy."""
    values: dict[str, tuple[str, ...]] = {}
    if stem == "clocks":
        values = {"unit": _UNITS, "level": _LEVELS, "starts_from": POINTS, "met_by": POINTS}
    elif stem == "options":
        takes = {c.name for table in tables_of(policy).values() for c in (*table.inputs, *table.raw_inputs)}
        values = {"line": _LINES, "kind": _kinds(policy), "of": tuple(sorted(takes))}
    elif stem == "authority":
        values = {"role": _roles(policy)}
    strict = {"unit", "level", "line"}
    return tuple(
        Column(name, "yes_no", ("yes", "no"), True)
        if _kind(name) == "yes_no"
        else Column(name, _kind(name), values.get(name, ()), name in strict)
        for name in names
    )


def _kind(name: str) -> ColumnKind:
    return "text" if name.startswith(_TEXTS) else _KINDS.get(name, "code")


def _roles(policy: Policy) -> tuple[str, ...]:
    return _sorted((*(rung.role for rung in policy.authority), *policy.roles))


def _kinds(policy: Policy) -> tuple[str, ...]:
    paid = (row.payout.kind for table in tables_of(policy).values() for row in table.rows)
    return _sorted((*paid, *(row.kind for row in policy.options)))


def _sorted(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({word for word in words if word and word != "-"}))

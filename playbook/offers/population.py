"""Price batches of customers under one policy: what each is owed, may choose, and who may grant it.

Every answer is the one that `price_case` gives to that customer alone; what cannot be read is rejected with a reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from playbook.errors import InputError, Problem
from playbook.money import minor_digits
from playbook.offers.answers import (
    Answer,
    Batch,
    Mask,
    below,
    evaluated,
    events_of,
    scaled,
    wanted,
)
from playbook.offers.choices import Choices, Chooser, Fired
from playbook.offers.chosen import Plan
from playbook.offers.columns import decimals, exact_sum, halves, named, small, value_of
from playbook.offers.combinations import Combination, Combinations
from playbook.offers.options import LINES, inputs_of
from playbook.offers.priced import applies, asked, floors_of, price_case, tables_of
from playbook.policy.model import Policy
from playbook.tables import Table, TableRow
from playbook.tables.cells import Input
from playbook.tables.decide import DISCRETION, LACKING, NOT_ELIGIBLE, OUTCOMES, PRICED, compiled
from playbook.tables.derive import NULL, Ints

ADDED = ("outcome", *LINES, "total", "options", "largest_option", "rows", "authority")
"""The columns that pricing adds to those of the customers."""


class Pricer:
    """Price batches of customers under one policy; tables are compiled once.

    Which tables apply to a customer is decided by the column `jurisdiction` where the file has one, else by the policy.
    """

    def __init__(self, policy: Policy, only: str | None = None) -> None:
        self.policy, self.only = policy, only
        everything = tables_of(policy)
        if only is not None and only not in everything:
            known = "one of " + ", ".join(everything)
            raise InputError([Problem("--table", 0, 0, only, repr(only), known, "Correct the name.")])
        self.tables = {n: t for n, t in everything.items() if only in (n, None)}
        foreign = [t for t in self.tables.values() if t.currency != policy.currency and t.line != "options"]
        if foreign:
            expected = f"{policy.currency}, the client's currency"
            raise InputError(
                Problem(t.path, 1, 0, "currency", t.currency, expected, "Price it alone, for a client that pays in it.")
                for t in foreign
            )  # fmt: skip
        self.floors = {n: t for n, t in floors_of(policy).items() if n in self.tables}
        self.chooser = Chooser(policy)
        self.digits = minor_digits(policy.currency)
        self.totals: Counter[str] = Counter()
        self.by_row: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.clamped = 0
        self.rejects: list[dict[str, object]] = []
        self._combinations = Combinations()
        self._choices: list[Choices] = []  # by the number of a combination, as the rows' ids are
        self._row_ids: list[str] = []
        self._plan = Plan([], self.chooser.ladder, policy.currency)

    def inputs(self) -> dict[str, Input]:
        """Return every input that some table asks for, by name."""
        out: dict[str, Input] = {}
        for table in (*self.tables.values(), *self.floors.values()):
            for name, column in compiled(table).columns.items():
                out.setdefault(name, column)
        return out

    def lists(self) -> set[str]:
        """Return the names of the lists of events that some table takes."""
        return {table.events.list for table in self.tables.values() if table.events is not None}

    def required(self) -> set[str]:
        """Return the inputs that some table cannot decide without: given as they are, not worked out of others."""
        derived = {step.name for table in self.tables.values() for step in table.derived}
        return {name for name, column in self.inputs().items() if column.required and name not in derived}

    def price(self, batch: pa.RecordBatch, first_row: int) -> pa.RecordBatch:
        """Return the batch with outcome, the three lines, their total, the options, the rows that decided, the authority."""
        n = batch.num_rows
        names = batch.schema.names
        for name in (
            dict.fromkeys(one for one in names if names.count(one) > 1) if len({*names}) < len(names) else ()
        ):
            found, expected = f"the column {name[:60]!r} twice", "each column once"
            raise InputError([Problem("--input", 0, 0, "", found, expected, "Rename or remove one.")])
        reasons: dict[int, list[str]] = {}
        columns: dict[str, Ints] = {}
        for name, column in self.inputs().items():
            if name in batch.schema.names:
                columns[name], wrong = scaled(column, batch.column(name))
                for i, why in wrong.items():
                    reasons.setdefault(i, []).append(f"{value_of(batch.column(name), i)!r:.80} {why}")
        events: dict[str, tuple[dict[str, Ints], npt.NDArray[np.intp]]] = {}
        for table in self.tables.values():
            if table.events is not None and table.events.list in batch.schema.names:
                name = table.events.list
                flat, claim, wrong = events_of(table, batch.column(name))
                events[table.name] = flat, claim
                for i, why in wrong.items():
                    reasons.setdefault(i, []).append(f"{name}: {why}")
        self._reject(batch, reasons, first_row)
        if not reasons:
            return self._priced(Batch(batch, columns, events, n))
        keep = np.setdiff1d(np.arange(n), np.fromiter(reasons, dtype=np.intp))
        place = np.full(n, -1, dtype=np.intp)
        place[keep] = np.arange(len(keep))
        kept_events = {}
        for name, (flat, claim) in events.items():
            mine = place[claim] >= 0
            kept_events[name] = {k: v[mine] for k, v in flat.items()}, place[claim[mine]]
        kept = {name: values[keep] for name, values in columns.items()}
        return self._priced(Batch(batch.take(pa.array(keep)), kept, kept_events, len(keep)))

    def _reject(self, batch: pa.RecordBatch, reasons: Mapping[int, list[str]], first_row: int) -> None:
        for row, why in sorted(reasons.items()):
            cells = {
                name: value_of(values, row)
                for name, values in zip(batch.schema.names, batch.columns, strict=True)
            }
            self.rejects.append({"row": first_row + row + 1, **cells, "reason": "; ".join(why)})

    def _priced(self, batch: Batch) -> pa.RecordBatch:
        n = batch.n
        found = [self._answer(name, table, batch) for name, table in self.tables.items()]
        lines: dict[str, Ints] = {line: np.zeros(n, dtype=np.int64) for line in LINES}
        for answer in found:
            if answer.table.line != "options":
                lines[answer.table.line or "inconvenience"] += answer.minor
                self._add_rows(answer)
        decided, theirs = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
        for answer in found:
            # As for one case: owing nothing to a case that tells the table nothing is no decision.
            by_case = answer.asked | (answer.outcome != NOT_ELIGIBLE)
            decided |= answer.applies & (answer.outcome != LACKING) & by_case
            theirs |= answer.lacks & answer.asked
        lacking = np.zeros(n, dtype=bool)
        for answer in found:
            lacking |= (answer.lacks & (answer.asked | ~(decided | theirs))) | answer.option_lacks
        unknown: dict[str, Mask] = {line: np.zeros(n, dtype=bool) for line in LINES}
        for answer in found:
            if answer.table.line != "options":
                unknown[answer.table.line or "inconvenience"] |= answer.lacks & lacking
        outcome = np.full(n, NOT_ELIGIBLE, dtype=np.uint8)
        for result in (PRICED, DISCRETION):
            for answer in found:
                np.copyto(outcome, result, where=answer.applies & (answer.outcome == result))
        np.copyto(outcome, LACKING, where=lacking)
        return self._written(batch, lines, unknown, outcome, lacking, found)

    # -- one table -------------------------------------------------------------------------

    def _applies(self, table: Table, batch: Batch) -> Mask:
        if self.only is not None or not table.jurisdictions:
            return np.ones(batch.n, dtype=bool)
        if "jurisdiction" not in batch.source.schema.names:
            return np.full(batch.n, applies(table, self.policy.jurisdiction))
        given = pc.fill_null(pc.cast(batch.source.column("jurisdiction"), pa.string()), "")
        encoded = pc.dictionary_encode(given)
        yes = [
            applies(table, str(code) or self.policy.jurisdiction) for code in encoded.dictionary.to_pylist()
        ]
        out: Mask = np.array(yes, dtype=bool)[encoded.indices.to_numpy(zero_copy_only=False)]
        return out

    def _answer(self, name: str, table: Table, batch: Batch) -> Answer:
        here = self._applies(table, batch)
        given = wanted(table, batch.columns)
        found = evaluated(table, given, batch)
        minor, result = found.minor, found.outcome
        clamped = np.zeros(batch.n, dtype=bool)
        if name in self.floors:
            # The law may ask what no row of the patched table asks any more, such as the day.
            law = evaluated(self.floors[name], wanted(self.floors[name], batch.columns), batch)
            clamped = here & below(table, self.floors[name], found, law, batch.columns)
            self.clamped += int(clamped.sum())
            instead = clamped | (law.outcome == LACKING)
            minor = np.where(instead, law.minor, minor)
            result = np.where(instead, law.outcome, result).astype(np.uint8)
        asked_for = np.zeros(batch.n, dtype=bool)
        for column in asked(table):
            if column in batch.columns:
                asked_for |= batch.columns[column] != NULL
        if table.name in batch.events:
            asked_for[batch.events[table.name][1]] = True
        code = found.code
        if not here.all():
            code, minor = np.where(here, code, 0), np.where(here, minor, 0)
            result = np.where(here, result, NOT_ELIGIBLE).astype(np.uint8)
        lacks = here & self._option_lacks(table, code, found.fired, batch)
        return Answer(name, table, here, minor, result, code, found.fired, asked_for, lacks, clamped)

    def _option_lacks(
        self, table: Table, code: npt.NDArray[np.int64], fired: Sequence[tuple[TableRow, ...]], batch: Batch
    ) -> Mask:  # fmt: skip
        out = np.zeros(batch.n, dtype=bool)
        if table.line != "options":
            return out
        options = [{row.payout.option for row in rows} for rows in fired]
        wanted = [{n for option in named if option for n in inputs_of(self.policy, option)} for named in options]  # fmt: skip
        for needed in set().union(*wanted):
            given = batch.columns.get(needed)
            among = np.array([needed in names for names in wanted], dtype=bool)
            out |= among[code] if given is None else among[code] & (given == NULL)
        return out

    def _add_rows(self, answer: Answer) -> None:
        sums = [np.zeros(len(answer.fired), dtype=np.int64) for _ in range(2)]
        if small(answer.minor):
            np.add.at(sums[1], answer.code, answer.minor)
        else:
            for half, values in zip(sums, halves(answer.minor), strict=True):
                np.add.at(half, answer.code, values)
        for value in np.flatnonzero(np.bincount(answer.code, minlength=len(answer.fired))).tolist():
            if answer.fired[value]:
                self.by_row[_ids(answer.fired[value])] += (int(sums[0][value]) << 32) + int(sums[1][value])

    # -- all of them -----------------------------------------------------------------------

    def _written(
        self, batch: Batch, lines: Mapping[str, Ints], unknown: Mapping[str, Mask], outcome: npt.NDArray[np.uint8],
        lacking: Mask, found: list[Answer],
    ) -> pa.RecordBatch:  # fmt: skip
        n = batch.n
        total = lines["statutory"] + lines["need_now"] + lines["inconvenience"]
        nothing = unknown["statutory"] | unknown["need_now"] | unknown["inconvenience"]
        masks = {**unknown, "total": nothing}
        for line, values in {**lines, "total": total}.items():
            empty = masks[line]
            self.totals[line] += exact_sum(np.where(empty, 0, values) if empty.any() else values)
        counts = np.bincount(outcome, minlength=4)
        self.outcomes.update({OUTCOMES[i]: int(c) for i, c in enumerate(counts) if c})
        code = self._combinations.numbers(found, n)
        self._learn()
        offered, most, authority = self._chosen(batch, code, total, lines, lacking, found)
        authority = np.where(nothing, -1, authority)
        roles = [*(rung.role for rung in self.chooser.ladder), ""]
        added: dict[str, pa.Array] = {
            "outcome": named(outcome, OUTCOMES),
            # What is not known yet is empty, never zero.
            **{line: decimals(values, masks[line], self.digits) for line, values in {**lines, "total": total}.items()},
            "options": offered,
            "largest_option": decimals(np.where(most == NULL, 0, most), most == NULL, self.digits),
            "rows": named(code, self._row_ids),
            "authority": named(np.where(authority < 0, len(roles) - 1, authority), roles),
        }  # fmt: skip
        arrays = [*batch.source.columns, *added.values()]
        return pa.RecordBatch.from_arrays(arrays, names=[*_renamed(batch.source.schema.names), *added])

    def _learn(self) -> None:
        """Work out what depends on combinations alone, for those that were not met before."""
        new = self._combinations.met[len(self._choices) :]
        if new:
            self._choices += [self._choices_of(combination) for combination in new]
            self._row_ids += [" ".join(_ids(rows) for _, rows in combination) for combination in new]
            self._plan = Plan(self._choices, self.chooser.ladder, self.policy.currency)

    def _choices_of(self, combination: Combination) -> Choices:
        return self.chooser.choices(
            [Fired(self.tables[name].line == "options", rows) for name, rows in combination]
        )

    def _chosen(
        self, batch: Batch, code: npt.NDArray[np.intp], total: Ints, lines: Mapping[str, Ints], lacking: Mask, found: list[Answer],
    ) -> tuple[pa.Array, Ints, npt.NDArray[np.int8]]:  # fmt: skip
        alone = self._plan.one_by_one[code]
        for answer in found:
            alone |= answer.clamped  # the law's rows stand there, not those of the table
        columns = {n: self._as_money(n, batch.columns[n]) for n in self._plan.inputs if n in batch.columns}
        # No option is shown with a hole in it.
        offered = self._plan.offered(code, total, lines["statutory"], columns, lacking)
        most, authority, words = offered.most, offered.authority, list(offered.words)
        for i in np.flatnonzero(alone):
            names, largest_one, role = self._alone(batch, int(i))
            most[i], authority[i] = largest_one, role
            if names not in words:
                words.append(names)
            offered.shown[i] = words.index(names)
        return named(offered.shown, words), most, authority

    def _as_money(self, name: str, values: Ints) -> Ints:
        steps = self.digits - self._scale[name]
        return values if steps == 0 else np.where(values == NULL, NULL, values * 10**steps)

    @cached_property
    def _scale(self) -> Mapping[str, int]:
        """Return the decimals of every input."""
        return {name: column.decimals for name, column in self.inputs().items()}

    def _alone(self, batch: Batch, i: int) -> tuple[str, int, int]:
        """Price one customer alone: the options, the largest total, and the rung that may grant them."""
        from playbook.offers import authority_of, make_options

        inputs = self.inputs()
        case: dict[str, object] = {
            name: inputs[name].shown(int(values[i])) for name, values in batch.columns.items() if values[i] != NULL
        }  # fmt: skip
        for name, (flat, claim) in batch.events.items():
            events = self.tables[name].events
            columns = compiled(self.tables[name]).columns
            if events is not None:
                case[events.list] = [
                    {k: columns[k].shown(int(v[j])) for k, v in flat.items() if v[j] != NULL} for j in np.flatnonzero(claim == i)
                ]  # fmt: skip
        names = batch.source.schema.names
        where = batch.source.column("jurisdiction")[i].as_py() if "jurisdiction" in names else None
        where = None if where is None else str(where)
        priced = price_case(self.policy, case, jurisdiction=where, only=self.only)
        options = make_options(self.policy, priced)
        rung = authority_of(self.policy, priced, options)
        largest = max((option.total.minor for option in options), default=NULL)
        return (
            " ".join(option.id for option in options),
            largest,
            -1 if rung is None else self.chooser.by_role[rung.role],
        )


def _ids(rows: Sequence[TableRow]) -> str:
    return " ".join(dict.fromkeys(row.id for row in rows))


def _renamed(names: Sequence[str]) -> list[str]:
    """Return the names of the customers' columns: one that pricing adds, too, becomes `given_NAME`."""
    taken, out = {*names, *ADDED}, []
    for name in names:
        new = name
        while new in ADDED or (new != name and new in taken):
            new = f"given_{new}"
        taken.add(new)
        out.append(new)
    return out

"""What a change of tables does, situation by situation: how many are decided otherwise, which, and who loses most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from playbook.money import Money
from playbook.offers.priced import floors_of, tables_of
from playbook.policy import Policy
from playbook.tables import Table, evaluate
from playbook.tables.decide import NOT_ELIGIBLE, OUTCOMES, PRICED
from playbook.tables.derive import Ints
from playbook.whatif.comparison import Box, Change, Comparison, Reply
from playbook.whatif.joint import Incomparable, Joint, joint_grid

MOST = 3_000_000
"""Situations that are looked at; a table with more is named, not sampled."""
CHUNK = 1 << 17
MOST_BOXES = 60
MOST_IN_GROUP = 12


def compare_policies(old: Policy, new: Policy, only: str | None = None) -> tuple[Comparison, ...]:
    """Compare every table that the two policies do not have alike; `only` one of them.

    Raises InputError as reading a table does.
    """
    before, after = ({t.name: (n, t) for n, t in tables_of(p).items()} for p in (old, new))
    law_before, law_after = floors_of(old), floors_of(new)
    out = []
    for name in sorted({*before, *after}):
        (stem_a, a), (stem_b, b) = before.get(name, ("", None)), after.get(name, ("", None))
        if (only is None or only in (name, stem_a, stem_b)) and not _alike(a, b):
            out.append(compare_tables(a, b, law_before.get(stem_a), law_after.get(stem_b)))
    return tuple(out)


def _alike(old: Table | None, new: Table | None) -> bool:
    return old is not None and new is not None and old.sha256 == new.sha256 and old.rows == new.rows


def compare_tables(
    old: Table | None, new: Table | None, law_old: Table | None = None, law_new: Table | None = None
) -> Comparison:
    """Compare two versions of a table over the joint grid, one of which may be missing.

    `law_old` and `law_new` are the versions as the law has them: where they owe a larger sum, it stands.
    """
    some = new or old
    if some is None:
        raise ValueError("at least one table")
    only = "" if old and new else "after" if new else "before"
    try:
        joint = joint_grid(old, new)
    except Incomparable as error:
        return Comparison(some.name, only, 0, note=str(error))
    if joint.size > MOST:
        return Comparison(some.name, only, joint.size, note=f"more than {MOST:,} situations; split the table")
    if old and new and old.currency != new.currency:
        return Comparison(
            some.name, only, joint.size, note=f"paid in {old.currency} before, in {new.currency} after"
        )
    return _Looked(some, joint, _Version(old, law_old), _Version(new, law_new)).comparison(only)


class _Version:
    """One version of a table as it answers columns of customers; rows that decide together have one number."""

    def __init__(self, table: Table | None, law: Table | None) -> None:
        self.table, self.law = table, law
        self.sets: dict[tuple[str, ...], int] = {(): 0}
        kinds: dict[str, set[str]] = {}
        for row in table.rows if table else ():
            paid = {row.payout.kind, row.payout.option} - {""} if row.payout.outcome == "pay" else set()
            kinds.setdefault(row.id, set()).update(paid)
        self.kinds = kinds

    def answers(
        self, columns: Mapping[str, Ints], n: int
    ) -> tuple[npt.NDArray[np.int32], Ints, npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
        """Return per customer the set of rows, the sum, the outcome, and whether the law's sum stands."""
        if self.table is None:
            nothing = np.zeros(n, dtype=np.int64)
            return nothing.astype(np.int32), nothing, np.full(n, NOT_ELIGIBLE, dtype=np.uint8), nothing > 0
        found = evaluate(self.table, columns, n)
        numbers = [self.sets.setdefault(tuple(ids), len(self.sets)) for ids in found.rows]
        minor, outcome = found.minor, found.outcome
        by_law = np.zeros(n, dtype=bool)
        if self.law is not None:
            law = evaluate(self.law, columns, n)
            by_law = (law.outcome == PRICED) & ((outcome != PRICED) | (minor < law.minor))
            minor = np.where(by_law, law.minor, minor)
            outcome = np.where(by_law, PRICED, outcome).astype(np.uint8)
        return np.array(numbers, dtype=np.int32)[found.code], minor, outcome, by_law


class _Looked:
    """Every situation of a joint grid, asked of both versions."""

    def __init__(self, table: Table, joint: Joint, old: _Version, new: _Version) -> None:
        self.table, self.joint, self.old, self.new = table, joint, old, new
        n = joint.size
        self.before, self.after = np.zeros(n, dtype=np.int32), np.zeros(n, dtype=np.int32)
        self.differs, self.by_law = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
        self.change = np.zeros(n, dtype=np.int64)  # of the trial that is told
        self.trial = np.zeros(n, dtype=np.int8)
        for start in range(0, n, CHUNK):
            self._ask(np.arange(start, min(start + CHUNK, n)))
        self.names = [tuple(version.sets) for version in (old, new)]
        kinds = [
            [frozenset().union(*(version.kinds[i] for i in ids)) for ids in version.sets]
            for version in (old, new)
        ]
        ids = {tuple(ids): k for k, ids in enumerate(dict.fromkeys((*old.sets, *new.sets)))}
        self.rows = [np.array([ids[tuple(i)] for i in version.sets]) for version in (old, new)]
        things = {kind: k for k, kind in enumerate(dict.fromkeys((*kinds[0], *kinds[1])))}
        self.things = [np.array([things[kind] for kind in side]) for side in kinds]

    def _ask(self, cells: Ints) -> None:
        for trial in range(self.joint.trials):
            a, before, was, _ = self.old.answers(self.joint.columns(cells, trial, False), len(cells))
            b, after, now, law = self.new.answers(self.joint.columns(cells, trial, True), len(cells))
            if trial == 0:
                self.before[cells], self.after[cells] = a, b
            change = after - before
            self.by_law[cells] |= law
            self.differs[cells] |= (change != 0) | (was != now)
            # A customer at an ordinary base is told, one at another only where that one sees no change.
            first = (self.change[cells] == 0) & (change != 0)
            self.change[cells] = np.where(first, change, self.change[cells])
            self.trial[cells] = np.where(first, trial, self.trial[cells])

    def comparison(self, only: str) -> Comparison:
        row = self.rows[0][self.before] != self.rows[1][self.after]
        kind = self.things[0][self.before] != self.things[1][self.after]
        hit = row | self.differs | kind
        boxes = tuple(self._boxes(hit)) if not only else ()
        shown = sum(box.situations for box in boxes)
        return Comparison(
            self.table.name, only, self.joint.size, int(row.sum()), int(self.differs.sum()), int(kind.sum()),
            int(self.by_law.sum()), boxes, 0 if only else int(hit.sum()) - shown,
            self._extreme(int(self.change.argmin()), -1), self._extreme(int(self.change.argmax()), 1),
        )  # fmt: skip

    def _extreme(self, cell: int, sign: int) -> Change | None:
        # An ordinary base goes before an extraordinary one.
        ordinary = np.where(self.trial == 0, self.change, 0) * sign
        best = int(ordinary.argmax())
        if ordinary[best] > 0:
            return self._change(best)
        return self._change(cell) if self.change[cell] * sign > 0 else None

    def _change(self, cell: int) -> Change:
        trial, at = int(self.trial[cell]), np.array([cell])
        replies = []
        for new, version in ((False, self.old), (True, self.new)):
            code, minor, outcome, law = version.answers(self.joint.columns(at, trial, new), 1)
            ids = list(version.sets)[int(code[0])]
            rows = (*ids, "(the law's sum stands)") if law[0] else ids
            replies.append(
                Reply(OUTCOMES[int(outcome[0])], Money(int(minor[0]), self.table.currency), tuple(rows))
            )
        return Change(self.table.name, self.joint.customer(cell, trial), replies[0], replies[1])

    def _boxes(self, hit: npt.NDArray[np.bool_]) -> Iterator[Box]:
        """Yield boxes of the situations that change, the largest losses first."""
        sign = np.sign(self.change).astype(np.int64) + 1
        both = len(self.names[1]) * 3
        group = self.before.astype(np.int64) * both + self.after * 3 + sign
        at = np.flatnonzero(hit)
        kinds, inverse = np.unique(group[at], return_inverse=True)
        least = np.full(len(kinds), np.iinfo(np.int64).max)
        np.minimum.at(least, inverse.reshape(-1), self.change[at])
        left = MOST_BOXES
        for kind in kinds[np.argsort(least, kind="stable")]:
            mine = (hit & (group == kind)).reshape(self.joint.shape or (1,))
            for box in _merged(mine, self.joint, min(MOST_IN_GROUP, left)):
                left -= 1
                yield self._box(box)

    def _box(self, box: Sequence[tuple[int, int]]) -> Box:
        where = {
            axis.name: span
            for axis, (a, b) in zip(self.joint.axes, box, strict=True)
            if (span := axis.span(a, b)) != "-"
        }
        count = 1
        for a, b in box:
            count *= b - a + 1
        cell = int(np.ravel_multi_index([a for a, _ in box], self.joint.shape)) if box else 0
        return Box(where, count, self._change(cell))


def _merged(hit: npt.NDArray[np.bool_], joint: Joint, limit: int) -> Iterator[list[tuple[int, int]]]:
    """Yield boxes (first and last band of each input) that cover the cells that are hit, each cell once."""
    left = hit.copy()
    for _ in range(limit):
        flat = int(left.argmax())
        if not left.flat[flat]:
            return
        box = [(int(i), int(i)) for i in np.unravel_index(flat, left.shape)][: len(joint.axes)]
        for k, axis in enumerate(joint.axes):
            while (after := box[k][1] + 1) < len(axis):
                if axis.null and after == len(axis.starts) and box[k][0]:
                    break  # null is next to all values, or to none
                step = tuple(slice(after, after + 1) if i == k else slice(a, b + 1) for i, (a, b) in enumerate(box))  # fmt: skip
                if not left[step].all():
                    break
                box[k] = (box[k][0], after)
        left[tuple(slice(a, b + 1) for a, b in box)] = False
        yield box

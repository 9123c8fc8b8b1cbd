"""What whole columns of customers may choose from, and who may grant it: the same as for one customer.

Customers for whom the same rows decided have the same options; only the sums differ. So the options of each combination
of rows are put together once, and their totals are computed on columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from playbook.money import RoundingMode
from playbook.offers.options import inputs_of, roles_of, rows_of
from playbook.policy.authority import ladder
from playbook.policy.model import OptionRow, Policy, Rung
from playbook.tables import TableRow
from playbook.tables.amounts import rounded
from playbook.tables.derive import NULL, Ints

_HALF_UP: RoundingMode = "half_up"


@dataclass(frozen=True)
class Fired:
    """The rows of one table that decided, and whether the table is one of options."""

    options: bool
    rows: tuple[TableRow, ...]


@dataclass(frozen=True)
class _Choice:
    """One option: the parts of its own, the rungs that may grant it, and how high a role it needs whatever the sum."""

    option: str
    own: tuple[OptionRow, ...]
    substitute: tuple[OptionRow, ...]  # in place of what the law gives in money
    rungs: tuple[int, ...]  # where what is owed stands in full
    rungs_substituted: tuple[int, ...]
    least: int  # an index into the ladder


@dataclass(frozen=True)
class Choices:
    """The answer for one combination of rows."""

    rungs: tuple[int, ...]
    least: int
    options: tuple[_Choice, ...]
    one_by_one: bool  # what is granted depends on sums in a way that only a single case tells
    inputs: tuple[str, ...]  # what the options' sums are taken of


@dataclass(frozen=True)
class Offered:
    """What the customers of a batch may choose: bit k of `pattern` is option k; NULL and -1 are none."""

    options: tuple[str, ...]
    pattern: npt.NDArray[Any]
    most: Ints  # the largest total of an option
    authority: npt.NDArray[
        np.int8
    ]  # an index into the ladder: who may grant every option, or the lines alone


class Chooser:
    """Put options together for columns of customers under one policy."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.ladder: tuple[Rung, ...] = ladder(policy)
        self.by_role = {rung.role: index for index, rung in enumerate(self.ladder)}

    def choices(self, fired: Sequence[Fired]) -> Choices:
        """Return the options of a combination of rows. Raises InputError for a role that the ladder lacks."""
        owed = [
            row for part in fired if not part.options for row in part.rows if row.payout.outcome != "none"
        ]
        granted = [row for part in fired if not part.options for row in part.rows]
        named: dict[str, list[TableRow]] = {}
        for part in fired:
            for row in part.rows if part.options else ():
                if row.payout.option and row.payout.outcome == "pay":
                    named.setdefault(row.payout.option, []).append(row)
        kinds = [row.payout.kind for row in owed]
        law = {row.payout.kind for row in owed if row.payout.monetary}
        particular = any(rung.remedies for rung in self.ladder)
        return Choices(
            rungs=self._rungs(kinds),
            least=self._least(granted),
            options=tuple(
                self._choice(option, kinds, law, [*granted, *rows]) for option, rows in sorted(named.items())
            ),
            # The kind of a sum that comes to nothing is not granted; of alternatives the first one is held.
            one_by_one=any(row.payout.alternative for row in owed)
            or (particular and any(row.payout.inputs for row in owed)),
            inputs=tuple(
                dict.fromkeys(n for option in sorted(named) for n in inputs_of(self.policy, option))
            ),
        )

    def _choice(self, option: str, kinds: list[str], law: set[str], rows: list[TableRow]) -> _Choice:
        parts = rows_of(self.policy, option)
        own = tuple(part for part in parts if part.line != "statutory")
        substitute = tuple(part for part in parts if part.line == "statutory")
        mine = [part.kind for part in own]
        left = [kind for kind in kinds if kind not in law]
        return _Choice(
            option,
            own,
            substitute,
            self._rungs([*kinds, *mine]),
            self._rungs([*left, *mine, *(part.kind for part in substitute)]),
            self._least(rows),
        )

    def _rungs(self, kinds: Sequence[str]) -> tuple[int, ...]:
        wanted = set(kinds)
        return tuple(
            i for i, rung in enumerate(self.ladder) if not rung.remedies or wanted <= set(rung.remedies)
        )

    def _least(self, rows: Sequence[TableRow]) -> int:
        found = [self.by_role[role] for role in roles_of(self.policy, rows) if role in self.by_role]
        return max(found, default=0)

    def may_grant(self, rungs: tuple[int, ...], total: Ints) -> npt.NDArray[np.int8]:
        """Return, as indices into the ladder, the lowest rungs that may grant totals; -1 is nobody."""
        out = np.full(len(total), -1, dtype=np.int8)
        for index in reversed(rungs):
            ceiling = self.ladder[index].ceiling
            if ceiling is None:
                out[:] = index
            elif ceiling.minor == 0:
                out[total == 0] = index
            elif ceiling.currency == self.policy.currency:
                out[total <= ceiling.minor] = index
        return out

    def offered(
        self, choices: Sequence[Choices], code: npt.NDArray[np.int64], owed: Ints, law: Ints,
        columns: Mapping[str, Ints], hidden: npt.NDArray[np.bool_],
    ) -> Offered:  # fmt: skip
        """Return what the customers of a batch may choose: `choices[code]` is the answer for each.

        `owed` is what the three lines come to, `law` what of that is statutory money; `hidden` customers are shown none.
        """
        n = len(owed)
        most = np.full(n, NULL, dtype=np.int64)
        authority = np.full(n, -1, dtype=np.int8)
        options = tuple(sorted({choice.option for one in choices for choice in one.options}))
        pattern = np.zeros(n, dtype=np.int64 if len(options) < 62 else object)
        named = [{choice.option: choice for choice in one.options} for one in choices]
        hidden_ones = bool(hidden.any())
        for bit, option in enumerate(options):
            each = [by_name.get(option) for by_name in named]
            first = next(c for c in each if c is not None)
            here = np.array([c is not None for c in each], dtype=bool)[code]
            if hidden_ones:
                here &= ~hidden
            if first.substitute:
                here &= law > 0
            at = np.flatnonzero(here)
            which = code[at]
            mine = {name: columns[name][at] for name in _inputs(first) if name in columns}
            total = owed[at] + _worth(first.own, mine, law, len(at))
            least = np.array([c.least if c else 0 for c in each], dtype=np.int8)
            granted = self._granted(which, [c.rungs if c else None for c in each], least, total)
            if first.substitute:
                due = law[at]
                worth = _worth(first.substitute, mine, due, len(at))
                instead = worth >= due
                other = total - due + worth
                rungs = [c.rungs_substituted if c else None for c in each]
                granted = np.where(instead, self._granted(which, rungs, least, other), granted)
                total = np.where(instead, other, total)
            most[at] = np.maximum(most[at], total)
            authority[at] = np.maximum(authority[at], granted)
            pattern[at] |= 1 << bit
        none = np.flatnonzero(most == NULL)
        least = np.array([one.least for one in choices], dtype=np.int8)
        authority[none] = self._granted(code[none], [one.rungs for one in choices], least, owed[none])
        return Offered(options, pattern, most, authority)

    def _granted(
        self, code: npt.NDArray[np.int64], rungs: Sequence[tuple[int, ...] | None], least: npt.NDArray[np.int8], total: Ints
    ) -> npt.NDArray[np.int8]:  # fmt: skip
        """Return the lowest rungs that may grant totals, where `rungs[code]` are those that may grant such things."""
        different = list(dict.fromkeys(one for one in rungs if one is not None))
        if len(different) == 1:
            out = self.may_grant(different[0], total)
        else:
            which = np.array([-1 if one is None else different.index(one) for one in rungs], dtype=np.intp)[
                code
            ]
            out = np.full(len(total), -1, dtype=np.int8)
            for number, one in enumerate(different):
                at = np.flatnonzero(which == number)
                out[at] = self.may_grant(one, total[at])
        if least.any():
            out = np.where(out < 0, out, np.maximum(out, least[code])).astype(np.int8)
        return out


def _inputs(choice: _Choice) -> set[str]:
    return {part.of for part in (*choice.own, *choice.substitute) if part.of}


def _worth(parts: Sequence[OptionRow], columns: Mapping[str, Ints], law: Ints, n: int) -> Ints:
    """Return what parts of an option come to; a missing input counts as nothing."""
    total = np.zeros(n, dtype=np.int64)
    for part in parts:
        if part.amount is not None:
            total += part.amount.minor
        base: Ints | None = None
        if part.of:
            given = columns.get(part.of)
            base = np.zeros(n, dtype=np.int64) if given is None else np.where(given == NULL, 0, given)
        elif part.share and part.line == "statutory":
            base = law
        if base is not None:
            total += rounded(base * part.share[0], part.share[1], _HALF_UP) if part.share else base
    return total

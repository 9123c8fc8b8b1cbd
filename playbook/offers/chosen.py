"""What whole columns of customers may choose from, and who may grant it: the same as for one customer.

Customers for whom the same rows decided have the same options; only the sums differ. So what can be told of a combination
of rows alone is told once, as arrays with one place for each combination, and the sums are computed on columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from playbook.money import RoundingMode
from playbook.offers.choices import Choice, Choices
from playbook.policy.model import OptionRow, Rung
from playbook.tables.amounts import rounded
from playbook.tables.derive import NULL, Ints

_HALF_UP: RoundingMode = "half_up"
Codes = npt.NDArray[np.intp]
Rungs = npt.NDArray[np.int8]
"""Indices into the ladder; -1 is nobody."""


@dataclass(frozen=True)
class Offered:
    """What the customers of a batch may choose: words by index, the largest total (NULL is no option), and who may grant it."""

    words: tuple[str, ...]
    shown: npt.NDArray[Any]
    most: Ints
    authority: Rungs  # who may grant every option, or the lines alone


class _Steps:
    """Rungs that may grant something, lowest first: a total above k of the ceilings needs the k-th of `lowest`."""

    def __init__(self, rungs: Sequence[int], ladder: Sequence[Rung], currency: str) -> None:
        self.ceilings: list[int] = []
        lowest: list[int] = []
        self.open = False
        for index in rungs:
            ceiling = ladder[index].ceiling
            if ceiling is None:
                self.open = True
                lowest.append(index)
                break
            if ceiling.minor and ceiling.currency != currency:
                continue
            if not self.ceilings or ceiling.minor > self.ceilings[-1]:
                self.ceilings.append(ceiling.minor)
                lowest.append(index)
        self.lowest = np.array(lowest if self.open else [*lowest, -1], dtype=np.int8)

    def rungs(self, total: Ints) -> Rungs:
        """Return the lowest rung for each total."""
        above = np.zeros(len(total), dtype=np.uint8)
        for ceiling in self.ceilings:
            above += (total > ceiling).view(np.uint8)
        return np.take(self.lowest, above)


class _Grant:
    """Who may grant what a combination of rows holds, by its number."""

    def __init__(
        self, steps: Mapping[tuple[int, ...], _Steps], rungs: Sequence[tuple[int, ...]], least: Sequence[int]
    ) -> None:
        different = list(dict.fromkeys(rungs))
        self.steps = [steps[one] for one in different]
        self.which = np.array([different.index(one) for one in rungs], dtype=np.intp)
        self.least = np.array(least, dtype=np.int8)

    def rungs(self, code: Codes, total: Ints) -> Rungs:
        """Return the lowest rungs that may grant totals, none of them below what its rows ask for."""
        if len(self.steps) == 1:
            out = self.steps[0].rungs(total)
        else:
            which = self.which[code]
            out = np.full(len(total), -1, dtype=np.int8)
            for number, one in enumerate(self.steps):
                at = np.flatnonzero(which == number)
                out[at] = one.rungs(total[at])
        if self.least.any():
            out = np.where(out < 0, out, np.maximum(out, self.least[code]))
        return out


@dataclass(frozen=True)
class _Fixed:
    """Options that add the same to what is owed for everybody: of those which the same rungs may grant, the dearest."""

    adds: Ints  # by combination; NULL where there is no such option
    grant: _Grant


@dataclass(frozen=True)
class _Varying:
    """One option whose sum depends on the customer."""

    choice: Choice
    here: npt.NDArray[np.bool_]  # by combination
    grant: _Grant
    substituted: _Grant


class Plan:
    """The options of numbered combinations of rows, ready for columns of customers."""

    def __init__(self, choices: Sequence[Choices], ladder: Sequence[Rung], currency: str) -> None:
        self.one_by_one = np.array([one.one_by_one and bool(one.options) for one in choices], dtype=bool)
        self.inputs = {name for one in choices for name in one.inputs}
        every = {rungs for one in choices for rungs in _rungs_of(one)}
        steps = {rungs: _Steps(rungs, ladder, currency) for rungs in every}
        self._lines = _Grant(steps, [one.rungs for one in choices], [one.least for one in choices])
        self._name(choices)
        options = [{choice.option: choice for choice in one.options} for one in choices]
        varying = {
            name: choice for held in options for name, choice in held.items() if _depends(choice, steps)
        }
        self._varying = [_varying(steps, options, name) for name in sorted(varying)]
        left = [[c for c in held.values() if c.option not in varying] for held in options]
        self._fixed = [
            _fixed(steps, left, rungs) for rungs in sorted({c.rungs for held in left for c in held})
        ]

    def _name(self, choices: Sequence[Choices]) -> None:
        """Number the sets of options that a customer is shown, without and with statutory money owed."""
        words: dict[str, int] = {"": 0}
        self._shown = np.zeros((2, len(choices)), dtype=np.intp)
        for owes in (0, 1):
            for number, one in enumerate(choices):
                shown = " ".join(sorted(c.option for c in one.options if owes or not c.substitute))
                self._shown[owes, number] = words.setdefault(shown, len(words))
        self.words = tuple(words)

    def offered(
        self, code: Codes, owed: Ints, law: Ints, columns: Mapping[str, Ints], hidden: npt.NDArray[np.bool_]
    ) -> Offered:
        """Return what the customers of a batch may choose, `code` being the number of the combination of each.

        `owed` is what the three lines come to, `law` what of that is statutory money; `hidden` customers are shown none.
        """
        n = len(owed)
        most = np.full(n, NULL, dtype=np.int64)
        authority = np.full(n, -1, dtype=np.int8)
        for group in self._fixed:
            adds = group.adds[code]
            total, here = owed + adds, adds != NULL
            granted = group.grant.rungs(code, total)
            if not here.all():
                total, granted = np.where(here, total, NULL), np.where(here, granted, np.int8(-1))
            np.maximum(most, total, out=most)
            np.maximum(authority, granted, out=authority)
        for option in self._varying:
            at = np.flatnonzero(
                option.here[code] & (law > 0) if option.choice.substitute else option.here[code]
            )
            mine = {name: columns[name][at] for name in _inputs(option.choice) if name in columns}
            total, granted = _valued(option, code[at], owed[at], law[at], mine)
            most[at] = np.maximum(most[at], total)
            authority[at] = np.maximum(authority[at], granted)
        shown = self._shown[0][code]
        if (self._shown[0] != self._shown[1]).any():
            shown = np.where(law > 0, self._shown[1][code], shown)
        if hidden.any():
            for out, nothing in ((most, NULL), (authority, -1), (shown, 0)):
                np.copyto(out, nothing, where=hidden)
        none = np.flatnonzero(most == NULL)
        authority[none] = self._lines.rungs(code[none], owed[none])
        return Offered(self.words, shown, most, authority)


def _rungs_of(one: Choices) -> list[tuple[int, ...]]:
    return [one.rungs, *(r for choice in one.options for r in (choice.rungs, choice.rungs_substituted))]


def _depends(choice: Choice, steps: Mapping[tuple[int, ...], _Steps]) -> bool:
    """Tell whether an option has to be summed customer by customer.

    Of options that the same rungs may grant the dearest needs the highest, unless nobody may grant it and somebody a
    cheaper one.
    """
    return bool(choice.substitute or _inputs(choice) or not steps[choice.rungs].open)


def _varying(
    steps: Mapping[tuple[int, ...], _Steps], options: Sequence[Mapping[str, Choice]], name: str
) -> _Varying:
    each = [held.get(name) for held in options]
    some = next(c for c in each if c is not None)
    least = [c.least if c else 0 for c in each]
    return _Varying(
        some,
        np.array([c is not None for c in each], dtype=bool),
        _Grant(steps, [(c or some).rungs for c in each], least),
        _Grant(steps, [(c or some).rungs_substituted for c in each], least),
    )


def _fixed(
    steps: Mapping[tuple[int, ...], _Steps], options: Sequence[Sequence[Choice]], rungs: tuple[int, ...]
) -> _Fixed:
    mine = [[c for c in held if c.rungs == rungs] for held in options]
    adds = [
        max((sum(part.amount.minor for part in c.own if part.amount) for c in held), default=NULL)
        for held in mine
    ]
    least = [max((c.least for c in held), default=0) for held in mine]
    return _Fixed(np.array(adds, dtype=np.int64), _Grant(steps, [rungs] * len(mine), least))


def _valued(
    option: _Varying, code: Codes, owed: Ints, law: Ints, columns: Mapping[str, Ints]
) -> tuple[Ints, Rungs]:
    """Return what an option comes to for customers, and who may grant it."""
    total = owed + _worth(option.choice.own, columns, law)
    granted = option.grant.rungs(code, total)
    if not option.choice.substitute:
        return total, granted
    worth = _worth(option.choice.substitute, columns, law)
    instead, other = worth >= law, total - law + worth
    granted = np.where(instead, option.substituted.rungs(code, other), granted)
    return np.where(instead, other, total), granted


def _inputs(choice: Choice) -> set[str]:
    return {part.of for part in (*choice.own, *choice.substitute) if part.of}


def _worth(parts: Sequence[OptionRow], columns: Mapping[str, Ints], law: Ints) -> Ints:
    """Return what parts of an option come to; a missing input counts as nothing."""
    total = np.zeros(len(law), dtype=np.int64)
    for part in parts:
        if part.amount is not None:
            total += part.amount.minor
        base: Ints | None = None
        if part.of:
            given = columns.get(part.of)
            base = np.zeros(len(law), dtype=np.int64) if given is None else np.where(given == NULL, 0, given)
        elif part.share and part.line == "statutory":
            base = law
        if base is not None:
            total += rounded(base * part.share[0], part.share[1], _HALF_UP) if part.share else base
    return total

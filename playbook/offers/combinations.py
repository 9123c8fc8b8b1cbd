"""Which rows of which tables decide together: each combination has one number, the same in every batch of customers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from playbook.offers.answers import Answer
from playbook.tables import TableRow

Combination = tuple[tuple[str, tuple[TableRow, ...]], ...]
"""Table by table, the rows that decided for a customer; tables of which none did are left out."""


class Combinations:
    """The combinations met so far. What is worked out of them is worked out once, not once a batch."""

    def __init__(self) -> None:
        self.met: list[Combination] = []
        self._number: dict[int, int] = {}  # by the place of a beginning: combinations of all tables
        self._beginnings: list[Combination] = [()]
        self._longer: dict[tuple[int, str, tuple[int, ...]], int] = {}

    def numbers(self, answers: Sequence[Answer], n: int) -> npt.NDArray[np.intp]:
        """Return per customer the number of the combination, an index into `met`."""
        code = np.zeros(n, dtype=np.intp)
        for answer in answers:
            width = len(answer.fired)
            both = code * width + answer.code
            present = np.flatnonzero(np.bincount(both, minlength=1))
            place = np.zeros(int(present[-1]) + 1 if len(present) else 1, dtype=np.intp)
            place[present] = [
                self._with(value // width, answer.name, answer.fired[value % width])
                for value in present.tolist()
            ]
            code = place[both]
        used = np.flatnonzero(np.bincount(code, minlength=1))
        place = np.zeros(len(self._beginnings), dtype=np.intp)
        place[used] = [self._whole(beginning) for beginning in used.tolist()]
        return place[code]

    def _with(self, beginning: int, table: str, rows: tuple[TableRow, ...]) -> int:
        """Return the beginning that is one table longer; where no row of it decided, the same."""
        if not rows:
            return beginning
        key = beginning, table, tuple(map(id, rows))  # a row holds maps: no hash
        found = self._longer.setdefault(key, len(self._beginnings))
        if found == len(self._beginnings):
            self._beginnings.append((*self._beginnings[beginning], (table, rows)))
        return found

    def _whole(self, beginning: int) -> int:
        found = self._number.setdefault(beginning, len(self.met))
        if found == len(self.met):
            self.met.append(self._beginnings[beginning])
        return found

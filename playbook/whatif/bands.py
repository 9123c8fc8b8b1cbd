"""By how much customers' sums change, counted in steps of 1, 2, 5, 10 … minor units, in constant memory."""

from __future__ import annotations

import numpy as np

from playbook.tables.derive import Ints
from playbook.whatif.model import Band, Tally

MOST_BANDS = 8
EDGES = np.array(
    [0, *(step * 10**power for power in range(17) for step in (1, 2, 5)), 10**17], dtype=np.int64
)


class Bands:
    """Of each step: how many win, by how much in all, how many lose, by how much in all."""

    def __init__(self) -> None:
        self.counted = [[0, 0, 0, 0] for _ in EDGES]

    def add(self, change: Ints) -> None:
        """Count the changes of some customers; none is nothing."""
        place = np.searchsorted(EDGES, np.abs(change), side="right") - 1
        for j, mask in ((0, change > 0), (2, change < 0)):
            if not mask.any():
                continue
            sums = np.zeros(len(EDGES), dtype=np.int64)
            np.add.at(sums, place[mask], change[mask])
            counts = np.bincount(place[mask], minlength=len(EDGES))
            for k in np.flatnonzero(counts).tolist():
                self.counted[k][j] += int(counts[k])
                self.counted[k][j + 1] += int(sums[k])


def merged_bands(counted: list[list[int]]) -> tuple[Band, ...]:
    """Return the bands between the least and the largest change, by 1, 2, 5 or by tens where that is too many."""
    used = [k for k, numbers in enumerate(counted) if any(numbers)]
    if not used:
        return ()
    first, last = used[0], used[-1]
    # From here on only powers of ten (the first edge is 0, then 1, 2, 5, 10 …) are bounds.
    steps = 1 if last - first < MOST_BANDS else 3 if last - first < 3 * MOST_BANDS - 3 else 6
    starts = list(range(first, last + 1)) if steps == 1 else [k for k in range(1, len(counted) + steps, steps) if first - steps < k <= last]  # fmt: skip
    out = []
    for start in starts:
        end = start + steps
        four = [sum(numbers[j] for numbers in counted[start:end]) for j in range(4)]
        out.append(
            Band(
                int(EDGES[start]),
                int(EDGES[min(end, len(EDGES) - 1)]),
                Tally(four[0], four[1]),
                Tally(four[2], four[3]),
            )
        )
    return tuple(out)

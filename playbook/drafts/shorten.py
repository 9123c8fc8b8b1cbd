"""Make a text fit its channel, what weighs least first, without cutting within a sentence or hiding that a list is longer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from playbook.drafts.worded import Worded, without_lonely_leads
from playbook.drafts.wording import Move

Fits = Callable[[Sequence[Worded]], bool]


class Shorter(Protocol):
    """Words things shorter."""

    def briefly(self, one: Worded) -> Worded | None:
        """Return a sentence in its short form, or None."""

    def rest(self, move: Move, told: int, paragraph: int) -> Worded | None:
        """Return what is said of the items of a list that are not told, or None."""


def shortened(worded: list[Worded], shorter: Shorter, fits: Fits) -> list[Worded]:
    """Return a text that fits where that is possible: short forms first, then without what its moves say may go.

    The highest `drop` goes first, the last item of a list before the others; 0 never goes.
    """
    worded = list(worded)
    for at in sorted(range(len(worded)), key=lambda i: -worded[i].move.drop):
        if fits(worded):
            return worded
        brief = shorter.briefly(worded[at])
        if brief is not None:
            worded[at] = brief
    while not fits(worded):
        worst = max((w.move.drop for w in worded), default=0)
        if worst == 0:
            break
        last = max(i for i, w in enumerate(worded) if w.move.drop == worst)
        worded = _without(worded, last, shorter)
    return worded


def _without(worded: list[Worded], at: int, shorter: Shorter) -> list[Worded]:
    """Take a sentence out; where it was an item of a list, say that there are more, after those that stay."""
    gone = worded[at]
    left = [w for i, w in enumerate(worded) if i != at]
    if not gone.move.each:
        return without_lonely_leads(left)
    rest_id = f"{gone.move.id}_rest"
    place = next((i for i, w in enumerate(left) if w.move.id == rest_id), at)
    left = [w for w in left if w.move.id != rest_id]
    told = sum(1 for w in left if w.move.id == gone.move.id)
    rest = shorter.rest(gone.move, told, gone.sentence.paragraph)
    if rest is not None:
        place = 1 + max(
            (i for i, w in enumerate(left) if w.move.id == gone.move.id), default=min(place, len(left)) - 1
        )
        left.insert(place, rest)
    return without_lonely_leads(left)

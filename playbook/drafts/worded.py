"""Sentences with the moves that they word, while a text is put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from playbook.drafts.model import Sentence
from playbook.drafts.wording import Move


@dataclass(frozen=True)
class Worded:
    """A sentence and the move that it words."""

    sentence: Sentence
    move: Move


def without_lonely_leads(worded: Sequence[Worded]) -> list[Worded]:
    """Leave out what only leads to a list (a move `…_lead` whose words end with a colon) where the list is empty.

    The same of a heading (`head_…`) under which nothing stands.
    """
    out: list[Worded] = []
    for w in reversed(worded):
        following = out[-1] if out and out[-1].sentence.paragraph == w.sentence.paragraph else None
        leads = w.move.id.endswith("_lead") and w.sentence.text.rstrip().endswith((":", "："))
        if (leads and not (following and following.move.each)) or (
            w.move.id.startswith("head_") and not following
        ):
            continue
        out.append(w)
    return out[::-1]

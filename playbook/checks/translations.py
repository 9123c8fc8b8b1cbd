"""What the record holds in some of the languages only, and which texts say less because of it: told once, as a table.

A person's text is never translated by the kit. Where a language lacks it, its sentence is left out of that language, and
the reader of a pack, or of `playbook validate`, is told so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from playbook.drafts import Draft
from playbook.text import Language


@dataclass(frozen=True)
class Lacking:
    """A field of the record that is not written in some of the languages; `drafts` are the ids of the texts that lack it."""

    field: str
    languages: tuple[Language, ...]
    drafts: tuple[str, ...]


def lacking(drafts: Sequence[Draft], generated: Sequence[Draft] = ()) -> tuple[Lacking, ...]:
    """Return every field that texts to people outside need and that one of their languages lacks, by field.

    `generated` holds the kit's own versions of edited drafts, which know what they had no words for; a text that a person
    wrote may say it all the same, so it is not named.
    """
    by_field: dict[str, dict[Language, list[str]]] = {}
    own = {draft.id: draft for draft in generated}
    for draft in drafts:
        if draft.audience == "internal":
            continue
        for field in own.get(draft.id, draft).untranslated:
            texts = by_field.setdefault(field, {}).setdefault(draft.language, [])
            if not draft.edited:
                texts.append(draft.id)
    return tuple(
        Lacking(field, tuple(found), tuple(id_ for ids in found.values() for id_ in ids))
        for field, found in by_field.items()
    )

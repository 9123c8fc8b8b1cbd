"""What a person wrote in one or several languages, as runs of a document."""

from __future__ import annotations

from collections.abc import Iterable

from playbook.documents.blocks import Run, Runs
from playbook.text import Language, LocalText


def local(written: LocalText | str | None, language: Language) -> Runs:
    """Return a person's text: in the language, else as it was written, marked with its own language.

    For internal files only: public ones leave out what is not written in their language.
    """
    if not written:
        return ()
    if isinstance(written, str):
        return (Run(written),)
    if language in written:
        return (Run(written[language]),)
    other, words = next(iter(written.items()))
    return (Run(words, language=other),)  # type: ignore[arg-type]


def plain(written: LocalText | str | None, language: Language) -> str:
    """Return a person's text as `local` does, without its marks."""
    return "".join(run.text for run in local(written, language))


def joined(parts: Iterable[Runs], separator: str) -> Runs:
    """Put runs one after the other, without those that are empty."""
    out: list[Run] = []
    for part in parts:
        if part:
            out += [*([Run(separator)] if out else []), *part]
    return tuple(out)

"""What the playbook tells the people who answer: care for each other, attitude, what stands behind the steps."""

from __future__ import annotations

from playbook.documents import Block, Heading, List, Run, table, text
from playbook.pack.case import Case
from playbook.pack.words import joined, local, named, word
from playbook.policy.model import Note

BEFORE = ("care", "attitude", "card")
BEHIND = ("flow", "rationale", "case", "figure", "gap")


def before_you_answer(case: Case) -> tuple[Block, ...]:
    """Return what to read before the first word: care for the people who answer, the attitude, the maxims."""
    blocks: list[Block] = [Heading(2, word("before_you_answer", case.language))]
    for kind in BEFORE:
        notes = [note for note in case.policy.notes if note.kind == kind]
        if notes:
            items = tuple(joined([local(note.text, case.language), _from(note)], " ") for note in notes)
            blocks += [Heading(3, word(f"notes_{kind}", case.language)), List(items)]
    return tuple(blocks) if len(blocks) > 1 else ()


def _from(note: Note) -> tuple[Run, ...]:
    voice = f" {note.voice}" if note.voice else ""
    return (Run(f"[{', '.join(note.sources)}{voice}]", mark="quiet"),)


def behind_the_steps(case: Case) -> tuple[Block, ...]:
    """Return what stands behind the steps: flows, reasons, cases and figures of the sources, and what they leave open.

    A voice keeps apart who says so: B the book, R its reviewer (S1-01). Figures are cited, never forecast with.
    """
    language = case.language
    rows = [
        (named("notes", kind, language), local(note.text, language), note.voice, Run(", ".join(note.sources), mark="quiet"))
        for kind in BEHIND
        for note in case.policy.notes
        if note.kind == kind
    ]  # fmt: skip
    if not rows:
        return ()
    heads = [
        word("kind_of", language),
        word("note", language),
        word("voice", language),
        word("source", language),
    ]
    return (Heading(2, word("behind_the_steps", language)), table(heads, rows), *_roles(case))


def _roles(case: Case) -> tuple[Block, ...]:
    language = case.language
    rungs = {rung.role: rung for rung in case.policy.authority}
    rows = [
        (
            local(role.label, language),
            local(rungs[role.rung].label, language) if role.rung in rungs else text(""),
            Run(", ".join(role.sources), mark="quiet"),
        )
        for role in case.policy.roles.values()
    ]
    if not rows:
        return ()
    heads = [word("role", language), word("ladder", language), word("source", language)]
    return (Heading(3, word("roles", language)), table(heads, rows))

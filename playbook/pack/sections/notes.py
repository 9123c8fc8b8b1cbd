"""What the playbook tells the people who answer: care for each other, attitude, what stands behind the steps."""

from __future__ import annotations

from playbook.documents import Block, Heading, List, Run, Runs, table, text
from playbook.documents.written import joined, local
from playbook.pack.case import Case
from playbook.pack.words import named, word
from playbook.policy.model import Condition, Note

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
    return (
        Heading(2, word("behind_the_steps", language)),
        table(heads, rows),
        *_roles(case),
        *_switches(case),
        *_waiting(case),
    )


def _switches(case: Case) -> tuple[Block, ...]:
    """Return the switches in force, with the reason of the base and where the value comes from."""
    language = case.language
    rows = [
        (
            Run(switch.id, mark="quiet"),
            _shown(case.assessment.switches.get(switch.id, switch.value)),
            local(switch.reason, language),
            Run(switch.origin.layer, mark="quiet"),
            Run(", ".join(switch.sources), mark="quiet"),
        )
        for switch in case.policy.switches.values()
    ]
    keys = ("switch", "value", "why", "layer", "source")
    return (Heading(3, word("switches", language)), table([word(key, language) for key in keys], rows))


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_shown(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_shown(inner) for inner in value)
    if value is None:
        return "–"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _waiting(case: Case) -> tuple[Block, ...]:
    """Return the steps and tracks that do not apply now, and what each waits for."""
    language = case.language
    opened = {track.id for track in case.assessment.tracks}
    rows: list[tuple[Runs | str | Run, ...]] = [
        (track.id, local(track.label, language), conditions(track.condition), Run(", ".join(track.sources), mark="quiet"))
        for track in case.policy.tracks
        if track.id not in opened
    ]  # fmt: skip
    rows += [
        (
            planned.step.stage,
            local(planned.step.label, language),
            conditions(planned.step.condition),
            Run(", ".join(planned.step.sources), mark="quiet"),
        )
        for planned in case.plan.not_applicable
    ]
    heads = [word(key, language) for key in ("stage", "name", "waits_for", "source")]
    return (Heading(3, word("not_now", language)), table(heads, rows)) if rows else ()


def conditions(condition: Condition) -> Runs:
    """Return a condition as the fields of the record that it looks at."""
    clauses = (f"{name} = {' | '.join(values)}" for name, values in condition.any_of.items())
    return (Run("; ".join(clauses), mark="quiet"),)


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

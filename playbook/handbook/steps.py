"""The steps: the first hour on one page, the whole playbook stage by stage, the side tracks."""

from __future__ import annotations

from collections.abc import Sequence

from playbook.documents import Block, Callout, Heading, List, PageBreak, Paragraph, Run, Runs, table, text
from playbook.documents.written import joined, local, plain
from playbook.handbook.clocks import by_when, clock_rules, due_in_words
from playbook.handbook.conditions import in_words
from playbook.handbook.words import in_order, quiet, role, roles, stage, strong, word
from playbook.messages import say
from playbook.policy.model import ClockRule, Policy, Step
from playbook.text import Language

FIRST_HOUR = ("P0", "P1", "P2", "P3")
FIRST_CLOCKS = (
    "signal",
    "occurred_at",
    "impact_started_at",
    "detected_at",
    "first_contact",
    "progress_start",
)
"""Points that are reached within the first hour: clocks that run from them run at once."""
BESIDE = ("P0", "P3")
BOX = "☐"


def stages(policy: Policy) -> dict[str, list[Step]]:
    """Return the steps by stage; a layer's own steps stand after those of the layers below."""
    found: dict[str, list[Step]] = {}
    for step in sorted(policy.steps, key=lambda step: in_order(step.stage)):
        found.setdefault(step.stage, []).append(step)
    return found


def first_hour(policy: Policy, language: Language) -> tuple[Block, ...]:
    """Return the first hour on a page of its own: the line, the steps of P0 to P3, the clocks that run at once."""
    found = stages(policy)
    blocks: list[Block] = [PageBreak(), Heading(2, word("first_hour", language))]
    line = policy.brand.contact.get("line")
    ours = strong(word("our_line", language, line=line)) if line else ()
    blocks.append(Paragraph(joined([text(word("first_hour_lead", language)), ours], " ")))
    rows: list[tuple[str, Runs]] = []  # one column: a stage beside its steps would be squeezed in print
    running = [r for r in clock_rules(policy) if r.starts_from in FIRST_CLOCKS and _within_an_hour(r)]
    if running:
        rows.append((word("first_clocks", language), joined([_clock(r, language) for r in running], "\n")))
    for name in FIRST_HOUR:
        # What stands before and after the first words takes less room, so that the hour stays on one page.
        beside = "　" if name in BESIDE else "\n"
        lines = [_line(step, policy, language) for step in found.get(name, ())]
        if lines:
            rows.append((stage(name, policy, language), joined(lines, beside)))
    blocks += [table([""], [(joined([strong(name), lines], "\n"),) for name, lines in rows]), PageBreak()]
    return tuple(blocks)


def _within_an_hour(rule: ClockRule) -> bool:
    return (rule.unit == "minutes" and rule.period <= 60) or (rule.unit == "hours" and rule.period == 1)


def _clock(rule: ClockRule, language: Language) -> Runs:
    due = strong(due_in_words(rule, language))
    return joined([local(rule.label, language), due], "：" if language != "en" else ": ")


def _line(step: Step, policy: Policy, language: Language) -> Runs:
    """Return a step in one line: a box to tick, what to do, who, and by when; the chapter of its stage tells the rest."""
    due = by_when(step.by_when, policy, language)
    who = role(step.role, policy, language) if step.stage != "P0" else ()  # before anything has happened
    notes = [who, strong(due)]
    return joined([(*text(f"{BOX} "), *local(step.label, language)), *notes], " · ")


def playbook(policy: Policy, language: Language) -> tuple[Block, ...]:
    """Return every stage with its steps: who, by when, when it is done, what to do and what not, and when it applies."""
    blocks: list[Block] = []
    for name, steps in stages(policy).items():
        if name.startswith("T"):
            continue
        title = word("stage_of", language, id=name, name=stage(name, policy, language))
        blocks += [Heading(2, title), _steps(steps, policy, language)]
    return tuple(blocks)


def _steps(steps: Sequence[Step], policy: Policy, language: Language) -> Block:
    """Return steps below each other, each with what to do, what not, and when it is done."""
    return table([""], [(_step(step, policy, language),) for step in steps])


def _step(step: Step, policy: Policy, language: Language) -> Runs:
    condition = in_words(step.condition, policy, language)
    due = by_when(step.by_when, policy, language)
    title = [strong(plain(step.label, language)), role(step.role, policy, language), strong(due)]
    advice = (
        (Run(word("do", language), mark="good"), step.do),
        (Run(word("dont", language), mark="bad"), step.dont),
        (Run(say("pack.done_test", language), strong=True), step.done_test),
    )
    told = [(head, Run(" "), *words) for head, written in advice if (words := local(written, language))]
    when = quiet(word("only_when", language, condition=condition)) if condition else ()
    last = joined([when, quiet(" ".join(step.sources))], "  ")
    return joined([joined(title, " · "), *told, last], "\n")


def side_tracks(policy: Policy, language: Language) -> tuple[Block, ...]:
    """Return the side tracks: when each opens, who acts, what is not allowed, and its steps."""
    found = stages(policy)
    blocks: list[Block] = [Heading(2, word("side_tracks", language))]
    for track in policy.tracks:
        if track.id == "standard":
            continue
        title = word("stage_of", language, id=track.id, name=stage(track.id, policy, language))
        blocks.append(Heading(3, title))
        points: list[Runs] = []
        if condition := in_words(track.condition, policy, language):
            points.append(text(word("opens_when", language, condition=condition)))
        if track.who:
            points.append(text(word("who_acts", language, who=roles(track.who, policy, language))))
        blocks.append(List(tuple(points)))
        if not_allowed := local(track.not_allowed, language):
            before, _, after = word("not_allowed", language, what="\x00").partition("\x00")
            blocks.append(
                Callout("bad", before.rstrip(" :：") or before, (joined([not_allowed, text(after)], ""),))
            )
        if steps := found.get(track.id):
            blocks.append(_steps(steps, policy, language))
    return tuple(blocks) if len(blocks) > 1 else ()

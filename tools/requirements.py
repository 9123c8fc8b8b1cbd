"""The requirements table: each rule of the specification, where a reader of a pack meets it, and what acts on it.

`meetings(case)` is what the table is made from and what the tests look at: for every S-id the rows of the policy that
come from it, with the words under which a pack prints them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playbook.documents import Heading, words
from playbook.pack import Case, open_case
from playbook.pack.sections import compensation, crowd, decide, notes, response, review, situation
from playbook.policy.model import Policy
from playbook.text import in_any

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "incidents" / "2026-05-09-cake"
SEEDS = {0: 53, 1: 71, 2: 56, 3: 34, 4: 30}
IDS = tuple(f"S{seed}-{number:02d}" for seed, count in SEEDS.items() for number in range(1, count + 1))
ADVICE = ("rationale", "gap", "figure", "case", "card", "care", "attitude", "flow")


@dataclass(frozen=True)
class Meeting:
    """Where a reader meets a rule: the document and its section, the row of the policy, and its words in English."""

    document: str
    section: str
    row: str
    words: str
    advice: bool  # nothing but a note says it


def policy_rows(policy: Policy) -> Iterator[tuple[str, str, tuple[str, ...], bool]]:
    """Yield every row of a policy that names a rule: its id, its words, the S-ids, and whether it is only a note."""
    for step in policy.steps:
        yield f"steps.csv {step.id}", in_any(step.label, "en"), step.sources, False
    for track in policy.tracks:
        yield f"tracks.csv {track.id}", in_any(track.label, "en"), track.sources, False
    for clock in policy.clocks:
        yield f"clocks.csv {clock.id}", in_any(clock.label, "en"), tuple(clock.source.split()), False
    for switch in policy.switches.values():
        yield f"policy.yaml switches.{switch.id}", in_any(switch.reason, "en"), switch.sources, False
    for role in policy.roles.values():
        yield f"roles.csv {role.id}", in_any(role.label, "en"), role.sources, False
    for note in policy.notes:
        yield f"notes.csv {note.id}", in_any(note.text, "en"), note.sources, True


def sections_of(case: Case) -> Iterator[tuple[str, str, str]]:
    """Yield (document, section, words) of what a pack prints, without running its notebooks."""
    parts = {
        "writeup": (
            situation.situation, situation.facts, situation.fault, situation.timeline, crowd.crowd, response.tracks,
            response.clocks, response.measures_of_time, response.promises, response.warnings, response.ask_next,
            decide.now, notes.before_you_answer, decide.plan, decide.actions, decide.decisions, notes.behind_the_steps,
        ),
        "compensation": (compensation.owed, compensation.options, compensation.group, compensation.authority),
        "review": (lambda c: review.sections(c, ()),),
    }  # fmt: skip
    for document, makers in parts.items():
        for make in makers:
            blocks = make(case)
            title = next((block.text for block in blocks if isinstance(block, Heading)), "")
            yield document, title, "\n".join(word for block in blocks for word in words(block))


def meetings(case: Case) -> dict[str, list[Meeting]]:
    """Return, for each S-id, every place in the pack where a row that comes from it stands in words."""
    printed = list(sections_of(case))
    found: dict[str, list[Meeting]] = defaultdict(list)
    for row, label, sources, advice in policy_rows(case.policy):
        place = next(((document, title) for document, title, told in printed if label in told), None)
        if place is None:
            continue
        for source in sources:
            if source in IDS:
                found[source].append(Meeting(*place, row, label, advice))
    return found


def acting(folder: str, pattern: str) -> dict[str, list[str]]:
    """Return, for each S-id, the files of a folder that name it."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / folder).rglob(pattern)):
        for source in sorted(set(re.findall(r"S\d-\d\d", path.read_text(encoding="utf-8")))):
            found[source].append(str(path.relative_to(ROOT)))
    return found


def table() -> str:
    """Return docs/requirements.md."""
    case = open_case(EXAMPLE, languages="en")
    met, code = meetings(case), acting("playbook", "*.py")
    rows, advice = [], 0
    for source in IDS:
        places = met.get(source, [])
        first = next((m for m in places if not m.advice), places[0] if places else None)
        only = first is not None and first.advice and source not in code
        advice += only
        where = f"{first.document}, “{first.section}”: {first.words}" if first else "**nowhere**"
        row = f"`{first.row}`" if first else ""
        acts = (
            "advice only"
            if only
            else ", ".join(f"`{name}`" for name in code.get(source, [])) or "the row itself"
        )
        rows.append(f"| {source} | {_cell(where)} | {row} | {acts} | `[{source}]` |")
    return (
        "# Requirements\n\n"
        "Generated by `make generated` from the policy and the pack of `incidents/2026-05-09-cake` in English; change\n"
        "it there. One line for each of the 244 rules of the specification: where a reader of the pack meets it, the\n"
        "row of `policies/base` that it is, the modules that act on it, and the case of `tests/test_requirements.py` that\n"
        "goes red when the rows are taken away (a sample of them is, at each run).\n\n"
        f"{len(IDS)} rules, of which {advice} are advice only: nothing to compute or check follows from them, and the\n"
        "pack prints them as advice.\n\n"
        "| rule | where a reader meets it | row | acts in | test |\n|---|---|---|---|---|\n"
        + "\n".join(rows)
        + "\n"
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")

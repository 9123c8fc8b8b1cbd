"""Read an edited draft back: from Markdown, Word or a notebook into the incident's drafts/, where it wins.

Which draft a file is, its place tells (`drafts/en/public-apology.web.docx`), its name, or the properties of the Word
file; else --draft does. A notebook may hold several: Markdown cells headed by the draft's id, or tagged with it. A Word
file with changes that nobody accepted is refused, unless --accept-changes takes it as it reads with all of them; its
comments stay where they are. Each sentence is told as kept, changed, new or gone, and the text is checked.
Exit code 0: taken; 1: taken, and the check blocks it; 2: input error, nothing taken.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playbook.drafts import Draft, Sentence
    from playbook.drafts.edited import Compared
    from playbook.linter import Report

EXAMPLE = """playbook take incidents/today packs/today/drafts/en/public-apology.web.docx
playbook take incidents/today from-counsel.docx --draft en/public-apology.web --accept-changes
playbook take incidents/today notebooks/40-apology.ipynb --replace"""

SIGNS = {"stayed": "=", "changed": "~", "new": "+", "gone": "-"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("incident", metavar="INCIDENT", help="the folder of the incident")
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="the edited text: .md, .txt, .docx or .ipynb"
    )
    parser.add_argument("--draft", metavar="DRAFT", help="which draft it is, such as en/public-apology.web")
    parser.add_argument(
        "--replace", action="store_true", help="replace another edit; the old one is kept in evidence/"
    )
    parser.add_argument(
        "--accept-changes", action="store_true", help="take tracked changes of a Word file as accepted"
    )
    parser.add_argument("--client", metavar="NAME", help="another client's policy than the incident's own")


def run(args: argparse.Namespace) -> int:
    """Run the command; returns 0 or 1, or raises InputError."""
    from playbook.checks.against import OnFile
    from playbook.drafts.edited import compare
    from playbook.messages.printable import one_line
    from playbook.pack.taken import read_edits, take

    before = OnFile.read(args.incident, args.client)
    edits = read_edits(args.files, before, args.draft, args.accept_changes)
    taken = take(edits, before.folder, args.replace)
    known = OnFile.read(args.incident, args.client)
    blocked = False
    for number, one in enumerate(taken):
        draft = known.drafts[one.edit.draft]
        was = before.drafts.get(draft.id)
        if number:
            print()
        print(one_line(f"{draft.id}: {'already taken' if one.unchanged else 'taken'} as {one.path}"))
        if one.replaced:
            print(f"  the edit before it is kept as {one_line(one.replaced)}")
        for note in one.edit.notes:
            print(f"  note: {one_line(note)}")
        for line in told(compare(draft.text, _sentences(was)), draft, _subjects(was, draft)):
            print(f"  {one_line(line)}")
        report = known.report(draft)
        for line in found(draft, report):
            print(f"  {one_line(line)}")
        blocked = blocked or report.verdict == "block"
    if blocked:
        print("taken, but the check blocks it: mend the text before it is sent", file=sys.stderr)
    return 1 if blocked else 0


def _sentences(draft: Draft | None) -> tuple[Sentence, ...]:
    return draft.sentences if draft else ()


def _subjects(*drafts: Draft | None) -> set[str]:
    return {draft.subject for draft in drafts if draft and draft.subject}


def told(compared: tuple[Compared, ...], draft: Draft, subjects: set[str]) -> Iterator[str]:
    """Yield what became of each sentence: `=` stayed, `~` changed, `+` new, `-` gone; and how many of each."""
    counts = dict.fromkeys(SIGNS, 0)
    for one in compared:
        state = "stayed" if one.text.strip() in subjects and one.state == "new" else one.state
        counts[state] += 1
        yield f"{SIGNS[state]} {' '.join(one.text.split())}"
        if state == "changed":
            yield f"  was: {' '.join(' '.join(s.text for s in one.before).split())}"
            lost = _lost(one, draft)
            if lost:
                yield f"  it no longer states {', '.join(lost)}"
    yield ", ".join(f"{count} {state}" for state, count in counts.items() if count)


def _lost(one: Compared, draft: Draft) -> list[str]:
    from playbook.drafts.edited import KINDS

    now = next((s for s in draft.sentences if s.text == one.text), None)
    return [
        name
        for kind in KINDS
        for sentence in one.before
        for name in getattr(sentence, kind)
        if now is None or name not in getattr(now, kind)
    ]


def found(draft: Draft, report: Report) -> Iterator[str]:
    """Yield the findings of a text, and the verdict."""
    for finding in report.findings:
        yield f"{draft.id}:{finding.line}:{finding.column} {finding.level} {finding.rule}: {finding.message}"
        yield f"  instead: {finding.fix}"
    yield f"the check says {report.verdict}"

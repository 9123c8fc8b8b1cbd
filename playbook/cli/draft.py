"""Show a draft, its versions side by side with what each gains and risks, or another wording of it; keep what you choose.

Nothing is written unless you say --keep: then `wording_choice` of incident.yaml remembers it, and every render follows.
Exit code 0: shown, or kept; 1: there is no other wording; 2: input error.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from playbook.errors import InputError, Problem

if TYPE_CHECKING:
    from playbook.checks.against import OnFile
    from playbook.drafts import Draft

EXAMPLE = """playbook draft incidents/today en/public-apology.web --versions
playbook draft incidents/today en/public-apology.web --another
playbook draft incidents/today en/public-apology.web --another 2 --keep
playbook draft incidents/today en/public-apology.web --choose shape=sorry-first --wordings"""

MOST = 200
"""Other wordings looked through until enough of them differ."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("incident", metavar="INCIDENT", help="the folder of the incident")
    parser.add_argument("draft", metavar="DRAFT", help="such as en/final-response.email")
    parser.add_argument("--versions", action="store_true", help="the short and the cautious one, too")
    parser.add_argument("--another", nargs="?", const=1, type=int, metavar="N", help="the N-th other wording")
    parser.add_argument(
        "--choose", action="append", default=[], metavar="MOVE=ID", help="a wording or a shape by its id"
    )
    parser.add_argument("--wordings", action="store_true", help="the id of the wording beside each sentence")
    parser.add_argument("--keep", action="store_true", help="write the choice into incident.yaml")
    parser.add_argument("--client", metavar="NAME", help="another client's policy than the incident's own")


def run(args: argparse.Namespace) -> int:
    """Run the command; returns 0 or 1, or raises InputError."""
    from playbook.checks.against import OnFile

    known = OnFile.read(args.incident, args.client)
    first = known.draft(args.draft)
    if first.edited and (args.another or args.choose):
        found, expected = f"{first.id}, which a person wrote", "a draft of the kit's own"
        raise InputError([Problem(str(known.folder), 0, 0, "DRAFT", found, expected, "Edit it, or remove it from drafts/.")])  # fmt: skip
    chosen = {f"{first.id}:{move}": id_ for move, id_ in map(_pair, args.choose)}
    draft = _rewritten(known, first, chosen) if chosen else first
    if args.another is not None:
        found_one = _another(known, draft, chosen, args.another)
        if found_one is None:
            print(
                f"{draft.id}: no other wording that far; the bank has no more for this case", file=sys.stderr
            )
            return 1
        draft, chosen = found_one
    _show(draft, args.versions, args.wordings)
    if args.keep and chosen:
        _keep(known, chosen)
    return 0


def _pair(given: str) -> tuple[str, str]:
    move, sign, id_ = given.partition("=")
    if not (move and sign):
        raise InputError(
            [Problem("--choose", 0, 0, "", repr(given), "MOVE=ID", "Write it as shape=sorry-first.")]
        )
    return move, id_


def _rewritten(known: OnFile, draft: Draft, chosen: Mapping[str, str]) -> Draft:
    """Return a draft as it reads with other choices. Raises InputError for a choice that this text cannot take."""
    from dataclasses import replace

    from playbook.drafts import shapes_of
    from playbook.drafts.compose import AGAIN, SHAPE

    choice = {**known.incident.wording_choice, **chosen}
    other = replace(known, incident=known.incident.model_copy(update={"wording_choice": choice}))
    found = other.one(draft)
    used = {sentence.wording for sentence in found.sentences}
    shapes = shapes_of(draft.id, known.policy, draft.language)
    problems = []
    for key, id_ in chosen.items():
        move = key.rpartition(":")[2]
        expected = "one of " + ", ".join(shapes) if move == SHAPE else "a wording that this text can take"
        if (move == SHAPE and id_ not in shapes) or (move not in (SHAPE, AGAIN) and id_ not in used):
            problems.append(Problem("--choose", 0, 0, move, id_, expected, "See --wordings."))
    if problems:
        raise InputError(problems)
    return found


def _another(
    known: OnFile, draft: Draft, chosen: Mapping[str, str], wanted: int
) -> tuple[Draft, dict[str, str]] | None:
    """Return the N-th other wording and the choice that gives it; None where the bank has not so many."""
    if wanted < 1:
        found, expected = str(wanted), "a number from 1"
        raise InputError([Problem("--another", 0, 0, "", found, expected, "Write --another 1.")])
    seen = {draft.text}
    start = known.incident.wording_choice.get(f"{draft.id}:again", "0")
    for step in range(1, MOST):
        choice = {**chosen, f"{draft.id}:again": str((int(start) if start.isdecimal() else 0) + step)}
        other = _rewritten(known, draft, choice)
        if other.text not in seen:
            seen.add(other.text)
            if len(seen) > wanted:
                return other, choice
    return None


def _show(draft: Draft, versions: bool, wordings: bool) -> None:
    from playbook.messages import say
    from playbook.messages.printable import printable_lines

    def told(text: str) -> None:
        print(printable_lines(text))

    if wordings:
        width = max((len(s.wording) for s in draft.sentences), default=0)
        for sentence in draft.sentences:
            told(f"{sentence.wording:{width}}  {sentence.text}")
        return
    whole = f"{draft.subject}\n\n{draft.text}" if draft.subject and not draft.edited else draft.text
    if not versions:
        told(whole)
        return
    texts = {"full": whole, **{other.name: other.text_in(draft.language) for other in draft.alternatives}}
    for number, (name, text) in enumerate(texts.items()):
        heading = say(f"drafts.{name}", draft.language)
        told(f"\n--- {heading}" if number else f"--- {heading}")
        told(f"+ {say(f'drafts.gains_{name}', draft.language)}")
        told(f"- {say(f'drafts.risks_{name}', draft.language)}\n")
        told(text)


def _keep(known: OnFile, chosen: Mapping[str, str]) -> None:
    from playbook.incident.write import open_record, propose

    standing = open_record(known.folder)
    proposal = propose(standing, {("wording_choice", key): value for key, value in chosen.items()})
    proposal.write()
    print(
        f"kept in {standing.path.name}: " + ", ".join(f"{k}={v}" for k, v in chosen.items()), file=sys.stderr
    )

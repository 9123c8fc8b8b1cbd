"""Record who approved a draft: one line more in the incident's approvals.csv, with the hash of the text.

DRAFT is the draft's id; `option:B` approves an option, `track:T2` a side track. The role must stand on the client's
ladder, and may not approve a text that offers more than it may grant: then nothing is recorded and the reason is told.
Exit code 0: recorded; 1: not recorded, because the role may not; 2: input error.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from playbook.errors import InputError, Problem

if TYPE_CHECKING:
    from playbook.checks.against import OnFile
    from playbook.policy.model import Rung
    from playbook.times import Moment

EXAMPLE = """playbook approve incidents/today en/public-apology.web --role manager --name "Chang Chih-hao"
playbook approve incidents/today option:B --role manager --name "Chang Chih-hao" --reason "in proportion"
playbook approve incidents/today en/public-apology.web --role leader --name "Ho Wen-chung" --decision rejected"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("incident", metavar="INCIDENT", help="the folder of the incident")
    parser.add_argument("draft", metavar="DRAFT", help="such as en/final-response.email, or option:B")
    parser.add_argument("--role", required=True, metavar="ROLE", help="a role of the client's authority.csv")
    parser.add_argument("--name", required=True, metavar="NAME", help="who approves")
    parser.add_argument("--decision", default="approved", choices=("approved", "rejected", "waived"))
    parser.add_argument("--reason", metavar="TEXT", help="why; a waiver needs one")
    parser.add_argument("--at", metavar="TIME", help="when it was decided (default: now)")
    parser.add_argument("--client", metavar="NAME", help="another client's policy than the incident's own")


def run(args: argparse.Namespace) -> int:
    """Run the command; returns 0 or 1, or raises InputError."""
    from playbook.checks.against import OnFile
    from playbook.incident.ledger import APPROVAL_COLUMNS, APPROVALS, append_row
    from playbook.messages.printable import one_line

    known = OnFile.read(args.incident, args.client)
    at = read_time(args.at, "--at")
    rung, reason = _rung(args, known, at), (args.reason or "").strip()
    name = named(args.name, "--name")
    if args.decision == "waived" and not reason:
        raise InputError([Problem("--reason", 0, 0, "", "nothing", "why it is waived", "Add --reason TEXT.")])
    what, sha256, against, notes = _subject(args, known, rung, at)
    if args.decision != "rejected" and against:
        for line in against:
            print(f"not recorded: {one_line(line)}", file=sys.stderr)
        return 1
    taken = {approval.id for approval in known.incident.approvals}
    number = len(taken) + 1
    while f"approval-{number}" in taken:
        number += 1
    row = {
        "id": f"approval-{number}", "at": str(at), "what": what, "who": name, "role": rung.role,
        "decision": args.decision, "reason": reason, "content_sha256": sha256,
    }  # fmt: skip
    _keep_text(known, what, sha256 if args.decision != "rejected" else "")
    append_row(known.folder / APPROVALS, APPROVAL_COLUMNS, row)
    for note in notes:
        print(f"note: {one_line(note)}", file=sys.stderr)
    print(one_line(f"{row['id']}: {what} {args.decision} by {name} ({rung.role}) at {at}"))
    return 0


def _keep_text(known: OnFile, what: str, sha256: str) -> None:
    """Keep an approved text word for word: when a fact changes later, it is read again (`playbook validate`)."""
    from playbook.drafts.outgoing import outgoing
    from playbook.incident.read import APPROVED
    from playbook.pack.folder import refuse_links

    if not sha256:
        return
    path = known.folder / APPROVED / f"{what.replace('/', '.')}.{sha256[:12]}.md"
    refuse_links(known.folder, path)
    if not path.exists():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(outgoing(known.drafts[what]).encode())
        except OSError as error:
            found = error.strerror or str(error)
            raise InputError(
                [Problem(str(path), 0, 0, "", found, "a file that can be written", "Check the folder.")]
            ) from error


def named(text: str, option: str) -> str:
    """Return a name in one line. Raises InputError where it is empty."""
    name = " ".join(text.split())
    if not name:
        raise InputError([Problem(option, 0, 0, "", "nothing", "a name", f"Write {option} NAME.")])
    return name


def read_time(raw: str | None, option: str) -> Moment:
    """Return a time that was given, else now. Raises InputError."""
    from datetime import datetime

    from playbook.times import Moment

    try:
        return Moment.parse(
            raw if raw is not None else datetime.now().astimezone().isoformat(timespec="seconds")
        )
    except ValueError as error:
        raise InputError([Problem(option, 0, 0, "", repr(raw), str(error), "Correct the time.")]) from error


def _rung(args: argparse.Namespace, known: OnFile, at: Moment) -> Rung:
    from playbook.policy.authority import ladder

    on = at.day(known.incident.timezone) if at.precision in ("minute", "day") else None
    rungs = ladder(known.policy, on)
    for rung in rungs:
        if args.role == rung.role or args.role in rung.label.values():
            return rung
    expected = "one of " + ", ".join(rung.role for rung in rungs)
    raise InputError(
        [
            Problem(
                "--role",
                0,
                0,
                "",
                repr(args.role),
                expected,
                f"See: playbook policy show {known.policy.name}",
            )
        ]
    )


def _subject(
    args: argparse.Namespace, known: OnFile, rung: Rung, at: Moment
) -> tuple[str, str, list[str], list[str]]:
    """Return what is approved, the hash of its text, what the role may not grant of it, and what else to know."""
    from playbook.checks.authority import beyond, beyond_offer
    from playbook.drafts.outgoing import content_sha256

    on = at.day(known.incident.timezone) if at.precision in ("minute", "day") else None
    kind, colon, name = args.draft.partition(":")
    if colon and kind == "option":
        offer = next((o for o in known.offers.options if o.id == name), None)
        if offer is None:
            expected = "one of " + (
                ", ".join(o.id for o in known.offers.options) or "none: there are no options"
            )
            raise InputError(
                [Problem("DRAFT", 0, 0, "", repr(args.draft), expected, "Correct the option's id.")]
            )
        reason = beyond_offer(offer, known.policy, rung, on)
        return args.draft, "", [reason] if reason else [], _second(rung)
    if colon and kind == "track" and name in known_tracks(known):
        return args.draft, "", [], []
    draft = known.draft(args.draft)
    against = list(beyond(draft, known.offers, known.policy, rung, on))
    verdict = known.report(draft).verdict
    notes = (
        []
        if verdict == "ready"
        else [f"the check says {verdict}: playbook render, or playbook check, tells why"]
    )
    return (
        draft.id,
        content_sha256(draft),
        against,
        [*notes, *(_second(rung) if draft.audience == "public" else [])],
    )


def known_tracks(known: OnFile) -> tuple[str, ...]:
    """Return the ids of the policy's side tracks."""
    return tuple(track.id for track in known.policy.tracks)


def _second(rung: Rung) -> list[str]:
    return (
        [f"{rung.role} needs a second person: let another one approve it, too"] if rung.needs_second else []
    )

"""Record that a draft was sent: one line more in the incident's sent.csv, and the text, word for word, in evidence/sent/.

A text that the check blocks is not recorded as sent unless you say why with --despite; one whose hash nobody approved
is recorded with a warning. Exit code 0: recorded; 1: not recorded, because the check blocks it; 2: input error.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from playbook.errors import InputError, Problem

if TYPE_CHECKING:
    from playbook.checks.against import OnFile
    from playbook.drafts import Draft
    from playbook.times import Moment

EXAMPLE = """playbook sent incidents/today en/public-apology.web --at 2026-05-09T21:30+08:00 --channel web
playbook sent incidents/today en/first-reply.facebook --at now --channel facebook --next-update 2026-05-09T19:05+08:00"""

KEPT = "evidence/sent"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("incident", metavar="INCIDENT", help="the folder of the incident")
    parser.add_argument("draft", metavar="DRAFT", help="such as en/final-response.email")
    parser.add_argument("--at", required=True, metavar="TIME", help="when it went out, with its zone, or now")
    parser.add_argument(
        "--channel", required=True, metavar="CHANNEL", help="where it went out, such as facebook"
    )
    parser.add_argument("--url", metavar="URL", help="where it stands")
    parser.add_argument("--speaker", metavar="NAME", help="who signed or spoke")
    parser.add_argument(
        "--next-update", metavar="TIME", help="the next word that it promises (default: the record's)"
    )
    parser.add_argument("--despite", metavar="REASON", help="why it was sent although the check blocks it")
    parser.add_argument("--client", metavar="NAME", help="another client's policy than the incident's own")


def run(args: argparse.Namespace) -> int:
    """Run the command; returns 0 or 1, or raises InputError."""
    from playbook.checks.against import OnFile
    from playbook.drafts.outgoing import content_sha256
    from playbook.messages.printable import one_line

    known = OnFile.read(args.incident, args.client)
    from playbook.cli.approve import read_time

    at = read_time(None if args.at == "now" else args.at, "--at")
    draft = known.draft(args.draft)
    channel = _channel(args.channel, known)
    despite = (args.despite or "").strip()
    report = known.report(draft)
    if report.verdict == "block" and not despite:
        for finding in report.findings:
            if finding.level == "block":
                print(
                    one_line(f"{draft.id}:{finding.line}:{finding.column} {finding.rule}: {finding.message}"),
                    file=sys.stderr,
                )
        print(
            f"not recorded: the check blocks {one_line(draft.id)}; if it went out all the same, say why: --despite REASON",
            file=sys.stderr,
        )
        return 1
    sha256 = content_sha256(draft)
    row = {
        "at": str(at), "kind": draft.kind, "channel": channel, "language": draft.language, "audience": draft.audience,
        "sha256": sha256, "speaker": " ".join((args.speaker or "").split()), "url": (args.url or "").strip(),
        "next_update_promised_at": _next_word(args, known, draft, at),
        "progress": "true" if draft.kind == "progress-update" else "",
        "despite": despite if report.verdict == "block" else "",
    }  # fmt: skip
    path = _record(known, draft, at, row)
    for warning in _warnings(known, draft, sha256):
        print(f"warning: {one_line(warning)}", file=sys.stderr)
    print(one_line(f"{draft.id} sent by {channel} at {at}; kept as {path}"))
    return 0


def _channel(name: str, known: OnFile) -> str:
    from difflib import get_close_matches

    channels = known.policy.channels
    if name in channels:
        return name
    close = get_close_matches(name, channels, n=1)
    remedy = f"Did you mean {close[0]}?" if close else "Correct the name."
    raise InputError([Problem("--channel", 0, 0, "", repr(name), "one of " + ", ".join(channels), remedy)])


def _next_word(args: argparse.Namespace, known: OnFile, draft: Draft, at: Moment) -> str:
    """Return when the text promises the next word: as told, else the record's time where the text states it."""
    from playbook.cli.approve import read_time

    if args.next_update:
        return str(read_time(args.next_update, "--next-update"))
    promised = any("next_update" in sentence.commitments for sentence in draft.sentences)
    next_update = known.incident.next_update_at
    return str(next_update) if promised and next_update and next_update.at > at.at else ""


def _record(known: OnFile, draft: Draft, at: Moment, row: dict[str, str]) -> str:
    """Keep the text and add the row; neither is left behind without the other. Returns where the text is kept."""
    from playbook.drafts.outgoing import outgoing
    from playbook.incident.ledger import SENT, SENT_COLUMNS, append_row
    from playbook.pack.folder import refuse_links

    stamp = str(at)[:16].replace(":", "").replace(" ", "T")
    name = f"{KEPT}/{stamp}.{draft.language}.{draft.kind}.{row['channel']}"
    for place in (f"{name}.md", SENT):
        refuse_links(known.folder, known.folder / place)
    kept = _free(known.folder, name)
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with kept.open("xb") as handle:
            handle.write(outgoing(draft).encode())
    except OSError as error:
        found = error.strerror or str(error)
        raise InputError(
            [Problem(str(kept), 0, 0, "", found, "a file that can be written", "Check the folder.")]
        ) from error
    try:
        relative = kept.relative_to(known.folder).as_posix()
        append_row(known.folder / SENT, SENT_COLUMNS, {**row, "path": relative})
    except BaseException:
        kept.unlink(missing_ok=True)
        raise
    return relative


def _free(folder: Path, name: str) -> Path:
    path, number = folder / f"{name}.md", 2
    while path.exists():
        path, number = folder / f"{name}-{number}.md", number + 1
    return path


def _warnings(known: OnFile, draft: Draft, sha256: str) -> list[str]:
    approved = any(a.content_sha256 == sha256 and a.decision != "rejected" for a in known.incident.approvals)
    out = (
        []
        if approved
        else [
            f"nobody approved this text of {draft.id}: playbook approve INCIDENT {draft.id} --role … --name …"
        ]
    )
    if not draft.sendable:
        out.append("this incident is an exercise: its texts are not for sending")
    return out

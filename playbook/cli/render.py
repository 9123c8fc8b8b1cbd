"""Write the pack of an incident, or of several: write-up, compensation, drafts, review, ready to paste and to send.

Exit code 0: written; 1: written, and something blocks sending a draft; 2: nothing written, with a list of what is
wrong. Of several incidents the worst, and the others are whole.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playbook.fleet import Order, Outcome

EXAMPLE = """playbook render incidents/2026-05-09-cake
playbook render incidents/2026-05-09-cake --languages zh-Hant,en --out packs/today
playbook render incidents/* --out packs --jobs 4"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("incidents", nargs="+", metavar="INCIDENT", help="the folder of an incident")
    parser.add_argument("--client", metavar="NAME", help="another client's policy than the incident's own")
    parser.add_argument(
        "--languages", metavar="LIST", help="such as zh-Hant,en; the first is that of the write-up"
    )
    parser.add_argument("--formats", metavar="LIST", help="of html,docx,md,pdf (default: html,docx,md)")
    parser.add_argument("--as-of", metavar="TIME", help="tell everything as of this time, or `now`")
    parser.add_argument(
        "--out", metavar="DIR", help="the pack; of several incidents, the folder of their packs"
    )
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="how many incidents at once")


MOST_LINES = 8
"""How many findings a terminal is shown."""


def run(args: argparse.Namespace) -> int:
    """Run the command; returns the exit code of the contract."""
    as_of = _now() if args.as_of == "now" else args.as_of
    if len(args.incidents) == 1:
        return _one(args, as_of)
    return _several(args, as_of)


def _now() -> str:
    """Return the time on the wall clock: the one place where the kit looks at it for a pack."""
    from datetime import datetime

    return datetime.now().astimezone().isoformat(timespec="seconds")


def _one(args: argparse.Namespace, as_of: str | None) -> int:
    from playbook.messages.printable import printable
    from playbook.pack import render_pack

    result = render_pack(args.incidents[0], args.client, args.languages, args.formats, as_of, args.out)
    for message in result.messages:
        print(printable(message), file=sys.stderr)
    for line in result.grave[:MOST_LINES]:
        print(printable(line), file=sys.stderr)
    if len(result.grave) > MOST_LINES:
        print(f"… and {len(result.grave) - MOST_LINES} more: see findings.json", file=sys.stderr)
    _warn_if_old(args.incidents[0], as_of)
    print(printable(summary(str(result.path), dict(result.findings))))
    return result.exit_code


def summary(path: str, findings: dict[str, int]) -> str:
    """Return one line on a pack: where it is, and what was found."""
    found = ", ".join(f"{count} {level}" for level, count in findings.items() if count)
    return f"pack written to {path}" + (f": {found}" if found else ", nothing found in the drafts")


def _warn_if_old(incident: str, as_of: str | None) -> None:
    """Say it where a live incident is told as of more than ten minutes ago."""
    from datetime import datetime, timedelta

    from playbook.pack import open_case

    case = open_case(incident, as_of=as_of)
    if case.incident.mode != "live" or case.incident.invented or case.as_of is None:
        return
    age = datetime.now().astimezone() - case.as_of.at
    if age > timedelta(minutes=10):
        told = case.as_of.raw
        print(
            f"warning: told as of {told}, {age.days} days ago; --as-of now tells it as of this minute"
            if age.days
            else f"warning: told as of {told}, {age.seconds // 60} minutes ago; --as-of now tells it as of this minute",
            file=sys.stderr,
        )


def orders(args: argparse.Namespace, as_of: str | None) -> list[Order]:
    """Return an order for each incident; its pack is `DIR/<reference>`, or `packs/<reference>` in the workspace.

    Raises InputError where two orders have one pack: the second would be written over the first.
    """
    from playbook.errors import InputError, Problem
    from playbook.fleet import Order
    from playbook.pack.case import workspace_of

    made = []
    for name in args.incidents:
        folder = Path(name).resolve()
        parent = Path(args.out) if args.out else workspace_of(folder).packs
        languages = tuple((args.languages or "").split(",")) if args.languages else ()
        formats = tuple((args.formats or "").split(",")) if args.formats else ()
        made.append(Order(name, str(parent / folder.name), args.client, languages, formats, as_of))
    first: dict[str, Order] = {}
    problems = []
    for order in made:
        other = first.setdefault(os.path.realpath(order.out), order)
        if other is not order:
            found = f"{order.out}, which is the pack of {other.incident} too"
            problems.append(
                Problem(
                    order.incident, 0, 0, "--out", found, "a pack for each incident", "Render them apart."
                )
            )
    if problems:
        raise InputError(problems)
    return made


def _several(args: argparse.Namespace, as_of: str | None) -> int:
    from playbook.fleet import render_all, worst

    wanted = orders(args, as_of)
    outcomes: list[Outcome] = []
    for outcome in render_all(wanted, args.jobs):
        outcomes.append(outcome)
        _tell(outcome, len(outcomes), len(wanted))
    counts = {state: sum(o.state == state for o in outcomes) for state in ("written", "current", "failed")}
    print(", ".join(f"{count} {state}" for state, count in counts.items() if count))
    return worst(outcomes)


def _tell(outcome: Outcome, done: int, total: int) -> None:
    from playbook.messages.printable import printable

    line = f"[{done}/{total}] {outcome.state}: " + (
        outcome.order.incident
        if outcome.state == "failed"
        else summary(outcome.order.out, dict(outcome.counts))
    )
    print(printable(line), file=sys.stderr if outcome.state == "failed" else sys.stdout, flush=True)
    for message in outcome.messages:
        print(f"    {printable(message)}", file=sys.stderr, flush=True)

"""Look across incidents: open promises (broken and overdue first), open actions by age, repeats, time to first reply.

Everything is told as of one time: --as-of, else the latest time recorded in any of the incidents.
Exit code 0; 2 when a folder could not be read (it is listed with its problems, and the others are told all the same).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playbook.errors import InputError, Problem

if TYPE_CHECKING:
    from playbook.cases import Cases, Told
    from playbook.checks.likeness import Pair
    from playbook.text import LocalText

EXAMPLE = """playbook cases
playbook cases incidents --as-of now
playbook cases incidents --format json"""

WIDEST = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument(
        "folder", nargs="?", metavar="DIR", help="a folder of incidents (default: the workspace's)"
    )
    parser.add_argument("--as-of", metavar="TIME", help="tell everything as of this time, or `now`")
    parser.add_argument("--format", default="text", choices=("text", "json"), help="how to report")


def run(args: argparse.Namespace) -> int:
    """Run the command; returns 0 or 2, or raises InputError."""
    from playbook.cases import incident_folders, look_across
    from playbook.cli.approve import read_time
    from playbook.messages.printable import printable
    from playbook.workspace import MARKER, find_workspace

    here = find_workspace(Path.cwd())
    folder = Path(args.folder) if args.folder else here.incidents
    if not folder.is_dir():
        raise InputError(
            [Problem(str(folder), 0, 0, "DIR", "no such folder", "a folder of incidents", "Check the path.")]
        )
    around = find_workspace(folder)
    folders = incident_folders(folder)
    if not folders:
        raise InputError(
            [
                Problem(
                    str(folder), 0, 0, "DIR", "no incident folder", "folders with an incident.yaml",
                    "Start one: playbook new DIR",
                )
            ]
        )  # fmt: skip
    as_of = None if args.as_of is None else read_time(None if args.as_of == "now" else args.as_of, "--as-of")
    cases = look_across(folders, around if (around.root / MARKER).is_file() else here, as_of)
    alike = _alike(cases)
    print(as_json(cases, alike) if args.format == "json" else as_text(cases, alike))
    for bad in cases.unreadable:
        for problem in bad.problems:
            print(printable(str(problem)), file=sys.stderr)
    return 2 if cases.unreadable else 0


def _alike(cases: Cases) -> tuple[Pair, ...]:
    """Return how alike the texts are that each client sent in several incidents; exercises sent none."""
    from playbook.checks.likeness import Told as Text
    from playbook.checks.likeness import pairs, words_of_client
    from playbook.checks.others import texts_of

    by_client: dict[str, list[Text]] = {}
    for case in cases.told:
        if case.incident.mode == "exercise":
            continue
        kinds = {(kind, language) for kind in case.policy.kinds for language in case.policy.languages}
        try:
            texts, _ = texts_of(case.folder, kinds, cases.as_of, words_of_client(case.policy))
        except (InputError, OSError):
            continue  # the folder is told of where its problems are
        by_client.setdefault(case.incident.client, []).extend(texts)
    return tuple(pair for texts in by_client.values() for pair in pairs(texts))


def as_json(cases: Cases, alike: Sequence[Pair] = ()) -> str:
    """Return what was found as JSON."""
    from playbook.messages.printable import printable_json

    data: dict[str, Any] = {
        "as_of": _time(cases.as_of),
        "incidents": [
            {
                "path": str(case.folder), "reference": case.reference, "client": case.incident.client,
                "invented": case.incident.invented, "mode": case.incident.mode,
                "severity": case.assessment.severity.level, "first_visible_reply_seconds": case.first_reply_seconds,
            }
            for case in cases.told
        ],
        "promises": [
            {
                "reference": p.case.reference, "id": p.id, "state": p.standing, "unauthorised": p.unauthorised, "due": _time(p.due), "to": p.to, "by": p.by,
                "text": dict(p.text),
            }
            for p in cases.promises
        ],
        "actions": [
            {
                "reference": a.case.reference, "id": a.id, "state": a.state, "due": _time(a.due), "overdue": a.overdue,
                "age_days": a.age_days, "owner": a.owner if isinstance(a.owner, str | None) else dict(a.owner),
                "what": dict(a.what),
            }
            for a in cases.actions
        ],
        "causes": [
            {
                "cause_code": c.cause, "count": c.count, "references": list(c.references), "complaints": c.complaints,
                "tolerated": c.tolerated, "repeat": c in cases.repeats,
            }
            for c in cases.causes
        ],
        "likeness": [
            {
                "reference": p.one.reference, "kind": p.one.kind, "language": p.one.language, "channel": p.one.channel,
                "other": p.other.reference, "other_channel": p.other.channel, "percent": p.percent, "sentences": list(p.shared),
            }
            for p in alike
        ],
        "median_first_visible_reply_seconds": cases.median_first_reply_seconds,
        "unreadable": [
            {"path": str(bad.folder), "problems": [problem.as_dict() for problem in bad.problems]}
            for bad in cases.unreadable
        ],
    }  # fmt: skip
    return printable_json(json.dumps(data, ensure_ascii=False, indent=2))


def _time(moment: object) -> str | None:
    return None if moment is None else str(moment)


def as_text(cases: Cases, alike: Sequence[Pair] = ()) -> str:
    """Return what was found as tables for people."""
    return "\n".join(_lines(cases, alike))


def _lines(cases: Cases, alike: Sequence[Pair]) -> Iterator[str]:
    count = len(cases.told)
    yield f"{count} incident{'s' if count != 1 else ''}, as of {cases.as_of or 'no time: none is recorded'}"
    yield from _section(
        "Open promises",
        ("state", "due", "incident", "promise", "to"),
        (
            (
                p.standing.replace("_", " ") + (", unauthorised" if p.unauthorised else ""),
                str(p.due or "–"),
                _name(p.case),
                _word(p.text, p.case) or p.id,
                p.to or "–",
            )
            for p in cases.promises
        ),
    )
    yield from _section(
        "Open actions",
        ("age", "due", "incident", "action", "owner", "state"),
        (
            (
                "–" if a.age_days is None else f"{a.age_days} days",
                f"{a.due or '–'}{' overdue' if a.overdue else ''}",
                _name(a.case),
                _word(a.what, a.case),
                a.owner if isinstance(a.owner, str) else _word(a.owner or {}, a.case) or "nobody",
                a.state.replace("_", " "),
            )
            for a in cases.actions
        ),
    )
    yield from _section(
        "Repeats",
        ("cause", "incidents", "complaints", "tolerated", "where"),
        (
            (
                c.cause,
                str(c.count),
                str(c.complaints or "–"),
                "–" if c.tolerated is None else str(c.tolerated),
                ", ".join(c.references),
            )
            for c in cases.repeats
        ),
    )
    if alike:
        yield from _section(
            "Texts alike, facts left out",
            ("alike", "text", "incident", "the one before", "sentences word for word"),
            (
                (
                    f"{p.percent}%",
                    f"{p.one.language}/{p.one.kind}.{p.one.channel}",
                    p.one.reference,
                    p.other.reference,
                    str(len(p.shared)),
                )
                for p in alike
            ),
        )
    middle = cases.median_first_reply_seconds
    yield from _section(
        "Time to the first visible reply" + (f" (median {_duration(middle)})" if middle is not None else ""),
        ("time", "incident"),
        ((_duration(case.first_reply_seconds), _name(case)) for case in cases.told),
    )
    if cases.unreadable:
        yield from _section(
            "Not read",
            ("problems", "folder"),
            ((str(len(u.problems)), str(u.folder)) for u in cases.unreadable),
        )


def _name(case: Told) -> str:
    marks = [
        mark
        for mark, on in (
            ("invented", case.incident.invented),
            (case.incident.mode, case.incident.mode == "exercise"),
        )
        if on
    ]
    return case.reference + (f" ({', '.join(marks)})" if marks else "")


def _word(text: LocalText, case: Told) -> str:
    from playbook.text import in_any

    return in_any(text, case.policy.languages[0])


def _duration(seconds: int | None) -> str:
    if seconds is None:
        return "not recorded"
    minutes = seconds // 60
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"


def _section(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a table under a title, its columns aligned; `none` where it has no rows."""
    from playbook.messages.printable import one_line, width

    cells = [[_cut(one_line(cell)) for cell in row] for row in rows]
    yield f"\n{title}" + ("" if cells else ": none")
    if not cells:
        return
    table = [list(head), *cells]
    widths = [max(width(row[i]) for row in table) for i in range(len(head))]
    for row in table:
        padded = [cell + " " * (widths[i] - width(cell)) for i, cell in enumerate(row)]
        yield ("  " + "  ".join(padded)).rstrip()


def _cut(text: str) -> str:
    from playbook.messages.printable import width

    if width(text) <= WIDEST:
        return text
    while width(text) >= WIDEST:
        text = text[:-1]
    return text + "…"

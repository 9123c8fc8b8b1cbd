"""List everything that is wrong in an incident folder, and the files in it that nobody reads.

Sentences of sent or approved texts that no longer agree with the record are warnings, too.
Exit code 0: valid, with a one-line summary; 2: the list of what is wrong. Files that are ignored are warnings.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playbook.errors import InputError, Problem

if TYPE_CHECKING:
    from playbook.checks.outdated import OutdatedFinding
    from playbook.incident import Incident
    from playbook.workspace import Workspace

EXAMPLE = """playbook validate incidents/today
playbook validate incidents/today --format json"""

COUNTED = (
    "facts",
    "promises",
    "measures",
    "timeline",
    "complaints",
    "customers",
    "sent",
    "approvals",
    "drafts",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("incident", metavar="INCIDENT", help="the folder of an incident")
    parser.add_argument("--format", default="text", choices=("text", "json"), help="how to report")


def run(args: argparse.Namespace) -> int:
    """Run the command; returns 0 or 2."""
    from playbook.checks.against import place_of
    from playbook.incident import read_incident
    from playbook.incident.ignored import ignored

    folder, workspace = place_of(args.incident)
    incident: Incident | None = None
    problems: tuple[Problem, ...] = ()
    try:
        incident = read_incident(folder)
    except InputError as error:
        problems = error.problems
    warnings: list[Problem] = []
    if folder.is_dir():
        kinds, unknown = _kinds(folder, incident, workspace)
        warnings = [*unknown, *ignored(folder, kinds)]
        if incident is not None and not unknown:
            warnings += _in_some_languages(folder, workspace, incident)
        if incident is not None and not unknown:
            warnings += _unproved(incident, folder, workspace)
    outdated = _outdated(incident, workspace) if incident is not None and not problems else ()
    if args.format == "json":
        print(as_json(folder, incident, problems, warnings, outdated))
    else:
        _print(folder, incident, problems, warnings, outdated)
    return 2 if problems else 0


def _unproved(incident: Incident, folder: Path, workspace: Workspace) -> list[Problem]:
    """Return what the tellings say that nothing else on record does."""
    from playbook.assessment import assess
    from playbook.checks.tellings import check_tellings
    from playbook.offers import make_offers
    from playbook.policy import read_policy

    if incident.tellings is None:
        return []
    try:
        policy = read_policy(incident.client, workspace)
        assessment = assess(incident, policy, None)
        found = check_tellings(incident, policy, assessment, make_offers(incident, policy, assessment))
    except InputError:
        return []  # told by the command that needs them
    expected, remedy = "what the record says", "Correct the telling, or record the fact."
    return [
        Problem(str(folder / "incident.yaml"), 0, 0, f"{one.field}.{one.language}", repr(one.finding.match), expected, remedy)
        for one in found
    ]  # fmt: skip


def _kinds(folder: Path, incident: Incident | None, workspace: Workspace) -> tuple[list[str], list[Problem]]:
    """Return the kinds of drafts of the client's policy, or of base where the client has none that can be read."""
    from playbook.policy import clients, read_policy

    try:
        return list(read_policy(incident.client if incident else "base", workspace).kinds), []
    except InputError:
        assert incident is not None
    name = incident.client
    known = clients(workspace)
    found = f"{name!r}, whose policy " + ("has problems" if name in known else "does not exist")
    remedy = (
        f"See: playbook policy check {name}" if name in known else f"Make one: playbook policy new {name}"
    )
    expected = "one of " + ", ".join(("base", *known))
    warning = Problem(str(folder / "incident.yaml"), 0, 0, "client", found, expected, remedy)
    return list(read_policy("base", workspace).kinds), [warning]


def _in_some_languages(folder: Path, workspace: Workspace, incident: Incident) -> list[Problem]:
    """Return what texts need and the record holds in some of the client's languages only."""
    from playbook.checks.against import OnFile
    from playbook.checks.translations import lacking
    from playbook.policy import read_policy

    policy = read_policy(incident.client, workspace)
    case = OnFile(folder, incident, policy)
    try:
        theirs = [draft for draft in case.drafts.values() if draft.language in policy.languages]
        found = lacking(theirs, tuple(case.own.values()))
    except InputError:
        return []  # the policy's words or tables cannot be read: `policy check` tells that
    out = []
    for lacks in found:
        have = [code for code in policy.languages if code not in lacks.languages]
        kinds = dict.fromkeys(id_.partition("/")[2].partition(".")[0] for id_ in lacks.drafts)
        remedy = f"Write it, or these may leave it out: {', '.join(kinds)}." if kinds else "Write it."
        told, expected = f"a text in {', '.join(have)} only", f"one in {', '.join(lacks.languages)}, too"
        out.append(Problem(str(folder / "incident.yaml"), 0, 0, lacks.field, told, expected, remedy))
    return out


def summary(incident: Incident) -> dict[str, int]:
    """Return how much of what the record holds."""
    return {name: len(getattr(incident, name)) for name in COUNTED}


def _outdated(incident: Incident, workspace: Workspace) -> tuple[OutdatedFinding, ...]:
    """Return what of the texts that were sent or approved the record no longer bears out; nothing without a policy."""
    from playbook.assessment import assess
    from playbook.checks.outdated import outdated_findings
    from playbook.policy import read_policy

    try:
        assessment = assess(incident, read_policy(incident.client, workspace))
    except InputError:
        return ()  # told as a warning
    return outdated_findings(incident, assessment, incident.language)


def _print(
    folder: Path,
    incident: Incident | None,
    problems: tuple[Problem, ...],
    warnings: list[Problem],
    outdated: tuple[OutdatedFinding, ...],
) -> None:
    from playbook.messages.printable import one_line, printable

    for problem in problems:
        print(printable(str(problem)), file=sys.stderr)
    for warning in warnings:
        print(f"warning: {printable(str(warning))}", file=sys.stderr)
    for one in outdated:
        if one.level == "error":
            told = f"{one.text.place}: {one.sentence} — {one.why} ({one.subject}): {one.fix}"
            print(f"warning: {one_line(told)}", file=sys.stderr)
    if incident is not None:
        held = ", ".join(f"{count} {name}" for name, count in summary(incident).items() if count)
        print(
            printable(
                f"{folder}: valid: {incident.reference} of {incident.client}" + (f" ({held})" if held else "")
            )
        )
    else:
        print(printable(f"{folder}: {len(problems)} to correct"), file=sys.stderr)


def as_json(
    folder: Path,
    incident: Incident | None,
    problems: tuple[Problem, ...],
    warnings: list[Problem],
    outdated: tuple[OutdatedFinding, ...] = (),
) -> str:
    """Return the result as JSON."""
    from playbook.messages.printable import printable_json

    data: dict[str, Any] = {
        "path": str(folder),
        "valid": not problems,
        "reference": incident.reference if incident else None,
        "client": incident.client if incident else None,
        "summary": summary(incident) if incident else {},
        "problems": [problem.as_dict() for problem in problems],
        "warnings": [warning.as_dict() for warning in warnings],
        "outdated": [one.as_dict() for one in outdated],
    }
    return printable_json(json.dumps(data, ensure_ascii=False, indent=2))

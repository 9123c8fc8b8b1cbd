"""Check any text, ours or anybody's: what is missing, what harms, and how to write it instead.

Reads Markdown, plain text, DOCX, HTML and notebooks; `-` is standard input. With --incident, also against the record,
the policy and the approvals. Exit code 0: ready; 1: findings at or above --fail-level; 2: cannot run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from playbook.errors import InputError, Problem

if TYPE_CHECKING:
    from playbook.checks.against import OnFile
    from playbook.linter.document import Extracted
    from playbook.linter.findings import Report
    from playbook.linter.show import Checked
    from playbook.text import Language

EXAMPLE = """playbook check statement.docx
playbook check - --kind first-reply --language zh-Hant < reply.txt
playbook check incidents/today/drafts/en/*.md --incident incidents/today --format github
playbook check --explain conditional-apology"""

FORMATS = ("text", "json", "sarif", "github")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="the texts; - is standard input")
    parser.add_argument(
        "--kind", metavar="KIND", help="such as first-reply or public-apology (else detected)"
    )
    parser.add_argument("--language", metavar="LANG", help="zh-Hant, zh-Hans or en (else detected)")
    parser.add_argument("--channel", metavar="CHANNEL", help="where it goes, such as facebook or sms")
    parser.add_argument("--incident", metavar="DIR", help="also check it against this incident's record")
    parser.add_argument("--client", metavar="NAME", help="another client's policy than the incident's own")
    parser.add_argument(
        "--fail-level",
        default="error",
        choices=("block", "error", "warning", "suggestion"),
        help="exit with 1 from this level on (default: error)",
    )
    parser.add_argument("--format", default="text", choices=FORMATS, help="how to report (default: text)")
    parser.add_argument(
        "--explain", metavar="RULE", help="say what a rule finds, why, and where it comes from"
    )
    parser.add_argument("--self-test", action="store_true", help="prove every rule on its own examples")


def run(args: argparse.Namespace) -> int:
    """Run the command; returns the exit code of the contract."""
    if args.self_test:
        from playbook.linter.proof import self_test

        print(
            f"{self_test()} examples: every rule finds what it must, and leaves alone what it must not find"
        )
        return 0
    language = read_language(args.language)
    if args.explain:
        from playbook.linter.explain import explain
        from playbook.text import LANGUAGES

        print(explain(args.explain, [language] if language else LANGUAGES))
        return 0
    if not args.paths:
        raise InputError(
            [
                Problem(
                    "PATH",
                    0,
                    0,
                    "",
                    "nothing",
                    "a text, or - for standard input",
                    "See playbook check --help.",
                )
            ]
        )
    if args.client and not args.incident:
        raise InputError(
            [
                Problem(
                    "--client",
                    0,
                    0,
                    "",
                    "no --incident",
                    "an incident",
                    "Add --incident DIR, or leave it out.",
                )
            ]
        )
    return _check(args, language)


def read_language(name: str | None) -> Language | None:
    """Return the language of a name. Raises InputError for one that the kit does not have."""
    from playbook.text import LANGUAGES

    if name is None:
        return None
    for language in LANGUAGES:
        if language == name:
            return language
    raise InputError(
        [Problem("--language", 0, 0, "", repr(name), "one of " + ", ".join(LANGUAGES), "Correct the name.")]
    )


def _check(args: argparse.Namespace, language: Language | None) -> int:
    from playbook.linter.findings import at_least
    from playbook.linter.show import Checked

    documents = _read(args.paths)
    known = _on_file(args)
    reports = _compared(documents, [_report(document, args, language, known) for document in documents])
    checked = [
        Checked(document, _final(document, report))
        for document, report in zip(documents, reports, strict=True)
    ]
    print(_shown(checked, args.format))
    failing = any(at_least(f.level, args.fail_level) for item in checked for f in item.report.findings)
    return 1 if failing else 0


def _read(paths: Sequence[str]) -> list[Extracted]:
    """Read every document. Raises InputError that names all of those that cannot be read."""
    from playbook.linter.extract import LARGEST, STDIN, extract, read_document

    documents: list[Extracted] = []
    problems: list[Problem] = []
    for name in dict.fromkeys(paths):
        try:
            if name == STDIN:
                document = extract(sys.stdin.buffer.read(LARGEST + 1), STDIN)
            else:
                document = read_document(name)
        except InputError as error:
            problems += error.problems
            continue
        if not document.prose.strip():
            problems.append(
                Problem(name, 0, 0, "", "no text", "a text to check", "Check the path, or what is piped in.")
            )
        documents.append(document)
    if problems:
        raise InputError(problems)
    return documents


def _on_file(args: argparse.Namespace) -> OnFile | None:
    if not args.incident:
        return None
    from playbook.checks.against import OnFile

    return OnFile.read(args.incident, args.client)


def draft_of_path(path: str) -> tuple[str, str, str]:
    """Return language, kind and channel of a path such as `drafts/en/first-reply.email.md`; empty for another path."""
    from playbook.text import LANGUAGES

    parts = PurePath(path).parts
    kind, dot, channel = PurePath(path).stem.partition(".")
    if len(parts) < 2 or parts[-2] not in LANGUAGES or not dot:
        return "", "", ""
    return parts[-2], kind, channel


def _report(
    document: Extracted, args: argparse.Namespace, language: Language | None, known: OnFile | None
) -> Report:
    from playbook.linter import check_text
    from playbook.linter.languages import detect
    from playbook.linter.rules import shipped

    told, named, channel = draft_of_path(document.path)
    language = language or read_language(told or None) or detect(document.prose)
    rules = shipped(language)
    kind: str | None = args.kind or (named if named in rules.kinds else None)
    if kind is not None and kind not in rules.kinds:
        raise InputError(
            [Problem("--kind", 0, 0, "", repr(kind), "one of " + ", ".join(rules.kinds), "Correct the name.")]
        )
    if known is None:
        report = check_text(document.text, language=language, kind=kind, masked=document.masked)
    else:
        report = known.check(
            document.text,
            language=language,
            kind=kind,
            channel=args.channel or channel,
            masked=document.masked,
            prose=document.prose,
        )
    return report


def _compared(documents: Sequence[Extracted], reports: Sequence[Report]) -> list[Report]:
    """Hold against each other the texts that are versions of one, by their paths: en/reply.md and zh-Hant/reply.md."""
    if len(documents) < 2:
        return list(reports)
    from playbook.checks.agreement import disagreements, text_of

    versions = [
        text_of(document.path, document.prose, report)
        for document, report in zip(documents, reports, strict=True)
    ]
    known = {document.path: report for document, report in zip(documents, reports, strict=True)}
    found = disagreements([version for version in versions if version], known)
    return [
        report.with_findings(found.get(document.path, ()))
        for document, report in zip(documents, reports, strict=True)
    ]


def _final(document: Extracted, report: Report) -> Report:
    """Return a report with what people allowed taken out, and its places those of the document."""
    from playbook.linter.allow import with_allowances
    from playbook.linter.explain import OF_THE_RECORD
    from playbook.linter.rules import shipped
    from playbook.linter.show import placed

    known = {*shipped(report.language).by_id, *OF_THE_RECORD}
    return placed(document, with_allowances(report, document, known))


def _shown(checked: Sequence[Checked], form: str) -> str:
    if form == "sarif":
        from playbook.linter.sarif import as_sarif

        return as_sarif(checked)
    from playbook.linter.show import as_github, as_json, as_text

    return {"json": as_json, "github": as_github}.get(form, as_text)(checked)

"""Start an incident folder with five questions: client, what happened, when noticed, where, how to reach you.

On a terminal each is asked with a short help; otherwise five lines are read from standard input, in this order. The
folder gets an incident.yaml with your answers, and every other field of the record as a comment.
Exit code 0: written; 2: nothing written.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from playbook.errors import InputError, Problem

if TYPE_CHECKING:
    from playbook.intake.questions import Setting
    from playbook.policy import Policy
    from playbook.text import Language
    from playbook.workspace import Workspace

EXAMPLE = """playbook new incidents/today
playbook new incidents/today --language zh-Hant
printf '%s\\n' heri-bakery 'cakes came late' now facebook 04-0000-2101 | playbook new incidents/today"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("folder", metavar="DIR", help="the incident's folder; it must be new or empty")
    parser.add_argument(
        "--language", default="en", metavar="LANG", help="of questions, answers and comments (default: en)"
    )


def run(args: argparse.Namespace) -> int:
    """Run the command; returns 0, or raises InputError with nothing written."""
    from playbook.cli.check import read_language
    from playbook.cli.place import refuse_full
    from playbook.incident.skeleton import skeleton
    from playbook.intake.questions import record_of
    from playbook.messages import say
    from playbook.messages.printable import printable

    language = read_language(args.language)
    assert language is not None
    folder = Path(args.folder)
    refuse_full(folder)
    workspace = _workspace(folder)
    answers, setting = _ask(language, workspace)
    text = skeleton(record_of(answers, setting, language), language, _schema_from(folder, workspace))
    write_new(folder, text)
    for note in _notes(answers, setting, language):
        print(note, file=sys.stderr)
    print(printable(str(folder / "incident.yaml")))
    print(say("intake.next_step", language, folder=printable(args.folder)))
    return 0


def _workspace(folder: Path) -> Workspace:
    from playbook.workspace import MARKER, find_workspace

    around = find_workspace(folder)
    return around if (around.root / MARKER).is_file() else find_workspace(Path.cwd())


def _policy(name: str, workspace: Workspace) -> tuple[Policy, bool]:
    """Return the client's policy, or base where there is none that can be read; and whether it is the client's."""
    from playbook.policy import read_policy

    if name != "base":
        try:
            return read_policy(name, workspace), True
        except InputError:
            pass
    return read_policy("base", workspace), False


def _ask(language: Language, workspace: Workspace) -> tuple[dict[str, str], Setting]:
    """Ask the five questions. Raises InputError with every answer that is none."""
    from datetime import datetime

    from playbook.intake.questions import QUESTIONS, NotAnAnswer, Setting
    from playbook.messages import say

    asker = _Asker(language, workspace)
    answers: dict[str, str] = {}
    problems: list[Problem] = []
    setting = Setting(*_policy("base", workspace), now=datetime.now)
    asker.tell(say("intake.intro", language))
    for question in QUESTIONS:
        if question == "noticed":  # from here on, the client's clocks and channels
            setting = Setting(*_policy(answers.get("client", "base"), workspace), now=datetime.now)
        try:
            answers[question] = asker.answer(question, setting)
        except NotAnAnswer as error:
            asked = say(f"intake.question_{question}", language)
            remedy = "Write the five answers as five lines, in this order."
            problems.append(Problem("standard input", 0, 0, asked, repr(asker.typed), str(error), remedy))
    if problems:
        raise InputError(problems)
    return answers, setting


class _Asker:
    """Asks on a terminal, again where an answer is none; reads lines elsewhere."""

    def __init__(self, language: Language, workspace: Workspace) -> None:
        self.language, self.workspace = language, workspace
        self.terminal = sys.stdin.isatty()
        self.typed = ""

    def tell(self, text: str) -> None:
        if self.terminal:
            print(text, file=sys.stderr)

    def answer(self, question: str, setting: Setting) -> str:
        from playbook.intake.questions import NotAnAnswer
        from playbook.messages import say

        self.tell(f"\n{say(f'intake.question_{question}', self.language)}")
        self.tell(f"   {say(f'intake.help_{question}', self.language, names=self._names(question, setting))}")
        while True:
            if self.terminal:
                print("> ", end="", file=sys.stderr, flush=True)
            line = sys.stdin.readline()
            self.typed = line.rstrip("\n")
            try:
                return _read(question, line, setting)
            except NotAnAnswer as error:
                if not self.terminal or not line:
                    raise
                self.tell(say("intake.again", self.language, expected=error))

    def _names(self, question: str, setting: Setting) -> str:
        from playbook.policy import clients

        if question == "client":
            return ", ".join(clients(self.workspace)) or "–"
        return ", ".join(setting.policy.channels)


def _read(question: str, line: str, setting: Setting) -> str:
    from playbook.intake.questions import channel, clean, noticed

    answer = clean(question, line)
    forms: dict[str, Callable[[], str]] = {
        "noticed": lambda: noticed(answer, setting),
        "channel": lambda: channel(answer, setting.policy),
    }
    return forms[question]() if answer and question in forms else answer


def _notes(answers: dict[str, str], setting: Setting, language: Language) -> list[str]:
    from playbook.messages import say
    from playbook.messages.printable import one_line

    notes = []
    if not setting.known_client and answers["client"] != "base":
        notes.append(say("intake.unknown_client", language, name=one_line(answers["client"])))
    named = answers.get("channel")
    if named and named not in setting.policy.channels:
        names = ", ".join(setting.policy.channels)
        notes.append(say("intake.unknown_channel", language, name=one_line(named), names=names))
    return notes


def _schema_from(folder: Path, workspace: Workspace) -> str:
    """Return where the JSON Schema stands as seen from the folder: the workspace's own, else the packaged one."""
    from playbook.incident.schema import NAME, schema_file

    own = workspace.root / NAME
    schema = own if own.is_file() else schema_file()
    try:
        return Path(os.path.relpath(schema, folder.resolve())).as_posix()
    except ValueError:  # on another drive
        return schema.as_uri()


def write_new(folder: Path, text: str) -> None:
    """Put a folder with an incident.yaml in place, after reading it back. Raises InputError with nothing written."""
    from playbook.cli.place import put_in_place
    from playbook.incident import read_incident

    def fill(part: Path) -> None:
        written = part / "incident.yaml"
        written.write_text(text, encoding="utf-8", newline="\n")
        try:
            read_incident(part)
        except InputError as error:
            shown = str(folder / written.name)
            raise InputError(replace(problem, path=shown) for problem in error.problems) from error

    put_in_place(folder, fill)

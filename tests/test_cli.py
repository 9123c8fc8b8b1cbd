"""The command line starts at once, explains itself, and ends with the codes of its contract."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from importlib import import_module

import pytest

from playbook.cli import COMMANDS, main, parser_of
from playbook.errors import EnvironmentLacks, InputError, Problem


def test_help_is_there_in_less_than_a_third_of_a_second() -> None:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    times = []
    for _ in range(4):  # the best of a few: the machine may be busy
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "playbook", "--help"], capture_output=True, env=environment, text=True
        )
        times.append(time.perf_counter() - started)
    assert done.returncode == 0
    assert all(command in done.stdout for command in COMMANDS)
    assert min(times) < 0.3


def test_asking_for_help_imports_none_of_the_heavy_packages() -> None:
    code = (
        "import sys; from playbook.cli import main\n"
        "try: main(['render', '--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'pandas', 'numpy', 'matplotlib', 'papermill', 'pydantic', 'docx'} & set(sys.modules)))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).endswith("[]\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    out = capsys.readouterr().out
    assert f"playbook {command}" in out.split("examples:")[1]
    assert isinstance(parser_of(command), argparse.ArgumentParser)


@pytest.mark.parametrize(
    "arguments",
    [["bake"], ["render"], ["render", "x", "--bake"]],
    ids=["command", "argument missing", "option"],
)
def test_what_cannot_be_understood_ends_with_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert capsys.readouterr().err


def test_without_a_command_the_overview_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "render" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            InputError(
                [
                    Problem("b.yaml", 2, 1, "x", "no", "yes", "Do."),
                    Problem("a.yaml", 1, 1, "y", "no", "yes", "Do."),
                ]
            ),
            "a.yaml:1: y:",
        ),
        (EnvironmentLacks("no font"), "no font"),
    ],
    ids=["input", "environment"],
)
def test_errors_go_to_standard_error_all_of_them_and_end_with_2(
    error: Exception, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(arguments: argparse.Namespace) -> int:
        raise error

    monkeypatch.setattr(import_module("playbook.cli.render"), "run", fail)
    assert main(["render", "x"]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(told)
    assert captured.err.count("\n") == (2 if isinstance(error, InputError) else 1)
    assert captured.out == ""

"""The project stays the way its README and its contracts describe it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "playbook").rglob("*.py"))
TRACKED = subprocess.run(
    ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.split("\n")
TEXT = [
    ROOT / name
    for name in TRACKED
    if name.endswith((".py", ".md", ".yaml", ".yml", ".toml", ".csv", ".ipynb", ".sh", ".lock"))
]


def test_modules_import_one_way_only() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(lint_imports)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_is_short_enough_to_be_read_in_one_go(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 450


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not text.strip() or text.lstrip().startswith(('"""', 'r"""')), "a docstring on the first line"


def test_no_file_names_a_machine_path_or_a_package_registry() -> None:
    # Put together from pieces, so that this file does not find itself.
    host = re.compile(
        "pypi"
        + r"\.org|python"
        + r"hosted\.org|registry\.npm"
        + "js|/"
        + "home/[a-z]+/|/"
        + r"root/|[\s\"'(]/"
        + "work/"
    )
    found = [
        str(path.relative_to(ROOT))
        for path in TEXT
        if path.exists() and host.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []


def test_every_message_exists_in_all_three_languages() -> None:
    from playbook.messages import subjects
    from playbook.sources import read_yaml

    for subject in subjects():
        messages, _ = read_yaml(ROOT / "playbook" / "messages" / f"{subject}.yaml")
        for key, words in messages.items():
            assert set(words) == {"zh-Hant", "zh-Hans", "en"}, f"{subject}.{key}"
            slots = {language: set(re.findall(r"\{(\w+)\}", text)) for language, text in words.items()}
            assert slots["zh-Hant"] == slots["zh-Hans"] == slots["en"], f"{subject}.{key}: {slots}"


@pytest.mark.parametrize(
    "command",
    [
        "render",
        "check",
        "price",
        "policy",
        "init",
        "new",
        "validate",
        "approve",
        "sent",
        "cases",
        "lab",
        "app",
    ],
)
def test_every_command_of_the_contract_has_help_with_an_example(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "playbook", command, "--help"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert f"playbook {command}" in done.stdout
    assert "xample" in done.stdout

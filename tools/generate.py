"""Write every generated file of the project; with --check, say which are not current and exit 1.

environment.yml                               from pyproject.toml
playbook/incident/incident.schema.json        from the record's model (playbook/incident/model.py) and its help
docs/record.md                                from the same
docs/requirements.md                          from the policy and a pack (tools/requirements.py)
playbook/linter/compiled/<language>.json      from playbook/linter/rules
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path

from playbook.text import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
# Names that conda-forge spells otherwise than PyPI.
CONDA_NAMES = {"matplotlib": "matplotlib-base", "duckdb": "python-duckdb", "tzdata": "python-tzdata"}


def environment() -> str:
    """Return environment.yml: the run-time dependencies of pyproject.toml as conda specs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [f"  - python {project['requires-python'].replace(' ', '')}"]
    for requirement in project["dependencies"]:
        name, spec = re.fullmatch(r"([A-Za-z0-9._-]+)(.*)", requirement).groups()  # type: ignore[union-attr]
        lines.append(f"  - {CONDA_NAMES.get(name, name)} {spec}")
    return (
        "# Generated from pyproject.toml by `make generated`; change it there.\n"
        "name: crisis-playbook\nchannels:\n  - conda-forge\n  - nodefaults\ndependencies:\n"
        + "\n".join(lines)
        + "\n  - pip\n  - pip:\n      - --editable .\n"
    )


def schema() -> str:
    """Return the JSON Schema of incident.yaml."""
    from playbook.incident.schema import schema_text

    return schema_text()


def record() -> str:
    """Return the reference of the record's fields."""
    from playbook.incident.reference import record_reference

    return record_reference()


def requirements() -> str:
    """Return where each rule of the specification is met."""
    sys.path.insert(0, str(Path(__file__).parent))
    from requirements import table

    return table()


def rules(language: str) -> str:
    """Return the linter's rules of a language in the form that it loads."""
    from playbook.linter.rulefiles import compiled_text

    return compiled_text(language)


GENERATED: dict[str, Callable[[], str]] = {
    "environment.yml": environment,
    "playbook/incident/incident.schema.json": schema,
    "docs/record.md": record,
    "docs/requirements.md": requirements,
    **{f"playbook/linter/compiled/{language}.json": partial(rules, language) for language in LANGUAGES},
}


def main(arguments: list[str]) -> int:
    """Write the files, or check them."""
    stale = []
    for name, make in GENERATED.items():
        path, text = ROOT / name, make()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
    print(
        "\n".join(f"{'not current' if '--check' in arguments else 'written'}: {name}" for name in stale)
        or "all current"
    )
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The recipes of CONTRIBUTING.md work as they stand."""

from __future__ import annotations

import re
import textwrap
from datetime import date
from pathlib import Path

from playbook.checks.policies import check_policy
from playbook.offers import price_case
from playbook.policy import read_policy
from playbook.workspace import find_workspace

ROOT = Path(__file__).resolve().parent.parent


def recipe(heading: str) -> str:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return text.partition(f"### {heading}")[2].partition("\n### ")[0]


def blocks(text: str) -> dict[str, str]:
    """Return the files of a recipe: each numbered step that begins with a file's name, and its block."""
    found = re.findall(
        r"^\d\. `([^`]+)`[^\n]*(?:\n[^\n`]+)*\n\n   ```\w+\n(.*?)   ```", text, re.DOTALL | re.MULTILINE
    )
    return {Path(name).name: textwrap.dedent(block) for name, block in found}


def test_a_thirteenth_scheme_is_files_only(tmp_path: Path) -> None:
    files = blocks(recipe("Add a published scheme in ten minutes"))
    assert sorted(files) == ["bus.late.csv", "bus.late.table.yaml", "cases.yaml", "policy.yaml"]
    layer = tmp_path / "policies" / "statutes" / "atlantis"
    layer.mkdir(parents=True)
    for name, text in files.items():
        (layer / name).write_text(text, encoding="utf-8")
    client = tmp_path / "policies" / "clients" / "city"
    client.mkdir(parents=True)
    (client / "policy.yaml").write_text(
        "extends: [base, statutes/atlantis]\ncurrency: EUR\njurisdiction: XA\n", encoding="utf-8"
    )
    (tmp_path / "playbook.toml").write_text("", encoding="utf-8")
    workspace = find_workspace(tmp_path)
    city = read_policy("city", workspace)
    assert [str(finding) for finding in check_policy(city, date(2026, 6, 1))] == []
    priced = price_case(city, {"late_min": 20, "fare": "3.00", "event_date": "2026-01-01"})
    assert [str(line.amount) for line in priced.lines] == ["1.50"]

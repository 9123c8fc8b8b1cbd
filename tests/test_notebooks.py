"""The notebooks are thin, complete, kept with outputs in one form, and tell the same in any zone and locale."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from playbook.pack.notebooks import NOTEBOOKS, normalise, to_bytes

ROOT = Path(__file__).resolve().parent.parent
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
RENDERED = {"incident", "client", "languages", "as_of"}


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def code_cells(path: Path) -> list[Any]:
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def parameters(path: Path) -> list[Any]:
    return [cell for cell in code_cells(path) if "parameters" in cell.metadata.get("tags", ())]


def test_the_notebooks_of_a_pack_exist() -> None:
    assert set(NOTEBOOKS.values()) <= {path.name for path in PATHS}


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_a_notebook_begins_with_a_title_and_who_it_is_for(path: Path) -> None:
    first = read(path).cells[0]
    assert first.cell_type == "markdown"
    lines = first.source.split("\n")
    assert lines[0].startswith("# ")
    assert lines[1].startswith("For ")
    assert lines[2].startswith("Out come")


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_a_notebook_has_one_cell_of_parameters_all_of_them_text(path: Path) -> None:
    (cell,) = parameters(path)
    values = {}
    for statement in ast.parse(cell.source).body:
        assert isinstance(statement, ast.Assign)
        values[statement.targets[0].id] = ast.literal_eval(statement.value)  # type: ignore[attr-defined]
    assert all(isinstance(value, str) for value in values.values())
    if path.name in NOTEBOOKS.values():
        assert set(values) == RENDERED


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_a_cell_is_short_defines_nothing_and_follows_a_sentence(path: Path) -> None:
    cells = read(path).cells
    assert len(cells) <= 42
    for cell in cells:
        if cell.cell_type != "code":
            assert cell.source.strip()
            continue
        assert len(cell.source.splitlines()) <= 10
        tree = ast.parse(re.sub(r"^[%!].*$", "", cell.source, flags=re.MULTILINE))
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If)
        assert not [node for node in ast.walk(tree) if isinstance(node, kinds)]
    prose = sum(cell.cell_type == "markdown" for cell in cells)
    assert prose >= len(cells) * 0.45


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_no_code_cell_lacks_its_execution_count(path: Path) -> None:
    """A notebook without outputs passes any comparison: nothing would be compared."""
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert any(cell.outputs for cell in cells)
    assert [
        o for cell in cells for o in cell.outputs if o.output_type == "error" or o.get("name") == "stderr"
    ] == []


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_a_notebook_is_kept_in_one_form_without_places_of_a_machine(path: Path) -> None:
    raw = path.read_bytes()
    assert to_bytes(normalise(read(path))) == raw
    assert str(ROOT) not in raw.decode()
    assert "/site-packages/" not in raw.decode()
    assert "0x" not in "".join(re.findall(r"<[\w.]+ object at 0x", raw.decode()))
    assert not json.loads(raw)["metadata"]["language_info"].get("version")


@pytest.mark.slow
@pytest.mark.parametrize(("zone", "locale"), [("Asia/Kathmandu", "C"), ("America/St_Johns", "C.UTF-8")])
def test_the_stored_outputs_are_what_the_notebooks_give_in_any_zone_and_locale(
    zone: str, locale: str
) -> None:
    environment = os.environ | {"TZ": zone, "LC_ALL": locale}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval",
        "-q",
        "-p",
        "no:timeout",
        "-p",
        "no:cacheprovider",
        "--nbval-cell-timeout",
        "120",
    ]
    done = subprocess.run(
        [*command, "notebooks"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280
    )
    assert done.returncode == 0, done.stdout[-3000:]

"""An incident folder from anywhere brings facts, and nothing that runs, reads or writes elsewhere."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from playbook.errors import InputError
from playbook.pack import open_case, render_pack
from playbook.policy import read_policy
from playbook.workspace import find_workspace

ROOT = Path(__file__).resolve().parent.parent
RECORD = "client: example-shop\nlanguage: en\nwhat_happened: the tills were down\n"


def desk(tmp_path: Path, more: str = "") -> Path:
    """Return an incident folder in a workspace of its own."""
    (tmp_path / "playbook.toml").write_text("", encoding="utf-8")
    clients = tmp_path / "policies" / "clients" / "example-shop"
    shutil.copytree(ROOT / "policies" / "clients" / "example-shop", clients)
    folder = tmp_path / "incidents" / "today"
    folder.mkdir(parents=True)
    (folder / "incident.yaml").write_text(RECORD + more, encoding="utf-8")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("place", ["workspace", "incident"])
def test_a_module_beside_an_incident_is_not_taken_for_the_package(place: str, tmp_path: Path) -> None:
    folder = desk(tmp_path)
    trap = "import pathlib\npathlib.Path(__file__).with_name('ran').write_text('')\n"
    (folder if place == "incident" else tmp_path).joinpath("playbook.py").write_text(trap, encoding="utf-8")
    render_pack(folder, languages="en", out=tmp_path / "pack")
    assert not list(tmp_path.rglob("ran"))


def test_an_incident_folder_is_never_its_own_workspace(tmp_path: Path) -> None:
    folder = desk(tmp_path)
    (folder / "playbook.toml").write_text('[folders]\nclients = "own"\n', encoding="utf-8")
    assert open_case(folder).workspace.root == tmp_path


@pytest.mark.parametrize(
    "reference", ["../../escaped", "/tmp/escaped", "a/b", "..", "con", "x" * 300, "a\\b", "~", "name."]
)
def test_a_reference_that_is_a_path_is_refused(reference: str, tmp_path: Path) -> None:
    folder = desk(tmp_path, f"reference: '{reference}'\n")
    with pytest.raises(InputError) as caught:
        open_case(folder)
    assert any(problem.field == "reference" for problem in caught.value.problems)


@pytest.mark.parametrize(
    "name", ["clients/../../incidents/z", "../base", "/etc", "clients/a/b", "sectors/..", ""]
)
def test_a_layer_that_is_a_path_is_refused(name: str, tmp_path: Path) -> None:
    desk(tmp_path)
    with pytest.raises(InputError):
        read_policy(name, find_workspace(tmp_path))
    layer = tmp_path / "policies" / "clients" / "example-shop" / "policy.yaml"
    layer.write_text(f"extends: [base, '{name}']\n", encoding="utf-8")
    with pytest.raises(InputError):
        read_policy("example-shop", find_workspace(tmp_path))

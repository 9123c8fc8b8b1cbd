"""What is installed is what pyproject.toml says, by every way that the README names."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
CONDA_TO_PIP = {"matplotlib-base": "matplotlib", "python-duckdb": "duckdb", "python-tzdata": "tzdata"}


def _conda_specs() -> list[str]:
    document = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    return [spec for spec in document["dependencies"] if isinstance(spec, str)]


def _project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_every_generated_file_is_current() -> None:
    done = subprocess.run(
        [sys.executable, "tools/generate.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_environment_and_pyproject_name_the_same_packages_and_ranges() -> None:
    named = {}
    for spec in _conda_specs():
        name, _, wanted = spec.partition(" ")
        named[CONDA_TO_PIP.get(name, name)] = wanted
    del named["pip"]
    assert named.pop("python") == _project()["requires-python"]
    declared = dict(re.fullmatch(r"([\w.-]+)(.*)", r).groups() for r in _project()["dependencies"])  # type: ignore[union-attr]
    assert named == declared


def test_every_line_of_environment_is_a_valid_conda_match_spec() -> None:
    from rattler import MatchSpec

    for spec in _conda_specs():
        assert MatchSpec(spec).name is not None
    with pytest.raises(Exception, match=r"."):
        MatchSpec("numpy >=>2")


def test_the_lock_pins_every_dependency_with_hashes_and_names_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--index" not in lock
    pinned = set(re.findall(r"^([A-Za-z0-9._-]+)==", lock, flags=re.MULTILINE))
    declared = {re.match(r"[\w.-]+", r).group() for r in _project()["dependencies"]}  # type: ignore[union-attr]
    assert {d.lower().replace("_", "-").replace(".", "-") for d in declared} <= {
        p.lower().replace(".", "-") for p in pinned
    }
    requirements = [block for block in re.split(r"\n(?=\S)", lock) if "==" in block]
    assert all("--hash=sha256:" in block for block in requirements)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_wheel_works_in_an_empty_environment_far_from_the_repository(tmp_path: Path) -> None:
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    dist = tmp_path / "dist"
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(dist), str(ROOT)],
        check=True, capture_output=True, env=clean,
    )  # fmt: skip
    (wheel,) = dist.glob("*.whl")
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    # The pip equivalent of environment.yml, at the versions of the lock.
    specs = [
        CONDA_TO_PIP.get(name, name) + wanted
        for name, _, wanted in (spec.partition(" ") for spec in _conda_specs())
        if name not in ("python", "pip")
    ]
    lock = re.sub(r"\s*\\\n\s*--hash=\S+", "", (ROOT / "requirements.lock").read_text(encoding="utf-8"))
    (tmp_path / "constraints.txt").write_text(lock, encoding="utf-8")
    subprocess.run(
        [str(python), "-m", "pip", "install", "-q", "-c", str(tmp_path / "constraints.txt"), *specs, str(wheel)],
        check=True, env=clean, cwd=tmp_path,
    )  # fmt: skip
    playbook = tmp_path / "env" / "bin" / "playbook"
    subprocess.run([str(playbook), "init", "my-desk"], check=True, env=clean, cwd=tmp_path)
    done = subprocess.run(
        [str(playbook), "render", "incidents/minimal", "--out", "pack"],
        env=clean, cwd=tmp_path / "my-desk", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "my-desk" / "pack" / "writeup.html").stat().st_size > 2000

"""What many tests need: the packs of the example incidents, rendered once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

from playbook.pack import PackResult, render_pack

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile("long", max_examples=2000, deadline=None)  # pytest --hypothesis-profile=long


@pytest.fixture(scope="session")
def pack_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], PackResult]:
    """Return the pack of an incident folder of the repository, in three languages; each is rendered once."""

    @cache
    def rendered(name: str) -> PackResult:
        out = tmp_path_factory.mktemp("packs") / name
        return render_pack(ROOT / "incidents" / name, out=out)

    return rendered


@pytest.fixture
def in_the_workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in the repository's folder, as a person does who types a command there."""
    monkeypatch.chdir(ROOT)


@pytest.fixture
def cake(tmp_path: Path) -> Path:
    """Return a copy of the incident of the late cakes, which a test may change."""
    return Path(shutil.copytree(ROOT / "incidents" / "2026-05-09-cake", tmp_path / "cake"))

"""Where policies, clients and incidents stand: the workspace around the place where a person works.

A workspace is a folder with a `playbook.toml`. Its clients and incidents are the person's own; base, statutes, sectors
and notebooks are the shipped ones (from the checkout while developing, from the installed package otherwise).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from playbook.errors import InputError, Problem

MARKER = "playbook.toml"
_KEYS = {"clients", "incidents", "packs", "notebooks"}


@dataclass(frozen=True)
class Workspace:
    """The folders of a workspace; `shared` is where the shipped layers stand."""

    root: Path
    clients: Path
    incidents: Path
    packs: Path
    notebooks: Path
    shared: Path

    def layer(self, name: str) -> Path:
        """Return the folder of a layer: `base`, `statutes/eu`, `sectors/airline`, `clients/NAME`.

        A workspace may have statutes and sectors of its own beside its clients; none takes the place of a shipped one.
        """
        kind, _, rest = name.partition("/")
        if kind == "clients":
            return self.clients / rest
        own, shipped_one = self.clients.parent / name, self.shared / name
        return own if rest and own.is_dir() and not shipped_one.is_dir() else shipped_one


def shipped(folder: str) -> Path:
    """Return a shipped folder (`policies`, `notebooks`): the checkout's while developing, else the package's."""
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / folder).is_dir():
        return checkout / folder
    return Path(str(files("playbook"))) / "share" / folder


def find_workspace(start: Path | None = None) -> Workspace:
    """Return the workspace around a folder: the nearest `playbook.toml` upwards, else the folder itself.

    Raises InputError for a `playbook.toml` that cannot be read.
    """
    here = (start or Path.cwd()).resolve()
    root = next((folder for folder in (here, *here.parents) if (folder / MARKER).is_file()), None)
    settings: dict[str, str] = {}
    if root is not None:
        path = root / MARKER
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(
                [Problem(str(path), 0, 0, "", str(error), "valid TOML", "Correct the file.")]
            ) from error
        settings = data.get("folders", {})
        wrong = sorted(set(settings) - _KEYS)
        if wrong:
            raise InputError(
                Problem(
                    str(path),
                    0,
                    0,
                    f"folders.{key}",
                    key,
                    "one of " + ", ".join(sorted(_KEYS)),
                    "Correct the key.",
                )
                for key in wrong
            )
    base = root or here
    own_notebooks = base / settings.get("notebooks", "notebooks")
    return Workspace(
        root=base,
        clients=base / settings.get("clients", "policies/clients"),
        incidents=base / settings.get("incidents", "incidents"),
        packs=base / settings.get("packs", "packs"),
        notebooks=own_notebooks if own_notebooks.is_dir() else shipped("notebooks"),
        shared=shipped("policies"),
    )

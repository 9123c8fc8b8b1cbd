"""What a policy is compared with: another one, an older copy of its folder, or what the layers below would do."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from playbook.errors import InputError, Problem
from playbook.policy import Policy, read_policy
from playbook.workspace import Workspace


@dataclass(frozen=True)
class _WithOlder(Workspace):
    """A workspace in which one client stands in another folder; every other layer is where it was."""

    client: str
    folder: Path

    def layer(self, name: str) -> Path:
        return self.folder if name == f"clients/{self.client}" else super().layer(name)


def older(name: str, folder: Path, workspace: Workspace) -> Workspace:
    """Return a workspace that reads a client from a folder with an older copy of its layer.

    The layers below are those of the workspace. Raises InputError where there is no such folder.
    """
    if not (folder / "policy.yaml").is_file():  # every file of a layer is read: not those of just any folder
        found = "no policy.yaml" if folder.is_dir() else "no such folder"
        expected, remedy = "a folder with an older copy of the client's layer", "Check the path."
        raise InputError([Problem(str(folder), 0, 0, "--against", found, expected, remedy)])
    known: dict[str, Any] = {**vars(workspace), "client": name, "folder": folder.resolve()}
    return _WithOlder(**known)


def other_policy(name: str, against: str, workspace: Workspace) -> Policy:
    """Return the policy that `against` names: a client, a layer, or a folder with an older copy of the client.

    A name wins over a folder of that name. Raises InputError where it is neither, PolicyError for what it holds.
    """
    known = against == "base" or (
        not Path(against).is_absolute()
        and workspace.layer(against if "/" in against else f"clients/{against}").is_dir()
    )
    if not known and Path(against).is_dir():
        return read_policy(name, older(name, Path(against), workspace))
    return read_policy(against, workspace)


def paying(other: Policy, policy: Policy) -> Policy:
    """Return a policy that names no currency of its own (`base`, a law) as it would pay a client's customers."""
    if other.currency != "XXX":
        return other
    where = other.jurisdiction or policy.jurisdiction
    return replace(other, currency=policy.currency, jurisdiction=where)


def below(policy: Policy) -> Policy:
    """Return a policy without the tables, patches and added rows of its own layer: what the layers below would pay.

    Authority and options stay the client's own, so that only the tables tell the difference.
    """
    if len(policy.folders) < 2:
        return policy
    own = policy.folders[-1]
    tables: Mapping[str, tuple[Path, tuple[Path, ...]]] = {
        name: (header, tuple(patch for patch in patches if patch.parent != own))
        for name, (header, patches) in policy.table_files.items()
        if header.parent != own
    }
    digest = hashlib.sha256(f"{policy.sha256} below".encode()).hexdigest()
    return replace(
        policy,
        layers=policy.layers[:-1],
        folders=policy.folders[:-1],
        table_files=tables,
        sha256=digest,
    )

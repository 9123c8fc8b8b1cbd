"""Put a new folder in place: whole or not at all, and never over somebody's files. No command of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from playbook.errors import InputError, Problem


def refuse_policies(path: Path, argument: str) -> None:
    """Raise InputError for a file of the workspace's policies: a report is never written over what it tells of."""
    from playbook.workspace import find_workspace

    workspace = find_workspace(Path.cwd())
    policies = {workspace.clients.resolve(), workspace.shared.resolve()}
    if path.is_file() and not policies.isdisjoint(path.resolve().parents):
        found, expected = f"{path}, a file of a policy", "another file"
        raise InputError([Problem(argument, 0, 0, "", found, expected, "Choose another.")])


def refuse_full(folder: Path, argument: str = "DIR") -> None:
    """Raise InputError unless a folder is new or empty."""
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        found = "a folder that is not empty" if folder.is_dir() else "a file"
        remedy = "Choose another name."
        raise InputError([Problem(str(folder), 0, 0, argument, found, "a new or empty folder", remedy)])


def put_in_place(folder: Path, fill: Callable[[Path], None], argument: str = "DIR") -> None:
    """Fill a folder beside its place, then move it there. Raises InputError, also what `fill` raises, with nothing written."""
    folder = folder.absolute()
    part = folder.with_name(f".{folder.name}.part-{os.getpid()}")
    made = [above for above in folder.parents if not above.exists()]
    done = False
    try:
        part.mkdir(parents=True)
        fill(part)
        if folder.exists():  # it is empty, and may be where we stand
            for path in sorted(part.iterdir()):
                os.replace(path, folder / path.name)
        else:
            part.rename(folder)
        done = True
    except OSError as error:
        found = error.strerror or str(error)
        expected = "a folder that can be written"
        raise InputError(
            [Problem(str(folder), 0, 0, argument, found, expected, "Choose another.")]
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
        for above in made if not done else ():
            if above.is_dir() and not any(above.iterdir()):
                above.rmdir()

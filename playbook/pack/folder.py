"""A pack on disk: whole or not at all, and nothing that a person wrote into it is ever lost."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from playbook.errors import InputError, Problem
from playbook.pack.manifest import NAME, PackFile, files_of, read_manifest, sha256


@dataclass(frozen=True)
class Kept:
    """An edited file of a pack and where in the incident folder its copy stands."""

    source: str
    target: str


def refuse_foreign(out: Path, incident: Path) -> None:
    """Raise InputError unless a pack may be written to `out`: it is absent, empty or a pack, and apart from the incident."""
    inside = (
        incident.resolve() == out.resolve()
        or incident.resolve() in out.resolve().parents
        or out.resolve() in incident.resolve().parents
    )
    if inside:
        raise InputError(
            [
                Problem(
                    str(out),
                    0,
                    0,
                    "--out",
                    "the incident's own folder",
                    "a folder apart from it",
                    "Choose another folder.",
                )
            ]
        )
    if not out.exists() or (out.is_dir() and (not any(out.iterdir()) or read_manifest(out) is not None)):
        return
    raise InputError(
        [
            Problem(
                str(out),
                0,
                0,
                "--out",
                "files that are no pack",
                "a pack, or a folder that is empty or new",
                "Choose another folder.",
            )
        ]
    )


def _target(name: str, edited: bytes, incident: Path, inputs: Mapping[str, str]) -> Path:
    """Return where an edited file goes: a draft's text to where it wins, everything else to the inbox."""
    inbox = incident / "drafts" / "inbox"
    parts = name.split("/")
    if parts[0] in ("drafts", "internal") and name.endswith(".md"):
        place = incident.joinpath("drafts", *parts[1:])
        known = inputs.get(place.relative_to(incident).as_posix())
        # A draft that changed in the incident folder too, since the pack was made, is not overwritten.
        if not place.exists() or sha256(place.read_bytes()) == known:
            return place
    below = parts[1:] if parts[0] in ("drafts", "internal") else parts
    place = inbox.joinpath(*below)
    number = 2
    while place.exists() and place.read_bytes() != edited:
        place = place.with_name(f"{Path(below[-1]).stem}-{number}{Path(below[-1]).suffix}")
        number += 1
    return place


def edited_files(pack: Path) -> dict[str, Path]:
    """Return the files of a pack that a person changed or added since it was written."""
    manifest = read_manifest(pack)
    if manifest is None:
        return {}
    changed = {}
    for name, path in files_of(pack).items():
        entry = manifest.files.get(name)
        if name != NAME and (entry is None or entry["sha256"] != sha256(path.read_bytes())):
            changed[name] = path
    return changed


def keep_edits(pack: Path, incident: Path, unstamp: Mapping[str, str]) -> tuple[Kept, ...]:
    """Copy what a person edited in a pack into the incident folder; return what was copied.

    `unstamp` maps a language to the stamp that internal texts begin with: it is ours, so it is taken off.
    """
    manifest = read_manifest(pack)
    kept = []
    for name, path in edited_files(pack).items():
        edited = path.read_bytes()
        if name.startswith("internal/") and name.endswith(".md"):
            for stamp in unstamp.values():
                edited = edited.removeprefix(f"{stamp}\n\n".encode())
        inputs = manifest.made_from.get("inputs", {}) if manifest else {}
        target = _target(name, edited, incident, inputs)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(edited)
        kept.append(Kept(name, target.relative_to(incident).as_posix()))
    return tuple(kept)


def write_whole(out: Path, files: Mapping[str, PackFile]) -> None:
    """Write files as a folder that appears complete: beside its place first, then by renaming."""
    out = out.absolute()
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f".{out.name}.part-{os.getpid()}")
    old = out.with_name(f".{out.name}.old-{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    try:
        for name, file in files.items():
            path = part / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
        if out.exists():
            out.rename(old)
        try:
            part.rename(out)
        except OSError:
            if old.exists():
                old.rename(out)
            raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)

"""The manifest of a pack: what every file is, for whom, and what the pack was made from. No time of making."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Audience = Literal["public", "customer", "internal"]
NAME = "manifest.json"
LEFT_BEHIND = (".", "~$", "Thumbs.db")  # what programs leave in a folder; no person's work


def sha256(content: bytes) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True)
class PackFile:
    """One file of a pack and whom it is for."""

    content: bytes
    audience: Audience


def files_of(folder: Path) -> dict[str, Path]:
    """Return the files of a folder by their path in it, sorted; what programs leave behind is not among them."""
    found = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if (
            path.is_file()
            and not path.is_symlink()
            and not any(part.startswith(LEFT_BEHIND) for part in parts)
        ):
            found["/".join(parts)] = path
    return found


def inputs_of(incident: Path) -> dict[str, str]:
    """Return the hash of every file of an incident folder, but for the inbox of edited Word files."""
    return {
        name: sha256(path.read_bytes())
        for name, path in files_of(incident).items()
        if not name.startswith("drafts/inbox/")
    }


@dataclass(frozen=True)
class Made:
    """What a pack is made from: equal values give equal bytes."""

    reference: str
    client: str
    languages: tuple[str, ...]
    formats: tuple[str, ...]
    as_of: str
    inputs: Mapping[str, str]
    policy: Mapping[str, Any]
    rules: Mapping[str, str]
    notebooks: Mapping[str, str]
    versions: Mapping[str, str]
    fonts: Mapping[str, str | None]
    incident: Mapping[str, str] = field(default_factory=dict)  # by which the incident is told from others

    def as_dict(self) -> dict[str, Any]:
        """Return the values as JSON has them."""
        return json.loads(json.dumps(self.__dict__))  # type: ignore[no-any-return]


def write_manifest(made: Made, files: Mapping[str, PackFile], findings: Mapping[str, int]) -> bytes:
    """Return the manifest of these files."""
    listed = {
        name: {"sha256": sha256(file.content), "audience": file.audience}
        for name, file in sorted(files.items())
    }
    data = {"format": 1, "made_from": made.as_dict(), "findings": dict(findings), "files": listed}
    # A file name that is not UTF-8 stands as JSON escapes, and reads back as it was.
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace")


@dataclass(frozen=True)
class Manifest:
    """The manifest of a pack that stands on disk."""

    made_from: Mapping[str, Any]
    findings: Mapping[str, int]
    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_manifest(pack: Path) -> Manifest | None:
    """Return the manifest of a pack, or None where the folder holds none that can be read."""
    try:
        data = json.loads((pack / NAME).read_text(encoding="utf-8"))
        manifest = Manifest(data["made_from"], data["findings"], data["files"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return manifest if _well_formed(manifest) else None


def _well_formed(manifest: Manifest) -> bool:
    made_from: Any = manifest.made_from
    findings: Any = manifest.findings
    files: Any = manifest.files
    if not (isinstance(made_from, dict) and isinstance(findings, dict) and isinstance(files, dict)):
        return False
    return (
        all(isinstance(made_from.get(name, {}), dict) for name in ("inputs", "incident"))
        and all(isinstance(count, int) for count in findings.values())
        and all(isinstance(entry, dict) and isinstance(entry.get("sha256"), str) for entry in files.values())
    )


def is_current(pack: Path, made: Made) -> bool:
    """Tell whether a pack was made from just this, and every file of it is as it was made."""
    manifest = read_manifest(pack)
    if manifest is None or manifest.made_from != made.as_dict():
        return False
    present = files_of(pack)
    if set(present) != {*manifest.files, NAME}:
        return False
    return all(
        sha256(present[name].read_bytes()) == entry["sha256"] for name, entry in manifest.files.items()
    )

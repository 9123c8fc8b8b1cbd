"""A pack on disk: whole or not at all, and nothing that a person wrote into it is ever lost."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playbook.errors import InputError, Problem
from playbook.incident.read import LARGEST_FILE
from playbook.pack.manifest import LEFT_BEHIND, NAME, PackFile, files_of, read_manifest, sha256


@dataclass(frozen=True)
class Kept:
    """An edited file of a pack and where in the incident folder its copy stands."""

    source: str
    target: str
    unreadable: bool = False  # a text that is not UTF-8, so that it cannot win


def _refused(
    out: str | Path, found: str, expected: str, remedy: str = "Choose another folder."
) -> InputError:
    return InputError([Problem(str(out), 0, 0, "--out", found, expected, remedy)])


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Raise InputError for what the system refuses, a place that cannot be written or a full disk."""
    try:
        yield
    except OSError as error:
        found = error.strerror or str(error)
        at = str(error.filename or out)
        raise InputError(
            [Problem(at, 0, 0, "", found, "a place that can be written", "Check the folder.")]
        ) from error


def resolved(out: str | Path) -> Path:
    """Return the folder that `--out` means, through links; raise InputError where no folder can be written there."""
    try:
        place = Path(out).resolve()
        above = place
        while not os.path.lexists(above) and above != above.parent:
            above = above.parent
        if not above.is_dir():
            raise _refused(out, f"{above}, which is a file", "a folder, or a new one")
        beside = place.parent if place == above else above
        if not os.access(beside, os.W_OK | os.X_OK):
            raise _refused(out, f"{beside}, where nothing can be written", "a folder that can be written")
        place.exists()  # raises for a name that is too long
    except (OSError, RuntimeError, ValueError) as error:
        found = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise _refused(out, found, "a folder that can be written") from error
    return place


def refuse_links(incident: Path, place: Path) -> None:
    """Raise InputError where a link stands on the way from an incident's folder to a file in it: it leads elsewhere."""
    for path in (place, *place.parents):
        if path == incident:
            return
        if path.is_symlink():
            expected = "a folder or file of the incident's own"
            raise InputError(
                [Problem(str(path), 0, 0, "", "a link", expected, "Put what it leads to in its place.")]
            )


def refuse_other(out: Path, reference: str, incident: Mapping[str, str]) -> None:
    """Raise InputError where `out` holds the pack of another incident: its edits would become this one's.

    `incident` is what it is told from others by: its folder's name, and marks of which one may be corrected at a time.
    """
    manifest = read_manifest(out)
    if manifest is None:
        return
    told = manifest.made_from.get("incident")
    if told:
        marks = [name for name in incident if name != "folder"]
        same = incident["folder"] == told.get("folder") and any(
            incident[name] and incident[name] == told.get(name) for name in marks
        )
    else:  # written before packs told it
        same = manifest.made_from.get("reference") == reference
    if not same:
        found = f"the pack of another incident, {manifest.made_from.get('reference')!r}"
        raise _refused(
            out,
            found,
            "a pack of this incident, or a folder that is empty or new",
            "Choose another folder, or move that pack away.",
        )


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


def _is_draft(name: str) -> bool:
    return name.startswith(("drafts/", "internal/")) and name.endswith(".md")


def _is_text(edited: bytes) -> bool:
    try:
        edited.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return len(edited) <= LARGEST_FILE


def _target(name: str, edited: bytes, incident: Path, inputs: Mapping[str, str]) -> Path:
    """Return where an edited file goes: a draft's text to where it wins, everything else to the inbox.

    Raises InputError where a link stands on the way.
    """
    inbox = incident / "drafts" / "inbox"
    parts = name.split("/")
    if _is_draft(name) and _is_text(edited):
        place = incident.joinpath("drafts", *parts[1:])
        refuse_links(incident, place)
        known = inputs.get(place.relative_to(incident).as_posix())
        # A draft that changed in the incident folder too, since the pack was made, is not overwritten.
        if not place.exists() or sha256(place.read_bytes()) in (known, sha256(edited)):
            return place
    below = parts[1:] if parts[0] in ("drafts", "internal") else parts
    place = inbox.joinpath(*below)
    refuse_links(incident, place)
    number = 2
    while os.path.lexists(place) and (not place.is_file() or place.read_bytes() != edited):
        place = place.with_name(f"{Path(below[-1]).stem}-{number}{Path(below[-1]).suffix}")
        refuse_links(incident, place)
        number += 1
    return place


def edited_files(pack: Path) -> dict[str, Path]:
    """Return the files of a pack that a person changed or added since it was written."""
    manifest = read_manifest(pack)
    listed = manifest.files if manifest else {}
    changed = {}
    for name, path in files_of(pack).items():
        entry = listed.get(name)
        if name != NAME and (entry is None or entry["sha256"] != sha256(path.read_bytes())):
            changed[name] = path
    return changed


def keep_edits(
    pack: Path, incident: Path, unstamp: Mapping[str, str], before: tuple[Kept, ...] = ()
) -> tuple[Kept, ...]:
    """Copy what a person edited in a pack into the incident folder; return what was copied, but for what was `before`.

    `unstamp` maps a language to the stamp that internal texts begin with: it is ours, so it is taken off.
    Raises InputError, with nothing copied, where a link would lead a copy out of the incident folder.
    """
    manifest = read_manifest(pack)
    inputs: dict[str, str] = dict(manifest.made_from.get("inputs", {})) if manifest else {}
    for done in before:
        copy = incident / done.target
        if copy.is_file():
            inputs[done.target] = sha256(copy.read_bytes())
    edits = {}
    for name, path in edited_files(pack).items():
        edited = path.read_bytes()
        if name.startswith("internal/") and name.endswith(".md"):
            for stamp in unstamp.values():
                edited = edited.removeprefix(f"{stamp}\n\n".encode())
        edits[name] = edited
    for name, edited in edits.items():
        _target(name, edited, incident, inputs)
    kept = []
    for name, edited in edits.items():
        target = _target(name, edited, incident, inputs)
        old = target.read_bytes() if target.exists() else None
        if old != edited:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(edited)
        unreadable = _is_draft(name) and not _is_text(edited)
        one = Kept(name, target.relative_to(incident).as_posix(), unreadable)
        if one not in before or old != edited:
            kept.append(one)
    return tuple(kept)


def _carry_over(old: Path, out: Path) -> None:
    """Move what is neither ours nor an edit (`.git`, links, lock files) from the old pack into the new one."""
    for path in sorted(old.iterdir()):
        place = out / path.name
        if path.is_symlink() or path.name.startswith(LEFT_BEHIND):
            if not os.path.lexists(place):
                path.rename(place)
        elif path.is_dir():
            if not any(path.iterdir()):
                continue
            made = not os.path.lexists(place)
            place.mkdir(exist_ok=True)
            _carry_over(path, place)
            if made and not any(place.iterdir()):
                place.rmdir()


def _left_by(out: Path, kind: str) -> list[Path]:
    """Return the folders `.NAME.old-PID` (or `part`) of writes that no longer run, newest first."""
    pattern = re.compile(re.escape(f".{out.name}.{kind}-") + r"(\d+)")
    found = []
    for path in out.parent.iterdir() if out.parent.is_dir() else ():
        match = pattern.fullmatch(path.name)
        if match and path.is_dir() and not path.is_symlink() and not _runs(int(match[1])):
            found.append(path)
    return sorted(found, key=lambda path: path.stat().st_mtime_ns, reverse=True)


def _runs(process: int) -> bool:
    if process == os.getpid() or os.name == "nt":  # where a signal of 0 is no question but an end
        return False
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def restore(out: Path) -> None:
    """Put the old pack back where a write was cut off between taking it away and putting the new one there."""
    if not out.exists():
        for old in _left_by(out, "old")[:1]:
            old.rename(out)


def clear_up(out: Path, salvage: Callable[[Path], None]) -> None:
    """Remove what writes that were cut off left beside a pack; `salvage` keeps what people wrote there first."""
    for old in _left_by(out, "old"):
        _discard(old, out, salvage)
    for part in _left_by(out, "part"):
        shutil.rmtree(part, ignore_errors=True)


def _discard(old: Path, out: Path, salvage: Callable[[Path], None] | None) -> None:
    """Remove an old pack, after what is in it and not ours is in safety; else it is left where it is."""
    if salvage:
        salvage(old)
    _carry_over(old, out)
    gone = out.with_name(f".{out.name}.part-{os.getpid()}")  # nobody looks for edits there
    shutil.rmtree(gone, ignore_errors=True)
    old.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def write_whole(
    out: Path, files: Mapping[str, PackFile], salvage: Callable[[Path], None] | None = None
) -> None:
    """Write files as a folder that appears complete: beside its place first, then by renaming.

    `salvage` is shown the old pack once it is out of the way, before it is removed: what was saved in it meanwhile.
    """
    out = out.resolve()
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
    if old.exists():
        _discard(old, out, salvage)

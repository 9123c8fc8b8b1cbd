"""The texts of a client's other incidents, read for comparison only: what was sent, and what people wrote themselves.

Reading them must not make one pack slow, so an incident is not read as a record: its sent.csv, its texts, and the words
of its incident.yaml are enough. Of many incidents the latest `MOST` count. What is wrong in such a folder is its own
matter: a folder that cannot be read is left out, and counted.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from playbook.checks.likeness import OwnWords, Told, Wording, texts_in
from playbook.errors import InputError
from playbook.incident.read import refuse_strange
from playbook.sources import decode, parse_csv, read_text, read_yaml
from playbook.text import LANGUAGES, Language
from playbook.times import Moment

MOST = 8
"""So many incidents, those with the latest texts, are read whole and compared: a pack does not wait for years of them."""
_LARGEST = 2_000_000
_SENT_AT = re.compile(rb"^(?:\xef\xbb\xbf)?[\"']*(\d{4}-\d\d(?:-\d\d)?(?:[T ][\d:.+-]+)?)", re.M)
_KEY = re.compile(rb"^(client|mode|reference):[ \t]*([^\r\n#]+)", re.M)


@dataclass(frozen=True)
class Others:
    """The texts of other incidents; `inputs` are the hashes of what was read, by place below the incidents' folder."""

    told: tuple[Told, ...] = ()
    inputs: tuple[tuple[str, str], ...] = ()
    left_out: int = 0

    @property
    def incidents(self) -> int:
        """Return how many incidents have a text to compare with."""
        return len(self.inputs)


@dataclass(frozen=True)
class _Text:
    kind: str
    language: Language
    channel: str
    at: str
    text: str  # empty: it is kept in the file `path`
    path: str


def read_others(
    incidents: Path,
    client: str,
    reference: str,
    kinds: Collection[tuple[str, str]],
    until: Moment | None = None,
    client_words: tuple[str, ...] = (),
) -> Others:
    """Read the texts of a client's other incidents, of some kinds and languages.

    `until` leaves out what was sent later: an old incident is not told by what came after it. Exercises are left out.
    """
    candidates: list[tuple[str, Path]] = []
    left_out = 0
    for folder in (p.parent for p in incidents.glob("*/incident.yaml")):
        try:
            if last := _last_sent(folder):
                keys = _keys(folder)
                its_own = keys.get("reference", folder.name) == reference
                if not its_own and keys.get("client") == client and keys.get("mode") != "exercise":
                    candidates.append((last, folder))
        except (InputError, OSError):
            left_out += 1
    told: list[Told] = []
    inputs: list[tuple[str, str]] = []
    for _, folder in sorted(candidates, key=lambda c: (c[0], c[1].name), reverse=True):
        if len(inputs) == MOST:
            break
        try:
            texts, digest = texts_of(folder, kinds, until, client_words)
        except (InputError, OSError):
            left_out += 1
            continue
        if texts:
            told += texts
            inputs.append((folder.name, digest))
    return Others(tuple(told), tuple(inputs), left_out)


def texts_of(
    folder: Path, kinds: Collection[tuple[str, str]], until: Moment | None, client_words: Sequence[str]
) -> tuple[tuple[Told, ...], str]:
    """Return the texts of one incident and the hash of all that was read for them. Raises InputError, OSError."""
    found = list(_texts(folder, kinds, until))
    if not found:
        return (), ""
    data, _ = read_yaml(folder / "incident.yaml")
    own = OwnWords.of([*texts_in(data), *client_words])
    name = str((data if isinstance(data, dict) else {}).get("reference") or folder.name)
    words = {(t.kind, t.language, _words(folder, t)): t for t in reversed(found)}  # in one wording: once
    told = tuple(
        Told(name, kind, language, t.channel, t.at, Wording(text, language, own))
        for (kind, language, text), t in words.items()
        if text.strip()
    )
    content = "\0".join((*own.english, *own.chinese, *("\0".join(key) for key in sorted(words))))
    return told, hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()


def sent_by(folder: Path, client: str) -> tuple[tuple[Language, str], ...]:
    """Return the texts that were sent in an incident of a client, with their language; none of one that cannot be read."""
    try:
        keys = _keys(folder)
        if keys.get("client") != client or keys.get("mode") == "exercise":
            return ()
        return tuple((t.language, _words(folder, t)) for t in _texts(folder, None, None) if t.at)
    except (InputError, OSError):
        return ()


def _last_sent(folder: Path) -> str:
    """Return when an incident's last text went out, as it is written; a space where there are only people's own texts."""
    path = folder / "sent.csv"
    if path.is_file():
        refuse_strange(folder, path, _LARGEST)
        return max((at.decode() for at in _SENT_AT.findall(path.read_bytes())), default=" ")
    return " " if (folder / "drafts").is_dir() else ""


def _keys(folder: Path) -> dict[str, str]:
    """Return the client, mode and reference of an incident, without reading the rest."""
    path = folder / "incident.yaml"
    refuse_strange(folder, path, _LARGEST)
    return {
        key.decode(): value.decode("utf-8", "replace").strip().strip("\"'")
        for key, value in _KEY.findall(path.read_bytes())
    }


def _texts(folder: Path, kinds: Collection[tuple[str, str]] | None, until: Moment | None) -> Iterator[_Text]:
    """Yield what was sent, and the texts of people's own that were not; of every kind where none are named."""
    sent: set[tuple[str, str, str]] = set()
    path = folder / "sent.csv"
    if path.is_file():
        refuse_strange(folder, path, _LARGEST)
        text, _ = decode(path.read_bytes(), str(path))
        _, rows = parse_csv(text, str(path))
        for row in rows:
            language = next((code for code in LANGUAGES if code == row["language"]), None)
            sent.add((row["kind"], row["language"], row["channel"]))
            wanted = language is not None and (kinds is None or (row["kind"], language) in kinds)
            if wanted and language and (row["text"] or row["path"]) and not _later(row["at"], until):
                yield _Text(row["kind"], language, row["channel"], row["at"], row["text"], row["path"])
    for language in LANGUAGES:
        for path in sorted((folder / "drafts" / language).glob("*.md")):
            kind, _, channel = path.stem.partition(".")
            asked = kinds is None or (kind, language) in kinds
            if asked and (kind, language, channel) not in sent:
                yield _Text(kind, language, channel, "", "", f"drafts/{language}/{path.name}")


def _later(at: str, until: Moment | None) -> bool:
    try:
        return until is not None and Moment.parse(at).at > until.at
    except ValueError:
        return True


def _words(folder: Path, text: _Text) -> str:
    if text.text:
        return text.text
    path = folder / text.path
    refuse_strange(folder, path, _LARGEST)
    return read_text(path) if path.is_file() else ""


__all__ = ["MOST", "Others", "read_others", "sent_by", "texts_of"]

"""Read an incident folder: every error at once, each with file, line, field, found, expected and remedy."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from playbook.errors import InputError, Problem
from playbook.incident.details import expected_in, found_in, remedy_in
from playbook.incident.fill import Filler, meant
from playbook.incident.model import (
    Approval,
    ComplaintRow,
    CustomerRow,
    Incident,
    SentRow,
    TimelineRow,
)
from playbook.money import too_large
from playbook.sources import Keys, Positions, Row, read_csv, read_text, read_yaml
from playbook.text import LANGUAGES
from playbook.times import zone_exists

LARGEST_FILE = 20_000_000
"""Bytes: an incident file above this is refused; a population of customers belongs in customers.parquet."""
LARGEST_DRAFT = 1_000_000
"""Bytes: no text for people is longer."""
APPROVED = "evidence/approved"
"""Where texts are kept, word for word, as they were approved."""

_APPROVALS = ("id", "at", "what", "who", "by", "role", "decision", "reason", "content_sha256", "sha256")
SHORT_KEYS = {"noticed_at": ("timestamps", "detected_at"), "channel": ("signal", "channel")}
"""Short keys of a minimal record -> the group and field that they stand for."""


def read_incident(folder: Path) -> Incident:
    """Read and validate an incident folder.

    Raises InputError with everything that is wrong in any of its files.
    """
    return _FolderReader(Path(folder)).read()


def refuse_strange(folder: Path, path: Path, largest: int = LARGEST_FILE) -> None:
    """Raise InputError for what must not be opened as a file of the folder: a link out of it, a device or pipe, too much."""
    if not path.exists():
        return
    found = path.stat()
    if folder.resolve() not in path.resolve().parents:
        told = ("a link out of the folder", "a file in the incident folder", "Copy the file into it.")
    elif not stat.S_ISREG(found.st_mode):
        told = ("no ordinary file", "a file in the incident folder", "Put a file there.")
    elif found.st_size > largest:
        remedy = (
            "Put long texts into evidence/."
            if largest < LARGEST_FILE
            else "Put customers into customers.parquet."
        )
        told = (f"{found.st_size:,} bytes", f"at most {largest:,}", remedy)
    else:
        return
    raise InputError([Problem(str(path), 0, 0, "", *told)])


def written(name: str) -> str:
    """Return a file's name as text: bytes that are none are shown as `\\xff`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


class _FolderReader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []

    def read(self) -> Incident:
        path = self.folder / "incident.yaml"
        if not self.folder.is_dir():
            raise InputError(
                [
                    Problem(
                        str(self.folder),
                        0,
                        0,
                        "",
                        "no such folder",
                        "an incident folder",
                        "Check the path, or start one with: playbook new DIR",
                    )
                ]
            )
        data, at = self._yaml(path)
        language = str(data.get("language") or "en")
        currency = data.get("currency")
        data = self._spread(data, at)
        filled = Filler(language, str(currency) if currency else None, at, self.problems).fill(
            Incident, data, ()
        )
        filled["folder"] = written(self.folder.name)
        filled.setdefault("reference", written(self.folder.name))
        filled["timeline"] = self._rows("timeline.csv", TimelineRow, ("text",), language)
        filled["complaints"] = self._rows("complaints.csv", ComplaintRow, (), language)
        filled["sent"] = self._rows("sent.csv", SentRow, (), language)
        filled["approvals"] = [*(filled.get("approvals") or ()), *self._approvals()]
        filled["customers"] = self._customers()
        filled["drafts"], filled["evidence"] = self._drafts(), self._evidence()
        filled["kept_texts"] = self._kept_texts(filled["sent"])
        incident = self._validated(filled, at)
        if incident is not None:
            self._cross_check(incident, at)
        if self.problems:
            raise InputError(self.problems)
        assert incident is not None
        return incident

    def _yaml(self, path: Path) -> tuple[dict[str, Any], Positions]:
        self._refuse_strange(path)
        data, at = read_yaml(path)
        if not isinstance(data, dict):
            raise InputError(
                [
                    at.problem(
                        (),
                        "no record",
                        "client, what_happened and what else is known",
                        "See playbook new --help.",
                    )
                ]
            )
        return data, at

    def _refuse_strange(self, path: Path, largest: int = LARGEST_FILE) -> None:
        refuse_strange(self.folder, path, largest)

    def _spread(self, data: dict[str, Any], at: Positions) -> dict[str, Any]:
        """Move the short keys of a minimal record to where they belong."""
        out = dict(data)
        for short, (group, key) in SHORT_KEYS.items():
            if short in out:
                value = out.pop(short)
                around = out.get(group)
                if around is not None and not isinstance(around, dict):
                    continue  # told when the group is validated
                inner = dict(around or {})
                if inner.get(key) not in (None, value):
                    self.problems.append(
                        at.problem(
                            (short,),
                            f"{value!r}, but {group}.{key} is {inner[key]!r}",
                            "one of them",
                            "Keep one.",
                        )
                    )
                inner.setdefault(key, value)
                out[group] = inner
                at.places.setdefault((group, key), at.place((short,)))
        if isinstance(out.get("contact"), str | int):
            text = str(out["contact"])
            out["contact"] = (
                {"email": text} if "@" in text else ({"url": text} if "://" in text else {"line": text})
            )
        return out

    def _rows(
        self, name: str, record: type[BaseModel], local: tuple[str, ...], language: str
    ) -> list[dict[str, Any]]:
        path = self.folder / name
        if not path.exists():
            return []
        self._refuse_strange(path)
        try:
            header, rows = read_csv(path)
        except InputError as error:
            self.problems += error.problems
            return []
        out: list[dict[str, Any]] = []
        fields = set(record.model_fields)
        named = {
            f"{c}_{code}": (c, lang)
            for c in local
            for code, lang in (("zh_hant", "zh-Hant"), ("zh_hans", "zh-Hans"), ("en", "en"))
        }
        for column in header:
            if column not in fields and column not in named:
                self.problems.append(
                    Problem(
                        str(path),
                        1,
                        header.index(column) + 1,
                        column,
                        f"the column {column}",
                        "one of " + ", ".join(sorted(fields)),
                        meant(column, fields),
                    )
                )
        for row in rows:
            values: dict[str, Any] = {
                k: _unquoted(v) for k, v in row.cells.items() if v != "" and k in fields
            }
            for column in local:
                texts = {lang: row[key] for key, (c, lang) in named.items() if c == column and row[key]}
                if row[column]:
                    texts.setdefault(language, row[column])
                if texts:
                    values[column] = texts
            if "progress" in values:
                values["progress"] = str(values["progress"]).lower() in ("true", "yes", "1")
            before = len(self.problems)
            self._validate_row(record, values, row)
            if len(self.problems) == before:
                out.append(values)
        return out

    def _validate_row(self, record: type[BaseModel], values: dict[str, Any], row: Row) -> None:
        try:
            record.model_validate(values)
        except ValidationError as error:
            for detail in error.errors():
                column = str(detail["loc"][0]) if detail["loc"] else ""
                self.problems.append(
                    row.problem(column, found_in(detail), expected_in(detail), remedy_in(detail))
                )

    def _approvals(self) -> list[dict[str, Any]]:
        path = self.folder / "approvals.csv"
        if not path.exists():
            return []
        self._refuse_strange(path)
        try:
            header, rows = read_csv(path)
        except InputError as error:
            self.problems += error.problems
            return []
        for number, column in enumerate(header, start=1):
            if column not in _APPROVALS:
                expected = "one of " + ", ".join(_APPROVALS)
                remedy = meant(column, _APPROVALS)
                self.problems.append(
                    Problem(str(path), 1, number, column, f"the column {column}", expected, remedy)
                )
        out = []
        for number, row in enumerate(rows, start=1):
            cells = {key: _unquoted(row[key]) or None for key in _APPROVALS}
            approval = {
                "id": cells["id"] or f"approval-{number}",
                "what": cells["what"],
                "by": cells["who"] or cells["by"],
                "role": cells["role"],
                "at": cells["at"],
                "decision": cells["decision"] or "approved",
                "reason": cells["reason"],
                "content_sha256": cells["content_sha256"] or cells["sha256"],
            }
            before = len(self.problems)
            self._validate_row(Approval, approval, row)
            if len(self.problems) == before:
                out.append(approval)
        return out

    def _customers(self) -> list[dict[str, Any]]:
        path = self.folder / "customers.csv"
        if not path.exists():
            return []
        self._refuse_strange(path)
        try:
            _, rows = read_csv(path)
        except InputError as error:
            self.problems += error.problems
            return []
        seen: dict[str, int] = {}
        out: list[dict[str, Any]] = []
        for number, row in enumerate(rows, start=1):
            identifier = row["id"] or str(number)
            if identifier in seen:
                self.problems.append(
                    row.problem(
                        "id",
                        f"{identifier} again, first on line {seen[identifier]}",
                        "each id once",
                        "Correct one of them.",
                    )
                )
            seen[identifier] = row.line
            for column, cell in row.cells.items():
                if too_large(_unquoted(cell)):
                    expected = "a number that can be counted with, such as 365"
                    self.problems.append(row.problem(column, repr(cell[:60]), expected, "Correct the value."))
            out.append(
                CustomerRow(
                    id=identifier,
                    inputs={k: _unquoted(v) for k, v in row.cells.items() if k != "id" and v != ""},
                ).model_dump()
            )
        return out

    def _drafts(self) -> dict[str, str]:
        out = {}
        for path in sorted((self.folder / "drafts").glob("*/*.md")):
            if path.parent.name in LANGUAGES:
                try:
                    self._refuse_strange(path, LARGEST_DRAFT)
                    out[f"{path.parent.name}/{written(path.stem)}"] = read_text(path)
                except InputError as error:
                    self.problems += error.problems
        return out

    def _evidence(self) -> dict[str, str]:
        out: dict[str, str] = {}
        if (self.folder / "evidence").is_symlink():
            return out
        for path in sorted((self.folder / "evidence").rglob("*")):
            if path.is_file() and not path.is_symlink():
                with path.open("rb") as handle:
                    digest = hashlib.file_digest(handle, "sha256").hexdigest()
                out[written(path.relative_to(self.folder).as_posix())] = digest
        return out

    def _kept_texts(self, sent: list[dict[str, Any]]) -> dict[str, str]:
        """Read the texts that were kept word for word when they were sent or approved."""
        paths = {str(row.get("path") or "") for row in sent}
        kept = {name for name in paths if name.startswith("evidence/") and name.endswith((".md", ".txt"))}
        if not (self.folder / "evidence").is_symlink():
            approved = sorted((self.folder / APPROVED).glob("*.md"))
            kept |= {f"{APPROVED}/{written(path.name)}" for path in approved}
        out = {}
        for name in sorted(kept):
            path = self.folder / name
            if path.is_file():
                try:
                    self._refuse_strange(path, LARGEST_DRAFT)
                    out[name] = read_text(path)
                except InputError as error:
                    self.problems += error.problems
        return out

    def _validated(self, filled: dict[str, Any], at: Positions) -> Incident | None:
        try:
            return Incident.model_validate(filled)
        except ValidationError as error:
            for detail in error.errors():
                keys: Keys = tuple(
                    k for k in detail["loc"] if not (isinstance(k, str) and k.startswith("function-"))
                )
                if detail["type"] == "extra_forbidden":
                    continue  # told already, with a suggestion
                self.problems.append(
                    at.problem(keys, found_in(detail), expected_in(detail), remedy_in(detail))
                )
            return None

    def _cross_check(self, incident: Incident, at: Positions) -> None:
        if not zone_exists(incident.timezone):
            self.problems.append(
                at.problem(
                    ("timezone",), repr(incident.timezone), "an IANA zone such as Asia/Taipei", "Correct it."
                )
            )
        fact_ids = {fact.id for fact in incident.facts}
        approvals = {approval.id for approval in incident.approvals}
        for name in (
            "facts",
            "promises",
            "approvals",
            "options",
            "measures",
            "existing_texts",
            "decisions",
            "bystander_questions",
            "group_remedies",
        ):
            self._unique(name, [item.id for item in getattr(incident, name)], at)
        for i, fact in enumerate(incident.facts):
            self._known(
                ("facts", i, "supersedes"),
                [fact.supersedes] if fact.supersedes else [],
                fact_ids,
                "a fact's id",
                at,
            )
        for i, question in enumerate(incident.bystander_questions):
            self._known(
                ("bystander_questions", i, "fact_ids"), question.fact_ids, fact_ids, "a fact's id", at
            )
        for i, promise in enumerate(incident.promises):
            self._known(
                ("promises", i, "approval"),
                [promise.approval] if promise.approval else [],
                approvals,
                "an approval's id",
                at,
            )
            if promise.at and promise.due and promise.due < promise.at:
                self.problems.append(
                    at.problem(
                        ("promises", i, "due"),
                        f"{promise.due}, before {promise.at}",
                        "a time after the promise",
                        "Check both times.",
                    )
                )
        for option, approval in incident.option_approvals.items():
            self._known(("option_approvals", option), [approval], approvals, "an approval's id", at)
        if (
            incident.intake
            and incident.intake.started_at
            and incident.intake.ended_at
            and incident.intake.ended_at < incident.intake.started_at
        ):
            self.problems.append(
                at.problem(
                    ("intake", "ended_at"),
                    str(incident.intake.ended_at),
                    "a time after started_at",
                    "Check both times.",
                )
            )
        self._tellings(incident, fact_ids, at)

    def _tellings(self, incident: Incident, fact_ids: set[str], at: Positions) -> None:
        for name in ("expected", "got", "effect", "tried", "doing"):
            telling = getattr(incident.tellings, name) if incident.tellings else None
            if telling is not None:
                self._known(("tellings", name, "fact_ids"), telling.fact_ids, fact_ids, "a fact's id", at)

    def _unique(self, name: str, ids: list[str], at: Positions) -> None:
        for i, identifier in enumerate(ids):
            if identifier in ids[:i]:
                self.problems.append(
                    at.problem(
                        (name, i, "id"), f"{identifier} a second time", "each id once", "Rename one of them."
                    )
                )

    def _known(self, keys: Keys, ids: Iterable[str], known: set[str], what: str, at: Positions) -> None:
        for identifier in ids:
            if identifier not in known:
                self.problems.append(at.problem(keys, repr(identifier), what, meant(identifier, known)))


def _unquoted(cell: str) -> str:
    """Take off the apostrophe with which a spreadsheet cell was kept as text."""
    return cell[1:] if cell.startswith("'") else cell

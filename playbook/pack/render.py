"""Render a pack: read everything, run the four notebooks, write one folder, whole or not at all."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from playbook import __version__
from playbook.charts import font_for
from playbook.checks.outdated import outdated_findings
from playbook.documents import Document, Heading
from playbook.errors import EnvironmentLacks, InputError, Problem
from playbook.pack import files as write
from playbook.pack.case import Case, open_case
from playbook.pack.findings import findings_file
from playbook.pack.folder import (
    Kept,
    clear_up,
    keep_edits,
    refuse_foreign,
    refuse_other,
    resolved,
    restore,
    write_whole,
    writing,
)
from playbook.pack.guard import Leak, leaks, secrets
from playbook.pack.manifest import (
    NAME,
    Made,
    PackFile,
    files_of,
    inputs_of,
    is_current,
    read_manifest,
    sha256,
    write_manifest,
)
from playbook.pack.notebooks import NOTEBOOKS, normalise, read_blocks, run, to_bytes
from playbook.pack.sections.public_review import public_review_document
from playbook.pack.words import word
from playbook.text import LANGUAGES
from playbook.times import Moment
from playbook.workspace import shipped

FORMATS = ("html", "docx", "md", "pdf")
DEFAULT_FORMATS = ("html", "docx", "md")


@dataclass(frozen=True)
class PackResult:
    """What a render wrote (or found as it would write it: `current`), and what it found."""

    path: Path
    files: tuple[str, ...]
    findings: Mapping[str, int]
    kept: tuple[Kept, ...] = ()
    leaks: tuple[Leak, ...] = ()
    current: bool = False
    messages: tuple[str, ...] = ()
    grave: tuple[str, ...] = ()  # what is found at level block or error, a line each: draft, rule, words

    @property
    def exit_code(self) -> int:
        """Return 1 where a finding blocks, else 0."""
        return 1 if self.findings.get("block") else 0


def read_formats(names: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the formats of `html,docx`; the usual ones for nothing. Raises InputError for an unknown one."""
    parts = names.split(",") if isinstance(names, str) else list(names or ())
    wanted = {part.strip() for part in parts if part.strip()}
    problems = [
        Problem(
            "--formats", 0, 0, "formats", repr(name), " or ".join(FORMATS), "Correct the name of the format."
        )
        for name in wanted - set(FORMATS)
    ]
    if problems:
        raise InputError(problems)
    return tuple(name for name in FORMATS if name in wanted) or DEFAULT_FORMATS


def _fonts(case: Case) -> dict[str, str | None]:
    fonts: dict[str, str | None] = {}
    for language in case.languages:
        try:
            fonts[language] = font_for(language)
        except EnvironmentLacks:
            fonts[language] = None
    return fonts


def _hashes(folder: Path) -> dict[str, str]:
    return {name: sha256(path.read_bytes()) for name, path in files_of(folder).items()}


def made_from(case: Case, formats: tuple[str, ...], client: str | None) -> Made:
    """Return what the pack of a case is made from."""
    rules = Path(__file__).resolve().parent.parent / "linter" / "rules"
    notebooks = {file: sha256(_notebook(case, file).read_bytes()) for file in NOTEBOOKS.values()}
    packages = ("matplotlib", "nbclient", "nbformat", "openpyxl", "papermill", "python-docx")
    return Made(
        reference=case.incident.reference,
        client=client or case.incident.client,
        languages=case.languages,
        formats=formats,
        as_of=case.as_of.raw if case.as_of else "",
        # What the drafts are compared with belongs to what the pack is made from; `../` leads out of the incident.
        inputs=inputs_of(case.folder) | {f"../{name}": digest for name, digest in case.others.inputs},
        policy={"name": case.policy.name, "layers": list(case.policy.layers), "sha256": case.policy.sha256},
        rules=_hashes(rules),
        notebooks=notebooks,
        versions={"playbook": __version__, "python": f"{sys.version_info.major}.{sys.version_info.minor}"}
        | {name: version(name) for name in packages},
        fonts=_fonts(case),
        incident=_identity(case),
    )


def _identity(case: Case) -> dict[str, str]:
    """Return what an incident is told from another of its reference by: its folder's name, and hashes of two answers."""
    detected = case.incident.timestamps.detected_at
    happened = json.dumps(case.incident.what_happened, ensure_ascii=False, sort_keys=True)
    return {
        "folder": case.folder.name.encode("utf-8", "backslashreplace").decode(),
        "what_happened": sha256(happened.encode("utf-8", "backslashreplace")),
        "detected_at": sha256(detected.raw.encode()) if detected else "",
    }


def _notebook(case: Case, name: str) -> Path:
    own = case.workspace.notebooks / name
    return own if own.is_file() else shipped("notebooks") / name


def _run_all(case: Case, client: str | None) -> dict[str, Any]:
    """Run the four notebooks, two at a time: their kernels are processes of their own."""
    asked = {
        "client": client or "",
        "languages": ",".join(case.languages),
        "as_of": case.asked_as_of.raw if case.asked_as_of else "",
    }

    def one(name: str) -> Any:
        return run(_notebook(case, name), {"incident": str(case.folder), **asked}, case.workspace.root)

    here = os.getcwd()
    try:
        with ThreadPoolExecutor(2) as pool:
            done = dict(zip(NOTEBOOKS, pool.map(one, NOTEBOOKS.values()), strict=True))
    finally:
        os.chdir(here)  # papermill changes folders while it reads; two at once may leave us in the other's
    return {
        name: (read_blocks(notebook), to_bytes(normalise(notebook, {"incident": case.folder.name, **asked})))
        for name, notebook in done.items()
    }


def _files(
    case: Case, formats: tuple[str, ...], client: str | None
) -> tuple[dict[str, PackFile], tuple[Leak, ...]]:
    """Return every file of the pack but findings and manifest, and what was left out because it would give something away."""
    made: dict[str, PackFile] = {}
    for name, (blocks, notebook) in _run_all(case, client).items():
        title = next(
            (b.text for b in blocks if isinstance(b, Heading) and b.level == 1), word(name, case.language)
        )
        made[f"{name}.ipynb"] = PackFile(notebook, "internal")
        made.update(write.page_files(name, write.document(case, title, blocks), "internal", formats))
    kept = secrets(case.incident)
    found: list[Leak] = []
    for draft, report in case.checked:
        given_away = leaks(
            f"{write.place_of(draft)}.md", draft.audience, f"{draft.subject or ''}\n{draft.text}", kept
        )
        found += given_away
        if not given_away:
            made.update(write.draft_files(case, draft, formats, report))
    for language in case.languages:
        public: Document | None = public_review_document(case, language)
        if public is None:
            continue
        told = "\n".join(write.document_words(public))
        given_away = leaks(f"review-public.{language}", "public", told, kept)
        found += given_away
        if not given_away:
            made.update(write.page_files(f"review-public.{language}", public, "public", formats))
    made["drafts.json"] = PackFile(write.drafts_json(case), "internal")
    for more in (write.offer_files, write.action_files, write.deadline_files):
        made.update(more(case))
    return made, tuple(found)


def render_pack(
    incident_folder: str | Path,
    client: str | None = None,
    languages: str | Sequence[str] | None = None,
    formats: str | Sequence[str] | None = None,
    as_of: str | Moment | None = None,
    out: str | Path | None = None,
    *,
    resume: bool = False,
) -> PackResult:
    """Write the pack of an incident to `out` (default: `packs/<reference>` in the workspace).

    Everything is read and computed before anything is written; with `resume`, a pack that was made from just this is
    left as it is. Files of the old pack that a person edited are copied to the incident's `drafts/` first.
    Raises InputError (nothing is written), EnvironmentLacks, NotebookFailed.
    """
    wanted, case = _read(incident_folder, client, languages, formats, as_of)
    shown = Path(out) if out else case.workspace.packs / case.incident.reference
    target = resolved(shown)
    _compute(case)
    with writing(shown):
        restore(target)
        refuse_foreign(target, case.folder)
        refuse_other(target, case.incident.reference, _identity(case))
    kept: list[Kept] = []

    def salvage(pack: Path) -> None:
        kept.extend(keep_edits(pack, case.folder, write.stamps(), tuple(kept)))

    with writing(shown):
        clear_up(target, salvage)
    if resume and is_current(target, made_from(case, wanted, client)):
        manifest = read_manifest(target)
        return PackResult(shown, tuple(files_of(target)), manifest.findings if manifest else {}, current=True)
    with writing(shown):
        salvage(target)
    if kept:
        case = open_case(incident_folder, client, languages, as_of)
        _compute(case)
    made = made_from(case, wanted, client)
    pack, found = _files(case, wanted, client)
    findings, counts = findings_file(case, found, made.fonts)
    pack["findings.json"] = PackFile(findings, "internal")
    pack[NAME] = PackFile(write_manifest(made, pack, counts), "internal")
    with writing(shown):
        write_whole(target, pack, salvage)
    messages = [
        word("kept", case.language, source=k.source, target=k.target)
        + (" (it cannot be read as UTF-8 text: save it as UTF-8 to have it used)" if k.unreadable else "")
        + (" (read it back: playbook take INCIDENT FILE)" if k.target.endswith(".docx") else "")
        for k in kept
    ]
    messages += [f"{leak.path}: {word('withheld', case.language, field=leak.field)}" for leak in found]
    grave = tuple(
        f"{report.draft_id}: {f.level} {f.rule}: {f.match[:60]}"
        for report in case.reports
        for f in report.report.findings
        if f.level in ("block", "error")
    )
    outdated = outdated_findings(case.incident, case.assessment, case.language, case.drafts)
    grave += tuple(f"{one.text.place}: {one.level} outdated-text: {one.sentence[:60]} ({one.why})" for one in outdated if one.level == "error")  # fmt: skip
    return PackResult(
        shown, tuple(sorted(pack)), counts, tuple(kept), found, messages=tuple(messages), grave=grave
    )


def _read(
    folder: str | Path,
    client: str | None,
    languages: str | Sequence[str] | None,
    formats: str | Sequence[str] | None,
    as_of: str | Moment | None,
) -> tuple[tuple[str, ...], Case]:
    """Return the formats and the case; raise one InputError with everything that is wrong with either."""
    problems: list[Problem] = []
    wanted: tuple[str, ...] = ()
    case: Case | None = None
    try:
        wanted = read_formats(formats)
    except InputError as error:
        problems += error.problems
    try:
        case = open_case(folder, client, languages, as_of)
    except InputError as error:
        problems += error.problems
    if problems or case is None:
        raise InputError(problems)
    return wanted, case


def _compute(case: Case) -> None:
    """Compute every record of a case, so that what is wrong shows before anything is written."""
    _ = (
        case.assessment,
        case.offers,
        case.plan,
        case.written,
        case.reports,
        case.existing_reports,
        case.review,
    )


__all__ = [
    "DEFAULT_FORMATS",
    "FORMATS",
    "LANGUAGES",
    "PackResult",
    "made_from",
    "read_formats",
    "render_pack",
]

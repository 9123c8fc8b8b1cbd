"""findings.json: what stands against sending a pack, and how grave it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from playbook.checks import DraftReport
from playbook.checks.outdated import outdated_findings
from playbook.linter import LEVELS
from playbook.messages import say
from playbook.pack.case import Case
from playbook.pack.files import place_of, to_json
from playbook.pack.guard import Leak
from playbook.text import LANGUAGES


def findings_file(
    case: Case, found_leaks: Sequence[Leak], fonts: Mapping[str, str | None]
) -> tuple[bytes, dict[str, int]]:
    """Return the file and the counts by level."""
    paths = {draft.id: f"{place_of(draft)}.md" for draft in case.drafts}
    pack: list[dict[str, Any]] = [
        {"rule": "leak", "level": "block", "path": leak.path, "field": leak.field} for leak in found_leaks
    ]
    pack += [
        {
            "rule": "no-cjk-font",
            "level": "warning",
            "language": language,
            "message": say("documents.no_cjk_font", language),
        }
        for language in LANGUAGES
        if language in fonts and fonts[language] is None
    ]
    pack += [
        {
            "rule": "one-language-only", "level": "suggestion", "field": lacks.field,
            "languages": list(lacks.languages), "drafts": list(lacks.drafts),
        }
        for lacks in case.lacking
    ]  # fmt: skip
    offers: list[dict[str, Any]] = [
        {"rule": f.id, "level": f.level, **dict(f.values), "sources": list(f.sources)}
        for f in case.offers.findings
    ]
    remarks = [
        {"rule": w.id, "level": w.level, "values": dict(w.values), "sources": list(w.sources)}
        for w in case.assessment.warnings
    ]
    outdated = outdated_findings(case.incident, case.assessment, case.language, case.drafts)
    levels = [f.level for r in case.reports for f in r.report.findings]
    levels += [finding["level"] for finding in (*pack, *offers)] + [one.level for one in outdated]
    counts: dict[str, int] = {level: levels.count(level) for level in LEVELS}
    data = {
        "counts": counts,
        "documents": _shown(case.reports, paths),
        "existing_texts": _shown(case.existing_reports, {}),
        "outdated": [one.as_dict() for one in outdated],
        "offers": offers,
        "assessment": remarks,
        "pack": pack,
    }
    return to_json(data), counts


def _shown(reports: Sequence[DraftReport], paths: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {**r.report.as_dict(), "id": r.draft_id, "path": paths.get(r.draft_id, r.draft_id)} for r in reports
    ]

"""Print the drafts of an incident in one language, with what was found in each: for whoever writes wording.

python tools/show_drafts.py INCIDENT LANGUAGE [KIND]
"""

from __future__ import annotations

import sys
from pathlib import Path

from playbook.assessment import assess
from playbook.checks import check_drafts
from playbook.drafts import Draft, write_drafts
from playbook.errors import InputError
from playbook.incident import read_incident
from playbook.offers import make_offers
from playbook.policy import read_policy
from playbook.text import LANGUAGES
from playbook.workspace import find_workspace


def main(arguments: list[str]) -> int:
    """Print the drafts; return 1 where one has a finding at level error or above."""
    folder, wanted, only = Path(arguments[0]), arguments[1], arguments[2:]
    try:
        incident = read_incident(folder)
        policy = read_policy(incident.client, find_workspace(folder))
        assessment = assess(incident, policy, None)
        offers = make_offers(incident, policy, assessment)
        languages = [language for language in LANGUAGES if language == wanted]
        written = write_drafts(incident, policy, assessment, offers, None, languages)
    except InputError as error:
        print("\n".join(str(problem) for problem in error.problems))
        return 2
    drafts = [draft for draft in written if isinstance(draft, Draft)]
    worst = 0
    for draft, report in zip(drafts, check_drafts(drafts, incident, policy, assessment, offers), strict=True):
        if only and draft.kind not in only:
            continue
        print(f"\n===== {draft.id}  [{report.report.verdict}]  {len(draft.text)} characters")
        print(f"{draft.subject or ''}\n{draft.text}")
        for finding in report.report.findings:
            worst = max(worst, int(finding.level in ("block", "error")))
            print(f"  ! {finding.level} {finding.rule}: {finding.match!r} {finding.message}")
        for gap in draft.missing:
            print(f"  ? missing {gap.part}")
        if draft.untranslated:
            print(f"  ? not in {wanted}: {', '.join(draft.untranslated)}")
    for gap in written:
        if not isinstance(gap, Draft):
            print(f"\n===== {gap.id}: not written")
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

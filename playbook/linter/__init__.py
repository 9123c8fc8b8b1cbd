"""An apology linter that stands alone: what a text must not say, what it lacks, and how to write it instead.

It knows nothing of incidents or clients. `playbook.checks` adds what only a record can tell (`Report.with_findings`).
"""

from playbook.linter.check import check_text
from playbook.linter.findings import LEVELS, PARTS, Finding, PartSpan, Report

__all__ = ["LEVELS", "PARTS", "Finding", "PartSpan", "Report", "check_text"]

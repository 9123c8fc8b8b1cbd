"""What a failed validation of the record found, expected and asks for, in words for the person who wrote it."""

from __future__ import annotations

from typing import Any


def found_in(detail: Any) -> str:
    """Return what stands where the record wants something else."""
    if detail["type"] == "missing":
        return "nothing"
    text = repr(detail.get("input"))
    return text if len(text) <= 80 else text[:77] + "..."


def expected_in(detail: Any) -> str:
    """Return what the record wants there."""
    if detail["type"] == "missing":
        return "a value: the record needs it"
    context = detail.get("ctx") or {}
    if "expected" in context:
        return "one of " + str(context["expected"])
    return str(context.get("error") or detail["msg"])


def remedy_in(detail: Any) -> str:
    """Return what to do about it."""
    if detail["type"] == "missing":
        return "Add it."
    if "offset" in expected_in(detail) or "zone" in expected_in(detail):
        return "Write the time with its offset, as 2026-05-09T18:20+08:00."
    if isinstance(detail.get("input"), dict) and None in detail["input"].values():
        return 'Quote each text that holds a comma: {en: "late, and broken"}.'
    return "Correct the value."

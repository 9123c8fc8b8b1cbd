"""How far an apology may go now: by fault status, switches and jurisdiction, each with its reason. Not legal advice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from playbook.assessment.model import ApologyAllowance, Remark, Situation
from playbook.messages import in_languages
from playbook.policy.model import ApologyMode, Policy

Depth = Literal["feeling", "full", "sympathy", "none"]
OUR_SIDE = ("company", "supplier", "subsidiary", "mixed")
_MISREAD: Mapping[str, Depth] = {"feeling_only": "feeling", "book": "full", "no_apology_explain_only": "none"}


def mode_of(policy: Policy, situation: Situation) -> ApologyMode | None:
    """Return the mode of the narrowest jurisdiction that has one."""
    places = situation["jurisdiction"]
    modes = {mode.jurisdiction: mode for mode in policy.apology_modes}
    return next((modes[place] for place in places if place in modes), modes.get("*"))


def apology_of(policy: Policy, situation: Situation, switches: Mapping[str, Any]) -> ApologyAllowance:
    """Return the depth and timing of an apology, and why.

    Depth follows the fault status (C-18, C-06); a cause apology waits until the notes are read back and the facts
    confirmed (C-01, S2-39); a jurisdiction whose mode is sympathy_only keeps it to sympathy.
    """
    fault = str(situation["fault_status"])
    said = in_languages(f"assessment.fault_{fault}")
    reasons: list[Remark] = []

    def because(name: str, *sources: str, **values: Any) -> None:
        reasons.append(Remark(name, f"assessment.{name}", values, sources))

    depth: Depth = "feeling"
    setting = str(switches.get("apology_depth", "by_fault_status"))
    if fault == "customer_misread":
        choice = str(switches.get("misunderstanding_apology", "feeling_only"))
        depth = _MISREAD.get(choice, "feeling")
        because("apology_misread", "C-06", "S1-42", switch="misunderstanding_apology", value=choice)
    elif fault in OUR_SIDE and setting != "feeling":
        depth = "full"
        because(
            "apology_full",
            "C-18",
            "C-19",
            "S2-23",
            "S2-27",
            fault=said,
            switch="apology_depth",
            value=setting,
        )
    elif fault == "unknown":
        because("apology_fault_unknown", "S0-18", "S2-40", fault=said)
    else:
        because("apology_feeling", "S0-18", "C-18", fault=said, switch="apology_depth", value=setting)

    mode = mode_of(policy, situation)
    # To answer for what was kept safe badly is more than sympathy, too.
    owns = depth == "full" or (depth == "feeling" and fault == "third_party_crime")
    if mode and mode.mode == "sympathy_only" and owns:
        depth = "sympathy"
        because(
            "apology_sympathy_only", jurisdiction=mode.jurisdiction, reason=mode.reason, source=mode.source
        )

    raw = str(switches.get("apology_timing", "staged"))
    timing: Literal["staged", "immediate", "after_listening"]
    timing = (
        "immediate" if raw == "immediate" else "after_listening" if raw == "after_listening" else "staged"
    )
    notes = situation["has_notes"] == "no" or situation["notes_read_back"] == "yes"
    facts = situation["facts_confirmed"] == "yes"
    listened = situation["has_notes"] == "yes" and notes
    cause = depth == "full"
    if cause and timing != "immediate":
        if not notes:
            cause = False
            because("apology_wait_notes", "C-01", "S2-39", switch="apology_timing", value=timing)
        if not facts:
            cause = False
            because("apology_wait_facts", "C-01", "S2-40", switch="apology_timing", value=timing)
    feeling = depth != "none" and (timing != "after_listening" or listened)
    if depth != "none" and not feeling:
        because("apology_after_listening", "S2-39", "S3-08", switch="apology_timing", value=timing)
    return ApologyAllowance(depth, timing, feeling, cause and feeling, mode, tuple(reasons))

"""The names that conditions and clocks of a policy may use.

`SITUATION` is what a condition may test (`docs/situation.md` explains each field), `POINTS` the points in time
a clock may start from or be met by. The assessment fills both; a policy that uses another name is refused.
"""

from __future__ import annotations

from collections.abc import Mapping

YES_NO = ("yes", "no")
KNOWN_OR_NOT = ("yes", "no", "unknown")
STAGES = tuple(f"P{number}" for number in range(13))
TRACKS = ("standard", "T1", "T2", "T3", "T4", "T5", "T6")

# Fields that are known before tracks, severity and apology are decided: their conditions may use only these.
EARLY: Mapping[str, tuple[str, ...]] = {
    "kind": ("complaint", "public_complaint", "public_crisis", "extortion"),
    "mode": ("live", "retrospective", "exercise"),
    "fault_status": (
        "unknown", "company", "supplier", "subsidiary", "customer_misread", "third_party_crime", "mixed",
    ),
    "fault_known": YES_NO,
    "cause_known": YES_NO,
    "facts_confirmed": YES_NO,
    "notes_read_back": YES_NO,
    "need_confirmed": YES_NO,
    "jurisdiction": (),
    "language": ("zh-Hant", "zh-Hans", "en"),
    "channel": (),
    "visibility": ("public", "private", "unknown"),
    "public_spread": KNOWN_OR_NOT,
    "customers": ("one", "many", "unknown"),
    "setting": ("phone", "on_site", "online", "unknown"),
    "recurrence": ("yes", "partly", "no", "unknown"),
    "recurrence_any_yes": YES_NO,
    "measure_state": ("candidate", "agreed", "in_progress", "done", "dropped"),
    "impact": ("people", "money", "service", "data", "safety", "trust"),
    "first_telling_done": KNOWN_OR_NOT,
    "off_topic": KNOWN_OR_NOT,
    "asked_for_boss": KNOWN_OR_NOT,
    "sop_complete": KNOWN_OR_NOT,
    "demand_impossible": KNOWN_OR_NOT,
    "threats_continue": KNOWN_OR_NOT,
    "manager_agreed": YES_NO,
    "malicious": YES_NO,
    "extortion": YES_NO,
    "satisfied": KNOWN_OR_NOT,
    "chosen": (),
    "time_agreed": YES_NO,
    "stage": STAGES,
}  # fmt: skip

HAS = (
    "affected_count", "affected_group", "approvals", "backup", "brand_promise", "brand_value", "bystander_answers",
    "bystander_questions", "bystanders", "chosen", "contact", "core_need", "decisions", "demands", "do_now", "doing",
    "doing_now", "earlier_texts", "effect", "effort_spent", "emotions", "entitlement", "event_name", "expectation",
    "expected", "extortion", "facts", "follow_up", "got", "group_remedy", "handler", "improvement", "losses",
    "measures", "next_update", "notes", "open_issues", "options", "police_report", "price", "priced_options", "prior_contacts",
    "promises", "public_facts", "public_measures", "public_statement", "reality", "same_cause_history", "sent",
    "signal", "speaker", "stale_text", "statement", "thanks_for", "threats", "time_agreed", "tried", "unknowns",
    "unresolved", "verbatim",
)  # fmt: skip

LATE: Mapping[str, tuple[str, ...]] = {
    "track": TRACKS,
    "severity": ("SEV-1", "SEV-2", "SEV-3", "SEV-4"),
    "leader_speaks": YES_NO,
    "cluster": (),
    "strategy": (),
    "depth": ("feeling", "full", "sympathy", "none"),
    "timing": ("staged", "immediate", "after_listening"),
    "cause_apology_allowed": YES_NO,
    "unauthorised_promises": YES_NO,
    "clock_breached": (),
}

SITUATION: Mapping[str, tuple[str, ...]] = {**EARLY, **{f"has_{name}": YES_NO for name in HAS}, **LATE}
"""Field -> its values; an empty tuple means that the values are free (codes of a country, ids of a channel)."""

SWITCH_PREFIX = "switch."
"""`switch.<name>` holds the value in force as text; `switch.<name>.<key>` where the switch is a map."""

POINTS = (
    "signal", "occurred_at", "impact_started_at", "detected_at", "reported_at", "acknowledged_at",
    "first_contact", "first_visible_reply", "first_reply", "first_public_statement_at", "statement",
    "statement_approved", "intake_started", "intake_ended", "progress_start", "time_agreed", "options_offered",
    "chosen", "mitigated_at", "impact_ended_at", "resolved_at", "closed_at", "final_response", "closing",
    "follow_up", "review_meeting", "extortion_received", "extortion_deadline", "police_reported", "next_update",
    "fault_known",
)  # fmt: skip
"""Points in time; `first_reply` is the first visible reply to a public signal, else the first contact."""


EU_MEMBERS = frozenset([
    "EU",
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
])  # fmt: skip
"""ISO 3166 codes of the European Union and its member states, as of 2020-02-01."""


def known_field(name: str) -> bool:
    """Tell whether a condition may test a field of this name."""
    return name in SITUATION or name.startswith(SWITCH_PREFIX)

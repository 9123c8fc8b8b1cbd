"""A small policy and a minimal incident, built in Python, for tests that need one rule at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playbook.incident.model import Incident
from playbook.money import Money
from playbook.policy.model import (
    ApologyMode,
    Brand,
    Channel,
    ClockRule,
    Cluster,
    Condition,
    Origin,
    Policy,
    Rung,
    SeverityRule,
    Step,
    Switch,
    Track,
)
from playbook.times import Moment

HERE = Origin("test", "test.csv", 1)


def text(words: str) -> dict[str, str]:
    """Return one text in the three languages."""
    return {"zh-Hant": words, "zh-Hans": words, "en": words}


def money(amount: int, currency: str = "TWD") -> Money:
    """Return an amount in major units."""
    return Money.parse(amount, currency)


def at(clock: str, day: str = "2026-05-09") -> Moment:
    """Return a time of the example's day."""
    return Moment.parse(f"{day}T{clock}+08:00")


def condition(**any_of: str) -> Condition:
    """Return a condition from `field="a|b"`; a double underscore stands for a dot."""
    return Condition({name.replace("__", "."): tuple(values.split("|")) for name, values in any_of.items()})


SWITCHES: dict[str, Any] = {
    "apology_timing": "staged",
    "apology_depth": "by_fault_status",
    "misunderstanding_apology": "feeling_only",
    "progress_clock": "repeat_until_time_agreed",
    "malicious_requires": ["sop_complete", "demand_impossible", "threats_continue", "manager"],
    "leader_statement_when": {"affected_at_least": None, "public_spread": True},
    "forbid_toll_free": True,
    "handler_gender": "honorific",
    "promise_time_required": True,
    "no_repeat_claim": "only_if_test_yes",
    "roles_combined": "allowed",
    "client_override": "allowed_with_record",
}


def clock(id_: str, starts: str, met: str, period: int, unit: Any = "minutes", **more: Any) -> ClockRule:
    """Return a clock rule."""
    values: dict[str, Any] = {
        "level": "breach", "calendar": "TW", "pausable": False, "repeats": False, "jurisdictions": (),
        "source": "S4-11", "start": None, "end": None,
    }  # fmt: skip
    return ClockRule(id_, text(id_), starts, met, period, unit, origin=HERE, **(values | more))


def step(
    id_: str,
    stage: str,
    by_when: str = "",
    when: Condition | None = None,
    role: str = "agent",
    done_when: Condition | None = None,
) -> Step:
    """Return a step of the playbook."""
    return Step(
        id_, stage, text(id_), role, by_when, text("done"), text("do"), text("don't"),
        when or Condition(), done_when, ("S0-01",), HERE,
    )  # fmt: skip


def policy(**changes: Any) -> Policy:
    """Return a policy with one row of each kind, changed as named."""
    values: dict[str, Any] = {
        "name": "test",
        "layers": ("test",),
        "folders": (Path("."),),
        "languages": ("zh-Hant", "zh-Hans", "en"),
        "currency": "TWD",
        "jurisdiction": "TW",
        "timezone": "Asia/Taipei",
        "calendar": "TW",
        "in_force_from": None,
        "brand": Brand(text("Client"), text("Client"), {}, {}, "", {}, {}, {}, {}),
        "switches": {
            name: Switch(name, value, value, (), text("why"), (), HERE) for name, value in SWITCHES.items()
        },
        "authority": (
            Rung("agent", text("agent"), 1, money(500), None, (), False, False, None, None, HERE),
            Rung("manager", text("manager"), 2, money(3000), None, (), False, False, None, None, HERE),
            Rung("head", text("head"), 3, None, None, (), True, False, None, None, HERE),
        ),
        "clocks": (
            clock("first_reply_warn", "signal", "first_reply", 10, level="warn"),
            clock("first_reply", "signal", "first_reply", 60),
            clock("progress", "progress_start", "options_offered", 15, repeats=True, source="S3-26"),
        ),
        "severity": (
            SeverityRule("many", "people", None, 100, "SEV-2", True, "S2-17", HERE),
            SeverityRule("harm", "safety", 3, None, "SEV-1", True, "", HERE),
            SeverityRule("some", "any", 1, None, "SEV-3", False, "", HERE),
        ),
        "steps": (),
        "roles": {},
        "notes": (),
        "tracks": (
            Track("T1", text("T1"), condition(first_telling_done="yes", off_topic="yes"), ("agent",), {}, (), HERE),
            Track("T2", text("T2"), condition(malicious="yes"), ("manager",), {}, (), HERE),
            Track("T3", text("T3"), condition(fault_status="customer_misread", facts_confirmed="yes"), (), {}, (), HERE),
            Track("T4", text("T4"), condition(fault_status="supplier|subsidiary"), ("head",), {}, (), HERE),
            Track("T5", text("T5"), condition(extortion="yes"), (), {}, (), HERE),
            Track("T6", text("T6"), condition(asked_for_boss="yes"), (), {}, (), HERE),
        ),
        "clusters": (
            Cluster("victim", text("victim"), ("third_party_crime",), ("instruct", "adjust"), (), "", HERE),
            Cluster("accidental", text("accidental"), ("supplier", "mixed"), ("diminish",), ("deny",), "", HERE),
            Cluster("preventable", text("preventable"), ("company",), ("rebuild",), ("deny", "diminish"), "", HERE),
            Cluster("undetermined", text("undetermined"), ("unknown",), ("adjust",), ("deny",), "", HERE),
        ),
        "channels": {
            "facebook": Channel("facebook", text("Facebook"), "public", None, "comment", True, ("0800",), HERE),
            "phone": Channel("phone", text("phone"), "private", None, "spoken", False, (), HERE),
        },
        "kinds": {},
        "apology_modes": (
            ApologyMode("us-ca", "US-CA", "sympathy_only", text("benevolence is protected, fault is not"), "", HERE),
        ),
        "options": (),
        "entitlements": (),
        "thresholds": {},
        "table_files": {},
        "sha256": "0" * 64,
    }  # fmt: skip
    return Policy(**(values | changes))


def with_switch(**values: Any) -> Policy:
    """Return the policy with switches changed."""
    merged = SWITCHES | values
    return policy(switches={n: Switch(n, v, v, (), text("why"), (), HERE) for n, v in merged.items()})


def incident(**changes: Any) -> Incident:
    """Return a minimal incident, changed as named (plain data, as a file would hold it, texts by language)."""
    values: dict[str, Any] = {
        "client": "test",
        "what_happened": text("A cake came late."),
        "reference": "2026-05-09-example",
        "language": "zh-Hant",
        "timezone": "Asia/Taipei",
        "currency": "TWD",
        "signal": {"at": "2026-05-09T18:20+08:00", "channel": "facebook", "visibility": "public"},
    }
    return Incident.model_validate(values | changes)

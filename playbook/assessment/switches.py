"""The switches in force for one incident: the client's values, and what the incident overrides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playbook.incident.model import Incident
from playbook.policy.model import Policy
from playbook.policy.vocabulary import SWITCH_PREFIX


def switches_in_force(incident: Incident, policy: Policy) -> dict[str, Any]:
    """Return every switch with its value; `policy_override` of the incident wins (C-25)."""
    return {name: switch.value for name, switch in policy.switches.items()} | dict(incident.policy_override)


def as_text(value: Any) -> str:
    """Write a plain value as conditions name it: true, false, null, a word or a number."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def flat(switches: Mapping[str, Any]) -> dict[str, str | tuple[str, ...]]:
    """Return the switches as fields of the situation."""
    out: dict[str, str | tuple[str, ...]] = {}
    for name, value in switches.items():
        if isinstance(value, Mapping):
            out.update({f"{SWITCH_PREFIX}{name}.{key}": as_text(item) for key, item in value.items()})
        elif isinstance(value, list | tuple):
            out[f"{SWITCH_PREFIX}{name}"] = tuple(as_text(item) for item in value)
        else:
            out[f"{SWITCH_PREFIX}{name}"] = as_text(value)
    return out

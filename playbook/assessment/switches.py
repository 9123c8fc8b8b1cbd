"""The switches in force for one incident: the client's values, and what the incident overrides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playbook.errors import InputError, Problem
from playbook.incident.model import Incident
from playbook.policy.model import Policy, Switch
from playbook.policy.vocabulary import SWITCH_PREFIX


def switches_in_force(incident: Incident, policy: Policy) -> dict[str, Any]:
    """Return every switch with its value; `policy_override` of the incident wins (C-25)."""
    problems = [
        Problem(
            f"{incident.folder}/incident.yaml", 0, 0, f"policy_override.{name}", repr(value)[:80], expected,
            "Correct the value, or remove it.",
        )
        for name, value in incident.policy_override.items()
        if (expected := _misfit(name, value, policy.switches.get(name)))
    ]  # fmt: skip
    if problems:
        raise InputError(problems)
    return {name: switch.value for name, switch in policy.switches.items()} | dict(incident.policy_override)


def _misfit(name: str, value: Any, switch: Switch | None) -> str:
    """Return what a switch may hold where the value is none of it, else nothing."""
    if switch is None:
        if not name.endswith("_minutes") or all(_number(v) for v in _inside(value)):
            return ""
        return _NUMBER
    if switch.allowed:
        return "" if as_text(value) in switch.allowed else "one of " + ", ".join(switch.allowed)
    default = switch.default
    if value is None or default is None:
        return ""
    if isinstance(default, Mapping):
        if isinstance(value, Mapping) and all(_alike(v, default.get(key)) for key, v in value.items()):
            return ""
        return "a map with " + ", ".join(f"{key}: {as_text(v)}" for key, v in default.items())
    if isinstance(default, list | tuple):
        fits = isinstance(value, list | tuple) and all(
            _alike(v, default[0] if default else "") for v in value
        )
        fits = fits and (not default or isinstance(default[0], str) or len(value) == len(default))
        return "" if fits else "a list such as " + ", ".join(as_text(v) for v in default)
    return "" if _alike(value, default) else "text" if isinstance(default, str) else _NUMBER


_NUMBER = "a whole number from 0 to 1,000,000,000"


def _inside(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, Mapping) else [value]


def _number(value: Any) -> bool:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 11:
        value = int(value)
    return value is None or (
        isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1_000_000_000
    )


def _alike(value: Any, default: Any) -> bool:
    if isinstance(default, bool):
        return as_text(value) in ("true", "false")
    return isinstance(value, str) if isinstance(default, str) else _number(value)


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

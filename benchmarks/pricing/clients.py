"""The benchmark's client, read as any other, and the table of it that is looked up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from benchmarks.pricing.tables import CLIENT, CLIENTS
from playbook.policy import read_policy
from playbook.policy.model import Policy
from playbook.workspace import find_workspace

TABLE = "flight_delay"


def policy() -> Policy:
    """Return the policy of the client that was made for measuring."""
    return read_policy(CLIENT, replace(find_workspace(Path(__file__).parent), clients=CLIENTS))

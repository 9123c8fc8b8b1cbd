"""The effective policy of a client: layers merged by stable id, every value with its origin."""

from playbook.policy.model import Policy
from playbook.policy.read import clients, read_policy

__all__ = ["Policy", "clients", "read_policy"]

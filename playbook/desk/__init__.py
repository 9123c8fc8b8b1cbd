"""The manager's desk: what the notebooks show, and the intake form."""

from playbook.desk.desk import Desk, open_desk

__all__ = ["Desk", "open_desk"]

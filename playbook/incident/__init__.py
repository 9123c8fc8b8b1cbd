"""The incident folder: the record, reading it, validating it, writing it."""

from playbook.incident.model import Incident
from playbook.incident.read import read_incident

__all__ = ["Incident", "read_incident"]

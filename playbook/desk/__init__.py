"""The manager's desk: what the notebooks show, and the intake form."""

from playbook.desk.desk import Desk, open_desk
from playbook.desk.form import Form, open_form

__all__ = ["Desk", "Form", "open_desk", "open_form"]

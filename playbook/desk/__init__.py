"""What the notebooks show: the manager's desk, the intake form, and the consultant's bench."""

from playbook.desk.bench import Bench, new_bench, open_bench
from playbook.desk.desk import Desk, open_desk
from playbook.desk.form import Form, open_form

__all__ = ["Bench", "Desk", "Form", "new_bench", "open_bench", "open_desk", "open_form"]

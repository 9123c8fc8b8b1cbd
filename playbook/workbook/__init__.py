"""A client's compensation policy as a workbook: written for a consultant, brought back cell by cell."""

from playbook.workbook.bring import Brought, import_workbook
from playbook.workbook.write import export_workbook

__all__ = ["Brought", "export_workbook", "import_workbook"]

"""DMN: read and answered (`read`), turned into tables of this kit, written from them. Imported only when it is asked for."""

from playbook.tables.dmn.deciding import Answers, Model, read

__all__ = ["Answers", "Model", "read"]

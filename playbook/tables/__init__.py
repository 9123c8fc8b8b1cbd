"""Decision tables: read, compiled to a grid, decided, proved. Stands alone: knows nothing of incidents or clients."""

from playbook.tables.decide import Decision, NearMiss, Paid, decide
from playbook.tables.evaluate import Evaluation, evaluate, evaluate_events, scaled_columns
from playbook.tables.floor import pays_less
from playbook.tables.model import Payout, Table, TableRow
from playbook.tables.read import read_table

__all__ = [
    "Decision",
    "Evaluation",
    "NearMiss",
    "Paid",
    "Payout",
    "Table",
    "TableRow",
    "decide",
    "evaluate",
    "evaluate_events",
    "pays_less",
    "read_table",
    "scaled_columns",
]

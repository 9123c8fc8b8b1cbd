"""What a change of a policy does: to its rows, to every situation, and to a population of past customers."""

from playbook.whatif.against import below, older
from playbook.whatif.comparison import Comparison
from playbook.whatif.model import WhatIf
from playbook.whatif.population import compare_population
from playbook.whatif.rowtext import RowChange, row_changes
from playbook.whatif.situations import compare_policies

__all__ = [
    "Comparison",
    "RowChange",
    "WhatIf",
    "below",
    "compare_policies",
    "compare_population",
    "older",
    "row_changes",
]

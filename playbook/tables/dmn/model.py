"""A DMN model as it was read: types, inputs, decisions with their logic, functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal as Choice
from typing import get_args

from playbook.tables.dmn.tree import Expression, Tests

HitPolicy = Choice["UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT"]
HIT_POLICIES: tuple[HitPolicy, ...] = get_args(HitPolicy)
AGGREGATIONS = ("", "SUM", "MIN", "MAX", "COUNT")


@dataclass(frozen=True)
class Type:
    """A type: a base (string, number, …; "" for any), what is allowed, whether it is a list, the components of a structure."""

    name: str = ""
    base: str = ""
    allowed: Tests | None = None
    allowed_text: str = ""
    collection: bool = False
    components: Mapping[str, Type] = field(default_factory=dict)


@dataclass(frozen=True)
class Unread:
    """Logic that is not in the part of DMN that is read, with the reason."""

    reason: str
    line: int


@dataclass(frozen=True)
class Said:
    """A literal expression, with its text."""

    text: str
    expression: Expression


@dataclass(frozen=True)
class Entries:
    """A boxed context: entries by name, each may use those above it; `result` where there is one."""

    entries: tuple[tuple[str, Logic, Type], ...]
    result: Logic | None


@dataclass(frozen=True)
class Invocation:
    """A boxed call of a function of the model."""

    name: str
    bindings: tuple[tuple[str, Logic], ...]


@dataclass(frozen=True)
class Several:
    """A boxed list, or a relation: a list of structures."""

    items: tuple[Logic, ...]


@dataclass(frozen=True)
class InputClause:
    """One input column of a table."""

    text: str
    expression: Expression | Unread
    label: str
    type: Type
    allowed: Tests | None
    allowed_text: str
    line: int


@dataclass(frozen=True)
class OutputClause:
    """One output column: its allowed values, first come first in priority."""

    name: str
    type: Type
    allowed: Tests | None
    allowed_text: str
    default: Logic | None
    line: int


@dataclass(frozen=True)
class Cell:
    """What a cell says, and its text."""

    text: str
    tests: Tests | Unread


@dataclass(frozen=True)
class Rule:
    """One rule: a cell per input, a value per output, and the texts of its annotations."""

    cells: tuple[Cell, ...]
    outputs: tuple[Said | Unread, ...]
    output_texts: tuple[str, ...]
    annotations: tuple[str, ...]
    description: str
    line: int


@dataclass(frozen=True)
class DecisionTable:
    """A decision table."""

    hit_policy: HitPolicy
    aggregation: str
    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[Rule, ...]
    annotations: tuple[str, ...]
    unread: tuple[str, ...]  # cells that are not read, each with its rule
    line: int


Logic = Said | Unread | Entries | Invocation | Several | DecisionTable


@dataclass(frozen=True)
class InputData:
    """What is given to a model."""

    name: str
    type: Type


@dataclass(frozen=True)
class Function:
    """A business knowledge model: parameters, and the logic that uses them."""

    name: str
    parameters: tuple[tuple[str, Type], ...]
    logic: Logic
    type: Type


@dataclass(frozen=True)
class Decision:
    """One decision, what it needs, and its logic; None where the model gives none."""

    name: str
    type: Type
    requires: tuple[str, ...]  # names of inputs and decisions
    logic: Logic | None
    line: int
    header: str = ""  # what this kit added to a table that it wrote

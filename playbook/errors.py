"""The error tree, and the one form in which the kit reports what is wrong.

PlaybookError
├── InputError        what a person wrote cannot be used; carries every problem, not only the first
│   └── PolicyError   the same, for a policy layer
└── EnvironmentLacks  a font, program or extra that this machine does not have
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong in a file a person wrote.

    `line` and `column` are 1-based; 0 means that the whole file (or folder) is meant.
    """

    path: str
    line: int
    column: int
    field: str
    found: str
    expected: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        field = f" {self.field}:" if self.field else ""
        return f"{place}:{field} found {self.found}; expected {self.expected}. {self.remedy}"

    def as_dict(self) -> dict[str, str | int]:
        """Return the problem as plain values, for `--format json`."""
        return asdict(self)


class PlaybookError(Exception):
    """Base of every error that the kit raises on purpose."""


class InputError(PlaybookError):
    """What a person wrote cannot be used; `problems` lists everything that is wrong, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class PolicyError(InputError):
    """A policy layer cannot be used."""


class EnvironmentLacks(PlaybookError):
    """This machine lacks a font, program or optional package; the message says how to get it."""

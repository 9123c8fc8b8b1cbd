"""What a combination of rows lets a customer choose from, and which rungs may grant it, whatever the sums come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from playbook.offers.options import inputs_of, roles_of, rows_of
from playbook.policy.authority import ladder
from playbook.policy.model import OptionRow, Policy, Rung
from playbook.tables import TableRow


@dataclass(frozen=True)
class Fired:
    """The rows of one table that decided, and whether the table is one of options."""

    options: bool
    rows: tuple[TableRow, ...]


@dataclass(frozen=True)
class Choice:
    """One option: the parts of its own, the rungs that may grant it, and how high a role it needs whatever the sum."""

    option: str
    own: tuple[OptionRow, ...]
    substitute: tuple[OptionRow, ...]  # in place of what the law gives in money
    rungs: tuple[int, ...]  # where what is owed stands in full
    rungs_substituted: tuple[int, ...]
    least: int  # an index into the ladder


@dataclass(frozen=True)
class Choices:
    """The answer for one combination of rows."""

    rungs: tuple[int, ...]
    least: int
    options: tuple[Choice, ...]
    one_by_one: bool  # what is granted depends on sums in a way that only a single case tells
    inputs: tuple[str, ...]  # what the options' sums are taken of


class Chooser:
    """Put options together for columns of customers under one policy."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.ladder: tuple[Rung, ...] = ladder(policy)
        self.by_role = {rung.role: index for index, rung in enumerate(self.ladder)}

    def choices(self, fired: Sequence[Fired]) -> Choices:
        """Return the options of a combination of rows. Raises InputError for a role that the ladder lacks."""
        owed = [
            row for part in fired if not part.options for row in part.rows if row.payout.outcome != "none"
        ]
        granted = [row for part in fired if not part.options for row in part.rows]
        named: dict[str, list[TableRow]] = {}
        for part in fired:
            for row in part.rows if part.options else ():
                if row.payout.option and row.payout.outcome == "pay":
                    named.setdefault(row.payout.option, []).append(row)
        kinds = [row.payout.kind for row in owed]
        law = {row.payout.kind for row in owed if row.payout.monetary}
        particular = any(rung.remedies for rung in self.ladder)
        return Choices(
            rungs=self._rungs(kinds),
            least=self._least(granted),
            options=tuple(
                self._choice(option, kinds, law, [*granted, *rows]) for option, rows in sorted(named.items())
            ),
            # The kind of a sum that comes to nothing is not granted; of alternatives the first one is held.
            one_by_one=any(row.payout.alternative for row in owed)
            or (particular and any(row.payout.inputs for row in owed)),
            inputs=tuple(
                dict.fromkeys(n for option in sorted(named) for n in inputs_of(self.policy, option))
            ),
        )

    def _choice(self, option: str, kinds: list[str], law: set[str], rows: list[TableRow]) -> Choice:
        parts = rows_of(self.policy, option)
        own = tuple(part for part in parts if part.line != "statutory")
        substitute = tuple(part for part in parts if part.line == "statutory")
        mine = [part.kind for part in own]
        left = [kind for kind in kinds if kind not in law]
        return Choice(
            option,
            own,
            substitute,
            self._rungs([*kinds, *mine]),
            self._rungs([*left, *mine, *(part.kind for part in substitute)]),
            self._least(rows),
        )

    def _rungs(self, kinds: Sequence[str]) -> tuple[int, ...]:
        wanted = set(kinds)
        return tuple(
            i for i, rung in enumerate(self.ladder) if not rung.remedies or wanted <= set(rung.remedies)
        )

    def _least(self, rows: Sequence[TableRow]) -> int:
        found = [self.by_role[role] for role in roles_of(self.policy, rows) if role in self.by_role]
        return max(found, default=0)

"""What there is to tell of a priced case in whatever language: found once, and only when somebody first asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from playbook.money import Money
from playbook.offers.model import OfferPart
from playbook.offers.nearly import Nearby, Nearly, Step
from playbook.offers.options import LINES, rows_of
from playbook.offers.priced import PricedCase
from playbook.policy.model import OptionRow, Policy
from playbook.tables import Decision


class Facts:
    """What is true of one priced case whatever the language, each found when somebody first asks."""

    def __init__(self, priced: PricedCase, policy: Policy) -> None:
        self.priced, self.policy, self.nearby = priced, policy, Nearby()
        self._rows: dict[str, list[OptionRow]] = {}
        self._near: list[Nearly] = []

    @cached_property
    def paid(self) -> list[Decision]:
        """Return the decisions of tables that pay, the law's first."""
        found = [
            d
            for d in self.priced.decisions
            if d.table.line != "options" and any(not p.decider for p in d.paid)
        ]
        return sorted(found, key=lambda d: LINES.index(d.table.line or "inconvenience"))

    @cached_property
    def totals(self) -> dict[str, Money | None]:
        """Return what every option comes to, as its total on an offer does; None for one without money."""
        return {option: self._total(held) for option, held in self.priced.option_parts.items()}

    def _total(self, held: Iterable[OfferPart]) -> Money | None:
        currency = self.policy.currency
        sums = [part.value for part in held if part.value and part.value.currency == currency]
        return Money(sum(one.minor for one in sums), currency) if sums else None

    def rows_of(self, option: str) -> list[OptionRow]:
        """Return the parts of an option as `options.csv` has them."""
        if option not in self._rows:
            self._rows[option] = rows_of(self.policy, option)
        return self._rows[option]

    def near(self) -> Iterator[Nearly]:
        """Yield what one other condition would have given, the nearest first, as far as somebody asks."""
        yield from self._near
        for one in self._nearer:
            self._near.append(one)
            yield one

    @cached_property
    def _nearer(self) -> Iterator[Nearly]:
        """Return what is still to be found of it.

        A table that pays nothing is left out where another pays on the same line: it is not what the case is about.
        """
        lines = {decision.table.line for decision in self.paid}
        about = [d for d in self.priced.decisions if d in self.paid or d.table.line not in lines]
        return self.nearby.found(step for step in self.nearby.steps(about) if _worth_telling(step))


def _worth_telling(step: Step) -> bool:
    """Tell whether another value of an input is worth telling, whatever it would have given.

    Where something is paid, another answer to a question is another story; a fact that decided (whose doing it was) is
    told nevertheless, but not to offer options for a case that is not this one.
    """
    column, table = step.column, step.before.table
    return not step.before.paid or not (
        column.type == "enum" or (table.line == "options" and column.discrete)
    )

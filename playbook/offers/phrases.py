"""Phrases of a spoken explanation: what rows come to and why they decided, in one language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from playbook.messages import templates
from playbook.money import Money
from playbook.offers.tabled import tabled
from playbook.offers.worded import spaced, unshown, value_of
from playbook.tables import Decision, Paid, TableRow
from playbook.text import Language, format_money

MOST_CHARACTERS = {"en": 199, "zh-Hant": 89, "zh-Hans": 89}
"""How long a sentence may be: what a person can take in while listening."""


class Phrases:
    """The words of one language; what has none in it is empty, never in another language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._templates = templates("explained", language)

    def say(self, key: str, /, **values: object) -> str:
        """Return a message of `explained`: a piece, which only as a whole sentence is set apart from figures."""
        return self._templates[key].filled(values)

    def plain(self, key: str, /, **values: object) -> str:
        """Return a message of `explained` that is a whole sentence, whatever its length."""
        return spaced(self._templates[key].filled(values), self.language)

    def fits(self, candidates: Iterable[str | None]) -> str | None:
        """Return the first whole sentence that is short enough to be read out; none after it is looked at."""
        most = MOST_CHARACTERS[self.language]
        for text in candidates:
            if text and len(text) <= most and len(whole := spaced(text, self.language)) <= most:
                return whole
        return None

    def money(self, amount: Money) -> str:
        """Return a sum as the language writes it."""
        return format_money(amount, self.language)

    def all_of(self, items: Iterable[str]) -> str:
        """Join words that all hold: a, b and c; each once."""
        return self._joined("and_last", list(dict.fromkeys(items)))

    def all_reasons(self, items: Iterable[str]) -> str:
        """Join reasons that all hold; each once."""
        return self._joined("and_reason", list(dict.fromkeys(items)))

    def one_of(self, items: Iterable[str]) -> str:
        """Join words of which one holds: a, b or c; each once."""
        return self._joined("or_last", list(dict.fromkeys(items)))

    def _joined(self, key: str, items: Sequence[str]) -> str:
        if len(items) < 2:
            return "".join(items)
        return self.say(key, first=self.say("comma").join(items[:-1]), last=items[-1])

    def side_by_side(self, items: Iterable[str]) -> str:
        """Join longer pieces, set apart by a stronger mark than the commas within them."""
        return self.say("between").join(items)

    # -- what rows come to -----------------------------------------------------------------

    def items(self, decision: Decision, paid: Iterable[Paid], *, labels: bool = True) -> str:
        """Word what rows come to: the alternatives of one set with or between them."""
        rows: dict[str, list[Paid]] = {}
        for one in paid:
            if not one.decider:
                rows.setdefault(one.row.id, []).append(one)
        sets: dict[str, list[str]] = {}
        for name, same in rows.items():
            word = self._item(decision, same, labels)
            if word:
                sets.setdefault(same[0].row.payout.alternative or f"#{name}", []).append(word)
        return self.all_of(self.one_of(words) for words in sets.values())

    def _item(self, decision: Decision, same: list[Paid], labels: bool) -> str:
        """Word what one row comes to, over all events of the case."""
        label = self.label(same[0].row, decision)
        sums = [one.amount for one in same if one.amount is not None]
        if not sums:
            return label
        total = self.money(sum(sums[1:], sums[0]))
        if not label or not labels:
            return total
        if len(same) > 1:
            return self.say("sum_of_events", sum=total, count=len(same), label=label)
        return self.say("sum_of", sum=total, label=label)

    def label(self, row: TableRow, decision: Decision) -> str:
        """Return what a row pays, else what its table is for."""
        return row.label.get(self.language) or decision.table.title.get(self.language) or ""

    # -- why -------------------------------------------------------------------------------

    def reasons(self, decision: Decision, rows: Sequence[TableRow]) -> Iterator[str]:
        """Yield why rows decided, the longest form first: their words with the values, without, the values alone.

        Beside the row's own words only quantities are told: what the words do not hold already.
        """
        whys = list(dict.fromkeys(row.why[self.language] for row in rows if row.why.get(self.language)))
        quantities, answers = self.values(decision, rows)
        for count in range(len(whys), 0, -1):
            why = self.all_reasons(whys[:count])
            for most in range(len(quantities), 0, -1):
                told = self.side_by_side(quantities[:most])
                yield self.say("because_values", why=why, values=told)
            yield why
        every = [*quantities, *answers]
        for most in range(len(every), 0, -1):
            yield self.say("values_only", values=self.side_by_side(every[:most]))

    def values(self, decision: Decision, rows: Iterable[TableRow]) -> tuple[list[str], list[str]]:
        """Word the values by which rows decided, and those that their sums were taken of: quantities, then answers."""
        table, case = decision.table, decision.case
        words = tabled(table, self.language)
        quantities: dict[str, None] = {}
        answers: dict[str, None] = {}
        for row in rows:
            for column, name in words.inputs(row):
                value = unshown(column, case.get(column.name, "null"))
                word = None if value is None else value_of(column, value, table.currency, self.language)
                if word:
                    told = answers if column.discrete else quantities
                    told[self.say("clause", name=name, condition=word)] = None
        return list(quantities), list(answers)

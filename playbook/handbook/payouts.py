"""What a row of a compensation table gives, in words: sums, shares, periods, limits, things, who decides."""

from __future__ import annotations

from collections.abc import Iterator

from playbook.documents import Runs, text
from playbook.documents.written import joined, local, plain
from playbook.handbook.words import money, quiet, remedy_kind, role, strong, word
from playbook.money import Money
from playbook.offers.options import rows_of
from playbook.offers.worded import counted, label_of, spaced
from playbook.policy.authority import rung_of
from playbook.policy.model import Policy
from playbook.tables import Payout, Table, TableRow
from playbook.text import Language


def given(row: TableRow, table: Table, policy: Policy, language: Language) -> Runs:
    """Return what a row gives: what it is called, what it comes to, and who has to grant or decide it."""
    payout = row.payout
    if payout.outcome == "none":
        return quiet(word("nothing", language))
    if payout.outcome == "more_information":
        return text(word("ask_person", language))
    if payout.option:
        return joined([_option(payout.option, policy, language), _granted(payout, policy, language)], "\n")
    label = local(row.label, language) or (text(remedy_kind(payout.kind, language)) if payout.kind else ())
    told = Worded(table, language)
    sums = strong(told.sum_of(payout)) if payout.monetary else ()
    # Of a range without a sum of its own, the bounds are all that there is.
    rest = [quiet(part) for part in told.limits(payout)]
    called = joined([sums, label], " · ")
    decider: Runs = ()
    if payout.outcome == "discretion":
        rung = rung_of(policy, payout.decider)
        who = plain(rung.label, language) if rung else word("somebody_decides", language)
        decider = text(word("discretion", language, decider=who))
    return joined([called, decider, *rest, _granted(payout, policy, language)], "\n")


def _option(option: str, policy: Policy, language: Language) -> Runs:
    """Return an option with what it holds."""
    parts = joined([local(row.label, language) for row in rows_of(policy, option)], word("added", language))
    named = text(word("option_named", language, option=option))
    return joined([named, parts], "：" if language != "en" else ": ")


def _granted(payout: Payout, policy: Policy, language: Language) -> Runs:
    if not payout.authority:
        return ()
    who = "".join(run.text for run in role(payout.authority, policy, language))
    return quiet(word("needs_role", language, role=who))


class Worded:
    """The payouts of one table in words of a language."""

    def __init__(self, table: Table, language: Language) -> None:
        self.table, self.language = table, language

    def say(self, key: str, /, **values: object) -> str:
        """Return a message of the handbook."""
        return word(key, self.language, **values)

    def money(self, minor: int) -> str:
        """Return minor units of the table's currency as a sum."""
        return money(Money(minor, self.table.currency), self.language)

    def called(self, name: str) -> str:
        """Return what an input is called, else its name in the table."""
        try:
            return label_of(self.table.input(name), "name", self.language, or_id=True) or name
        except KeyError:
            return name

    def sum_of(self, payout: Payout) -> str:
        """Return what is added up: a fixed sum, a share of an input, and so much for each period of another."""
        first = []
        if payout.amount is not None:
            first.append(self.money(payout.amount))
        if payout.share is not None:
            whole = payout.share[0] == payout.share[1]
            of = self.called(payout.of)
            shown = share(payout.share)
            first.append(self.say("all_of", of=of) if whole else self.say("share_of", share=shown, of=of))
        parts = self.say("added").join(first)
        if payout.per and payout.each is None:
            parts += self._periods(payout)
        if payout.each is not None:
            each = self.money(payout.each) + self._periods(payout)
            parts = self.say("added").join(part for part in (parts, each) if part)
        return spaced(parts, self.language)

    def _periods(self, payout: Payout) -> str:
        column = self.table.input(payout.per)
        unit = counted(payout.period, column.unit, self.language) if column.unit or payout.period > 1 else ""
        return self.say(f"each_{payout.periods}", per=self.called(payout.per), period=unit or "1")

    def limits(self, payout: Payout) -> Iterator[str]:
        """Yield what is done to the sum afterwards, in the order in which it is done."""
        if payout.after:
            unit = self.table.input(payout.per).unit if payout.per else ""
            yield self.say("after", period=counted(payout.after, unit, self.language))
        if payout.free_periods:
            yield self.say("free_periods", count=payout.free_periods)
        if payout.max_periods is not None:
            yield self.say("max_periods", count=payout.max_periods)
        if payout.at_least is not None:
            yield self.say("at_least", sum=self.money(payout.at_least))
        if payout.at_most is not None:
            yield self.say("at_most", sum=self.money(payout.at_most))
        if payout.cap_of:
            yield self.say("cap_of", of=self.called(payout.cap_of))
        if payout.times is not None:
            yield self.say("adjusted", share=share(payout.times))
        if payout.plus:
            yield self.say("plus", sum=self.money(payout.plus))
        if payout.deductible:
            yield self.say("deductible", sum=self.money(payout.deductible))
        if payout.threshold or not payout.threshold_inclusive:
            key = "threshold" if payout.threshold_inclusive else "threshold_above"
            yield self.say(key, sum=self.money(payout.threshold))
        if payout.multiply:
            yield self.say("multiplied", of=self.called(payout.multiply))
        if payout.alternative:
            yield self._choice(payout.alternative)

    def _choice(self, alternative: str) -> str:
        """Say that the customer chooses one of a set; where a table has several sets, they are numbered."""
        sets = list(dict.fromkeys(r.payout.alternative for r in self.table.rows if r.payout.alternative))
        if len(sets) < 2:
            return self.say("choose_among")
        return self.say("choose_among_set", number=sets.index(alternative) + 1)


def share(fraction: tuple[int, int]) -> str:
    """Return a fraction as people write it: 50%, 12.5%, or 1/464 where no percentage is exact."""
    top, bottom = fraction
    hundredths = top * 10_000
    if hundredths % bottom:
        return f"{top}/{bottom}"
    whole, rest = divmod(hundredths // bottom, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"

"""Why a case comes to what it does, in a few sentences that a person on the telephone can read to a customer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from playbook.money import Money
from playbook.offers.model import OfferPart
from playbook.offers.nearly import Nearly, nearly
from playbook.offers.options import LINES, rows_of
from playbook.offers.phrases import MOST_CHARACTERS, Phrases
from playbook.offers.priced import PricedCase, asked
from playbook.offers.worded import condition_of, label_of, lower_end, named, spaced, upper_end
from playbook.policy.authority import rung_of
from playbook.policy.model import Policy
from playbook.tables import Decision, Paid
from playbook.tables.cells import Input
from playbook.text import LANGUAGES, Language

MOST_SENTENCES = 4
MOST_NEAR = 2


NEAR = 5
"""From here on sentences are the first to be left out."""


@dataclass(frozen=True)
class _Sentence:
    """A sentence, where it is read, and how soon it is left out where there are too many (the highest first)."""

    place: int
    spare: int
    text: str


def spoken(priced: PricedCase, policy: Policy, language: Language) -> tuple[str, ...]:
    """Return at most four sentences: what is paid and why, or why not, who decides, what is missing, what nearly was.

    Only what the decisions hold is said. What has no words in the language is left out, never said in another one.
    """
    return _spoken(_Speaker(priced, policy, language, {}))


def _spoken(speaker: _Speaker) -> tuple[str, ...]:
    found = [one for one in speaker.sentences() if one.text]
    if sum(one.spare < NEAR for one in found) < MOST_SENTENCES:  # else there is no room for more
        found += speaker.beyond()
    kept = sorted(found, key=lambda one: one.spare)[:MOST_SENTENCES]
    read = (spaced(one.text, speaker.language) for one in sorted(kept, key=lambda one: one.place))
    return tuple(dict.fromkeys(read))


def in_languages(priced: PricedCase, policy: Policy) -> dict[Language, list[str]]:
    """Return the sentences in every language."""
    near: dict[str, tuple[Nearly, ...]] = {}  # the same in every language
    return {
        language: list(_spoken(_Speaker(priced, policy, language, near))) for language in sorted(LANGUAGES)
    }


class _Speaker(Phrases):
    """What there is to say of one priced case."""

    def __init__(
        self, priced: PricedCase, policy: Policy, language: Language, near: dict[str, tuple[Nearly, ...]]
    ) -> None:
        super().__init__(language)
        self.priced, self.policy, self._near = priced, policy, near

    def paid(self) -> list[Decision]:
        """Return the decisions of tables that pay, the law's first."""
        found = [
            d
            for d in self.priced.decisions
            if d.table.line != "options" and any(not p.decider for p in d.paid)
        ]
        return sorted(found, key=lambda d: LINES.index(d.table.line or "inconvenience"))

    def sentences(self) -> Iterator[_Sentence]:
        """Yield every sentence; the places are those in which they are read."""
        priced = self.priced
        paid = self.paid()
        if priced.outcome == "not_enough_information":
            yield _Sentence(0, 0, self.missing() or "")
        for at, decision in enumerate(paid):
            yield _Sentence(10 + at, 2 + at, self.given(decision) or "")
        for decision in priced.decisions:
            yield from (_Sentence(20, 1, self.discretion(p, decision)) for p in decision.paid if p.decider)
        for name in priced.clamped:
            law = any(d.table.name == name for d in priced.decisions) or name in self.policy.table_files
            yield _Sentence(21, 1, self.say("law_stands" if law else "money_stands"))
        yield _Sentence(12, 4, self.no_law(paid) or "")
        yield _Sentence(30, 3, self.options() or "")
        if not paid and not priced.option_parts and priced.outcome == "not_eligible":
            yield _Sentence(10, 2, self.nothing())
        for decision in [d for d in paid if d.table.basis == "statutory"][:1]:
            yield _Sentence(40, 4, self.rule(decision) or "")

    def beyond(self) -> Iterator[_Sentence]:
        """Yield what is told where there is room: what nearly was, and what taking it means for further claims."""
        if self.priced.outcome != "not_enough_information":
            for at, text in enumerate(self.near(self.paid())):
                yield _Sentence(50 + at, NEAR + 2 * at, text)
        for decision in [d for d in self.paid() if d.table.remedy][:1]:
            yield _Sentence(60, NEAR + 1, self.say(f"further_{decision.table.remedy}"))

    def missing(self) -> str | None:
        """Ask for what is not known; where it is the table that does not know, say that a person has to look."""
        columns = [c for d in self.priced.decisions for c in (*d.table.inputs, *d.table.raw_inputs)]
        asked_for = [c for name in self.priced.missing for c in columns if c.name == name]
        known = list(dict.fromkeys(word for c in asked_for if (word := self.question(c))))
        shorter = (known[:count] for count in range(len(known), 0, -1))
        if known:
            return self.fits(self.say("ask", names=self.all_of(some)) for some in shorter)
        if self.priced.missing:
            return self.say("ask_unnamed")
        titles = [
            d.table.title.get(self.language)
            for d in self.priced.decisions
            if any(row.payout.outcome == "more_information" for row in d.fired)
        ]
        return self.fits(self.say("ask_person", title=title) for title in titles if title)

    def question(self, column: Input) -> str | None:
        """Return what an input is called, and that it asks for yes or no."""
        name = label_of(column, "name", self.language)
        return self.say("yes_or_no", name=name) if name and column.type == "bool" else name

    # -- what is given ---------------------------------------------------------------------

    def given(self, decision: Decision) -> str | None:
        """Say what a table gives, and why."""
        basis, paid = decision.table.basis or "goodwill", decision.paid
        what = self.items(decision, paid)
        if not what:
            return None
        rows = list({one.row.id: one.row for one in paid if not one.decider}.values())
        with_reason = (self.say(f"given_{basis}", what=what, why=why) for why in self.reasons(decision, rows))
        sums = self.items(decision, [one for one in paid if one.amount is not None], labels=False)
        plain = (self.say(f"plain_{basis}", what=words) for words in (what, sums) if words)
        return self.fits(chain(with_reason, plain))

    def rule(self, decision: Decision) -> str | None:
        """Say which law it is, with the article where there is room."""
        title = decision.table.title.get(self.language)
        if not title:
            return None
        source = next((one.row.source for one in decision.paid if one.row.source), "")
        head, _, rest = source.partition(",")
        pieces = (rest if rest and head in title else source).split(";")
        longer = (";".join(pieces[:count]).strip() for count in range(len(pieces), 0, -1))
        candidates = (self.say("rule_source", title=title, source=some) for some in longer if some)
        return self.fits(chain(candidates, [self.say("rule", title=title)]))

    def discretion(self, one: Paid, decision: Decision) -> str:
        """Say who decides how much, and within which bounds."""
        rung = rung_of(self.policy, one.decider)
        label = rung.label.get(self.language) if rung else None
        decider = named(label, self.language) if label else self.say("somebody")
        low, high = (self.money(m) if m is not None else "" for m in (one.at_least, one.at_most))
        key = "_between" if low and high else "_up_to" if high else "_from" if low else ""
        what = self.label(one.row, decision)
        return (
            self.fits([self.say(f"discretion{key}", label=what, decider=decider, low=low, high=high)]) or ""
        )

    # -- options ---------------------------------------------------------------------------

    def options(self) -> str | None:
        """Say which options there are, each by what only it holds, with what it comes to."""
        parts = self.priced.option_parts
        if not parts:
            return None
        totals = {name: self.total(held) for name, held in parts.items()}
        words = {name: self.apart(name, tuple(parts)) for name in parts}
        ranged = self.range(list(totals.values()))
        if not all(words.values()):
            return ranged
        with_sums = self.side_by_side(self.with_total(word, totals[name]) for name, word in words.items())
        if len(parts) == 1:
            return self.fits(self.say("choose_one", what=what) for what in (with_sums, *words.values()))
        count = len(parts)
        with_reason = (
            self.say("choose_why", why=why, count=count, what=with_sums)
            for decision in self.priced.decisions
            if decision.table.line == "options" and decision.fired
            for why in self.reasons(decision, decision.fired[:1])
        )
        plain = (
            self.say("choose", count=count, what=what)
            for what in (with_sums, self.side_by_side(words.values()))
        )
        return self.fits(chain(with_reason, [next(plain), ranged], plain))

    def with_total(self, word: str, total: Money | None) -> str:
        """Set what an option comes to behind it; one without money has no sum."""
        return self.say("total_of", label=word, sum=self.money(total)) if total and total.minor else word

    def range(self, totals: Sequence[Money | None]) -> str | None:
        """Say how many options there are, and from what to what they come to."""
        sums = sorted(total for total in totals if total is not None and total.minor)
        if not sums:
            return None
        if len(sums) < len(totals) or sums[0] == sums[-1]:
            return self.say("choose_up_to", count=len(totals), high=self.money(sums[-1]))
        return self.say("choose_range", count=len(totals), low=self.money(sums[0]), high=self.money(sums[-1]))

    def total(self, held: Iterable[OfferPart]) -> Money | None:
        """Return what an option comes to, as its total on an offer does."""
        sums = [part.value for part in held if part.value and part.value.currency == self.policy.currency]
        return sum(sums, Money(0, self.policy.currency)) if sums else None

    def apart(self, option: str, among: Iterable[str]) -> str:
        """Return the part by which an option differs from the others, else its first."""
        labels = {name: self.labels(name) for name in among}
        own = labels.get(option) or self.labels(option)
        others = {label for name, found in labels.items() if name != option for label in found}
        return next(iter([label for label in own if label not in others] or own), "")

    def labels(self, option: str) -> list[str]:
        """Return what an option holds, part by part."""
        rows = rows_of(self.policy, option)
        return [row.label[self.language] for row in rows if row.label.get(self.language)]

    # -- what is not given, and what nearly was --------------------------------------------

    def nothing(self) -> str:
        """Say why nothing is due: by the table that the case is about."""
        decisions = [d for d in self.priced.decisions if d.outcome == "not_eligible" and d.fired]
        decisions.sort(key=lambda d: (not _worded(d, self.language), not nearly(d), -len(_known(d))))
        for decision in decisions:
            title = decision.table.title.get(self.language)
            if not title:
                continue
            whys = self.reasons(decision, decision.fired)
            texts = [self.say("nothing", title=title, why=why) for why in whys]
            if text := self.fits([*texts, self.say("nothing_plain", title=title)]):
                return text
        return self.say("nothing_at_all")

    def no_law(self, paid: list[Decision]) -> str | None:
        """Say why the law gives nothing where we do: by the law's table that nearly gave something."""
        given = paid or self.priced.option_parts
        if not given or any(decision.table.basis == "statutory" for decision in paid):
            return None
        for decision in self.priced.decisions:
            title = decision.table.title.get(self.language)
            whose = decision.table.basis == "statutory" and decision.outcome == "not_eligible"
            if title and whose and _worded(decision, self.language) and nearly(decision):
                whys = self.reasons(decision, decision.fired)
                return self.fits(self.say("nothing", title=title, why=why) for why in whys)
        return None

    def near(self, paid: list[Decision]) -> list[str]:
        """Say what one other condition would have given, the nearest first, the law's before ours.

        A table that pays nothing is left out where another pays on the same line: it is not what the case is about.
        """
        lines = {decision.table.line for decision in paid}
        found = [
            one
            for decision in self.priced.decisions
            if decision in paid or decision.table.line not in lines
            for one in self._nearly_of(decision)
        ]
        found.sort(key=lambda one: (one.distance, one.instead.table.line != "statutory"))
        texts = dict.fromkeys(text for one in found if (text := self.nearly(one)))
        return list(texts)[:MOST_NEAR]

    def _nearly_of(self, decision: Decision) -> tuple[Nearly, ...]:
        name = decision.table.name
        if name not in self._near:
            self._near[name] = nearly(decision)
        return self._near[name]

    def nearly(self, one: Nearly) -> str | None:
        """Say what one other condition would have given."""
        name, condition = label_of(one.column, "name", self.language), self.bound(one)
        choice = one.instead.table.line == "options"
        # Where something is paid, another answer to a question is another story; a fact that decided (whose doing it
        # was) is told nevertheless, but not to offer options for a case that is not this one.
        if one.before.paid and (one.column.type == "enum" or (choice and one.column.discrete)):
            return None
        what = self.other_options(one) if choice else self.items(one.instead, one.instead.paid)
        if condition is None or not what or (name is None and one.column.discrete):
            return None
        key = "near_choice" if choice else "near"
        if name is None:
            return self.fits([self.say(f"{key}_unnamed", condition=condition, what=what)])
        if one.column.type == "bool":
            return self.fits([self.say(f"{key}_answer", name=name, condition=condition, what=what)])
        form = f"{key}_value" if one.column.type == "enum" else key
        return self.fits([self.say(form, name=named(name, self.language), condition=condition, what=what)])

    def bound(self, one: Nearly) -> str | None:
        """Word the end of the condition that was not met; the other end was."""
        column, currency = one.column, one.instead.table.currency
        low, high = one.interval
        if column.discrete:
            return condition_of(column, replace(one.test, null=False), one.cell, currency, self.language)
        if one.above:
            return lower_end(column, low, one.cell, currency, self.language, inside=True)
        return upper_end(column, high, one.cell, currency, self.language)

    def other_options(self, one: Nearly) -> str:
        """Word the options that would have been there, by what only they hold."""
        before = {row.payout.option for row in one.before.fired}
        among = dict.fromkeys(p.row.payout.option for p in one.instead.paid if p.row.payout.option)
        words = [self.apart(option, among) for option in among if option not in before]
        return self.one_of(word for word in words if word)


def _known(decision: Decision) -> list[str]:
    return [name for name in asked(decision.table) if decision.case.get(name, "null") != "null"]


def _worded(decision: Decision, language: Language) -> bool:
    return any(row.why.get(language) for row in decision.fired)


__all__ = ["MOST_CHARACTERS", "MOST_SENTENCES", "in_languages", "spoken"]

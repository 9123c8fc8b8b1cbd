"""Why a case comes to what it does, in a few sentences that a person on the telephone can read to a customer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

from playbook.money import Money
from playbook.offers.facts import Facts
from playbook.offers.nearly import Nearly
from playbook.offers.phrases import MOST_CHARACTERS, Phrases
from playbook.offers.priced import PricedCase, asked
from playbook.offers.tabled import tabled
from playbook.offers.worded import label_of, named
from playbook.policy.authority import rung_of
from playbook.policy.model import Policy
from playbook.tables import Decision, Paid
from playbook.tables.cells import Input
from playbook.text import LANGUAGES, Language

MOST_SENTENCES = 4
MOST_NEAR = 2


class _Sentence(NamedTuple):
    """A sentence that may be told: where it is read, how soon it is left out (the highest first), and its words."""

    place: int
    spare: int
    worded: Callable[[], str | None]


def spoken(priced: PricedCase, policy: Policy, language: Language) -> tuple[str, ...]:
    """Return at most four sentences: what is paid and why, or why not, who decides, what is missing, what nearly was.

    Only what the decisions hold is said. What has no words in the language is left out, never said in another one.
    """
    return _Speaker(Facts(priced, policy), language).told()


def in_languages(priced: PricedCase, policy: Policy) -> dict[Language, list[str]]:
    """Return the sentences in every language."""
    facts = Facts(priced, policy)
    return {language: list(_Speaker(facts, language).told()) for language in sorted(LANGUAGES)}


class _Speaker(Phrases):
    """What there is to say of one priced case in one language."""

    def __init__(self, facts: Facts, language: Language) -> None:
        super().__init__(language)
        self.facts, self.priced, self.policy = facts, facts.priced, facts.policy

    def told(self) -> tuple[str, ...]:
        """Return the sentences that are told, in the order in which they are read; no other one is worded."""
        kept: list[tuple[int, str]] = []
        for one in sorted(self.sentences(), key=lambda one: one.spare):
            if text := one.worded():
                kept.append((one.place, text))
                if len(kept) == MOST_SENTENCES:
                    break
        return tuple(dict.fromkeys(text for _, text in sorted(kept, key=lambda one: one[0])))

    def sentences(self) -> Iterator[_Sentence]:
        """Yield every sentence; the places are those in which they are read."""
        priced, paid = self.priced, self.facts.paid
        known = priced.outcome != "not_enough_information"
        if not known:
            yield _Sentence(0, 0, self.missing)
        for at, decision in enumerate(paid):
            yield _Sentence(10 + at, 2 + at, partial(self.given, decision))
        for decision in priced.decisions:
            for one in decision.paid:
                if one.decider:
                    yield _Sentence(20, 1, partial(self.discretion, one, decision))
        for name in priced.clamped:
            yield _Sentence(21, 1, partial(self.stands, name))
        yield _Sentence(12, 4, self.no_law)
        yield _Sentence(30, 3, self.options)
        if not paid and not priced.option_parts and priced.outcome == "not_eligible":
            yield _Sentence(10, 2, self.nothing)
        for decision in [d for d in paid if d.table.basis == "statutory"][:1]:
            yield _Sentence(40, 4, partial(self.rule, decision))
        near = self.near() if known else iter(())
        for at in range(MOST_NEAR):
            yield _Sentence(50 + at, 5 + 2 * at, partial(next, near, None))
        for decision in [d for d in paid if d.table.remedy][:1]:
            yield _Sentence(60, 6, partial(self.plain, f"further_{decision.table.remedy}"))

    def missing(self) -> str | None:
        """Ask for what is not known; where it is the table that does not know, say that a person has to look."""
        columns = [c for d in self.priced.decisions for c in (*d.table.inputs, *d.table.raw_inputs)]
        asked_for = [c for name in self.priced.missing for c in columns if c.name == name]
        known = list(dict.fromkeys(word for c in asked_for if (word := self.question(c))))
        shorter = (known[:count] for count in range(len(known), 0, -1))
        if known:
            return self.fits(self.say("ask", names=self.all_of(some)) for some in shorter)
        if self.priced.missing:
            return self.plain("ask_unnamed")
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
        what = self.items(decision, decision.paid)
        return self.fits(self._given(decision, what)) if what else None

    def _given(self, decision: Decision, what: str) -> Iterator[str]:
        basis, paid = decision.table.basis or "goodwill", decision.paid
        rows = list({one.row.id: one.row for one in paid if not one.decider}.values())
        for why in self.reasons(decision, rows):
            yield self.say(f"given_{basis}", what=what, why=why)
        yield self.say(f"plain_{basis}", what=what)
        sums = self.items(decision, [one for one in paid if one.amount is not None], labels=False)
        if sums:
            yield self.say(f"plain_{basis}", what=sums)

    def rule(self, decision: Decision) -> str | None:
        """Say which law it is, with the article where there is room."""
        title = decision.table.title.get(self.language)
        if not title:
            return None
        source = next((one.row.source for one in decision.paid if one.row.source), "")
        return self.fits(self._rule(title, source))

    def _rule(self, title: str, source: str) -> Iterator[str]:
        head, _, rest = source.partition(",")
        pieces = (rest if rest and head in title else source).split(";")
        for count in range(len(pieces), 0, -1):
            if some := ";".join(pieces[:count]).strip():
                yield self.say("rule_source", title=title, source=some)
        yield self.say("rule", title=title)

    def discretion(self, one: Paid, decision: Decision) -> str | None:
        """Say who decides how much, and within which bounds."""
        rung = rung_of(self.policy, one.decider)
        label = rung.label.get(self.language) if rung else None
        decider = named(label, self.language) if label else self.say("somebody")
        low, high = (self.money(m) if m is not None else "" for m in (one.at_least, one.at_most))
        key = "_between" if low and high else "_up_to" if high else "_from" if low else ""
        what = self.label(one.row, decision)
        return self.fits([self.say(f"discretion{key}", label=what, decider=decider, low=low, high=high)])

    def stands(self, name: str) -> str:
        """Say that what the law gives stands: in place of a table, or of an option's substitute for money."""
        law = any(d.table.name == name for d in self.priced.decisions) or name in self.policy.table_files
        return self.plain("law_stands" if law else "money_stands")

    # -- options ---------------------------------------------------------------------------

    def options(self) -> str | None:
        """Say which options there are, each by what only it holds, with what it comes to."""
        totals = self.facts.totals
        if not totals:
            return None
        words = self.apart(totals)
        return self.fits(self._options(words, totals)) if all(words.values()) else self.range()

    def _options(self, words: dict[str, str], totals: dict[str, Money | None]) -> Iterator[str | None]:
        with_sums = self.side_by_side(self.with_total(word, totals[name]) for name, word in words.items())
        count = len(words)
        if count == 1:
            for what in (with_sums, *words.values()):
                yield self.say("choose_one", what=what)
            return
        for decision in self.priced.decisions:
            if decision.table.line == "options" and decision.fired:
                for why in self.reasons(decision, decision.fired[:1]):
                    yield self.say("choose_why", why=why, count=count, what=with_sums)
        yield self.say("choose", count=count, what=with_sums)
        yield self.range()
        yield self.say("choose", count=count, what=self.side_by_side(words.values()))

    def with_total(self, word: str, total: Money | None) -> str:
        """Set what an option comes to behind it; one without money has no sum."""
        return self.say("total_of", label=word, sum=self.money(total)) if total and total.minor else word

    def range(self) -> str | None:
        """Say how many options there are, and from what to what they come to."""
        totals = self.facts.totals
        sums = sorted(total for total in totals.values() if total is not None and total.minor)
        if not sums:
            return None
        count, high = len(totals), self.money(sums[-1])
        if len(sums) < count or sums[0] == sums[-1]:
            return self.plain("choose_up_to", count=count, high=high)
        return self.plain("choose_range", count=count, low=self.money(sums[0]), high=high)

    def apart(self, options: Iterable[str]) -> dict[str, str]:
        """Return the part by which each option differs from the others, else its first."""
        labels = {option: self.labels(option) for option in options}
        held = [label for found in labels.values() for label in dict.fromkeys(found)]
        return {
            option: next(iter([label for label in own if held.count(label) == 1] or own), "")
            for option, own in labels.items()
        }

    def labels(self, option: str) -> list[str]:
        """Return what an option holds, part by part."""
        return [label for row in self.facts.rows_of(option) if (label := row.label.get(self.language))]

    # -- what is not given, and what nearly was --------------------------------------------

    def nothing(self) -> str | None:
        """Say why nothing is due: by the table that the case is about."""
        for decision in self.likeliest():
            title = decision.table.title.get(self.language)
            if not title:
                continue
            if text := self.fits(self._nothing(decision, title)):
                return text
            if text := self.fits([self.say("nothing_plain", title=title)]):
                return text
        return self.plain("nothing_at_all")

    def _nothing(self, decision: Decision, title: str) -> Iterator[str]:
        return (self.say("nothing", title=title, why=why) for why in self.reasons(decision, decision.fired))

    def likeliest(self) -> Iterator[Decision]:
        """Yield the tables that give nothing: those first that say why, that nearly gave something, that know most."""
        refusing = [d for d in self.priced.decisions if d.outcome == "not_eligible" and d.fired]
        refusing.sort(key=lambda d: (not _worded(d, self.language), -len(_known(d))))
        for worded in (True, False):
            others = []
            for decision in refusing:
                if _worded(decision, self.language) == worded:
                    if self.facts.nearby.any(decision):
                        yield decision
                    else:
                        others.append(decision)
            yield from others

    def no_law(self) -> str | None:
        """Say why the law gives nothing where we do: by the law's table that nearly gave something."""
        paid = self.facts.paid
        given = paid or self.priced.option_parts
        if not given or any(decision.table.basis == "statutory" for decision in paid):
            return None
        for decision in self.priced.decisions:
            title = decision.table.title.get(self.language)
            whose = decision.table.basis == "statutory" and decision.outcome == "not_eligible"
            if title and whose and _worded(decision, self.language) and self.facts.nearby.any(decision):
                return self.fits(self._nothing(decision, title))
        return None

    def near(self) -> Iterator[str]:
        """Yield what one other condition would have given, the nearest first, the law's before ours; each once."""
        told = set()
        for one in self.facts.near():
            if (text := self.nearly(one)) and text not in told:
                told.add(text)
                yield text

    def nearly(self, one: Nearly) -> str | None:
        """Say what one other condition would have given."""
        step, instead = one.step, one.instead
        column, choice = step.column, instead.table.line == "options"
        name = label_of(column, "name", self.language)
        condition = tabled(instead.table, self.language).bound(step)
        if condition is None or (name is None and column.discrete):
            return None
        what = self.other_options(one) if choice else self.items(instead, instead.paid)
        if not what:
            return None
        key = "near_choice" if choice else "near"
        if name is None:
            return self.fits([self.say(f"{key}_unnamed", condition=condition, what=what)])
        if column.type == "bool":
            return self.fits([self.say(f"{key}_answer", name=name, condition=condition, what=what)])
        form = f"{key}_value" if column.type == "enum" else key
        return self.fits([self.say(form, name=named(name, self.language), condition=condition, what=what)])

    def other_options(self, one: Nearly) -> str:
        """Word the options that would have been there, by what only they hold."""
        before = {row.payout.option for row in one.step.before.fired}
        among = dict.fromkeys(p.row.payout.option for p in one.instead.paid if p.row.payout.option)
        apart = self.apart(among)
        return self.one_of(word for option, word in apart.items() if word and option not in before)


def _known(decision: Decision) -> list[str]:
    return [name for name in asked(decision.table) if decision.case.get(name, "null") != "null"]


def _worded(decision: Decision, language: Language) -> bool:
    return any(row.why.get(language) for row in decision.fired)


__all__ = ["MOST_CHARACTERS", "MOST_SENTENCES", "in_languages", "spoken"]

"""What only the record can tell: a sum, day or name that differs, a promise nobody made, a cause nobody confirmed."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date
from difflib import SequenceMatcher
from functools import cached_property
from itertools import accumulate

from playbook.assessment import Assessment
from playbook.checks.glossary import as_written, term_findings
from playbook.checks.outdated import without_quotations
from playbook.checks.quantities import Quantity, quantities
from playbook.checks.record import OnRecord, said_by_customer
from playbook.drafts import Draft, Sentence
from playbook.incident.model import Incident
from playbook.linter.findings import Finding, Level
from playbook.messages import say
from playbook.offers import Offers
from playbook.policy.model import Channel, Policy
from playbook.sentences import covers, hedged, units, without_said
from playbook.text import Language

_SENTENCE = re.compile(r"[^。！？!?\n]*[。！？!?]?[」』”）)]*|\n", re.S)
_WEEKDAYS: dict[Language, tuple[str, ...]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "zh-Hant": tuple(f"星期{c}" for c in "一二三四五六日"),
    "zh-Hans": tuple(f"星期{c}" for c in "一二三四五六日"),
}
# Words with which we bind ourselves. Only sentences that hold one can be a promise.
_BINDING: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\b(?:we|I)(?:'ll| will| shall| promise| guarantee| undertake| commit| are going to)\b|\bwill be (?:refunded|replaced|paid|compensated|given)\b|\byou(?:'ll| will) (?:get|receive|have)\b", re.I),
    "zh-Hant": re.compile(r"(?:我們|我|本公司|公司)[^，。]{0,8}(?:會|將|保證|承諾|答應)|(?:保證|承諾|一律|全額)[^，。]{0,12}(?:退|賠|補|送|換)|(?:會|將)(?:為您|替您|給您|再)?(?:退|賠|補償|送|換)"),
    "zh-Hans": re.compile(r"(?:我们|我|本公司|公司|我司)[^，。]{0,8}(?:会|将|保证|承诺|答应)|(?:保证|承诺|一律|全额)[^，。]{0,12}(?:退|赔|补|送|换)|(?:会|将)(?:为您|给您|再)?(?:退|赔|补偿|送|换)"),
}  # fmt: skip
_REMEDY: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:refund|compensat|voucher|credit|free of charge|for free|discount|replace|pay|reimburs|waive)\w*",
        re.I,
    ),
    "zh-Hant": re.compile(r"退款|退費|退還|全額|賠|補償|折價券|購物金|免費|折扣|換新|免收|贈送|再送"),
    "zh-Hans": re.compile(r"退款|退费|退还|全额|赔|补偿|优惠券|代金券|免费|折扣|换新|免收|赠送|再送"),
}


class Checker:
    """Compare one text with the record and collect findings; made once per text."""

    def __init__(self, text: str, language: Language, on: OnRecord) -> None:
        self.text, self.language, self.on = text, language, on
        self.findings: list[Finding] = []
        self._known: dict[str, str] = {}
        self._starts = [0, *(m.end() for m in re.finditer("\n", text))]

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """Return everything countable, datable or named in the text."""
        return quantities(self.text, self.language)

    def place(self, offset: int) -> tuple[int, int]:
        """Return the 1-based line and column of an offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def add(
        self, rule: str, level: Level, key: str, start: int, end: int, why: str = "", **values: object
    ) -> None:
        """Add a finding; the words come from the messages of `checks`."""
        match = self.text[start:end]
        shown = {"match": match, **values}
        fix = say(f"checks.{key}_fix", self.language, **shown)
        reason = say(f"checks.{why or key + '_why'}", self.language, **shown)
        self.findings.append(
            Finding(
                rule,
                level,
                say(f"checks.{key}", self.language, **shown),
                reason,
                fix,
                *self.place(start),
                *self.place(end),
                match,
                start,
                end,
            )
        )

    def sentences(self) -> Iterator[tuple[int, int]]:
        """Yield the spans of the sentences that are not blank."""
        for match in _SENTENCE.finditer(self.text):
            if match.group().strip():
                yield match.span()

    def sentence_at(self, offset: int) -> tuple[int, int]:
        """Return the span of the sentence around an offset."""
        return next(((a, b) for a, b in self.sentences() if a <= offset < b), (offset, offset))

    # -- what a text states ------------------------------------------------------------------

    def values(self, quoted: Iterable[str]) -> None:
        """Report every sum, date, time, count, name or phone that is not on record (S4-21, S4-25)."""
        spans = sorted(span for words in quoted for span in _occurrences(self.text, words))
        starts = [start for start, _ in spans]
        reach = list(accumulate((end for _, end in spans), max))  # how far the quotations up to this one go
        for quantity in self.quantities:
            before = bisect_right(starts, quantity.start)
            if before and quantity.end <= reach[before - 1]:
                continue
            if quantity.kind == "date":
                self._weekday(quantity)
            if not self.on.states(quantity):
                # A small count may be a manner of speaking ("one of two ways"); sums and dates never are.
                level: Level = (
                    "warning" if quantity.kind in ("count", "duration") and _small(quantity) else "block"
                )
                self.add(
                    "inconsistent-facts",
                    level,
                    "not_on_record",
                    quantity.start,
                    quantity.end,
                    nearest=self._nearest(quantity),
                )

    def _weekday(self, quantity: Quantity) -> None:
        year, month, day = (int(str(v)) for v in quantity.value)
        years = [year] if year else sorted({y for y, m, d in self.on.dates if (m, d) == (month, day)})
        if quantity.weekday is None or not years:
            return
        try:
            right = {date(y, month, day).weekday() for y in years}
        except ValueError:
            return
        if quantity.weekday not in right:
            name = _WEEKDAYS[self.language][min(right)]
            self.add(
                "inconsistent-facts",
                "block",
                "wrong_weekday",
                quantity.start,
                quantity.end,
                why="not_on_record_why",
                right=name,
            )

    def _nearest(self, quantity: Quantity) -> str:
        if quantity.kind not in self._known:
            self._known[quantity.kind] = self._all_known(quantity)
        return self._known[quantity.kind]

    def _all_known(self, quantity: Quantity) -> str:
        known: list[str] = {
            "money": [f"{amount:,} {currency}" for amount, currency in sorted(self.on.money)],
            "date": [f"{y}-{m:02}-{d:02}" for y, m, d in sorted(self.on.dates)],
            "time": [f"{h:02}:{m:02}" for h, m in sorted(self.on.times)],
            "name": sorted(self.on.names),
            "phone": sorted(self.on.phones),
        }.get(quantity.kind, [])
        if quantity.kind in ("count", "duration", "share"):
            known = [f"{n:,}" for n in sorted(self.on.counts | self.on.shares)]
        return ", ".join(known[:12]) or say("checks.nothing_recorded", self.language)

    # -- what a text promises -----------------------------------------------------------------

    def promises(self, allowed: Iterable[str], generated: Iterable[str]) -> None:
        """Report sentences that bind us to something which neither the record nor the generated draft says (S0-35)."""
        known = [bare for text in allowed if len(bare := units(text)) >= 3]
        same = {units(text) for text in generated}
        for start, end in self.sentences():
            sentence = self.text[start:end]
            if not _BINDING[self.language].search(sentence) or units(sentence) in same:
                continue
            bare = units(sentence)
            if any(covers(bare, text) for text in (*known, *same)):
                continue
            level: Level = "block" if _REMEDY[self.language].search(sentence) else "error"
            a, b = _trim(self.text, start, end)
            self.add("unauthorised-promise", level, "unrecorded_promise", a, b)

    def offers(self, offers: Offers, customer_kind: bool) -> None:
        """Report an option's total or part that stands in the text without its approval (S0-34)."""
        for offer in offers.options if customer_kind else ():
            if offer.approved:
                continue
            role = (
                offer.authority.label.get(self.language, offer.authority.role)
                if offer.authority
                else say("checks.nobody", self.language)
            )
            for quantity in self.quantities:
                if (
                    quantity.kind == "money"
                    and quantity.value[0] == offer.total.decimal
                    and offer.total.minor
                ):
                    self.add(
                        "unauthorised-promise",
                        "block",
                        "unauthorised_offer",
                        quantity.start,
                        quantity.end,
                        why="unrecorded_promise_why",
                        role=role,
                    )

    # -- what a text may not say --------------------------------------------------------------

    def unverified(self, incident: Incident) -> None:
        """Report a cause that is claimed, disputed or refuted and stands in the text as a fact (S0-07, S2-40)."""
        # What is confirmed may read much like what is not: two lists of which one was not checked.
        known = [f.text.get(self.language, "") for f in incident.facts if f.status == "confirmed"]
        confirmed = sorted((words.strip("。. ") for words in known), key=len, reverse=True)
        for fact in incident.facts:
            if not fact.cause or fact.status == "confirmed":
                continue
            words = fact.text.get(self.language, "")
            for start, end in self.sentences():
                sentence = without_said(self.text[start:end], confirmed)
                if (
                    len(words) > 3
                    # A salutation shares a name with the claim, and nothing else.
                    and len(units(sentence)) * 2 >= len(units(words))
                    and covers(units(sentence), units(words))
                    and not hedged(sentence, self.language)
                ):
                    a, b = _trim(self.text, start, end)
                    self.add(
                        "unverified-cause-as-fact", "error", "unverified_cause", a, b, status=fact.status
                    )

    def private(self, incident: Incident, policy: Policy) -> None:
        """Report the data that the record marks private: real names, addresses, bookings."""
        author = incident.signal.author if incident.signal else None
        secrets = list(author.private.values()) if author else []
        if author and author.private_name and author.private_name != author.display_name:
            secrets.append(author.private_name)
        for secret in secrets:
            for start, end in _occurrences(self.text, secret):
                self.add("pii-leak", "block", "private_data", start, end)

    def contact(self, policy: Policy, line: str | None) -> None:
        """Report a toll-free number (S0-26)."""
        prefixes = {p for c in policy.channels.values() for p in c.toll_free_prefixes}
        for quantity in self.quantities:
            if quantity.kind == "phone" and any(str(quantity.value[0]).startswith(p) for p in prefixes):
                shown = line or say("checks.nothing_recorded", self.language)
                self.add("missing-contact", "error", "toll_free", quantity.start, quantity.end, line=shown)

    def first_reply(self) -> None:
        """Report money in a first reply (S0-19, C-04)."""
        for quantity in self.quantities:
            if quantity.kind == "money":
                self.add("money-first", "error", "money_in_first_reply", quantity.start, quantity.end)

    def length(self, channel: Channel | None) -> None:
        """Report a text that its channel would cut, by how that channel counts."""
        limit = channel.max_characters if channel else None
        if channel is None or limit is None or (length := channel.length(self.text)) <= limit:
            return
        end = len(self.text)
        start = next(i for i in range(end, -1, -1) if channel.length(self.text[:i]) <= limit)
        self.add("too-long", "error", "too_long", start, end, why="too_long", limit=limit, length=length)

    # -- an edited draft against the one that was generated ------------------------------------

    def core(self, generated: Iterable[Sentence]) -> None:
        """Report a value (name, number, contact) that a person's edit took out of an otherwise equal sentence."""
        edited = [(a, b) for a, b in self.sentences()]
        told = " ".join(self.text.split())
        for sentence in generated:
            if " ".join(sentence.text.split()) in told:
                continue
            best, ratio = None, 0.0
            for a, b in edited:
                if len(self.text[a:b].strip()) > 4 * len(sentence.text):
                    continue  # no ratio above 0.6 is possible
                r = SequenceMatcher(None, sentence.text, self.text[a:b].strip()).ratio()
                if r > ratio:
                    best, ratio = (a, b), r
            if best is None or not 0.6 < ratio < 1.0:
                continue
            now = self.text[best[0] : best[1]]
            for quantity in quantities(sentence.text, self.language):
                if quantity.text.strip() not in now and not _restated(quantity, now, self.language):
                    a, b = _trim(self.text, *best)
                    self.add(
                        "inconsistent-facts",
                        "error",
                        "core_changed",
                        a,
                        b,
                        why="not_on_record_why",
                        missing=quantity.text.strip(),
                    )
            for name in self.on.names:
                if name in sentence.text and name not in now:
                    a, b = _trim(self.text, *best)
                    self.add(
                        "inconsistent-facts",
                        "block",
                        "core_changed",
                        a,
                        b,
                        why="not_on_record_why",
                        missing=name,
                    )


def _small(quantity: Quantity) -> bool:
    return int(float(str(quantity.value[0]))) <= 3


def _restated(quantity: Quantity, text: str, language: Language) -> bool:
    return any(q.kind == quantity.kind and q.value == quantity.value for q in quantities(text, language))


def _occurrences(text: str, words: str) -> list[tuple[int, int]]:
    words = words.strip()
    return [(m.start(), m.end()) for m in re.finditer(re.escape(words), text)] if words else []


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def check_against_record(
    text: str,
    language: Language,
    *,
    kind: str,
    channel: str,
    audience: str,
    incident: Incident,
    policy: Policy,
    assessment: Assessment,
    offers: Offers,
    on: OnRecord,
    generated: Draft | None = None,
) -> tuple[Finding, ...]:
    """Return what the record says against a text; `generated` is the kit's own draft of the same id, where there is one."""
    # A correction quotes what it takes back: that is held against nothing.
    told = without_quotations(text, assessment.outdated) if kind == "correction" else text
    checker = Checker(told, language, on)
    checker.values(said_by_customer(incident))
    own = tuple(s.text for s in generated.sentences) if generated else ()
    checker.promises(_recorded_promises(incident, offers), own)
    checker.offers(offers, audience == "customer" and kind != "call-script")
    checker.unverified(incident)
    if audience != "internal":
        if assessment.switches["forbid_toll_free"] is True:
            own_line = (
                incident.handler.contact.line if incident.handler and incident.handler.contact else None
            )
            checker.contact(policy, own_line)
        checker.findings += term_findings(text, language, policy, as_written(incident, policy, language))
    if audience == "public":
        checker.private(incident, policy)
    if kind == "first-reply" and assessment.switches["money_in_first_reply"] is not True:
        checker.first_reply()
    known = policy.channels.get(channel)
    checker.length(known)
    if generated is not None and own and text.strip() != generated.text.strip():
        checker.core(generated.sentences)
    return tuple(dict.fromkeys(checker.findings))


def _recorded_promises(incident: Incident, offers: Offers) -> list[str]:
    texts: list[str] = []
    for promise in incident.promises:
        texts += promise.text.values()
    for measure in incident.measures:
        texts += measure.what.values()
    for offer in offers.options:
        texts += [t for part in offer.parts for t in part.label.values()]
    for group in incident.group_remedies:
        texts += group.label.values()
    for more in (*incident.doing_now, *incident.do_now):
        texts += more.values()
    for question in incident.bystander_questions:
        texts += (question.answer or {}).values()
    for statement in incident.statements:
        texts += (statement.content or {}).values()
    if incident.tellings and incident.tellings.doing:
        for form in (incident.tellings.doing.reply, incident.tellings.doing.statement):
            texts += (form or {}).values()
    return texts

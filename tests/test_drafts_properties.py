"""What holds for every text that the kit writes, whatever is on record: laws over generated incidents.

The records are made once and every law goes over all of them; where one fails, the smallest record that breaks it is
looked for and printed. `--hypothesis-profile=long` goes through twenty times as many, new ones every time.

What the laws do not see: whether a text reads well or is true to the tone of the day; a promise or a claim that the
words of the bank make by themselves, without a figure (only admissions of fault, thanks and apologies are read);
numbers written out in words (兩次, twice), which are not read; a wrong fact that a person wrote into a public field;
texts that people edited; tables with more than one line of law; records in which one approval follows another.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from generated_incidents import (
    ANY,
    CHANNELS,
    CLIENTS,
    FAULTS,
    HOSTILE,
    PEOPLE,
    PRIVATE,
    SPEAKS_ON,
    Fixed,
    Generated,
    records,
)
from hypothesis import HealthCheck, Phase, find, given, seed, settings
from hypothesis.errors import NoSuchExample, Unsatisfiable
from pydantic import BaseModel

from playbook.assessment import Assessment, assess
from playbook.checks import DraftReport, check_drafts
from playbook.drafts import Draft, NotWritten, Sentence, write_drafts
from playbook.drafts.model import joined
from playbook.drafts.outgoing import outgoing
from playbook.incident.known import known_at
from playbook.incident.model import Incident
from playbook.money import Money
from playbook.offers import Offer, Offers, make_offers
from playbook.policy import read_policy
from playbook.policy.model import Policy
from playbook.text import LANGUAGES, Language
from playbook.times import Moment
from playbook.workspace import find_workspace

ROOT = Path(__file__).resolve().parent.parent
LONG = settings.default is not None and settings.default.max_examples >= 1000
QUIET = settings(
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
START = secrets.randbelow(10**6) if LONG else 0
"""Where a long run begins: somewhere else each time."""
OUR_SIDE = ("company", "supplier", "subsidiary", "mixed")


@cache
def policy_of(client: str) -> Policy:
    return read_policy(client, find_workspace(ROOT))


@dataclass(frozen=True)
class Written:
    """One text, as it goes out: a draft, or one of its alternatives."""

    draft: Draft
    register: str
    sentences: tuple[Sentence, ...]

    @cached_property
    def text(self) -> str:
        return joined(self.sentences, self.language)

    @property
    def language(self) -> Language:
        return self.draft.language

    @property
    def outside(self) -> bool:
        return self.draft.audience != "internal"

    @property
    def to_the_person(self) -> bool:
        return self.draft.audience == "customer" or self.draft.kind == "first-reply"

    def says(self, what: str) -> str:
        name = self.draft.id + (f" ({self.register})" if self.register else "")
        return f"{name}: {what}\n      | " + self.text.replace("\n", "\n      | ")


class Case:
    """A generated record, gone through as a pack does, as far as the drafts and their check."""

    def __init__(
        self,
        made: Generated,
        incident: Incident | None = None,
        as_of: Moment | None = None,
        fixed: Fixed = ANY,
        number: int = 0,
    ) -> None:
        self.fixed, self.number = fixed, number
        self.made, self.incident = made, incident or made.incident
        told_at = as_of or self.incident.as_of
        if told_at is not None:
            self.incident = known_at(self.incident, told_at)
        self.policy = policy_of(self.incident.client)
        self.assessment: Assessment = assess(self.incident, self.policy, as_of)
        self.offers: Offers = make_offers(self.incident, self.policy, self.assessment)

    @cached_property
    def drafts(self) -> tuple[Draft, ...]:
        out = write_drafts(self.incident, self.policy, self.assessment, self.offers, None, LANGUAGES)
        self.not_written = tuple(d for d in out if isinstance(d, NotWritten))
        return tuple(d for d in out if isinstance(d, Draft))

    @cached_property
    def reports(self) -> tuple[DraftReport, ...]:
        return check_drafts(self.drafts, self.incident, self.policy, self.assessment, self.offers)

    @cached_property
    def texts(self) -> tuple[Written, ...]:
        out = []
        for draft in self.drafts:
            out.append(Written(draft, "", draft.sentences))
            out += [Written(draft, other.name, other.sentences) for other in draft.alternatives]
        return tuple(out)

    @cached_property
    def outside(self) -> tuple[Written, ...]:
        return tuple(t for t in self.texts if t.outside)

    @cached_property
    def said_at(self) -> dict[str, set[tuple[int, int, int, int, int]]]:
        """Return, by what they are for, the times that a text may name, on the clocks of the incident's zone."""
        i = self.incident
        times: dict[str, list[Moment | None]] = {
            "next": [i.next_update_at, *(row.next_update_promised_at for row in i.sent)],
            "agreed": [i.time_agreed, *i.progress_updates],
            "since": [row.at for row in i.sent],
            **{m.id: [m.due, m.done_at, m.effective_from] for m in i.measures},
        }
        out = {}
        for name, moments in times.items():
            local = [m.local(i.timezone) for m in moments if m is not None]
            out[name] = {(t.year, t.month, t.day, t.hour, t.minute) for t in local}
        return out


Law = Callable[[Case], Iterator[str]]
LAWS: dict[str, Law] = {}


def law(function: Law) -> Law:
    LAWS[function.__name__.replace("_", " ")] = function
    return function


@cache
def fixed_of(number: int) -> Fixed:
    """Return the client, fault and channels of a round: in 252 rounds all of them meet."""
    return Fixed(
        tuple(CLIENTS)[number % len(CLIENTS)],
        FAULTS[number // len(CLIENTS) % len(FAULTS)],
        CHANNELS[(5 * number + number // 12) % len(CHANNELS)],
        SPEAKS_ON[(number + number // 4) % len(SPEAKS_ON)],
    )


@cache
def pool() -> tuple[Case, ...]:
    """Make the records, a few for each client and fault, and write their drafts."""
    out: list[Case] = []

    def some(number: int, fixed: Fixed) -> None:
        @settings(QUIET, max_examples=20 if LONG else 6)
        @seed(number)
        @given(records(fixed))
        def make(made: Generated) -> None:
            out.append(Case(made, fixed=fixed, number=len(out)))

        make()

    for number in range(252 if LONG else 42):
        some(number + (START if LONG else 0), fixed_of(number))
    return tuple(out)


def smallest(broken: Law, fixed: Fixed) -> str:
    """Look for the smallest record that breaks a law."""
    try:
        made = find(
            records(fixed),
            lambda made: any(True for _ in broken(Case(made))),
            settings=settings(
                QUIET, max_examples=400, derandomize=True, phases=[Phase.generate, Phase.shrink]
            ),
        )
    except (NoSuchExample, Unsatisfiable):
        return "(no small record found)"
    return f"smallest record:\n{made!r}\n" + "\n".join(list(broken(Case(made)))[:6])


# -- a. a text that could go out as it stands ------------------------------------------------------


@law
def no_slot_is_left_open(case: Case) -> Iterator[str]:
    for t in case.texts:
        if re.search(r"[{}]|\bNone\b|\bnull\b", t.text):
            yield t.says("a slot")


_DOUBLED = re.compile(
    r"  |　　| [,.;:!?。，、；：！？]|[,;:!?]{2}|\.\.(?!\.)|[。，、；：！？]{2}|[,.;:!?][。，、；：！？]|[。，、；：！？][,.;:!?]|[。，、；：！？] |[（「『“(][ ，。,.]|[ ，、][）」』”)]"
)


@law
def punctuation_and_spaces_are_single(case: Case) -> Iterator[str]:
    for t in case.texts:
        if found := _DOUBLED.search(t.text):
            yield t.says(f"{t.text[max(0, found.start() - 8) : found.end() + 8]!r}")


@law
def no_paragraph_and_no_line_is_empty(case: Case) -> Iterator[str]:
    for t in case.texts:
        lines = t.text.split("\n\n")
        if any(not p.strip() or p != p.strip() for p in lines) or "\n\n\n" in t.text:
            yield t.says("an empty paragraph")
        if any(line != line.strip() or line in ("•", "・", "-") for p in lines for line in p.split("\n")):
            yield t.says("an empty line, or one that begins or ends with a space")


@law
def nothing_leads_to_a_list_that_is_not_there(case: Case) -> Iterator[str]:
    for t in case.texts:
        voice = case.policy.channels[t.draft.channel].voice
        for this, following in pairwise([*t.sentences, None]):
            if this is None or not this.text.rstrip().endswith((":", "：")):
                continue
            if this.wording.startswith("salute"):  # 各位顾客：
                continue
            after = following if following is not None and following.paragraph == this.paragraph else None
            lead = re.match(r"\w+[_-]lead\b", this.wording) and voice not in ("spoken", "brief")
            if after is None or (lead and not after.line):
                yield t.says(f"{this.text!r} leads to nothing")


_PAIRS = {"）": "（", ")": "(", "」": "「", "』": "『", "”": "“", "》": "《", "]": "["}


@law
def quotes_and_brackets_come_in_pairs(case: Case) -> Iterator[str]:
    for t in case.texts:
        open_: list[str] = []
        for c in t.text:
            if c in _PAIRS.values():
                open_.append(c)
            elif c in _PAIRS and (not open_ or open_.pop() != _PAIRS[c]):
                open_ = ["?"]
                break
        if open_:
            yield t.says("quotes or brackets that do not match")


_END = {"en": re.compile(r"[.!?:,”)]$"), "zh-Hant": re.compile(r"[。！？：，」）]$"), "zh-Hans": re.compile(r"[。！？：，”）]$")}  # fmt: skip


@law
def every_sentence_ends_as_its_language_ends_one(case: Case) -> Iterator[str]:
    for t in case.texts:
        for s in t.sentences:
            if (
                not s.wording.startswith(("sign", "head"))
                and not _END[t.language].search(s.text)
                and "https://" not in s.text[-60:]
            ):
                yield t.says(f"{s.text!r} has no end")
        body = [s for s in t.sentences if not s.wording.startswith("sign")]
        if body and body[-1].text.rstrip().endswith((",", "，", ":", "：")):
            yield t.says("the text stops in the middle")


_SIMPLIFIED = "们这说对没发为订单问题给让过还谢错责专线负务员顾记录应联络经现网页后补偿选择"
_TRADITIONAL = "們這說對沒發為訂單問題給讓過還謝錯責專線負務員顧記錄應聯絡經現網頁後補償選擇"
_OF_BOTH = set(_SIMPLIFIED) & set(_TRADITIONAL)


@law
def a_text_keeps_to_its_language_and_script(case: Case) -> Iterator[str]:
    author = case.incident.signal.author if case.incident.signal else None
    names = [author.display_name] if author and author.display_name else []
    names += [n for p in PEOPLE.values() for n in p] + ["LINE", "App", "CEO", "feng@house.example", "https://house.example/ask"]  # fmt: skip
    names += list(map(str, case.policy.brand.contact.values()))
    for t in case.texts:
        text = t.text
        for name in sorted(names, key=len, reverse=True):
            text = text.replace(name, "").replace(name.split()[0], "").replace(name[0] if name[0] > "\u3400" else name, "")  # fmt: skip
        brand = case.policy.brand.name.get(t.language, "")
        text = text.replace(brand, "") if brand else text
        if t.language == "en":
            if found := re.search(r"[\u3400-\u9fff，。：；「」！？、（）]", text):
                yield t.says(f"{found.group()!r} in English")
            continue
        if found := re.search(r"[A-Za-z]{3,}|[\u4e00-\u9fff][,;!?]|[,;!?][\u4e00-\u9fff]", text):
            yield t.says(f"{found.group()!r} in Chinese")
        foreign = set(_TRADITIONAL if t.language == "zh-Hans" else _SIMPLIFIED) - _OF_BOTH
        if found_ := foreign & set(text):
            yield t.says(f"{sorted(found_)} of the other script")


@law
def what_is_written_in_one_language_only_stays_there(case: Case) -> Iterator[str]:
    for t in case.texts:
        for told in case.made.texts:
            for language, word in told.words.items():
                if language != t.language and word in t.text and told.words.get(t.language) != word:
                    yield t.says(f"{told.field}: {word} is {language}")


@law
def what_exists_in_other_languages_only_is_listed(case: Case) -> Iterator[str]:
    """Where a text has words in one language, another's version that lacks them says so."""
    by_id = {d.id: d for d in case.drafts}
    for draft in case.drafts:
        for told in case.made.texts:
            word = told.words.get(draft.language)
            if not word or word not in draft.text or told.hearers == "inside":
                continue
            for language in LANGUAGES:
                other = by_id.get(draft.id.replace(draft.language, language, 1))
                if other is not None and language not in told.words and not other.untranslated:
                    yield f"{other.id}: {told.field} is missing and not listed"


@law
def every_text_says_something(case: Case) -> Iterator[str]:
    for t in case.texts:
        if all(s.wording.startswith(("sign", "salute")) for s in t.sentences):
            yield t.says("a salutation and a signature")


# -- b. nothing that is not on record -----------------------------------------------------------------

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_HAN_DATE = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日")
_DATE = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(_MONTHS)})(?: (\d{{4}}))?")
_CLOCK = re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?!\d)")
_SUM = re.compile(
    r"(?:NT\$|US\$|HK\$|CNY |€|£|¥|\b[A-Z]{3} )([\d,]+(?:\.\d+)?)|([\d,]+(?:\.\d+)?) ?(?:元|美元|歐元|欧元|英鎊|英镑|港元|日圓|日元)"
)
_LONG = re.compile(r"(\d+) ?(hours?|minutes?|小時|小时|分鐘|分钟)")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True)
class Reading:
    """What a text states in figures, read without the kit's own reader."""

    dates: frozenset[tuple[int, int, int]]  # year or 0, month, day
    clocks: frozenset[tuple[int, int]]
    sums: frozenset[str]
    lengths: frozenset[tuple[int, str]]
    numbers: frozenset[str]


def read(text: str) -> Reading:
    for known in ("04-0000-2177", "04-0000-2199", "feng@house.example", "https://house.example/ask"):
        text = text.replace(known, "")
    text = re.sub(r"^\d\. ", "", text, flags=re.M)  # the number of an item of a list
    dates = {(int(y or 0), int(m), int(d)) for y, m, d in _HAN_DATE.findall(text)}
    dates |= {(int(y or 0), _MONTHS.index(m) + 1, int(d)) for d, m, y in _DATE.findall(text)}
    text = _DATE.sub(" ", _HAN_DATE.sub(" ", text))
    clocks = {(int(h), int(m)) for h, m in _CLOCK.findall(text)}
    text = _CLOCK.sub(" ", text)
    sums = {(a or b).replace(",", "") for a, b in _SUM.findall(text)}
    text = _SUM.sub(" ", text)
    lengths = {(int(n), "hour" if u.startswith(("h", "小")) else "minute") for n, u in _LONG.findall(text)}
    text = _LONG.sub(" ", text)
    numbers = {n.replace(",", "") for n in _NUMBER.findall(text)}
    return Reading(
        frozenset(dates), frozenset(clocks), frozenset(sums), frozenset(lengths), frozenset(numbers)
    )


def moments_of(value: Any) -> Iterator[Moment]:
    if isinstance(value, Moment):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from moments_of(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from moments_of(item)
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from moments_of(getattr(value, name))


def granted(case: Case) -> list[Offer]:
    """Return the options that somebody approved who may, by a reading of the ladder of our own."""
    out = []
    for offer in case.offers.options:
        approval = next((a for a in case.incident.approvals if a.what == f"option:{offer.id}"), None)
        rung = next((r for r in case.policy.authority if approval and approval.role in (r.role, r.label.get("en"))), None)  # fmt: skip
        if approval is None or approval.decision != "approved" or rung is None:
            continue
        sums = [p.value for p in offer.parts if p.value is not None]
        if rung.ceiling is not None:
            if any(s.currency != rung.ceiling.currency for s in sums if s.minor):
                continue
            if sum(s.minor for s in sums) > rung.ceiling.minor:
                continue
        out.append(offer)
    return out


def number_of(money: Money) -> str:
    value = money.decimal
    return str(int(value)) if value == int(value) else str(value)


def spaced(case: Case) -> list[int]:
    """Return every length of time between two recorded times, in seconds."""
    times = sorted({m.at for m in moments_of(case.incident) if m.exact})
    return [int((b - a).total_seconds()) for i, a in enumerate(times) for b in times[i + 1 :]]


@law
def every_figure_is_on_record(case: Case) -> Iterator[str]:
    i = case.incident
    public = [f for f in i.facts if f.status == "confirmed" and f.visibility == "public" and f.value]
    numbers = {str(f.value) for f in public} | {str(g.count) for g in i.group_remedies}
    numbers.add(str(i.affected_count))
    if i.signal:
        numbers.add(str(len(i.signal.prior_contacts)))
    sums = {number_of(p.value) for o in granted(case) for p in o.parts if p.value is not None}
    times = set().union(*case.said_at.values())
    for t in case.outside:
        # What is said of the rest of a list has a law of its own.
        text = "\n".join(s.text for s in t.sentences if not re.search("[_-]rest", s.wording))
        found = read(text.replace(str(case.policy.brand.contact.get("line") or "§"), ""))
        for y, m, d in found.dates:
            if not any((m, d) == (month, day) and y in (0, year) for year, month, day, _, _ in times):
                yield t.says(f"the day {y}-{m}-{d}")
        for h, minute in found.clocks:
            if (h, minute) not in {(hour, minute_) for *_, hour, minute_ in times}:
                yield t.says(f"the time {h}:{minute:02}")
        for sum_ in found.sums - sums:
            yield t.says(f"the sum {sum_}")
        # The options that a text tells are the ones that it counts: in the currency and the language that they have.
        told = {o for s in t.sentences for o in s.offers} & {o.id for o in granted(case)}
        for number in found.numbers - numbers - {str(len(told))}:
            yield t.says(f"the number {number}")
        for n, unit in found.lengths:
            size = 3600 if unit == "hour" else 60
            if not any(abs(s - n * size) <= size for s in spaced(case)):
                yield t.says(f"{n} {unit}s")


@law
def figures_of_colleagues_texts_are_on_record_too(case: Case) -> Iterator[str]:
    local = [m.local(case.incident.timezone) for m in moments_of(case.incident)]
    for t in case.texts:
        if t.outside:
            continue
        found = read(t.text)
        for y, m, d in found.dates:
            if not any((x.month, x.day) == (m, d) and y in (0, x.year) for x in local):
                yield t.says(f"the day {y}-{m}-{d}")
        for h, minute in found.clocks:
            if (h, minute) not in {(x.hour, x.minute) for x in local}:
                yield t.says(f"the time {h}:{minute:02}")


@law
def a_day_says_its_year_unless_it_is_clear(case: Case) -> Iterator[str]:
    """A day without a year is one of the year of the event."""
    years = {m.local(case.incident.timezone).year for m in moments_of(case.incident) if m.exact}
    for t in case.outside:
        if any(y and y not in years for y, _, _ in read(t.text).dates):
            yield t.says("a year that is nowhere on record")


@law
def a_sentence_states_what_its_provenance_says(case: Case) -> Iterator[str]:
    """Owner and day of a measure, sums of an option, the time of the next word: those of the id that it names."""
    offers = {o.id: o for o in case.offers.options}
    for t in case.outside:
        for s in t.sentences:
            found = read(s.text)
            if s.commitments:
                times = set().union(
                    *(case.said_at["next" if c == "next_update" else c] for c in s.commitments)
                )
                if any((m, d) not in {(x[1], x[2]) for x in times} for _, m, d in found.dates):
                    yield t.says(f"{s.text!r} has another day than {s.commitments}")
                if found.clocks - {(x[3], x[4]) for x in times}:
                    yield t.says(f"{s.text!r} has another time than {s.commitments}")
            elif found.dates and not s.facts and not s.wording.startswith(("progress", "changed")):
                yield t.says(f"{s.text!r} names a day and no commitment")
            if found.sums:
                own = {number_of(p.value) for o in s.offers if o in offers for p in offers[o].parts if p.value is not None}  # fmt: skip
                if found.sums - own:
                    yield t.says(f"{s.text!r} has sums that are not of {s.offers}")


@law
def nothing_is_promised_for_a_time_that_has_passed(case: Case) -> Iterator[str]:
    now = case.assessment.as_of
    if now is None:
        return
    sent = {row.kind for row in case.incident.sent}
    for t in case.outside:
        if t.draft.kind in sent:
            continue
        for s in t.sentences:
            for c in s.commitments:
                measure = next((m for m in case.incident.measures if m.id == c), None)
                due = case.incident.next_update_at if c == "next_update" else None
                if measure is not None and measure.done_at is None and measure.state != "done":
                    due = measure.effective_from or measure.due
                if due is not None and due.exact and due.at <= now.at:
                    yield t.says(f"{s.text!r} promises what was due at {due}, told at {now}")


@law
def a_measure_has_its_own_owner_and_is_done_only_if_done(case: Case) -> Iterator[str]:
    words = {}
    for told in case.made.texts:
        words[told.field, tuple(sorted(told.words.values()))] = told
    for t in case.outside:
        for s in t.sentences:
            for c in s.commitments:
                measure = next((m for m in case.incident.measures if m.id == c), None)
                if measure is None or not s.wording.startswith("measures"):
                    continue
                owner = (measure.owner or {}).get(t.language, "§")
                if owner not in s.text and owner.capitalize() not in s.text:
                    yield t.says(f"{s.text!r} does not name {owner}")
                over = measure.done_at is not None or measure.state == "done"
                if not over and re.search(r"\bdone\b(?! yet)|已經做到|已完成|已经", s.text):
                    yield t.says(f"{s.text!r} says that it is done")


# -- c. and d. what is not confirmed, not public, not ours to tell -----------------------------------


@law
def what_is_for_colleagues_stays_inside(case: Case) -> Iterator[str]:
    for t in case.outside:
        for told in case.made.texts:
            word = told.words.get(t.language)
            if word and told.hearers == "inside" and word in t.text.lower():
                yield t.says(f"{told.field} ({word})")


@law
def what_is_said_to_one_person_is_not_said_to_all(case: Case) -> Iterator[str]:
    for t in case.outside:
        for told in case.made.texts:
            word = told.words.get(t.language)
            if (
                word
                and word in t.text.lower()
                and told.hearers == ("statement" if t.to_the_person else "reply")
            ):
                yield t.says(f"{told.field} ({word})")


@law
def personal_data_stays_out(case: Case) -> Iterator[str]:
    handler = case.incident.handler
    for t in case.outside:
        hidden = [*PRIVATE.values(), *PEOPLE["private"], *PEOPLE["colleague"]]
        if handler and handler.consent_to_name is False:
            hidden += PEOPLE["handler"]
        if not t.to_the_person:
            hidden += [*PEOPLE["customer"], "night_owl"]
        hidden += ["other_owl"]
        for secret in hidden:
            if secret in t.text:
                yield t.says(secret)


_ADMITS = {
    "en": re.compile(r"our (?:own )?fault|fault is ours|responsib|to blame|we (?:got|let|failed|were wrong)|failed you|ours to answer for", re.I),
    "zh-Hant": re.compile(r"我們的錯|錯在|自己的錯|責任在我們|我們沒有做好|沒有做到的也是"),
    "zh-Hans": re.compile(r"我们的错|错在|自己的错|责任在我们|我们没有做好|没做好|没有做到的也是"),
}  # fmt: skip
_OF_OTHER_THINGS = (
    "silence",
    "tried",
    "corrected",
    "measures",
    "salute",
    "reach",
    "apology.correction",
    "feeling.reply.chase",
)


@law
def a_fault_is_ours_only_where_it_is_known_to_be(case: Case) -> Iterator[str]:
    """No full apology while the fault is open, another's, a crime, or where the law wants sympathy only."""
    switches = case.incident.policy_override
    for t in case.outside:
        sent = [row.at for row in case.incident.sent if row.kind == t.draft.kind]
        fault = case.incident.fault_at(min(sent) if sent else case.assessment.as_of)
        ours = fault in OUR_SIDE or (fault == "customer_misread" and switches.get("misunderstanding_apology") == "book")  # fmt: skip
        sympathy = (case.incident.jurisdiction or case.policy.jurisdiction or "").startswith("US")
        if ours and not sympathy and switches.get("apology_depth") != "feeling":
            continue
        for s in t.sentences:
            if not s.wording.startswith(_OF_OTHER_THINGS) and (found := _ADMITS[t.language].search(s.text)):
                yield t.says(
                    f"{found.group()!r} while the fault is {fault}{', sympathy only' if sympathy else ''}"
                )


@law
def a_cause_is_told_only_with_a_confirmed_public_fact(case: Case) -> Iterator[str]:
    known = [
        f for f in case.incident.facts if f.cause and f.status == "confirmed" and f.visibility == "public"
    ]
    for t in case.outside:
        for s in t.sentences:
            move = re.split(r"[.]", s.wording)[0]
            if move == "cause" and not any(
                (f.text.get(t.language) or "§").lower() in s.text.lower() for f in known
            ):
                yield t.says(f"{s.text!r}")


# -- e. offers ------------------------------------------------------------------------------------------


@law
def only_what_was_approved_by_somebody_who_may_is_offered(case: Case) -> Iterator[str]:
    fine = {o.id for o in granted(case)}
    for t in case.outside:
        offered = {o for s in t.sentences for o in s.offers} & {o.id for o in case.offers.options}
        for name in offered - fine:
            yield t.says(f"option {name}")
        labels = {
            lab
            for o in case.incident.options
            if o.id not in fine
            for p in o.parts
            for lab in p.label.values()
        }
        for label in labels:
            if label.lower() in t.text.lower():
                yield t.says(label)


@law
def a_group_is_promised_only_what_a_public_voice_stands_for(case: Case) -> Iterator[str]:
    public = {r.role for r in case.policy.authority if r.public}
    stands = any(a.role in public and a.decision == "approved" for a in case.incident.approvals if not a.what.startswith("option:"))  # fmt: skip
    stands |= any(s.speaker and s.speaker.role in public for s in case.incident.statements)
    if stands:
        return
    for t in case.outside:
        for g in case.incident.group_remedies:
            label = g.label.get(t.language)
            if label and label.lower() in t.text.lower():
                yield t.says(label)


_MONEY_WORDS = re.compile(
    r"refund|voucher|compensat|reimburs|退款|退費|退费|補償|补偿|賠償|赔偿|折價券|优惠券", re.I
)


@law
def the_first_reply_speaks_of_no_money(case: Case) -> Iterator[str]:
    for t in case.texts:
        if t.draft.kind == "first-reply" and (read(t.text).sums or _MONEY_WORDS.search(t.text)):
            yield t.says("money")


# -- f. length --------------------------------------------------------------------------------------------


def counted(text: str, channel: str) -> int:
    """Count characters as a channel does: X counts a Han character as two."""
    return (
        sum(2 if c > "\u1100" and not "\u2000" <= c <= "\u201f" else 1 for c in text)
        if channel == "x"
        else len(text)
    )


@law
def a_text_fits_its_channel(case: Case) -> Iterator[str]:
    for t in case.texts:
        limit = case.policy.channels[t.draft.channel].max_characters
        if limit is not None and (length := counted(t.text, t.draft.channel)) > limit:
            yield t.says(f"{length} characters of {limit}")


def _over(due: Moment | None, now: Moment | None) -> bool:
    return due is not None and now is not None and due.exact and due.at <= now.at


def lists_of(case: Case, language: Language, person: str) -> dict[str, list[str]]:
    """Return what a text may go through item by item, in a language, by a reading of the record of our own."""
    i = case.incident
    sure = [m for m in i.measures if m.public and m.state not in ("candidate", "dropped") and m.owner]
    now = case.assessment.as_of
    sure = [m for m in sure if m.done_at or m.state == "done" or not _over(m.effective_from or m.due, now)]
    sure = [m for m in sure if m.due or m.done_at or m.effective_from]
    lists = {
        "unknowns": i.unknowns if i.policy_override.get("publish_unknowns") is not False else (),
        "doing_list": i.doing_now,
        "do_now": i.do_now,
        "group": tuple(g.label for g in i.group_remedies),
        "measures": tuple(m.what for m in sure if language in (m.owner or {})),
        "answers": tuple(q.answer for q in i.bystander_questions if q.answer and language in q.question),
    }
    return {
        name: [text[language] for text in texts if text and language in text] for name, texts in lists.items()
    }


@law
def a_list_that_was_shortened_says_how_much_is_left(case: Case) -> Iterator[str]:
    """What is told and what is said to be left make what is on record."""
    for t in case.outside:
        for name, items in lists_of(case, t.language, "").items():
            own = [s for s in t.sentences if re.split(r"[.]", s.wording)[0].replace("-", "_") == name]
            told = [item for item in items if any(item.rstrip("。.").lower() in s.text.lower() for s in own)]
            said = [s for s in t.sentences if s.wording.replace("-", "_").startswith(f"{name}_rest")]
            if said:
                left = [int(n) for s in said for n in re.findall(r"(?<![\d:.])\d{1,2}(?![\d:.])", s.text)]
                if len(items) - len(told) not in left and (left or len(said) != 1):
                    yield t.says(f"{name}: {len(told)} of {len(items)} told, and {[s.text for s in said]}")
            elif told and len(told) < len(items):
                yield t.says(f"{name}: {len(told)} of {len(items)} told, and nothing said of the rest")


# -- g. the kit's own check ----------------------------------------------------------------------------


@law
def the_check_finds_nothing_in_our_own_drafts(case: Case) -> Iterator[str]:
    by_id = {d.id: d for d in case.drafts}
    if case.number % 3 and not LONG:
        return  # the check takes three times as long as the writing: it goes over every third record
    for report in case.reports:
        for finding in report.report.findings:
            if finding.level != "suggestion":
                draft = by_id[report.draft_id]
                yield Written(draft, "", draft.sentences).says(
                    f"{finding.level} {finding.rule}: {finding.match!r}"
                )


# -- h. the same record, the same words ---------------------------------------------------------------


@law
def the_same_record_gives_the_same_bytes(case: Case) -> Iterator[str]:
    if case.number % 3:
        return
    again = Case(case.made)
    if [(t.draft.id, t.register, t.text) for t in again.texts] != [
        (t.draft.id, t.register, t.text) for t in case.texts
    ]:
        yield "differs the second time"


@law
def the_order_of_rows_does_not_change_the_words(case: Case) -> Iterator[str]:
    i = case.made.incident
    causes = [f for f in i.facts if f.cause and f.status == "confirmed" and f.visibility == "public"]
    if case.number % 3 == 1 and not LONG:
        return
    turned = i.model_copy(update={
        "complaints": i.complaints[::-1], "sent": i.sent[::-1], "timeline": i.timeline[::-1], "approvals": i.approvals[::-1],
        "facts": i.facts[::-1] if len(causes) < 2 else i.facts,
    })  # fmt: skip
    other = {(t.draft.id, t.register): t for t in Case(case.made, turned).texts}
    for t in case.texts:
        then = other.get((t.draft.id, t.register))
        if then is None or sorted(s.text for s in then.sentences) != sorted(s.text for s in t.sentences):
            yield t.says("turned round it reads:\n" + (then.text if then else "nothing"))


@law
def told_before_the_fault_was_known_it_is_no_full_apology(case: Case) -> Iterator[str]:
    dated = [e.at for e in case.made.incident.fault if e.at is not None]
    if not dated:
        return
    early = Moment.parse("2026-05-09T10:00+08:00")
    before = Case(case.made, as_of=early)
    for t in before.outside:
        for s in t.sentences:
            if not s.wording.startswith(_OF_OTHER_THINGS) and (found := _ADMITS[t.language].search(s.text)):
                yield t.says(f"{found.group()!r} at {early}, the fault known at {min(dated)}")


# -- i. how a text is built ------------------------------------------------------------------------------

_SORRY = {
    "en": re.compile(r"\b(?:sorry|apologi[sz]e|apology|apologies)\b", re.I),
    "zh-Hant": re.compile(r"對不起|抱歉|道歉|致歉|歉意"),
    "zh-Hans": re.compile(r"对不起|抱歉|道歉|致歉|歉意"),
}


@law
def sorry_is_said_no_more_often_than_allowed(case: Case) -> Iterator[str]:
    most = int(case.policy.switch("max_apology_phrases"))
    for t in case.outside:
        said = _SORRY[t.language].findall(t.text)
        if len(said) > most:
            yield t.says(f"{len(said)} times: {said}")


@law
def thanks_come_last(case: Case) -> Iterator[str]:
    for t in case.outside:
        if t.draft.kind not in ("public-apology", "final-response"):
            continue
        places = [n for n, s in enumerate(t.sentences) if "thanks" in s.part.split()]
        if places and any(not s.wording.startswith("sign") for s in t.sentences[places[-1] + 1 :]):
            yield t.says("something follows the thanks")


@law
def there_is_one_sentence_of_values_at_most(case: Case) -> Iterator[str]:
    for t in case.outside:
        said = [s for s in t.sentences if "values" in s.part.split()]
        words = [told.words[t.language] for told in case.made.texts if told.field == "brand_value" and t.language in told.words]  # fmt: skip
        if len(said) > 1 or any(t.text.lower().count(w) > 1 for w in words):
            yield t.says("values twice")


@law
def the_feeling_comes_before_the_reasons(case: Case) -> Iterator[str]:
    for t in case.outside:
        parts = [s.part.split() for s in t.sentences]
        regret = next((n for n, p in enumerate(parts) if "regret" in p), None)
        reason = next((n for n, s in enumerate(t.sentences) if "explanation" in parts[n] and not s.wording.startswith(("facts", "cause-open"))), None)  # fmt: skip
        if reason is not None and regret is not None and reason < regret:
            yield t.says("the reason comes first")


@law
def no_sentence_is_said_twice(case: Case) -> Iterator[str]:
    for t in case.texts:
        for text, times in Counter(s.text for s in t.sentences).items():
            if times > 1 and len(text) > 12:
                yield t.says(f"{text!r} twice")


# -- j. the languages agree ------------------------------------------------------------------------------


@law
def the_languages_state_the_same(case: Case) -> Iterator[str]:
    by: dict[tuple[str, str, str], dict[str, Written]] = {}
    for t in case.outside:
        by.setdefault((t.draft.kind, t.draft.channel, t.register), {})[t.language] = t
    for (kind, channel, register), versions in by.items():
        thanked = kind != "closing-thanks" or len(case.incident.thanks_for or {}) == len(LANGUAGES)
        if len(versions) < 3 and not register and thanked:
            yield next(iter(versions.values())).says(f"only in {sorted(versions)}")
        if (
            any(v.draft.untranslated for v in versions.values())
            or case.policy.channels[channel].max_characters
        ):
            continue
        ids = {
            language: {f"{sort} {x}" for s in v.sentences for sort in ("facts", "offers", "commitments") for x in getattr(s, sort)}
            for language, v in versions.items()
        }  # fmt: skip
        if len({frozenset(x) for x in ids.values()}) > 1:
            every = set().union(*ids.values())
            lacking = {language: sorted(every - x) for language, x in ids.items() if every - x}
            yield next(iter(versions.values())).says(f"lacking {lacking}")


# -- what is known to be broken -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Mended:
    """A defect that generated records found: the law, how its findings read, and the smallest record that showed it."""

    name: str
    law: str
    reads: str  # a pattern
    record: dict[str, Any]


def small(**fields: Any) -> dict[str, Any]:
    """Return a record of a client and one sentence, and a little more."""
    what = {"zh-Hant": "松林的訂單晚到了", "zh-Hans": "松泉的订单晚到了", "en": "ferncroft orders came late"}
    return {"client": "base", "reference": "small", "currency": "USD", "what_happened": what} | fields


MENDED: tuple[Mended, ...] = (
    Mended(
        "a threat told on X, in zh-Hans",
        "a text fits its channel",
        r"zh-Hans/holding-statement\.x",
        small(
            kind="extortion",
            as_of="2026-05-09T10:00+08:00",
            signal={"channel": "x"},
            contact={"line": "04-0000-2199"},
            do_now=({"zh-Hans": "收到的石泉请先留着"},),
            next_update_at="2026-05-14T10:05+08:00",
        ),
    ),
)


@pytest.mark.parametrize("known", [pytest.param(k, id=k.name) for k in MENDED])
def test_what_was_mended_stays_mended(known: Mended) -> None:
    case = Case(Generated(Incident.model_validate(known.record), ()))
    assert [text for text in LAWS[known.law](case) if re.search(known.reads, text)] == []


# -- the tests -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LAWS)
def test_every_draft_keeps_the_law_that(name: str) -> None:
    broken = [(text, case.fixed) for case in pool() for text in LAWS[name](case)]
    if broken:
        told = "\n".join(text for text, _ in broken[:3])
        pytest.fail(f"{len(broken)} texts break it.\n{told}\n{smallest(LAWS[name], broken[0][1])}")


@pytest.mark.parametrize("payload", HOSTILE.values(), ids=HOSTILE)
def test_what_stands_in_a_text_of_the_record_is_carried_as_it_is_and_does_nothing(payload: str) -> None:
    """Slots, tags, formulas and controls in a record's texts: the draft is the same as with a harmless mark there."""

    @settings(QUIET, max_examples=40 if LONG else 3)
    @seed(len(payload) + START)
    @given(records(payload=payload))
    def hold(made: Generated) -> None:
        hostile = Case(made)
        harmless = Case(made, _replaced(made.incident, payload, "§" * len(payload)))
        same = {(t.draft.id, t.register): t.text for t in harmless.texts}
        for t in hostile.texts:
            wanted = same.get((t.draft.id, t.register), "nothing")
            assert _close(t.text.replace(payload, "§" * len(payload))) == _close(wanted)
            if t.register == "":
                assert not re.search(
                    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", outgoing(t.draft)
                )
        assert hostile.reports is not None

    hold()


def _close(text: str) -> str:
    return text.replace(" ", "")


def _replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        return value.model_copy(update={name: _replaced(getattr(value, name), old, new) for name in fields})
    if isinstance(value, dict):
        return {key: _replaced(item, old, new) for key, item in value.items()}
    return tuple(_replaced(item, old, new) for item in value) if isinstance(value, tuple) else value

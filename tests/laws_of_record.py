"""Laws of the record: no figure, day, promise or owner that is not on it; the languages state the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from draft_cases import Case, Written, law
from pydantic import BaseModel

from playbook.money import Money
from playbook.offers import Offer
from playbook.text import LANGUAGES
from playbook.times import Moment

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

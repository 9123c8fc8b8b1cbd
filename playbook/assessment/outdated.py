"""Which of our own texts, sent or approved, no longer agree with the record, sentence by sentence.

A record is added to and corrected after a text went out. What the text says is read again: a fact that was refuted,
retracted or replaced, a figure or date that is another one now, a measure or remedy that was dropped, a time for the
next word that was moved. Nothing here needs to know which facts a sentence was made from.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Literal

from playbook.incident.model import Fact, Incident, Measure, Telling
from playbook.sentences import (
    Units,
    content,
    figures,
    hedged,
    pieces,
    same,
    says,
    units,
    without_figures,
)
from playbook.text import LANGUAGES, Language, LocalText, format_time, month_and_day
from playbook.times import Moment

Reason = Literal["withdrawn", "unconfirmed", "changed", "moved", "off", "next_word"]
MOST = 1000
"""Sentences of one text that are read; no letter has more."""
UNTRUE = ("refuted", "retracted", "disputed")
_DRAFT = re.compile(r"(zh-Hant|zh-Hans|en)/([a-z0-9-]+)\.([a-z0-9-]+)")
_QUOTED = re.compile('“[^”]*”|「[^」]*」|『[^』]*』|"[^"\n]*"')


@dataclass(frozen=True)
class OurText:
    """A text of ours: sent, or approved and not sent. `place` is its file, or the draft's id."""

    source: Literal["sent", "approved"]
    place: str
    kind: str
    channel: str
    language: Language
    audience: str
    at: Moment | None
    text: str
    promised: Moment | None = None


@dataclass(frozen=True)
class Outdated:
    """A sentence of a text of ours, why it no longer holds, and by which fact, measure or remedy of the record.

    `right` is what is right instead where the public may be told, `moment` the new date or time.
    """

    text: OurText
    sentence: str
    reason: Reason
    subject: str
    right: LocalText | None = None
    moment: Moment | None = None
    corrected_at: Moment | None = None

    @property
    def to_correct(self) -> bool:
        """Tell whether people have read it, so that it takes a correction; a later time is told by the next update."""
        return self.text.source == "sent" and self.text.audience == "public" and self.reason != "next_word"


def our_texts(incident: Incident) -> tuple[OurText, ...]:
    """Return the texts that went out to people, and those that were approved and wait."""
    out = []
    for number, row in enumerate(incident.sent, start=2):
        if row.audience != "internal":
            words = incident.kept_texts.get(row.path or "") or row.text or ""
            place = row.path or f"sent.csv:{number}"
            out.append(OurText("sent", place, row.kind, row.channel, row.language, row.audience, row.at, words, row.next_update_promised_at))  # fmt: skip
    gone_out = {row.sha256 for row in incident.sent if row.sha256}
    known = {digest: incident.kept_texts[path] for path, digest in incident.evidence.items() if path in incident.kept_texts}  # fmt: skip
    known |= {
        hashlib.sha256(f"{text.strip()}\n".encode()).hexdigest(): text for text in incident.drafts.values()
    }
    latest = {approval.what: approval for approval in incident.approvals}
    for approval in latest.values():
        match = _DRAFT.fullmatch(approval.what)
        words = known.get(approval.content_sha256 or "", "")
        if match and words and approval.decision != "rejected" and approval.content_sha256 not in gone_out:
            language = next(code for code in LANGUAGES if code == match[1])
            out.append(
                OurText("approved", approval.what, match[2], match[3], language, "", approval.at, words)
            )
    return tuple(out)


def outdated_texts(incident: Incident, as_of: Moment | None = None) -> tuple[Outdated, ...]:
    """Return every sentence of our texts that the record, as it is now, does not bear out at a time; in order of the texts."""
    texts = our_texts(incident)
    found: list[Outdated] = []
    for text in texts:
        if text.text:
            found += _Reader(incident, text).found()
        found += _next_word(incident, text, texts, as_of)
    return tuple(_with_correction(entry, texts) for entry in found)


def _with_correction(entry: Outdated, texts: tuple[OurText, ...]) -> Outdated:
    """Note when a sentence was corrected: by a later correction that quotes it, or tells what is right."""
    at = entry.text.at
    for later in texts:
        if later.kind != "correction" or later.language != entry.text.language or not later.at or not at:
            continue
        if later.source != "sent" or later.at <= at:
            continue
        right = (entry.right or {}).get(later.language, "")
        told = (
            not later.text
            or same(entry.sentence) in same(later.text)
            or says(units(later.text), units(right))
        )
        if told:
            return replace(entry, corrected_at=later.at)
    return entry


class _Reader:
    """Holds one text against the record in its language."""

    def __init__(self, incident: Incident, text: OurText) -> None:
        self.incident, self.text, self.language = incident, text, text.language
        words = _QUOTED.sub("…", text.text) if text.kind == "correction" else text.text
        self.sentences = tuple(piece.text for piece in pieces(words))[:MOST]
        self.replaced = {f.supersedes: f for f in incident.facts if f.supersedes and f.status == "confirmed"}
        self.true_figures = frozenset(
            figure
            for fact in incident.facts
            if fact.status == "confirmed" and fact.id not in self.replaced
            for figure in figures(units(f"{fact.text.get(self.language, '')} {fact.value or ''}"))
        )

    def found(self) -> Iterator[Outdated]:
        """Yield what no longer holds; each sentence once for each subject."""
        for sentence in self.sentences:
            said = units(sentence)
            if len(said) < 3:
                continue
            seen: set[str] = set()
            for one in (*self._facts(sentence, said), *self._measures(sentence, said), *self._remedies(sentence, said), *self._figures(sentence, said)):  # fmt: skip
                if one.subject not in seen:
                    seen.add(one.subject)
                    yield one

    def _one(self, sentence: str, reason: Reason, subject: str, right: LocalText | None = None, moment: Moment | None = None) -> Outdated:  # fmt: skip
        return Outdated(self.text, sentence, reason, subject, right, moment)

    def _facts(self, sentence: str, said: Units) -> Iterator[Outdated]:
        for fact in self.incident.facts:
            new = self.replaced.get(fact.id)
            unsure = fact.cause and fact.status in ("claimed", "unknown")
            if not (new or unsure or fact.status in UNTRUE) or not _states(said, fact, self.language):
                continue
            if hedged(sentence, self.language) and not new:
                continue
            if new is not None:
                if _states(said, new, self.language) and _value(new) in figures(said):
                    continue
                right = new.text if new.visibility == "public" else None
                yield self._one(sentence, "changed" if right else "withdrawn", new.id, right)
            else:
                yield self._one(sentence, "withdrawn" if fact.status in ("refuted", "retracted") else "unconfirmed", fact.id)  # fmt: skip

    def _measures(self, sentence: str, said: Units) -> Iterator[Outdated]:
        for measure in self.incident.measures:
            what = units(measure.what.get(self.language, ""))
            if not says(said, what, 0.8):
                continue
            if measure.state == "dropped":
                yield self._one(sentence, "off", measure.id)
            elif moved := self._moved(measure, sentence):
                yield self._one(sentence, "moved", measure.id, moment=moved)

    def _moved(self, measure: Measure, sentence: str) -> Moment | None:
        """Return the date that a measure has now, where the sentence gives another one and it was not done by then."""
        zone = self.incident.timezone
        own = [m for m in (measure.due, measure.effective_from, measure.done_at) if m and m.precision in ("minute", "day")]  # fmt: skip
        days = {(m.day(zone).month, m.day(zone).day) for m in own}
        told = set(month_and_day(sentence)) - set(month_and_day(measure.what.get(self.language, "")))
        done = measure.done_at is not None or measure.state == "done"
        return None if done or not own or not told or told & days else own[0]

    def _remedies(self, sentence: str, said: Units) -> Iterator[Outdated]:
        refused = {a.what: a.decision == "rejected" for a in self.incident.approvals}
        by_id = {a.id: a.decision == "rejected" for a in self.incident.approvals}
        for option in self.incident.options:
            off = refused.get(f"option:{option.id}") or by_id.get(
                self.incident.option_approvals.get(option.id, "")
            )
            if off and any(
                says(said, units(part.label.get(self.language, "")), 0.8) for part in option.parts
            ):
                yield self._one(sentence, "off", f"option:{option.id}")
        for group in self.incident.group_remedies:
            off = refused.get(group.id) or refused.get(f"group:{group.id}")
            if off and says(said, units(group.label.get(self.language, "")), 0.7):
                yield self._one(sentence, "off", group.id)

    def _figures(self, sentence: str, said: Units) -> Iterator[Outdated]:
        """Yield where the sentence says what the record says, with another figure in the same place."""
        if not figures(said):
            return
        for subject, text, public in self._current():
            words = units(text.get(self.language, ""))
            if not figures(words) or not says(without_figures(said), without_figures(words), 0.75):
                continue
            stated = {now for now, was in _pairs(said, words) if now != was}
            if stated - self.true_figures - figures(words) and not figures(words) <= figures(said):
                yield self._one(sentence, "changed", subject, text if public else None)

    def _current(self) -> Iterator[tuple[str, LocalText, bool]]:
        """Yield what the record says now: by id, its words, and whether the public may be told."""
        incident = self.incident
        for fact in incident.facts:
            if fact.status == "confirmed" and fact.id not in self.replaced:
                yield fact.id, fact.text, fact.visibility == "public"
        for name in ("expected", "got", "effect", "tried", "doing"):
            telling: Telling | None = getattr(incident.tellings, name, None)
            if telling is not None:
                subject = ", ".join(telling.fact_ids) or f"tellings.{name}"
                forms = ((telling.statement, True), (telling.reply, False))
                yield from ((subject, form, public) for form, public in forms if form)
        yield "what_happened", incident.what_happened, True
        if incident.affected_group:
            yield "affected_group", incident.affected_group, True
        for group in incident.group_remedies:
            yield group.id, group.label, True
        for promise in incident.promises:
            yield promise.id, promise.text, promise.public
        for question in incident.bystander_questions:
            if question.answer:
                yield question.id, question.answer, True


def _value(fact: Fact) -> str:
    """Return the figure that a fact is about, as units write it; empty for a time or a text."""
    found = units(str(fact.value or ""))
    return found[0].removesuffix(".00") if len(found) == 1 and found[0][0].isdecimal() else ""


def _states(said: Units, fact: Fact, language: Language) -> bool:
    """Tell whether a sentence states a fact: in its words, or by its figure and what it is a figure of."""
    words = units(fact.text.get(language, ""))
    if not words:
        return False
    told, value = figures(words), _value(fact)
    if says(said, words) and (not told or told & figures(said)):
        return True
    of_it = len(content(words) & content(said)) >= 2
    return len(value) >= 2 and value in figures(said) and of_it


def _pairs(said: Units, words: Units) -> Iterator[tuple[str, str]]:
    """Yield the figures that stand in the same place of two texts."""
    one, other = without_figures(said), without_figures(words)
    for block in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks():
        for k in range(block.size):
            if one[block.a + k] == "#":
                yield said[block.a + k], words[block.b + k]


def _next_word(
    incident: Incident, text: OurText, texts: tuple[OurText, ...], as_of: Moment | None
) -> Iterator[Outdated]:
    """Yield a promise of the next word that the record has moved before it was due, with nothing said since."""
    now, then, at = incident.next_update_at, text.promised, text.at
    if not (now and then and at and now.exact and then.exact and now.at > then.at):
        return
    said = [other.at for other in texts if other.at and other.source == "sent"]
    due_already = as_of is not None and as_of.exact and as_of.at > then.at
    if due_already or any(later > at for later in (*said, *incident.progress_updates)):
        return
    written = figures(units(format_time(then, incident.timezone, text.language)))
    clock = {figure for figure in written if ":" in figure}
    sentence = (
        next((p.text for p in pieces(text.text) if clock <= figures(units(p.text))), "") if clock else ""
    )
    yield Outdated(text, sentence, "next_word", "next_update", moment=now)

"""What is new since the last text that people had from us, and what of our texts a correction must take back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from playbook.assessment import Outdated, in_force
from playbook.drafts.slots import Item, Slot, bare
from playbook.incident.model import Fact, Incident, SentRow
from playbook.messages import say
from playbook.sentences import content, hedged, pieces, same, says, units, without_mark
from playbook.text import in_language, join_list
from playbook.times import Moment

if TYPE_CHECKING:
    from playbook.drafts.values import Writer

REPEATED = ("progress-update", "holding-statement")
"""Kinds that are written again and again; of every other kind the first one that went out is the text."""
STATEMENTS = (*REPEATED, "public-apology", "correction", "public-review")


def add_since(writer: Writer) -> None:
    """Add `last_time` and the list `changed` where people had a text from us before this one; and the list `stale`."""
    writer.values.lists["stale"] = _stale(writer)
    last = last_sent(writer)
    if last is None:
        return
    writer.put("last_time", writer.time(last.at))
    writer.values.lists["changed"] = [*_facts(writer, last), *_measures(writer, last), *_next(writer, last)]


def goes_on(kind: str, incident: Incident) -> bool:
    """Tell whether the next text of a kind is one more, not the one that went out: a holding statement ends with the apology."""
    apologised = any(row.kind == "public-apology" for row in incident.sent)
    return kind in REPEATED and not (kind == "holding-statement" and apologised)


def last_sent(writer: Writer) -> SentRow | None:
    """Return the last text that the readers of this one had from us before it."""
    incident, kind, now = writer.incident, writer.kind, writer.assessment.as_of
    own = [row.at for row in incident.sent if row.kind == kind and row.at.exact]
    until = None if goes_on(kind, incident) or not own else min(own, key=lambda at: at.at)

    def before(row: SentRow) -> bool:
        if not row.at.exact or (now is not None and now.exact and row.at.at > now.at):
            return False
        return until is None or row.at.at < until.at

    def read(row: SentRow) -> bool:
        if writer.person == "reply":
            return row.audience != "internal"
        return row.audience == "public" and row.kind in STATEMENTS

    return max((r for r in incident.sent if before(r) and read(r)), key=lambda r: r.at.at, default=None)


def _after(at: Moment | None, last: SentRow) -> bool:
    return at is not None and at.exact and at.at > last.at.at


def _facts(writer: Writer, last: SentRow) -> Iterator[Item]:
    """Yield what was confirmed since, and what answers a question that the last text left open."""
    asked = _left_open(writer, last)
    for fact in writer.incident.facts:
        if fact.status != "confirmed" or fact.visibility != "public":
            continue
        if fact.cause and (writer.kind == "public-apology" or "cause" not in writer.values.slots):
            continue  # the apology tells the cause itself; before it may be told, nothing does
        if (_after(fact.at, last) or _answers(fact, asked, writer)) and (item := writer._fact(fact)):
            yield item


def _left_open(writer: Writer, last: SentRow) -> list[str]:
    """Return the sentences of the last text that say what is not known, and that the record no longer lists as open."""
    rows = [r for r in writer.incident.sent if r.at == last.at and r.language == writer.language]
    texts = [writer.incident.kept_texts.get(r.path or "") or r.text or "" for r in rows]
    open_now = [units(words) for u in writer.incident.unknowns if (words := in_language(u, writer.language))]
    return [
        piece.text
        for text in dict.fromkeys(texts)
        for piece in pieces(text)
        if hedged(piece.text, writer.language) and not any(says(units(piece.text), u) for u in open_now)
    ]


def _answers(fact: Fact, asked: list[str], writer: Writer) -> bool:
    about = content(units(in_language(fact.text, writer.language) or ""))
    return any(2 * len(about & content(units(question))) >= max(4, len(about)) for question in asked)


def _measures(writer: Writer, last: SentRow) -> Iterator[Item]:
    if writer.kind == "public-apology":  # it has the measures in a list of its own
        return
    for measure in writer.incident.measures:
        what = in_language(measure.what, writer.language)
        if what and measure.public and in_force(measure) and _after(measure.done_at, last):
            words = say("since.done", writer.language, what=bare(what))
            yield {"item": Slot(words, commitments=(measure.id,))}


def _next(writer: Writer, last: SentRow) -> Iterator[Item]:
    """Yield a next word that was moved before it was due; after that, it is simply the next one."""
    now, then, as_of = writer.incident.next_update_at, last.next_update_promised_at, writer.assessment.as_of
    if now is None or then is None or as_of is None or not (now.exact and then.exact and as_of.exact):
        return
    if now.at != then.at and as_of.at < min(then.at, now.at):
        words = say("since.next", writer.language, now=writer.time(now), then=writer.time(then))
        yield {"item": Slot(words, commitments=("next_update",))}


# -- what is to be taken back --------------------------------------------------------------------


def _stale(writer: Writer) -> list[Item]:
    """Return each sentence of our public texts in this language that no longer holds, once: where, when, what is right."""
    out: dict[str, Item] = {}
    places: dict[str, dict[str, None]] = {}
    for entry in writer.assessment.outdated:
        if not entry.to_correct or entry.text.language != writer.language or not entry.sentence:
            continue
        channel = writer.policy.channels.get(entry.text.channel)
        where = in_language(channel.label, writer.language) if channel else None
        at = writer.time(entry.text.at)
        if not where or not at:
            continue
        key = same(entry.sentence)
        places.setdefault(key, {})[where] = None
        known = (entry.subject,) if writer.incident.fact(entry.subject) else ()
        out.setdefault(
            key,
            {
                "at": Slot(at),
                "quote": Slot(_quoted(entry.sentence, writer.language)),
                "verdict": Slot(_verdict(writer, entry), facts=known),
            },
        )
    for key, item in out.items():
        item["where"] = Slot(join_list(list(places[key]), writer.language))
    return list(out.values())


def _quoted(sentence: str, language: str) -> str:
    """Return a sentence as it stands inside quotation marks."""
    inner: dict[str, str | int | None] = (
        {"「": "『", "」": "』"} if language == "zh-Hant" else {"“": "‘", "”": "’", '"': "'"}
    )
    words = without_mark(re.sub(r"\s*\n\s*", " ", sentence.strip()))
    return bare(words).translate(str.maketrans(inner))


def _verdict(writer: Writer, entry: Outdated) -> str:
    right = in_language(entry.right, writer.language)
    if right:
        return say("since.right", writer.language, right=bare(right))
    if entry.reason == "moved":
        return say("since.moved", writer.language, right=writer.time(entry.moment))
    reason = "withdrawn" if entry.reason == "changed" else entry.reason
    return say(f"since.{reason}", writer.language)

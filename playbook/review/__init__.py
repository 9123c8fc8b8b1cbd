"""Everything on record -> the post-incident review: what failed, how we answered, what stops it happening again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from playbook.assessment import Assessment
from playbook.assessment.phrases import find_phrase
from playbook.incident.model import Incident
from playbook.messages import in_languages
from playbook.offers import Offers
from playbook.policy.model import Policy
from playbook.review.communication import texts_sent
from playbook.review.control import control_rows, recurrence_loop
from playbook.review.model import Control, Finding, Loop, Outcome, Parity, Review, Silence, TextSent, Voice
from playbook.review.people import voices_of
from playbook.times import Moment

LONG_SILENCE_SECONDS = 60 * 60


def make_review(
    incident: Incident,
    policy: Policy,
    assessment: Assessment,
    offers: Offers,
) -> Review:
    """Return the review of an incident; what nobody wrote down stays empty and is found missing.

    No section blames staff or customers (S1-35); a person as a factor, or a wording that blames, is a finding.
    """
    control = control_rows(incident)
    return Review(
        silences=tuple(_silences(incident)),
        voices=voices_of(incident),
        texts=texts_sent(incident, assessment),
        control=control,
        loop=recurrence_loop(incident, policy),
        parity=_parity(incident, offers),
        outcome=_outcome(incident),
        may_say_not_again=any(row.measure.recurrence == "yes" for row in control),
        findings=tuple(_findings(incident, assessment, control)),
    )


def _silences(incident: Incident) -> Iterator[Silence]:
    """Yield the stretches of an hour or more in which the timeline holds deeds or signals, and no word of ours."""
    exact = sorted((row for row in incident.timeline if row.at.exact), key=lambda row: row.at.at)
    start: Moment | None = None
    happened = 0
    for row in exact:
        if row.type in ("communication", "progress"):
            if start is not None and (row.at.at - start.at).total_seconds() >= LONG_SILENCE_SECONDS:
                yield Silence(start, row.at, int((row.at.at - start.at).total_seconds()), happened)
            start, happened = None, 0
        elif row.type == "signal" and start is None:
            start, happened = row.at, 1
        elif start is not None:
            happened += 1


def _parity(incident: Incident, offers: Offers) -> Parity | None:
    """Compare what single people were promised with the options that everybody in the same case may choose from."""
    promised = [p.value for p in incident.promises if p.value is not None]
    promised += [t.value for t in incident.existing_texts if t.value is not None]
    totals = [offer.total for offer in offers.options]
    if not promised or not totals or {m.currency for m in promised} != {totals[0].currency}:
        return None
    low, high = min(t.minor for t in totals), max(t.minor for t in totals)
    outside = tuple(p for p in promised if not low <= p.minor <= high)
    return Parity(tuple(promised), min(totals), max(totals), outside)


def _outcome(incident: Incident) -> Outcome:
    crowd, follow = incident.bystanders, incident.follow_up
    return Outcome(
        satisfied=follow.satisfied if follow else None,
        open_issues=follow.open_issues if follow else None,
        quote=follow.quote if follow else None,
        positive=crowd.supportive if crowd else None,
        negative=(crowd.negative if crowd.negative is not None else crowd.same_complaint) if crowd else None,
    )


def _findings(incident: Incident, assessment: Assessment, control: Sequence[Control]) -> Iterator[Finding]:
    review = incident.review
    if review is None:
        yield Finding("not_started", ("S0-04",))
        return
    if not review.factors:
        yield Finding("no_factors", ("S0-48",))
    categories = {factor.category for factor in review.factors}
    if len(review.factors) == 1:
        yield Finding("single_cause", ("S0-48",))
    if categories == {"people"}:
        yield Finding("only_people", ("S1-35",))
    texts = [f.text for f in review.factors]
    texts += [*review.badly, *review.lessons, *review.next_time, *review.surprised]
    for text in texts:
        blame = next((p for words in text.values() if (p := find_phrase("blame", words))), None)
        if blame:
            yield Finding("blame", ("S1-35", "S1-38"), {"words": text, "phrase": blame})
    if not any(row.measure.improvement for row in control):
        yield Finding("no_improvement", ("S0-24",))
    if not review.lessons:
        yield Finding("no_lesson", ("S1-19",))
    if not review.next_time:
        yield Finding("no_next_time", ("S1-36",))
    if not review.well and not review.badly:
        yield Finding("no_looking_back", ("S1-36",))
    preventive = {row.measure.class_ for row in control} & {"prevent", "detect", "mitigate"}
    if control and not preventive:
        yield Finding("no_prevention", ("S2-06", "S2-56"))
    for text in (*review.lessons, *review.next_time, *(m.what for m in incident.measures)):
        if any(find_phrase("zero_target", words) for words in text.values()):
            yield Finding("zero_target", ("S1-17", "C-15"), {"words": text})
    for promise in assessment.promises:
        if promise.state == "broken":
            text = dict(promise.text) or in_languages("review.next_word")
            yield Finding("broken_promise", ("S0-33",), {"text": text})
    for decision in incident.decisions:
        if decision.comply and not (decision.sure_they_delete and decision.taste_for_more):
            yield Finding("two_questions", ("S0-03",), {"decision": decision.id})


__all__ = [
    "Control",
    "Finding",
    "Loop",
    "Outcome",
    "Parity",
    "Review",
    "Silence",
    "TextSent",
    "Voice",
    "make_review",
]

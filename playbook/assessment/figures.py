"""Numbers worked out from the record: shares, sums, counts, each with what it was worked out from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from playbook.assessment.model import Clock, Figure, PromiseState
from playbook.assessment.situation import affected
from playbook.incident.model import Fact, Incident
from playbook.money import Money, readable_number
from playbook.times import Moment

Inputs = dict[str, Any]
NOT_A_BASIS = ("refuted", "retracted")


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """Return a share in percent to one decimal place, halves up."""
    return (part * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


def number(value: str | None) -> Decimal | None:
    """Read a recorded value as a number (thousands separators allowed), or None."""
    return readable_number(value.replace(",", "")) if value is not None else None


def figures_of(
    incident: Incident,
    points: Mapping[str, Moment],
    clocks: Sequence[Clock],
    promises: Sequence[PromiseState],
) -> tuple[Figure, ...]:
    """Return every figure that the record allows; one whose input is missing is left out, never zero."""
    return (
        *_shares(incident),
        *_group(incident),
        *_losses(incident),
        *_history(incident, points),
        *_crowd(incident),
        *_contacts(incident),
        *_kept(clocks, promises),
        *_unauthorised(promises),
    )


def _shares(incident: Incident) -> Iterator[Figure]:
    for fact in incident.facts:
        seen = {fact.id}
        whole = _whole(incident, fact)
        while whole is not None and whole.id not in seen:
            seen.add(whole.id)
            part_value, whole_value = number(fact.value), number(whole.value)
            usable = fact.status not in NOT_A_BASIS and whole.status not in NOT_A_BASIS
            if usable and part_value is not None and whole_value:
                inputs: Inputs = {
                    "part": fact.text,
                    "of": whole.text,
                    "part_value": part_value,
                    "of_value": whole_value,
                }
                value = percent(part_value, whole_value)
                yield Figure(
                    f"share.{fact.id}.{whole.id}", "assessment.figure_share", value, inputs, "percent"
                )
            whole = _whole(incident, whole)


def _whole(incident: Incident, fact: Fact) -> Fact | None:
    return incident.fact(fact.share_of) if fact.share_of else None


def _group(incident: Incident) -> Iterator[Figure]:
    totals = []
    for remedy in incident.group_remedies:
        if remedy.each is None:
            continue
        total = remedy.each * remedy.count
        totals.append((total, remedy.at_most))
        inputs: Inputs = {"count": remedy.count, "each": remedy.each}
        name = f"group.{remedy.id}"
        yield Figure(name, "assessment.figure_group", total, inputs, "money", remedy.at_most, remedy.label)
    if totals and len({total.currency for total, _ in totals}) == 1:
        total = _sum([t for t, _ in totals])
        at_most = any(limit for _, limit in totals)
        inputs = {"parts": tuple(t for t, _ in totals)}
        yield Figure("group_total", "assessment.figure_group_total", total, inputs, "money", at_most)


def _sum(amounts: Sequence[Money]) -> Money:
    return sum(amounts[1:], amounts[0])


def _losses(incident: Incident) -> Iterator[Figure]:
    losses = list(incident.losses.values())
    if losses and len({loss.currency for loss in losses}) == 1:
        yield Figure("losses", "assessment.figure_losses", _sum(losses), dict(incident.losses), "money")


def _history(incident: Incident, points: Mapping[str, Moment]) -> Iterator[Figure]:
    history = incident.signal.same_cause_history if incident.signal else ()
    if not history:
        return
    counts = tuple(entry.count for entry in history)
    yield Figure("same_cause", "assessment.figure_same_cause", sum(counts), {"counts": counts}, "count")
    first = [e.first_at for e in history if e.first_at and e.first_at.precision in ("minute", "day")]
    signal = points.get("signal")
    if first and signal and signal.exact:
        earliest = min(first, key=lambda m: m.at)
        days = (signal.day(incident.timezone) - earliest.day(incident.timezone)).days
        inputs: Inputs = {"first": earliest, "signal": signal}
        yield Figure("same_cause_days_before", "assessment.figure_same_cause_days", days, inputs, "days")


def _crowd(incident: Incident) -> Iterator[Figure]:
    crowd = incident.bystanders
    if not crowd:
        return
    classes = {
        name: count
        for name in ("same_complaint", "questions", "supportive", "negative")
        if (count := getattr(crowd, name)) is not None
    }
    whole = crowd.sample if crowd.sample is not None else crowd.comments
    if classes and whole is not None:
        inputs: Inputs = {**classes, "whole": whole}
        yield Figure("bystanders", "assessment.figure_bystanders", sum(classes.values()), inputs, "count")
    if crowd.supportive is not None and crowd.negative:
        ratio = (Decimal(crowd.supportive) / Decimal(crowd.negative)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        inputs = {"positive": crowd.supportive, "negative": crowd.negative}
        yield Figure("sentiment", "assessment.figure_sentiment", ratio, inputs, "ratio")


def _contacts(incident: Incident) -> Iterator[Figure]:
    before = incident.signal.prior_contacts if incident.signal else ()
    if before:
        unanswered = [c for c in before if c.result != "answered"]
        inputs: Inputs = {"results": tuple(c.result for c in before)}
        name = "contacts_before_answer"
        yield Figure(name, "assessment.figure_contacts_before", len(unanswered), inputs, "count")
        held = [c.hold_minutes for c in before if c.hold_minutes is not None]
        if held:
            yield Figure(
                "hold_minutes", "assessment.figure_hold", sum(held), {"minutes": tuple(held)}, "count"
            )
    complaints = [row for row in incident.complaints if row.type == "complaint"]
    if complaints:
        inputs = {"rows": len(incident.complaints)}
        yield Figure("complaints", "assessment.figure_complaints", len(complaints), inputs, "count")
        people = affected(incident)
        if people:
            share = percent(Decimal(len(complaints)), Decimal(people))
            inputs = {"complaints": len(complaints), "affected": people}
            yield Figure("complained", "assessment.figure_complained", share, inputs, "percent")
    amounts = [d.amount for d in incident.demands if d.amount is not None]
    if len(amounts) > 1 and len({a.currency for a in amounts}) == 1:
        inputs = {"first": amounts[0], "last": amounts[-1]}
        yield Figure(
            "demand_growth", "assessment.figure_demand_growth", amounts[-1] - amounts[0], inputs, "money"
        )


def _kept(clocks: Sequence[Clock], promises: Sequence[PromiseState]) -> Iterator[Figure]:
    gaps = [gap for clock in clocks for gap in clock.gaps]
    if gaps:
        late = sum(gap.breached for gap in gaps)
        inputs: Inputs = {"minutes": tuple(gap.seconds // 60 for gap in gaps)}
        yield Figure("progress_breaches", "assessment.figure_progress_breaches", late, inputs, "count")
    due = [p for p in promises if p.source == "next_update" and p.state != "open"]
    if due:
        kept = sum(p.state == "kept" for p in due)
        inputs = {"kept": kept, "made": len(due)}
        yield Figure("next_words_kept", "assessment.figure_next_words_kept", kept, inputs, "count")


def _unauthorised(promises: Sequence[PromiseState]) -> Iterator[Figure]:
    if not promises:
        return
    found = [p for p in promises if p.unauthorised]
    inputs: Inputs = {"ids": tuple(p.id for p in found)}
    yield Figure("unauthorised_promises", "assessment.figure_unauthorised", len(found), inputs, "count")
    values = [p.value for p in found if p.value is not None]
    if values and len({v.currency for v in values}) == 1:
        yield Figure(
            "unauthorised_value", "assessment.figure_unauthorised_value", _sum(values), inputs, "money"
        )

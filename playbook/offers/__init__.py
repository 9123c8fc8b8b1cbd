"""What each customer is owed and may choose, and who may grant it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from playbook.incident.model import Incident
from playbook.money import Money
from playbook.offers.model import GroupLine, Offer, OfferFinding, OfferLine, OfferPart, Offers
from playbook.offers.options import owed_parts, roles_of
from playbook.offers.priced import PricedCase, case_of, price_case, tables_of
from playbook.offers.proof import prove_tables
from playbook.offers.recorded import group_lines, make_offer, recorded_offers
from playbook.offers.spoken import in_languages
from playbook.policy.authority import ladder, may_grant, needed, rung_of
from playbook.policy.model import Policy, Rung

if TYPE_CHECKING:
    from playbook.assessment import Assessment


def make_offers(incident: Incident, policy: Policy, assessment: Assessment) -> Offers:
    """Return what is owed and offered: three lines, two to four options, and the authority for each.

    Options recorded in the incident win over those of the tables. Sources: S2-46 … S2-50, S0-20, S0-35, C-04, C-05.
    """
    moment = incident.timestamps.occurred_at or incident.timestamps.detected_at
    on = (
        moment.day(incident.timezone)
        if moment is not None and moment.precision in ("minute", "day")
        else None
    )
    priced = price_case(
        policy, case_of(incident, policy), jurisdiction=incident.jurisdiction or policy.jurisdiction
    )
    options = recorded_offers(incident, policy, on)
    if not options:
        options = make_options(policy, priced, incident, on)
    mode = assessment.switches["compensation_mode"]
    if mode == "non_monetary_only":  # what the law gives is not ours to withhold
        options = tuple(o for o in options if not _offered_money(o))
    group = group_lines(incident)
    chosen = next((o for o in options if incident.chosen and o.id == incident.chosen.option), None)
    outcome = priced.outcome if not options else "priced"
    return Offers(
        outcome=outcome,
        lines=priced.lines,
        options=options,
        missing=priced.missing if outcome == "not_enough_information" else (),
        chosen=chosen,
        group=group,
        group_total=_total(group),
        explanation=explanation(priced),
        findings=tuple(_findings(incident, assessment, options, priced)),
        decider=priced.decider,
        decisions=priced.decisions,
        words=in_languages(priced, policy),
    )


def make_options(
    policy: Policy, priced: PricedCase, incident: Incident | None = None, on: date | None = None
) -> tuple[Offer, ...]:
    """Put the options that the tables named together, with the authority each needs."""
    return tuple(
        make_offer(
            incident, policy, option, parts, f"options.csv {option}", on, roles=priced.roles.get(option, ())
        )
        for option, parts in sorted(priced.option_parts.items())
    )


def authority_of(policy: Policy, priced: PricedCase, options: tuple[Offer, ...]) -> Rung | None:
    """Return the lowest rung that may grant every option, or the lines alone where there is none to choose from."""
    rungs = [option.authority for option in options if option.authority]
    if rungs:
        return max(rungs, key=lambda rung: rung.rank)
    rung = needed(policy, total_of_lines(priced, policy.currency), [line.kind for line in priced.lines])
    rows = [row for d in priced.decisions if d.table.line != "options" for row in d.fired]
    wanted = [found for role in roles_of(policy, rows) if (found := rung_of(policy, role))]
    return rung and max((rung, *wanted), key=lambda one: one.rank)


def total_of_lines(priced: PricedCase, currency: str) -> Money:
    """Add the three lines, the best of alternatives; what is not money, or another currency, is not added."""
    best: dict[object, Money] = {}
    for index, line in enumerate(priced.lines):
        if line.amount is not None and line.amount.currency == currency:
            key = (line.table, line.event, line.alternative) if line.alternative else index
            best[key] = max(best.get(key, line.amount), line.amount)
    return sum(best.values(), Money(0, currency))


def _offered_money(offer: Offer) -> bool:
    return any(
        part.value is not None and part.value.minor for part in offer.parts if part.line != "statutory"
    )


def _total(group: tuple[GroupLine, ...]) -> Money | None:
    sums = [line.total for line in group if line.total is not None]
    if not sums or any(s.currency != sums[0].currency for s in sums):
        return None
    return sum(sums[1:], sums[0])


def _findings(
    incident: Incident, assessment: Assessment, options: tuple[Offer, ...], priced: PricedCase
) -> list[OfferFinding]:
    out = []
    law = [part for part in owed_parts(priced.lines) if part.line == "statutory" and part.amount]
    low, high = (int(n) for n in assessment.switches["option_count"])
    if options and not low <= len(options) <= high:
        out.append(
            OfferFinding(
                "option_count", "warning", {"count": len(options), "low": low, "high": high}, ("S2-49",)
            )
        )
    if (
        options
        and assessment.switches["require_nonmonetary"] is True
        and not any(o.non_monetary for o in options)
    ):
        out.append(OfferFinding("no_nonmonetary", "warning", {}, ("S0-20",)))
    for offer in options:
        due = sum((p.amount.minor for p in law if p.amount and p.amount.currency == offer.total.currency), 0)
        held = sum(p.value.minor for p in offer.parts if p.line == "statutory" and p.value)
        if held < due:  # only a recorded option can: those of the tables hold what the law gives
            values = {"option": offer.id, "due": str(Money(due, offer.total.currency)), "currency": offer.total.currency}  # fmt: skip
            out.append(OfferFinding("below_statutory", "block", values, ("S2-46",)))
        if offer.authority is None:
            out.append(
                OfferFinding(
                    "nobody_may_grant", "block", {"option": offer.id, "total": str(offer.total)}, ("S0-35",)
                )
            )
        elif not offer.approved:
            out.append(
                OfferFinding(
                    "needs_approval",
                    "warning",
                    {"option": offer.id, "role": offer.authority.label},
                    ("S0-34", "S0-35"),
                )
            )
        if {p.line for p in offer.parts}.isdisjoint({"need_now"}) or "inconvenience" not in {
            p.line for p in offer.parts
        }:
            out.append(OfferFinding("one_part_only", "suggestion", {"option": offer.id}, ("S2-48",)))
        currencies = {part.value.currency for part in offer.parts if part.value}
        if len(currencies) > 1 or (currencies and currencies != {offer.total.currency}):
            out.append(
                OfferFinding(
                    "two_currencies",
                    "error",
                    {"option": offer.id, "currencies": ", ".join(sorted(currencies))},
                )
            )
    if incident.chosen and options and all(o.id != incident.chosen.option for o in options):
        out.append(OfferFinding("chosen_unknown", "error", {"option": incident.chosen.option}))
    return out


def explanation(priced: PricedCase) -> dict[str, object]:
    """Return why, per table, as plain values: the rows that fired, and those that failed on one condition only."""
    return {
        d.table.name: {
            "title": dict(d.table.title),
            "outcome": d.outcome,
            "case": {k: v for k, v in d.case.items() if v != "null"},
            "fired": [
                {
                    "row": r.id,
                    "source": r.source,
                    "rationale": r.rationale,
                    "note": r.note,
                    "place": str(r.place),
                }
                for r in d.fired
            ],
            "near": [
                {"row": n.row.id, "input": n.input, "wanted": n.wanted, "found": n.found} for n in d.near
            ],
            "missing": list(d.missing),
        }
        for d in priced.decisions
    }


__all__ = [
    "GroupLine",
    "Offer",
    "OfferFinding",
    "OfferLine",
    "OfferPart",
    "Offers",
    "PricedCase",
    "authority_of",
    "case_of",
    "explanation",
    "group_lines",
    "ladder",
    "make_offers",
    "make_options",
    "may_grant",
    "needed",
    "price_case",
    "prove_tables",
    "rung_of",
    "tables_of",
    "total_of_lines",
]

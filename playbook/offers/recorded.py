"""Offers as people recorded them: options, who approved them, what the customer chose, what a whole group gets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from playbook.incident.model import Approval, Incident, RecordedOption
from playbook.money import Money
from playbook.offers.model import GroupLine, Offer, OfferPart
from playbook.policy.authority import may_grant, needed, rung_of
from playbook.policy.model import Policy
from playbook.text import LANGUAGES, LocalText


def joined(labels: Iterable[LocalText]) -> dict[str, str]:
    """Join labels with a plus sign in every language that all of them have."""
    texts = tuple(labels)
    return {
        language: " + ".join(text[language] for text in texts)
        for language in LANGUAGES
        if texts and all(language in text for text in texts)
    }


def total_of(parts: Iterable[OfferPart], currency: str) -> Money:
    """Add what the parts are worth; a part in another currency is not added (it is a finding elsewhere)."""
    total = Money(0, currency)
    for part in parts:
        if part.value is not None and part.value.currency == currency:
            total += part.value
    return total


def approval_of(incident: Incident, option: str) -> Approval | None:
    """Return the approval recorded for an option."""
    named = incident.option_approvals.get(option)
    return next((a for a in incident.approvals if a.id == named or a.what == f"option:{option}"), None)


def make_offer(
    incident: Incident | None,
    policy: Policy,
    option: str,
    parts: tuple[OfferPart, ...],
    origin: str,
    on: date | None,
    reason: LocalText | None = None,
    roles: Iterable[str] = (),
) -> Offer:
    """Put an option together with its total, the authority it needs, and whether that authority approved it.

    The authority is the lowest rung that may grant it, or a higher one of `roles`, which must grant it whatever it
    comes to. It is approved where a recorded approval comes from such a rung (S0-35).
    """
    currency = (incident.currency if incident else None) or policy.currency
    total = total_of(parts, currency)
    kinds = [part.kind for part in parts]
    wanted = [found for role in roles if (found := rung_of(policy, role))]
    # What another currency comes to nobody knows here: the ladder cannot tell who may grant it.
    foreign = any(part.value is not None and part.value.currency != currency for part in parts)
    rung = None if foreign else needed(policy, total, kinds, on)
    if rung is not None:
        rung = max((rung, *wanted), key=lambda r: r.rank)
    lowest = max((r.rank for r in wanted), default=0)
    approval = approval_of(incident, option) if incident else None
    by = rung_of(policy, approval.role) if approval and approval.decision == "approved" else None
    return Offer(
        id=option,
        label=joined(part.label for part in parts),
        parts=parts,
        total=total,
        authority=rung,
        approval=approval.id if approval else None,
        approved=by is not None and not foreign and may_grant(by, total, kinds) and by.rank >= lowest,
        reason=reason,
        origin=origin,
    )


def _part(part: RecordedOption, index: int) -> OfferPart:
    recorded = part.parts[index]
    return OfferPart(
        line=recorded.line,
        kind=recorded.kind,
        label=recorded.label,
        amount=recorded.amount,
        worth=recorded.worth,
        non_monetary=recorded.amount is None,
        harm=recorded.harm,
    )


def recorded_offers(incident: Incident, policy: Policy, on: date | None) -> tuple[Offer, ...]:
    """Return the options as they were offered, in the order of the record."""
    return tuple(
        make_offer(
            incident,
            policy,
            option.id,
            tuple(_part(option, index) for index in range(len(option.parts))),
            "incident.yaml",
            on,
            option.reason,
        )
        for option in incident.options
    )


def group_lines(incident: Incident) -> tuple[GroupLine, ...]:
    """Return what whole groups get, multiplied out."""
    return tuple(
        GroupLine(
            id=remedy.id,
            label=remedy.label,
            count=remedy.count,
            each=remedy.each,
            total=remedy.each * remedy.count if remedy.each else None,
            at_most=remedy.at_most,
        )
        for remedy in incident.group_remedies
    )

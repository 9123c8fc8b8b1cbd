"""May this role stand behind this text? What it offers, and in public, against the client's ladder (S0-34, S0-35)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from playbook.checks.quantities import quantities
from playbook.drafts import Draft
from playbook.offers import Offer, Offers, may_grant
from playbook.policy.authority import ladder
from playbook.policy.model import Policy, Rung


def stated_offers(draft: Draft, offers: Offers) -> tuple[Offer, ...]:
    """Return the options that a text offers: by its provenance, or because a person wrote all of their sums."""
    said = {offer for sentence in draft.sentences for offer in sentence.offers}
    sums = {q.value[0] for q in quantities(draft.text, draft.language) if q.kind == "money"}

    def states(offer: Offer) -> bool:
        parts = {part.value.decimal for part in offer.parts if part.value and part.value.minor}
        return bool(parts and parts <= sums) or (offer.total.minor > 0 and offer.total.decimal in sums)

    return tuple(offer for offer in offers.options if offer.id in said or states(offer))


def beyond(draft: Draft, offers: Offers, policy: Policy, rung: Rung, on: date | None) -> Iterator[str]:
    """Yield, for each offer in a text that a role may not grant, what it is and who may."""
    for offer in stated_offers(draft, offers):
        reason = beyond_offer(offer, policy, rung, on)
        if reason:
            yield reason
    said = {name for sentence in draft.sentences for name in sentence.offers}
    for group in offers.group:
        if group.id not in said:
            continue
        if draft.audience == "public" and not rung.public:
            able = ", ".join(r.role for r in ladder(policy, on) if r.public) or "nobody"
            yield f"{group.id} is promised in public, which {rung.role} may not do; it needs {able}"
        elif group.total is not None and not may_grant(rung, group.total):
            able = ", ".join(r.role for r in ladder(policy, on) if may_grant(r, group.total)) or "nobody"
            yield f"{group.id} comes to {group.total}, more than {rung.role} may grant; it needs {able}"


def beyond_offer(offer: Offer, policy: Policy, rung: Rung, on: date | None) -> str:
    """Return why a role may not grant an option, and who may; empty where it may."""
    kinds = [part.kind for part in offer.parts]
    lowest = offer.authority.rank if offer.authority else 0
    if may_grant(rung, offer.total, kinds) and rung.rank >= lowest:
        return ""
    able = [r.role for r in ladder(policy, on) if may_grant(r, offer.total, kinds) and r.rank >= lowest]
    limit = f" (up to {rung.ceiling} {rung.ceiling.currency})" if rung.ceiling else ""
    total = f"{offer.total} {offer.total.currency}"
    return f"option {offer.id} comes to {total}, which {rung.role}{limit} may not grant; it needs {', '.join(able) or 'a decision: nobody may'}"

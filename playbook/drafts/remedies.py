"""What may be chosen, what was chosen, what whole groups get, and the measures against a repeat: as words, each with its provenance."""

from __future__ import annotations

from playbook.drafts.slots import Item, Slot, Words, bare
from playbook.messages import say
from playbook.offers import Offer
from playbook.text import format_count, is_han


def fill_remedies(writer: Words) -> None:
    """Fill what may be chosen, what was chosen, what a group gets, and the measures."""
    offered = [o for o in writer.offers.options if o.approved]
    writer.values.lists["options"] = [item for o in offered if (item := _option(writer, o))]
    told = len(writer.values.lists["options"])
    writer.put("option_count", format_count(told, writer.language) if told else None)
    chosen = writer.offers.chosen
    if chosen and chosen.approved and (item := _option(writer, chosen)):
        writer.put("chosen", item["item"].text, offers=(chosen.id,))
        writer.put("chosen_id", chosen.id, offers=(chosen.id,))
    groups = []
    for line in writer.offers.group:
        words = writer.words(line.label, f"group_remedies.{line.id}.label")
        if words:
            groups.append(
                {
                    "item": Slot(bare(words), offers=(line.id,)),
                    "count": Slot(format_count(line.count, writer.language)),
                }
            )
    writer.values.lists["group"] = groups if _group_approved(writer) else []
    writer.values.lists["measures"] = _measures(writer)


def _group_approved(writer: Words) -> bool:
    """Tell whether somebody who may make public commitments approved the group remedies, or speaks for them."""
    public = {rung.role for rung in writer.policy.authority if rung.public}
    named = ("statement", "group", *(remedy.id for remedy in writer.incident.group_remedies))
    approved = any(
        a.role in public and a.decision == "approved" and any(name in a.what for name in named)
        for a in writer.incident.approvals
    )
    return approved or any(s.speaker and s.speaker.role in public for s in writer.incident.statements)


def _option(writer: Words, offer: Offer) -> Item | None:
    parts = []
    for part in offer.parts:
        label = writer.words(part.label, f"options.{offer.id}")
        if not label:
            return None
        sum_ = part.amount or part.worth
        key = "part" if sum_ is None else "part_paid" if part.amount is not None else "part_worth"
        shown = writer.money(sum_) if sum_ else ""
        part_words = say(f"drafts.{key}", writer.language, label=label, sum=shown)
        # The space is for a figure; a sum may begin with the name of its currency.
        parts.append(part_words.replace(f" {shown}", shown) if is_han(shown[:1]) else part_words)
    first, *rest = parts
    words = first
    if rest:
        others = say("drafts.between_parts", writer.language).join(rest)
        words = say("drafts.parts", writer.language, first=first, others=others)
    return {"id": Slot(offer.id), "item": Slot(words, offers=(offer.id,))}


def _measures(writer: Words) -> list[Item]:
    out: list[Item] = []
    told_at, zone = writer.told_at(), writer.incident.timezone
    for m in writer.incident.measures:
        if not m.public or m.state in ("candidate", "dropped"):
            continue
        what, owner = (
            writer.words(m.what, f"measures.{m.id}.what"),
            writer.words(m.owner, f"measures.{m.id}.owner"),
        )
        when = m.done_at or m.effective_from or m.due
        if not what or not owner or when is None:
            continue  # what has no owner and date is not promised
        done = m.done_at is not None or (m.state == "done" and m.due is not None)
        late = told_at is not None and not done and m.done_at is None and m.due is not None and when == m.due
        if (
            late
            and told_at is not None
            and (when.at <= told_at.at if when.exact else when.day(zone) < told_at.day(zone))
        ):
            writer.values.overdue.append(m.id)  # nobody promises a day that has passed
            continue
        if m.recurrence == "yes":
            # What really stops it may be called that; of the others nothing of the kind is said (C-28).
            writer.values.slots.setdefault("stopping", Slot(bare(what), commitments=(m.id,)))
        item = {
            "item": Slot(bare(what), commitments=(m.id,)),
            "owner": Slot(owner),
            "date": Slot(writer.time(when) or ""),
            "done": Slot("yes" if done else "no"),
        }
        out.append(item)
    return out

"""Every promise made: whose authority it needed, whether it had it, and whether it was kept."""

from __future__ import annotations

from datetime import date

from playbook.assessment.model import PromiseOutcome, PromiseState
from playbook.assessment.points import words_to_customer
from playbook.assessment.timing import progress_words
from playbook.incident.model import ExistingText, Incident, Promise, SentRow
from playbook.money import Money
from playbook.policy.authority import ladder, may_grant, rung_of
from playbook.policy.model import Policy, Rung
from playbook.times import Moment


def promises_of(incident: Incident, policy: Policy, as_of: Moment | None) -> tuple[PromiseState, ...]:
    """Return the promises recorded, those in texts that name a value, and each next word promised in a text sent."""
    out = [_recorded(p, incident, policy, as_of) for p in incident.promises]
    out += [_from_text(t, incident, policy) for t in incident.existing_texts if t.value is not None]
    out += [
        _next_word(index, row, row.next_update_promised_at, incident, policy, as_of)
        for index, row in enumerate(incident.sent)
        if row.next_update_promised_at is not None
    ]
    return tuple(out)


def authority_for(policy: Policy, value: Money | None, public: bool, on: date | None) -> Rung | None:
    """Return the lowest rung that may promise a value, in public where it is public; None where nobody may."""
    for rung in ladder(policy, on):
        if (value is None or may_grant(rung, value)) and (not public or rung.public):
            return rung
    return None


def judge(
    incident: Incident,
    policy: Policy,
    role: str | None,
    value: Money | None,
    public: bool,
    approval_id: str | None,
    at: Moment | None,
) -> tuple[Rung | None, bool, str]:
    """Return the rung a promise needs, whether it had that authority, and why (S0-34, S0-35, S0-39).

    A promise of no value that is not public needs nobody's leave. An approval given after the promise does not count.
    """
    on = at.day(incident.timezone) if at and at.precision in ("minute", "day") else None
    needed = authority_for(policy, value, public, on)
    if value is None and not public:
        return needed, True, "nothing_to_authorise"
    if needed is None:
        return None, False, "nobody_may"
    approval = next((a for a in incident.approvals if a.id == approval_id), None) if approval_id else None
    if approval is not None:
        by = rung_of(policy, approval.role)
        if approval.decision != "approved":
            return needed, False, "rejected"
        if by is None or by.rank < needed.rank:
            return needed, False, "approval_too_low"
        if at and approval.at and at.exact and approval.at.exact and approval.at.at > at.at:
            return needed, False, "approved_after"
        return needed, True, "approved"
    if role is None:
        return needed, False, "role_not_recorded"
    own = rung_of(policy, role)
    if own is not None and own.rank >= needed.rank:
        return (
            (needed, False, "needs_second") if own.needs_second and value else (needed, True, "own_authority")
        )
    return needed, False, "no_approval"


def _outcome(
    due: Moment | None, kept_at: Moment | None, as_of: Moment | None, later: Moment | None, logged: bool
) -> tuple[PromiseOutcome, Moment | None]:
    """Return the state and when it was kept. `later` is the first word found in a log that is complete (`logged`)."""
    kept = kept_at or later
    if kept is not None:
        late = due is not None and due.exact and kept.exact and kept.at > due.at
        return ("kept_late" if late else "kept"), kept
    if due is not None and due.exact and as_of is not None and as_of.at > due.at:
        return ("broken" if logged else "not_recorded"), None
    return "open", None


def _recorded(promise: Promise, incident: Incident, policy: Policy, as_of: Moment | None) -> PromiseState:
    role = promise.role or _role_of(incident, promise.by)
    needed, authorised, reason = judge(
        incident,
        policy,
        role,
        promise.value,
        promise.public and not promise.progress,
        promise.approval,
        promise.at,
    )
    later = _first_word(incident, promise.at) if promise.progress else None
    if later and as_of and later.exact and later.at > as_of.at:
        later = None  # told as of an earlier time, it has not come yet
    state, kept_at = _outcome(promise.due, promise.kept_at, as_of, later, promise.progress)
    return PromiseState(
        promise.id, "promise", promise.text, promise.at, promise.by or role, promise.to, promise.value, promise.due,
        kept_at, promise.public, needed, authorised, reason, state,
    )  # fmt: skip


def _role_of(incident: Incident, by: str | None) -> str | None:
    """Return the role of a person who is named in the record as handler, backup or team."""
    handler = incident.handler
    people = [handler, handler.backup if handler else None, *incident.team]
    return next((p.role for p in people if p and p.name and by in p.name.values()), None)


def _from_text(text: ExistingText, incident: Incident, policy: Policy) -> PromiseState:
    public = text.recipient is None and not text.internal and text.online is True
    needed, authorised, reason = judge(
        incident, policy, text.author_role, text.value, public, text.approval, text.at
    )
    return PromiseState(
        text.id, "existing_text", {text.language: text.text}, text.at, text.author_role, text.recipient, text.value,
        None, None, public, needed, authorised, reason, "not_recorded",
    )  # fmt: skip


def _first_word(incident: Incident, after: Moment | None, public_only: bool = False) -> Moment | None:
    """Return the first word after a moment: a text, a progress report, the conversation, or the offer of options."""
    sent = [r.at for r in words_to_customer(incident) if not public_only or r.audience == "public"]
    called = incident.intake.started_at if incident.intake else None
    spoken = [] if public_only else [*progress_words(incident), called, incident.options_offered_at]
    later = [m for m in [*sent, *spoken] if m and m.exact and (after is None or m.at > after.at)]
    return min(later, key=lambda m: m.at, default=None)


def _next_word(
    index: int, row: SentRow, due: Moment | None, incident: Incident, policy: Policy, as_of: Moment | None
) -> PromiseState:
    # A first reply stands in public but speaks to one person: a call to that person keeps its word.
    to_all = row.audience == "public" and row.kind != "first-reply"
    state, kept_at = _outcome(due, None, as_of, _first_word(incident, row.at, to_all), True)
    lowest = next(iter(ladder(policy)), None)
    text: dict[str, str] = {row.language: row.text} if row.text else {}
    return PromiseState(
        f"sent[{index}]", "next_update", text, row.at, row.speaker, None, None, due, kept_at,
        row.audience == "public", lowest, True, "nothing_to_authorise", state,
    )  # fmt: skip

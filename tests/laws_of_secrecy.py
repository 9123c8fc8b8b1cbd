"""Laws of what is not ours to tell, and of what may be offered."""

from __future__ import annotations

import re
from collections.abc import Iterator

from draft_cases import OUR_SIDE, Case, law
from generated_incidents import (
    PEOPLE,
    PRIVATE,
)
from laws_of_record import granted, read

# -- c. and d. what is not confirmed, not public, not ours to tell -----------------------------------


@law
def what_is_for_colleagues_stays_inside(case: Case) -> Iterator[str]:
    for t in case.outside:
        for told in case.made.texts:
            word = told.words.get(t.language)
            if word and told.hearers == "inside" and word in t.text.lower():
                yield t.says(f"{told.field} ({word})")


@law
def what_is_said_to_one_person_is_not_said_to_all(case: Case) -> Iterator[str]:
    for t in case.outside:
        for told in case.made.texts:
            word = told.words.get(t.language)
            if (
                word
                and word in t.text.lower()
                and told.hearers == ("statement" if t.to_the_person else "reply")
            ):
                yield t.says(f"{told.field} ({word})")


@law
def personal_data_stays_out(case: Case) -> Iterator[str]:
    handler = case.incident.handler
    for t in case.outside:
        hidden = [*PRIVATE.values(), *PEOPLE["private"], *PEOPLE["colleague"]]
        if handler and handler.consent_to_name is False:
            hidden += PEOPLE["handler"]
        if not t.to_the_person:
            hidden += [*PEOPLE["customer"], "night_owl"]
        hidden += ["other_owl"]
        for secret in hidden:
            if secret in t.text:
                yield t.says(secret)


ADMITS = {
    "en": re.compile(r"our (?:own )?fault|fault is ours|responsib|to blame|we (?:got|let|failed|were wrong)|failed you|ours to answer for", re.I),
    "zh-Hant": re.compile(r"我們的錯|錯在|自己的錯|責任在我們|我們沒有做好|沒有做到的也是"),
    "zh-Hans": re.compile(r"我们的错|错在|自己的错|责任在我们|我们没有做好|没做好|没有做到的也是"),
}  # fmt: skip
OF_OTHER_THINGS = (
    "silence",
    "tried",
    "corrected",
    "measures",
    "salute",
    "reach",
    "apology.correction",
    "feeling.reply.chase",
)


@law
def a_fault_is_ours_only_where_it_is_known_to_be(case: Case) -> Iterator[str]:
    """No full apology while the fault is open, another's, a crime, or where the law wants sympathy only."""
    switches = case.incident.policy_override
    for t in case.outside:
        sent = [row.at for row in case.incident.sent if row.kind == t.draft.kind]
        fault = case.incident.fault_at(min(sent) if sent else case.assessment.as_of)
        ours = fault in OUR_SIDE or (fault == "customer_misread" and switches.get("misunderstanding_apology") == "book")  # fmt: skip
        sympathy = (case.incident.jurisdiction or case.policy.jurisdiction or "").startswith("US")
        if ours and not sympathy and switches.get("apology_depth") != "feeling":
            continue
        for s in t.sentences:
            if not s.wording.startswith(OF_OTHER_THINGS) and (found := ADMITS[t.language].search(s.text)):
                yield t.says(
                    f"{found.group()!r} while the fault is {fault}{', sympathy only' if sympathy else ''}"
                )


@law
def a_cause_is_told_only_with_a_confirmed_public_fact(case: Case) -> Iterator[str]:
    known = [
        f for f in case.incident.facts if f.cause and f.status == "confirmed" and f.visibility == "public"
    ]
    for t in case.outside:
        for s in t.sentences:
            move = re.split(r"[.]", s.wording)[0]
            if move == "cause" and not any(
                (f.text.get(t.language) or "§").lower() in s.text.lower() for f in known
            ):
                yield t.says(f"{s.text!r}")


# -- e. offers ------------------------------------------------------------------------------------------


@law
def only_what_was_approved_by_somebody_who_may_is_offered(case: Case) -> Iterator[str]:
    fine = {o.id for o in granted(case)}
    for t in case.outside:
        offered = {o for s in t.sentences for o in s.offers} & {o.id for o in case.offers.options}
        for name in offered - fine:
            yield t.says(f"option {name}")
        labels = {
            lab
            for o in case.incident.options
            if o.id not in fine
            for p in o.parts
            for lab in p.label.values()
        }
        for label in labels:
            if label.lower() in t.text.lower():
                yield t.says(label)


@law
def a_group_is_promised_only_what_a_public_voice_stands_for(case: Case) -> Iterator[str]:
    public = {r.role for r in case.policy.authority if r.public}
    stands = any(a.role in public and a.decision == "approved" for a in case.incident.approvals if not a.what.startswith("option:"))  # fmt: skip
    stands |= any(s.speaker and s.speaker.role in public for s in case.incident.statements)
    if stands:
        return
    for t in case.outside:
        for g in case.incident.group_remedies:
            label = g.label.get(t.language)
            if label and label.lower() in t.text.lower():
                yield t.says(label)


_MONEY_WORDS = re.compile(
    r"refund|voucher|compensat|reimburs|退款|退費|退费|補償|补偿|賠償|赔偿|折價券|优惠券", re.I
)


@law
def the_first_reply_speaks_of_no_money(case: Case) -> Iterator[str]:
    for t in case.texts:
        if t.draft.kind == "first-reply" and (read(t.text).sums or _MONEY_WORDS.search(t.text)):
            yield t.says("money")

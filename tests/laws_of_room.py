"""Laws of room and of repetition: every text fits, its check finds nothing, the same record gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from draft_cases import LONG, Case, Written, law
from laws_of_secrecy import ADMITS, OF_OTHER_THINGS

from playbook.text import Language
from playbook.times import Moment

# -- f. length --------------------------------------------------------------------------------------------


def counted(text: str, channel: str) -> int:
    """Count characters as a channel does: X counts a Han character as two."""
    return (
        sum(2 if c > "\u1100" and not "\u2000" <= c <= "\u201f" else 1 for c in text)
        if channel == "x"
        else len(text)
    )


@law
def a_text_fits_its_channel(case: Case) -> Iterator[str]:
    for t in case.texts:
        limit = case.policy.channels[t.draft.channel].max_characters
        if limit is not None and (length := counted(t.text, t.draft.channel)) > limit:
            yield t.says(f"{length} characters of {limit}")


def _over(due: Moment | None, now: Moment | None) -> bool:
    return due is not None and now is not None and due.exact and due.at <= now.at


def lists_of(case: Case, language: Language, person: str) -> dict[str, list[str]]:
    """Return what a text may go through item by item, in a language, by a reading of the record of our own."""
    i = case.incident
    sure = [m for m in i.measures if m.public and m.state not in ("candidate", "dropped") and m.owner]
    now = case.assessment.as_of
    sure = [m for m in sure if m.done_at or m.state == "done" or not _over(m.effective_from or m.due, now)]
    sure = [m for m in sure if m.due or m.done_at or m.effective_from]
    lists = {
        "unknowns": i.unknowns if i.policy_override.get("publish_unknowns") is not False else (),
        "doing_list": i.doing_now,
        "do_now": i.do_now,
        "group": tuple(g.label for g in i.group_remedies),
        "measures": tuple(m.what for m in sure if language in (m.owner or {})),
        "answers": tuple(q.answer for q in i.bystander_questions if q.answer and language in q.question),
    }
    return {
        name: [text[language] for text in texts if text and language in text] for name, texts in lists.items()
    }


@law
def a_list_that_was_shortened_says_how_much_is_left(case: Case) -> Iterator[str]:
    """What is told and what is said to be left make what is on record."""
    for t in case.outside:
        for name, items in lists_of(case, t.language, "").items():
            own = [s for s in t.sentences if re.split(r"[.]", s.wording)[0].replace("-", "_") == name]
            told = [item for item in items if any(item.rstrip("。.").lower() in s.text.lower() for s in own)]
            said = [s for s in t.sentences if s.wording.replace("-", "_").startswith(f"{name}_rest")]
            if said:
                left = [int(n) for s in said for n in re.findall(r"(?<![\d:.])\d{1,2}(?![\d:.])", s.text)]
                if len(items) - len(told) not in left and (left or len(said) != 1):
                    yield t.says(f"{name}: {len(told)} of {len(items)} told, and {[s.text for s in said]}")
            elif told and len(told) < len(items):
                yield t.says(f"{name}: {len(told)} of {len(items)} told, and nothing said of the rest")


# -- g. the kit's own check ----------------------------------------------------------------------------


@law
def the_check_finds_nothing_in_our_own_drafts(case: Case) -> Iterator[str]:
    by_id = {d.id: d for d in case.drafts}
    if case.number % 3 and not LONG:
        return  # the check takes three times as long as the writing: it goes over every third record
    for report in case.reports:
        for finding in report.report.findings:
            if finding.level != "suggestion":
                draft = by_id[report.draft_id]
                yield Written(draft, "", draft.sentences).says(
                    f"{finding.level} {finding.rule}: {finding.match!r}"
                )


# -- h. the same record, the same words ---------------------------------------------------------------


@law
def the_same_record_gives_the_same_bytes(case: Case) -> Iterator[str]:
    if case.number % 3:
        return
    again = Case(case.made)
    if [(t.draft.id, t.register, t.text) for t in again.texts] != [
        (t.draft.id, t.register, t.text) for t in case.texts
    ]:
        yield "differs the second time"


@law
def the_order_of_rows_does_not_change_the_words(case: Case) -> Iterator[str]:
    i = case.made.incident
    causes = [f for f in i.facts if f.cause and f.status == "confirmed" and f.visibility == "public"]
    if case.number % 3 == 1 and not LONG:
        return
    turned = i.model_copy(update={
        "complaints": i.complaints[::-1], "sent": i.sent[::-1], "timeline": i.timeline[::-1], "approvals": i.approvals[::-1],
        "facts": i.facts[::-1] if len(causes) < 2 else i.facts,
    })  # fmt: skip
    other = {(t.draft.id, t.register): t for t in Case(case.made, turned).texts}
    for t in case.texts:
        then = other.get((t.draft.id, t.register))
        if then is None or sorted(s.text for s in then.sentences) != sorted(s.text for s in t.sentences):
            yield t.says("turned round it reads:\n" + (then.text if then else "nothing"))


@law
def told_before_the_fault_was_known_it_is_no_full_apology(case: Case) -> Iterator[str]:
    dated = [e.at for e in case.made.incident.fault if e.at is not None]
    if not dated:
        return
    early = Moment.parse("2026-05-09T10:00+08:00")
    before = Case(case.made, as_of=early)
    for t in before.outside:
        for s in t.sentences:
            if not s.wording.startswith(OF_OTHER_THINGS) and (found := ADMITS[t.language].search(s.text)):
                yield t.says(f"{found.group()!r} at {early}, the fault known at {min(dated)}")

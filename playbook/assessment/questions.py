"""What to ask next: what nobody wrote down yet and the next text, clock or decision needs, most useful first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playbook.assessment.model import AskNext, PromiseState, Situation
from playbook.incident.model import Incident
from playbook.times import Moment


@dataclass(frozen=True)
class _Asked:
    field: str
    why: tuple[str, ...]
    missing: Callable[[Incident, Situation, Mapping[str, Moment]], bool]


def _lacks(name: str, after: str = "P0") -> Callable[[Incident, Situation, Mapping[str, Moment]], bool]:
    return lambda i, s, p: s[f"has_{name}"] == "no" and after in s["stage"]


def _complaint(
    test: Callable[[Incident, Situation, Mapping[str, Moment]], bool],
) -> Callable[[Incident, Situation, Mapping[str, Moment]], bool]:
    # A stranger who threatens is not a customer to be listened to (C-13).
    return lambda i, s, p: s["extortion"] == "no" and test(i, s, p)


def _no_author(incident: Incident, situation: Situation, points: Mapping[str, Moment]) -> bool:
    author = incident.signal.author if incident.signal else None
    return not (author and author.display_name)


# The tellings come first: drafts are built around them, and say less where one is missing.
_QUESTIONS: tuple[_Asked, ...] = (
    _Asked("tellings.got", ("S3-11", "S4-27"), _complaint(_lacks("got"))),
    _Asked("tellings.expected", ("S0-16",), _complaint(_lacks("expected"))),
    _Asked("tellings.effect", ("S2-43",), _complaint(lambda i, s, p: not (i.tellings and i.tellings.effect))),
    _Asked("tellings.tried", ("S4-16",), _complaint(lambda i, s, p: s["has_tried"] == "no" and s["has_prior_contacts"] == "yes")),
    _Asked("tellings.doing", ("S0-22", "S0-37"), _complaint(lambda i, s, p: s["has_doing"] == "no" and "closed_at" not in p and "resolved_at" not in p)),
    _Asked("impacts.people", ("S2-37",), lambda i, s, p: not any(x.kind in ("people", "safety") for x in i.impacts)),
    _Asked("extortion.police_reported_at", ("S0-02",), lambda i, s, p: s["extortion"] == "yes" and s["has_police_report"] == "no"),
    _Asked("extortion.data_exposed_types", ("S0-01",), lambda i, s, p: s["extortion"] == "yes" and not (i.extortion and i.extortion.data_exposed_types)),
    _Asked("extortion.deadline", ("S0-01",), lambda i, s, p: s["extortion"] == "yes" and "extortion_deadline" not in p),
    _Asked("signal.at", ("S4-10", "S4-11"), lambda i, s, p: "signal" not in p or not p["signal"].exact),
    _Asked("signal.verbatim", ("S0-30",), _lacks("verbatim")),
    _Asked("signal.author.display_name", ("S4-19",), _complaint(_no_author)),
    _Asked("signal.visibility", ("S4-17",), lambda i, s, p: s["visibility"] == "unknown"),
    _Asked("handler.name", ("S0-27",), _complaint(_lacks("handler"))),
    _Asked("handler.contact", ("S0-25",), _complaint(_lacks("contact"))),
    _Asked("handler.backup", ("S4-24",), lambda i, s, p: s["has_handler"] == "yes" and s["has_backup"] == "no"),
    _Asked("signal.prior_contacts", ("S4-16",), _complaint(_lacks("prior_contacts"))),
    _Asked("next_update_at", ("S0-33", "S0-37"), lambda i, s, p: s["has_next_update"] == "no" and "closing" not in p and "closed_at" not in p and "resolved_at" not in p),
    _Asked("affected_count", ("S2-07",), _lacks("affected_count")),
    _Asked("do_now", ("S2-07",), lambda i, s, p: s["has_do_now"] == "no" and s["customers"] == "many"),
    _Asked("intake.segments", ("S0-23", "S0-28"), _complaint(_lacks("notes"))),
    _Asked("expectation", ("S0-16",), _complaint(_lacks("expectation"))),
    _Asked("reality", ("S0-16",), _complaint(_lacks("reality"))),
    _Asked("effect_on_customer", ("S3-11",), _complaint(_lacks("effect"))),
    _Asked("intake.emotions", ("S2-42", "S2-43"), _complaint(_lacks("emotions"))),
    _Asked("intake.core_need", ("S3-13",), _complaint(_lacks("core_need"))),
    _Asked("facts", ("S0-07", "S1-47"), _lacks("facts")),
    _Asked("fault", ("S2-40",), lambda i, s, p: not i.fault),
    _Asked("facts.cause", ("S2-40", "S0-40"), lambda i, s, p: s["fault_known"] == "yes" and s["cause_known"] == "no"),
    _Asked("signal.same_cause_history", ("S1-22", "S4-07"), _complaint(_lacks("same_cause_history"))),
    _Asked("losses", ("S2-48",), _complaint(_lacks("losses", "P3"))),
    _Asked("bystander_questions", ("S0-42", "S4-18"), lambda i, s, p: s["visibility"] == "public" and s["has_bystander_questions"] == "no"),
    _Asked("measures", ("S2-19", "S2-24"), _lacks("measures", "P5")),
    _Asked("measures.recurrence", ("S0-05",), lambda i, s, p: s["has_measures"] == "yes" and "unknown" in s["recurrence"]),
    _Asked("chosen", ("S3-23",), lambda i, s, p: s["has_chosen"] == "no" and "P7" in s["stage"]),
    _Asked("thanks_for", ("S1-50", "S3-30"), _complaint(_lacks("thanks_for", "P5"))),
    _Asked("follow_up", ("S2-52", "S2-53"), lambda i, s, p: s["has_follow_up"] == "no" and "chosen" in p),
    _Asked("review.factors", ("S0-48",), lambda i, s, p: "P10" in s["stage"] and not (i.review and i.review.factors)),
)  # fmt: skip


def ask_next(
    incident: Incident, situation: Situation, points: Mapping[str, Moment], promises: tuple[PromiseState, ...]
) -> tuple[AskNext, ...]:
    """Return what to ask, most useful first: what drafts are built around, what a first reply needs, then the listening, then remedy and review."""
    out = [
        AskNext(q.field, "assessment.ask_" + q.field.replace(".", "_"), q.why)
        for q in _QUESTIONS
        if q.missing(incident, situation, points)
    ]
    if any(p.source == "promise" and p.state == "not_recorded" for p in promises):
        out.append(AskNext("promises.kept_at", "assessment.ask_promises_kept_at", ("S0-33",)))
    return tuple(out)


QUESTION_FIELDS = (*(q.field for q in _QUESTIONS), "promises.kept_at")

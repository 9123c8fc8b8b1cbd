"""What to do now: the steps that apply, with owner, due time and state; the actions; what must be decided; deadlines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from playbook.assessment import Assessment, Remark, in_force
from playbook.assessment.phrases import find_phrase
from playbook.assessment.rules import evidence_of
from playbook.incident.model import Incident, Measure, Person
from playbook.messages import in_languages
from playbook.policy.authority import rung_of
from playbook.policy.model import Policy, Step
from playbook.text import LocalText
from playbook.times import Moment

if TYPE_CHECKING:
    from playbook.offers import Offers

StepState = Literal["open", "done", "overdue", "to_confirm", "not_applicable"]
DeadlineKind = Literal["clock", "promise", "next_update", "measure", "follow_up", "review", "extortion"]


@dataclass(frozen=True)
class Owner:
    """Whose step it is: the role, how it is printed, and the person where the record names one."""

    role: str
    label: LocalText
    person: LocalText | None = None


@dataclass(frozen=True)
class PlanStep:
    """One step of the playbook in this incident."""

    step: Step
    due: Moment | None
    state: StepState
    why: Remark
    owner: Owner


@dataclass(frozen=True)
class Action:
    """One measure as an action, and what keeps it from being actionable. Only `agreed` ones may be promised."""

    measure: Measure
    agreed: bool
    overdue: bool
    findings: tuple[Remark, ...]


@dataclass(frozen=True)
class Deadline:
    """One time to keep, for the calendar. `id` is stable over renders."""

    id: str
    label: LocalText
    at: Moment
    kind: DeadlineKind
    owner: LocalText | None = None


@dataclass(frozen=True)
class Plan:
    """Everything to do, and what somebody has to decide first."""

    steps: tuple[PlanStep, ...]
    not_applicable: tuple[PlanStep, ...]
    actions: tuple[Action, ...]
    to_decide: tuple[Remark, ...]
    deadlines: tuple[Deadline, ...]

    @property
    def next_steps(self) -> tuple[PlanStep, ...]:
        """Return what is still to do: overdue first, then by due time, then in the order of the playbook."""
        left = [s for s in self.steps if s.state in ("open", "overdue")]
        far = max((s.due.at for s in left if s.due), default=None)
        return tuple(
            sorted(left, key=lambda s: (s.state != "overdue", s.due is None, s.due.at if s.due else far or 0))
        )

    @property
    def agreed(self) -> tuple[Action, ...]:
        """Return the actions that are decided."""
        return tuple(action for action in self.actions if action.agreed)

    @property
    def candidates(self) -> tuple[Action, ...]:
        """Return the actions that are only ideas."""
        return tuple(action for action in self.actions if not action.agreed)


def make_plan(incident: Incident, policy: Policy, assessment: Assessment, offers: Offers) -> Plan:
    """Return the plan: steps whose condition holds, actions from measures, decisions to take, deadlines."""
    # A layer's own steps come last in its file and stand where their stage does.
    in_order = sorted(policy.steps, key=lambda step: (step.stage[:1] == "T", int(step.stage[1:])))
    steps = tuple(_step(step, incident, policy, assessment) for step in in_order)
    return Plan(
        steps=tuple(s for s in steps if s.state != "not_applicable"),
        not_applicable=tuple(s for s in steps if s.state == "not_applicable"),
        actions=tuple(_action(m, assessment.as_of) for m in incident.measures if m.state != "dropped"),
        to_decide=tuple(_to_decide(incident, assessment, offers)),
        deadlines=tuple(sorted(_deadlines(incident, assessment), key=lambda d: (d.at.at, d.id))),
    )


def _step(step: Step, incident: Incident, policy: Policy, assessment: Assessment) -> PlanStep:
    situation = assessment.situation
    owner = _owner(step.role, incident, policy)
    side_track = step.stage.startswith("T")
    applies = step.condition.holds(situation) and (not side_track or assessment.has_track(step.stage))
    met = tuple(f"{e.field} = {e.value}" for e in evidence_of(situation, step.condition.any_of))
    if not applies:
        why = Remark("why_not", "plan.why_not", {"conditions": _named(step)}, step.sources)
        return PlanStep(step, None, "not_applicable", why, owner)
    if side_track:
        why = Remark("why_track", "plan.why_track", {"track": step.stage}, step.sources)
    elif met:
        why = Remark("why_condition", "plan.why_condition", {"conditions": met}, step.sources)
    else:
        why = Remark("why_always", "plan.why_always", {"stage": step.stage}, step.sources)
    clock = assessment.clock(step.by_when) if step.by_when else None
    due = clock.due_at if clock else None
    done = clock is not None and clock.state in ("met", "met_late")
    if step.done_when is not None:
        done = done or step.done_when.holds(situation)
    now = assessment.as_of
    late = not done and due is not None and now is not None and now.at > due.at
    if done:
        return PlanStep(step, due, "done", why, owner)
    left: StepState = "to_confirm" if step.done_when is None and clock is None else "open"
    return PlanStep(step, due, "overdue" if late else left, why, owner)


def _named(step: Step) -> tuple[str, ...]:
    conditions = tuple(f"{name} = {' | '.join(values)}" for name, values in step.condition.any_of.items())
    return conditions or (step.stage,)


def _owner(role: str, incident: Incident, policy: Policy) -> Owner:
    known = policy.roles.get(role)
    rung = rung_of(policy, known.rung if known else role)
    handler = incident.handler
    speakers = [s.speaker for s in incident.statements if s.speaker]
    people: Sequence[Person | None] = (
        handler, handler.backup if handler else None, *incident.team, *speakers,
    )  # fmt: skip
    person = (
        handler
        if role == "handler"
        else next((p for p in people if p and p.role and p.role in (role, rung.role if rung else role)), None)
    )
    label = known.label if known else rung.label if rung else {}
    return Owner(role, label, person.name if person else None)


def _action(measure: Measure, now: Moment | None) -> Action:
    found: list[Remark] = []

    def lint(name: str, *sources: str, **values: Any) -> None:
        found.append(Remark(name, f"plan.lint_{name}", {"measure": measure.id, **values}, sources))

    english = measure.what.get("en", "")
    if english and find_phrase("noun_start", f"^{english}"):
        lint("no_verb", what=measure.what)
    vague = next((p for words in measure.what.values() if (p := find_phrase("vague_action", words))), None)
    if vague and not measure.done_test:
        lint("vague", words=vague)
    if not (measure.owner or measure.owner_role):
        lint("no_owner", "S2-24")
    if not (measure.due or measure.done_at or measure.effective_from):
        lint("no_date", "S2-24")
    if not measure.done_test and measure.state != "done":
        lint("no_done_test")
    if measure.recurrence == "unknown" and measure.class_ in ("prevent", "detect", "mitigate", "learn"):
        lint("no_recurrence_test", "S0-05")
    due = measure.due
    overdue = bool(due and due.exact and now and measure.done_at is None and now.at > due.at)
    return Action(measure, in_force(measure), overdue, tuple(found))


def _to_decide(incident: Incident, assessment: Assessment, offers: Offers) -> Iterator[Remark]:
    """What only a person with the power may decide, each with what the playbook proposes."""
    for promise in assessment.unauthorised_promises:
        values: dict[str, Any] = {
            "promise": promise.id, "text": promise.text, "to": promise.to or "", "value": promise.value or "",
        }  # fmt: skip
        said = "" if promise.value else "_said"
        if promise.authority_needed:
            values["role"] = promise.authority_needed.label
            yield Remark("promise", f"plan.decide_promise{said}", values, ("S0-35", "S0-36"), "error")
        else:
            yield Remark("promise_nobody", f"plan.decide_promise_nobody{said}", values, ("S0-35",), "error")
    for offer in offers.options:
        if offer.authority and not offer.approved:
            values = {
                "option": offer.id,
                "label": offer.label,
                "total": offer.total,
                "role": offer.authority.label,
            }
            yield Remark("option", "plan.decide_option", values, ("S0-34", "S2-50"))
    if assessment.fault == "unknown":
        yield Remark("fault", "plan.decide_fault", {}, ("S2-40",))
    speaker = assessment.severity.speaker
    if assessment.severity.leader_speaks and speaker and "statement" not in assessment.points:
        yield Remark("leader", "plan.decide_leader", {"role": speaker.label}, ("S2-54", "C-26"))
    for text in incident.existing_texts:
        if text.online and not text.internal:
            yield Remark("stale_text", "plan.decide_text", {"text": text.id, "where": text.where}, ("S4-21",))
    for track in assessment.tracks:
        if track.id == "T5":
            yield Remark("extortion", "plan.decide_extortion", {}, ("S0-02", "S0-03", "S0-08"))
    for measure in incident.measures:
        if measure.state == "candidate":
            yield Remark(
                "candidate",
                "plan.decide_candidate",
                {"measure": measure.id, "what": measure.what},
                ("S0-05",),
            )


def _deadlines(incident: Incident, assessment: Assessment) -> Iterator[Deadline]:
    for clock in assessment.clocks:
        if clock.due_at and clock.state in ("running", "due_soon", "overdue"):
            yield Deadline(f"clock.{clock.rule.id}", clock.rule.label, clock.due_at, "clock")
    now = assessment.as_of
    next_words: set[Moment] = set()  # one event, however many texts promise the same time
    for promise in assessment.promises:
        if promise.due and promise.state in ("open", "not_recorded"):
            if promise.source == "next_update":
                if promise.due not in next_words:
                    label = in_languages("plan.deadline_next_update")
                    yield Deadline(f"promise.{promise.id}", label, promise.due, "next_update")
                next_words.add(promise.due)
            else:
                yield Deadline(f"promise.{promise.id}", promise.text, promise.due, "promise")
    planned = incident.next_update_at
    ahead = planned is not None and (now is None or not planned.exact or planned.at > now.at)
    if planned and ahead and not any(p.due == planned for p in assessment.promises):
        label = in_languages("plan.deadline_next_update")
        yield Deadline("next_update", label, planned, "next_update")
    for measure in incident.measures:
        if measure.due and measure.done_at is None and in_force(measure) and measure.state != "done":
            yield Deadline(f"measure.{measure.id}", measure.what, measure.due, "measure", measure.owner)
    follow_up = assessment.points.get("follow_up")
    if follow_up and now and follow_up.at > now.at:
        yield Deadline("follow_up", in_languages("plan.deadline_follow_up"), follow_up, "follow_up")
    meeting = assessment.points.get("review_meeting")
    if meeting and (now is None or meeting.at > now.at):
        owner = incident.review.owner if incident.review else None
        yield Deadline("review", in_languages("plan.deadline_review"), meeting, "review", owner)
    deadline = assessment.points.get("extortion_deadline")
    if deadline:
        yield Deadline("extortion", in_languages("plan.deadline_extortion"), deadline, "extortion")

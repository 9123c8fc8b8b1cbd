"""The records that laws of drafts are held against: made once, with the texts of each."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from generated_incidents import (
    ANY,
    CHANNELS,
    CLIENTS,
    FAULTS,
    SPEAKS_ON,
    Fixed,
    Generated,
    records,
)
from hypothesis import HealthCheck, Phase, find, given, seed, settings
from hypothesis.errors import NoSuchExample, Unsatisfiable

from playbook.assessment import Assessment, assess
from playbook.checks import DraftReport, check_drafts
from playbook.drafts import Draft, NotWritten, Sentence, write_drafts
from playbook.drafts.model import joined
from playbook.incident.known import known_at
from playbook.incident.model import Incident
from playbook.offers import Offers, make_offers
from playbook.policy import read_policy
from playbook.policy.model import Policy
from playbook.text import LANGUAGES, Language
from playbook.times import Moment
from playbook.workspace import find_workspace

ROOT = Path(__file__).resolve().parent.parent
LONG = settings.default is not None and settings.default.max_examples >= 1000
QUIET = settings(
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
START = secrets.randbelow(10**6) if LONG else 0
"""Where a long run begins: somewhere else each time."""
OUR_SIDE = ("company", "supplier", "subsidiary", "mixed")


@cache
def policy_of(client: str) -> Policy:
    return read_policy(client, find_workspace(ROOT))


@dataclass(frozen=True)
class Written:
    """One text, as it goes out: a draft, or one of its alternatives."""

    draft: Draft
    register: str
    sentences: tuple[Sentence, ...]

    @cached_property
    def text(self) -> str:
        return joined(self.sentences, self.language)

    @property
    def language(self) -> Language:
        return self.draft.language

    @property
    def outside(self) -> bool:
        return self.draft.audience != "internal"

    @property
    def to_the_person(self) -> bool:
        return self.draft.audience == "customer" or self.draft.kind == "first-reply"

    def says(self, what: str) -> str:
        name = self.draft.id + (f" ({self.register})" if self.register else "")
        return f"{name}: {what}\n      | " + self.text.replace("\n", "\n      | ")


class Case:
    """A generated record, gone through as a pack does, as far as the drafts and their check."""

    def __init__(
        self,
        made: Generated,
        incident: Incident | None = None,
        as_of: Moment | None = None,
        fixed: Fixed = ANY,
        number: int = 0,
    ) -> None:
        self.fixed, self.number = fixed, number
        self.made, self.incident = made, incident or made.incident
        told_at = as_of or self.incident.as_of
        if told_at is not None:
            self.incident = known_at(self.incident, told_at)
        self.policy = policy_of(self.incident.client)
        self.assessment: Assessment = assess(self.incident, self.policy, as_of)
        self.offers: Offers = make_offers(self.incident, self.policy, self.assessment)

    @cached_property
    def drafts(self) -> tuple[Draft, ...]:
        out = write_drafts(self.incident, self.policy, self.assessment, self.offers, None, LANGUAGES)
        self.not_written = tuple(d for d in out if isinstance(d, NotWritten))
        return tuple(d for d in out if isinstance(d, Draft))

    @cached_property
    def reports(self) -> tuple[DraftReport, ...]:
        return check_drafts(self.drafts, self.incident, self.policy, self.assessment, self.offers)

    @cached_property
    def texts(self) -> tuple[Written, ...]:
        out = []
        for draft in self.drafts:
            out.append(Written(draft, "", draft.sentences))
            out += [Written(draft, other.name, other.sentences) for other in draft.alternatives]
        return tuple(out)

    @cached_property
    def outside(self) -> tuple[Written, ...]:
        return tuple(t for t in self.texts if t.outside)

    @cached_property
    def said_at(self) -> dict[str, set[tuple[int, int, int, int, int]]]:
        """Return, by what they are for, the times that a text may name, on the clocks of the incident's zone."""
        i = self.incident
        times: dict[str, list[Moment | None]] = {
            "next": [i.next_update_at, *(row.next_update_promised_at for row in i.sent)],
            "agreed": [i.time_agreed, *i.progress_updates],
            "since": [row.at for row in i.sent],
            **{m.id: [m.due, m.done_at, m.effective_from] for m in i.measures},
        }
        out = {}
        for name, moments in times.items():
            local = [m.local(i.timezone) for m in moments if m is not None]
            out[name] = {(t.year, t.month, t.day, t.hour, t.minute) for t in local}
        return out


Law = Callable[[Case], Iterator[str]]
LAWS: dict[str, Law] = {}


def law(function: Law) -> Law:
    LAWS[function.__name__.replace("_", " ")] = function
    return function


@cache
def fixed_of(number: int) -> Fixed:
    """Return the client, fault and channels of a round: in 252 rounds all of them meet."""
    return Fixed(
        tuple(CLIENTS)[number % len(CLIENTS)],
        FAULTS[number // len(CLIENTS) % len(FAULTS)],
        CHANNELS[(5 * number + number // 12) % len(CHANNELS)],
        SPEAKS_ON[(number + number // 4) % len(SPEAKS_ON)],
    )


@cache
def pool() -> tuple[Case, ...]:
    """Make the records, a few for each client and fault, and write their drafts."""
    out: list[Case] = []

    def some(number: int, fixed: Fixed) -> None:
        @settings(QUIET, max_examples=20 if LONG else 6)
        @seed(number)
        @given(records(fixed))
        def make(made: Generated) -> None:
            out.append(Case(made, fixed=fixed, number=len(out)))

        make()

    for number in range(252 if LONG else 42):
        some(number + (START if LONG else 0), fixed_of(number))
    return tuple(out)


def smallest(broken: Law, fixed: Fixed) -> str:
    """Look for the smallest record that breaks a law."""
    try:
        made = find(
            records(fixed),
            lambda made: any(True for _ in broken(Case(made))),
            settings=settings(
                QUIET, max_examples=400, derandomize=True, phases=[Phase.generate, Phase.shrink]
            ),
        )
    except (NoSuchExample, Unsatisfiable):
        return "(no small record found)"
    return f"smallest record:\n{made!r}\n" + "\n".join(list(broken(Case(made)))[:6])

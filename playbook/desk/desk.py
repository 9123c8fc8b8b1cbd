"""The desk: one incident on the table, one method for each section, each returning what a notebook's cell shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playbook.documents import Block
from playbook.documents.cell import Section
from playbook.pack.case import Case, open_case
from playbook.pack.sections import (
    apology,
    compensation,
    crowd,
    decide,
    everyone,
    notes,
    public_review,
    response,
    review,
    situation,
)
from playbook.text import Language
from playbook.times import Moment


@dataclass(frozen=True)
class Desk:
    """A case, and its sections in the language of the write-up."""

    case: Case

    def __repr__(self) -> str:
        return f"{self.case.incident.reference}, {self.case.policy.name}, {', '.join(self.case.languages)}"

    def _show(self, blocks: tuple[Block, ...]) -> Section:
        return Section(blocks, self.case.language)

    def title(self, document: str) -> Section:
        """Show the title of a document (writeup, compensation, apology, review) and what it is about."""
        return self._show(situation.title(self.case, document))

    # The write-up

    def now(self) -> Section:
        """Show what to do, decide and send next."""
        return self._show(decide.now(self.case))

    def ask_next(self) -> Section:
        """Show what is not recorded and worth asking."""
        return self._show(response.ask_next(self.case))

    def situation(self) -> Section:
        """Show what happened, to whom, and what people should do."""
        return self._show(situation.situation(self.case))

    def facts(self) -> Section:
        """Show the facts with their status."""
        return self._show(situation.facts(self.case))

    def fault(self) -> Section:
        """Show whose fault it was held to be, over time."""
        return self._show(situation.fault(self.case))

    def crowd(self) -> Section:
        """Show who watches, complaints over time, and the same cause before."""
        return self._show(crowd.crowd(self.case))

    def timeline(self) -> Section:
        """Show words and deeds in order of time."""
        return self._show(situation.timeline(self.case))

    def tracks(self) -> Section:
        """Show tracks, severity, who speaks, and how far an apology may go."""
        return self._show(response.tracks(self.case))

    def clocks(self) -> Section:
        """Show the clocks."""
        return self._show(response.clocks(self.case))

    def measures_of_time(self) -> Section:
        """Show measured times and derived figures."""
        return self._show(response.measures_of_time(self.case))

    def promises(self) -> Section:
        """Show promises and whether anyone authorised them."""
        return self._show(response.promises(self.case))

    def warnings(self) -> Section:
        """Show what a person must know and might not see."""
        return self._show(response.warnings(self.case))

    def plan(self) -> Section:
        """Show what to decide and do."""
        return self._show(decide.plan(self.case))

    def before_you_answer(self) -> Section:
        """Show what to read before the first word."""
        return self._show(notes.before_you_answer(self.case))

    def behind_the_steps(self) -> Section:
        """Show what stands behind the steps, and what the sources leave open."""
        return self._show(notes.behind_the_steps(self.case))

    def deadlines(self) -> Section:
        """Show what is due."""
        return self._show(decide.deadlines(self.case))

    def actions(self) -> Section:
        """Show the measures against a repeat."""
        return self._show(decide.actions(self.case))

    def drafts_overview(self) -> Section:
        """Show every draft in one line."""
        return self._show(decide.drafts_overview(self.case))

    def decisions(self) -> Section:
        """Show the decision log and the approvals."""
        return self._show(decide.decisions(self.case))

    # Compensation

    def owed(self) -> Section:
        """Show the three lines of what is owed."""
        return self._show(compensation.owed(self.case))

    def options(self) -> Section:
        """Show the options to choose from."""
        return self._show(compensation.options(self.case))

    def options_chart(self) -> Section:
        """Draw what the options are worth."""
        return self._show(compensation.chart(self.case))

    def explained(self) -> Section:
        """Show why this is owed, in sentences that can be read to the customer."""
        return self._show(compensation.explained(self.case))

    def everyone(self) -> Section:
        """Show what all customers of the incident come to, where its folder lists them."""
        return self._show(everyone.everyone(self.case))

    def why(self) -> Section:
        """Show which rows decided."""
        return self._show(compensation.why(self.case))

    def group(self) -> Section:
        """Show what everyone affected gets."""
        return self._show(compensation.group(self.case))

    def authority(self) -> Section:
        """Show who may grant what."""
        return self._show(compensation.authority(self.case))

    def offer_findings(self) -> Section:
        """Show what stands against the options."""
        return self._show(compensation.findings(self.case))

    # Apology

    def drafts(self, language: Language) -> Section:
        """Show every draft of a language with its findings; nothing for one that was not asked for."""
        return self._show(apology.drafts(self.case, language))

    def not_written(self) -> Section:
        """Show what was not written, and why."""
        return self._show(apology.not_written(self.case))

    def existing_texts(self) -> Section:
        """Show what is wrong with texts that are already out there."""
        return self._show((*apology.existing_texts(self.case), *apology.alike(self.case)))

    # Review

    def review(self, *sections: str) -> Section:
        """Show sections of the review by name; all of them for none."""
        return self._show(review.sections(self.case, sections))

    def public_review(self) -> Section:
        """Show the review as the public may read it."""
        return self._show(public_review.public(self.case))


def open_desk(
    incident: str | Path,
    client: str | None = None,
    languages: str | Sequence[str] | None = None,
    as_of: str | Moment | None = None,
) -> Desk:
    """Read an incident and put it on the desk; empty values mean the incident's client, its languages, its time.

    Raises InputError with everything that is wrong.
    """
    return Desk(open_case(incident, client, languages, as_of))

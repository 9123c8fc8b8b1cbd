"""What the slots of a text may be filled with: values on record, worded for one language, each with its provenance."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from playbook.assessment import Assessment
from playbook.incident.model import Contact, Fact, Incident, Person, Telling
from playbook.messages import say
from playbook.offers import Offer, Offers
from playbook.policy.model import Policy
from playbook.text import (
    Language,
    LocalText,
    address,
    format_count,
    format_long,
    format_money,
    format_time,
    in_any,
    in_language,
    join_list,
    surname_is_first,
)  # fmt: skip
from playbook.times import Moment

_END = re.compile(r"[。.!！;；,，\s]+\Z")


@dataclass(frozen=True)
class Slot:
    """A value in words, and what on record it states."""

    text: str
    facts: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    commitments: tuple[str, ...] = ()


Item = dict[str, Slot]


@dataclass
class Values:
    """The slots and lists for one draft; `untranslated` names fields that exist, but not in this language."""

    slots: dict[str, Slot] = field(default_factory=dict)
    lists: dict[str, list[Item]] = field(default_factory=dict)
    untranslated: list[str] = field(default_factory=list)


def bare(text: str) -> str:
    """Return a sentence without its end mark, so that it can stand inside another."""
    return _END.sub("", text.strip())


class Writer:
    """Words the values of one incident in one language. `person` is reply (to the customer) or statement (about them)."""

    def __init__(
        self,
        incident: Incident,
        policy: Policy,
        assessment: Assessment,
        offers: Offers,
        language: Language,
        person: str,
        kind: str,
    ) -> None:
        self.incident, self.policy, self.assessment, self.offers = incident, policy, assessment, offers
        self.language, self.person, self.kind = language, person, kind
        self.values = Values()
        self.near = self._near()
        self.money = partial(format_money, language=language)

    def _near(self) -> date | None:
        stamps = self.incident.timestamps
        moment = (
            stamps.occurred_at
            or (self.incident.signal.at if self.incident.signal else None)
            or stamps.detected_at
        )
        return (
            moment.day(self.incident.timezone) if moment and moment.precision in ("minute", "day") else None
        )

    def put(self, name: str, text: str | None, **said: tuple[str, ...]) -> None:
        """Set a slot where there is a text."""
        if text:
            self.values.slots[name] = Slot(text, **said)

    def local(self, name: str, text: LocalText | None, field_name: str, **said: tuple[str, ...]) -> None:
        """Set a slot from a text of a person; note it where it is not written in this language."""
        words = self.words(text, field_name)
        if words:
            self.put(name, bare(words), **said)

    def words(self, text: LocalText | None, field_name: str) -> str | None:
        """Return a person's text in this language, noting it where it exists only in others."""
        found = in_language(text, self.language)
        if text and not found:
            self.values.untranslated.append(field_name)
        return found

    def time(self, moment: Moment | None) -> str | None:
        """Word a point in time; the day is always given, since texts are read later."""
        if moment is None:
            return None
        return format_time(
            moment,
            self.incident.timezone,
            self.language,
            near=None
            if self.near is None
            else date(self.near.year, 1, 1)
            if moment.day(self.incident.timezone).year == self.near.year
            else None,
        )

    def name(self, person: Person | None, field_name: str) -> str | None:
        """Return a person's name as it is written in this language."""
        return self.words(person.name, field_name) if person else None

    def fill(self) -> Values:
        """Fill every slot and list that the record has something for."""
        self._people()
        self._event()
        self._tellings()
        self._facts()
        self._remedy()
        self._later()
        self._open_tracks()
        return self.values

    def _open_tracks(self) -> None:
        self.values.lists["tracks"] = [
            {
                "item": Slot(in_any(track.rule.label, self.language) if track.rule else track.id),
                "track": Slot(track.id),
            }
            for track in self.assessment.tracks
            if track.id != "standard"
        ]

    def _people(self) -> None:
        incident, language = self.incident, self.language
        brand = self.policy.brand
        self.put("customers", in_any(brand.customers, language))
        self.put("brand", brand.name.get(language) or next(iter(brand.name.values()), ""))
        author = incident.signal.author if incident.signal else None
        if author:
            shown = (author.name or {}).get(language) or author.display_name
            if shown:
                self.put(
                    "customer",
                    address(
                        shown,
                        author.honorific,
                        language,
                        surname_first=surname_is_first(author.name, author.display_name),
                    ),
                )
        handler = incident.handler
        may_name = (
            handler is not None and handler.consent_to_name is not False and not handler.omission_reason
        )
        if handler and may_name:
            name = self.name(handler, "handler.name")
            self.put("handler", name)
            if name and handler.honorific:
                self.put(
                    "handler_address",
                    address(name, handler.honorific, language, surname_first=surname_is_first(handler.name)),
                )
            if handler.backup:
                backup = self.name(handler.backup, "handler.backup.name")
                if backup:
                    title = self.words(handler.backup.title, "handler.backup.title") or ""
                    self.put(
                        "backup", f"{title} {backup}".strip() if language == "en" else f"{title}{backup}"
                    )
        own = handler.contact if handler else None
        everybodys = Contact(**{k: v for k, v in brand.contact.items() if k in ("line", "email", "url")})
        # One person's line is for the one person; a statement to thousands names the line that is there for all.
        order = (
            (own, incident.contact, everybodys)
            if self.person == "reply"
            else (incident.contact, everybodys, own)
        )
        contacts = [c for c in order if c]
        for slot in ("line", "email", "url"):
            self.put(slot, next((getattr(c, slot) for c in contacts if getattr(c, slot)), None))
        reach = next(
            (getattr(c, s) for c in contacts for s in ("line", "email", "url") if getattr(c, s)), None
        )
        self.put("reach", reach)
        statement = next((s for s in incident.statements if s.speaker), None)
        if statement and statement.speaker:
            self.put("speaker", self.name(statement.speaker, "statements.speaker.name"))
            self.local("speaker_title", statement.speaker.title, "statements.speaker.title")
        elif signatory := brand.signatories.get("leader"):
            self.put("speaker", (signatory.get("name") or {}).get(language))
            self.put("speaker_title", (signatory.get("title") or {}).get(language))

    def _event(self) -> None:
        incident = self.incident
        self.local("event", incident.event_name, "event_name")
        self.local("what_happened", incident.what_happened, "what_happened")
        self.local("promise", incident.brand_promise, "brand_promise")
        self.local("value", incident.brand_value or self.policy.brand.value, "brand_value")
        self.local("expectation", incident.expectation, "expectation")
        self.local("reality", incident.reality, "reality")
        self.local("affected", incident.affected_group, "affected_group")
        if incident.affected_count is not None:
            self.put("affected_count", format_count(incident.affected_count, self.language))
        intake = incident.intake
        if intake:
            emotions = [
                w for i, e in enumerate(intake.emotions) if (w := self.words(e, f"intake.emotions[{i}]"))
            ]
            self.put("emotions", join_list([bare(e) for e in emotions], self.language) if emotions else None)
            self.put("emotion", bare(emotions[0]) if emotions else None)
            self.local("need", intake.core_need, "intake.core_need")
        signal = incident.signal
        if signal and signal.author:
            self.local("effort", signal.author.effort_spent, "signal.author.effort_spent")
        if signal and signal.prior_contacts:
            self.put("tried_count", format_count(len(signal.prior_contacts), self.language))

    def _tellings(self) -> None:
        tellings = self.incident.tellings
        for name in ("expected", "got", "effect", "tried", "doing"):
            telling: Telling | None = getattr(tellings, name) if tellings else None
            if telling is None:
                continue
            if any(f.status != "confirmed" for i in telling.fact_ids if (f := self.incident.fact(i))):
                continue  # a telling that rests on something unconfirmed is not stated as a fact
            form = telling.reply if self.person == "reply" else telling.statement
            self.local(name, form, f"tellings.{name}.{self.person}", facts=telling.fact_ids)

    def _public(self, fact: Fact) -> bool:
        return fact.visibility == "public" or (self.person == "reply" and fact.visibility != "restricted")

    def _facts(self) -> None:
        incident = self.incident
        confirmed = [f for f in incident.facts if f.status == "confirmed" and self._public(f)]
        cause = next((f for f in confirmed if f.cause and f.visibility == "public"), None)
        if cause and self.policy.switch("explanation_gate") != "none":
            self.local("cause", cause.text, f"facts.{cause.id}.text", facts=(cause.id,))
        self.values.lists["facts"] = [
            item for f in confirmed if f.visibility == "public" and not f.cause and (item := self._fact(f))
        ]
        self.values.lists["unknowns"] = (
            self._items((u, f"unknowns[{i}]", {}) for i, u in enumerate(incident.unknowns))
            if self.policy.switch("publish_unknowns") is True
            else []
        )
        self.values.lists["doing"] = self._items(
            (d, f"doing_now[{i}]", {}) for i, d in enumerate(incident.doing_now)
        )
        self.values.lists["do_now"] = self._items(
            (d, f"do_now[{i}]", {}) for i, d in enumerate(incident.do_now)
        )
        answers: list[Item] = []
        for q in incident.bystander_questions:
            question, answer = (
                self.words(q.question, f"bystander_questions.{q.id}.question"),
                self.words(q.answer, f"bystander_questions.{q.id}.answer"),
            )
            if question and answer:
                answers.append({"question": Slot(question), "item": Slot(answer.strip(), facts=q.fact_ids)})
        self.values.lists["answers"] = answers

    def _fact(self, fact: Fact) -> Item | None:
        words = self.words(fact.text, f"facts.{fact.id}.text")
        if not words:
            return None
        item = {"item": Slot(bare(words), facts=(fact.id,))}
        value = (fact.value or "").replace(",", "")
        if value.isascii() and value.isdecimal() and len(value) <= 15:
            item["figure"] = Slot(format_count(int(value), self.language))
        return item

    def _items(self, rows: Iterable[tuple[LocalText, str, Mapping[str, tuple[str, ...]]]]) -> list[Item]:
        out = []
        for text, field_name, said in rows:
            words = self.words(text, field_name)
            if words:
                out.append({"item": Slot(bare(words), **said)})
        return out

    def _remedy(self) -> None:
        offered = [o for o in self.offers.options if o.approved]
        self.values.lists["options"] = [item for o in offered if (item := self._option(o))]
        self.put("option_count", format_count(len(offered), self.language) if offered else None)
        chosen = self.offers.chosen
        if chosen and chosen.approved and (item := self._option(chosen)):
            self.put("chosen", item["item"].text, offers=(chosen.id,))
            self.put("chosen_id", chosen.id, offers=(chosen.id,))
        groups = []
        for line in self.offers.group:
            words = self.words(line.label, f"group_remedies.{line.id}.label")
            if words:
                groups.append(
                    {
                        "item": Slot(bare(words), offers=(line.id,)),
                        "count": Slot(format_count(line.count, self.language)),
                    }
                )
        self.values.lists["group"] = groups if self._group_approved() else []
        self.values.lists["measures"] = self._measures()

    def _group_approved(self) -> bool:
        """Tell whether somebody who may make public commitments approved the group remedies, or speaks for them."""
        public = {rung.role for rung in self.policy.authority if rung.public}
        named = ("statement", "group", *(remedy.id for remedy in self.incident.group_remedies))
        approved = any(
            a.role in public and a.decision == "approved" and any(name in a.what for name in named)
            for a in self.incident.approvals
        )
        return approved or any(s.speaker and s.speaker.role in public for s in self.incident.statements)

    def _option(self, offer: Offer) -> Item | None:
        parts = []
        for part in offer.parts:
            label = self.words(part.label, f"options.{offer.id}")
            if not label:
                return None
            sum_ = part.amount or part.worth
            key = "part" if sum_ is None else "part_paid" if part.amount is not None else "part_worth"
            parts.append(
                say(f"drafts.{key}", self.language, label=label, sum=self.money(sum_) if sum_ else "")
            )
        first, *rest = parts
        words = first
        if rest:
            others = say("drafts.between_parts", self.language).join(rest)
            words = say("drafts.parts", self.language, first=first, others=others)
        return {"id": Slot(offer.id), "item": Slot(words, offers=(offer.id,))}

    def _measures(self) -> list[Item]:
        out: list[Item] = []
        for m in self.incident.measures:
            if not m.public or m.state in ("candidate", "dropped"):
                continue
            what, owner = (
                self.words(m.what, f"measures.{m.id}.what"),
                self.words(m.owner, f"measures.{m.id}.owner"),
            )
            when = m.done_at or m.effective_from or m.due
            if not what or not owner or when is None:
                continue  # what has no owner and date is not promised
            done = m.done_at is not None or (m.state == "done" and m.due is not None)
            item = {
                "item": Slot(bare(what), commitments=(m.id,)),
                "owner": Slot(owner),
                "date": Slot(self.time(when) or ""),
                "done": Slot("yes" if done else "no"),
            }
            out.append(item)
        return out

    def _later(self) -> None:
        incident = self.incident
        rows = [row for row in incident.sent if row.kind == self.kind]
        promised = next((row.next_update_promised_at for row in rows if row.next_update_promised_at), None)
        told_at = min((row.at for row in rows), default=self.assessment.as_of)
        next_word = promised or incident.next_update_at
        # A text can only promise a time that has not passed when it goes out.
        if next_word and promised is None and told_at and next_word.exact and next_word.at <= told_at.at:
            next_word = None
        self.put("next_time", self.time(next_word), commitments=("next_update",) if next_word else ())
        self.put(
            "progress_time", self.time(incident.progress_updates[-1]) if incident.progress_updates else None
        )
        self.put("time_agreed", self.time(incident.time_agreed))
        self.local("thanks_for", incident.thanks_for, "thanks_for")
        follow_up = incident.follow_up
        if follow_up and follow_up.issues:
            issues = [
                w for i, t in enumerate(follow_up.issues) if (w := self.words(t, f"follow_up.issues[{i}]"))
            ]
            self.put("open_issue", join_list([bare(i) for i in issues], self.language) if issues else None)
            handler = self.name(incident.handler, "handler.name")
            owner = in_language(follow_up.issue_owner, self.language) or ""
            if not (handler and handler in owner):  # the person who writes says "I"
                self.local("issue_owner", follow_up.issue_owner, "follow_up.issue_owner")
        visible = self.assessment.measures_of_time.get("first_visible_reply")
        late = any(
            c.breached and c.rule.level == "breach"
            for c in self.assessment.clocks
            if c.rule.met_by == "first_visible_reply"
        )
        if late and visible and visible.seconds:
            self.put("silence", format_long(int(visible.seconds), self.language))
        stale = [t for t in incident.existing_texts if t.online and not t.internal]
        if stale:
            self.local("stale_where", stale[0].where, "existing_texts.where")
            self.local("correction", stale[0].correction, "existing_texts.correction")

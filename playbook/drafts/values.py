"""What the slots of a text may be filled with: values on record, worded for one language, each with its provenance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from playbook.assessment.phrases import toll_free
from playbook.drafts.remedies import fill_remedies
from playbook.drafts.slots import Item, Slot, Values, Words, bare
from playbook.incident.model import Contact, Fact, Telling
from playbook.text import (
    LocalText,
    address,
    format_count,
    format_long,
    in_any,
    in_language,
    join_list,
    surname_is_first,
)  # fmt: skip

LONGEST_NAME = 60


class Writer(Words):
    """Fills the slots and lists of a draft."""

    def fill(self) -> Values:
        """Fill every slot and list that the record has something for."""
        from playbook.drafts import since

        self._people()
        self._event()
        self._tellings()
        self._facts()
        fill_remedies(self)
        self._later()
        since.add_since(self)
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
            if shown and len(shown) <= LONGEST_NAME:  # a longer one would fill the text
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
                    # Whether the handler's honorific is told is the client's choice (S0-27).
                    name
                    if self.assessment.switches.get("handler_gender") == "omit_with_reason"
                    else address(
                        name, handler.honorific, language, surname_first=surname_is_first(handler.name)
                    ),
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
        contacts = [self._direct(c) for c in order if c]
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

    def _direct(self, contact: Contact) -> Contact:
        """Return a contact without a toll-free number, which no text gives unless the client allows it (S0-26)."""
        if not contact.line or self.assessment.switches.get("forbid_toll_free") is False:
            return contact
        prefixes = tuple(p for channel in self.policy.channels.values() for p in channel.toll_free_prefixes)
        free = toll_free(contact.line, prefixes, (self.incident.jurisdiction or self.policy.jurisdiction)[:2])
        return contact.model_copy(update={"line": None}) if free else contact

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
        if cause and self.assessment.switches.get("explanation_gate") != "none":
            self.local("cause", cause.text, f"facts.{cause.id}.text", facts=(cause.id,))
        self.local(
            "supplier", next((f.party for f in reversed(incident.fault) if f.party), None), "fault.party"
        )
        self.values.lists["facts"] = [
            item for f in confirmed if f.visibility == "public" and not f.cause and (item := self._fact(f))
        ]
        self.values.lists["unknowns"] = (
            self._items((u, f"unknowns[{i}]", {}) for i, u in enumerate(incident.unknowns))
            if self.assessment.switches.get("publish_unknowns") is True
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

    def _later(self) -> None:
        from playbook.drafts import since

        incident = self.incident
        rows = self.sent()
        promised = next((row.next_update_promised_at for row in rows if row.next_update_promised_at), None)
        told_at = self.told_at()
        if (
            promised
            and incident.next_update_at
            and promised < incident.next_update_at
            and since.goes_on(self.kind, incident)
        ):
            promised, told_at = (
                None,
                self.assessment.as_of,
            )  # one more text of its kind, with a time of its own
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
        elif wrong := next(
            (o.text for o in self.assessment.outdated if o.to_correct and o.text.language == self.language),
            None,
        ):
            channel = self.policy.channels.get(wrong.channel)
            self.put("stale_where", in_language(channel.label, self.language) if channel else None)

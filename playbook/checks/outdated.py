"""What a new fact made wrong: the sentences of sent and approved texts that no longer agree with the record, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from playbook.assessment import Assessment, OurText, Outdated
from playbook.drafts import Draft
from playbook.drafts.outgoing import content_sha256
from playbook.incident.model import Incident
from playbook.messages import say
from playbook.sentences import same
from playbook.text import Language, format_time, in_any
from playbook.times import Moment

Level = Literal["error", "suggestion"]
_QUOTATION = re.compile("“([^”]*)”|「([^」]*)」")


@dataclass(frozen=True)
class OutdatedFinding:
    """One sentence that no longer holds: of which text, why, by what of the record, and what to do about it."""

    text: OurText
    sentence: str
    subject: str
    why: str
    fix: str
    level: Level

    def as_dict(self) -> dict[str, str]:
        """Return the finding for other programs."""
        return {
            "rule": "outdated-text", "level": self.level, "source": self.text.source, "path": self.text.place, "kind": self.text.kind,
            "channel": self.text.channel, "language": self.text.language, "at": str(self.text.at or ""),
            "sentence": self.sentence, "subject": self.subject, "message": self.why, "fix": self.fix,
        }  # fmt: skip


def outdated_findings(
    incident: Incident, assessment: Assessment, language: Language, drafts: Iterable[Draft] = ()
) -> tuple[OutdatedFinding, ...]:
    """Return what no longer agrees with the record, in words of a language; with drafts also approvals of another text."""
    zone = incident.timezone

    def written(at: Moment | None) -> str:
        return format_time(at, zone, language) if at else say("outdated.not_at", language)

    found = [_finding(entry, language, written(entry.moment), written(entry.corrected_at)) for entry in assessment.outdated]  # fmt: skip
    told = {(f.text.source, f.text.place) for f in found}
    return (
        *found,
        *(f for f in _approvals(incident, language, drafts) if (f.text.source, f.text.place) not in told),
    )


def _finding(entry: Outdated, language: Language, moment: str, corrected_at: str) -> OutdatedFinding:
    key: str = entry.reason
    right = moment
    if entry.reason == "changed":
        right = in_any(entry.right, language)
        key = "changed" if right else "changed_otherwise"
    why = say(f"outdated.{key}", language, subject=entry.subject, right=right)
    level: Level = "error"
    if entry.corrected_at is not None:
        fix, level = say("outdated.do_corrected", language, at=corrected_at), "suggestion"
    else:
        fix = say(f"outdated.{_to_do(entry)}", language)
    return OutdatedFinding(entry.text, entry.sentence, entry.subject, why, fix, level)


def _to_do(entry: Outdated) -> str:
    if entry.text.source == "approved":
        return "do_approved"
    if entry.reason == "next_word":
        return "do_update"
    return "do_public" if entry.text.audience == "public" else "do_customer"


def _approvals(incident: Incident, language: Language, drafts: Iterable[Draft]) -> Iterable[OutdatedFinding]:
    """Yield the drafts whose approval is for other words than theirs, and whose approved words have not gone out."""
    gone_out = {row.sha256 for row in incident.sent if row.sha256}
    latest = {a.what: a for a in incident.approvals if a.content_sha256 and a.decision != "rejected"}
    for draft in drafts:
        approval = latest.get(draft.id)
        if approval is None or approval.content_sha256 in gone_out | {content_sha256(draft)}:
            continue
        text = OurText(
            "approved", draft.id, draft.kind, draft.channel, draft.language, draft.audience, approval.at, ""
        )
        why, fix = say("outdated.other_text", language), say("outdated.do_approved", language)
        yield OutdatedFinding(text, "", draft.id, why, fix, "error")


def without_quotations(text: str, outdated: Iterable[Outdated]) -> str:
    """Return a correction with the sentences that it quotes to take back made blank; places stay."""
    wrong = [same(entry.sentence) for entry in outdated if entry.sentence]

    def blank(match: re.Match[str]) -> str:
        quoted = same(match[1] or match[2] or "")
        if quoted and any(quoted in sentence for sentence in wrong):
            return "".join(c if c == "\n" else " " for c in match.group())
        return match.group()

    return _QUOTATION.sub(blank, text) if wrong else text

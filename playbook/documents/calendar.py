"""Deadlines as an iCalendar file (RFC 5545)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from playbook.documents.archive import stamp
from playbook.documents.blocks import printable
from playbook.times import Moment


@dataclass(frozen=True)
class Event:
    """One entry: `id` is stable over renders; `alarm_minutes` 0 is no alarm."""

    id: str
    at: Moment
    summary: str
    description: str = ""
    alarm_minutes: int = 0


def _escape(text: str) -> str:
    text = printable(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\n", "\\n")


def _fold(line: str) -> str:
    """Fold a content line at 75 octets, never inside a character (section 3.1)."""
    out, octets = [], 0
    for character in line:
        size = len(character.encode())
        if octets + size > 75:
            out.append("\r\n ")
            octets = 1
        out.append(character)
        octets += size
    return "".join(out)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _start(moment: Moment) -> str:
    if moment.exact:
        return f"DTSTART:{_utc(moment.at)}"
    return f"DTSTART;VALUE=DATE:{moment.at:%Y%m%d}"


def to_ics(events: Iterable[Event], name: str, reference: str, as_of: Moment | None) -> bytes:
    """Return an iCalendar file; the UID of an entry follows from the incident's reference and the entry's id."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//crisis-playbook//deadlines//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]
    lines.append(f"X-WR-CALNAME:{_escape(name)}")
    for event in events:
        uid = hashlib.sha256(f"{reference}\n{event.id}".encode()).hexdigest()[:32]
        lines += [
            "BEGIN:VEVENT",
            f"UID:{uid}@crisis-playbook.invalid",
            f"DTSTAMP:{_utc(stamp(as_of))}",
            _start(event.at),
        ]
        if event.at.exact:
            lines.append(f"DTEND:{_utc(event.at.at + timedelta(minutes=15))}")
        lines.append(f"SUMMARY:{_escape(event.summary)}")
        if event.description:
            lines.append(f"DESCRIPTION:{_escape(event.description)}")
        lines.append("TRANSP:TRANSPARENT")
        if event.alarm_minutes and event.at.exact:
            lines += ["BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{_escape(event.summary)}"]
            lines += [f"TRIGGER:-PT{event.alarm_minutes}M", "END:VALARM"]
        lines.append("END:VEVENT")
    lines.append("END:VCALENDAR")
    return ("\r\n".join(map(_fold, lines)) + "\r\n").encode()

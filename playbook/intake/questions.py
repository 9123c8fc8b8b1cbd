"""Five questions with which a record begins: who, what happened, when noticed, where it came up, how to reach you."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from playbook.policy.model import Policy
from playbook.text import Language
from playbook.times import Moment

QUESTIONS = ("client", "what_happened", "noticed", "channel", "contact")
NEEDED = ("client", "what_happened")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})\Z")
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class NotAnAnswer(ValueError):
    """What was typed is no answer; the message says what is expected."""


@dataclass(frozen=True)
class Setting:
    """What answers are read against: the client's policy where there is one, else base, and the clock."""

    policy: Policy
    known_client: bool
    now: Callable[[], datetime]


def clean(question: str, typed: str) -> str:
    """Return what was typed without the blanks around it. Raises NotAnAnswer."""
    answer = typed.strip()
    if _CONTROL.search(answer):
        raise NotAnAnswer("text, without control characters")
    if not answer and question in NEEDED:
        raise NotAnAnswer("an answer: a record needs it")
    if question == "client" and not re.fullmatch(r"[\w][\w.-]*", answer):
        raise NotAnAnswer("the name of a folder under policies/clients, such as heri-bakery")
    return answer


def noticed(answer: str, setting: Setting) -> str:
    """Return when it was noticed, with its zone: `now`, and times without a zone, are on the client's clocks.

    Raises NotAnAnswer.
    """
    typed = unicodedata.normalize("NFKC", answer).strip()
    zone = ZoneInfo(setting.policy.timezone) if setting.known_client else None
    clock = _CLOCK.match(typed)
    if typed.lower() == "now" or (clock and zone):
        moment = setting.now().astimezone(zone)
        if clock:
            try:
                moment = moment.replace(hour=int(clock[1]), minute=int(clock[2]))
            except ValueError as error:
                raise NotAnAnswer(f"a time of day: {error}") from error
        return moment.isoformat(timespec="minutes")
    try:
        if zone and _LOCAL.match(typed):
            return datetime.fromisoformat(typed).replace(tzinfo=zone).isoformat(timespec="minutes")
        return Moment.parse(typed).raw
    except ValueError as error:
        raise NotAnAnswer(str(error)) from error


def channel(answer: str, policy: Policy) -> str:
    """Return the id of a channel that was named by its id or label; another name stays as it is."""
    typed = answer.casefold()
    for known in policy.channels.values():
        if typed == known.id.casefold() or typed in (label.casefold() for label in known.label.values()):
            return known.id
    return answer


def contact(answer: str) -> dict[str, str]:
    """Return a contact from one way to reach it, told apart as the reader does."""
    key = "email" if "@" in answer else "url" if "://" in answer else "line"
    return {key: answer}


def record_of(answers: Mapping[str, str], setting: Setting, language: Language) -> dict[str, Any]:
    """Return the record that the answers make, with what follows from the client's policy; blanks are not recorded."""
    known: dict[str, Any] = {
        "client": answers["client"],
        "what_happened": {language: answers["what_happened"]},
    }
    if answers.get("noticed"):
        known["timestamps"] = {"detected_at": answers["noticed"]}
    if answers.get("channel"):
        known["signal"] = {"channel": answers["channel"]}
    if answers.get("contact"):
        known["contact"] = contact(answers["contact"])
    known["language"] = language
    if setting.known_client:
        policy = setting.policy
        for key, value in (
            ("timezone", policy.timezone),
            ("currency", policy.currency),
            ("jurisdiction", policy.jurisdiction),
        ):
            if value and value != "XXX":
                known[key] = value
    return known

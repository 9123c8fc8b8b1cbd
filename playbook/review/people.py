"""What it was like for the people, in their own words, with whatever would give them away masked."""

from __future__ import annotations

from collections.abc import Iterable

from playbook.incident.model import Incident
from playbook.linter import check_text
from playbook.review.model import Voice
from playbook.text import Language

MASK = "▇▇▇"


def masked(text: str, language: Language, private: Iterable[str]) -> str:
    """Return a text with the given words, and all personal data that the linter finds, masked."""
    for word in sorted((w for w in private if len(w) > 1), key=len, reverse=True):
        text = text.replace(word, MASK)
    found = check_text(text, language=language, kind="public-apology", audience="public").findings
    spans = sorted((f.start, f.end) for f in found if f.rule == "pii-leak" and f.start >= 0)
    for start, end in reversed(spans):
        text = text[:start] + MASK + text[end:]
    return text


def private_words(incident: Incident) -> tuple[str, ...]:
    """Return the words of the record that would give a person away."""
    author = incident.signal.author if incident.signal else None
    if author is None:
        return ()
    names = [author.private_name, author.display_name, *author.private.values()]
    return tuple(name for name in names if name)


def voices_of(incident: Incident) -> tuple[Voice, ...]:
    """Return the signal, the recorded conversation, complaints and the word at the follow-up, in order of the record."""
    private = private_words(incident)
    signal, intake = incident.signal, incident.intake
    said: list[Voice] = []
    if signal and signal.verbatim:
        said.append(Voice(signal.verbatim, signal.verbatim_language, signal.at, signal.channel))
    for segment in intake.segments if intake else ():
        said.append(
            Voice(
                segment.correction or segment.verbatim, segment.verbatim_language, segment.read_back_at, None
            )
        )
    complaints = [row for row in incident.complaints if row.type == "complaint"]
    said += [Voice(row.text, None, row.at, row.channel) for row in complaints[:10]]
    return tuple(
        Voice(masked(v.text, v.language or incident.language, private), v.language, v.at, v.channel)
        for v in said
    )

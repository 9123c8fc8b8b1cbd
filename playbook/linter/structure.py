"""Rules about the whole text: what is absent, what comes too late, what comes first, how often."""

from __future__ import annotations

from collections.abc import Callable

import regex

from playbook.linter.combine import combined, unfilled
from playbook.linter.consistency import contradictions
from playbook.linter.match import Span, Text, phrase_spans
from playbook.linter.personal import personal_data
from playbook.linter.rules import Rule

NOWHERE: Span = (0, 0)
"""Where something is missing from the whole text."""


def _first(text: Text, part: str, grade: int = 2) -> int | None:
    return next((number for number, found in text.parts[part].items() if found >= grade), None)


def _long_enough(text: Text, rule: Rule) -> bool:
    return len(text.prose.sentences) >= int(rule.settings.get("sentences", 3))


def phrase_or_absent(text: Text, rule: Rule) -> list[Span]:
    """Report the rule's phrases, else that a part this kind of document must have is not there."""
    spans = phrase_spans(text, rule)
    return spans or absent_part(text, rule)


def absent_part(text: Text, rule: Rule) -> list[Span]:
    """Report a part that this kind of document must have and that has no evidence (`settings.part`)."""
    part = rule.settings["part"]
    required: object = text.marks["required"]
    thresholds: object = text.marks["thresholds"]
    if part not in required or not _long_enough(text, rule):  # type: ignore[operator]
        return []
    if _first(text, part, thresholds[part]) is not None:  # type: ignore[index]
        return []
    if any(p.stands_in(text.prose, 0, len(text.prose.folded)) for p in rule.words.get("excused", ())):
        return []
    return [NOWHERE]


def remedy_too_early(text: Text, rule: Rule) -> list[Span]:
    """Report money before any word about what happened; in a first answer, any money (`settings.never_in`)."""
    spans = phrase_spans(text, rule)
    if not spans or text.kind in rule.settings.get("never_in", ()):
        return spans[:1]
    number = text.prose.sentence_at(spans[0][0])
    before = [
        n for part in ("regret", "responsibility", "harm", "empathy") if (n := _first(text, part)) is not None
    ]
    if any(p.stands_in(text.prose, 0, len(text.prose.folded)) for p in rule.words.get("excused", ())):
        return []
    if not before or not _long_enough(text, rule):
        return []
    return spans[:1] if number < min(before) else []


def apology_too_late(text: Text, rule: Rule) -> list[Span]:
    """Report an apology that comes only after `settings.share` percent of the text."""
    number = _first(text, "regret")
    if number is None or not _long_enough(text, rule):
        return []
    sentence = text.prose.sentences[number]
    for part in ("responsibility", "empathy"):
        first = _first(text, part)
        if first is not None and text.prose.sentences[first].start * 100 <= len(text.prose.folded) * 25:
            return []
    share = int(rule.settings["share"])
    return [(sentence.start, sentence.end)] if sentence.start * 100 > len(text.prose.folded) * share else []


def too_often(text: Text, rule: Rule) -> list[Span]:
    """Report the rule's phrases from the one on that goes beyond what the length allows; extreme words at once."""
    spans = sorted(set(phrase_spans(text, rule)))
    length = len(text.prose.folded.split()) if text.prose.language == "en" else len(text.prose.folded)
    allowed = max(int(rule.settings["least"]), length * int(rule.settings["per_thousand"]) // 1000)
    extreme = [
        span
        for pattern in rule.words.get("extreme", ())
        for number in pattern.candidates(text.prose)
        for span in pattern.matches(
            text.prose, text.prose.sentences[number].start, text.prose.sentences[number].end
        )
    ]
    return [*spans[allowed : allowed + 1], *extreme]


def impersonal_signature(text: Text, rule: Rule) -> list[Span]:
    """Report a text whose last lines name an organisation only; `words.person` says what a person looks like."""
    prose = text.prose
    if not _long_enough(text, rule):
        return []
    last = prose.sentences[-3:]
    start = last[0].start
    if any(p.stands_in(prose, start, len(prose.folded)) for p in rule.words.get("person", ())):
        return []
    spans = [
        span
        for pattern in rule.patterns
        for s in last[-2:]
        for span in pattern.matches(prose, s.start, s.end)
    ]
    return spans[-1:]


def nobody_addressed(text: Text, rule: Rule) -> list[Span]:
    """Report a text that speaks to the public at large and never to the people harmed."""
    return [] if not _long_enough(text, rule) else phrase_spans(text, rule)


_NUMBERED = regex.compile(r"(?:^|\n)\s*(?:(\d{1,2})[.、．)）]|[（(]?([一二三四五六七八九十])[、）)])")


def slips(text: Text, rule: Rule) -> list[Span]:
    """Report the rule's phrases, and a numbered list that leaves out or repeats a number."""
    spans = phrase_spans(text, rule)
    for group in (1, 2):
        before = 0
        for match in _NUMBERED.finditer(text.prose.folded):
            written = match.group(group)
            if not written:
                continue
            number = int(written) if group == 1 else "一二三四五六七八九十".index(written) + 1
            if before and number not in (before + 1, 1):
                spans.append(match.span(group))
            before = number
    return spans


def feelings_outweigh(text: Text, rule: Rule) -> list[Span]:
    """Report the speaker's own feelings where they outnumber the sentences about the people harmed."""
    spans = phrase_spans(text, rule)
    harmed = sum(1 for grade in text.parts["harm"].values() if grade >= 2)
    return spans if len(spans) > harmed else []


DETECTORS: dict[str, Callable[[Text, Rule], list[Span]]] = {
    "absent_part": absent_part,
    "apology_too_late": apology_too_late,
    "combined": combined,
    "contradictions": contradictions,
    "feelings_outweigh": feelings_outweigh,
    "impersonal_signature": impersonal_signature,
    "nobody_addressed": nobody_addressed,
    "personal_data": personal_data,
    "phrase_or_absent": phrase_or_absent,
    "remedy_too_early": remedy_too_early,
    "slips": slips,
    "too_often": too_often,
    "unfilled": unfilled,
}
"""Rules that a pattern alone cannot state, by the name that rule files use."""

"""Run the rules of one language over one prepared text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import regex

from playbook.linter.findings import Finding
from playbook.linter.parts import PartIndex, holds
from playbook.linter.prose import Lines, Prose
from playbook.linter.rules import PatternTooSlow, Rule, RuleSet

Span = tuple[int, int]

_NOT_OURS = regex.compile(
    r"(?:客人|客戶|客户|顧客|顾客|對方|对方|家屬|家属|他|她|不要|不可|不能|切勿|別|别|勿|禁止|避免|而不是"
    r"|caller|customer|guest|they|he |she |never|not |n't |avoid|instead of)[^。；.;\n]{0,60}\Z"
)


@dataclass(frozen=True)
class Text:
    """What a rule may look at: the prepared text, the parts found in it, its kind, audience and public data."""

    prose: Prose
    lines: Lines
    parts: PartIndex
    kind: str
    audience: str
    public: tuple[str, ...] = ()
    masked: tuple[Span, ...] = ()
    as_written: tuple[str, ...] = ()  # names, and words of others, whose spelling is theirs
    marks: dict[str, object] = field(default_factory=dict)


def run_rules(text: Text, rules: RuleSet) -> tuple[list[Finding], list[str], list[str]]:
    """Return the findings, the ids of the rules that found nothing, and notes on rules that could not finish."""
    from playbook.linter.scripts import AS_WRITTEN
    from playbook.linter.structure import DETECTORS

    findings: list[Finding] = []
    passed: list[str] = []
    notes: list[str] = []
    for rule in rules.rules:
        if not rule.applies(text.kind, text.audience):
            continue
        if rule.detector in AS_WRITTEN:
            found = [
                finding_at(text, rule, (start, end), instead)
                for start, end, instead in AS_WRITTEN[rule.detector](text, rule)
            ]
        else:
            try:
                spans = DETECTORS[rule.detector](text, rule) if rule.detector else phrase_spans(text, rule)
            except PatternTooSlow as slow:
                notes.append(f"{rule.id}: a pattern did not finish in time and was given up: {slow}")
                continue
            found = [finding_at(text, rule, text.prose.written(*span)) for span in apart(spans)]
        findings += found
        if not found:
            passed.append(rule.id)
    return findings, passed, notes


def phrase_spans(text: Text, rule: Rule) -> list[Span]:
    """Return the places where a rule's patterns match and its conditions hold."""
    prose = text.prose
    spans: list[Span] = []
    counts: dict[int, bool] = {}  # by sentence: the conditions are the same for every match in it
    for pattern in rule.patterns:
        if rule.scope == "sentence":
            units = [(n, prose.sentences[n].start, prose.sentences[n].end) for n in pattern.candidates(prose)]
        elif any(True for _ in pattern.candidates(prose)):
            units = paragraphs(prose) if rule.scope == "paragraph" else [(0, 0, len(prose.folded))]
        else:
            continue
        for number, start, end in units:
            for match in pattern.matches(prose, start, end):
                if silent(text, rule, match):
                    continue
                at = number if rule.scope == "sentence" else prose.sentence_at(match[0])
                if at not in counts:
                    counts[at] = holds(prose, rule.conditions, at, rule.near) and not owned(text, rule, at)
                if counts[at]:
                    spans.append(match)
    return spans


def silent(text: Text, rule: Rule, span: Span) -> bool:
    """Tell whether a stretch is only quoted, so that the rule leaves it alone.

    In a script for a call the quotations are what we say, unless the words before them give them to someone else.
    """
    if rule.quotes:
        return False
    prose = text.prose
    if text.kind != "call-script":
        return prose.quoted(*span)
    start = prose.sentences[prose.sentence_at(span[0])].start
    opening = max(prose.folded.rfind(mark, start, span[0] + 1) for mark in ("「", "“", '"'))
    return opening >= 0 and _NOT_OURS.search(prose.folded, max(0, opening - 80), opening) is not None


def paragraphs(prose: Prose) -> list[tuple[int, int, int]]:
    """Return the number of the first sentence, the start and the end of each paragraph."""
    out: list[tuple[int, int, int]] = []
    last = -1
    for sentence in prose.sentences:
        if sentence.paragraph == last:
            first, start, _ = out[-1]
            out[-1] = (first, start, sentence.end)
        else:
            out.append((sentence.number, sentence.start, sentence.end))
            last = sentence.paragraph
    return out


def owned(text: Text, rule: Rule, number: int) -> bool:
    """Tell whether a part stands where the rule says that it excuses (`unless_parts`)."""
    for reach, wanted in rule.unless_parts.items():
        for part, grade in wanted.items():
            for at, found in text.parts[part].items():
                near = {"sentence": at == number, "near": abs(at - number) <= rule.near, "document": True}[
                    reach
                ]
                if near and found >= grade:
                    return True
    return False


def apart(spans: Iterable[Span]) -> list[Span]:
    """Return the spans with those that overlap made one."""
    out: list[Span] = []
    for start, end in sorted(set(spans)):
        if out and start < out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def finding_at(text: Text, rule: Rule, span: Span, instead: str = "") -> Finding:
    """Make the finding of a rule at a stretch of the text as written; `instead` is what to write in its place."""
    start, end = span
    match = text.prose.text[start:end]
    place = text.lines.place(start, end)
    return Finding(
        rule.id, rule.level_for(text.kind), rule.message.replace("{match}", _short(match)), rule.why,
        rule.fix.replace("{instead}", _short(instead)),
        place.line, place.column, place.end_line, place.end_column, match, start, end,
    )  # fmt: skip


def _short(words: str) -> str:
    shown = " ".join(words.split())
    return shown if len(shown) <= 60 else shown[:59] + "…"

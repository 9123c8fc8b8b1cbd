"""Check one text: the linter's one function for other modules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from playbook.linter.findings import PARTS, Finding, PartSpan, Report, by_place
from playbook.linter.languages import detect
from playbook.linter.match import Text, run_rules
from playbook.linter.parts import find_parts, score
from playbook.linter.prose import Lines, Prose
from playbook.linter.rules import PatternTooSlow, RuleSet, shipped
from playbook.text import LANGUAGES

DEFAULT_KIND = "public-apology"


def check_text(
    text: str,
    *,
    language: str | None = None,
    kind: str | None = None,
    audience: str | None = None,
    rules: RuleSet | None = None,
    public: Iterable[str] = (),
    masked: Sequence[tuple[int, int]] = (),
    as_written: Iterable[str] = (),
) -> Report:
    """Check a text; places are code points of it, lines and columns 1-based, ends exclusive.

    `public` holds names, numbers and addresses that may be published; `masked` stretches (code points) that are not
    prose, such as code; `as_written` names and quoted words whose script is not ours to correct. Language and kind are
    detected where they are not given. Raises ValueError for a language or kind that does not exist.
    """
    language = language or (rules.language if rules else detect(text))
    if language not in LANGUAGES:
        raise ValueError(f"a language of {', '.join(LANGUAGES)}, not {language!r}")
    rules = rules or shipped(language)
    prose = Prose(_without(text, masked), language)
    kind = kind or detect_kind(prose, rules)
    if kind not in rules.kinds:
        raise ValueError(f"a kind of {', '.join(rules.kinds)}, not {kind!r}")
    audience = audience or rules.kinds[kind].audience
    lines = Lines(text)
    found = find_parts(prose, rules)
    checked = Text(prose, lines, found, kind, audience, tuple(public), tuple(masked), tuple(as_written))
    checked.marks["required"] = rules.kinds[kind].required
    checked.marks["thresholds"] = {part.name: part.threshold for part in rules.parts}
    findings, passed, notes = run_rules(checked, rules)
    findings = sorted(findings, key=by_place)
    notes += [
        f"a pattern did not finish in time and was given up: {slow}" for slow in dict.fromkeys(prose.given_up)
    ]
    return Report(
        language=language,
        kind=kind,
        audience=audience,
        findings=tuple(findings),
        parts=_spans(prose, lines, found, rules),
        score=score(found, rules, Counter(finding.level for finding in findings)),
        passed=tuple(passed),
        notes=tuple(notes),
    )


def detect_kind(prose: Prose, rules: RuleSet) -> str:
    """Return the kind of document by its cues, else the default."""
    for kind in rules.kinds.values():
        try:
            if any(cue.stands_in(prose, 0, len(prose.folded)) for cue in kind.cues):
                return kind.name
        except PatternTooSlow as slow:
            prose.given_up.append(str(slow))
    return DEFAULT_KIND


def _without(text: str, masked: Sequence[tuple[int, int]]) -> str:
    if not masked:
        return text
    out = list(text)
    for start, end in masked:
        out[start:end] = [c if c == "\n" else " " for c in out[start:end]]
    return "".join(out)


def _spans(
    prose: Prose, lines: Lines, found: dict[str, dict[int, int]], rules: RuleSet
) -> dict[str, tuple[PartSpan, ...]]:
    thresholds = {part.name: part.threshold for part in rules.parts}
    out: dict[str, tuple[PartSpan, ...]] = dict.fromkeys(PARTS, ())
    for part, sentences in found.items():
        spans = []
        for number, grade in sentences.items():
            if grade < thresholds[part]:
                continue
            sentence = prose.sentences[number]
            start, end = prose.written(sentence.start, sentence.end)
            place = lines.place(start, end)
            spans.append(
                PartSpan(
                    part,
                    grade,
                    place.line,
                    place.column,
                    place.end_line,
                    place.end_column,
                    prose.text[start:end],
                    start,
                    end,
                )
            )
        out[part] = tuple(spans)
    return out


def order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings as a reader meets them."""
    return tuple(sorted(findings, key=by_place))

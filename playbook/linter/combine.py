"""Faults that no sentence shows alone: signs that stand together, a form's own blanks, a charge that is quoted to reject it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from playbook.linter.match import Span, Text, phrase_spans, silent
from playbook.linter.rules import Rule


def combined(text: Text, rule: Rule) -> list[Span]:
    """Report the rule's phrases, and what `settings.together` names: an anchor with other signs a few sentences away.

    Each entry names groups of `words`: `anchor` is reported where every group of `with` stands within `near` sentences,
    no group of `not` stands there, and the anchor occurs at least `times` times in the text.
    """
    spans = [span for span in phrase_spans(text, rule) if not _answered_no(text, rule, span)]
    for entry in rule.settings.get("together", ()):
        spans += _together(text, rule, entry)
    return spans


def unfilled(text: Text, rule: Rule) -> list[Span]:
    """Report slots, but not the blanks of a form that the reader is meant to fill in.

    `words.field` is what stands right before such a blank, `words.form` shows that the text is a form.
    """
    prose = text.prose
    whole = (0, len(prose.folded))
    form = any(p.stands_in(prose, *whole) for p in rule.words.get("form", ()))
    out = []
    for start, end in phrase_spans(text, rule):
        blank = not prose.folded[start:end].strip(" _.:：")
        before = (max(0, start - 14), start)
        ours = any(p.stands_in(prose, *before) for p in rule.words.get("our_field", ()))
        if (
            blank
            and not ours
            and (form or any(p.stands_in(prose, *before) for p in rule.words.get("signature", ())))
        ):
            continue
        out.append((start, end))
    return out


def _together(text: Text, rule: Rule, entry: Mapping[str, Any]) -> Iterator[Span]:
    prose = text.prose
    anchors = sorted(set(_found(text, rule, entry["anchor"])))
    if len(anchors) < int(entry.get("times", 1)):
        return
    near = int(entry.get("near", 1))
    last = len(prose.sentences) - 1
    counts: dict[int, bool] = {}
    for span in anchors:
        number = prose.sentence_at(span[0])
        if number in counts:
            if counts[number]:
                yield span
            continue
        start = prose.sentences[max(0, number - near)].start
        end = prose.sentences[min(last, number + near)].end
        counts[number] = all(
            _stands(text, rule, name, start, end) for name in entry.get("with", ())
        ) and not any(_stands(text, rule, name, start, end) for name in entry.get("not", ()))
        if counts[number]:
            yield span


def _found(text: Text, rule: Rule, name: str) -> Iterable[Span]:
    prose = text.prose
    for pattern in rule.words.get(name, ()):
        for number in pattern.candidates(prose):
            sentence = prose.sentences[number]
            for span in pattern.matches(prose, sentence.start, sentence.end):
                if not silent(text, rule, span) and not _answered_no(text, rule, span):
                    yield span


def _stands(text: Text, rule: Rule, name: str, start: int, end: int) -> bool:
    return any(pattern.stands_in(text.prose, start, end) for pattern in rule.words.get(name, ()))


def _answered_no(text: Text, rule: Rule, span: Span) -> bool:
    """Tell whether a stretch is part of a question whose answer begins with a no (`words.rejected`)."""
    prose = text.prose
    sentence = prose.sentences[prose.sentence_at(span[0])]
    if prose.folded[sentence.end - 1 : sentence.end] not in ("?", "？", "」", "”", '"'):
        return False
    if "?" not in prose.folded[sentence.end - 2 : sentence.end].replace("？", "?"):
        return False
    return _stands(text, rule, "rejected", sentence.end, min(len(prose.folded), sentence.end + 14))

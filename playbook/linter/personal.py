"""Find personal data in a text: identity numbers, phones, mail, addresses, plates, bookings and customers' names.

What the caller marks public, and the organisation's own contacts, are left alone: a phone after "call us" is ours, the
same phone after a customer's name is not.
"""

from __future__ import annotations

from collections.abc import Iterator

import regex

from playbook.linter import identity
from playbook.linter.match import Span, Text
from playbook.linter.rules import Rule

_IDENTITY = tuple(
    (regex.compile(rf"(?<![A-Za-z0-9-]){form}(?![A-Za-z0-9-])"), test) for form, test in identity.FORMS
)
_PHONE = regex.compile(
    r"(?<![\d.A-Za-z_-])(?:\+\d{1,3}[ -]?)?(?:\(0?\d{1,4}\)[ -]?|0\d{1,4}[ -]?)?\d{2,4}[ -]\d{3,4}(?:[ -]?\d{3,4})?(?![\d-])"
    r"|(?<![\d.A-Za-z_-])(?:09\d{8}|0[2-8]\d{7,8}|1[3-9]\d{9}|\+\d{9,14})(?!\d)"
    r"|(?<!\d)(?:1[3-9]\d|09\d{2}|07\d{3})[- ]?(?:[x*×＊]{3,8})[- ]?\d{0,4}"
)
_MOBILE = regex.compile(r"\(?(?:\+886[ -]?9|\+861|09|1[3-9]\d|07\d{3})")
_MAIL = regex.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_FREE_MAIL = regex.compile(
    r"@(?:gmail|googlemail|yahoo|hotmail|outlook|live|icloud|me|qq|163|126|sina|foxmail|pchome|msn|proton(?:mail)?|aol|naver)\."
)
_DATE = regex.compile(r"\d{4}[-/ ]\d{1,2}(?:[-/ ]\d{1,2})?|\d{1,2}-\d{1,2}|\d{4} ?- ?\d{4}")


def personal_data(text: Text, rule: Rule) -> list[Span]:
    """Return the stretches of personal data that are neither marked public nor the organisation's own contact."""
    public = {_plain(value) for value in text.public}
    out: list[Span] = []
    for start, end in (*_numbers(text, rule), *_worded(text, rule)):
        plain = _plain(text.prose.cased[start:end])
        if not any(value and (value in plain or plain in value) for value in public):
            out.append((start, end))
    return out


def _plain(value: str) -> str:
    return "".join(c for c in value.lower() if c.isalnum())


def _numbers(text: Text, rule: Rule) -> Iterator[Span]:
    cased = text.prose.cased
    if not any(c.isdigit() for c in cased) and "@" not in cased:
        return
    upper = cased.upper() if len(cased.upper()) == len(cased) else cased
    for form, test in _IDENTITY:
        for match in form.finditer(upper):
            if test(match.group()):
                yield match.span()
    for match in _PHONE.finditer(cased):
        digits = sum(c.isdigit() for c in match.group())
        masked = any(c in match.group() for c in "x*×＊")
        if (digits < 8 and not masked) or digits > 15 or _DATE.fullmatch(match.group()):
            continue
        if _private(text, rule, match.span()):
            yield match.span()
    for match in _MAIL.finditer(cased):
        if (_FREE_MAIL.search(match.group().lower()) and not _ours(text, rule, match.span())) or _private(
            text, rule, match.span(), strict=True
        ):
            yield match.span()


def _private(text: Text, rule: Rule, span: Span, *, strict: bool = False) -> bool:
    """Tell whether a number is a customer's: a customer stands before it, or nobody says that it is ours."""
    if _stands(text, rule, "direct", (max(0, span[0] - 24), span[0])):
        return False
    if _customers(text, rule, span):
        return True
    if not _MOBILE.match(text.prose.cased, span[0]) and _stands(
        text, rule, "line", (max(0, span[0] - 10), span[0])
    ):
        return False
    return not strict and not _ours(text, rule, span)


def _stands(text: Text, rule: Rule, name: str, within: Span) -> bool:
    return any(p.stands_in(text.prose, *within) for p in rule.words.get(name, ()))


def _clause(text: Text, span: Span) -> Span:
    number = text.prose.sentence_at(span[0])
    sentence = text.prose.sentences[number]
    return max(sentence.start, span[0] - 60), span[0]


def _customers(text: Text, rule: Rule, span: Span) -> bool:
    start, end = _clause(text, span)
    return any(p.stands_in(text.prose, start, end) for p in rule.words.get("customer", ()))


def _ours(text: Text, rule: Rule, span: Span) -> bool:
    sentence = text.prose.sentences[text.prose.sentence_at(span[0])]
    start = max(0, sentence.start - 40)
    end = min(len(text.prose.folded), sentence.end + 30)
    return any(p.stands_in(text.prose, start, end) for p in rule.words.get("own_contact", ()))


def _worded(text: Text, rule: Rule) -> Iterator[Span]:
    """Yield what only its words show: a booking number, an illness, a plate, an address, a customer's full name."""
    prose = text.prose
    for pattern in rule.words.get("place", ()):
        for number in pattern.candidates(prose):
            sentence = prose.sentences[number]
            for span in pattern.matches(prose, sentence.start, sentence.end):
                if not _our_place(text, rule, span):
                    yield span
    for pattern in rule.patterns:
        for number in pattern.candidates(prose):
            sentence = prose.sentences[number]
            for span in pattern.matches(prose, sentence.start, sentence.end):
                around = (max(sentence.start, span[0] - 12), min(sentence.end, span[1] + 12))
                if _stands(text, rule, "harmless", around):
                    continue
                if not _stands(text, rule, "asked_not", (sentence.start, span[0])):
                    yield span


def _our_place(text: Text, rule: Rule, span: Span) -> bool:
    """Tell whether an address or a plate is the organisation's own: its words say so, and no customer stands beside it."""
    sentence = text.prose.sentences[text.prose.sentence_at(span[0])]
    before = (max(sentence.start, span[0] - 60), span[0])
    after = (span[1], min(len(text.prose.folded), span[1] + 12))
    if _stands(text, rule, "whose", before) or _stands(text, rule, "whose_after", after):
        return False
    near = (max(sentence.start, span[0] - 80), min(len(text.prose.folded), sentence.end, span[1] + 30))
    return _stands(text, rule, "own_place", near) or _stands(text, rule, "asked_not", before)

"""What a client calls things: words it does not use, forms not to use with the one to write instead, names its own way.

One mechanism for `banned_words` of policy.yaml (words without a substitute) and glossary.csv (with one). Names of
people, a customer's own words, titles and addresses are left alone, and so is a quotation, except for a banned word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from playbook.checks.record import said_by_customer
from playbook.drafts.wording import Bank
from playbook.incident.model import Incident, Person
from playbook.linter.findings import Finding, Level
from playbook.linter.prose import Lines
from playbook.linter.scripts import aside
from playbook.messages import say
from playbook.policy.model import Origin, Policy, Term
from playbook.tables.prove import Finding as PolicyFinding
from playbook.text import LANGUAGES, Language, LocalText

_OTHER_SCRIPT: dict[Language, Language] = {"zh-Hant": "zh-Hans", "zh-Hans": "zh-Hant"}


@dataclass(frozen=True)
class Wrong:
    """A stretch of a text (code points, end exclusive) that a client writes otherwise; `instead` may be empty."""

    start: int
    end: int
    instead: str
    term: Term | None  # None: a banned word, or the client's own name


def as_written(incident: Incident, policy: Policy, language: Language) -> tuple[str, ...]:
    """Return what a text may write as it stands: names of people, customers' words, the client's own terms."""
    words: list[str] = list(said_by_customer(incident))
    author = incident.signal.author if incident.signal else None
    if author:
        words += [(author.name or {}).get(language) or "", author.display_name or ""]
    people: list[Person | None] = [
        incident.handler,
        incident.handler.backup if incident.handler else None,
        *(statement.speaker for statement in incident.statements),
        *incident.team,
    ]
    words += [_name(person.name, language) for person in people if person is not None]
    words += [_name(who.get("name"), language) for who in policy.brand.signatories.values()]
    texts = (policy.brand.name, policy.brand.short_name, policy.brand.customers)
    words += [text.get(language, "") for text in (*texts, *(term.use for term in policy.terms.values()))]
    return tuple(dict.fromkeys(word for word in words if word.strip()))


def _name(name: LocalText | None, language: Language) -> str:
    return (name or {}).get(language, "")


@lru_cache(maxsize=4_000)
def _form(word: str, language: Language) -> re.Pattern[str]:
    """Return what finds a form: in English whole words in any case and number, in Chinese the characters."""
    spaced = r"\s+".join(map(re.escape, word.split()))
    if language == "en":
        return re.compile(rf"(?<!\w){spaced}(?:s|es)?(?!\w)", re.I)
    if word.isascii():
        return re.compile(rf"(?<![A-Za-z0-9]){spaced}(?![A-Za-z0-9])", re.I)
    return re.compile(spaced)


def wrong_terms(text: str, language: Language, policy: Policy, kept: Iterable[str] = ()) -> tuple[Wrong, ...]:
    """Return every stretch that the client writes otherwise; `kept` are words that stand as they are."""
    own = [use for term in policy.terms.values() if (use := term.use.get(language))]
    taken = aside(text, [*kept, *own])
    # A form that is left alone because it stands in the right one is matched in its own case only.
    found = [
        Wrong(match.start(), match.end(), term.use.get(language, ""), term)
        for term in policy.terms.values()
        for word in term.avoid.get(language, ())
        for match in _form(word, language).finditer(text)
        if not any(taken[match.start() : match.end()])
    ]
    found += _own_name(text, language, policy, taken)
    unquoted = aside(text, kept, quotations=False)
    found += [
        Wrong(match.start(), match.end(), "", None)
        for word in policy.brand.banned_words.get(language, ())
        if word.strip()
        for match in _form(word.strip(), language).finditer(text)
        if not any(unquoted[match.start() : match.end()])
    ]
    return tuple(_longest(found))


def _longest(found: Iterable[Wrong]) -> Iterator[Wrong]:
    """Leave out what stands inside another one; of two at one place, the one with a substitute stays."""
    reach = -1
    for wrong in sorted(found, key=lambda w: (w.start, -w.end, not w.instead)):
        if wrong.end > reach:
            reach = wrong.end
            yield wrong


def _names(policy: Policy) -> Iterator[LocalText]:
    if set(policy.brand.name.values()) - {policy.name}:  # else the folder's name stands for the client's
        yield policy.brand.name
        yield policy.brand.short_name
    yield from (term.use for term in policy.terms.values() if term.kind == "brand")


def _own_name(text: str, language: Language, policy: Policy, taken: bytearray) -> Iterator[Wrong]:
    """Yield the client's names in the other Chinese script, or with other capitals, spaces or hyphens."""
    right = {name for names in _names(policy) for name in names.values()}
    for names in _names(policy):
        mine = names.get(language)
        other = names.get(_OTHER_SCRIPT[language]) if language in _OTHER_SCRIPT else None
        if mine and other and other != mine and not other.isascii():
            for match in re.finditer(re.escape(other), text):
                if not any(taken[match.start() : match.end()]):
                    yield Wrong(*match.span(), mine, None)
        for name in dict.fromkeys(names.values()):
            pieces = re.findall(r"[A-Za-z0-9]+", name)
            if not name.isascii() or len(name) < 4 or not pieces:
                continue
            loose = re.compile(rf"(?<![\w@.-]){'[ -]?'.join(pieces)}(?![\w@-])", re.I | re.A)
            for match in loose.finditer(text):
                written = match.group()
                if written in right or written.isupper() or any(taken[match.start() : match.end()]):
                    continue
                if " " not in written and written.islower() and len(pieces) == 1:
                    continue  # a plain word that the name happens to be
                yield Wrong(*match.span(), name, None)


def term_findings(
    text: str, language: Language, policy: Policy, kept: Iterable[str] = ()
) -> tuple[Finding, ...]:
    """Return the findings for `wrong_terms`: a banned word, or "write X instead of Y" with where the client says so."""
    lines = Lines(text)
    out = []
    for wrong in wrong_terms(text, language, policy, kept):
        match = text[wrong.start : wrong.end]
        shown = " ".join(match.split())
        place = lines.place(wrong.start, wrong.end)
        level: Level = "warning"
        if not wrong.instead:
            rule, key, why = (
                "banned-word",
                "banned_word",
                say("checks.banned_word_why", language, place="policy.yaml"),
            )
        else:
            rule, key = "glossary", "term"
            origin = wrong.term.origin if wrong.term else None
            place_of = f"{origin.file}:{origin.line}" if origin else "policy.yaml: brand"
            why = say("agree.term_why", language, place=place_of)
            note = wrong.term.note.get(language) if wrong.term else None
            why = f"{why} {note}" if note else why
        subject = "checks" if rule == "banned-word" else "agree"
        out.append(
            Finding(
                rule, level, say(f"{subject}.{key}", language, match=shown),
                why, say(f"{subject}.{key}_fix", language, match=shown, instead=wrong.instead),
                place.line, place.column, place.end_line, place.end_column, match, wrong.start, wrong.end,
            )
        )  # fmt: skip
    return tuple(out)


# -- of the policy itself -------------------------------------------------------------------------


def own_terms(policy: Policy, banks: Mapping[str, Bank]) -> Iterator[PolicyFinding]:
    """Yield what is wrong with a policy's glossary: a language without a form, forms at odds, its own texts that ignore it."""
    for term in policy.terms.values():
        lacking = [code for code in policy.languages if term.avoid.get(code) and not term.use.get(code)]
        if lacking:
            message = f"{term.id}: no form to use in {', '.join(lacking)}, but forms not to use."
            yield _at(policy, term.origin, "error", message)
        missing = [code for code in policy.languages if code not in term.use and code not in lacking]
        if missing:
            message = f"{term.id}: no form to use in {', '.join(missing)}; no text is checked for it there."
            yield _at(policy, term.origin, "warning", message)
        for language in LANGUAGES:
            for form in term.avoid.get(language, ()):
                for other in policy.terms.values():
                    if other.use.get(language, "").lower() == form.lower():
                        message = f"{term.id}: {form!r} is not to be used in {language}, and {other.id} says to use it."
                        yield _at(policy, term.origin, "error", message)
    for code in policy.languages:
        for place, text in _own_texts(policy, banks.get(code), code):
            for wrong in wrong_terms(text, code, policy):
                if wrong.term is not None:
                    message = f"{text[wrong.start : wrong.end]!r} stands in {place}; {wrong.term.id} says {wrong.instead!r}."
                    yield _at(policy, wrong.term.origin, "warning", message)


def _own_texts(policy: Policy, bank: Bank | None, code: Language) -> Iterator[tuple[str, str]]:
    """Yield the texts of a policy that readers outside get to see, each with its place."""
    for move in bank.moves.values() if bank else ():
        for variant in move.variants:
            yield f"the wording {variant.id}", variant.text
    for option in policy.options:
        yield f"the option {option.id}", option.label.get(code, "")
    for entitlement in policy.entitlements:
        yield f"the entitlement {entitlement.id}", entitlement.text.get(code, "")


def _at(policy: Policy, origin: Origin, level: str, message: str) -> PolicyFinding:
    folders = dict(zip(policy.layers, policy.folders, strict=True))
    path = str(folders[origin.layer] / origin.file)
    return PolicyFinding("glossary", "error" if level == "error" else "warning", message, path, origin.line)

"""How the client speaks: what to remember, words not to use, what things are called, who signs, where we are reached."""

from __future__ import annotations

from playbook.documents import Block, Heading, List, Paragraph, Runs, text
from playbook.documents.written import joined, local
from playbook.handbook.words import filled, named, pairs, quiet, role, word
from playbook.messages import say
from playbook.policy.model import Policy
from playbook.text import Language

_CONTACT = ("line", "email", "url", "hours")
_NOTES = ("card", "attitude", "care")


def before_you_answer(policy: Policy, language: Language) -> tuple[Block, ...]:
    """Return what to remember before the first word: maxims, attitude, care for each other; nothing without notes."""
    blocks: list[Block] = []
    for kind in _NOTES:
        notes = [note for note in policy.notes if note.kind == kind]
        if notes:
            items = tuple(joined([local(n.text, language), quiet(" ".join(n.sources))], " ") for n in notes)
            blocks += [Heading(3, say(f"pack.notes_{kind}", language)), List(items)]
    return (Heading(2, word("before_you_answer", language)), *blocks) if blocks else ()


def voice(policy: Policy, language: Language) -> tuple[Block, ...]:
    """Return banned words by language, the glossary, the signatories and the ways to reach us."""
    return (
        Heading(2, word("voice", language)),
        *_banned(policy, language),
        *_glossary(policy, language),
        *_signatories(policy, language),
        *_contact(policy, language),
    )


def _banned(policy: Policy, language: Language) -> list[Block]:
    rows = []
    for code in policy.languages:
        words = policy.brand.banned_words.get(code, ())
        mark = "、" if code != "en" else ", "
        if words:
            rows.append((named("language", code, language), _in(code, mark.join(words), language)))
    if not rows:
        return []
    return [
        Heading(3, word("banned", language)),
        Paragraph(text(word("banned_lead", language))),
        filled(["", ""], rows, row_heads=True),
    ]


def _in(code: Language, words: str, language: Language) -> Runs:
    """Return words of a language inside a document of another: marked, so that they get its letters."""
    return text(words) if code == language else local({code: words}, language)


def _glossary(policy: Policy, language: Language) -> list[Block]:
    terms = [policy.brand.customers, *(term.use for term in policy.terms.values())]
    rows = [_by_language(term, policy, language) for term in terms if term]
    if not rows:
        return []
    heads = [named("language", code, language) for code in policy.languages]
    return [Heading(3, word("glossary", language)), filled(heads, rows)]


def _by_language(term: object, policy: Policy, language: Language) -> list[Runs]:
    written = dict(term) if isinstance(term, dict) else {}
    return [_in(code, written[code], language) if written.get(code) else () for code in policy.languages]


def _signatories(policy: Policy, language: Language) -> list[Block]:
    rows = [
        (role(name, policy, language), local(who.get("name"), language), local(who.get("title"), language))
        for name, who in policy.brand.signatories.items()
    ]
    if not rows:
        return []
    heads = [word("role", language), word("name", language), word("post", language)]
    return [Heading(3, word("signatories", language)), filled(heads, rows)]


def _contact(policy: Policy, language: Language) -> list[Block]:
    found: list[tuple[str, Runs | str]] = []
    for key in _CONTACT:
        value = policy.brand.contact.get(key)
        if value:
            shown = local(value, language) if isinstance(value, dict) else text(str(value))
            found.append((word(f"contact_{key}", language), shown))
    return [Heading(3, word("contact", language)), pairs(found)] if found else []

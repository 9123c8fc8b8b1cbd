"""Do the versions of one text agree? Figures, days, promises, offers, contact, blame and cause, in every language (S4-21).

What a version states is known by provenance where the sentence is the kit's own, or still is with a person's hand on it
(facts, offers, commitments), and read out of the text otherwise. Two versions that contradict each other are an error;
one that only says less is a suggestion, since a shorter channel or a plainer language is no fault. Internal texts may
differ: nobody outside lays them side by side. Channels of one language are compared in `playbook.checks.voices`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath

from playbook.checks.alike import Key, keys_in, place_of, tells, words_of
from playbook.checks.quantities import Quantity
from playbook.checks.stance import Stance, stance_of
from playbook.drafts import Draft, Sentence
from playbook.drafts.model import Audience
from playbook.linter import Report, check_text
from playbook.linter.findings import Finding, Level
from playbook.linter.prose import Lines
from playbook.messages import say
from playbook.text import LANGUAGES

FIGURES = ("money", "count", "share", "date", "time")
"""What is compared; durations are not: one language says 36 hours, another a day and a half."""
COUNTED = ("money", "count")
"""What a version should not lack, wherever it stands; a day or an hour may be told in other words ("that morning")."""
FACTS, BLAME, EDITED = "inconsistent-facts", "inconsistent-blame", "edited-in-one-language"


@dataclass(frozen=True)
class Version:
    """One version of a text, and what it states."""

    draft: Draft
    report: Report

    @property
    def text(self) -> str:
        return self.draft.text

    @cached_property
    def stated(self) -> Mapping[Key, Quantity]:
        """Return what the text states, by what must be the same everywhere; the first place of each."""
        return keys_in(self.text, self.draft.language)

    @cached_property
    def ids(self) -> Mapping[str, Mapping[str, Sentence]]:
        """Return the offers and commitments that the text states, by kind and id, with the first sentence of each."""
        out: dict[str, dict[str, Sentence]] = {"facts": {}, "offers": {}, "commitments": {}}
        for sentence in self.draft.sentences:
            for kind, told in out.items():
                for id_ in getattr(sentence, kind):
                    told.setdefault(id_, sentence)
        return out

    @cached_property
    def stance(self) -> Stance:
        """Return who did it and how far the apology goes; a generated text says only what its parts are there for."""
        parts = {part for sentence in self.draft.sentences for part in sentence.part.split()}
        meant = frozenset(parts) if not self.edited else None
        return stance_of(self.text, self.draft.language, self.report, meant)

    @property
    def edited(self) -> bool:
        """Tell whether a person wrote it, or changed what the kit wrote."""
        return self.draft.edited or not any(sentence.wording for sentence in self.draft.sentences)

    def span(self, sentence: Sentence) -> tuple[int, int]:
        """Return where a sentence of the draft stands in its text; (0, 0) where a person wrote it otherwise."""
        at = self.text.find(sentence.text)
        return (at, at + len(sentence.text)) if at >= 0 else (0, 0)


@dataclass(frozen=True)
class _Said:
    """One thing to report: where it stands, the message, and how grave it is."""

    rule: str
    level: Level
    message: str
    start: int
    end: int
    values: tuple[tuple[str, str], ...] = ()


def disagreements(
    drafts: Iterable[Draft], reports: Mapping[str, Report] | None = None
) -> Mapping[str, tuple[Finding, ...]]:
    """Return, per draft id, what another language's version of the same kind and channel says otherwise, or not at all.

    `reports` are the linter's by draft id; a text without one is read anew.
    """
    groups: dict[tuple[str, str], list[Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.audience != "internal":
            groups[draft.kind, draft.channel].append(draft)
    out: dict[str, tuple[Finding, ...]] = {}
    for versions in groups.values():
        if len(versions) > 1:
            read = [Version(draft, _report(draft, reports or {})) for draft in versions]
            out |= {one.draft.id: _against(one, [v for v in read if v is not one]) for one in read}
    return out


def text_of(path: str, text: str, report: Report) -> Draft | None:
    """Return a person's text as a version to compare: its name is the path without the language, which the path has.

    `drafts/en/first-reply.email.md`, `en/statement.md` and `statement.en.docx` have one; None where there is none.
    """
    place = PurePath(path)
    pieces = (*place.parts[:-1], *place.stem.split("."))
    told = [code for code in LANGUAGES if code in pieces]
    if told != [report.language]:
        return None
    name = "/".join(piece for piece in pieces if piece not in LANGUAGES)
    audience: Audience = "customer" if report.audience == "customer" else "public"
    if report.audience == "internal":
        audience = "internal"
    return Draft(path, told[0], name, "", audience, None, (), edited=True, written=text)


def _report(draft: Draft, reports: Mapping[str, Report]) -> Report:
    return reports.get(draft.id) or check_text(
        draft.text, language=draft.language, kind=draft.kind, audience=draft.audience
    )


def _against(version: Version, others: Sequence[Version]) -> tuple[Finding, ...]:
    """Return what a version says otherwise than the others: one finding a thing, which names all that differ."""
    found: dict[_Said, list[str]] = {}
    for other in others:
        for said in _differences(version, other):
            if other.draft.id not in (ids := found.setdefault(said, [])):
                ids.append(other.draft.id)
    lines = Lines(version.text)
    return tuple(_finding(version, lines, said, ids) for said, ids in found.items())


def _finding(version: Version, lines: Lines, said: _Said, others: Sequence[str]) -> Finding:
    language = version.draft.language
    place = lines.place(said.start, said.end)
    match = version.text[said.start : said.end]
    short = " ".join(match.split())
    values = {
        "match": short if len(short) <= 60 else short[:59] + "…",
        "other": (", " if language == "en" else "、").join(others),
        **dict(said.values),
    }
    return Finding(
        said.rule, said.level, say(f"agree.{said.message}", language, **values),
        say("agree.blame_why" if said.rule == BLAME else "checks.versions_differ_why", language, **values),
        say(f"agree.{said.message}_fix", language, **values),
        place.line, place.column, place.end_line, place.end_column, match, said.start, said.end,
    )  # fmt: skip


def _differences(mine: Version, theirs: Version) -> Iterator[_Said]:
    # What is not translated yet is told once, as such; a version that lacks it says less, but not by mistake.
    whole = not (mine.draft.untranslated or theirs.draft.untranslated)
    told: set[Key] = set()
    for said, keys in (*_by_id(mine, theirs), *(_promised(mine, theirs) if whole else ())):
        told |= keys
        yield said
    yield from _figures(mine, theirs, told, whole)
    yield from _weekdays(mine, theirs)
    yield from _contacts(mine, theirs, whole)
    if whole and (mine.edited or theirs.edited):  # the kit's own texts are worded by one fault status
        yield from _stances(mine, theirs)


def _by_id(mine: Version, theirs: Version) -> Iterator[tuple[_Said, set[Key]]]:
    """Yield the figures and days that the two versions give otherwise for the same fact, offer or commitment."""
    for kind in ("commitments", "offers", "facts"):
        for id_ in mine.ids[kind].keys() & theirs.ids[kind].keys():
            one, two = mine.ids[kind][id_], theirs.ids[kind][id_]
            own, their = keys_in(one.text, mine.draft.language), keys_in(two.text, theirs.draft.language)
            # A sentence about a fact may tell the day of another one, and a sentence may state several facts.
            for sort in FIGURES if kind != "facts" else COUNTED:
                a = {key for key in own if key[0] == sort and key not in theirs.stated}
                b = {key for key in their if key[0] == sort and key not in mine.stated}
                if a and b:
                    quantity = own[min(a, key=lambda key: own[key].start)]
                    at = mine.span(one)[0]
                    start, end = (at + offset for offset in place_of(quantity))
                    instead = words_of(their[min(b, key=lambda key: their[key].start)])
                    yield _Said(FACTS, "error", "other_figure", start, end, (("instead", instead),)), a


def _figures(mine: Version, theirs: Version, told: set[Key], whole: bool) -> Iterator[_Said]:
    """Yield the figures, days and times that the other version lacks; where it has one of the sort instead, they differ."""
    own, other = mine.stated, theirs.stated
    for sort in FIGURES:
        lacking = [k for k in own if k[0] == sort and not tells(k, other, theirs.text, theirs.draft.language)]
        instead = [k for k in other if k[0] == sort and not tells(k, own, mine.text, mine.draft.language)]
        if sort in COUNTED:
            contradict = bool(instead)
        else:  # one day for another, where a person wrote: else the two only tell different parts
            contradict = len(lacking) == 1 == len(instead) and (mine.edited or theirs.edited)
        for key in lacking:
            quantity = own[key]
            if key in told:
                continue
            if contradict:
                there = words_of(other[min(instead, key=lambda k: other[k].start)])
                values = (("instead", there),)
                yield _Said(FACTS, "error", "other_figure", *place_of(quantity), values)
            elif whole and sort in COUNTED:
                yield _Said(FACTS, "suggestion", "lacks_figure", *place_of(quantity))


def edited_in_some(drafts: Sequence[Draft]) -> Mapping[str, tuple[Finding, ...]]:
    """Return, per edited draft, which of its versions still say what the kit wrote, and in what language there is none."""
    languages = dict.fromkeys(draft.language for draft in drafts)
    out: dict[str, tuple[Finding, ...]] = {}
    for draft in drafts:
        if not draft.edited:
            continue
        versions = [d for d in drafts if (d.kind, d.channel) == (draft.kind, draft.channel)]
        own = ", ".join(d.language for d in versions if d.edited)
        still = [d.id for d in versions if not d.edited]
        lacking = [code for code in languages if code not in {d.language for d in versions}]
        found = [_whole(draft, "edited", own, still)] if still else []
        found += [_whole(draft, "only_in", own, lacking)] if lacking else []
        if found:
            out[draft.id] = tuple(found)
    return out


def _whole(draft: Draft, message: str, own: str, others: Sequence[str]) -> Finding:
    language = draft.language
    other = (", " if language == "en" else "、").join(others)
    return Finding(
        EDITED, "suggestion", say(f"agree.{message}", language, own=own, other=other),
        say("agree.edited_why", language), say(f"agree.{message}_fix", language, other=other),
        0, 0, 0, 0, "",
    )  # fmt: skip


def _weekdays(mine: Version, theirs: Version) -> Iterator[_Said]:
    for key, quantity in mine.stated.items():
        day = theirs.stated.get(key)
        if day is None or key[0] != "date" or None in (quantity.weekday, day.weekday):
            continue
        if quantity.weekday != day.weekday:
            values = (("instead", words_of(day)),)
            yield _Said(FACTS, "error", "other_figure", *place_of(quantity), values)


def _contacts(mine: Version, theirs: Version, whole: bool) -> Iterator[_Said]:
    own = {key: q for key, q in mine.stated.items() if key[0] == "phone"}
    other = {key: q for key, q in theirs.stated.items() if key[0] == "phone"}
    if own.keys() & other.keys():
        return
    for quantity in own.values():
        if other:
            values = (("instead", words_of(next(iter(other.values())))),)
            yield _Said(FACTS, "error", "other_figure", *place_of(quantity), values)
        elif whole and (mine.edited or theirs.edited):
            yield _Said(FACTS, "suggestion", "lacks_figure", *place_of(quantity))


def _promised(mine: Version, theirs: Version) -> Iterator[tuple[_Said, set[Key]]]:
    """Yield the promises and offers that only one of two versions makes, where both are recognisable as the kit's."""
    if not any(sentence.wording for sentence in theirs.draft.sentences):
        return
    for kind, message in (("commitments", "lacks_promise"), ("offers", "lacks_offer")):
        for id_ in mine.ids[kind].keys() - theirs.ids[kind].keys():
            sentence = mine.ids[kind][id_]
            said = _Said(FACTS, "suggestion", message, *mine.span(sentence), (("id", id_),))
            yield said, set(keys_in(sentence.text, mine.draft.language))


def _stances(mine: Version, theirs: Version) -> Iterator[_Said]:
    """Yield who did it, how far the apology goes, and the cause, where the two versions differ."""
    own, other = mine.stance, theirs.stance
    if {own.agent, other.agent} == {"ours", "other"}:
        yield _Said(BLAME, "error", f"agent_{own.agent}", *own.agent_at)
    elif own.agent == "ours" and other.agent == "nobody":
        yield _Said(BLAME, "warning", "agent_ours_alone", *own.agent_at)
    elif own.agent == "nobody" and other.agent == "ours":
        yield _Said(BLAME, "warning", "agent_nobody", *own.agent_at)
    elif own.depth == "fault" and other.depth == "feelings":
        yield _Said(BLAME, "warning", "fault_alone", *own.agent_at)
    elif own.depth == "feelings" and other.depth == "fault":
        yield _Said(BLAME, "warning", "feelings_alone", *own.regret_at)
    if own.cause and not other.cause:
        yield _Said(FACTS, "suggestion", "lacks_cause", *own.cause_at)

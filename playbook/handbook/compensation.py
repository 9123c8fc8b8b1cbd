"""The compensation tables row by row in words, the options to choose from, and the standing entitlements."""

from __future__ import annotations

from collections.abc import Iterator

from playbook.documents import Block, Callout, Heading, List, Paragraph, Run, Runs, text
from playbook.documents import table as as_table
from playbook.documents.written import joined, local, plain
from playbook.handbook.payouts import Worded, given, share
from playbook.handbook.words import dates, filled, listed, money, quiet, strong, word
from playbook.messages import say
from playbook.offers import tables_of
from playbook.offers.worded import asked_of, condition_of, label_of, say_here
from playbook.policy.model import OptionRow, Policy
from playbook.tables import Table, TableRow
from playbook.text import Language, format_date

_HITS = {
    "PRIORITY": "PRIORITY", "OUTPUT ORDER": "PRIORITY", "FIRST": "FIRST", "RULE ORDER": "COLLECT", "COLLECT": "COLLECT",
    "COLLECT SUM": "COLLECT", "COLLECT MIN": "LEAST", "COLLECT MAX": "MOST",
}  # fmt: skip
"""Hit policies that a reader has to know of, and the message that tells them."""
_ORDER = ("statutory", "need_now", "inconvenience", "options", "")


def compensation(policy: Policy, language: Language) -> tuple[Block, ...]:
    """Return every table: what kind it is, its rows in words, and what a person has to check; the law's first."""
    found = sorted(tables_of(policy).values(), key=lambda t: (_ORDER.index(t.line), t.name))
    blocks: list[Block] = [Heading(2, word("tables", language))]
    if not found:
        return (*blocks, Paragraph(text(word("no_tables", language))))
    blocks.append(Paragraph(text(word("tables_lead", language))))
    for one in found:
        blocks += one_table(one, policy, language)
    return tuple(blocks)


def one_table(table: Table, policy: Policy, language: Language) -> Iterator[Block]:
    """Yield one table: what kind it is, its rows in words, what a person has to check."""
    yield Heading(3, plain(table.title, language) or table.name)
    if table.basis == "statutory":
        yield Callout("warn", word("floor", language), tuple(text(t) for t in _about(table, language)))
    else:
        told = [word(f"basis_{table.basis}", language)] if table.basis else []
        told += list(_about(table, language))
        if told:
            yield Paragraph(text((" " if language == "en" else "").join(told)))
    heads = [word(key, language) for key in ("case_is", "is_given")]
    yield as_table(heads, _rows(table, policy, language))
    if table.notes:
        yield Paragraph(strong(word("to_check", language)), "small")
        yield List(tuple(quiet(note) for note in table.notes))


def _about(table: Table, language: Language) -> Iterator[str]:
    if table.line == "options":
        yield word("offers_options", language)
    if table.jurisdictions:
        yield word("applies_in", language, where=listed(table.jurisdictions, language))
    if hit := _HITS.get(table.hit_policy):
        yield word(f"hit_{hit}", language)
    if table.events:
        yield word("several_events", language)
        if table.events.at_most is not None:
            yield word("events_at_most", language, sum=Worded(table, language).money(table.events.at_most))
    if table.remedy:
        yield word("further", language, what=word(f"remedy_{table.remedy}", language))


def _rows(table: Table, policy: Policy, language: Language) -> list[tuple[Runs, Runs]]:
    """Return the rows; options that follow each other under the same conditions are told together."""
    groups: dict[tuple[Runs, str], list[TableRow]] = {}
    for at, row in enumerate(table.rows):
        when, inside = _conditions(table, row, language), dates(row.start, row.end, language)
        alone = "" if table.line == "options" else str(at)  # of other tables, each row is told by itself
        groups.setdefault((when, f"{inside}\n{alone}"), []).append(row)
    return [(when, _told(rows, inside, table, policy, language)) for (when, inside), rows in groups.items()]


def _told(rows: list[TableRow], inside: str, table: Table, policy: Policy, language: Language) -> Runs:
    """Return what rows give, why, since when, and where that stands."""
    gifts = [given(row, table, policy, language) for row in rows]
    whys = [_why(row, language) for row in rows]
    notes = [row.note for row in rows]
    told = [inside.partition("\n")[0], *(row.source for row in rows)]
    last = quiet(" · ".join(dict.fromkeys(part for part in told if part)))
    return joined([*gifts, *dict.fromkeys(whys), last, *map(quiet, dict.fromkeys(notes))], "\n")


def _why(row: TableRow, language: Language) -> Runs:
    """Return the reason for customers, else the one for the people who keep the table."""
    reason = local(row.why, language)
    if reason:
        return (*strong(word("why", language)), Run(" "), *reason)
    return quiet(row.rationale)


def _conditions(table: Table, row: TableRow, language: Language) -> Runs:
    """Return what must be so for a row: a line for each input that it looks at, what is asked of it set off."""
    clauses = []
    for column, test, cell in asked_of(table, row):
        name = label_of(column, "name", language, or_id=True) or column.name
        asked = condition_of(column, test, cell, table.currency, language, or_id=True) or cell
        before, _, after = say_here("clause", language, name=name, condition="\x00").partition("\x00")
        clauses.append((Run(f"• {before}"), Run(f"{asked}{after}", strong=True)))
    return joined(clauses, "\n") or text(word("in_every_case", language))


def options(policy: Policy, language: Language) -> tuple[Block, ...]:
    """Return the options part by part: what it is, what it is worth, what it makes good, on which condition."""
    if not policy.options:
        return ()
    groups: dict[str, list[OptionRow]] = {}
    # The client's own come first; an option of the base is known by a word, not by a letter that is told a customer.
    for row in sorted(policy.options, key=lambda row: row.origin.layer == policy.layers[0]):
        groups.setdefault(row.option, []).append(row)
    rows = []
    for name, parts in groups.items():
        for at, part in enumerate(sorted(parts, key=lambda p: (p.line == "inconvenience", p.rank))):
            what = [
                local(part.label, language),
                *(quiet(plain(t, language)) for t in (part.condition, part.source)),
            ]
            rows.append(
                (
                    _option_name(name, parts, policy) if at == 0 else (),
                    word(f"part_{part.line}", language),
                    joined(what, "\n"),
                    _worth(part, policy, language),
                    local(part.harm, language),
                )
            )
    heads = [say("pack.option", language), word("part", language), word("is_given", language)]
    heads += [word(key, language) for key in ("worth", "for_what")]
    return (
        Heading(2, word("options", language)),
        Paragraph(text(word("options_lead", language))),
        filled(heads, rows),
    )


def _option_name(name: str, parts: list[OptionRow], policy: Policy) -> Runs:
    return quiet(name.replace("_", " ")) if parts[0].origin.layer == policy.layers[0] else strong(name)


def _worth(part: OptionRow, policy: Policy, language: Language) -> str:
    of = part.of and (_called(part.of, policy, language))
    if part.share:
        base = of or word("law_sum", language)
        shown = word("share_of", language, share=share(part.share), of=base)
    elif of:
        shown = word("all_of", language, of=of)
    else:
        shown = ""
    shown = word("added", language).join(piece for piece in (money(part.amount, language), shown) if piece)
    if not shown:
        return word("not_money", language) if part.non_monetary else ""
    return shown if part.paid else word("worth_of", language, sum=shown)


def _called(name: str, policy: Policy, language: Language) -> str:
    """Return what an input is called in any of the tables, else its name; the price is known to every policy."""
    columns = (c for t in tables_of(policy).values() for c in (*t.inputs, *t.raw_inputs) if c.name == name)
    labels = (label for c in columns if (label := label_of(c, "name", language)))
    return next(labels, word("input_price", language) if name == "price" else name)


def entitlements(policy: Policy, language: Language) -> tuple[Block, ...]:
    """Return what is published and given without being asked for; nothing where there is none."""
    if not policy.entitlements:
        return ()
    rows = [
        (
            local(one.text, language),
            money(one.amount, language),
            format_date(one.start, language, year=True) if one.start else "",
        )
        for one in policy.entitlements
    ]
    heads = [word("entitlements", language), say("pack.amount", language)]
    heads.append(word("in_force_from", language))
    return Heading(3, word("entitlements", language)), as_table(heads, rows)

"""Who is owed what: the three lines, the options in two parts, who may grant them, why, and the group."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from playbook import charts
from playbook.documents import Block, Callout, Heading, List, Paragraph, Run, Runs, table, text
from playbook.documents.blocks import Mark
from playbook.documents.written import joined, local, plain
from playbook.offers import Offer, OfferLine, OfferPart
from playbook.offers.priced import told
from playbook.offers.worded import asked_of, condition_of, label_of, value_of
from playbook.pack.case import Case
from playbook.pack.sections.response import LEVEL_MARKS, role
from playbook.pack.sections.situation import drawing
from playbook.pack.words import listed, marked, message, money, named, word
from playbook.policy.authority import rung_of
from playbook.tables import Decision, NearMiss, TableRow
from playbook.tables.decide import compiled
from playbook.text import Language


def part_value(part: OfferPart, language: Language) -> str:
    """Return what a part is: a sum that is paid, a thing and its worth, or something that is not money."""
    if part.amount is not None:
        return money(part.amount, language)
    if part.decider:
        return word("sum_undecided", language)
    if part.worth is not None:
        return word("worth", language, value=money(part.worth, language))
    return word("not_money", language)


def owed(case: Case) -> tuple[Block, ...]:
    """Return the three lines of what is owed (S2-48), or why it cannot be said yet."""
    offers, language = case.offers, case.language
    kinds: dict[str, Mark] = {
        "priced": "good",
        "not_eligible": "quiet",
        "not_enough_information": "warn",
        "discretion": "warn",
    }
    blocks: list[Block] = [
        Heading(2, word("owed", language)),
        Paragraph((Run(named("outcome", offers.outcome, language), mark=kinds[offers.outcome]),)),
    ]
    if offers.missing:
        blocks.append(
            Callout(
                "warn", word("missing_inputs", language), tuple(text(called(case, n)) for n in offers.missing)
            )
        )
    if offers.decider:
        rung = rung_of(case.policy, offers.decider)
        who = plain(rung.label, language) if rung else offers.decider
        blocks.append(Paragraph(text(word("decider", language, role=who))))
    if offers.lines:
        rows = [
            (
                named("line", line.line, language), named("basis", line.basis, language), local(line.label, language),
                _value(line, language), line.row, Run(line.source, mark="quiet"),
            )
            for line in offers.lines
        ]  # fmt: skip
        heads = [
            word("line", language),
            word("basis", language),
            word("remedy", language),
            ">" + word("value", language),
        ]
        blocks.append(table([*heads, word("row", language), word("source", language)], rows))
    return tuple(blocks)


def _value(line: OfferLine, language: Language) -> str:
    """Return what a line comes to: a sum, bounds that somebody decides between, or something that is not money."""
    if line.amount is not None:
        return money(line.amount, language) or ""
    bounds = [money(bound, language) for bound in (line.at_least, line.at_most) if bound is not None]
    if line.decider:
        if line.at_least is None and bounds:
            return word("at_most", language, value=bounds[0])
        return "–".join(str(bound) for bound in bounds) or word("sum_undecided", language)
    return word("not_money", language)


def options(case: Case) -> tuple[Block, ...]:
    """Return the options to choose from, each in its parts, with total, authority, approval and choice (S2-49)."""
    offers, language = case.offers, case.language
    blocks: list[Block] = [Heading(2, word("options", language))]
    if not offers.options:
        return (*blocks, Paragraph(text(word("no_options", language))))
    rows = []
    for offer in offers.options:
        chosen = offers.chosen is not None and offers.chosen.id == offer.id
        rows.append(
            (
                offer.id, _parts(offer, ("statutory", "need_now"), language), _parts(offer, ("inconvenience",), language),
                money(offer.total, language), role(offer.authority, language) or marked(word("nobody", language), "bad"),
                _approval(offer, language), marked(word("chosen", language), "good") if chosen else (),
            )
        )  # fmt: skip
    keys = ("option", "need_now", "for_inconvenience", "total", "authority", "approval", "choice")
    blocks.append(table([(">" if key == "total" else "") + word(key, language) for key in keys], rows))
    reasons = [
        (*text(f"{offer.id}: "), *local(offer.reason, language)) for offer in offers.options if offer.reason
    ]
    if reasons:
        blocks += [Heading(3, word("in_proportion", language)), List(tuple(reasons))]
    harms = [
        (offer.id, local(part.label, language), local(part.harm, language))
        for offer in offers.options
        for part in offer.parts
        if part.harm
    ]
    if harms:
        blocks.append(
            table(
                [word(key, language) for key in ("option", "remedy", "harm")],
                harms,
                caption=word("which_harm", language),
            )
        )
    return tuple(blocks)


def _parts(offer: Offer, lines: tuple[str, ...], language: Language) -> Runs:
    found = [part for part in offer.parts if part.line in lines]
    return joined(
        [
            (*local(part.label, language), Run(f" ({part_value(part, language)})", mark="quiet"))
            for part in found
        ],
        "\n",
    )


def _approval(offer: Offer, language: Language) -> Runs:
    if offer.approved:
        return marked(word("approved", language) + (f" {offer.approval}" if offer.approval else ""), "good")
    return marked(word("not_approved", language), "warn")


def chart(case: Case) -> tuple[Block, ...]:
    """Return what the options are worth, drawn by line."""
    offers, language = case.offers, case.language
    stacks = []
    for offer in offers.options:
        parts = tuple((part.line, part.value, part.amount is not None) for part in offer.parts if part.value)
        chosen = offers.chosen is not None and offers.chosen.id == offer.id
        stacks.append(charts.Stack(offer.id, parts, offer.total, money(offer.total, language), chosen))
    currencies = {offer.total.currency for offer in offers.options}
    if len(currencies) != 1 or not any(offer.total.minor for offer in offers.options):
        return ()
    return drawing(lambda: charts.compensation(stacks, language))


def called(case: Case, name: str) -> str:
    """Return what a table's header calls an input in the language of the write-up, else its name there."""
    for decision in case.offers.decisions:
        column = compiled(decision.table).columns.get(name)
        if column is not None and (label := label_of(column, "name", case.language)):
            return label
        if name == decision.table.effective_on:
            return word("event_day", case.language)
    return name


def explained(case: Case) -> tuple[Block, ...]:
    """Return why this is owed and offered, in sentences that can be read to the customer, in each language."""
    words = case.offers.words
    if not any(words.get(language) for language in case.languages):
        return ()
    blocks: list[Block] = [Heading(2, word("say_why", case.language))]
    for language in case.languages:
        if len(case.languages) > 1:
            blocks.append(Heading(3, word(f"language_{language}", case.language)))
        blocks.append(
            List(tuple((Run(sentence, language=language),) for sentence in words.get(language, ())))
        )
    return tuple(blocks)


def why(case: Case) -> tuple[Block, ...]:
    """Return which rows of which tables decided, and which nearly did; tables that were told nothing only by name."""
    language = case.language
    blocks: list[Block] = [Heading(2, word("why_this", language))]
    if not case.offers.decisions:
        return (*blocks, Paragraph(text(word("from_record", language))))
    silent = [
        d
        for d in case.offers.decisions
        if d.outcome in ("not_enough_information", "not_eligible") and not told(d)
    ]
    for decision in case.offers.decisions:
        if decision in silent:
            continue
        title = plain(decision.table.title, language) or decision.table.name
        blocks.append(Heading(3, f"{title} ({named('outcome', decision.outcome, language)})"))
        inputs = listed(language).join(_given(decision, language))
        blocks.append(Paragraph(text(word("inputs", language, inputs=inputs)), "small"))
        fired = [
            (
                row.id,
                joined([_reason(row, language), text(row.note)], " "),
                Run(row.source, mark="quiet"),
                Run(_place(str(row.place), case), mark="quiet"),
            )
            for row in decision.fired
        ]
        if fired:
            heads = [word(key, language) for key in ("row", "why", "source", "place")]
            blocks.append(table(heads, fired, caption=word("rows_fired", language)))
        near = [(n.row.id, called(case, n.input), *_condition(decision, n, language)) for n in decision.near]
        if near:
            heads = [word(key, language) for key in ("row", "input", "wanted", "found")]
            blocks.append(table(heads, near, caption=word("rows_near", language)))
    if silent:
        titles = listed(language).join(plain(d.table.title, language) or d.table.name for d in silent)
        blocks.append(Paragraph(text(word("told_nothing", language, tables=titles)), "small"))
    return tuple(blocks)


def _given(decision: Decision, language: Language) -> Iterator[str]:
    columns = compiled(decision.table).columns
    for name, shown in decision.case.items():
        column = columns.get(name.partition("[")[0])
        if shown == "null" or column is None:
            continue
        label = label_of(column, "name", language, or_id=True)
        value = value_of(column, column.scaled(shown), decision.table.currency, language, or_id=True)
        yield word("input_is", language, input=label, value=value)


def _condition(decision: Decision, near: NearMiss, language: Language) -> tuple[str, str]:
    """Return what a row asked of an input and what the case gave, in words where the header has them."""
    currency = decision.table.currency
    asked = {column.name: (column, test, cell) for column, test, cell in asked_of(decision.table, near.row)}
    if near.input not in asked:
        return near.wanted, near.found
    column, test, cell = asked[near.input]
    wanted = condition_of(column, test, cell, currency, language, or_id=True) or near.wanted
    if near.found == "null":
        return wanted, word("not_recorded", language)
    return wanted, value_of(column, column.scaled(near.found), currency, language, or_id=True) or near.found


def _reason(row: TableRow, language: Language) -> Runs:
    if language in row.why:
        return text(row.why[language])
    return text(row.rationale)


def _place(place: str, case: Case) -> str:
    """Return a place in the policy by its layer, not by where this machine keeps it."""
    for layer, folder in zip(case.policy.layers, case.policy.folders, strict=True):
        if place.startswith(f"{folder}/"):
            return f"{layer}/{place.removeprefix(f'{folder}/')}"
    return Path(place).name


def group(case: Case) -> tuple[Block, ...]:
    """Return what everyone affected gets without asking, and what it comes to."""
    offers, language = case.offers, case.language
    if not offers.group:
        return ()
    rows: list[tuple[Runs | str, ...]] = []
    for line in offers.group:
        total = money(line.total, language)
        rows.append(
            (
                local(line.label, language),
                f"{line.count:,}",
                money(line.each, language),
                word("at_most", language, value=total) if line.at_most and total else total,
            )
        )
    if offers.group_total is not None and len(offers.group) > 1:
        total = money(offers.group_total, language)
        shown = (
            word("at_most", language, value=total) if any(line.at_most for line in offers.group) else total
        )
        rows.append(((Run(word("together", language), strong=True),), "", "", (Run(shown, strong=True),)))
    heads = [word("remedy", language), *(">" + word(key, language) for key in ("count", "each", "total"))]
    return (Heading(2, word("group", language)), table(heads, rows))


def authority(case: Case) -> tuple[Block, ...]:
    """Return the ladder: who may grant how much, and say what in public."""
    language = case.language
    rows = []
    for rung in sorted(case.policy.authority, key=lambda rung: rung.rank):
        ceiling = money(rung.ceiling, language) if rung.ceiling is not None else word("unlimited", language)
        rows.append(
            (
                local(rung.label, language),
                ceiling,
                word("yes" if rung.public else "no", language),
                word("yes" if rung.needs_second else "no", language),
            )
        )
    heads = [
        word("role", language),
        ">" + word("ceiling", language),
        word("public_promises", language),
        word("second_person", language),
    ]
    return (Heading(2, word("ladder", language)), table(heads, rows)) if rows else ()


def findings(case: Case) -> tuple[Block, ...]:
    """Return what is wrong with the offers, or that nothing is."""
    language = case.language
    found = case.offers.findings
    if not found:
        return (Heading(2, word("findings", language)), Callout("good", word("no_offer_findings", language)))
    items = tuple(
        (
            Run(named("level", finding.level, language), mark=LEVEL_MARKS[finding.level]), Run(" "),
            Run(message(case, finding.id, finding.values, "offers")), Run(f" [{', '.join(finding.sources)}]" if finding.sources else "", mark="quiet"),
        )
        for finding in found
    )  # fmt: skip
    return (Heading(2, word("findings", language)), List(items))

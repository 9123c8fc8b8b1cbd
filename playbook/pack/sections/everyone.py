"""What all affected customers come to, where the incident's folder lists them: counts, totals, who must grant how many."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from playbook.documents import Block, Callout, Heading, Paragraph, Run, table, text
from playbook.documents.written import local
from playbook.errors import InputError
from playbook.money import Money
from playbook.offers.columns import batches_of
from playbook.offers.options import LINES
from playbook.offers.population import Pricer
from playbook.pack.case import Case
from playbook.pack.words import money, named, word

FILES = ("customers.parquet", "customers.csv")


def everyone(case: Case) -> tuple[Block, ...]:
    """Return what every listed customer is owed, added up; nothing where none are listed, or no table decides."""
    source = next((path for name in FILES if (path := Path(case.incident.folder) / name).is_file()), None)
    if source is None or not case.policy.table_files:
        return ()
    language = case.language
    head = Heading(2, word("everyone", language))
    try:
        pricer = Pricer(case.policy)
        granted: Counter[str] = Counter()
        rows = 0
        for batch in batches_of(str(source)):
            priced = pricer.price(batch, rows)
            rows += batch.num_rows
            granted.update(priced.column("authority").to_pylist())
    except (
        InputError
    ) as error:  # sums of two currencies, a file that is none: the rest of the page still stands
        return (
            head,
            Callout(
                "warn", word("everyone_not_added", language), tuple(text(p.found) for p in error.problems)
            ),
        )
    blocks: list[Block] = [head, Paragraph(text(word("everyone_count", language, count=f"{rows:,}")))]
    outcomes = [(named("outcome", name, language), f"{count:,}") for name, count in pricer.outcomes.items()]
    if pricer.rejects:
        outcomes.append((word("everyone_rejected", language), f"{len(pricer.rejects):,}"))
    heads = [word("everyone_answer", language), ">" + word("count", language)]
    blocks.append(table(heads, outcomes))
    currency = case.policy.currency
    sums = [
        (named("line", line, language), money(Money(pricer.totals[line], currency), language))
        for line in LINES
    ]
    total = money(Money(pricer.totals["total"], currency), language)
    sums.append(((Run(word("together", language), strong=True),), (Run(total or "", strong=True),)))  # type: ignore[arg-type]
    blocks.append(table([word("line", language), ">" + word("total", language)], sums))
    ladder = [
        (local(rung.label, language), f"{granted[rung.role]:,}")
        for rung in case.policy.authority
        if granted.get(rung.role)
    ]
    if ladder:
        heads = [word("authority", language), ">" + word("count", language)]
        blocks.append(table(heads, ladder, caption=word("everyone_granted", language)))
    return tuple(blocks)

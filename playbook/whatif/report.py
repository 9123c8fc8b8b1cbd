"""The report of a what-if: a page, Markdown, the transitions as CSV and the chart; the same bytes for the same input."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from playbook.charts.whatif import ChangeBand, winners_and_losers
from playbook.documents import (
    Block,
    Document,
    Heading,
    Image,
    List,
    Paragraph,
    Run,
    table,
    to_html,
    to_markdown,
)
from playbook.messages import say
from playbook.money import Money
from playbook.sources import write_csv
from playbook.text import Language, format_count, format_money, join_list
from playbook.whatif.model import LACKING, REJECTED, TRANSITION_COLUMNS, Extreme, State, WhatIf

MOST_MOVES = 40
OUTCOMES = ("priced", "discretion", "not_eligible", LACKING, REJECTED)


def report_files(found: WhatIf, language: Language) -> dict[str, bytes]:
    """Return the files of a report by name. Raises EnvironmentLacks where no font for the language is installed."""
    chart = bands_chart(found, language)
    document = report(found, language, chart)
    return {
        "whatif.html": to_html(document).encode(),
        "whatif.md": to_markdown(document).encode(),
        "transitions.csv": transitions_csv(found),
        "winners-and-losers.svg": chart.svg.encode(),
    }


def transitions_csv(found: WhatIf) -> bytes:
    """Return every transition as CSV for a spreadsheet: sums are plain decimals, their currencies stand beside them."""
    columns = [*TRANSITION_COLUMNS, "currency_before", "currency_after"]
    frame = found.transitions_frame().to_dict("records")
    currencies = {"currency_before": found.old.currency, "currency_after": found.new.currency}
    return write_csv(columns, ({**{str(k): v for k, v in row.items()}, **currencies} for row in frame))


def bands_chart(found: WhatIf, language: Language) -> Image:
    """Draw who gets more and who gets less, by how much."""
    bands = [
        ChangeBand(
            say("whatif.band_between", language, low=_plain(band.low, found.currency), high=_plain(band.high, found.currency)),
            band.losers.count, band.winners.count, _signed(band.losers.minor, found.currency, language),
            _signed(band.winners.minor, found.currency, language),
        )
        for band in found.bands
    ]  # fmt: skip
    return winners_and_losers(bands, found.currency, language)


def report(found: WhatIf, language: Language, chart: Image | None = None) -> Document:
    """Return the report as a document; without a `chart` it is drawn."""
    title = say("whatif.title", language, policy=found.new.name)
    blocks: list[Block] = [Heading(1, title)]
    blocks += _lead(found, language)
    blocks += _totals(found, language)
    blocks += _who(found, language)
    if found.bands:
        blocks.append(chart or bands_chart(found, language))
    blocks += _authority(found, language)
    blocks += _moves(found, language)
    blocks += _extremes(found, language)
    blocks += _rejects(found, language)
    foot = say(
        "whatif.foot", language, policy=found.new.name, hash=found.new.sha256[:12], other=other_name(found, language),
        other_hash=found.old.sha256[:12],
    )  # fmt: skip
    return Document(title, language, tuple(blocks), head=say("pack.stamp_internal", language), foot=foot)


def other_name(found: WhatIf, language: Language) -> str:
    """Return how the policy before the change is named: that of one name is the same one without its own layer."""
    same = found.old.name == found.new.name
    return say("whatif.below", language, policy=found.old.name) if same and found.below else found.old.name


def _paragraph(text: str, style: str = "body") -> Paragraph:
    return Paragraph((Run(text),), style)  # type: ignore[arg-type]


def _lead(found: WhatIf, language: Language) -> Iterator[Block]:
    names = {
        "rows": format_count(found.rows, language),
        "old": other_name(found, language),
        "new": found.new.name,
    }
    if found.comparable:
        counts = {
            "winners": format_count(found.winners.count, language), "losers": format_count(found.losers.count, language),
            "unchanged": format_count(found.unchanged, language), "net": _signed(found.net, found.currency, language),
        }  # fmt: skip
        yield _paragraph(say("whatif.lead", language, **names, **counts), "lead")
        yield _paragraph(say(f"whatif.by_{found.measure}", language), "small")
    else:
        both = {"before": found.old.currency, "after": found.new.currency}
        yield _paragraph(say("whatif.lead_currencies", language, **names, **both), "lead")


def _totals(found: WhatIf, language: Language) -> Iterator[Block]:
    rows = []
    for line in found.lines:
        before, after = found.old.totals.get(line, 0), found.new.totals[line]
        change = _signed(after - before, found.currency, language) if found.comparable else ""
        rows.append(
            (
                say(f"whatif.{line}", language), _money(before, found.old.currency, language),
                _money(after, found.new.currency, language), change,
            )
        )  # fmt: skip
    yield Heading(2, say("whatif.totals", language))
    yield table(_heads(language, "line", ">before", ">after", ">difference"), rows, row_heads=True)


def _who(found: WhatIf, language: Language) -> Iterator[Block]:
    yield Heading(2, say("whatif.who", language))
    rows: list[tuple[str, str, str]] = []
    for key, count, minor in (
        ("winners", found.winners.count, found.winners.minor),
        ("losers", found.losers.count, found.losers.minor),
        ("unchanged", found.unchanged, None),
        ("not_compared", found.not_compared, None),
        ("newly_eligible", found.newly_eligible, None),
        ("no_longer_eligible", found.no_longer_eligible, None),
    ):
        total = "" if minor is None else _signed(minor, found.currency, language)
        rows.append((say(f"whatif.{key}", language), format_count(count, language), total))
    yield table(_heads(language, "who", ">customers", ">sum"), rows, row_heads=True)
    before = {**found.old.outcomes, REJECTED: found.old.rejected, "clamped": found.old.clamped}
    after = {**found.new.outcomes, REJECTED: found.new.rejected, "clamped": found.new.clamped}
    yield table(
        _heads(language, "outcomes", ">before", ">after"),
        _before_after({key: say(f"whatif.{key}", language) for key in (*OUTCOMES, "clamped")}, before, after, language),
        row_heads=True,
    )  # fmt: skip


def _authority(found: WhatIf, language: Language) -> Iterator[Block]:
    roles = dict.fromkeys((*found.labels, *found.old.authority, *found.new.authority))
    named = {
        role: found.labels.get(role, {}).get(language) or role or say("whatif.nobody", language) for role in roles
    }  # fmt: skip
    rows = _before_after(named, found.old.authority, found.new.authority, language)
    if rows:
        yield Heading(2, say("whatif.authority", language))
        yield table(_heads(language, "role", ">before", ">after"), rows, row_heads=True)


def _moves(found: WhatIf, language: Language) -> Iterator[Block]:
    yield Heading(2, say("whatif.moves", language))
    rows = [
        (
            *_states(move.old, move.new, found, language), format_count(move.count, language),
            _money(move.before, found.old.currency, language), _money(move.after, found.new.currency, language),
        )
        for move in found.transitions[:MOST_MOVES]
    ]  # fmt: skip
    if len(found.transitions) > MOST_MOVES:
        count = format_count(len(found.transitions), language)
        yield _paragraph(say("whatif.moves_left", language, shown=MOST_MOVES, count=count), "small")
    yield table(_heads(language, "row_before", "row_after", ">customers", ">before", ">after"), rows)


def _extremes(found: WhatIf, language: Language) -> Iterator[Block]:
    yield Heading(2, say("whatif.extremes", language))
    if found.loss is None and found.gain is None:
        yield _paragraph(say("whatif.no_extremes", language))
    for key, extreme in (("loss", found.loss), ("gain", found.gain)):
        if extreme is not None:
            yield from _extreme(key, extreme, found, language)


def _extreme(key: str, extreme: Extreme, found: WhatIf, language: Language) -> Iterator[Block]:
    currency = found.currency
    sums = {
        "before": _money(extreme.before, currency, language), "after": _money(extreme.after, currency, language),
        "change": _signed(extreme.change, currency, language),
    }  # fmt: skip
    yield _paragraph(say(f"whatif.{key}", language, row=format_count(extreme.row, language), **sums))
    before, after = _states(extreme.old, extreme.new, found, language)
    decided = say("whatif.decided_by", language, old=before, new=after)
    told = [*(f"{name} = {value}" for name, value in extreme.case.items()), decided]
    yield List(tuple((Run(text),) for text in told))


def _rejects(found: WhatIf, language: Language) -> Iterator[Block]:
    rows = sorted({row for side in (found.old, found.new) for row, _ in side.reasons})
    if not rows:
        return
    yield Heading(2, say("whatif.rejects", language))
    listed = join_list([format_count(row, language) for row in rows], language)
    more = max(found.old.rejected, found.new.rejected) > len(rows)
    yield _paragraph(say(f"whatif.rejected_{'first' if more else 'rows'}", language, rows=listed))


def _before_after(
    named: Mapping[str, str], before: Mapping[str, int], after: Mapping[str, int], language: Language
) -> list[tuple[str, str, str]]:
    return [
        (name, format_count(before.get(key, 0), language), format_count(after.get(key, 0), language))
        for key, name in named.items()
        if before.get(key, 0) or after.get(key, 0)
    ]


def _heads(language: Language, *keys: str) -> list[str]:
    return [
        (">" if key.startswith(">") else "") + say(f"whatif.{key.removeprefix('>')}", language)
        for key in keys
    ]


def _states(old: State, new: State, found: WhatIf, language: Language) -> tuple[str, str]:
    texts = []
    for rows, state in zip(found.told(old, new), (old, new), strict=True):
        text = rows or say("whatif.no_row", language)
        texts.append(
            text if state.outcome == "priced" else f"{text}: {say(f'whatif.{state.outcome}', language)}"
        )
    return texts[0], texts[1]


def _money(minor: int, currency: str, language: Language) -> str:
    return format_money(Money(minor, currency), language)


def _signed(minor: int, currency: str, language: Language) -> str:
    return ("+" if minor > 0 else "-" if minor < 0 else "") + _money(abs(minor), currency, language)


def _plain(minor: int, currency: str) -> str:
    amount = Money(minor, currency).decimal
    return f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,f}"

"""How we answered so far: tracks and severity, clocks, promises and authority, warnings, what to ask next."""

from __future__ import annotations

from collections.abc import Iterable

from playbook import charts
from playbook.assessment import Clock, Evidence, Figure, PromiseState
from playbook.documents import Block, Callout, Heading, List, Paragraph, Run, Runs, table, text
from playbook.documents.blocks import Mark
from playbook.documents.written import joined, local, plain
from playbook.money import Money
from playbook.pack.case import Case
from playbook.pack.sections.situation import drawing, pairs, role_name
from playbook.pack.words import duration, listed, marked, message, money, named, remark, when, word
from playbook.policy.model import Rung
from playbook.text import Language

CLOCK_MARKS: dict[str, Mark] = {
    "not_started": "quiet", "running": "", "due_soon": "warn", "overdue": "bad", "met": "good", "met_late": "bad",
    "not_computable": "quiet",
}  # fmt: skip
PROMISE_MARKS: dict[str, Mark] = {
    "open": "warn", "kept": "good", "kept_late": "warn", "broken": "bad", "not_recorded": "quiet",
}  # fmt: skip


def role(rung: Rung | None, language: Language) -> Runs:
    """Return the name of a rung of the authority ladder."""
    return (local(rung.label, language) or text(rung.role)) if rung else ()


def evidence(found: Iterable[Evidence], language: Language) -> Runs:
    """Return which fields of the record decided, with their values and places."""
    return joined(
        [(*text(f"{item.field} = {item.value}"), Run(f" {item.place}", mark="quiet")) for item in found],
        listed(language),
    )


def ask_next(case: Case) -> tuple[Block, ...]:
    """Return what is not recorded and worth asking, the most useful first."""
    questions, language = case.assessment.ask_next, case.language
    if not questions:
        return ()
    rows = [
        (message(case, q.key), Run(q.field, mark="quiet"), Run(", ".join(q.why), mark="quiet"))
        for q in questions
    ]
    heads = [word(key, language) for key in ("question", "field", "source")]
    return (Heading(2, word("ask_next", language)), table(heads, rows))


def tracks(case: Case) -> tuple[Block, ...]:
    """Return the tracks that are open and why, the severity, who speaks, and how far the apology may go."""
    assessment, language = case.assessment, case.language
    severity, cluster, allowance = assessment.severity, assessment.cluster, assessment.apology
    rows = []
    for track in assessment.tracks:
        label = local(track.rule.label, language) if track.rule else text(named("track", track.id, language))
        why = text(word("by_hand", language)) if track.by_hand else evidence(track.evidence, language)
        rows.append((track.id, label, why, local(track.rule.not_allowed, language) if track.rule else ()))
    speaker = text(word("leader" if severity.leader_speaks else "not_leader", language))
    strategies = listed(language).join(named("strategy", s, language) for s in cluster.strategies)
    heads = [word(key, language) for key in ("track", "name", "evidence", "not_allowed")]
    return (
        Heading(2, word("tracks", language)),
        table(heads, rows),
        *pairs(
            [
                (word("severity", language), joined([text(severity.level), remark(case, severity.reason)], " · ")),
                (word("who_speaks", language), joined([speaker, role(severity.speaker, language)], " · ")),
                (word("cluster", language), joined([local(cluster.label, language), remark(case, assessment.cluster_choice.reason)], " · ")),
                (word("strategies", language), strategies),
                (word("apology_depth", language), named("depth", allowance.depth, language)),
                (word("apology_timing", language), named("timing", allowance.timing, language)),
                (word("cause_apology", language), word("yes" if allowance.cause_apology_allowed else "no", language)),
            ]
        ),
        List(tuple(remark(case, reason) for reason in allowance.reasons)),
        Paragraph(text(word("not_legal_advice", language)), "small"),
    )  # fmt: skip


def _clock_row(clock: Clock, case: Case) -> tuple[Runs | str | Run, ...]:
    language, zone = case.language, case.incident.timezone
    shown = [
        when(moment, zone, language) if moment else ""
        for moment in (clock.started_at, clock.due_at, clock.met_at)
    ]
    used = duration(clock.elapsed_seconds, language) if clock.elapsed_seconds is not None else ""
    if clock.gaps:
        used = word(
            "gaps",
            language,
            gaps=listed(language).join(duration(gap.seconds, language) for gap in clock.gaps),
        )
    state = marked(named("clock", clock.state, language), CLOCK_MARKS[clock.state])
    if clock.late:
        count = word("breaches", language, count=len(clock.late))
        state = joined([state, marked(count, "bad")], " ")
    allowed = word(f"{clock.rule.unit}_count", language, count=f"{clock.rule.period:,}")
    return (
        local(clock.rule.label, language),
        allowed,
        *shown,
        used,
        state,
        Run(clock.rule.source, mark="quiet"),
    )


def clocks(case: Case) -> tuple[Block, ...]:
    """Return every clock with its limit, and how much of it was used."""
    language = case.language
    found = case.assessment.clocks
    blocks: list[Block] = [Heading(2, word("clocks", language))]
    if found:
        heads = [
            word(key, language)
            for key in ("clock", "allowed", "from", "due", "met_at", "used", "status", "source")
        ]
        blocks.append(table(heads, [_clock_row(clock, case) for clock in found]))
    running = [bar for clock in found for bar in _bars(clock, case)]
    if running:
        blocks += drawing(lambda: charts.clocks(running, language))
    return tuple(blocks)


def _bars(clock: Clock, case: Case) -> list[charts.Running]:
    """Return the bars of a clock: one, or the longest wait of a clock that starts again with every word."""
    language = case.language
    elapsed, limit = (
        clock.elapsed_seconds,
        (clock.due_at - clock.started_at) if clock.due_at and clock.started_at else None,
    )
    if clock.gaps:
        longest = max(clock.gaps, key=lambda gap: gap.seconds)
        elapsed, limit = longest.seconds, longest.allowed_until - longest.start
    if limit is None or elapsed is None or limit.total_seconds() <= 0:
        return []
    allowed = word(f"{clock.rule.unit}_count", language, count=f"{clock.rule.period:,}")
    state = named("clock", clock.state, language) if not clock.gaps else word("longest_gap", language)
    done = clock.met_at is not None or bool(clock.gaps)
    label = plain(clock.rule.label, language)
    return [
        charts.Running(
            label,
            limit.total_seconds(),
            elapsed,
            allowed,
            duration(elapsed, language),
            state,
            clock.breached,
            done,
        )
    ]


def _figure_value(figure: Figure, language: Language) -> str:
    if isinstance(figure.value, Money):
        shown = money(figure.value, language)
    elif figure.unit == "percent":
        shown = f"{figure.value:.1f}%"
    elif figure.unit == "days":
        shown = word("days", language, count=f"{figure.value:,}")
    else:
        shown = f"{figure.value:,}"
    return word("at_most", language, value=shown) if figure.at_most else shown


def measures_of_time(case: Case) -> tuple[Block, ...]:
    """Return the measured times and other figures, each with its definition; one that cannot be computed says why."""
    language = case.language
    rows: list[tuple[Runs | str, ...]] = []
    for measured in case.assessment.measures_of_time.values():
        calculated = measured.status == "calculated"
        shown = (
            text(duration(measured.seconds, language))
            if calculated
            else marked(named("measured", measured.status, language), "quiet")
        )
        rows.append((message(case, measured.definition), shown))
    blocks: list[Block] = [Heading(2, word("measures_of_time", language))]
    if rows:
        blocks.append(table([word("measure", language), ">" + word("time_taken", language)], rows))
    figures = [
        (
            local(figure.label, language) or message(case, figure.definition, figure.inputs),
            text(_figure_value(figure, language)),
        )
        for figure in case.assessment.figures
    ]
    if figures:
        blocks.append(
            table(
                [word("figure", language), ">" + word("value", language)],
                figures,
                caption=word("figures", language),
            )
        )
    return tuple(blocks)


def promised(state: PromiseState, language: Language) -> Runs:
    """Return what was promised; a time for the next word is a promise without a text of its own."""
    return local(state.text, language) or text(word("next_word", language))


def promises(case: Case) -> tuple[Block, ...]:
    """Return every promise with the authority it needed; those nobody authorised are named first."""
    language, zone = case.language, case.incident.timezone
    states = case.assessment.promises
    blocks: list[Block] = [Heading(2, word("promises", language))]
    if not states:
        return (*blocks, Paragraph(text(word("no_promises", language))))
    unauthorised = case.assessment.unauthorised_promises
    if unauthorised:
        items = tuple(
            joined(
                [
                    local(s.text, language),
                    text(money(s.value, language)),
                    role_name(s.by, case.policy, language),
                    text(s.to or ""),
                    text(message(case, f"promise_{s.reason}")),
                ],
                " · ",
            )
            for s in unauthorised
        )
        blocks.append(Callout("bad", word("unauthorised", language, count=len(unauthorised)), items))
    rows = []
    for state in states:
        allowed = (
            marked(word("authorised", language), "good")
            if state.authorised
            else marked(word("not_authorised", language), "bad")
        )
        if not state.authorised and not state.unauthorised:
            allowed = marked(word("not_recorded", language), "quiet")
        rows.append(
            (
                when(state.at, zone, language) if state.at else "", role_name(state.by, case.policy, language), state.to or "", promised(state, language),
                money(state.value, language), role(state.authority_needed, language), allowed,
                when(state.due, zone, language) if state.due else "",
                marked(named("promise", state.state, language), PROMISE_MARKS[state.state]),
            )
        )  # fmt: skip
    keys = ("time", "by", "to", "promise", "value", "authority", "authorised_head", "due", "status")
    heads = [(">" if key == "value" else "") + word(key, language) for key in keys]
    blocks.append(table(heads, rows))
    return tuple(blocks)


def warnings(case: Case) -> tuple[Block, ...]:
    """Return what a person must know and might not see."""
    found, language = case.assessment.warnings, case.language
    if not found:
        return (Heading(2, word("warnings", language)), Paragraph(text(word("no_warnings", language))))
    items = tuple(
        (Run(named("level", w.level, language), mark=LEVEL_MARKS[w.level]), Run(" "), *remark(case, w))
        for w in found
    )
    return (Heading(2, word("warnings", language)), List(items))


LEVEL_MARKS: dict[str, Mark] = {"block": "bad", "error": "bad", "warning": "warn", "suggestion": "quiet"}

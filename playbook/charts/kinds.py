"""The charts of a pack, each from plain values, each with its words and its table.

Every colour is doubled by a place, a hatch or a word, so that nothing hangs on telling colours apart.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from playbook.charts.canvas import BLUE, GREEN, GREY, INK, ORANGE, SKY, VERMILION, Canvas, to_image
from playbook.documents import Image, table
from playbook.messages import say
from playbook.money import Money
from playbook.text import Language

Lane = Literal["words", "deeds"]

MOST_POINTS = 60
"""Points of a timeline that are drawn: the first and the last of them; the table holds all."""
MOST_BARS = 200
"""Bars of a volume chart: the days with most complaints; what lies outside is said in words and stands in the table."""

_NOT_DRAWN: dict[Language, str] = {
    "en": "Drawn: the first {first} and the last {last} of {count}; the table holds all.",
    "zh-Hant": "圖中只畫出 {count} 項中的前 {first} 項和後 {last} 項，表中列出全部。",
    "zh-Hans": "图中只画出 {count} 项中的前 {first} 项和后 {last} 项，表中列出全部。",
}
_OUTSIDE: dict[Language, str] = {
    "en": "Not drawn, but in the table: {count} outside the {days} days shown, dated {first} to {last}.",
    "zh-Hant": "另有 {count} 件在所示的 {days} 天之外（{first} 至 {last}），圖中未畫，表中列出。",
    "zh-Hans": "另有 {count} 件在所示的 {days} 天之外（{first} 至 {last}），图中未画，表中列出。",
}


@dataclass(frozen=True)
class Happening:
    """One point of the timeline: what was said (words), or what was done or happened (deeds)."""

    at: datetime
    text: str
    lane: Lane


def _compressed(times: Sequence[datetime]) -> list[float]:
    """Place times so that a quiet month takes little more room than a quiet hour, in order and never on top of each other."""
    places: list[float] = []
    x = 0.0
    for at, before in zip(times, [times[0], *times[:-1]], strict=True):
        minutes = max((at - before) / timedelta(minutes=1), 0)
        x += 0.0 if not places else 0.75 + 0.22 * math.log1p(minutes)
        places.append(x)
    return places


def timeline(happenings: Sequence[Happening], language: Language) -> Image:
    """Draw words above the line and deeds below it, numbered in order; the table says what each number is."""
    ordered = sorted(happenings, key=lambda h: (h.at, h.lane, h.text))
    lane_names = {"words": say("charts.words", language), "deeds": say("charts.deeds", language)}
    rows = [
        (str(n), f"{h.at:%Y-%m-%d %H:%M}", lane_names[h.lane], h.text) for n, h in enumerate(ordered, start=1)
    ]
    heads = [
        ">" + say("charts.number", language),
        say("charts.time", language),
        say("charts.lane", language),
        say("charts.what", language),
    ]
    drawn = list(enumerate(ordered, start=1))
    half = MOST_POINTS // 2
    if len(drawn) > MOST_POINTS:
        drawn = drawn[:half] + drawn[-half:]
    per_row = math.ceil(len(drawn) / math.ceil(len(drawn) / 14))
    parts = [drawn[i : i + per_row] for i in range(0, len(drawn), per_row)]

    def draw(figure: Any) -> None:
        for axes, part in zip(figure.subplots(len(parts), 1, squeeze=False)[:, 0], parts, strict=True):
            places = _compressed([h.at for _, h in part])
            axes.axhline(0, color=GREY, linewidth=1.2, zorder=1)
            day = None
            for (number, happening), x in zip(part, places, strict=True):
                up = 1 if happening.lane == "words" else -1
                axes.plot([x, x], [0, up * 0.62], color=GREY, linewidth=0.8, zorder=1)
                marker, colour = ("o", BLUE) if up > 0 else ("s", VERMILION)
                axes.plot([x], [up * 0.8], marker=marker, markersize=15, color=colour, zorder=2)
                axes.text(
                    x,
                    up * 0.8,
                    str(number),
                    color="white",
                    ha="center",
                    va="center_baseline",
                    fontsize=9,
                    fontweight="bold",
                    zorder=3,
                )
                axes.text(x, up * 1.28, f"{happening.at:%H:%M}", ha="center", va="center", fontsize=8.5)
                if happening.at.date() != day:
                    day = happening.at.date()
                    axes.text(
                        x,
                        -up * 0.25,
                        f"{happening.at:%m-%d}",
                        ha="center",
                        va="center",
                        fontsize=8.5,
                        color=INK,
                        fontweight="bold",
                    )
            axes.set_ylim(-1.6, 1.6)
            axes.set_xlim(-0.6, max(places[-1], 6) + 0.6)
            axes.set_yticks([0.8, -0.8], [lane_names["words"], lane_names["deeds"]])
            axes.set_xticks([])
            axes.tick_params(length=0)
            for spine in axes.spines.values():
                spine.set_visible(False)

    said = sum(h.lane == "words" for h in ordered)
    first, last = (f"{h.at:%Y-%m-%d %H:%M}" for h in (ordered[0], ordered[-1]))
    alt = say("charts.timeline_alt", language, words=said, deeds=len(ordered) - said, first=first, last=last)
    caption = say("charts.timeline", language)
    if len(drawn) < len(ordered):
        words = _NOT_DRAWN[language].format(first=half, last=half, count=f"{len(ordered):,}")
        between = " " if language == "en" else ""
        alt, caption = f"{alt}{between}{words}", f"{caption} – {words}"
    drawing = to_image(Canvas(9, 1.9 * len(parts), draw), language, alt, table(heads, rows, caption=caption))
    return replace(drawing, unfolded=True)  # the numbers mean nothing without it


@dataclass(frozen=True)
class Running:
    """One clock: how long it may run, how long it ran, in seconds; the words for both, and whether it was broken."""

    label: str
    allowed: float
    elapsed: float
    allowed_text: str
    elapsed_text: str
    state_text: str
    late: bool
    done: bool


def clocks(running: Sequence[Running], language: Language) -> Image:
    """Draw how much of its time each clock has used; the line is the whole of what is allowed."""
    most = 2.5

    def draw(figure: Any) -> None:
        axes = figure.subplots()
        for y, clock in enumerate(running):
            used = clock.elapsed / clock.allowed if clock.allowed else 0.0
            shown = min(used, most)
            colour, hatch = (VERMILION, "//") if clock.late else (BLUE, None) if clock.done else (SKY, None)
            axes.barh(y, shown, height=0.58, color=colour, hatch=hatch, edgecolor="white", linewidth=0)
            if used > most:
                axes.text(most, y, "»", va="center", ha="right", color="white", fontsize=13)
            words = f"{clock.elapsed_text} / {clock.allowed_text}  {clock.state_text}"
            axes.text(most + 0.05, y, words, va="center", ha="left", fontsize=9)
        axes.axvline(1, color=INK, linewidth=1.2, linestyle=(0, (4, 2)))
        axes.set_yticks(range(len(running)), [clock.label for clock in running])
        axes.invert_yaxis()
        axes.set_xlim(0, most + 1.6)
        axes.set_xticks([0, 0.5, 1, 1.5, 2], ["0%", "50%", "100%", "150%", "200%"])
        axes.set_xlabel(say("charts.share_of_time", language))
        axes.tick_params(axis="y", length=0)

    late = [clock.label for clock in running if clock.late]
    names = say("charts.none", language) if not late else say("charts.between", language).join(late)
    alt = say("charts.clocks_alt", language, count=len(running), late=len(late), names=names)
    heads = [say(f"charts.{key}", language) for key in ("clock", "allowed", "used", "state")]
    rows = [(c.label, c.allowed_text, c.elapsed_text, c.state_text) for c in running]
    return to_image(
        Canvas(9, 0.9 + 0.42 * len(running), draw),
        language,
        alt,
        table(heads, rows, caption=say("charts.clocks", language)),
    )


@dataclass(frozen=True)
class Stack:
    """One option: its parts as (line, value, whether it is paid in money), and how it is named."""

    label: str
    parts: tuple[tuple[Literal["statutory", "need_now", "inconvenience"], Money, bool], ...]
    total: Money
    total_text: str
    chosen: bool = False


_LINE_COLOURS = {"statutory": GREEN, "need_now": BLUE, "inconvenience": ORANGE}


def compensation(options: Sequence[Stack], language: Language) -> Image:
    """Draw what each option is worth, by line; what is not paid in money is hatched."""

    def draw(figure: Any) -> None:
        from matplotlib.patches import Patch

        axes = figure.subplots()
        widest = max((float(option.total.decimal) for option in options), default=1.0) or 1.0
        seen: dict[str, bool] = {}
        hatched = False
        for y, option in enumerate(options):
            left = 0.0
            for line, value, paid in option.parts:
                width = float(value.decimal)
                axes.barh(
                    y,
                    width,
                    left=left,
                    height=0.58,
                    color=_LINE_COLOURS[line],
                    hatch=None if paid else "//",
                    edgecolor="white",
                )
                left += width
                seen[line], hatched = True, hatched or not paid
            mark = "  ✓ " + say("charts.chosen", language) if option.chosen else ""
            axes.text(
                left + widest * 0.01,
                y,
                option.total_text + mark,
                va="center",
                fontsize=9.5,
                fontweight="bold" if option.chosen else "normal",
            )
        keys = [
            Patch(facecolor=_LINE_COLOURS[line], label=say(f"charts.{line}", language))
            for line in _LINE_COLOURS
            if line in seen
        ]
        if hatched:
            keys.append(
                Patch(
                    facecolor="white",
                    edgecolor=GREY,
                    hatch="//",
                    label=say("charts.not_paid_in_money", language),
                )
            )
        axes.legend(
            handles=keys, loc="upper left", bbox_to_anchor=(0, -0.16), ncols=4, frameon=False, fontsize=9
        )
        axes.set_yticks(range(len(options)), [option.label for option in options])
        axes.invert_yaxis()
        axes.set_xlim(0, widest * 1.35)
        axes.set_xlabel(options[0].total.currency if options else "")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.tick_params(axis="y", length=0)

    heads = [
        say("charts.option", language),
        say("charts.part", language),
        ">" + say("charts.value", language),
        say("charts.paid", language),
    ]
    yes, no = say("charts.yes", language), say("charts.no", language)
    rows = [
        (option.label, say(f"charts.{line}", language), f"{value.currency} {value}", yes if paid else no)
        for option in options
        for line, value, paid in option.parts
    ]
    totals = say("charts.between", language).join(f"{o.label} {o.total_text}" for o in options)
    alt = say("charts.compensation_alt", language, count=len(options), totals=totals)
    size = Canvas(9, 1.5 + 0.55 * len(options), draw)
    return to_image(size, language, alt, table(heads, rows, caption=say("charts.compensation", language)))


def _busiest(ordered: Sequence[datetime]) -> Sequence[datetime]:
    """Return the times within the days that are drawn: of all stretches that are short enough, the fullest."""
    reach = timedelta(days=MOST_BARS - 1)
    best, left = (0, 0), 0
    for right, at in enumerate(ordered, start=1):
        while at - ordered[left] > reach:
            left += 1
        if right - left >= best[1] - best[0]:
            best = (left, right)
    return ordered[best[0] : best[1]]


def volume(
    times: Sequence[datetime], statements: Sequence[tuple[datetime, str]], language: Language
) -> Image:
    """Draw how many complaints came in, an hour or a day a bar, with our statements marked."""
    everything = sorted(times)
    ordered = _busiest(everything)
    hourly = (ordered[-1] - ordered[0]) <= timedelta(days=3)
    step = timedelta(hours=1) if hourly else timedelta(days=1)
    clear = {"minute": 0, "second": 0, "microsecond": 0} | ({} if hourly else {"hour": 0})
    start = ordered[0].replace(**clear)  # type: ignore[arg-type]
    counts = [0] * (int((ordered[-1] - start) / step) + 1)
    for at in ordered:
        counts[int((at - start) / step)] += 1
    form = "%m-%d %H:%M" if hourly else "%Y-%m-%d"
    labels = [f"{start + step * n:{form}}" for n in range(len(counts))]
    said = [(at, words) for at, words in sorted(statements) if 0 <= (at - start) / step <= len(counts) + 2]

    def draw(figure: Any) -> None:
        axes = figure.subplots()
        axes.bar(range(len(counts)), counts, width=0.8, color=BLUE, align="edge")
        top = max(counts)
        for number, (at, _) in enumerate(said, start=1):
            x = (at - start) / step
            axes.axvline(x, color=VERMILION, linestyle=(0, (4, 2)), linewidth=1.2)
            axes.plot([x], [top * 1.12], marker="o", markersize=14, color=VERMILION, clip_on=False)
            axes.text(
                x,
                top * 1.12,
                str(number),
                ha="center",
                va="center_baseline",
                color="white",
                fontsize=9,
                fontweight="bold",
            )
        every = max(1, math.ceil(len(counts) / 8))
        axes.set_xticks(range(0, len(counts), every), labels[::every])
        axes.set_ylim(0, top * 1.25)
        axes.set_xlim(0, max([len(counts), *[(at - start) / step + 0.5 for at, _ in said]]))
        axes.set_ylabel(say("charts.complaints", language))
        axes.yaxis.get_major_locator().set_params(integer=True)

    rows = [(label, str(count)) for label, count in zip(labels, counts, strict=True) if count]
    outside = [at for at in everything if not ordered[0] <= at <= ordered[-1]]
    days = Counter(at.date().isoformat() for at in outside)
    rows = [(day, str(count)) for day, count in sorted(days.items())] + rows
    rows += [(f"{at:%m-%d %H:%M}", f"{number}: {words}") for number, (at, words) in enumerate(said, start=1)]
    peak = labels[counts.index(max(counts))]
    alt = say(
        "charts.volume_alt", language, count=len(everything), peak=max(counts), at=peak, statements=len(said)
    )
    caption = say("charts.volume", language)
    if outside:
        first, last = min(days), max(days)
        words = _OUTSIDE[language].format(count=len(outside), days=len(counts), first=first, last=last)
        between = " " if language == "en" else ""
        alt, caption = f"{alt}{between}{words}", f"{caption} – {words}"
    heads = [say("charts.time", language), say("charts.complaints_or_statement", language)]
    return to_image(Canvas(9, 3.0, draw), language, alt, table(heads, rows, caption=caption))


def recurrence(counts: Sequence[tuple[str, int]], tolerated: int | None, language: Language) -> Image:
    """Draw how often the same cause came back, with the count that the policy tolerates."""

    def draw(figure: Any) -> None:
        axes = figure.subplots()
        for x, (_, count) in enumerate(counts):
            axes.bar(
                x,
                count,
                width=0.55,
                color=VERMILION if x == len(counts) - 1 else BLUE,
                hatch="//" if x == len(counts) - 1 else None,
                edgecolor="white",
            )
            axes.text(x, count, f"{count:,}", ha="center", va="bottom", fontsize=10)
        if tolerated is not None:
            axes.axhline(tolerated, color=INK, linestyle=(0, (4, 2)), linewidth=1.2)
            axes.text(
                len(counts) - 0.45,
                tolerated,
                say("charts.tolerated", language, count=tolerated),
                ha="right",
                va="bottom",
                fontsize=9,
            )
        axes.set_xticks(range(len(counts)), [label for label, _ in counts])
        axes.set_xlim(-0.6, max(len(counts), 3) - 0.4)
        axes.set_ylim(0, max([count for _, count in counts] + [tolerated or 0, 1]) * 1.2)
        axes.set_ylabel(say("charts.count", language))
        axes.yaxis.get_major_locator().set_params(integer=True)

    told = say("charts.between", language).join(f"{label} {count:,}" for label, count in counts)
    alt = say("charts.recurrence_alt", language, counts=told)
    heads = [say("charts.event", language), ">" + say("charts.count", language)]
    rows = [(label, f"{count:,}") for label, count in counts]
    return to_image(
        Canvas(9, 2.8, draw), language, alt, table(heads, rows, caption=say("charts.recurrence", language))
    )

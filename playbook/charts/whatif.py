"""Who gets more and who gets less by a change of policy, by how much: bars to both sides of one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playbook.charts.canvas import BLUE, INK, VERMILION, Canvas, to_image
from playbook.documents import Image, table
from playbook.messages import say
from playbook.text import Language


@dataclass(frozen=True)
class ChangeBand:
    """Customers whose sums change by about as much: how the band is named, how many lose and win, and what in all."""

    label: str
    losers: int
    winners: int
    lost_text: str
    won_text: str


def winners_and_losers(bands: Sequence[ChangeBand], currency: str, language: Language) -> Image:
    """Draw the losers of each band to the left (hatched) and the winners to the right; the table holds the sums."""

    def draw(figure: Any) -> None:
        axes = figure.subplots()
        most = max((max(band.losers, band.winners) for band in bands), default=0) or 1
        for y, band in enumerate(bands):
            for count, side, colour, hatch in (
                (band.losers, -1, VERMILION, "//"),
                (band.winners, 1, BLUE, None),
            ):
                if not count:
                    continue
                axes.barh(y, side * count, height=0.6, color=colour, hatch=hatch, edgecolor="white")
                place = "left" if side > 0 else "right"
                axes.text(side * (count + most * 0.02), y, f"{count:,}", va="center", ha=place, fontsize=9)
        axes.axvline(0, color=INK, linewidth=1)
        axes.set_yticks(range(len(bands)), [band.label for band in bands])
        axes.set_ylabel(say("whatif.band", language, currency=currency))
        axes.set_xlim(-most * 1.25, most * 1.25)
        axes.set_xticks([])
        axes.tick_params(length=0)
        axes.spines["left"].set_visible(False)
        axes.spines["bottom"].set_visible(False)
        for word, middle in (("losers", -0.62), ("winners", 0.62)):
            axes.text(
                most * middle, len(bands) - 0.35, say(f"whatif.{word}", language), ha="center", va="bottom", fontweight="bold"
            )  # fmt: skip
        axes.set_ylim(-0.6, len(bands) + 0.1)

    losers, winners = (sum(counts) for counts in zip(*((b.losers, b.winners) for b in bands), strict=True)) if bands else (0, 0)  # fmt: skip
    alt = say("whatif.bands_alt", language, losers=f"{losers:,}", winners=f"{winners:,}")
    heads = [
        say("whatif.band", language, currency=currency),
        *(">" + say(f"whatif.{key}", language) for key in ("losers", "lost", "winners", "won")),
    ]
    rows = [(b.label, f"{b.losers:,}", b.lost_text, f"{b.winners:,}", b.won_text) for b in bands]
    size = Canvas(9, 1.2 + 0.42 * max(len(bands), 1), draw)
    return to_image(size, language, alt, table(heads, rows, caption=say("whatif.bands", language)))

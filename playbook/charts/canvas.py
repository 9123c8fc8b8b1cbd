"""The canvas that every chart is drawn on: one look, named fonts, the same bytes for the same fonts.

A drawing is SVG whose words stay words (they can be selected, searched and read aloud), with a PNG for Word.
Nothing of pyplot is used: there is no state between charts and no screen.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from playbook.documents import Image, Table
from playbook.errors import EnvironmentLacks
from playbook.messages import say
from playbook.text import Language

# Okabe and Ito's palette: told apart with every common colour vision.
BLUE, VERMILION, ORANGE, GREEN, SKY, GREY, INK = (
    "#0072B2",
    "#D55E00",
    "#E69F00",
    "#009E73",
    "#56B4E9",
    "#8A939B",
    "#1D2329",
)

_FAMILIES: dict[Language, tuple[str, ...]] = {
    "zh-Hant": ("Noto Sans CJK TC", "Noto Sans TC", "Noto Sans CJK JP", "Noto Sans CJK SC"),
    "zh-Hans": ("Noto Sans CJK SC", "Noto Sans SC", "Noto Sans CJK JP", "Noto Sans CJK TC"),
}
_LATIN = "DejaVu Sans"  # comes with matplotlib
_FALLBACKS: dict[Language, str] = {
    "zh-Hant": "'Noto Sans TC', 'PingFang TC', 'Microsoft JhengHei', sans-serif",
    "zh-Hans": "'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif",
    "en": "Verdana, 'Noto Sans CJK TC', sans-serif",
}
_HAN = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")


@cache
def _installed() -> frozenset[str]:
    from matplotlib import font_manager

    return frozenset(font.name for font in font_manager.fontManager.ttflist)


def font_for(language: Language, texts: Iterable[str] = ()) -> str:
    """Return the font family that charts of a language are drawn with.

    Raises EnvironmentLacks, in that language, where Chinese is to be drawn and no Noto CJK family is installed.
    """
    chinese = language != "en" or any(_HAN.search(t) for t in texts)
    if not chinese:
        return _LATIN
    wanted = _FAMILIES.get(language, _FAMILIES["zh-Hant"])
    for family in wanted:
        if family in _installed():
            return family
    raise EnvironmentLacks(say("documents.no_cjk_font", language))


@dataclass(frozen=True)
class Canvas:
    """A size in inches and what draws on it: `draw` gets a matplotlib Figure."""

    width: float
    height: float
    draw: Callable[[Any], None]


def to_image(canvas: Canvas, language: Language, alt: str, table: Table) -> Image:
    """Draw a canvas; `alt` says in words what it shows, `table` holds its figures.

    Raises EnvironmentLacks as `font_for` does.
    """
    texts = [alt, *(run.text for row in table.rows for runs in row for run in runs)]
    family = font_for(language, texts)
    import matplotlib
    from matplotlib.figure import Figure

    families = [family] if family == _LATIN else [_LATIN, family] if language == "en" else [family, _LATIN]
    settings = {
        "svg.hashsalt": "crisis-playbook",
        "svg.fonttype": "none",
        "svg.id": None,
        "font.family": families,
        "font.size": 10,
        "text.color": INK,
        "text.parse_math": False,  # a sum such as $5 is not a formula
        "axes.edgecolor": GREY,
        "axes.labelcolor": INK,
        "axes.unicode_minus": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.color": INK,
        "ytick.color": INK,
        "hatch.linewidth": 0.8,
        "path.simplify": False,
    }
    vector, raster = io.StringIO(), io.BytesIO()
    with matplotlib.rc_context({**matplotlib.rcParamsDefault, **settings, "backend": "agg"}):
        figure = Figure(figsize=(canvas.width, canvas.height), layout="constrained")
        canvas.draw(figure)
        figure.savefig(
            vector, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
        figure.savefig(raster, format="png", dpi=150, metadata={"Software": None})
    svg = vector.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    stack = ", ".join(f"'{name}'" for name in families)
    svg = svg.replace(stack, f"{stack}, {_FALLBACKS[language]}")
    return Image(svg, alt, table, raster.getvalue())

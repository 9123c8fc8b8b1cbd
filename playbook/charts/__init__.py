"""Static charts: an SVG whose words stay words, a PNG for Word, alternative text and the table behind it."""

from playbook.charts.canvas import font_for
from playbook.charts.kinds import (
    Happening,
    Running,
    Stack,
    clocks,
    compensation,
    recurrence,
    timeline,
    volume,
)

__all__ = [
    "Happening",
    "Running",
    "Stack",
    "clocks",
    "compensation",
    "font_for",
    "recurrence",
    "timeline",
    "volume",
]

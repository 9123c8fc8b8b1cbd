"""Inputs derived from other inputs by a small named set of functions: no expression language.

Each function takes arrays (or one-element arrays) of scaled whole numbers, -2**63 standing for null, and gives one back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

NULL = np.iinfo(np.int64).min
Ints = npt.NDArray[np.int64]
_SAFE = 2**62
"""No product on 64-bit columns may come near their end; larger ones are counted with Python's own whole numbers."""
_MOST_DAYS = 4_000_000
"""More business days than there are between the first day and the last that can be written."""


@dataclass(frozen=True)
class Derived:
    """One derived input: its name, the function, the inputs it takes, and its settings."""

    name: str
    function: str
    of: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)


def _nulls(arrays: Sequence[Ints]) -> npt.NDArray[np.bool_]:
    out: npt.NDArray[np.bool_] = np.zeros(len(arrays[0]), dtype=bool)
    for array in arrays:
        out |= array == NULL
    return out


def minutes_between(arrays: Sequence[Ints], settings: Mapping[str, Any]) -> Ints:
    """Return the minutes from the first time to the second (both as epoch minutes); earlier is negative."""
    return arrays[1] - arrays[0]


def days_between(arrays: Sequence[Ints], settings: Mapping[str, Any]) -> Ints:
    """Return the calendar days from the first date to the second."""
    return arrays[1] - arrays[0]


def business_days_between(arrays: Sequence[Ints], settings: Mapping[str, Any]) -> Ints:
    """Return the business days after the first date up to and including the second, without the holidays listed."""
    origin = np.datetime64("0001-01-01", "D")
    start, end = (origin + (array - 1).astype("timedelta64[D]") for array in arrays)
    holidays = [np.datetime64(str(day), "D") for day in settings.get("holidays", ())]
    one = np.timedelta64(1, "D")
    return np.busday_count(start + one, end + one, holidays=holidays).astype(np.int64)


def business_day_after(arrays: Sequence[Ints], settings: Mapping[str, Any]) -> Ints:
    """Return the business day that comes so many business days after a date (second input, or the setting `plus`).

    The date itself does not count, whether or not it is a business day.
    """
    origin = np.datetime64("0001-01-01", "D")
    start = origin + (arrays[0] - 1).astype("timedelta64[D]")
    count = arrays[1] if len(arrays) > 1 else np.zeros_like(arrays[0])
    count = (count.clip(-_MOST_DAYS, _MOST_DAYS) + int(settings.get("plus", 0))).clip(-_MOST_DAYS, _MOST_DAYS)
    holidays = [np.datetime64(str(day), "D") for day in settings.get("holidays", ())]
    found = np.busday_offset(start, count, roll="backward", holidays=holidays)
    out: Ints = (found - origin).astype(np.int64) + 1
    return np.where(count <= 0, arrays[0], out)


def started_periods(arrays: Sequence[Ints], settings: Mapping[str, Any]) -> Ints:
    """Return how many periods have started: the ceiling."""
    return -(-arrays[0] // int(settings["period"]))


def complete_periods(arrays: Sequence[Ints], settings: Mapping[str, Any]) -> Ints:
    """Return how many periods are complete: the floor."""
    return arrays[0] // int(settings["period"])


def share_of(arrays: Sequence[Ints], settings: Mapping[str, Any]) -> Ints:
    """Return the first as parts per `scale` (default 1,000,000) of the second, rounded down; null where the second is 0."""
    scale = int(settings.get("scale", 1_000_000))
    safe = np.where(arrays[1] == 0, 1, arrays[1])
    out: Ints = np.where(arrays[1] == 0, NULL, arrays[0] * scale // safe)
    return out


def sum_over(arrays: Sequence[Ints], settings: Mapping[str, Any]) -> Ints:
    """Return the sum of the inputs."""
    out: Ints = np.sum(np.stack(list(arrays)), axis=0)
    return out


def difference(arrays: Sequence[Ints], settings: Mapping[str, Any]) -> Ints:
    """Return the first minus the others."""
    out: Ints = arrays[0] - np.sum(np.stack(list(arrays[1:])), axis=0)
    return out


def smaller_of(arrays: Sequence[Ints], settings: Mapping[str, Any]) -> Ints:
    """Return the smallest input."""
    out: Ints = np.min(np.stack(list(arrays)), axis=0)
    return out


def larger_of(arrays: Sequence[Ints], settings: Mapping[str, Any]) -> Ints:
    """Return the largest input."""
    out: Ints = np.max(np.stack(list(arrays)), axis=0)
    return out


def great_circle_km(arrays: Sequence[Ints], settings: Mapping[str, Any]) -> Ints:
    """Return the kilometres (rounded up) between two places, given as indices into `settings["places"]` (radians)."""
    places: npt.NDArray[np.float64] = settings["places"]
    a, b = (places[array.clip(0, len(places) - 1)] for array in arrays[:2])
    half = np.sin((b - a) / 2.0) ** 2
    chord = half[:, 0] + np.cos(a[:, 0]) * np.cos(b[:, 0]) * half[:, 1]
    # 6371.0088 km: the mean Earth radius (IUGG). A table whose bound is near says so in its source.
    km: Ints = np.ceil(2 * 6371.0088 * np.arcsin(np.sqrt(chord.clip(0, 1))) - 1e-9).astype(np.int64)
    return km


FUNCTIONS: dict[str, Callable[[Sequence[Ints], Mapping[str, Any]], Ints]] = {
    "minutes_between": minutes_between,
    "days_between": days_between,
    "business_days_between": business_days_between,
    "business_day_after": business_day_after,
    "started_periods": started_periods,
    "complete_periods": complete_periods,
    "share_of": share_of,
    "sum_over": sum_over,
    "difference": difference,
    "smaller_of": smaller_of,
    "larger_of": larger_of,
    "great_circle_km": great_circle_km,
}

NEEDS_TWO = frozenset(
    {"minutes_between", "days_between", "business_days_between", "business_day_after", "share_of", "great_circle_km"}
)  # fmt: skip
NEEDS_SETTING = {"started_periods": "period", "complete_periods": "period", "great_circle_km": "places"}


def derive(derived: Derived, columns: Mapping[str, Ints]) -> Ints:
    """Compute one derived input; null where any input is null, and beyond every domain where it is too large."""
    arrays = [columns[name] for name in derived.of]
    null = _nulls(arrays)
    if null.all():
        return np.full(len(null), NULL, dtype=np.int64)
    safe = [np.where(null, 1, array) for array in arrays]
    if derived.function == "business_day_after":
        return np.where(null, NULL, business_day_after(safe, derived.settings)).astype(np.int64)
    times, plus = int(derived.settings.get("times", 1)), int(derived.settings.get("plus", 0))
    large = _largest(derived, safe) >= _SAFE
    if large:
        safe = [array.astype(object) for array in safe]
    found = FUNCTIONS[derived.function](safe, derived.settings)
    null |= np.asarray(found == NULL, dtype=bool)
    found = found * times + plus
    if large:
        found = np.minimum(np.maximum(found, -_SAFE - 1), _SAFE)
    return np.where(null, NULL, found).astype(np.int64)


def _largest(derived: Derived, arrays: Sequence[Ints]) -> int:
    """Return a bound of every whole number that a function can meet; 0 for those that look up and count days."""
    if derived.function in ("great_circle_km", "business_days_between"):
        return 0
    most = sum(max(abs(int(array.max())), abs(int(array.min()))) for array in arrays)
    scale = int(derived.settings.get("scale", 1_000_000)) if derived.function == "share_of" else 1
    times, plus = int(derived.settings.get("times", 1)), int(derived.settings.get("plus", 0))
    return most * scale * max(abs(times), 1) + abs(plus)

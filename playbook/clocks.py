"""Periods on the calendar: minutes, hours, days, business days with holidays, weeks, months, and pauses."""

from __future__ import annotations

import calendar as months
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from playbook.times import Moment

Unit = Literal["minutes", "hours", "calendar_days", "business_days", "weeks", "months"]
UNITS: tuple[Unit, ...] = get_args(Unit)
END_OF_DAY = time(23, 59, 59)


@dataclass(frozen=True)
class Calendar:
    """Which days are business days: an ISO 3166 code (`TW`, `US-CA`; empty = weekends only), and the zone of its days."""

    code: str = ""
    zone: str = "UTC"

    def is_business_day(self, day: date) -> bool:
        """Tell whether a day is neither a weekend nor a public holiday; a substituted workday is one."""
        days = _holidays(self.code, day.year) if self.code else None
        if days is None:
            return day.weekday() < 5
        return bool(days.is_working_day(day))

    def why_not(self, day: date) -> str | None:
        """Return why a day is no business day: the name of the holiday, or `weekend`."""
        if self.is_business_day(day):
            return None
        days = _holidays(self.code, day.year) if self.code else None
        return (str(days[day]) if days is not None and day in days else None) or "weekend"


@dataclass(frozen=True)
class Stop:
    """A stretch in which a clock stands still. Both ends are exact."""

    start: Moment
    end: Moment


@dataclass(frozen=True)
class SkippedDay:
    """A day that did not count, and why."""

    day: date
    reason: str


def calendar_exists(code: str) -> bool:
    """Tell whether public holidays are known for a code."""
    try:
        return not code or _holidays(code, 2026) is not None
    except NotImplementedError:
        return False


@cache
def _holidays(code: str, year: int):  # type: ignore[no-untyped-def]
    # The library is large, and most commands never count a business day.
    import holidays

    country, _, part = code.partition("-")
    return holidays.country_holidays(country, subdiv=part or None, years=year)


def moment_of(at: datetime) -> Moment:
    """Return an exact moment, written with its offset."""
    return Moment(at.isoformat(timespec="seconds" if at.second else "minutes"), "minute", at)


def add_period(
    start: Moment,
    n: int,
    unit: Unit,
    calendar: Calendar | None = None,
    pauses: Iterable[Stop] = (),
    *,
    cut_off: time | None = None,
    ends_at: time | None = None,
) -> Moment | None:
    """Return when a period of n units from a moment ends, or None where the start is not exact to the minute.

    Minutes and hours run on the clock. Days, business days, weeks and months do not count the day they start on and
    end with the last second of their last day in the calendar's zone, or at `ends_at` on it; a month ends on the same
    day number, or on the month's last day. What starts after `cut_off` or on no business day starts on the next
    business day. A pause moves minutes and hours by its length; a day counts unless a pause covers it whole.
    Raises ValueError for a negative n.
    """
    if n < 0:
        raise ValueError("a period of at least 0")
    if not start.exact:
        return None
    calendar = calendar or Calendar()
    stops = sorted((p.start.at, p.end.at) for p in pauses if p.start.exact and p.end.exact)
    if unit in ("minutes", "hours"):
        end = start.at + timedelta(minutes=n * (60 if unit == "hours" else 1))
        reached = start.at
        for since, until in stops:
            since = max(since, reached)
            if since < end and until > since:
                end += until - since
            reached = max(reached, until)
        return moment_of(end)
    zone = ZoneInfo(calendar.zone)
    local = start.at.astimezone(zone)
    day = local.date()
    if cut_off is not None:
        day = _received(day, local.time() > cut_off, calendar)
    last = _last_day(day, n, unit, calendar, lambda one: _covered(one, zone, stops))
    return moment_of(datetime.combine(last, ends_at or END_OF_DAY, zone))


def due_day(
    start: date, n: int, unit: Unit, calendar: Calendar | None = None, *, cut_off: time | None = None
) -> date | None:
    """Return the last day of a period that starts on a day, or None for minutes and hours.

    Counted as `add_period` counts; with a `cut_off`, the day counts as one on which that time had not passed.
    Raises ValueError for a negative n.
    """
    if n < 0:
        raise ValueError("a period of at least 0")
    if unit in ("minutes", "hours"):
        return None
    calendar = calendar or Calendar()
    day = start if cut_off is None else _received(start, False, calendar)
    return _last_day(day, n, unit, calendar, lambda one: False)


def _received(day: date, late: bool, calendar: Calendar) -> date:
    """Return the business day as whose post something counts."""
    if late:
        day += timedelta(days=1)
    while not calendar.is_business_day(day):
        day += timedelta(days=1)
    return day


def _last_day(day: date, n: int, unit: Unit, calendar: Calendar, paused: Callable[[date], bool]) -> date:
    if unit == "months":
        year, month = divmod(day.month - 1 + n, 12)
        year, month = day.year + year, month + 1
        last = date(year, month, min(day.day, months.monthrange(year, month)[1]))
        left = (last - day).days
    else:
        left = n * 7 if unit == "weeks" else n
    while left:
        day += timedelta(days=1)
        if unit == "business_days" and not calendar.is_business_day(day):
            continue
        if not paused(day):
            left -= 1
    return day


def skipped_days(start: Moment, due: Moment, calendar: Calendar) -> tuple[SkippedDay, ...]:
    """Return the days after `start` up to `due` that are no business days, each with its reason."""
    return tuple(
        SkippedDay(day, reason)
        for day in _days(start.day(calendar.zone), due.day(calendar.zone))
        if (reason := calendar.why_not(day))
    )


def paused_seconds(start: Moment, end: Moment, pauses: Iterable[Stop]) -> int:
    """Return how long a clock stood still between two exact moments; overlapping pauses count once."""
    total, reached = timedelta(0), start.at
    for since, until in sorted((p.start.at, p.end.at) for p in pauses):
        since, until = max(since, reached), min(until, end.at)
        if until > since:
            total += until - since
            reached = until
    return int(total.total_seconds())


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range(1, (last - first).days + 1))


def _covered(day: date, zone: ZoneInfo, stops: list[tuple[datetime, datetime]]) -> bool:
    begin = datetime.combine(day, time(0), zone)
    return any(since <= begin and until >= begin + timedelta(days=1) for since, until in stops)

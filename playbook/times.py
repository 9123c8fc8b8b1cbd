"""Points in time as people record them: with a zone, or only a day, a month or a year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import total_ordering
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Precision = Literal["minute", "day", "month", "year"]

_FULL = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})\Z", re.ASCII)
_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?\Z", re.ASCII)
EARLIEST, LATEST = 1900, 2200
"""Years that a record may name: far enough from the ends of the calendar that every zone and period can be worked out."""


@total_ordering
@dataclass(frozen=True)
class Moment:
    """A recorded time. `at` is a zoned datetime where `precision` is minute, else the first instant of the period in UTC."""

    raw: str
    precision: Precision
    at: datetime

    @classmethod
    def parse(cls, raw: str) -> Moment:
        """Parse RFC 3339 with offset (seconds may be left out), or a day, month or year.

        Raises ValueError that says what was expected.
        """
        text = str(raw).strip()
        if (_FULL.match(text) or _DAY.match(text)) and not EARLIEST <= int(text[:4]) <= LATEST:
            raise ValueError(f"a year from {EARLIEST} to {LATEST}, not {text[:4]}")
        if _FULL.match(text):
            try:
                return cls(text, "minute", datetime.fromisoformat(text.replace("Z", "+00:00")))
            except ValueError as error:
                raise ValueError(f"no such time: {error}") from error
        if _DAY.match(text):
            parts = [int(p) for p in text.split("-")] + [1, 1]
            try:
                first = date(parts[0], parts[1], parts[2])
            except ValueError as error:
                raise ValueError(f"no such day: {error}") from error
            precision: Precision = {4: "year", 7: "month", 10: "day"}[len(text)]  # type: ignore[assignment]
            return cls(text, precision, datetime.fromisoformat(first.isoformat() + "T00:00:00+00:00"))
        raise ValueError("a time with its zone, such as 2026-05-09T18:20+08:00, or a day such as 2026-05-09")

    @property
    def exact(self) -> bool:
        """Tell whether clocks can be computed on it."""
        return self.precision == "minute"

    def local(self, zone: str) -> datetime:
        """Return the time on the clocks of a zone (IANA name). Only sensible where `exact`."""
        return self.at.astimezone(ZoneInfo(zone)) if self.exact else self.at

    def day(self, zone: str) -> date:
        """Return the calendar day in a zone."""
        return self.local(zone).date()

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Moment):
            return NotImplemented
        return (self.at, self.raw) < (other.at, other.raw)

    def __sub__(self, other: Moment) -> timedelta | None:
        """Return the time between, or None where either is less precise than a minute."""
        return self.at - other.at if self.exact and other.exact else None

    def __str__(self) -> str:
        return self.raw

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        def check(value: Any) -> Moment:
            return value if isinstance(value, Moment) else cls.parse(str(value))

        return core_schema.no_info_plain_validator_function(
            check, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        return {"type": ["string", "integer"], "description": "RFC 3339 with offset, or a day, month or year"}


def zone_exists(name: str) -> bool:
    """Tell whether an IANA zone of that name is known."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True

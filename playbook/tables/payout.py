"""Read what a row pays from its cells."""

from __future__ import annotations

import re

from playbook.errors import Problem
from playbook.money import Money
from playbook.sources import Row
from playbook.tables.model import Payout

_WHOLE = re.compile(r"[0-9]{1,9}\Z")
_PERCENT = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?%\Z")
_FRACTION = re.compile(r"([0-9]{1,9})/(0*[1-9][0-9]{0,8})\Z")
OUTCOMES = ("pay", "none", "discretion", "more_information")


def read_threshold(text: str, currency: str) -> tuple[int, bool]:
    """Return a threshold in minor units, and whether it is inside: `>=4.00` (or `4.00`), `>1.00`.

    Raises ValueError for what is no amount.
    """
    amount = text.lstrip(">=").strip()
    inclusive = not text.startswith(">") or text.startswith(">=")
    return (Money.parse(amount, currency).minor if amount not in ("", "-") else 0), inclusive


def read_share(text: str) -> tuple[int, int]:
    """Return `50%`, `12.5%` or `1/464` as a fraction. Raises ValueError."""
    if match := _FRACTION.match(text):
        return int(match[1]), int(match[2])
    if match := _PERCENT.match(text):
        digits = match[2] or ""
        return int(match[1] + digits), 100 * 10 ** len(digits)
    raise ValueError("a share such as 50% or 1/464")


class PayoutReader:
    """Read the payouts of a table's rows; what is wrong is added to `problems`."""

    def __init__(self, names: set[str], indices: set[str], currency: str, problems: list[Problem]) -> None:
        self.names, self.indices, self.currency, self.problems = names, indices, currency, problems

    def read(self, row: Row) -> Payout | None:
        """Return what the row pays, or None where one of its cells is wrong."""
        before = len(self.problems)
        share, of = self._share(row, "share"), self._named(row, "of")
        if share and not of:
            self._wrong(row, "of", "nothing", "the input that the share is taken of", "Name an input.")
        each, per = self._money(row, "each"), self._named(row, "per")
        if each is not None and not per:
            self._wrong(row, "per", "nothing", "the input whose periods are counted", "Name an input.")
        threshold, inclusive = self._threshold(row)
        payout = Payout(
            outcome=self._choice(row, "outcome", OUTCOMES),  # type: ignore[arg-type]
            kind=_plain(row["kind"]),
            amount=self._money(row, "amount"),
            share=share,
            of=of,
            per=per,
            period=self._whole(row, "period", 1, 1),
            periods=self._choice(row, "periods", ("complete", "started")),  # type: ignore[arg-type]
            after=self._whole(row, "after", 0),
            free_periods=self._whole(row, "free_periods", 0),
            max_periods=self._whole(row, "max_periods", -1) if _plain(row["max_periods"]) else None,
            each=each,
            multiply=self._named(row, "multiply"),
            at_least=self._money(row, "at_least"),
            at_most=self._money(row, "at_most"),
            cap_of=self._named(row, "cap_of"),
            times=self._share(row, "times"),
            plus=self._money(row, "plus") or 0,
            deductible=self._money(row, "deductible") or 0,
            threshold=threshold,
            threshold_inclusive=inclusive,
            alternative=_plain(row["alternative"]),
            decider=_plain(row["decider"]),
            authority=_plain(row["authority"]),
            option=_plain(row["option"]),
        )
        if (name := _plain(row["uprate"])) and name not in self.indices:
            self._wrong(row, "uprate", repr(name[:60]), "an index of this table", "Declare it under indices.")
        return payout if len(self.problems) == before else None

    def _wrong(self, row: Row, column: str, found: str, expected: str, remedy: str) -> None:
        self.problems.append(row.problem(column, found, expected, remedy))

    def _money(self, row: Row, column: str) -> int | None:
        text = _plain(row[column])
        if not text:
            return None
        try:
            value = Money.parse(text, self.currency)
            if value.minor < 0:
                raise ValueError("an amount that is not negative")
        except ValueError as error:
            self._wrong(row, column, repr(text), str(error), f"Write it as 250.00 ({self.currency}).")
            return None
        return value.minor

    def _whole(self, row: Row, column: str, default: int, least: int = 0) -> int:
        text = _plain(row[column])
        if not text:
            return default
        if not _WHOLE.match(text) or int(text) < least:
            expected = f"a whole number of at most nine digits, {least} or more"
            self._wrong(row, column, repr(text[:60]), expected, "Correct the cell.")
            return default
        return int(text)

    def _named(self, row: Row, column: str) -> str:
        text = _plain(row[column])
        if text and text not in self.names:
            self._wrong(row, column, repr(text), "an input of this table", "Declare it under inputs.")
        return text

    def _choice(self, row: Row, column: str, allowed: tuple[str, ...]) -> str:
        text = _plain(row[column]) or allowed[0]
        if text not in allowed:
            self._wrong(row, column, repr(text), "one of " + ", ".join(allowed), "Correct the cell.")
        return text

    def _share(self, row: Row, column: str) -> tuple[int, int] | None:
        text = _plain(row[column])
        if not text:
            return None
        try:
            return read_share(text)
        except ValueError as error:
            self._wrong(row, column, repr(text), str(error), "Correct the cell.")
            return None

    def _threshold(self, row: Row) -> tuple[int, bool]:
        try:
            return read_threshold(row["threshold"], self.currency)
        except ValueError as error:
            self._wrong(row, "threshold", repr(row["threshold"]), str(error), "Write it as >=4.00 or >4.00.")
            return 0, True


def _plain(text: str) -> str:
    """Return a cell, where `-` stands for nothing."""
    return "" if text == "-" else text

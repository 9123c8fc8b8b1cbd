"""Money: integer minor units inside, Decimal at the edge, one stated rounding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal, InvalidOperation
from functools import total_ordering
from typing import Literal

RoundingMode = Literal["half_up", "half_even", "up", "down"]
ROUNDINGS: dict[RoundingMode, str] = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "up": ROUND_UP,
    "down": ROUND_DOWN,
}

# ISO 4217 minor units, as published 2024-06-25; every currency not named here has two.
# (CLDR display digits differ in places: TWD is displayed without decimals but has two minor digits.)
MINOR_DIGITS: dict[str, int] = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}  # fmt: skip

LIMIT = 4_000_000_000_000_000
"""No amount above this many minor units: twice it times 1000 still fits int64."""


MOST_DIGITS = 15
"""No amount and no figure with more digits before its decimal point."""
LONGEST_NUMBER = 40
"""Characters: a longer number was not written by a person."""
_EXPONENT = re.compile(r"e[+-]?[\d_]+\Z", re.IGNORECASE)


def readable_number(text: str) -> Decimal | None:
    """Return a number that a person can have written, or None: not NaN, not infinite, of a size that can be counted with.

    `1e999999` is one short word and a number of a million digits: it is refused before anything counts with it.
    """
    if too_large(text):
        return None
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() and value.adjusted() < MOST_DIGITS else None


def too_large(text: str) -> bool:
    """Tell whether a text is a number whose exponent or length no person means; words and names are not."""
    plain = text.strip()
    found = _EXPONENT.search(plain)
    if found is None and len(plain) <= LONGEST_NUMBER:
        return False
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return False
    return value.is_finite() and (len(plain) > LONGEST_NUMBER or abs(value.adjusted()) > LONGEST_NUMBER)


def minor_digits(currency: str) -> int:
    """Return how many decimal places a currency has (ISO 4217)."""
    return MINOR_DIGITS.get(currency, 2)


@total_ordering
@dataclass(frozen=True)
class Money:
    """An amount in minor units of one currency."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, amount: str | int | Decimal, currency: str) -> Money:
        """Parse a decimal amount exactly.

        Raises ValueError for text that is not a plain decimal number, more decimals than the currency has, a float or an unknown currency form.
        """
        if isinstance(amount, float):
            raise ValueError("an amount in quotes or without a binary fraction, never a float")
        if len(currency) != 3 or not currency.isascii() or not currency.isupper():
            raise ValueError(f"a currency of three capital letters (ISO 4217), not {currency!r}")
        text = str(amount).strip()
        try:
            value = Decimal(text)
        except InvalidOperation as error:
            raise ValueError("a plain number such as 1280 or 250.00") from error
        if not value.is_finite():
            raise ValueError("a finite number")
        if too_large(text) or value.adjusted() >= MOST_DIGITS:
            raise ValueError(f"an amount of at most {MOST_DIGITS} digits")
        scaled = value.scaleb(minor_digits(currency))
        if scaled != scaled.to_integral_value():
            raise ValueError(f"at most {minor_digits(currency)} decimals for {currency}")
        if abs(scaled) > LIMIT:
            raise ValueError("an amount within the limit of 4e15 minor units")
        return cls(int(scaled), currency)

    @property
    def decimal(self) -> Decimal:
        """Return the amount in major units, exactly."""
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))

    def __str__(self) -> str:
        return f"{self.decimal:.{minor_digits(self.currency)}f}"

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __mul__(self, count: int) -> Money:
        return Money(self.minor * count, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"two currencies: {self.currency} and {other.currency}")

    def share(self, numerator: int, divisor: int, rounding: RoundingMode = "half_up") -> Money:
        """Return numerator/divisor of the amount, rounded once to the minor unit."""
        exact = Decimal(self.minor * numerator) / Decimal(divisor)
        return Money(int(exact.quantize(Decimal(1), rounding=ROUNDINGS[rounding])), self.currency)

    def allocate(self, weights: Sequence[int]) -> tuple[Money, ...]:
        """Share the amount by weights with the largest remainder, so that the parts add up exactly.

        Raises ValueError for no positive weight.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError("weights that are not negative and not all zero")
        floors = [self.minor * weight // total for weight in weights]
        remainders = [self.minor * weight % total for weight in weights]
        left = self.minor - sum(floors)
        first = sorted(range(len(weights)), key=lambda i: (-remainders[i], i))[:left]
        return tuple(Money(floor + (i in first), self.currency) for i, floor in enumerate(floors))

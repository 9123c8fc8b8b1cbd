"""National identity, card and account numbers, told by their own check digits (written out from the published rules)."""

from __future__ import annotations

from collections.abc import Callable

_TAIWAN_LETTERS = (
    "ABCDEFGHJKLMNPQRSTUVXYWZIO"  # A is 10, B 11 … in the order of the household registration rules
)


def taiwan(number: str) -> bool:
    """Tell whether this is a Taiwan national or resident number: a letter, then nine digits (or letter, A–D, eight)."""
    code = _TAIWAN_LETTERS.index(number[0]) + 10
    second = number[1] if number[1].isdigit() else str((_TAIWAN_LETTERS.index(number[1]) + 10) % 10)
    digits = [code // 10, code % 10, int(second), *map(int, number[2:])]
    weights = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
    return sum(d * w for d, w in zip(digits, weights, strict=True)) % 10 == 0


def mainland(number: str) -> bool:
    """Tell whether this is a mainland China resident number (GB 11643: ISO 7064 MOD 11-2, and a day of birth)."""
    month, day = int(number[10:12]), int(number[12:14])
    if not (1 <= month <= 12 and 1 <= day <= 31 and number[6:8] in ("18", "19", "20")):
        return False
    total = sum(int(d) * pow(2, 17 - i, 11) for i, d in enumerate(number[:17]))
    return "10X98765432"[total % 11] == number[17]


def hong_kong(number: str) -> bool:
    """Tell whether this is a Hong Kong identity number: one or two letters, six digits, a check digit."""
    plain = number.replace("(", "").replace(")", "")
    letters, digits, check = plain[:-7], plain[-7:-1], plain[-1]
    values = [36] * (2 - len(letters)) + [ord(c) - 55 for c in letters] + [int(d) for d in digits]
    total = sum(v * w for v, w in zip(values, range(9, 1, -1), strict=True))
    return str((11 - total % 11) % 11).replace("10", "A") == check


def singapore(number: str) -> bool:
    """Tell whether this is a Singapore NRIC or FIN."""
    total = sum(int(d) * w for d, w in zip(number[1:8], (2, 7, 6, 5, 4, 3, 2), strict=True))
    total += {"S": 0, "F": 0, "T": 4, "G": 4, "M": 3}[number[0]]
    table = {
        "S": "JZIHGFEDCBA",
        "T": "JZIHGFEDCBA",
        "F": "XWUTRQPNMLK",
        "G": "XWUTRQPNMLK",
        "M": "KLJNPQRTUWX",
    }[number[0]]
    return table[total % 11 if number[0] != "M" else 10 - total % 11] == number[8]


def korea(number: str) -> bool:
    """Tell whether this is a South Korean resident number."""
    digits = [int(c) for c in number if c.isdigit()]
    if not (1 <= digits[2] * 10 + digits[3] <= 12):
        return False
    total = sum(d * w for d, w in zip(digits[:12], (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=True))
    return (11 - total % 11) % 10 == digits[12]


def spain(number: str) -> bool:
    """Tell whether this is a Spanish DNI or NIE."""
    plain = number.replace("-", "").translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(plain[:8]) % 23] == plain[8]


def luhn(number: str) -> bool:
    """Tell whether a card number (or a Canadian SIN) passes the Luhn test, and is not one digit repeated."""
    digits = [int(c) for c in number if c.isdigit()]
    doubled = sum(sum(divmod(d * 2, 10)) if i % 2 else d for i, d in enumerate(reversed(digits)))
    return doubled % 10 == 0 and len(set(digits)) > 1


def iban(number: str) -> bool:
    """Tell whether this is an IBAN (ISO 13616, MOD 97-10)."""
    plain = number.replace(" ", "")
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def my_number(number: str) -> bool:
    """Tell whether this is a Japanese individual number (twelve digits)."""
    digits = [int(c) for c in number if c.isdigit()]
    total = sum(digits[10 - i] * (i + 2 if i < 6 else i - 4) for i in range(11))
    return (0 if total % 11 <= 1 else 11 - total % 11) == digits[11]


def aadhaar(number: str) -> bool:
    """Tell whether this is an Indian Aadhaar number (Verhoeff)."""
    check = 0
    for place, character in enumerate(reversed([c for c in number if c.isdigit()])):
        digit = int(character)
        for _ in range(place % 8):
            digit = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)[digit]
        check = _dihedral(check, digit)
    return check == 0


def _dihedral(a: int, b: int) -> int:
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
    return 5 + (a - b) % 5 if b < 5 else (a - b) % 5


def social_security(number: str) -> bool:
    """Tell whether this can be a United States social security number (there is no check digit)."""
    area, group, serial = number.split("-")
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


FORMS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    (r"[A-Z][1289A-D]\d{8}", taiwan),
    (r"[1-9]\d{16}[\dX]", mainland),
    (r"[A-Z]{1,2}\d{6}\([\dA]\)", hong_kong),
    (r"[STFGM]\d{7}[A-Z]", singapore),
    (r"\d{6}-[1-4]\d{6}", korea),
    (r"(?:\d{8}|[XYZ]\d{7})-?[A-HJ-NP-TV-Z]", spain),
    (r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?", iban),
    (r"\d{3}-\d{2}-\d{4}", social_security),
    (r"(?:\d{4}[- ]?){3}\d{1,7}", luhn),
    (r"[2-9]\d{3} \d{4} \d{4}", aadhaar),
)
"""Form of a number (capital letters, half-width) and its test. What needs a word beside it stands in personal.py."""

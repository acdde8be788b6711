"""Case numbers: date, serial, check digit — 20261121-00017 — short enough to read over the telephone.

The last digit is checked (ISO/IEC 7064, MOD 11-10: every single wrong digit and almost every swap is noticed), so a
number mistyped is told apart from a number that does not exist.
"""

from __future__ import annotations

import re
from datetime import date

NUMBER = re.compile(r"\b(\d{8})-?(\d{5,7})\b", re.ASCII)


def case_number(day: date, serial: int) -> str:
    """The number of the day's n-th case."""
    body = f"{day:%Y%m%d}{serial:04d}"
    return f"{body[:8]}-{body[8:]}{_check_digit(body)}"


def find_number(text: str) -> str | None:
    """The first well-formed case number in a text, in its full form; None where there is none."""
    for found in NUMBER.finditer(text):
        number = f"{found[1]}-{found[2]}"
        if is_number(number):
            return number
    return None


def is_number(number: str) -> bool:
    """Whether it has the form of a case number and its check digit is right."""
    digits = number.replace("-", "")
    return bool(NUMBER.fullmatch(number)) and _check_digit(digits[:-1]) == digits[-1]


def _check_digit(digits: str) -> str:
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)

"""Whether an ID number or a unified social credit code can be right: its check character, as the standards set it."""

from __future__ import annotations

import re

# GB 11643: weights and check characters of the 18-digit citizen number.
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
# GB 32100: 31 characters without I, O, S, V, Z; weights are powers of 3 modulo 31.
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def is_valid(number: str) -> bool:
    """Whether the number is a right citizen number or a right credit code."""
    return is_valid_id(number) or is_valid_credit_code(number)


def is_valid_id(number: str) -> bool:
    if not re.fullmatch(r"\d{17}[\dX]", number, re.ASCII):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, ID_WEIGHTS, strict=False))
    return ID_CHECKS[total % 11] == number[-1]


def is_valid_credit_code(code: str) -> bool:
    if len(code) != 18 or any(char not in CREDIT_ALPHABET for char in code):
        return False
    total = sum(CREDIT_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(code[:17]))
    return CREDIT_ALPHABET[(31 - total % 31) % 31] == code[-1]

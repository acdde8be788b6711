"""Personal data covered (脱敏): what may stand in a group, on a page, in a file, without showing whose it is.

What is covered keeps its length where the length tells nothing, so that two people on the telephone can still make
sure that they speak of the same number.
"""

from __future__ import annotations

import re

ID_NUMBER = re.compile(r"(?<![0-9A-Za-z])(\d{17}[\dXx]|[0-9A-HJ-NP-RTUW-Y]{18})(?![0-9A-Za-z])", re.ASCII)
ID_LIKE = re.compile(r"(?<![0-9A-Za-z])\d(?:[ -]?\d){13,18}[ -]?[\dXx]?(?![0-9A-Za-z])", re.ASCII)
PHONE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?(1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}[ -]?\d{7,8})(?!\d)", re.ASCII)


def redact_name(name: str) -> str:
    """张三丰 → 张**."""
    return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else "*" * len(name)


def redact_phone(phone: str) -> str:
    """13800000000 → 138****0000."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 10 else "*" * len(phone)


def redact_number(number: str) -> str:
    """An identity number or credit code with only its first three and last four characters showing."""
    return f"{number[:3]}***********{number[-4:]}" if len(number) >= 15 else "*" * len(number)


def redact_address(address: str) -> str:
    """The first six characters (province and city, mostly), the rest covered."""
    return address[:6] + "****" if address else ""


def redact_text(text: str, *names: str) -> str:
    """The text with telephone and identity numbers covered, and these names wherever they stand."""
    covered = ID_NUMBER.sub(lambda found: redact_number(found[0]), text)
    covered = ID_LIKE.sub(lambda found: redact_number(re.sub(r"[ -]", "", found[0])), covered)
    covered = PHONE.sub(lambda found: redact_phone(re.sub(r"\D", "", found[0])), covered)
    for name in names:
        covered = covered.replace(name, redact_name(name)) if len(name) > 1 else covered
    return covered

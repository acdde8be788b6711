"""The moon's calendar and the twenty-four terms of the sun, as people date by them: 腊月廿三, 闰六月初十, 芒种.

Each year's months stand in a table (facts of the calendar). The terms are computed by the usual formula, which holds
for this century.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

# Year → its New Year's day; its months in order, L of thirty days, S of twenty-nine, a doubled month's second in small.
YEARS = {
    2022: ((2, 1), "LSLSLLSLSLSL"),
    2023: ((1, 22), "SLsSLLSLLSLSL"),
    2024: ((2, 10), "SLSSLSLLSLLS"),
    2025: ((1, 29), "LSLSSLsLSLLLS"),
    2026: ((2, 17), "LSLSSLSSLLLS"),
    2027: ((2, 6), "LLSLSSLSSLLS"),
    2028: ((1, 26), "LLLSLsSLSSLLS"),
    2029: ((2, 13), "LLSLSLSLSSLL"),
    2030: ((2, 3), "SLSLLSLSLSLS"),
}
DAYS_REMEMBERED = 1000
LENGTHS = {"L": 30, "S": 29}
FIRST, COLD, LAST = 1, 11, 12
MONTH_NAMES = {"正": FIRST, "冬": COLD, "腊": LAST}

# Term → its month, and the formula's constant for this century.
TERMS = {
    "小寒": (1, 5.4055), "大寒": (1, 20.12), "立春": (2, 3.87), "雨水": (2, 18.73), "惊蛰": (3, 5.63),
    "春分": (3, 20.646), "清明": (4, 4.81), "谷雨": (4, 20.1), "立夏": (5, 5.52), "小满": (5, 21.04),
    "芒种": (6, 5.678), "夏至": (6, 21.37), "小暑": (7, 7.108), "大暑": (7, 22.83), "立秋": (8, 7.5),
    "处暑": (8, 23.13), "白露": (9, 7.646), "秋分": (9, 23.042), "寒露": (10, 8.318), "霜降": (10, 23.438),
    "立冬": (11, 7.438), "小雪": (11, 22.36), "大雪": (12, 7.18), "冬至": (12, 21.94),
}  # fmt: skip


@lru_cache(DAYS_REMEMBERED)
def moon_day(year: int, month: int, day: int, is_doubled: bool = False) -> date | None:
    """The day by the sun; None in a year that is not written down, and where the month has no such day."""
    for number, doubled, first, length in _months(year):
        if (number, doubled) == (month, is_doubled) and 1 <= day <= length:
            return first + timedelta(days=day - 1)
    return None


def last_moon_day(month: int, day: int, today: date, is_doubled: bool = False, years_back: int = 0) -> date | None:
    """The last such day that is not after `today`; `years_back` years of the moon before it."""
    begun = [
        found
        for year in (today.year - 1, today.year)
        if (found := moon_day(year - years_back, month, day, is_doubled)) and found <= today
    ]
    if years_back:
        year = today.year - (today < (moon_day(today.year, FIRST, 1) or today))
        return moon_day(year - years_back, month, day, is_doubled)
    return max(begun, default=None)


def last_day_of_any_month(day: int, today: date) -> date | None:
    """初七 without a month: the last seventh of the moon."""
    days = [first + timedelta(days=day - 1) for year in (today.year - 1, today.year) for *_, first, _ in _months(year)]
    return max((each for each in days if each <= today), default=None)


def years_last_day(year: int) -> date | None:
    """除夕 of the year that ends there."""
    new_year = moon_day(year, FIRST, 1)
    return new_year and new_year - timedelta(days=1)


def term(name: str, year: int) -> date:
    """The day of one of the twenty-four terms. Raises KeyError for another name."""
    month, constant = TERMS[name]
    short = year % 100
    leaps = (short - 1) // 4 if month <= 2 else short // 4
    return date(year, month, int(short * 0.2422 + constant) - leaps)


def _months(year: int) -> Iterator[tuple[int, bool, date, int]]:
    """Each month of the moon's year: its number, whether it is the doubled one, its first day, its length."""
    (month, day), lengths = YEARS.get(year, ((1, 1), ""))
    first, number = date(year, month, day), 0
    for letter in lengths:
        number += letter.isupper()
        yield number, letter.islower(), first, LENGTHS[letter.upper()]
        first += timedelta(days=LENGTHS[letter.upper()])

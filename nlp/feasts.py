"""When feasts were: by the sun a date, by the moon a table (facts of the calendar, a row a year)."""

from __future__ import annotations

from datetime import date

BY_SUN = {
    "元旦": (1, 1),
    "三八": (3, 8),
    "五一": (5, 1),
    "劳动": (5, 1),
    "六一": (6, 1),
    "国庆": (10, 1),
    "十一": (10, 1),
}
BY_MOON = {
    2024: {"春节": (2, 10), "清明": (4, 4), "端午": (6, 10), "中秋": (9, 17)},
    2025: {"春节": (1, 29), "清明": (4, 4), "端午": (5, 31), "中秋": (10, 6)},
    2026: {"春节": (2, 17), "清明": (4, 5), "端午": (6, 19), "中秋": (9, 25)},
    2027: {"春节": (2, 6), "清明": (4, 5), "端午": (6, 9), "中秋": (9, 15)},
    2028: {"春节": (1, 26), "清明": (4, 4), "端午": (5, 28), "中秋": (10, 3)},
    2029: {"春节": (2, 13), "清明": (4, 4), "端午": (6, 16), "中秋": (9, 22)},
    2030: {"春节": (2, 3), "清明": (4, 5), "端午": (6, 5), "中秋": (9, 12)},
}


def feast(name: str, today: date) -> date | None:
    """The last such feast; None in a year whose moon is not written down here."""
    for year in (today.year, today.year - 1):
        month_day = BY_SUN.get(name) or BY_MOON.get(year, {}).get(name)
        if month_day and date(year, *month_day) <= today:
            return date(year, *month_day)
    return None

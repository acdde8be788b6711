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
# The first and the last day off, as the State Council's notices say; the days after the last are worked again.
DAYS_OFF = {
    2024: {
        "元旦": ((1, 1), (1, 1)), "春节": ((2, 10), (2, 17)), "清明": ((4, 4), (4, 6)), "五一": ((5, 1), (5, 5)),
        "端午": ((6, 10), (6, 10)), "中秋": ((9, 15), (9, 17)), "国庆": ((10, 1), (10, 7)),
    },
    2025: {
        "元旦": ((1, 1), (1, 1)), "春节": ((1, 28), (2, 4)), "清明": ((4, 4), (4, 6)), "五一": ((5, 1), (5, 5)),
        "端午": ((5, 31), (6, 2)), "中秋": ((10, 1), (10, 8)), "国庆": ((10, 1), (10, 8)),
    },
    2026: {
        "元旦": ((1, 1), (1, 3)), "春节": ((2, 15), (2, 23)), "清明": ((4, 4), (4, 6)), "五一": ((5, 1), (5, 5)),
        "端午": ((6, 19), (6, 21)), "中秋": ((9, 25), (9, 27)), "国庆": ((10, 1), (10, 7)),
    },
}  # fmt: skip
SAME = {"十一": "国庆", "劳动": "五一", "过年": "春节", "年": "春节"}


def days_off(name: str, today: date) -> tuple[date, date] | None:
    """The first and the last day of the last holiday of that name to begin, of any where it has none; None unknown."""
    begun = [
        (date(year, *first), date(year, *last))
        for year, feasts in DAYS_OFF.items()
        for feast, (first, last) in feasts.items()
        if date(year, *first) <= today and SAME.get(name, name) in (feast, "")
    ]
    return max(begun, default=None)


NINTH = {
    2024: (10, 11), 2025: (10, 29), 2026: (10, 18), 2027: (10, 8), 2028: (10, 26), 2029: (10, 16), 2030: (10, 5),
}  # fmt: skip


def feast(name: str, today: date) -> date | None:
    """The last such feast; None in a year whose moon is not written down here."""
    for year in (today.year, today.year - 1):
        month_day = BY_SUN.get(name) or BY_MOON.get(year, {}).get(name) or (name == "重阳" and NINTH.get(year))
        if month_day and date(year, *month_day) <= today:
            return date(year, *month_day)
    return None

"""When feasts were: a date of the sun, a day of its moons, some a day of a week, some a term of the sun."""

from __future__ import annotations

from datetime import date, timedelta

from nlp.moon import TERMS, last_moon_day, term, years_last_day

BY_SUN = {
    "元旦": (1, 1), "情人": (2, 14), "三八": (3, 8), "妇女": (3, 8), "植树": (3, 12), "五一": (5, 1), "劳动": (5, 1),
    "青年": (5, 4), "五四": (5, 4), "六一": (6, 1), "儿童": (6, 1), "七一": (7, 1), "建党": (7, 1), "八一": (8, 1),
    "建军": (8, 1), "教师": (9, 10), "国庆": (10, 1), "十一": (10, 1), "双十一": (11, 11), "双十二": (12, 12),
    "平安夜": (12, 24), "圣诞": (12, 25),
}  # fmt: skip
BY_MOON = {
    "春节": (1, 1), "元宵": (1, 15), "龙抬头": (2, 2), "端午": (5, 5), "七夕": (7, 7), "中元": (7, 15), "中秋": (8, 15),
    "仲秋": (8, 15), "重阳": (9, 9), "下元": (10, 15), "腊八": (12, 8), "小年": (12, 23),
}  # fmt: skip
# Month, day of the week from Monday, and which of them.
BY_WEEK = {"母亲": (5, 6, 2), "父亲": (6, 6, 3), "感恩": (11, 3, 4)}
NAMES = (*BY_SUN, *BY_MOON, *BY_WEEK, *TERMS, "除夕")
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


def feast(name: str, today: date, years_back: int = 0) -> date | None:
    """The last such feast, or that of `years_back` years ago; None in a year whose moon is not written down."""
    name = SAME.get(name, name)
    if name in BY_MOON:
        return last_moon_day(*BY_MOON[name], today, years_back=years_back)
    if years_back:
        return _in_year(name, today.year - years_back)
    days = [day for year in (today.year - 1, today.year) if (day := _in_year(name, year)) and day <= today]
    return max(days, default=None)


def _in_year(name: str, year: int) -> date | None:
    if name == "除夕":
        return years_last_day(year)
    if name in BY_WEEK:
        month, weekday, nth = BY_WEEK[name]
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    return date(year, *BY_SUN[name]) if name in BY_SUN else term(name, year) if name in TERMS else None

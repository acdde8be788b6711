"""Days told by a holiday (节后第一天), a month's or a year's end, or in English; and days that tell no event."""

from __future__ import annotations

import re
from datetime import date, timedelta

from nlp.anchored import anchored
from nlp.feasts import days_off, feast
from nlp.numerals import number

HOLIDAY = (
    r"(?P<feast>元旦|五一|劳动|国庆|十一|春节|过年|清明|端午|中秋|年(?=后)|(?=节[前后])|(?=收假|复工|放假|长假|小长假|假期))"
    r"(?:节|小?长假|假期|放假|收假|复工)?"
)
AFTER_HOLIDAY = anchored(
    "第|头",
    HOLIDAY + r"(?:结束|过完|收假)?(?:之后|以后|过后|后)?的?(?:上班|开工|复工|开门)?的?"
    r"(?:(?:第|头)(?P<count>[一二两三四五])(?:天|个工作日|个上班日)|第(?P<nth>[一二])个(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天]))",
)
FEASTS = "除夕|元宵|重阳|元旦|五一|劳动|国庆|十一|三八|六一|春节|清明|端午|中秋"
FEAST_DAY = anchored(
    "天|日|夜|晚", rf"(?P<feast>{FEASTS}|五月初五|九月初九)节?(?P<when>当天|那天|当日|那一天|前一天|前一日|夜|当晚)"
)
# 正月初八, 大年初三, 年初三, 正月十五
FIRST_MONTH = anchored(
    "初|正月",
    r"(?:(?:正月|大年|农历正月|(?<![今去明本当前])年)初|正月(?=十))"
    r"(?P<day>[一二三四五六七八九]|二?十[一二三四五六七八九]?|[0-9]{1,2})",
)
# 2025年最后一天
YEARS_END = anchored("最后一天", r"(?P<year>20[0-9]{2}|去|前)年的?最后一天")
MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
ENGLISH_DAY = anchored(MONTHS, rf"(?P<english>{MONTHS})[a-z]{{0,6}}\.? (?P<day>[0-9]{{1,2}})(?![0-9])")
# 昨天说错了, 今天都第五天了, 刚才投诉的, 昨天说要这个今天说要那个: the day is that of telling.
RETOLD = (
    r"(?!说[错的]|[打发填输]错|写[错的]|打的|填|发的|那个电话|(?<=今天)(?:都|已经|是?第)"
    r"|(?<=刚才|刚刚)(?:多打|投诉|反映|提交|发过|说过)|说[^,。;]{1,12}[,。;]?\s?[今明]天[又说])"
)
DATE_ENDS = re.compile(r"\s{0,3}(?:\n|$)")
BEFORE_HOLIDAY = anchored("前", HOLIDAY + r"(?:之前|以前|前)(?:的)?(?:最后)?(?P<count>一)(?:天|日|个工作日)")


def after_holiday(match: re.Match[str], today: date) -> date | None:
    """The so-manieth day after the days off, or of them."""
    off = days_off(match["feast"], today)
    if off is None:
        return None
    if not _says_after(match.group()):  # 端午假期第一天
        count = match["count"] and number(match["count"].replace("两", "二"))
        return off[0] + timedelta(days=count - 1) if count else None
    if match["count"]:
        return off[1] + timedelta(days=number(match["count"].replace("两", "二")) or 0)
    weekday = "一二三四五六日".index(match["weekday"].replace("天", "日"))
    first = off[1] + timedelta(days=(weekday - off[1].weekday() - 1) % 7 + 1)
    return first + timedelta(weeks=(number(match["nth"]) or 1) - 1)


def before_holiday(match: re.Match[str], today: date) -> date | None:
    """The day before the days off."""
    off = days_off(match["feast"], today)
    return off and off[0] - timedelta(days=1)


def _says_after(said: str) -> bool:
    """国庆第一天 is the feast's own first day."""
    return any(word in said for word in ("后", "收假", "结束", "过完", "复工", "上班", "开工"))


def feast_day(match: re.Match[str], today: date) -> date | None:
    """The last such feast, the day before it, or what is counted from it."""
    said = {"五月初五": "端午", "九月初九": "重阳"}.get(match["feast"], match["feast"])
    beside = {"除夕": -1, "元宵": 14}.get(match["feast"], 0)
    day = feast("春节" if beside else said, today)
    if day:
        day += timedelta(days=beside)
    return day and day - timedelta(days=1 if match["when"].startswith("前") else 0)


def first_month(match: re.Match[str], today: date) -> date | None:
    """正月初八, 大年初三: counted from the New Year."""
    new_year = feast("春节", today)
    return new_year and new_year + timedelta(days=(number(match["day"]) or 1) - 1)


def months_end(match: re.Match[str], today: date) -> date | None:
    """9月最后一天, 上个月最后一天."""
    month = number(match["month"]) if match["month"] else (today.replace(day=1) - timedelta(days=1)).month
    if month is None:
        return None
    following = date(today.year, month % 12 + 1, 1) if month < 12 else date(today.year + 1, 1, 1)
    day = following - timedelta(days=1)
    return day if day <= today else day.replace(year=today.year - 1)


def years_end(match: re.Match[str], today: date) -> date:
    """The thirty-first of December of that year."""
    year = {"去": today.year - 1, "前": today.year - 2}.get(match["year"]) or int(match["year"])
    return date(year, 12, 31)


def english_weekday(match: re.Match[str], today: date) -> date:
    """last Tuesday: the last one before today."""
    weekday = ("Mon", "Tues", "Wednes", "Thurs", "Fri", "Satur", "Sun").index(match["english"])
    return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)


def english_day(match: re.Match[str], today: date) -> date:
    """June 8: the last one."""
    month = MONTHS.split("|").index(match["english"]) + 1
    day = date(today.year, month, int(match["day"]))
    return day if day <= today else day.replace(year=today.year - 1)


def dates_a_letter(text: str, start: int, end: int) -> bool:
    """Does the date stand alone on its line, under the letter that it dates?"""
    line = text[text.rfind("\n", 0, start) + 1 : start]
    return not line.strip() and start > 0 and DATE_ENDS.match(text, end) is not None

"""Days as people say them, each pattern with what it resolves to, seen from the day of writing.

`PATTERNS` tell a day; what may be one, where nothing tells it surely, stands in `fields_days_loose`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from nlp.anchored import Anchored, anchored
from nlp.fields_calendar import (
    AFTER_HOLIDAY,
    BEFORE_HOLIDAY,
    DAY_OF_MOON,
    ENGLISH_DAY,
    FEAST_DAY,
    MOON_DAY,
    RETOLD,
    YEARS_END,
    after_holiday,
    before_holiday,
    day_of_moon,
    english_day,
    english_weekday,
    feast_day,
    months_end,
    moons_day,
    years_end,
)
from nlp.fields_clock import N
from nlp.numerals import number

YEAR = r"(?:19|20)[0-9]{2}|二[零〇][零〇一二三四五六七八九]{2}"
WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
DAYS_BACK = {
    "大大前天": 4, "大前天": 3, "大前儿": 3, "前天": 2, "前日": 2, "前儿个": 2, "前儿": 2, "前晚": 2,
    "昨上午": 1, "昨下午": 1, "昨中午": 1, "昨晌午": 1, "昨后晌": 1, "昨早上": 1, "昨早": 1,
    "昨天": 1, "昨日": 1, "夜儿个": 1, "夜儿": 1, "夜个": 1, "昨个儿": 1, "前个": 2,
    "昨儿个": 1, "昨儿": 1, "昨晚上": 1, "昨晚": 1, "昨夜里": 1, "昨夜": 1, "昨傍晚": 1, "昨黑": 1,
    "今天": 0, "今日": 0, "今儿个": 0, "今儿": 0, "今个": 0, "昨个": 1, "今早": 0, "今晨": 0, "今晚": 0,
    "刚才": 0, "刚刚": 0, "方才": 0, "yesterday": 1, "today": 0,
}  # fmt: skip


def _number(written: str) -> int:
    value = 1 if written == "元" else number(written.lstrip("初").replace("两", "二"))
    if value is None:
        raise ValueError(written)
    return value


def _year_month_day(match: re.Match[str], today: date) -> date:
    said = match["year"]
    year = {"今": today.year, "本": today.year, "去": today.year - 1, "前": today.year - 2}.get(said) or _number(said)
    return date(year, _number(match["month"]), _number(match["day"]))


def month_day(match: re.Match[str], today: date) -> date | None:
    """The last such day; a day less than two months ahead is one to come, not last year's."""
    day = date(today.year, _number(match["month"]), _number(match["day"]))
    if day <= today:
        return day
    return None if day - today < timedelta(days=60) else day.replace(year=today.year - 1)


def day_of_near_month(match: re.Match[str], today: date) -> date:
    """上个月十八号."""
    first = today.replace(day=1)
    for _ in range(match["which"].count("上")):
        first = (first - timedelta(days=1)).replace(day=1)
    return first.replace(day=_number(match["day"]))


def bare_day(match: re.Match[str], today: date) -> date | None:
    """5号: of this month, else of the last; none where a window has that number."""
    if f"{match['day']}号窗" in match.string:
        return None
    day = _number(match["day"])
    if day <= today.day:
        return today.replace(day=day)
    return (today.replace(day=1) - timedelta(days=1)).replace(day=day)


def _weekday(match: re.Match[str], today: date) -> date | None:
    which, weekday = match["which"] or "", match["weekday"]
    if which.startswith("下"):
        return None
    monday = today - timedelta(days=today.weekday())
    day = monday + timedelta(days=WEEKDAYS[weekday] if weekday in WEEKDAYS else int(weekday) - 1)
    if which:
        return day - timedelta(weeks=which.count("上"))
    return day if day <= today else day - timedelta(weeks=1)


def back(match: re.Match[str], today: date) -> date:
    return today - timedelta(days=DAYS_BACK[match.group()])


def _ago(match: re.Match[str], today: date) -> date:
    unit = {"天": 1, "日": 1}.get(match["unit"], 7)
    return today - timedelta(days=unit * _number(match["count"]))


def _weekday_of_month(match: re.Match[str], today: date) -> date:
    """10月最后一个星期五, 9月第二个周一: of this year, else of the last."""
    for year in (today.year, today.year - 1):
        first = date(year, _number(match["month"]), 1)
        day = first + timedelta(days=(WEEKDAYS[match["weekday"]] - first.weekday()) % 7)
        days = [day + timedelta(weeks=more) for more in range(5) if (day + timedelta(weeks=more)).month == first.month]
        chosen = days[_number(match["nth"]) - 1 if match["nth"] else -1]
        if chosen <= today:
            break
    return chosen


Patterns = Sequence[tuple[Anchored | re.Pattern[str], Callable[[re.Match[str], date], date | None]]]
_BACK_WORDS = "|".join(sorted(DAYS_BACK, key=len, reverse=True))
_BACK_SIGNS, _BEGINS_BACK = "昨|今|前|夜|刚|方才|day", "(?=[昨今前大夜刚方yt])"
BACK_ALONE = anchored(_BACK_SIGNS, rf"{_BEGINS_BACK}(?:{_BACK_WORDS})")

PATTERNS: Patterns = (
    (MOON_DAY, moons_day),
    (anchored("年", rf"(?P<year>{YEAR}|[今去前本])年\s?(?P<month>{N}|元)月份?\s?(?P<day>{N})[日号]?"), _year_month_day),
    (anchored("2", r"(?<![0-9])(?P<year>20[0-9]{2})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})(?![0-9])"),
     _year_month_day),
    (anchored(".",
              r"(?<![0-9.])(?P<month>1[0-2]|0?[1-9])[.](?P<day>[0-9]{1,2})(?=\s?(?:那天|当天|日|号|我|去|上午|下午|[办交领申提报到在打投晚早夜]|中午|凌晨))"),
     month_day),
    (anchored("月", rf"(?<![0-9年])(?P<month>{N}|元)月\s?(?P<day>{N})(?:[日号]|(?![0-9个]))"), month_day),
    (anchored("月", rf"(?P<which>上{{1,2}}个?月|这个?月|本月|当月)(?:份)?的?(?P<day>{N})[日号]"), day_of_near_month),
    (anchored("号",
              rf"(?<![0-9零〇一二三四五六七八九十月第路街巷道村组栋幢弄单元甲乙丙])(?:(?<=[在于从是到就的了我去等个初])|(?<![一-龥]))(?P<day>{N})号(?=上午|下午|早上|中午|晚上|那天|当天|我|去|来|到|就|[,。]|的时候|[0-9]{{1,2}}点|[0-9]{{1,2}}:[0-9]{{2}})"),
     bare_day),
    (anchored("周|星期|礼拜",
              r"(?P<which>上{1,3}|这|本|下{1,3})?个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天1-7])(?!期)"),
     _weekday),
    (ENGLISH_DAY, english_day),
    (anchored("day", r"(?i:last|on|this) (?P<english>Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"), english_weekday),
    (anchored("刚", r"(?<![^,。;!? 我])刚(?=打|去|从|问|接|收|在)"), lambda _, today: today),
    (anchored(_BACK_SIGNS, rf"{_BEGINS_BACK}(?<![到至])(?:{_BACK_WORDS}){RETOLD}"), back),
    (anchored("前", rf"(?P<count>{N}|两)\s?个?(?P<unit>天|日|周|星期|礼拜)(?:之|以)?前"), _ago),
    (AFTER_HOLIDAY, after_holiday),
    (BEFORE_HOLIDAY, before_holiday),
    (FEAST_DAY, feast_day),
    (DAY_OF_MOON, day_of_moon),
    (anchored("最后一天", rf"(?:(?P<month>{N}|元)月份?|上个?月)的?最后一天"), months_end),
    (YEARS_END, years_end),
    (anchored("月",
              rf"(?P<month>{N}|元)月份?的?(?:第(?P<nth>[一二三四五])|最后一)个(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])"),
     _weekday_of_month),
    (anchored("/",
              r"(?<![0-9/])(?P<month>1[0-2]|0?[1-9])/(?P<day>[0-9]{1,2})(?![0-9/])(?=那天|当天|日|号|我|去|上午|下午|早上)"),
     month_day),
)  # fmt: skip

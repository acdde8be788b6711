"""What may be a day, where nothing tells it surely: a feast alone, 初八, 上月十六, 上午那个人."""

from __future__ import annotations

import re
from datetime import date, timedelta

from nlp.anchored import anchored
from nlp.fields_calendar import (
    BEFORE_FEAST,
    DAY_OF_MOON_ALONE,
    FEAST_ALONE,
    LAST_NIGHT,
    before_feast,
    day_of_moon,
    feast_day,
    last_night,
)
from nlp.fields_clock import N
from nlp.fields_days import BACK_ALONE, Patterns, back, bare_day, day_of_near_month, month_day
from nlp.moon import last_day_of_any_month
from nlp.numerals import number


def _day_of_last_month(match: re.Match[str], today: date) -> date | None:
    """上月十六; 上个月初九 is of the moon's month or of the sun's, whichever is the later."""
    by_sun = day_of_near_month(match, today)
    if not match["day"].startswith("初"):
        return by_sun
    this = last_day_of_any_month(1, today)
    before = this and last_day_of_any_month(number(match["day"][1:]) or 1, this - timedelta(days=1))
    return max(by_sun, before) if before else by_sun


LOOSE: Patterns = (
    (FEAST_ALONE, feast_day),
    (BEFORE_FEAST, before_feast),
    (DAY_OF_MOON_ALONE, day_of_moon),
    (LAST_NIGHT, last_night),
    (
        anchored(
            "月",
            r"(?P<which>上月|上个月)份?(?P<day>初[一二三四五六七八九十]|(?:二?十|廿)[一二三四五六七八九]?)"
            r"(?![0-9一二三四五六七八九十几多来个块元万千百次回趟天度吨人户份号日])",
        ),
        _day_of_last_month,
    ),
    (
        anchored("-", r"(?<![0-9-])(?P<month>1[0-2]|0[1-9])-(?P<day>[0-3][0-9])(?=\s[0-9]{1,2}:[0-9]{2})"),
        month_day,
    ),
    (anchored("20", r"(?<![0-9])(?P<month>5)(?P<day>20)(?=[那当][天日])"), month_day),
    # 上午那个人, 早上去的: of today, where no day is told.
    (
        anchored(
            "早|午|晚上|刚",
            r"(?<![天日号周一二三四五六晚早这那每当全整半个末节初旬月年])(?:一大早|大?清早|早上|上午|中午|晌午|下午|晚上|刚刚?)(?![0-9一二三四五六七八九十])",
        ),
        lambda _, today: today,
    ),
    (BACK_ALONE, back),
    (
        anchored(
            ".",
            r"(?<![0-9.])(?P<month>1[0-2]|0?[1-9])[.](?P<day>[0-9]{1,2})(?![0-9.])(?!\s?[元万块%平米吨版折分倍公亿度级个])",
        ),
        month_day,
    ),
    (anchored("/", r"(?<![0-9/])(?P<month>1[0-2]|0?[1-9])/(?P<day>[0-9]{1,2})(?![0-9/])"), month_day),
    (
        anchored(
            "号|日",
            rf"(?<![0-9零〇一二三四五六七八九十廿月第年])(?P<day>{N})[号日](?![0-9二三四五六七八九十]|一(?!大?早)|[楼窗柜台院线门厅])",
        ),
        bare_day,
    ),
)

"""Days told by a holiday: 节后第一天, 国庆后第二天, 放假前一天, 年后上班头一天, 国庆后第一个周一."""

from __future__ import annotations

import re
from datetime import date, timedelta

from nlp.feasts import days_off
from nlp.numerals import number

HOLIDAY = (
    r"(?P<feast>元旦|五一|劳动|国庆|十一|春节|过年|清明|端午|中秋|年(?=后)|(?=节[前后])|(?=收假|复工|放假|长假|小长假|假期))"
    r"(?:节|小?长假|假期|放假|收假|复工)?"
)
AFTER_HOLIDAY = re.compile(
    HOLIDAY + r"(?:结束|过完|收假)?(?:之后|以后|过后|后)?的?(?:上班|开工|复工|开门)?的?"
    r"(?:(?:第|头)(?P<count>[一二两三四五])(?:天|个工作日|个上班日)|第(?P<nth>[一二])个(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天]))"
)
BEFORE_HOLIDAY = re.compile(HOLIDAY + r"(?:之前|以前|前)(?:的)?(?:最后)?(?P<count>一)(?:天|日|个工作日)")


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

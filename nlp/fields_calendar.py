"""Days told by a holiday (节后第一天), a month's or a year's end, or in English; and days that tell no event."""

from __future__ import annotations

import re
from datetime import date, timedelta

from nlp.anchored import anchored
from nlp.feasts import BY_MOON, NAMES, days_off, feast
from nlp.moon import LAST, MONTH_NAMES, last_day_of_any_month, last_moon_day
from nlp.numerals import number

HOLIDAY = (
    r"(?P<feast>元旦|五一|劳动|国庆|十一|春节|过年|清明|端午|中秋|年(?=后)|(?=节[前后])|(?=收假|复工|放假|长假|小长假|假期))"
    r"(?:节|小?长假|假期|放假|收假|复工)?"
)
AFTER_HOLIDAY = anchored(
    "第|头",
    HOLIDAY + r"(?:结束|过完|收假)?(?:之后|以后|过后|后)?的?(?:上班|开工|复工|开门)?的?"
    r"(?:(?:第|头)(?P<count>[一二两三四五])(?:天|个工作日|个上班日)|(?:第(?P<nth>[一二])|头一)个(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天]))",
)
WHICH_YEAR = r"(?P<which>去|前|今|20[0-9]{2})年的?"
NAMES_LONGEST_FIRST = sorted(NAMES, key=len, reverse=True)
FEASTS = "|".join(NAMES_LONGEST_FIRST)
# 六一, 十一 are figures as often: a feast only where it is called one.
NUMBERED = ("双十一", "双十二", "三八", "五一", "五四", "六一", "七一", "八一", "十一")
NAMED = tuple(name for name in NAMES_LONGEST_FIRST if name not in NUMBERED)
# 去年立秋那天, 端午第二天, 中元节前一天夜里, 重阳节上午
FEAST_DAY = anchored(
    FEASTS,
    rf"(?:{WHICH_YEAR})?(?:(?P<feast>(?:{'|'.join(NUMBERED)})?(?:{'|'.join(NAMED)}))|(?<![零〇一二三四五六七八九十])(?P<numbered>{'|'.join(NUMBERED)}))(?:节气|节)?(?:的)?"
    r"(?P<when>当天|那天|当日|那一天|这天|正日子|前一天|前一日|前一晚|头一天|第二天|次日|后一天|第三天|夜里|夜|当晚|晚上|上午|下午|早上|中午|一早|一大早|凌晨)",
)
# 清明节我上坟回来, 昨天小年: a feast alone, which may be no more than the season.
FEAST_ALONE = anchored(
    "节|" + "|".join(NAMED),
    rf"(?:{WHICH_YEAR})?(?:(?P<feast>{'|'.join(NAMED)})节?|(?P<numbered>{'|'.join(NUMBERED)})节)(?!节|[前后期假快补福礼敬还]|之[前后]|以[前后]|不|放假)",
)
AFTER_FEAST = {"前": -1, "头": 0, "第二": 1, "次": 1, "后": 1, "第三": 2}
# 腊月廿三, 闰六月初十, 八月初八(农历), 大年初三, 正月十五, 三月三
BY_THE_MOON = r"农历|阴历|旧历|古历|老历"
MOON_DAY = anchored(
    "月|年",
    rf"(?=[去前今2农阴旧古老闰正冬腊十一二三四五六七八九0-9大年])(?:{WHICH_YEAR})?(?P<told>{BY_THE_MOON})?(?P<doubled>闰)?(?:(?P<month>正|冬|腊|十[一二]?|[一二三四五六七八九]|[0-9]{{1,2}})月|大年|(?<![今去明本当前])年(?=初))"
    r"(?P<day>(?>初[一二三四五六七八九十]|廿[一二三四五六七八九]?|二?十[一二三四五六七八九]?|三十|[一二三四五六七八九](?!十)))(?![日号点个块0-9])"
    rf"(?:那天|当天)?(?P<after>\((?:{BY_THE_MOON})\)|,?(?:{'|'.join(BY_MOON)})|[,。]?[一-龥]{{0,6}}(?:{BY_THE_MOON}))?",
)
LAST_OF_YEAR = 30
TWICE = ("二月二", "三月三", "六月六", "七月七", "九月九")
# 初七那天, 初五大早: the moon's day, its month unsaid; 初一 alone is a form at school.
DAY_OF_MOON = anchored(
    "初",
    r"(?<![一二三四五六七八九十正冬腊月年当最起])初(?P<day>[一二三四五六七八九十])(?=那天|当天|早|大早|一早|上午|下午|中午|晚上|夜)",
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
# 元旦前三天, which may be three days as well.
BEFORE_FEAST = anchored("前", rf"(?P<feast>{FEASTS})节?[之以]?前的?(?P<count>[二两三四五六七])[天日]")
# 初八, 初五: of the moon, or of a school.
DAY_OF_MOON_ALONE = anchored(
    "初",
    r"(?<![0-9零〇一二三四五六七八九十正冬腊月年当最起个高升、])初(?P<day>[一二三四五六七八九十])"
    r"(?![0-9一二三四五六七八九十年级班学生中下毕的步次期、]|[上下]学期)",
)
# 三十儿晚上, 年三十
LAST_NIGHT = anchored("三十", r"(?<!大)年三十儿?|(?<![0-9零〇一二三四五六七八九十月年])三十儿?(?=[晚夜])")


def after_holiday(match: re.Match[str], today: date) -> date | None:
    """The so-manieth day after the days off, or of them."""
    off = days_off(match["feast"], today)
    own = feast(match["feast"], today)
    if own and (off is None or own - off[0] > timedelta(days=99)):
        off = own, own  # no notice of that year yet
    if off is None:
        return None
    if not _says_after(match.group()):  # 端午假期第一天
        count = match["count"] and number(match["count"].replace("两", "二"))
        return off[0] + timedelta(days=count - 1) if count else None
    if match["count"]:
        return off[1] + timedelta(days=number(match["count"].replace("两", "二")) or 0)
    weekday = "一二三四五六日".index(match["weekday"].replace("天", "日"))
    first = off[1] + timedelta(days=(weekday - off[1].weekday() - 1) % 7 + 1)
    return first + timedelta(weeks=(number(match["nth"] or "一") or 1) - 1)


def before_holiday(match: re.Match[str], today: date) -> date | None:
    """The day before the feast; before the days off, where those are spoken of (放假前一天)."""
    off = None if _is_feast_itself(match) else days_off(match["feast"], today)
    first = off[0] if off else feast(match["feast"], today)
    return first and first - timedelta(days=1)


def _is_feast_itself(match: re.Match[str]) -> bool:
    """中秋前一天 is no day of the long holiday that is joined to it."""
    return bool(match["feast"]) and "假" not in match.group()


def before_feast(match: re.Match[str], today: date) -> date | None:
    """元旦前三天: of the last such day."""
    count, day = number(match["count"].replace("两", "二")) or 0, None
    for later in (timedelta(days=count), timedelta(0)):  # so many days before a feast that is still to come, too
        day = day or feast(match["feast"], today + later)
    return day and day - timedelta(days=count)


def last_night(match: re.Match[str], today: date) -> date | None:
    """The year's last day, be it the twenty-ninth."""
    return feast("除夕", today)


def _says_after(said: str) -> bool:
    """国庆第一天 is the feast's own first day."""
    return any(word in said for word in ("后", "收假", "结束", "过完", "复工", "上班", "开工"))


def feast_day(match: re.Match[str], today: date) -> date | None:
    """The last such feast, the day before it, or what is counted from it."""
    year = match["which"]
    back = {None: 0, "今": 0, "去": 1, "前": 2}.get(year)
    said = match["numbered"] or match["feast"]
    named = next((said.removeprefix(each) for each in NUMBERED if said != each and said.startswith(each)), said)
    day = feast(named, today, today.year - int(year) if back is None else back)
    when = match.groupdict().get("when") or ""
    return day and day + timedelta(days=next((days for word, days in AFTER_FEAST.items() if when.startswith(word)), 0))


def is_by_the_moon(match: re.Match[str]) -> bool:
    """五月十七 alone may be a day of the sun; 腊月, 初八, 廿三 and what says so are none."""
    if not match["month"] or match["month"] in MONTH_NAMES or match["day"][0] in "初廿" or match["doubled"]:
        return True
    return bool(match["told"] or match["after"]) or match["month"] + "月" + match["day"] in TWICE


def moons_day(match: re.Match[str], today: date) -> date | None:
    """正月初八, 腊月廿三: the last such day of the moon."""
    year = match["which"]
    back = {None: 0, "今": 0, "去": 1, "前": 2}.get(year)
    said = match["month"] or "正"
    month = MONTH_NAMES.get(said) or number(said)
    day = number(match["day"].lstrip("初").replace("廿", "二十"))
    if not month or not day:
        return None
    if not match["month"] and day == LAST_OF_YEAR:  # 大年三十 is the year's last day, be it the twenty-ninth
        return feast("除夕", today, 0 if back is None else back)
    by_moon = last_moon_day(month, day, today, bool(match["doubled"]), today.year - int(year) if back is None else back)
    if match["day"][0] != "廿" or said in MONTH_NAMES or match["told"] or match["after"] or year:
        return by_moon
    return max(filter(None, (by_moon, last_day(month, day, today))), default=None)  # 廿 is said of the sun's days too


def last_day(month: int, day: int, today: date) -> date | None:
    """The last such day of the sun; none where the month has no such day."""
    years = (today.year - (date(today.year, month, 1) > today), today.year - 1) if month <= LAST else ()
    days = (date(year, month, 1) + timedelta(days=day - 1) for year in years)
    return next((each for each in days if each <= today and each.month == month), None)


def day_of_moon(match: re.Match[str], today: date) -> date | None:
    """初七那天."""
    return last_day_of_any_month(number(match["day"]) or 1, today)


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

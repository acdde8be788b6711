"""When it happened: dates and clock times in everyday Chinese, seen from the moment of writing.

Weeks run from Monday. The first time said is the event's; a deadline (前、截止、承诺) or a day to come is none. What
cannot be told to the day (前几天、上个月) is found without a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from nlp.anchored import Anchored, anchored
from nlp.fields_calendar import (
    AFTER_HOLIDAY,
    BEFORE_HOLIDAY,
    ENGLISH_DAY,
    FEAST_DAY,
    FIRST_MONTH,
    RETOLD,
    YEARS_END,
    after_holiday,
    before_holiday,
    dates_a_letter,
    english_day,
    english_weekday,
    feast_day,
    first_month,
    months_end,
    years_end,
)
from nlp.found import Found
from nlp.numerals import number

N = r"[0-9]{1,2}|[零〇一二三四五六七八九十]{1,3}"
YEAR = r"(?:19|20)[0-9]{2}|二[零〇][零〇一二三四五六七八九]{2}"
PART = r"凌晨|清晨|早上|早晨|清早|大早上|上午|中午|午后|下午|傍晚|晚上|夜里|深夜|大?半夜|夜间|一大早|晚|早"

AT_NIGHT = ("晚上", "夜里", "深夜", "晚", "半夜", "大半夜", "夜间")
DAY_MINUTES = 24 * 60
WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 5}
DAYS_BACK = {
    "大大前天": 4, "大前天": 3, "大前儿": 3, "前天": 2, "前日": 2, "前儿个": 2, "前儿": 2, "前晚": 2,
    "昨上午": 1, "昨下午": 1, "昨中午": 1, "昨晌午": 1, "昨后晌": 1, "昨早上": 1, "昨早": 1,
    "昨天": 1, "昨日": 1, "昨儿个": 1, "昨儿": 1, "昨晚上": 1, "昨晚": 1, "昨夜": 1,
    "今天": 0, "今日": 0, "今儿个": 0, "今儿": 0, "今个": 0, "昨个": 1, "今早": 0, "今晨": 0, "今晚": 0,
    "刚才": 0, "刚刚": 0, "方才": 0, "yesterday": 1, "today": 0,
}  # fmt: skip

CLOCK = re.compile(
    rf"(?:\([^()]{{2,12}}\)|,?\s?(?:周|星期|礼拜)[一二三四五六日天](?=[,上下早中晚]))?\s?[的,]?\s?(?:大概|大约|约|差不多|快到?|将近)?\s?(?P<part>{PART})?\s?(?:的|大概|大约|约|差不多|快|将近)?\s?"
    rf"(?:(?P<hour>{N}|两)(?:点钟|点|时)(?!间|候|段)(?P<minute>半|一刻|三刻|{N})?分?|(?P<h>[0-9]{{1,2}}):(?P<m>[0-9]{{2}}))?"
)
AFTER_IS_DEADLINE = re.compile(
    r"\s?(?:之前|以前|前|之内|以内|内|截止|到期|为止|期满|恢复|开通|开放|出生|生的|[还才]?有?效)"
)
BEFORE_IS_DEADLINE = re.compile(
    r"(?:截止|截至|最晚|最迟|限期|期限|承诺|答应|保证|约定|有效期|到期日?|到期时间|延期到|延长到|推迟到|出生于?|生于|生日"
    r"|务必在?|必须在|要求在)[是为到至在于:我们说]{0,3}\s?$"
)
HOURS_AGO = anchored("前", rf"(?P<count>半|两|{N})个?(?P<unit>小时|钟头|分钟)(?:之|以)?前")
HABIT_BEFORE = re.compile(
    r"(?:每(?:周|星期|礼拜)?[一二三四五六日天][和、跟及]?|第.个|后一个|每逢|每个|每|只有|凡是|除了|取消了?|逢|至|到|-|—|~)$"
)
DAY_FOLLOWS = re.compile(r"[0-9一二三四五六七八九十]{1,3}[日号]")
HABIT_AFTER = re.compile(
    r"的?(?:[一-龥]{0,4}(?:办理|值班|业务|办公)|才?有空)|[上下]午没人上班|(?:周|星期|礼拜)[一二三四五六日天]|[不没]开门|(?:到|至|-|—|~|、)(?:周|星期|礼拜)?[一二三四五六日天]|[一-龥]{0,3}(?:上班|开门|办公|营业|开放|办理)(?:吗|么|不|嘛|没有)"
)


@dataclass(frozen=True)
class _Day:
    start: int
    end: int
    day: date | None


def find_times(text: str, now: datetime) -> list[Found]:
    """Every past moment said, in order; vague ones only where no day is said."""
    exact = [found for day in _days(text, now.date()) if (found := _moment(text, day, now)) is not None]
    exact = sorted([*exact, *_hours_ago(text, now)], key=lambda found: found.start)
    vague = [
        Found("event_time", None, match.start(), match.end())
        for match in VAGUE.finditer(text)
        if not AFTER_IS_DEADLINE.match(text, match.end()) and not DAY_FOLLOWS.match(text, match.end())
    ]
    if exact and vague and vague[0].end <= exact[0].start and MONTH_SAID.fullmatch(text, *_span(vague[0])):
        return [vague[0], *exact]
    return exact or vague


def _span(found: Found) -> tuple[int, int]:
    return found.start, found.end


def _days(text: str, today: date) -> Iterator[_Day]:
    """Days in order, the longest reading of each place."""
    hits = [
        _Day(match.start(), match.end(), _resolved(resolve, match, today))
        for pattern, resolve in PATTERNS
        for match in pattern.finditer(text)
        if not _is_habit(text, match)
    ]
    end = 0
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if hit.start >= end:
            end = hit.end
            yield hit


def _resolved(resolve: Callable[[re.Match[str], date], date | None], match: re.Match[str], today: date) -> date | None:
    try:
        return resolve(match, today)
    except (ValueError, OverflowError):
        return None  # the thirtieth of February


def _is_habit(text: str, match: re.Match[str]) -> bool:
    """每周三, 周一至周五: hours of business, not an event."""
    said = match.group()
    if "上" in said or ("周" not in said and "星期" not in said and "礼拜" not in said):
        return False
    return bool(HABIT_BEFORE.search(text[: match.start()][-6:]) or HABIT_AFTER.match(text, match.end()))


def _moment(text: str, hit: _Day, now: datetime) -> Found | None:
    if hit.day is None or hit.day > now.date() or dates_a_letter(text, hit.start, hit.end):
        return None
    clock = CLOCK.match(text, hit.end)
    end, said, on = hit.end, "", hit.day
    if clock and (clock["hour"] or clock["h"]):
        part = clock["part"] or _part_inside(text[hit.start : hit.end])
        minute = _minutes(part, clock)
        if minute is not None and minute >= DAY_MINUTES:  # 昨晚12点半 is past midnight
            on, minute = on + timedelta(days=1), minute - DAY_MINUTES
        end, said = (clock.end(), f"T{minute // 60:02}:{minute % 60:02}") if minute is not None else (end, "")
    if AFTER_IS_DEADLINE.match(text, end) or BEFORE_IS_DEADLINE.search(text[max(0, hit.start - 10) : hit.start]):
        return None
    return Found("event_time", on.isoformat() + said, hit.start, end)


def _part_inside(said: str) -> str:
    return {"晚": "晚上", "夜": "晚上", "早": "早上", "晨": "早上", "上": "晚上"}.get(said[-1:], "")


def _minutes(part: str, clock: re.Match[str]) -> int | None:
    hour = number(clock["hour"].replace("两", "二")) if clock["hour"] else int(clock["h"])
    if hour and hour > 24 and clock["hour"]:
        hour //= 10  # 三四点钟
    quarter = {"半": 30, "一刻": 15, "三刻": 45}
    said = clock["minute"] or clock["m"] or "0"
    minute = quarter[said] if said in quarter else number(said)
    if not part and hour is not None and 1 <= hour <= 5:
        part = "下午"  # three o'clock and nothing more is an hour of business
    if hour is None or minute is None or hour > 24 or minute > 59:
        return None
    late = (part in AT_NIGHT or part in ("下午", "午后", "傍晚")) and hour < 12 and not (part != "下午" and hour < 5)
    noon = part == "中午" and hour < 10
    midnight = part in AT_NIGHT and hour == 12
    return (hour % 24 + (12 if late or noon or midnight else 0)) * 60 + minute


def _number(written: str) -> int:
    value = number(written.replace("两", "二"))
    if value is None:
        raise ValueError(written)
    return value


def _year_month_day(match: re.Match[str], today: date) -> date:
    said = match["year"]
    year = {"今": today.year, "本": today.year, "去": today.year - 1, "前": today.year - 2}.get(said) or _number(said)
    return date(year, _number(match["month"]), _number(match["day"]))


def _month_day(match: re.Match[str], today: date) -> date | None:
    """The last such day; a day less than two months ahead is one to come, not last year's."""
    day = date(today.year, _number(match["month"]), _number(match["day"]))
    if day <= today:
        return day
    return None if day - today < timedelta(days=60) else day.replace(year=today.year - 1)


def _day_of_near_month(match: re.Match[str], today: date) -> date:
    first = today.replace(day=1)
    for _ in range(match["which"].count("上")):
        first = (first - timedelta(days=1)).replace(day=1)
    return first.replace(day=_number(match["day"]))


def _bare_day(match: re.Match[str], today: date) -> date | None:
    """5号: of this month, else of the last; none where a window has that number."""
    if f"{match['day']}号窗" in match.string:
        return None
    day = _number(match["day"])
    if day <= today.day:
        return today.replace(day=day)
    return (today.replace(day=1) - timedelta(days=1)).replace(day=day)


def _weekday(match: re.Match[str], today: date) -> date | None:
    which, weekday = match["which"] or "", match["weekday"]
    if which.startswith("下") or (weekday == "末" and not which):
        return None
    monday = today - timedelta(days=today.weekday())
    day = monday + timedelta(days=WEEKDAYS[weekday] if weekday in WEEKDAYS else int(weekday) - 1)
    if which:
        return day - timedelta(weeks=which.count("上"))
    return day if day <= today else day - timedelta(weeks=1)


def _back(match: re.Match[str], today: date) -> date:
    return today - timedelta(days=DAYS_BACK[match.group()])


def _ago(match: re.Match[str], today: date) -> date:
    unit = {"天": 1, "日": 1}.get(match["unit"], 7)
    return today - timedelta(days=unit * _number(match["count"]))


def _hours_ago(text: str, now: datetime) -> Iterator[Found]:
    """两小时前, 半个小时前: a moment, counted back from now."""
    for match in HOURS_AGO.finditer(text):
        count = 0.5 if match["count"] == "半" else number(match["count"].replace("两", "二"))
        if count is not None:
            moment = now - timedelta(**{"minutes" if match["unit"] == "分钟" else "hours": count})
            yield Found("event_time", f"{moment:%Y-%m-%dT%H:%M}", *match.span())


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


_BACK_WORDS = "|".join(sorted(DAYS_BACK, key=len, reverse=True))

PATTERNS: tuple[tuple[Anchored | re.Pattern[str], Callable[[re.Match[str], date], date | None]], ...] = (
    (anchored("年", rf"(?P<year>{YEAR}|今|去|前|本)年\s?(?P<month>{N})月份?\s?(?P<day>{N})[日号]?"), _year_month_day),
    (anchored("2", r"(?<![0-9])(?P<year>20[0-9]{2})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})(?![0-9])"),
     _year_month_day),
    (anchored(".",
              r"(?<![0-9.])(?P<month>1[0-2]|0?[1-9])[.](?P<day>[0-9]{1,2})(?=\s?(?:那天|当天|日|号|我|去|上午|下午|[办交领申提报到在打投晚早夜]|中午|凌晨))"),
     _month_day),
    (anchored("月", rf"(?<![0-9年])(?P<month>{N})月\s?(?P<day>{N})(?:[日号]|(?![0-9个]))"), _month_day),
    (anchored("月", rf"(?P<which>上{{1,2}}个?月|这个?月|本月|当月)(?:份)?的?(?P<day>{N})[日号]"), _day_of_near_month),
    (anchored("号",
              rf"(?<![0-9零〇一二三四五六七八九十月第路街巷道村组栋幢弄单元甲乙丙])(?:(?<=[在于从是到就的了我去等个初])|(?<![一-龥]))(?P<day>{N})号(?=上午|下午|早上|中午|晚上|那天|当天|我|去|来|到|就|[,。]|的时候|[0-9]{{1,2}}点|[0-9]{{1,2}}:[0-9]{{2}})"),
     _bare_day),
    (anchored("周|星期|礼拜",
              r"(?P<which>上{1,3}|这|本|下{1,3})?个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末1-7])(?!期)"),
     _weekday),
    (ENGLISH_DAY, english_day),
    (anchored("day", r"(?i:last|on|this) (?P<english>Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"), english_weekday),
    (anchored("刚", r"(?<![^,。;!? 我])刚(?=打|去|从|问|接|收|在)"), lambda _, today: today),
    (anchored("天|日|晚|早|晨|夜|儿|个|刚|方才|day|昨", rf"(?<![到至])(?:{_BACK_WORDS}){RETOLD}"), _back),
    (anchored("前", rf"(?P<count>{N}|两)\s?个?(?P<unit>天|日|周|星期|礼拜)(?:之|以)?前"), _ago),
    (AFTER_HOLIDAY, after_holiday),
    (BEFORE_HOLIDAY, before_holiday),
    (FEAST_DAY, feast_day),
    (FIRST_MONTH, first_month),
    (anchored("最后一天", rf"(?:(?P<month>{N})月份?|上个?月)的?最后一天"), months_end),
    (YEARS_END, years_end),
    (anchored("月",
              rf"(?P<month>{N})月份?的?(?:第(?P<nth>[一二三四五])|最后一)个(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])"),
     _weekday_of_month),
    (anchored("/",
              r"(?<![0-9/])(?P<month>1[0-2]|0?[1-9])/(?P<day>[0-9]{1,2})(?![0-9/])(?=那天|当天|日|号|我|去|上午|下午|早上)"),
     _month_day),
)  # fmt: skip

SEASONS = (
    r"[春夏秋冬][天季]?|春节|上半年|下半年|年底|年末|年初|年中|底|初|腊月|正月|(?:国庆|春节|五一|中秋|元旦|端午|清明)节?(?:前|后|期间)?"
    r"|[0-9一二三四五六七八九十]{1,2}月份?(?:初|底|中旬|上旬|下旬)?"
)
FIGURE = "[0-9一二三四五六七八九十]"
# A month alone is when it happened, though a day be told of something later.
MONTH_SAID = re.compile(
    r"[去前]年[一-龥]{1,6}|(?:去年|今年)?(?:[0-9一二三四五六七八九十]{1,2}月|腊月|上个?月|年)(?:里|份|初|底|末|中旬|上旬|下旬|月初|月底){0,2}"
)
VAGUE = anchored(
    "几天|两天|些天|些日|几日|最近|近期|近来|阵|段|月|年|周|星期|礼拜|久|前有|一天|有天|那天|当天|早些|庆|五一|十一|旦|秋|节|假|春|夏|冬",
    r"(?=[前这最近上月年去今不好很之有那几半多十腊早0-9一二三四五六七八九两国元中春节放假过暑寒本到每夏秋冬开入七小])"
    r"(?:前几天|前两天|前些天|前些日子|这些天|这几天|这两天|这几日|最近几天|最近(?!的)|近期|近来|前阵子|前一阵子?|前段时间|前一段时间|前段日子"
    r"|这段时间|上个?月(?:月?底|月?初|中旬|上旬|下旬|末)?|这个月初|月初|月底|月中|年初(?![一二三四五六七八九十])|年底|年前|年后"
    rf"|20[0-9]{{2}}年(?:{SEASONS})|去年(?:{SEASONS})?|今年(?:{SEASONS}|以来)?(?![一-龥]{{0,4}}(?:吗|么|没有|什么时候|啥时候|几月))(?!{FIGURE}{{1,3}}(?:岁|了|周岁|的人|[,。;]))|前年(?:{SEASONS})?"
    r"|上{1,3}个?(?:周|星期|礼拜)|前不久|不久前|好久以?前|很久以?前|之前有一?次|有一天|有天|那天|几天前|几周前|几个月前"
    r"|半个?月前|半年前|(?<![年个])(?:春天|夏天|秋天|冬天|开春|入冬|入夏)(?=就|那会|报的?|办的?|交的?|申请)|多年前|十?几年前|腊月(?:里|底|间)?|(?:腊八|七夕|小年|冬至|中元)节?(?:那天|当天)|早些时候|早几天"
    rf"|(?:{FIGURE}|两){{1,3}}个?(?:多月|月|多年|年)(?:之|以)?前|(?<!正){FIGURE}{{1,2}}月(?:份|初(?!{FIGURE})|中旬|上旬|下旬|底|末)"
    r"|十一(?:假期|长假|期间|前(?=就)|后(?=就))|国庆(?:节?期间|假期|前后|节?前(?!能|要|可|必|完成|给)|节?后)|五一(?:期间|假期|前|后)|元旦(?:期间|假期|节?前|节?后)"
    r"|中秋节?(?:期间|前|后)|春节(?:期间|前后|前|后)?|节后第一天|放假前一天|假期(?:前|后|期间)|节前|节后|过年期间|暑假|寒假"
    r"|(?:上|这个?|本|一到|每到)周末)",
)

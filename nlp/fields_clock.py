"""The time of day as people say it: 下午三点半, 夜里十一点二十, 大清早七点五十."""

from __future__ import annotations

import re

from nlp.anchored import anchored
from nlp.numerals import HAN_FIGURES, number

N = r"[0-9]{1,2}|[零〇一二三四五六七八九十廿]{1,3}"
PART = (
    r"凌晨|清晨|[早晚]高峰|大?清早|早上|早晨|大早上?|一大早|一早|上午|中午|晌午|午后|下午|后晌"
    r"|傍晚|傍黑|擦黑|晚上|夜里|黑夜|深夜|大?半夜|夜间|晚|早"
)

AT_NIGHT = ("晚上", "晚高峰", "傍黑", "擦黑", "夜里", "黑夜", "深夜", "晚", "半夜", "大半夜", "夜间")
DAY_MINUTES = 24 * 60
NOON = 12
HALF_DAY = NOON * 60
# Whoever writes later than this may speak of an afternoon to come: 牌子上写五点下班.
OPENING = 9 * 60
ONE_TO_NINE = "[一二三四五六七八九]"
FIFTY_NINE = rf"(?:[二三四五]?十|廿){ONE_TO_NINE}?"
# 五点四十, 2点07, 五点差十分; 两点三辆, 三点12345 and 十点一直 tell no minute: a figure alone has its 分.
MINUTE = (
    rf"半|[差欠]?[一三]刻|[零〇][一二三四五六七八九0-9]|(?:{FIFTY_NINE}|[0-9]{{2}})(?![0-9])"
    rf"|[差欠过]?(?:{FIFTY_NINE}|{ONE_TO_NINE}|[0-9]{{1,2}})(?=分)"
)
HOUR = rf"(?:(?P<hour>{N}|两)(?:点钟|点|时)(?!间|候|段)(?P<minute>{MINUTE})?分?|(?P<h>[0-9]{{1,2}}):(?P<m>[0-9]{{2}}))"
SOME = r"大概|大约|约|差不多|快到?|将近|整"
ABOUT = f"(?:的|{SOME})?"
# 上周三(阴天)上午九点, 6月20日,也就是今天,10点, 今儿一早(六点), 初五大早,六点整
CLOCK = re.compile(
    r"(?:\([^()]{2,12}\)|,?\s?(?:周|星期|礼拜)[一二三四五六日天](?=[,上下早中晚])|,?也?就是(?:今|昨|前)[天日儿],)?\s?[的,:]?\s?"
    rf"{ABOUT}\s?(?P<part>{PART})?[,(]?\s?{ABOUT}\s?(?:[一-龥]{{1,3}}\()?{HOUR}?"
)
A_CLOCK = anchored(
    "点|时|:",
    r"(?=[大约差快将整凌清早晚一上中晌午下后傍擦夜黑深半两零〇一二三四五六七八九十廿0-9])"
    rf"(?!一点(?!钟|多|半|一刻|[零二三四五十差过左到还才了]))(?!一时)(?<![0-9{HAN_FIGURES}:第])(?:(?P<part>{PART}){ABOUT}\s?|(?:{SOME})\s?)?{HOUR}(?!:)",
)
# 今天腊八,冻得要死,早上七点: so far on a day's clock may stand.
FAR = 14
NIGHT = re.compile("[晚夜]")
# What a day's own word ends with, and the part of the day that it tells.
PARTS_INSIDE = {
    ("早上", "早", "晨"): "早上", ("上午",): "上午", ("中午", "晌午"): "中午", ("下午", "后晌"): "下午",
    ("晚", "夜", "晚上", "夜里", "黑"): "晚上",
}  # fmt: skip
CLOCK_BEFORE = re.compile(rf"(?P<part>{PART})?{HOUR}[,。]\s?$")


def part_inside(said: str) -> str:
    """昨晚, 今早: the part of the day that the day's own word tells."""
    return next((part for words, part in PARTS_INSIDE.items() if said.endswith(words)), "")


def minutes(part: str, clock: re.Match[str]) -> int | None:
    """Since midnight; more than a day's where midnight is past; None where it is no time of day."""
    hour = number(clock["hour"].replace("两", "二")) if clock["hour"] else int(clock["h"])
    if hour and hour > 24 and clock["hour"]:
        hour //= 10  # 三四点钟
    minute = _past_the_hour(clock["minute"] or clock["m"] or "0")
    if not part and hour is not None and 1 <= hour <= 5:
        part = "下午"  # three o'clock and nothing more is an hour of business
    if hour is None or minute is None or hour > 24 or minute > 59:
        return None
    late = hour < 12 and (part in ("下午", "午后", "后晌", "傍晚") or (part in AT_NIGHT and hour >= 5))
    noon = part in ("中午", "晌午") and hour < 10
    midnight = part in AT_NIGHT and hour == 12
    since_midnight = (hour % 24 + (12 if late or noon or midnight else 0)) * 60 + minute
    return since_midnight if since_midnight >= 0 else None


def until(latest: int, part: str, clock: re.Match[str], minute: int) -> int:
    """四点半 before the afternoon was half past four in the night; 十点了, written in the evening, is the evening's."""
    said = clock["hour"] or clock["h"]
    if part or said.startswith("0") or (number(said.replace("两", "二")) or HALF_DAY) >= NOON:
        return minute
    is_before_hours = minute > latest and latest < OPENING
    is_now = minute + HALF_DAY <= latest and clock.string.startswith("了", clock.end())
    return minute + HALF_DAY if is_now else minute % HALF_DAY if is_before_hours else minute


def _past_the_hour(said: str) -> int | None:
    """差十分 is less than none."""
    figures = said.lstrip("差欠过")
    minute = {"半": 30, "一刻": 15, "三刻": 45}.get(figures) or number(figures)
    return minute if minute is None or said[0] not in "差欠" else -minute


def part_before(clock: re.Match[str], since: int) -> str:
    """大半夜的打不开,九点四十就试了: night, where night is spoken of just before."""
    return "晚上" if NIGHT.search(clock.string, max(0, since), clock.start()) else ""

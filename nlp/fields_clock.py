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
HOUR = (
    rf"(?:(?P<hour>{N}|两)(?:点钟|点|时)(?!间|候|段)(?P<minute>半|一刻|三刻|[零〇][一二三四五六七八九]|(?!一[直个])(?:{N}))?分?"
    r"|(?P<h>[0-9]{1,2}):(?P<m>[0-9]{2}))"
)
ABOUT = r"(?:的|大概|大约|约|差不多|快到?|将近|整)?"
# 上周三(阴天)上午九点, 6月20日,也就是今天,10点, 今儿一早(六点), 初五大早,六点整
CLOCK = re.compile(
    r"(?:\([^()]{2,12}\)|,?\s?(?:周|星期|礼拜)[一二三四五六日天](?=[,上下早中晚])|,?也?就是(?:今|昨|前)[天日儿],)?\s?[的,:]?\s?"
    rf"{ABOUT}\s?(?P<part>{PART})?[,(]?\s?{ABOUT}\s?(?:[一-龥]{{1,3}}\()?{HOUR}?"
)
A_CLOCK = anchored("点|时|:", rf"(?<![0-9{HAN_FIGURES}:])(?P<part>{PART})?{ABOUT}\s?{HOUR}(?!:)")
# 今天腊八,冻得要死,早上七点: so far on a day's clock may stand.
FAR = 14
NIGHT = re.compile("[晚夜]")
CLOCK_BEFORE = re.compile(rf"(?P<part>{PART})?{HOUR}[,。]\s?$")


def part_inside(said: str) -> str:
    """昨晚, 今早: the part of the day that the day's own word tells."""
    return {"晚": "晚上", "夜": "晚上", "早": "早上", "晨": "早上", "上": "晚上"}.get(said[-1:], "")


def minutes(part: str, clock: re.Match[str]) -> int | None:
    """Since midnight; more than a day's where midnight is past; None where it is no time of day."""
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
    late = hour < 12 and (part in ("下午", "午后", "后晌", "傍晚") or (part in AT_NIGHT and hour >= 5))
    noon = part in ("中午", "晌午") and hour < 10
    midnight = part in AT_NIGHT and hour == 12
    return (hour % 24 + (12 if late or noon or midnight else 0)) * 60 + minute


def part_before(clock: re.Match[str], since: int) -> str:
    """大半夜的打不开,九点四十就试了: night, where night is spoken of just before."""
    return "晚上" if NIGHT.search(clock.string, max(0, since), clock.start()) else ""

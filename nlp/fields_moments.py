"""A day said and the clock beside it, read as a moment: 昨天下午三点, 夜里十一点二十,前天夜里."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from nlp.anchored import anchored
from nlp.fields_calendar import MOON_DAY, dates_a_letter, is_by_the_moon
from nlp.fields_clock import CLOCK, CLOCK_BEFORE, DAY_MINUTES, FAR, N, minutes, part_inside, until
from nlp.fields_days import Patterns
from nlp.fields_habits import is_habit
from nlp.found import Found
from nlp.numerals import number

# More than these nobody tells.
MOST_TIMES = 100
FAR_IN_NIGHT = re.compile("半夜|凌晨")
# 昨晚四点 is of the next day's morning.
BEFORE_DAWN = 5 * 60

HOURS_AGO = anchored("前", rf"(?P<count>半|两|{N})个?(?P<unit>小时|钟头|分钟)(?:之|以)?前")


@dataclass(frozen=True)
class Moment:
    """`found`: the day with its clock, if one is said; `day`: the day's own words."""

    found: Found
    day: Found


def moments(text: str, now: datetime, patterns: Patterns) -> list[Moment]:
    """Every day said that is not to come, in order, the longest reading of each place."""
    days = _days(text, now.date(), patterns)
    return [each for start, end, day in days if day and (each := _moment(text, start, end, day, now)) is not None]


def hours_ago(text: str, now: datetime) -> Iterator[Found]:
    """两小时前, 半个小时前: a moment, counted back from now."""
    for match in HOURS_AGO.finditer(text):
        count = 0.5 if match["count"] == "半" else number(match["count"].replace("两", "二"))
        if count is not None:
            moment = now - timedelta(**{"minutes" if match["unit"] == "分钟" else "hours": count})
            yield Found("event_time", f"{moment:%Y-%m-%dT%H:%M}", *match.span())


def minute_of(clock: re.Match[str], part: str, on: date, now: datetime) -> int | None:
    """Since that day's midnight. `part`: of the day, as told elsewhere. Today's clock is not after now if it may be
    before."""
    part = clock["part"] or part
    minute = minutes(part, clock)
    if minute is None or on != now.date():
        return minute
    return until(now.hour * 60 + now.minute, part, clock, minute)


def told(day: date | str, minute: int) -> str:
    """2025-03-04T15:30."""
    return f"{day}T{minute // 60:02}:{minute % 60:02}"


def _days(text: str, today: date, patterns: Patterns) -> Iterator[tuple[int, int, date | None]]:
    hits = [
        (match.start(), match.end(), _resolved(resolve, match, today))
        for pattern, resolve in patterns
        if (matches := pattern.finditer(text))  # most find no anchor
        for match in islice(matches, MOST_TIMES)
        if not is_habit(text, match) and (pattern is not MOON_DAY or is_by_the_moon(match))
    ]
    until_here = 0
    for start, end, day in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
        if start >= until_here:
            until_here = end
            yield start, end, day


def _resolved(resolve: Callable[[re.Match[str], date], date | None], match: re.Match[str], today: date) -> date | None:
    try:
        return resolve(match, today)
    except (ValueError, OverflowError):
        return None  # the thirtieth of February


def _moment(text: str, start: int, end: int, day: date, now: datetime) -> Moment | None:
    if day > now.date() or dates_a_letter(text, start, end):
        return None
    alone = Found("event_time", day.isoformat(), start, end)
    clock: re.Match[str] | None = CLOCK.match(text, end)
    if clock and not (clock["hour"] or clock["h"]):  # 夜里十一点二十,前天夜里
        before = CLOCK_BEFORE.search(text[max(0, start - FAR) : start])
        clock, start = (before, start - len(before.group())) if before else (None, start)
    if clock is None:
        return Moment(alone, alone)
    inside = part_inside(text[alone.start : alone.end])
    if not inside and not clock["part"] and FAR_IN_NIGHT.search(text, max(0, alone.start - FAR), alone.start):
        inside = "凌晨"  # 半夜两点发的,6月9日2点07分
    minute, end = minute_of(clock, inside, day, now), max(end, clock.end()) if clock.re is CLOCK else end
    if minute is None:
        return Moment(Found("event_time", alone.value, start, end), alone)
    if inside == "晚上" and not clock["part"] and minute < BEFORE_DAWN and day < now.date():
        minute += DAY_MINUTES  # 昨晚一点
    if minute >= DAY_MINUTES:  # 昨晚12点半 is past midnight
        day, minute = day + timedelta(days=1), minute - DAY_MINUTES
    return Moment(Found("event_time", told(day, minute), start, end), alone)

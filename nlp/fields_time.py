"""When it happened: dates and clock times in everyday Chinese, seen from the moment of writing.

Weeks run from Monday. The first time said is the event's; a deadline (前、截止、承诺) or a day to come is none. What
cannot be told to the day (前几天、上个月) is found without a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice, zip_longest

from nlp.anchored import Anchored, anchored
from nlp.fields_calendar import MOON_DAY, dates_a_letter, is_by_the_moon
from nlp.fields_clock import A_CLOCK, CLOCK, CLOCK_BEFORE, DAY_MINUTES, FAR, N, minutes, part_before, part_inside
from nlp.fields_days import LOOSE, PATTERNS, Patterns
from nlp.fields_habits import AFTER_IS_DEADLINE, BEFORE_IS_DEADLINE, is_habit
from nlp.fields_vague import LOOSELY_VAGUE, MONTH_SAID, VAGUE
from nlp.found import Found, overlaps
from nlp.numerals import number

# More than these nobody tells.
MOST_TIMES = 100
# So far from a day a clock may be of it.
FARTHER = 60

DAY_FOLLOWS = re.compile(r"[0-9一二三四五六七八九十]{1,3}[日号]")
HOURS_AGO = anchored("前", rf"(?P<count>半|两|{N})个?(?P<unit>小时|钟头|分钟)(?:之|以)?前")


@dataclass(frozen=True)
class _Day:
    start: int
    end: int
    day: date | None


def find_times(text: str, now: datetime) -> list[Found]:
    """Every past moment said, in order; vague ones only where no day is said."""
    return read_times(text, now)[0]


def read_times(text: str, now: datetime) -> tuple[list[Found], list[Found]]:
    """What `find_times` finds; and whatever else may be the event's time, in order.

    That is: feasts alone and clocks without a day too, vague words beside days.
    """
    exact, vague = _exact(text, now, PATTERNS), _vague(text)
    ruled = exact or vague
    if exact and vague and vague[0].end <= exact[0].start and MONTH_SAID.fullmatch(text, *_span(vague[0])):
        ruled = [vague[0], *exact]
    days = sorted([*exact, *(each for each in _exact(text, now, LOOSE) if not overlaps(each, exact))], key=_span)
    clocks = list(islice(A_CLOCK.finditer(text), MOST_TIMES))
    found = [*days, *_of_today(clocks, days, now), *_by_far_clock(clocks, days)]
    found += [each for each in vague if not overlaps(each, days)]
    spans = {_span(each) for each in found}
    found += [each for each in _vague(text, LOOSELY_VAGUE) if _span(each) not in spans]
    return ruled, sorted(found, key=_span)


def _exact(text: str, now: datetime, patterns: Patterns) -> list[Found]:
    days = _days(text, now.date(), patterns)
    found = [each for day in days if (each := _moment(text, day, now)) is not None]
    return sorted([*found, *(_hours_ago(text, now) if patterns is PATTERNS else ())], key=_span)


def _vague(text: str, pattern: Anchored = VAGUE) -> list[Found]:
    return [
        Found("event_time", None, match.start(), match.end())
        for match in islice(pattern.finditer(text), MOST_TIMES)
        if not AFTER_IS_DEADLINE.match(text, match.end()) and not DAY_FOLLOWS.match(text, match.end())
    ]


def _of_today(clocks: Sequence[re.Match[str]], days: Sequence[Found], now: datetime) -> Iterator[Found]:
    """早上七点就来排队: a clock that no day has is today's."""
    for clock in clocks:
        if any(day.start < clock.end() and clock.start() < day.end for day in days):
            continue
        minute = minutes(clock["part"] or part_before(clock, clock.start() - FAR), clock)
        if minute is not None and minute <= now.hour * 60 + now.minute:
            yield Found("event_time", f"{now.date().isoformat()}T{minute // 60:02}:{minute % 60:02}", *clock.span())


def _by_far_clock(clocks: Sequence[re.Match[str]], days: Sequence[Found]) -> Iterator[Found]:
    """A day and the next clock after it, or the first before it, where no other day is between."""
    for before, day, following in zip_longest([None, *days], days, days[1:]):
        if day is None:
            break
        until = min(day.end + FARTHER, following.start if following else day.end + FARTHER)
        since = max(day.start - FARTHER, before.end if before else 0)
        after = next((each for each in clocks if day.end < each.start() <= until), None)
        sooner = next((each for each in clocks if since <= each.start() and each.end() <= day.start), None)
        for clock in (after, sooner):
            if clock is None or not day.value or "T" in day.value:
                continue
            minute = minutes(clock["part"] or part_before(clock, day.start), clock)
            if minute is not None and minute < DAY_MINUTES:
                start, end = min(day.start, clock.start()), max(day.end, clock.end())
                yield Found("event_time", f"{day.value}T{minute // 60:02}:{minute % 60:02}", start, end)


def _span(found: Found) -> tuple[int, int]:
    return found.start, found.end


def _days(text: str, today: date, patterns: Patterns) -> Iterator[_Day]:
    """Days in order, the longest reading of each place."""
    hits = [
        _Day(match.start(), match.end(), _resolved(resolve, match, today))
        for pattern, resolve in patterns
        for match in islice(pattern.finditer(text), MOST_TIMES)
        if not is_habit(text, match) and (pattern is not MOON_DAY or is_by_the_moon(match))
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


def _moment(text: str, hit: _Day, now: datetime) -> Found | None:
    if hit.day is None or hit.day > now.date() or dates_a_letter(text, hit.start, hit.end):
        return None
    clock = CLOCK.match(text, hit.end)
    start, end, said, on = hit.start, hit.end, "", hit.day
    if clock and not (clock["hour"] or clock["h"]):  # 夜里十一点二十,前天夜里
        before = CLOCK_BEFORE.search(text[max(0, hit.start - FAR) : hit.start])
        clock, start = (before, hit.start - len(before.group())) if before else (clock, start)
    if clock and (clock["hour"] or clock["h"]):
        part = clock["part"] or part_inside(text[hit.start : hit.end])
        minute = minutes(part, clock)
        if minute is not None and minute >= DAY_MINUTES:  # 昨晚12点半 is past midnight
            on, minute = on + timedelta(days=1), minute - DAY_MINUTES
        end = max(end, clock.end()) if clock.re is CLOCK else end
        end, said = (end, f"T{minute // 60:02}:{minute % 60:02}") if minute is not None else (end, "")
    if AFTER_IS_DEADLINE.match(text, end) or BEFORE_IS_DEADLINE.search(text[max(0, hit.start - 10) : hit.start]):
        return None
    return Found("event_time", on.isoformat() + said, start, end)


def _hours_ago(text: str, now: datetime) -> Iterator[Found]:
    """两小时前, 半个小时前: a moment, counted back from now."""
    for match in HOURS_AGO.finditer(text):
        count = 0.5 if match["count"] == "半" else number(match["count"].replace("两", "二"))
        if count is not None:
            moment = now - timedelta(**{"minutes" if match["unit"] == "分钟" else "hours": count})
            yield Found("event_time", f"{moment:%Y-%m-%dT%H:%M}", *match.span())

"""When it happened: dates and clock times in everyday Chinese, seen from the moment of writing.

Weeks run from Monday. The first time said is the event's; a deadline (前、截止、承诺) or a day to come is none. What
cannot be told to the day (前几天、上个月) is found without a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import chain, islice

from nlp.anchored import Anchored
from nlp.fields_clock import A_CLOCK, DAY_MINUTES, FAR, part_before
from nlp.fields_days import PATTERNS
from nlp.fields_days_loose import LOOSE
from nlp.fields_habits import AFTER_IS_DEADLINE, AFTER_IS_SURE_DEADLINE, BEFORE_IS_DEADLINE
from nlp.fields_moments import MOST_TIMES, Moment, hours_ago, minute_of, moments, told
from nlp.fields_vague import MAY_BE_VAGUE, MONTH_SAID, OF_AN_EVENT, SINCE, UNTIL_NOW, VAGUE
from nlp.found import Found, overlaps

# So far from a day a clock may be of it, and so many of them on each side.
FARTHER, MOST_CLOCKS = 80, 4

DAY_FOLLOWS = re.compile(r"[0-9一二三四五六七八九十]{1,3}[日号]")


def find_times(text: str, now: datetime) -> list[Found]:
    """Every past moment said, in order; vague ones only where no day is said."""
    return read_times(text, now)[0]


def read_times(text: str, now: datetime) -> tuple[list[Found], list[Found]]:
    """What `find_times` finds; and whatever else may be the event's time, in order, one reading of each stretch.

    That is: feasts alone and clocks without a day too, vague words beside days, days of birth.
    """
    said = moments(text, now, PATTERNS)
    exact = [each.found for each in said if not _is_deadline(text, each)]
    exact = sorted([*exact, *hours_ago(text, now)], key=_span)
    vague = _vague(text, VAGUE, AFTER_IS_DEADLINE)
    ruled = exact or vague
    if exact and vague and vague[0].end <= exact[0].start and MONTH_SAID.fullmatch(text, *_span(vague[0])):
        ruled = [vague[0], *exact]
    loose = _loose_days(text, now, said, exact)
    days = [*exact, *loose]
    alone = [each.day for each in said if each.day.start != each.found.start]
    loosely = [each for pattern in MAY_BE_VAGUE for each in _vague(text, pattern, AFTER_IS_SURE_DEADLINE)]
    loosely += _of_events(text)
    beside = [*(each for each in vague if not overlaps(each, days)), *loosely]
    found = [*days, *alone, *_by_clocks(text, now, exact, loose, alone), *beside, *_since(text, beside)]
    return ruled, sorted({_span(each): each for each in reversed(found)}.values(), key=_span)


def _is_deadline(text: str, said: Moment) -> bool:
    before = text[max(0, said.day.start - 10) : said.day.start]
    return bool(AFTER_IS_DEADLINE.match(text, said.found.end) or BEFORE_IS_DEADLINE.search(before))


def _loose_days(text: str, now: datetime, said: Sequence[Moment], exact: Sequence[Found]) -> list[Found]:
    """Beside those that are told surely: what may be a day, and days of birth and the like (12月13号生的)."""
    return [
        each.found
        for each in chain(said, moments(text, now, LOOSE))
        if not overlaps(each.found, exact) and not AFTER_IS_SURE_DEADLINE.match(text, each.found.end)
    ]


def _vague(text: str, pattern: Anchored, deadline: re.Pattern[str]) -> list[Found]:
    return [
        Found("event_time", None, match.start(), match.end())
        for match in islice(pattern.finditer(text), MOST_TIMES)
        if not deadline.match(text, match.end()) and not DAY_FOLLOWS.match(text, match.end())
    ]


def _of_events(text: str) -> Iterator[Found]:
    """小学军训那周: from where the clause begins, and the two signs before 那."""
    for match in islice(OF_AN_EVENT.finditer(text), MOST_TIMES):
        for start in {match.start("event"), match.start("then") - 2}:
            yield Found("event_time", None, start, match.end())


def _since(text: str, vague: Sequence[Found]) -> Iterator[Found]:
    """从五月到现在, 打五月起: with what tells that it lasts."""
    for each in vague:
        start = each.start - text[: each.start].endswith(SINCE)
        lasts = UNTIL_NOW.match(text, each.end)
        if lasts or start < each.start:
            yield Found("event_time", None, start, lasts.end() if lasts else each.end)


def _by_clocks(
    text: str, now: datetime, exact: Sequence[Found], loose: Sequence[Found], alone: Sequence[Found]
) -> Iterator[Found]:
    """Clocks by themselves, and with the days near them; a word like 上午 adds nothing to one of today."""
    clocks = list(islice(A_CLOCK.finditer(text), MOST_TIMES))
    if not clocks:
        return
    yield from _of_today(clocks, [*exact, *loose], now)
    free = [clock for clock in clocks if not _is_in(clock, [day for day in exact if _has_clock(day)])]
    for day in (*exact, *(day for day in loose if day.value != now.date().isoformat()), *alone):
        if day.value and not _has_clock(day):
            yield from _of_day(free, day, date.fromisoformat(day.value), now)


def _of_today(clocks: Sequence[re.Match[str]], days: Sequence[Found], now: datetime) -> Iterator[Found]:
    """早上七点就来排队: a clock that no day has is today's."""
    for clock in clocks:
        if _is_in(clock, days):
            continue
        minute = minute_of(clock, part_before(clock, clock.start() - FAR), now.date(), now)
        if minute is not None and minute <= now.hour * 60 + now.minute:
            yield Found("event_time", told(now.date(), minute), *clock.span())


def _of_day(clocks: Sequence[re.Match[str]], day: Found, on: date, now: datetime) -> Iterator[Found]:
    """The day and each clock near it, before or after."""
    sooner = [each for each in clocks if day.start - FARTHER <= each.start() and each.end() <= day.start]
    after = [each for each in clocks if day.end < each.start() <= day.end + FARTHER]
    for clock in (*sooner[-MOST_CLOCKS:], *after[:MOST_CLOCKS]):
        minute = minute_of(clock, part_before(clock, day.start), on, now)
        if minute is not None and minute < DAY_MINUTES:
            start, end = min(day.start, clock.start()), max(day.end, clock.end())
            yield Found("event_time", told(on, minute), start, end)


def _has_clock(day: Found) -> bool:
    return day.value is not None and "T" in day.value


def _is_in(clock: re.Match[str], days: Sequence[Found]) -> bool:
    return any(day.start < clock.end() and clock.start() < day.end for day in days)


def _span(found: Found) -> tuple[int, int]:
    return found.start, found.end

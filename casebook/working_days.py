"""Working days, as the State Council's yearly notice sets them.

Weekends rest, unless the notice makes one a working day (调休上班); weekdays work, unless the notice makes one a
holiday. A day no notice covers is counted by the fixed-date law alone and marked provisional: a guessed calendar would
move a legal deadline unseen.

The day of the event is not counted (民法典 第二百零一条); the last day ends when business stops (第二百零三条).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from types import MappingProxyType
from zoneinfo import ZoneInfo

from casebook.holiday_notices import (
    ONE_DAY,
    HolidayNotice,
    Overlay,
    load_notice,
    parse_notice,
    read_notices,
    read_overlay,
    reasons,
)
from casebook.known_days import KnownDays

__all__ = [
    "Calendar",
    "DayCount",
    "Due",
    "HolidayNotice",
    "Overlay",
    "load_notice",
    "parse_notice",
    "read_notices",
    "read_overlay",
]

DAY_ENDS = ("close", "midnight")
OFF_HOURS = ("as_is", "next_opening")
MIDNIGHT = time(23, 59, 59)  # the last second, not the next day's first: a due moment shows the day it belongs to
YEARS_AHEAD = 3  # beyond the last notice the table goes on this far; further dates are walked to, day by day
DAYS_IN_A_WEEK = 7


@dataclass(frozen=True)
class DayCount:
    """One day on the way: whether it counts as one of the period's working days, and why. Chinese, for people."""

    date: date
    working: bool
    because: str
    provisional: bool


@dataclass(frozen=True)
class Due:
    """A due moment and every day on the way to it, the first one being the day of the event."""

    at: datetime
    provisional: bool
    days: tuple[DayCount, ...]


@dataclass(frozen=True)
class _Table:
    """All days of the covered years, counted once, so that a due date is two look-ups instead of a walk."""

    first: int
    rank: tuple[int, ...]  # working days up to and including this day
    guessed: tuple[int, ...]  # days without a notice up to and including this day
    days: tuple[date, ...]  # the working days
    ends: tuple[datetime, ...]  # when each of them ends
    guessed_by: tuple[int, ...]  # `guessed` on each of them


@dataclass(frozen=True)
class Calendar:
    """Which days are worked, and when the office is open. Pure: it knows no 'today'.

    `count_first_day`, `day_end`, `off_hours` are a jurisdiction's ways to read the law otherwise.
    """

    notices: Mapping[int, HolidayNotice]
    zone: tzinfo
    opens: time
    closes: time
    overlay: Overlay | None = None
    count_first_day: bool = False
    day_end: str = "close"
    off_hours: str = "as_is"
    _known: KnownDays = field(init=False, repr=False, compare=False)
    _table: _Table = field(init=False, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        notices: Iterable[HolidayNotice],
        *,
        zone: tzinfo | str = "Asia/Shanghai",
        opens: time = time(9, 0),
        closes: time = time(17, 30),
        overlay: Overlay | None = None,
        count_first_day: bool = False,
        day_end: str = "close",
        off_hours: str = "as_is",
    ) -> Calendar:
        """The calendar these notices make. Of two notices for a year the later one stands."""
        by_year = MappingProxyType({notice.year: notice for notice in notices})
        zone = ZoneInfo(zone) if isinstance(zone, str) else zone
        return cls(by_year, zone, opens, closes, overlay, count_first_day, day_end, off_hours)

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError(f"the office opens at {self.opens} and closes at {self.closes}: opening must come first")
        if self.day_end not in DAY_ENDS or self.off_hours not in OFF_HOURS:
            raise ValueError(f"day_end is one of {DAY_ENDS}, off_hours one of {OFF_HOURS}")
        object.__setattr__(self, "_known", KnownDays(self.notices, self.overlay))
        object.__setattr__(self, "_table", self._counted())

    def with_notice(self, notice: HolidayNotice) -> Calendar:
        """The same calendar with one more notice, or with that year's notice replaced."""
        return replace(self, notices=MappingProxyType({**self.notices, notice.year: notice}))

    # Due moments

    def add_working_days(self, start: datetime, n: int) -> datetime:
        """The end of the last of `n` working days after `start`; for 0 the end of its own or the next working day.

        The day of `start` is not counted (民法典 第二百零一条), so a case that arrives on a Sunday has the same due
        date as one that arrived on Friday.
        """
        return self.due(start, n)[0]

    def due(self, start: datetime, n: int) -> tuple[datetime, bool]:
        """The same, and whether a day on the way has no notice yet (the date may still move)."""
        table, before = self._table, self._last_uncounted(start)
        if n > 0 and 0 <= before < len(table.rank):
            last = table.rank[before] + n - 1
            if last < len(table.ends):
                return table.ends[last], table.guessed_by[last] > table.guessed[before]
        *_, day = self._days_to(before, n)
        guessed = any(not self.covers(on_the_way) for on_the_way in self._days_to(before, n))
        return self._end(day), guessed

    def explain(self, start: datetime, n: int) -> Due:
        """The same, day by day, with the reason for each."""
        before = self._last_uncounted(start)
        at, provisional = self.due(start, n)
        days = [self._count(day) for day in self._days_to(before, n)]
        first = self._day_at(before)
        if first < days[0].date and not self.count_first_day:
            days.insert(0, DayCount(first, False, reasons()["first_day"], False))
        return Due(at, provisional, tuple(days))

    def add_hours(self, start: datetime, hours: float) -> datetime:
        """Hours run from the moment itself, night and day (民法典 第二百零一条第二款)."""
        return self._local(start) + timedelta(hours=hours)

    # Days

    def is_working(self, day: date) -> bool:
        """Whether that day is worked; a day without a notice by the fixed-date law."""
        return self._known.is_working(day)

    def covers(self, day: date) -> bool:
        """Whether all notices that could move that day are loaded."""
        return self._known.covers(day)

    def working_days_between(self, a: datetime | date, b: datetime | date) -> int:
        """How many working days lie after a's day, up to and including b's; negative when b is earlier."""
        first, last = self._day(a), self._day(b)
        if first > last:
            return -self.working_days_between(last, first)
        table = self._table
        start, end = first.toordinal() - table.first, last.toordinal() - table.first
        if start >= 0 and end < len(table.rank):
            return table.rank[end] - table.rank[start]
        return sum(self.is_working(date.fromordinal(day)) for day in range(first.toordinal() + 1, last.toordinal() + 1))

    def last_working_day_on_or_before(self, day: date) -> date:
        """A period set as 'before' is carried back over a holiday, not forward."""
        index = bisect_right(self._table.days, day) - 1
        if index >= 0 and day.toordinal() < self._table.first + len(self._table.rank):
            return self._table.days[index]
        return next(d for d in _backward(day) if self.is_working(d))

    def first_working_day_on_or_after(self, day: date) -> date:
        index = bisect_left(self._table.days, day)
        if index < len(self._table.days) and day.toordinal() >= self._table.first:
            return self._table.days[index]
        return next(d for d in _forward(day) if self.is_working(d))

    def first_working_day_of_week(self, day: date) -> date | None:
        """The first one of that day's week; None when the whole week rests. A make-up Sunday ends its week."""
        first = self.first_working_day_on_or_after(monday := day - day.weekday() * ONE_DAY)
        return first if (first - monday).days < DAYS_IN_A_WEEK else None

    def first_working_day_of_month(self, day: date) -> date:
        return self.first_working_day_on_or_after(day.replace(day=1))

    def first_working_day_of_quarter(self, day: date) -> date:
        return self.first_working_day_on_or_after(day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1))

    # Office hours

    def in_office_hours(self, moment: datetime) -> bool:
        local = self._local(moment)
        return self.is_working(local.date()) and self.opens <= local.time() < self.closes

    def next_opening(self, moment: datetime) -> datetime:
        """The moment itself if the office is open then, else when it opens next."""
        local = self._local(moment)
        day, now = local.date(), local.time()
        if self.is_working(day) and now < self.closes:
            return local if now >= self.opens else datetime.combine(day, self.opens, self.zone)
        return datetime.combine(self.first_working_day_on_or_after(day + ONE_DAY), self.opens, self.zone)

    def closing(self, day: datetime | date) -> datetime:
        """When business stops on that day, or on the next working day if that day rests."""
        return datetime.combine(self.first_working_day_on_or_after(self._day(day)), self.closes, self.zone)

    def close_of(self, day: date) -> datetime:
        """When that very day ends for the office, whatever day it is: a limit set as a date by a person."""
        return self._end(day)

    def same_or_next_working_day_close(self, moment: datetime) -> datetime:
        """Until when 'on the spot' (当场) lasts: the day's closing; after hours, that of the next working day."""
        return self.closing(self.next_opening(moment))

    # Inside

    def _local(self, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            raise ValueError(f"a moment without a time zone was given ({moment.isoformat()}); say which zone it is in")
        return moment if moment.tzinfo is self.zone else moment.astimezone(self.zone)

    def _day(self, moment: datetime | date) -> date:
        return self._local(moment).date() if isinstance(moment, datetime) else moment

    def _last_uncounted(self, start: datetime) -> int:
        """Where in the table the last day stands that does not count; before or behind the table is allowed."""
        if start.tzinfo is not self.zone:
            start = self._local(start)
        if self.off_hours == "next_opening":
            start = self.next_opening(start)
        return start.toordinal() - self._table.first - self.count_first_day

    def _day_at(self, index: int) -> date:
        return date.fromordinal(self._table.first + index)

    def _days_to(self, before: int, n: int) -> Iterator[date]:
        """The days after `before` up to the n-th working one; for 0 its own day, or those to the next working one."""
        if n < 0:
            raise ValueError(f"{n} working days: a period has no negative length")
        day = self._day_at(before + (n > 0 or self.count_first_day))
        left = max(n, 1)
        while True:
            yield day
            left -= self.is_working(day)
            if not left:
                return
            day += ONE_DAY

    def _end(self, day: date) -> datetime:
        return datetime.combine(day, self.closes if self.day_end == "close" else MIDNIGHT, self.zone)

    def _count(self, day: date) -> DayCount:
        return DayCount(day, self.is_working(day), self._known.because(day), not self.covers(day))

    def _counted(self) -> _Table:
        years = sorted(self.notices) or [date.min.year + 1]
        first, last = date(years[0] - 1, 1, 1).toordinal(), date(years[-1] + YEARS_AHEAD, 12, 31).toordinal()
        rank: list[int] = []
        guessed: list[int] = []
        worked: list[date] = []
        for day in map(date.fromordinal, range(first, last + 1)):
            if self.is_working(day):
                worked.append(day)
            rank.append(len(worked))
            guessed.append((guessed[-1] if guessed else 0) + (not self.covers(day)))
        ends = tuple(self._end(day) for day in worked)
        by = tuple(guessed[day.toordinal() - first] for day in worked)
        return _Table(first, tuple(rank), tuple(guessed), tuple(worked), ends, by)


def _forward(day: date) -> Iterator[date]:
    while True:
        yield day
        day += ONE_DAY


def _backward(day: date) -> Iterator[date]:
    while True:
        yield day
        day -= ONE_DAY

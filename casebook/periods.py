"""Weeks, months, quarters, half-years and years that are reported on, and cases as they stood when one ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from casebook.case import Case, replay

MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
ONE_DAY = timedelta(days=1)
LAST_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Span:
    """Days from `since` to `until`, both included. `name` is 2026, 2026H1, 2026Q3, 2026-11, 2026W40, or two days."""

    name: str
    since: date
    until: date

    def start(self, zone: tzinfo | None) -> datetime:
        return datetime.combine(self.since, time(0), zone)

    def end(self, zone: tzinfo | None) -> datetime:
        """Its last moment."""
        return datetime.combine(self.until + ONE_DAY, time(0), zone) - LAST_MICROSECOND

    def holds(self, moment: datetime) -> bool:
        return self.since <= moment.date() <= self.until

    def months(self) -> tuple[str, ...] | None:
        """The months it consists of, as 2026-11; None where it does not consist of whole months."""
        if self.since.day != 1 or (self.until + ONE_DAY).day != 1:
            return None
        found, month = [], self.since
        while month <= self.until:
            found.append(f"{month:%Y-%m}")
            month = added(month, 1)
        return tuple(found)


def span_of(kind: str, day: date, begins: int = 1) -> Span:
    """The week, month, quarter, half-year or year that the day lies in. A year that begins in another month than
    January is called after the year it ends in."""
    if kind == "week":
        since = day - timedelta(days=day.weekday())
        year, week, _ = since.isocalendar()
        return Span(f"{year}W{week:02d}", since, since + timedelta(days=6))
    length = MONTHS[kind]
    since = date(day.year, day.month, 1)
    while (since.month - begins) % length:
        since = added(since, -1)
    until = added(since, length) - ONE_DAY
    return Span(_named(kind, since, until), since, until)


def before(span: Span, kind: str, begins: int = 1) -> Span:
    """The one before it."""
    return span_of(kind, span.since - ONE_DAY, begins)


def after(span: Span, kind: str, begins: int = 1) -> Span:
    """The one after it."""
    return span_of(kind, span.until + ONE_DAY, begins)


def days(since: date, until: date) -> Span:
    """Any days."""
    return Span(f"{since}~{until}", since, until)


def added(first: date, months: int) -> date:
    """The first day of the month so many months on."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def as_of(case: Case, moment: datetime) -> Case | None:
    """The case as it stood at a moment; None if it was not there yet."""
    if case.history and case.history[-1].at <= moment:
        return case
    entries = [entry for entry in case.history if entry.at <= moment]
    return replay(case.number, entries) if entries else None


def all_as_of(cases: Iterable[Case], moment: datetime) -> list[Case]:
    """Those that were there, as they stood."""
    return [then for case in cases if (then := as_of(case, moment)) is not None]


def _named(kind: str, since: date, until: date) -> str:
    if kind == "year":
        return str(until.year)
    if kind == "month":
        return f"{since:%Y-%m}"
    if kind == "quarter":
        return f"{until.year}Q{(until.month - 1) // 3 + 1}"
    return f"{until.year}H{1 if until.month <= 6 else 2}"

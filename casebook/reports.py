"""Which reports are due when: what each regulation's calendar asks for, rolled back before days off.

Pure: moments come in, occasions come out. A report without a last day (通报) is given on the first working day after
its period; one with a last day is prepared on the first working day of that month, asked for again some working days
before, and those who did not hand it in are named when the day has passed.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from casebook.law import Law
from casebook.periods import MONTHS, Span, added, after, before, span_of
from casebook.rules import ReportRule

ONE_DAY = timedelta(days=1)
ISSUE, REMIND, MISSING = "issue", "remind", "missing"


@dataclass(frozen=True)
class Occasion:
    """Something to do for a report at a moment. `due` is its last day, None for one that is just given."""

    rule: ReportRule
    span: Span
    what: str
    at: datetime
    due: date | None = None

    @property
    def key(self) -> str:
        """Unique for ever: the same occasion comes once."""
        return f"report/{self.rule.report}/{self.span.name}/{self.what}"


@dataclass(frozen=True)
class Heading:
    """Which report was given, for a unit or the whole area (""), on which days, when."""

    report: str
    period: str
    unit: str
    since: date
    until: date
    at: datetime

    @property
    def span(self) -> Span:
        return Span(self.period, self.since, self.until)


@dataclass(frozen=True)
class Given(Heading):
    """A report as it was given. `body` is what `report_contents.body` made; nothing changes it afterwards."""

    body: dict[str, Any]


def occasions(law: Law, since: datetime, until: datetime) -> list[Occasion]:
    """All that is to be done after `since`, up to `until`, in order."""
    found = [item for rule in law.rulebook.reports for item in _of(rule, law, since, until)]
    return sorted((item for item in found if since < item.at <= until), key=lambda item: (item.at, item.key))


def due_day(rule: ReportRule, span: Span, law: Law) -> date | None:
    """The last day for a report on that period; a day off pulls it forward (readings A33)."""
    if not rule.day:
        return None
    first = _month_due(rule, span)
    day = first.replace(day=min(rule.day, monthrange(first.year, first.month)[1]))
    return law.calendar.last_working_day_on_or_before(day) if law.read.report_roll == "back" else day


def rule_of(law: Law, report: str) -> ReportRule | None:
    return next((rule for rule in law.rulebook.reports if rule.report == report), None)


def _of(rule: ReportRule, law: Law, since: datetime, until: datetime) -> Iterator[Occasion]:
    """From the period before the last one on: a report comes within a year of the period's end."""
    span = before(
        before(span_of(rule.period, since.date(), rule.begins), rule.period, rule.begins), rule.period, rule.begins
    )
    while span.since <= until.date():
        if rule.day:
            yield from _asked_for(rule, span, law)
        else:
            yield from _given(rule, span, law)
        span = after(span, rule.period, rule.begins)


def _given(rule: ReportRule, span: Span, law: Law) -> Iterator[Occasion]:
    """On the first working day after the period. A week without one has no report; the next one covers it too."""
    following = after(span, rule.period, rule.begins)
    day = law.calendar.first_working_day_on_or_after(following.since)
    if day > following.until:
        return
    while rule.period == "week" and not _has_working_day(span, law):
        earlier = before(span, rule.period, rule.begins)
        span = Span(span.name, earlier.since, span.until)
        if _has_working_day(earlier, law):
            break
    yield Occasion(rule, span, ISSUE, _opening(day, law))


def _has_working_day(span: Span, law: Law) -> bool:
    last = law.calendar.last_working_day_on_or_before(span.until)
    return span.until - timedelta(days=6) <= last


def _asked_for(rule: ReportRule, span: Span, law: Law) -> Iterator[Occasion]:
    due = due_day(rule, span, law)
    first = law.calendar.first_working_day_on_or_after(_month_due(rule, span)) if due else span.until
    if due is None or not _is_for(rule, span):
        return
    yield Occasion(rule, span, ISSUE, _opening(min(first, due), law), due)
    remind = due
    for _ in range(law.read.report_remind_days):
        remind = law.calendar.last_working_day_on_or_before(remind - ONE_DAY)
    if remind > first:
        yield Occasion(rule, span, REMIND, _opening(remind, law), due)
    if rule.by == "unit":
        late = law.calendar.first_working_day_on_or_after(due + ONE_DAY)
        yield Occasion(rule, span, MISSING, _opening(late, law), due)


def _month_due(rule: ReportRule, span: Span) -> date:
    """The first day of the month it is due in: that month of the next quarter, or that month of the year."""
    following = span.until + ONE_DAY
    if rule.period in ("quarter", "month"):
        return added(following, rule.month - 1 if rule.month else 0)
    return date(following.year + (rule.month < following.month), rule.month, 1)


def _is_for(rule: ReportRule, span: Span) -> bool:
    """A half-year is reported on once a year: the half that ends just before the month named."""
    return _month_due(rule, span) < added(span.until + ONE_DAY, MONTHS[rule.period])


def _opening(day: date, law: Law) -> datetime:
    return datetime.combine(day, law.jurisdiction.opens, law.calendar.zone)

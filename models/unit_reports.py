"""Reports as they were given, who handed in what, services handled, and which cases a span of days concerns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select

from casebook.reports import Given, Heading
from casebook.terms import FINAL
from models.keep_tables import duties
from models.tables import cases, entries, report_returns, reports, services_handled
from models.unit_part import Part

BEGAN = "report calendar"
# What a list of reports needs: a city's report has tens of megabytes, and stands in the last column.
PLAIN = tuple(reports.c[item.name] for item in fields(Heading))


class Reports(Part):
    """Reports and what they are made from."""

    def services_put(self, unit: str, month: str, count: int, at: datetime) -> None:
        """How many services the unit handled in the month; a later figure takes its place."""
        self._put(services_handled, {"unit": unit, "month": month, "count": count, "at": at})

    def services(self, months: Sequence[str]) -> dict[tuple[str, str], int]:
        """What is known for these months, by unit and month."""
        rows = self._rows(select(services_handled).where(services_handled.c.month.in_(months)))
        return {(row.unit, row.month): row._mapping["count"] for row in rows}

    def reports_began(self, at: datetime) -> datetime:
        """Since when this house reports; from now on if it never did. What fell due earlier is not made up."""
        self._add(duties, {"key": BEGAN, "at": at})
        return self.reports_began_at() or at

    def reports_began_at(self) -> datetime | None:
        row = self._one(select(duties.c.at).where(duties.c.key == BEGAN))
        return self._codec.maybe_local(row.at if row else None)

    def is_done(self, key: str) -> bool:
        """Whether somebody has done what is to be done once."""
        return self._one(select(duties.c.key).where(duties.c.key == key)) is not None

    def report_put(self, given: Given) -> bool:
        """Keep a report for good; whether it is the first for its period."""
        place = (given.report, given.period, given.unit)
        row = {"report": given.report, "period": given.period, "unit": given.unit, "at": given.at}
        row |= {"since": given.since.isoformat(), "until": given.until.isoformat()}
        return self._add(reports, {**row, "sealed": self._seal(given.body, "report", *place)})

    def report(self, report: str, period: str, unit: str = "") -> Given | None:
        mine = (reports.c.report == report, reports.c.period == period, reports.c.unit == unit)
        row = self._one(select(reports).where(*mine))
        return self._report(row) if row else None

    def reports_listed(self, unit: str | None = "", limit: int = 100) -> list[Heading]:
        """The newest reports, of one unit, of the whole area (""), or all (None), without what they say."""
        query = select(*PLAIN).order_by(reports.c.at.desc(), reports.c.report, reports.c.unit).limit(limit)
        if unit is not None:
            query = query.where(reports.c.unit == unit)
        return [Heading(*self._plain_of(row)) for row in self._rows(query)]

    def return_put(self, report: str, period: str, unit: str, by: str, at: datetime) -> bool:
        """The unit has handed in its report; whether it had not before."""
        return self._add(report_returns, {"report": report, "period": period, "unit": unit, "by": by, "at": at})

    def returns(self, report: str, period: str) -> dict[str, datetime]:
        """Which units have handed in theirs, and when."""
        mine = (report_returns.c.report == report, report_returns.c.period == period)
        return {row.unit: self._codec.local(row.at) for row in self._rows(select(report_returns).where(*mine))}

    def numbers_concerned(self, since: datetime) -> list[str]:
        """The cases that a span of days beginning then can count: those something happened to, and all still open."""
        touched = select(entries.c.number).where(entries.c.at >= since)
        mine = or_(cases.c.state.not_in(sorted(FINAL)), cases.c.number.in_(touched))
        return [row.number for row in self._rows(select(cases.c.number).where(mine).order_by(cases.c.number))]

    def _report(self, row: Any) -> Given:
        body = self._open(row.sealed, "report", row.report, row.period, row.unit)
        return Given(*self._plain_of(row), body)

    def _plain_of(self, row: Any) -> tuple[str, str, str, date, date, datetime]:
        since, until = date.fromisoformat(row.since), date.fromisoformat(row.until)
        return row.report, row.period, row.unit, since, until, self._codec.local(row.at)

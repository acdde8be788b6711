"""Lists of cases for a page: filtered by plain columns, the most pressing first, without their histories."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from casebook.case import Case, Filing
from models.columns import among
from models.ready import Ready
from models.tables import case_units, cases
from models.unit_part import Part


@dataclass(frozen=True)
class Wanted:
    """Which cases. `unit` leads or co-handles; `due_before` asks for a running clock that ends before the moment."""

    states: Collection[str] | None = None
    unit: str | None = None
    due_before: datetime | None = None


class Listing(Part):
    """Lists of snapshots."""

    def listed(self, wanted: Wanted, limit: int = 50, offset: int = 0) -> list[Case]:
        """The cases as they stand, their history left out: the earliest due first, those without a clock last."""
        # In two halves, each in the order of an index: sorting them as one would read the whole book for a page.
        here, due = _conditions(wanted), cases.c.next_due.is_not(None)
        first = select(cases.c.number, cases.c.sealed).where(*here, due)
        rows = list(self._rows(_paged(first, limit, offset, cases.c.next_due, cases.c.filed_at.desc())))
        if len(rows) < limit and wanted.due_before is None:
            past = max(0, offset - self._count(*here, due)) if offset else 0
            rows += self._without_clock(wanted, limit - len(rows), past)
        return [self._open(row.sealed, "case", row.number) for row in rows]

    def _without_clock(self, wanted: Wanted, limit: int, past: int) -> list[Any]:
        """Those without a clock, newest first. State by state where only the states are asked for: the rows of one
        state stand in the index as they are wanted, those of several do not."""
        query = select(cases.c.number, cases.c.sealed, cases.c.filed_at).where(cases.c.next_due.is_(None))
        if wanted.states is None or wanted.unit is not None:
            return list(self._rows(_paged(query.where(*_conditions(wanted)), limit, past, cases.c.filed_at.desc())))
        found: list[Any] = []
        for state in wanted.states:
            found += self._rows(_paged(query.where(cases.c.state == state), past + limit, 0, cases.c.filed_at.desc()))
        found.sort(key=lambda row: (-row.filed_at.timestamp(), row.number))
        return found[past : past + limit]

    def pressing(self, states: Collection[str], unit: str | None, limit: int) -> list[Case]:
        """The same for a room that works them down: of those due at no day the one that has waited longest first."""
        query = select(cases.c.number, cases.c.sealed).where(*_conditions(Wanted(states, unit)))
        query = query.order_by(cases.c.next_due.is_(None), cases.c.next_due, cases.c.filed_at, cases.c.number)
        return [self._open(row.sealed, "case", row.number) for row in self._rows(query.limit(limit))]

    def filings(self, numbers: Collection[str]) -> dict[str, Filing]:
        """What was filed, by number, without the rest of the case; unknown numbers are left out."""
        rows = self._rows(_sealed(self._link.dialect.name), {"numbers": list(numbers)})
        return {row.number: self._open_filing(row.sealed, row.number) for row in rows}

    def repeating(self, since: datetime, until: datetime) -> list[tuple[str, list[str]]]:
        """The citizens with several cases filed between these moments, and the cases, by number."""
        numbers = func.aggregate_strings(cases.c.number, ",").label("numbers")
        query = select(cases.c.citizen, numbers).where(cases.c.filed_at.between(since, until), cases.c.citizen != "")
        query = query.group_by(cases.c.citizen).having(func.count() > 1)
        return [(row.citizen, sorted(row.numbers.split(","))) for row in self._rows(query)]

    def newest_filed(self, since: datetime, until: datetime, limit: int, below: str = "") -> list[tuple[str, datetime]]:
        """The latest cases filed between these moments, and when; `below`: of those filed at the last of them only the
        ones with a lesser number."""
        query = select(cases.c.number, cases.c.filed_at).where(cases.c.filed_at.between(since, until))
        if below:
            query = query.where(or_(cases.c.filed_at < until, cases.c.number < below))
        rows = self._rows(query.order_by(cases.c.filed_at.desc(), cases.c.number.desc()).limit(limit))
        return [(row.number, row.filed_at) for row in rows]

    def listed_count(self, wanted: Wanted) -> int:
        """How many there are in all."""
        return self._count(*_conditions(wanted))

    def _count(self, *conditions: ColumnElement[bool]) -> int:
        return int(self._run(select(func.count()).select_from(cases).where(*conditions)).scalar_one())


@cache
def _sealed(dialect: str) -> Ready:
    return Ready(select(cases.c.number, cases.c.sealed).where(among(dialect, cases.c.number, "numbers")))


def _paged(query: Select[Any], limit: int, offset: int, *order: Any) -> Select[Any]:
    return query.order_by(*order, cases.c.number).limit(limit).offset(offset)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[Any] = []
    if wanted.states is not None:
        found.append(cases.c.state.in_(list(wanted.states)))
    if wanted.unit is not None:
        found.append(cases.c.number.in_(select(case_units.c.number).where(case_units.c.unit == wanted.unit)))
    if wanted.due_before is not None:
        found.append(cases.c.next_due < wanted.due_before)
    return found

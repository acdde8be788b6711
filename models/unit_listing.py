"""Lists of cases for a page: filtered by plain columns, the most pressing first, without their histories."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from casebook.case import Case
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
        query = select(cases.c.number, cases.c.sealed).where(*_conditions(wanted))
        query = query.order_by(cases.c.next_due.is_(None), cases.c.next_due, cases.c.filed_at.desc(), cases.c.number)
        return [self._open(row.sealed, "case", row.number) for row in self._rows(query.limit(limit).offset(offset))]

    def pressing(self, states: Collection[str], unit: str | None, limit: int) -> list[Case]:
        """The same for a room that works them down: of those due at no day the one that has waited longest first."""
        query = select(cases.c.number, cases.c.sealed).where(*_conditions(Wanted(states, unit)))
        query = query.order_by(cases.c.next_due.is_(None), cases.c.next_due, cases.c.filed_at, cases.c.number)
        return [self._open(row.sealed, "case", row.number) for row in self._rows(query.limit(limit))]

    def listed_count(self, wanted: Wanted) -> int:
        """How many there are in all."""
        return int(self._run(select(func.count()).select_from(cases).where(*_conditions(wanted))).scalar_one())


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[Any] = []
    if wanted.states is not None:
        found.append(cases.c.state.in_(list(wanted.states)))
    if wanted.unit is not None:
        found.append(cases.c.number.in_(select(case_units.c.number).where(case_units.c.unit == wanted.unit)))
    if wanted.due_before is not None:
        found.append(cases.c.next_due < wanted.due_before)
    return found

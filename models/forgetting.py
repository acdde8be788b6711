"""Letting go what has been kept long enough: what there is of each sort, and how one of it goes.

A case loses its person first: the sealed parts of its entries (their digests stay, so the chain holds), of its notices
and of its snapshot, and its pictures. Much later the whole case goes. Who looked at it is kept as long as the case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, update

from casebook.keeping import CONCLUDED, Limits, without_person
from models.case_columns import columns
from models.columns import constant
from models.keep_tables import media
from models.staff_tables import examples, refusals
from models.standing_tables import standings
from models.tables import (
    case_units,
    cases,
    contact_notes,
    contacts,
    counters,
    entries,
    inbox,
    lines,
    looks,
    outbox,
    talks,
    timers,
    ways,
)
from models.unit import Unit
from models.unit_outbox import CALLABLE, OPEN
from models.unit_part import Part

# Up to which row of the inbox all has been emptied, and how far moments may stand against the order of rows.
MARK, SKEW = "forgotten/inbox", timedelta(days=1)
EMPTY = b""
GONE = "erased"


@dataclass(frozen=True)
class Sort:
    """One sort of what is let go: its name in the report, which rows are past their time, and how some of them go."""

    name: str
    past: Callable[[Limits], Select[Any]]
    go: Callable[[Forgetting, Sequence[Any], Limits, datetime], int]


class Forgetting(Part):
    """What is let go, in one open transaction."""

    @classmethod
    def of(cls, unit: Unit) -> Forgetting:
        return cls(unit._link, unit._vault, unit._codec, unit._locks)

    def past(self, sort: Sort, limits: Limits, most: int) -> list[Any]:
        """Keys of what is past its time, some of them."""
        return [row[0] for row in self._rows(sort.past(limits).limit(most))]

    def count(self, sort: Sort, limits: Limits) -> int:
        """How much is past its time."""
        rows = select(func.count()).select_from(sort.past(limits).subquery())
        return int(self._run(rows).scalar_one())

    def concluded(self, number: str, before: datetime) -> bool:
        """Whether the case stands, not erased yet, concluded before a moment and without a running clock."""
        return self._one(select(cases.c.number).where(cases.c.number == number, _over(before))) is not None

    def erase(self, number: str, before: datetime, at: datetime) -> bool:
        """Let the person of a case go that was concluded before a moment; whether there was one. Raises Unopenable."""
        mine = select(cases.c.version, cases.c.sealed).where(cases.c.number == number, _over(before))
        row = self._one(mine.with_for_update())
        if row is None:
            return False
        left = without_person(self._open(row.sealed, "case", number), at)
        news = {**columns(left), "phone_blind": "", "text_blind": "", "sealed": self._seal(left, "case", number)}
        same = (cases.c.number == number, cases.c.version == row.version, cases.c.erased_at.is_(None))
        if self._run(update(cases).where(*same).values(news)).rowcount != 1:
            return False
        self._run(update(entries).where(entries.c.number == number).values(sealed=None))
        self._run(delete(media).where(media.c.number == number))
        self._empty_notices(number)
        return True

    def delete_cases(self, numbers: Sequence[str], before: datetime) -> int:
        """Delete whole cases; their numbers stay taken, for the counters do not go back."""
        mine = select(cases.c.number).where(cases.c.number.in_(numbers), _ended(before), cases.c.erased_at.is_not(None))
        gone = [row.number for row in self._rows(mine)]
        for table in (case_units, standings, entries, timers, outbox, looks, media, refusals, examples, cases):
            self._run(delete(table).where(table.c.number.in_(gone)))
        return len(gone)

    def delete_contacts(self, handles: Sequence[str], before: datetime) -> int:
        """Delete people who have no case left; whoever has written meanwhile stays."""
        mine = delete(contacts).where(contacts.c.handle.in_(handles), _left(before)).returning(contacts.c.handle)
        gone = list(self._run(mine).scalars())
        for table in (contact_notes, talks, ways):
            self._run(delete(table).where(table.c.handle.in_(gone)))
        return len(gone)

    def empty_inbox(self, ids: Sequence[int]) -> int:
        """Leave the keys, so that a delivery that comes again is known; the words and what was answered go."""
        return self._run(update(inbox).where(inbox.c.id.in_(ids)).values(sealed=EMPTY, reply=None)).rowcount

    def mark_inbox(self, limits: Limits) -> None:
        """Note how far the inbox is empty: the next night begins there."""
        there = or_(inbox.c.at >= limits.messages - SKEW, inbox.c.state == constant("pending"))
        row = self._one(select(inbox.c.id).where(inbox.c.id > _mark(), there).order_by(inbox.c.id).limit(1))
        if row:
            self._put(counters, {"series": MARK, "value": row.id - 1})

    def delete_rows(self, column: Any, keys: Sequence[Any]) -> int:
        return self._run(delete(column.table).where(column.in_(keys))).rowcount

    def _empty_notices(self, number: str) -> None:
        """A case's notices say nothing any more; what never went is not tried again, by no way."""
        for row in self._rows(select(outbox.c.id, outbox.c.key).where(outbox.c.number == number)):
            news = {"sealed": self._seal({}, "outbox", row.key), "external": None, "external_blind": ""}
            self._run(update(outbox).where(outbox.c.id == row.id).values(news))
        unsaid = or_(outbox.c.state.in_(OPEN), CALLABLE)
        self._run(update(outbox).where(outbox.c.number == number, unsaid).values(state="unreachable", why=GONE))


def _ended(before: datetime) -> ColumnElement[bool]:
    last = select(func.max(entries.c.at)).where(entries.c.number == cases.c.number).scalar_subquery()
    state = cases.c.state.in_(sorted(CONCLUDED))
    ended = func.coalesce(cases.c.closed_at, last) < before
    return and_(cases.c.filed_at < before, cases.c.running == constant(0), state, ended)


def _over(before: datetime) -> ColumnElement[bool]:
    return and_(cases.c.erased_at.is_(None), _ended(before))


def _left(before: datetime) -> ColumnElement[bool]:
    own = exists().where(cases.c.citizen == contacts.c.handle, cases.c.citizen != constant(""))
    return and_(contacts.c.last_at < before, ~own)


def _mark() -> Any:
    mine = select(counters.c.value).where(counters.c.series == MARK).scalar_subquery()
    return func.coalesce(mine, 0)


def _inbox_past(limits: Limits) -> Select[Any]:
    old = and_(inbox.c.at < limits.messages, inbox.c.state != constant("pending"), func.length(inbox.c.sealed) > 0)
    return select(inbox.c.id).where(inbox.c.id > _mark(), old).order_by(inbox.c.id)


def _unattached(limits: Limits) -> Select[Any]:
    return select(media.c.id).where(media.c.number.is_(None), media.c.at < limits.personal)


def _talk_notices(limits: Limits) -> Select[Any]:
    settled = and_(outbox.c.number.is_(None), outbox.c.state.not_in(OPEN))
    return select(outbox.c.id).where(settled, outbox.c.at < limits.personal)


def _erase(part: Forgetting, keys: Sequence[Any], limits: Limits, at: datetime) -> int:
    return sum(part.erase(number, limits.personal, at) for number in keys)


def _rows_of(column: Any) -> Callable[[Forgetting, Sequence[Any], Limits, datetime], int]:
    return lambda part, keys, limits, at: part.delete_rows(column, keys)


# In this order: a case goes only after its person, a contact only after its last case.
SORTS: tuple[Sort, ...] = (
    Sort("persons", lambda limits: select(cases.c.number).where(_over(limits.personal)), _erase),
    Sort(
        "cases",
        lambda limits: select(cases.c.number).where(_ended(limits.cases), cases.c.erased_at.is_not(None)),
        lambda part, keys, limits, at: part.delete_cases(keys, limits.cases),
    ),
    Sort(
        "contacts",
        lambda limits: select(contacts.c.handle).where(_left(limits.personal)),
        lambda part, keys, limits, at: part.delete_contacts(keys, limits.personal),
    ),
    Sort("messages", _inbox_past, lambda part, keys, limits, at: part.empty_inbox(keys)),
    Sort("lines", lambda limits: select(lines.c.key).where(lines.c.at < limits.personal), _rows_of(lines.c.key)),
    Sort("replies", _talk_notices, _rows_of(outbox.c.id)),
    Sort("pictures", _unattached, _rows_of(media.c.id)),
    Sort("examples", lambda limits: select(examples.c.id).where(examples.c.at < limits.cases), _rows_of(examples.c.id)),
)
Counts = Mapping[str, int]

"""Cases: their entries, appended and never changed; their snapshot; what is found by its plain columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, bindparam, func, select, update

from casebook.case import Case, Notice, Timer
from casebook.errors import Conflict, NoSuchCase
from models.case_columns import columns, filing_blinds, squeezed, without_unchanged
from models.codec import without_history
from models.columns import among, constant
from models.entry_rows import START, EntryRows
from models.ready import Ready
from models.records import Look
from models.tables import case_units, cases, counters, entries, looks
from models.unit_outbox import Outbox
from models.unit_part import insert_into
from models.unit_standings import Standings
from models.unit_timers import Timers
from models.vault import Unopenable

WHICH: Any = bindparam("which")
CASE = Ready(select(cases.c.version, cases.c.head, cases.c.sealed).where(cases.c.number == WHICH))
HISTORY = Ready(select(entries).where(entries.c.number == WHICH).order_by(entries.c.seq))
MINE = (cases.c.citizen == bindparam("who"), cases.c.citizen != constant(""))
LAST = (cases.c.filed_at.desc(), cases.c.number.desc())
MOST: Any = bindparam("most", type_=Integer)
OWN = Ready(
    select(cases.c.number, cases.c.version, cases.c.head, cases.c.sealed).where(*MINE).order_by(*LAST).limit(MOST)
)
OWN_NUMBERS = select(cases.c.number).where(*MINE).order_by(*LAST).limit(MOST)
OWN_ENTRIES = Ready(select(entries).where(entries.c.number.in_(OWN_NUMBERS)).order_by(entries.c.number, entries.c.seq))
NO_UNITS = Ready(case_units.delete().where(case_units.c.number == WHICH))
ADD_UNIT = Ready(case_units.insert(), ("number", "unit", "leads"))


@dataclass(frozen=True)
class Head:
    """Where a case's history stood when it was read: its version and the hash of its last entry."""

    version: int
    hash: str


class Cases(Outbox, Timers, Standings):
    """The case book proper: `casebook.book.Book`, and the queues."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._entry_rows = EntryRows(self._vault, self._codec)
        self._heads: dict[str, Head] = {}

    def next_serial(self, series: str) -> int:
        """The next number of a series, from 1, without gaps (a rolled-back transaction takes none)."""
        row = self._one(_count(self._link.dialect.name), {"series": series})
        assert row is not None
        return int(row.value)

    def load(self, number: str) -> Case:
        """The case with its whole history. Raises NoSuchCase."""
        case = self.find(number)
        if case is None:
            raise NoSuchCase(number)
        return case

    def find(self, number: str) -> Case | None:
        """The case with its whole history, or None."""
        row = self._one(CASE, {"which": number})
        if row is None:
            return None
        return self._whole(number, row, self._rows(HISTORY, {"which": number}))

    def _whole(self, number: str, row: Any, rows: Sequence[Any]) -> Case:
        """The case of a snapshot's row and its entries' rows."""
        self._heads[number] = Head(row.version, row.head)
        # Not beyond the snapshot: on PostgreSQL the next entry may be committed between the two statements.
        history = tuple(self._entry_rows.read(entry) for entry in rows if entry.seq <= row.version)
        case = self._snapshot(number, row.sealed)
        if case.erased and history:
            # What is left of the filing, so that the case as it once stood is still of its kind.
            history = (replace(history[0], private={"filing": case.filing}), *history[1:])
        return replace(case, history=history)

    def snapshots(self, numbers: Sequence[str]) -> dict[str, Case]:
        """The cases as they are, without their history; unknown numbers and damaged rows are left out."""
        found = {}
        for row in self._rows(_of_each(self._link.dialect.name, "sealed"), {"numbers": numbers}):
            with suppress(Unopenable):
                found[row.number] = self._snapshot(row.number, row.sealed)
        return found

    def versions(self, numbers: Sequence[str]) -> dict[str, int]:
        """The versions at which these cases stand."""
        rows = self._rows(_of_each(self._link.dialect.name, "version"), {"numbers": numbers})
        return {row.number: row.version for row in rows}

    def save(self, before: Case | None, after: Case, notices: Iterable[Notice], timers: Iterable[Timer]) -> None:
        """Write the entries `after` has beyond `before`, its snapshot, its notices and its timers. Raises Conflict."""
        fresh = self._fresh(before, after)
        if fresh or before is None:
            self._write(before, after, fresh)
        self._reconcile(after.number, timers, new=before is None)
        self.post(notices)

    def open_numbers(self) -> Sequence[str]:
        """The numbers of all cases with a running clock (for recomputing due dates)."""
        return self._numbers(select(cases.c.number).where(cases.c.running > constant(0)).order_by(cases.c.number))

    def numbers(
        self,
        state: str | Iterable[str] | None = None,
        unit: str | None = None,
        limit: int | None = 200,
        *,
        kind: str | None = None,
        filed_from: datetime | None = None,
        filed_to: datetime | None = None,
        score_below: int | None = None,
        undue: bool = False,
        offset: int = 0,
    ) -> list[str]:
        """Numbers of the cases in these states, of this unit (leading, co-handling, asked), oldest first, at most
        `limit`; `undue`: only those with no limit running."""
        conditions: list[ColumnElement[bool]] = []
        if state is not None:
            conditions.append(cases.c.state.in_([state] if isinstance(state, str) else list(state)))
        if unit is not None:
            conditions.append(_of_unit(unit))
        if kind is not None:
            conditions.append(cases.c.kind == kind)
        if filed_from is not None:
            conditions.append(cases.c.filed_at >= filed_from)
        if filed_to is not None:
            conditions.append(cases.c.filed_at < filed_to)
        if score_below is not None:
            conditions.append(cases.c.score < score_below)
        if undue:
            conditions.append(cases.c.next_due.is_(None))
        query = select(cases.c.number).where(*conditions).order_by(cases.c.filed_at, cases.c.number)
        return self._numbers(query.limit(limit).offset(offset))

    def count_by_state(self, unit: str | None = None) -> dict[str, int]:
        """How many cases stand in each state."""
        query = select(cases.c.state, func.count().label("total")).group_by(cases.c.state)
        if unit is not None:
            query = query.where(_of_unit(unit))
        return {row.state: row.total for row in self._rows(query)}

    def due_before(self, moment: datetime, limit: int = 200) -> list[str]:
        """Numbers of the cases with a clock that falls due before the moment, most pressing first."""
        query = select(cases.c.number).where(cases.c.next_due < moment)
        return self._numbers(query.order_by(cases.c.next_due, cases.c.number).limit(limit))

    def cases_of(self, handle: str, limit: int = 20) -> list[Case]:
        """A citizen's cases, newest first; in two statements however many there are."""
        mine = {"who": handle, "most": limit}
        rows = self._rows(OWN, mine)
        histories: dict[str, list[Any]] = {row.number: [] for row in rows}
        for entry in self._rows(OWN_ENTRIES, mine) if rows else ():
            histories.get(entry.number, []).append(entry)
        return [self._whole(row.number, row, histories[row.number]) for row in rows]

    def numbers_by_phone(self, phone: str, limit: int = 20) -> list[str]:
        """Numbers of the cases filed with this telephone number, newest first."""
        return self._alike(self._blind_is(cases.c.phone_blind, "phone", phone), limit)

    def numbers_by_text(self, text: str, limit: int = 20) -> list[str]:
        """Numbers of the cases filed in the very same words (spaces aside), newest first."""
        return self._alike(self._blind_is(cases.c.text_blind, "text", squeezed(text)), limit)

    def looked(self, number: str, by: str, what: str, reason: str, at: datetime) -> None:
        """Record that a person was shown personal data of a case."""
        row = {"number": number, "by": by, "what": what, "reason": reason.replace("\0", ""), "at": at}
        self._run(looks.insert(), row)

    def looks(self, number: str) -> list[Look]:
        """Who was shown personal data of the case, in order."""
        rows = self._rows(select(looks).where(looks.c.number == number).order_by(looks.c.id))
        return [Look(row.number, row.by, row.what, row.reason, self._codec.local(row.at)) for row in rows]

    def _fresh(self, before: Case | None, after: Case) -> list[Any]:
        known = before.version if before else 0
        fresh = [entry for entry in after.history if entry.seq > known]
        if [entry.seq for entry in fresh] != list(range(known + 1, after.version + 1)):
            raise ValueError(f"case {after.number}: entries do not follow version {known} one by one")
        return fresh

    def _write(self, before: Case | None, after: Case, fresh: list[Any]) -> None:
        stood = last = self._head(before).hash
        rows = []
        for entry in fresh:
            rows.append(self._entry_rows.write(after.number, entry, last))
            last = str(rows[-1]["hash"])
        self._write_snapshot(before, after, last, stood)
        self._do_each(_enter(tuple(rows[0])), rows)
        self._heads[after.number] = Head(after.version, last)
        self._stand(before, after, fresh)
        if before is None:
            self._add_units(after)
        elif before.concerned != after.concerned:
            self._do(NO_UNITS, {"which": after.number})
            self._add_units(after)

    def _head(self, before: Case | None) -> Head:
        """The head of the chain to append to. Raises Conflict when it is not where `before` was read."""
        if before is None:
            return Head(0, START)
        head = self._heads.get(before.number) or self._stored_head(before.number)
        if head.version != before.version:
            raise Conflict(f"case {before.number} is at version {head.version}, not {before.version}")
        return head

    def _stored_head(self, number: str) -> Head:
        row = self._one(select(cases.c.version, cases.c.head).where(cases.c.number == number))
        if row is None:
            raise NoSuchCase(number)
        return Head(row.version, row.head)

    def _write_snapshot(self, before: Case | None, after: Case, head: str, stood: str) -> None:
        row = {**columns(after), "head": head, "sealed": self._seal(without_history(after), "case", after.number)}
        if before is None:
            if not self._add(cases, {**row, **filing_blinds(self._vault, after.filing)}):
                raise Conflict(f"case {after.number} exists")
            return
        row = without_unchanged(row, columns(before))
        if before.filing != after.filing:
            row |= filing_blinds(self._vault, after.filing)
        if self._do(_step(tuple(row)), {**row, "which": before.number, "was": before.version, "stood": stood}) != 1:
            raise Conflict(f"case {after.number} is not at version {before.version} any more")

    def _add_units(self, case: Case) -> None:
        rows = [{"number": case.number, "unit": unit, "leads": unit == case.lead_unit} for unit in case.concerned]
        if rows:
            self._do_each(ADD_UNIT, rows)

    def _alike(self, condition: Any, limit: int) -> list[str]:
        query = select(cases.c.number).where(condition).order_by(cases.c.filed_at.desc(), cases.c.number.desc())
        return self._numbers(query.limit(limit))

    def _numbers(self, query: Any) -> list[str]:
        return [row[0] for row in self._rows(query)]

    def _snapshot(self, number: str, sealed: bytes) -> Case:
        case: Case = self._open(sealed, "case", number)
        return case


@cache
def _count(dialect: str) -> Ready:
    insert = insert_into(dialect, counters).values(series=bindparam("series", type_=Text), value=1)
    more = insert.on_conflict_do_update(index_elements=["series"], set_={"value": counters.c.value + 1})
    return Ready(more.returning(counters.c.value))


@cache
def _of_each(dialect: str, column: str) -> Ready:
    return Ready(select(cases.c.number, cases.c[column]).where(among(dialect, cases.c.number, "numbers")))


@cache
def _step(names: tuple[str, ...]) -> Ready:
    # Not where the case was erased since it was read (what it said of a person would be back), nor where its chain was
    # signed anew.
    same = (cases.c.version == bindparam("was"), cases.c.head == bindparam("stood", type_=Text))
    kept = (*same, cases.c.erased_at.is_(None))
    return Ready(update(cases).where(cases.c.number == WHICH, *kept), names)


@cache
def _enter(names: tuple[str, ...]) -> Ready:
    return Ready(entries.insert(), names)


def _of_unit(unit: str) -> Any:
    return cases.c.number.in_(select(case_units.c.number).where(case_units.c.unit == unit))

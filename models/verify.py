"""Checking what is stored: every chain unbroken, every snapshot equal to its entries, every open clock with timers.

Nothing is mended and nothing is decided here: each fault is named with its case, for a person to look at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Row

from casebook.case import Case, replay
from models.case_columns import columns
from models.codec import without_history
from models.entry_rows import START, EntryRows
from models.standing_rows import rows_of, versions
from models.standing_tables import standings
from models.store import Store
from models.tables import cases, entries, timers
from models.unit import Unit
from models.unit_part import Part
from models.vault import Unopenable

BATCH = 200


@dataclass(frozen=True)
class Fault:
    """What is wrong with a case. `what`: chain | sealed | snapshot | column | standing | timers | entries |
    unreadable."""

    number: str
    what: str
    detail: str

    def __str__(self) -> str:
        return f"{self.number}: {self.what}: {self.detail}"


def verify(store: Store, told: Callable[[int], None] = lambda checked: None) -> list[Fault]:
    """Every fault of the case book, in order of case numbers. `told` hears how many cases are checked so far."""
    faults = list(store.read(lambda unit: list(Check.of(unit).orphans())))
    last, checked = "", 0
    while numbers := store.read(_after(last)):
        for number in numbers:
            faults += store.read(_faults(number))
        last, checked = numbers[-1], checked + len(numbers)
        told(checked)
    return faults


class Check(Part):
    """The checks of one case, on one unmoving view of the book."""

    @classmethod
    def of(cls, unit: Unit) -> Check:
        return cls(unit._link, unit._vault, unit._codec, False)

    def numbers_after(self, last: str) -> list[str]:
        query = select(cases.c.number).where(cases.c.number > last).order_by(cases.c.number).limit(BATCH)
        return [row.number for row in self._rows(query)]

    def orphans(self) -> Iterator[Fault]:
        """Entries, timers and standings whose case is gone."""
        for table in (entries, timers, standings):
            lost = select(table.c.number).distinct().where(table.c.number.not_in(select(cases.c.number)))
            for row in self._rows(lost):
                yield Fault(row.number, "entries", f"there are {table.name} but no case")

    def faults(self, number: str) -> Iterator[Fault]:
        """All that is wrong with one case."""
        row = self._one(select(cases).where(cases.c.number == number))
        if row is None:
            return
        rows = self._rows(select(entries).where(entries.c.number == number).order_by(entries.c.seq))
        chain = list(self._chain(row, rows))
        yield from chain
        if chain:
            return
        try:
            snapshot: Case = self._open(row.sealed, "case", number)
        except Unopenable as error:
            yield Fault(number, "unreadable", f"snapshot: {error}")
            return
        yield from self._snapshot(snapshot, row, rows)
        yield from self._standings(snapshot, rows)
        yield from self._timers(snapshot)

    def _chain(self, case: Row[Any], rows: Sequence[Row[Any]]) -> Iterator[Fault]:
        reader, previous = EntryRows(self._vault, self._codec), START
        if [row.seq for row in rows] != list(range(1, case.version + 1)):
            yield Fault(case.number, "chain", f"entries are not 1 to {case.version}, one by one")
        for row in rows:
            if not reader.chained(row, previous):
                yield Fault(case.number, "chain", f"entry {row.seq} is not what was written after the one before")
            if not _genuine(reader, row):
                yield Fault(case.number, "sealed", f"the sealed part of entry {row.seq} is not the one written")
            previous = row.hash
        if previous != case.head:
            yield Fault(case.number, "chain", "the last entry is not the one the case knows")

    def _snapshot(self, snapshot: Case, row: Row[Any], rows: Sequence[Row[Any]]) -> Iterator[Fault]:
        reader = EntryRows(self._vault, self._codec)
        if all(entry.sealed is not None for entry in rows):
            folded = without_history(replay(row.number, map(reader.read, rows)))
            names = [item.name for item in fields(Case) if getattr(folded, item.name) != getattr(snapshot, item.name)]
            if names:
                yield Fault(row.number, "snapshot", f"differs from its entries in {', '.join(names)}")
        wrong = [name for name, value in columns(snapshot).items() if row._mapping[name] != value]
        if wrong:
            yield Fault(row.number, "column", f"differs from the snapshot in {', '.join(wrong)}")

    def _standings(self, snapshot: Case, rows: Sequence[Row[Any]]) -> Iterator[Fault]:
        reader = EntryRows(self._vault, self._codec)
        told = rows_of(versions(snapshot.number, [reader.read(row) for row in rows], snapshot.filing), _moment)
        query = select(standings).where(standings.c.number == snapshot.number).order_by(standings.c.since)
        if not _agree([dict(row._mapping) for row in self._rows(query)], told):
            yield Fault(snapshot.number, "standing", "what figures count it by is not what its entries say")

    def _timers(self, case: Case) -> Iterator[Fault]:
        rows = self._rows(select(timers).where(timers.c.number == case.number, timers.c.state != "withdrawn"))
        kept = {(row.clock, row.round) for row in rows}
        for run in case.running:
            # Internal targets may be silent, and a unit's clock has nobody to remind while there is no unit.
            silent = run.target or (run.holder == "unit" and case.lead_unit is None)
            if run.key not in kept and not silent:
                yield Fault(case.number, "timers", f"clock {run.clock}, round {run.round}, runs without a timer")


def _after(last: str) -> Callable[[Unit], list[str]]:
    return lambda unit: Check.of(unit).numbers_after(last)


def _faults(number: str) -> Callable[[Unit], list[Fault]]:
    return lambda unit: list(Check.of(unit).faults(number))


def _agree(kept: list[dict[str, Any]], told: list[dict[str, Any]]) -> bool:
    """Whether the standings kept, of each day the last, are what the entries tell, each for itself."""

    def last(end: datetime | None) -> dict[str, Any]:
        return next((row for row in reversed(told) if end is None or row["since"] < end), {})

    ends = [*(row["since"] for row in kept[1:]), None]
    found = [{**last(end), "since": row["since"], "until": end} for row, end in zip(kept, ends, strict=False)]
    return found == kept and [row["since"] for row in kept[:1]] == [row["since"] for row in told[:1]]


def _moment(moment: datetime) -> Any:
    return moment


def _genuine(reader: EntryRows, row: Row[Any]) -> bool:
    try:
        return reader.genuine(row)
    except Unopenable:
        return False

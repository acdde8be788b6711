"""People at work on a real store, through the desk: what the tests of the desk and of the scheduler share."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from casebook.case import Case, Command, Filing, Person, Timer
from casebook.desk import Desk
from casebook.holiday_notices import HolidayNotice
from casebook.law import Law
from models.records import OutboxRow
from models.store import Store
from office.law import read_law
from tests.makers import UNIT, a_filing, moment

FILER = "handle234567"
CITIZEN = Person("citizen", FILER)
DISPATCHER = Person("dispatcher", "赵调度")
OFFICER = Person("officer", "李经办", UNIT)
SUPERVISOR = Person("supervisor", "孙督办")
FOUND = {"findings": "3号窗口当天没有收件。", "verdict": "substantiated"}


@cache
def law() -> Law:
    return read_law("yunnan")


class Acting:
    """An office on that store. Every step is one transaction at the moment it names."""

    def __init__(self, store: Store, loaded: Iterable[HolidayNotice] = ()) -> None:
        self.store = store
        known = read_law("yunnan", loaded=loaded) if loaded else law()
        self.desk = Desk(known)

    def file(self, at: str, by: Person = CITIZEN, **changes: Any) -> str:
        """A complaint of that moment; its number."""
        filing: Filing = a_filing(**changes)
        return self.store.write(lambda unit: self.desk.file(unit, filing, by, moment(at))).number

    def take(self, number: str, step: str, by: Person, at: str, **facts: Any) -> Case:
        command = Command(step, by, moment(at), facts)
        return self.store.write(lambda unit: self.desk.take(unit, number, command))

    def dispatched(self, at: str = "2026-03-02 10:00", **changes: Any) -> str:
        number = self.file(at, **changes)
        self.take(number, "dispatch", DISPATCHER, at, to=[UNIT])
        return number

    def accepted(self, at: str = "2026-03-02 10:00", **changes: Any) -> str:
        number = self.dispatched(at, **changes)
        self.take(number, "accept", OFFICER, at)
        return number

    def answered(self, at: str = "2026-03-02 10:00", **changes: Any) -> str:
        number = self.accepted(at, **changes)
        self.take(number, "resolve", OFFICER, at, **FOUND)
        return number

    def sweep(self, at: str) -> int:
        return self.store.write(lambda unit: self.desk.sweep(unit, moment(at)))

    def case(self, number: str) -> Case:
        return self.store.read(lambda unit: unit.load(number))

    def rows(self, number: str) -> list[OutboxRow]:
        return self.store.read(lambda unit: unit.outbox_of(number))

    def told(self, number: str) -> list[tuple[str, str]]:
        """What was written about the case so far: message and address, in order."""
        return [(row.message, row.to) for row in self.rows(number)]

    def timers(self, number: str, state: str = "pending") -> list[Timer]:
        return self.store.read(lambda unit: unit.timers_of(number, state))

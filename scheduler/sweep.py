"""The sweep: what is due is found by an index, decided, and then claimed, marked and told of in one commit a batch.

Deciding only reads and holds up nobody. A timer that is pending is wanted, for saving a case withdraws the others; one
whose case moved on between deciding and writing is left to the next tick.

Reminders to one room that are due together become one message. Outside office hours only what is urgent goes; the rest
waits for the opening, when a weekend's outage ends in one message a room. One timer that cannot be carried out is set
aside with its reason and holds up nobody. Any number of sweeps may run at once: rows are claimed, keys are unique.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from casebook import reminders
from casebook.bundles import bundled
from casebook.case import Case, Notice, Timer
from casebook.desk import Desk
from casebook.errors import Conflict, NotAllowed, NotKept

log = logging.getLogger(__name__)
T = TypeVar("T")

# A plan is light, a batch is one commit: long enough to share its flush and the pages it touches, and written in some
# tens of milliseconds, so that it holds up nobody else's write.
PLAN, BATCH = 20_000, 1500
# A room's reminders stay together, up to this many.
ROOM = 500
# So many cases are looked at at once.
CASES = 200
AFTER_CLOSE = timedelta(minutes=10)
POINTLESS = "pointless by then"


class Store(Protocol):
    """The case book's keeper."""

    def read(self, fn: Callable[[Any], T]) -> T: ...
    def write(self, fn: Callable[[Any], T]) -> T: ...


class Due(Protocol):
    """A due timer in the plan."""

    key: str
    number: str
    at: datetime
    what: str
    to: str
    clock: str
    round: int


@dataclass
class Decided:
    """What a batch comes to: notices, and each case's version they follow from; the timers that have become pointless,
    with their cases; those that cannot be carried out, with the reason."""

    notices: list[Notice] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)
    pointless: dict[str, str] = field(default_factory=dict)
    stuck: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sweep:
    """Carries out what is due."""

    store: Store
    desk: Desk

    def run(self, now: datetime) -> int:
        """Everything that is due now; how many timers were carried out or set aside."""
        done, night = 0, not self._is_open(now)
        while True:
            plan = self.store.read(lambda unit: unit.due_plan(now, PLAN, night))
            handled = sum(self._batch(batch, now) for batch in _batches(plan))
            done += handled
            if len(plan) < PLAN or not handled:
                return done

    def _is_open(self, now: datetime) -> bool:
        """Whether the office reads what comes; for a few minutes after the close, what fell due at the close still."""
        calendar = self.desk.law.calendar
        return any(calendar.in_office_hours(moment) for moment in (now, now - AFTER_CLOSE))

    def _batch(self, plan: Sequence[Due], now: datetime) -> int:
        if plan[0].what in reminders.STEPS:
            return self._alone(plan[0], now)
        try:
            decided = self.store.read(lambda unit: self._decided(unit, plan, now))
            return self.store.write(lambda unit: _carried(unit, decided, now))
        except NotKept:
            raise  # the next tick finds everything as it is
        except Exception as error:
            if len(plan) == 1:
                return self._aside(plan[0], error)
            log.warning("sweep: %d timers together failed (%s); one by one", len(plan), type(error).__name__)
            return sum(self._batch([due], now) for due in plan)

    def _decided(self, unit: Any, plan: Sequence[Due], now: datetime) -> Decided:
        """What is to be told, a few cases at a time."""
        decided, last = Decided(), _last(plan)
        for start in range(0, len(plan), CASES):
            timers: Sequence[Timer] = unit.timers_pending([due.key for due in plan[start : start + CASES]])
            cases: Mapping[str, Case] = unit.snapshots(list({timer.case for timer in timers}))
            decided.versions.update((number, case.version) for number, case in cases.items())
            for timer in timers:
                try:
                    notice = self._decide(timer, cases, last, now)
                except Exception as error:
                    _complain(timer.key, timer.case, error)
                    decided.stuck[timer.key] = _why(error)
                    continue
                if notice:
                    decided.notices.append(notice)
                else:
                    decided.pointless[timer.key] = timer.case
        return decided

    def _decide(
        self, timer: Timer, cases: Mapping[str, Case], last: Mapping[Any, datetime], now: datetime
    ) -> Notice | None:
        """Its notice; None where it says nothing new."""
        if timer.case not in cases:
            raise LookupError("its case cannot be read")
        if timer.at < last[_what(timer)] and timer.what in reminders.STALE:
            return None
        return reminders.notice(cases[timer.case], timer, now, self.desk.law, latest=True)

    def _alone(self, due: Due, now: datetime) -> int:
        """A step in the clock's name: the whole case, a transaction of its own."""

        def fire(unit: Any) -> int:
            claimed: Sequence[Timer] = unit.timers_pending([due.key])
            for timer in claimed:
                self.desk.fire(unit, timer, now)
            return len(claimed)

        try:
            return self.store.write(fire)
        except Conflict:
            return 0  # the case moved meanwhile; the next tick sees it as it is then
        except NotKept:
            raise
        except Exception as error:
            return self._aside(due, error)

    def _aside(self, due: Due, error: Exception) -> int:
        """Set one timer aside. Where the store itself is down this raises, and nothing is set aside."""
        _complain(due.key, due.number, error)
        self.store.write(lambda unit: unit.timer_stuck(due.key, _why(error)))
        return 1


def _carried(unit: Any, decided: Decided, now: datetime) -> int:
    """Claim, mark and tell what was decided, as far as it still holds; how many timers were done with."""
    stands = unit.versions(list(decided.versions)).items() & decided.versions.items()
    still = {number for number, _ in stands}
    notices = [notice for notice in decided.notices if notice.case in still]
    carried = bundled(notices, now)
    pointless = {key: ("", POINTLESS) for key, number in decided.pointless.items() if number in still}
    fates = {**pointless, **_told(carried)}
    fired: set[str] = unit.timers_fire(fates, now)
    if len(fired) < len(fates):  # others were at it: what is left says less
        carried = bundled([notice for notice in notices if notice.key in fired], now)
        unit.timers_told(_told(carried))
    unit.post({notice.key: notice for notice in carried.values()}.values())
    for key, why in decided.stuck.items():
        unit.timer_stuck(key, why)
    return len(fired) + len(decided.stuck)


def _told(carried: Mapping[str, Notice]) -> dict[str, tuple[str, str]]:
    return {key: (notice.key, "") for key, notice in carried.items()}


def _batches(plan: Sequence[Due]) -> Iterator[list[Due]]:
    """Steps alone; else whole rooms, as many as a batch holds, those who have waited longest first."""
    rooms: dict[str, list[Due]] = {}
    for due in plan:
        if due.what in reminders.STEPS:
            yield [due]
        else:
            rooms.setdefault(due.to, []).append(due)
    batch: list[Due] = []
    for those in rooms.values():
        for start in range(0, len(those), ROOM):
            batch += those[start : start + ROOM]
            if len(batch) >= BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _last(plan: Sequence[Due]) -> dict[Any, datetime]:
    """When the last due reminder of each limit to each room was due: the earlier ones say nothing new."""
    last: dict[Any, datetime] = {}
    for due in plan:
        last[_what(due)] = max(due.at, last.get(_what(due), due.at))
    return last


def _what(timer: Due | Timer) -> tuple[object, ...]:
    number = timer.case if isinstance(timer, Timer) else timer.number
    return (number, timer.what, timer.to, timer.clock, timer.round)


def _why(error: Exception) -> str:
    return f"{type(error).__name__} {error.code if isinstance(error, NotAllowed) else ''}".strip()


def _complain(key: str, case: str, error: Exception) -> None:
    log.error("sweep: timer %s of case %s cannot be carried out: %s", key.split("/")[1:2], case, _why(error))

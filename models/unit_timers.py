"""Timers: rows that say what is to be done for a case at a moment, swept by an index, claimed row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, Text, bindparam, func, select, update
from sqlalchemy.engine import Row

from casebook.case import Timer
from models.columns import among, constant
from models.ready import Ready
from models.tables import timers
from models.unit_part import Part, insert_new

PENDING = constant("pending")
OF_CASE = Ready(select(timers).where(timers.c.number == bindparam("which")))
STUCK = constant("stuck")
ONE = update(timers).where(timers.c.key == bindparam("which"))
TOLD = Ready(ONE.values(told=bindparam("by")))
WITHDRAW = Ready(ONE.where(timers.c.state == PENDING).values(state="withdrawn"))
EARLIEST = Ready(select(func.min(timers.c.at, type_=timers.c.at.type).label("at")).where(timers.c.state == PENDING))
NOW: Any = bindparam("now", type_=timers.c.at.type)
DUE = (timers.c.state == PENDING, timers.c.at <= NOW)
# As much of a due timer as is needed to plan a sweep; a row of it, for there may be very many.
PLANNED = (timers.c.key, timers.c.number, *(timers.c[name] for name in ("at", "what", "to", "clock", "round")))


class Timers(Part):
    """What the clock will do."""

    def due_plan(self, now: datetime, limit: int, urgent_only: bool = False) -> Sequence[Row[Any]]:
        """What is due, oldest first, claimed by nobody. Outside office hours only what may go then."""
        return self._rows(_plan(urgent_only), {"now": now, "most": limit})

    def timers_pending(self, keys: Sequence[str]) -> list[Timer]:
        """Those of them that are still pending, in the order of their moments; in a writing transaction those that
        nobody else has in hand, kept from others until it ends."""
        mine = _pending(self._link.dialect.name, self._locks)
        return [self._timer(row) for row in self._rows(mine, {"keys": keys})]

    def timers_fire(self, fates: Mapping[str, tuple[str, str]], now: datetime) -> set[str]:
        """Take and finish those that are due, still pending and in nobody else's hands: which they were.

        `fates` says by key the notice it becomes, or why it becomes none. Taken and done is one statement for all that
        share a fate: whoever dies before the commit has taken nothing.
        """
        alike: dict[tuple[str | None, str], list[str]] = {}
        for key, (told, why) in fates.items():
            alike.setdefault((None if told == key else told, why), []).append(key)
        fire, done = _fire(self._link.dialect.name), list[Row[Any]]()
        for (by, reason), keys in alike.items():
            done += self._rows(fire, {"keys": keys, "now": now, "by": by, "reason": reason})
        return {row.key for row in done}

    def timers_told(self, fates: Mapping[str, tuple[str, str]]) -> None:
        """Say anew which notice told timers that this transaction has fired."""
        rows = [{"which": key, "by": told} for key, (told, _) in fates.items()]
        if rows:
            self._do_each(TOLD, rows)

    def timer_stuck(self, key: str, why: str) -> None:
        """It cannot be carried out: set aside with the reason, where people see it."""
        news = {"state": "stuck", "why": why.replace("\0", "")[:300]}
        self._run(update(timers).where(timers.c.key == key, timers.c.state == PENDING).values(news))

    def timers_stuck(self, limit: int = 200) -> list[tuple[Timer, str]]:
        """What was set aside, and why, oldest first."""
        rows = self._rows(select(timers).where(timers.c.state == STUCK).order_by(timers.c.at).limit(limit))
        return [(self._timer(row), row.why) for row in rows]

    def timers_retry(self) -> int:
        """Let everything set aside be tried again; how many there were."""
        return self._run(update(timers).where(timers.c.state == STUCK).values(state="pending")).rowcount

    def due_timers(self, now: datetime, limit: int) -> Sequence[Timer]:
        """Pending timers whose moment has come, oldest first, claimed for this transaction."""
        due = select(timers).where(timers.c.state == PENDING, timers.c.at <= now)
        due = due.order_by(timers.c.at, timers.c.key).limit(limit)
        return [self._timer(row) for row in self._rows(due.with_for_update(skip_locked=True) if self._locks else due)]

    def fired(self, key: str, at: datetime) -> None:
        """Mark a timer as done; it will not come again."""
        self._run(update(timers).where(timers.c.key == key).values(state="fired", fired_at=at))

    def next_timer_at(self) -> datetime | None:
        """The moment of the earliest pending timer; None when nothing is to come."""
        row = self._one(EARLIEST, {})
        return self._codec.maybe_local(row[0] if row else None)

    def timers_of(self, case: str, state: str = "pending") -> list[Timer]:
        """The case's timers in that state, by their moments."""
        mine = select(timers).where(timers.c.number == case, timers.c.state == state)
        return [self._timer(row) for row in self._rows(mine.order_by(timers.c.at, timers.c.key))]

    def _reconcile(self, case: str, wanted: Iterable[Timer], new: bool = False) -> None:
        """Make the pending timers of the case those it now wants; fired ones stay fired. A `new` case has none yet."""
        stored = {} if new else {row.key: row for row in self._rows(OF_CASE, {"which": case})}
        asked = {timer.key: self._timer_row(timer) for timer in wanted}
        added = [row for key, row in asked.items() if key not in stored]
        if added:
            self._do_each(insert_new(self._link.dialect.name, timers, tuple(added[0])), added)
        for key, row in asked.items():
            if key in stored and _moved(stored[key], row):
                self._do(_move(tuple(row)), {"which": key, **row})
        self._withdraw([key for key, row in stored.items() if row.state == "pending" and key not in asked])

    def _withdraw(self, keys: list[str]) -> None:
        if keys:
            self._do_each(WITHDRAW, [{"which": key} for key in keys])

    def _timer_row(self, timer: Timer) -> dict[str, Any]:
        return {
            "key": timer.key,
            "number": timer.case,
            "at": timer.at,
            "what": timer.what,
            "to": timer.to,
            "clock": timer.clock,
            "round": timer.round,
            "facts": self._codec.dump(timer.facts),
            "state": "pending",
            "urgent": timer.urgent,
        }

    def _timer(self, row: Row[Any]) -> Timer:
        return Timer(
            key=row.key,
            case=row.number,
            at=self._codec.local(row.at),
            what=row.what,
            to=row.to,
            clock=row.clock,
            round=row.round,
            facts={} if row.facts == "{}" else self._codec.load(row.facts),
            urgent=row.urgent,
        )


@cache
def _plan(urgent_only: bool) -> Ready:
    due = select(*PLANNED).where(*DUE, *([timers.c.urgent] if urgent_only else []))
    return Ready(due.order_by(timers.c.at, timers.c.key).limit(bindparam("most", type_=Integer)))


@cache
def _pending(dialect: str, locks: bool) -> Ready:
    mine = select(timers).where(among(dialect, timers.c.key, "keys"), timers.c.state == PENDING)
    mine = mine.order_by(timers.c.at, timers.c.key)
    return Ready(mine.with_for_update(skip_locked=True) if locks else mine)


@cache
def _fire(dialect: str) -> Ready:
    mine = select(timers.c.key).where(among(dialect, timers.c.key, "keys"), *DUE).with_for_update(skip_locked=True)
    free = timers.c.key.in_(mine) if dialect == "postgresql" else among(dialect, timers.c.key, "keys")
    told = func.coalesce(bindparam("by", type_=Text), timers.c.key)
    fire = update(timers).where(free, *DUE)
    return Ready(fire.values(state="fired", fired_at=NOW, told=told, why=bindparam("reason")).returning(timers.c.key))


@cache
def _move(names: tuple[str, ...]) -> Ready:
    return Ready(ONE.where(timers.c.state != constant("fired")), names)


def _moved(stored: Row[Any], row: dict[str, Any]) -> bool:
    """Whether a stored timer must be written again: it moved, or is wanted again after it was withdrawn."""
    if stored.state == "fired":
        return False
    return any(getattr(stored, name) != value for name, value in row.items())

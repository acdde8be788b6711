"""Timers: rows that say what is to be done for a case at a moment, swept by an index, claimed row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.engine import Row

from casebook.case import Timer
from models.columns import constant
from models.ready import Ready
from models.tables import timers
from models.unit_part import Part, insert_new

PENDING = constant("pending")
OF_CASE = Ready(select(timers).where(timers.c.number == bindparam("which")))
STUCK = constant("stuck")
FIRE = update(timers).where(timers.c.key == bindparam("which"))
FIRE = FIRE.values(state="fired", fired_at=bindparam("now"), told=bindparam("by"), why=bindparam("reason"))
FIRED = Ready(FIRE)
ONE = update(timers).where(timers.c.key == bindparam("which"))
WITHDRAW = Ready(ONE.where(timers.c.state == PENDING).values(state="withdrawn"))


@dataclass(frozen=True)
class Due:
    """As much of a due timer as is needed to plan a sweep."""

    key: str
    case: str
    at: datetime
    what: str
    to: str
    clock: str
    round: int


class Timers(Part):
    """What the clock will do."""

    def due_plan(self, now: datetime, limit: int, urgent_only: bool = False) -> list[Due]:
        """What is due, oldest first, claimed by nobody. Outside office hours only what may go then."""
        names = ("key", "number", "at", "what", "to", "clock", "round")
        due = select(*(timers.c[name] for name in names)).where(timers.c.state == PENDING, timers.c.at <= now)
        if urgent_only:
            due = due.where(timers.c.urgent)
        rows = self._rows(due.order_by(timers.c.at, timers.c.key).limit(limit))
        local = self._codec.local
        return [Due(row.key, row.number, local(row.at), row.what, row.to, row.clock, row.round) for row in rows]

    def timers_claim(self, keys: Sequence[str]) -> list[Timer]:
        """Those of them that are still pending and nobody else has in hand, in the order of their moments."""
        mine = select(timers).where(timers.c.key.in_(keys), timers.c.state == PENDING)
        mine = mine.order_by(timers.c.at, timers.c.key)
        return [self._timer(row) for row in self._rows(mine.with_for_update(skip_locked=True) if self._locks else mine)]

    def timers_fired(self, fates: Mapping[str, tuple[str, str]], at: datetime) -> None:
        """Done: by key, the notice it became, or why it became none."""
        rows = [{"which": key, "now": at, "by": told, "reason": why} for key, (told, why) in fates.items()]
        if rows:
            self._do_each(FIRED, rows)

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
        earliest = select(func.min(timers.c.at, type_=timers.c.at.type)).where(timers.c.state == PENDING)
        row = self._one(earliest)
        return self._codec.maybe_local(row[0] if row else None)

    def timers_of(self, case: str, state: str = "pending") -> list[Timer]:
        """The case's timers in that state, by their moments."""
        mine = select(timers).where(timers.c.number == case, timers.c.state == state)
        return [self._timer(row) for row in self._rows(mine.order_by(timers.c.at, timers.c.key))]

    def _reconcile(self, case: str, wanted: Iterable[Timer]) -> None:
        """Make the pending timers of the case those it now wants; fired ones stay fired."""
        stored = {row.key: row for row in self._rows(OF_CASE, {"which": case})}
        asked = {timer.key: self._timer_row(timer) for timer in wanted}
        new = [row for key, row in asked.items() if key not in stored]
        if new:
            self._do_each(insert_new(self._link.dialect.name, timers, tuple(new[0])), new)
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
def _move(names: tuple[str, ...]) -> Ready:
    return Ready(ONE.where(timers.c.state != constant("fired")), names)


def _moved(stored: Row[Any], row: dict[str, Any]) -> bool:
    """Whether a stored timer must be written again: it moved, or is wanted again after it was withdrawn."""
    if stored.state == "fired":
        return False
    return any(getattr(stored, name) != value for name, value in row.items())

"""The jobs that tick: timers swept, the outbox delivered, the house kept tidy.

APScheduler is the ticker only: interval jobs in a memory job store. What is due stands in the tables, so a job that
comes late, twice or in two processes does no harm: it finds what is there and takes what nobody else has taken.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from casebook.desk import Desk
from scheduler.daily import Daily
from scheduler.nightly import Nightly
from scheduler.reporting import Reporting
from scheduler.retention import Retention
from scheduler.sweep import Sweep

# Loaded where it ticks: a web process does without.
if TYPE_CHECKING:
    from apscheduler.schedulers.base import BaseScheduler

log = logging.getLogger(__name__)
T = TypeVar("T")

SWEEP_EVERY, DELIVER_EVERY, RENEW_EVERY, DAILY_EVERY, REPORT_EVERY = 2, 2, 60, 60, 60  # seconds
TIDY_EVERY, LEARN_EVERY = 3600, 1800
NIGHT_EVERY = 300
TICKETS_KEPT = timedelta(days=7)


class Store(Protocol):
    """The case book's keeper."""

    def read(self, fn: Callable[[Any], T]) -> T: ...
    def write(self, fn: Callable[[Any], T]) -> T: ...


class Courier(Protocol):
    """Whoever delivers the outbox."""

    def deliver(self, now: datetime, limit: int = 100) -> int: ...


def _nothing(now: datetime) -> None:
    """Where nobody teaches the router."""


def _silent(now: datetime) -> Sequence[str]:
    """Where there is no router to speak of."""
    return ()


@dataclass(frozen=True)
class Work:
    """What the jobs are done with. `now` is the process's clock; `renew` refreshes the calendar, if it can change;
    `learn` holds the nightly lesson, when it is night; `remarks` are what the router adds to the morning sheet."""

    store: Store
    desk: Desk
    courier: Courier
    now: Callable[[], datetime]
    renew: Callable[[], None]
    nightly: Nightly | None = None
    learn: Callable[[datetime], object] = _nothing
    remarks: Callable[[datetime], Sequence[str]] = _silent
    retention: Retention | None = None

    def sweep(self) -> int:
        """Fire every timer that is due; how many there were."""
        return Sweep(self.store, self.desk).run(self.now())

    def deliver(self) -> int:
        return self.courier.deliver(self.now())

    def daily(self) -> None:
        """The morning sheet and the watch for the holiday notice, each once, whoever comes first."""
        day = Daily(self.store, self.desk, self.remarks)
        day.morning(self.now())
        day.watch_holidays(self.now())

    def night(self) -> None:
        """The night's copy of everything, where a folder for it is set."""
        if self.nightly:
            self.nightly.run(self.now())

    def let_go(self) -> None:
        """What has been kept long enough goes, at night."""
        if self.retention:
            self.retention.run(self.now())

    def report(self) -> int:
        """Give the reports whose time has come; how many there were."""
        return Reporting(self.store, self.desk.law).run(self.now())

    def lesson(self) -> None:
        """Teach the router what dispatchers decided, at night."""
        self.learn(self.now())

    def tidy(self) -> None:
        """Forget one-time tickets long past their time; let what was set aside, or held by a wrong clock, go on."""
        self.store.write(lambda unit: unit.tickets_forget(self.now() - TICKETS_KEPT))
        now = self.now()
        opening = self.desk.law.calendar.next_opening(now)
        thawed = self.store.write(lambda unit: unit.outbox_thaw(now, opening))
        if thawed:
            log.warning("%d notices waited for a time that a wrong clock had set; they go now", thawed)
        again = self.store.write(lambda unit: unit.timers_retry())
        if again:
            log.warning("%d timers that were set aside are tried again", again)


def ticker(work: Work) -> BaseScheduler:
    """A scheduler with all jobs, not started yet."""
    from apscheduler.schedulers.background import BackgroundScheduler

    scheduler = BackgroundScheduler(timezone=work.now().tzinfo)
    jobs: tuple[tuple[Callable[[], object], int], ...] = (
        (work.sweep, SWEEP_EVERY),
        (work.deliver, DELIVER_EVERY),
        (work.renew, RENEW_EVERY),
        (work.daily, DAILY_EVERY),
        (work.report, REPORT_EVERY),
        (work.night, NIGHT_EVERY),
        (work.let_go, NIGHT_EVERY),
        (work.tidy, TIDY_EVERY),
        (work.lesson, LEARN_EVERY),
    )
    for job, seconds in jobs:
        scheduler.add_job(
            _guarded(job), "interval", seconds=seconds, coalesce=True, max_instances=1, misfire_grace_time=None
        )
    return scheduler


def _guarded(job: Callable[[], object]) -> Callable[[], None]:
    """The job, its failures logged in one line; the next tick comes all the same."""

    def run() -> None:
        try:
            job()
        except Exception as error:
            log.error("job %s failed: %s", getattr(job, "__name__", "job"), f"{type(error).__name__}: {error}"[:300])

    return run

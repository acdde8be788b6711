"""The jobs that tick, on the real store with the real courier: late, or in two processes, and nothing comes twice."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
from apscheduler.executors.pool import ThreadPoolExecutor as TickerPool
from apscheduler.jobstores.memory import MemoryJobStore

from bots.courier import Courier
from bots.render import Rendering
from casebook.wording import say
from models.store import Store
from scheduler.jobs import Work, ticker
from tests.acting import DISPATCHER, OFFICER, Acting
from tests.makers import UNIT, ZONE, moment

GROUP = f"unit:{UNIT}"
ROOMS = (GROUP, "dispatchers", "supervisors", "leader:马局长@市自然资源局")


class Ticking:
    """One process of the scheduler on that store, with a clock that stands where it is put."""

    def __init__(self, store: Store) -> None:
        self.office = Acting(store)
        self.time = moment("2026-03-02 10:00")
        courier = Courier(store, {}, Rendering(say), ROOMS)
        self.work = Work(store, self.office.desk, courier, lambda: self.time, lambda: None)

    def at(self, text: str) -> Work:
        self.time = moment(text)
        return self.work

    def citizen(self) -> str:
        """Somebody who has a web chat."""
        return self.office.store.write(lambda unit: unit.contact("web", "s1", "张三丰", self.time)).handle

    def lines(self, room: str) -> list[str]:
        lines = self.office.store.read(lambda unit: unit.lines(room))
        return [str(line.body) for line in lines]


@pytest.fixture
def process(store: Store) -> Ticking:
    return Ticking(store)


def test_what_a_step_tells_stands_in_chat_and_rooms_after_one_delivery(process: Ticking) -> None:
    handle = process.citizen()
    number = process.office.dispatched(citizen=handle)
    assert process.lines(handle) == []
    assert process.at("2026-03-02 10:01").deliver() == 4
    assert len(process.lines(handle)) == 2
    assert all(number in line for line in process.lines(handle))
    assert len(process.lines(GROUP)) == 1
    assert "交办单" in process.lines(GROUP)[0]
    assert process.work.deliver() == 0
    assert len(process.lines(handle)) == 2
    assert {row.state for row in process.office.rows(number)} == {"sent"}


def test_a_reminder_is_swept_and_delivered_once_at_its_time(process: Ticking) -> None:
    process.office.dispatched(citizen=process.citizen())
    process.at("2026-03-04 08:59").deliver()
    assert process.work.sweep() == 0
    assert process.at("2026-03-04 09:00").sweep() == 1
    assert process.work.deliver() == 1
    assert process.work.sweep() == 0
    assert process.work.deliver() == 0
    assert sum("临期" in line for line in process.lines(GROUP)) == 1


def test_after_a_long_stop_one_sweep_works_off_everything(process: Ticking) -> None:
    numbers = [process.office.dispatched(citizen=f"handle{place:06}") for place in range(5)]
    waiting = sum(len(process.office.timers(number)) for number in numbers)
    assert process.at("2026-04-30 09:00").sweep() == waiting
    assert process.work.sweep() == 0
    assert all(not process.office.timers(number) for number in numbers)


def test_a_citizen_without_a_chat_is_called_by_the_dispatchers(process: Ticking) -> None:
    process.office.file("2026-03-02 10:00", citizen="handle000000")
    while process.at("2026-03-02 10:01").deliver():
        pass
    assert sum("无法送达" in line for line in process.lines("dispatchers")) == 1


def test_two_processes_on_one_database_do_nothing_twice(open_store: Callable[[str], Store], pg_url: str) -> None:
    first, second = Ticking(open_store(pg_url)), Ticking(open_store(pg_url))
    numbers = [first.office.dispatched(citizen=first.citizen()) for _ in range(10)]
    gate = threading.Barrier(2)

    def tick(process: Ticking) -> int:
        gate.wait()
        fired = process.at("2026-03-04 09:00").sweep()
        gate.wait()
        while process.work.deliver():
            pass
        return fired

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(tick, (first, second))) == len(numbers)
    for number in numbers:
        assert {row.state for row in first.office.rows(number)} == {"sent"}
        orders = ["交办单" in line for line in first.lines(GROUP) if number in line]
        assert sorted(orders) == [False, True]  # its order, and one reminder, alone or in a list
    assert len(first.lines(first.citizen())) == 2 * len(numbers)


def test_the_order_of_what_one_person_hears_is_the_order_of_what_happened(process: Ticking) -> None:
    handle = process.citizen()
    number = process.office.file("2026-03-02 10:00", citizen=handle)
    process.office.take(number, "dispatch", DISPATCHER, "2026-03-02 10:05", to=[UNIT])
    process.office.take(number, "accept", OFFICER, "2026-03-02 10:10")
    process.at("2026-03-02 10:15").deliver()
    told = [
        line.find(word) >= 0
        for line, word in zip(process.lines(handle), ("已登记", "已交给", "受理通知书"), strict=True)
    ]
    assert told == [True, True, True]


def test_tidying_forgets_tickets_long_past_and_keeps_the_others(process: Ticking) -> None:
    store, made = process.office.store, moment("2026-03-02 10:00")

    def ticket(at: datetime) -> str:
        return store.write(
            lambda unit: unit.ticket_make("console", "supervisor:孙督办", at, moment("2026-03-02 22:00") - made)
        )

    old, new = ticket(made), ticket(moment("2026-03-20 09:00"))
    process.at("2026-03-20 10:00").tidy()
    assert store.write(lambda unit: unit.ticket_take(old, moment("2026-03-02 11:00"))) is None
    taken = store.write(lambda unit: unit.ticket_take(new, moment("2026-03-20 11:00")))
    assert taken is not None
    assert taken.subject == "supervisor:孙督办"


def test_the_ticker_remembers_nothing_of_its_own(process: Ticking) -> None:
    """What is due stands in the tables alone; a tick that is late or still running is not made up for."""
    jobs = ticker(process.work)
    jobs.start(paused=True)
    try:
        assert [type(one) for one in jobs._jobstores.values()] == [MemoryJobStore]
        assert [type(one) for one in jobs._executors.values()] == [TickerPool]
        found = jobs.get_jobs()
        assert len(found) > 3
        assert all((job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, None) for job in found)
        assert all(job.trigger.timezone == ZONE for job in found)
    finally:
        jobs.shutdown(wait=False)


def test_a_job_that_fails_is_logged_and_stops_nobody(process: Ticking, caplog: pytest.LogCaptureFixture) -> None:
    def gone() -> None:
        raise OSError("the notice is gone")

    process.office.dispatched(citizen=process.citizen())
    jobs = ticker(replace(process.work, renew=gone))
    process.time = moment("2026-03-04 09:00")
    with caplog.at_level(logging.ERROR, logger="scheduler.jobs"):
        for job in (*jobs.get_jobs(), *jobs.get_jobs()):
            job.func()
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["job gone failed"] * 2
    assert sum("临期" in line for line in process.lines(GROUP)) == 1

"""The fault classes besides the killed and failed system call: each lives the day badly, then well, and is judged."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from casebook.case import Command, Filing, Person
from casebook.desk import Desk
from models.engine import address
from models.store import Store
from models.vault import Vault
from office.law import read_law
from scheduler.sweep import Sweep
from tests.chaos.day import CITIZENS, KEY, LATER, NINE, UNIT, Order
from tests.chaos.harness import Tally, Town

SEND = "message/custom/send"
# What the platform answers instead of taking the message, and how often in a row.
REFUSALS: Sequence[tuple[str, int, dict[str, Any]]] = (
    ("429", 429, {}),
    ("503", 503, {}),
    ("busy (-1)", 200, {"errcode": -1, "errmsg": "system error"}),
    ("token not in force (40001)", 200, {"errcode": 40001, "errmsg": "invalid credential"}),
)
QUOTA = {"errcode": 45009, "errmsg": "reach max api daily quota limit"}


def platform_refuses(town: Town, order: Order) -> Iterator[Tally]:
    """Each refusal for now, three times in a row: everything arrives once all the same."""
    usual = town.undisturbed(order)
    for name, status, answer in REFUSALS:
        tally = Tally(f"platform answers {name}")
        for times in (1, 3):
            town.fresh(order)
            town.platform.faults.plan(SEND, status, answer, times)
            tally.effect += town.live(order) == 0
            town.judge(tally, f"{times} times", usual, order)
            tally.points += 1
        yield tally


def quota_used_up(town: Town, order: Order) -> Tally:
    """The day's quota is gone: whatever a citizen does not hear stands on the dispatchers' call list instead."""
    usual = town.undisturbed(order)
    tally = Tally("platform's quota used up", points=1, effect=1)
    town.fresh(order)
    town.platform.faults.plan(SEND, 200, QUOTA, 1000)
    town.live(order)
    town.platform.faults.clear()
    found = town.found(order)
    lost, more = found.against(usual, CITIZENS)
    tally.violations += found.faults
    tally.lost, tally.repeated = len(lost), len(more)
    return tally


def delivered_again(town: Town, order: Order) -> Tally:
    """Every push three times, then the whole day twice more, and by two processes at once."""
    usual = town.undisturbed(order)
    tally = Tally("deliveries repeated, replayed, doubled")
    crowd = replace(order, patient=False)
    for days in ([replace(order, again=3)], [crowd, crowd], [crowd, crowd, crowd]):
        town.fresh(order)
        town.live(*days)
        town.live(order)
        town.live(order)
        town.judge(tally, f"{len(days)} at once", usual, order)
        tally.points += 1
        tally.effect += 1
    return tally


def schedulers(town: Town, order: Order, points: Sequence[tuple[str, int]]) -> Tally:
    """Three schedulers at once on a book with much that is due, one of them killed at each point."""
    part = replace(order, part="sweep")

    def filled() -> None:
        town.fresh(order)
        with opened(order) as store:
            fill(store, 15)

    filled()
    town.live(part)
    usual = town.found(order)
    tally = Tally(f"three schedulers, one killed, {order.engine}")
    for call, number in points:
        filled()
        hindered = replace(part, inject=f"{call}|{call}:signal=KILL:when={number}")
        others = replace(part, patient=False)
        tally.effect += town.live(replace(hindered, patient=False), others, others) != 0
        town.live(part)
        town.judge(tally, f"{call} {number}", usual, order)
        tally.points += 1
    return tally


def clock_jumps(town: Town, order: Order) -> Tally:
    """The clock two hours back, a month ahead, a day back, to and fro: nobody hears a reminder twice or not at all."""
    town.fresh(order)
    tally = Tally("clock jumps")
    desk = Desk(read_law("yunnan", NINE.tzinfo))  # type: ignore[arg-type]
    jumps = [timedelta(0), timedelta(hours=-2), timedelta(days=30), timedelta(days=-1)]
    moments = [desk.law.calendar.next_opening(LATER + jump) for jump in jumps]
    moments += [moment for _ in range(5) for moment in (moments[0], moments[2])]
    with opened(order) as store:
        numbers = fill(store, 20)
        for moment in moments:
            Sweep(store, desk).run(moment)
            tally.points += 1
        tally.effect = tally.points
        last = max(moments)
        pending = store.read(lambda unit: [timer for number in numbers for timer in unit.timers_of(number)])
        tally.lost = sum(timer.at <= last for timer in pending)
        told = [key for number in numbers for key in _told(store, number)]
        tally.repeated = len(told) - len(set(told))
    return tally


def _told(store: Store, number: str) -> list[tuple[str, str, str]]:
    """Who was told what of which limit, a line each; bundles count under every case they name."""
    rows = store.read(lambda unit: [row for to in ("dispatchers", f"unit:{UNIT}") for row in unit.notices_for(to)])
    lines = [(row.to, line) for row in rows for line in str(row.facts.get("lines", "")).splitlines() if number in line]
    return [(to, *line.partition(number)[1:]) for to, line in lines]


def disk_full(town: Town, order: Order, sizes: Sequence[int]) -> Tally:
    """Less and less room: what was acknowledged is there, and it goes on once there is room."""
    usual = town.undisturbed(order)
    tally = Tally("disk full")
    with small_disk(town.folder / "small") as folder:
        if folder is None:
            tally.name += " (skipped: cannot mount)"
            return tally
        small = replace(order, url=f"sqlite:///{folder / 'day.db'}", acknowledged=str(town.folder / "small.txt"))
        for size in sizes:
            town.fresh(small)
            (folder / "ballast").write_bytes(b"0" * _room(folder, size))
            code = town.live(replace(small, stop_at_fault=True))
            (folder / "ballast").unlink()
            town.live(small)
            town.judge(tally, f"{size} bytes free", usual, small)
            tally.points += 1
            tally.effect += code != 0
    return tally


def _room(folder: Path, free: int) -> int:
    return max(0, shutil.disk_usage(folder).free - free)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """A file system of four megabytes in memory, where the machine lets us have one."""
    folder.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], capture_output=True, check=False)


def restarts(town: Town, order: Order, name: str, restart: Callable[[], None], pauses: Sequence[float]) -> Tally:
    """PostgreSQL stopped at once and started again, or all its connections cut, in the middle of the day."""
    usual = town.undisturbed(order)
    tally = Tally(name)
    for pause in pauses:
        town.fresh(order)
        timer = threading.Timer(pause, restart)
        timer.start()
        code = town.live(replace(order, stop_at_fault=True))
        timer.join()
        town.live(order)
        town.judge(tally, f"after {pause} s", usual, order)
        tally.points += 1
        tally.effect += code != 0
    return tally


def cut_connections(url: str) -> None:
    """End every connection to that PostgreSQL database but this one."""
    engine = create_engine(address(url), poolclass=NullPool)
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    with engine.begin() as link:
        link.execute(text(f"{others} AND pid <> pg_backend_pid()"))


@contextmanager
def opened(order: Order) -> Iterator[Store]:
    store = Store(order.url, Vault(KEY.encode()))
    try:
        yield store
    finally:
        store.close()


def fill(store: Store, count: int, at: datetime = NINE) -> list[str]:
    """So many cases, dispatched to one unit and not accepted."""
    desk = Desk(read_law("yunnan", NINE.tzinfo))  # type: ignore[arg-type]

    def make(unit: Any) -> list[str]:
        numbers = []
        for index in range(count):
            who = f"handle{index}"
            case = desk.file(unit, Filing("complaint", f"第{index}件，窗口不受理", who), Person("citizen", who), at)
            desk.take(unit, case.number, Command("dispatch", Person("dispatcher", "赵"), at, {"to": UNIT}))
            numbers.append(case.number)
        return numbers

    return store.write(make)


def stopped(town: Town, order: Order, points: Sequence[tuple[str, int]]) -> Tally:
    """A courier is stopped at each point for longer than any lease while another does all the work; then it wakes.

    What it had just handed to the platform when it stopped can come again: the platform alone could prevent that.
    """
    part = replace(order, part="delivery", slow=True)

    def filled() -> None:
        town.fresh(order)
        town.live(replace(order, part="unsent"))

    filled()
    town.live(part)
    usual = town.found(order)
    tally = Tally("stopped past its lease, then woken")
    for call, number in points:
        filled()
        sleeper = replace(part, inject=f"{call}|{call}:signal=STOP:when={number}")
        tally.effect += town.live(sleeper, part)
        town.live(part)
        town.judge(tally, f"{call} {number}", usual, order)
        tally.points += 1
    return tally

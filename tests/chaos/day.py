"""A day of an office in a process of its own: what arrives, what officers do, the sweep, the deliveries.

`python -m tests.chaos.day` loads everything once, then waits for orders on its standard input, one JSON a line, and
lives the day for each in a child: with the system call named in `inject` killed or failed by strace, or without. Every
step has the key and the moment it always has, so that living the same day again is what platforms do: deliver again
what was not acknowledged, and what was. What was acknowledged is written to a file at once.

`control` breaks the office on purpose, to see that the checker finds it: `ack_first` acknowledges before the commit,
`split` writes notices in a second transaction.
"""

from __future__ import annotations

import json
import logging
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bots import reception
from bots.channels.incoming import Incoming
from bots.channels.taking import Writer, take_in
from bots.message import BUTTON, TEXT
from bots.overdue import Limit
from bots.settings import read_settings
from bots.wechat_door import Delivery, answer_each
from casebook.case import Person
from models.migrate import migrate
from models.store import outcome
from office import office as wiring
from scheduler.daily import Daily
from scheduler.sweep import Sweep
from tests.makers import moment
from tests.read_once import read_once
from tests.standins.wechat_api import APP_ID, SECRET
from tests.wechat_pushes import AES_KEY, TOKEN, heard, push, text_xml

KEY = "an-example-key-for-tests-only-0123456789"
UNIT = "市自然资源局"
CITIZENS = ("oExampleOpenId00000000000A", "oExampleOpenId00000000000B")
STORY = "我上周三去市不动产登记中心3号窗口办证，材料齐全却不给受理，态度还很差"
MINE = "希望当场受理，我叫张三丰，电话13800000000"
OTHER = "前天在市民中心2号窗口排队三小时没人叫号，希望改进叫号，我叫李寻欢，电话13800000001"
ANSWER = "调查核实：3号窗口没有收件。处理过程：已经道歉并收件。整改措施：培训窗口人员。整改结果：已经办好。认定：属实"
DISPATCHER, OFFICER = Person("dispatcher", "赵调度"), Person("officer", "李经办", UNIT)
NINE = moment("2026-03-02 09:00")
LATER = moment("2026-03-11 09:00")
# For the others who live at the same time to get on.
REAL_PAUSE = 0.1
# How long somebody sleeps: much longer than the others need where they need not wait for it.
PATIENCE = 3.0
# After which the lease of whoever died has ended and everything has had its tries.
QUIET, HALF_A_LEASE = timedelta(minutes=40), timedelta(seconds=45)


@dataclass(frozen=True)
class Order:
    """One day to live."""

    url: str
    platform: str
    acknowledged: str
    control: str = ""
    inject: str = ""
    stop_at_fault: bool = False
    # all of the day, or its sweep; unsent: what is said and not delivered; delivery: that, delivered at once; migrate:
    # tables brought up to date.
    part: str = "all"
    again: int = 1
    # Stay until everything has gone, a lease or a pause long if need be. Not where others live at the same time: a
    # simulated clock would run ahead of their work, and their leases would end before it is done.
    patient: bool = True
    # Stay as long, but let the clock go slowly enough for the others to get on: who stops past a lease and wakes lives
    # at the same time as those who waited for it.
    slow: bool = False

    @property
    def engine(self) -> str:
        """The database's name, for people."""
        return "SQLite" if self.url.startswith("sqlite") else "PostgreSQL"


def settings_of(order: Order) -> Mapping[str, str]:
    return {
        "DATABASE_URL": order.url,
        "SECRET_KEY": KEY,
        "WECHAT_APP_ID": APP_ID,
        "WECHAT_APP_SECRET": SECRET,
        "WECHAT_TOKEN": TOKEN,
        "WECHAT_AES_KEY": AES_KEY,
        "WECHAT_API_URL": order.platform,
        "DESK": "yes",
    }


class Split:
    """The store of the second control: what is to be told is written after the commit."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def write(self, fn: Callable[[Any], Any]) -> Any:
        held: list[Any] = []

        def without(unit: Any) -> Any:
            held.clear()
            unit.post = held.extend
            return fn(unit)

        done = self._store.write(without)
        if held:
            self._store.write(lambda unit: unit.post(held))
        return done

    def write_each(self, fns: Sequence[Callable[[Any], Any]]) -> list[Any]:
        return [outcome(self.write, fn) for fn in fns]


class Day:
    """One office for one day."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._office = wiring.open_office(read_settings(settings_of(order), Path("/nonexistent")))
        if order.control == "split":
            self._office.store = Split(self._office.store)  # type: ignore[assignment]
            self._office.courier._store = self._office.store
        self._office.courier._chance = random.Random(1)
        self._now = NINE
        self._file = os.open(order.acknowledged, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)

    def live(self) -> None:
        parts = {"all": self._steps, "unsent": self._unsent, "delivery": self._sent, "sweep": self._sweeps}
        for step in parts[self._order.part]():
            try:
                step()
            except Exception as error:
                if self._order.stop_at_fault:
                    os._exit(3)
                raise error

    def close(self) -> None:
        """Let go of everything: the day was lived in a process that goes on."""
        os.close(self._file)
        self._office.close()

    def _steps(self) -> Iterator[Callable[[], object]]:
        yield from self._written()
        yield lambda: self._deliver(NINE + timedelta(minutes=2))
        yield from self._answered()
        yield lambda: self._deliver(NINE + timedelta(minutes=40))
        yield lambda: self._pushed(5, CITIZENS[0], "5", NINE + timedelta(minutes=90))
        yield from self._sweeps()

    def _unsent(self) -> Iterator[Callable[[], object]]:
        yield from self._written()
        yield from self._answered()

    def _sent(self) -> Iterator[Callable[[], object]]:
        yield lambda: self._deliver(NINE + timedelta(minutes=40))

    def _written(self) -> Iterator[Callable[[], object]]:
        first, second = CITIZENS
        for number, (who, text) in enumerate([(first, STORY), (first, MINE), (first, "确认提交"), (second, OTHER)]):
            yield lambda number=number, who=who, text=text: self._pushed(number, who, text, NINE)  # type: ignore[misc]
        yield lambda: self._pushed(4, second, "确认提交", NINE + timedelta(minutes=1))

    def _answered(self) -> Iterator[Callable[[], object]]:
        for minute, room, person, text, data in self._desk():
            at = NINE + timedelta(minutes=minute)
            yield lambda at=at, r=room, p=person, t=text, d=data: self._said(at, r, p, t, d)  # type: ignore[misc]

    def _sweeps(self) -> Iterator[Callable[[], object]]:
        yield lambda: Sweep(self._office.store, self._office.desk).run(LATER)
        yield lambda: Daily(self._office.store, self._office.desk).morning(LATER)
        yield lambda: self._deliver(LATER + timedelta(minutes=1))

    def _desk(self) -> Iterator[tuple[int, str, Person, str, str]]:
        number = self._number()
        yield 10, "dispatchers", DISPATCHER, f"交办 {number} {UNIT}", ""
        yield 15, f"unit:{UNIT}", OFFICER, "", f"accept:{number}:off_site"
        yield 20, f"unit:{UNIT}", OFFICER, f"办结 {number}：{ANSWER}", ""
        yield 21, f"unit:{UNIT}", OFFICER, "确认发送", ""

    def _number(self) -> str:
        numbers: list[str] = self._office.store.read(lambda unit: unit.numbers())
        return numbers[0]

    def _pushed(self, number: int, who: str, text: str, at: datetime) -> None:
        """The platform delivers a message, and hears our answer."""
        id = 23000000000000001 + number
        office = self._office
        assert office.wechat
        for _ in range(self._order.again):
            query, body = push(text_xml(text, sender=who, id=id), at=at, nonce=f"n{number}")
            if self._order.control == "ack_first":
                self._acknowledge({"channel": "wechat", "id": str(id), "who": who, "text": None})
            came = Delivery(query, body, at, lambda: 0.0)
            [(status, reply)] = answer_each(office.store, office.reception, office.wechat, [came])
            if status != 200:
                raise OSError(f"answered {status}")
            told = heard(reply).get("Content", "") if reply.strip() != b"success" else ""
            self._acknowledge({"channel": "wechat", "id": str(id), "who": who, "text": told})

    def _said(self, at: datetime, room: str, person: Person, text: str, data: str) -> None:
        """Somebody of the office writes or taps in a room."""
        self._now = at
        kind = BUTTON if data else TEXT
        incoming = Incoming(f"said-{at:%H%M}-0001", kind, text, data, "", 0, None, True, {})
        writer = Writer("desk", str(person), str(person), person.name, room)
        take_in(self, writer, incoming, lambda unit, now: room, "没有办成")  # type: ignore[arg-type]
        self._acknowledge({"channel": "desk", "id": incoming.id, "who": room, "text": ""})

    def _deliver(self, at: datetime) -> None:
        """Until nothing waits: longer than a lease, than any pause."""
        now = at
        until, pause = (at + QUIET, 20) if self._order.patient else (at + HALF_A_LEASE, 3)
        while now < until and self._office.store.read(lambda unit: unit.outbox_waiting()):
            while self._office.courier.deliver(now, 100):
                pass
            now += timedelta(seconds=pause)
            time.sleep(0 if self._order.patient and not self._order.slow else REAL_PAUSE)

    def _acknowledge(self, line: Mapping[str, Any]) -> None:
        os.write(self._file, (json.dumps(line, ensure_ascii=False) + "\n").encode())

    # What `take_in` wants of an office.

    @property
    def store(self) -> Any:
        return self._office.store

    @property
    def reception(self) -> Any:
        return self._office.reception

    def now(self) -> datetime:
        return self._now


def lived(*orders: Order) -> list[int]:
    """Live the days at the same time, each in a child; their exit codes, or minus the signals that ended them.

    Where the first is stopped by its `inject`, the others live theirs meanwhile; then it wakes and goes on. What is
    returned then says only whether it was stopped at all.
    """
    if "signal=STOP" in orders[0].inject:
        return _overslept(orders[0], orders[1:])
    children = [_born(order) for order in orders]
    watchers = [_hindered(child, order.inject) for child, order in zip(children, orders, strict=True) if order.inject]
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    for watcher in watchers:
        watcher.wait()
    return codes


def _overslept(order: Order, others: Sequence[Order]) -> list[int]:
    """One may stop with the pen in its hand: then the others wait for it, and it is woken after a while."""
    sleeper = _born(order)
    seen = Path(f"{os.environ['CHAOS_COUNTS']}.stopped")
    seen.unlink(missing_ok=True)
    watcher = _hindered(sleeper, order.inject, str(seen))
    while not (stopped := _was_stopped(seen.read_text())) and _state(sleeper) != "Z":
        time.sleep(0.002)
    awake = [_born(other) for other in others]
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and any(_state(child) != "Z" for child in awake):
        time.sleep(0.005)
    if stopped:
        os.kill(sleeper, signal.SIGCONT)
    for child in (sleeper, *awake):
        os.waitpid(child, 0)
    watcher.wait()
    return [int(stopped)]


def _was_stopped(seen: str) -> bool:
    """Whether the signal came and took effect: the stop in which it waited to be taken hold of had no such line."""
    _, came, after = seen.partition("--- SIGSTOP {")
    return bool(came) and "stopped by SIGSTOP" in after


def _state(child: int) -> str:
    """The letter by which the machine calls what a process does; Z: it has ended."""
    return Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]


def _born(order: Order) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    # The one of the parent may just be in the hands of a thread that is not here.
    reception.LIMIT = Limit()
    try:
        if order.inject:
            os.kill(os.getpid(), signal.SIGSTOP)
        if order.part == "migrate":
            migrate(order.url)
        else:
            Day(order).live()
        code = 0
    except Exception as error:
        sys.stderr.write(f"the day ended: {type(error).__name__}: {error}\n"[:500])
    finally:
        os._exit(code)


def _hindered(child: int, inject: str, seen: str = "/dev/null") -> subprocess.Popen[bytes]:
    """Strace takes hold of the stopped child and lets it go on."""
    os.waitpid(child, os.WUNTRACED)
    calls, _, how = inject.partition("|")
    command = ["strace", "-f", "-qq", "-p", str(child), "-e", f"trace={calls}"]
    if how == "count":
        command += ["-c", "-o", os.environ["CHAOS_COUNTS"]]
    else:
        command += ["-o", seen, "-e", f"inject={how}"]
    watcher = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while "TracerPid:\t0\n" in Path(f"/proc/{child}/status").read_text():
        time.sleep(0.002)
    os.kill(child, signal.SIGCONT)
    return watcher


def main() -> None:
    logging.disable(logging.CRITICAL)
    with read_once():
        _warm_up()
        print("ready", flush=True)
        for line in sys.stdin:
            orders = [Order(**order) for order in json.loads(line)]
            print(json.dumps(lived(*orders)), flush=True)


def _warm_up() -> None:
    """Live through the talking once, so that no child reads and reckons anew what its parent can have done."""
    with tempfile.TemporaryDirectory() as folder:
        nobody = "http://127.0.0.1:9"
        day = Day(Order(f"sqlite:///{folder}/warm.db", nobody, f"{folder}/acknowledged.txt", part="unsent"))
        day.live()
        day.close()


if __name__ == "__main__":
    main()

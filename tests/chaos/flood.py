"""A flood: many write without a pause, and an officer's command and the sweep have their turn all the same.

What an officer is promised then: the command is carried out when it is answered, and before each of the flooders had
so many more turns. It is lost where it never came in, was not answered or was not carried out; it is late, and that is
counted apart, where it was done after more turns than that. Seconds are told and not judged. The turns are the office's
own (`steps.py`): how many answers the harness had come to read by then says how busy the harness was.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from statistics import median

import httpx
from sqlalchemy import select

from casebook.case import Case
from models.tables import inbox
from tests.chaos.classes import fill, opened
from tests.chaos.day import OFFICER, STORY, UNIT, Order
from tests.chaos.harness import Tally, Town
from tests.chaos.serving import DUE, Standing, standing, swept
from tests.chaos.steps import CAME, IN_HAND, KEPT, Step, read_steps
from tests.walking import until

# So many write without a pause in a flood.
FLOODING = 24
# Before an officer's command is done, every flooder may have been served so many times. On SQLite it waits once for
# the turn to write; on PostgreSQL each of its statements is a turn. One of them may wait twice as long: the first of a
# process makes its statements and pages ready, which takes as much again.
TURNS = {"SQLite": 2, "PostgreSQL": 4}
BAD_LUCK = 2
# A flood that found no end by then: the sweep was kept waiting.
LONGEST_FLOOD = 6000
UNTOUCHED = 20  # megabytes
# How often the harness looks how late it is itself, in seconds.
BEAT = 0.01


@dataclass(frozen=True)
class Command:
    """An officer's command, by the office's notes and by the harness's own clock and count (`seconds`, `read`).

    `late`: by how much the harness itself came too late meanwhile. `failed`: what it heard in place of an answer.
    `why`: why it was set aside. `at_once`, `at_last`: whether the step stood in the case when it was answered, and when
    all was over.
    """

    number: str
    steps: Sequence[Step] = ()
    seconds: float = 0.0
    read: int = 0
    late: float = 0.0
    failed: str = ""
    why: str = ""
    at_once: bool = True
    at_last: bool = True

    @property
    def turns(self) -> int:
        """How many of the flood the office answered before this."""
        return self.steps[-1].turns - self.steps[0].turns if self.steps else 0

    def lost(self) -> str:
        """What was lost of it; "" where nothing was."""
        if self.failed:
            done = "was carried out and not answered" if self.at_last else "came in and was not answered"
            return f"{done if self.steps else 'never came to the door'}: {self.failed}"
        if not self.at_last:
            return f"was answered and set aside: {self.why}" if self.why else "was answered and not carried out"
        return ""

    def kept_waiting(self, allowed: int) -> str:
        """In which way it was late; "" where it was in time."""
        if not self.at_once:
            return "was carried out after it was answered"
        if self.turns > allowed:
            return f"was done after {self.turns} of the flood, {allowed} are allowed"
        return ""

    def figures(self) -> str:
        """How long it waited where, and how busy the machine was with other things."""
        first = self.steps[:1]
        way = [
            f"{step.name} after {_ms(step.at - one.at)}, {step.turns - one.turns}"
            for one in first
            for step in self.steps[1:]
        ]
        heard = f"by the harness {_ms(self.seconds)}, {self.read}; which was up to {_ms(self.late)} late itself"
        return "; ".join([*way, *self._thread(), heard])

    def _thread(self) -> list[str]:
        """What its thread did, from its beginning to the commit."""
        ends = [step for step in self.steps if step.name in (IN_HAND, KEPT)]
        if len(ends) < 2:
            return []
        reckoned, starved = ends[1].reckoned - ends[0].reckoned, ends[1].starved - ends[0].starved
        return [f"its thread reckoned {_ms(reckoned)} and was kept from a processor {_ms(starved)}"]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def judge(tally: Tally, commands: Sequence[Command], turns: int) -> None:
    """Count what was lost and what was late, and say of each which promise it was and with what figures.

    Of all one may have bad luck; the middle one may not.
    """
    for command in commands:
        lost, late = command.lost(), command.kept_waiting(turns * BAD_LUCK)
        tally.points, tally.effect = tally.points + 1, tally.effect + (command.turns > 0)
        tally.lost += bool(lost)
        tally.late += bool(late and not lost)
        if lost or late:
            tally.remarks.append(f"the command for {command.number} {lost or late} ({command.figures()})")
    waits = sorted(command.turns for command in commands)
    if median(waits) > turns:
        tally.late += 1
        tally.remarks.append(f"most commands were done after more than {turns} of the flood: {waits}")
    longest = max(commands, key=lambda command: command.turns)
    tally.remarks.append(f"commands were done after {waits} of the flood; the longest: {longest.figures()}")


def flooded(town: Town, order: Order, flooding: int = FLOODING, **more: str) -> Tally:
    """Many write without a pause. A point is a command; the sweep is late where it had no turn as long as the flood
    lasted, and a flooder is lost who was not answered."""
    tally = Tally(f"flood, {order.engine}")
    with standing(town, order, **more) as office, ThreadPoolExecutor(flooding) as pool, beating() as beat:
        flood = Flood(office)
        flooders = [pool.submit(flood.run, who) for who in range(flooding)]
        try:
            until(lambda: flood.answered > 2 * flooding, "the flood to rise")
            before = office.memory()
            with opened(order) as store:
                numbers = fill(store, DUE)
            until(lambda: flood.over or swept(order, numbers), "the sweep")
            _judge_sweep(tally, flood, order, numbers)
            commands = [_commanded(office, flood, beat, number) for number in numbers]
            tally.violations += _swollen(office.memory() - before)
        finally:
            flood.ends.set()
        silent = sum(not flooder.result() for flooder in flooders)
        office.at_rest()
        judge(tally, [_at_last(office, command) for command in commands], TURNS[order.engine] * flooding)
        tally.lost += silent
        tally.remarks += [f"{silent} flooders were not answered"] if silent else []
        tally.violations += office.faults()
    return tally


def _judge_sweep(tally: Tally, flood: Flood, order: Order, numbers: Sequence[str]) -> None:
    if flood.over:
        until(lambda: swept(order, numbers), "the sweep after the flood")
        tally.late += 1
        tally.remarks.append(f"the sweep had no turn while {flood.answered} of the flood were answered")


def _commanded(office: Standing, flood: Flood, beat: Beat, number: str) -> Command:
    """An officer accepts that case in the middle of the flood. Its steps are read later: the last is noted when the
    answer has left."""
    known, began, answered = _came(office), time.monotonic(), flood.answered
    try:
        office.running.desk(f"unit:{UNIT}", str(OFFICER), data=f"accept:{number}:off_site")
        failed = ""
    except (AssertionError, httpx.HTTPError) as error:
        failed = f"{type(error).__name__} {error}".strip()
    ended, read = time.monotonic(), flood.answered - answered
    mine = [step for step in read_steps(office.running.folder) if step.command == known]
    at_once = not failed and _is_taken(office.order, number)
    return Command(number, mine, ended - began, read, beat.latest(began, ended), failed, at_once=at_once)


def _came(office: Standing) -> int:
    """How many commands have come to the office's door."""
    return sum(step.name == CAME for step in read_steps(office.running.folder))


def _at_last(office: Standing, command: Command) -> Command:
    """The command once all is over, with every step of it."""
    mine = {step.command for step in command.steps}
    steps = [step for step in read_steps(office.running.folder) if step.command in mine]
    return replace(command, steps=steps, at_last=_is_taken(office.order, command.number), why=_why(office.order))


def _why(order: Order) -> str:
    """Why commands were set aside."""
    query = select(inbox.c.why).where(inbox.c.channel == "desk", inbox.c.state == "dead")
    with opened(order) as store:
        return "; ".join(store.read(lambda unit: [row.why for row in unit._rows(query)]))


def _is_taken(order: Order, number: str) -> bool:
    """Whether the officer's step stands in the case."""
    with opened(order) as store:
        case: Case = store.read(lambda unit: unit.load(number))
    return any(entry.step == "accept" for entry in case.history)


def _swollen(grown: int) -> list[str]:
    return [f"{grown} kB were taken by the flood"] if grown > UNTOUCHED * 1024 else []


class Flood:
    """Messages without a pause, until `ends`; `over` where there were too many."""

    def __init__(self, office: Standing) -> None:
        self._office = office
        self.ends = threading.Event()
        self.answered = 0
        self._lock = threading.Lock()

    @property
    def over(self) -> bool:
        return self.answered >= LONGEST_FLOOD

    def run(self, who: int) -> bool:
        """What one flooder does; whether each message was answered."""
        id = who * 100_000
        while not self.ends.is_set() and not self.over:
            id += 1
            if self._office.push(who, id, f"{STORY}，第{id}次") is None:
                return False
            with self._lock:
                self.answered += 1
        return True


@dataclass
class Beat:
    """How late the harness comes itself: a thread of it that wants to go on every hundredth of a second."""

    late: list[tuple[float, float]] = field(default_factory=list)

    def latest(self, since: float, until: float) -> float:
        """By how much it came too late at most, between these two moments."""
        return max((late for at, late in list(self.late) if since <= at and at - late <= until), default=0.0)

    def run(self, ends: threading.Event) -> None:
        due = time.monotonic() + BEAT
        while not ends.wait(max(0.0, due - time.monotonic())):
            now = time.monotonic()
            self.late.append((now, now - due))
            due = now + BEAT


@contextmanager
def beating() -> Iterator[Beat]:
    """A beat as long as the block lasts."""
    beat, ends = Beat(), threading.Event()
    thread = threading.Thread(target=partial(beat.run, ends), daemon=True)
    thread.start()
    try:
        yield beat
    finally:
        ends.set()
        thread.join()

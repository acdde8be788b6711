"""One life: so many days of the city under one seed, judged every week and at the end."""

from __future__ import annotations

import atexit
import logging
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import IO

from casebook.case import Case
from casebook.errors import NotKept
from models.migrate import migrate
from models.store import Store
from models.vault import Vault
from office.holidays import load
from tests.makers import moment
from tests.read_once import read_once
from tests.simulator.judging import everything, integrity, judge, repeats, wechat_id
from tests.simulator.people import Citizen, Citizens, Officers, Said
from tests.simulator.processes import CASEWORK, KEY, SCHEDULERS, Process
from tests.simulator.world import Odds, World
from tests.standins.telegram_api import TelegramApi
from tests.standins.wechat_api import WeChatApi
from tests.wechat_pushes import heard

PEOPLE = 24
BEGINS = moment("2026-10-26 08:00")
NOTICE = Path(__file__).with_name("2027.toml")
# How the clock jumps, and for how many steps.
JUMPS = (timedelta(hours=-2), timedelta(days=-1), timedelta(days=1), timedelta(days=30))
OPEN = ("screening", "awaiting_dispatch", "disputed", "awaiting_acceptance", "handling", "in_review", "in_check")


@dataclass
class Lived:
    """What a life came to."""

    seed: int
    days: int
    digest: str
    violations: list[str]
    cases: int
    letters: int
    repeats: int
    unheard: int
    restarts: int
    faults: Counter[str] = field(default_factory=Counter)


class Life:
    """The city, its office, its people."""

    def __init__(self, seed: int, days: int, folder: Path, odds: Odds, transcript: IO[str] | None) -> None:
        self.world = World(seed, BEGINS, odds, transcript=transcript)
        self._days, self._folder = days, folder
        self.wechat, self.telegram = WeChatApi(), TelegramApi()
        self._url = f"sqlite:///{folder / f'{seed}.db'}"
        self.violations: list[str] = []
        self._seen: set[str] = set()

    def live(self) -> Lived:
        shutil.copyfile(_empty_book(), self._url.removeprefix("sqlite:///"))
        with self.world.in_force(), read_once():
            made = {name: self._process(name) for name in CASEWORK}
            self.processes: dict[str, Process] = made
            self.store = Store(self._url, Vault(KEY.encode()))
            try:
                return self._live()
            finally:
                for process in self.processes.values():
                    process.close()
                self.store.close()

    def _process(self, name: str) -> Process:
        quiet, self.world.quiet = self.world.quiet, True
        try:
            return Process(self.world, name, self._url, self.wechat, self.telegram)
        finally:
            self.world.quiet = quiet

    def _live(self) -> Lived:
        self.citizens = Citizens(self.world, PEOPLE, self._deliver)
        self.officers = Officers(self.world, self.processes["web"], self._open_cases, self._case)
        self.world.interlude = self._interlude
        loads = self.world.chance.randrange(self._days)
        for day in range(self._days):
            self._day()
            if day == loads:
                self._load()
            if day % 7 == 6:
                self._judge(False)
        self._come_to_rest()
        self._judge(True)
        for row in everything(self.store):
            self.world.tell(row)
        return self._lived()

    def _lived(self) -> Lived:
        cases = len(self.store.read(lambda unit: unit.numbers(limit=100_000)))
        people = self.citizens.all
        found = [*self.violations, *integrity(self._url.removeprefix("sqlite:///"))]
        return Lived(
            seed=self.world.seed,
            days=self._days,
            digest=self.world.digest,
            violations=found,
            cases=cases,
            letters=len(self.world.letters),
            repeats=repeats(self.world.letters),
            unheard=sum(not said.taken for person in people for said in person.said),
            restarts=sum(process.restarts for process in self.processes.values()),
            faults=self.world.faults,
        )

    def _day(self) -> None:
        """From eight to eight something happens every few minutes, at night the clock alone goes on."""
        chance, world = self.world.chance, self.world
        ends = world.now.replace(hour=20, minute=0)
        while world.now < ends:
            world.pass_time(chance.randint(900, 5400))
            self._jump()
            self._something()
        for _ in range(4):
            world.pass_time(3 * 3600 - 60)
            self._do(chance.choice(SCHEDULERS), "tick")
        world.now = (ends + timedelta(hours=12)).replace(minute=chance.randrange(30))

    def _jump(self) -> None:
        if self.world.skew:
            self.world.skew = timedelta(0) if self.world.chance.random() < 0.3 else self.world.skew
        elif self.world.chance.random() < 0.004:
            self.world.skew = self.world.chance.choice(JUMPS)
            self.world.tell("the clock jumps", self.world.skew)

    def _something(self) -> None:
        chance = self.world.chance
        for _ in range(chance.randint(1, 4)):
            self.citizens.act()
        if chance.random() < 0.5 and 9 <= self.world.now.hour < 18:
            self.officers.act()
        if chance.random() < 0.15:
            self.citizens.replay()
        self._do("web", "pump")
        for name in SCHEDULERS:
            if chance.random() < 0.6:
                self._do(name, "tick")
        if chance.random() < 0.08:
            self._do(chance.choice(SCHEDULERS), "hourly")

    def _interlude(self) -> None:
        """In the middle of one process's work another does something."""
        others = [name for name in CASEWORK if name not in self.world.stack]
        if not others:
            return
        name = self.world.chance.choice(others)
        self._do(name, "pump" if name == "web" else self.world.chance.choice(("tick", "deliver")))

    def _do(self, name: str, job: str) -> None:
        process = self.processes[name]

        def run() -> None:
            try:
                getattr(process, job)()
            except NotKept as error:
                self.world.tell(name, job, error)

        self.world.tell(name, job)
        process.run(run)

    def _deliver(self, person: Citizen, said: Said) -> None:
        """A platform brings a message to the web process, and hears what it answers."""
        said.deliveries += 1
        self.world.tell(person.who, said.id, said.text)
        process = self.processes["web"]
        ways: dict[str, Callable[[], bytes | bool | None]] = {
            "wechat": lambda: self._by_wechat(process, person, said),
            "telegram": lambda: self._by_telegram(process, person, said),
            "web": lambda: process.web(person.who, f"message-{said.id:06d}", said.text),
        }
        try:
            answer = process.run(ways[person.channel])
        except NotKept:
            answer = None
        self._hear(person, said, answer)

    def _by_wechat(self, process: Process, person: Citizen, said: Said) -> bytes | None:
        self.wechat.now = self.world.now
        self.wechat.wrote(person.who)
        return process.wechat(person.who, wechat_id(person, said.id), said.text)

    def _by_telegram(self, process: Process, person: Citizen, said: Said) -> bool:
        said.update = said.update or self.telegram.say(said.text, int(person.who))
        return process.telegram(said.update)

    def _hear(self, person: Citizen, said: Said, answer: bytes | bool | None) -> None:
        if answer is None or answer is False:
            return
        said.taken = True
        if isinstance(answer, bytes):
            first = answer not in said.answers
            said.answers.add(answer)
            if first and answer.strip() != b"success":
                person.heard.append(heard(answer)["Content"])
        self._read_letters(person)

    def _read_letters(self, person: Citizen) -> None:
        """What came by itself: the platform's letters, the lines of the web chat."""
        if person.channel == "web":
            contact = self.store.read(lambda unit: unit.contact_known("web", person.who))
            lines = self.store.read(lambda unit: unit.lines(contact.handle, 0, 10_000)) if contact else []
            person.heard = [line.body.get("text", "") for line in lines]
        else:
            person.heard += self.world.mailbox.pop((person.channel, person.who), [])

    def _open_cases(self) -> Sequence[str]:
        """The numbers of some that are open."""
        return self.store.read(
            lambda unit: [number for state in OPEN for number in unit.numbers(state=state, limit=20)]
        )

    def _case(self, number: str) -> Case:
        return self.store.read(lambda unit: unit.load(number))

    def _load(self) -> None:
        """Next year's holiday notice is loaded, by a command beside the running office."""
        moved = load(NOTICE, self.store, self.processes["web"].office.law, self.world.now)
        self.world.tell("holidays loaded", *moved)

    def _come_to_rest(self) -> None:
        """No more faults, nobody speaks: everything that waits goes, on a working day within three."""
        self.world.quiet, self.world.skew = True, timedelta(0)
        for person in self.citizens.all:
            while person.waits:
                self._deliver(person, person.said[-1])
        for _ in range(3 * 24 * 4):
            self.world.pass_time(900)
            for name in (*SCHEDULERS, "web"):
                self._do(name, "pump" if name == "web" else "tick")
            if self.world.now.minute < 15:
                self._do("one", "hourly")
            if not self._busy():
                break
        for person in self.citizens.all:
            self._read_letters(person)

    def _busy(self) -> bool:
        now: datetime = self.world.now
        next_timer = self.store.read(lambda unit: unit.next_timer_at())
        return bool(self.store.read(lambda unit: unit.outbox_waiting()) or (next_timer and next_timer <= now))

    def _judge(self, at_rest: bool) -> None:
        found = judge(self.world, self.store, self.citizens.all, at_rest)
        self.violations += [f"{self.world.now:%m-%d %H:%M} {fault}" for fault in found if fault not in self._seen]
        self._seen |= set(found)


@cache
def _empty_book() -> Path:
    """A case book with its tables and nothing in it, made once for all lives."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    file = Path(folder.name, "empty.db")
    migrate(f"sqlite:///{file}")
    return file


def live(seed: int, days: int, folder: Path, odds: Odds | None = None, transcript: IO[str] | None = None) -> Lived:
    """So many days under that seed; the case book stays in the folder, the `transcript` gets what happened in lines."""
    logging.disable(logging.CRITICAL)
    try:
        life = Life(seed, days, folder, odds or Odds(), transcript)
        return life.live()
    finally:
        logging.disable(logging.NOTSET)

"""The fault classes of an office that serves: a real process, spoken to by many at once while something goes wrong.

Nothing here is judged by the hands of a clock: what is counted is how much of one thing came before another.
"""

from __future__ import annotations

import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from models.tables import inbox, timers
from models.verify import verify
from tests import postgres
from tests.chaos.classes import fill, opened
from tests.chaos.day import LATER, MINE, STORY, Order, settings_of
from tests.chaos.harness import Tally, Town
from tests.chaos.served import ENDLESS, GREEDY
from tests.walking import Running, until
from tests.wechat_pushes import push, text_xml

# The platform gives up after so many seconds, and asks so many times; here as often as it takes.
PLATFORM_WAITS, PLATFORM_ASKS = 5.0, 40
STARTS = 3
# So many talk while the database stands still, and so many cases have something due.
TALKING, DUE = 12, 5


class Standing:
    """An office that serves, and the platform before it."""

    def __init__(self, town: Town, order: Order, folder: Path, more: Mapping[str, str]) -> None:
        self.order = order
        self.running = Running(folder, {**settings_of(order), **more}, "tests.chaos.served")
        self.platform = town.platform
        self.answers: dict[int, set[bytes]] = {}
        self._lock = threading.Lock()
        self._mine, self._clients = threading.local(), ExitStack()

    def push(self, who: int, id: int, text: str) -> bytes | None:
        """One message as the platform brings it: again while nobody answers; what was answered."""
        sender = f"oExampleOpenId{who:012d}"
        query, body = push(text_xml(text, sender=sender, id=23_000_000_000_000_000 + id), at=LATER, nonce=f"n{id}")
        self.platform.wrote(sender)
        for _ in range(PLATFORM_ASKS):
            try:
                answer = self._client().post("/wechat", params=query, content=body)
            except httpx.TransportError:
                continue
            if answer.status_code == 200:
                with self._lock:
                    self.answers.setdefault(id, set()).add(answer.content)
                return answer.content
        return None

    def _client(self) -> httpx.Client:
        """A connection of each thread's own."""
        if not hasattr(self._mine, "client"):
            client = httpx.Client(base_url=self.running.url, timeout=PLATFORM_WAITS, trust_env=False)
            self._mine.client = self._clients.enter_context(client)
        mine: httpx.Client = self._mine.client
        return mine

    def close(self) -> None:
        """Hang up, and pull the plug."""
        self._clients.close()
        self.running.http.close()
        self.running.kill()

    def at_rest(self) -> None:
        """Until nothing waits to be told or handled."""
        with opened(self.order) as store:
            until(lambda: not store.read(_waits), "the outbox to empty")

    def faults(self) -> list[str]:
        """What is wrong with what is kept: unsound, not what was acknowledged, answered in two ways."""
        with opened(self.order) as store:
            found = [str(fault) for fault in verify(store)]
            kept = store.read(lambda unit: _kept(unit, self.answers))
        found += [f"message {id} was acknowledged and is not kept" for id in sorted(set(self.answers) - kept)]
        return found + [f"message {id} was answered in two ways" for id, said in self.answers.items() if len(said) > 1]

    def repeated(self) -> int:
        """How many letters came a second time."""
        letters = Counter((item["to"], item["text"]) for item in self.platform.delivered)
        return sum(count - 1 for count in letters.values())

    def memory(self) -> int:
        """Kilobytes the process holds."""
        return self.running.kilobytes()


def _waits(unit: Any) -> bool:
    return bool(unit.outbox_waiting() or unit.inbox_stands("wechat", "")[1])


def _kept(unit: Any, ids: Mapping[int, object]) -> set[int]:
    return {id for id in ids if unit.inbox_seen("wechat", str(23_000_000_000_000_000 + id))}


@contextmanager
def standing(town: Town, order: Order, **more: str) -> Iterator[Standing]:
    """An office on an empty database, started and stopped."""
    town.fresh(order)
    folder = Path(tempfile.mkdtemp(prefix="served", dir=town.folder))
    office = _started(town, order, folder, more)
    try:
        yield office
    finally:
        office.close()


def _started(town: Town, order: Order, folder: Path, more: Mapping[str, str]) -> Standing:
    """On another port where somebody took ours between our finding and our taking it."""
    for _ in range(STARTS):
        office = Standing(town, order, folder, more)
        try:
            office.running.start()
        except AssertionError:
            office.close()
            if "address already in use" not in office.running.log():
                raise
        else:
            return office
    raise AssertionError("no port was free")


def poisoned(town: Town, order: Order, longest: str = "") -> Tally:
    """A message whose handling never ends, one that eats the memory: set aside with a reason, nobody else held up."""
    tally = Tally("a handler that never ends, one that eats the memory")
    more = {"CHAOS_LONGEST": longest} if longest else {}
    with standing(town, order, **more) as office, ThreadPoolExecutor(8) as pool:
        before = office.memory()
        for number, poison in enumerate((ENDLESS, GREEDY)):
            bad = pool.submit(office.push, 90 + number, 900 + number, poison)
            others = [pool.submit(office.push, who, who, STORY) for who in range(6 * number, 6 * number + 6)]
            tally.lost += sum(other.result() is None for other in others)
            tally.effect += bad.result() is not None
            tally.points += 1
        office.at_rest()
        tally.violations += [*office.faults(), *_not_set_aside(office)]
        if (grown := office.memory() - before) > 1024 * 1024:
            tally.violations.append(f"{grown} kB were taken")
        tally.repeated = office.repeated()
    return tally


def _not_set_aside(office: Standing) -> list[str]:
    with opened(office.order) as store:
        dead = store.read(lambda unit: [row.why for row in unit._rows(select(inbox).where(inbox.c.state == "dead"))])
    wrong = [] if len(dead) == 2 else [f"{len(dead)} messages were set aside: {dead}"]
    return wrong + [f"set aside because {why}" for why in dead if not why.startswith("Overdue")]


def swept(order: Order, numbers: Sequence[str]) -> bool:
    """Whether everything has been carried out that was due of those cases."""
    with opened(order) as store:
        waiting = store.read(lambda unit: [timer for number in numbers for timer in unit.timers_of(number)])
    return not any(timer.at <= LATER for timer in waiting)


def halted(town: Town, order: Order, server: str, seconds: Sequence[float]) -> Tally:
    """PostgreSQL stands still while people write and the sweep is due; then it goes on, and so does everything."""
    tally = Tally("PostgreSQL halted and woken")
    for pause in seconds:
        with standing(town, order) as office:
            _stand_still(tally, office, server, pause)
            office.at_rest()
            tally.violations += [*office.faults(), *_amiss(order, TALKING + DUE)]
            tally.repeated += office.repeated()
            tally.points, tally.effect = tally.points + 1, tally.effect + 1
    return tally


def _stand_still(tally: Tally, office: Standing, server: str, pause: float) -> None:
    with opened(office.order) as store:
        numbers = fill(store, DUE)
    with ThreadPoolExecutor(TALKING) as pool:
        talks = [pool.submit(_talk, office, who) for who in range(TALKING)]
        until(lambda: len(office.answers) > 3, "the talks to begin")
        with postgres.halted(server):
            threading.Event().wait(pause)
        tally.lost += sum(not talk.result() for talk in talks)
    until(lambda: swept(office.order, numbers), "the sweep")


def _talk(office: Standing, who: int) -> bool:
    """A citizen tells a matter and confirms it; whether all of it was answered."""
    words = (STORY, MINE, "确认提交")
    return all([office.push(who, who * 10 + place, text) is not None for place, text in enumerate(words)])


def _amiss(order: Order, wanted: int) -> list[str]:
    """What is not as it would be without a fault: other cases, messages set aside, timers that cannot be told."""
    dead = select(inbox.c.why).where(inbox.c.state == "dead")
    stuck = select(timers.c.key).where(timers.c.state == "stuck")
    with opened(order) as store:
        found = store.read(lambda unit: len(unit.numbers(limit=1000)))
        aside = store.read(lambda unit: [row[0] for query in (dead, stuck) for row in unit._rows(query)])
    wrong = [] if found == wanted else [f"{found} cases instead of {wanted}"]
    return wrong + [f"set aside: {why}" for why in aside]

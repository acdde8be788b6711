"""The simulated world: its clock, its chance, and everything that goes wrong, far denser than in life.

Everything that a process does passes `touch` or `commit`: there it may die, be overtaken by the others, be stopped for
longer than a lease, or find the disk failing. Nothing sleeps and nothing runs at the same time: who overtakes runs
inside the call of whom it overtakes, so that a seed always lives the same life.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Any
from unittest.mock import patch

from casebook.errors import Conflict, NotKept
from models.store import OutcomeUnknown, Store, outcome

DEEPEST = 2
# What is read from the machine's own source of chance, by the module that reads it.
CHANCES = (
    *(f"models.{name}.secrets" for name in ("unit_contacts", "unit_keeps", "unit_staff")),
    *("models.vault.os", "models.entry_rows.os", "bots.channels.sealed.secrets", "tests.wechat_pushes.os"),
)


class Crash(BaseException):
    """A process has died. Nobody but the world may catch it."""

    def __init__(self, process: str) -> None:
        super().__init__(process)
        self.process = process


@dataclass(frozen=True)
class Odds:
    """How often something happens each time a process touches the world."""

    crash: float = 0.005
    overtaken: float = 0.03
    stopped: float = 0.003
    disk: float = 0.008
    unknown: float = 0.004
    conflict: float = 0.015
    late: float = 0.02
    platform: float = 0.15


@dataclass
class Letter:
    """One message that a platform took. `excused`: we could not know, or died before we could note it."""

    channel: str
    to: str
    key: str
    text: str
    excused: bool = False


@dataclass
class World:
    """One city. `interlude` lets some other process do something; it is set by the life that is lived."""

    seed: int
    now: datetime
    odds: Odds = Odds()
    quiet: bool = False
    letters: list[Letter] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    stack: list[str] = field(default_factory=list)
    interlude: Callable[[], None] = lambda: None
    # The row a process is just sending; what a platform took from it and it could not note yet.
    sending: dict[str, str] = field(default_factory=dict)
    unnoted: dict[str, list[Letter]] = field(default_factory=dict)
    skew: timedelta = timedelta(0)
    transcript: IO[str] | None = None
    # Letters that nobody has read yet.
    mailbox: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self._written = hashlib.sha256()
        self._inside = False

    def clock(self) -> datetime:
        """What every process takes for the time."""
        return self.now + self.skew

    def tell(self, *words: object) -> None:
        """One line of the transcript."""
        line = f"{self.now:%m-%d %H:%M:%S} {'>'.join(self.stack)} {' '.join(map(str, words))}\n"
        self._written.update(line.encode())
        if self.transcript:
            self.transcript.write(line)

    @property
    def digest(self) -> str:
        return self._written.hexdigest()

    def happens(self, what: str) -> bool:
        """Whether this fault happens now; it is counted."""
        if self.quiet or self.chance.random() >= getattr(self.odds, what):
            return False
        self.faults[what] += 1
        self.tell("fault", what, *self.stack[-1:])
        return True

    def touch(self, process: str) -> None:
        """A process is about to touch the world. Inside a transaction nobody else can go first."""
        if self._inside:
            return
        if self.happens("crash"):
            self.die(process)
        if len(self.stack) <= DEEPEST and self.happens("overtaken"):
            self.pass_time(self.chance.choice((0, 0, 1, 5)))
            self.interlude()
        elif len(self.stack) <= DEEPEST and self.happens("stopped"):
            self.pass_time(self.chance.randint(61, 400))
            for name in self.stack:
                self.excuse(name)
            for _ in range(6):
                self.interlude()

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def die(self, process: str) -> None:
        """The process dies here."""
        self.excuse(process)
        raise Crash(process)

    def excuse(self, process: str) -> None:
        """What it sent and did not note can come again."""
        for letter in self.unnoted.pop(process, []):
            letter.excused = True

    def took(self, process: str, channel: str, to: str, text: str) -> Letter:
        """A platform took a message."""
        letter = Letter(channel, to, self.sending.get(process, ""), text)
        self.letters.append(letter)
        self.mailbox.setdefault((channel, to), []).append(text)
        self.unnoted.setdefault(process, []).append(letter)
        self.tell("took", channel, to, letter.key, text)
        return letter

    def commit(self, process: str, store: Store, fn: Callable[[Any], Any]) -> Any:
        """One transaction of a process, with all that can befall it."""
        self.touch(process)
        work = self._alone(fn)
        if self.happens("crash"):
            store.write(self._dies_within(process, work))
        if self.happens("disk"):
            return self._disk_fails(process, store, work)
        done = store.write(Twice(work) if self.happens("conflict") else work)
        if self.happens("crash"):
            self.unnoted.pop(process, None)
            self.die(process)
        self.unnoted.pop(process, None)
        if self.happens("unknown"):
            raise OutcomeUnknown("the connection broke while committing")
        return done

    def _dies_within(self, process: str, fn: Callable[[Any], Any]) -> Callable[[Any], None]:
        def dies(unit: Any) -> None:
            fn(unit)
            self.die(process)

        return dies

    def _alone(self, fn: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def work(unit: Any) -> Any:
            self._inside = True
            try:
                return fn(unit)
            finally:
                self._inside = False

        return work

    def _disk_fails(self, process: str, store: Store, fn: Callable[[Any], Any]) -> None:
        def fails(unit: Any) -> None:
            fn(unit)
            raise NotKept("the disk failed")

        try:
            store.write(fails)
        finally:
            self.excuse(process)

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """No other source of chance than this world's."""
        source = Source(self.chance)
        with ExitStack() as stack:
            for name in CHANCES:
                stack.enter_context(patch(name, source))
            yield


class Twice:
    """A transaction that meets a conflict the first time: whatever it did must be undone, and done again."""

    def __init__(self, fn: Callable[[Any], Any]) -> None:
        self._fn, self._times = fn, 0

    def __call__(self, unit: Any) -> Any:
        done = self._fn(unit)
        self._times += 1
        if self._times == 1:
            raise Conflict("somebody was first")
        return done


class Source:
    """`os.urandom` and `secrets`, as far as they are asked, from one seeded source."""

    def __init__(self, chance: random.Random) -> None:
        self.urandom = self.token_bytes = chance.randbytes
        self.choice, self.randbelow = chance.choice, chance.randrange
        self.token_hex = lambda count: chance.randbytes(count).hex()
        self.token_urlsafe = lambda count: chance.randbytes(count).hex()


class Hindered:
    """The store as one process has it."""

    def __init__(self, world: World, process: str, store: Store) -> None:
        self._world, self._process, self._store = world, process, store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def write(self, fn: Callable[[Any], Any]) -> Any:
        return self._world.commit(self._process, self._store, fn)

    def write_each(self, fns: Sequence[Callable[[Any], Any]]) -> list[Any]:
        return [outcome(self.write, fn) for fn in fns]

    def read(self, fn: Callable[[Any], Any]) -> Any:
        self._world.touch(self._process)
        return self._store.read(fn)

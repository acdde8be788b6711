"""Lives the day many times, each time with another point killed or failed; then once undisturbed; then counts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from models.engine import address
from models.tables import metadata
from tests.chaos.checking import Found, check
from tests.chaos.day import CITIZENS, Order
from tests.standins.serving import serving
from tests.standins.wechat_api import ALLOWED, WeChatApi

ROOT = Path(__file__).resolve().parent.parent.parent
# Where a process touches the world: the database's file, the acknowledgement, the platform or PostgreSQL.
CALLS = ("pwrite64", "write", "fdatasync", "fsync", "ftruncate", "sendto")
DISK = ("pwrite64", "fdatasync", "fsync")
ONE_IN_HAND = 1


def has_strace() -> bool:
    """Whether system calls can be killed here: strace is installed and allowed to trace."""
    if not shutil.which("strace"):
        return False
    done = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False)
    return done.returncode == 0


@dataclass
class Tally:
    """One fault class: how often, how often it took effect, and what it did.

    `late`: what was promised was done, and not in its time; it is not lost. `remarks`: which promise that was, and with
    what figures.
    """

    name: str
    points: int = 0
    effect: int = 0
    violations: list[str] = field(default_factory=list)
    lost: int = 0
    late: int = 0
    repeated: int = 0
    repeated_by_platform: int = 0
    remarks: list[str] = field(default_factory=list)

    def row(self) -> str:
        return (
            f"{self.name:44} {self.points:6} {self.effect:8} {len(self.violations):10} {self.lost:6}"
            f" {self.late:6} {self.repeated:9} {self.repeated_by_platform:12}"
        )


HEADING = (
    f"{'fault class':44} {'points':>6} {'effect':>8} {'violations':>10} {'lost':>6} {'late':>6} {'repeated':>9}"
    f" {'by platform':>12}"
)


class Town:
    """The place where days are lived: a process that does it, a platform, an empty database to copy."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.folder, self.platform = folder, WeChatApi()
        self._template = template
        self.counts = folder / "counts.txt"
        # The share of the points that is lived here: the first of one.
        self.share = (1, 1)

    @contextmanager
    def open(self) -> Iterator[Town]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "CHAOS_COUNTS": str(self.counts)}
        command = [sys.executable, "-m", "tests.chaos.day"]
        with (
            serving(self.platform.app) as self.address,
            subprocess.Popen(
                command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            ) as self._process,
        ):
            self._heard()
            yield self
            assert self._process.stdin
            self._process.stdin.close()

    def order(self, **more: object) -> Order:
        url = f"sqlite:///{self.folder / 'day.db'}"
        return replace(Order(url, self.address, str(self.folder / "acknowledged.txt")), **more)  # type: ignore[arg-type]

    def live(self, *orders: Order) -> int:
        """Live these days at once; the exit code of the first."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps([asdict(order) for order in orders]) + "\n")
        self._process.stdin.flush()
        codes: list[int] = json.loads(self._heard())
        return codes[0]

    def _heard(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError("the process that lives the days has ended")
        return line.strip()

    def fresh(self, order: Order) -> None:
        """An empty database, an empty platform, nothing acknowledged."""
        if order.url.startswith("sqlite"):
            file = Path(order.url.removeprefix("sqlite:///"))
            for end in ("", "-wal", "-shm", ".lock"):
                Path(f"{file}{end}").unlink(missing_ok=True)
            shutil.copyfile(self._template, file)
        else:
            engine = create_engine(address(order.url), poolclass=NullPool)
            with engine.begin() as link:
                link.execute(text(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY"))
        Path(order.acknowledged).unlink(missing_ok=True)
        self.platform.delivered.clear()
        for who in CITIZENS:
            self.platform.wrote(who)

    def found(self, order: Order) -> Found:
        return check(order, list(self.platform.delivered))

    def refused(self) -> set[str]:
        """The citizens to whom the platform takes nothing more, by its own count."""
        return {who for who in CITIZENS if self.platform.followers[who].sent >= ALLOWED}

    def undisturbed(self, order: Order) -> Found:
        """What everything looks like when nothing goes wrong."""
        self.fresh(order)
        assert self.live(order) == 0
        return self.found(order)

    def counted(self, order: Order) -> Counter[str]:
        """How often the day makes each system call."""
        self.fresh(order)
        self.live(replace(order, inject=f"{','.join(CALLS)}|count"))
        rows = (line.split() for line in self.counts.read_text().splitlines())
        return Counter({row[-1]: int(row[3]) for row in rows if row and row[-1] in CALLS})

    def points(self, order: Order, calls: Sequence[str], most: int | None) -> list[tuple[str, int]]:
        """Every call by its number, or `most` of them, evenly spread."""
        made = self.counted(order)
        every = [(call, number) for call in calls for number in range(1, made[call] + 1)]
        if most is not None and len(every) > most:
            every = [every[index * len(every) // most] for index in range(most)]
        which, of = self.share
        return every[which - 1 :: of]

    def sweep(self, name: str, order: Order, fault: str, points: Sequence[tuple[str, int]], usual: Found) -> Tally:
        """The day with each of the points killed (`signal=KILL`) or failed (`error=EIO`), and lived again."""
        tally = Tally(name)
        for call, number in points:
            self.fresh(order)
            hindered = replace(order, inject=f"{call}|{call}:{fault}:when={number}", stop_at_fault=True)
            code = self.live(hindered)
            # What was acknowledged is looked for now: afterwards the platform delivers all of it again.
            tally.violations += [f"{call} {number}: {fault}" for fault in _kept(self, order)]
            self.live(replace(order, control="" if order.control == "ack_first" else order.control))
            self.judge(tally, f"{call} {number}", usual, order)
            tally.points += 1
            tally.effect += code != 0
        return tally

    def judge(self, tally: Tally, what: str, usual: Found, order: Order) -> None:
        """Count what is wrong, lost and repeated after a disturbed day that was lived again.

        The one message that was in somebody's hand when the fault came can come again: the platform alone could
        prevent that. What comes again beside it, we repeated.
        """
        found = self.found(order)
        tally.violations += [f"{what}: {fault}" for fault in found.faults]
        if found.histories != usual.histories:
            tally.violations.append(f"{what}: the cases are not those of an undisturbed day")
        lost, repeated = found.against(usual, self.refused())
        excusable = sum(to in CITIZENS for to, _ in repeated)
        tally.lost += len(lost)
        tally.repeated_by_platform += min(excusable, ONE_IN_HAND)
        tally.repeated += len(repeated) - min(excusable, ONE_IN_HAND)


def _kept(town: Town, order: Order) -> list[str]:
    found = town.found(order)
    return [fault for fault in found.faults if "acknowledged" in fault or fault.startswith(("verify", "database"))]

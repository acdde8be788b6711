"""What one durable unit of work costs: a message with its talk, notice and reply, sealed, committed with a full flush.

    python bench/bench_unit.py [--quick]

Beside it, in the same run and in turns: the same rows as bare `sqlite3` statements without sealing (the limit of an
honest acknowledgement), and our own unit with a commit for each. `FSYNC_US=5000 LD_PRELOAD=slowsync.so` (a library
that sleeps in fsync) shows a disk whose flush costs something; how many flushes were asked for is counted by strace
elsewhere, here by commits.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from casebook.case import Notice
from models.migrate import migrate
from models.store import Store
from models.vault import Vault

NINE = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
BODY = "我上周三去市不动产登记中心3号窗口办证，材料齐全却不给受理，态度还很差。" * 5
USERS = 200
Unit = Callable[[int], None]


class Ours:
    """The unit as the store does it. `alone`: a commit for each, as without group commit."""

    def __init__(self, folder: Path, alone: bool = False) -> None:
        url = f"sqlite:///{folder / ('alone.db' if alone else 'ours.db')}"
        migrate(url)
        self.store = Store(url, Vault(b"a key for benchmarks only, 32 bytes"))
        self.write = self.store._write_alone if alone else self.store.write
        self.commits = 0
        commit = self.store._commit
        self.store._commit = lambda *words: (self._count(), commit(*words))[1]  # type: ignore[method-assign]
        name = "wechat"
        self.handles = [
            self.store.write(lambda unit, i=i: unit.contact(name, f"o{i}", "", NINE)).handle for i in range(USERS)
        ]

    def _count(self) -> None:
        self.commits += 1

    def __call__(self, number: int) -> None:
        handle = self.handles[number % USERS]

        def whole(unit: object) -> None:
            if unit.inbox_seen("wechat", str(number)):  # type: ignore[attr-defined]
                return
            talk = unit.talk(handle) or {}  # type: ignore[attr-defined]
            unit.save_talk(handle, {**talk, "last": number, "text": BODY}, NINE)  # type: ignore[attr-defined]
            told = Notice(f"{number}/reply", f"citizen:{handle}", "progress", NINE, None, {}, {"text": BODY})
            unit.post([told])  # type: ignore[attr-defined]
            unit.inbox_add("wechat", str(number), BODY.encode(), NINE, "done", b"ok" * 100)  # type: ignore[attr-defined]

        self.write(whole)


class Bare:
    """The same reads and writes with nothing in the way: no sealing, no hashes, no SQLAlchemy."""

    def __init__(self, folder: Path) -> None:
        self.commits = 0
        self._lock = threading.Lock()
        self._link = sqlite3.connect(folder / "bare.db", isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._link.execute(f"PRAGMA {pragma}")
        self._link.executescript(
            "CREATE TABLE inbox(id TEXT PRIMARY KEY, body TEXT, reply BLOB);"
            "CREATE TABLE talks(handle INTEGER PRIMARY KEY, state TEXT);"
            'CREATE TABLE outbox(id INTEGER PRIMARY KEY, key TEXT UNIQUE, "to" TEXT, body TEXT, state INT, at INT);'
            "CREATE INDEX due ON outbox(at) WHERE state=0;"
        )

    def __call__(self, number: int) -> None:
        with self._lock:
            run = self._link.execute
            run("BEGIN IMMEDIATE")
            if not run("SELECT reply FROM inbox WHERE id=?", (str(number),)).fetchone():
                run("SELECT state FROM talks WHERE handle=?", (number % USERS,)).fetchone()
                run("INSERT OR REPLACE INTO talks VALUES(?,?)", (number % USERS, BODY))
                row = (f"{number}/reply", f"u{number % USERS}", BODY, 1)
                run('INSERT INTO outbox(key,"to",body,state,at) VALUES(?,?,?,0,?)', row)
                run("INSERT INTO inbox VALUES(?,?,?)", (str(number), BODY, b"ok" * 100))
            run("COMMIT")
            self.commits += 1


def rate(unit: Unit, numbers: itertools.count[int], threads: int, seconds: float) -> tuple[float, list[float]]:
    """Units a second with so many in flight, and each one's time."""
    times: list[float] = []
    ends = time.perf_counter() + seconds

    def work() -> None:
        while (began := time.perf_counter()) < ends:
            unit(next(numbers))
            times.append(time.perf_counter() - began)

    crowd = [threading.Thread(target=work) for _ in range(threads)]
    began = time.perf_counter()
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    return len(times) / (time.perf_counter() - began), times


def compare(units: dict[str, Unit], threads: int, rounds: int, seconds: float) -> None:
    numbers, rates = itertools.count(), {name: [] for name in units}  # type: ignore[var-annotated]
    times: dict[str, list[float]] = {name: [] for name in units}
    before = {name: unit.commits for name, unit in units.items()}  # type: ignore[attr-defined]
    for _ in range(rounds):
        for name, unit in units.items():
            per_second, taken = rate(unit, numbers, threads, seconds)
            rates[name].append(per_second)
            times[name] += taken
    print(f"\n{threads} in flight")
    base = next(iter(units))
    for name, unit in units.items():
        ratios = [one / other for one, other in zip(rates[name], rates[base], strict=True)]
        commits = (unit.commits - before[name]) / len(times[name])  # type: ignore[attr-defined]
        ordered = sorted(times[name])
        print(
            f"  {name:36} {statistics.median(rates[name]):8,.0f} a second {statistics.median(ratios):7.2f} x"
            f"   p50 {ordered[len(ordered) // 2] * 1e3:7.1f} ms   p99 {ordered[int(len(ordered) * 0.99)] * 1e3:7.1f}"
            f"   worst {ordered[-1] * 1e3:7.1f}   commits a message {commits:5.2f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round")
    quick = parser.parse_args().quick
    rounds, seconds = (1, 1.0) if quick else (5, 2.0)
    print(f"SQLite {sqlite3.sqlite_version}; a flush costs {os.environ.get('FSYNC_US', '0')} µs more than this disk's")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        ours, alone, bare = Ours(folder), Ours(folder, alone=True), Bare(folder)
        compare({"bare sqlite3, a commit each": bare, "ours": ours}, 1, rounds, seconds)
        compare({"ours, a commit each": alone, "ours, together": ours}, 32, rounds, seconds)
        compare({"ours, a commit each": alone, "ours, together": ours}, 8, rounds, seconds)
        for each in (ours, alone):
            each.store.close()


if __name__ == "__main__":
    main()

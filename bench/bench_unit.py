"""What one durable unit of work costs: a message with its talk, notice and reply, sealed, committed with a full flush.

    python bench/bench_unit.py [--quick] [--flush 5]

Beside it, in the same run and in turns: the same rows as bare `sqlite3` statements without sealing (the limit of an
honest acknowledgement), and our own unit with a commit for each. `--flush 5` runs it on a disk whose flush costs five
milliseconds more (`slow_flush.c`, for which it needs a C compiler); the flushes are counted there, else the commits.
"""

from __future__ import annotations

import argparse
import ctypes
import itertools
import json
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

from bench.slow_disk import run_on_slow_disk
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


def compare(units: dict[str, Unit], threads: int, rounds: int, seconds: float) -> dict[str, dict[str, float]]:
    """Each unit's rate with so many in flight, its times, and what it flushed; the first is what the others are to."""
    numbers, rates = itertools.count(), {name: [] for name in units}  # type: ignore[var-annotated]
    times: dict[str, list[float]] = {name: [] for name in units}
    spent = dict.fromkeys(units, 0)
    for _ in range(rounds):
        for name, unit in units.items():
            before = flushed(unit)
            per_second, taken = rate(unit, numbers, threads, seconds)
            spent[name] += flushed(unit) - before
            rates[name].append(per_second)
            times[name] += taken
    print(f"\n{threads} in flight")
    base, found = next(iter(units)), {}
    for name in units:
        ratios = [one / other for one, other in zip(rates[name], rates[base], strict=True)]
        ordered = sorted(times[name])
        found[name] = {
            "per_second": statistics.median(rates[name]),
            "to_first": statistics.median(ratios),
            "p50_ms": ordered[len(ordered) // 2] * 1e3,
            "p99_ms": ordered[int(len(ordered) * 0.99)] * 1e3,
            "worst_ms": ordered[-1] * 1e3,
            "flushes_a_message": spent[name] / len(ordered),
        }
        row = found[name]
        print(
            f"  {name:36} {row['per_second']:8,.0f} a second {row['to_first']:7.2f} x   p50 {row['p50_ms']:7.1f} ms"
            f"   p99 {row['p99_ms']:7.1f}   worst {row['worst_ms']:7.1f}   flushes {row['flushes_a_message']:5.2f}"
        )
    return found


def flushed(unit: Unit) -> int:
    """How often the process flushed so far; without the library that counts it, how often the unit committed."""
    counted = getattr(ctypes.CDLL(None), "flushes", None)
    return int(counted()) if counted else int(unit.commits)  # type: ignore[attr-defined]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two short rounds")
    parser.add_argument("--flush", type=float, default=0, help="milliseconds that a flush costs more")
    given = parser.parse_args()
    if given.flush and "FLUSH_US" not in os.environ:
        run_on_slow_disk(given.flush)
        return
    rounds, seconds = (2, 1.0) if given.quick else (7, 2.0)
    print(f"SQLite {sqlite3.sqlite_version}; a flush costs {given.flush:g} ms more than this disk's")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        ours, alone, bare = Ours(folder), Ours(folder, alone=True), Bare(folder)
        found = {
            "1": compare({"bare sqlite3, a commit each": bare, "ours": ours}, 1, rounds, seconds),
            "32": compare({"ours, a commit each": alone, "ours, together": ours}, 32, rounds, seconds),
            "8": compare({"ours, a commit each": alone, "ours, together": ours}, 8, rounds, seconds),
        }
        for each in (ours, alone):
            each.store.close()
    disk = f"-{given.flush:g}ms" if given.flush else ""
    out = Path(__file__).parent / "results" / f"unit{disk}{'.quick' if given.quick else ''}.json"
    out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""A million timers waiting, ten thousand due: until each is decided and its notice written, and idling.

    python bench/bench_timers.py [--quick] [--peer 100000]

Ours is `scheduler.sweep` on the real store: the case read, the text put into words, claimed, notice and timer committed
together with a full flush. The sweep alone is the same book swept without reading a case or writing a text: found by
the index, put together by rooms, claimed and marked as done in the sweep's own batches (a claim ends with its commit,
so there is no lease that could run out), each given to a handler that does nothing but count, committed with a full
flush. The peer is APScheduler's SQLAlchemyJobStore on the same disk in the same run; its handler counts too. Where the
peer is measured with fewer rows than ours, the figures say so: nothing is scaled. What setting timers costs is the
filing of a case with its timers beside the same without, in turns.
"""

from __future__ import annotations

import argparse
import itertools
import json
import pickle
import resource
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from casebook.case import Filing, Person
from casebook.desk import Desk
from casebook.wording import say
from models.migrate import migrate
from models.store import Store
from models.unit_timers import Timers
from models.vault import Vault
from office.law import read_law
from scheduler.sweep import PLAN, Due, Sweep, _batches

ZONE = ZoneInfo("Asia/Shanghai")
FILED = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)
COLUMNS = '"key", "number", "at", "what", "to", "clock", "round", "facts", "state"'
fired = threading.Semaphore(0)


def handled(due: Due) -> int:
    """Our handler does nothing but count, as the peer's."""
    return 1


def fire(number: int) -> None:
    """The peer's handler."""
    fired.release()


def utc(at: datetime) -> str:
    return at.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def filled(folder: Path, desk: Desk, waiting: int, due: int) -> tuple[Store, datetime]:
    """A store with `due` cases whose dispatch is late, and `waiting` timers that are for later; and when to sweep."""
    url = f"sqlite:///{folder / 'ours.db'}"
    migrate(url)
    store = Store(url, Vault(b"a key for benchmarks only, 32 bytes"))

    def file(start: int) -> None:
        def some(unit: object) -> None:
            for number in range(start, min(start + 200, due)):
                who = f"handle{number}"
                desk.file(unit, Filing("complaint", f"第{number}件事，窗口不受理", who), Person("citizen", who), FILED)  # type: ignore[arg-type]

        store.write(some)

    for start in range(0, due, 200):
        file(start)
    link = sqlite3.connect(folder / "ours.db")
    # One due timer for each case, to sixty rooms; the other timers of these cases are for later.
    rooms = "UPDATE timers SET \"to\" = 'unit:第' || (abs(random()) % 60) || '局' WHERE what = 'overdue'"
    link.execute("DELETE FROM timers WHERE NOT (what = 'overdue' AND \"to\" = 'dispatchers')")
    link.execute(rooms)
    [(latest,)] = link.execute("SELECT max(at) FROM timers").fetchall()
    now = datetime.fromisoformat(latest).astimezone(ZONE) + timedelta(seconds=1)
    link.executemany(f"INSERT INTO timers ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)", later(waiting, now))
    link.commit()
    link.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    link.close()
    return store, now


def later(waiting: int, now: datetime) -> Iterator[tuple[object, ...]]:
    for number in range(waiting):
        case = f"20260302-{number:08d}"
        at = utc(now + timedelta(days=30, seconds=number))
        key = f"{case}/resolution/1/202604011730/due_soon/202603310900/unit:第{number % 60}局"
        yield key, case, at, "due_soon", f"unit:第{number % 60}局", "resolution", 1, "{}", "pending"


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def alone(folder: Path, waiting: int, due: int) -> float:
    """Seconds of finding, claiming and marking what is due, with nothing decided and one bare notice for each room."""
    store, now = filled(folder, Desk(read_law("yunnan", ZONE)), waiting, due)

    def carry(unit: object, batch: Sequence[Due]) -> int:
        mine = unit.timers_fire({due.key: ("", "") for due in batch}, now)  # type: ignore[attr-defined]
        return sum(handled(due) for due in batch if due.key in mine)

    began = time.perf_counter()
    plan = store.read(lambda unit: unit.due_plan(now, PLAN, False))
    done = sum(store.write(lambda unit, batch=batch: carry(unit, batch)) for batch in _batches(plan))
    took = time.perf_counter() - began
    assert done == due, (done, due)
    store.close()
    return took


def setting(folder: Path, rounds: int, each: int) -> float:
    """The share that its timers have in the transaction that files a case: the median of rounds in turns."""
    url = f"sqlite:///{folder / 'setting.db'}"
    migrate(url)
    store, desk = Store(url, Vault(b"a key for benchmarks only, 32 bytes")), Desk(read_law("yunnan", ZONE))
    reconcile, serial, shares = Timers._reconcile, itertools.count(), []

    def filing() -> float:
        began = time.perf_counter()
        for number in itertools.islice(serial, each):
            filed = Filing("complaint", f"第{number}件事，窗口不受理", "handle"), Person("citizen", "handle"), FILED
            store.write(lambda unit, filed=filed: desk.file(unit, *filed))
        return time.perf_counter() - began

    filing()
    for _ in range(rounds):
        whole = filing()
        setattr(Timers, "_reconcile", lambda *given, **more: None)  # noqa: B010
        without = filing()
        setattr(Timers, "_reconcile", reconcile)  # noqa: B010
        shares.append(1 - without / whole)
    store.close()
    return statistics.median(shares)


def ours(folder: Path, waiting: int, due: int) -> dict[str, float]:
    desk = Desk(read_law("yunnan", ZONE))
    store, now = filled(folder, desk, waiting, due)
    sweep = Sweep(store, desk)
    idle = [timed(lambda: sweep.run(FILED)) for _ in range(200)]
    before = peak_mb()
    began = time.perf_counter()
    swept = sweep.run(now)
    took = time.perf_counter() - began
    began = time.perf_counter()
    rows = store.read(lambda unit: [row for to in range(60) for row in unit.notices_for(f"unit:第{to}局", 0, 10_000)])
    letters = sum(len(say(row.message, row.facts)) for row in rows)
    texts = time.perf_counter() - began
    told = sqlite3.connect(folder / "ours.db").execute(
        "SELECT count(*), count(DISTINCT t.key), count(DISTINCT o.key) FROM timers t JOIN outbox o ON o.key = t.told"
        " WHERE t.state = 'fired'"
    )
    [(all_told, distinct, notices)] = told.fetchall()
    assert (swept, all_told, distinct) == (due, due, due), (swept, all_told, distinct)
    store.close()
    return {
        "waiting": waiting,
        "due": due,
        "sweep_s": took,
        "texts_s": texts,
        "letters": letters,
        "notices": notices,
        "idle_p50_ms": statistics.median(idle) * 1e3,
        "idle_p99_ms": sorted(idle)[int(len(idle) * 0.99)] * 1e3,
        "more_mb": peak_mb() - before,
    }


def timed(do: object) -> float:
    began = time.perf_counter()
    do()  # type: ignore[operator]
    return time.perf_counter() - began


def peer(folder: Path, waiting: int, due: int, patience: float) -> dict[str, float]:
    """The job store with the same number of jobs, filled with the rows `add_job` would write."""
    url = f"sqlite:///{folder / 'peer.db'}"
    options = {"misfire_grace_time": None}  # its default drops whatever comes a second late
    scheduler = BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(url=url)}, timezone="UTC", job_defaults=options
    )
    scheduler.start(paused=True)
    now = datetime.now(ZoneInfo("UTC"))
    job = scheduler.add_job(fire, "date", run_date=now + timedelta(days=30), args=[-1], id="first")
    state = job.__getstate__()
    job.remove()

    def rows() -> Iterator[tuple[str, float, bytes]]:
        for number in range(waiting + due):
            at = now - timedelta(minutes=1) if number < due else now + timedelta(days=30, seconds=number)
            state.update(id=str(number), args=(number,), next_run_time=at, trigger=DateTrigger(at, "UTC"))
            yield str(number), at.timestamp(), pickle.dumps(state, pickle.HIGHEST_PROTOCOL)

    link = sqlite3.connect(folder / "peer.db")
    link.executemany("INSERT INTO apscheduler_jobs VALUES (?,?,?)", rows())
    link.commit()
    link.close()
    began, ran = time.perf_counter(), 0
    scheduler.resume()
    while ran < due and fired.acquire(timeout=patience):
        ran += 1
    took = time.perf_counter() - began
    scheduler.shutdown()
    return {"waiting": waiting, "due": due, "ran": ran, "sweep_s": took}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20,000 timers, 500 due")
    parser.add_argument("--peer", type=int, help="how many jobs the peer waits with (as many as ours)")
    given = parser.parse_args()
    waiting, due = (20_000, 500) if given.quick else (1_000_000, 10_000)
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as place:
        found = {
            "ours": {
                **ours(Path(place), waiting, due),
                "alone_s": alone(Path(first), waiting, due),
                "setting_share": setting(Path(first), 5 if given.quick else 15, 50 if given.quick else 200),
            },
            "apscheduler": peer(Path(place), given.peer or waiting, due, 60),
        }
    us, them = found["ours"], found["apscheduler"]
    print(f"{'':12} {'waiting':>10} {'due':>7} {'seconds':>9}")
    for name, row in found.items():
        print(f"{name:12} {row['waiting']:>10,} {row['due']:>7,} {row['sweep_s']:>9.2f}")
    print(f"ours writes {us['notices']:,.0f} notices for {us['due']:,} reminders, each told once;")
    print(f"all of them put into words (as the courier does later): {us['texts_s']:.2f} s, {us['letters']:,} letters")
    print(f"ours idle: {us['idle_p50_ms']:.2f} ms (p99 {us['idle_p99_ms']:.2f}); {us['more_mb']:.0f} MB while sweeping")
    print(f"ratio {them['sweep_s'] / us['sweep_s']:.1f} x, decisions and commits included;")
    print(f"the sweep alone: {us['alone_s']:.2f} s, {them['sweep_s'] / us['alone_s']:.1f} x")
    print(f"setting its timers: {us['setting_share']:.1%} of the transaction that files a case")
    name = "timers.quick.json" if given.quick else "timers.json"
    out = Path(__file__).parent / "results" / name
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

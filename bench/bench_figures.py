"""How long the figures of a city's month take, beside counting them case by case.

    python bench/bench_figures.py [--quick] [--lived 2000] [--cases 300000]

Some cases are really lived, over a month, with ratings of every kind; their figures are counted both ways, which must
agree. Then their standings are copied under other numbers, units and ratings until there is a city's month, and the
console's page, its cases and a whole report are made of that. SQLite as `make run` has it, one process; all times are
of the processor.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time as clock
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import func, insert, select

from bench.bench_lifecycle import START, STEPS, machine, sqlite_store
from casebook.case import Command, Person
from casebook.desk import Desk
from casebook.periods import span_of
from models.standing_tables import standings
from models.store import Store
from models.unit import Unit
from office.law import read_law
from scheduler.reporting import Reporting
from tests import counted_by_case
from tests.makers import a_filing

MONTH = span_of("month", date(2026, 3, 1))
# How many cases one transaction holds.
LOT = 100
# Unequal lengths of life: filed, dispatched, contacted, answered but not checked, rated.
LENGTHS = (0, 1, 2, 5, 6, 6, 6)


def live(unit: Unit, desk: Desk, place: int, chance: random.Random) -> None:
    """One case of the month, as far as chance takes it."""
    citizen, at = Person("citizen", f"h{place}"), START + timedelta(minutes=chance.randrange(60 * 24 * 20))
    kind = chance.choice(["complaint", "complaint", "consultation", "suggestion"])
    number = desk.file(unit, a_filing(citizen=citizen.name, kind=kind), citizen, at).number
    for step, by, facts in STEPS[: chance.choice(LENGTHS)]:
        at += timedelta(hours=chance.choice([1, 5, 20, 50]))
        who, said = (citizen, {"score": chance.randint(1, 5)}) if step == "rate" else (by, facts)
        desk.take(unit, number, Command(step, who, at, said))


def copied(store: Store, lived: int, most: int) -> None:
    """The standings once more under other numbers, each copy with a unit, a verdict and a class of its own."""
    chance = random.Random(11)
    verdicts, classes = ["substantiated", "partly", "unsubstantiated"], ["a", "b", "c", None]
    with store.connection() as link:
        rows = [dict(row._mapping) for row in link.execute(select(standings).order_by(standings.c.number))]
    for copy in range(1, most // lived):
        own: dict[str, dict[str, Any]] = {}
        for row in rows:
            news = {"lead_unit": f"第{chance.randrange(60)}局", "verdict": chance.choice(verdicts)}
            own.setdefault(row["number"], {**news, "case_class": chance.choice(classes)})
        more = [{**row, **_known(row, own[row["number"]]), "number": f"{row['number']}-{copy}"} for row in rows]
        store.write(lambda unit, more=more: unit._run(insert(standings), more))  # type: ignore[misc]


def _known(row: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
    """What of the news a case knows at that stage."""
    return {name: value for name, value in news.items() if name == "case_class" or row[name] is not None}


def timed(do: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of processor, the less of two runs; what came of it."""
    took = []
    for _ in range(2):
        began = clock.process_time()
        found = do()
        took.append(clock.process_time() - began)
    return min(took), found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="500 lived cases and a month of 30,000")
    parser.add_argument("--lived", type=int)
    parser.add_argument("--cases", type=int)
    given = parser.parse_args()
    lived, most = given.lived or (500 if given.quick else 2_000), given.cases or (30_000 if given.quick else 300_000)
    law, chance = read_law("henan"), random.Random(7)
    desk, found = Desk(law), {"machine": machine(), "lived": lived}
    with sqlite_store() as store:
        for low in range(0, lived, LOT):
            places = range(low, min(low + LOT, lived))
            store.write(lambda unit, places=places: [live(unit, desk, place, chance) for place in places])  # type: ignore[misc]
        reporting = Reporting(store, law)
        found["case_by_case_s"], slow = timed(lambda: counted_by_case.made(store, law, MONTH))
        found["standings_s"], quick = timed(lambda: reporting.made(MONTH))
        if slow != quick:
            raise SystemExit("the two ways do not agree")
        copied(store, lived, most)
        with store.connection() as link:
            found["cases"] = link.execute(select(func.count(standings.c.number.distinct()))).scalar_one()
        found["page_s"], _ = timed(lambda: reporting.overview(MONTH))
        found["cases_and_workbook_s"], _ = timed(lambda: reporting.overview(MONTH, cases=True))
        found["report_s"], _ = timed(lambda: reporting.made(MONTH))
    out = Path(__file__).parent / "results" / ("figures.quick.json" if given.quick else "figures.json")
    out.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()

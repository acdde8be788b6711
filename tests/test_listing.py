"""Lists of cases, page by page: the most pressing first, those without a clock last, nobody missing or shown twice."""

from __future__ import annotations

from datetime import timedelta

from casebook.case import Case, Entry, Person, replay
from models.unit_listing import Wanted
from tests.makers import a_case, a_filing, keep, moment

FILED = moment("2026-03-02 09:00")


def without_clock(number: str, hours: int, state: str = "closed") -> Case:
    by, at = Person("citizen", "handle234567"), FILED + timedelta(hours=hours)
    return replay(number, [Entry(1, at, by, "file", state, {"rulebook": "yunnan"}, {"filing": a_filing()}, {}, ())])


def test_pages_follow_one_another_over_the_end_of_what_is_due(store):
    for serial in range(1, 5):
        keep(store, a_case(f"20260302-{serial:05}", at=FILED + timedelta(hours=5 - serial)))
    for serial in range(5, 9):
        keep(store, without_clock(f"20260302-{serial:05}", serial), timers=[])

    pages = [store.read(lambda unit, at=at: unit.listed(Wanted(), 3, at)) for at in (0, 3, 6, 9)]

    numbers = [[int(case.number[-1]) for case in page] for page in pages]
    assert numbers == [[4, 3, 2], [1, 8, 7], [6, 5], []]


def test_what_is_due_before_a_moment_has_a_clock(store):
    keep(store, a_case("20260302-00001"))
    keep(store, without_clock("20260302-00002", 1), timers=[])

    found = store.read(lambda unit: unit.listed(Wanted(due_before=FILED + timedelta(days=30)), 10))

    assert [case.number for case in found] == ["20260302-00001"]


def test_pages_of_some_states_follow_one_another_too(store):
    for serial in range(1, 7):
        case = without_clock(f"20260302-{serial:05}", serial, "closed" if serial % 2 else "declined")
        keep(store, case, timers=[])
    keep(store, without_clock("20260302-00009", 9, "withdrawn"), timers=[])
    wanted = Wanted(states=["closed", "declined"])

    pages = [store.read(lambda unit, at=at: unit.listed(wanted, 4, at)) for at in (0, 4, 8)]

    assert [[int(case.number[-1]) for case in page] for page in pages] == [[6, 5, 4, 3], [2, 1], []]

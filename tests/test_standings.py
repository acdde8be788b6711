"""Figures by what is kept for them are those counted case by case, whatever was done to the cases and since."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import count, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, delete, select
from sqlalchemy.pool import NullPool

from casebook.case import Case, Filing, Person
from casebook.lifecycle import TABLE
from casebook.periods import Span, days, span_of
from casebook.reports import Given
from casebook.rulebook_file import shipped
from casebook.taking import file
from casebook.terms import FAILINGS
from models.standing_rows import fill
from models.standing_tables import standings
from models.store import Store
from models.verify import verify
from scheduler.reporting import Reporting
from tests import counted_by_case
from tests.acting import SUPERVISOR, Acting
from tests.makers import a_case, after, keep, moment
from tests.test_lifecycle import START, commands, filings, people, walked
from tests.test_lifecycle import law as law_of

SPANS = (
    span_of("month", date(2025, 9, 1)),
    span_of("month", date(2025, 10, 1)),
    span_of("week", date(2025, 10, 1)),
    days(date(2025, 9, 26), date(2025, 9, 26)),
    days(date(2000, 1, 2), date(2999, 12, 30)),
    days(date(2026, 1, 1), date(2026, 1, 31)),
)
NOW = moment("2025-10-02 10:30")
A_FEW = settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.generate],  # every example adds to the book
    suppress_health_check=list(HealthCheck),
)


# To an answer, its ratings and what follows on them: where random hands come too seldom.
PATH = (
    *("dispatch", "accept", "appeal", "uphold", "urge", "resolve", "approve", "pass_check", "rate", "revisit"),
    *("supervise", "urge", "resolve", "approve", "pass_check", "revisit", "rate", "mark", "revisit"),
)


def walks(name: str) -> st.SearchStrategy[list[tuple[Filing, list[Any], bool]]]:
    """Filings, what is tried with each, and whether its steps are kept one by one."""
    some = st.tuples(*(tries(name, step) for step in PATH))
    walk = st.tuples(filings(name), some, st.lists(tries(name), max_size=8), st.booleans())
    return st.lists(walk.map(lambda drawn: (drawn[0], [*drawn[1], *drawn[2]], drawn[3])), min_size=2, max_size=5)


@st.composite
def tries(draw: st.DrawFn, name: str, step: str = "") -> tuple[str, Person, int, dict[str, Any], int]:
    """A step tried; the one named, mostly, by somebody who may take it."""
    tried, by, hours, more, chosen = draw(commands(name))
    marks = draw(st.sampled_from([["urgent"], ["major"], ["major", *FAILINGS[:2]]]))
    more = {**more, "marks": marks, "result": draw(st.integers(1, 5)), "rework": more["reached"]}
    if not step or not draw(st.integers(0, 7)):
        return tried, by, hours, more, chosen
    return step, next(each for each in people(law_of(name)) if each.role in TABLE[step].by), hours, more, 0


def lived(store: Store, name: str) -> None:
    """Fill the book with cases that random hands took as far as they could, and with a rating not adopted later."""
    numbers = count(1)

    @A_FEW
    @given(drawn=walks(name))
    def live(drawn: list[tuple[Filing, list[Any], bool]]) -> None:
        for filing, tries, one_by_one in drawn:
            first = file(f"20250926-{next(numbers):05d}", filing, Person("citizen", "h1"), START, law_of(name))
            versions: list[Case | None] = [None, *walked(first, tries, law_of(name))]
            for before, version in pairwise(versions if one_by_one else [None, versions[-1]]):
                store.write(lambda unit, pair=(before, version): unit.save(*pair, (), ()))  # type: ignore[misc]

    live()
    rating = Filing("rating", "不满意", citizen="h1", score=2)
    bad = keep(store, file("20250926-00998", rating, Person("citizen", "h1"), START, law_of(name)), timers=())
    marks = {"marks": frozenset({"rating_not_counted"})}
    upheld = after(bad, "uphold", at=moment("2025-10-08 09:00"), state="closed", changes=marks)
    store.write(lambda unit: unit.save(bad, upheld, (), ()))


def differing(store: Store, name: str) -> Iterator[tuple[Span, str, datetime | None]]:
    """For which spans, units and moments the two ways differ."""
    rules = law_of(name)
    reporting, one = Reporting(store, rules), rules.jurisdiction.units[0].name
    for span in SPANS:
        for unit, now in (("", None), ("", NOW), (one, None)):
            slow, quick = counted_by_case.made(store, rules, span, unit, now), reporting.made(span, unit, now)
            if quick != slow or str(quick) != str(slow):  # the order of cases and words too
                yield span, unit, now


def faults(store: Store) -> list[Any]:
    return [fault for fault in verify(store) if fault.what != "timers"]  # the walks keep none


@pytest.mark.parametrize("name", shipped())
def test_figures_and_corrections_are_those_counted_case_by_case(store: Store, name: str) -> None:
    lived(store, name)
    rules, span = law_of(name), SPANS[0]
    reporting = Reporting(store, rules)

    assert list(differing(store, name)) == []
    assert faults(store) == []
    for unit in ("", rules.jurisdiction.units[0].name):
        report = Given("monthly", span.name, unit, span.since, span.until, NOW, reporting.made(span, unit))
        assert reporting.corrected(report) == counted_by_case.corrected(store, rules, report)


@pytest.mark.parametrize("name", ["suining", "yunnan"])
def test_a_book_kept_before_there_were_standings_counts_the_same(store: Store, name: str) -> None:
    lived(store, name)
    filled_anew(store)

    assert list(differing(store, name)) == []
    assert faults(store) == []


def filled_anew(store: Store) -> None:
    """As a migration finds a book, and leaves it."""
    engine = create_engine(store.url, poolclass=NullPool)
    with engine.begin() as link:
        link.execute(delete(standings))
        fill(link)
    engine.dispose()


def kept(store: Store, number: str) -> list[Any]:
    query = select(standings).where(standings.c.number == number).order_by(standings.c.since)
    with store.connection() as link:
        return list(link.execute(query))


def test_a_day_leaves_one_standing_and_the_next_one_ends_it(store: Store) -> None:
    acting = Acting(store)
    number = acting.accepted("2026-03-02 10:00")
    acting.take(number, "supervise", SUPERVISOR, "2026-03-04 09:00", reason="请尽快")

    first, last = kept(store, number)

    assert (first.state, first.since, first.until) == ("handling", moment("2026-03-02 10:00"), last.since)
    assert (last.since, last.until, last.supervised) == (moment("2026-03-04 09:00"), None, moment("2026-03-04 09:00"))
    assert verify(store) == []


def test_an_entry_dated_before_the_one_it_follows_belongs_to_its_day(store: Store) -> None:
    case = keep(store, a_case())
    for at in ("2026-03-05 09:00", "2026-03-04 23:00", "2026-03-05 10:00"):
        before = case
        case = after(before, "mark", at=moment(at))
        store.write(lambda unit, pair=(before, case): unit.save(*pair, (), ()))  # type: ignore[misc]

    assert [row.since for row in kept(store, case.number)] == [moment("2026-03-02 09:00"), moment("2026-03-05 09:00")]

"""Lists for supervisors read little of each case, and are those made of whole cases, whatever was done to the cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from casebook import oversight
from casebook.case import ClockRun, Person
from casebook.law import Law
from casebook.oversight import Listed, lists_honours
from casebook.periods import Span, days
from casebook.rulebook_file import shipped
from casebook.taking import file
from models.forget import NotForgotten, forget_case
from models.store import Store
from scheduler.reporting import Reporting
from tests import listed_by_case
from tests.acting import SUPERVISOR, Acting
from tests.makers import UNIT, a_filing, after, keep, moment
from tests.test_figures import LAW as YUNNAN
from tests.test_lifecycle import START
from tests.test_lifecycle import law as law_of
from tests.test_standings import SPANS, lived

EVER = days(date(2000, 1, 2), date(2999, 12, 30))


def gather(texts: Sequence[str]) -> list[tuple[str, tuple[int, ...]]]:
    """Every other text is of one matter."""
    return [(texts[0][:4], tuple(range(0, len(texts), 2)))] if texts else []


def whole(store: Store, law: Law, span: Span, unit: str) -> dict[str, Any]:
    """All lists, of whole cases."""
    counted = Reporting(store, law).counted(span)
    counted = counted.of_unit(unit) if unit else counted
    return {
        "major": listed_by_case.major(counted.cases),
        "concluded": tuple(case.number for case in listed_by_case.concluded(counted.cases, span)),
        "key_objects": listed_by_case.key_objects(counted, law),
        "honours": listed_by_case.honours(counted, law) if lists_honours(law) else (),
        "hotspots": listed_by_case.hotspots(counted, law),
        "hot": listed_by_case.hot_matters(counted, law, gather),
        "repeated": listed_by_case.repeated(counted),
    }


def quick(store: Store, law: Law, span: Span, unit: str) -> dict[str, Any]:
    found = Reporting(store, law).lists(span, unit)
    return {
        "major": found.major(),
        "concluded": found.concluded(),
        "key_objects": found.key_objects(),
        "honours": found.honours() if lists_honours(law) else (),
        "hotspots": found.hotspots(),
        "hot": found.hot_matters(gather),
        "repeated": found.repeated(),
    }


def easily_listed(law: Law) -> Law:
    """The same, where few cases are enough to stand on a list: random hands make few."""
    return replace(law, read=replace(law.read, key_objects_from=1, hotspot_from=1, honours_more_than=0))


def differing(store: Store, law: Law) -> Iterator[tuple[str, Span, str]]:
    for span in (*SPANS, EVER):
        for unit in ("", *(unit.name for unit in law.jurisdiction.units[:3])):
            slow, fast = whole(store, law, span, unit), quick(store, law, span, unit)
            yield from ((name, span, unit) for name in slow if slow[name] != fast[name])


def complained_of(store: Store, law: Law) -> None:
    """Cases whose respondents are a unit, a person, a place told in two ways, nobody; from people who come again. Two
    are major matters, and true, and were answered late; of them one once more in another month."""
    one = law.jurisdiction.units[0].name
    of = (
        {"respondent": f"{one}窗口", "fields": {"staff_name": "段正淳"}},
        {"respondent": "3号 窗口", "fields": {"staff_name": "段正淳"}},
        {"respondent": "3号窗口"},
        {"kind": "rating", "score": 2, "text": ""},
        {"respondent": " "},
        {"citizen": ""},
    )
    for place in range(24):
        given = {"kind": "complaint", "text": f"第{place}件", "citizen": f"h{place % 3}", **of[place % len(of)]}
        by = Person("citizen", given["citizen"] or "h9")
        keep(store, file(f"20250926-{700 + place:05d}", a_filing(**given), by, START, law), timers=())
    late = ClockRun("resolution", 1, START, START, "第十三条", stopped=START + timedelta(hours=2))
    for place in range(2):
        complaint = a_filing(kind="complaint", respondent=f"{one}窗口")
        case = keep(
            store, file(f"20250926-{800 + place:05d}", complaint, Person("citizen", "h1"), START, law), timers=()
        )
        stood = after(case, "mark", state="handling", changes={"marks": frozenset({"major"})})
        answer = {"verdict": "substantiated", "lead_unit": one, "answers": 1}
        stood = after(stood, "resolve", state="answered", changes=answer, clocks=(late,))
        if place:
            stood = after(stood, "resolve", at=moment("2025-10-08 10:00"), state="answered")
        store.write(lambda unit, pair=(case, stood): unit.save(*pair, (), ()))  # type: ignore[misc]


def let_go(store: Store) -> None:
    """The persons of some concluded cases."""
    for number in store.read(lambda unit: unit.numbers(sorted(oversight.CONCLUDED), limit=4)):
        with suppress(NotForgotten):
            forget_case(store, number, SUPERVISOR, "本人要求", moment("2027-01-01 09:00"))


@pytest.mark.parametrize("name", shipped())
def test_lists_are_those_made_of_whole_cases(store: Store, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (oversight, listed_by_case):
        monkeypatch.setattr(module, "MOST_GATHERED", 7)
    monkeypatch.setattr("scheduler.lists.MOST_GATHERED", 7)
    monkeypatch.setattr("scheduler.lists.LOT", 3)
    lived(store, name)
    law = easily_listed(law_of(name))
    complained_of(store, law)
    let_go(store)

    assert list(differing(store, law)) == []
    made = quick(store, law, SPANS[0], "")
    assert all(made[each] for each in made if each != "honours" or lists_honours(law)), made


def test_lists_are_made_without_a_case_and_its_history(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    acting = Acting(store)
    numbers = tuple(acting.answered("2026-03-02 10:00", citizen=f"h{place}") for place in range(3))
    monkeypatch.setattr("models.unit.Unit.load", None)
    monkeypatch.setattr("models.unit.Unit.find", None)

    found = quick(store, YUNNAN, days(date(2026, 3, 1), date(2026, 3, 31)), UNIT)

    assert found["key_objects"] == (Listed("unit", UNIT, numbers),)
    assert found["concluded"] == numbers


def test_a_case_let_go_while_a_list_is_made_is_passed_over(store: Store) -> None:
    acting = Acting(store)
    number = acting.answered("2026-03-02 10:00")
    found = Reporting(store, YUNNAN).lists(days(date(2026, 3, 1), date(2026, 3, 31)))
    (group,) = found._groups
    gone = replace(group, numbers=("20260302-99999", number), count=2)
    found.__dict__["_groups"] = (gone,)

    assert [case.number for case in found._opened] == [number]

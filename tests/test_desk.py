"""The desk on a real store: a step, its notices and its timers stand together or not at all, and come once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from casebook.case import Command, Person
from casebook.errors import Conflict, NoSuchCase, NotAllowed
from casebook.holiday_notices import parse_notice
from casebook.numbers import is_number
from models.store import Store
from models.verify import verify
from tests.acting import CITIZEN, DISPATCHER, FOUND, OFFICER, SUPERVISOR, Acting
from tests.makers import UNIT, moment

COLLEAGUE = Person("officer", "吴经办", UNIT)
GROUP = f"unit:{UNIT}"
FILER = str(CITIZEN)
OTHER = Person("citizen", "handle765432")
NEW_YEAR = """
year = 2027
title = "臆造的2027年放假通知"
document = "臆造〔2026〕1号"
issued = 2026-11-20
source = "测试"

[[holiday]]
name = "元旦"
from = 2027-01-01
to = 2027-01-04
days = 4
"""


@pytest.fixture
def office(store: Store) -> Acting:
    return Acting(store)


def states(office: Acting, number: str) -> list[str]:
    return [entry.state for entry in office.case(number).history]


def test_a_case_goes_from_the_filing_to_the_rating(office: Acting) -> None:
    number = office.file("2026-03-02 10:00")
    assert is_number(number)
    office.take(number, "dispatch", DISPATCHER, "2026-03-02 11:00", to=[UNIT])
    office.take(number, "accept", OFFICER, "2026-03-02 14:00")
    office.take(number, "resolve", OFFICER, "2026-03-05 10:00", **FOUND)
    case = office.take(number, "rate", CITIZEN, "2026-03-05 11:00", score=5)

    assert states(office, number) == ["awaiting_dispatch", "awaiting_acceptance", "handling", "answered", "closed"]
    assert case == office.case(number)
    assert case.closed == moment("2026-03-05 11:00")
    assert not case.running
    assert office.told(number) == [
        ("receipt", FILER),
        ("new_case", "dispatchers"),
        ("dispatch_order", GROUP),
        ("progress", FILER),
        ("acceptance_notice", FILER),
        ("answer", FILER),
        ("survey", FILER),
        ("survey_thanks", FILER),
    ]
    assert office.timers(number) == []
    assert verify(office.store) == []


def test_a_refused_step_leaves_no_trace(office: Acting) -> None:
    number = office.dispatched()
    before, told, timers = office.case(number), office.told(number), office.timers(number)
    for step, by, facts in (
        ("decline", OFFICER, {"reason": "不归我管"}),
        ("accept", Person("officer", "王经办", "市公安局"), {}),
        ("rate", CITIZEN, {"score": 5}),
        ("no_such_step", OFFICER, {}),
    ):
        with pytest.raises(NotAllowed):
            office.take(number, step, by, "2026-03-02 12:00", **facts)
    with pytest.raises(NoSuchCase):
        office.take("20260302-99999", "accept", OFFICER, "2026-03-02 12:00")
    assert (office.case(number), office.told(number), office.timers(number)) == (before, told, timers)


def test_a_refused_step_takes_no_number_of_a_paper(office: Acting) -> None:
    """Even where the refusal is caught inside the transaction, as a conversation does."""
    number, second = office.dispatched(), office.dispatched()

    def refused_then_accepted(unit: object) -> None:
        with pytest.raises(NotAllowed):
            office.desk.take(unit, number, Command("accept", CITIZEN, moment("2026-03-02 12:00")))  # type: ignore[arg-type]
        office.desk.take(unit, number, Command("accept", OFFICER, moment("2026-03-02 12:00")))  # type: ignore[arg-type]

    office.store.write(refused_then_accepted)
    office.take(second, "accept", OFFICER, "2026-03-02 12:01")
    papers = [office.case(one).history[-1].facts["paper"] for one in (number, second)]
    assert papers == ["2026-00001", "2026-00002"]


def test_who_reads_an_old_case_cannot_save_over_a_new_one(office: Acting) -> None:
    number = office.dispatched()
    old = office.case(number)
    office.take(number, "accept", OFFICER, "2026-03-02 12:00")
    told = office.told(number)

    def late(unit: object) -> None:
        after = old.with_entry(office.case(number).history[-1])
        unit.save(old, after, (), ())  # type: ignore[attr-defined]

    with pytest.raises(Conflict):
        office.store.write(late)
    assert office.told(number) == told


def test_two_who_accept_at_once_accept_once(open_store: Callable[[str], Store], database_url: str) -> None:
    offices = [Acting(open_store(database_url)), Acting(open_store(database_url))]
    number = offices[0].dispatched()
    gate = threading.Barrier(2)

    def accept(which: int) -> str:
        gate.wait()
        try:
            offices[which].take(number, "accept", OFFICER, "2026-03-02 12:00")
        except NotAllowed as error:
            return error.code
        return "accepted"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(accept, range(2))) == ["accepted", "not_now"]
    assert [entry.step for entry in offices[0].case(number).history].count("accept") == 1
    assert offices[0].told(number).count(("acceptance_notice", FILER)) == 1


def test_notices_are_keyed_by_case_entry_message_and_address(office: Acting) -> None:
    number = office.dispatched()
    assert [row.key for row in office.rows(number)] == [
        f"{number}/1/receipt/{FILER}",
        f"{number}/1/new_case/dispatchers",
        f"{number}/2/dispatch_order/{GROUP}",
        f"{number}/2/progress/{FILER}",
    ]


def test_free_words_of_a_notice_are_sealed_with_the_private_ones(office: Acting) -> None:
    """What people write may hold anything: never among the open facts of a notice or of an entry."""
    number, words = office.dispatched(), "请打13800000000找张三丰"
    office.take(number, "hand_back", OFFICER, "2026-03-02 12:00", reason=words)
    office.take(number, "dispatch", DISPATCHER, "2026-03-02 12:05", to=[UNIT])
    office.take(number, "accept", OFFICER, "2026-03-02 12:10")
    office.take(number, "resolve", OFFICER, "2026-03-02 12:15", findings=words)
    office.take(number, "rate", CITIZEN, "2026-03-02 12:20", score=1, text=words)
    office.take(number, "supervise", SUPERVISOR, "2026-03-02 12:25", text=words)
    for row in office.rows(number):
        assert "13800000000" not in str(row.facts), row.message
        if not row.to.startswith("citizen:"):
            assert "13800000000" not in str(row.private), row.message
            assert "张三丰" not in str(row.private), row.message
    assert all("13800000000" not in str(entry.facts) for entry in office.case(number).history)


def test_a_step_replaces_the_timers_that_no_longer_hold(office: Acting) -> None:
    number = office.file("2026-03-02 10:00")
    assert {timer.clock for timer in office.timers(number)} == {"dispatch"}
    office.take(number, "dispatch", DISPATCHER, "2026-03-02 11:00", to=[UNIT])
    assert {timer.clock for timer in office.timers(number)} == {"acceptance"}
    office.take(number, "accept", OFFICER, "2026-03-02 14:00")
    waiting = office.timers(number)
    assert {timer.clock for timer in waiting} == {"resolution"}
    assert {timer.clock for timer in office.timers(number, "withdrawn")} == {"dispatch", "acceptance"}
    office.take(number, "extend", OFFICER, "2026-03-03 14:00", days=5, reason="复杂")
    moved = office.timers(number)
    assert len(moved) == len(waiting)
    assert not {timer.key for timer in moved} & {timer.key for timer in waiting}
    office.take(number, "withdraw", CITIZEN, "2026-03-04 14:00")
    assert office.timers(number) == []


def test_a_sweep_fires_each_timer_once_at_its_time(office: Acting) -> None:
    number = office.dispatched()
    quiet = office.told(number)
    assert office.sweep("2026-03-04 08:59") == 0
    assert office.sweep("2026-03-04 09:00") == 1
    assert office.sweep("2026-03-04 09:00") == 0
    assert office.told(number) == [*quiet, ("due_soon", GROUP)]
    assert office.sweep("2026-03-05 17:30") == 2
    assert office.sweep("2026-03-05 17:31") == 0
    assert office.told(number)[-2:] == [("overdue", "supervisors"), ("overdue", GROUP)]
    assert verify(office.store) == []


def test_a_late_sweep_tells_what_is_late_and_no_longer_what_was_soon(office: Acting) -> None:
    """The office was closed for weeks: no 'soon' for what is past, one message of each sort and address."""
    number = office.dispatched()
    quiet = office.told(number)
    while office.sweep("2026-03-30 10:00"):
        pass
    told = office.told(number)[len(quiet) :]
    assert sorted(told) == [
        ("overdue", "supervisors"),
        ("overdue", GROUP),
        ("overdue_escalation", "leader:马局长@市自然资源局"),
        ("overdue_escalation", "supervisors"),
    ]


def test_of_two_reminders_missed_only_the_last_is_sent(office: Acting) -> None:
    number = office.accepted()  # due on 16 March, reminders on the 11th and the 13th
    quiet = office.told(number)
    while office.sweep("2026-03-13 10:00"):
        pass
    assert office.told(number)[len(quiet) :] == [("due_soon", GROUP)]


def test_a_timer_that_the_case_no_longer_wants_tells_nothing(office: Acting) -> None:
    """The sweep has read its timers when the unit accepts: the reminder must not go out behind it."""
    number = office.dispatched()
    (timer,) = (timer for timer in office.timers(number) if timer.what == "due_soon")
    office.take(number, "accept", OFFICER, "2026-03-04 08:59")
    told = office.told(number)
    office.store.write(lambda unit: office.desk.fire(unit, timer, moment("2026-03-04 09:00")))
    assert office.told(number) == told


def test_two_sweepers_fire_each_timer_once(open_store: Callable[[str], Store], database_url: str) -> None:
    offices = [Acting(open_store(database_url)), Acting(open_store(database_url))]
    numbers = [offices[0].dispatched(citizen=f"handle{place:06}") for place in range(12)]
    gate = threading.Barrier(2)

    def sweep(which: int) -> int:
        gate.wait()
        fired = 0
        while batch := offices[which].store.write(
            lambda unit: offices[which].desk.sweep(unit, moment("2026-03-04 09:00"), limit=3)
        ):
            fired += batch
        return fired

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(sweep, range(2))) == len(numbers)
    for number in numbers:
        assert offices[0].told(number).count(("due_soon", GROUP)) == 1


def test_a_merge_changes_both_cases_or_neither(office: Acting) -> None:
    first = office.accepted()
    second = office.dispatched("2026-03-03 10:00", citizen=OTHER.name)
    before = office.case(first)

    def torn(unit: object) -> None:
        command = Command("merge", OFFICER, moment("2026-03-03 11:00"), {"into": first})
        office.desk.take(unit, second, command)  # type: ignore[arg-type]
        raise RuntimeError("the plug is pulled")

    with pytest.raises(RuntimeError):
        office.store.write(torn)
    assert office.case(first) == before
    assert office.case(second).state == "awaiting_acceptance"

    office.take(second, "merge", OFFICER, "2026-03-03 11:00", into=first)
    merged, kept = office.case(second), office.case(first)
    assert (merged.state, merged.merged_into, merged.running) == ("merged", first, ())
    assert (kept.state, kept.followers, kept.linked) == ("handling", (str(OTHER),), (second,))
    assert kept.run("resolution") == before.run("resolution")
    assert office.timers(second) == []
    assert verify(office.store) == []


def test_a_case_merged_away_brings_along_those_merged_into_it(office: Acting) -> None:
    third = Person("citizen", "handle555555")
    cases = [office.dispatched(citizen=who.name) for who in (CITIZEN, OTHER, third)]
    office.take(cases[2], "merge", OFFICER, "2026-03-02 11:00", into=cases[1])
    office.take(cases[1], "merge", OFFICER, "2026-03-02 11:01", into=cases[0])
    office.take(cases[0], "accept", OFFICER, "2026-03-02 11:02")
    told = office.told(cases[0])
    for who in (CITIZEN, OTHER, third):
        assert told.count(("acceptance_notice", str(who))) == 1


def test_a_follower_may_rate_but_not_withdraw(office: Acting) -> None:
    first, second = office.accepted(), office.dispatched(citizen=OTHER.name)
    office.take(second, "merge", OFFICER, "2026-03-02 11:00", into=first)
    with pytest.raises(NotAllowed, match="not_your_case"):
        office.take(first, "withdraw", OTHER, "2026-03-02 12:00")
    office.take(first, "resolve", OFFICER, "2026-03-02 12:01", **FOUND)
    assert office.take(first, "rate", OTHER, "2026-03-02 12:02", score=4).state == "closed"


def test_who_is_complained_of_has_no_hand_in_the_case(office: Acting) -> None:
    number = office.dispatched(fields={"staff_name": OFFICER.name})
    with pytest.raises(NotAllowed, match="barred"):
        office.take(number, "accept", OFFICER, "2026-03-02 11:00")
    colleague = Person("officer", "吴经办", UNIT)
    assert office.take(number, "accept", colleague, "2026-03-02 11:00").state == "handling"


def test_vain_revisits_are_counted_from_the_last_answer(office: Acting) -> None:
    number = office.answered()
    for at in ("2026-03-03 10:00", "2026-03-03 11:00"):
        assert office.take(number, "revisit", COLLEAGUE, at, reached=False).state == "answered"
    office.take(number, "rate", CITIZEN, "2026-03-03 12:00", score=1)
    office.take(number, "supervise", SUPERVISOR, "2026-03-03 13:00")
    office.take(number, "resolve", OFFICER, "2026-03-03 14:00", **FOUND)
    assert [
        office.take(number, "revisit", COLLEAGUE, f"2026-03-04 1{hour}:00", reached=False).state for hour in range(3)
    ] == ["answered", "answered", "closed"]


def test_a_closed_case_that_is_found_unsolved_is_no_longer_closed(office: Acting) -> None:
    number = office.answered()
    office.take(number, "rate", CITIZEN, "2026-03-03 10:00", score=4)
    case = office.take(number, "revisit", COLLEAGUE, "2026-03-10 10:00", reached=True, score=2)
    assert (case.state, case.closed) == ("answered", None)


def test_a_step_cannot_be_dated_before_the_last_one(office: Acting) -> None:
    number = office.dispatched("2026-03-02 10:00")
    with pytest.raises(NotAllowed, match="before_last_entry"):
        office.take(number, "accept", OFFICER, "2026-03-02 09:59")


def test_what_is_open_to_somebody_is_what_he_may_take(office: Acting) -> None:
    number = office.dispatched()
    case = office.case(number)
    assert "accept" in office.desk.allowed(case, OFFICER, moment("2026-03-02 11:00"))
    assert office.desk.allowed(case, Person("officer", "王经办", "市公安局"), moment("2026-03-02 11:00")) == ()
    assert "withdraw" in office.desk.allowed(case, CITIZEN, moment("2026-03-02 11:00"))
    assert "resolve" not in office.desk.allowed(case, OFFICER, moment("2026-03-02 11:00"))


def test_a_holiday_notice_moves_provisional_dates_and_tells_both_sides(office: Acting) -> None:
    number = office.accepted("2026-12-28 10:00")
    run = office.case(number).run("resolution")
    assert run is not None
    assert (run.due, run.provisional) == (moment("2027-01-12 17:30"), True)
    told, timers = office.told(number), {timer.key for timer in office.timers(number)}

    after = Acting(office.store, [parse_notice(NEW_YEAR, "2027.toml")])
    changed = office.store.write(lambda unit: after.desk.recount(unit, moment("2026-12-29 09:00")))

    run = office.case(number).run("resolution")
    assert changed == [number]
    assert run is not None
    # Four days off instead of one and the weekend: 29, 30, 31 December, 5–8 and 11–13 January.
    assert (run.due, run.provisional) == (moment("2027-01-13 17:30"), False)
    assert office.told(number)[len(told) :] == [("progress", FILER), ("progress", GROUP)]
    assert not {timer.key for timer in office.timers(number)} & timers
    assert office.store.write(lambda unit: after.desk.recount(unit, moment("2026-12-29 09:01"))) == []
    assert verify(office.store) == []


def test_a_holiday_notice_that_moves_nothing_tells_nobody(office: Acting) -> None:
    number = office.accepted("2026-12-28 10:00")
    told = office.told(number)
    work = NEW_YEAR + "work = [2027-01-09]\n"  # the fourth day off is worked off on a Saturday before the date
    after = Acting(office.store, [parse_notice(work, "2027.toml")])
    changed = office.store.write(lambda unit: after.desk.recount(unit, moment("2026-12-29 09:00")))
    run = office.case(number).run("resolution")
    assert changed == [number]
    assert run is not None
    assert (run.due, run.provisional) == (moment("2027-01-12 17:30"), False)
    assert office.told(number) == told


def test_a_holiday_notice_moves_how_far_an_extension_may_reach(office: Acting) -> None:
    """The date itself is sure, the twentieth working day is not: no stretch of it may be won or lost by the guess."""
    number = office.accepted("2026-12-14 10:00")
    with pytest.raises(NotAllowed, match="extension_too_long"):
        office.take(number, "extend", OFFICER, "2026-12-15 10:00", until="2027-01-13", reason="复杂")
    told = office.told(number)
    after = Acting(office.store, [parse_notice(NEW_YEAR, "2027.toml")])
    assert office.store.write(lambda unit: after.desk.recount(unit, moment("2026-12-15 11:00"))) == [number]
    assert office.told(number) == told
    with pytest.raises(NotAllowed, match="extension_too_long"):
        after.take(number, "extend", OFFICER, "2026-12-15 12:00", days=11, reason="复杂")
    run = after.take(number, "extend", OFFICER, "2026-12-15 12:00", days=10, reason="复杂").run("resolution")
    assert run is not None
    assert run.due == moment("2027-01-13 17:30")


def test_a_holiday_notice_leaves_dates_alone_that_it_does_not_concern(office: Acting) -> None:
    number = office.accepted("2026-12-01 10:00")
    after = Acting(office.store, [parse_notice(NEW_YEAR, "2027.toml")])
    assert office.store.write(lambda unit: after.desk.recount(unit, moment("2026-12-02 09:00"))) == []
    assert office.case(number).history[-1].step == "accept"

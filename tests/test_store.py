"""The store as the casebook sees it: entries, snapshots, timers and notices happen together, on both databases."""

from __future__ import annotations

import fcntl
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import StatementError

from casebook.case import ClockRun, Entry, Person, replay
from casebook.errors import Conflict, NoSuchCase, NotKept
from models.engine import SAFE_SQLITE
from tests.makers import ZONE, a_case, a_filing, a_notice, a_timer, after, filed, keep, moment


def load(store, case):
    return store.read(lambda unit: unit.load(case.number))


def test_a_case_comes_back_as_it_was_saved(store):
    case = keep(store, a_case(fields={"event_time": moment("2026-02-25 10:00")}, evidence=("p1", "p2")))
    case = advance(store, case, changes={"marks": frozenset({"urgent"}), "co_units": ("甲局", "乙局")})

    found = load(store, case)

    assert found == case
    assert found.history == case.history
    assert found.history[0].at.tzinfo == ZONE


def advance(store, case, notices=(), timers=(), **parts):
    news = after(case, **parts)
    store.write(lambda unit: unit.save(case, news, notices, timers))
    return news


def test_a_case_that_is_not_there_is_named_in_the_error(store):
    with pytest.raises(NoSuchCase, match="20260302-99999"):
        store.read(lambda unit: unit.load("20260302-99999"))
    assert store.read(lambda unit: unit.find("20260302-99999")) is None


def test_serials_have_no_gaps_even_after_a_failure(store):
    def fail(unit):
        unit.next_serial("day")
        raise ZeroDivisionError

    first = store.write(lambda unit: unit.next_serial("day"))
    with pytest.raises(ZeroDivisionError):
        store.write(fail)

    assert (first, store.write(lambda unit: unit.next_serial("day"))) == (1, 2)
    assert store.write(lambda unit: unit.next_serial("another")) == 1


def test_all_of_a_transaction_is_kept_or_nothing(store):
    case = a_case()

    def fail(unit):
        filed(unit, case, [a_notice()])
        unit.save_talk("handle234567", {"step": 1}, case.filed)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.write(fail)

    assert store.read(lambda unit: unit.find(case.number)) is None
    assert store.read(lambda unit: (unit.outbox_waiting(), unit.next_timer_at(), unit.talk("handle234567"))) == (
        0,
        None,
        None,
    )


def test_saving_over_somebody_elses_step_is_a_conflict_and_changes_nothing(store):
    case = keep(store, a_case())
    won = advance(store, case, by=Person("dispatcher", "赵"))

    with pytest.raises(Conflict):
        advance(store, case, by=Person("dispatcher", "钱"), notices=[a_notice("late")])

    assert load(store, case) == won
    assert store.read(lambda unit: unit.outbox_row("late")) is None


def test_filing_a_number_twice_is_a_conflict(store):
    case = keep(store, a_case())

    with pytest.raises(Conflict):
        keep(store, a_case(text="别的事"))

    assert load(store, case) == case


def test_a_function_that_meets_a_conflict_runs_again_on_the_new_case(store):
    case = keep(store, a_case())
    seen = []

    def take(unit):
        before = unit.load(case.number)
        seen.append(before.version)
        if len(seen) == 1:
            raise Conflict("somebody was first")
        unit.save(before, after(before), (), ())
        return before.version

    assert store.write(take) == 1
    assert seen == [1, 1]


def test_a_conflict_that_lasts_is_told_after_three_more_tries(store):
    tries = []

    def lose(unit):
        tries.append(1)
        raise Conflict("again")

    with pytest.raises(Conflict):
        store.write(lose)

    assert len(tries) == 4


def test_entries_that_leave_a_gap_are_refused(store):
    case = keep(store, a_case())
    gap = case.with_entry(Entry(3, case.filed, Person("clock"), "dispatch", "awaiting_acceptance"))

    with pytest.raises(ValueError, match="one by one"):
        store.write(lambda unit: unit.save(case, gap, (), ()))


def test_several_steps_can_be_taken_in_one_transaction(store):
    case = a_case()

    def both(unit):
        filed(unit, case)
        unit.save(case, after(case), (), ())
        second = unit.load(case.number)
        unit.save(second, after(second, "accept", state="handling"), (), ())

    store.write(both)

    assert [entry.step for entry in load(store, case).history] == ["file", "dispatch", "accept"]


def test_queues_find_cases_by_state_unit_kind_and_day(store):
    first = keep(store, a_case("20260302-00015"))
    keep(store, a_case("20260303-00023", at=moment("2026-03-03 09:00"), kind="consultation"))
    advance(store, first, changes={"lead_unit": "甲局", "co_units": ("乙局",)})

    def numbers(**wishes):
        return store.read(lambda unit: unit.numbers(**wishes))

    assert numbers() == numbers(limit=None) == ["20260302-00015", "20260303-00023"]
    assert numbers(limit=None, offset=1) == ["20260303-00023"]
    assert numbers(state="awaiting_dispatch") == ["20260303-00023"]
    assert numbers(state=["awaiting_dispatch", "awaiting_acceptance"], limit=1) == ["20260302-00015"]
    assert numbers(unit="甲局") == numbers(unit="乙局") == ["20260302-00015"]
    assert numbers(unit="丙局") == []
    assert numbers(kind="consultation") == numbers(filed_from=moment("2026-03-03 00:00")) == ["20260303-00023"]
    assert numbers(filed_to=moment("2026-03-03 00:00")) == ["20260302-00015"]
    assert store.read(lambda unit: unit.count_by_state()) == {"awaiting_dispatch": 1, "awaiting_acceptance": 1}


def test_a_case_that_changes_hands_leaves_the_old_units_queue(store):
    case = advance(store, keep(store, a_case()), changes={"lead_unit": "甲局"})
    advance(store, case, changes={"lead_unit": "乙局"})

    assert store.read(lambda unit: unit.numbers(unit="甲局")) == []
    assert store.read(lambda unit: unit.numbers(unit="乙局")) == [case.number]


def test_a_citizen_sees_the_own_cases_newest_first(store):
    keep(store, a_case("20260302-00015", citizen="aaa"))
    keep(store, a_case("20260303-00023", at=moment("2026-03-03 09:00"), citizen="aaa"))
    keep(store, a_case("20260304-00031", citizen="bbb"))
    keep(store, a_case("20260304-00049", citizen=""))

    def mine(handle):
        return [case.number for case in store.read(lambda unit: unit.cases_of(handle))]

    assert mine("aaa") == ["20260303-00023", "20260302-00015"]
    assert mine("") == []


def test_cases_are_found_by_telephone_and_by_words_without_storing_either(store):
    keep(store, a_case(phone="13800000000", text="材料 齐全\n不受理"))

    assert store.read(lambda unit: unit.numbers_by_phone("13800000000")) == ["20260302-00015"]
    assert store.read(lambda unit: unit.numbers_by_text("材料齐全不受理")) == ["20260302-00015"]
    assert store.read(lambda unit: unit.numbers_by_phone("13900000000")) == []


def test_cases_with_a_running_clock_are_open(store):
    case = keep(store, a_case())
    before = store.read(lambda unit: unit.open_numbers())
    stopped = replace(case.clocks[0], stopped=case.filed, stopped_by="dispatch")

    advance(store, case, clocks=(stopped,))

    assert (before, store.read(lambda unit: unit.open_numbers())) == ([case.number], [])


def test_the_most_pressing_case_is_due_first(store):
    keep(store, a_case("20260302-00015"))
    keep(store, a_case("20260302-00023", at=moment("2026-03-01 09:00")))

    due = store.read(lambda unit: unit.due_before(moment("2026-03-04 00:00")))

    assert due == ["20260302-00023", "20260302-00015"]


def test_timers_come_when_their_moment_has_come_oldest_first(store):
    case = a_case()
    soon, late = a_timer(case, "due_soon", moment("2026-03-02 17:00")), a_timer(case, "overdue")
    keep(store, case, timers=[late, soon])

    def due(at):
        return [timer.what for timer in store.write(lambda unit: unit.due_timers(moment(at), 10))]

    assert due("2026-03-02 16:59") == []
    assert due("2026-03-02 17:00") == ["due_soon"]
    assert due("2026-03-09 09:00") == ["due_soon", "overdue"]
    assert store.read(lambda unit: unit.next_timer_at()) == moment("2026-03-02 17:00")


def test_a_fired_timer_stays_fired_even_if_the_case_still_wants_it(store):
    case = a_case()
    timer = a_timer(case)
    keep(store, case, timers=[timer])
    store.write(lambda unit: unit.fired(timer.key, timer.at))

    advance(store, case, timers=[timer])

    assert store.write(lambda unit: unit.due_timers(moment("2027-01-01 00:00"), 10)) == []
    assert store.read(lambda unit: unit.timers_of(case.number, "fired")) == [timer]


def test_timers_not_wanted_any_more_are_withdrawn_and_come_back_when_wanted_again(store):
    case = a_case()
    timer = a_timer(case, facts={"days": 1})
    keep(store, case, timers=[timer])

    case = advance(store, case, timers=[])
    withdrawn = store.read(lambda unit: unit.timers_of(case.number, "withdrawn"))
    advance(store, case, timers=[replace(timer, at=timer.at + timedelta(days=2))])

    assert withdrawn == [timer]
    assert [pending.at for pending in store.read(lambda unit: unit.timers_of(case.number))] == [
        timer.at + timedelta(days=2)
    ]


def test_looks_are_recorded_in_order(store):
    case = keep(store, a_case())
    ten, eleven = moment("2026-03-02 10:00"), moment("2026-03-02 11:00")
    store.write(lambda unit: unit.looked(case.number, "officer:李@甲局", "identity", "回电话", ten))
    store.write(lambda unit: unit.looked(case.number, "dispatcher:赵", "matter", "", eleven))

    looks = store.read(lambda unit: unit.looks(case.number))

    assert [(look.by, look.what, look.at) for look in looks] == [
        ("officer:李@甲局", "identity", ten),
        ("dispatcher:赵", "matter", eleven),
    ]


@pytest.mark.parametrize(
    "text", ["表情😀👨‍👩‍👧", "零宽\u200b与\u202e反向", "空\0字节", "半个\ud83d表情", "引号'\"]]>{}%s", "字" * 20_000]
)
def test_any_text_comes_back_byte_for_byte(store, text):
    case = keep(store, a_case(text=text, name=text[:20]))

    assert load(store, case) == case


def test_values_of_every_kind_survive_in_facts(store):
    facts = {"at": moment("2026-03-02 09:00"), "to": ("甲局", "乙局"), "list": [1, 2.5, None, True], "$odd": {"a": {}}}
    case = advance(store, keep(store, a_case()), facts=facts, private={"set": frozenset({"a"}), "who": Person("clock")})

    assert load(store, case).history[1] == case.history[1]


def test_a_moment_without_zone_is_refused(store):
    with pytest.raises(StatementError, match="without a zone"):
        store.write(lambda unit: unit.save_talk("h", {}, moment("2026-03-02 09:00").replace(tzinfo=None)))


def test_what_cannot_be_kept_is_refused_with_its_kind(store):
    with pytest.raises(TypeError, match="object"):
        store.write(lambda unit: unit.save_talk("h", {"x": object()}, moment("2026-03-02 09:00")))


def test_a_store_in_memory_works_alike(memory_store):
    case = keep(memory_store, a_case(), notices=[a_notice()])

    assert load(memory_store, case) == case
    assert memory_store.read(lambda unit: unit.outbox_waiting()) == 1


def test_a_transaction_inside_a_transaction_is_told_at_once(memory_store):
    with pytest.raises(RuntimeError, match="use the Unit at hand"):
        memory_store.write(lambda unit: memory_store.write(lambda inner: None))


def test_a_store_says_what_it_runs_on(store, database_url):
    name = "SQLite 3." if database_url.startswith("sqlite") else "PostgreSQL 1"

    assert store.engine_version().startswith(name)


def test_an_address_of_another_database_is_refused(open_store):
    with pytest.raises(ValueError, match="mysql"):
        open_store("mysql://localhost/huiying")


def test_an_entry_may_set_a_new_filing_and_a_new_clock(store):
    case = keep(store, a_case())
    run = ClockRun(
        "acceptance", 1, case.filed, case.filed + timedelta(days=3), "第十一条", working_days=3, provisional=True
    )
    case = advance(store, case, changes={"filing": a_filing(text="补充后的话")}, clocks=(run,))

    found = load(store, case)

    assert found.filing.text == "补充后的话"
    assert found.run("acceptance") == run
    assert replay(case.number, found.history) == found


def test_what_could_lose_data_is_said_at_the_start(store):
    """The SQLite at hand may have the WAL-reset fault; the PostgreSQL of the tests runs without fsync."""
    old = sqlite3.sqlite_version_info < SAFE_SQLITE
    wanted = {"sqlite": ["can corrupt a WAL"] if old else [], "postgresql": ["fsync, full_page_writes off"]}

    said = store.concerns()

    assert len(said) == len(wanted[store.url.get_backend_name()])
    assert all(part in line for part, line in zip(wanted[store.url.get_backend_name()], said, strict=True))


def test_where_a_file_cannot_be_kept_safely_nothing_is_written(tmp_path, monkeypatch, open_store):
    """A file system without shared memory has no WAL; SQLite would go on quietly in another mode."""
    monkeypatch.chdir(tmp_path)
    store = open_store("sqlite:///file:book.db?vfs=unix-dotfile&uri=true")

    with pytest.raises(NotKept):
        store.write(lambda unit: unit.next_serial("day"))


def test_one_process_writes_to_an_sqlite_file_at_a_time(sqlite_url, open_store):
    """The lock is held from the first read of a transaction until it is on the disk, and by nobody in between."""
    store = open_store(sqlite_url)
    lock = Path(f"{sqlite_url.removeprefix('sqlite:///')}.lock")

    def is_free():
        with lock.open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

    assert store.write(lambda unit: is_free()) is False
    assert is_free()

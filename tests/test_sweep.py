"""The sweep: reminders come in time, together, once, and one that cannot be carried out holds up nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import bindparam
from sqlalchemy import text as sql

from casebook.case import Command, Person
from casebook.desk import Desk
from casebook.wording import say
from models.store import Store
from models.tables import timers
from models.verify import verify
from office.law import read_law
from scheduler import sweep as sweeping
from scheduler.daily import Daily
from scheduler.sweep import Sweep
from tests.makers import ZONE, a_filing, moment
from tests.test_store_faults import together

LAW = read_law("yunnan", ZONE)
DESK = Desk(LAW)
UNIT = "市自然资源局"
FRIDAY = moment("2026-03-06 09:30")
DISPATCHER = Person("dispatcher", "赵调度")
OFFICER = Person("officer", "李经办", UNIT)


def handling(store: Store, count: int, at: datetime = FRIDAY, **filing: object) -> list[str]:
    """So many cases, dispatched to one unit at that moment and not accepted yet."""

    def make(unit: object) -> list[str]:
        numbers = []
        for index in range(count):
            who = f"handle{index:06d}"
            case = DESK.file(unit, a_filing(citizen=who, text=f"第{index}件事", **filing), Person("citizen", who), at)
            DESK.take(unit, case.number, Command("dispatch", DISPATCHER, at, {"to": UNIT}))
            numbers.append(case.number)
        return numbers

    return store.write(make)


def sent_to(store: Store, to: str) -> list:
    return store.read(lambda unit: unit.notices_for(to, 0, 10_000))


def reminders(store: Store, to: str) -> list:
    names = {*sweeping.reminders.AHEAD.values(), "due_soon", "overdue", "overdue_escalation", "reminders"}
    return [row for row in sent_to(store, to) if row.message in names]


def test_one_reminder_alone_goes_as_it_is_with_its_own_key(store: Store) -> None:
    [number] = handling(store, 1)
    timer = min(store.read(lambda unit: unit.timers_of(number)), key=lambda timer: timer.at)

    assert Sweep(store, DESK).run(timer.at) >= 1

    assert timer.key in [row.key for row in reminders(store, timer.to)]


def test_a_weekends_outage_ends_in_one_message_a_room_on_monday(store: Store) -> None:
    numbers = handling(store, 130)
    late = moment("2026-04-06 03:00")  # long past every limit of theirs, and at night

    assert Sweep(store, DESK).run(late) == 0
    opening = LAW.calendar.next_opening(late)
    assert Sweep(store, DESK).run(opening) > 0

    [told] = reminders(store, f"unit:{UNIT}")
    text = say(told.message, told.facts)
    assert told.message == "reminders"
    assert all(number in text for number in numbers)
    assert len(reminders(store, "supervisors")) == 1
    assert Sweep(store, DESK).run(opening + timedelta(minutes=1)) == 0
    assert verify(store) == []


def test_a_reminder_to_do_something_is_dropped_once_its_moment_is_past(store: Store) -> None:
    [number] = handling(store, 1)
    after_all = LAW.calendar.next_opening(moment("2026-06-01 10:00"))

    Sweep(store, DESK).run(after_all)

    assert not [row for row in reminders(store, f"unit:{UNIT}") if row.message in sweeping.reminders.STALE]
    assert store.read(lambda unit: unit.timers_of(number)) == []


def test_outside_office_hours_only_the_urgent_is_told(store: Store) -> None:
    handling(store, 1)
    [urgent] = handling(store, 1, urgent=True)
    night = moment("2026-04-05 22:00")

    Sweep(store, DESK).run(night)

    assert {row.case for row in reminders(store, f"unit:{UNIT}")} <= {urgent}
    assert reminders(store, "supervisors")


@pytest.mark.parametrize(("later", "told"), [(timedelta(minutes=1), True), (timedelta(hours=3), False)])
def test_what_runs_out_at_the_close_is_told_at_the_close_but_not_at_night(
    store: Store, later: timedelta, told: bool
) -> None:
    [number] = handling(store, 1)
    [run] = store.read(lambda unit: unit.load(number)).running

    Sweep(store, DESK).run(run.due + later)

    assert any(row.message == "overdue" for row in reminders(store, f"unit:{UNIT}")) is told


def test_a_case_that_cannot_be_read_holds_up_nobody_and_is_named(store: Store) -> None:
    broken, *others = handling(store, 4)
    spoil(store, broken)
    when = LAW.calendar.next_opening(moment("2026-04-06 03:00"))

    Sweep(store, DESK).run(when)

    stuck = store.read(lambda unit: unit.timers_stuck())
    assert {timer.case for timer, _ in stuck} == {broken}
    assert all(why for _, why in stuck)
    text = say("reminders", reminders(store, f"unit:{UNIT}")[0].facts)
    assert all(number in text for number in others)
    assert broken not in text
    assert Sweep(store, DESK).run(when) == 0


def dispute(store: Store, number: str) -> None:
    """Hand the case back until nobody is left but the supervisors to say whose it is."""
    give = Command("dispatch", DISPATCHER, FRIDAY, {"to": UNIT})
    back = Command("hand_back", OFFICER, FRIDAY, {"reason": "不属于本单位职责"})

    def quarrel(unit: object) -> None:
        for minute in range(1, 20, 2):
            case = DESK.take(unit, number, replace(back, at=FRIDAY + timedelta(minutes=minute)))
            if case.state == "disputed":
                return
            DESK.take(unit, number, replace(give, at=FRIDAY + timedelta(minutes=minute + 1)))

    store.write(quarrel)


def spoil(store: Store, number: str) -> None:
    """Damage a case as a failing disk does."""
    statement = sql("UPDATE cases SET sealed = :rubbish WHERE number = :number")
    store.write(lambda unit: unit._link.execute(statement, {"rubbish": b"rubbish", "number": number}))


def test_a_timer_set_aside_is_tried_again_when_somebody_says_so(store: Store) -> None:
    [number] = handling(store, 1)
    timer = store.read(lambda unit: unit.timers_of(number))[0]
    store.write(lambda unit: unit.timer_stuck(timer.key, "KeyError"))

    assert store.write(lambda unit: unit.timers_retry()) == 1
    assert timer.key in {each.key for each in store.read(lambda unit: unit.timers_of(number))}


@pytest.mark.parametrize("schedulers", [3])
def test_three_schedulers_at_once_tell_each_reminder_once(open_store, database_url: str, schedulers: int) -> None:
    stores = [open_store(database_url) for _ in range(schedulers)]
    handling(stores[0], 60)
    when = LAW.calendar.next_opening(moment("2026-04-06 03:00"))

    together(schedulers, lambda which: Sweep(stores[which], DESK).run(when))
    Sweep(stores[0], DESK).run(when)

    lines = [line for row in reminders(stores[0], f"unit:{UNIT}") for line in said(row)]
    assert max(Counter(lines).values()) == 1
    assert len({number(line) for line in lines}) == 60


class Meanwhile:
    """A store in which something happens between what a sweep decides and what it writes."""

    def __init__(self, store: Store, happens: Callable[[], object]) -> None:
        self.read, self._store, self._happens = store.read, store, [happens]

    def write(self, fn):
        while self._happens:
            self._happens.pop()()
        return self._store.write(fn)


def fate_of(store: Store, key: str) -> tuple[str, str]:
    asked = sql("SELECT state, told FROM timers WHERE key = :key")
    with store.connection() as link:
        return tuple(link.execute(asked, {"key": key}).one())


@pytest.mark.parametrize("taken", [1, 17, 39])
def test_what_another_scheduler_took_meanwhile_is_told_by_that_one_alone(store: Store, taken: int) -> None:
    numbers = handling(store, 40)
    when = LAW.calendar.next_opening(moment("2026-04-06 03:00"))
    due = [due for due in store.read(lambda unit: unit.due_plan(when, 1000)) if due.to == "supervisors"]
    theirs = {timer.key for timer in due if timer.number in numbers[:taken]}
    take = {key: ("theirs", "") for key in theirs}

    Sweep(Meanwhile(store, lambda: store.write(lambda unit: unit.timers_fire(take, when))), DESK).run(when)

    assert {fate_of(store, key) for key in theirs} == {("fired", "theirs")}
    [(state, told)] = {fate_of(store, timer.key) for timer in due if timer.key not in theirs}
    assert state == "fired"
    [notice] = reminders(store, "supervisors")
    assert notice.key == told
    assert {number(line) for line in said(notice)} == set(numbers[taken:])


def test_a_case_that_moved_on_while_it_was_decided_is_told_of_as_it_is_then(store: Store) -> None:
    [case] = handling(store, 1)
    when = LAW.calendar.next_opening(moment("2026-04-06 03:00"))
    urge = Command("urge", DISPATCHER, FRIDAY + timedelta(minutes=5), {"reason": "群众来电催办"})
    moves = Meanwhile(store, lambda: store.write(lambda unit: DESK.take(unit, case, urge)))

    assert Sweep(moves, DESK).run(when) == 0
    assert reminders(store, "supervisors") == []

    assert Sweep(store, DESK).run(when) > 0
    assert {row.case for row in reminders(store, "supervisors")} == {case}
    assert verify(store) == []


def test_who_dies_between_claim_and_commit_has_taken_nothing(store: Store) -> None:
    handling(store, 20)
    when = LAW.calendar.next_opening(moment("2026-04-06 03:00"))
    due = store.read(lambda unit: unit.due_plan(when, 1000))

    def dies(unit: object) -> None:
        assert unit.timers_fire({timer.key: ("", "") for timer in due}, when) == {timer.key for timer in due}
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.write(dies)

    assert store.read(lambda unit: unit.due_plan(when, 1000)) == due
    assert Sweep(store, DESK).run(when) == len(due)


def test_two_who_claim_the_same_timers_at_once_get_each_once(open_store, database_url: str) -> None:
    stores = [open_store(database_url) for _ in range(2)]
    handling(stores[0], 60)
    when = LAW.calendar.next_opening(moment("2026-04-06 03:00"))
    keys = [due.key for due in stores[0].read(lambda unit: unit.due_plan(when, 1000))]

    def claim(which: int) -> list[str]:
        orders = keys if which % 2 else keys[::-1]
        fates = {key: (f"{which}/{index % 7}", "") for index, key in enumerate(orders)}
        return sorted(stores[which % 2].write(lambda unit: unit.timers_fire(fates, when)))

    claimed = together(4, claim)
    rest = claim(0)  # SKIP LOCKED passes over what another held and gave back

    assert sorted([key for some in claimed for key in some] + rest) == sorted(keys)
    for which, some in enumerate(claimed):
        assert all(fate_of(stores[0], key)[1].startswith(f"{which}/") for key in some if key not in rest)


def test_a_timer_moved_to_later_while_it_was_decided_is_not_fired(store: Store) -> None:
    [case] = handling(store, 1)
    [timer, *_] = store.read(lambda unit: unit.timers_of(case))
    later = sql("UPDATE timers SET at = :at WHERE key = :key").bindparams(key=timer.key)
    later = later.bindparams(bindparam("at", moment("2027-01-04 09:00"), type_=timers.c.at.type))
    store.write(lambda unit: unit._link.execute(later))

    assert store.write(lambda unit: unit.timers_fire({timer.key: ("", "")}, timer.at)) == set()


def said(row) -> list[str]:
    """The reminders a row carries, one text each."""
    if row.message != "reminders":
        return [f"{row.case} {row.facts['clock']}"]
    text = say(row.message, row.facts)
    found = [line.partition(". ")[2] for line in text.splitlines() if ". " in line]
    rest = text.partition("项：")[2] if "另有" in text else ""
    return [*found, *(part for part in rest.split("、") if part.strip())]


def number(line: str) -> str:
    return line.strip()[:14]


def test_a_reminder_is_withdrawn_by_the_step_that_makes_it_pointless(store: Store) -> None:
    [number] = handling(store, 1)
    due = [timer for timer in store.read(lambda unit: unit.timers_of(number)) if timer.clock == "acceptance"]
    facts = {"case_class": "off_site"}
    store.write(lambda unit: DESK.take(unit, number, Command("accept", OFFICER, FRIDAY + timedelta(minutes=5), facts)))

    Sweep(store, DESK).run(max(timer.at for timer in due))

    told = {key for row in reminders(store, f"unit:{UNIT}") for key in (row.key,)}
    assert not told & {timer.key for timer in due}


def test_the_morning_sheet_is_posted_once_on_working_days_in_office_hours(open_store, database_url: str) -> None:
    stores = [open_store(database_url) for _ in range(3)]
    handling(stores[0], 3)
    saturday, monday = moment("2026-03-07 10:00"), moment("2026-03-09 09:00")

    assert not Daily(stores[0], DESK).morning(saturday)
    assert not Daily(stores[0], DESK).morning(monday - timedelta(minutes=1))
    assert sorted(together(3, lambda which: Daily(stores[which], DESK).morning(monday))) == [False, False, True]
    assert not Daily(stores[0], DESK).morning(monday + timedelta(hours=3))

    [sheet] = [row for row in sent_to(stores[0], "supervisors") if row.message == "morning_sheet"]
    text = say(sheet.message, sheet.facts)
    assert "今日到期" in text
    assert UNIT in text
    assert "张三丰" not in text


def test_the_morning_sheet_names_what_is_late_disputed_unheard_and_stuck(store: Store) -> None:
    late, disputed, unheard = handling(store, 3)
    dispute(store, disputed)
    monday = moment("2026-04-07 09:30")
    row = store.read(lambda unit: unit.outbox_of(unheard))[0]
    store.write(lambda unit: unit.outbox_failed(row.key, monday - timedelta(hours=1), "blocked", None))
    timer = store.read(lambda unit: unit.timers_of(late))[0]
    store.write(lambda unit: unit.timer_stuck(timer.key, "KeyError"))

    Daily(store, DESK).morning(monday)

    [sheet] = [row for row in sent_to(store, "supervisors") if row.message == "morning_sheet"]
    lines = {
        line.partition("件")[0].rstrip("0123456789"): line for line in say(sheet.message, sheet.facts).splitlines()
    }
    assert late in lines["已逾期"]
    assert unheard in lines["通知没有送到群众"]
    assert UNIT in lines["通知积压、无人可收"]
    assert late in lines["系统没能执行的提醒"]


def test_from_mid_november_the_missing_holiday_notice_is_complained_of_once_a_week(store: Store) -> None:
    years = range(2026, 2040)
    missing = next(year for year in years if not LAW.calendar.covers(moment(f"{year}-12-31 09:00").date()))

    def said(day: str) -> bool:
        return Daily(store, DESK).watch_holidays(moment(f"{missing - 1}-{day} 10:00"))

    assert not said("11-02")
    days = [f"11-{day:02d}" for day in range(16, 30)]
    assert sum(said(day) for day in days) == 2
    rows = [row for row in sent_to(store, "supervisors") if row.message == "holidays_missing"]
    assert str(missing) in say(rows[0].message, rows[0].facts)

"""What has been kept long enough goes, and only that; what is left is counted, checked and shown as before."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from bots.views import room_case
from casebook.case import Case, Command, Person
from casebook.desk import Desk
from casebook.errors import Conflict, NotAllowed, RulebookError
from casebook.form_layouts import read_layouts
from casebook.keeping import Limits
from casebook.law import Law
from casebook.ledger import row
from casebook.periods import as_of, days
from casebook.readings import Readings
from models.engine import address
from models.forget import NotForgotten, forget, forget_case, would_go
from models.store import Store
from models.verify import verify
from office.law import read_law
from scheduler.reporting import Reporting
from scheduler.retention import Retention
from tests.acting import CITIZEN, SUPERVISOR, Acting
from tests.makers import SECRET, UNIT, a_case, a_notice, after, keep, moment

ROOT = Path(__file__).parent.parent
LAW = read_law("yunnan")
OLD, YOUNG = "20220302-00001", "20250901-00001"
NOW = moment("2026-03-02 03:00")
LIMITS = Limits.at(NOW, Readings())
SECRETS = ("张三丰", "13800000000", "太极路99号", "3号窗口办证", "handle234567", "已约谈", "p1")


def ended(store: Store, number: str, at: str, **filing: Any) -> Case:
    """A case of that moment, answered and closed within the day."""
    case = keep(store, a_case(number, at=moment(at), evidence=("p1",), **filing))
    runs = tuple(replace(run, stopped=case.filed, stopped_by="dispatch") for run in case.clocks)
    sent = after(case, changes={"lead_unit": UNIT}, clocks=runs, state="handling")
    done = after(sent, "resolve", by=Person("officer", "李", UNIT), private={"process": "已约谈"}, state="answered")
    closed = moment(at) + timedelta(hours=8)
    last = after(done, "rate", changes={"score": 5, "closed": closed}, state="closed", at=closed)
    notice = a_notice(f"{number}/receipt", to=f"citizen:{case.filing.citizen}", case=number, at=moment(at))
    notice = replace(notice, private={"who": "张三丰"})
    store.write(lambda unit: unit.save(case, last, [notice], ()))
    return last


@pytest.fixture
def book(store: Store) -> Store:
    """A case of four years ago and one of last year."""
    for number, at in ((OLD, "2022-03-02 09:00"), (YOUNG, "2025-09-01 09:00")):
        ended(store, number, at)
        store.write(lambda unit, number=number: unit.media_add("image", "照片", NOW, body=b"photo", case=number))
        store.write(lambda unit, number=number: unit.looked(number, "dispatcher:赵", "identity", "回电话", NOW))
    return store


def load(store: Store, number: str) -> Case:
    return store.read(lambda unit: unit.load(number))


def everything(store: Store, number: str) -> str:
    """All that anybody can still get out of the book about a case."""

    def all_of(unit: Any) -> list[Any]:
        return [unit.load(number), unit.load(number).history, unit.outbox_of(number), unit.media_of(number)]

    # Who took a step stands in the chain, under a handle that by then is nobody's.
    return repr(store.read(all_of)).replace("by=Person(role='citizen', name='handle234567'", "")


def test_a_case_loses_its_person_three_years_after_it_ended_and_a_younger_one_nothing(book):
    before, young = load(book, OLD), load(book, YOUNG)

    gone = forget(book, LIMITS, NOW)

    left = load(book, OLD)
    assert (gone.counts["persons"], gone.finished) == (1, True)
    assert [word for word in SECRETS if word in everything(book, OLD).replace("citizen:handle234567", "")] == []
    assert left.erased == NOW
    for kept in ("kind", "state", "score", "units", "filed", "closed", "clocks", "verdict", "marks", "version"):
        assert getattr(left, kept) == getattr(before, kept), kept
    assert left.filing.channel == before.filing.channel
    assert book.read(lambda unit: unit.media_of(OLD)) == []
    assert len(book.read(lambda unit: unit.media_of(YOUNG))) == 1
    assert [look.what for look in book.read(lambda unit: unit.looks(OLD))] == ["identity"]
    assert load(book, YOUNG) == young
    assert "张三丰" in everything(book, YOUNG)
    assert verify(book) == []


def test_an_erased_case_is_found_by_nothing_a_citizen_knows(book):
    forget(book, LIMITS, NOW)

    found = book.read(
        lambda unit: [
            unit.numbers_by_phone("13800000000"),
            unit.numbers_by_text("上周三在3号窗口办证，材料齐全却不给受理"),
            [case.number for case in unit.cases_of("handle234567")],
        ]
    )
    assert found == [[YOUNG], [YOUNG], [YOUNG]]


def test_an_erased_case_stands_in_a_figure_of_its_time_as_before(book):
    then = moment("2022-03-02 12:30")
    before = as_of(load(book, OLD), then)
    forget(book, LIMITS, NOW)
    left = as_of(load(book, OLD), then)

    for kept in ("kind", "state", "lead_unit", "clocks"):
        assert getattr(left, kept) == getattr(before, kept), kept
    assert left.filing.channel == before.filing.channel


def test_what_was_reported_of_a_year_is_counted_the_same_after_its_persons_are_gone(memory_store):
    acting = Acting(memory_store)
    for day, score in (("02", 5), ("03", 2), ("04", None)):
        number = acting.answered(f"2026-03-{day} 10:00")
        if score is not None:
            acting.take(number, "rate", CITIZEN, "2026-03-16 10:00", score=score)
    acting.dispatched("2026-03-05 10:00")
    reporting, year = Reporting(memory_store, LAW), days(date(2026, 1, 1), date(2026, 12, 31))
    before = reporting.made(year)

    gone = forget(memory_store, Limits.at(moment("2029-06-01 03:00"), Readings()), moment("2029-06-01 03:00"))

    assert gone.counts["persons"] == 3  # the last one is open
    left, layout = acting.case(number), read_layouts("yunnan").ledger
    assert layout is not None
    line = row(left, LAW.calendar, NOW, layout, personal=True, office=LAW.jurisdiction)
    assert (line["编号"], line["投诉人"], line["投诉事实、理由及证明材料"], line["办理状态"]) == (
        number,
        "",
        "",
        "已答复",
    )
    assert room_case(left, acting.desk, SUPERVISOR, moment("2029-06-01 09:00")).number == number
    assert reporting.made(year) == before
    assert verify(memory_store) == []


def test_nothing_more_is_done_with_an_erased_case(book):
    stale = load(book, OLD)
    forget(book, LIMITS, NOW)
    mark = Command("mark", Person("dispatcher", "赵"), NOW, {"mark": "repeat"})

    with pytest.raises(NotAllowed, match="erased"):
        book.write(lambda unit: Desk(LAW).take(unit, OLD, mark))
    assert Desk(LAW).allowed(load(book, OLD), Person("supervisor", "孙督办"), NOW) == ()
    with pytest.raises(Conflict):  # read before, written after: its person would be back
        book.write(lambda unit: unit.save(stale, after(stale, "mark", state="closed", at=NOW), (), ()))
    assert "张三丰" not in everything(book, OLD)


def test_what_never_went_out_is_neither_sent_nor_telephoned_once_its_case_is_erased(book):
    forget(book, LIMITS, NOW)

    due = book.write(lambda unit: unit.outbox_due(NOW, 100))
    assert [row.case for row in due] == [YOUNG]
    assert book.read(lambda unit: unit.outbox_calls()) == []
    assert [row.state for row in book.read(lambda unit: unit.outbox_of(OLD))] == ["unreachable"]


def test_a_running_clock_keeps_a_case_whole(store):
    case = keep(store, a_case(OLD, at=moment("2022-03-02 09:00")))
    answered = after(case, "resolve", state="answered")
    store.write(lambda unit: unit.save(case, answered, (), ()))

    assert forget(store, LIMITS, NOW).counts["persons"] == 0
    assert "张三丰" in everything(store, OLD)


def test_after_ten_years_the_whole_case_goes_and_its_number_is_not_given_again(store):
    store.write(lambda unit: unit.next_serial("case/20150302"))
    ended(store, "20150302-00001", "2015-03-02 09:00")

    assert forget(store, LIMITS, NOW).counts["cases"] == 1
    assert store.read(lambda unit: unit.find("20150302-00001")) is None
    assert store.read(lambda unit: unit.outbox_of("20150302-00001")) == []
    assert Reporting(store, LAW).how_many(days(date(2015, 1, 1), date(2015, 12, 31))) == 0
    assert store.write(lambda unit: unit.next_serial("case/20150302")) == 2
    assert verify(store) == []


def people(store: Store, *, last: datetime) -> str:
    """A person who wrote last at that moment; the handle."""

    def meet(unit: Any) -> str:
        handle = str(unit.contact("webchat", "张三丰的手机", "张三丰", last).handle)
        unit.contact_note(handle, "name", "张三丰")
        unit.save_talk(handle, {"said": "你好"}, last)
        unit.add_line(handle, "citizen", {"text": "你好"}, last, "web:1")
        unit.inbox_add("webchat", "m1", "我是张三丰".encode(), last, "done", b"reply")
        return handle

    return str(store.write(meet))


def test_a_person_without_a_case_who_has_long_been_silent_is_forgotten(store):
    handle = people(store, last=moment("2022-03-02 09:00"))

    counts = forget(store, LIMITS, NOW).counts

    assert {name: count for name, count in counts.items() if count} == {"contacts": 1, "messages": 1, "lines": 1}
    left = store.read(lambda unit: (unit.contact_of(handle), unit.contact_notes(handle), unit.talk(handle)))
    assert left == (None, {}, None)
    assert store.read(lambda unit: unit.lines(handle)) == []
    assert store.read(lambda unit: unit.contact_known("webchat", "张三丰的手机")) is None


def test_a_message_is_emptied_after_thirty_days_and_still_taken_in_only_once(store):
    handle = people(store, last=NOW - timedelta(days=31))

    assert forget(store, LIMITS, NOW).counts["messages"] == 1
    assert forget(store, LIMITS, NOW).counts["messages"] == 0
    seen = store.read(lambda unit: unit.inbox_seen("webchat", "m1"))
    assert (seen.state, seen.reply) == ("done", None)
    assert store.read(lambda unit: unit.contact_of(handle)) is not None


def test_somebody_with_a_case_stays_however_long_they_are_silent(store):
    handle = people(store, last=moment("2022-03-02 09:00"))
    ended(store, YOUNG, "2025-09-01 09:00", citizen=handle)

    assert forget(store, LIMITS, NOW).counts["contacts"] == 0


def test_stopped_half_way_the_next_call_goes_on(book):
    ended(book, "20220303-00001", "2022-03-03 09:00")

    first, second = forget(book, LIMITS, NOW, most=1), forget(book, LIMITS, NOW, most=2)

    assert [(each.counts["persons"], each.finished) for each in (first, second)] == [(1, False), (1, True)]
    assert verify(book) == []


def test_a_damaged_case_is_left_as_it_is_and_the_others_go(book):
    ended(book, "20220303-00001", "2022-03-03 09:00")
    engine = create_engine(address(book.url.render_as_string(hide_password=False)), poolclass=NullPool)
    with engine.begin() as link:
        link.execute(text("UPDATE cases SET sealed = :no WHERE number = '20220303-00001'"), {"no": b"nothing" * 9})
    engine.dispose()

    assert forget(book, LIMITS, NOW).counts["persons"] == 1
    assert load(book, OLD).erased


def test_one_scheduler_lets_go_and_only_at_night(book):
    night = Retention(book, Readings)

    assert night.run(NOW.replace(hour=12)) is None
    gone = night.run(NOW)
    assert gone is not None
    assert gone.counts["persons"] == 1
    assert night.run(NOW + timedelta(minutes=10)) is None
    assert night.run(NOW + timedelta(days=1)).counts["persons"] == 0


def test_one_person_may_be_let_go_earlier_with_a_record_of_why(book):
    forget_case(book, YOUNG, Person("system", "管理员"), "本人书面申请", NOW)

    (_, look) = book.read(lambda unit: unit.looks(YOUNG))
    assert (look.by, look.what, look.reason) == ("system:管理员", "erased", "本人书面申请")
    assert "张三丰" not in everything(book, YOUNG)
    assert verify(book) == []
    for number in (YOUNG, "20990101-00001"):
        with pytest.raises(NotForgotten, match="nothing was changed"):
            forget_case(book, number, Person("system", "管理员"), "再来", NOW)


def test_an_open_case_keeps_its_person_whoever_asks(store):
    case = keep(store, a_case())

    with pytest.raises(NotForgotten, match="not concluded"):
        forget_case(store, case.number, Person("system", "管理员"), "本人申请", NOW)


def test_the_command_says_what_would_go_and_lets_it_go(open_store, sqlite_url, tmp_path):
    book = open_store(sqlite_url)
    ended(book, OLD, "2022-03-02 09:00")

    def models(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "DATABASE_URL": sqlite_url, "SECRET_KEY": SECRET.decode()}
        command = [sys.executable, "-m", "models", "forget", *words]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert json.loads(models("--dry-run", "--json").stdout)["persons"] == 1
    assert load(book, OLD).filing.name == "张三丰"
    assert json.loads(models("--json").stdout)["persons"] == 1
    assert load(book, OLD).filing.name == ""
    assert models("--case", OLD).returncode == 2


def test_what_is_counted_beforehand_is_what_goes(book):
    counts = would_go(book, LIMITS)

    assert counts["persons"] == 1
    assert dict(forget(book, LIMITS, NOW).counts) == dict(counts)


@pytest.mark.parametrize("settings", [{"personal_years": 0}, {"personal_years": 5, "case_years": 4}])
def test_a_term_that_makes_no_sense_is_named(settings):
    office = replace(LAW.jurisdiction, settings=settings)

    with pytest.raises(RulebookError, match="personal_years is"):
        Law.of(LAW.rulebook, office, LAW.calendar)

"""Personal data is opened by role, on a case of one's own, with a record; a stolen database shows none of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from casebook.case import Person
from casebook.errors import NotAllowed
from models.looking import look, may_see
from tests.makers import UNIT, a_case, a_filing, a_notice, after, keep, moment

NINE = moment("2026-03-02 09:00")
ALL = {"identity", "matter", "evidence", "answer"}


def handled(**changes):
    """A case with a lead unit, a co-handling unit, and somebody complained of by name."""
    case = a_case(fields={"staff_name": "宋青书"}, **changes)
    return after(case, changes={"lead_unit": UNIT, "co_units": ("乙局",), "barred": frozenset({"officer:周@乙局"})})


@pytest.mark.parametrize(
    ("who", "open", "hidden", "because"),
    [
        ("dispatcher:赵", ALL, ALL, "the centre works with the citizen"),
        ("supervisor:钱", ALL, ALL, "so does who supervises"),
        (f"officer:李@{UNIT}", ALL, ALL - {"identity"}, "the lead unit handles it"),
        (f"leader:吴@{UNIT}", ALL, ALL - {"identity"}, "its leader signs"),
        ("officer:郑@乙局", ALL, ALL - {"identity"}, "the co-handling unit helps"),
        ("officer:周@乙局", set(), set(), "recused"),
        (f"officer:宋青书@{UNIT}", set(), set(), "complained of"),
        ("officer:王@丙局", set(), set(), "another unit's"),
        ("inspector:冯", ALL - {"identity"}, ALL - {"identity"}, "checks the work, not the person"),
        ("reviewer:陈@丁局", ALL - {"identity"}, ALL - {"identity"}, "reviews the work, not the person"),
        ("citizen:handle234567", ALL, ALL, "the own case"),
        ("citizen:another", set(), set(), "somebody else's"),
        ("dispatcher", set(), set(), "a record must name a person"),
        ("system:hotline", set(), set(), "no person"),
        ("clock", set(), set(), "no person"),
    ],
)
def test_who_may_see_what(who, open, hidden, because):
    person = Person.read(who)

    assert may_see(handled(), person) == open, because
    assert may_see(handled(confidential=True), person) == hidden, because
    assert may_see(handled(anonymous=True), person) == hidden, because


@pytest.fixture
def saved(store):
    case = keep(store, a_case(evidence=("p1",), confidential=True, text="我是张三丰，打13800000000"))
    news = handled(evidence=("p1",), confidential=True, text="我是张三丰，打13800000000")
    answered = after(news, "resolve", private={"findings": "查实", "evidence": ("p2",)}, state="answered")
    store.write(lambda unit: unit.save(case, replace(answered, number=case.number), (), ()))
    return store


def test_a_look_opens_what_was_asked_for_and_is_recorded(saved):
    opened = look(saved, "20260302-00015", Person("dispatcher", "赵"), "identity", "回电话", NINE)

    (record,) = saved.read(lambda unit: unit.looks("20260302-00015"))
    assert (opened["name"], opened["phone"]) == ("张三丰", "13800000000")
    assert (record.by, record.what, record.reason, record.at) == ("dispatcher:赵", "identity", "回电话", NINE)


def test_a_refused_look_opens_nothing_and_is_recorded_too(saved):
    with pytest.raises(NotAllowed, match="may_not_see"):
        look(saved, "20260302-00015", Person("officer", "李", UNIT), "identity", "", NINE)

    (record,) = saved.read(lambda unit: unit.looks("20260302-00015"))
    assert (record.by, record.what) == (f"officer:李@{UNIT}", "refused: identity")


def test_the_matter_of_a_confidential_case_comes_without_the_filer(saved):
    opened = look(saved, "20260302-00015", Person("officer", "李", UNIT), "matter", "办理", NINE)

    assert opened["text"] == "我是张**，打138****0000"
    assert opened["fields"] == {"staff_name": "宋青书"}


def test_evidence_and_answer_are_opened_apart(saved):
    officer = Person("officer", "李", UNIT)

    assert look(saved, "20260302-00015", officer, "evidence", "", NINE) == {"evidence": ("p1", "p2")}
    assert look(saved, "20260302-00015", officer, "answer", "", NINE)["findings"] == "查实"


def test_a_stolen_database_shows_nothing_personal(open_store, sqlite_url):
    """Everything personal is written by every way there is; then the file and its WAL are searched."""
    store = open_store(sqlite_url)
    filing = a_filing(request="退还押金", fields={"name": "张三丰"}, evidence=("现场照片甲",))
    store.write(lambda unit: write_all(unit, filing))

    file = Path(str(store.url.database))
    stored = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    assert b"20260302-00015" in stored
    personal = (*PERSONAL, filing.text, filing.name, filing.phone, filing.id_number, filing.address, filing.respondent)
    assert [word for word in personal if word.encode() in stored] == []


PERSONAL = (
    *("退还押金", "现场照片甲", "openid-of-somebody", "-100777888999", "chat-77", "查实了", "补充的话", "待审的答复"),
    *("谈话里的字", "群里说的话", "m-of-openid", "令牌tok", "备注里的字", "通知里的姓名", "口令", "回执的字"),
)


def write_all(unit, filing):
    case = a_case(**{name: getattr(filing, name) for name in ("request", "fields", "evidence")})
    unit.save(None, case, [a_notice(private={"name": "通知里的姓名"})], ())
    news = after(
        case,
        "resolve",
        private={"findings": "查实了"},
        changes={"filing": replace(filing, text="补充的话"), "pending": {"answer": "待审的答复"}},
    )
    unit.save(case, news, (), ())
    unit.outbox_sent("20260302-00015/receipt", NINE, "telegram", "-100777888999:5")
    handle = unit.contact("wechat", "openid-of-somebody", filing.name, NINE).handle
    unit.contact_note(handle, "phone", filing.phone + "备注里的字")
    unit.save_talk(handle, {"text": "谈话里的字", "phone": filing.phone}, NINE)
    unit.inbox_add("wechat", "m-of-openid-of-somebody", filing.text.encode(), NINE, "done", "回执的字".encode())
    unit.add_line("unit:甲局", filing.name, {"text": "群里说的话"}, NINE, "line-1")
    unit.bind_group("telegram", "-100777888999", "unit:甲局")
    unit.bind_person("telegram", "chat-77", "officer:李@甲局")
    unit.card_put("telegram", "-100777888999", case.number, "-100777888999:6", NINE)
    unit.media_add("image", "现场照片甲", NINE, source="openid-of-somebody", body=filing.text.encode())
    unit.token_put("wechat", "令牌tok", NINE)

"""Leaders, inspectors, supervisors and reviewers at work in their rooms, under regulations that know them."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bots.reception import Reception
from casebook.case import Case, Person
from casebook.desk import Desk
from models.store import Store
from office.law import read_law
from tests.makers import a_filing
from tests.talking import House, reader

FOUR = (
    "调查核实：窗口当天没有收件，情况属实。处理过程：已联系群众并道歉，收下材料。"
    "整改措施：全员培训。整改结果：证件已经办好，马上可以领取。认定：属实"
)


class Ruled(House):
    """The same office under another regulation."""

    def __init__(self, store: Store, name: str) -> None:
        super().__init__(store)
        law = read_law(name, ZoneInfo("Asia/Shanghai"))
        self.desk = Desk(law)
        self.reception = Reception(self.desk, reader(), law.jurisdiction)
        self.unit = law.jurisdiction.units[0]
        self.officer = f"officer:{self.unit.officers[0]}@{self.unit.name}"
        self.leader = f"leader:{self.unit.leader}@{self.unit.name}"
        self.dispatcher = f"dispatcher:{law.jurisdiction.dispatchers[0]}"
        self.supervisor = f"supervisor:{law.jurisdiction.supervisors[0]}"
        self.inspector = f"inspector:{(*law.jurisdiction.inspectors, '')[0]}"

    def opened(self) -> str:
        """A case the unit handles, its citizen contacted."""
        filing = a_filing(request="希望马上办理")

        case = self.store.write(lambda unit: self.desk.file(unit, filing, Person("citizen", filing.citizen), self.now))
        self.in_room(self.dispatcher, f"交办 {case.number} {self.unit.name}")
        if self.case(case.number).state == "awaiting_acceptance":
            self.in_room(self.officer, f"受理 {case.number}")
        self.in_room(self.officer, f"已联系 {case.number}，电话核实了情况")
        return case.number

    def case(self, number: str) -> Case:
        return self.store.read(lambda unit: unit.load(number))

    def answered(self, number: str) -> str:
        self.in_room(self.officer, f"办结 {number}：{FOUR}")
        return self.in_room(self.officer, "确认发送")


@pytest.fixture
def henan(memory_store: Store) -> Ruled:
    return Ruled(memory_store, "henan")


@pytest.fixture
def shanghai(memory_store: Store) -> Ruled:
    return Ruled(memory_store, "shanghai")


def test_an_answer_goes_by_leader_and_quality_check_each_by_a_word(henan: Ruled) -> None:
    number = henan.opened()
    henan.answered(number)
    states = [henan.case(number).state]
    for person, words in ((henan.leader, f"同意 {number}"), (henan.inspector, f"质检通过 {number}")):
        henan.in_room(person, words)
        states.append(henan.case(number).state)

    assert states[-1] == "answered", states


def test_a_leader_and_an_inspector_send_an_answer_back_with_their_reason(henan: Ruled) -> None:
    number = henan.opened()
    henan.answered(number)
    if henan.case(number).state == "in_review":
        henan.in_room(henan.leader, f"不同意 {number}，因为没有写清整改")
        assert henan.case(number).state == "handling"
        henan.answered(number)
        henan.in_room(henan.leader, f"同意 {number}")
    henan.in_room(henan.inspector, f"退回重办 {number}，没有说明办理时限")
    henan.in_room(henan.inspector, "确认发送")

    assert henan.case(number).state == "handling"


def test_the_one_who_answered_checks_nothing(henan: Ruled) -> None:
    number = henan.opened()
    henan.answered(number)
    henan.store.write(lambda unit: unit.leave(henan.inspector, henan.officer, henan.now + timedelta(days=3)))
    before = henan.case(number).state
    henan.in_room(henan.officer, f"质检通过 {number}")

    assert henan.case(number).state == before


def test_a_stand_in_approves_for_the_leader_in_his_own_name(henan: Ruled) -> None:
    number = henan.opened()
    henan.answered(number)
    other = f"officer:{henan.unit.officers[1]}@{henan.unit.name}"
    henan.store.write(lambda unit: unit.leave(henan.leader, other, henan.now + timedelta(days=3)))
    henan.in_room(other, f"同意 {number}")

    last = henan.case(number).history[-1]
    assert (last.step, str(last.by)) == ("approve", f"leader:{henan.unit.officers[1]}@{henan.unit.name}")


def test_an_extension_waits_for_consent_and_gets_it_by_a_word(shanghai: Ruled) -> None:
    number = shanghai.opened()
    shanghai.in_room(shanghai.officer, f"延期 {number} 2天，因为要现场测绘")
    told = shanghai.in_room(shanghai.officer, "确认发送")

    assert "extend" in shanghai.case(number).pending or "延期" in told


def test_a_reviewer_upholds_an_appeal_in_the_bodys_room_and_another_bodys_cannot(shanghai: Ruled) -> None:
    by = Person("citizen", "handle234567")
    filing = a_filing(kind="rating", score=1, stream="rating", respondent="出入境办证大厅2号窗口")
    number = shanghai.store.write(lambda unit: shanghai.desk.file(unit, filing, by, shanghai.now)).number
    shanghai.in_room(shanghai.dispatcher, f"交办 {number} 东区政务服务中心")
    leader = "leader:韩主任@东区政务服务中心"
    shanghai.in_room(leader, f"差评申诉 {number}，因为所说不属实，当天该窗口没有开放，附：排班表", chat=leader)
    assert shanghai.case(number).state == "under_appeal"

    for reviewer in ("蒋复核@西区人民政府办公室", "卫复核@东区人民政府办公室"):
        assert shanghai.case(number).state == "under_appeal"
        room = f"reviewer:{reviewer.partition('@')[2]}"
        for words in (f"申诉成立 {number}，排班表属实", "确认发送"):
            shanghai.in_room(f"reviewer:{reviewer}", words, chat=room)
    assert shanghai.case(number).state == "closed"

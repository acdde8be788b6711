"""Pressed truly at once: threads with a store, a desk and a reception each, on one real database.

One of the colleagues takes the step, once; everybody else is answered politely, and each refusal stands in the record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from bots.card_renewal import RenewingDesk
from bots.message import Reply
from bots.reception import Reception
from bots.wording import load_words
from casebook.case import Case, Person
from casebook.law import Law
from models.store import Store
from office.law import read_law
from tests.makers import a_filing
from tests.talking import MORNING, message, reader, text_of

GROUP = "-100"
Open = Callable[[str], Store]


class Office:
    """One office on one database, with as many processes as there are people who press."""

    def __init__(self, url: str, open_store: Open, rulebook: str) -> None:
        self.url, self.open_store = url, open_store
        self.law: Law = read_law(rulebook, MORNING.tzinfo)
        self.unit, self.other = self.law.jurisdiction.units[:2]
        self.store = open_store(url)
        self.desk = RenewingDesk(self.law, load_words())
        self.now = MORNING
        self.said = 0

    def person(self, role: str, name: str, unit: str | None = None) -> str:
        """The person's Telegram account, bound."""
        by = Person(role, name, unit)
        self.store.write(lambda book: book.bind_person("telegram", f"u-{by}", str(by)))
        return f"u-{by}"

    def room(self, address: str, chat: str = GROUP) -> None:
        self.store.write(lambda book: book.bind_group("telegram", chat, address))

    def filed(self) -> str:
        by = Person("citizen", "handle234567")
        return self.store.write(lambda book: self.desk.file(book, a_filing(), by, self.now)).number

    def say(self, sender: str, text: str, chat: str = GROUP) -> str:
        return text_of(self._received(self.store, sender, text, chat))

    def at_once(self, presses: Sequence[tuple[str, str]], chat: str = GROUP) -> list[str]:
        """Every (sender, press) in a thread of its own, let go together; what each was answered."""
        self.now += timedelta(minutes=3)
        stores = [self.open_store(self.url) for _ in presses]
        gate = Barrier(len(presses))

        def press(index: int) -> str:
            sender, text = presses[index]
            gate.wait()
            return text_of(self._received(stores[index], sender, text, chat, f"at-once-{index}"))

        with ThreadPoolExecutor(len(presses)) as pool:
            return list(pool.map(press, range(len(presses))))

    def _received(self, store: Store, sender: str, text: str, chat: str, id: str = "") -> list[Reply]:
        self.said += 1
        self.now += timedelta(minutes=0 if id else 3)
        given = replace(message(text, at=self.now, id=id or str(self.said)), sender=sender, chat=chat)
        given = replace(given, channel="telegram")
        reception = Reception(RenewingDesk(self.law, load_words()), reader(), self.law.jurisdiction)
        return store.write(lambda book: reception.receive(book, given))

    def case(self, number: str) -> Case:
        return self.store.read(lambda book: book.load(number))

    def steps(self, number: str) -> list[str]:
        return [entry.step for entry in self.case(number).history]

    def refusals(self, number: str) -> list[str]:
        return sorted(row.why for row in self.store.read(lambda book: book.refusals(number)))

    def told(self, number: str) -> list[tuple[str, str]]:
        rows = self.store.read(lambda book: book.outbox_of(number))
        return [(row.message, row.to) for row in rows if row.message != "reply"]


@pytest.fixture
def made(database_url: str, open_store: Open) -> Callable[[str], Office]:
    return lambda rulebook: Office(database_url, open_store, rulebook)


def test_seven_people_press_accept_at_once_and_one_of_them_does(made: Callable[[str], Office]) -> None:
    office = made("yunnan")
    office.room(f"unit:{office.unit.name}")
    office.room("dispatchers", "-200")
    number = office.filed()
    office.say(office.person("dispatcher", "赵调度"), f"交办 {number} {office.unit.name}", "-200")
    colleagues = [office.person("officer", name, office.unit.name) for name in office.unit.officers]
    other = office.person("officer", office.other.officers[0], office.other.name)
    removed = office.person("officer", "已调走", office.unit.name)
    accept = f"!accept:{number}:off_site"

    answers = office.at_once(
        [*((each, accept) for each in colleagues), (other, accept), (removed, accept), ("u-stranger", accept),
         ("u-forwarder", f"@forwarded:{number}"), ("u-bystander", "!accept:")]
    )  # fmt: skip

    assert office.steps(number).count("accept") == 1
    assert [message for message, _ in office.told(number)].count("acceptance_notice") == 1
    assert sum(f"已受理：{number}" in answer for answer in answers[:2]) == 1
    assert sum("这里是最新情况" in answer for answer in answers[:2]) == 1
    assert "没有这个编号，或者这件不归您办理" in answers[2]
    assert "还没有在这里登记" in answers[3]
    assert "还没有在这里登记" in answers[4]
    assert all(answers[:5])
    assert office.refusals(number) == ["may_not_see", "not_now", "stranger", "stranger"]


def test_a_forwarded_card_and_a_recused_officer_change_nothing_beside_the_one_who_may(
    made: Callable[[str], Office],
) -> None:
    office = made("yunnan")
    office.room(f"unit:{office.unit.name}")
    office.room("dispatchers", "-200")
    number = office.filed()
    office.say(office.person("dispatcher", "赵调度"), f"交办 {number} {office.unit.name}", "-200")
    able, recused = (office.person("officer", name, office.unit.name) for name in office.unit.officers[:2])
    office.say(recused, f"回避 {number}，因为是亲戚")
    office.say(recused, "确认发送")
    accept = f"!accept:{number}:off_site"

    answers = office.at_once([(able, accept), (recused, accept), ("u-any", f"@forwarded:{number}")])

    assert f"已受理：{number}" in answers[0]
    assert "没有这个编号，或者这件不归您办理" in answers[1]
    assert office.steps(number)[-1] == "accept"
    assert office.refusals(number) == ["may_not_see"]


def test_a_leader_and_the_stand_in_approve_at_once_and_the_author_may_not(made: Callable[[str], Office]) -> None:
    office = made("henan")
    office.room(f"unit:{office.unit.name}")
    office.room("dispatchers", "-200")
    number = office.filed()
    office.say(office.person("dispatcher", "赵调度"), f"交办 {number} {office.unit.name}", "-200")
    author, colleague = (office.person("officer", name, office.unit.name) for name in office.unit.officers[:2])
    leader = office.person("leader", office.unit.leader, office.unit.name)
    office.say(leader, f"请假到12月1日，由{office.unit.officers[1]}代办")
    office.say(author, f"办结 {number}：{ANSWER}")
    office.say(author, "确认发送")
    approve = f"!approve:{number}"

    answers = office.at_once([(leader, approve), (colleague, approve), (author, approve)])

    assert office.case(number).state == "in_check"
    assert office.steps(number).count("approve") == 1
    assert sum(f"已审批同意：{number}" in answer for answer in answers[:2]) == 1
    assert sum("这里是最新情况" in answer for answer in answers[:2]) == 1
    assert "不由经办人办理" in answers[2]
    # Whether the stand-in or the leader came second: to either there was nothing left to approve.
    assert office.refusals(number) in (["not_your_step"] * 2, ["not_your_step", "nothing_to_approve"])
    assert office.told(number).count(("check_request", "inspectors")) == 1


ANSWER = (
    "调查核实：当天没有收件，已电话说明。处理过程：已补收。整改措施：已培训窗口人员。整改结果：已经办好。认定：属实"
)

"""The reception with a real store, the real desk and the real reader: one door, one transaction a message."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bots.message import Media, Message
from casebook.case import Case
from casebook.errors import Conflict
from models.store import Store
from tests.talking import MATTER, House, text_of

DISPATCHER = "dispatcher:赵调度"
OFFICER = "officer:李经办@市自然资源局"
SUPERVISOR = "supervisor:孙督办"
FOUR = "办结：调查核实：已查监控。\n处理过程：约谈当事人。\n整改措施：全员培训。\n整改结果：已道歉并办结。\n认定：属实"


@pytest.fixture
def house(memory_store: Store) -> House:
    return House(memory_store)


def case(house: House, number: str) -> Case:
    return house.store.read(lambda unit: unit.load(number))


def notices(house: House, number: str) -> list[tuple[str, str]]:
    rows = house.store.read(lambda unit: unit.outbox_of(number))
    return [(row.message, row.state) for row in rows if row.to.startswith("citizen:")]


def answered(house: House) -> str:
    number = house.filed()
    house.in_room(DISPATCHER, "交办市自然资源局")
    house.in_room(OFFICER, "受理")
    house.in_room(OFFICER, FOUR)
    house.in_room(OFFICER, "确认发送")
    return number


def test_the_walk_from_first_message_to_rating(store: Store) -> None:
    house = House(store)
    house.say(MATTER)
    card = house.say("希望马上办理，张三丰 13800000000")
    receipt = text_of(house.say("!" + card[0].buttons[0][0].data))
    number = house.numbers()[0]
    assert number in receipt
    assert "第十条" in receipt

    assert "建议：市自然资源局" in house.in_room(DISPATCHER, f"!card:{number}")
    units = [unit.name for unit in house.desk.law.jurisdiction.units]
    house.in_room(DISPATCHER, f"!dispatch:{number}:{units.index('市自然资源局')}")
    assert "办理中" in house.in_room(OFFICER, f"!accept:{number}:off_site")
    house.in_room(OFFICER, FOUR)
    assert "已答复" in house.in_room(OFFICER, "确认发送")
    assert "已查监控" in text_of(house.say("我的进度"))
    assert "5" in text_of(house.say(f"!rate:{number}:5")) or case(house, number).score == 5

    assert case(house, number).state == "closed"
    assert case(house, number).verdict == "substantiated"


@pytest.mark.parametrize("before", ["", "不予受理"])
def test_an_answer_in_labelled_paragraphs_needs_no_verb(house: House, before: str) -> None:
    number = house.filed()
    house.in_room(DISPATCHER, f"交办 {number} 市自然资源局")
    house.in_room(OFFICER, "受理")
    if before:
        house.in_room(OFFICER, before)

    assert "将要办结" in house.in_room(OFFICER, FOUR.removeprefix("办结："))
    assert "已答复" in house.in_room(OFFICER, "确认发送")


def test_talk_among_colleagues_is_left_alone(house: House) -> None:
    number = house.filed()
    house.in_room(DISPATCHER, f"交办 {number} 市自然资源局")
    house.in_room(OFFICER, "受理")

    assert house.in_room(OFFICER, "处理：等老王回来再说") == ""


def test_dispatchers_are_told_of_a_new_case_with_the_words_that_spoke_for_its_units(house: House) -> None:
    number = house.filed()
    told = house.store.read(lambda unit: unit.outbox_of(number))
    (new,) = [row for row in told if row.message == "new_case"]

    assert re.fullmatch(r"市自然资源局 \d+%；.+（因为：.*不动产.*）", new.private["proposal"])


def test_a_dissatisfied_citizen_is_looked_at_again(house: House) -> None:
    number = answered(house)
    assert "督办" in text_of(house.say("不满意"))
    house.say("窗口还是没给我办")
    house.in_room(SUPERVISOR, f"!supervise:{number}")
    house.in_room(SUPERVISOR, "请重新核实")

    assert case(house, number).state == "handling"
    assert case(house, number).rework_count == 1
    assert [entry.private["text"] for entry in case(house, number).history if entry.step == "supplement"] == [
        "窗口还是没给我办"
    ]


def test_the_receipt_goes_with_the_answer_and_is_not_sent_again(house: House) -> None:
    number = house.filed()

    assert notices(house, number) == [("receipt", "passive")]


def test_a_second_press_on_the_card_files_nothing_twice(house: House) -> None:
    house.filed()
    house.say("!confirm:1")

    assert len(house.numbers()) == 1


def test_a_turn_run_again_after_a_conflict_files_once(house: House) -> None:
    house.say(MATTER)
    house.say("希望马上办理，张三丰 13800000000")
    tries: list[Any] = []
    real = house.reception.receive

    def twice(unit: Any, message: Message) -> Any:
        replies = real(unit, message)
        tries.append(replies)
        if len(tries) == 1:
            raise Conflict("somebody else was quicker")
        return replies

    house.reception.receive = twice  # type: ignore[method-assign]
    house.say("确认提交")

    assert len(tries) == 2
    assert len(house.numbers()) == 1


def test_what_the_machine_thinks_goes_along_as_a_proposal(house: House) -> None:
    number = house.filed()
    proposal = case(house, number).filing.proposal

    assert proposal["departments"][0][0] == "市自然资源局"
    assert proposal["verdict"] == "accept"


def test_a_refusal_of_the_desk_is_said_and_the_words_are_kept(house: House) -> None:
    number = house.filed()
    house.in_room(DISPATCHER, "交办市自然资源局")
    house.in_room(OFFICER, "受理")
    told = house.in_room(OFFICER, f"延期30天 {number} 需要测绘")
    assert "30" in told
    refused = house.in_room(OFFICER, "确认")
    assert "第十三条" in refused

    assert "已延期" in house.in_room(OFFICER, "延期5天") + house.in_room(OFFICER, "确认")


def test_a_withdrawal_is_carried_out_after_the_question(house: House) -> None:
    number = house.filed()
    house.say("撤回")

    assert "撤回" in text_of(house.say("确定撤回"))
    assert case(house, number).state == "withdrawn"


def test_an_officer_of_another_unit_learns_nothing(house: House) -> None:
    number = house.filed()
    house.in_room(DISPATCHER, "交办市自然资源局")
    told = house.in_room("officer:王经办@市公安局", f"!accept:{number}:off_site")

    assert "不归您办理" in told
    assert case(house, number).state == "awaiting_acceptance"


def test_a_person_without_the_right_is_refused_by_the_desk(house: House) -> None:
    number = house.filed()

    assert "不由督办员办理" in house.in_room(SUPERVISOR, f"!dispatch:{number}:0")


def test_a_stranger_in_a_bound_group_is_refused_and_so_is_everybody_in_an_unbound_one(house: House) -> None:
    number = house.filed()
    assert house.say("大家中午吃什么", "u1", "telegram", "-100") == []
    assert "还没有登记" in text_of(house.say(f"!accept:{number}:off_site", "u1", "telegram", "-100"))
    house.store.write(lambda unit: unit.bind_group("telegram", "-100", "unit:市自然资源局"))

    assert "没有在这里登记" in text_of(house.say(f"!accept:{number}:off_site", "u1", "telegram", "-100"))


def test_a_bound_officer_works_in_a_bound_group(house: House) -> None:
    number = house.filed()
    house.in_room(DISPATCHER, "交办市自然资源局")
    house.store.write(lambda unit: unit.bind_group("telegram", "-100", "unit:市自然资源局"))
    house.store.write(lambda unit: unit.bind_person("telegram", "u1", OFFICER))
    house.say(f"受理 {number}", "u1", "telegram", "-100")

    assert case(house, number).state == "handling"


def test_two_officers_in_one_room_do_not_mix_their_drafts(house: House) -> None:
    number = house.filed()
    house.in_room(DISPATCHER, "交办市自然资源局")
    house.in_room(OFFICER, "受理")
    house.in_room(OFFICER, f"!extend:{number}")
    other = house.in_room("officer:吴经办@市自然资源局", "5")

    assert other == ""


def test_quoting_a_line_in_the_desk_room_names_its_case(house: House) -> None:
    number = house.filed()
    house.in_room(DISPATCHER, "交办市自然资源局")
    house.in_room(OFFICER, "受理")
    room = "unit:市自然资源局"
    body = {"text": "…", "card": number}
    id = house.store.write(lambda unit: unit.add_line(room, "office", body, house.now, "k1"))

    assert "将要办结" in house.in_room(OFFICER, "已经当面道歉并办理", quotes=str(id))


def test_a_platforms_picture_is_kept_under_an_id_of_ours_and_belongs_to_the_case(house: House) -> None:
    house.say(MATTER, channel="wechat")
    house.say("", channel="wechat", kind="image", media=(Media("image", "MEDIA_ID"),))
    house.say("希望马上办理，张三丰 13800000000", channel="wechat")
    house.say("确认", channel="wechat")
    number = house.numbers()[0]
    (kept,) = house.store.read(lambda unit: unit.media_of(number))

    assert kept.source == "wechat:MEDIA_ID"
    assert case(house, number).filing.evidence == (kept.id,)


def test_asking_for_a_person_again_and_again_asks_once(house: House) -> None:
    for _ in range(3):
        house.say("转人工")

    assert len(house.store.read(lambda unit: unit.notices_for("dispatchers"))) == 1


def test_danger_alarms_dispatchers_and_supervisors(house: House) -> None:
    assert "110" in text_of(house.say("我不想活了"))

    for room in ("dispatchers", "supervisors"):
        assert [row.message for row in house.store.read(lambda unit, to=room: unit.notices_for(to))] == ["alarm"]


def test_urging_tells_the_unit_once_a_day(house: House) -> None:
    house.filed()
    house.in_room(DISPATCHER, "交办市自然资源局")
    house.say("催一下")
    house.say("催一下")

    rows = house.store.read(lambda unit: unit.notices_for("unit:市自然资源局"))
    assert [row.message for row in rows] == ["dispatch_order", "urge"]


def test_one_persons_case_is_not_anothers(house: House) -> None:
    number = house.filed()

    assert "没有查到" in text_of(house.say(number, "s2"))
    assert "没有查到" in text_of(house.say(f"!withdraw_yes:{number}", "s2"))


def test_an_id_number_sent_through_telegram_is_nowhere_in_the_case(house: House) -> None:
    for text in (MATTER, "希望马上办理，张三丰 13800000000", "11010519491231002X", "确认"):
        house.say(text, channel="telegram")
    filing = case(house, house.numbers()[0]).filing

    assert "11010519491231002X" not in repr(filing)


def test_what_stands_in_a_group_names_nobody(house: House) -> None:
    number = house.filed()
    shown = house.in_room(DISPATCHER, f"!card:{number}")

    assert "张三丰" not in shown
    assert "13800000000" not in shown


def test_the_clause_of_another_way_is_cited_as_people_know_it(memory_store: Store) -> None:
    told = text_of(House(memory_store).say("法院已经立案了的那个案子你们管不管，正在打官司"))

    assert "依据：《云南省政务服务投诉处理办法（试行）》第八条（三）。" in told

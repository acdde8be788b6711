"""What rooms show and hide on the real store: two hundred cases on a Monday, quarantined words, material asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casebook.case import Filing, Person
from casebook.masking import masked_text
from models.store import Store
from tests.makers import a_filing
from tests.talking import MORNING, text_of
from tests.test_joining import buttons
from tests.test_officer_rulebooks import Ruled

WORDS = "你们都是狗屁，统统去死，一群废物"


@pytest.fixture
def henan(memory_store: Store) -> Ruled:
    return Ruled(memory_store, "henan")


@pytest.fixture
def suining(memory_store: Store) -> Ruled:
    return Ruled(memory_store, "suining")


def filed(house: Ruled, filing: Filing) -> str:
    by = Person("citizen", filing.citizen)
    return house.store.write(lambda unit: house.desk.file(unit, filing, by, house.now)).number


def shown(house: Ruled, person: str, text: str, room: str) -> tuple[str, dict[str, str]]:
    replies = house.say(text, person, "desk", room)
    return text_of(replies), buttons(replies)


def test_two_hundred_cases_on_monday_are_worked_down_the_earliest_due_first(henan: Ruled) -> None:
    """Filed newest due first, so that the order of filing would show the wrong ones."""
    numbers = []
    for place in range(200):
        henan.now = MORNING - timedelta(minutes=place)
        numbers.append(filed(henan, a_filing(text=f"第{place}件：窗口不给受理")))
    henan.now = MORNING
    text, pressed = shown(henan, henan.dispatcher, "我的待办", "dispatchers")

    assert "待办 200 件" in text
    assert "（第 1/20 页）" in text
    assert [data for data in pressed.values() if data.startswith("card:")] == [f"card:{n}" for n in numbers[:-11:-1]]

    first = numbers[-1]
    _, opened = shown(henan, henan.dispatcher, f"!card:{first}", "dispatchers")
    assert f"dispatch:{first}" in opened.values()
    _, done = shown(henan, henan.dispatcher, f"交办 {first} {henan.unit.name}", "dispatchers")
    assert done["下一件"] == f"next:{first}"
    text, _ = shown(henan, henan.dispatcher, f"!next:{first}", "dispatchers")
    assert f"编号 {numbers[-2]}" in text


def test_what_was_handed_back_stands_first_with_how_often(suining: Ruled) -> None:
    pressing = filed(suining, a_filing(text="急事"))
    suining.now += timedelta(hours=1)
    back = filed(suining, a_filing())
    suining.in_room(suining.dispatcher, f"交办 {back} {suining.unit.name}")
    suining.in_room(suining.officer, f"退单 {back}，应由市公安局办理")
    text, pressed = shown(suining, suining.dispatcher, "我的待办", "dispatchers")

    assert [data for data in pressed.values() if data.startswith("card:")] == [f"card:{back}", f"card:{pressing}"]
    assert "退1次" in text
    assert (
        f"经过：{suining.unit.name}（退：应由市公安局办理）"
        in shown(suining, suining.dispatcher, f"!card:{back}", "dispatchers")[0]
    )


def test_words_under_quarantine_stand_in_no_room_until_a_person_sends_them_on(henan: Ruled) -> None:
    proposal = {"verdict": "out_of_scope", "ground": "abuse", "clause": "5.2"}
    spoke = {"departments": [[henan.unit.name, 0.9]], "why": WORDS[:6]}
    number = filed(henan, a_filing(text=WORDS, proposal=proposal | spoke))
    told = henan.store.read(lambda unit: [row for row in unit.outbox_of(number) if row.to == "dispatchers"])
    text, pressed = shown(henan, henan.dispatcher, f"!card:{number}", "dispatchers")
    listed, _ = shown(henan, henan.dispatcher, "我的待办", "dispatchers")
    searched, _ = shown(henan, henan.dispatcher, "找 废物", "dispatchers")

    assert "没有在群里显示" in str(told[0].private)
    assert all(WORDS[:6] not in each for each in (str(told[0].private), text, listed, searched))
    assert "第五条（二）" in text
    assert pressed["单独看原文"] == f"read:{number}"

    henan.in_room(henan.dispatcher, f"交办 {number} {henan.unit.name}")
    assert WORDS[:6] in shown(henan, henan.officer, f"!card:{number}", f"unit:{henan.unit.name}")[0]


def test_a_unit_asked_for_material_answers_on_a_card_of_its_own_and_then_sees_it_no_more(suining: Ruled) -> None:
    number = suining.opened()
    other = suining.desk.law.jurisdiction.units[1]
    asked, room = f"officer:{other.officers[0]}@{other.name}", f"unit:{other.name}"
    assert "没有这个编号" in shown(suining, asked, f"!card:{number}", room)[0]
    suining.in_room(suining.officer, f"调取材料 {number} {other.name} 12月4日前提供：大厅门口的监控")
    suining.in_room(suining.officer, "确认发送")

    text, pressed = shown(suining, asked, f"!card:{number}", room)
    listed, _ = shown(suining, asked, "我的待办", room)
    assert f"待提供材料：{other.name}（12月04日前）" in text
    assert masked_text("张三丰", a_filing()) in text
    assert [data.partition(":")[0] for data in pressed.values()] == ["give_material", "whole"]
    assert number in listed
    assert "已提供材料" in shown(suining, asked, f"提供材料 {number}：监控已刻盘送到", room)[0]
    assert suining.case(number).asked == ()
    assert "没有这个编号" in shown(suining, asked, f"!card:{number}", room)[0]


def test_a_clarification_that_names_the_filer_does_not_leave(suining: Ruled) -> None:
    number = suining.opened()
    suining.in_room(suining.officer, f"办结 {number}：调查核实：已核实，当天按号办理。认定：不属实")
    suining.in_room(suining.officer, "确认发送")
    said = suining.in_room(suining.officer, f"澄清 {number}：张三丰反映的情况不存在，可致电 13900000000")

    assert "✗ 里面有群众本人的信息（张**）" in said
    assert "13900000000" not in said.split("！")[1]
    suining.in_room(suining.officer, "确认发送")
    assert "clarify_publicly" not in [entry.step for entry in suining.case(number).history]


def test_a_promise_before_anything_is_known_is_pointed_out(suining: Ruled) -> None:
    number = suining.opened()
    said = suining.in_room(suining.officer, f"已联系 {number}，保证三天内给您办好")

    assert "“保证”像是承诺结果" in said
    assert "第十二条" in said
    assert suining.case(number).history[-1].private.get("text") != "保证三天内给您办好"
    suining.in_room(suining.officer, "确认发送")
    assert suining.case(number).history[-1].step == "contact"


def test_the_centre_sees_two_hand_backs_raised_to_the_supervisors(suining: Ruled) -> None:
    number = filed(suining, a_filing())
    for unit in suining.desk.law.jurisdiction.units[:2]:
        suining.in_room(suining.dispatcher, f"交办 {number} {unit.name}")
        suining.in_room(f"officer:{unit.officers[0]}@{unit.name}", f"退单 {number}，不归我们")
    rows = suining.store.read(
        lambda unit: [row.to for row in unit.outbox_of(number) if row.message == "dispute_request"]
    )

    assert rows == ["dispatchers", "dispatchers", "supervisors"]
    assert suining.case(number).state == "disputed"


def test_whoever_looks_at_an_answer_before_it_leaves_finds_it_in_the_room(henan: Ruled) -> None:
    number = henan.opened()
    henan.answered(number)
    asked = henan.store.read(lambda unit: [row for row in unit.outbox_of(number) if row.message == "review_request"])
    _, pressed = shown(henan, henan.leader, f"!card:{number}", henan.leader)
    text, _ = shown(henan, henan.leader, f"!answer:{number}", henan.leader)

    assert "窗口当天没有收件，情况属实" in str(asked[0].private)
    assert pressed["看答复"] == f"answer:{number}"
    assert "调查核实：窗口当天没有收件，情况属实" in text
    henan.in_room(henan.leader, f"同意 {number}")
    checked = henan.store.read(lambda unit: [row for row in unit.outbox_of(number) if row.message == "check_request"])
    assert "全员培训" in str(checked[0].private)


def test_what_waits_for_the_leader_stands_first_in_the_leaders_list(henan: Ruled) -> None:
    pressing, waiting = henan.opened(), henan.opened()
    henan.answered(waiting)
    _, pressed = shown(henan, henan.leader, "我的待办", henan.leader)

    assert [data for data in pressed.values() if data.startswith("card:")] == [f"card:{waiting}", f"card:{pressing}"]

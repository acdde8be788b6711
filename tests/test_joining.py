"""Joining, leave, private links, refusals: the officers' side of the reception on the real store, desk and reader."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bots.card_renewal import RenewingDesk
from bots.joining import PURPOSE, WRONG_CODES
from bots.message import Reply
from bots.private_links import PURPOSE as PRIVATE
from bots.reception import Reception
from bots.room_views import RoomViews
from bots.wording import load_words
from casebook.case import Case, Person
from models.store import Store
from tests.talking import MATTER, House, law, reader, text_of

ROOM, LI, WU = "unit:市自然资源局", "officer:李经办@市自然资源局", "officer:吴经办@市自然资源局"
MA = "leader:马局长@市自然资源局"
DISPATCHER, SUPERVISOR = "dispatcher:赵调度", "supervisor:孙督办"
GROUP = "-100"
FOUR = (
    "调查核实：3号窗口当天没有收件，情况属实。处理过程：已道歉并收件。"
    "整改措施：全员培训。整改结果：已经办好登记。认定：属实"
)


@pytest.fixture
def house(memory_store: Store) -> House:
    return House(memory_store)


def code(house: House, address: str) -> str:
    return house.store.write(lambda unit: unit.code_make(PURPOSE, address, house.now, timedelta(days=1)))


def joined(house: House) -> None:
    """李经办 and the unit's group, on Telegram."""
    house.say(f"绑定 {code(house, ROOM)}", "u-admin", "telegram", GROUP)
    house.say(f"绑定 {code(house, LI)}", "u-li", "telegram")


def case(house: House, number: str) -> Case:
    return house.store.read(lambda unit: unit.load(number))


def refusals(house: House) -> list[tuple[str, str, str]]:
    return [(row.who, row.what, row.why) for row in house.store.read(lambda unit: unit.refusals())]


def dispatched(house: House) -> str:
    number = house.filed()
    house.in_room(DISPATCHER, f"交办 {number} 市自然资源局")
    return number


def handling(house: House) -> str:
    number = dispatched(house)
    house.in_room(LI, f"!accept:{number}:off_site")
    return number


def buttons(replies: list[Reply]) -> dict[str, str]:
    return {button.label: button.data or button.url for reply in replies for row in reply.buttons for button in row}


# Joining.


def test_a_group_and_a_person_join_by_codes_and_work_at_once(house: House) -> None:
    number = dispatched(house)
    told = text_of(house.say(f"绑定 {code(house, ROOM)}", "u-admin", "telegram", GROUP))
    assert "市自然资源局的办件群" in told
    assert "现在有 1 件没有办结" in told
    assert "市自然资源局经办人李经办" in text_of(house.say(f"绑定 {code(house, LI)}", "u-li", "telegram"))

    house.say(f"!accept:{number}:off_site", "u-li", "telegram", GROUP)
    assert case(house, number).state == "handling"


def test_a_group_with_nothing_to_do_hears_of_nothing(house: House) -> None:
    dispatched(house)

    told = text_of(house.say(f"绑定 {code(house, 'unit:市公安局')}", "u-admin", "telegram", GROUP))

    assert "市公安局的办件群" in told
    assert "没有办结" not in told


def test_a_company_member_joins_in_the_apps_chat_and_is_known_to_the_bot(house: House) -> None:
    number = dispatched(house)
    house.say(f"绑定 {code(house, LI)}", "li", "wecom")
    house.say(f"绑定 {code(house, ROOM)}", "li", "wecom_bot", "group9")

    house.say(f"!accept:{number}:off_site", "li", "wecom_bot", "group9")
    assert case(house, number).state == "handling"


@pytest.mark.parametrize("words", ["绑定 {}", "/bind {}", "绑定：{}", "　@huiying_bot 绑定 {}"])
def test_a_code_may_be_typed_in_several_ways(house: House, words: str) -> None:
    assert "好了" in text_of(house.say(words.format(code(house, ROOM)), "u-admin", "telegram", GROUP))


def test_a_code_works_once_and_a_rooms_code_only_in_a_group(house: House) -> None:
    once = code(house, ROOM)
    house.say(f"绑定 {once}", "u-admin", "telegram", GROUP)

    assert "不对" in text_of(house.say(f"绑定 {once}", "u-admin", "telegram", "-200"))
    assert "那个群里" in text_of(house.say(f"绑定 {code(house, ROOM)}", "u-admin", "telegram"))


def test_guessing_codes_is_ended(house: House) -> None:
    for _ in range(WRONG_CODES):
        house.say("绑定 000000", "u-x", "telegram")

    assert "错得太多" in text_of(house.say(f"绑定 {code(house, LI)}", "u-x", "telegram"))
    assert refusals(house) == [("", "join", "wrong_code")] * WRONG_CODES


def test_a_citizens_words_in_the_web_chat_join_nobody(house: House) -> None:
    house.say(f"绑定 {code(house, SUPERVISOR)}", "s9", "web")

    assert house.store.read(lambda unit: unit.bound()) == []


def test_who_is_taken_out_can_do_nothing_more_and_it_is_recorded(house: House) -> None:
    number = dispatched(house)
    joined(house)
    house.store.write(lambda unit: unit.unbind_all(LI))

    assert "没有在这里登记" in text_of(house.say(f"!accept:{number}:off_site", "u-li", "telegram", GROUP))
    assert case(house, number).state == "awaiting_acceptance"
    assert refusals(house) == [("", "accept", "stranger")]


def test_who_leaves_the_staff_list_is_a_stranger_though_still_bound(house: House) -> None:
    number = dispatched(house)
    joined(house)
    house.store.write(lambda unit: unit.bind_person("telegram", "u-old", "officer:赵离职@市自然资源局"))

    assert "没有在这里登记" in text_of(house.say(f"!accept:{number}:off_site", "u-old", "telegram", GROUP))


def test_a_group_that_became_a_supergroup_keeps_its_binding(house: House) -> None:
    number = dispatched(house)
    joined(house)
    house.store.write(lambda unit: unit.rebind("telegram", GROUP, "-100200"))

    house.say(f"!accept:{number}:off_site", "u-li", "telegram", "-100200")
    assert case(house, number).state == "handling"


def test_the_bot_asks_for_a_code_when_it_comes_into_a_group(house: House) -> None:
    assert "六位码" in text_of(house.say("@joined", "u-admin", "telegram", "-300"))


# Leave and stand-in.


def test_a_stand_in_is_told_and_ends_with_the_leave(house: House) -> None:
    assert "由市自然资源局经办人李经办代办" in house.in_room(MA, "请假到12月1日，由李经办代办")
    assert house.store.read(lambda unit: unit.stands_in_for(LI, house.now)) == [MA]

    assert "已经销假" in house.in_room(MA, "销假")
    assert house.store.read(lambda unit: unit.stands_in_for(LI, house.now)) == []


def test_a_stand_in_does_in_his_own_name_what_the_absent_may_but_checks_no_work_of_his_own(house: House) -> None:
    number = dispatched(house)
    away, until = "officer:王经办@市公安局", house.now + timedelta(days=9)
    house.store.write(lambda unit: unit.leave(LI, away, until))
    house.in_room(away, f"!accept:{number}:off_site", chat="unit:市公安局")

    assert str(case(house, number).history[-1].by) == "officer:王经办@市自然资源局"
    views = RoomViews(house.desk)
    mine = replace(case(house, number), state="in_check", officer="王经办")
    people = (Person.read(away), Person("inspector", "王经办"))
    assert views.actor(mine, "pass_check", people, house.now) == people[0]


@pytest.mark.parametrize("words", ["请假", "请假到12月1日", "请假到12月1日，由孙督办代办", "请假，由李经办代办"])
def test_a_leave_without_day_or_colleague_is_asked_for_again(house: House, words: str) -> None:
    assert "请这样写" in house.in_room(MA, words)


def test_a_dispatcher_may_be_stood_in_for_by_the_other(house: House) -> None:
    assert "代办" in house.in_room(DISPATCHER, "请假到12月1日，由钱调度代办")
    assert house.store.read(lambda unit: unit.stand_in_of(DISPATCHER, house.now)) == "dispatcher:钱调度"


# Cards.


def test_contact_data_goes_by_a_private_link_and_never_into_the_group(house: House) -> None:
    number = handling(house)
    joined(house)
    shown = house.say(f"找 {number}", "u-li", "telegram", GROUP)
    assert "找到 1 件" in text_of(shown)
    assert "13800000000" not in text_of(shown)
    told = house.say(f"!look:{number}", "u-li", "telegram", GROUP)

    assert "私下发给您" in text_of(told)
    assert buttons(told) == {}
    (row,) = house.store.read(lambda unit: unit.notices_for("chat:telegram:u-li", 0))
    url = row.private["reply"]["buttons"][0][0][2]
    ticket = re.fullmatch(r"http://localhost:8000/private/(\S+)", url)
    assert ticket
    found = house.store.read(lambda unit: unit.ticket_peek(ticket[1], house.now, PRIVATE))
    assert found.subject == f"look|{number}||{LI}"


def test_who_may_not_know_gets_no_link(house: House) -> None:
    for text in (MATTER, "希望马上办理，匿名", "确认提交"):
        house.say(text)
    number = house.numbers()[0]
    house.in_room(DISPATCHER, f"交办 {number} 市自然资源局")

    assert "不能查看" in house.in_room(LI, f"!look:{number}")
    assert "一次性链接" in house.in_room(DISPATCHER, f"!look:{number}")


def cards_edited(house: House, number: str) -> list[str]:
    rows = house.store.read(lambda unit: unit.notices_for(f"chat:telegram:{GROUP}", 0))
    return [row.private["reply"]["text"] for row in rows if row.key.startswith("card:") and row.state == "waiting"]


@pytest.fixture
def renewing(house: House) -> House:
    """The office as it is wired: its desk renews cards."""
    house.desk = RenewingDesk(law(), load_words())
    house.reception = Reception(house.desk, reader(), law().jurisdiction)
    return house


def test_a_changed_case_edits_its_cards_whoever_changed_it(renewing: House) -> None:
    number = dispatched(renewing)
    joined(renewing)
    renewing.store.write(lambda unit: unit.card_put("telegram", GROUP, number, f"{GROUP}:7", renewing.now))
    renewing.in_room(LI, f"!accept:{number}:off_site")
    assert len(cards_edited(renewing, number)) == 1
    assert "办理中" in cards_edited(renewing, number)[0]

    renewing.say("撤回")
    renewing.say("确定撤回")
    assert case(renewing, number).state == "withdrawn"
    assert "已撤回" in cards_edited(renewing, number)[-1]


def test_where_the_step_was_taken_the_answer_is_the_edited_card(renewing: House) -> None:
    number = dispatched(renewing)
    joined(renewing)
    renewing.store.write(lambda unit: unit.card_put("telegram", GROUP, number, f"{GROUP}:7", renewing.now))
    told = renewing.say(f"!accept:{number}:off_site", "u-li", "telegram", GROUP)

    assert [reply.card for reply in told] == [number]
    assert cards_edited(renewing, number) == []


# Refusals.


def test_two_officers_at_once_the_second_is_shown_how_it_stands(house: House) -> None:
    number = dispatched(house)
    house.in_room(LI, f"!accept:{number}:off_site")
    told = house.in_room(WU, f"!accept:{number}:off_site")

    assert "同事刚刚办过" in told
    assert (WU, "accept", "not_now") in refusals(house)


def test_a_forwarded_card_and_a_press_in_another_units_room_are_refused_and_recorded(house: House) -> None:
    number = dispatched(house)
    joined(house)
    forwarded: dict[str, Any] = {"kind": "event", "data": "forwarded"}

    assert "转发来的" in text_of(house.say(f"编号 {number}", "u-li", "telegram", GROUP, **forwarded))
    assert "不归您办理" in house.in_room("officer:王经办@市公安局", f"!accept:{number}:off_site")
    assert {why for _, _, why in refusals(house)} == {"forwarded", "may_not_see"}


def test_a_member_who_is_nobody_here_is_a_stranger_and_no_citizen(house: House) -> None:
    assert "没有在这里登记" in text_of(house.say("我的待办", "zhang", "wecom"))
    assert house.say("我要投诉窗口态度差", "zhang", "wecom") == []


# The dispatcher.


def test_what_a_dispatcher_decides_is_kept_as_an_example(house: House) -> None:
    number = house.filed()
    house.in_room(DISPATCHER, f"交办 {number} 市公安局")

    (example,) = house.store.read(lambda unit: unit.examples())
    assert (example.number, example.label, example.suggested) == (number, "市公安局", "市自然资源局")
    assert "13800000000" not in example.text


def test_handed_back_cases_come_first_with_their_path(house: House) -> None:
    first = house.filed()
    house.in_room(DISPATCHER, f"交办 {first} 市公安局")
    for text in ("新的投诉", "我在市税务局大厅等了三个小时没人办", "希望道歉", "确认提交"):
        house.say(text, "s2")
    house.in_room("officer:王经办@市公安局", f"退单 {first}，应由市自然资源局")
    told = house.in_room(DISPATCHER, "我的待办")

    assert told.index(first) == min(told.index(number) for number in house.numbers() if number in told)
    assert "经过：市公安局（退：" in house.in_room(DISPATCHER, f"!card:{first}")


def test_a_dispatcher_sees_similar_cases_by_number_only(house: House) -> None:
    earlier = dispatched(house)
    for text in (
        "我上周四去市不动产登记中心3号窗口办证，材料齐全也不给受理",
        "希望马上办理，郭靖 13900000000",
        "确认提交",
    ):
        house.say(text, "s2")
    number = next(each for each in house.numbers() if each != earlier)

    told = house.in_room(DISPATCHER, f"!card:{number}")
    assert f"以前类似的：{earlier}（市自然资源局）" in told
    assert "13900000000" not in told


# Overviews and searches.


def test_a_word_is_looked_for_in_what_the_person_may_see(house: House) -> None:
    number = dispatched(house)

    assert number in house.in_room(LI, "找 不动产")
    assert "没有找到" in house.in_room("officer:王经办@市公安局", "找 不动产")
    assert "没有找到" in house.in_room(LI, "找 13800000000")


# Answers.


def test_an_answer_with_somebodys_identity_number_cannot_be_confirmed(house: House) -> None:
    number = handling(house)
    shown = house.in_room(LI, f"办结 {number}：{FOUR.replace('已道歉', '已向 530102199001011234 道歉')}")
    assert "✗ 答复里有身份证号" in shown
    house.in_room(LI, "确认发送")
    assert case(house, number).state == "handling"

    house.in_room(LI, "处理过程：已道歉并收件。")
    house.in_room(LI, "确认发送")
    assert case(house, number).state != "handling"


def test_a_supervisor_may_ask_for_another_revisit_instead_of_a_rework(house: House) -> None:
    number = handling(house)
    house.in_room(LI, f"办结 {number}：{FOUR}")
    house.in_room(LI, "确认发送")
    house.say(f"!rate:{number}:1")
    assert "请再回访" in buttons(house.say(f"!card:{number}", SUPERVISOR, "desk", "supervisors"))
    house.in_room(SUPERVISOR, f"!again:{number}")

    assert case(house, number).history[-1].step == "urge"


def test_a_case_may_be_taken_down_on_a_page(house: House) -> None:
    replies = house.say("登记来件", DISPATCHER, "desk", "dispatchers")

    assert "/private/" in buttons(replies)["打开"]


def test_what_is_behind_more_are_the_seldom_steps(house: House) -> None:
    number = handling(house)
    shown = buttons(house.say(f"!more:{number}", LI, "desk", ROOM))

    assert shown["回避"] == f"recuse:{number}"
    assert shown["办结（网页填写）"] == f"form:{number}:resolve"

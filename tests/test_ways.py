"""One person on several channels: joined by a code, told by whichever still reaches them, else called, else told when
they next write."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bots.channels.sending import Never
from models.store import Store
from tests.talking import MORNING, House, text_of
from tests.test_courier import NOW, Platform, contact, courier_of, fate, notice, post, texts

BLOCKED = Never("telegram: 403", "blocked")


@pytest.fixture
def house(memory_store: Store) -> House:
    return House(memory_store)


def says(house: House, text: str, sender: str, channel: str) -> str:
    """What that sender hears on that channel."""
    return text_of(house.say(text, sender, channel))


def code_of(house: House, sender: str = "s1", channel: str = "web") -> str:
    found = re.search(r"关联 (\d{6})", says(house, "关联", sender, channel))
    assert found
    return found[1]


def handle(house: House, channel: str, sender: str) -> str:
    return house.store.read(lambda unit: unit.contact_known(channel, sender).handle)


def test_the_code_of_one_channel_typed_on_another_makes_one_person_of_both(house: House) -> None:
    number = house.filed()

    assert "已经关联" in says(house, f"关联 {code_of(house)}", "42", "telegram")

    assert number in says(house, "我的进度", "42", "telegram")
    assert handle(house, "telegram", "42") == handle(house, "web", "s1")


@pytest.mark.parametrize("text", ["关联", "关联：", "取消关联"])
def test_asking_for_a_code_touches_no_draft(house: House, text: str) -> None:
    house.say("我上周三去市不动产登记中心3号窗口办证，不给受理")
    says(house, text, "s1", "web")

    assert "请核对" in text_of(house.say("希望马上办理，张三丰 13800000000"))


def test_a_wrong_code_joins_nothing_and_guessing_ends(house: House) -> None:
    code = code_of(house)
    wrong = f"关联 {(int(code) + 1) % 1000000:06d}"

    heard = [says(house, wrong, "42", "telegram") for _ in range(6)]

    assert ["不对" in text for text in heard] == [True] * 5 + [False]
    assert "错得太多" in says(house, f"关联 {code}", "42", "telegram")


def test_a_code_is_good_for_ten_minutes_and_once(house: House) -> None:
    code = code_of(house)
    assert "已经关联" in says(house, f"关联 {code}", "42", "telegram")

    assert "不对" in says(house, f"关联 {code}", "openid", "wechat")


def test_a_code_that_met_its_own_channel_still_joins_another(house: House) -> None:
    says(house, f"关联 {code_of(house)}", "42", "telegram")
    code = code_of(house)

    assert "同一种渠道" in says(house, f"关联 {code}", "43", "telegram")
    assert "已经关联" in says(house, f"关联 {code}", "openid", "wechat")


def test_two_people_with_cases_of_their_own_stay_two(house: House) -> None:
    house.filed()
    says(house, f"关联 {code_of(house)}", "42", "telegram")
    code = code_of(house, "openid", "wechat")

    assert "已经登记过" in says(house, f"关联 {code}", "42", "telegram")


def test_the_web_page_is_where_a_code_is_made_not_typed(house: House) -> None:
    code = code_of(house, "42", "telegram")

    assert "反过来" in says(house, f"关联 {code}", "s1", "web")


def test_what_one_channel_cannot_deliver_another_does(store: Store) -> None:
    telegram, wecom = Platform(), Platform()
    citizen = contact(store, "telegram")
    store.write(lambda unit: unit.way_join(unit.contact("wecom", "zhang", "", NOW), citizen.removeprefix("citizen:")))
    post(store, notice("a", citizen, "已答复", "answer"))
    telegram.planned = [BLOCKED]

    courier_of(store, {"telegram": telegram, "wecom": wecom}).deliver(NOW)

    assert (telegram.texts, wecom.texts) == ([], ["已答复"])
    assert fate(store, "a") == ("sent", "")
    assert texts(store, "dispatchers") == []


def test_the_channel_last_written_by_is_tried_first(store: Store) -> None:
    telegram, wecom = Platform(), Platform()
    citizen = contact(store, "telegram")
    store.write(lambda unit: unit.way_join(unit.contact("wecom", "zhang", "", NOW), citizen.removeprefix("citizen:")))
    assert contact(store, "wecom", "zhang") == citizen
    post(store, notice("a", citizen, "已答复", "answer"))

    courier_of(store, {"telegram": telegram, "wecom": wecom}).deliver(NOW)

    assert (telegram.texts, wecom.texts) == ([], ["已答复"])
    assert contact(store, "telegram") == citizen


def test_where_every_way_is_closed_the_page_holds_it_and_people_call(store: Store) -> None:
    telegram = Platform()
    citizen = contact(store, "telegram")
    room = citizen.removeprefix("citizen:")
    store.write(lambda unit: unit.way_join(unit.contact("web", "browser", "", NOW), room))
    post(store, notice("a", citizen, "已答复", "answer"))
    telegram.planned = [BLOCKED]

    courier_of(store, {"telegram": telegram}).deliver(NOW)

    assert texts(store, room) == ["已答复"]
    assert texts(store, "dispatchers") == ["unreachable"]
    assert [row.key for row in store.read(lambda unit: unit.outbox_calls())] == ["a"]


def test_what_was_missed_is_told_with_the_next_answer_and_once(house: House) -> None:
    citizen = contact(house.store, "telegram")
    post(house.store, replace(notice("a", citizen, message="receipt"), at=MORNING))
    platform = Platform()
    platform.planned = [BLOCKED]
    courier_of(house.store, {"telegram": platform}).deliver(MORNING)

    first, second = (says(house, "你好", "42", "telegram") for _ in range(2))

    assert "没能送到" in first
    assert "没能送到" not in second
    assert fate(house.store, "a") == ("passive", "")
    assert house.store.read(lambda unit: unit.outbox_calls()) == []


def test_three_calls_that_nobody_answered_end_it(store: Store) -> None:
    citizen = contact(store, "telegram")
    post(store, notice("a", citizen, message="answer"), notice("b", citizen, message="survey"))
    platform = Platform()
    platform.planned = [BLOCKED, BLOCKED]
    courier_of(store, {"telegram": platform}).deliver(NOW)
    one, other = (row.id for row in store.read(lambda unit: unit.outbox_calls()))

    calls = [
        store.write(lambda unit: unit.outbox_called(one, False, "调度员 赵", NOW + timedelta(hours=1), 3))
        for _ in range(4)
    ]
    store.write(lambda unit: unit.outbox_called(other, True, "调度员 赵", NOW, 3))

    assert calls == [True, True, True, False]
    assert fate(store, "a") == ("unreachable", "调度员 赵")
    assert fate(store, "b") == ("sent", "调度员 赵")
    assert store.read(lambda unit: unit.outbox_calls()) == []

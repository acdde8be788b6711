"""After filing, in the same chat: nobody called, urging, consent, short sentences, traditional characters."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bots.talk import Rate, Subscribe, Supplement, Talk, Unreached, Urge
from models.store import Store
from tests.talking import MATTER, MORNING, House, here, talked, text_of
from tests.test_citizen import ANSWERED, NUMBER, OPEN
from tests.test_reception import DISPATCHER, OFFICER, SUPERVISOR, answered

ALL = "希望马上办理，张三丰 13800000000"


@pytest.fixture
def house(memory_store: Store) -> House:
    return House(memory_store)


def rows(house: House, to: str) -> list[str]:
    return [row.message for row in house.store.read(lambda unit: unit.notices_for(to))]


def test_that_nobody_called_is_written_into_a_case_that_says_somebody_did() -> None:
    told = talked("根本没人联系我", known=here(replace(OPEN, claims_contact=True)))

    assert told.acts == (Unreached(NUMBER, "根本没人联系我"),)


def test_the_supervisors_hear_that_nobody_called_and_the_case_keeps_it(house: House) -> None:
    number = house.filed()
    house.in_room(DISPATCHER, "交办市自然资源局")
    house.in_room(OFFICER, "受理")
    house.in_room(OFFICER, f"已联系群众 {number} 已电话说明情况")
    house.in_room(OFFICER, "确认")
    assert "督办" in text_of(house.say("没人联系我"))
    case = house.store.read(lambda unit: unit.load(number))

    assert [entry.step for entry in case.history][-2:] == ["contact", "supplement"]
    assert rows(house, "supervisors") == ["human_wanted"]
    assert number in house.in_room(SUPERVISOR, f"!card:{number}")


def test_before_anybody_claims_a_call_the_staff_is_told_that_somebody_waits() -> None:
    assert "在等" in talked("没人联系我", known=here(OPEN)).text


def test_a_second_urging_within_the_hours_is_merged_and_says_what_changed() -> None:
    first = talked("催一下", known=here(replace(OPEN, moves=((MORNING, "交办"),))))
    assert first.acts == (Urge(NUMBER, "催一下"),)
    assert "11月23日交办" in first.text

    later = here(replace(OPEN, moves=((MORNING, "交办"),)), now=MORNING + timedelta(hours=3))
    again = talked("催一下", known=later, talk=first.talk)
    assert again.acts == ()
    assert "不重复催" in again.text
    assert "还没有新的进展" in again.text

    next_day = here(replace(OPEN, moves=((MORNING + timedelta(hours=5), "受理"),)), now=MORNING + timedelta(hours=25))
    urged = talked("催一下", known=next_day, talk=again.talk)
    assert urged.acts == (Urge(NUMBER, "催一下"),)
    assert "受理" in urged.text


def test_consent_to_later_notices_is_asked_once_where_the_platform_needs_it(house: House) -> None:
    for text in (MATTER, ALL):
        house.say(text, channel="wechat")
    replies = house.say("确认", channel="wechat")
    assert "服务通知" in text_of(replies)
    house.say("1", channel="wechat")
    handle = house.store.read(lambda unit: unit.contact_known("wechat", "s1")).handle
    assert house.store.read(lambda unit: unit.contact_notes(handle))["subscribed"] == "yes"
    for text in ("公积金中心不给我提取公积金", ALL):
        house.say(text, channel="wechat")

    assert "服务通知" not in text_of(house.say("确认", channel="wechat"))


@pytest.mark.parametrize(("said", "yes"), [("1", True), ("不用通知", False)])
def test_the_answer_to_consent_is_a_number_or_words(said: str, yes: bool) -> None:
    told = talked(MATTER, ALL, "确认", said, known=here(asks_consent=True, channel="wechat"))

    assert told.acts[-1] == Subscribe(yes)


def test_short_sentences_are_said_from_then_on_and_numbers_stand_in_groups() -> None:
    told = talked("长辈模式", MATTER, ALL)

    assert "138 0000 0000" in told.text
    assert len(told.text) < len(talked(MATTER, ALL).text)
    assert talked("普通模式", talk=told.talk).talk.plain is False


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("轉人工", "工作人员"),
        ("我的進度", NUMBER),
        ("催辦", "正在办理"),
        ("補充材料", "补充到编号"),
        ("幫助", "我的进度"),
    ],
)
def test_traditional_characters_are_understood(said: str, wanted: str) -> None:
    told = talked(said, known=here(OPEN))

    assert wanted in told.text


def test_a_traditional_statement_is_understood_and_kept_as_it_was_said() -> None:
    said = "我上週三去市不動產登記中心3號窗口辦證，材料齊全卻不給受理，態度還很差"
    told = talked(said, "希望馬上辦理，張三丰 13800000000")

    assert told.talk.draft is not None
    assert told.talk.draft.text == said
    assert told.talk.draft.name == "張三丰"
    assert told.talk.stage == "confirming"


@pytest.mark.parametrize(("said", "score"), [("滿意", 4), ("非常不滿意", 1)])
def test_a_rating_in_traditional_characters_counts(said: str, score: int) -> None:
    (act,) = talked(said, known=here(ANSWERED)).acts

    assert act.score == score  # type: ignore[union-attr]


def test_what_a_newer_version_keeps_is_read_back_whole() -> None:
    talk = Talk(urged=((NUMBER, MORNING.isoformat()),), plain=True, pending=("一",), quiet_until=MORNING)

    assert Talk.from_dict(talk.to_dict()) == talk


SIDES = ("result", "efficiency", "attitude")


def test_where_the_rulebook_wants_three_sides_the_tap_counts_and_they_follow() -> None:
    told = talked("5", "5 4 5", known=here(ANSWERED, sides=SIDES))

    assert told.acts == (Rate(NUMBER, 5), Rate(NUMBER, 5, "", 5, 4, 5))


def test_whoever_gives_no_sides_has_rated_all_the_same_and_says_why_after_a_low_one() -> None:
    told = talked("不满意", "窗口还是没给我办", known=here(ANSWERED, sides=SIDES))

    assert told.acts == (Rate(NUMBER, 2), Supplement(NUMBER, "窗口还是没给我办"))


def test_a_new_matter_after_a_good_rating_is_no_reason_for_it() -> None:
    told = talked("5", MATTER, known=here(ANSWERED, sides=SIDES))

    assert told.talk.draft is not None
    assert told.acts == (Rate(NUMBER, 5),)


@pytest.mark.parametrize("score", [5, 2])
def test_the_sides_complete_the_same_rating_and_nobody_is_told_twice(house: House, score: int) -> None:
    law = house.desk.law
    revisit = replace(law.rulebook.revisits[0], sides=SIDES)
    house.desk.law = replace(law, rulebook=replace(law.rulebook, revisits=(revisit,)))
    number = answered(house)
    house.say(str(score))
    assert "记下了" in text_of(house.say("5 4 3"))
    case = house.store.read(lambda unit: unit.load(number))
    thanks = [row.message for row in house.store.read(lambda unit: unit.outbox_of(number))].count("survey_thanks")

    assert (case.history[-1].facts["result"], case.history[-1].facts["attitude"]) == (5, 3)
    assert (case.score, thanks) == (score, 1)

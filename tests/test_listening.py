"""Pieces of one thought: kept, joined, answered once; nothing lost by a pause, a restart or an answer in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bots.citizen import listen, resume
from bots.citizen.listening import is_unfinished
from bots.courier import Courier
from bots.message import Reply
from bots.render import Rendering
from bots.talk import FileCase, Here, Talk, Turn, Wait
from models.store import Store
from tests.talking import MATTER, MORNING, House, here, message, reader, text_of

PAUSE = timedelta(seconds=8)
ALL = "希望马上办理并道歉，张三丰 13800000000"


def chat(
    *said: str | timedelta, known: Here | None = None, talk: Talk | None = None
) -> tuple[Talk, list[Reply], list[object]]:
    """A dialogue with pauses: texts follow each other by three seconds, a timedelta lets time go by."""
    known = known or here(pause=PAUSE)
    talk, replies, acts = talk or Talk(), list[Reply](), list[object]()
    for number, item in enumerate(said):
        known = replace(known, now=known.now + (item if isinstance(item, timedelta) else timedelta(seconds=3)))
        read = lambda text, now=known.now: reader().read(text, now)  # noqa: E731
        turn: Turn | None
        if isinstance(item, timedelta):
            turn = resume(talk, known, read)
        else:
            turn = listen(talk, message(item, id=str(number), at=known.now), known, read)
        if turn is None:
            continue
        talk = Talk.from_dict(turn.talk.to_dict())
        assert talk == turn.talk
        replies += turn.replies
        acts += turn.acts
    return talk, replies, acts


def filed(acts: list[object]) -> FileCase:
    (act,) = [act for act in acts if isinstance(act, FileCase)]
    return act


@pytest.mark.parametrize(
    "text", ["我上周三去办证，", "是这样的", "然后", "我跟你说", "窗口说……", "电话是", "材料都带齐了，但是"]
)
def test_what_stops_in_the_middle_is_heard_as_such(text: str) -> None:
    assert is_unfinished(text)


@pytest.mark.parametrize(
    "text", [MATTER, "没有", "确认", "张三丰 13800000000", "希望他们道歉", "1", "办了没", "转人工"]
)
def test_what_is_whole_is_heard_as_such(text: str) -> None:
    assert not is_unfinished(text)


def test_a_whole_message_is_answered_at_once() -> None:
    _, replies, acts = chat(MATTER)

    assert len(replies) == 1
    assert acts == []


def test_four_short_messages_are_one_statement_with_one_answer() -> None:
    talk, replies, _ = chat(
        "是这样的", "我上周三去市不动产登记中心3号窗口办证，", "材料齐全，", "却不给受理，态度还很差"
    )

    assert len(replies) == 1
    assert "怎么称呼您" in replies[0].text
    assert talk.draft is not None
    assert talk.draft.respondent == "市不动产登记中心3号窗口"


def test_nobody_who_stops_in_the_middle_is_left_without_an_answer() -> None:
    _, silent, acts = chat("我上周三去市不动产登记中心3号窗口办证，")
    _, replies, _ = chat("我上周三去市不动产登记中心3号窗口办证，", PAUSE)

    assert silent == []
    assert acts == [Wait(MORNING + timedelta(seconds=3) + PAUSE)]
    assert len(replies) == 1


def test_a_pause_that_came_too_early_says_nothing_and_loses_nothing() -> None:
    talk, replies, _ = chat("我上周三去办证，", timedelta(seconds=2))

    assert replies == []
    assert talk.pending == ("我上周三去办证，",)


def test_the_words_stand_in_the_record_as_they_were_said() -> None:
    _, _, acts = chat("我上周三去市不动产登记中心3号窗口办证，", "材料齐全却不给受理", ALL, "确认")

    assert filed(acts).filing.text == "我上周三去市不动产登记中心3号窗口办证，\n材料齐全却不给受理"


def test_where_nothing_can_be_said_later_a_short_word_is_said_at_once() -> None:
    known = here(channel="wechat")
    _, replies, acts = chat("我上周三去市不动产登记中心3号窗口办证，", "材料齐全却不给受理", known=known)

    assert [replies[0].text, acts] == ["嗯，您接着说。", []]
    assert "怎么称呼您" in replies[1].text


def test_pictures_sent_one_by_one_get_one_answer() -> None:
    talk, replies, _ = chat("#p1", "#p2", "#p3", PAUSE)

    assert len(replies) == 1
    assert talk.held_media == ("p1", "p2", "p3")


def test_pictures_first_and_then_the_story() -> None:
    _, replies, acts = chat("#p1", "#p2", MATTER, ALL, "确认")

    assert filed(acts).filing.evidence == ("p1", "p2")
    assert len(replies) == 2


def test_a_picture_between_two_words_belongs_to_them() -> None:
    _, _, acts = chat("我上周三去市不动产登记中心3号窗口办证，", "#p1", "材料齐全却不给受理", ALL, "确认")

    assert filed(acts).filing.evidence == ("p1",)


def test_wait_a_moment_stops_the_waiting_and_keeps_the_words() -> None:
    talk, replies, _ = chat(
        "我上周三去市不动产登记中心3号窗口办证，", "等一下", timedelta(minutes=5), "材料齐全却不给受理"
    )

    assert ["不急" in replies[0].text, len(replies)] == [True, 2]
    assert talk.draft is not None
    assert "3号窗口" in talk.draft.respondent


def test_a_telephone_number_in_the_middle_is_not_asked_for_again() -> None:
    talk, replies, _ = chat(MATTER + "，", "13800000000", "希望他们道歉")

    assert "电话" not in replies[-1].text
    assert talk.draft is not None
    assert talk.draft.phone == "13800000000"


def test_a_correction_in_pieces_corrects() -> None:
    talk, _, _ = chat(MATTER, ALL, "不对，", "是8号窗口")

    assert talk.draft is not None
    assert talk.draft.respondent == "市不动产登记中心8号窗口"


def test_a_yes_said_to_the_card_before_the_last_piece_files_nothing() -> None:
    _, replies, acts = chat(MATTER, ALL, "还有一个情况是他们中午就关门，", "确认")

    assert not [act for act in acts if isinstance(act, FileCase)]
    assert "请核对" in replies[-1].text


def test_danger_is_answered_at_once_whatever_was_hanging() -> None:
    talk, replies, _ = chat("我上周三去办证，", "窗口旁边着火了")

    assert "119" in replies[-1].text
    assert talk.pending == ("我上周三去办证，",)


def test_cancel_takes_back_what_was_hanging_too() -> None:
    talk, replies, _ = chat("我上周三去市不动产登记中心3号窗口办证，", "取消")

    assert talk.draft is None
    assert talk.pending == ()
    assert "没有提交" in replies[-1].text


def test_what_was_left_hanging_for_hours_is_a_statement_of_its_own() -> None:
    talk, _, _ = chat(MATTER + "，", timedelta(seconds=1), known=here())
    talk, replies, _ = chat(ALL, talk=talk, known=here(now=MORNING + timedelta(hours=3)))

    assert talk.draft is not None
    assert (talk.draft.name, talk.draft.text) == ("张三丰", MATTER + "，")
    assert "请核对" in replies[-1].text


def test_a_flood_of_pieces_is_answered_in_the_end() -> None:
    _, replies, _ = chat(*["又排队，"] * 25)

    assert replies


def test_the_answer_comes_by_the_outbox_when_the_pause_is_over(memory_store: Store) -> None:
    house = House(memory_store)
    courier = Courier(memory_store, {}, Rendering(), resume=house.reception.resume)
    assert house.say("我上周三去市不动产登记中心3号窗口办证，") == []
    room = memory_store.read(lambda unit: unit.contact_known("web", "s1")).handle

    courier.deliver(house.now + timedelta(seconds=1))
    assert memory_store.read(lambda unit: unit.lines(room, 0)) == []
    courier.deliver(house.now + PAUSE)
    courier.deliver(house.now + PAUSE * 2)

    (line,) = memory_store.read(lambda unit: unit.lines(room, 0))
    assert "怎么称呼您" in line.body["text"]


def test_a_piece_that_was_followed_is_not_answered_again(memory_store: Store) -> None:
    house = House(memory_store)
    courier = Courier(memory_store, {}, Rendering(), resume=house.reception.resume)
    house.say("我上周三去市不动产登记中心3号窗口办证，")
    assert "怎么称呼您" in text_of(house.say("材料齐全却不给受理"))

    courier.deliver(house.now + PAUSE)

    room = memory_store.read(lambda unit: unit.contact_known("web", "s1")).handle
    assert memory_store.read(lambda unit: unit.lines(room, 0)) == []

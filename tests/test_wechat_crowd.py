"""Where too many write at once: what is acknowledged is kept, and answered in the order it came, by the outbox."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bots.channels.wechat import NOTHING, WeChat
from bots.crowd import LONG, MOST, Crowd
from bots.wechat_door import DEATHS, Later
from models.store import Store
from tests.test_wechat import knock
from tests.wechat_pushes import NOW, OPENID, Echo, heard, settings, text_xml


def later(store: Store, reception: Any, **named: Any) -> Later:
    return Later(store, reception, WeChat(settings()), **named)


def told(store: Store) -> list[str]:
    """The texts in the outbox, in order."""

    def read(unit: Any) -> list[str]:
        to = f"citizen:{unit.contact_known('wechat', OPENID).handle}"
        return [json.dumps(row.private, ensure_ascii=False) for row in unit.notices_for(to)]

    return store.read(read)


def test_a_message_in_a_crowd_is_acknowledged_and_answered_afterwards(store):
    reception = Echo()

    assert knock(store, reception, text_xml("你好", id=7), crowded=True) == (200, NOTHING)
    assert knock(store, reception, text_xml("你好", id=7)) == (200, NOTHING)
    assert reception.heard == []

    assert later(store, reception).catch_up() == 1
    assert [(message.text, message.at) for message in reception.heard] == [("你好", NOW)]
    (text,) = told(store)
    assert "你好" in text
    assert knock(store, reception, text_xml("你好", id=7)) == (200, NOTHING)
    assert later(store, reception).catch_up() == 0


def test_what_comes_after_what_waits_is_kept_behind_it(store):
    reception = Echo()
    knock(store, reception, text_xml("一", id=1), crowded=True)

    assert knock(store, reception, text_xml("二", id=2)) == (200, NOTHING)
    later(store, reception).catch_up()

    assert [message.text for message in reception.heard] == ["一", "二"]
    assert heard(knock(store, reception, text_xml("三", id=3))[1])["Content"] == "三"


def test_one_that_cannot_be_handled_holds_up_nobody(store):
    reception = Echo()
    knock(store, reception, text_xml("一", id=1), crowded=True)
    knock(store, reception, text_xml("二", id=2), crowded=True)
    reception.fails = RuntimeError("一")

    def mended() -> bool:
        reception.fails = (
            None if store.read(lambda unit: unit.inbox_seen("wechat", "1").state) == "dead" else reception.fails
        )
        return True

    assert later(store, reception, calm=mended).catch_up() == 2
    assert store.read(lambda unit: (unit.inbox_seen("wechat", "1").state, unit.inbox_seen("wechat", "2").state)) == (
        "dead",
        "done",
    )
    sorry, echo = told(store)
    assert "抱歉" in sorry or "对不起" in sorry
    assert "二" in echo


def test_one_in_whose_handling_process_after_process_ends_is_set_aside(store):
    reception = Echo()
    knock(store, reception, text_xml("没有底的话", id=1), crowded=True)
    knock(store, reception, text_xml("二", id=2), crowded=True)
    reception.fails = KeyboardInterrupt()  # type: ignore[assignment]
    for _ in range(DEATHS - 1):
        with pytest.raises(KeyboardInterrupt):
            later(store, reception).catch_up()
    reception.fails = None

    later(store, reception).catch_up()

    assert [message.text for message in reception.heard] == ["二"]
    assert store.read(lambda unit: unit.inbox_seen("wechat", "1").state) == "dead"


def test_nothing_is_taken_up_while_the_crowd_is_there(store):
    reception = Echo()
    knock(store, reception, text_xml("一", id=1), crowded=True)

    assert later(store, reception, calm=lambda: False).catch_up() == 0
    assert reception.heard == []


def test_a_crowd_is_first_put_off_and_then_turned_away():
    crowd, seen = Crowd(), []
    for waiting in (0, LONG - 1, LONG, MOST - 1, MOST):
        crowd.waiting = waiting
        seen.append((crowd.calm, crowd.waits_long, crowd.full))

    assert seen == [
        (True, False, False),
        (False, False, False),
        (False, True, False),
        (False, True, False),
        (False, True, True),
    ]
    crowd.waiting = 0
    with crowd:
        assert crowd.waiting == 1
    assert crowd.waiting == 0

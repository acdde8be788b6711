"""The Telegram bot: updates understood, kept, handled once; messages sent, split, edited; the platform's refusals."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from telegram.error import TelegramError

from bots.channels.sending import Later, Moved, Never, Sent
from bots.channels.telegram import Telegram
from bots.channels.telegram_messages import read_update
from bots.message import BUTTON, EVENT, FILE, IMAGE, LOCATION, TEXT, UNKNOWN, VIDEO, VOICE, Button, Reply
from bots.overdue import Overdue
from bots.setting_groups import TelegramSettings
from bots.telegram_door import DEATHS, TelegramDoor
from tests.makers import moment
from tests.standins.serving import serving
from tests.standins.telegram_api import ME, TOKEN, TelegramApi
from tests.wechat_pushes import Echo

NOW = moment("2026-03-02 09:00")
GROUP = -1001234567890
SECRET = "webhook-secret_2026"


class Bell:
    """A courier that only counts how often it was called."""

    def __init__(self) -> None:
        self.rung = 0

    def kick(self) -> None:
        self.rung += 1


@pytest.fixture
def api() -> TelegramApi:
    return TelegramApi()


@pytest.fixture
def bot(api: TelegramApi) -> Iterator[Telegram]:
    with serving(api.app) as url:
        bot = Telegram(TelegramSettings(TOKEN, f"{url}/bot", SECRET), timeout=5)
        yield bot
        bot.close()


# What is understood.


def update(**parts: Any) -> dict[str, Any]:
    return {"update_id": 7, **parts}


def said(text: str = "", chat: int = 42, **more: Any) -> dict[str, Any]:
    """An update with one message; negative chats are groups."""
    return TelegramApi().say(text, chat=chat if chat < 0 else None, **more)


PHOTO = [
    {"file_id": "small", "file_unique_id": "a", "width": 90, "height": 90},
    {"file_id": "large", "file_unique_id": "b", "width": 900, "height": 900},
]
CLIP = {"file_unique_id": "u", "duration": 3}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"text": "窗口不给受理"}, (TEXT, "窗口不给受理", "", "")),
        ({"text": "/start"}, (EVENT, "/start", "subscribe", "")),
        ({"text": "/start hall-3"}, (EVENT, "/start hall-3", "scan:hall-3", "")),
        ({"photo": PHOTO, "caption": "当时的窗口"}, (IMAGE, "当时的窗口", "", "large")),
        ({"voice": {"file_id": "v1", **CLIP}}, (VOICE, "", "", "v1")),
        ({"video": {"file_id": "f1", "width": 1, "height": 1, **CLIP}}, (VIDEO, "", "", "f1")),
        ({"document": {"file_id": "d1", "file_unique_id": "u", "file_name": "材料.pdf"}}, (FILE, "", "", "d1")),
        ({"location": {"latitude": 25.04, "longitude": 102.71}}, (LOCATION, "", "25.04,102.71", "")),
        ({"contact": {"phone_number": "13800000000", "first_name": "张"}}, (UNKNOWN, "", "", "")),
    ],
)
def test_every_kind_of_message_is_understood(more, expected):
    word = read_update(said(**more), NOW)

    assert (word.kind, word.text, word.data, word.media[0].id if word.media else "") == expected
    assert (word.channel, word.sender, word.sender_name, word.chat, word.at) == ("telegram", "42", "张三丰", "", NOW)


def test_a_group_is_named_and_the_bots_name_left_out():
    word = read_update(said("@huiying_bot 受理", chat=GROUP), NOW, "huiying_bot")
    command = read_update(said("/bind@Huiying_Bot 市自然资源局", chat=GROUP), NOW, "huiying_bot")

    assert (word.chat, word.text) == (str(GROUP), "受理")
    assert command.text == "/bind 市自然资源局"


def test_an_answer_to_a_card_names_the_card():
    quoted = {"message_id": 55, "date": 1, "chat": {"id": GROUP, "type": "supergroup"}, "text": "交办单"}

    assert read_update(said("受理", chat=GROUP, reply_to_message=quoted), NOW).quotes == f"{GROUP}:55"


def test_a_press_carries_its_data_and_its_card():
    api = TelegramApi()
    api.chats[str(GROUP)] = "supergroup"

    word = read_update(api.press(55, "accept:20260302-00015:off_site", chat=GROUP), NOW)

    assert (word.kind, word.data) == (BUTTON, "accept:20260302-00015:off_site")
    assert (word.chat, word.quotes, word.sender) == (str(GROUP), f"{GROUP}:55", "42")
    assert word.callback.startswith("press-")


@pytest.mark.parametrize(
    ("chat", "status", "data"),
    [(42, "member", "subscribe"), (42, "kicked", "unsubscribe"), (GROUP, "member", "joined"), (GROUP, "left", "left")],
)
def test_it_is_known_when_the_bot_is_let_in_or_thrown_out(chat, status, data):
    bot = {"id": 1, "is_bot": True, "first_name": "b"}
    new = {"user": bot, "status": status, **({"until_date": 0} if status == "kicked" else {})}
    change = {
        "chat": {"id": chat, "type": "private" if chat > 0 else "group"},
        "from": {"id": 42, "is_bot": False, "first_name": "张"},
        "date": 1,
        "old_chat_member": {"user": bot, "status": "left"},
        "new_chat_member": new,
    }

    word = read_update(update(my_chat_member=change), NOW)

    assert (word.kind, word.data, word.chat) == (EVENT, data, str(chat) if chat < 0 else "")


FORWARDED = {"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "李"}}
ANONYMOUS = {"sender_chat": {"id": GROUP, "type": "supergroup", "title": "群"}}


@pytest.mark.parametrize(
    "silent",
    [
        said("受理", chat=GROUP, **FORWARDED),
        said("受理", chat=GROUP, **ANONYMOUS),
        said("受理", **{"from": {"id": 9, "is_bot": True, "first_name": "别的机器人"}}),
        said(chat=GROUP, new_chat_title="新群名"),
        update(edited_message=said("改过的话")["message"]),
        update(channel_post=said("频道")["message"]),
        update(poll={"id": "1"} | dict.fromkeys(("question",), "q")
               | {"options": [], "total_voter_count": 0, "is_closed": True, "is_anonymous": True, "type": "regular",
                  "allows_multiple_answers": False, "allows_revoting": False, "members_only": False}),
    ],
    ids=["forwarded", "anonymous admin", "another bot", "new title", "edited", "channel", "poll"],
)  # fmt: skip
def test_what_must_not_act_says_nothing(silent):
    assert read_update(silent, NOW) is None


def test_a_citizen_may_forward_what_others_wrote():
    assert read_update(said("转发的投诉", **FORWARDED), NOW).text == "转发的投诉"


def test_half_a_character_becomes_a_visible_one():
    assert read_update(said("坏\ud83d了"), NOW).text == "坏\ufffd了"


# What is sent.


def test_a_reply_arrives_with_its_buttons(api, bot):
    api.say("你好")
    reply = Reply("请选择", ((Button("受理", "accept:20260302-00015"), Button("指南", "", "http://example.test")),))

    outcome = bot.send("42", reply, "k1")

    assert outcome == Sent(f"42:{api.delivered[0]['id']}")
    assert api.delivered[0]["buttons"] == [("受理", "accept:20260302-00015"), ("指南", "")]


@pytest.mark.parametrize("data", ["", "x" * 65, "受" * 22])
def test_a_button_the_platform_would_refuse_does_not_cost_the_message(api, bot, data):
    api.say("你好")

    outcome = bot.send("42", Reply("一", ((Button("按", data), Button("好", "a:1")), (Button("按", data),))), "k1")

    assert isinstance(outcome, Sent)
    assert api.delivered[0]["buttons"] == [("好", "a:1")]


@pytest.mark.parametrize("letter", ["长", "😀"])
def test_a_long_text_is_several_messages_with_the_buttons_under_the_last(api, bot, letter):
    api.say("你好")

    outcome = bot.send("42", Reply(letter * 20_000, ((Button("按", "a:1"),),)), "k1")

    assert isinstance(outcome, Sent)
    assert "".join(api.texts) == letter * 20_000
    assert [bool(item["buttons"]) for item in api.delivered] == [False] * (len(api.texts) - 1) + [True]


def test_a_long_text_goes_on_where_it_was_stopped(api, bot):
    api.say("你好")
    api.faults.plan("sendMessage", 200, {"ok": True, "result": _a_message()})
    api.faults.plan("sendMessage", 429, _too_many(3))

    assert bot.send("42", Reply("一" * 4096 + "二" * 10), "k1") == Later(3, "telegram: 429")
    assert isinstance(bot.send("42", Reply("一" * 4096 + "二" * 10), "k1"), Sent)
    assert api.texts == ["二" * 10]


def _a_message() -> dict[str, Any]:
    return {"message_id": 99, "date": 1, "chat": {"id": 42, "type": "private"}, "text": "一"}


def _too_many(seconds: int) -> dict[str, Any]:
    why = {"error_code": 429, "description": f"Too Many Requests: retry after {seconds}"}
    return {"ok": False, "parameters": {"retry_after": seconds}, **why}


def test_a_card_is_renewed_where_it_stands(api, bot):
    api.say("你好")
    first = bot.send("42", Reply("待受理", ((Button("受理", "a:1"),),), card="c"), "k1")

    assert bot.send("42", Reply("已受理", card="c"), "k2", edit=first.external_id) == first
    assert [(item["what"], item["text"]) for item in api.delivered] == [("send", "待受理"), ("edit", "已受理")]


def test_a_card_that_says_the_same_already_is_as_good_as_renewed(api, bot):
    api.say("你好")
    first = bot.send("42", Reply("待受理", card="c"), "k1")

    assert bot.send("42", Reply("待受理", card="c"), "k2", edit=first.external_id) == first
    assert len(api.delivered) == 1


@pytest.mark.parametrize("lost", ["42:777", "43:1", "nonsense"])
def test_a_card_that_is_gone_is_sent_anew(api, bot, lost):
    api.say("你好")

    assert isinstance(bot.send("42", Reply("已受理", card="c"), "k2", edit=lost), Sent)
    assert [item["what"] for item in api.delivered] == ["send"]


def test_the_platforms_refusals_have_their_meaning(api, bot):
    api.say("你好")
    api.say("群里", chat=GROUP)
    api.say("走了", sender=43)
    api.blocked.add("43")
    api.migrated[str(GROUP)] = -1009999999999

    assert bot.send("43", Reply("一"), "a") == Never("telegram: 403, blocked or not a member", "blocked")
    assert bot.send("99", Reply("一"), "b") == Never("telegram: 400, chat not found")
    assert bot.send(str(GROUP), Reply("一"), "c") == Moved("-1009999999999")
    api.faults.plan("sendMessage", 429, _too_many(17))
    assert bot.send("42", Reply("一"), "d") == Later(17, "telegram: 429")
    api.faults.plan("sendMessage", 502, {"ok": False, "error_code": 502, "description": "Bad Gateway"})
    assert isinstance(bot.send("42", Reply("一"), "e"), Later)
    assert bot.send("42", Reply("一"), "f").external_id.startswith("42:")


def test_a_wrong_token_or_a_dead_platform_is_tried_again_later(api, bot):
    api.token = "another"
    assert isinstance(bot.send("42", Reply("一"), "a"), Later)
    lonely = Telegram(TelegramSettings(TOKEN, "http://127.0.0.1:9/bot", ""), timeout=2)
    assert isinstance(lonely.send("42", Reply("一"), "a"), Later)
    lonely.close()


def test_a_press_is_acknowledged_once(api, bot):
    api.say("你好")
    press = api.press(1, "a:1")["callback_query"]["id"]

    assert bot.acknowledge(press) == Sent()
    assert isinstance(bot.acknowledge(press), Never)
    assert api.acknowledged == [press]


def test_a_file_is_fetched_by_its_id(api, bot):
    api.files["p1"] = b"picture"

    assert bot.fetch("p1") == b"picture"
    with pytest.raises(TelegramError):
        bot.fetch("p2")


def test_the_token_is_in_no_log(api, bot, caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    api.say("你好")
    api.files["p1"] = b"picture"

    bot.send("42", Reply("一"), "a")
    bot.fetch("p1")

    lines = [record.getMessage() for record in caplog.records if not record.name.startswith("telegram")]
    assert not [line for line in lines if "standin-token" in line]


# The door.


@pytest.fixture
def reception() -> Echo:
    return Echo()


@pytest.fixture
def door(store, reception, bot) -> TelegramDoor:
    return TelegramDoor(store, reception, bot, Bell(), lambda: NOW)


def push(door: TelegramDoor, update: dict[str, Any]) -> int:
    return door.push(SECRET, json.dumps(update).encode(), NOW)


def waiting(store: Any) -> list[tuple[str, str]]:
    """Who is to be told what, from the outbox."""
    found = []
    while rows := store.write(lambda unit: unit.outbox_due(NOW, 100)):
        for row in rows:
            found.append((row.to, row.private["reply"]["text"]))
            store.write(lambda unit, key=row.key: unit.outbox_sent(key, NOW, "telegram"))
    return found


def test_an_update_is_kept_before_it_is_acknowledged_and_handled_afterwards(api, door, store, reception):
    assert push(door, api.say("你好")) == 200
    assert reception.heard == []

    assert door.pump(NOW) == 1

    ((to, text),) = waiting(store)
    assert (to.startswith("citizen:"), text) == (True, "你好")


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", "密"])
def test_a_delivery_without_our_secret_is_refused(api, door, store, secret):
    assert door.push(secret, json.dumps(api.say("假")).encode(), NOW) == 403
    assert door.pump(NOW) == 0


def test_a_bot_that_asks_for_updates_takes_none_by_webhook(api, store, reception):
    bot = Telegram(TelegramSettings(TOKEN, "http://127.0.0.1:9/bot", ""))
    door = TelegramDoor(store, reception, bot, Bell(), lambda: NOW)

    assert door.push("", json.dumps(api.say("假")).encode(), NOW) == 403
    bot.close()


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"junk", 400), (b"[]", 400), (b"{}", 400), (b'{"update_id":"7"}', 400), (b'{"update_id":true}', 400),
     (b"[" * 100_000, 400), (b"\xff", 400), (b" " * 300_000, 413)],
)  # fmt: skip
def test_a_body_that_is_no_update_is_refused_and_changes_nothing(door, store, body, status):
    assert door.push(SECRET, body, NOW) == status
    assert door.pump(NOW) == 0


def test_an_update_delivered_three_times_is_handled_once(api, door, reception):
    update = api.say("只办一次")

    assert [push(door, update) for _ in range(3)] == [200, 200, 200]
    door.pump(NOW)
    push(door, update)
    door.pump(NOW)

    assert [word.text for word in reception.heard] == ["只办一次"]


def test_a_bad_update_never_holds_up_the_next(api, door, store, reception, caplog):
    push(door, api.push({"message": {"message_id": 1}}))
    push(door, api.say("后面的话"))

    door.pump(NOW)

    assert [word.text for word in reception.heard] == ["后面的话"]
    assert store.read(lambda unit: unit.inbox_seen("telegram", "1000").state) == "dead"
    assert store.read(lambda unit: unit.inbox_pending("telegram", 10)) == []


def test_an_update_that_fails_is_tried_again_then_set_aside_with_an_apology(api, door, store, reception, caplog):
    reception.fails = RuntimeError("张三丰的话")
    push(door, api.say("张三丰的话"))

    door.pump(NOW)

    ((_, text),) = waiting(store)
    assert "抱歉" in text
    assert store.read(lambda unit: unit.inbox_seen("telegram", "1000").state) == "dead"
    assert "张三丰" not in caplog.text


def test_an_update_that_is_never_done_with_is_set_aside_at_once(api, door, store, reception):
    reception.fails = Overdue()
    push(door, api.say("没有底的话"))

    door.pump(NOW, 1)

    assert store.read(lambda unit: unit.inbox_seen("telegram", "1000").state) == "dead"


def test_an_update_in_whose_handling_process_after_process_ends_is_set_aside(api, store, reception, bot):
    """The memory ran out, or somebody pulled the plug: nothing could be written down of it."""
    doors = [TelegramDoor(store, reception, bot, Bell(), lambda: NOW) for _ in range(DEATHS)]
    push(doors[0], api.say("没有底的话"))
    push(doors[0], api.say("你好"))
    reception.fails = KeyboardInterrupt()  # type: ignore[assignment]
    for door in doors[1:]:
        with pytest.raises(KeyboardInterrupt):
            door.pump(NOW)
    reception.fails = None

    doors[0].pump(NOW)

    assert [word.text for word in reception.heard] == ["你好"]
    assert store.read(lambda unit: unit.inbox_seen("telegram", "1000").state) == "dead"


def test_in_a_group_the_answer_goes_to_the_group(api, door, store):
    push(door, api.say("受理", chat=GROUP))

    door.pump(NOW)

    assert waiting(store) == [(f"chat:telegram:{GROUP}", "受理")]


def test_a_press_is_handled_and_acknowledged(api, door, reception):
    api.say("你好")
    push(door, api.press(1, "rate:20260302-00015:5"))

    door.pump(NOW)

    assert [word.data for word in reception.heard] == ["rate:20260302-00015:5"]
    assert len(api.acknowledged) == 1


def test_a_group_that_moved_keeps_its_address(api, door, store, reception):
    store.write(lambda unit: unit.bind_group("telegram", str(GROUP), "unit:市自然资源局"))
    push(door, api.say(chat=GROUP, migrate_to_chat_id=-1009999999999))

    door.pump(NOW)

    assert store.read(lambda unit: unit.group_of("telegram", "-1009999999999")) == "unit:市自然资源局"
    assert store.read(lambda unit: unit.group_of("telegram", str(GROUP))) is None
    assert reception.heard == []


def test_asking_for_updates_acknowledges_after_the_commit_and_stops_when_told(api, memory_store):
    stop, reception = threading.Event(), Echo()

    class Last(Bell):
        def kick(self) -> None:
            super().kick()
            if self.rung == 3:
                stop.set()
                bot.hush()

    with serving(api.app) as url:
        bot = Telegram(TelegramSettings(TOKEN, url, ""), timeout=5)
        door = TelegramDoor(memory_store, reception, bot, Last(), lambda: NOW)
        api.webhook = "http://left.behind.test"
        api.say("一")
        api.push({"message": {"message_id": 1}, "edited": 1})
        api.say("二")
        api.say("三")
        door.poll_forever(stop)
        bot.close()

    assert [word.text for word in reception.heard] == ["一", "二", "三"][: len(reception.heard)]
    assert memory_store.read(lambda unit: unit.inbox_seen("telegram", "1003")) is not None
    assert api.webhook == ""


def test_an_update_not_handled_before_the_end_is_handled_after_the_next_start(api, store, reception, bot):
    push(TelegramDoor(store, reception, bot, Bell(), lambda: NOW), api.say("还在"))

    later = TelegramDoor(store, reception, bot, Bell(), lambda: NOW)
    later.pump(NOW)

    assert [word.text for word in reception.heard] == ["还在"]


def test_a_bot_that_does_not_hear_everything_says_so_when_it_comes_into_a_group(door, bot, store, monkeypatch):
    monkeypatch.setitem(ME, "can_read_all_group_messages", False)
    bot.learn_name()
    member = {"user": {"id": 1, "is_bot": True, "first_name": "回应"}, "status": "member"}
    change = {
        "chat": {"id": GROUP, "type": "supergroup", "title": "群"},
        "from": {"id": 42, "is_bot": False, "first_name": "张三丰"},
        "date": 1767225600,
        "old_chat_member": {**member, "status": "left"},
        "new_chat_member": member,
    }
    push(door, update(my_chat_member=change))
    door.pump(NOW)

    rows = store.read(lambda unit: unit.notices_for(f"chat:telegram:{GROUP}", 0))
    assert sum("隐私模式" in row.private["reply"]["text"] for row in rows) == 1

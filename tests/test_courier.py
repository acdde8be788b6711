"""The courier: each notice by the way that is open, once for people, in order, and none held up by another's."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bots.budget import Budget
from bots.channels.sending import Later, Moved, Never, Outcome, Sent
from bots.channels.telegram import Telegram
from bots.channels.wechat_client import Client, StoreTokens
from bots.channels.wechat_sender import WeChatSender
from bots.courier import Courier
from bots.errands import TRIES, addresses
from bots.message import Button, Reply
from bots.packing import reply_notices
from bots.render import Rendering
from bots.setting_groups import TelegramSettings
from casebook.case import Notice
from models.records import OutboxRow
from models.store import Store
from tests.makers import moment
from tests.standins.serving import serving
from tests.standins.telegram_api import TOKEN, TelegramApi
from tests.standins.wechat_api import WeChatApi
from tests.test_store_faults import together
from tests.wechat_pushes import OPENID, settings

NOW = moment("2026-03-02 09:00")
NUMBER = "20260302-00015"
UNIT = "unit:市自然资源局"
GROUP = "-1001234567890"


class Platform:
    """A sender whose next outcomes are planned; afterwards everything arrives."""

    def __init__(self) -> None:
        self.planned: list[Outcome | Exception] = []
        self.tried: list[tuple[str, str]] = []
        self.sent: list[tuple[str, str, str]] = []

    def send(self, to: str, reply: Reply, key: str, edit: str = "") -> Outcome:
        self.tried.append((to, reply.text))
        outcome = self.planned.pop(0) if self.planned else Sent(f"{to}:{len(self.tried)}")
        if isinstance(outcome, Exception):
            raise outcome
        if isinstance(outcome, Sent):
            self.sent.append((to, reply.text, edit))
        return outcome

    @property
    def texts(self) -> list[str]:
        return [text for _, text, _ in self.sent]


def say(message: str, facts: Any) -> str:
    if message == "faulty":
        raise KeyError("number")
    return str(facts.get("text", message))


def courier_of(store: Store, senders: dict[str, Any], rooms: tuple[str, ...] = ("dispatchers", UNIT)) -> Courier:
    return Courier(store, senders, Rendering(say), rooms, random.Random(1), Budget({}))


@pytest.fixture
def telegram() -> Platform:
    return Platform()


@pytest.fixture
def courier(store: Store, telegram: Platform) -> Courier:
    return courier_of(store, {"telegram": telegram})


def post(store: Store, *notices: Notice) -> None:
    store.write(lambda unit: unit.post(notices))


def notice(key: str, to: str, text: str = "", message: str = "receipt", **more: Any) -> Notice:
    return Notice(key, to, message, NOW, NUMBER, {"number": NUMBER}, {"text": text or key}, **more)


def contact(store: Store, channel: str, external_id: str = "42") -> str:
    return "citizen:" + store.write(lambda unit: unit.contact(channel, external_id, "张三丰", NOW).handle)


def fate(store: Store, key: str) -> tuple[str, str]:
    row = store.read(lambda unit: unit.outbox_row(key))
    return row.state, row.why


def texts(store: Store, room: str) -> list[str]:
    return [line.body["text"] for line in store.read(lambda unit: unit.lines(room, 0))]


def test_a_web_citizen_finds_it_in_the_chat(store, courier):
    citizen = contact(store, "web")
    post(store, notice("a", citizen, "已登记"))

    assert courier.deliver(NOW) == 1

    assert texts(store, citizen.removeprefix("citizen:")) == ["已登记"]
    assert fate(store, "a") == ("sent", "")


def test_a_telegram_citizen_is_sent_it(store, courier, telegram):
    citizen = contact(store, "telegram")
    post(store, notice("a", citizen, "已登记"))

    courier.deliver(NOW)

    assert telegram.sent == [("42", "已登记", "")]
    assert store.read(lambda unit: unit.outbox_by_message("telegram", "42:1")).key == "a"


def test_a_unit_hears_it_in_its_room_and_in_every_group_bound_to_it(store, courier, telegram):
    store.write(lambda unit: unit.bind_group("telegram", GROUP, UNIT))
    store.write(lambda unit: unit.bind_group("telegram", "-2", UNIT))
    post(store, notice("a", UNIT, "交办单", "dispatch_order"))

    courier.deliver(NOW)
    courier.deliver(NOW)

    assert texts(store, UNIT) == ["交办单"]
    assert sorted(to for to, _, _ in telegram.sent) == [GROUP, "-2"]


def test_one_group_out_of_reach_repeats_for_nobody_else(store, courier, telegram):
    store.write(lambda unit: unit.bind_group("telegram", GROUP, UNIT))
    store.write(lambda unit: unit.bind_group("telegram", "-2", UNIT))
    telegram.planned = [Later(10, "busy")]
    post(store, notice("a", UNIT, "交办单", "dispatch_order"))

    courier.deliver(NOW)
    courier.deliver(NOW + timedelta(seconds=20))

    assert texts(store, UNIT) == ["交办单"]
    assert len(telegram.tried) == 3
    assert sorted(to for to, _, _ in telegram.sent) == [GROUP, "-2"]


@pytest.mark.parametrize(
    ("to", "heard_in"),
    [
        ("officer:李@市自然资源局", UNIT),
        ("leader:周@市自然资源局", UNIT),
        ("reviewer:吴@市自然资源局", UNIT),
        ("dispatchers", "dispatchers"),
    ],
)
def test_a_person_without_a_room_is_told_in_the_units(store, courier, to, heard_in):
    post(store, notice("a", to, "请审阅", "review_request"))

    courier.deliver(NOW)

    assert texts(store, heard_in) == ["请审阅"]


def test_a_leader_with_a_room_is_told_there_alone(store, telegram):
    leader = "leader:周@市自然资源局"
    post(store, notice("a", leader, "请审阅", "review_request"))

    courier_of(store, {}, (UNIT, leader)).deliver(NOW)

    assert (texts(store, leader), texts(store, UNIT)) == (["请审阅"], [])
    assert addresses(leader) == (leader, UNIT)


def test_what_nobody_is_bound_to_hear_waits_for_a_binding(store, telegram):
    closed = courier_of(store, {"telegram": telegram}, ())
    post(store, notice("a", UNIT, "交办单", "dispatch_order"))
    closed.deliver(NOW)
    assert fate(store, "a")[0] == "waiting"

    store.write(lambda unit: unit.bind_group("telegram", GROUP, UNIT))
    closed.deliver(NOW + timedelta(minutes=1))

    assert telegram.texts == ["交办单"]


def test_nothing_goes_before_its_time(store, courier, telegram):
    citizen = contact(store, "telegram")
    post(store, notice("a", citizen, not_before=NOW + timedelta(hours=8)))

    assert courier.deliver(NOW) == 0
    assert courier.deliver(NOW + timedelta(hours=8)) == 1
    assert telegram.texts == ["a"]


def test_the_platforms_pause_is_obeyed(store, courier, telegram):
    citizen = contact(store, "telegram")
    post(store, notice("a", citizen))
    telegram.planned = [Later(30, "429")]

    courier.deliver(NOW)
    assert courier.deliver(NOW + timedelta(seconds=29)) == 0
    courier.deliver(NOW + timedelta(seconds=37))

    assert telegram.texts == ["a"]


def test_pauses_grow_and_end_with_a_reason(store, courier, telegram):
    citizen = contact(store, "telegram")
    post(store, notice("a", citizen))
    telegram.planned = [Later(0, "timed out") for _ in range(TRIES)]

    now, pauses = NOW, []
    while fate(store, "a")[0] != "failed":
        courier.deliver(now)
        row = store.read(lambda unit: unit.outbox_row("a"))
        pauses.append((row.next_at - now).total_seconds())
        now = row.next_at

    assert len(telegram.tried) == TRIES
    assert 1 <= pauses[0] <= 2 < pauses[2] <= 8
    assert max(pauses) <= 1800
    assert now - NOW > timedelta(days=1)
    assert fate(store, "a") == ("failed", f"given up after {TRIES} tries: timed out")


def test_a_recipients_notices_keep_their_order(store, courier, telegram):
    citizen, other = contact(store, "telegram"), contact(store, "telegram", "43")
    post(store, notice("a", citizen), notice("b", citizen), notice("c", other))
    telegram.planned = [Later(30, "429")]

    courier.deliver(NOW)
    assert telegram.texts == ["c"]
    courier.deliver(NOW + timedelta(minutes=1))

    assert telegram.texts == ["c", "a", "b"]


def test_a_notice_that_cannot_be_written_stops_nobody(store, courier, telegram):
    citizen, other = contact(store, "telegram"), contact(store, "telegram", "43")
    post(store, notice("a", citizen, message="faulty"), notice("b", citizen), notice("c", other))

    courier.deliver(NOW)

    assert sorted(telegram.texts) == ["b", "c"]
    assert fate(store, "a")[0] == "failed"
    assert "cannot be written: KeyError" in fate(store, "a")[1]


def test_a_sender_that_breaks_stops_nobody(store, courier, telegram, caplog):
    citizen, other = contact(store, "telegram"), contact(store, "telegram", "43")
    post(store, notice("a", citizen), notice("c", other))
    telegram.planned = [RuntimeError("张三丰")]

    courier.deliver(NOW)
    courier.deliver(NOW + timedelta(minutes=1))

    assert telegram.texts == ["c", "a"]
    assert "张三丰" not in caplog.text


def test_whom_no_way_reaches_the_dispatchers_are_asked_to_call(store, courier, telegram):
    citizen = contact(store, "telegram")
    post(store, notice("a", citizen, message="answer"))
    telegram.planned = [Never("telegram: 403", "blocked")]

    courier.deliver(NOW)

    row = store.read(lambda unit: unit.outbox_row("a/unreachable"))
    assert (row.to, row.case, row.message) == ("dispatchers", NUMBER, "unreachable")
    assert (row.facts["message_title"], row.facts["why"]) == ("答复", "对方已取消关注或拉黑")
    assert texts(store, "dispatchers") == ["unreachable"]


@pytest.mark.parametrize("channel", ["", "window", "wechat"])
def test_whoever_has_no_chat_is_on_the_call_list(store, courier, channel):
    citizen = contact(store, channel) if channel else "citizen:nobody2345ab"
    post(store, notice("a", citizen, message="answer"))

    courier.deliver(NOW)

    assert fate(store, "a") == ("failed", "no chat with this person")
    assert texts(store, "dispatchers") == ["unreachable"]


def test_a_group_that_moved_is_followed_and_remembered(store, courier, telegram):
    store.write(lambda unit: unit.bind_group("telegram", GROUP, UNIT))
    post(store, notice("a", UNIT, "交办单", "dispatch_order"))
    telegram.planned = [Moved("-100999")]

    courier.deliver(NOW)

    assert telegram.sent == [("-100999", "交办单", "")]
    assert store.read(lambda unit: unit.chats_of(UNIT)) == [("telegram", "-100999")]


def test_a_card_in_a_group_is_renewed_by_the_answer_to_a_press(store, courier, telegram):
    store.write(lambda unit: unit.bind_group("telegram", GROUP, UNIT))
    post(store, notice("a", UNIT, "交办单", "dispatch_order"))
    courier.deliver(NOW)

    renewed = reply_notices("telegram:9", f"chat:telegram:{GROUP}", [Reply("已受理", card=NUMBER)], NOW)
    post(store, *renewed)
    courier.deliver(NOW)

    assert telegram.sent == [(GROUP, "交办单", ""), (GROUP, "已受理", f"{GROUP}:1")]
    assert store.read(lambda unit: unit.card_of("telegram", f"{GROUP}:1")) == NUMBER


def test_a_new_order_about_the_same_case_is_a_new_card(store, courier, telegram):
    store.write(lambda unit: unit.bind_group("telegram", GROUP, UNIT))
    post(store, notice("a", UNIT, "交办单", "dispatch_order"))
    courier.deliver(NOW)
    post(store, notice("b", UNIT, "重办单", "rework_order"))
    courier.deliver(NOW)

    assert [edit for _, _, edit in telegram.sent] == ["", ""]


def test_a_courier_that_died_while_sending_leaves_the_row_to_the_next(store, telegram):
    citizen = contact(store, "telegram")
    post(store, notice("a", citizen))
    store.write(lambda unit: unit.outbox_due(NOW, 10))

    courier = courier_of(store, {"telegram": telegram})
    assert courier.deliver(NOW + timedelta(seconds=1)) == 0
    assert courier.deliver(NOW + timedelta(minutes=2)) == 1
    assert telegram.texts == ["a"]


class Overtaken(Platform):
    """A platform so slow that meanwhile another courier finds the leases ended and delivers everything itself."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome
        self.meanwhile = lambda: 0

    def send(self, to: str, reply: Reply, key: str, edit: str = "") -> Outcome:
        while self.meanwhile():
            pass
        super().send(to, reply, key, edit)
        return self.outcome


@pytest.mark.parametrize("outcome", [Later(0, "timeout"), Never("refused"), Sent("42:9")])
def test_who_was_held_up_past_the_lease_undoes_nothing_and_sends_nothing_more(store, telegram, outcome):
    """Of two notices in hand the first is overtaken in the middle of its sending, the second before it."""
    slow = Overtaken(outcome)
    post(store, *(notice(key, contact(store, "telegram", who)) for key, who in (("a", "42"), ("b", "43"))))
    slow.meanwhile = lambda: courier_of(store, {"telegram": telegram}).deliver(NOW + timedelta(minutes=2))

    courier_of(store, {"telegram": slow}).deliver(NOW)

    assert telegram.texts == ["a", "b"]
    assert [text for _, text, _ in slow.sent] == ["a"]
    assert [fate(store, key) for key in "ab"] == [("sent", ""), ("sent", "")]
    assert store.read(lambda unit: unit.notices_for("dispatchers")) == []


def test_two_couriers_deliver_each_notice_once(store, telegram):
    for number in range(40):
        post(store, notice(f"n{number}", contact(store, "telegram", str(number))))
    couriers = [courier_of(store, {"telegram": telegram}) for _ in range(2)]

    threads = [threading.Thread(target=courier.deliver, args=(NOW, 1000)) for courier in couriers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(telegram.texts) == sorted(f"n{number}" for number in range(40))


def test_it_delivers_at_once_when_called_and_ends_when_told(store, courier, telegram):
    citizen, stop, arrived = contact(store, "telegram"), threading.Event(), threading.Event()
    telegram.send = lambda *_, **__: (arrived.set(), Sent("1"))[1]  # type: ignore[method-assign]
    loop = threading.Thread(target=courier.run_forever, args=(stop, lambda: NOW))
    loop.start()

    post(store, notice("a", citizen))
    courier.kick()

    assert arrived.wait(10)
    stop.set()
    courier.kick()
    loop.join(10)
    assert not loop.is_alive()


# Limits.


def seconds(count: float) -> datetime:
    return NOW + timedelta(seconds=count)


def asked(store, to: str, group: bool, now: datetime) -> float:
    return store.write(lambda unit: Budget().wait(unit, "telegram", to, group, now))


def test_a_group_hears_twenty_messages_a_minute_and_no_more_whoever_sends_them(store):
    waits = [asked(store, GROUP, True, seconds(number)) for number in range(20)]

    assert waits == [0.0] * 20
    assert asked(store, GROUP, True, seconds(21)) == 39.0
    assert asked(store, "-2", True, seconds(21)) == 0.0
    assert asked(store, GROUP, True, seconds(60)) == 0.0


def test_a_bot_says_thirty_things_a_second_and_one_a_second_to_a_person(store):
    assert [asked(store, str(number), False, NOW) for number in range(30)] == [0.0] * 30
    assert asked(store, "31", False, NOW) == 1.0
    assert asked(store, "31", False, seconds(1)) == 0.0
    assert asked(store, "31", False, seconds(1.5)) == 0.5


def test_three_couriers_on_one_store_keep_one_budget(open_store, database_url):
    stores = [open_store(database_url) for _ in range(3)]

    def speak(which):
        return [asked(stores[which], GROUP, True, NOW) for _ in range(15)]

    waits = [wait for some in together(3, speak) for wait in some]
    assert waits.count(0.0) == 20


def test_a_platform_that_has_heard_its_fill_is_left_alone_until_the_next_second(store, telegram):
    courier = Courier(store, {"telegram": telegram}, Rendering(say), (), random.Random(1), seconds=lambda: 0.0)
    post(store, *(notice(f"{number}", contact(store, "telegram", f"{number}")) for number in range(60)))

    courier.deliver(NOW)
    courier.deliver(seconds(0.5))

    assert len(telegram.sent) == 30
    touched = [store.read(lambda unit, key=f"{number}": unit.outbox_row(key)).attempts for number in range(60)]
    assert sum(touched) == 35
    courier.deliver(seconds(1))
    assert len(set(telegram.sent)) == len(telegram.sent) == 60


def test_what_is_over_the_limit_waits_and_nothing_is_lost(store, telegram):
    courier = Courier(store, {"telegram": telegram}, Rendering(say), (), random.Random(1), seconds=lambda: 0.0)
    store.write(lambda unit: unit.bind_group("telegram", GROUP, UNIT))
    for number in range(45):
        post(store, notice(f"n{number}", UNIT, f"{number}", "dispatch_order"))

    now, a_minute = NOW, []
    for _ in range(4):
        courier.deliver(now, 1000)
        a_minute.append(len(telegram.sent))
        now += timedelta(seconds=61)

    assert a_minute == [20, 40, 45, 45]
    assert telegram.texts == [str(number) for number in range(45)]


# The real platforms' stand-ins.


@pytest.fixture
def wechat(memory_store: Store) -> Iterator[tuple[WeChatApi, Courier, str]]:
    api = WeChatApi()
    api.now = NOW
    with serving(api.app) as url:
        client = Client(settings(api_url=url), StoreTokens(memory_store), lambda: api.now)
        sender = WeChatSender(client, {"answer": "T1"})
        citizen = contact(memory_store, "wechat", OPENID)
        yield api, courier_of(memory_store, {"wechat": sender}), citizen


def allow(store: Store, citizen: str, until: datetime, left: int = 5) -> None:
    handle = citizen.removeprefix("citizen:")
    store.write(lambda unit: unit.contact_note(handle, "window", f"{until.isoformat()} {left}"))


def test_within_the_window_wechat_says_it_itself(memory_store, wechat):
    api, courier, citizen = wechat
    api.wrote(OPENID)
    allow(memory_store, citizen, NOW + timedelta(hours=48))
    post(memory_store, notice("a", citizen, "您的答复", "answer"))

    courier.deliver(NOW)

    assert api.texts == ["您的答复"]
    note = memory_store.read(lambda unit: unit.contact_notes(citizen.removeprefix("citizen:")))["window"]
    assert note.endswith(" 4")


@pytest.mark.parametrize(("hours", "left"), [(-1, 5), (1, 0)])
def test_outside_the_window_a_template_says_that_there_is_news(memory_store, wechat, hours, left):
    api, courier, citizen = wechat
    api.wrote(OPENID)
    api.templates.add("T1")
    allow(memory_store, citizen, NOW + timedelta(hours=hours), left)
    post(memory_store, notice("a", citizen, "您的答复", "answer"))

    courier.deliver(NOW)

    assert [item["what"] for item in api.delivered] == ["template"]
    assert fate(memory_store, "a") == ("sent", "")


def test_when_the_platform_counts_otherwise_the_template_goes_after_the_refusal(memory_store, wechat):
    api, courier, citizen = wechat
    api.wrote(OPENID)
    api.followers[OPENID].sent = 5
    api.templates.add("T1")
    allow(memory_store, citizen, NOW + timedelta(hours=48))
    post(memory_store, notice("a", citizen, "您的答复", "answer"))

    courier.deliver(NOW)

    assert [item["what"] for item in api.delivered] == ["template"]


def test_who_said_no_to_notices_gets_no_template_but_a_call(memory_store, wechat):
    api, courier, citizen = wechat
    api.wrote(OPENID)
    api.templates.add("T1")
    memory_store.write(lambda unit: unit.contact_note(citizen.removeprefix("citizen:"), "subscribed", "no"))
    post(memory_store, notice("a", citizen, "您的答复", "answer"))

    courier.deliver(NOW)

    assert api.delivered == []
    assert texts(memory_store, "dispatchers") == ["unreachable"]


def test_without_window_and_template_the_dispatchers_call(memory_store, wechat):
    api, courier, citizen = wechat
    api.wrote(OPENID)
    post(memory_store, notice("a", citizen, "登记", "receipt"), notice("b", citizen, "答复", "answer"))

    courier.deliver(NOW)

    assert api.delivered == []
    assert fate(memory_store, "a")[0] == fate(memory_store, "b")[0] == "failed"
    assert texts(memory_store, "dispatchers") == ["unreachable", "unreachable"]


def test_a_storm_of_refused_tokens_is_a_pause_and_no_loss(memory_store, wechat):
    api, courier, citizen = wechat
    api.wrote(OPENID)
    allow(memory_store, citizen, NOW + timedelta(hours=48))
    api.faults.plan("message/custom/send", answer={"errcode": 40001, "errmsg": "no"}, times=2)
    post(memory_store, notice("a", citizen, "答复", "answer"))

    courier.deliver(NOW)
    assert (api.texts, len(api.calls)) == ([], 5)
    courier.deliver(NOW + timedelta(minutes=2))

    assert api.texts == ["答复"]


def test_telegram_delivers_the_survey_with_its_five_buttons(memory_store):
    api = TelegramApi()
    with serving(api.app) as url:
        bot = Telegram(TelegramSettings(TOKEN, url), timeout=5)
        api.say("你好")
        post(memory_store, notice("a", contact(memory_store, "telegram"), "请评价", "survey"))
        courier_of(memory_store, {"telegram": bot}).deliver(NOW)
        bot.close()

    (seen,) = api.delivered
    assert seen["buttons"][0] == ("非常满意", f"rate:{NUMBER}:5")
    assert [data for _, data in seen["buttons"]] == [f"rate:{NUMBER}:{score}" for score in (5, 4, 3, 2, 1)]


# How notices are put.


def row(message: str, to: str = "citizen:x", **private: Any) -> Any:
    return OutboxRow(1, "k", to, message, NUMBER, {"number": NUMBER}, private, NOW, 0, "waiting", NOW)


def test_the_usual_wording_is_the_casebooks():
    text = Rendering()(row("withdrawn_notice"), "telegram").text

    assert NUMBER in text
    assert "撤回" in text


def test_a_reply_kept_for_later_is_the_same_reply():
    reply = Reply("请选择", ((Button("一", "a:1"), Button("网页", "", "http://example.test")),), card="c")
    (kept,) = reply_notices("telegram:1", "citizen:x", [reply], NOW)

    assert Rendering(say)(row("reply", **kept.private), "telegram") == reply


def test_staff_can_act_from_the_order_and_accept_into_a_class():
    rendering = Rendering(say, (("on_site", "现场处理类"), ("off_site", "非现场处理类")))

    card = rendering(row("dispatch_order", UNIT), "telegram")

    data = [[button.data for button in buttons] for buttons in card.buttons]
    assert data == [
        [f"accept:{NUMBER}:on_site", f"accept:{NUMBER}:off_site"],
        [f"hand_back:{NUMBER}", f"decline:{NUMBER}"],
    ]
    assert card.buttons[0][0].label == "受理（现场处理类）"
    assert card.card == NUMBER


def test_the_buttons_in_a_group_are_those_of_whoever_the_group_is(store, telegram):
    asked: list[str] = []
    rendering = Rendering(say, staff=lambda row: (asked.append(row.to), ())[1])
    store.write(lambda unit: unit.bind_group("telegram", GROUP, UNIT))
    post(store, notice("a", UNIT, "交办单", "dispatch_order"))

    Courier(store, {"telegram": telegram}, rendering, ()).deliver(NOW)

    assert asked == [UNIT]


def test_wechat_gets_words_instead_of_buttons():
    assert Rendering(say)(row("survey"), "wechat").buttons == ()
    assert len(Rendering(say)(row("survey"), "web").buttons) == 5


def test_what_is_said_to_somebody_on_leave_is_heard_by_the_stand_in(
    courier: Courier, telegram: Platform, store: Store
) -> None:
    away, other = "leader:马局长@市自然资源局", "officer:李经办@市自然资源局"

    def set_up(unit: Any) -> None:
        unit.bind_group("telegram", "1", away)
        unit.bind_group("telegram", "2", other)
        unit.leave(away, other, NOW + timedelta(days=1))
        unit.post([Notice("k1", away, "urge", NOW, facts={"text": "请办"})])

    store.write(set_up)
    courier.deliver(NOW)

    assert [to for to, *_ in telegram.sent] == ["2"]


def test_a_reviewing_body_without_a_room_is_heard_in_its_units() -> None:
    assert addresses("reviewer:市公安局") == ("reviewer:市公安局", "unit:市公安局")


@pytest.mark.parametrize("ahead", [timedelta(days=30), timedelta(days=3650)])
def test_what_waits_for_a_clock_that_ran_ahead_goes_once_it_is_put_right(store, telegram, ahead):
    """One was tried and put off, one claimed by somebody who died, one written while the clock was wrong."""
    people = [contact(store, "telegram", str(number)) for number in range(4)]
    post(store, notice("tried", people[0]))
    telegram.planned = [Later(10, "busy")]
    courier = courier_of(store, {"telegram": telegram})
    courier.deliver(NOW + ahead)
    post(store, notice("claimed", people[1]))
    store.write(lambda unit: unit.outbox_due(NOW + ahead, 10))
    store.write(lambda unit: unit.post([replace(notice("written", people[2]), at=NOW + ahead)]))
    post(store, notice("meant for later", people[3], not_before=NOW + timedelta(days=9)))

    assert courier.deliver(NOW) == 0
    assert store.write(lambda unit: unit.outbox_thaw(NOW, NOW)) == 3
    courier.deliver(NOW)

    assert sorted(telegram.texts) == ["claimed", "tried", "written"]


def test_a_reminder_put_off_by_a_clock_that_ran_ahead_waits_for_no_later_opening_than_the_next(store, telegram):
    monday, january = NOW + timedelta(days=3), NOW + timedelta(days=31)
    post(store, *(notice(key, contact(store, "telegram", key), message="overdue") for key in ("by day", "ahead")))
    store.write(lambda unit: unit.outbox_postponed("by day", monday))
    store.write(lambda unit: unit.outbox_postponed("ahead", january))

    assert store.write(lambda unit: unit.outbox_thaw(NOW, monday)) == 1
    courier_of(store, {"telegram": telegram}).deliver(NOW)
    assert telegram.texts == ["ahead"]

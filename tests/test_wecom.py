"""WeCom: pushes verified and read, answers sealed, messages sent within the platform's limits, refusals acted on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bots.channels.errors import BadRequest, Forged
from bots.channels.sending import Later, Never, Sent
from bots.channels.wechat_client import StoreTokens
from bots.channels.wecom import MAX_BODY, WeCom
from bots.channels.wecom_client import WeComClient
from bots.channels.wecom_messages import Pushed
from bots.channels.wecom_sender import WeComAnswers, WeComSender
from bots.message import BUTTON, EVENT, TEXT, Button, Reply
from bots.setting_groups import Given, SettingsError, read_wecom
from bots.wecom_door import ANSWERS, WeComDoor
from models.store import Store
from tests import wecom_pushes as pushes
from tests.standins.serving import serving
from tests.standins.wecom_api import WeComApi
from tests.wechat_pushes import Echo
from tests.wecom_pushes import NOW

CARD = Reply(
    "编号 20261121-00017　投诉\n办证不给受理\n承办：市自然资源局",
    ((Button("受理", "accept:20261121-00017"),),),
    card="20261121-00017",
)
COMPANY = WeCom(pushes.settings(), "http://localhost/console")


def read_app(xml: str, **changes: str) -> Pushed:
    query, body = pushes.app_push(xml)
    return COMPANY.read_app({**query, **changes}, body, NOW)


def read_bot(fields: dict[str, Any]) -> Pushed:
    query, body = pushes.bot_push(fields)
    return COMPANY.read_bot(query, body, NOW)


def test_the_platforms_check_of_our_address_gets_the_opened_echo() -> None:
    for bot, receiver in ((False, pushes.CORP), (True, "")):
        sealed = pushes.seal(b"echo-1", receiver)
        assert COMPANY.verify({**pushes.query_for(sealed), "echostr": sealed}, bot) == "echo-1"

    with pytest.raises(Forged):
        COMPANY.verify({**pushes.query_for(sealed), "echostr": sealed, "nonce": "other"}, bot=True)


def test_a_text_in_the_apps_chat_is_read_and_its_sender_kept_in_lower_case() -> None:
    push = read_app(pushes.text_xml("受理 20261121-00017", "Zhang"))

    assert (push.kind, push.text, push.sender, push.chat) == (TEXT, "受理 20261121-00017", "zhang", "")


def test_a_pressed_card_is_read_from_its_raw_fields() -> None:
    push = read_app(pushes.press_xml("accept:20261121-00017", "code-1"))

    assert (push.kind, push.data, push.response_code) == (BUTTON, "accept:20261121-00017", "code-1")


def test_the_same_press_has_the_same_id_and_another_has_another() -> None:
    first = pushes.press_xml("accept:20261121-00017", "code-1")

    assert read_app(first).id == read_app(first).id
    assert read_app(first).id != read_app(pushes.press_xml("accept:20261121-00017", "code-2")).id


@pytest.mark.parametrize(
    "change", [{"msg_signature": "0" * 40}, {"nonce": "x"}, {"timestamp": "x"}, {"msg_signature": ""}]
)
def test_a_wrong_signature_is_forged(change: dict[str, str]) -> None:
    with pytest.raises(Forged):
        read_app(pushes.text_xml("受理"), **change)


@pytest.mark.parametrize("minutes", [-11, 11])
def test_a_stale_push_is_forged(minutes: int) -> None:
    query, body = pushes.app_push(pushes.text_xml("受理"), NOW + timedelta(minutes=minutes))

    with pytest.raises(Forged):
        COMPANY.read_app(query, body, NOW)


def test_a_body_of_another_company_or_app_or_without_sealing_is_refused() -> None:
    sealed = pushes.seal(pushes.text_xml("受理").encode(), "ww-another")
    with pytest.raises(Forged):
        COMPANY.read_app(pushes.query_for(sealed), f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode(), NOW)
    with pytest.raises(Forged):
        COMPANY.read_app(pushes.query_for(""), pushes.text_xml("受理").encode(), NOW)
    with pytest.raises(BadRequest):
        read_app(pushes.app_xml("text", "<Content>x</Content>", agent="9"))


@pytest.mark.parametrize("xml", ["<xml></xml>", "junk", "<xml><MsgType>text</MsgType><MsgType>text</MsgType></xml>"])
def test_what_cannot_be_read_is_a_bad_request(xml: str) -> None:
    with pytest.raises(BadRequest):
        read_app(xml)


def test_a_huge_body_is_refused_before_anybody_opens_it() -> None:
    with pytest.raises(BadRequest):
        COMPANY.read_app(pushes.query_for(""), b"x" * (MAX_BODY + 1), NOW)


def test_in_a_group_the_bots_name_is_taken_off_and_the_quoted_case_found() -> None:
    quote = {"msgtype": "text", "text": {"content": "编号 20261121-00017　投诉"}}
    push = read_bot(pushes.said("办结：已经办好", quote=quote))

    assert (push.text, push.chat, push.quotes) == ("办结：已经办好", "group9", "case:20261121-00017")


def test_a_press_under_the_bots_card_is_read() -> None:
    push = read_bot(pushes.pressed("accept:20261121-00017"))

    assert (push.kind, push.data, push.task) == (BUTTON, "accept:20261121-00017", "task1")


@pytest.mark.parametrize("fields", [{}, {"msgid": "1", "msgtype": "text"}, {"from": {"userid": "<b>"}, "msgid": "1"}])
def test_a_bot_message_without_its_parts_is_a_bad_request(fields: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        read_bot(fields)


def test_unknown_kinds_and_events_are_read_as_such() -> None:
    assert read_bot(pushes.said("", msgtype="image", image={"url": "x"})).kind == "unknown"
    assert read_app(pushes.app_xml("event", "<Event>enter_agent</Event>", id=False)).kind == EVENT


def test_the_bot_answers_words_as_a_stream_a_case_as_a_card_and_a_press_by_the_card_renewed() -> None:
    push = read_bot(pushes.said("我的待办"))
    words = pushes.heard(COMPANY.answer(push, [Reply("没有待办")], "s1")[0])
    card = pushes.heard(COMPANY.answer(push, [CARD], "s1")[0])
    both = pushes.heard(COMPANY.answer(push, [Reply("好的"), CARD], "s1")[0])
    pressed = read_bot(pushes.pressed("accept:20261121-00017"))
    renewed, rest = COMPANY.answer(pressed, [Reply("好的"), CARD], "s1")

    assert words["stream"] == {"id": "s1", "finish": True, "content": "没有待办"}
    assert card["template_card"]["button_list"][0]["key"] == "accept:20261121-00017"
    assert both["msgtype"] == "stream_with_template_card"
    assert pushes.heard(renewed)["template_card"]["task_id"] == "task1"
    assert rest == [Reply("好的")]


# Sending.


@pytest.fixture
def platform() -> WeComApi:
    return WeComApi()


@pytest.fixture
def client(platform: WeComApi, memory_store: Store) -> Iterator[WeComClient]:
    with serving(platform.app) as address:
        yield WeComClient(pushes.settings(address), StoreTokens(memory_store), lambda: platform.now)


@pytest.fixture
def sender(client: WeComClient) -> WeComSender:
    return WeComSender(client, "http://localhost/console")


def test_a_member_gets_a_card_whose_code_renews_it_once(platform: WeComApi, sender: WeComSender) -> None:
    sent = sender.send("user:zhang", CARD, "k1")
    assert isinstance(sent, Sent)
    assert platform.delivered[-1]["buttons"] == {"受理": "accept:20261121-00017"}

    assert sender.send("user:zhang", CARD, "k2", sent.external_id) == Sent()
    assert platform.delivered[-1]["renewed"] == sent.external_id
    again = sender.send("user:zhang", CARD, "k3", sent.external_id)
    assert isinstance(again, Sent)
    assert again.external_id
    assert "renewed" not in platform.delivered[-1]


def test_what_does_not_fit_a_card_is_text_with_the_buttons_under_it(platform: WeComApi, sender: WeComSender) -> None:
    buttons = tuple((Button(f"第{number}步", f"step:{number}"),) for number in range(9))

    assert isinstance(sender.send("user:zhang", Reply("很长的话。" * 300, buttons), "k1"), Sent)
    kinds = [item["kind"] for item in platform.delivered]
    assert kinds == ["text", "text", "text", "template_card"]
    assert len(platform.delivered[-1]["buttons"]) == 6
    assert "第8步" in platform.delivered[-2]["text"]


def test_accepted_with_the_member_among_the_invalid_ones_did_not_arrive(
    platform: WeComApi, sender: WeComSender
) -> None:
    platform.unreachable.add("li")

    assert isinstance(sender.send("user:li", Reply("您好"), "k1"), Never)
    assert isinstance(sender.send("user:nobody", Reply("您好"), "k2"), Never)


def test_a_group_of_the_apps_gets_words_and_what_to_type(platform: WeComApi, sender: WeComSender) -> None:
    group = sender.make_group("市自然资源局承办群", ["zhang", "li"])

    assert sender.send(f"chat:{group}", CARD, "k1") == Sent()
    assert "“受理”" in platform.delivered[-1]["text"]
    assert isinstance(sender.send("chat:not-ours", CARD, "k2"), Never)


def test_a_push_robot_takes_twenty_messages_a_minute(platform: WeComApi, sender: WeComSender) -> None:
    platform.hooks.add("key-1")
    outcomes = [sender.send("hook:key-1", Reply(f"第 {number} 条"), f"k{number}") for number in range(21)]

    assert outcomes[:20] == [Sent()] * 20
    assert isinstance(outcomes[20], Later)
    assert isinstance(sender.send("hook:other", Reply("您好"), "k"), Never)


def test_a_refused_token_is_renewed_once(platform: WeComApi, sender: WeComSender) -> None:
    sender.send("user:zhang", Reply("一"), "k1")
    platform.token = ""

    assert sender.send("user:zhang", Reply("二"), "k2") == Sent()
    assert platform.calls.count("gettoken") == 2


@pytest.mark.parametrize(
    ("code", "what"), [(60020, Later), (45009, Later), (-1, Later), (48002, Never), (99999, Later)]
)
def test_refusals_are_read(platform: WeComApi, sender: WeComSender, code: int, what: type) -> None:
    platform.faults.plan("message/send", answer={"errcode": code, "errmsg": "no"})

    assert isinstance(sender.send("user:zhang", Reply("您好"), "k1"), what)


def test_an_answer_address_takes_one_message_and_no_other_host_is_spoken_to(
    platform: WeComApi, client: WeComClient
) -> None:
    urls = {"m1": platform.answer_url(client._host), "m2": "http://127.0.0.1:1/steal"}
    answers = WeComAnswers(client, urls.get)

    assert answers.send("m1", Reply("好的"), "k1") == Sent()
    assert not isinstance(answers.send("m1", Reply("好的"), "k2"), Sent)
    assert isinstance(answers.send("m2", Reply("好的"), "k3"), Never)
    assert isinstance(answers.send("m3", Reply("好的"), "k4"), Never)


# The door.


class Bell:
    def __init__(self) -> None:
        self.rung = 0

    def __call__(self) -> None:
        self.rung += 1


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def door(memory_store: Store, echo: Echo) -> WeComDoor:
    return WeComDoor(memory_store, echo, COMPANY, Bell())


def outbox(store: Store, to: str) -> list[str]:
    return [row.private["reply"]["text"] for row in store.read(lambda unit: unit.notices_for(to, 0))]


def test_a_push_is_handled_once_however_often_it_comes(door: WeComDoor, memory_store: Store, echo: Echo) -> None:
    query, body = pushes.app_push(pushes.text_xml("我的待办"))

    assert [door.app(query, body, NOW) for _ in range(3)] == [(200, b"")] * 3
    assert len(echo.heard) == 1
    assert outbox(memory_store, "chat:wecom:user:zhang") == ["我的待办"]


def test_the_bot_repeats_the_very_bytes_of_its_first_answer(door: WeComDoor, echo: Echo) -> None:
    query, body = pushes.bot_push(pushes.said("我的待办"))
    first = door.bot(query, body, NOW)

    assert door.bot(query, body, NOW) == first
    assert pushes.heard(first[1])["stream"]["content"] == "我的待办"
    assert len(echo.heard) == 1


def test_an_answer_that_comes_too_late_goes_by_the_answer_address(door: WeComDoor, memory_store: Store) -> None:
    fields = pushes.said("我的待办", response_url="http://127.0.0.1:9/cgi-bin/aibot/response?response_code=1")
    query, body = pushes.bot_push(fields)

    assert door.bot(query, body, NOW, elapsed=lambda: 4.0) == (200, b"")
    id = fields["msgid"]
    assert outbox(memory_store, f"chat:{ANSWERS}:{id}") == ["我的待办"]
    assert memory_store.read(lambda unit: unit.token_get(f"{ANSWERS}:{id}", NOW)) == fields["response_url"]


def test_a_fault_keeps_the_push_and_says_sorry(door: WeComDoor, memory_store: Store, echo: Echo) -> None:
    echo.fails = RuntimeError("no")
    query, body = pushes.app_push(pushes.text_xml("我的待办"))

    assert door.app(query, body, NOW) == (200, b"")
    assert "抱歉" in outbox(memory_store, "chat:wecom:user:zhang")[0]
    query, body = pushes.bot_push(pushes.said("我的待办"))
    assert "抱歉" in pushes.heard(door.bot(query, body, NOW)[1])["stream"]["content"]


def test_forged_and_unreadable_pushes_leave_no_trace(door: WeComDoor, memory_store: Store, echo: Echo) -> None:
    query, body = pushes.app_push(pushes.text_xml("我的待办"))

    assert door.app({**query, "msg_signature": "0"}, body, NOW) == (403, b"")
    assert door.bot(query, json.dumps({"encrypt": 1}).encode(), NOW)[0] == 403
    assert door.bot(query, b"[]", NOW)[0] == 400
    assert echo.heard == []


def test_a_press_leaves_the_code_that_renews_its_card(door: WeComDoor, memory_store: Store) -> None:
    query, body = pushes.app_push(pushes.press_xml("accept:20261121-00017", "code-7"))
    door.app(query, body, NOW)

    kept = memory_store.read(lambda unit: unit.card_message("wecom", "user:zhang", "20261121-00017"))
    assert kept == "code-7"


def test_a_bot_key_without_the_rest_stops_the_start() -> None:
    whole = pushes.environment("http://127.0.0.1:9")

    with pytest.raises(SettingsError, match="WECOM_CORP_ID"):
        read_wecom(Given({"WECOM_BOT_TOKEN": "x"}))
    with pytest.raises(SettingsError, match="WECOM_BOT_AES_KEY"):
        read_wecom(Given({**whole, "WECOM_BOT_TOKEN": "x"}))
    found = read_wecom(Given(whole))
    assert found is not None
    assert found.bot_token == pushes.TOKEN

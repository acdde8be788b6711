"""What an official account sends by itself, against a stand-in as strict as the platform."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bots.channels.sending import Later, Never, Sent
from bots.channels.wechat_client import ApiError, Client, StoreTokens
from bots.channels.wechat_sender import WeChatSender
from bots.message import Reply
from models.store import Store
from tests.standins.serving import serving
from tests.standins.wechat_api import EPOCH, WeChatApi
from tests.wechat_pushes import OPENID, settings


class Account:
    """The platform, our client and our sender, tied together. `now` is our clock."""

    def __init__(self, api: WeChatApi, url: str, store: Store) -> None:
        self.api, self.url, self.now = api, url, EPOCH
        self.client = Client(settings(api_url=url), StoreTokens(store), lambda: self.now)
        self.sender = WeChatSender(
            self.client, {"answer": "T1", "survey": "subscribe:S1?thing1=about"}, "http://e.test"
        )

    def say(self, text: str, key: str = "k1"):
        return self.sender.send(OPENID, Reply(text), key)


@pytest.fixture
def account(memory_store: Store) -> Iterator[Account]:
    api = WeChatApi()
    with serving(api.app) as url:
        yield Account(api, url, memory_store)


def test_somebody_who_wrote_lately_is_told(account):
    account.api.wrote(OPENID)

    assert account.say("已受理") == Sent()
    assert account.api.texts == ["已受理"]


@pytest.mark.parametrize(("hours", "outcome"), [(47, Sent), (49, Never)])
def test_after_48_hours_the_platform_takes_nothing_more(account, hours, outcome):
    account.api.wrote(OPENID)
    account.api.now += timedelta(hours=hours)

    assert isinstance(account.say("晚了吗"), outcome)


def test_the_sixth_message_is_refused_for_good(account):
    account.api.wrote(OPENID)
    outcomes = [account.say(f"第{number}条", f"k{number}") for number in range(6)]

    assert outcomes[:5] == [Sent()] * 5
    assert outcomes[5] == Never("wechat 45047: more than the platform lets us send", "window")


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (45009, Later(3600, "wechat 45009: daily quota used up")),
        (-1, Later(5, "wechat -1: busy")),
        (43004, Never("wechat 43004: does not follow the account", "blocked")),
        (50002, Later(3600, "wechat 50002: account limited")),
        (99999, Later(0, "wechat 99999: refused")),
    ],
)
def test_each_refusal_has_its_meaning(account, code, outcome):
    account.api.wrote(OPENID)
    account.api.faults.plan("message/custom/send", answer={"errcode": code, "errmsg": "no"})

    assert account.say("试") == outcome
    assert account.say("再试") == Sent()


@pytest.mark.parametrize("status", [500, 502, 404])
def test_a_server_in_trouble_is_tried_again_later(account, status):
    account.api.wrote(OPENID)
    account.api.faults.plan("message/custom/send", status=status)

    assert isinstance(account.say("试"), Later)


def test_a_platform_out_of_reach_is_tried_again_later(memory_store):
    client = Client(settings(api_url="http://127.0.0.1:9"), StoreTokens(memory_store), lambda: EPOCH)

    assert isinstance(WeChatSender(client, {}).send(OPENID, Reply("喂"), "k"), Later)


def test_a_refused_token_is_renewed_once_and_the_message_arrives(account):
    account.api.wrote(OPENID)
    account.say("一")
    account.api.expire_token()

    assert account.say("二") == Sent()
    assert account.api.texts == ["一", "二"]


def test_a_platform_that_refuses_every_token_is_not_called_in_a_storm(account):
    account.api.wrote(OPENID)
    refused = {"errcode": 40001, "errmsg": "invalid credential"}
    account.api.faults.plan("message/custom/send", answer=refused, times=1000)

    assert account.say("试") == Later(60, "wechat 40001: token refused")
    assert account.api.calls == [
        "stable_token",
        "message/custom/send",
        "stable_token",
        "stable_token",
        "message/custom/send",
    ]


def test_eight_threads_fetch_one_token(account):
    account.api.wrote(OPENID)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: account.say("同时", f"k{number}"), range(8)))

    assert account.api.calls.count("stable_token") == 1


def test_a_token_is_renewed_before_it_runs_out_and_kept_until_then(account):
    account.api.wrote(OPENID)
    for minutes in (0, 100, 114):
        account.now = EPOCH + timedelta(minutes=minutes)
        account.say("试", f"k{minutes}")
    assert account.api.calls.count("stable_token") == 1

    account.now = EPOCH + timedelta(minutes=116)
    account.say("试", "k116")

    assert account.api.calls.count("stable_token") == 2


def test_processes_share_one_token_through_the_store(account, store):
    account.api.wrote(OPENID)
    for number in range(2):
        client = Client(settings(api_url=account.url), StoreTokens(store), lambda: EPOCH)
        assert WeChatSender(client, {}).send(OPENID, Reply("甲乙"), f"k{number}") == Sent()

    assert account.api.calls.count("stable_token") == 1


def test_a_wrong_secret_is_said_without_the_secret(account, caplog):
    account.api.secret = "another"

    with pytest.raises(ApiError) as refused:
        account.client.call("message/custom/send", {})
    assert refused.value.code == 40125
    assert "standin-app-secret" not in caplog.text + str(refused.value)


def test_a_text_of_several_pieces_goes_on_where_it_stopped(account):
    account.api.wrote(OPENID)
    text = "一" * 600 + "二" * 600 + "三" * 10
    account.say("先", "k0")
    account.api.faults.plan("message/custom/send", answer={"errcode": -1, "errmsg": "busy"})

    assert isinstance(account.say(text), Later)
    assert account.say(text) == Sent()
    assert account.api.texts == ["先", "一" * 600, "二" * 600, "三" * 10]


def test_a_template_says_nothing_personal_and_keeps_to_the_lengths(account):
    account.api.wrote(OPENID)
    account.api.templates.add("T1")
    values = {"number": "20260302-00015", "about": "很长的事项" * 10, "at": "2026-03-02 09:00"}

    assert account.sender.send_template(OPENID, "answer", values) == Sent()
    (seen,) = account.api.delivered
    assert seen["data"]["character_string1"] == {"value": "20260302-00015"}
    assert len(seen["data"]["thing2"]["value"]) == 20


def test_a_subscription_message_needs_a_tick_each_time(account):
    account.api.tick(OPENID, "S1")

    assert account.sender.send_template(OPENID, "survey", {"about": "请评价"}) == Sent()
    assert account.sender.send_template(OPENID, "survey", {"about": "请评价"}) == Never(
        "wechat 43101: did not subscribe to this message", "blocked"
    )
    assert [item["what"] for item in account.api.delivered] == ["subscription"]


def test_a_picture_is_fetched_by_its_id(account):
    account.api.media["m1"] = b"\xff\xd8picture"

    assert account.sender.fetch("m1") == b"\xff\xd8picture"
    with pytest.raises(ApiError):
        account.sender.fetch("m2")

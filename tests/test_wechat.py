"""The official account's door: who may knock, what is understood, what is answered, and that nothing happens twice."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bots import wechat_door
from bots.channels.errors import BadRequest, Forged
from bots.channels.sealed import Crypto
from bots.channels.wechat import MAX_BODY, WeChat
from bots.channels.wechat_messages import Push
from bots.channels.wechat_window import Window, renewed
from bots.message import BUTTON, EVENT, IMAGE, LOCATION, TEXT, UNKNOWN, VIDEO, VOICE, Button, Reply
from models.store import Store
from tests.makers import moment
from tests.wechat_pushes import (
    AES_KEY,
    APP_ID,
    NOW,
    OPENID,
    Echo,
    event_xml,
    heard,
    push,
    settings,
    sign,
    text_xml,
    xml,
)

VECTORS = json.loads((Path(__file__).parent / "payloads" / "wechat_vectors.json").read_text(encoding="utf-8"))
SAFE, PLAIN = True, False


def read(plain: str | bytes, *, safe: bool = True) -> Push:
    query, body = push(plain, safe=safe)
    return WeChat(settings(safe=safe)).read(query, body, NOW)


@pytest.fixture(params=[SAFE, PLAIN], ids=["safe", "plain"])
def safe(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["about"])
def test_what_tencents_own_library_sealed_opens_and_seals_the_same(vector, monkeypatch):
    crypto = Crypto(base64.b64decode(VECTORS["aes_key"] + "="))
    monkeypatch.setattr(crypto, "get_random_string", lambda: bytes.fromhex(vector["random"]))

    assert crypto.decrypt(vector["encrypted"], VECTORS["app_id"], ValueError) == vector["plain"]
    assert crypto.encrypt(vector["plain"], VECTORS["app_id"]).decode() == vector["encrypted"]
    account = WeChat(settings(token=VECTORS["token"]))
    assert account._sealing.sign(VECTORS["timestamp"], VECTORS["nonce"], vector["encrypted"]) == vector["signature"]


def test_the_platforms_check_of_our_address_is_echoed(safe):
    account = WeChat(settings(safe=safe))
    query = {"signature": sign("1767225600", "n"), "timestamp": "1767225600", "nonce": "n", "echostr": "3298175486"}

    assert account.verify_get(query) == "3298175486"
    for wrong in ({**query, "signature": "0" * 40}, {**query, "nonce": "m"}, {}, {**query, "signature": "签名"}):
        with pytest.raises(Forged):
            account.verify_get(wrong)


def test_a_text_is_read_with_its_sender_and_id(safe):
    message = read(text_xml("窗口不给受理", id=77), safe=safe)

    assert (message.channel, message.id, message.sender, message.at) == ("wechat", "77", OPENID, NOW)
    assert (message.kind, message.text, message.chat) == (TEXT, "窗口不给受理", "")


@pytest.mark.parametrize(
    ("kind", "inner", "expected"),
    [
        ("image", "<PicUrl>http://example.test/p.jpg</PicUrl><MediaId>m1</MediaId>", (IMAGE, "", "", "m1")),
        (
            "voice",
            "<MediaId>m2</MediaId><Format>amr</Format><Recognition>我要投诉</Recognition>",
            (VOICE, "我要投诉", "", "m2"),
        ),
        ("voice", "<MediaId>m2</MediaId><Format>amr</Format><Recognition></Recognition>", (VOICE, "", "", "m2")),
        ("video", "<MediaId>m3</MediaId><ThumbMediaId>t3</ThumbMediaId>", (VIDEO, "", "", "m3")),
        ("shortvideo", "<MediaId>m4</MediaId><ThumbMediaId>t4</ThumbMediaId>", (VIDEO, "", "", "m4")),
        (
            "location",
            "<Location_X>25.04</Location_X><Location_Y>102.71</Location_Y><Scale>20</Scale><Label>翠湖边</Label>",
            (LOCATION, "翠湖边", "25.04,102.71", ""),
        ),
        (
            "link",
            "<Title>题</Title><Description>述</Description><Url>http://example.test</Url>",
            (TEXT, "题\n述\nhttp://example.test", "", ""),
        ),
        ("hologram", "<MediaId>m5</MediaId>", (UNKNOWN, "", "hologram", "")),
    ],
)
def test_every_kind_of_message_is_understood_or_known_to_be_unknown(kind, inner, expected, safe):
    message = read(xml(kind, inner), safe=safe)

    assert (message.kind, message.text, message.data, message.media[0].id if message.media else "") == expected


@pytest.mark.parametrize(
    ("event", "key", "data"),
    [
        ("subscribe", "", "subscribe"),
        ("subscribe", "qrscene_hall-3", "scan:hall-3"),
        ("unsubscribe", "", "unsubscribe"),
        ("SCAN", "hall-3", "scan:hall-3"),
        ("CLICK", "progress", "menu:progress"),
        ("VIEW", "http://example.test/a", "view:http://example.test/a"),
        ("LOCATION", "", "location"),
        ("TEMPLATESENDJOBFINISH", "", "templatesendjobfinish"),
    ],
)
def test_every_event_is_named_with_its_key(event, key, data):
    message = read(event_xml(event, key))

    assert (message.kind, message.data) == (EVENT, data)


def test_two_events_of_one_person_in_one_second_are_two():
    assert read(event_xml("CLICK", "a")).id != read(event_xml("CLICK", "b")).id
    assert read(event_xml("CLICK", "a")).id == read(event_xml("CLICK", "a")).id


STRANGE = [
    "零宽\u200b连字\u200d方向\u202e反",
    "😡👨\u200d👩\u200d👧𠮷",
    "<b>&amp;1<2",
    "=cmd|' /C calc'!A0",
    "{name} {{7*7}}",
]


@pytest.mark.parametrize("text", STRANGE)
def test_strange_letters_arrive_as_they_were_sent(text, safe):
    assert read(text_xml(text), safe=safe).text == text


def test_control_letters_that_xml_cannot_hold_cost_nobody_the_message(safe):
    assert read(text_xml("材料\x08齐全\x00不受理\x1f"), safe=safe).text == "材料齐全不受理"


def test_twenty_thousand_characters_are_one_message(safe):
    assert read(text_xml("长" * 20_000), safe=safe).text == "长" * 20_000


@pytest.mark.parametrize("years", [1, -1])
def test_a_signature_of_another_year_is_stale(safe, years):
    query, body = push(text_xml("旧"), safe=safe)
    later = NOW.replace(year=NOW.year + years)

    with pytest.raises(Forged, match="stale"):
        WeChat(settings(safe=safe)).read(query, body, later)


def test_repeats_within_ten_minutes_are_fresh(safe):
    query, body = push(text_xml("新"), safe=safe)

    assert WeChat(settings(safe=safe)).read(query, body, moment("2026-03-02 09:09")).text == "新"
    with pytest.raises(Forged):
        WeChat(settings(safe=safe)).read(query, body, moment("2026-03-02 09:11"))


@pytest.mark.parametrize(
    "change", [{"msg_signature": "0" * 40}, {"nonce": "other"}, {"timestamp": "x"}, {"msg_signature": ""}]
)
def test_a_changed_query_is_forged(change):
    query, body = push(text_xml("假"))

    with pytest.raises(Forged):
        WeChat(settings()).read({**query, **change}, body, NOW)


def test_a_sealed_body_cannot_be_exchanged_under_its_query():
    query, _ = push(text_xml("真"))
    _, other = push(text_xml("假"))

    with pytest.raises(Forged):
        WeChat(settings()).read(query, other, NOW)


def test_a_plaintext_body_is_refused_once_there_is_an_aes_key():
    query, body = push(text_xml("明文"), safe=False)

    with pytest.raises(Forged):
        WeChat(settings()).read(query, body, NOW)


def test_a_body_sealed_for_another_account_is_forged():
    query, body = push(text_xml("别家"))

    with pytest.raises(Forged):
        WeChat(settings(app_id="wx9999999999999999")).read(query, body, NOW)


@pytest.mark.parametrize("size", [MAX_BODY + 1, 50 * 1024 * 1024])
def test_a_huge_body_is_refused_before_anybody_parses_it(size, safe, monkeypatch):
    monkeypatch.setattr("bots.channels.wechat._parse", lambda text: pytest.fail("it was parsed"))
    query, _ = push(text_xml("大"), safe=safe)

    with pytest.raises(BadRequest, match="bytes"):
        WeChat(settings(safe=safe)).read(query, b"x" * size, NOW)


BOMB = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><xml><MsgType>&c;</MsgType></xml>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><xml><MsgType>&b;</MsgType></xml>'


@pytest.mark.parametrize(
    "broken",
    [
        BOMB,
        OUTSIDE,
        "",
        "junk",
        "<xml>",
        "<xml></xml>",
        "<other><MsgType>text</MsgType></other>",
        "<a/>",
        text_xml("一").replace("<MsgType>", "<MsgType>text</MsgType><MsgType>"),
        text_xml("一").replace("MsgType>", "Kind>"),
        text_xml("一").replace("FromUserName>", "From>"),
        text_xml("一", sender="o<b>x</b>"),
        text_xml("一", sender="有空 格"),
        text_xml("一", id="abc"),
        text_xml("一").replace("<Content>", "<Content>二</Content><Content>"),
        text_xml("一").replace("<![CDATA[一]]>", "<b>一</b>"),
        b"\xff\xfe\x00",
        "<xml>" + "<a>" * 20_000 + "</a>" * 20_000 + "</xml>",
    ],
)
def test_what_cannot_be_read_is_a_bad_request(broken, safe):
    with pytest.raises(BadRequest):
        read(broken, safe=safe)


def test_a_document_type_is_refused_where_it_could_define_something_and_read_where_it_is_but_words(safe):
    defining = '<!DOCTYPE xml [<!ENTITY b "二">]>' + text_xml("一").replace("<![CDATA[一]]>", "&b;")

    for whole in (defining, defining.replace("DOCTYPE", "DOC\x01TYPE")):
        with pytest.raises(BadRequest):
            read(whole, safe=safe)
    assert read(text_xml(" <!DOCTYPE html> & more "), safe=safe).text == "<!DOCTYPE html> & more"


def test_a_reply_goes_back_to_its_sender_and_keeps_every_letter(safe):
    account, message = WeChat(settings(safe=safe)), read(text_xml("问"), safe=safe)
    text = "好的 ]]></Content><Evil>1</Evil> ]]> & <b> 😀"

    answer = heard(account.write(message, [Reply(text)]))

    assert answer["Content"] == text
    assert (answer["ToUserName"], answer["FromUserName"], answer["MsgType"]) == (OPENID, "gh_example", "text")
    assert set(answer) == {"ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"}


def test_choices_are_one_numbered_list_across_replies():
    account, message = WeChat(settings(safe=False)), read(text_xml("问"), safe=False)
    replies = [
        Reply("请核对", ((Button("确认", "confirm:1"), Button("修改", "edit:1")),)),
        Reply("也可以", ((Button("看办事指南", "", "http://example.test"),),)),
    ]

    content = heard(account.write(message, replies))["Content"]

    assert content == "请核对\n1. 确认\n2. 修改\n\n也可以\n3. 看办事指南 http://example.test"


def test_nothing_to_say_is_said_with_success(safe):
    account, message = WeChat(settings(safe=safe)), read(text_xml("问"), safe=safe)

    assert account.write(message, []) == b"success"
    assert account.write(message, [Reply(" ")]) == b"success"


@pytest.mark.parametrize("letter", ["长", "a", "😀"])
def test_what_does_not_fit_into_one_message_is_cut_into_several_and_nothing_is_lost(letter):
    account = WeChat(settings())
    text = "\n".join(f"{number} " + letter * 90 for number in range(60))

    first, rest = account.fit([Reply(text)])

    assert all(len(piece) <= 600 and len(piece.encode()) <= 2047 for piece in [first, *rest])
    assert "".join([first, *rest]).replace("\n", "") == text.replace("\n", "")


def test_an_aes_key_of_the_wrong_length_is_refused():
    for key in (AES_KEY[:-1], AES_KEY + "A", "!" * 43):
        with pytest.raises(ValueError, match="AES key"):
            WeChat(settings(aes_key=key))


# The door.


def knock(store: Store, reception: Any, plain: str, *, safe: bool = True, **named: Any) -> tuple[int, bytes]:
    query, body = push(plain, safe=safe)
    return answered(store, reception, WeChat(settings(safe=safe)), query, body, **named)


def answered(
    store: Store, reception: Any, account: WeChat, query: Mapping[str, str], body: bytes, **named: Any
) -> tuple[int, bytes]:
    [answer] = wechat_door.answer_each(store, reception, account, [wechat_door.Delivery(query, body, NOW, **named)])
    return answer


def test_a_message_is_received_and_answered(store, safe):
    reception = Echo()

    status, reply = knock(store, reception, text_xml("你好"), safe=safe)

    assert (status, heard(reply)["Content"]) == (200, "你好")
    assert [message.text for message in reception.heard] == ["你好"]


def test_a_repeat_gets_the_same_bytes_and_causes_nothing(store, safe):
    reception, plain = Echo(), text_xml("只办一次")

    first, second, third = (knock(store, reception, plain, safe=safe) for _ in range(3))

    assert first == second == third
    assert len(reception.heard) == 1


def test_deliveries_of_one_message_at_the_same_time_are_handled_once(store):
    reception, plain = Echo(), text_xml("同时到")
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: knock(store, reception, plain), range(6)))

    assert len(set(answers)) == 1
    assert store.read(lambda unit: unit.inbox_seen("wechat", reception.heard[-1].id)).state == "done"


def test_the_check_of_our_address_goes_through_the_door(memory_store):
    account, stamp = WeChat(settings()), str(int(NOW.timestamp()))
    query = {"signature": sign(stamp, "n"), "timestamp": stamp, "nonce": "n", "echostr": "echo-1"}

    assert answered(memory_store, Echo(), account, query, b"") == (200, b"echo-1")
    assert answered(memory_store, Echo(), account, query | {"signature": "x"}, b"") == (403, b"")


def test_what_is_refused_leaves_no_trace(memory_store, caplog):
    account, reception = WeChat(settings()), Echo()
    query, body = push(text_xml("机密的话"))

    assert answered(memory_store, reception, account, query | {"nonce": "x"}, body) == (403, b"")
    assert answered(memory_store, reception, account, *push("<xml>")) == (400, b"")
    assert answered(memory_store, reception, account, query, b"x" * (MAX_BODY + 1)) == (400, b"")
    assert reception.heard == []
    assert "机密" not in caplog.text
    assert OPENID not in caplog.text


def test_a_fault_of_ours_keeps_the_body_and_apologises_once(store, caplog):
    reception, plain = Echo(), text_xml("张三丰的话", id=4242)
    reception.fails = RuntimeError("张三丰的话")

    status, reply = knock(store, reception, plain)
    reception.fails = None

    assert status == 200
    assert "抱歉" in heard(reply)["Content"]
    assert store.read(lambda unit: unit.inbox_seen("wechat", "4242")).state == "dead"
    assert knock(store, reception, plain) == (200, reply)
    assert reception.heard == []
    assert "张三丰" not in caplog.text


def test_what_half_happened_before_a_fault_is_undone(store):
    class Halfway(Echo):
        def receive(self, unit, message):
            unit.add_line("room", "office", {"text": "半句"}, message.at, "half")
            raise RuntimeError

    knock(store, Halfway(), text_xml("半途"))

    assert store.read(lambda unit: unit.lines("room", 0)) == []


def test_a_long_answer_goes_partly_at_once_and_the_rest_by_the_outbox(store):
    reception = Echo()
    reception.says = [Reply("很长。" * 500)]

    _, reply = knock(store, reception, text_xml("长", id=5))

    late = store.write(lambda unit: unit.outbox_due(NOW, 10))
    texts = [row.private["reply"]["text"] for row in late]
    assert heard(reply)["Content"] == ("很长。" * 500)[:600]
    assert [row.key for row in late] == ["wechat:5:1"]
    assert texts[0] == ("很长。" * 500)[600:1200]


def test_when_time_has_run_out_everything_goes_by_the_outbox(store):
    status, reply = knock(store, Echo(), text_xml("慢", id=6), elapsed=lambda: 4.0)

    (row,) = store.write(lambda unit: unit.outbox_due(NOW, 10))
    assert (status, reply) == (200, b"success")
    assert row.private["reply"]["text"] == "慢"
    assert knock(store, Echo(), text_xml("慢", id=6)) == (200, b"success")


def test_the_platforms_own_reports_are_noted_and_not_answered(memory_store):
    reception = Echo()

    for event in ("unsubscribe", "VIEW", "LOCATION", "TEMPLATESENDJOBFINISH"):
        assert knock(memory_store, reception, event_xml(event)) == (200, b"success")
    assert reception.heard == []
    assert knock(memory_store, reception, event_xml("CLICK", "progress"))[1] != b"success"


def test_who_follows_and_how_long_we_may_write_is_noted(memory_store):
    def notes() -> dict[str, Any]:
        return memory_store.read(lambda unit: unit.contact_notes(unit.contact_known("wechat", OPENID).handle))

    knock(memory_store, Echo(), event_xml("subscribe"))
    assert notes() == {"window": "2026-03-02T09:01:00+08:00 3"}
    knock(memory_store, Echo(), text_xml("你好"))
    assert notes()["window"] == "2026-03-04T09:00:00+08:00 5"
    knock(memory_store, Echo(), text_xml("再说一句"))
    knock(memory_store, Echo(), event_xml("CLICK", "help"))
    assert notes()["window"] == "2026-03-04T09:00:00+08:00 5"
    knock(memory_store, Echo(), event_xml("unsubscribe"))
    assert notes()["follows"] == "no"
    knock(memory_store, Echo(), text_xml("我又来了", id=9))
    assert "follows" not in notes()


def test_a_button_is_nothing_an_official_account_sends():
    assert read(text_xml("accept:20260302-00015:off_site")).kind == TEXT != BUTTON


def test_the_account_is_named_in_no_repr():
    assert AES_KEY not in repr(settings())
    assert APP_ID in repr(settings())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2026-03-04T08:55:00+08:00 5", None),
        ("2026-03-04T08:49:00+08:00 5", "2026-03-04T09:00:00+08:00 5"),
        ("2026-03-04T08:59:00+08:00 4", "2026-03-04T09:00:00+08:00 5"),
        ("2026-03-02T09:01:00+08:00 3", "2026-03-04T09:00:00+08:00 5"),
    ],
)
def test_the_window_is_noted_anew_when_it_was_used_or_is_ten_minutes_old(before, after):
    window = renewed(Window.read(before), read(text_xml("又一句")), NOW)

    assert (str(window) if window else None) == after


def test_what_came_together_is_answered_each_by_itself(store: Store) -> None:
    reception, account = Echo(), WeChat(settings())
    said = [push(text_xml(text, id=id)) for id, text in enumerate(("一", "二", "一", "四"), 1)]
    forged = (said[1][0] | {"nonce": "x"}, said[1][1])
    deliveries = [wechat_door.Delivery(query, body, NOW) for query, body in (said[0], forged, said[0], said[3])]

    answers = wechat_door.answer_each(store, reception, account, deliveries)

    assert [status for status, _ in answers] == [200, 403, 200, 200]
    assert answers[0] == answers[2]
    assert [heard(answers[place][1])["Content"] for place in (0, 3)] == ["一", "四"]
    assert [message.text for message in reception.heard] == ["一", "四"]


def test_one_that_fails_leaves_those_that_came_with_it_alone(store: Store) -> None:
    account = WeChat(settings())

    class Frail(Echo):
        def receive(self, unit: Any, message: Any) -> Any:
            if message.text == "二":
                raise RuntimeError("not foreseen")
            return super().receive(unit, message)

    deliveries = [
        wechat_door.Delivery(*push(text_xml(text, id=id)), NOW) for id, text in enumerate(("一", "二", "三"), 1)
    ]
    answers = wechat_door.answer_each(store, Frail(), account, deliveries)

    first, sorry, third = (heard(body)["Content"] for _, body in answers)
    assert (first, third) == ("一", "三")
    assert "抱歉" in sorry or "对不起" in sorry
    states = [store.read(lambda unit, id=id: unit.inbox_seen("wechat", id).state) for id in "123"]
    assert states == ["done", "dead", "done"]

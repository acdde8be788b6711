"""The whole walk, from a citizen's first words to the closed case, through real processes and every channel."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests import walking, wechat_pushes
from tests.standins.serving import serving
from tests.standins.telegram_api import TOKEN as BOT_TOKEN
from tests.standins.telegram_api import TelegramApi
from tests.standins.wechat_api import APP_ID, SECRET, WeChatApi
from tests.walking import ANSWER, DISPATCHERS, FIRST_WORDS, SUPERVISORS, UNIT, Running, number_in, running, until

OFFICER = "officer:李经办@市自然资源局"
KEY = "an-example-key-for-tests-only-0123456789"
MINE = "希望当场受理，我叫张三丰，电话13800000000"


def handled(office: Running, number: str) -> None:
    """Dispatcher and officer do their part in the rooms of the desk."""
    until(lambda: number in office.room(DISPATCHERS), "the new case")
    office.desk(DISPATCHERS, "dispatcher:赵调度", text=f"交办 {number} 市自然资源局")
    until(lambda: number in office.room(UNIT), "the order")
    office.desk(UNIT, OFFICER, data=f"accept:{number}:off_site")
    office.desk(UNIT, OFFICER, text=f"办结 {number}：{ANSWER}")
    office.desk(UNIT, OFFICER, text="确认发送")


def test_a_complaint_travels_from_the_web_chat_to_a_rating_and_is_looked_at_again(tmp_path: Path) -> None:
    with running(tmp_path) as office:
        office.says(FIRST_WORDS)
        assert "请核对" in office.says(MINE)
        number = number_in(office.says("确认提交"))
        handled(office, number)
        until(lambda: "解决得怎么样" in office.chat(), "the survey")

        office.says(data=f"rate:{number}:1")
        until(lambda: "不满意" in office.room(SUPERVISORS), "the supervisor to hear")
        office.desk(SUPERVISORS, "supervisor:孙督办", data=f"supervise:{number}")
        office.desk(SUPERVISORS, "supervisor:孙督办", text="请重新核实并办好")

        until(lambda: "重新办理" in office.chat(), "the citizen to hear of it")
        assert "第1次重办" in until(lambda: "重办单" in office.room(UNIT) and office.room(UNIT), "the rework order")
        assert office.verified() == []


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_nothing_is_lost_or_doubled_when_the_plug_is_pulled_between_any_two_steps(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    more = {} if database == "sqlite" else {"DATABASE_URL": request.getfixturevalue("pg_url"), "SECRET_KEY": KEY}
    with running(tmp_path, **more) as office:

        def plug_pulled() -> None:
            office.kill()
            office.start()

        office.says(FIRST_WORDS)
        plug_pulled()
        office.says(MINE)
        plug_pulled()
        number = number_in(office.says("确认提交", id="confirmed-once-0001"))
        plug_pulled()
        office.says("确认提交", id="confirmed-once-0001")
        until(lambda: number in office.room(DISPATCHERS), "the new case")
        office.desk(DISPATCHERS, "dispatcher:赵调度", text=f"交办 {number} 市自然资源局")
        plug_pulled()
        until(lambda: number in office.room(UNIT), "the order")
        office.desk(UNIT, OFFICER, data=f"accept:{number}:off_site")
        plug_pulled()
        office.desk(UNIT, OFFICER, text=f"办结 {number}：{ANSWER}")
        plug_pulled()
        office.desk(UNIT, OFFICER, text="确认发送")
        plug_pulled()
        chat = until(lambda: "解决得怎么样" in office.chat() and office.chat(), "the survey")
        office.says(data=f"rate:{number}:5")

        chat = office.chat()
        once = ("您的投诉已登记", "已交给市自然资源局", "受理通知书（编号", "答复如下", "解决得怎么样", "谢谢您的评价")
        assert {words: chat.count(words) for words in once} == dict.fromkeys(once, 1)
        assert office.room(DISPATCHERS).count("【新诉求】") == 1
        assert office.room(UNIT).count("【交办单】") == 1
        assert office.verified() == []


def test_the_same_walk_through_a_wechat_official_account_in_safe_mode(tmp_path: Path) -> None:
    platform = WeChatApi()
    with serving(platform.app) as address, running(tmp_path, **_wechat(address)) as office:

        def writes(text: str) -> str:
            platform.wrote(wechat_pushes.OPENID)
            push = wechat_pushes.text_xml(text)
            return _pushed(office, push)

        writes(FIRST_WORDS)
        assert "请核对" in writes(MINE)
        number = number_in(writes("确认提交"))
        handled(office, number)
        until(lambda: any("解决得怎么样" in text for text in platform.texts), "the survey")

        assert "谢谢您的评价" in writes("5")
        assert sum("受理通知书" in text for text in platform.texts) == 1
        assert "已经办结" in writes("我的进度")
        assert office.verified() == []


def test_an_account_in_plain_mode_is_served_when_the_settings_say_so(tmp_path: Path) -> None:
    with serving(WeChatApi().app) as address:
        plain = {**_wechat(address), "WECHAT_AES_KEY": "", "WECHAT_PLAIN": "1"}
        with running(tmp_path, **plain) as office:
            query, body = wechat_pushes.push(wechat_pushes.text_xml(FIRST_WORDS), safe=False, at=datetime.now(UTC))

            answer = office.http.post("/wechat", params=query, content=body)

            assert "还想问您" in wechat_pushes.heard(answer.content)["Content"]


def test_a_delivery_that_wechat_repeats_gets_the_same_bytes_and_files_one_case(tmp_path: Path) -> None:
    platform = WeChatApi()
    with serving(platform.app) as address, running(tmp_path, **_wechat(address)) as office:
        for text in (FIRST_WORDS, MINE):
            _pushed(office, wechat_pushes.text_xml(text))
        confirm = wechat_pushes.text_xml("确认提交")
        first = _raw(office, confirm)
        office.kill()
        office.start()

        assert _raw(office, confirm) == first
        assert office.http.get("/desk/lines", params={"room": DISPATCHERS}).text.count("新诉求") <= 1
        until(lambda: "【新诉求】" in office.room(DISPATCHERS), "the new case")
        assert office.room(DISPATCHERS).count("【新诉求】") == 1


def test_a_forged_push_is_refused_and_leaves_no_trace(tmp_path: Path) -> None:
    with serving(WeChatApi().app) as address, running(tmp_path, **_wechat(address)) as office:
        query, body = wechat_pushes.push(wechat_pushes.text_xml(FIRST_WORDS), at=datetime.now(UTC))

        assert office.http.post("/wechat", params={**query, "msg_signature": "0" * 40}, content=body).status_code == 403
        assert office.room(DISPATCHERS) == ""


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
def test_the_same_walk_through_telegram(webhook: bool, tmp_path: Path) -> None:
    platform = TelegramApi()
    with serving(platform.app) as address, running(tmp_path, **_telegram(address, webhook)) as office:

        def does(update: dict[str, object]) -> None:
            if webhook:
                headers = {"x-telegram-bot-api-secret-token": "an-example-secret"}
                assert office.http.post("/telegram", json=update, headers=headers).status_code == 200

        def heard(words: str) -> str:
            return until(lambda: next((text for text in platform.texts if words in text), ""), words)

        does(platform.say(FIRST_WORDS))
        heard("还想问您")
        does(platform.say(MINE))
        heard("请核对")
        does(platform.say("确认提交"))
        number = number_in(heard("已登记，编号"))
        handled(office, number)
        heard("解决得怎么样")
        survey = next(item for item in platform.delivered if "解决得怎么样" in item["text"])
        does(platform.press(survey["id"], f"rate:{number}:5"))

        heard("谢谢您的评价")
        assert sum("受理通知书" in text for text in platform.texts) == 1
        assert office.verified() == []


def test_it_stops_cleanly_on_ctrl_c_and_tells_wrong_settings_in_one_sentence(tmp_path: Path) -> None:
    with running(tmp_path) as office:
        assert office.stop() == 0
    wrong = walking.Running(tmp_path, {"WECHAT_APP_ID": "wx0", "WECHAT_TOKEN": "half-given"})

    with pytest.raises(AssertionError, match="WECHAT_"):
        wrong.start()
    assert wrong.log().strip().splitlines()[-1].count("WECHAT_") >= 1


def _wechat(address: str) -> dict[str, str]:
    return {
        "WECHAT_APP_ID": APP_ID,
        "WECHAT_APP_SECRET": SECRET,
        "WECHAT_TOKEN": wechat_pushes.TOKEN,
        "WECHAT_AES_KEY": wechat_pushes.AES_KEY,
        "WECHAT_API_URL": address,
    }


def _telegram(address: str, webhook: bool) -> dict[str, str]:
    secret = {"TELEGRAM_WEBHOOK_SECRET": "an-example-secret"} if webhook else {}
    return {"TELEGRAM_BOT_TOKEN": BOT_TOKEN, "TELEGRAM_API_URL": f"{address}/bot", **secret}


def _raw(office: Running, xml: str) -> bytes:
    query, body = wechat_pushes.push(xml, at=datetime.now(UTC))
    answer: httpx.Response = office.http.post("/wechat", params=query, content=body)
    assert answer.status_code == 200, answer.text
    return answer.content


def _pushed(office: Running, xml: str) -> str:
    raw = _raw(office, xml)
    return wechat_pushes.heard(raw).get("Content", "") if raw.strip() != b"success" else ""

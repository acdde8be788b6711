"""The officers' walk through WeCom: a real process, the platform's stand-in, cards pressed, the group bot spoken to."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests import wecom_pushes as pushes
from tests.standins.serving import serving
from tests.standins.wecom_api import WeComApi
from tests.walking import DISPATCHERS, FIRST_WORDS, ROOT, UNIT, Running, number_in, running, until

MINE = "希望当场受理，我叫张三丰，电话13800000000"
OFFICER = "officer:李经办@市自然资源局"
ANSWER = (
    "调查核实：3号窗口当天没有收件，情况属实。处理过程：已当场受理并道歉。"
    "整改措施：培训全员。整改结果：已办好。认定：属实"
)


def console(office: Running, *arguments: str) -> str:
    """What `python -m console` prints."""
    done = subprocess.run(
        [sys.executable, "-m", "console", *arguments], cwd=office.folder, env=office.environment,
        capture_output=True, check=True, text=True, timeout=60,
    )  # fmt: skip
    return done.stdout.strip()


def app(office: Running, xml: str) -> None:
    query, body = pushes.app_push(xml, datetime.now(UTC))
    answer = office.http.post("/wecom", params=query, content=body)
    assert (answer.status_code, answer.content) == (200, b"")


def bot(office: Running, fields: dict[str, Any]) -> dict[str, Any]:
    query, body = pushes.bot_push(fields, datetime.now(UTC))
    answer = office.http.post("/wecom/bot", params=query, content=body)
    assert answer.status_code == 200
    return pushes.heard(answer.content)


def test_an_officer_does_a_case_in_wecom_from_the_card_to_the_answer(tmp_path: Path) -> None:
    platform = WeComApi()
    with serving(platform.app) as address, running(tmp_path, **pushes.environment(address)) as office:

        def heard(words: str) -> dict[str, Any]:
            return until(lambda: next((item for item in platform.delivered if words in item["text"]), {}), words)

        app(office, pushes.text_xml("我的待办", "li"))
        heard("没有在这里登记")
        app(office, pushes.text_xml(f"绑定 {console(office, 'invite', OFFICER)}", "li"))
        heard("您登记为市自然资源局经办人李经办")
        group = console(office, "group", UNIT, "--members", "li,zhang")
        bot(office, pushes.said(f"绑定 {console(office, 'invite', UNIT)}", "li", group))

        office.says(FIRST_WORDS)
        office.says(MINE)
        number = number_in(office.says("确认提交"))
        until(lambda: number in office.room(DISPATCHERS), "the new case")
        office.desk(DISPATCHERS, "dispatcher:赵调度", text=f"交办 {number} 市自然资源局")
        assert heard("交办单")["to"] == f"chat:{group}"

        def told(fields: dict[str, Any], words: str) -> None:
            """The bot says so in its answer, or, where the machine is slow, by the answer address."""
            answer = str(bot(office, {**fields, "response_url": platform.answer_url(address)}))
            until(lambda: words in answer or words in str(platform.delivered[before:]), words)

        before = len(platform.delivered)
        told(pushes.said(f"找 {number}", "li", group), "找到 1 件")
        told(pushes.pressed(f"accept:{number}:off_site", "li", group), "办理中")
        told(pushes.pressed(f"resolve:{number}", "wang", group), "没有在这里登记")

        app(office, pushes.text_xml(f"办结 {number}：{ANSWER}", "li"))
        shown = heard("将要办结")
        go = until(lambda: next((item for item in platform.delivered if "确认发送" in item["buttons"]), {}), "the card")
        assert shown["to"] == go["to"] == "user:li"
        app(office, pushes.press_xml(go["buttons"]["确认发送"], platform.press("li"), "li"))

        until(lambda: "解决得怎么样" in office.chat(), "the survey")
        assert "13800000000" not in str(platform.delivered)
        assert office.verified() == []


def test_the_platform_checks_both_addresses_and_forged_pushes_are_refused(tmp_path: Path) -> None:
    with serving(WeComApi().app) as address, running(tmp_path, **pushes.environment(address)) as office:
        for path, receiver in (("/wecom", pushes.CORP), ("/wecom/bot", "")):
            sealed = pushes.seal(b"echo-1", receiver)
            asked = {**pushes.query_for(sealed, datetime.now(UTC)), "echostr": sealed}
            assert office.http.get(path, params=asked).content == b"echo-1"
            assert office.http.get(path, params={**asked, "nonce": "other"}).status_code == 403

        query, body = pushes.app_push(pushes.text_xml("我的待办"), datetime.now(UTC))
        assert office.http.post("/wecom", params={**query, "msg_signature": "0" * 40}, content=body).status_code == 403


@pytest.mark.parametrize("name", ["WECOM_SECRET", "WECOM_AES_KEY"])
def test_half_given_settings_stop_the_start_with_one_sentence(tmp_path: Path, name: str) -> None:
    environment = {**pushes.environment("http://127.0.0.1:9"), name: ""}
    done = subprocess.run(
        [sys.executable, "-m", "bots"], cwd=tmp_path, capture_output=True, check=False, text=True, timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip

    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].startswith(name)

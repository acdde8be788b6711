"""Settings are read once and whole; what is wrong is said in one sentence that names the setting."""

from __future__ import annotations

import json
import logging
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bots.log import scrub, set_up_logging
from bots.settings import Settings, SettingsError, read_settings
from tests.web_office import KEY, a_jurisdiction_file

AES_KEY = "a" * 43
WECHAT = {"WECHAT_APP_SECRET": "s", "WECHAT_TOKEN": "t0ken", "WECHAT_AES_KEY": AES_KEY}
WECOM = {
    "WECOM_CORP_ID": "ww1",
    "WECOM_AGENT_ID": "1000002",
    "WECOM_SECRET": "s",
    "WECOM_TOKEN": "t0ken",
    "WECOM_AES_KEY": AES_KEY,
}


def settings_of(folder: Path, **environ: str) -> Settings:
    return read_settings({"JURISDICTION": str(a_jurisdiction_file(folder)), **environ}, folder)


def test_nothing_needs_to_be_set(tmp_path):
    settings = settings_of(tmp_path)

    assert settings.database_url == f"sqlite:///{tmp_path / 'var' / 'huiying.db'}"
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 8000, "http://localhost:8000")
    assert (settings.wechat, settings.wecom, settings.telegram) == (None, None, None)
    assert settings.zone == ZoneInfo("Asia/Shanghai")
    assert settings.desk


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    first, second = settings_of(tmp_path), settings_of(tmp_path)
    kept = tmp_path / "var" / "secret_key"

    assert first.secret_key == second.secret_key == kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_the_environment_wins_over_the_file_and_empty_means_not_given(tmp_path):
    (tmp_path / ".env").write_text("PORT=9000\nHOST=0.0.0.0\nLOG_FORMAT=json\nTELEGRAM_BOT_TOKEN=\n", encoding="utf-8")
    settings = settings_of(tmp_path, PORT="9100", LOG_FORMAT="")

    assert (settings.host, settings.port, settings.log_format) == ("0.0.0.0", 9100, "console")


@pytest.mark.parametrize("name", ["WECHAT_APP_ID", "WECHAT_APPID"])
def test_both_spellings_of_the_app_id_are_read(tmp_path, name):
    wechat = settings_of(tmp_path, **{name: "wx1"}, **WECHAT, WECHAT_TEMPLATES="answer=T1, survey=T2").wechat

    assert wechat is not None
    assert (wechat.app_id, wechat.aes_key, wechat.api_url) == ("wx1", AES_KEY, "https://api.weixin.qq.com")
    assert dict(wechat.templates) == {"answer": "T1", "survey": "T2"}


def test_plain_mode_is_taken_only_when_it_is_asked_for_by_name(tmp_path):
    keyless = {name: value for name, value in WECHAT.items() if name != "WECHAT_AES_KEY"}
    wechat = settings_of(tmp_path, WECHAT_APP_ID="wx1", WECHAT_PLAIN="1", **keyless).wechat

    assert wechat is not None
    assert wechat.aes_key == ""


@pytest.mark.parametrize("given", ["http://127.0.0.1:9/bot", "http://127.0.0.1:9/bot/", "http://127.0.0.1:9"])
def test_the_bot_api_address_goes_up_to_bot(tmp_path, given):
    telegram = settings_of(tmp_path, TELEGRAM_BOT_TOKEN="1:A", TELEGRAM_API_URL=given).telegram

    assert telegram is not None
    assert telegram.api_url == "http://127.0.0.1:9/bot"


def test_wecom_is_read_whole(tmp_path):
    wecom = settings_of(tmp_path, **WECOM).wecom

    assert wecom is not None
    assert (wecom.corp_id, wecom.agent_id) == ("ww1", "1000002")


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"PORT": "80a"}, "PORT"),
        ({"PORT": "0"}, "PORT"),
        ({"PORT": "65536"}, "PORT"),
        ({"TZ_NAME": "Mars/Olympus"}, "TZ_NAME"),
        ({"TZ_NAME": "../etc"}, "TZ_NAME"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT"),
        ({"PUBLIC_URL": "example.cn"}, "PUBLIC_URL"),
        ({"DESK": "maybe"}, "DESK"),
        ({"JURISDICTION": "atlantis"}, "JURISDICTION"),
        ({"JURISDICTION": "nowhere.toml"}, "JURISDICTION"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": KEY, "SECRET_KEY_FORMER": "short"}, "SECRET_KEY_FORMER"),
        ({"DATABASE_URL": "postgresql://localhost/huiying"}, "SECRET_KEY"),
        ({"READ_DATABASE_URL": "postgresql://localhost/copy"}, "READ_DATABASE_URL"),
        ({"CHAT_FRAME_ANCESTORS": "example.cn"}, "CHAT_FRAME_ANCESTORS"),
        ({"WECHAT_TOKEN": "t0ken"}, "WECHAT_APP_ID"),
        ({"WECHAT_APP_ID": "wx1", "WECHAT_APP_SECRET": "s", "WECHAT_TOKEN": "t"}, "WECHAT_AES_KEY"),
        ({"WECHAT_APP_ID": "wx1", **WECHAT, "WECHAT_AES_KEY": "a" * 42}, "WECHAT_AES_KEY"),
        ({"WECHAT_APP_ID": "wx1", **WECHAT, "WECHAT_PLAIN": "1"}, "WECHAT_PLAIN"),
        ({"WECHAT_APP_ID": "wx1", "WECHAT_APPID": "wx2", **WECHAT}, "WECHAT_APP_ID"),
        ({"WECHAT_APP_ID": "wx1", **WECHAT, "WECHAT_TEMPLATES": "answer"}, "WECHAT_TEMPLATES"),
        ({"WECHAT_APP_ID": "wx1", **WECHAT, "WECHAT_API_URL": "nothing"}, "WECHAT_API_URL"),
        ({"WECHAT_TEMPLATES": "answer=T1"}, "WECHAT_TEMPLATES"),
        ({**WECOM, "WECOM_AES_KEY": "a" * 44}, "WECOM_AES_KEY"),
        ({**WECOM, "WECOM_SECRET": ""}, "WECOM_SECRET"),
        ({"TELEGRAM_WEBHOOK_SECRET": "abc"}, "TELEGRAM_BOT_TOKEN"),
        ({"TELEGRAM_BOT_TOKEN": "abc"}, "TELEGRAM_BOT_TOKEN"),
        ({"TELEGRAM_BOT_TOKEN": "1:A", "TELEGRAM_WEBHOOK_SECRET": "not so!"}, "TELEGRAM_WEBHOOK_SECRET"),
    ],
)
def test_a_wrong_or_half_given_setting_stops_the_start_with_one_sentence(tmp_path, environ, named):
    with pytest.raises(SettingsError) as refusal:
        settings_of(tmp_path, **environ)
    sentence = str(refusal.value)

    assert named in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_refusal_does_not_repeat_the_secret(tmp_path):
    with pytest.raises(SettingsError) as refusal:
        settings_of(tmp_path, TELEGRAM_BOT_TOKEN="a-mistyped-token")

    assert "mistyped" not in str(refusal.value)


def test_secrets_stay_out_of_repr(tmp_path):
    settings = settings_of(
        tmp_path, SECRET_KEY=KEY, TELEGRAM_BOT_TOKEN="1:hidden-one", **WECOM, WECHAT_APP_ID="wx1", **WECHAT
    )

    for secret in (KEY, "hidden-one", AES_KEY, "t0ken"):
        assert secret not in repr(settings)


@pytest.mark.parametrize(
    ("environ", "opened"),
    [
        ({}, True),
        ({"HOST": "0.0.0.0"}, False),
        ({"PUBLIC_URL": "https://tousu.example.cn"}, False),
        ({"HOST": "0.0.0.0", "DESK": "1"}, True),
        ({"DESK": "0"}, False),
    ],
)
def test_the_officers_rooms_are_open_only_to_this_machine(tmp_path, environ, opened):
    assert settings_of(tmp_path, **environ).desk is opened


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("POST https://api.telegram.org/bot1234567:AAbbCCddEEff-gg/sendMessage", "AAbbCCddEEff"),
        ("GET /cgi-bin/message?access_token=tok_123&x=1", "tok_123"),
        ("GET /cgi-bin/token?appid=wx1&secret=se%C3%A7ret", "se%C3"),
        ("{'app_secret': 'deep'}", "deep"),
        ("GET /console/login?ticket=open-sesame", "sesame"),
        ("postgresql://huiying:pass-word@db/huiying", "pass-word"),
        ("回电 13800000000 张三丰", "13800000000"),
        ("证件 11010119900101001X", "11010119900101001X"),
    ],
)
def test_logs_never_hold_what_must_not_be_written_down(text, hidden):
    assert hidden not in scrub(text)


def test_logs_keep_case_numbers():
    assert scrub("case 20261121-00017: dispatched") == "case 20261121-00017: dispatched"


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_line_of_the_log_is_scrubbed_whatever_its_form(form):
    stream, root = StringIO(), logging.getLogger()
    before, level = list(root.handlers), root.level
    try:
        set_up_logging("INFO", form, ZoneInfo("Asia/Shanghai"), stream)
        logging.getLogger("bots.test").info("called %s", "13800000000")
        logging.getLogger("httpx").info("GET http://127.0.0.1/secret")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    line = stream.getvalue()

    assert "[phone]" in line
    assert line.count("\n") == 1
    assert form != "json" or json.loads(line)["message"] == "called [phone]"

"""The settings that only make sense together: one group a platform, given whole or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}")
BOT_TOKEN = re.compile(r"[0-9]+:\S+")
WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class SettingsError(Exception):
    """A setting is wrong or missing. The message is one sentence that names it and never repeats a secret."""


class Given:
    """What was given, with empty meaning not given."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = {name: value.strip() for name, value in values.items() if value.strip()}

    def text(self, name: str, default: str = "") -> str:
        return self._values.get(name, default)

    def either(self, name: str, other: str) -> str:
        """The value of a name that has two spellings. Two different values are refused."""
        values = {self._values[spelling] for spelling in (name, other) if spelling in self._values}
        if len(values) > 1:
            raise SettingsError(f"{name} and {other} are one setting and were given two values.")
        return values.pop() if values else ""

    def address(self, name: str, default: str) -> str:
        text = self.text(name, default).rstrip("/")
        if not re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", text):
            raise SettingsError(f"{name} must be an http:// or https:// address, not {text!r}.")
        return text

    def choice(self, name: str, default: str, known: tuple[str, ...], fold: Callable[[str], str]) -> str:
        text = fold(self.text(name, default))
        if text not in known:
            raise SettingsError(f"{name} must be one of {', '.join(known)}, not {text!r}.")
        return text


@dataclass(frozen=True)
class WeChatSettings:
    """The official account. `templates` are template or subscription message ids by message name."""

    app_id: str
    app_secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    api_url: str
    templates: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class WeComSettings:
    """The WeCom app for officers. `bot_token` and `bot_aes_key` are the group bot's, the app's own unless given."""

    corp_id: str
    agent_id: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    api_url: str
    bot_token: str = field(default="", repr=False)
    bot_aes_key: str = field(default="", repr=False)


@dataclass(frozen=True)
class TelegramSettings:
    """The Telegram bot. `api_url` ends in `/bot`. With `webhook_secret` updates come by webhook, else by polling."""

    bot_token: str = field(repr=False)
    api_url: str
    webhook_secret: str = field(default="", repr=False)


def read_wechat(given: Given) -> WeChatSettings | None:
    values = {
        "WECHAT_APP_ID": given.either("WECHAT_APP_ID", "WECHAT_APPID"),
        "WECHAT_APP_SECRET": given.either("WECHAT_APP_SECRET", "WECHAT_APPSECRET"),
        "WECHAT_TOKEN": given.text("WECHAT_TOKEN"),
        "WECHAT_AES_KEY": given.text("WECHAT_AES_KEY"),
    }
    plain = given.text("WECHAT_PLAIN") in ("1", "true", "yes")
    if plain and values["WECHAT_AES_KEY"]:
        raise SettingsError("WECHAT_PLAIN and WECHAT_AES_KEY exclude each other: keep the key.")
    if plain:  # said aloud, never by leaving the key out: a push in plain mode proves neither its body nor its sender
        del values["WECHAT_AES_KEY"]
    if not _whole(values, given.text("WECHAT_TEMPLATES") and "WECHAT_TEMPLATES"):
        return None
    if not plain:
        _match("WECHAT_AES_KEY", values["WECHAT_AES_KEY"], AES_KEY, "43 letters and digits")
    return WeChatSettings(
        values["WECHAT_APP_ID"],
        values["WECHAT_APP_SECRET"],
        values["WECHAT_TOKEN"],
        values.get("WECHAT_AES_KEY", ""),
        api_url=given.address("WECHAT_API_URL", "https://api.weixin.qq.com"),
        templates=_templates(given.text("WECHAT_TEMPLATES")),
    )


def read_wecom(given: Given) -> WeComSettings | None:
    names = ("WECOM_CORP_ID", "WECOM_AGENT_ID", "WECOM_SECRET", "WECOM_TOKEN", "WECOM_AES_KEY")
    values = {name: given.text(name) for name in names}
    bot = {name: given.text(name) for name in ("WECOM_BOT_TOKEN", "WECOM_BOT_AES_KEY")}
    if not _whole(values, next((name for name, value in bot.items() if value), "")):
        return None
    _match("WECOM_AES_KEY", values["WECOM_AES_KEY"], AES_KEY, "43 letters and digits")
    _match("WECOM_AGENT_ID", values["WECOM_AGENT_ID"], re.compile(r"[0-9]+"), "a number")
    if _whole(bot):
        _match("WECOM_BOT_AES_KEY", bot["WECOM_BOT_AES_KEY"], AES_KEY, "43 letters and digits")
    corp_id, agent_id, secret, token, aes_key = values.values()
    return WeComSettings(
        corp_id,
        agent_id,
        secret,
        token,
        aes_key,
        api_url=given.address("WECOM_API_URL", "https://qyapi.weixin.qq.com"),
        bot_token=bot["WECOM_BOT_TOKEN"] or token,
        bot_aes_key=bot["WECOM_BOT_AES_KEY"] or aes_key,
    )


def read_telegram(given: Given) -> TelegramSettings | None:
    token, secret = given.text("TELEGRAM_BOT_TOKEN"), given.text("TELEGRAM_WEBHOOK_SECRET")
    if not _whole({"TELEGRAM_BOT_TOKEN": token}, secret and "TELEGRAM_WEBHOOK_SECRET"):
        return None
    _match("TELEGRAM_BOT_TOKEN", token, BOT_TOKEN, "a number, a colon and the bot's key")
    if secret:
        _match("TELEGRAM_WEBHOOK_SECRET", secret, WEBHOOK_SECRET, "1 to 256 letters, digits, _ or -")
    address = given.address("TELEGRAM_API_URL", "https://api.telegram.org/bot")
    return TelegramSettings(token, address.removesuffix("/bot") + "/bot", secret)


def _whole(values: Mapping[str, str], needs_it: str = "") -> bool:
    """True if all are given, False if none is; raises when some are, or when `needs_it` was given without them."""
    missing = [name for name, value in values.items() if not value]
    present = [name for name, value in values.items() if value] + ([needs_it] if needs_it else [])
    if missing and present:
        raise SettingsError(f"{missing[0]} is missing although {present[0]} is set.")
    return not missing


def _match(name: str, value: str, shape: re.Pattern[str], meant: str) -> None:
    if not shape.fullmatch(value):
        raise SettingsError(f"{name} must be {meant}; it has {len(value)} characters.")


def _templates(text: str) -> Mapping[str, str]:
    """`answer=ID,survey=ID`, or the same as a JSON object."""
    if not text:
        return MappingProxyType({})
    wrong = SettingsError("WECHAT_TEMPLATES must be pairs such as answer=ID,survey=ID (or a JSON object of them).")
    try:
        pairs = json.loads(text) if text.startswith("{") else dict(pair.split("=", 1) for pair in text.split(","))
    except ValueError as error:
        raise wrong from error
    if not all(isinstance(value, str) and name.strip() and value.strip() for name, value in pairs.items()):
        raise wrong
    return MappingProxyType({name.strip(): value.strip() for name, value in pairs.items()})

"""What an official account may send of its own accord, and what the platform's refusals mean.

Customer-service messages go to those who wrote within 48 hours, five at most (three within a minute after following,
scanning or tapping the menu); outside that window only template or subscription messages, whose form the platform
approved. Which of the two is open is the courier's decision: this file tries and reports.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from bots.channels.sending import Later, Never, Outcome, Sent, numbered
from bots.channels.wechat import pieces_of
from bots.channels.wechat_client import ApiError, Client
from bots.message import Reply

MINUTE, HOUR = 60.0, 3600.0
# Refusals by their code: what they are called, and how long to wait; None where this way will not work at all.
REFUSALS: Mapping[int, tuple[str, float | None]] = {
    -1: ("busy", 5.0),
    0: ("unreachable", 0.0),
    40001: ("token refused", MINUTE),
    40014: ("token refused", MINUTE),
    42001: ("token expired", MINUTE),
    40003: ("no such openid", None),
    40037: ("no such template", None),
    43004: ("does not follow the account", None),
    43101: ("did not subscribe to this message", None),
    43116: ("did not subscribe to this template", None),
    45002: ("text too long", None),
    45009: ("daily quota used up", HOUR),
    45011: ("called too often", MINUTE),
    45015: ("outside the 48 hours", None),
    45047: ("more than the platform lets us send", None),
    47003: ("template fields refused", None),
    48001: ("account may not send this", None),
    50002: ("account limited", HOUR),
}
CODES: Mapping[int, str] = {43004: "blocked", 43101: "blocked", 43116: "blocked", 45015: "window", 45047: "window"}
# What a template holds when its setting names no fields of its own.
USUAL_FIELDS = "character_string1=number&thing2=about&time3=at"
# How much the platform takes in a field, by the kind its name begins with.
FIELD_LENGTH = {"thing": 20, "character_string": 32, "phrase": 5, "const": 20, "short_thing": 5}


class WeChatSender:
    """Sends to one official account's followers.

    `templates` holds by message name `ID`, or `subscribe:ID` for a subscription message, either followed by
    `?thing2=about&character_string1=number` where the template's fields are not the usual ones.
    """

    def __init__(self, client: Client, templates: Mapping[str, str], link: str = "") -> None:
        self._client = client
        self._templates = templates
        self._link = link
        self._sent_of: dict[str, int] = {}

    def send(self, to: str, reply: Reply, key: str, edit: str = "") -> Outcome:
        """As customer-service messages. A text of several pieces goes on where it stopped if it is tried again."""
        first, rest = pieces_of(numbered([reply]))
        pieces = [piece for piece in (first, *rest) if piece]
        for number in range(self._sent_of.get(key, 0), len(pieces)):
            body = {"touser": to, "msgtype": "text", "text": {"content": pieces[number]}}
            failed = self._call("message/custom/send", body)
            if isinstance(failed, Never):
                self._sent_of.pop(key, None)
            elif failed:
                self._sent_of[key] = number
            if failed:
                return failed
        self._sent_of.pop(key, None)
        return Sent()

    def has_template(self, message: str) -> bool:
        return message in self._templates

    def send_template(self, to: str, message: str, values: Mapping[str, Any]) -> Outcome:
        """As the message of fixed form configured for this name. `values`: number, about, at, unit …"""
        setting = self._templates[message]
        name, _, named = setting.removeprefix("subscribe:").partition("?")
        data = {field: {"value": _fit(field, values.get(value, ""))} for field, value in _fields(named)}
        subscribed = setting.startswith("subscribe:")
        path, link = ("message/subscribe/bizsend", "page") if subscribed else ("message/template/send", "url")
        body = {"touser": to, "template_id": name, "data": data} | ({link: self._link} if self._link else {})
        return self._call(path, body) or Sent()

    def fetch(self, media_id: str) -> bytes:
        """A file somebody sent. Raises ApiError."""
        return self._client.download(media_id)

    def _call(self, path: str, body: Mapping[str, Any]) -> Later | Never | None:
        try:
            self._client.call(path, body)
        except ApiError as error:
            return _refusal(error.code)
        return None


def _refusal(code: int) -> Later | Never:
    """A code we do not know is taken for passing: the courier's patience ends it."""
    why, seconds = REFUSALS.get(code, ("refused", 0.0))
    if seconds is None:
        return Never(f"wechat {code}: {why}", CODES.get(code, "refused"))
    return Later(seconds, f"wechat {code}: {why}")


def _fields(named: str) -> list[tuple[str, str]]:
    return parse_qsl(named or USUAL_FIELDS)


def _fit(field: str, value: object) -> str:
    kind = field.rstrip("0123456789")
    text = " ".join(str(value).split())
    most = FIELD_LENGTH.get(kind, 200)
    return text if len(text) <= most else text[: most - 1] + "…"

"""What WeCom pushes, as our `Message`: the app's XML from a member's private chat, the group bot's JSON.

The XML of a pressed card (`template_card_event`) is read here from its fields: wechatpy takes it for unknown. A
member's id is the same in upper and lower case, so it is kept in lower case. In a group only what is said to the bot
arrives; of the message quoted there comes its content, no id, so the case is found by the number that stands in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bots import heard
from bots.channels.errors import BadRequest
from bots.message import BUTTON, EVENT, FILE, IMAGE, LOCATION, TEXT, UNKNOWN, VIDEO, VOICE, Media, Message

CHANNEL, BOT = "wecom", "wecom_bot"
MEMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}", re.ASCII)
MENTION = re.compile(r"^\s*@\S+\s*")
TEXT_CAP, DATA_CAP = 20_000, 1024
# A quoted case is named to the reception by its number.
QUOTED = "case:"


@dataclass(frozen=True)
class Pushed(Message):
    """A WeCom message. `response_code` renews the pressed card once, `task` is that card's, `answer_url` takes one
    message within the hour."""

    response_code: str = ""
    task: str = ""
    answer_url: str = ""


def read_app(fields: Mapping[str, Any], corp_id: str, agent_id: str, now: datetime) -> Pushed:
    """The message of an app's push. Raises BadRequest where a field is missing, repeated or another's."""
    _check(fields, corp_id, agent_id)
    kind = fields["MsgType"].lower()
    shape = _event(fields) if kind == "event" else SHAPES.get(kind, _unknown)(fields)
    sender = fields["FromUserName"].lower()
    return Pushed(channel=CHANNEL, id=_id(fields, sender), sender=sender, at=now, **shape)


def _check(fields: Mapping[str, Any], corp_id: str, agent_id: str) -> None:
    for name, value in fields.items():
        if name != "SelectedItems" and not isinstance(value, str | None | dict):
            raise BadRequest(f"{name[:32]} is repeated")
    for name in ("ToUserName", "FromUserName", "CreateTime", "MsgType"):
        if not isinstance(fields.get(name), str):
            raise BadRequest(f"{name} is missing or nested")
    if fields["ToUserName"] != corp_id or fields.get("AgentID", agent_id) != agent_id:
        raise BadRequest("a push for another company or app")
    if not MEMBER.fullmatch(fields["FromUserName"]):
        raise BadRequest("a sender that is not a member's id")
    if not re.fullmatch(r"[0-9]{1,12}", fields["CreateTime"]):
        raise BadRequest("CreateTime is not a number")


def _id(fields: Mapping[str, Any], sender: str) -> str:
    if isinstance(fields.get("MsgId"), str) and fields["MsgId"].isdigit():
        return str(fields["MsgId"])[:20]
    what = (_field(fields, name) for name in ("Event", "EventKey", "TaskId"))
    return ":".join((sender, fields["CreateTime"], *what))


def _field(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _event(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A pressed card; `subscribe`/`unsubscribe`, `enter_agent`, `menu:KEY` and what else the platform reports."""
    name, key = _field(fields, "Event").lower(), _field(fields, "EventKey")[:DATA_CAP]
    if name == "template_card_event":
        codes = {"response_code": _field(fields, "ResponseCode"), "task": _field(fields, "TaskId")}
        return {"kind": BUTTON, "data": key, **codes}
    return {"kind": EVENT, "data": f"menu:{key}" if name == "click" else name}


def _text(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind": TEXT, "text": _field(fields, "Content")[:TEXT_CAP]}


def _location(fields: Mapping[str, Any]) -> dict[str, Any]:
    place = f"{_field(fields, 'Location_X')},{_field(fields, 'Location_Y')}"
    return {"kind": LOCATION, "text": _field(fields, "Label"), "data": place}


def _unknown(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind": UNKNOWN, "data": _field(fields, "MsgType")[:64]}


def _media(kind: str) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    def read(fields: Mapping[str, Any]) -> dict[str, Any]:
        return {"kind": kind, "media": (Media(kind, _field(fields, "MediaId"), _field(fields, "FileName")),)}

    return read


SHAPES: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "text": _text,
    "image": _media(IMAGE),
    "voice": _media(VOICE),
    "video": _media(VIDEO),
    "file": _media(FILE),
    "location": _location,
}


def read_bot(fields: Mapping[str, Any], now: datetime) -> Pushed:
    """What was said to the bot, in a group or in private. Raises BadRequest."""
    sender = _inner(fields, "from").get("userid")
    if not isinstance(sender, str) or not MEMBER.fullmatch(sender):
        raise BadRequest("a bot message without a member")
    kind, id = fields.get("msgtype"), fields.get("msgid")
    if not isinstance(kind, str) or not isinstance(id, str) or not id:
        raise BadRequest("a bot message without kind or id")
    return Pushed(
        channel=BOT,
        id=id[:200],
        sender=sender.lower(),
        at=now,
        chat=str(fields.get("chatid") or "") if fields.get("chattype") == "group" else "",
        quotes=_quoted(fields),
        answer_url=str(fields.get("response_url") or ""),
        **_bot_shape(kind, fields),
    )


def _bot_shape(kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    if kind == "event":
        return _bot_event(_inner(fields, "event"))
    if kind == "mixed":
        items = _inner(fields, "mixed").get("msg_item")
        parts = [_inner(item, "text").get("content") for item in items or () if isinstance(item, dict)]
        return _said("\n".join(part for part in parts if isinstance(part, str)))
    if kind in ("text", "voice"):
        return _said(str(_inner(fields, kind).get("content") or ""))
    return {"kind": UNKNOWN, "data": kind[:64]}


def _said(text: str) -> dict[str, Any]:
    return {"kind": TEXT, "text": MENTION.sub("", text[:TEXT_CAP])}


def _bot_event(event: Mapping[str, Any]) -> dict[str, Any]:
    name = str(event.get("eventtype") or "")
    press = _inner(event, "template_card_event")
    if name == "template_card_event":
        return {"kind": BUTTON, "data": str(press.get("event_key") or "")[:DATA_CAP], "task": str(press.get("task_id"))}
    return {"kind": EVENT, "data": name[:64]}


def _quoted(fields: Mapping[str, Any]) -> str:
    quote = _inner(fields, "quote")
    numbers = heard.case_numbers(json.dumps(quote, ensure_ascii=False)) if quote else ()
    return f"{QUOTED}{numbers[0]}" if numbers else ""


def _inner(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = fields.get(name)
    return value if isinstance(value, dict) else {}

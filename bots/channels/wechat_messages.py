"""What an official account is pushed, as our `Message`: every documented kind and event, and a place for new ones.

wechatpy's message classes name the fields; before they are asked, every field we use is known to stand once and to be
plain text (wechatpy answers a repeated or nested one with an AttributeError, or takes a list for a text).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wechatpy.messages import MESSAGE_TYPES, UnknownMessage

from bots.channels.errors import BadRequest
from bots.message import EVENT, IMAGE, LOCATION, TEXT, UNKNOWN, VIDEO, VOICE, Media, Message

OPENID = re.compile(r"[\w-]{1,64}", re.ASCII)
# Every push has these (an event has no MsgId).
NEEDED = ("ToUserName", "FromUserName", "CreateTime", "MsgType")
PLAIN = frozenset(
    {*NEEDED, "MsgId", "Content", "PicUrl", "MediaId", "Recognition", "Location_X", "Location_Y", "Label"}
    | {"Title", "Description", "Url", "Event", "EventKey"}
)


@dataclass(frozen=True)
class Push(Message):
    """A WeChat message. `account` is the official account's own name, which a passive reply must carry back."""

    account: str = ""


def read_push(fields: Mapping[str, Any], now: datetime) -> Push:
    """The message these fields make. Raises BadRequest where one is missing, repeated or not of its form."""
    _check(fields)
    kind = fields["MsgType"].lower()
    shape: dict[str, Any] = _event(fields) if kind == "event" else _message(kind, fields)
    return Push(
        channel="wechat",
        id=_id(fields),
        sender=fields["FromUserName"],
        at=now,
        account=fields["ToUserName"],
        **shape,
    )


def _check(fields: Mapping[str, Any]) -> None:
    for name in NEEDED:
        if not isinstance(fields.get(name), str):
            raise BadRequest(f"{name} is missing or repeated")
    for name in PLAIN & fields.keys():
        if not isinstance(fields[name], str | None):
            raise BadRequest(f"{name} is repeated or nested")
    if not OPENID.fullmatch(fields["FromUserName"]) or not OPENID.fullmatch(fields["ToUserName"]):
        raise BadRequest("a sender or account that is not of its form")
    if not re.fullmatch(r"[0-9]{1,12}", fields["CreateTime"]):
        raise BadRequest("CreateTime is not a number")
    if not re.fullmatch(r"[0-9]{0,20}", fields.get("MsgId") or ""):
        raise BadRequest("MsgId is not a number")


def _id(fields: Mapping[str, Any]) -> str:
    """MsgId; for what has none, who, when and what: two events of one person in one second differ in their keys."""
    if fields.get("MsgId"):
        return str(fields["MsgId"])
    what = fields.get("Event") or fields["MsgType"]
    return ":".join((fields["FromUserName"], fields["CreateTime"], what, fields.get("EventKey") or ""))


def _message(kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    message = MESSAGE_TYPES.get(kind, UnknownMessage)(dict(fields))
    read = SHAPES.get(kind)
    return read(message) if read else {"kind": UNKNOWN, "data": kind[:64]}


def _text(message: Any) -> dict[str, Any]:
    return {"kind": TEXT, "text": message.content}


def _image(message: Any) -> dict[str, Any]:
    return {"kind": IMAGE, "media": (Media(IMAGE, message.media_id, url=message.image or ""),)}


def _voice(message: Any) -> dict[str, Any]:
    """What the platform made of the recording is its text; the recording itself is kept beside it."""
    return {"kind": VOICE, "text": message.recognition or "", "media": (Media(VOICE, message.media_id),)}


def _video(message: Any) -> dict[str, Any]:
    return {"kind": VIDEO, "media": (Media(VIDEO, message.media_id),)}


def _location(message: Any) -> dict[str, Any]:
    return {"kind": LOCATION, "text": message.label or "", "data": f"{message.location_x},{message.location_y}"}


def _link(message: Any) -> dict[str, Any]:
    parts = (message.title, message.description, message.url)
    return {"kind": TEXT, "text": "\n".join(part for part in parts if part)}


SHAPES: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "shortvideo": _video,
    "location": _location,
    "link": _link,
}


def _event(fields: Mapping[str, Any]) -> dict[str, Any]:
    """`subscribe`, `unsubscribe`, `scan:KEY` (also of somebody who follows by scanning), `menu:KEY`, `view:URL`."""
    name, key = (fields.get("Event") or "").lower(), fields.get("EventKey") or ""
    if name == "subscribe" and key.startswith("qrscene_"):
        return {"kind": EVENT, "data": f"scan:{key.removeprefix('qrscene_')}"}
    words = {"click": f"menu:{key}", "scan": f"scan:{key}", "view": f"view:{key}"}
    return {"kind": EVENT, "data": words.get(name, name)}

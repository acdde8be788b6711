"""What the platform pushes to an official account, sealed and signed as it does it, and what it reads in our answer."""

from __future__ import annotations

import base64
import hashlib
import itertools
import os
import struct
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bots.message import Message, Reply
from bots.setting_groups import WeChatSettings
from tests.makers import moment

TOKEN, APP_ID = "pushToken2026", "wx0a1b2c3d4e5f6071"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OPENID, ACCOUNT = "oExampleOpenId0000000000001", "gh_example"
NOW = moment("2026-03-02 09:00")
_ids = itertools.count(23000000000000001)


def settings(*, safe: bool = True, api_url: str = "http://127.0.0.1:9", **changes: Any) -> WeChatSettings:
    made = {"app_id": APP_ID, "app_secret": "standin-app-secret", "token": TOKEN, "aes_key": AES_KEY if safe else ""}
    return WeChatSettings(**{**made, "api_url": api_url, **changes})


def xml(kind: str = "text", inner: str = "", *, sender: str = OPENID, id: int | str | None = None, at: int = 1) -> str:
    """One message as the platform writes it; `id` 0 for none (events)."""
    number = next(_ids) if id is None else id
    return (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>"
        f"<CreateTime>{1767225600 + at}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{inner}"
        + (f"<MsgId>{number}</MsgId>" if number else "")
        + "</xml>"
    )


def text_xml(text: str, **named: Any) -> str:
    return xml("text", f"<Content><![CDATA[{text}]]></Content>", **named)


def event_xml(event: str, key: str = "", **named: Any) -> str:
    inner = f"<Event><![CDATA[{event}]]></Event><EventKey><![CDATA[{key}]]></EventKey>"
    return xml("event", inner, id=0, **named)


def sign(*parts: str) -> str:
    return hashlib.sha1("".join(sorted((TOKEN, *parts))).encode()).hexdigest()


def seal(plain: bytes, app_id: str = APP_ID) -> str:
    key = base64.b64decode(AES_KEY + "=")
    raw = os.urandom(16) + struct.pack(">I", len(plain)) + plain + app_id.encode()
    padding = 32 - len(raw) % 32
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(raw + bytes([padding]) * padding) + encryptor.finalize()).decode()


def unseal(sealed: str) -> bytes:
    key = base64.b64decode(AES_KEY + "=")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    raw = decryptor.update(base64.b64decode(sealed)) + decryptor.finalize()
    (length,) = struct.unpack(">I", raw[16:20])
    assert raw[20 + length : -raw[-1]] == APP_ID.encode()
    return raw[20 : 20 + length]


def push(
    plain: str | bytes, *, safe: bool = True, at: datetime = NOW, nonce: str = "n1"
) -> tuple[dict[str, str], bytes]:
    """The query and body of one delivery."""
    body = plain.encode() if isinstance(plain, str) else plain
    stamp = str(int(at.timestamp()))
    query = {"signature": sign(stamp, nonce), "timestamp": stamp, "nonce": nonce, "openid": OPENID}
    if not safe:
        return query, body
    sealed = seal(body)
    query |= {"encrypt_type": "aes", "msg_signature": sign(stamp, nonce, sealed)}
    outer = f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    return query, outer.encode()


def heard(reply: bytes) -> dict[str, str]:
    """What the platform reads in a passive reply, opened and with its signature checked where it is sealed."""
    fields = {child.tag: child.text or "" for child in ElementTree.fromstring(reply)}
    if "Encrypt" not in fields:
        return fields
    assert fields["MsgSignature"] == sign(fields["TimeStamp"], fields["Nonce"], fields["Encrypt"])
    return {child.tag: child.text or "" for child in ElementTree.fromstring(unseal(fields["Encrypt"]))}


class Echo:
    """A reception that repeats what it hears, and remembers it; `fails` makes it raise."""

    def __init__(self) -> None:
        self.heard: list[Message] = []
        self.fails: Exception | None = None
        self.says: list[Reply] | None = None

    def read_ahead(self, messages: Sequence[Message]) -> list[Message]:
        return [*messages]

    def receive(self, unit: Any, message: Message) -> Sequence[Reply]:
        if self.fails:
            raise self.fails
        self.heard.append(message)
        return [Reply(message.text or message.data or message.kind)] if self.says is None else self.says

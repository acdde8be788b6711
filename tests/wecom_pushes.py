"""What WeCom pushes to the app and to the group bot, sealed and signed as it does it, and what it reads in answers."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import os
import struct
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bots.setting_groups import WeComSettings
from tests.makers import moment
from tests.standins.wecom_api import AGENT, CORP, SECRET

TOKEN, AES_KEY = "wecomToken2026", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
NOW = moment("2026-03-02 09:00")
_ids = itertools.count(33000000000000001)


def settings(api_url: str = "http://127.0.0.1:9") -> WeComSettings:
    return WeComSettings(CORP, AGENT, SECRET, TOKEN, AES_KEY, api_url)


def environment(address: str) -> dict[str, str]:
    """The settings of an office that speaks to the stand-in."""
    return {
        "WECOM_CORP_ID": CORP,
        "WECOM_AGENT_ID": AGENT,
        "WECOM_SECRET": SECRET,
        "WECOM_TOKEN": TOKEN,
        "WECOM_AES_KEY": AES_KEY,
        "WECOM_API_URL": address,
    }


def sign(*parts: str) -> str:
    return hashlib.sha1("".join(sorted((TOKEN, *parts))).encode()).hexdigest()


def seal(plain: bytes, receiver: str = CORP) -> str:
    key = base64.b64decode(AES_KEY + "=")
    raw = os.urandom(16) + struct.pack(">I", len(plain)) + plain + receiver.encode()
    padding = 32 - len(raw) % 32
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(raw + bytes([padding]) * padding) + encryptor.finalize()).decode()


def unseal(sealed: str) -> bytes:
    key = base64.b64decode(AES_KEY + "=")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    raw = decryptor.update(base64.b64decode(sealed)) + decryptor.finalize()
    (length,) = struct.unpack(">I", raw[16:20])
    return raw[20 : 20 + length]


def query_for(sealed: str, at: datetime = NOW, nonce: str = "n1") -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    return {"msg_signature": sign(stamp, nonce, sealed), "timestamp": stamp, "nonce": nonce}


def app_xml(kind: str, inner: str, member: str = "zhang", at: int = 1, agent: str = AGENT, id: bool = True) -> str:
    number = f"<MsgId>{next(_ids)}</MsgId>" if id else ""
    return (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><FromUserName><![CDATA[{member}]]></FromUserName>"
        f"<CreateTime>{1767225600 + at}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{inner}{number}"
        f"<AgentID>{agent}</AgentID></xml>"
    )


def text_xml(text: str, member: str = "zhang") -> str:
    return app_xml("text", f"<Content><![CDATA[{text}]]></Content>", member)


def press_xml(data: str, code: str, member: str = "zhang", at: int = 1) -> str:
    inner = (
        f"<Event><![CDATA[template_card_event]]></Event><EventKey><![CDATA[{data}]]></EventKey>"
        f"<TaskId><![CDATA[task{next(_ids)}]]></TaskId><CardType><![CDATA[button_interaction]]></CardType>"
        f"<ResponseCode><![CDATA[{code}]]></ResponseCode>"
    )
    return app_xml("event", inner, member, at, id=False)


def app_push(xml: str, at: datetime = NOW) -> tuple[dict[str, str], bytes]:
    """The query and body of one delivery to `/wecom`."""
    sealed = seal(xml.encode())
    body = f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><AgentID>{AGENT}</AgentID><Encrypt><![CDATA[{sealed}]]>"
    return query_for(sealed, at), f"{body}</Encrypt></xml>".encode()


def said(text: str, member: str = "zhang", chat: str = "group9", **more: Any) -> dict[str, Any]:
    """What is said to the bot in a group; without its name the platform would not have pushed it."""
    about = {"chattype": "group", "chatid": chat} if chat else {"chattype": "single"}
    spoken = {"msgtype": "text", "text": {"content": f"@回应 {text}"}}
    return {"msgid": f"bot{next(_ids)}", "aibotid": "aib1", "from": {"userid": member}, **about, **spoken, **more}


def pressed(data: str, member: str = "zhang", chat: str = "group9", **more: Any) -> dict[str, Any]:
    press = {"card_type": "button_interaction", "event_key": data, "task_id": "task1"}
    event = {"eventtype": "template_card_event", "template_card_event": press}
    return {**said("", member, chat), "msgtype": "event", "event": event, **more}


def bot_push(fields: dict[str, Any], at: datetime = NOW) -> tuple[dict[str, str], bytes]:
    """The query and body of one delivery to `/wecom/bot`."""
    sealed = seal(json.dumps(fields, ensure_ascii=False).encode(), "")
    return query_for(sealed, at), json.dumps({"encrypt": sealed}).encode()


def heard(answer: bytes) -> dict[str, Any]:
    """What the platform reads in the bot's answer, its signature checked."""
    if not answer:
        return {}
    outer = json.loads(answer)
    assert outer["msgsignature"] == sign(str(outer["timestamp"]), outer["nonce"], outer["encrypt"])
    found: dict[str, Any] = json.loads(unseal(outer["encrypt"]))
    return found

"""The WeChat official account: its pushes verified, opened and read; its passive replies written.

wechatpy 1.8.18 does the cryptography and knows the shapes of messages. What it leaves open is closed here: signatures
are compared in constant time, a year-old signature is stale, a plaintext body is refused once an AES key is set, the
body is capped before anything parses it, and `]]>` in a text cannot leave its CDATA section.

In plain mode the platform signs the time and not the body, so whoever has once seen a push can alter it within the
window below. Safe mode (an AES key) has no such gap and is what to run.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import re
import secrets
import struct
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from xml.parsers.expat import ExpatError

import xmltodict
from wechatpy.crypto import BasePrpCrypto
from wechatpy.exceptions import InvalidAppIdException
from wechatpy.fields import StringField
from wechatpy.replies import TextReply

from bots.channels.errors import BadRequest, Forged
from bots.channels.sending import numbered, split
from bots.channels.wechat_messages import Push, read_push
from bots.message import Message, Reply
from bots.setting_groups import WeChatSettings

# A sealed text of 20,000 Chinese characters is 80 KB; parsing this much of the worst XML takes some 40 ms.
MAX_BODY = 128 * 1024
# The platform signs each delivery, its two repeats included, when it sends it. Ten minutes forgive a server's clock.
FRESH = timedelta(minutes=10)
# A text may have 2048 bytes; users of other libraries found 2047 to be the most that arrives, and some 600 characters
# the most that is shown whole (dodgepudding/wechat-php-sdk#363, silenceper/wechat#673).
MAX_TEXT_BYTES, MAX_TEXT = 2047, 600
NOTHING = b"success"
# XML 1.0 has no way to write these; a phone that sends one must not cost its owner the whole message.
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class WeChat:
    """One official account."""

    def __init__(self, settings: WeChatSettings) -> None:
        self._token = settings.token
        self._app_id = settings.app_id
        self._crypto = _Crypto(_aes_key(settings.aes_key)) if settings.aes_key else None

    def verify_get(self, query: Mapping[str, str]) -> str:
        """The echo that proves to the platform that this address is ours. Raises Forged.

        No look at the time: an operator may press the platform's button whenever, and nothing happens here.
        """
        self._check(query.get("signature", ""), query.get("timestamp", ""), query.get("nonce", ""))
        return query.get("echostr", "")

    def read(self, query: Mapping[str, str], body: bytes, now: datetime) -> Push:
        """The message of one push. Raises Forged or BadRequest. `at` is now: plain mode signs no time of its own."""
        if len(body) > MAX_BODY:
            raise BadRequest(f"a body of {len(body)} bytes")
        _check_fresh(query, now)
        if self._crypto:
            return read_push(_parse(self._open(self._crypto, query, body)), now)
        self._check(query.get("signature", ""), query.get("timestamp", ""), query.get("nonce", ""))
        return read_push(_parse(_text(body)), now)

    def write(self, message: Message, replies: Sequence[Reply]) -> bytes:
        """One passive reply to that message holding as much as may stand in one (see `fit`); `success` for nothing."""
        text = self.fit(replies)[0]
        if not text or not isinstance(message, Push):
            return NOTHING
        moment = int(message.at.timestamp())
        reply = _SafeReply(source=message.account, target=message.sender, time=moment, content=text).render()
        return self._seal(reply, str(moment)).encode() if self._crypto else reply.encode()

    def fit(self, replies: Sequence[Reply]) -> tuple[str, list[str]]:
        """The text that fits into one message, and the further messages that hold the rest."""
        return pieces_of("".join(CONTROLS.split(numbered(list(replies)))))

    def _open(self, crypto: _Crypto, query: Mapping[str, str], body: bytes) -> str:
        sealed = _parse(_text(body)).get("Encrypt")
        if not isinstance(sealed, str):
            raise Forged("a body that is not sealed although an AES key is set")
        self._check(query.get("msg_signature", ""), query.get("timestamp", ""), query.get("nonce", ""), sealed)
        try:
            return str(crypto.decrypt(sealed, self._app_id, InvalidAppIdException))
        except InvalidAppIdException as error:
            raise Forged("a body sealed for another account") from error
        except (ValueError, IndexError, struct.error, binascii.Error) as error:
            raise BadRequest("a body that does not open with our key") from error

    def _seal(self, reply: str, timestamp: str) -> str:
        assert self._crypto
        nonce = secrets.token_hex(8)
        sealed = self._crypto.encrypt(reply, self._app_id).decode()
        signature = self._sign(timestamp, nonce, sealed)
        return (
            f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt><MsgSignature><![CDATA[{signature}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        )

    def _sign(self, *parts: str) -> str:
        return hashlib.sha1("".join(sorted((self._token, *parts))).encode("utf-8", "replace")).hexdigest()

    def _check(self, signature: str, *parts: str) -> None:
        if not hmac.compare_digest(self._sign(*parts).encode(), signature.encode("utf-8", "replace")):
            raise Forged("a wrong signature")


def pieces_of(text: str) -> tuple[str, list[str]]:
    """The text cut to what the platform takes in one message: the first piece and the others."""
    pieces = [small for piece in split(text, MAX_TEXT) for small in split(piece, MAX_TEXT_BYTES, "bytes")]
    return (pieces[0], pieces[1:]) if pieces else ("", [])


def _aes_key(text: str) -> bytes:
    try:
        key = binascii.a2b_base64(text + "=")
    except binascii.Error as error:
        raise ValueError("the AES key is not base64") from error
    if len(text) != 43 or len(key) != 32:
        raise ValueError("the AES key must have 43 characters")
    return key


def _check_fresh(query: Mapping[str, str], now: datetime) -> None:
    stamp = query.get("timestamp", "")
    if not re.fullmatch(r"[0-9]{1,12}", stamp):
        raise Forged("no timestamp")
    if abs(int(stamp) - now.timestamp()) > FRESH.total_seconds():
        raise Forged("a stale timestamp")


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest("a body that is not UTF-8") from error


def _parse(text: str) -> dict[str, object]:
    """The fields under <xml>. xmltodict refuses entities by itself (ValueError); a test keeps it to that."""
    try:
        fields = xmltodict.parse(CONTROLS.sub("", text)).get("xml")
    except (ExpatError, ValueError, RecursionError, AttributeError) as error:
        raise BadRequest(f"XML that cannot be read ({type(error).__name__})") from error
    if not isinstance(fields, dict):
        raise BadRequest("XML without fields under <xml>")
    return fields


class _Crypto(BasePrpCrypto):  # type: ignore[misc]  # wechatpy ships no types
    """wechatpy's sealing with an unguessable beginning: its own comes from `random`."""

    def get_random_string(self) -> bytes:
        return secrets.token_bytes(16)

    def encrypt(self, text: str, app_id: str) -> bytes:
        return bytes(self._encrypt(text, app_id))

    def decrypt(self, sealed: str, app_id: str, wrong: type[Exception]) -> str:
        return str(self._decrypt(sealed, app_id, wrong))


class _SafeText(StringField):  # type: ignore[misc]
    """A text that stays inside its CDATA section; wechatpy's lets `]]>` end it and what follows become markup."""

    def to_xml(self, value: str) -> str:
        inside = value.replace("]]>", "]]]]><![CDATA[>")
        return f"<{self.name}><![CDATA[{inside}]]></{self.name}>"


class _SafeReply(TextReply):  # type: ignore[misc]
    content = _SafeText("Content")
    source = _SafeText("FromUserName")
    target = _SafeText("ToUserName")

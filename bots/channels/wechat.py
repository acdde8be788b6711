"""The WeChat official account: its pushes verified, opened and read; its passive replies written.

wechatpy 1.8.18 does the cryptography and knows the shapes of what comes in. What it leaves open is closed here:
signatures are compared in constant time, a year-old signature is stale, a plaintext body is refused once an AES key is
set, the body is capped before anything parses it, and `]]>` in a text cannot leave its CDATA section.

In plain mode the platform signs the time and not the body, so whoever has once seen a push can alter it within the
window below. Safe mode (an AES key) has no such gap and is what to run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bots.channels.errors import BadRequest
from bots.channels.sealed import CONTROLS, Seal, check_fresh
from bots.channels.sealed import parse as _parse
from bots.channels.sealed import text_of as _text
from bots.channels.sending import numbered, split
from bots.channels.wechat_messages import Push, read_push
from bots.message import Message, Reply
from bots.setting_groups import WeChatSettings

# A sealed text of 20,000 Chinese characters is 80 KB; parsing this much of the worst XML takes some 40 ms.
MAX_BODY = 128 * 1024
# A text may have 2048 bytes; users of other libraries found 2047 to be the most that arrives, and some 600 characters
# the most that is shown whole (dodgepudding/wechat-php-sdk#363, silenceper/wechat#673).
MAX_TEXT_BYTES, MAX_TEXT = 2047, 600
NOTHING = b"success"


class WeChat:
    """One official account."""

    def __init__(self, settings: WeChatSettings) -> None:
        self._sealing = Seal(settings.token, settings.aes_key, settings.app_id)

    def verify_get(self, query: Mapping[str, str]) -> str:
        """The echo that proves to the platform that this address is ours. Raises Forged.

        No look at the time: an operator may press the platform's button whenever, and nothing happens here.
        """
        self._sealing.check(query.get("signature", ""), query.get("timestamp", ""), query.get("nonce", ""))
        return query.get("echostr", "")

    def read(self, query: Mapping[str, str], body: bytes, now: datetime) -> Push:
        """The message of one push. Raises Forged or BadRequest. `at` is now: plain mode signs no time of its own."""
        return self.read_open(self.open(query, body, now), now)

    def open(self, query: Mapping[str, str], body: bytes, now: datetime) -> str:
        """The text of one push that was verified. Raises Forged or BadRequest."""
        if len(body) > MAX_BODY:
            raise BadRequest(f"a body of {len(body)} bytes")
        check_fresh(query, now)
        if self._sealing:
            return self._sealing.open(query, _parse(_text(body)).get("Encrypt"))
        self._sealing.check(query.get("signature", ""), query.get("timestamp", ""), query.get("nonce", ""))
        return _text(body)

    def read_open(self, text: str, at: datetime) -> Push:
        """The message of a push that was opened, taken in at that moment. Raises BadRequest."""
        return read_push(_parse(text), at)

    def write(self, message: Message, replies: Sequence[Reply]) -> bytes:
        """One passive reply to that message holding as much as may stand in one (see `fit`); `success` for nothing."""
        return self.say(message, self.fit(replies)[0])

    def say(self, message: Message, text: str) -> bytes:
        """The passive reply of that text, which fits; `success` for nothing."""
        if not text or not isinstance(message, Push):
            return NOTHING
        moment = str(int(message.at.timestamp()))
        reply = _text_reply(message, text, moment)
        return self._seal(reply, moment).encode() if self._sealing else reply.encode()

    def fit(self, replies: Sequence[Reply]) -> tuple[str, list[str]]:
        """The text that fits into one message, and the further messages that hold the rest."""
        return pieces_of("".join(CONTROLS.split(numbered(list(replies)))))

    def _seal(self, reply: str, timestamp: str) -> str:
        sealed, signature, nonce = self._sealing.close(reply, timestamp)
        return (
            f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt><MsgSignature><![CDATA[{signature}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        )


def pieces_of(text: str) -> tuple[str, list[str]]:
    """The text cut to what the platform takes in one message: the first piece and the others."""
    pieces = [small for piece in split(text, MAX_TEXT) for small in split(piece, MAX_TEXT_BYTES, "bytes")]
    return (pieces[0], pieces[1:]) if pieces else ("", [])


def _text_reply(message: Push, text: str, moment: str) -> str:
    return (
        f"<xml><ToUserName>{_inside(message.sender)}</ToUserName><FromUserName>{_inside(message.account)}</FromUserName>"
        f"<CreateTime>{moment}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content>{_inside(text)}</Content></xml>"
    )


def _inside(text: str) -> str:
    """A text that stays inside its CDATA section: `]]>` would end it, and what follows become markup."""
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"

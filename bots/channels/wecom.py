"""One WeCom company: the app's pushes and the group bot's, verified, opened and read; the bot's answers sealed.

Both doors always come sealed. The app is answered with an empty body and by messages of its own; the bot answers in the
response itself: text as a finished stream, a case as a card with buttons, a pressed card by the card renewed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from bots.channels.errors import BadRequest
from bots.channels.sealed import Seal, check_fresh, parse, text_of
from bots.channels.sending import split
from bots.channels.wecom_cards import as_card, as_text, notice_card
from bots.channels.wecom_messages import Pushed, read_app, read_bot
from bots.message import BUTTON, Reply
from bots.setting_groups import WeComSettings

MAX_BODY = 128 * 1024
# A bot's stream may hold 20480 bytes; a little is left for what the platform adds.
MAX_STREAM = 20_000


class WeCom:
    """The company's app and its group bot."""

    def __init__(self, settings: WeComSettings, link: str = "") -> None:
        self._corp_id, self._agent_id, self._link = settings.corp_id, settings.agent_id, link
        self._app = Seal(settings.token, settings.aes_key, settings.corp_id)
        # The platform seals for a company's own bot with an empty receiver.
        self._bot = Seal(settings.bot_token or settings.token, settings.bot_aes_key or settings.aes_key, "")

    def verify(self, query: Mapping[str, str], bot: bool = False) -> str:
        """The opened echo that proves this address is ours. Raises Forged or BadRequest."""
        return (self._bot if bot else self._app).open(query, query.get("echostr"))

    def read_app(self, query: Mapping[str, str], body: bytes, now: datetime) -> Pushed:
        """The message of one push of the app. Raises Forged or BadRequest."""
        text = _within_cap(body, query, now)
        fields = parse(self._app.open(query, parse(text).get("Encrypt")))
        return read_app(fields, self._corp_id, self._agent_id, now)

    def read_bot(self, query: Mapping[str, str], body: bytes, now: datetime) -> Pushed:
        """The message of one push of the bot. Raises Forged or BadRequest."""
        text = _within_cap(body, query, now)
        return read_bot(_json(self._bot.open(query, _json(text).get("encrypt"))), now)

    def answer(self, push: Pushed, replies: Sequence[Reply], stream: str) -> tuple[bytes, list[Reply]]:
        """The sealed answer to one push of the bot, and what it had no room for (to go by the answer address)."""
        if not replies:
            return b"", []
        if push.kind == BUTTON:
            return self._renewed(push, replies)
        *plain, last = replies
        card = as_card(last, stream) if last.buttons else None
        spoken = [*plain, *([last] if card is None else [])]
        pieces = split("\n\n".join(as_text(reply) for reply in spoken), MAX_STREAM, "bytes")
        said = {"id": stream, "finish": True, "content": pieces[0] if pieces else ""}
        rest = [Reply(piece) for piece in pieces[1:]]
        if card is None:
            return self._seal({"msgtype": "stream", "stream": said}, push), rest
        if not pieces:
            return self._seal({"msgtype": "template_card", "template_card": card}, push), rest
        return self._seal({"msgtype": "stream_with_template_card", "stream": said, "template_card": card}, push), rest

    def _renewed(self, push: Pushed, replies: Sequence[Reply]) -> tuple[bytes, list[Reply]]:
        """A press may only be answered by its own card renewed; other words go by the answer address."""
        *plain, last = replies
        card = as_card(last, push.task) if last.buttons else notice_card(last, push.task, self._link)
        rest = list(plain) if card is not None else list(replies)
        if card is None:
            return b"", rest
        return self._seal({"response_type": "update_template_card", "template_card": card}, push), rest

    def _seal(self, answer: Mapping[str, object], push: Pushed) -> bytes:
        stamp = str(int(push.at.timestamp()))
        sealed, signature, nonce = self._bot.close(json.dumps(answer, ensure_ascii=False), stamp)
        outer = {"encrypt": sealed, "msgsignature": signature, "timestamp": int(stamp), "nonce": nonce}
        return json.dumps(outer).encode()


def _within_cap(body: bytes, query: Mapping[str, str], now: datetime) -> str:
    if len(body) > MAX_BODY:
        raise BadRequest(f"a body of {len(body)} bytes")
    check_fresh(query, now)
    return text_of(body)


def _json(text: str) -> dict[str, object]:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"JSON that cannot be read ({type(error).__name__})") from error
    if not isinstance(fields, dict):
        raise BadRequest("JSON that is no object")
    return fields

"""The way in for WeCom: each push of the app or the group bot is handled once, in one transaction with all it causes.

The app's push is answered with nothing and its replies go to the outbox; a pressed card leaves the code that renews it.
The bot's push is answered in the response. The platform waits five seconds and asks again with the same message: the
repeat gets the very bytes of the first answer. If a transaction waited too long for the database, its replies go by the
answer address instead, which takes one message within the hour.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bots.channels.errors import BadRequest, ChannelError, fault
from bots.channels.sending import numbered
from bots.channels.wecom import WeCom
from bots.channels.wecom_messages import BOT, CHANNEL, Pushed
from bots.given import Reception, Store
from bots.message import BUTTON, EVENT, Reply
from bots.packing import reply_notices
from bots.wording import FOLDER, load_words
from casebook.errors import NotKept

log = logging.getLogger(__name__)
words = load_words(FOLDER / "channels" / "wording.toml")

PATIENCE = 3.0
ANSWERS, ANSWERABLE = "wecom_answer", timedelta(hours=1)
# Events that somebody caused on purpose and expects an answer to; the others are noted.
ANSWERED = ("subscribe", "menu:")
NOTHING = b""


class WeComDoor:
    """The inbox of one company. `kick` wakes whoever delivers what the outbox holds."""

    def __init__(self, store: Store, reception: Reception, wecom: WeCom, kick: Callable[[], None]) -> None:
        self._store, self._reception, self._wecom, self._kick = store, reception, wecom, kick

    def verify(self, query: Mapping[str, str], bot: bool = False) -> tuple[int, bytes]:
        """The platform's check of our address."""
        try:
            return 200, self._wecom.verify(query, bot).encode()
        except ChannelError as error:
            return _refused(error), NOTHING

    def app(self, query: Mapping[str, str], body: bytes, now: datetime) -> tuple[int, bytes]:
        """One push of the app: HTTP status and an empty body."""
        try:
            push = self._wecom.read_app(query, body, now)
        except ChannelError as error:
            return _refused(error), NOTHING
        self._handled(push, body, lambda unit: self._from_app(unit, push))
        self._kick()
        return 200, NOTHING

    def bot(
        self, query: Mapping[str, str], body: bytes, now: datetime, elapsed: Callable[[], float] | None = None
    ) -> tuple[int, bytes]:
        """One push of the group bot: HTTP status and sealed answer."""
        try:
            push = self._wecom.read_bot(query, body, now)
        except ChannelError as error:
            return _refused(error), NOTHING
        waited = elapsed or _stopwatch()
        answer = self._handled(push, body, lambda unit: self._from_bot(unit, push, waited))
        self._kick()
        return 200, answer

    def _handled(self, push: Pushed, body: bytes, handle: Callable[[Any], bytes]) -> bytes:
        """What the push is answered with: once, the same ever after, and an apology where nobody foresaw it."""

        def once(unit: Any) -> bytes:
            seen = unit.inbox_seen(push.channel, push.id)
            if seen:
                return seen.reply or NOTHING
            answer = handle(unit)
            unit.inbox_add(push.channel, push.id, body, push.at, "done", answer)
            return answer

        try:
            return self._store.write(once)
        except NotKept:
            raise  # no fault of the push: unacknowledged, it is delivered again
        except Exception as error:
            why = fault(error)
            log.error("wecom: a push failed: %s", why)
            return self._store.write(lambda unit: self._bury(unit, push, body, why))

    def _from_app(self, unit: Any, push: Pushed) -> bytes:
        chat = f"user:{push.sender}"
        number = push.data.split(":")[1] if push.data.count(":") else ""
        if push.response_code and number:
            unit.card_put(CHANNEL, chat, number, push.response_code, push.at)
        if push.kind != EVENT or push.data.startswith(ANSWERED):
            replies = self._reception.receive(unit, push)
            unit.post(reply_notices(f"{CHANNEL}:{push.id}", f"chat:{CHANNEL}:{chat}", replies, push.at))
        return NOTHING

    def _from_bot(self, unit: Any, push: Pushed, elapsed: Callable[[], float]) -> bytes:
        if push.kind == EVENT and not push.data.startswith(ANSWERED):
            return NOTHING
        replies = list(self._reception.receive(unit, push))
        if elapsed() >= PATIENCE:
            self._afterwards(unit, push, replies)
            return NOTHING
        answer, rest = self._wecom.answer(push, replies, secrets.token_hex(12))
        self._afterwards(unit, push, rest)
        return answer

    def _afterwards(self, unit: Any, push: Pushed, replies: Sequence[Reply]) -> None:
        """All of it as the one message that the answer address takes."""
        if not replies or not push.answer_url:
            return
        unit.token_put(f"{ANSWERS}:{push.id}", push.answer_url, push.at + ANSWERABLE)
        one = replies[0] if len(replies) == 1 else Reply(numbered(list(replies)))
        unit.post(reply_notices(f"{BOT}:{push.id}", f"chat:{ANSWERS}:{push.id}", [one], push.at))

    def _bury(self, unit: Any, push: Pushed, body: bytes, why: str) -> bytes:
        """Keep the push with the reason, and say sorry to whoever expects an answer."""
        if unit.inbox_seen(push.channel, push.id):
            return NOTHING
        sorry, answer = [Reply(words("apology"))], NOTHING
        if push.channel == CHANNEL and push.kind != EVENT:
            unit.post(reply_notices(f"{CHANNEL}:{push.id}", f"chat:{CHANNEL}:user:{push.sender}", sorry, push.at))
        elif push.kind not in (EVENT, BUTTON):
            answer, _ = self._wecom.answer(push, sorry, secrets.token_hex(12))
        unit.inbox_add(push.channel, push.id, body, push.at, "dead", answer, why)
        return answer


def _refused(error: ChannelError) -> int:
    log.warning("wecom: refused a delivery: %s", error)
    return 400 if isinstance(error, BadRequest) else 403


def _stopwatch() -> Callable[[], float]:
    started = time.monotonic()
    return lambda: time.monotonic() - started

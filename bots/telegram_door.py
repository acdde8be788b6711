"""The way in for the Telegram bot: every update is kept before it is acknowledged, and handled afterwards, one by one.

By webhook (`push`) or by asking (`poll_forever`) the raw update goes into the inbox first; only then does the platform
hear that we have it. `pump` takes the kept updates in their order, each in one transaction with everything it causes;
its replies go to the outbox in that same transaction. An update that cannot be handled is tried again, then set aside
as `dead` with the reason, and never holds up the next.
"""

from __future__ import annotations

import hmac
import json
import logging
import random
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from bots.channels.errors import fault
from bots.channels.telegram import Telegram
from bots.channels.telegram_messages import Word
from bots.given import Reception, Store
from bots.message import EVENT, Message, Reply
from bots.overdue import Overdue
from bots.packing import reply_notices
from bots.wording import FOLDER, load_words
from casebook.errors import NotKept

log = logging.getLogger(__name__)
words = load_words(FOLDER / "channels" / "wording.toml")

CHANNEL = "telegram"
# The platform's updates are a few kilobytes; the largest allowed text in its longest encoding fits four times over.
MAX_BODY = 256 * 1024
TRIES = 3
# So many processes may end in the hands of one update, for whatever reason; the next sets it aside.
DEATHS = 4
ENDED = "the process ended while this was handled"
LONGEST_PAUSE = 60.0
# How often to look for updates that another process took in.
LOOK = 5.0


class Kick(Protocol):
    """Somebody who delivers what the outbox holds."""

    def kick(self) -> None: ...


class TelegramDoor:
    """The inbox of one bot. `clock` is read by the two loops alone; without `webhook_url` an operator sets the hook."""

    def __init__(
        self,
        store: Store,
        reception: Reception,
        telegram: Telegram,
        courier: Kick,
        clock: Callable[[], datetime],
        webhook_url: str = "",
    ) -> None:
        self._store = store
        self._reception = reception
        self._telegram = telegram
        self._courier = courier
        self._clock = clock
        self._webhook_url = webhook_url
        self._ready = self._begun = False
        self._bell = threading.Event()
        self._pumping = threading.Lock()

    def push(self, secret: str, body: bytes, now: datetime) -> int:
        """Take in one update sent to the webhook; the HTTP status. 200 means: kept."""
        ours = self._telegram.webhook_secret
        if not ours or not hmac.compare_digest(secret.encode("utf-8", "replace"), ours.encode()):
            log.warning("telegram: refused a delivery: a wrong secret")
            return 403
        update = _update(body) if len(body) <= MAX_BODY else None
        if update is None:
            log.warning("telegram: refused a delivery: %d bytes that are no update", len(body))
            return 413 if len(body) > MAX_BODY else 400
        self._take_in([update], now)
        self._bell.set()
        return 200

    def pump(self, now: datetime, limit: int = 100) -> int:
        """Handle the kept updates, oldest first; how many there were."""
        with self._pumping:
            for handled in range(limit):
                if not self._one(now):
                    return handled
        return limit

    def pump_forever(self, stop: threading.Event) -> None:
        """Beside a webhook: have updates sent to it, and handle what was pushed as soon as it was kept."""
        while not stop.is_set():
            self._bell.wait(LOOK if self._ready else 0)
            self._bell.clear()
            try:
                self.pump(self._clock())
                self._get_ready()
            except Exception as error:
                log.error("telegram: handling updates failed: %s", fault(error))
                stop.wait(LOOK)

    def poll_forever(self, stop: threading.Event) -> None:
        """Ask for updates until told to stop. The next question acknowledges, so it is asked after the commit."""
        offset, pause = 0, 1.0
        while not stop.is_set():
            try:
                self._get_ready()
                updates = self._telegram.updates(offset)
                self._take_in(updates, self._clock())
                offset = max([offset, *(update["update_id"] + 1 for update in updates if _is_update(update))])
                self.pump(self._clock())
                pause = 1.0
            except Exception as error:
                if not stop.is_set():
                    log.warning("telegram: asking for updates failed (%s); again in %.0f s", fault(error), pause)
                stop.wait(pause * random.uniform(0.8, 1.2))
                pause = min(LONGEST_PAUSE, pause * 2)

    def _get_ready(self) -> None:
        """Once: learn the bot's name, and tell the platform which way updates come. A webhook left behind would take
        them away from whoever asks."""
        if self._ready:
            return
        self._telegram.learn_name()
        if self._telegram.webhook_secret and self._webhook_url:
            self._telegram.set_webhook(self._webhook_url)
        elif not self._telegram.webhook_secret:
            self._telegram.delete_webhook()
        self._ready = True

    def _take_in(self, updates: Iterable[Mapping[str, Any]], now: datetime) -> None:
        kept = [(str(update["update_id"]), json.dumps(update).encode()) for update in updates if _is_update(update)]

        def keep(unit: Any) -> None:
            for id, body in kept:
                if not unit.inbox_seen(CHANNEL, id):
                    unit.inbox_add(CHANNEL, id, body, now, "pending", None)

        if kept:
            self._store.write(keep)

    def _one(self, now: datetime) -> bool:
        """Handle the oldest kept update; whether there was one. Raises only when the store itself does not answer."""
        rows = self._store.read(lambda unit: unit.inbox_pending(CHANNEL, 1))
        if not rows:
            return False
        id = rows[0].id
        self._begin(id, now)
        try:
            callback = self._store.write(lambda unit: self._handle(unit, id, now))
        except NotKept:
            raise  # no fault of the update: it is handled when the store answers again
        except Exception as error:
            why = fault(error)
            log.error("telegram: update %s failed: %s", id, why)
            tries = 1 if isinstance(error, Overdue) else TRIES
            self._store.write(lambda unit: self._count(unit, id, why, now, tries))
        else:
            if callback:
                self._telegram.acknowledge(callback)
        self._courier.kick()
        return True

    def _begin(self, id: str, now: datetime) -> None:
        """The first update of a process may be what ended the one before: that counts as a try, before it is tried."""
        if not self._begun:
            self._store.write(lambda unit: self._count(unit, id, ENDED, now, DEATHS))
            self._begun = True

    def _handle(self, unit: Any, id: str, now: datetime) -> str:
        """One update with all it causes; the press to acknowledge, if it was one. Nothing if another took it."""
        row = next((row for row in unit.inbox_pending(CHANNEL, 10) if row.id == id), None)
        if row is None:
            return ""
        word = self._telegram.read(json.loads(row.body), now)
        if word and word.moved_to:
            unit.rebind(CHANNEL, word.chat, word.moved_to)
        elif word:
            self._receive(unit, word)
        unit.inbox_done(CHANNEL, id, "done")
        return word.callback if word else ""

    def _receive(self, unit: Any, word: Word) -> None:
        to = _address(unit, word)
        if word.kind == EVENT and word.data in ("left", "unsubscribe"):
            return
        replies = list(self._reception.receive(unit, word))
        if word.kind == EVENT and word.data == "joined" and self._telegram.hears_all is False:
            replies.append(Reply(load_words()("join.privacy")))
        unit.post(reply_notices(f"{CHANNEL}:{word.id}", to, replies, word.at))

    def _count(self, unit: Any, id: str, why: str, now: datetime, tries: int) -> None:
        """Note a failed try; after the last, set the update aside and tell its sender, if that much can be read."""
        row = next((row for row in unit.inbox_pending(CHANNEL, 10) if row.id == id), None)
        if row is None or unit.inbox_tried(CHANNEL, id, why) < tries:
            return
        unit.inbox_done(CHANNEL, id, "dead", why)
        word = self._readable(row.body, now)
        if word and word.sender and word.kind != EVENT:
            sorry: Sequence[Reply] = [Reply(words("apology"))]
            unit.post(reply_notices(f"{CHANNEL}:{id}", _address(unit, word), sorry, now))

    def _readable(self, body: bytes, now: datetime) -> Word | None:
        try:
            return self._telegram.read(json.loads(body), now)
        except Exception:
            return None


def _address(unit: Any, message: Message) -> str:
    """Where the answer goes: back into the group it was said in, or to the person."""
    if message.chat:
        return f"chat:{CHANNEL}:{message.chat}"
    contact = unit.contact(CHANNEL, message.sender, message.sender_name, message.at)
    return f"citizen:{contact.handle}"


def _update(body: bytes) -> dict[str, Any] | None:
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return update if _is_update(update) else None


def _is_update(update: object) -> bool:
    return isinstance(update, dict) and type(update.get("update_id")) is int

"""The way in for the official account: each push is handled once, answered at once, and forgotten never.

A push that cannot be verified or read is refused and leaves no trace. One that was handled before gets the very bytes
it got then. Anything else is handled in one transaction together with the note that it was; if that fails for a reason
nobody foresaw, its body is kept as `dead` and the person hears an apology instead of the platform's notice.

The platform waits five seconds, asks again with the same message, and gives up after the third time. Nothing here
hurries a transaction: if one has waited for the database longer than `PATIENCE`, its replies are not risked in an
answer that may come too late but written to the outbox with it, and the answer is an empty one. Should the connection
be cut all the same, the platform's repeat finds the stored answer.

Where so many wait that the last would wait too long, a push is only verified, kept as `pending` and acknowledged, which
costs little; until those are handled (`Later`), what comes after them is kept behind them. Their answers go by the
outbox.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from bots.channels.errors import BadRequest, ChannelError, fault
from bots.channels.wechat import NOTHING, WeChat
from bots.channels.wechat_messages import Push
from bots.channels.wechat_window import NOTE, Window, renewed
from bots.given import Reception, Store
from bots.message import EVENT, Message, Reply
from bots.packing import reply_notices
from bots.wording import FOLDER, load_words
from casebook.errors import NotKept

log = logging.getLogger(__name__)
words = load_words(FOLDER / "channels" / "wording.toml")

# Of the platform's five seconds: what is left must hold the commit and the way back.
PATIENCE = 3.0
# So many processes may end in the hands of one message, for whatever reason; the next sets it aside.
DEATHS = 4
ENDED = "the process ended while this was handled"
# How often it is looked for what was put aside, in seconds.
LOOK = 1.0
# Events that somebody caused on purpose and expects an answer to; the others (reports of the platform's own) are noted.
ANSWERED = ("subscribe", "scan:", "menu:")


def stopwatch() -> Callable[[], float]:
    started = time.monotonic()
    return lambda: time.monotonic() - started


@dataclass(frozen=True)
class Delivery:
    """What came in, and when. `elapsed`: seconds since then. `crowded`: others wait, it is only to be kept."""

    query: Mapping[str, str]
    body: bytes
    at: datetime
    elapsed: Callable[[], float] = field(default_factory=stopwatch)
    crowded: bool = False


Answer = tuple[int, bytes]


def answer_each(store: Store, reception: Reception, wechat: WeChat, deliveries: Sequence[Delivery]) -> Sequence[Answer]:
    """The HTTP status and body for each push, in the order they came; or for the platform's check of our address (no
    body, but an `echostr`)."""
    opened = [_opened(reception, wechat, delivery) for delivery in deliveries]
    handlings = [one for one in opened if isinstance(one, _Handling)]
    # One kind of work after another, not one message after another: the same code and tables are at hand.
    to_read = [handling for handling in handlings if handling.is_read]
    for handling, push in zip(to_read, reception.read_ahead([each.push for each in to_read]), strict=True):
        handling.push = push
    handled = iter(store.write_each(handlings))
    return [_answered(store, one, next(handled)) if isinstance(one, _Handling) else one for one in opened]


def _opened(reception: Reception, wechat: WeChat, delivery: Delivery) -> _Handling | Answer:
    """The delivery ready to be handled; what is answered at once."""
    query, body, now = delivery.query, delivery.body, delivery.at
    try:
        if not body and "echostr" in query:
            return 200, wechat.verify_get(query).encode()
        opened = wechat.open(query, body, now)
        return _Handling(reception, wechat, wechat.read_open(opened, now), delivery, opened)
    except ChannelError as error:
        log.warning("wechat: refused a delivery: %s", error)
        return (400 if isinstance(error, BadRequest) else 403), b""
    except Exception as error:
        log.error("wechat: a delivery failed: %s", fault(error))
        return 500, b""


def _answered(store: Store, handling: _Handling, done: bytes | Exception) -> Answer:
    if isinstance(done, Exception) and not isinstance(done, NotKept):
        log.error("wechat: message %s failed: %s", handling.name, fault(done))
        (done,) = store.write_each([partial(handling.bury, error=done)])
    if isinstance(done, bytes):
        return 200, done
    # No fault of the message: unacknowledged, the platform delivers it again.
    log.error("wechat: message %s: %s", handling.name, done if isinstance(done, NotKept) else fault(done))
    return 503, b""


class _Handling:
    """One push inside one transaction; may run again after a conflict, so it keeps nothing between runs."""

    def __init__(self, reception: Reception, wechat: WeChat, push: Push, delivery: Delivery, opened: str = "") -> None:
        self._reception, self._wechat, self.push, self._delivery = reception, wechat, push, delivery
        self._opened = opened

    @property
    def is_read(self) -> bool:
        """Whether its words are better read before the transaction: unless it is only to be kept."""
        return not self._delivery.crowded and _expects_answer(self.push)

    def __call__(self, unit: Any) -> bytes:
        seen, others_wait = unit.inbox_stands("wechat", self.push.id)
        if seen:
            return seen.reply or NOTHING
        if self._delivery.crowded or others_wait:
            unit.inbox_add("wechat", self.push.id, self._opened.encode(), self.push.at, "pending")
            return NOTHING
        reply = self.handled(unit)
        unit.inbox_add("wechat", self.push.id, self._delivery.body, self.push.at, "done", reply)
        return reply

    def handled(self, unit: Any) -> bytes:
        """Everything the push causes; the answer to it."""
        contact = unit.contact("wechat", self.push.sender, self.push.sender_name, self.push.at)
        _note(unit, contact.handle, self.push)
        replies = self._reception.receive(unit, self.push) if _expects_answer(self.push) else []
        return self._reply(unit, f"citizen:{contact.handle}", replies)

    def _reply(self, unit: Any, to: str, replies: Sequence[Reply]) -> bytes:
        """As much as may stand in the answer; the rest, or all of it when time has run out, by the outbox."""
        first, rest = self._wechat.fit(replies)
        in_time = self._delivery.elapsed() < PATIENCE
        late = [piece for piece in ([] if in_time else [first]) + rest if piece]
        if late:
            unit.post(reply_notices(f"wechat:{self.push.id}", to, [Reply(piece) for piece in late], self.push.at))
        return self._wechat.say(self.push, first) if in_time else NOTHING

    def bury(self, unit: Any, error: Exception) -> bytes:
        """Keep the body with the reason, and say sorry. If even that fails the platform is told nothing and asks
        again."""
        push = self.push
        seen = unit.inbox_seen("wechat", push.id)
        if seen:
            return seen.reply or NOTHING
        apology = self._wechat.write(push, [Reply(words("apology"))]) if _expects_answer(push) else NOTHING
        unit.inbox_add("wechat", push.id, self._delivery.body, push.at, "dead", apology, fault(error))
        return apology

    @property
    def name(self) -> str:
        return _name(self.push)


class Later:
    """Handles what was kept while there was a crowd, in the order it came. `calm` says whether the crowd is gone."""

    def __init__(
        self,
        store: Store,
        reception: Reception,
        wechat: WeChat,
        calm: Callable[[], bool] = lambda: True,
        told: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._reception, self._wechat, self._calm, self._told = store, reception, wechat, calm, told
        self._begun = False

    def run_forever(self, stop: threading.Event) -> None:
        """Look once a second, and go on while anything waits and nobody else does."""
        while not stop.wait(LOOK):
            try:
                self.catch_up(stop.is_set)
            except Exception as error:
                log.error("wechat: what waits could not be handled: %s", fault(error))

    def catch_up(self, stopped: Callable[[], bool] = lambda: False) -> int:
        """Handle what waits, oldest first, while it is calm; how many."""
        handled = 0
        while self._calm() and not stopped():
            rows = self._store.read(lambda unit: unit.inbox_pending("wechat", 1))
            if not rows or not self._one(rows[0]):
                break
            handled += 1
        if handled:
            self._told()
        return handled

    def _one(self, row: Any) -> bool:
        """One push with all it causes; whether this process was the one to handle it."""
        push = self._wechat.read_open(row.body.decode(), row.at)
        late = Delivery({}, row.body, row.at, lambda: PATIENCE)
        handling = _Handling(self._reception, self._wechat, push, late)
        if not self._begun:
            # What comes first may be what ended the process before: that counts as a try, before it is tried.
            gone = self._store.write(lambda unit: _begin(unit, push))
            self._begun = True
            if gone:
                return True

        def handle(unit: Any) -> bool:
            if not _still_waits(unit, push.id):
                return False
            handling.handled(unit)
            unit.inbox_done("wechat", push.id, "done", reply=NOTHING)
            return True

        try:
            return self._store.write(handle)
        except NotKept:
            raise  # no fault of the message: it is handled when the store answers again
        except Exception as error:
            why = fault(error)
            log.error("wechat: message %s failed: %s", _name(push), why)
            return self._store.write(lambda unit: _give_up(unit, push, why))


def _still_waits(unit: Any, id: str) -> bool:
    """Whether the oldest that waits is still this one; in this transaction it is ours then."""
    return any(row.id == id for row in unit.inbox_pending("wechat", 1))


def _begin(unit: Any, push: Push) -> bool:
    """Count the try; whether it was one too many, and the message is set aside."""
    tried = unit.inbox_tried("wechat", push.id, ENDED) if _still_waits(unit, push.id) else 0
    return tried >= DEATHS and _give_up(unit, push, ENDED)


def _give_up(unit: Any, push: Push, why: str) -> bool:
    if not _still_waits(unit, push.id):
        return False
    contact = unit.contact("wechat", push.sender, push.sender_name, push.at)
    unit.inbox_done("wechat", push.id, "dead", why, NOTHING)
    if _expects_answer(push):
        sorry = [Reply(words("apology"))]
        unit.post(reply_notices(f"wechat:{push.id}", f"citizen:{contact.handle}", sorry, push.at))
    return True


def _expects_answer(message: Message) -> bool:
    return message.kind != EVENT or message.data.startswith(ANSWERED)


def _note(unit: Any, handle: str, push: Push) -> None:
    """What the platform's rules will ask later: when this person last wrote, and whether they left."""
    notes = unit.contact_notes(handle)
    window = renewed(Window.read(notes.get(NOTE)), push, push.at)
    if window:
        unit.contact_note(handle, NOTE, str(window))
    follows = "no" if (push.kind, push.data) == (EVENT, "unsubscribe") else None
    if notes.get("follows") != follows:
        unit.contact_note(handle, "follows", follows)


def _name(push: Push) -> str:
    """A message's id for the log: an event's holds the sender's openid, which logs do not."""
    return push.id if push.id.isdigit() else f"({push.kind})"

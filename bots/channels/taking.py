"""Taking in what a page sent: the same for the citizens' chat and the officers' rooms.

The writer's line, what the reception does with it, its replies as lines, and the mark that this message was handled
are one transaction. What comes a second time finds the mark and changes nothing. What fails for a reason nobody
foresaw is kept as `dead`, and the room says so; if the store itself fails, the page will send it again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any

from bots.channels.attached import kept_media
from bots.channels.errors import fault
from bots.channels.incoming import Incoming
from bots.channels.lines import OFFICE, label_of, replied, said
from bots.given import Office
from bots.message import Message, Reply
from casebook.errors import NotKept

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Writer:
    """Who writes on which channel: their id there, what stands by their lines, what to call them, in which group."""

    channel: str
    sender: str
    who: str
    name: str = ""
    chat: str = ""
    plain: bool = False


Room = Callable[[Any, datetime], str]


def take_in(office: Office, writer: Writer, incoming: Incoming, room_of: Room, apology: str) -> str:
    """Take one message; the room it stands in."""
    taking = _Taking(office, writer, incoming, room_of, office.now())
    try:
        return office.store.write(taking)
    except NotKept:
        raise  # no fault of the message: the page sends it again
    except Exception as error:
        why = fault(error)
        log.error("%s: a message failed: %s", writer.channel, why)
        return office.store.write(lambda unit: taking.bury(unit, apology, why))


class _Taking:
    """One message inside one transaction; may run again after a conflict, so it keeps nothing between runs."""

    def __init__(self, office: Office, writer: Writer, incoming: Incoming, room_of: Room, now: datetime) -> None:
        self._office, self._writer, self._incoming, self._room_of, self._now = office, writer, incoming, room_of, now
        whose = blake2b(f"{writer.chat}|{writer.sender}".encode(), digest_size=9).hexdigest()
        self._id = f"{whose}:{incoming.id}"

    def __call__(self, unit: Any) -> str:
        room = self._room_of(unit, self._now)
        if unit.inbox_seen(self._writer.channel, self._id):
            return room
        message = self._message(unit, room)
        self._add_own(unit, room, message)
        self._add(unit, room, self._office.reception.receive(unit, message))
        unit.inbox_add(self._writer.channel, self._id, b"", self._now, "done", b"")
        return room

    def bury(self, unit: Any, apology: str, why: str) -> str:
        """Keep what could not be handled, and say sorry."""
        room = self._room_of(unit, self._now)
        if unit.inbox_seen(self._writer.channel, self._id):
            return room
        self._add_own(unit, room, self._message(unit, room))
        self._add(unit, room, [Reply(apology)])
        body = json.dumps({"text": self._incoming.text, "data": self._incoming.data, "room": room}).encode()
        unit.inbox_add(self._writer.channel, self._id, body, self._now, "dead", b"", why)
        return room

    def _message(self, unit: Any, room: str) -> Message:
        incoming, writer = self._incoming, self._writer
        return Message(
            channel=writer.channel,
            id=self._id,
            sender=writer.sender,
            kind=incoming.kind,
            at=self._now,
            text=incoming.text,
            chat=writer.chat,
            data=incoming.data,
            media=kept_media(unit, incoming, self._now),
            quotes=self._quoted(unit, room),
            sender_name=writer.name,
            plain=writer.plain,
        )

    def _quoted(self, unit: Any, room: str) -> str:
        """The quoted line's name on this channel; its card is made known under it: the answer must find its case."""
        line = _line(unit, room, self._incoming.quotes)
        if line is None:
            return ""
        name = f"{room}#{line.id}"
        if line.body.get("card"):
            unit.card_put(self._writer.channel, room, line.body["card"], name, self._now)
        return name

    def _add_own(self, unit: Any, room: str, message: Message) -> None:
        line = _line(unit, room, self._incoming.quotes)
        label = label_of(line.body.get("buttons") or [], self._incoming.data) if line else ""
        incoming = self._incoming if line else replace(self._incoming, quotes="")
        body = said(incoming, message.media, label or incoming.data)
        unit.add_line(room, self._writer.who, body, self._now, f"{self._writer.channel}:{self._id}")

    def _add(self, unit: Any, room: str, replies: Sequence[Reply]) -> None:
        for number, reply in enumerate(replies):
            key = f"{self._writer.channel}:{self._id}:{number}"
            unit.add_line(room, OFFICE, replied(reply), self._now, key)


def _line(unit: Any, room: str, number: str) -> Any | None:
    """The room's line of that number, if there is one."""
    found = unit.lines(room, int(number) - 1, 1) if number else []
    return found[0] if found and found[0].id == int(number) else None

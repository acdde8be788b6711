"""Rooms and their people: lines in a web chat or desk room, groups bound to addresses, senders to persons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.engine import Row

from casebook.case import Person
from models.columns import blind_is, blinds
from models.ready import Ready
from models.records import Line
from models.tables import cards, chats, lines, senders
from models.unit_cases import Cases

THERE = chats.c.address == bindparam("there")
CHATS_OF = Ready(select(chats).where(THERE).order_by(chats.c.channel, chats.c.chat_blind))


@cache
def _person(keys: int) -> Ready:
    here = (senders.c.channel == bindparam("which"), blind_is(senders.c.sender_blind, keys))
    return Ready(select(senders.c.person).where(*here))


class Rooms(Cases):
    """What was said in a room, and which room, group or sender is whose."""

    def add_line(self, room: str, who: str, body: dict[str, Any], at: datetime, key: str) -> int:
        """Put a line into a room, once for its key; its id. Ids of a room follow one another in order of commit."""
        known = self._one(select(lines.c.id).where(lines.c.key == key))
        if known:
            return int(known.id)
        id = self.next_serial(f"lines {room}")
        sealed = self._seal({"who": who, "body": body}, "line", key)
        self._run(lines.insert(), {"room": room, "id": id, "key": key, "sealed": sealed, "at": at})
        return id

    def edit_line(self, key: str, body: dict[str, Any], at: datetime) -> bool:
        """Change what a line says; whether there is such a line."""
        row = self._one(select(lines).where(lines.c.key == key))
        if row is None:
            return False
        sealed = self._seal({"who": self._line(row).who, "body": body}, "line", key)
        self._run(update(lines).where(lines.c.key == key).values(sealed=sealed, edited_at=at))
        return True

    def lines(self, room: str, after_id: int = 0, limit: int = 200) -> list[Line]:
        """The room's lines after an id, in order."""
        query = select(lines).where(lines.c.room == room, lines.c.id > after_id).order_by(lines.c.id).limit(limit)
        return [self._line(row) for row in self._rows(query)]

    def last_lines(self, room: str, limit: int = 200) -> list[Line]:
        """The room's last lines, in order."""
        query = select(lines).where(lines.c.room == room).order_by(lines.c.id.desc()).limit(limit)
        return [self._line(row) for row in reversed(self._rows(query))]

    def newest_lines(self, rooms: Sequence[str]) -> dict[str, int]:
        """The id of the last line of each of these rooms; empty rooms are left out."""
        query = select(lines.c.room, func.max(lines.c.id).label("last")).where(lines.c.room.in_(rooms))
        return {row.room: row.last for row in self._rows(query.group_by(lines.c.room))}

    def edited_lines(self, room: str, since: datetime) -> list[Line]:
        """The room's lines that were changed since a moment."""
        query = select(lines).where(lines.c.room == room, lines.c.edited_at >= since).order_by(lines.c.id)
        return [self._line(row) for row in self._rows(query)]

    def bind_group(self, channel: str, chat: str, address: str) -> None:
        """From now on this group is the room of that address."""
        self.unbind_group(channel, chat)  # it may stand under a former key
        blind = self._vault.blind("chat", chat)
        sealed = self._seal(chat, "chat", channel, blind)
        self._put(chats, {"channel": channel, "chat_blind": blind, "address": address, "sealed": sealed})

    def unbind_group(self, channel: str, chat: str) -> None:
        self._run(chats.delete().where(chats.c.channel == channel, self._blind_is(chats.c.chat_blind, "chat", chat)))

    def group_of(self, channel: str, chat: str) -> str | None:
        """The address whose room the group is."""
        here = (chats.c.channel == channel, self._blind_is(chats.c.chat_blind, "chat", chat))
        row = self._one(select(chats.c.address).where(*here))
        return row.address if row else None

    def chats_of(self, address: str) -> list[tuple[str, str]]:
        """(channel, chat) of every group bound to the address."""
        rows = self._rows(CHATS_OF, {"there": address})
        return [(row.channel, self._open(row.sealed, "chat", row.channel, row.chat_blind)) for row in rows]

    def rebind(self, channel: str, old: str, new: str) -> None:
        """The platform gave a group a new id."""
        address = self.group_of(channel, old)
        if address is not None:
            self.unbind_group(channel, old)
            self.bind_group(channel, new, address)

    def bind_person(self, channel: str, sender: str, person: str) -> None:
        """From now on this sender is that person (`officer:NAME@UNIT` …)."""
        self.unbind_person(channel, sender)  # it may stand under a former key
        blind = self._vault.blind("sender", sender)
        sealed = self._seal(sender, "sender", channel, blind)
        self._put(senders, {"channel": channel, "sender_blind": blind, "person": person, "sealed": sealed})

    def unbind_person(self, channel: str, sender: str) -> None:
        known = self._blind_is(senders.c.sender_blind, "sender", sender)
        self._run(senders.delete().where(senders.c.channel == channel, known))

    def person_of(self, channel: str, sender: str) -> Person | None:
        """Who the sender is; None for somebody unknown."""
        known = self._vault.blinds("sender", sender)
        row = self._one(_person(len(known)), {"which": channel, **blinds(known)})
        return Person.read(row.person) if row else None

    def senders_of(self, person: str) -> list[tuple[str, str]]:
        """(channel, sender) of every account bound to the person."""
        rows = self._rows(select(senders).where(senders.c.person == person).order_by(senders.c.channel))
        return [(row.channel, self._open(row.sealed, "sender", row.channel, row.sender_blind)) for row in rows]

    def card_put(self, channel: str, chat: str, card: str, message: str, at: datetime) -> None:
        """Remember that the platform's message shows the card of a case."""
        blind = self._vault.blind("message", message)
        row = {"channel": channel, "message_blind": blind, "chat_blind": self._vault.blind("chat", chat), "card": card}
        self._put(cards, {**row, "sealed": self._seal(message, "card", channel, blind), "at": at})

    def card_message(self, channel: str, chat: str, card: str) -> str | None:
        """The platform's id of the last message in the chat that shows the card."""
        here = (cards.c.channel == channel, self._blind_is(cards.c.chat_blind, "chat", chat), cards.c.card == card)
        row = self._one(select(cards).where(*here).order_by(cards.c.at.desc()).limit(1))
        return self._open(row.sealed, "card", channel, row.message_blind) if row else None

    def card_of(self, channel: str, message: str) -> str | None:
        """The card that the platform's message shows (what a person quotes when answering)."""
        known = self._blind_is(cards.c.message_blind, "message", message)
        row = self._one(select(cards.c.card).where(cards.c.channel == channel, known))
        return row.card if row else None

    def _line(self, row: Row[Any]) -> Line:
        kept = self._open(row.sealed, "line", row.key)
        edited = self._codec.maybe_local(row.edited_at)
        return Line(row.id, row.room, kept["who"], kept["body"], self._codec.local(row.at), row.key, edited)

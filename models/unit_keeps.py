"""What else is kept: one-time tickets, papers and pictures, the platforms' access tokens."""

from __future__ import annotations

import json
import secrets
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from models.keep_tables import budgets, duties, holiday_notices, media, tickets, tokens
from models.ready import Ready
from models.records import StoredMedia, Ticket
from models.unit_part import Part


class Keeps(Part):
    """Tickets, media, tokens."""

    def ticket_make(self, purpose: str, subject: str, at: datetime, ttl: timedelta) -> str:
        """A ticket that opens once within `ttl`. Only its keyed hash is stored."""
        ticket = secrets.token_urlsafe(24)
        row = {"ticket_blind": self._vault.blind("ticket", ticket), "purpose": purpose, "subject": subject}
        self._run(tickets.insert(), {**row, "expires_at": at + ttl})
        return ticket

    def ticket_take(self, ticket: str, at: datetime, purpose: str | None = None) -> Ticket | None:
        """What the ticket was made for, and it is spent; None when unknown, spent, expired or for another purpose."""
        mine = self._blind_is(tickets.c.ticket_blind, "ticket", ticket)
        mine &= tickets.c.taken_at.is_(None) & (tickets.c.expires_at > at)
        if purpose is not None:
            mine &= tickets.c.purpose == purpose
        row = self._one(update(tickets).where(mine).values(taken_at=at).returning(tickets.c.purpose, tickets.c.subject))
        return Ticket(row.purpose, row.subject) if row else None

    def tickets_forget(self, before: datetime) -> int:
        """Delete tickets that expired before a moment; how many."""
        return self._run(delete(tickets).where(tickets.c.expires_at < before)).rowcount

    def media_add(
        self,
        kind: str,
        name: str,
        at: datetime,
        *,
        source: str = "",
        body: bytes | None = None,
        case: str | None = None,
    ) -> str:
        """Keep a picture or paper; its id. `source` is the platform's handle of what is still to be fetched."""
        id = secrets.token_urlsafe(15)
        row = {"id": id, "kind": kind, "at": at, "number": case, "body": self._sealed_body(id, body)}
        self._run(media.insert(), {**row, "sealed": self._seal([name, source], "media", id)})
        return id

    def media_get(self, id: str) -> StoredMedia | None:
        row = self._one(select(media).where(media.c.id == id))
        return self._media(row) if row else None

    def media_fill(self, id: str, body: bytes) -> None:
        """The bytes were fetched."""
        self._run(update(media).where(media.c.id == id).values(body=self._sealed_body(id, body)))

    def media_attach(self, id: str, case: str) -> None:
        """It belongs to a case now."""
        self._run(update(media).where(media.c.id == id).values(number=case))

    def media_of(self, case: str) -> list[StoredMedia]:
        """What belongs to the case, in order."""
        query = select(media).where(media.c.number == case).order_by(media.c.at, media.c.id)
        return [self._media(row) for row in self._rows(query)]

    def media_missing(self, limit: int = 50) -> list[StoredMedia]:
        """What is still to be fetched, oldest first."""
        query = select(media).where(media.c.body.is_(None)).order_by(media.c.at, media.c.id).limit(limit)
        return [self._media(row) for row in self._rows(query)]

    def token_get(self, name: str, at: datetime) -> str | None:
        """A platform's access token while it lasts."""
        row = self._one(select(tokens.c.sealed).where(tokens.c.name == name, tokens.c.expires_at > at))
        return self._open(row.sealed, "token", name) if row else None

    def token_put(self, name: str, value: str, expires_at: datetime) -> None:
        self._put(tokens, {"name": name, "sealed": self._seal(value, "token", name), "expires_at": expires_at})

    def spoken(self, channel: str, chat: str) -> list[float]:
        """When the chat ("": the whole account) was lately spoken to, in seconds of the epoch; held until the end of
        the transaction, so that two processes count one after the other."""
        key = {"channel": channel, "chat_blind": self._vault.blind("chat", chat)}
        if self._locks:
            self._add(budgets, {**key, "spoken": "[]"})
        row = self._one(_spoken(self._locks), key)
        return list(json.loads(row.spoken)) if row else []

    def spoken_put(self, channel: str, chat: str, moments: list[float]) -> None:
        row = {"channel": channel, "chat_blind": self._vault.blind("chat", chat), "spoken": json.dumps(moments)}
        self._put(budgets, row)

    def once(self, key: str, at: datetime) -> bool:
        """Whether this is the first time anybody does it; then it counts as done if the transaction is kept."""
        return self._add(duties, {"key": key, "at": at})

    def is_done(self, key: str) -> bool:
        """Whether anybody has done it."""
        return self._one(select(duties.c.key).where(duties.c.key == key)) is not None

    def seen(self, unit: str, at: datetime) -> None:
        """Note that somebody of that unit was at work that day."""
        self.once(f"seen/{at:%Y-%m-%d}/{unit}", at)

    def was_seen(self, unit: str, day: date) -> bool:
        """Whether anybody of that unit was at work that day."""
        return self.is_done(f"seen/{day:%Y-%m-%d}/{unit}")

    def holiday_put(self, year: int, name: str, body: str, at: datetime) -> None:
        """Keep a holiday notice that was loaded; a later one for the same year takes its place."""
        self._put(holiday_notices, {"year": year, "name": name, "body": body, "at": at})

    def holidays(self) -> list[tuple[str, str]]:
        """Name and text of every notice that was loaded, by year."""
        query = select(holiday_notices.c.name, holiday_notices.c.body).order_by(holiday_notices.c.year)
        return [(row.name, row.body) for row in self._rows(query)]

    def _sealed_body(self, id: str, body: bytes | None) -> bytes | None:
        return None if body is None else self._vault.seal(body, f"media body\0{id}".encode())

    def _media(self, row: Any) -> StoredMedia:
        name, source = self._open(row.sealed, "media", row.id)
        body = None if row.body is None else self._vault.unseal(row.body, f"media body\0{row.id}".encode())
        return StoredMedia(row.id, row.kind, name, self._codec.local(row.at), source, row.number, body)


@cache
def _spoken(locks: bool) -> Ready:
    names = ("channel", "chat_blind")
    mine = select(budgets.c.spoken).where(*(budgets.c[name] == bindparam(name) for name in names))
    return Ready(mine.with_for_update() if locks else mine)

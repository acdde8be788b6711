"""The inbox: every message taken in once, with what it was answered; those not handled yet wait here."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Text, and_, bindparam, exists, select, update

from casebook.errors import Conflict
from models.columns import blind_is, blinds, constant
from models.ready import Ready
from models.records import InboxRow, StoredReply
from models.tables import inbox
from models.unit_part import Part
from models.vault import Unopenable

PENDING = constant("pending")
WHICH: Any = bindparam("which", type_=Text)
# What says what became of a message.
FATE = (inbox.c.state, inbox.c.reply, inbox.c.sealed)


class Inbox(Part):
    """Messages by channel and id. Ids stand as keyed hashes: some platforms build them from the person's own."""

    def inbox_seen(self, channel: str, id: str) -> StoredReply | None:
        """What became of the message; None when it is new."""
        known = self._vault.blinds("inbox", id)
        row = self._one(_seen(len(known)), {"which": channel, **blinds(known)})
        return self._stored(row, channel, id) if row else None

    def inbox_stands(self, channel: str, id: str) -> tuple[StoredReply | None, bool]:
        """What became of the message, None when it is new; and whether anything of the channel was taken in and is not
        handled yet."""
        known = self._vault.blinds("inbox", id)
        row = self._one(_stands(len(known)), {"which": channel, **blinds(known)})
        assert row is not None
        return (self._stored(row, channel, id) if row.state else None), row.waits

    def inbox_add(
        self, channel: str, id: str, body: bytes, at: datetime, state: str, reply: bytes | None = None, why: str = ""
    ) -> None:
        """Take a message in. Raises Conflict when another transaction took the same one meanwhile."""
        # What was answered at once stands in the same envelope; `reply` is for what is answered later.
        held = [id, *(text.decode("latin-1") for text in (body, reply) if text is not None)]
        row = {
            "channel": channel,
            "id_blind": self._vault.blind("inbox", id),
            "at": at,
            "state": state,
            "why": why.replace("\0", ""),
            "sealed": self._seal(held, "inbox", channel),
        }
        if not self._add(inbox, row):
            raise Conflict(f"a message of {channel} was taken in meanwhile")

    def inbox_pending(self, channel: str, limit: int = 100) -> list[InboxRow]:
        """Messages not handled yet, oldest first; in a writing transaction claimed for it."""
        query = select(inbox).where(inbox.c.channel == channel, inbox.c.state == PENDING)
        query = query.order_by(inbox.c.id).limit(limit)
        rows = self._rows(query.with_for_update(skip_locked=True) if self._locks else query)
        return [self._inbox_row(row) for row in rows]

    def inbox_done(self, channel: str, id: str, state: str, why: str = "", reply: bytes | None = None) -> None:
        """Say what became of it: done, or dead with the reason."""
        news: dict[str, Any] = {"state": state, "why": why.replace("\0", "")}
        if reply is not None:
            news["reply"] = self._vault.seal(reply, _place("reply", channel, id))
        self._run(update(inbox).where(self._is(channel, id)).values(news))

    def inbox_tried(self, channel: str, id: str, why: str) -> int:
        """Count one failed try; how many there were."""
        news = {"attempts": inbox.c.attempts + 1, "why": why.replace("\0", "")}
        return int(
            self._run(update(inbox).where(self._is(channel, id)).values(news).returning(inbox.c.attempts)).scalar_one()
        )

    def _is(self, channel: str, id: str) -> Any:
        return (inbox.c.channel == channel) & self._blind_is(inbox.c.id_blind, "inbox", id)

    def _stored(self, row: Any, channel: str, id: str) -> StoredReply:
        if row.reply is not None:
            return StoredReply(self._vault.unseal(row.reply, _place("reply", channel, id)), row.state)
        # Emptied when its term was over.
        whose, *texts = self._open(row.sealed, "inbox", channel) if row.sealed else (id,)
        if whose != id:
            raise Unopenable("the envelope belongs to another message")
        return StoredReply(texts[1].encode("latin-1") if len(texts) > 1 else None, row.state)

    def _inbox_row(self, row: Any) -> InboxRow:
        id, body, *_ = self._open(row.sealed, "inbox", row.channel)
        return InboxRow(id, body.encode("latin-1"), self._codec.local(row.at), row.attempts)


@cache
def _seen(keys: int) -> Ready:
    return Ready(select(*FATE).where(inbox.c.channel == WHICH, blind_is(inbox.c.id_blind, keys)))


@cache
def _stands(keys: int) -> Ready:
    """One row always: the message's, which may be empty, and whether others wait."""
    other = inbox.alias("other")
    waits = exists().where(other.c.channel == WHICH, other.c.state == PENDING).label("waits")
    one = select(constant(1).label("one")).subquery("one")
    found = one.outerjoin(inbox, and_(inbox.c.channel == WHICH, blind_is(inbox.c.id_blind, keys)))
    return Ready(select(*FATE, waits).select_from(found))


def _place(*words: str) -> bytes:
    return "\0".join(words).encode("utf-8", "surrogatepass")

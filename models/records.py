"""What the store hands out besides cases: contacts, rows of the boxes, lines of a room, tickets, papers, looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Contact:
    """Somebody on a channel. `handle` is ours, random and stable; `external_id` is the platform's."""

    handle: str
    channel: str
    name: str
    external_id: str


@dataclass(frozen=True)
class StoredReply:
    """What became of a message that came in: its state (done | pending | dead) and the bytes it was answered with."""

    reply: bytes | None
    state: str


@dataclass(frozen=True)
class InboxRow:
    """A message taken in and not handled yet. `attempts` is how often it was tried."""

    id: str
    body: bytes
    at: datetime
    attempts: int


@dataclass(frozen=True)
class OutboxRow:
    """A notice and its fate: waiting, sending (claimed), sent, passive (went with an answer), failed (with why),
    unreachable (after that also by telephone), or withdrawn (pointless before it could go).

    `channel` is the one it went by, or those tried in vain so far."""

    id: int
    key: str
    to: str
    message: str
    case: str | None
    facts: Mapping[str, Any]
    private: Mapping[str, Any]
    at: datetime
    attempts: int
    state: str
    next_at: datetime
    sent_at: datetime | None = None
    channel: str = ""
    external_id: str = ""
    why: str = ""
    calls: int = 0


@dataclass(frozen=True)
class Line:
    """One thing standing in a room. `id` counts from 1 in each room, without gaps."""

    id: int
    room: str
    who: str
    body: dict[str, Any]
    at: datetime
    key: str = ""
    edited_at: datetime | None = None


@dataclass(frozen=True)
class Ticket:
    """What a one-time ticket was made for."""

    purpose: str
    subject: str


@dataclass(frozen=True)
class StoredMedia:
    """A picture, recording or paper. `body` is None until it was fetched from `source` (the platform's handle)."""

    id: str
    kind: str
    name: str
    at: datetime
    source: str
    case: str | None
    body: bytes | None


@dataclass(frozen=True)
class Look:
    """Somebody was shown personal data of a case."""

    number: str
    by: str
    what: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Refusal:
    """Something was refused to somebody: `who` is empty for a stranger, `what` the step or press, `why` a code."""

    channel: str
    who: str
    number: str
    what: str
    why: str
    at: datetime


@dataclass(frozen=True)
class Example:
    """A dispatcher's decision: these words belong to that unit; `suggested` is what the machine had put first."""

    number: str
    text: str
    label: str
    suggested: str
    by: str
    at: datetime

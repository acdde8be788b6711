"""Message and Reply: what comes in and what goes out, the same for every channel.

A channel module turns its platform's bytes into a `Message` and a `Reply` into its platform's bytes.
Nothing between the two knows which platform it was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

TEXT, IMAGE, VOICE, VIDEO, FILE, LOCATION, BUTTON, EVENT, UNKNOWN = (
    "text",
    "image",
    "voice",
    "video",
    "file",
    "location",
    "button",
    "event",
    "unknown",
)


@dataclass(frozen=True)
class Media:
    """A picture, recording or paper. `id` is the platform's handle; `name` what a person would call it."""

    kind: str
    id: str
    name: str = ""
    url: str = ""


@dataclass(frozen=True)
class Message:
    """One thing a person sent.

    `channel`: wechat | telegram | web | desk | wecom | rehearsal. `id`: unique on that channel for ever
    (a repeat has the same id). `sender`: the platform's id of the person. `chat`: the group it was said in, "" when
    said in private. `text`: what was typed, or what the platform recognised of a voice note.
    `data`: a pressed button's value, or an event's name and key ("subscribe", "scan:KEY", "menu:KEY").
    `plain`: the person reads by the large page and wants short sentences.
    `quotes`: the id of the message it answers, as the channel's `Reply` sending returned it. `at`: aware.
    `ahead`: words that were read before their turn came, and what the reader made of them.
    """

    channel: str
    id: str
    sender: str
    kind: str
    at: datetime
    text: str = ""
    chat: str = ""
    data: str = ""
    media: tuple[Media, ...] = ()
    quotes: str = ""
    sender_name: str = ""
    plain: bool = False
    ahead: tuple[str, Any] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Button:
    """One choice. `data` is at most 64 bytes (Telegram's limit); `label` is also what a person may type instead."""

    label: str
    data: str
    url: str = ""


@dataclass(frozen=True)
class Reply:
    """One thing said to a person: words, and choices in rows under them.

    A channel without buttons writes the choices as a numbered list; the conversation accepts number, label and data.
    `card` names the case whose card this is (a later Reply with the same card edits it where the platform can).
    `message` is what it is in the casebook's terms: `clarify` when it asks because the matter is unclear, `redirected`
    when it names another way; `reply` for all else.
    """

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    card: str = ""
    media: tuple[Media, ...] = ()
    message: str = "reply"

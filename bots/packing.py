"""A turn's replies as notices: how an answer waits in the outbox when it cannot go with the question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bots.message import Button, Media, Reply
from casebook.case import Notice


def reply_notices(source: str, to: str, replies: Sequence[Reply], at: datetime) -> list[Notice]:
    """The replies to one message as notices. Their keys come from its id, so writing them twice is harmless."""
    return [
        Notice(key=f"{source}:{number}", to=to, message="reply", at=at, private={"reply": packed(reply)})
        for number, reply in enumerate(replies, 1)
    ]


def packed(reply: Reply) -> dict[str, Any]:
    """A reply as plain JSON values."""
    return {
        "text": reply.text,
        "buttons": [[[button.label, button.data, button.url] for button in row] for row in reply.buttons],
        "card": reply.card,
        "media": [[item.kind, item.id, item.name, item.url] for item in reply.media],
        "message": reply.message,
    }


def unpacked(kept: Mapping[str, Any]) -> Reply:
    """The reply that `packed` laid down."""
    return Reply(
        text=kept["text"],
        buttons=tuple(tuple(Button(*button) for button in row) for row in kept["buttons"]),
        card=kept["card"],
        media=tuple(Media(*item) for item in kept["media"]),
        message=kept.get("message", "reply"),
    )

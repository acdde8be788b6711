"""What the courier carries: a row on its way to one chat; and a talk woken because its pause is over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bots.acts import SUBSCRIBED, TALK
from bots.channels.errors import fault
from bots.channels.wechat_window import NOTE, Window
from bots.message import Reply
from bots.packing import reply_notices
from bots.render import Row
from casebook.case import Notice

Resume = Callable[[Any, str, datetime], Sequence[Reply]]


class Unwritable(Exception):
    """A notice that nobody can put into words."""


@dataclass(frozen=True)
class Errand:
    """One row on its way to one chat of one platform. `handle` is the citizen's, "" for a group; `templates` is false
    for a citizen who said no to being told of progress days later."""

    row: Row
    channel: str
    chat: str
    reply: Reply
    edit: str = ""
    handle: str = ""
    window: Window | None = None
    templates: bool = True


def to_citizen(row: Row, reply: Reply, contact: Any, notes: Mapping[str, str]) -> Errand:
    """The errand to a citizen's chat, with what the platform's rules and the citizen's own wish say of it."""
    window = Window.read(notes.get(NOTE)) if contact.channel == "wechat" else None
    wanted = notes.get(SUBSCRIBED) != "no"
    return Errand(row, contact.channel, contact.external_id, reply, "", contact.handle, window, wanted)


def wake(unit: Any, row: Row, now: datetime, resume: Resume) -> None:
    """A pause is over: what the talk answers to what was left hanging goes its usual way. Raises Unwritable."""
    handle = row.to.removeprefix(TALK)
    try:
        replies = resume(unit, handle, now)
    except Exception as error:
        raise Unwritable(fault(error)) from error
    unit.post(reply_notices(row.key, f"citizen:{handle}", replies, now))
    unit.outbox_sent(row.key, now, "talk")


def as_heard(unit: Any, row: Any, channel: str, chat: str) -> Row:
    """A group's copy as a notice to the address it is bound to: what can be done there depends on who sits there."""
    address: str | None = unit.group_of(channel, chat)
    heard: Row = replace(row, to=address) if address else row
    return heard


def copy_for(row: Row, channel: str, chat: str) -> Notice:
    """The same notice for one group, with a fate of its own."""
    return Notice(
        key=f"{row.key}>{channel}:{chat}",
        to=f"chat:{channel}:{chat}",
        message=row.message,
        at=row.at,
        case=row.case,
        facts=row.facts,
        private=row.private,
    )

"""How many customer-service messages the platform still takes for one follower, and until when.

Five within 48 hours of a message; three within a minute of following, scanning or tapping the menu. The platform's own
count is the one that holds; ours only spares calls that would be refused, and its refusals end the window at once.
Passive replies do not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bots.message import EVENT, Message

NOTE = "window"
AFTER_MESSAGE = (timedelta(hours=48), 5)
AFTER_EVENT = (timedelta(minutes=1), 3)
# A window that is whole and this young is not written anew with each message of a talk.
YOUNG = timedelta(minutes=10)
OPENING_EVENTS = ("subscribe", "scan:", "menu:")


@dataclass(frozen=True)
class Window:
    """`str()` and `read` are how it is kept in a contact's notes."""

    until: datetime
    left: int

    def __str__(self) -> str:
        return f"{self.until.isoformat()} {self.left}"

    @classmethod
    def read(cls, note: str | None) -> Window | None:
        if not note:
            return None
        until, _, left = note.partition(" ")
        return cls(datetime.fromisoformat(until), int(left))

    def open(self, now: datetime) -> bool:
        return self.left > 0 and now < self.until

    def after_one(self) -> Window:
        return Window(self.until, max(0, self.left - 1))


def renewed(before: Window | None, message: Message, now: datetime) -> Window | None:
    """The window after this message; None where it changes nothing. An event never narrows what a message opened."""
    if message.kind != EVENT:
        whole = Window(now + AFTER_MESSAGE[0], AFTER_MESSAGE[1])
        young = before and before.left == whole.left and whole.until - before.until < YOUNG
        return None if young else whole
    if message.data.startswith(OPENING_EVENTS) and not (before and before.open(now)):
        return Window(now + AFTER_EVENT[0], AFTER_EVENT[1])
    return None

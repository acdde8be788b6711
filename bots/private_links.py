"""One-time pages for one person: who filed a case, or a step's form. Never in a group: a link there is anybody's.

The page itself is the console's (`/private/…`); here it gets its ticket and finds its way to the person's own chat.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bots.joining import private_chat, told
from bots.message import Button, Message, Reply
from bots.officer import Link
from bots.packing import reply_notices
from bots.wording import Words
from casebook.case import Person

# The purpose of the ticket, and how it is written: what, number, step, person.
PURPOSE = "private_page"
OPEN = {"look": timedelta(minutes=15), "read": timedelta(minutes=15), "form": timedelta(hours=2)}
LOCAL = "desk"


class PrivateLinks:
    """Makes the tickets and says where they went."""

    def __init__(self, words: Words, public_url: str) -> None:
        self._words = words
        self._public_url = public_url

    def replies(self, unit: Any, links: Sequence[Link], person: Person, message: Message) -> list[Reply]:
        """The links themselves where the person is alone with us, else a word that they went there."""
        made = [self._reply(unit, link, person, message) for link in links]
        if not made or not message.chat or message.channel == LOCAL:
            return made
        to = private_chat(message.channel, message.sender)
        unit.post(reply_notices(f"private:{message.channel}:{message.id}", to, made, message.at))
        return [Reply(self._words("desk.link_sent"))]

    def _reply(self, unit: Any, link: Link, person: Person, message: Message) -> Reply:
        subject = "|".join((link.what, link.number, link.step, str(person)))
        ticket = unit.ticket_make(PURPOSE, subject, message.at, OPEN[link.what])
        minutes = int(OPEN[link.what].total_seconds() // 60)
        text = self._words("desk.link", person=told(str(person)), minutes=minutes)
        button = Button(self._words("desk.link_open"), "", f"{self._public_url}/private/{ticket}")
        return Reply(text, ((button,),))

"""One person on several channels: joined by a one-time code, so that what one of them cannot deliver another does.

The code is asked for where the cases are ("关联") and typed on the other channel ("关联 123456"): whoever can do both
is at both ends. From then on both are one talk with one list of cases.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from bots import heard
from bots.errands import WEB
from bots.joining import WITHIN, WRONG_CODES
from bots.message import Message, Reply
from bots.wording import Words, load_phrases

PURPOSE, LASTS = "way", timedelta(minutes=10)
CODE = re.compile(r"^关联\s*[:：]?\s*(\d{6})$")


def join(unit: Any, message: Message, contact: Any, words: Words) -> Reply | None:
    """What a message about joining channels led to; None if it is about something else."""
    text = heard.simple(heard.clean(message.text)).strip()
    if not text.startswith(tuple(load_phrases()["ways"]["begins"])):
        return None
    if (found := CODE.match(text)) is not None:
        return Reply(words(_joined(unit, message, contact, found[1])))
    if heard.bare(text) in load_phrases()["ways"]["join"]:
        code = unit.code_make(PURPOSE, contact.handle, message.at, LASTS)
        return Reply(words("linking.code", code=code))
    if heard.bare(text) in load_phrases()["ways"]["end"]:
        return Reply(words("linking.ended" if unit.ways_end(contact.handle) else "linking.none"))
    return None


def _joined(unit: Any, message: Message, contact: Any, code: str) -> str:
    """Join what the code says, if it may be; the name of the sentence that says what became of it."""
    if message.channel == WEB:
        # Its page shows the talk it began with: the other end has to come to it.
        return "linking.from_here"
    if unit.refused_lately(message.sender, PURPOSE, message.at - WITHIN) >= WRONG_CODES:
        return "linking.too_many"
    if unit.cases_of(contact.handle):
        return "linking.own_cases"
    ticket = f"{PURPOSE}:{code}"
    offered = unit.ticket_peek(ticket, message.at, PURPOSE)
    known = unit.ways_of(offered.subject) if offered else []
    if not known or contact.handle == known[0].handle:
        unit.refused(message.channel, message.sender, "", "", PURPOSE, "wrong_code", message.at)
        return "linking.wrong"
    if message.channel in {way.channel for way in known}:
        return "linking.same_channel"
    if unit.ticket_take(ticket, message.at, PURPOSE) is None:  # another was quicker
        return "linking.wrong"
    unit.way_join(contact, known[0].handle)
    return "linking.joined"

"""Joining by a one-time code ("绑定 123456"): a group becomes a room, an account becomes a person; and leave.

The code comes from whoever runs the office (`python -m console invite`, or the console's page). It says what it binds
to; where it is typed says what is bound. Guessing is ended after a few wrong codes.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Any

from bots import heard
from bots.message import Message, Reply
from bots.officer.said import MENTION
from bots.officer.said_parts import DATE
from bots.officer.turn import next_day
from bots.room_views import LOOKED_AFTER, OPEN
from bots.wording import Words, load_phrases
from casebook.case import Person
from casebook.jurisdiction import Jurisdiction
from casebook.staff import is_on_staff, is_room
from casebook.terms import ROLES

PURPOSE = "join"
# Channels whose accounts and groups can be bound; a bot's account is the company's own member.
ACCOUNTS = {"telegram": "telegram", "wecom": "wecom", "wecom_bot": "wecom"}
CODE = re.compile(r"^/?(?:绑定|bind)(?:@\S+)?\s*[:：]?\s*(\d{6})$", re.I)
WRONG_CODES, WITHIN = 5, timedelta(hours=1)


def code_in(message: Message) -> str:
    """The joining code that the message is; "" if it is none."""
    if message.channel not in ACCOUNTS:
        return ""
    found = CODE.match(MENTION.sub("", heard.clean(message.text)))
    return found[1] if found else ""


def private_chat(channel: str, sender: str) -> str:
    """The address of a person's own chat with the bot, for the outbox; "" where there is none."""
    if channel not in ACCOUNTS:
        return ""
    return f"chat:telegram:{sender}" if channel == "telegram" else f"chat:wecom:user:{sender}"


def join(unit: Any, message: Message, code: str, office: Jurisdiction, words: Words) -> Reply:
    """Bind what the code says, and say what was bound."""
    account = ACCOUNTS[message.channel]
    if unit.refused_lately(message.sender, PURPOSE, message.at - WITHIN) >= WRONG_CODES:
        return Reply(words("join.too_many"))
    taken = unit.ticket_take(f"{PURPOSE}:{code}", message.at, PURPOSE)
    address = taken.subject if taken else ""
    if not address or not is_room(address, office):
        unit.refused(message.channel, message.sender, "", "", PURPOSE, "wrong_code", message.at)
        return Reply(words("join.wrong"))
    person = Person.read(address)
    if is_on_staff(person, office):
        return _person(unit, message, account, person, words)
    if not message.chat:
        return Reply(words("join.in_group", room=told(address)))
    unit.bind_group(message.channel, message.chat, address)
    lying = _lying(unit, address)
    here = words("join.lying", count=lying) if lying else ""
    return Reply(words("join.group", room=told(address)) + here)


def _lying(unit: Any, address: str) -> int:
    """How many open cases lie in a room: what was ordered before the group was there, or while it was out of reach."""
    own = address.removeprefix("unit:") if address.startswith("unit:") else None
    counts = unit.count_by_state(own)
    return sum(counts.get(state, 0) for state in LOOKED_AFTER.get(address, OPEN))


def _person(unit: Any, message: Message, account: str, person: Person, words: Words) -> Reply:
    unit.bind_person(account, message.sender, str(person))
    if not message.chat:
        _, channel, chat = private_chat(message.channel, message.sender).split(":", 2)
        unit.bind_group(channel, chat, str(person))
    return Reply(words("join.person", person=told(str(person))))


def told(address: str) -> str:
    """An address as people say it."""
    rooms = {"dispatchers": "调度室", "supervisors": "督办组", "inspectors": "质检组"}
    kind, _, rest = address.partition(":")
    if kind == "unit" or not rest:
        return rooms.get(address, rest)
    name, _, unit = rest.partition("@")
    return "".join((unit, ROLES.get(kind, kind), name))


def leave(unit: Any, message: Message, person: Person, office: Jurisdiction, words: Words) -> Reply | None:
    """What a message about leave led to; None if it is about something else."""
    text = heard.clean(message.text)
    if heard.bare(text) in {heard.bare(word) for word in load_phrases()["leave"]["back"]}:
        was = unit.back(str(person))
        return Reply(words("leave.back" if was else "leave.none"))
    if not any(text.startswith(word) for word in load_phrases()["leave"]["away"]):
        return None
    until, stand_in = _until(text, message.at), _stand_in(text, person, office)
    if until is None or stand_in is None:
        return Reply(words("leave.how"))
    unit.leave(str(person), str(stand_in), until)
    return Reply(words("leave.set", until=f"{until:%m月%d日}", stand_in=told(str(stand_in))))


def _until(text: str, now: datetime) -> datetime | None:
    found = DATE.search(text)
    day = next_day(int(found[1] or 0), int(found[2]), int(found[3]), now.date()) if found else None
    return datetime.combine(day, time(23, 59, 59), now.tzinfo) if day and day >= now.date() else None


def _stand_in(text: str, person: Person, office: Jurisdiction) -> Person | None:
    """A colleague named in the words: of the same unit, or of the same part of the centre."""
    unit = office.unit(person.unit or "")
    people = {"dispatcher": office.dispatchers, "supervisor": office.supervisors, "inspector": office.inspectors}
    if unit is not None:
        colleagues = [Person("officer", name, unit.name) for name in unit.officers]
        colleagues += [Person("leader", unit.leader, unit.name)] if unit.leader else []
    else:
        colleagues = [Person(person.role, name) for name in people.get(person.role, ())]
    named = [each for each in colleagues if each.name in text and each.name != person.name]
    return named[0] if len(named) == 1 else None

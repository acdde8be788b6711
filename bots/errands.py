"""What the courier carries: a row on its way to one chat; which chat; what becomes of one that reached nobody; and a
talk woken because its pause is over."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bots.acts import SUBSCRIBED, TALK
from bots.channels.errors import fault
from bots.channels.lines import OFFICE, replied
from bots.channels.sending import Later
from bots.channels.wechat_window import NOTE, Window
from bots.message import Reply
from bots.packing import reply_notices
from bots.render import Row
from bots.wording import FOLDER, load_words
from casebook.addressing import called
from casebook.case import Notice, Person
from casebook.law import Law
from casebook.terms import MESSAGES
from casebook.waited import REMINDING, is_urgent, renewed

log = logging.getLogger(__name__)
words = load_words(FOLDER / "channels" / "wording.toml")

# 2, 4, 8 … seconds, from the eleventh try on every half hour: two days in all, longer than a weekend's outage.
FIRST_PAUSE, LONGEST_PAUSE, TRIES = 2.0, 1800.0, 100
# A platform's wish is obeyed up to this: what the store takes for a pause is less than a day.
LONGEST_WISH = 20 * 3600.0
# Noted of a contact for whom something could not be delivered: it is told with the next answer.
MISSED = "missed"
# The one channel that is ours: what is put there has arrived, whether it is looked at or not.
WEB = "web"
# A reminder that goes within this time of being written needs no second look.
FRESH = timedelta(minutes=1)
Resume = Callable[[Any, str, datetime], Sequence[Reply]]
Renew = Callable[[Any, Row, datetime], Row | None]


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


def next_way(unit: Any, row: Row, handle: str, open_now: Collection[str], tried: Sequence[str] = ()) -> Any:
    """The person's way to take: the one they wrote by last, else another whose channel is served and was not tried in
    vain; None if none is left."""
    closed = {*tried, *row.channel.split(",")}
    ways = unit.ways_of(handle) if closed - {""} else [unit.contact_of(handle)]
    return next((way for way in ways if way and way.channel in open_now and way.channel not in closed), None)


def not_reached(
    unit: Any, row: Row, shown: Reply | None, code: str, now: datetime, call_by: datetime
) -> Sequence[Notice]:
    """What is done when a citizen could not be sent a notice: it is kept for the next time they write, stands in
    their web chat if they joined one, and the dispatchers are to call by a moment if it is about a case. That a group
    is out of reach the dispatchers hear too."""
    if row.to.startswith("chat:"):
        return _group_lost(unit, row, now) if shown is not None else ()
    handle = row.to.partition(":")[2]
    if shown is not None:
        unit.contact_note(handle, MISSED, "yes")
        if any(way.channel == WEB for way in unit.ways_of(handle)):
            unit.add_line(handle, OFFICE, replied(shown), now, row.key)
    if not row.case:
        return ()
    title, why = MESSAGES.get(row.message, row.message), words(f"unreachable.{code}")
    facts = {"number": row.case, "message": row.message, "message_title": title, "why": why, "due": call_by.isoformat()}
    return [Notice(f"{row.key}/unreachable", "dispatchers", "unreachable", now, row.case, facts)]


def _group_lost(unit: Any, row: Row, now: datetime) -> Sequence[Notice]:
    """What a group does not hear is told to the dispatchers, or, if it is theirs, to the supervisors: each order by
    itself, of what only reminds once a day that the group is out of reach."""
    _, channel, chat = row.to.split(":", 2)
    address: str | None = unit.group_of(channel, chat)
    if address is None or row.message == "reply":
        return ()
    key = f"unheard/{row.to}/{now:%Y-%m-%d}" if row.message in REMINDING else f"{row.key}/unheard"
    facts = {"number": row.case, "room": called(address), "message_title": MESSAGES.get(row.message, row.message)}
    to = "supervisors" if address == "dispatchers" else "dispatchers"
    return [Notice(key, to, "unheard", now, row.case, facts)] if address != to else []


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


def renewing(law: Callable[[], Law]) -> Renew:
    """Looks at reminders that had to wait once more: what was done meanwhile is not said, and is noted as withdrawn;
    what is not urgent waits for the opening of the office."""

    def renew(unit: Any, row: Any, now: datetime) -> Row | None:
        if row.message not in REMINDING or (row.attempts < 2 and now - row.at < FRESH):
            return row  # type: ignore[no-any-return]
        written = Notice(row.key.partition(">")[0], row.to, row.message, row.at, row.case, row.facts, row.private)
        try:
            stands = renewed(written, now, law(), unit.load)
        except Exception as error:
            log.error("courier: %s of case %s goes as it was written: %s", row.message, row.case, fault(error))
            return row  # type: ignore[no-any-return]
        if stands is None:
            unit.outbox_withdrawn(row.key, now)
            return None
        calendar = law().calendar
        if not (calendar.in_office_hours(now) or is_urgent(stands, unit.load)):
            unit.outbox_postponed(row.key, calendar.next_opening(now))
            return None
        facts = {"of": [stands.key], **stands.facts}
        return replace(row, message=stands.message, case=stands.case, facts=facts, private=stands.private)  # type: ignore[no-any-return]

    return renew


def next_try(row: Row, outcome: Later, now: datetime, chance: random.Random) -> datetime | None:
    """When to try again; None when it was tried often enough. Chance keeps a crowd from coming back at once."""
    if outcome.blameless and outcome.seconds:
        return now + timedelta(seconds=outcome.seconds)
    if row.attempts >= TRIES and not outcome.blameless:
        return None
    if outcome.seconds:
        return now + timedelta(seconds=min(outcome.seconds, LONGEST_WISH) * chance.uniform(1.0, 1.2))
    doubled = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(row.attempts - 1, 16))
    return now + timedelta(seconds=doubled * chance.uniform(0.5, 1.0))


def addresses(to: str) -> tuple[str, ...]:
    """Where an address may be heard, best first: a person's own room, else the unit's."""
    person = Person.read(to)
    # A reviewing body is addressed by its name; the people of that unit are there if it has no room of its own.
    unit = person.unit or (person.name if person.role == "reviewer" else "")
    return (to, f"unit:{unit}") if unit else (to,)


def stand_in(unit: Any, to: str, now: datetime) -> tuple[str, ...]:
    """Whoever acts for a person on leave hears first what is said to that person."""
    acting = unit.stand_in_of(to, now)
    return (acting,) if acting else ()

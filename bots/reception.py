"""The one entry for every channel's messages: who is it, what was said, what is to be done, what is answered.

Everything happens in the caller's transaction: the talk, the acts, their notices and the replies stand or fall
together. Notices that an act writes for the very person who is being answered go along with the answer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bots import citizen, ways
from bots.acts import SUBSCRIBED, Acts
from bots.citizen.scene import PRIVATE_FORM
from bots.errands import MISSED, WEB
from bots.given import Said
from bots.knowledge import Knowledge
from bots.message import TEXT, Button, Media, Message, Reply
from bots.overdue import Limit
from bots.reception_room import RoomReception
from bots.render import Rendering
from bots.talk import USUAL, Act, FileCase, Here, Material, Reading, Talk, Turn
from bots.thinking import Reads, Thinking, read_once
from bots.values import replace
from bots.views import own_case
from bots.wording import Words, load_words
from casebook.case import Case, Notice, Person
from casebook.desk import Desk
from casebook.errors import NoSuchCase, NotAllowed
from casebook.jurisdiction import Jurisdiction
from casebook.law import Law
from casebook.wording import refusal
from casebook.wording import say as say_notice

log = logging.getLogger(__name__)

LIMIT = Limit()

Say = Callable[[str, Mapping[str, Any]], str]
# Their servers are abroad: identity numbers and addresses do not belong there (readings A40).
ABROAD = frozenset({"telegram"})
# Where an answer goes with the message or costs one of few: nothing is said later of its own accord.
AT_ONCE = frozenset({"wechat"})
# As long as it takes to type the next few words; longer, and a person wonders whether anybody is there.
# Where nobody may be written to days later who did not agree to it.
BY_CONSENT = frozenset({"wechat"})
PAUSE = timedelta(seconds=8)
# How long the one-time form is open.
FORM_OPEN = timedelta(hours=1)
# What could not be delivered is told with the next answer; what is older than this is no news any more.
STILL_NEWS = timedelta(days=30)
MOST_MISSED = 3


@dataclass(frozen=True)
class Posted:
    """A notice just written, in the shape of an outbox row."""

    key: str
    to: str
    message: str
    case: str | None
    facts: Mapping[str, Any]
    private: Mapping[str, Any]
    at: datetime
    attempts: int = field(default=0)
    channel: str = ""

    @classmethod
    def of(cls, notice: Notice) -> Posted:
        return cls(notice.key, notice.to, notice.message, notice.case, notice.facts, notice.private, notice.at)


class Reception:
    """Receives messages for one office. Holds no state of its own but what follows from the law."""

    def __init__(
        self,
        desk: Desk,
        reader: Reads,
        jurisdiction: Jurisdiction,
        wording: Words | None = None,
        *,
        say: Say = say_notice,
        public_url: str = "",
        knowledge: Knowledge | None = None,
    ) -> None:
        self._desk = desk
        self._reader = reader
        self._office = jurisdiction
        self._words = wording or load_words()
        self._public_url = public_url
        self._knowledge = knowledge or Knowledge()
        self._acts = Acts(desk, reader)
        classes = [(item.name, item.title) for item in desk.law.rulebook.classes]
        self._render = Rendering(say, classes)
        self._room = RoomReception(desk, jurisdiction, self._words, public_url)
        self._standing: tuple[Law, Here] | None = None

    def read_ahead(self, messages: Sequence[Said]) -> list[Said]:
        """The messages with their words read, as far as no talk is needed for that: where others wait for our
        transaction, this is better done before it. A fault is kept, to be met in its turn."""
        texts = [citizen.to_read(Talk(), message) for message in messages]
        readings = iter(self._read_each([(text, of.at) for text, of in zip(texts, messages, strict=True) if text]))
        return [
            replace(message, ahead=(text, next(readings))) if text else message
            for text, message in zip(texts, messages, strict=True)
        ]

    def _read_each(self, written: Sequence[tuple[str, datetime]]) -> Sequence[Reading | Exception]:
        """What each says, or why it could not be read."""
        try:
            with LIMIT.kept():
                return self._reader.read_each(written)
        except Exception as error:
            if len(written) == 1:
                return [error]
            # Whose fault it is, is seen when each is read by itself.
            return [reading for each in written for reading in self._read_each([each])]

    def receive(self, unit: Any, message: Message) -> list[Reply]:
        """What to answer to one message. Runs inside the caller's transaction and may be run again after a conflict.
        Raises Overdue where one message takes too long or too much."""
        with LIMIT.kept():
            person = self._room.person(unit, message)
            if message.chat or person is not None or self._room.claims(message):
                return self._room.receive(unit, message, person)
            return self._from_citizen(unit, message)

    def _from_citizen(self, unit: Any, message: Message) -> list[Reply]:
        contact = unit.contact(message.channel, message.sender, message.sender_name, message.at)
        joined = ways.join(unit, message, contact, self._words)
        if joined:
            return [joined]
        notes = unit.contact_notes(contact.handle) if message.channel != WEB else {}
        if message.media:
            message = replace(message, media=_kept(unit, message))
        talk = Talk.from_dict(unit.talk(contact.handle))
        asks_consent = message.channel in BY_CONSENT and SUBSCRIBED not in notes
        here = self._here(unit, message, contact.handle, asks_consent)
        turn = citizen.listen(talk, message, here, partial(read_once, self._reader, message))
        replies = self._finish(unit, talk, turn, contact.handle, message)
        return [*replies, *self._missed(unit, contact.handle, message)] if MISSED in notes else replies

    def resume(self, unit: Any, handle: str, at: datetime) -> list[Reply]:
        """What to say to a citizen whose thought has rested long enough; nothing if more was said meanwhile."""
        contact = unit.contact_of(handle)
        talk = Talk.from_dict(unit.talk(handle)) if contact else Talk()
        blank = Message(contact.channel if contact else "", f"{handle}/{at.timestamp():.3f}", "", TEXT, at)
        turn = citizen.resume(talk, self._here(unit, blank, handle), partial(self._reader.read, now=at))
        return self._finish(unit, talk, turn, handle, blank) if turn else []

    def _finish(self, unit: Any, before: Talk, turn: Turn, handle: str, message: Message) -> list[Reply]:
        """Carry out and remember the turn; what is said at once."""
        refused = self._carry_out(unit, turn.acts, handle, message)
        kept = turn.talk if not refused else replace(before, last_at=message.at)
        unit.save_talk(handle, kept.to_dict(), message.at)
        replies = self._with_form(unit, refused or list(turn.replies), handle, kept.serial, message.at)
        return [*replies, *self._told_at_once(unit, handle, message)]

    def take_private(
        self, unit: Any, handle: str, serial: int, values: Mapping[str, str], at: datetime
    ) -> list[Reply] | None:
        """What came by the one-time form for that draft: what to say then; None where it is no longer open."""
        contact, talk = unit.contact_of(handle), Talk.from_dict(unit.talk(handle))
        blank = Message(contact.channel if contact else "", f"{handle}/{at.timestamp():.3f}", "", TEXT, at)
        turn = citizen.put_private(talk, serial, values, self._here(unit, blank, handle))
        return self._finish(unit, talk, turn, handle, blank) if turn else None

    def _with_form(self, unit: Any, replies: Sequence[Reply], handle: str, serial: int, at: datetime) -> list[Reply]:
        """The replies with the address of the one-time form where a button offers it."""
        if not any(button.url == PRIVATE_FORM for reply in replies for row in reply.buttons for button in row):
            return list(replies)
        ticket = unit.ticket_make("private", f"{handle}|{serial}", at, FORM_OPEN)
        url = f"{self._public_url}/chat/private/{ticket}"
        return [replace(reply, buttons=_addressed(reply.buttons, url)) for reply in replies]

    def _here(self, unit: Any, message: Message, handle: str, asks_consent: bool = False) -> Here:
        cases: Sequence[Case] = unit.cases_of(handle)
        return replace(
            self._as_it_stands(message.at),
            now=message.at,
            channel=message.channel,
            citizen=handle,
            cases=tuple([own_case(case, self._desk, handle, message.at) for case in cases]),
            person=_left_before(cases),
            may_take_id=message.channel not in ABROAD,
            mind=Thinking(self._reader, self._knowledge, message.at),
            pause=None if message.channel in AT_ONCE else PAUSE,
            asks_consent=asks_consent,
        )

    def _as_it_stands(self, at: datetime) -> Here:
        """What is the same for everybody as long as the law is."""
        law = self._desk.law
        if self._standing is None or self._standing[0] is not law:
            self._standing = law, self._under(law, at)
        return self._standing[1]

    def _under(self, law: Law, at: datetime) -> Here:
        return Here(
            now=at,
            words=self._words,
            title=self._office.title,
            phone=self._office.phone,
            public_url=self._public_url,
            materials=tuple(Material(item.field, item.needed) for item in law.rulebook.materials) or USUAL,
            anonymous=law.read.anonymous,
            urge_hours=law.read.urge_hours,
            sides=law.rulebook.revisit.sides if law.rulebook.revisit else (),
            redirects=self._office.redirects,
            channels=self._office.channels,
            clauses={clause.clause: f"《{law.rulebook.title}》{clause.cites}" for clause in law.rulebook.clauses},
            caution=law.rulebook.caution,
        )

    def _carry_out(self, unit: Any, acts: Sequence[Act], handle: str, message: Message) -> list[Reply]:
        """Do what the turn asks; the sentence of a refusal, by which nothing has changed, or none."""
        try:
            for act in acts:
                self._acts.carry_out(unit, act, Person("citizen", handle), message)
        except NotAllowed as error:
            log.info("reception: %s refused to a citizen: %s", type(acts[0]).__name__, error.code)
            return [Reply(refusal(error))]
        except NoSuchCase:
            return [Reply(refusal(NotAllowed("no_such_case")))]
        if any(isinstance(act, FileCase) for act in acts):
            log.info("reception: a case was filed by %s", message.channel)
        return []

    def _told_at_once(self, unit: Any, handle: str, message: Message) -> list[Reply]:
        """The notices this transaction wrote for the person being answered, as replies; marked as having gone."""
        replies, receipts = [], 0
        for notice in unit.posted_in_this_unit():
            if notice.to != f"citizen:{handle}" or (notice.not_before and notice.not_before > message.at):
                continue
            replies.append(self._render(Posted.of(notice), message.channel))
            unit.outbox_sent(notice.key, message.at, message.channel, "", state="passive")
            receipts += notice.message == "receipt"
        return [self._in_one(replies)] if receipts > 1 else replies

    def _missed(self, unit: Any, handle: str, message: Message) -> list[Reply]:
        """What could not be delivered while the person was out of reach, told now; marked as having gone."""
        rows = unit.outbox_missed(f"citizen:{handle}", message.at - STILL_NEWS, MOST_MISSED)
        replies = [self._render(row, message.channel) for row in rows]
        for row in rows:
            unit.outbox_sent(row.key, message.at, message.channel, "", state="passive")
        if len(rows) < MOST_MISSED:
            unit.contact_note(handle, MISSED, None)
        return [Reply(self._words("missed.head")), *replies] if replies else []

    def _in_one(self, replies: Sequence[Reply]) -> Reply:
        """The receipts of matters filed together, in one."""
        texts = [self._words("same.linked"), *(reply.text for reply in replies)]
        return Reply("\n\n".join(texts), replies[0].buttons[:1])


def _left_before(cases: Sequence[Case]) -> Mapping[str, str]:
    """Name and telephone of the latest own case that has them; nothing where all are anonymous."""
    named = (case.filing for case in cases if case.filing.name and not case.filing.anonymous)
    filing = next(named, None)
    return {"name": filing.name, "phone": filing.phone} if filing else {}


def _addressed(rows: Sequence[Sequence[Button]], url: str) -> tuple[tuple[Button, ...], ...]:
    return tuple(
        tuple(replace(button, url=url) if button.url == PRIVATE_FORM else button for button in row) for row in rows
    )


def _kept(unit: Any, message: Message) -> tuple[Media, ...]:
    """The message's pictures under ids of our own; what a platform holds is noted, to be fetched later."""
    kept = []
    for item in message.media:
        known = unit.media_get(item.id)
        source = f"{message.channel}:{item.id}"
        id = item.id if known else unit.media_add(item.kind, item.name, message.at, source=source)
        kept.append(replace(item, id=id))
    return tuple(kept)

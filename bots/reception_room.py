"""The officers' side of the reception: who speaks in which room, which cases they may see, what they do.

In the desk room of a local trial the sender says who they are; on a platform the store knows whom a sender was bound
to. Whoever is neither is refused politely, and the refusal is noted with the case number.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bots import officer
from bots.message import Message, Reply
from bots.officer import OfficerTalk, OfficerView, RoomTurn, RoomView, card
from bots.views import room_case
from bots.wording import Words
from casebook.case import Command, Person
from casebook.desk import Desk
from casebook.errors import NoSuchCase, NotAllowed
from casebook.jurisdiction import Jurisdiction
from casebook.terms import FINAL, STATES, STEPS
from casebook.wording import refusal

log = logging.getLogger(__name__)

LOCAL = "desk"
OPEN = tuple(state for state in STATES if state not in FINAL)
# What each central room has to look after; a unit's room has the unit's own cases.
LOOKED_AFTER = {
    "dispatchers": ("screening", "awaiting_dispatch", "disputed", "answered"),
    "inspectors": ("in_check", "answered"),
    "supervisors": OPEN,
}
MOST_LISTED = 50


class RoomReception:
    """Receives what is said in groups and by bound persons."""

    def __init__(self, desk: Desk, jurisdiction: Jurisdiction, words: Words) -> None:
        self._desk = desk
        self._words = words
        self._units = tuple(unit.name for unit in jurisdiction.units)
        self._aliases = {alias: unit.name for unit in jurisdiction.units for alias in unit.aliases}

    def person(self, unit: Any, message: Message) -> Person | None:
        """Who the sender is among the staff; None for anybody else."""
        if message.channel == LOCAL:
            return Person.read(message.sender)
        found: Person | None = unit.person_of(message.channel, message.sender)
        return found

    def receive(self, unit: Any, message: Message, person: Person | None) -> list[Reply]:
        """What to answer in the room."""
        address = self._address(unit, message, person)
        if not address:
            return []
        key = f"room:{address}:{person}"
        talk = OfficerTalk.from_dict(unit.talk(key)) if person else OfficerTalk()
        room = self._view(unit, message, person, address, talk)
        turn = officer.turn(room, message)
        if person is None:
            self._note_stranger(message, turn)
            return list(turn.replies)
        replies, failed = self._carry_out(unit, turn, person, message.at)
        kept = _without_commands(talk, turn) if failed else turn.talk
        if kept != talk:
            unit.save_talk(key, kept.to_dict(), message.at)
        return replies

    def _address(self, unit: Any, message: Message, person: Person | None) -> str:
        if message.channel == LOCAL:
            return message.chat
        if message.chat:
            return unit.group_of(message.channel, message.chat) or ""
        return str(person) if person else ""

    def _view(self, unit: Any, message: Message, person: Person | None, address: str, talk: OfficerTalk) -> RoomView:
        quoted = _quoted(unit, message, address)
        numbers = officer.wanted_numbers(talk, message, quoted)
        listed = officer.wants_list(talk, message, quoted) and person is not None
        return RoomView(
            now=message.at,
            words=self._words,
            person=person,
            address=address,
            talk=talk,
            quoted=quoted,
            cases={view.number: view for view in self._views(unit, numbers, person, message.at)},
            listed=self._listed(unit, address, person, message.at) if listed else (),
            units=self._units,
            aliases=self._aliases,
        )

    def _views(self, unit: Any, numbers: Iterable[str], person: Person | None, at: datetime) -> list[OfficerView]:
        """The cases of those numbers that this person may see: an officer the unit's own, the centre all."""
        found = (unit.find(number) for number in numbers)
        return [room_case(case, self._desk, person, at) for case in found if case and _may_see(person, case.units)]

    def _listed(self, unit: Any, address: str, person: Person | None, at: datetime) -> tuple[OfficerView, ...]:
        own = person.unit if person else None
        states = OPEN if own else LOOKED_AFTER.get(address, LOOKED_AFTER.get(f"{person.role}s" if person else "", OPEN))
        numbers = unit.numbers(state=states, unit=own, limit=MOST_LISTED)
        views = self._views(unit, numbers, person, at)
        latest = datetime.max.replace(tzinfo=at.tzinfo)
        return tuple(sorted(views, key=lambda view: view.due or latest))

    def _carry_out(self, unit: Any, turn: RoomTurn, person: Person, at: datetime) -> tuple[list[Reply], bool]:
        """Take the steps; each success shows the case's card as it is now."""
        replies = list(turn.replies)
        for number, command in turn.commands:
            try:
                case = self._desk.take(unit, number, command)
            except NotAllowed as error:
                log.info("desk: %s on case %s refused to a %s: %s", command.step, number, person.role, error.code)
                return [*replies, Reply(refusal(error))], True
            except NoSuchCase:
                return [*replies, Reply(refusal(NotAllowed("no_such_case")))], True
            log.info("desk: case %s: %s by a %s", number, command.step, person.role)
            replies.append(self._done(case, command, person, at))
        return replies, False

    def _done(self, case: Any, command: Command, person: Person, at: datetime) -> Reply:
        done = self._words("desk.done", number=case.number, step=STEPS[command.step])
        if not _may_see(person, case.units):
            return Reply(done)
        shown = card(room_case(case, self._desk, person, at), self._words, at, self._units)
        return Reply(f"{done}\n{shown.text}", shown.buttons, card=case.number)

    def _note_stranger(self, message: Message, turn: RoomTurn) -> None:
        if turn.replies:
            number = message.data.split(":")[1] if message.data.count(":") else "-"
            log.warning("desk: a stranger on %s was refused: case %s", message.channel, number[:24])


def _without_commands(talk: OfficerTalk, turn: RoomTurn) -> OfficerTalk:
    """After a refusal the words prepared are kept, so that what was wrong can be mended: nothing is typed twice."""
    return talk if talk.step and turn.commands else turn.talk


def _may_see(person: Person | None, units: tuple[str, ...]) -> bool:
    if person is None:
        return False
    return person.unit is None or person.unit in units


def _quoted(unit: Any, message: Message, address: str) -> str:
    """The case whose card the message answers."""
    if not message.quotes:
        return ""
    if message.channel == LOCAL:
        lines = unit.lines(address, int(message.quotes) - 1, 1) if message.quotes.isdigit() else []
        return str(lines[0].body.get("card") or "") if lines else ""
    shown = unit.card_of(message.channel, message.quotes)
    if shown:
        return str(shown)
    row = unit.outbox_by_message(message.channel, message.quotes)
    return str(row.case or "") if row else ""

"""The officers' side of the reception: who speaks in which room, which cases they may see, what they do.

In the desk room of a local trial the sender says who they are; on a platform the store knows whom a sender was bound
to, and the staff list whether they still are. Whoever is neither is refused politely, and every refusal is recorded.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from bots import joining, officer
from bots.card_renewal import renewal_key
from bots.heard import case_numbers
from bots.message import BUTTON, EVENT, TEXT, Button, Message, Reply
from bots.officer import OfficerTalk, OfficerView, RoomTurn, RoomView, card
from bots.private_links import PrivateLinks
from bots.room_views import RoomViews
from bots.wording import Words
from casebook.case import Case, Command, Person
from casebook.desk import Desk
from casebook.errors import NoSuchCase, NotAllowed
from casebook.jurisdiction import Jurisdiction
from casebook.staff import CENTRAL, is_on_staff
from casebook.terms import STEPS
from casebook.wording import refusal

log = logging.getLogger(__name__)

LOCAL = "desk"
# On these channels there are no citizens: whoever is not bound is a stranger.
STAFF_ONLY = frozenset({"wecom", "wecom_bot"})


class RoomReception:
    """Receives what is said in groups and by bound persons."""

    def __init__(self, desk: Desk, jurisdiction: Jurisdiction, words: Words, public_url: str = "") -> None:
        self._desk = desk
        self._office = jurisdiction
        self._words = words
        self._views = RoomViews(desk)
        self._links = PrivateLinks(words, public_url)
        self._units = tuple(unit.name for unit in jurisdiction.units)
        self._aliases = {alias: unit.name for unit in jurisdiction.units for alias in unit.aliases}

    def person(self, unit: Any, message: Message) -> Person | None:
        """Who the sender is among the staff; None for anybody else, also for one who was and is no more."""
        if message.channel == LOCAL:
            return Person.read(message.sender)
        account = joining.ACCOUNTS.get(message.channel, message.channel)
        found: Person | None = unit.person_of(account, message.sender)
        return found if found and is_on_staff(found, self._office) else None

    def claims(self, message: Message) -> bool:
        """Whether an unbound sender's private message is for the office all the same."""
        return message.channel in STAFF_ONLY or bool(joining.code_in(message))

    def receive(self, unit: Any, message: Message, person: Person | None) -> list[Reply]:
        """What to answer in the room."""
        code = joining.code_in(message)
        if code:
            return [joining.join(unit, message, code, self._office, self._words)]
        address = self._address(unit, message, person)
        if message.kind == EVENT or not address:
            return self._outside(unit, message, address)
        if person is not None and person.unit:
            unit.seen(person.unit, message.at)
        if person is not None and (left := joining.leave(unit, message, person, self._office, self._words)):
            return [left]
        key = f"room:{address}:{person}"
        talk = OfficerTalk.from_dict(unit.talk(key)) if person else OfficerTalk()
        room = self._view(unit, message, person, address, talk)
        turn = officer.turn(room, message)
        if person is None:
            self._note(unit, message, None, _number_in(message), "stranger", turn.replies)
            return list(turn.replies)
        self._note_unseen(unit, message, person, room, turn)
        replies, failed = self._carry_out(unit, turn, person, message)
        kept = _without_commands(talk, turn) if failed else turn.talk
        if kept != talk:
            unit.save_talk(key, kept.to_dict(), message.at)
        return [*replies, *self._links.replies(unit, turn.links, person, message)]

    def _address(self, unit: Any, message: Message, person: Person | None) -> str:
        if message.channel == LOCAL:
            return message.chat
        if message.chat:
            return unit.group_of(message.channel, message.chat) or ""
        return str(person or ("stranger" if message.channel in STAFF_ONLY else ""))

    def _outside(self, unit: Any, message: Message, address: str) -> list[Reply]:
        """What the platform reports of a group, and what is pressed in one that is nobody's room."""
        if message.kind == EVENT and message.data == "forwarded":
            number = _number_in(message)
            replies = [Reply(self._words("desk.forwarded"))] if number else []
            self._note(unit, message, None, number, "forwarded", replies)
            return replies
        if message.kind == EVENT:
            asks = message.data in ("joined", "subscribe") and not address
            return [Reply(self._words("join.ask"))] if asks else []
        if message.kind != BUTTON and officer.spoken(message.text) is None:
            return []
        replies = [Reply(self._words("desk.unbound"))]
        self._note(unit, message, None, _number_in(message), "unbound_group", replies)
        return replies

    def _view(self, unit: Any, message: Message, person: Person | None, address: str, talk: OfficerTalk) -> RoomView:
        quoted = _quoted(unit, message, address)
        base = RoomView(
            message.at, self._words, person, address, talk, quoted, units=self._units, aliases=self._aliases
        )
        if person is None:
            return base
        personas = self._views.personas(unit, person, message.at)
        numbers = officer.wanted_numbers(talk, message, quoted)
        listed: tuple[OfficerView, ...] = ()
        if officer.wants_list(talk, message, quoted):
            steps = not officer.wants_overview(talk, message)
            listed = self._views.listed(unit, address, personas, message.at, steps=steps)
        word = officer.wanted_word(message.text) if message.kind == TEXT else ""
        seen = officer.after_which(talk, message)
        following = next((view.number for view in listed if seen and view.number != seen), "")
        numbers = (*numbers, following) if following else numbers
        return replace(
            base,
            cases={view.number: view for view in self._views.views(unit, numbers, personas, message.at)},
            listed=listed,
            next=following,
            found=self._views.found(unit, word, personas, message.at) if word else (),
            check=lambda number, step, given: self._views.check(unit, unit.load(number), step, given, message.at),
        )

    def _carry_out(self, unit: Any, turn: RoomTurn, person: Person, message: Message) -> tuple[list[Reply], bool]:
        """Take the steps; each success shows the case's card as it is now."""
        replies = list(turn.replies)
        for number, command in turn.commands:
            try:
                case = self._take(unit, number, command, person)
            except (NotAllowed, NoSuchCase) as error:
                wrong = error if isinstance(error, NotAllowed) else NotAllowed("no_such_case")
                log.info("desk: %s on case %s refused to a %s: %s", command.step, number, person.role, wrong.code)
                self._record(unit, message, person, number, command.step, wrong.code)
                return [
                    *replies,
                    Reply(refusal(wrong)),
                    *self._as_it_is(unit, number, command.step, person, wrong, message),
                ], True
            log.info("desk: case %s: %s by a %s", number, command.step, person.role)
            replies.append(self._done(unit, case, command, person, message.at))
            self._renewed_here(unit, case, message)
        return replies, False

    def _take(self, unit: Any, number: str, command: Command, person: Person) -> Case:
        before = unit.load(number)
        by = self._views.actor(before, command.step, self._views.personas(unit, person, command.at), command.at)
        case = self._desk.take(unit, number, replace(command, by=by))
        for file in command.facts.get("evidence") or ():
            unit.media_attach(str(file), number)
        return case

    def _done(self, unit: Any, case: Case, command: Command, person: Person, at: datetime) -> Reply:
        done = self._words("desk.done", number=case.number, step=STEPS[command.step])
        personas = self._views.personas(unit, person, at)
        if not self._views.sees(case, personas):
            return Reply(done)
        shown = card(self._views.view(unit, case, personas, at), self._words, at, self._units)
        on = ((Button(self._words("step.next"), f"next:{case.number}"),),) if person.role in CENTRAL else ()
        return Reply(f"{done}\n{shown.text}", (*shown.buttons, *on), card=case.number)

    def _as_it_is(
        self, unit: Any, number: str, step: str, person: Person, error: NotAllowed, message: Message
    ) -> list[Reply]:
        """A colleague was quicker: the card as it stands now, instead of a bare refusal."""
        case = unit.find(number)
        personas = self._views.personas(unit, person, message.at)
        if message.kind != BUTTON or case is None or not self._views.sees(case, personas):
            return []
        if error.code != "not_now" and case.history[-1].step != step:
            return []
        shown = card(self._views.view(unit, case, personas, message.at), self._words, message.at, self._units)
        return [replace(shown, text=f"{self._words('desk.taken_elsewhere')}\n{shown.text}")]

    def _renewed_here(self, unit: Any, case: Case, message: Message) -> None:
        """The reply is this group's renewed card: the desk's own edit of it has nothing to add."""
        key = renewal_key(case, message.channel, message.chat)
        if any(notice.key == key for notice in unit.posted_in_this_unit()):
            unit.outbox_sent(key, message.at, message.channel, "", state="passive")

    def _note_unseen(self, unit: Any, message: Message, person: Person, room: RoomView, turn: RoomTurn) -> None:
        """A press on, or the number of, a case that is not this person's: answered as if there were none, recorded."""
        named = [_number_in(message)] if message.kind == BUTTON else list(case_numbers(message.text))
        for number in named:
            if number and turn.replies and number not in room.cases and unit.find(number) is not None:
                self._record(unit, message, person, number, _what(message), "may_not_see")

    def _note(
        self, unit: Any, message: Message, person: Person | None, number: str, why: str, replies: Iterable[Reply]
    ) -> None:
        if list(replies):
            log.warning("desk: a %s on %s was refused: case %s", why, message.channel, number or "-")
            self._record(unit, message, person, number, _what(message), why)

    def _record(self, unit: Any, message: Message, person: Person | None, number: str, what: str, why: str) -> None:
        who = str(person) if person else ""
        unit.refused(message.channel, message.sender, who, number, what, why, message.at)


def _what(message: Message) -> str:
    said = officer.spoken(message.text)
    return message.data.partition(":")[0] if message.kind == BUTTON else said.step if said else message.kind


def _number_in(message: Message) -> str:
    found = case_numbers(message.data) or case_numbers(message.text)
    return found[0] if found else ""


def _without_commands(talk: OfficerTalk, turn: RoomTurn) -> OfficerTalk:
    """After a refusal the words prepared are kept, so that what was wrong can be mended: nothing is typed twice."""
    return talk if talk.step and turn.commands else turn.talk


def _quoted(unit: Any, message: Message, address: str) -> str:
    """The case whose card the message answers."""
    if not message.quotes:
        return ""
    if message.quotes.startswith("case:"):
        return message.quotes.removeprefix("case:")
    if message.channel == LOCAL and message.quotes.isdigit():
        lines = unit.lines(address, int(message.quotes) - 1, 1)
        return str(lines[0].body.get("card") or "") if lines else ""
    shown = unit.card_of(message.channel, message.quotes)
    if shown:
        return str(shown)
    row = unit.outbox_by_message(message.channel, message.quotes)
    return str(row.case or "") if row else ""

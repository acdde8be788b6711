"""A changed case edits its cards: whoever changed it, by whatever door, in the transaction that changes it.

Each group that shows the case's card gets it renewed with what can be done in that room; nothing new is sent there.
"""

from __future__ import annotations

from typing import Any

from bots.officer import card
from bots.officer.seats import who_sits_in
from bots.packing import packed
from bots.room_views import RoomViews
from bots.wording import Words
from casebook.book import Book
from casebook.case import Case, Notice
from casebook.desk import Desk
from casebook.law import Law
from casebook.staff import CENTRAL


class RenewingDesk(Desk):
    """The desk of an office that speaks in groups."""

    def __init__(self, law: Law, words: Words) -> None:
        super().__init__(law)
        self._words = words

    def _save(self, book: Book, before: Case | None, case: Case) -> None:
        super()._save(book, before, case)
        if before is not None:
            book.post(renewals(book, case, self, self._words))


def renewals(unit: Any, case: Case, desk: Desk, words: Words) -> list[Notice]:
    """The edits of the case's cards, one for each group that shows one."""
    at, units = case.history[-1].at, tuple(unit.name for unit in desk.law.jurisdiction.units)
    views, made = RoomViews(desk), []
    for address in _rooms_of(case):
        person = who_sits_in(address)
        chats = unit.chats_of(address) if person else []
        shown = [(channel, chat) for channel, chat in chats if unit.card_message(channel, chat, case.number)]
        if person is None or not shown:
            continue
        reply = card(views.view(unit, case, (person,), at), words, at, units)
        for channel, chat in shown:
            to, private = f"chat:{channel}:{chat}", {"reply": packed(reply)}
            made.append(Notice(renewal_key(case, channel, chat), to, "reply", at, case.number, {}, private))
    return made


def renewal_key(case: Case, channel: str, chat: str) -> str:
    return f"card:{case.number}:{case.version}>{channel}:{chat}"


def _rooms_of(case: Case) -> list[str]:
    """The rooms that the case has been in."""
    led = (str(entry.changes.get("lead_unit") or "") for entry in case.history)
    asked = (unit for entry in case.history if entry.step == "request_material" for unit in entry.facts["to"])
    units = dict.fromkeys([*case.concerned, *led, *asked])
    return [*CENTRAL.values(), *(f"unit:{unit}" for unit in units if unit)]

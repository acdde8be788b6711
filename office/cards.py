"""The buttons under a notice to staff: exactly the steps its case allows now to those who sit in that room."""

from __future__ import annotations

from collections.abc import Callable

from bots.message import Button
from bots.officer.card import rows
from bots.render import Row
from bots.views import room_case
from bots.wording import Words
from casebook.case import Person
from casebook.desk import Desk
from models.store import Store

ROOMS = {"dispatchers": "dispatcher", "supervisors": "supervisor", "inspectors": "inspector"}


def buttons_for(desk: Desk, store: Store, words: Words) -> Callable[[Row], tuple[tuple[Button, ...], ...]]:
    """A function from an outbox row to its rows of buttons."""

    def made(row: Row) -> tuple[tuple[Button, ...], ...]:
        person = _who_sits_in(row.to)
        if person is None or row.case is None:
            return ()
        number = row.case
        view = room_case(store.read(lambda unit: unit.load(number)), desk, person, row.at)
        return rows(view, words, tuple(unit.name for unit in desk.law.jurisdiction.units))

    return made


def _who_sits_in(address: str) -> Person | None:
    """Somebody with the rights of that room; None for a room without rights of its own."""
    if address in ROOMS:
        return Person(ROOMS[address])
    kind, _, rest = address.partition(":")
    if kind == "unit":
        return Person("officer", "", rest)
    return Person.read(address) if kind in ("leader", "officer", "reviewer") else None

"""The buttons under a notice to staff: exactly the steps its case allows now to those who sit in that room."""

from __future__ import annotations

from collections.abc import Callable

from bots.message import Button
from bots.officer.card import rows
from bots.officer.seats import who_sits_in
from bots.render import Row
from bots.views import room_case
from bots.wording import Words
from casebook.desk import Desk
from models.store import Store


def buttons_for(desk: Desk, store: Store, words: Words) -> Callable[[Row], tuple[tuple[Button, ...], ...]]:
    """A function from an outbox row to its rows of buttons."""

    def made(row: Row) -> tuple[tuple[Button, ...], ...]:
        person = who_sits_in(row.to)
        if person is None or row.case is None:
            return ()
        number = row.case
        view = room_case(store.read(lambda unit: unit.load(number)), desk, person, row.at)
        return rows(view, words, tuple(unit.name for unit in desk.law.jurisdiction.units))

    return made

"""Whose cases a visitor finds. What of a case he may know is `models.looking`'s table.

To anybody else a case that is not his and a case that is not there look the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from casebook.case import Case, Person
from casebook.errors import NoSuchCase, NotAllowed
from casebook.permission import UNIT_ROLES
from models import looking
from models.store import Store
from models.unit import Unit

SHORTEST_REASON = 4


class NotThere(Exception):
    """There is no such case, or it is not this person's to see."""


class NotShown(Exception):
    """Personal data is not shown: `code` names why, in labels.toml."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def may_see(person: Person, case: Case) -> bool:
    return bool(looking.may_see(case, person))


def may_see_all(person: Person, case: Case) -> bool:
    """Whether the person may also see what was done and answered."""
    return "answer" in looking.may_see(case, person)


def may_know_whose(person: Person, case: Case) -> bool:
    """Whether the person may be shown who filed the case, for a reason."""
    return "identity" in looking.may_see(case, person)


def unit_of(person: Person) -> str | None:
    """The unit whose cases the person is kept to; None for the management body."""
    return person.unit or "" if person.role in UNIT_ROLES else None


def mine(person: Person, unit: Unit, number: str) -> Case:
    """The case of that number, if it is the person's to see. Raises NotThere."""
    case = unit.find(number)
    if case is None or not may_see(person, case):
        raise NotThere
    return case


def whose(person: Person, store: Store, number: str, reason: str, at: datetime) -> dict[str, Any]:
    """Who filed the case: the look is recorded, and so is a refused one. Raises NotThere or NotShown."""
    if len(reason) < SHORTEST_REASON:
        raise NotShown("no_reason")
    try:
        return looking.look(store, number, person, "identity", reason, at)
    except NoSuchCase as error:
        raise NotThere from error
    except NotAllowed as error:
        store.read(lambda unit: mine(person, unit, number))
        raise NotShown("not_yours_to_see") from error

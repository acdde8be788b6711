"""Loading a holiday notice: kept for every process, and the due dates it moves counted again and told."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import OperationalError

from bots.settings import database_url
from casebook.desk import Desk
from casebook.holiday_notices import HolidayNotice, load_notice, parse_notice
from casebook.law import Law
from models.peek import loaded_notices
from models.store import Store
from office.law import law_of, read_law


def loaded(store: Store) -> list[HolidayNotice]:
    """The notices that were loaded here, in the order of their years."""
    return [parse_notice(text, name) for name, text in store.read(lambda unit: unit.holidays())]


def known_here() -> list[HolidayNotice]:
    """The notices loaded into the case book that is configured here; none where there is none, and none is made for
    asking. A server that does not answer is told of by one line on stderr."""
    try:
        return [parse_notice(text, name) for name, text in loaded_notices(database_url())]
    except OperationalError:
        sys.stderr.write("DATABASE_URL: the case book does not answer; counted by the notices that ship\n")
        return []


def renewed(law: Law, store: Store) -> Law:
    """The same law with the calendar as it is now, notices loaded meanwhile included."""
    return law_of(law.jurisdiction, law.rulebook, law.calendar.zone, loaded(store))


def law_in_force(office: str, store: Store) -> Law:
    """The law of the office of that name or file, counted by every notice that is known here. Raises RulebookError."""
    return renewed(read_law(office, store.zone), store)


def load(path: Path, store: Store, law: Law, at: datetime) -> Sequence[str]:
    """Keep the notice in that file and count provisional due dates again; the numbers of the cases that changed.

    The notice and the moved dates stand together or not at all. Raises RulebookError; nothing changes then.
    """
    notice = load_notice(path)
    text = path.read_text(encoding="utf-8")
    known = [item for item in loaded(store) if item.year != notice.year]
    desk = Desk(law_of(law.jurisdiction, law.rulebook, law.calendar.zone, (*known, notice)))

    def keep(unit: object) -> list[str]:
        unit.holiday_put(notice.year, path.name, text, at)  # type: ignore[attr-defined]
        return desk.recount(unit, at)  # type: ignore[arg-type]

    return store.write(keep)

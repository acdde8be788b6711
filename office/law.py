"""Puts a law together: the office's file, its rulebook, the calendar with every notice that is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import tzinfo
from zoneinfo import ZoneInfo

from casebook.errors import RulebookError
from casebook.holiday_notices import HolidayNotice, read_notices, read_overlay
from casebook.jurisdiction import Jurisdiction, read_jurisdiction
from casebook.law import Law
from casebook.rulebook import Rulebook
from casebook.rulebook_file import read_rulebook
from casebook.working_days import Calendar

ZONE = ZoneInfo("Asia/Shanghai")


def read_law(office: str, zone: tzinfo = ZONE, loaded: Iterable[HolidayNotice] = ()) -> Law:
    """The law of the office of that name or file. `loaded`: notices that came after the ones that ship.

    Raises RulebookError.
    """
    jurisdiction = read_jurisdiction(office)
    book = read_rulebook(jurisdiction.rulebook)
    _check_chiefs(book, jurisdiction)
    return law_of(jurisdiction, book, zone, loaded)


def law_of(office: Jurisdiction, book: Rulebook, zone: tzinfo = ZONE, loaded: Iterable[HolidayNotice] = ()) -> Law:
    """The law of that office by that rulebook."""
    bare = Law.of(book, office, Calendar.of((), zone=zone))
    calendar = Calendar.of(
        (*read_notices(), *loaded),
        zone=zone,
        opens=office.opens,
        closes=office.closes,
        overlay=read_overlay(office.overlay) if office.overlay else None,
        count_first_day=bare.read.count_first_day,
        day_end=bare.read.day_end,
        off_hours=bare.read.off_hours,
    )
    return replace(bare, calendar=calendar)


def _check_chiefs(book: Rulebook, office: Jurisdiction) -> None:
    """Raise RulebookError for a unit without a chief where the regulation wants one named."""
    rule = next((rule for rule in book.offices if rule.chief), None)
    unnamed = next((unit.name for unit in office.units if not unit.chief), "")
    if rule and unnamed:
        raise RulebookError(f"{office.name}: unit {unnamed} names no chief (首席事务代表); {rule.cites} wants one")

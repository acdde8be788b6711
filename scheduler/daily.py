"""What is done once a day, whichever scheduler comes first: the morning sheet, the watch for next year's holidays.

Each has a key that the store lets pass once; whoever comes second finds it done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol, TypeVar

from casebook.case import Case, Notice
from casebook.desk import Desk
from casebook.facts import part
from casebook.lifecycle import WITH_UNIT
from casebook.oversight import neglected

log = logging.getLogger(__name__)
T = TypeVar("T")

SUPERVISORS = "supervisors"
# The State Council publishes in October or November; from here on a missing notice is complained of.
WATCH_FROM = (11, 15)
SHOWN, AT_MOST = 8, 500
RISK_DAYS = 2
# A notice nobody has taken for so long has nobody to take it.
SILENT_AFTER = timedelta(hours=4)
OVERNIGHT = timedelta(days=4)


class Store(Protocol):
    """The case book's keeper."""

    def read(self, fn: Callable[[Any], T]) -> T: ...
    def write(self, fn: Callable[[Any], T]) -> T: ...


def _none(now: datetime) -> Sequence[str]:
    """Where nobody has more to say."""
    return ()


@dataclass(frozen=True)
class Daily:
    """The day's duties of one office. `remarks`: further lines for the morning sheet."""

    store: Store
    desk: Desk
    remarks: Callable[[datetime], Sequence[str]] = _none

    def morning(self, now: datetime) -> bool:
        """Post the morning sheet once the office is open; whether this was the time."""
        calendar = self.desk.law.calendar
        if not calendar.in_office_hours(now):
            return False
        key = f"morning_sheet/{now:%Y-%m-%d}"
        lines = self.store.read(lambda unit: self._lines(unit, now) if not unit.outbox_row(key) else None)
        if lines is None:
            return False
        facts = {"day": f"{now:%Y年%m月%d日}", "lines": "\n".join([*lines, *self.remarks(now)])}
        sheets = self.store.read(lambda unit: list(self._of_units(unit, now)))
        return self._post_once(Notice(key, SUPERVISORS, "morning_sheet", now, None, facts), now, sheets)

    def watch_holidays(self, now: datetime) -> bool:
        """From mid-November, once a week, say that next year's holiday notice is missing; whether it was said."""
        year = now.year + 1
        if (now.month, now.day) < WATCH_FROM or self.desk.law.calendar.covers(date(year, 12, 31)):
            return False
        if not self.desk.law.calendar.in_office_hours(now):
            return False
        key = f"holidays_missing/{year}/{now:%G-%V}"
        said = self._post_once(Notice(key, SUPERVISORS, "holidays_missing", now, None, {"year": year}), now)
        if said:
            log.warning("the holiday notice of %d is not loaded; due dates beyond this year are provisional", year)
        return said

    def _of_units(self, unit: Any, now: datetime) -> Iterator[Notice]:
        """What each unit has open this morning, where the regulation wants it to look in every working day."""
        today = self.desk.law.calendar.closing(now)
        for each in self.desk.law.jurisdiction.units if self.desk.law.read.daily_login else ():
            cases = unit.pressing(WITH_UNIT, each.name, AT_MOST)
            dues = [due for case in cases if (due := _legal(case))]
            counts = {"late": sum(due < now for due in dues), "due_today": sum(now <= due <= today for due in dues)}
            facts = {"variant": "unit", "day": f"{now:%Y年%m月%d日}", "count": len(cases), **counts}
            if cases:
                key = f"unit_sheet/{now:%Y-%m-%d}/{each.name}"
                yield Notice(key, f"unit:{each.name}", "morning_sheet", now, None, facts)

    def _handed_over(self, unit: Any, now: datetime) -> Iterator[str]:
        """Late cases of which the unit says nothing, with whom they may be handed to; a person decides."""
        for rule in self.desk.law.rulebook.hand_overs:
            late = [unit.load(number) for number in unit.due_before(now, AT_MOST)]
            yield _told("hand_over", [case for case in late if neglected(case, self.desk.law, now) == rule], to=rule.to)

    def _unseen(self, unit: Any, now: datetime) -> Iterator[str]:
        """The units with open cases of which nobody was seen on the working day before."""
        if not self.desk.law.read.daily_login:
            return
        day = self.desk.law.calendar.last_working_day_on_or_before(now.date() - timedelta(days=1))
        closed = self.desk.law.calendar.close_of(day)
        names = [each.name for each in self.desk.law.jurisdiction.units if not unit.was_seen(each.name, day)]
        busy = [name for name in names if unit.numbers(state=WITH_UNIT, unit=name, limit=1, filed_to=closed)]
        yield _named("unseen", busy)

    def _post_once(self, notice: Notice, now: datetime, others: Sequence[Notice] = ()) -> bool:
        def post(unit: Any) -> bool:
            first = bool(unit.once(notice.key, now))
            unit.post([notice, *others] if first else [])
            return first

        return self.store.write(post)

    def _lines(self, unit: Any, now: datetime) -> list[str]:
        """One line for each thing a supervisor should know this morning."""
        today = self.desk.law.calendar.closing(now)
        soon = self.desk.law.calendar.add_working_days(now, RISK_DAYS)
        due = unit.due_before(soon + timedelta(seconds=1), AT_MOST)
        cases = list(unit.snapshots(due).values())
        disputed = list(unit.snapshots(unit.numbers(state="disputed", limit=AT_MOST)).values())
        stuck = [timer.case for timer, _ in unit.timers_stuck(AT_MOST)]
        return [
            _told("overdue", [case for case in cases if _due(case) < now]),
            _told("due_today", [case for case in cases if now <= _due(case) <= today]),
            _told("at_risk", [case for case in cases if _due(case) > today]),
            _told("disputes", disputed),
            *self._handed_over(unit, now),
            *self._unseen(unit, now),
            _named("unreached", unit.outbox_unreached(now - OVERNIGHT, AT_MOST)),
            _named("silent", [to.removeprefix("unit:") for to in unit.outbox_silent(now - SILENT_AFTER)]),
            _named("stuck", list(dict.fromkeys(stuck))),
        ]


def _legal(case: Case) -> datetime | None:
    """When its legal clock that falls due first is due."""
    return min((run.due for run in case.running if not run.target), default=None)


def _due(case: Case) -> datetime:
    due = _legal(case)
    assert due, "found by its due moment"
    return due


def _told(what: str, cases: Sequence[Case], **facts: Any) -> str:
    """How many, and the most pressing by number, unit, state and limit: why it is on the list."""
    pressing = sorted(cases, key=lambda case: (str(_legal(case)), case.number))
    return _named(what, [_shown(case) for case in pressing], **facts)


def _shown(case: Case) -> str:
    due = _legal(case)
    facts = {"number": case.number, "unit": case.lead_unit or "—", "state": case.state}
    return part("morning_case", **facts, due=due) if due else part("morning_case_open", **facts)


def _named(what: str, names: Sequence[str], **facts: Any) -> str:
    title = part(f"morning_{what}", **facts)
    if not names:
        return part("morning_none", title=title)
    more = part("morning_more") if len(names) > SHOWN else ""
    return part("morning_line", title=title, count=len(names), cases="、".join(names[:SHOWN]) + more)

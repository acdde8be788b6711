"""What is done once a day, whichever scheduler comes first: the morning sheet, the watch for next year's holidays.

Each has a key that the store lets pass once; whoever comes second finds it done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol, TypeVar

from casebook.addressing import called
from casebook.case import Case, ClockRun, Notice
from casebook.desk import Desk
from casebook.facts import part
from casebook.lifecycle import WITH_UNIT
from casebook.oversight import neglected
from casebook.reminders import is_minded
from casebook.steps.after import SATISFIED_FROM
from casebook.terms import CLOCKS
from casebook.waiting import UNDECIDED, unvisited_since, waits_since

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
            proposed = [case for case in late if neglected(case, self.desk.law, now) == rule]
            yield _named("hand_over", [_shown(case, case.run("resolution")) for case in proposed], to=rule.to)

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
        disputed = unit.snapshots(unit.numbers(state="disputed", limit=AT_MOST)).values()
        stuck = [timer.case for timer, _ in unit.timers_stuck(AT_MOST)]
        return [
            *self._limits(unit, now),
            _named("disputes", [_shown(case) for case in disputed]),
            _named("waiting", self._waiting(unit, now)),
            *self._handed_over(unit, now),
            *self._unseen(unit, now),
            _named("unreached", unit.outbox_unreached(AT_MOST)),
            _named("silent", _silent(unit, now)),
            _named("stuck", list(dict.fromkeys(stuck))),
        ]

    def _limits(self, unit: Any, now: datetime) -> Iterator[str]:
        """The limits that are past, end today or soon, each with its case: one late already may be late twice."""
        law, calendar = self.desk.law, self.desk.law.calendar
        today, soon = calendar.closing(now), calendar.add_working_days(now, RISK_DAYS)
        cases = unit.snapshots(unit.due_before(soon + timedelta(seconds=1), AT_MOST)).values()
        minded = [(case, run) for case in cases for run in case.running if is_minded(run, case, law)]
        pressing = sorted(minded, key=lambda pair: (pair[1].due, pair[0].number))
        yield _named("overdue", [_shown(case, run) for case, run in pressing if run.due < now])
        yield _named("due_today", [_shown(case, run) for case, run in pressing if now <= run.due <= today])
        yield _named("at_risk", [_shown(case, run) for case, run in pressing if today < run.due <= soon])

    def _waiting(self, unit: Any, now: datetime) -> list[str]:
        """The cases that have waited for somebody's word for more than a working day, with no limit of the law."""
        numbers = unit.numbers(state=UNDECIDED - {"disputed"}, limit=AT_MOST, undue=True)
        numbers += unit.numbers(state="answered", limit=AT_MOST, score_below=SATISFIED_FROM)
        told = [(since, _shown(case)) for case in map(unit.load, numbers) if (since := waits_since(case))]
        found = [pair for pair in told if self.desk.law.calendar.add_working_days(pair[0], 1) < now]
        return [shown for _, shown in sorted([*found, *self._unvisited(unit, now)])]

    def _unvisited(self, unit: Any, now: datetime) -> Iterator[tuple[datetime, str]]:
        """Where every answer is asked about in a time of our own: the answers of which nothing was heard in it."""
        rule = self.desk.law.rulebook.revisit
        if rule is None or not rule.target_days:
            return
        for case in map(unit.load, unit.numbers(state="answered", limit=AT_MOST)):
            since = unvisited_since(case)
            if since and self.desk.law.calendar.add_working_days(since, rule.target_days) < now:
                yield since, part("morning_case_unvisited", number=case.number, unit=case.lead_unit or "—")


def _legal(case: Case) -> datetime | None:
    """When its legal clock that falls due first is due."""
    return min((run.due for run in case.running if not run.target), default=None)


def _shown(case: Case, run: ClockRun | None = None) -> str:
    """A case by number, unit, state and limit: why it is on the list."""
    facts = {"number": case.number, "unit": case.lead_unit or "—", "state": case.state}
    if run is not None:
        return part("morning_case", **facts, clock_title=CLOCKS[run.clock], due=run.due)
    return part("morning_case_displeased" if case.state == "answered" else "morning_case_open", **facts)


def _silent(unit: Any, now: datetime) -> list[str]:
    """The rooms for which something waits too long, and the groups that can no longer be reached."""
    rooms = [*unit.outbox_silent(now - SILENT_AFTER), *unit.outbox_deaf(now - OVERNIGHT)]
    chats = (to.split(":", 2)[1:] if to.startswith("chat:") else None for to in rooms)
    heard = (unit.group_of(*chat) if chat else to for to, chat in zip(rooms, chats, strict=True))
    return list(dict.fromkeys(called(to) for to in heard if to))


def _named(what: str, names: Sequence[str], **facts: Any) -> str:
    title = part(f"morning_{what}", **facts)
    if not names:
        return part("morning_none", title=title)
    more = part("morning_more") if len(names) > SHOWN else ""
    return part("morning_line", title=title, count=len(names), cases="、".join(names[:SHOWN]) + more)

"""Starting, stopping and moving the clocks of a case. Pure: rules, calendar and moment come in, runs come out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from casebook.case import Case, ClockRun
from casebook.law import Law
from casebook.rulebook import ClockRule, Extension
from casebook.terms import FINAL

# A step that takes the case out of the unit's hands ends the clocks the unit keeps, whatever their own stops are.
LEAVING_UNIT = frozenset({"hand_back"})


def changed(case: Case, event: str, to: str, at: datetime, law: Law) -> tuple[ClockRun, ...]:
    """The runs that change when `event` (a step, `file_direct` or `rework`) takes the case to state `to`."""
    stopped = [_stop(run, event, at) for run in case.running if _stops(run, event, to, law)]
    started = [
        start(case, rule, at, law)
        for rule in law.rulebook.clocks
        if _starts(rule, event) and _fits(rule, case) and to not in FINAL
    ]
    return (*stopped, *started)


def start(case: Case, rule: ClockRule, at: datetime, law: Law) -> ClockRun:
    """A new run of the rule's clock from `at`; its round follows on the last one."""
    last = case.run(rule.clock)
    due, provisional = _due(rule, at, law)
    outside = case.filing.due if rule.clock == "resolution" and not rule.target else None
    extension = law.rulebook.extension(rule.clock, case.case_class)
    return ClockRun(
        clock=rule.clock,
        round=last.round + 1 if last else 1,
        started=at,
        due=outside or due,
        cites=rule.cites,
        working_days=rule.working_days,
        hours=rule.hours,
        ceiling=ceiling(extension, at, rule.working_days or 0, law) if extension else None,
        provisional=provisional and outside is None,
        holder=rule.holder,
        target=rule.target,
    )


def ceiling(rule: Extension, started: datetime, basic: int, law: Law) -> datetime | None:
    """The last moment an extension may reach; None where the regulation sets no maximum (readings A11)."""
    if rule.most is None:
        return None
    on_top = (law.read.extension_measured or rule.measured) == "on_top"
    return law.calendar.add_working_days(started, rule.most + (basic if on_top else 0))


def reclassified(case: Case, new_class: str, law: Law) -> tuple[ClockRun, ...]:
    """The running clocks as another class's rules would have set them from their original start (readings A08)."""
    other = replace(case, case_class=new_class)
    runs = []
    for run in case.running:
        rule = next((rule for rule in law.rulebook.clocks if rule.clock == run.clock and _fits(rule, other)), None)
        if rule is None:
            runs.append(_stop(run, "reclassify", case.history[-1].at))
        elif rule.cites != run.cites or rule.working_days != run.working_days:
            fresh = start(replace(other, clocks=()), rule, run.started, law)
            runs.append(replace(fresh, round=run.round))
    return tuple(runs)


def recounted(case: Case, law: Law) -> tuple[ClockRun, ...]:
    """The provisional running clocks counted again by the calendar as it is now: the ones that changed."""
    runs = []
    for run in case.running:
        if not run.provisional or run.working_days is None:
            continue
        due, provisional = law.calendar.due(run.started, run.working_days)
        if (due, provisional) != (run.due, run.provisional):
            runs.append(replace(run, due=due, provisional=provisional))
    return tuple(runs)


def _starts(rule: ClockRule, event: str) -> bool:
    return event in rule.starts or (event == "rework" and rule.again)


def _stops(run: ClockRun, event: str, to: str, law: Law) -> bool:
    if to in FINAL or (event in LEAVING_UNIT and run.holder == "unit"):
        return True
    rules = [rule for rule in law.rulebook.clocks if rule.clock == run.clock]
    return any(event in rule.stops for rule in rules)


def _stop(run: ClockRun, event: str, at: datetime) -> ClockRun:
    return replace(run, stopped=at, stopped_by=event)


def _fits(rule: ClockRule, case: Case) -> bool:
    return (
        _among(case.kind, rule.kinds)
        and _among(case.case_class, rule.classes)
        and _among(case.stream, rule.streams)
        and _among(case.verdict, rule.verdicts)
        and (not rule.when or rule.when in case.marks)
    )


def _among(value: str | None, allowed: tuple[str, ...]) -> bool:
    return not allowed or value in allowed


def _due(rule: ClockRule, at: datetime, law: Law) -> tuple[datetime, bool]:
    if rule.same_day:
        return law.calendar.same_or_next_working_day_close(at), False
    if rule.hours is not None:
        return law.calendar.add_hours(at, rule.hours), False
    return law.calendar.due(at, rule.working_days or 0)

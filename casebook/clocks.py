"""Starting, stopping and moving the clocks of a case. Pure: rules, calendar and moment come in, runs come out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from casebook.case import Case, ClockRun
from casebook.law import Law
from casebook.rules import ClockRule, Extension
from casebook.terms import FINAL

# A step that takes the case out of the unit's hands ends the clocks the unit keeps, whatever their own stops are.
LEAVING_UNIT = frozenset({"hand_back"})


def changed(case: Case, events: Iterable[str], to: str, at: datetime, law: Law) -> tuple[ClockRun, ...]:
    """The runs that change when these events (a step's name, `file_direct`, `redispatch`, `rework`, `consent`), one
    after the other, take the case to state `to`."""
    moved: dict[tuple[str, int], ClockRun] = {}
    for event in events:
        for run in _changed_by(case, event, to, at, law):
            moved[run.key] = run
        case = with_runs(case, tuple(moved.values()))
    return tuple(moved.values())


def with_runs(case: Case, runs: Iterable[ClockRun]) -> Case:
    """The case with these runs in the place of the ones of the same key."""
    known = {run.key: run for run in case.clocks}
    known.update({run.key: run for run in runs})
    return replace(case, clocks=tuple(known.values()))


def _changed_by(case: Case, event: str, to: str, at: datetime, law: Law) -> tuple[ClockRun, ...]:
    stopped = tuple(stop(run, event, at) for run in case.running if _stops(run, case, event, to, law))
    going = {run.clock for run in case.running} - {run.clock for run in stopped}
    started = tuple(
        start(case, rule, at, law, rework=event == "rework")
        for rule in law.rulebook.clocks
        if _starts(rule, event) and _fits(rule, case) and rule.clock not in going
        if to not in FINAL or (rule.outlives and to == "closed")
    )
    return (*stopped, *started)


def start(
    case: Case, rule: ClockRule, at: datetime, law: Law, *, rework: bool = False, round: int | None = None
) -> ClockRun:
    """A new run of the rule's clock from `at`; without a round given it follows on the last one."""
    last = case.run(rule.clock)
    round = round or (last.round + 1 if last else 1)
    days = rule.working_days
    if rework and isinstance(law.read.rework_days, int) and rule.again:
        days = law.read.rework_days
    due, provisional = _due(replace(rule, working_days=days), at, law)
    extension = law.rulebook.extension(rule.clock, case.case_class, case.stream)
    run = ClockRun(
        clock=rule.clock,
        round=round,
        started=at,
        due=due,
        cites=rule.cites,
        working_days=days,
        hours=rule.hours,
        ceiling=ceiling(extension, at, days or 0, law) if extension else None,
        provisional=provisional,
        holder=rule.holder,
        target=rule.target,
    )
    return _within(case, rule, run)


def _within(case: Case, rule: ClockRule, run: ClockRun) -> ClockRun:
    """The first run under the limit that a handing-over system set: the earlier of both, or that system's word."""
    outside = case.filing.due
    if outside is None or rule.clock != "resolution" or rule.target or run.round > 1:
        return run
    if rule.outside == "stricter" and outside >= run.due:
        return run
    return replace(run, due=outside, working_days=None, hours=None, ceiling=outside, provisional=False)


def ceiling(rule: Extension, started: datetime, basic: int, law: Law) -> datetime | None:
    """The last moment an extension may reach; None where the regulation sets no maximum (readings A11)."""
    if rule.most is None:
        return None
    on_top = (law.read.extension_measured or rule.measured) == "on_top"
    return law.calendar.add_working_days(started, rule.most + (basic if on_top else 0))


def reclassified(case: Case, new_class: str, at: datetime, law: Law) -> tuple[ClockRun, ...]:
    """The running clocks as another class's rules would have set them from their original start (readings A08)."""
    other = replace(case, case_class=new_class)
    runs = []
    for run in case.running:
        rule = next((rule for rule in law.rulebook.clocks if rule.clock == run.clock and _fits(rule, other)), None)
        if rule is None:
            runs.append(stop(run, "reclassify", at))
        elif rule.cites != run.cites or rule.working_days != run.working_days:
            runs.append(start(other, rule, run.started, law, round=run.round))
    return tuple(runs)


def recounted(case: Case, law: Law) -> tuple[ClockRun, ...]:
    """The running clocks counted again by the calendar as it is now, where that changes them: due moments that were
    provisional, and how far an extension may reach."""
    runs = [_recounted(run, run.working_days, case, law) for run in case.running if run.working_days is not None]
    return tuple(run for run in runs if run != case.run(*run.key))


def _recounted(run: ClockRun, days: int, case: Case, law: Law) -> ClockRun:
    rule, extension = rule_of(run, case, law), law.rulebook.extension(run.clock, case.case_class, case.stream)
    if rule and extension:
        run = replace(run, ceiling=ceiling(extension, run.started, rule.working_days or 0, law))
    if not run.provisional:
        return run
    due, provisional = law.calendar.due(run.started, days)
    return replace(run, due=due, provisional=provisional)


def rule_of(run: ClockRun, case: Case, law: Law) -> ClockRule | None:
    """The rule a run came from: the one of its clock that fits the case's kind and stream."""
    fitting = (rule for rule in law.rulebook.clocks if rule.clock == run.clock and _same_sort(rule, case))
    return next((rule for rule in fitting if rule.cites == run.cites), None)


def stop(run: ClockRun, event: str, at: datetime) -> ClockRun:
    return replace(run, stopped=at, stopped_by=event)


def _starts(rule: ClockRule, event: str) -> bool:
    return event in rule.starts or (event == "rework" and rule.again)


def _stops(run: ClockRun, case: Case, event: str, to: str, law: Law) -> bool:
    rules = [rule for rule in law.rulebook.clocks if rule.clock == run.clock and _same_sort(rule, case)]
    if any(event in rule.stops for rule in rules):
        return True
    if to in FINAL:
        return to != "closed" or not any(rule.outlives for rule in rules)
    return event in LEAVING_UNIT and run.holder == "unit" and law.read.redispatch == "new_clock"


def _same_sort(rule: ClockRule, case: Case) -> bool:
    return _among(case.kind, rule.kinds) and _among(case.stream, rule.streams)


def _fits(rule: ClockRule, case: Case) -> bool:
    return (
        _same_sort(rule, case)
        and _among(case.case_class, rule.classes)
        and _among(case.verdict, rule.verdicts)
        and (not rule.when or rule.when in case.marks)
        and not (rule.unless == "anonymous" and case.filing.anonymous)
    )


def _among(value: str | None, allowed: tuple[str, ...]) -> bool:
    return not allowed or value in allowed


def _due(rule: ClockRule, at: datetime, law: Law) -> tuple[datetime, bool]:
    if rule.same_day:
        return law.calendar.same_or_next_working_day_close(at), False
    if rule.hours is not None:
        return law.calendar.add_hours(at, rule.hours), False
    return law.calendar.due(at, rule.working_days or 0)

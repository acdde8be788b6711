"""Which timers a case wants now. Pure: asked again after every step, the answer replaces the last one.

A reminder never starts or stops a clock. Keys carry the due moment, so that a clock that moves drops its old timers
and gets new ones, and the same reminder can never be set twice. Reminders wait for office hours.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from casebook.case import Case, ClockRun, Notice, Timer
from casebook.facts import case_facts
from casebook.law import Law
from casebook.notices import citizens, unit_of
from casebook.terms import CLOCKS

AHEAD = {"first_contact": "contact_due", "rectification": "rectification_due", "revisit": "revisit_due"}
STALE = frozenset({"due_soon", *AHEAD.values()})  # pointless once the moment itself is past
ONE_MINUTE = timedelta(minutes=1)


def wanted(case: Case, law: Law) -> tuple[Timer, ...]:
    """All the timers of the case as it is."""
    return (*_for_clocks(case, law), *_for_survey(case, law), *_for_redispatch(case, law))


def notice(case: Case, timer: Timer, at: datetime, law: Law) -> Notice | None:
    """The message of a timer that fires at `at`; None where it has become pointless."""
    run = case.run(timer.clock, timer.round) if timer.clock else None
    if run is not None and timer.what in STALE and (at > run.due or _is_superseded(case, timer, at, law)):
        return None
    facts, private = case_facts(case, law)
    facts.update(timer.facts)
    if run is not None:
        facts.update(_of_run(run))
    if case.lead_unit is None and timer.what == "overdue_escalation":
        facts["variant"] = "body"
    return Notice(timer.key, timer.to, timer.what, at, case.number, facts, private)


def _is_superseded(case: Case, timer: Timer, at: datetime, law: Law) -> bool:
    """Whether a later reminder of the same limit to the same people is due by `at` too: one is enough."""
    return any(
        (other.what, other.to, other.clock, other.round) == (timer.what, timer.to, timer.clock, timer.round)
        and timer.at < other.at <= at
        for other in wanted(case, law)
    )


def _of_run(run: ClockRun) -> dict[str, Any]:
    return {
        "due": run.due.isoformat(),
        "clock": run.clock,
        "clock_title": CLOCKS.get(run.clock, run.clock),
        "cites": run.cites,
    }


def _for_clocks(case: Case, law: Law) -> Iterator[Timer]:
    for run in case.running:
        keeper = "dispatchers" if run.holder == "body" else unit_of(case)
        if not keeper:
            continue
        known = _known_since(case, run)
        for moment in _ahead(run, known, law):
            yield _timer(case, run, AHEAD.get(run.clock, "due_soon"), keeper, moment)
        if run.target:
            continue
        late = law.calendar.next_opening(run.due + ONE_MINUTE)
        for to in (keeper, "supervisors"):
            yield _timer(case, run, "overdue", to, late)
        worse = _opening_after(late, law.read.escalate_days, law)
        for to in _above(case, run, law):
            yield _timer(case, run, "overdue_escalation", to, worse)


def _above(case: Case, run: ClockRun, law: Law) -> Iterator[str]:
    unit = law.jurisdiction.unit(case.lead_unit or "")
    if run.holder == "unit" and unit and unit.leader:
        yield f"leader:{unit.leader}@{unit.name}"
    yield "supervisors"


def _known_since(case: Case, run: ClockRun) -> datetime:
    """When the run got the due moment it has: nobody is reminded of it at a time before that."""
    for entry in case.history:
        if any(one.key == run.key and one.due == run.due for one in entry.clocks):
            return entry.at
    return run.started


def _ahead(run: ClockRun, known: datetime, law: Law) -> Iterator[datetime]:
    """Opening time so many working days before the due day; long terms are reminded more than once."""
    long = (run.working_days or 0) > law.read.long_term
    for days in law.read.remind_days_long if long else law.read.remind_days:
        moment = _opening_before(run.due, days, law)
        if moment > known:
            yield moment


def _opening_before(due: datetime, days: int, law: Law) -> datetime:
    day = due.date()
    while days:
        day -= timedelta(days=1)
        days -= law.calendar.is_working(day)
    return datetime.combine(day, law.jurisdiction.opens, due.tzinfo)


def _opening_after(moment: datetime, days: int, law: Law) -> datetime:
    day = moment.date()
    while days:
        day += timedelta(days=1)
        days -= law.calendar.is_working(day)
    return datetime.combine(day, law.jurisdiction.opens, moment.tzinfo)


def _timer(case: Case, run: ClockRun, what: str, to: str, at: datetime) -> Timer:
    key = f"{case.number}/{run.clock}/{run.round}/{run.due:%Y%m%d%H%M}/{what}/{at:%Y%m%d%H%M}/{to}"
    return Timer(key, case.number, at, what, to, run.clock, run.round)


def _for_survey(case: Case, law: Law) -> Iterator[Timer]:
    """After the answer: one reminder to the citizen, then a revisit by whoever the rulebook names."""
    if case.state != "answered":
        return
    answer = next(entry for entry in reversed(case.history) if entry.step in ("resolve", "approve", "pass_check"))
    if any(entry.step in ("rate", "revisit") for entry in case.history[answer.seq :]):
        return
    since = answer.at
    for citizen in citizens(case):
        at = _opening_after(since, law.read.survey_reminder_days, law)
        yield Timer(f"{case.number}/{case.answers}/survey_reminder/{citizen}", case.number, at, "survey_reminder", citizen)
    rule = law.rulebook.revisit
    if rule and rule.target_days and not case.run("revisit"):
        to = unit_of(case) if rule.who == "unit" else "dispatchers"
        due = law.calendar.add_working_days(since, rule.target_days)
        at = _opening_before(due, 1, law)
        yield Timer(f"{case.number}/{case.answers}/revisit_due/{to}", case.number, at, "revisit_due", to, facts={"due": due.isoformat()})


def _for_redispatch(case: Case, law: Law) -> Iterator[Timer]:
    """A case handed back and waiting again has no legal clock; the dispatchers are reminded all the same."""
    if case.state not in ("awaiting_dispatch", "disputed") or not case.hand_backs or law.read.redispatch_days < 1:
        return
    since = next(entry.at for entry in reversed(case.history) if entry.step == "hand_back")
    due = law.calendar.add_working_days(since, law.read.redispatch_days)
    at = datetime.combine(due.date(), law.jurisdiction.opens, due.tzinfo)
    facts = {"due": due.isoformat(), "clock_title": CLOCKS["dispatch"]}
    yield Timer(f"{case.number}/redispatch/{case.hand_backs}", case.number, at, "due_soon", "dispatchers", facts=facts)
